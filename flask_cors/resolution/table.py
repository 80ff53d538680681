"""What was said, resolved: the walk of every endpoint, compiled to one table per app.

Views and URL rules come in as plain objects; nothing of them is kept but what they amount to.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, product
from typing import Any, Final, Protocol

from ..errors import ConfigError, Problem, Report, Source, raise_if, warn, warn_about
from ..options.reader import read_config
from ..options.schema import DEFAULT_METHODS, Setting
from ..patterns.paths import has_dot_segment
from ..policy.policy import Policy
from .layers import Levels, Prefixes, Scope, combinations, compile_scope, match_all, names_around
from .lock import LOCKS
from .registry import (
    Level,
    Registry,
    class_of,
    levels_of,
    lost_mark_of,
    mark_of,
    marked_methods,
    note_registered,
    placed,
)
from .walk import Route, resolve, walk_marks

LOG: Final = logging.getLogger("flask_cors")

_UNKNOWN: Final = object()
_NO_METHODS: Final[Mapping[str | None, Any]] = {}


class UrlRule(Protocol):
    """What is read of a URL rule (``werkzeug.routing.Rule``)."""

    rule: str
    endpoint: Any
    methods: Any
    strict_slashes: Any
    merge_slashes: Any
    build_only: Any
    websocket: Any
    redirect_to: Any


class UrlMap(Protocol):
    """What is read of a URL map (``werkzeug.routing.Map``)."""

    def iter_rules(self, endpoint: str | None = None) -> Iterator[UrlRule]: ...


class App(Protocol):
    """What is read of an app (``flask.Flask``): anew each time, since servers swap it."""

    @property
    def view_functions(self) -> Mapping[str, object]: ...
    @property
    def url_map(self) -> UrlMap: ...
    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]: ...


class Table:
    """The compiled policies of one app; immutable but for what is met later.

    Raises ``ConfigError`` with all problems that requests can meet.
    """

    def __init__(self, registry: Registry, config: Mapping[str, Any], app: App) -> None:
        report = Report(Source("config", "app.config"))
        problems = report.problems
        #: What is set and not granted, each with its place, for ``flask cors check``.
        self.degraded = report.degraded
        self._app = app
        self._base = read_config(config, report)
        self._policies: dict[Levels, Policy] = {}
        self._shared: dict[tuple[int, ...], Policy] = {}
        #: What the engine decided by these policies, for the next request alike.
        self.decided: dict[Any, Any] = {}
        self._marks: dict[tuple[int, str, str], Level] = {}
        self._routes: dict[str, Route] = {}
        self._arounds: dict[str, tuple[Scope, ...]] = {}
        # What does not depend on the path, for the common request: one look-up.
        self._fixed: dict[str | None, Policy | None] = {}
        self._fixed_by_method: dict[tuple[str | None, str | None], Policy | None] = {}
        default = self._default_resources(registry)
        self._app_scope = compile_scope(
            "app", "CORS(app)", registry.rules, default.value if default else None
        )
        self._scopes = {
            name: compile_scope("blueprint", f"CORS({name})", found.rules)
            for name, found in registry.blueprints.items()
        }
        self._prefixes = Prefixes(registry.blueprints.values())
        self.every_rule_has_options = True
        self._compile(problems)
        raise_if(_unique(problems))

    # -- answering ---------------------------------------------------------------------

    def policy(self, endpoint: str | None, method: str | None, path: str) -> Policy | None:
        """Return the effective policy, or ``None`` where CORS is off.

        Without an endpoint, as for a 404, the path alone decides; without a method, as
        for a 405, the marks on methods do not count.
        """
        if "/." not in path:
            known: Any = self._fixed.get(endpoint, _UNKNOWN)
            if known is _UNKNOWN:
                known = self._fixed_by_method.get((endpoint, method), _UNKNOWN)
            if known is not _UNKNOWN:
                return known  # type: ignore[no-any-return]
        levels = self.levels(endpoint, method, path)
        return self._policy(levels) if levels else None

    def is_fixed(self, endpoint: str | None, method: str | None) -> bool:
        """Return whether the policy is the same on every path without a dot segment."""
        return endpoint in self._fixed or (endpoint, method) in self._fixed_by_method

    def levels(self, endpoint: str | None, method: str | None, path: str) -> Levels | None:
        """Return the levels of the walk, nearest first; ``None`` where CORS is off."""
        if has_dot_segment(path):
            return None
        if endpoint is None:
            return match_all(self._around(self._prefixes.find(path)), path)
        return self.route(endpoint).levels(method, path)

    def marked(self, endpoint: str | None, method: str | None) -> bool:
        """Return whether the view, or its handler of *method*, is marked."""
        return endpoint is not None and bool(self.route(endpoint).marks_of(method))

    def exempts(self, endpoint: str, method: str) -> bool:
        """Return whether the view's handler of *method* is taken out of CORS."""
        return self.route(endpoint).marks_of(method) is None

    def route(self, endpoint: str) -> Route:
        """Return what is known of *endpoint*; one that appears later is compiled now."""
        route = self._routes.get(endpoint)
        if route is None:
            with LOCKS.compile:
                route = self._routes.get(endpoint) or self._late(endpoint)
        return route

    @property
    def policies(self) -> Sequence[Policy]:
        """Every policy that was compiled so far."""
        return tuple(self._shared.values())

    # -- compiling ---------------------------------------------------------------------

    def _default_resources(self, registry: Registry) -> Setting | None:
        if "resources" not in self._base.names:
            return None
        needed = any(rule.resources is None for rule in registry.rules)
        return self._base["resources"] if needed else None

    def _compile(self, problems: list[Problem]) -> None:
        rules: dict[str, list[UrlRule]] = {}
        for rule in self._app.url_map.iter_rules():
            rules.setdefault(rule.endpoint, []).append(rule)
        for endpoint, found in rules.items():
            try:
                self._add(endpoint, found, problems)
            except ConfigError as error:
                problems += error.problems
        _warn_of_lost_marks(list(self._app.view_functions.values()))

    def _late(self, endpoint: str) -> Route:
        problems: list[Problem] = []
        try:
            self._add(endpoint, list(self._rules_of(endpoint)), problems)
        except ConfigError as error:
            problems = list(error.problems)
            self._routes[endpoint] = Route(None, {}, ())
        for problem in _unique(problems):
            LOG.error("CORS is off for the endpoint %r: %s", endpoint, problem)
        return self._routes[endpoint]

    def _rules_of(self, endpoint: str) -> Iterable[UrlRule]:
        # The map's own look-up raises where the endpoint has none.
        return (rule for rule in self._app.url_map.iter_rules() if rule.endpoint == endpoint)

    def _add(self, endpoint: str, rules: Sequence[UrlRule], problems: list[Problem]) -> None:
        view = self._app.view_functions.get(endpoint)
        if not all("OPTIONS" in _methods(rule) for rule in rules):
            self.every_rule_has_options = False
        by_method = self._by_method(view, rules) if class_of(view) is not None else _NO_METHODS
        route = Route(self._marks_of(view, None), by_method, self._scopes_around(endpoint))
        met = [self._meet(route, rule, problems) for rule in rules if _is_served(rule)]
        if len(outer := set(chain(*met))) == 1:
            (route.outer,) = outer
        self._routes[endpoint] = route
        if (around := route.outer) is not None:
            if not by_method:
                self._fixed[endpoint] = self._known(route.marks, around)
            for method, marks in by_method.items():
                self._fixed_by_method[endpoint, method] = self._known(marks, around)

    def _by_method(
        self, view: object, rules: Sequence[UrlRule]
    ) -> Mapping[str | None, Levels | None]:
        methods = {method for rule in rules for method in _methods(rule)}
        if any(rule.methods is None for rule in rules):
            methods |= marked_methods(view)
        return {method: self._marks_of(view, method) for method in methods}

    def _known(self, marks: Levels | None, around: Levels) -> Policy | None:
        return None if marks is None else self._policies.get(marks + around)

    def _marks_of(self, view: object, method: str | None) -> Levels | None:
        return walk_marks(map(self._placed, levels_of(view, method)))

    def _placed(self, level: Level) -> Level:
        """One mark at one place is one level, so that equal walks are one policy."""
        key = (id(level.mark), level.kind, level.place)
        if key not in self._marks:
            self._marks[key] = placed(level)
        return self._marks[key]

    def _scopes_around(self, endpoint: str) -> tuple[Scope, ...]:
        blueprint = endpoint.rpartition(".")[0]
        found = self._arounds.get(blueprint)
        if found is None:
            found = self._arounds[blueprint] = self._around(names_around(endpoint))
        return found

    def _around(self, names: Iterable[str]) -> tuple[Scope, ...]:
        found = (self._scopes.get(name) for name in names)
        return (*(scope for scope in found if scope is not None), self._app_scope)

    def _meet(
        self, route: Route, rule: UrlRule, problems: list[Problem]
    ) -> Sequence[Levels | None]:
        """Compile what a URL meets and return it; report what it surely meets.

        The list holds ``None`` where more may be met.
        """
        start, converter, _ = rule.rule.partition("<")
        start = _merged(rule, start)
        met: list[Levels]
        if converter:
            met = combinations(route.scopes, start)
        else:
            known = {path: match_all(route.scopes, path) for path in _paths(rule)}
            route.by_path.update(known)
            met = list(known.values())
        sure = not converter or len(met) == 1
        for marks, outer in product(_walks(route, rule), met):
            if levels := marks + outer:
                policy = self._policy(levels)
                if sure:
                    self._note(policy.degraded)
        return met if sure else (*met, None)

    def _note(self, degraded: Iterable[Problem]) -> None:
        for problem in degraded:
            if problem not in self.degraded:
                self.degraded.append(problem)
                warn_about(problem)

    def _policy(self, levels: Levels) -> Policy:
        policy = self._policies.get(levels)
        if policy is None:
            with LOCKS.compile:
                policy = self._policies.get(levels) or self._new_policy(levels)
        return policy

    def _new_policy(self, levels: Levels) -> Policy:
        settings = resolve(levels, self._base)
        key = tuple(map(id, settings.values()))
        policy = self._shared.get(key)
        if policy is None:
            origins = settings["origins"].value.bind(self._app.ensure_sync)
            policy = self._shared[key] = Policy.of(settings, origins)
        self._policies[levels] = policy
        return policy


