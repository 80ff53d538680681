"""Rules about resources: what covers nothing, is never reached, or is a matter of order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..explain import show
from ..registry import Level
from ..resources import PathPattern, ResourceIndex
from ._subject import Entry, Found, Subject

Scope = ResourceIndex[Level]


def unmatched(subject: Subject) -> Iterator[Found]:
    for entry, reached in _unreached(subject):
        if not reached:
            yield entry.found(
                "no route has a path that it covers",
                "Mend the pattern, or take it away; `flask cors routes` lists the paths.",
            )


def shadowed(subject: Subject) -> Iterator[Found]:
    for entry, reached in _unreached(subject):
        if reached:
            yield entry.found(
                "every path that it covers is taken by a resource that comes before it",
                "Take it away, or narrow the other one: exact paths come first, then the longest "
                "literal beginning, then, on a tie, the order.",
            )


def _unreached(subject: Subject) -> Iterator[tuple[Entry, bool]]:
    """Yield the resources that no route meets, and whether they cover a path at all."""
    met = {scope: _met(scope, rules) for scope, rules in subject.scopes.items()}
    for entry in subject.resources():
        if entry.level not in met[entry.scope]:
            rules = subject.scopes[entry.scope]
            yield entry, any(_may_cover(entry.pattern, rule) for rule in rules)


def _met(scope: Scope, rules: list[Any]) -> set[Level]:
    found: set[Level] = set()
    starts = set()
    for rule in rules:
        start, converter, _ = rule.rule.partition("<")
        if converter:
            starts.add(start)
        else:
            found.update(level for path in _paths(rule) if (level := scope.match(path)))
    for start in starts:
        found.update(scope.candidates(start)[0])
    return found


def _paths(rule: Any) -> tuple[str, ...]:
    path = str(rule.rule)
    return path, path.rstrip("/") or path, f"{path}/"


def _may_cover(pattern: PathPattern, rule: Any) -> bool:
    start, converter, _ = rule.rule.partition("<")
    if not converter:
        return any(map(pattern.matches, _paths(rule)))
    if pattern.exact:
        return pattern.text.startswith(start)
    return pattern.possible(start)


def overlapping(subject: Subject) -> Iterator[Found]:
    for scope in subject.scopes:
        yield from _overlaps(subject, scope)


def _overlaps(subject: Subject, scope: Scope) -> Iterator[Found]:
    """Yield pairs that cover one path, say different things, and are not one inside the other.

    What comes first has the longer literal text, so a resource that covers everything
    which starts with its own contains it: that is what an order by length is for.
    """
    tangled = [Entry(*entry, scope) for entry in scope if not entry[0].whole]
    tangled = [entry for entry in tangled if not entry.pattern.exact]
    if not tangled:
        return
    winners = {level: pattern for pattern, level in scope}
    seen = set()
    for path in {
        path for rule in subject.scopes[scope] for path in (rule.rule,) if "<" not in path
    }:
        first = scope.match(path)
        if first is None or winners[first].exact:
            continue
        for other in tangled:
            differs = other.level is not first and _said(other.level) != _said(first)
            if differs and (first, other.level) not in seen and other.pattern.matches(path):
                seen.add((first, other.level))
                yield Entry(winners[first], first, scope).found(
                    f"it and {other.pattern.text!r} both cover {path}, and grant different things",
                    "Make one of them narrower, so that the order does not matter.",
                )


def _said(level: Level) -> dict[str, str]:
    return {name: show(setting.value) for name, setting in level.settings.items()}
