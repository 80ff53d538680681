"""Rules about resources: what covers nothing, is never reached, or is a matter of order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ...patterns.paths import PathPattern
from ...resolution.marks import Layer
from ..explanation import show
from ._subject import Entry, Found, Scope, Subject, paths_of, quoted

# Looking for a missing prefix is a service, and must not take long.
_MOST_PATHS: Final = 200


def on_nowhere(subject: Subject) -> Iterator[Found]:
    on = any(row.policy or row.exempt for row in subject.rows)
    # Resources that match nothing have findings of their own.
    if subject.rows and not on and not any(subject.resources()):
        yield Found(
            "the app",
            "CORS is on for no route, so pages of other origins can read nothing",
            "Call CORS(app, origins=[...]), or put @cross_origin below the routes that are meant.",
        )


def unmatched(subject: Subject) -> Iterator[Found]:
    for entry, reached in _unreached(subject):
        if not reached:
            yield entry.found("no route has a path that it covers", _how_to_match(subject, entry))


def _how_to_match(subject: Subject, entry: Entry) -> str:
    """Return what to write instead: often the URL prefix of a blueprint is what is missing."""
    pattern = entry.pattern
    for path in subject.paths_in(entry.scope)[:_MOST_PATHS]:
        for slash in range(1, len(path)):
            if path[slash] == "/" and pattern.matches(path[slash:]):
                return (
                    f"Write {quoted(_below(path[:slash], pattern))}: a resource covers whole "
                    "paths, and the url_prefix of a blueprint is part of them."
                )
    return "Correct the pattern, or take it away; `flask cors routes` lists the paths."


def _below(prefix: str, pattern: PathPattern) -> str:
    if pattern.regex is None:
        return f"{prefix}{pattern.text}"
    anchor = "^" if pattern.text.startswith("^") else ""
    escaped = prefix.replace(".", "\\.")
    return f"{anchor}{escaped}{pattern.text.removeprefix('^')}"


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
    for entry in subject.resources():
        if entry.layer not in subject.met[entry.scope]:
            rules = subject.scopes[entry.scope]
            yield entry, any(_may_cover(entry.pattern, rule) for rule in rules)


def _may_cover(pattern: PathPattern, rule: Any) -> bool:
    start, converter, _ = rule.rule.partition("<")
    if not converter:
        return any(map(pattern.matches, paths_of(rule)))
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
    winners = {layer: pattern for pattern, layer in scope}
    seen = set()
    for path in {
        path for rule in subject.scopes[scope] for path in (rule.rule,) if "<" not in path
    }:
        first = scope.match(path)
        if first is None or winners[first].exact:
            continue
        for other in tangled:
            differs = other.layer is not first and _said(other.layer) != _said(first)
            if differs and (first, other.layer) not in seen and other.pattern.matches(path):
                seen.add((first, other.layer))
                yield Entry(winners[first], first, scope).found(
                    f"it and {other.pattern.text!r} both cover {path}, and grant different things",
                    "Make one of them narrower, so that the order does not matter.",
                )


def _said(layer: Layer) -> dict[str, str]:
    return {name: show(setting.value) for name, setting in layer.settings.items()}
