"""Scopes: what an app or a blueprint says of each path, and which blueprints are around it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Final

from ..options.reader import Resource
from ..patterns.paths import EVERYTHING, ResourceIndex
from .registry import BlueprintRules, Level, Rule

Levels = tuple[Level, ...]
Scope = ResourceIndex[Level]
# More combinations of resources than these are compiled when they are met.
_MOST_COMBINATIONS: Final = 2000


def compile_scope(
    kind: str, place: str, rules: Sequence[Rule], default: Sequence[Resource] | None = None
) -> Scope:
    """Compile the rules of an app or a blueprint into one list of resources.

    The later object comes first where patterns tie; *default* is ``CORS_RESOURCES``.
    """
    entries = []
    for rule in reversed(rules):
        resources = default if rule.resources is None else rule.resources
        if resources is None:
            entries.append((EVERYTHING, Level(kind, place, rule.keywords)))
            continue
        for resource in resources:
            settings = {**rule.keywords, **resource.settings}
            level = Level(kind, f"{place} for {resource.pattern.text!r}", settings)
            entries.append((resource.pattern, level))
    return ResourceIndex(entries)


def match_all(scopes: Sequence[Scope], path: str) -> Levels:
    """Return what every scope that covers *path* says, nearest first."""
    matches = (scope.match(path) for scope in scopes)
    return tuple(level for level in matches if level is not None)


def combinations(scopes: Sequence[Scope], start: str) -> list[Levels]:
    """Return what paths that begin with *start* may meet in all scopes together."""
    choices: list[list[Level | None]] = []
    size = 1
    for scope in scopes:
        found, certain = scope.candidates(start)
        choices.append([*found] if certain else [*found, None])
        size *= len(choices[-1])
    if size > _MOST_COMBINATIONS:
        return []
    return [tuple(level for level in chosen if level) for chosen in product(*choices)]


def names_around(endpoint: str) -> Iterator[str]:
    """Yield the dotted names of the blueprints around an endpoint, nearest first."""
    name = endpoint.rpartition(".")[0]
    while name:
        yield name
        name = name.rpartition(".")[0]


class Prefixes:
    """Finds the blueprint whose URL prefix is the longest match of a path."""

    def __init__(self, blueprints: Iterable[BlueprintRules]) -> None:
        self._plain: dict[tuple[str, ...], tuple[int, str]] = {}
        self._converting: list[tuple[tuple[str, ...], tuple[int, str]]] = []
        for rank, found in enumerate(blueprints):
            segments = _segments(found.prefix)
            if any("<" in segment for segment in segments):
                self._converting.append((segments, (rank, found.name)))
            elif segments:
                self._plain.setdefault(segments, (rank, found.name))
        self._depths = {len(segments) for segments in self._plain}

    def find(self, path: str) -> Iterable[str]:
        """Return the names of the blueprints around *path*, nearest first."""
        segments = _segments(path)
        plain = (segments[:depth] for depth in self._depths if depth <= len(segments))
        found = [(prefix, self._plain[prefix]) for prefix in plain if prefix in self._plain]
        found += [match for match in self._converting if _covers(match[0], segments)]
        best = min(((-len(prefix), *match) for prefix, match in found), default=None)
        return names_around(f"{best[2]}.") if best else ()


def _segments(path: str) -> tuple[str, ...]:
    stripped = path.strip("/")
    return tuple(stripped.split("/")) if stripped else ()


def _covers(prefix: Sequence[str], segments: Sequence[str]) -> bool:
    pairs = zip(prefix, segments, strict=False)
    return len(prefix) <= len(segments) and all("<" in a or a == b for a, b in pairs)
