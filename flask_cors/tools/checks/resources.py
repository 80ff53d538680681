"""Rules about resources: what covers nothing, is never reached, or is a matter of order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ...patterns.paths import EVERYTHING
from ...resolution.marks import Layer
from ..app_code import other_apps
from ..corrections import Correction, correction_of, covering, may_cover
from ..explanation import show
from ..text import some
from .rules import rule
from .subject import Entry, Found, Scope, Subject, layers_reached, quoted

# Looking for the nearest route is a service, and must not take long.
_MOST_PATHS: Final = 500
_GENERAL: Final = "Correct the pattern, or remove it; `flask cors routes` lists the paths."


@rule("CORS024", "note", "CORS is on for no route")
def on_nowhere(subject: Subject) -> Iterator[Found]:
    on = any(row.policy or row.exempt for row in subject.rows)
    # Resources that match nothing have findings of their own.
    if subject.rows and not on and not any(subject.resources()):
        others = "".join(
            f" ({call} is for another Flask object)" for call in other_apps(subject.app)
        )
        yield Found(
            "the app",
            f"CORS is on for no route{others}, so pages of other origins can read nothing",
            "Call CORS(app, origins=[...]), or put @cross_origin below the routes that are meant.",
        )


@rule("CORS010", "warning", "a resource that matches no route")
def unmatched(subject: Subject) -> Iterator[Found]:
    for entry, reached in _unreached(subject):
        if not reached:
            yield entry.found("no route has a path that it covers", _how_to_match(subject, entry))


def _how_to_match(subject: Subject, entry: Entry) -> str:
    """Return what to write instead; what is suggested covers the route that it names."""
    correction = correction_of(entry.pattern, _paths_in(subject, entry.scope))
    taken = {pattern.text for pattern, _ in entry.scope}
    if correction is not None and correction.pattern in taken:
        return f"{quoted(correction.pattern)}, which is nearest, is there already: remove this one."
    if correction is not None and correction.kind == "prefix":
        return _in_words(correction)
    known = _GENERAL if correction is None else _in_words(correction)
    return _outside(subject, entry) or known


def _in_words(correction: Correction) -> str:
    kind, pattern, paths = correction
    if kind == "prefix":
        return (
            f"Write {quoted(pattern)}: a resource covers whole paths, and the url_prefix of a "
            "blueprint is part of them."
        )
    if kind == "below":
        return (
            f"Routes below it are {some(paths)}: write {quoted(pattern)} to cover every path "
            "below it, or name the paths."
        )
    if not pattern:
        return f"The nearest route is {paths[0]}; correct the pattern."
    return f"The nearest route is {paths[0]}: write {quoted(pattern)}."


def _paths_in(subject: Subject, scope: Scope) -> dict[str, str]:
    """Return a path for each route of a scope, with the pattern that covers all of its paths."""
    within = {url_rule.rule for url_rule in subject.scopes[scope]}
    found = {row.path: covering(row.rule) for row in subject.rows if row.rule in within}
    return dict(list(found.items())[:_MOST_PATHS])


def _outside(subject: Subject, entry: Entry) -> str:
    """Return whether a resource of a blueprint covers a route that is not the blueprint's."""
    for row in subject.rows:
        if entry.pattern.matches(row.path):
            return (
                f"It covers {row.rule}, which does not belong to the blueprint: name the resource "
                "in CORS(app, resources=...)."
            )
    return ""


@rule("CORS011", "warning", "a resource that is shadowed")
def shadowed(subject: Subject) -> Iterator[Found]:
    for entry, reached in _unreached(subject):
        if reached:
            others = _taking(subject, entry)
            names = some([str(other.source) for other in others], "; ")
            yield entry.found(f"every path that it covers is taken by {names}", _order(others))


def _taking(subject: Subject, entry: Entry) -> list[Entry]:
    """Return the resources that take the paths which *entry* covers too."""
    rules = [rule for rule in subject.scopes[entry.scope] if may_cover(entry.pattern, rule)]
    patterns = {layer: pattern for pattern, layer in entry.scope}
    return [
        Entry(patterns[layer], layer, entry.scope)
        for layer in layers_reached(entry.scope, rules, entry.pattern)
    ]


def _order(others: Iterable[Entry]) -> str:
    if any(other.pattern is EVERYTHING for other in others):
        return (
            "Use one CORS object for the whole app, with all options; of two, the later one counts."
        )
    return (
        "Remove it, or narrow the other one: exact paths come first, then the longest literal "
        "beginning; on a tie, the later CORS object, and in one call what is named first."
    )


def _unreached(subject: Subject) -> Iterator[tuple[Entry, bool]]:
    """Yield the resources that apply to no route, and whether they cover a path at all."""
    for entry in subject.resources():
        if entry.layer not in subject.applied[entry.scope]:
            rules = subject.scopes[entry.scope]
            yield entry, any(may_cover(entry.pattern, rule) for rule in rules)


@rule("CORS012", "note", "resources that overlap, with different policies")
def overlapping(subject: Subject) -> Iterator[Found]:
    for scope in subject.scopes:
        yield from _overlaps(subject, scope)


def _overlaps(subject: Subject, scope: Scope) -> Iterator[Found]:
    """Yield pairs that cover one path with different options, and are not one inside the other.

    What comes first has the longer literal text, so a resource that covers everything
    which starts with its own contains it: that is what an order by length is for.
    """
    tangled = [entry for entry in scope if not (entry[0].whole or entry[0].exact)]
    if not tangled:
        return
    winners = {layer: pattern for pattern, layer in scope}
    seen = set()
    paths = (rule.rule for rule in subject.scopes[scope] if "<" not in rule.rule)
    for path in dict.fromkeys(paths):
        first = scope.match(path)
        if first is None or winners[first].exact:
            continue
        for pattern, other in tangled:
            differs = other is not first and _options(other) != _options(first)
            if differs and (first, other) not in seen and pattern.matches(path):
                seen.add((first, other))
                yield Entry(winners[first], first, scope).found(
                    f"it and {pattern.text!r} both cover {path}, and grant different things",
                    "Make one of them narrower, so that the order does not matter.",
                )


def _options(layer: Layer) -> dict[str, str]:
    return {name: show(setting.value) for name, setting in layer.settings.items()}
