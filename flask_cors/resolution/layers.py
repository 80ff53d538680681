"""Layers of an app and its blueprints: the options of their rules by path, and where they apply.

An *area* is the part of the URL space that a blueprint's prefix and hosts span; a request that no
route serves is in one of them, or in none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Final, NamedTuple

from ..errors import Source
from ..options.reader import Resource
from ..options.schema import Setting
from ..patterns.paths import EVERYTHING, ResourceIndex
from .marks import Layer, Layers
from .registry import BlueprintRules, Rule

Scope = ResourceIndex[Layer]
# More combinations of resources than these are compiled on first use.
_MOST_COMBINATIONS: Final = 2000
#: The layer of a 404 where it is not certain which blueprint's area it is in.
AMBIGUOUS_AREA: Final = Layer(
    "app",
    "a URL that no route serves",
    {
        "supports_credentials": Setting(
            False, Source("app", "a URL in the areas of several blueprints")
        )
    },
)


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
            entries.append((EVERYTHING, Layer(kind, place, rule.keywords, source=rule.source)))
            continue
        for resource in resources:
            settings = {**rule.keywords, **resource.settings}
            name = f"{place} for {resource.pattern.text!r}"
            layer = Layer(kind, name, settings, source=rule.source)
            entries.append((resource.pattern, layer))
    return ResourceIndex(entries)


def match_all(scopes: Sequence[Scope], path: str, both: bool = False) -> Layers:
    """Return the layer of every scope that covers *path*, the most specific first.

    *both* says that the path is served with and without its last slash, so that an exact
    resource of either spelling covers it.
    """
    other = other_spelling(path) if both else None
    matches = (scope.match(path, other) for scope in scopes)
    return tuple(layer for layer in matches if layer is not None)


def other_spelling(path: str) -> str:
    """Return *path* without its last slash, or with one where it has none."""
    return path[:-1] if path.endswith("/") else f"{path}/"


def combinations(scopes: Sequence[Scope], start: str) -> list[Layers]:
    """Return the layers of all scopes that may apply to paths that begin with *start*."""
    choices: list[list[Layer | None]] = []
    size = 1
    for scope in scopes:
        found, certain = scope.candidates(start)
        choices.append([*found] if certain else [*found, None])
        size *= len(choices[-1])
    if size > _MOST_COMBINATIONS:
        return []
    return [tuple(layer for layer in chosen if layer) for chosen in product(*choices)]


def names_around(endpoint: object) -> Iterator[str]:
    """Yield the dotted names of the blueprints around an endpoint, the innermost first.

    An endpoint may be anything: Werkzeug's rules that redirect have ``None``, and it is in no
    blueprint.
    """
    name = endpoint.rpartition(".")[0] if isinstance(endpoint, str) else ""
    while name:
        yield name
        name = name.rpartition(".")[0]


class Area(NamedTuple):
    """The area of a blueprint: its URL prefix in segments, and the hosts of its routes.

    ``number`` says as which blueprint it was registered. ``hosts`` are subdomains, or hosts where
    the app matches hosts; empty where the blueprint has no route, so that it may be any.
    """

    number: int
    name: str
    prefix: str
    segments: tuple[str, ...]
    hosts: frozenset[str]

    def has_host(self, host: str | None) -> bool | None:
        """Return whether the routes are on *host*; ``None`` where that is not known."""
        if host is None or not self.hosts or any("<" in known for known in self.hosts):
            return None
        return host in self.hosts


class Areas:
    """Finds the blueprint whose area a URL without a route is in.

    *covers* answers whether a URL prefix with converters is the beginning of a path, as the URL
    map would match it.
    """

    def __init__(
        self,
        blueprints: Iterable[BlueprintRules],
        hosts: Mapping[str, frozenset[str]],
        covers: Callable[[str, str], bool],
    ) -> None:
        self._covers = covers
        self._plain: dict[tuple[str, ...], list[Area]] = {}
        self._converting: list[Area] = []
        for number, found in enumerate(blueprints):
            segments = _segments(found.prefix)
            of_routes = hosts.get(found.name, frozenset())
            area = Area(number, found.name, found.prefix, segments, of_routes)
            if "<" in found.prefix:
                self._converting.append(area)
            elif segments:
                self._plain.setdefault(segments, []).append(area)
        self._depths = {len(segments) for segments in self._plain}

    def find(self, host: str | None, path: str) -> tuple[Iterable[str], bool]:
        """Return the names of the blueprints around a URL, innermost first, and if it is certain.

        The longest prefix by segments wins, and of several the first that was registered;
        then it is not certain, nor where a host cannot be compared.
        """
        segments = _segments(path)
        found = [
            area
            for depth in self._depths
            if depth <= len(segments)
            for area in self._plain.get(segments[:depth], ())
        ]
        found += [area for area in self._converting if self._covers(area.prefix, path)]
        found = [area for area in found if area.has_host(host) is not False]
        if not found:
            return (), True
        longest = max(len(area.segments) for area in found)
        # Areas compare by their number: the first that was registered comes first.
        matching = sorted(area for area in found if len(area.segments) == longest)
        certain = len(matching) == 1 and matching[0].has_host(host) is not None
        return names_around(f"{matching[0].name}."), certain


def _segments(path: str) -> tuple[str, ...]:
    stripped = path.strip("/")
    return tuple(stripped.split("/")) if stripped else ()
