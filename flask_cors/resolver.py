"""What was said, resolved: the walk, compiled to one table per app.

The walk is endpoint -> blueprint -> app -> config -> defaults. Views and URL rules come
in as plain objects; nothing of them is kept but what they amount to.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from threading import RLock
from typing import Any, Final, Protocol

from .errors import ConfigError, Problem, raise_if, warn
from .options import DEFAULTS, Policy, Resource, Setting, read_config
from .origins import Predicate
from .registry import (
    BlueprintRules,
    Level,
    Registry,
    Rule,
    class_of,
    levels_of,
    mark_of,
    marks_made_of,
    placed,
)
from .resources import EVERYTHING, ResourceIndex, has_dot_segment

LOG: Final = logging.getLogger("flask_cors")

Levels = tuple[Level, ...]
Scope = ResourceIndex[Level]
# More combinations of resources than these are compiled when they are met.
_MOST_COMBINATIONS: Final = 2000


class UrlRule(Protocol):
    """What is read of a URL rule (``werkzeug.routing.Rule``)."""

    rule: str
    endpoint: Any
    methods: Any


@dataclass(frozen=True)
class Sources:
    """Where the table reads views and URL rules: asked anew, since servers swap them."""

    view: Callable[[str], object]
    endpoints: Callable[[], Iterable[str]]
    rules: Callable[[], Iterable[UrlRule]]
    rules_of: Callable[[str], Iterable[UrlRule]]
    ensure_sync: Callable[[Predicate], Predicate]


def resolve(levels: Sequence[Level], base: Mapping[str, Setting]) -> dict[str, Setting]:
    """Return the effective setting of every option: the nearest level that sets it wins.

    *levels* are nearest first; *base* holds the app's config over the defaults.
    """
    settings = dict(base)
    for level in reversed(levels):
        settings.update(level.settings)
    if any("supports_credentials" in level.settings for level in levels):
        settings["supports_credentials"] = _credentials(levels, base)
    if not any(level.mark for level in levels):
        # The config key is the fallback of marks, and of nothing else.
        settings["automatic_options"] = DEFAULTS["automatic_options"]
    return settings


def _credentials(levels: Sequence[Level], base: Mapping[str, Setting]) -> Setting:
    """Credentials are granted to a list of origins: True never passes a nearer list."""
    listed = False
    for level in levels:
        setting = level.settings.get("supports_credentials")
        if setting and not (setting.value and listed):
            return setting
        listed = listed or "origins" in level.settings
    return base["supports_credentials"]


def walk_marks(levels: Iterable[Level]) -> Levels | None:
    """Return the marks up to a ``cors_exempt``; ``None`` where that is the nearest."""
    found: list[Level] = []
    for level in levels:
        if level.exempt:
            return tuple(found) or None
        found.append(level)
    return tuple(found)


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


class Route:
    """What is known of one endpoint: its marks, and the levels around it."""

    __slots__ = ("by_method", "by_path", "marks", "outer", "scopes")

    def __init__(
        self,
        marks: Levels | None,
        by_method: Mapping[str, Levels | None],
        scopes: Sequence[Scope],
    ) -> None:
        self.marks = marks
        self.by_method = by_method
        self.scopes = scopes
        self.outer: Levels | None = None
        self.by_path: dict[str, Levels] = {}

    def levels(self, method: str | None, path: str) -> Levels | None:
        """Return the levels of the walk, nearest first; ``None`` where CORS is off."""
        marks = self.by_method.get(method, self.marks) if method else self.marks
        if marks is None:
            return None
        outer = self.outer
        if outer is None:
            outer = self.by_path.get(path)
            if outer is None:
                outer = match_all(self.scopes, path)
        return marks + outer


def match_all(scopes: Sequence[Scope], path: str) -> Levels:
    """Return what every scope that covers *path* says, nearest first."""
    matches = (scope.match(path) for scope in scopes)
    return tuple(level for level in matches if level is not None)


class Table:
    """The compiled policies of one app; immutable but for what is met later.

    Raises ``ConfigError`` with all problems that requests can meet.
    """

    def __init__(self, registry: Registry, config: Mapping[str, Any], sources: Sources) -> None:
        problems: list[Problem] = []
        settings = read_config(config, problems)
        self._sources = sources
        self._lock = RLock()
        self._base = {**DEFAULTS, **settings}
        self._policies: dict[Levels, Policy] = {}
        self._shared: dict[tuple[int, ...], Policy] = {}
        self._marks: dict[tuple[int, str, str], Level] = {}
        self._routes: dict[str, Route] = {}
        default = settings.get("resources")
        self._app = compile_scope(
            "app", "CORS(app)", registry.rules, default.value if default else None
        )
        self._scopes = {
            name: compile_scope("blueprint", f"CORS({name})", found.rules)
            for name, found in registry.blueprints.items()
        }
        self._prefixes = _Prefixes(registry.blueprints.values())
        self.every_rule_has_options = True
        self._compile(problems)
        raise_if(_unique(problems))

    # -- answering ---------------------------------------------------------------------

    def policy(self, endpoint: str | None, method: str | None, path: str) -> Policy | None:
        """Return the effective policy, or ``None`` where CORS is off.

        Without an endpoint, as for a 404, the path alone decides; without a method, as
        for a 405, the marks on methods do not count.
        """
        levels = self.levels(endpoint, method, path)
        return self._policy(levels) if levels else None

    def levels(self, endpoint: str | None, method: str | None, path: str) -> Levels | None:
        """Return the levels of the walk, nearest first; ``None`` where CORS is off."""
        if has_dot_segment(path):
            return None
        if endpoint is None:
            return match_all(self._around(self._prefixes.find(path)), path)
        return self.route(endpoint).levels(method, path)

    def marked(self, endpoint: str | None, method: str | None) -> bool:
        """Return whether the view, or its handler of *method*, is marked."""
        if endpoint is None:
            return False
        route = self.route(endpoint)
        return bool(route.by_method.get(method, route.marks) if method else route.marks)

    def exempts(self, endpoint: str, method: str) -> bool:
        """Return whether the view's handler of *method* is taken out of CORS."""
        route = self.route(endpoint)
        return route.by_method.get(method, route.marks) is None

    def route(self, endpoint: str) -> Route:
        """Return what is known of *endpoint*; one that appears later is compiled now."""
        route = self._routes.get(endpoint)
        if route is None:
            with self._lock:
                route = self._routes.get(endpoint) or self._late(endpoint)
        return route

    @property
    def policies(self) -> Sequence[Policy]:
        """Every policy that was compiled so far."""
        return tuple(self._shared.values())

    # -- compiling ---------------------------------------------------------------------

    def _compile(self, problems: list[Problem]) -> None:
        rules: dict[str, list[UrlRule]] = {}
        for rule in self._sources.rules():
            rules.setdefault(rule.endpoint, []).append(rule)
        for endpoint, found in rules.items():
            try:
                self._add(endpoint, found, problems)
            except ConfigError as error:
                problems += error.problems
        _warn_of_lost_marks([self._sources.view(name) for name in self._sources.endpoints()])

    def _late(self, endpoint: str) -> Route:
        problems: list[Problem] = []
        try:
            self._add(endpoint, list(self._sources.rules_of(endpoint)), problems)
        except ConfigError as error:
            problems += error.problems
            self._routes[endpoint] = Route(None, {}, ())
        for problem in _unique(problems):
            LOG.error("CORS is off for the endpoint %r: %s", endpoint, problem)
        return self._routes[endpoint]

    def _add(self, endpoint: str, rules: Sequence[UrlRule], problems: list[Problem]) -> None:
        view = self._sources.view(endpoint)
        if not all("OPTIONS" in (rule.methods or ("OPTIONS",)) for rule in rules):
            self.every_rule_has_options = False
        methods = {method for rule in rules for method in rule.methods or ()}
        marks = walk_marks(map(self._placed, levels_of(view, None)))
        by_method: dict[str, Levels | None] = {}
        if class_of(view) is not None:
            for method in methods:
                by_method[method] = walk_marks(map(self._placed, levels_of(view, method)))
        route = Route(marks, by_method, self._around(_names(endpoint)))
        used = {levels for levels in by_method.values() if levels is not None}
        if marks is not None and not by_method:
            used.add(marks)
        self._meet(route, rules, used, problems)
        self._routes[endpoint] = route

    def _placed(self, level: Level) -> Level:
        """One mark at one place is one level, so that equal walks are one policy."""
        key = (id(level.mark), level.kind, level.place)
        if key not in self._marks:
            self._marks[key] = placed(level)
        return self._marks[key]

    def _around(self, names: Iterable[str]) -> tuple[Scope, ...]:
        found = (self._scopes.get(name) for name in names)
        return (*(scope for scope in found if scope is not None), self._app)

    def _meet(
        self, route: Route, rules: Sequence[UrlRule], used: set[Levels], problems: list[Problem]
    ) -> None:
        """Compile what the URLs of a route meet; report what they surely do."""
        sure: set[Levels] = set()
        for rule in rules:
            start, converter, _ = rule.rule.partition("<")
            if not converter:
                route.by_path[rule.rule] = match_all(route.scopes, rule.rule)
                sure.add(route.by_path[rule.rule])
                continue
            combinations = _combinations(route.scopes, start)
            if len(combinations) == 1:
                sure.update(combinations)
            else:
                sure.add(_MAYBE)
                for outer in combinations:
                    self._compile_quietly(used, outer)
        if len(sure) == 1 and _MAYBE not in sure:
            (route.outer,) = sure
        for outer in sure - {_MAYBE}:
            for marks in used:
                if marks + outer:
                    problems += self._policy(marks + outer, quiet=True).problems

    def _compile_quietly(self, used: Iterable[Levels], outer: Levels) -> None:
        for marks in used:
            if marks + outer:
                self._policy(marks + outer)

    def _policy(self, levels: Levels, quiet: bool = False) -> Policy:
        policy = self._policies.get(levels)
        if policy is None:
            with self._lock:
                policy = self._policies.get(levels) or self._new_policy(levels, quiet)
        return policy

    def _new_policy(self, levels: Levels, quiet: bool) -> Policy:
        settings = resolve(levels, self._base)
        key = tuple(map(id, settings.values()))
        policy = self._shared.get(key)
        if policy is None:
            origins = settings["origins"].value.bind(self._sources.ensure_sync)
            policy = self._shared[key] = Policy.of(settings, origins)
            for problem in () if quiet else policy.problems:
                LOG.error("CORS is denied where this is met: %s", problem)
        self._policies[levels] = policy
        return policy


