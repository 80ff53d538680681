"""Paths near a pattern that get a different resource than under 6.0.5, or that it alone covered.

6.0.5 takes ``/api/*`` for a regular expression, which covers ``/apifoo`` too, and its dots for any
character. Looks for such paths of rules with converters; of rules without, each path is a row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import chain, islice
from typing import Any, Final

from ....patterns.paths import PathPattern
from ....resolution.marks import Layer
from ...routes import Adapters, RouteRow, paths_with, rows_at, serves
from ..subject import Scope, Subject
from .incumbent import Resources

_MOST_TRIED: Final = 200
_MOST_TRIED_IN_ALL: Final = 50_000
_FEWEST_TRIED: Final = 10
_MOST_PATTERNS: Final = 50
_MOST_FOUND: Final = 5
# What makes a segment longer than the literal text of a pattern.
_MORE: Final = ("x", "x/example", ".x")


class UpgradeSubject(Subject):
    """An app with the paths that an upgrade may change among its rows."""

    @cached_property
    def rows(self) -> list[RouteRow]:
        """The routes and their policies, with rows for paths near the patterns."""
        known = super().rows
        return [*known, *_rows_near(self, {(row.rule, row.path) for row in known})]


def _rows_near(subject: Subject, known: set[tuple[str, str]]) -> Iterator[RouteRow]:
    adapters = Adapters(subject.app)
    variable = sum("<" in rule.rule for rule in subject.url_rules)
    tries = max(_FEWEST_TRIED, min(_MOST_TRIED, _MOST_TRIED_IN_ALL // (variable or 1)))
    for scope, rules in subject.scopes.items():
        incumbent = Resources(scope.as_given())
        for rule in rules:
            if "<" in rule.rule:
                tried = _tried(scope, rule, tries)
                served = (path for path in tried if serves(adapters.of(rule), path, rule))
                for path in _differing(scope, incumbent, served):
                    if (rule.rule, path) not in known:
                        known.add((rule.rule, path))
                        yield from rows_at(subject.policies, rule, path)


def _differing(scope: Scope, incumbent: Resources[Layer], paths: Iterable[str]) -> Iterator[str]:
    """Yield a path for each pair of resources that a path got then and gets now."""
    seen: set[tuple[int, int]] = set()
    for path in paths:
        old, new = incumbent.match(path), scope.match(path)
        pair = (id(old and old[1]), id(new))
        if pair[0] != pair[1] and pair not in seen:
            seen.add(pair)
            yield path
            if len(seen) == _MOST_FOUND:
                return


def _tried(scope: Scope, rule: Any, tries: int) -> Iterator[str]:
    start = rule.rule.partition("<")[0]
    patterns = [pattern for pattern, _ in scope if pattern.regex is None][:_MOST_PATTERNS]
    near = [pattern for pattern in patterns if _may_be_near(pattern, start)]
    yield from chain.from_iterable(map(_near, near))
    pieces = list(dict.fromkeys(piece for each in near for piece in _pieces(each, start)))
    if pieces:
        yield from islice(paths_with(rule, pieces, (), tries), tries)


def _may_be_near(pattern: PathPattern, start: str) -> bool:
    literal = pattern.literal.rstrip("/")
    return literal.startswith(start.rstrip("/")) or start.startswith(literal) or "." in literal


def _near(pattern: PathPattern) -> Iterator[str]:
    """Yield paths that are longer than a pattern's literal text, or have a letter for its dot."""
    literal = pattern.literal.rstrip("/")
    yield from (f"{literal}{more}" for more in _MORE)
    whole = pattern.text.replace("*", "example")
    if "." in whole:
        yield whole.replace(".", "x")


def _pieces(pattern: PathPattern, start: str) -> Iterator[str]:
    """Yield a pattern's segments after a rule's start: longer, without dots, as they are."""
    rest = pattern.text.removeprefix(start).strip("/")
    for segment in filter(None, re.split(r"/|\*", rest)):
        yield f"{segment}x"
        if "." in segment:
            yield segment.replace(".", "x")
        yield segment
