"""The compiler: makes every walk of an app once, into the table that requests look up in.

``Policies`` holds what compiling needs, for endpoints and combinations that appear later. Views
and URL rules come in as plain objects, and the app is read anew each time, since some servers
swap its URL map and its view functions: no reference to either is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import chain, product
from operator import length_hint
from typing import Any, Final, Protocol

from ..errors import LOG, Problem, Report, Source, raise_if, warn_about
from ..options.reader import current, judge_keys, read_config
from ..options.schema import DEFAULT_METHODS, Setting
from ..patterns.origins import Origins
from ..policy.policy import Policy
from .layers import (
    Areas,
    Scope,
    combinations,
    compile_scope,
    match_all,
)
from .lock import LOCKS
from .marks import (
    Layer,
    Layers,
    Mark,
    class_of,
    layers_of,
    marked_methods,
    marks_of_view,
    marks_that_decide,
    placed,
)
from .registry import Registry, Rule
from .set_up_warnings import (
    log_shadowed_resources,
    warn_of_hooks_that_expect_headers,
    warn_of_lost_marks,
)
from .table import NOT_COMPILED, Known, Route, Table, Target
from .url_rules import (
    UrlMap,
    UrlRule,
    hosts_of,
    literal_beginning,
    methods_of,
    reaches_a_view,
    served_paths,
)
from .walk import resolve, until_exempt

# With more URL rules, to ask for every method of a preflight's URL costs less than to count them.
_MOST_COUNTED: Final = 1_000
_NO_METHODS: Final[Mapping[str | None, Any]] = {}


def allowed_without_origins(policies: Sequence[Policy]) -> str:
    """Return in words what is allowed where no level sets ``origins``; empty where one does."""
    by_default = [each.settings["origins"].source.level == "default" for each in policies]
    if not any(by_default):
        return ""
    every = "every origin is allowed"
    return every if all(by_default) else f"{every} where no level sets origins"


def _first_call(registry: Registry) -> Source | None:
    """Return where ``CORS`` is called first; ``None`` where that is not known."""
    blueprints = (each.rules for each in registry.blueprints.values())
    sources = (rule.source for rule in chain(registry.rules, *blueprints))
    return next((source for source in sources if source and source.file), None)


class App(Protocol):
    """What is read of an app (``flask.Flask``)."""

    @property
    def view_functions(self) -> Mapping[str, object]: ...
    @property
    def url_map(self) -> UrlMap: ...
    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]: ...


class Policies:
    """All policies of one app: the table, and what is needed to compile what it lacks.

    *covers* answers whether a URL prefix with converters is the beginning of a path, *receivers*
    returns what is called when a response is finished. Raises ``ConfigError`` with all problems
    that can happen in a request.
    """

    def __init__(
        self,
        registry: Registry,
        config: Mapping[str, Any],
        app: App,
        covers: Callable[[str, str], bool],
        receivers: Callable[[], Iterable[object]] = tuple,
    ) -> None:
        self._receivers = receivers
        self._report = Report(Source("config", "app.config"), shown_at=_first_call(registry))
        self._app = app
        self._base = read_config(config, self._report)
        # By endpoint and text of a URL rule; the table looks up in these two and in `_by_layers`.
        self._routes: dict[tuple[str, str], Route] = {}
        self._known: dict[tuple[str, str], Known] = {}
        self._by_layers: dict[Layers, Policy] = {}
        # Equal settings are one policy, and one mark at one place is one layer.
        self._by_settings: dict[tuple[int, ...], Policy] = {}
        self._placed: dict[tuple[int, str, str], Layer] = {}
        # Results of comparisons that requests ask for again and again.
        self._equal: dict[tuple[Policy, Policy], bool] = {}
        self._own_marks: dict[tuple[str, str], tuple[Mark, ...]] = {}
        #: What was set and has no effect, each problem once.
        self.degraded = self._report.degraded
        self._unwarned: list[Problem] = []
        #: Whether one policy governs every method of every URL.
        self.has_one_policy = False
        #: Whether every URL rule serves ``OPTIONS``.
        self.every_rule_has_options = True
        rules = list(app.url_map.iter_rules())
        self._rules = len(rules)
        scopes = self._scopes_of(registry)
        hosts = hosts_of(registry.blueprints, rules)
        areas = Areas(registry.blueprints.values(), hosts, covers)
        #: Whether the config or a ``CORS`` object sets ``enforce``; marks are in ``ENFORCING``.
        self.enforces = bool(self._base["enforce"].value) or any(
            map(_sets_enforce, scopes.values())
        )
        self.table = Table(self._known, self._by_layers, self._routes, scopes, areas)
        self._compile(rules)
        known_before = len(self.degraded)
        judge_keys(config, self._report, allowed_without_origins(self.all))
        #: Those of ``degraded`` that are about config keys which are no options.
        self.about_keys = tuple(self.degraded[known_before:])
        known = self._all_known()
        # ``None`` is for routes without CORS, and for those where the path decides.
        self.has_one_policy = len(known) == 1 and None not in known
        raise_if(_unique(self._report.problems))
        self._warn(scopes.values())

    def _scopes_of(self, registry: Registry) -> dict[str | None, Scope]:
        """Return the resources of the app, under ``None``, and of each blueprint, by its name."""
        of_app = self._current(registry.rules)
        default = None
        if any(rule.resources is None for rule in of_app):
            default = self._base["resources"].value
        scopes: dict[str | None, Scope] = {None: compile_scope("app", "CORS(app)", of_app, default)}
        for name, found in registry.blueprints.items():
            of_blueprint = self._current(found.rules)
            scopes[name] = compile_scope("blueprint", f"CORS({name})", of_blueprint)
        return scopes

    # -- answering -------------------------------------------------------------------------

    def policy(self, target: Target) -> Policy | None:
        """Return the effective policy of *target*, compiled now where it is not yet."""
        found = self.table.policy(*target)
        if found is NOT_COMPILED:
            self.route(target.endpoint, target.rule, target.method)
            layers = self.table.layers(target)
            found = self._policy(layers) if layers else None
        policy: Policy | None = found
        return policy

    @property
    def knows_all_rules(self) -> bool:
        """Whether it is known that the URL map holds no rule that was added later.

        Rules are never removed, and a list's iterator knows its length: no rule is read here.
        Of very many rules it is not found out, since Werkzeug makes a list of them.
        """
        if self._rules > _MOST_COUNTED:
            return False
        try:
            return length_hint(self._app.url_map.iter_rules()) == self._rules
        except RuntimeError:  # another thread adds a rule just now
            return False

    def are_equal(self, policy: Policy, other: Policy) -> bool:
        """Return whether two policies of one URL are the same but for where they are set."""
        if policy is other:
            return True
        known = self._equal.get((policy, other))
        if known is None:
            known = self._equal[policy, other] = policy.values == other.values
        return known

    def layers(self, target: Target) -> Layers | None:
        """Return the layers of the walk, the most specific first; ``None`` where CORS is off."""
        self.route(target.endpoint, target.rule, target.method)
        return self.table.layers(target)

    def route(
        self, endpoint: str | None, rule: str | None, method: str | None = None
    ) -> Route | None:
        """Return a URL rule's route; one that appears later is compiled now.

        So is one for which a later rule serves *method*, whose marks were not read.
        """
        if endpoint is None or rule is None:
            return None
        found = self._routes.get((endpoint, rule))
        if found is None or self._is_new(found, endpoint, method):
            with LOCKS.compile:
                found = self._routes.get((endpoint, rule))
                if found is None or self._is_new(found, endpoint, method):
                    found = self._compile_late(endpoint, rule)
        return found

    def _is_new(self, route: Route, endpoint: str, method: str | None) -> bool:
        """Return whether a rule that was added later serves *method* by a class's handler."""
        rules = () if route.knows(method) else self._app.url_map.iter_rules(endpoint)
        return any(method in (rule.methods or ()) for rule in rules)

    def marks_of(self, endpoint: str | None, rule: str | None, method: str | None) -> Layers | None:
        """Return the marks of a view's handler of *method*; ``None`` for a ``cors_exempt``."""
        route = self.route(endpoint, rule, method)
        return () if route is None else route.marks_of(method)

    def is_of_view(self, endpoint: str, method: str, mark: Mark) -> bool:
        """Return whether the walk found *mark* at an endpoint's view, or one that overrides it."""
        own = self._own_marks.get((endpoint, method))
        if own is None:
            own = marks_that_decide(self._app.view_functions.get(endpoint), method)
            if method in DEFAULT_METHODS:
                self._own_marks[endpoint, method] = own
        return any(map(mark.same_as, own))

    def called(self, layer: Layer, target: Target) -> Policy:
        """Return the policy of a marked function that was called, at *target*.

        Its mark is on top of the blueprints, the app, the config and the defaults. The policy is
        not cached: a function may be decorated at every request.
        """
        self.route(target.endpoint, target.rule)
        around = self.table.layers_around(target)
        known = len(self._report.problems)
        policy = self._policy_of(resolve((placed(layer), *around), self._base))
        self._log_problems(known)
        return policy

    @cached_property
    def uncovered(self) -> Policy:
        """The policy of routes that nothing covers: the config's, and no origin is allowed."""
        none = Setting(Origins(), self._base["origins"].source)
        return Policy.of({**resolve((), self._base), "origins": none})

    @property
    def all(self) -> Sequence[Policy]:
        """Every policy that was compiled so far."""
        return tuple(self._by_settings.values())

    # -- compiling -------------------------------------------------------------------------

    def _current(self, rules: Sequence[Rule]) -> Sequence[Rule]:
        """Return the rules with their lists as they are now."""
        for rule in rules:
            self._add_degraded(rule.degraded)
        return [rule.current(self._report) for rule in rules]

    def _compile(self, rules: Sequence[UrlRule]) -> None:
        by_endpoint: dict[str, list[UrlRule]] = {}
        for rule in rules:
            by_endpoint.setdefault(rule.endpoint, []).append(rule)
        for endpoint, found in by_endpoint.items():
            self._add(endpoint, found)

    def _compile_late(self, endpoint: str, text: str) -> Route:
        rules = [rule for rule in self._app.url_map.iter_rules() if rule.endpoint == endpoint]
        for method in DEFAULT_METHODS:
            self._own_marks.pop((endpoint, method), None)
        known, unwarned = len(self._report.problems), len(self._unwarned)
        self._add(endpoint, rules)
        self.has_one_policy = False
        self._log_problems(known, f" at the endpoint {endpoint!r}")
        for problem in self._unwarned[unwarned:]:
            LOG.error("Less is allowed than configured: %s", problem)
        if (endpoint, text) not in self._routes:
            self._routes[endpoint, text] = Route(None, _NO_METHODS, (), False)
        return self._routes[endpoint, text]

    def _log_problems(self, known: int, where: str = "") -> None:
        """Log the problems found since there were *known*: their options grant nothing."""
        for problem in _unique(self._report.problems[known:]):
            LOG.error("This option is ignored%s: %s", where, problem)

    def _all_known(self) -> set[Policy | None]:
        """Return the policies of all routes, ``None`` among them where CORS is off on one."""
        found: set[Policy | None] = set()
        for key in self._routes:
            known = self._known.get(key)
            found.update(known.values() if isinstance(known, dict) else (known,))
        return found

    def _add(self, endpoint: str, rules: Sequence[UrlRule]) -> None:
        marks, by_method = self._marks_of_view(endpoint, rules)
        scopes = self.table.scopes_around(endpoint)
        for rule in rules:
            key = (endpoint, rule.rule)
            if "OPTIONS" not in methods_of(rule):
                self.every_rule_has_options = False
            route = Route(marks, by_method, scopes, not rule.strict_slashes)
            around = self._layers_around(route, rule) if reaches_a_view(rule) else ()
            if len(outer := set(around)) == 1 and None not in outer:
                # Most routes have the same layers around them.
                (route.outer,) = outer
                self._known[key] = self._without_path(route)
            self._routes[key] = route

    def _marks_of_view(
        self, endpoint: str, rules: Sequence[UrlRule]
    ) -> tuple[Layers | None, Mapping[str | None, Layers | None]]:
        """Return the marks of an endpoint's view, without a method and by method."""
        view = self._app.view_functions.get(endpoint)
        for mark in marks_of_view(view):
            self._add_degraded(mark.degraded)
            _note_options(mark, rules)
        by_method: Mapping[str | None, Layers | None] = _NO_METHODS
        if class_of(view) is not None:
            methods = {method for rule in rules for method in methods_of(rule)}
            if any(rule.methods is None for rule in rules):
                methods |= marked_methods(view)
            by_method = {method: self._marks_on(view, method) for method in methods}
        return self._marks_on(view, None), by_method

    def _marks_on(self, view: object, method: str | None) -> Layers | None:
        return until_exempt(map(self._layer_of, layers_of(view, method, self._note)))

    def _layer_of(self, layer: Layer) -> Layer:
        """Return one layer for one mark at one place, so that equal walks are one policy."""
        key = (id(layer.mark), layer.kind, layer.place)
        if key not in self._placed:
            settings = current(layer.settings, self._report)
            self._placed[key] = placed(Layer(layer.kind, layer.place, settings, layer.mark))
        return self._placed[key]

    def _without_path(self, route: Route) -> Known:
        """Return what is known of a route where the same layers apply to all paths."""
        around = route.outer or ()

        def known(marks: Layers | None) -> Policy | None:
            return None if marks is None else self._by_layers.get(marks + around)

        if not route.by_method:
            return known(route.marks)
        by_method = {method: known(marks) for method, marks in route.by_method.items()}
        return {**by_method, None: known(route.marks)}

    def _layers_around(self, route: Route, rule: UrlRule) -> Sequence[Layers | None]:
        """Compile the policies of a URL rule, and return the layers around its view by path.

        The list holds ``None`` where more may apply.
        """
        start, is_whole_path = literal_beginning(rule)
        around: list[Layers]
        if is_whole_path:
            around = [match_all(route.scopes, path, route.both) for path in served_paths(rule)]
        else:
            around = combinations(route.scopes, start)
        certain = is_whole_path or len(around) == 1
        for marks, outer in product(_walks(route, rule), around):
            if layers := marks + outer:
                policy = self._policy(layers, quiet=certain)
                for problem in policy.degraded if certain else ():
                    self._note(problem)
        return around if certain else (*around, None)

    def _policy(self, layers: Layers, quiet: bool = False) -> Policy:
        policy = self._by_layers.get(layers)
        if policy is None:
            with LOCKS.compile:
                policy = self._by_layers.get(layers) or self._new_policy(layers, quiet)
        return policy

    def _new_policy(self, layers: Layers, quiet: bool) -> Policy:
        settings = resolve(layers, self._base)
        key = tuple(map(id, settings.values()))
        policy = self._by_settings.get(key)
        if policy is None:
            policy = self._by_settings[key] = self._policy_of(settings)
            for problem in () if quiet else policy.degraded:
                LOG.error("Less is allowed than configured: %s", problem)
        self._by_layers[layers] = policy
        return policy

    def _policy_of(self, settings: Mapping[str, Setting]) -> Policy:
        origins = settings["origins"].value.bind(self._app.ensure_sync)
        return Policy.of(settings, origins)

    # -- warning ---------------------------------------------------------------------------

    def _add_degraded(self, problems: Iterable[Problem]) -> None:
        """Add problems that have been warned about."""
        self.degraded += [problem for problem in problems if problem not in self.degraded]

    def _note(self, problem: Problem) -> None:
        """Add a problem that is to be warned about."""
        if problem not in self.degraded:
            self.degraded.append(problem)
            self._unwarned.append(problem)

    def _warn(self, scopes: Iterable[Scope]) -> None:
        """Warn of what has no effect, at the line that set it."""
        for problem in self._unwarned:
            warn_about(problem, self._report.shown_at)
        log_shadowed_resources(scopes, self._base)
        warn_of_hooks_that_expect_headers(self._app, self._receivers())
        warn_of_lost_marks(self._app.view_functions.values())


def _sets_enforce(scope: Scope) -> bool:
    settings = (layer.settings.get("enforce") for _, layer in scope)
    return any(setting is not None and setting.value for setting in settings)


def _note_options(mark: Mark, rules: Iterable[UrlRule]) -> None:
    """Note on a view's mark whether Flask answers every ``OPTIONS`` request for the view."""
    if mark.leaves_options is not False:
        mark.leaves_options = all(
            getattr(rule, "provide_automatic_options", False) for rule in rules
        )


def _walks(route: Route, rule: UrlRule) -> Iterable[Layers]:
    """Return the marks that apply to requests to a URL; a 405 walks without a method."""
    if not route.by_method:
        return () if route.marks is None else (route.marks,)
    walks = dict.fromkeys(map(route.marks_of, (None, *sorted(methods_of(rule)))))
    return (marks for marks in walks if marks is not None)


def _unique(problems: Iterable[Problem]) -> list[Problem]:
    found: dict[str, Problem] = {}
    for problem in problems:
        found.setdefault(str(problem), problem)
    return list(found.values())