_MAYBE: Final[Levels] = (Level("", "", {}),)


def _combinations(scopes: Sequence[Scope], start: str) -> list[Levels]:
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


def _names(endpoint: str) -> Iterator[str]:
    """Yield the dotted names of the blueprints around an endpoint, nearest first."""
    name = endpoint.rpartition(".")[0]
    while name:
        yield name
        name = name.rpartition(".")[0]


class _Prefixes:
    """Finds the blueprint whose URL prefix is the longest match of a path."""

    def __init__(self, blueprints: Iterable[BlueprintRules]) -> None:
        self._plain: dict[tuple[str, ...], str] = {}
        self._converting: list[tuple[tuple[str, ...], str]] = []
        for found in blueprints:
            segments = _segments(found.prefix)
            if any("<" in segment for segment in segments):
                self._converting.append((segments, found.name))
            elif segments:
                self._plain.setdefault(segments, found.name)
        self._depths = sorted({len(segments) for segments in self._plain}, reverse=True)

    def find(self, path: str) -> Iterator[str]:
        """Yield the names of the blueprints around *path*, nearest first."""
        segments = _segments(path)
        best: tuple[int, str] = (0, "")
        for depth in self._depths:
            name = self._plain.get(segments[:depth]) if depth <= len(segments) else None
            if name:
                best = (depth, name)
                break
        for prefix, name in self._converting:
            if len(prefix) > best[0] and _covers(prefix, segments):
                best = (len(prefix), name)
        return _names(f"{best[1]}.") if best[1] else iter(())


def _segments(path: str) -> tuple[str, ...]:
    stripped = path.strip("/")
    return tuple(stripped.split("/")) if stripped else ()


def _covers(prefix: Sequence[str], segments: Sequence[str]) -> bool:
    return len(prefix) <= len(segments) and all(
        "<" in wanted or wanted == given for wanted, given in zip(prefix, segments, strict=False)
    )


def _unique(problems: Iterable[Problem]) -> list[Problem]:
    found: dict[str, Problem] = {}
    for problem in problems:
        found.setdefault(str(problem), problem)
    return list(found.values())


def _warn_of_lost_marks(views: Sequence[object]) -> None:
    """Warn of views registered without the mark that was made for them.

    That is what a ``cross_origin`` above ``@app.route`` comes to.
    """
    seen = {mark for view in views if (mark := mark_of(view))}
    for view in views:
        made = marks_made_of(view) if mark_of(view) is None else ()
        if made and seen.isdisjoint(made):
            name = getattr(view, "__qualname__", repr(view))
            warn(
                f"the view {name} is registered without the mark of {made[-1].source}: "
                "write cross_origin below @app.route, next to the function"
            )