def _methods(rule: UrlRule) -> Iterable[str]:
    """Return the methods that a URL rule serves; one without any serves them all."""
    methods: Iterable[str] = DEFAULT_METHODS if rule.methods is None else rule.methods
    return methods


def _walks(route: Route, rule: UrlRule) -> Iterable[Levels]:
    """Return the marks that requests to a URL meet; a 405 walks without a method."""
    if not route.by_method:
        return () if route.marks is None else (route.marks,)
    walks = dict.fromkeys(map(route.marks_of, (None, *sorted(_methods(rule)))))
    return (marks for marks in walks if marks is not None)


def _is_served(rule: UrlRule) -> bool:
    """Return whether requests reach a view by this rule (``werkzeug.routing.Rule``)."""
    return not (rule.build_only or rule.websocket or rule.redirect_to is not None)


def _merged(rule: UrlRule, path: str) -> str:
    """Return a rule's path as it is requested: Werkzeug merges slashes before it matches."""
    return re.sub("/{2,}", "/", path) if "//" in path and rule.merge_slashes else path


def _paths(rule: UrlRule) -> tuple[str, ...]:
    """Return the paths that a URL rule without converters serves without a redirect."""
    path = _merged(rule, rule.rule)
    if rule.strict_slashes or path == "/":
        return (path,)
    return path, path[:-1] if path.endswith("/") else f"{path}/"


def _unique(problems: Iterable[Problem]) -> list[Problem]:
    found: dict[str, Problem] = {}
    for problem in problems:
        found.setdefault(str(problem), problem)
    return list(found.values())


def _warn_of_lost_marks(views: Sequence[object]) -> None:
    """Warn of views registered without the mark that was made for them.

    That is what a ``cross_origin`` above ``@app.route`` comes to.
    """
    note_registered(mark for view in views if (mark := mark_of(view)))
    for view in views:
        if mark_of(view) is None and (lost := lost_mark_of(view)):
            name = getattr(view, "__qualname__", repr(view))
            warn(
                f"the view {name} is registered without the mark of {lost.source}: "
                "write cross_origin below @app.route, next to the function"
            )
