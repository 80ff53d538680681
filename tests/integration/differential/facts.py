"""What holds for one request of one case: who answers on each side, and with which options.

An old answer that this reading does not give is an error of the test; a new one is a difference
that no row can explain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from tests.integration.differential.cases import BlueprintCase, Case, Mark, Request, View
from tests.integration.differential.readings import (
    ACAO,
    DEFAULTS,
    HEADERS,
    SAME_ORIGIN,
    VARY,
    Headers,
    New,
    Old,
    Options,
    Origins,
    configured,
    listed,
    truth,
)
from tests.integration.differential.resources import new_order, old_order, resources_of
from tests.integration.differential.worker import decode

ACRM = "Access-Control-Request-Method"
FIRST_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Layer:
    """One of the incumbent's layers with its options: a mark, a blueprint or an app object."""

    kind: str
    name: str
    options: Options
    resource: str = ""

    @property
    def place(self) -> tuple[str, str]:
        """What the layer was said to."""
        return self.kind, self.name


@dataclass(frozen=True)
class Level:
    """One level of the walk; those of one kind and name grant credentials together."""

    kind: str
    name: str
    said: Options
    resource: str = ""

    @property
    def place(self) -> tuple[str, str]:
        """What the level was said to."""
        return self.kind, self.name


@dataclass(frozen=True)
class Policy:
    """Effective options, and the kind of level that each came from."""

    options: dict[str, Any]
    sources: dict[str, str]
    levels: tuple[Level, ...]
    withheld: bool

    @property
    def nearest(self) -> Level:
        """The nearest level."""
        return self.levels[0]

    def read(self) -> dict[str, Any]:
        """Return the options as the design reads them, as far as that is needed to compare."""
        granted = truth(self.options["supports_credentials"]) and not self.too_wide
        origins = Origins.read(self.options["origins"])
        age = New.seconds(self.options["max_age"])
        return {**self.options, "origins": origins, "supports_credentials": granted, "max_age": age}

    @property
    def too_wide(self) -> bool:
        """Whether any origin would get credentials, which are dropped."""
        granted = truth(self.options["supports_credentials"])
        return granted and Origins.read(self.options["origins"]).are_all


def said(mark: Mark) -> dict[str, Any]:
    """Return the options of a mark, its one positional argument among them."""
    options: dict[str, Any] = decode(mark.options)
    if mark.positional:
        options["origins"] = decode(mark.positional[0])
    return options


def credentials(levels: tuple[Level, ...], config: Options) -> tuple[Any, str, bool]:
    """Return supports_credentials, its source, and whether a level's yes was withheld."""
    withheld = False
    for index, level in enumerate(levels):
        if "supports_credentials" not in level.said:
            continue
        nearer = [item for item in levels[:index] if item.place != level.place]
        blocked = any("origins" in item.said for item in nearer)
        if not (truth(level.said["supports_credentials"]) and blocked):
            return level.said["supports_credentials"], level.kind, withheld
        withheld = True
    if "supports_credentials" in config:
        return config["supports_credentials"], "config", withheld
    return False, "default", withheld


def resolve(levels: tuple[Level, ...], config: Options) -> Policy:
    """Resolve each option by itself along the levels."""
    options, sources = {}, {}
    for name in (*DEFAULTS, "headers"):
        found = next((level for level in levels if name in level.said), None)
        if found is not None:
            options[name], sources[name] = found.said[name], found.kind
        elif name in config:
            options[name], sources[name] = config[name], "config"
        else:
            options[name], sources[name] = DEFAULTS.get(name), "default"
    value, source, withheld = credentials(levels, config)
    options["supports_credentials"], sources["supports_credentials"] = value, source
    return Policy(options, sources, levels, withheld)


class Facts:
    """What holds for one request of one case, in both readings."""

    def __init__(
        self, case: Case, request: Request, old_routes: dict[str, Any], new_routes: dict[str, Any]
    ) -> None:
        self.case = case
        self.request = request
        self.old_routes = old_routes
        self.new_routes = new_routes
        self.path = unquote(request.path)
        self.config = configured(case)
        self.apps = [decode(options) for options in case.apps]
        self.origin = request.get("Origin")
        self.asked = request.get("Access-Control-Request-Method")

    # Of both

    @cached_property
    def asks(self) -> bool:
        """Whether the request is a preflight by its own looks."""
        return bool(self.request.method == "OPTIONS" and self.origin and self.asked)

    @cached_property
    def dotted(self) -> bool:
        """Whether the path has a dot segment."""
        return bool({".", ".."} & set(self.path.split("/")))

    def view(self, endpoint: str | None) -> View | None:
        """Return the view behind an endpoint, its twin's too."""
        name = (endpoint or "").rpartition(".")[2].removesuffix("_twin")
        return next((view for view in self.case.views if view.name == name), None)

    def blueprints(self, name: str | None) -> list[BlueprintCase]:
        """Return a blueprint and its parents, from the inside out."""
        chain = []
        while name is not None:
            found = next(item for item in self.case.blueprints if item.name == name)
            chain.append(found)
            name = found.parent
        return chain

    def prefix(self, name: str) -> str:
        """Return the whole URL prefix of a blueprint."""
        return "".join(item.prefix for item in reversed(self.blueprints(name)))

    def own_options(self, endpoint: str | None) -> bool:
        """Tell whether the view behind an endpoint serves OPTIONS itself."""
        view = self.view(endpoint)
        return view is not None and "OPTIONS" in view.methods

    def mark_of(self, endpoint: str | None) -> Mark | None:
        """Return the mark on the view or class behind an endpoint; a twin has none."""
        view = self.view(endpoint)
        return None if view is None or (endpoint or "").endswith("_twin") else view.mark

    def method_mark(self, endpoint: str | None, method: str) -> Mark | None:
        """Return the mark on the handler that serves a method."""
        view = self.view(endpoint)
        if view is None:
            return None
        handler = "GET" if method == "HEAD" and "HEAD" not in view.methods else method
        return view.method_marks.get(handler)

    # flask-cors 6.0.5

    def _old_options(self, config: bool, *levels: Options) -> Options:
        merged = {**DEFAULTS, **(self.config if config else {})}
        for level in levels:
            merged.update(level)
        return merged

    def _old_rule(self, kind: str, number: int, options: Options, name: str) -> list[Layer]:
        config = kind == "app"
        fallback = self.config.get("resources") if config else None
        resources = resources_of(options, number, fallback)
        for resource in old_order(options, resources, fallback):
            if resource.old_match(self.path):
                merged = self._old_options(config, options, resource.options)
                return [Layer(kind, name, merged, resource.text)]
        return []

    def _old_apps(self, numbers: Iterable[int]) -> list[Layer]:
        return [
            layer
            for number in numbers
            for layer in self._old_rule("app", number, self.apps[number], str(number))
        ]

    @cached_property
    def old_route(self) -> dict[str, Any]:
        """What Flask's URL map holds for the request beside flask-cors."""
        found: dict[str, Any] = self.old_routes[self.request.method]
        return found

    @cached_property
    def old_mark(self) -> Mark | None:
        """The mark whose wrapper runs, in the incumbent's way, for this request."""
        endpoint = self.old_route["endpoint"]
        view = self.view(endpoint)
        if view is None or self.old_route["status"] or self.case.hook:
            return None
        if view.kind == "class":
            if self.request.method == "OPTIONS" and "OPTIONS" not in view.methods:
                return None
            return view.mark or self.method_mark(endpoint, self.request.method)
        mark = self.mark_of(endpoint)
        if mark and self.request.method == "OPTIONS" and not self.own_options(endpoint):
            return mark if mark.options.get("automatic_options", True) else None
        return mark

    @cached_property
    def old_calls(self) -> bool:
        """Whether the view itself is called, in the incumbent's way."""
        endpoint = self.old_route["endpoint"]
        view = self.view(endpoint)
        if view is None or self.old_route["status"] or self.case.hook:
            return False
        if self.request.method != "OPTIONS":
            return True
        mark = self.old_mark
        if mark is not None:
            merged = self._old_options(True, decode(mark.options))
            return not merged["automatic_options"]
        return self.own_options(endpoint) or self.changed_twin

    @cached_property
    def changed_twin(self) -> bool:
        """Whether the view is unmarked here and was changed by its mark at another URL."""
        endpoint = self.old_route["endpoint"] or ""
        view = self.view(endpoint)
        return bool(
            endpoint.endswith("_twin")
            and view
            and view.mark
            and view.mark.options.get("automatic_options", True)
        )

    @cached_property
    def old_fails(self) -> bool:
        """Whether an exception leaves the view, the wrapper or the router."""
        if self.old_route["endpoint"] is None or self.old_route["status"]:
            return not self.case.hook
        view = self.view(self.old_route["endpoint"])
        if view is None or not (self.old_calls or self.old_broken):
            return False
        return self.old_crashes or bool(view.does.abort)

    @cached_property
    def old_broken(self) -> bool:
        """Whether flask-cors itself fails while it serves the request."""
        view, mark = self.view(self.old_route["endpoint"]), self.old_mark
        if view is None or mark is None:
            return False
        options = self._old_options(True, decode(mark.options))
        refused = options["supports_credentials"] and options["send_wildcard"]
        awaited = view.kind == "async" and self.old_calls
        return mark.bare or awaited or bool(refused and Old(options, self.request).any)

    @property
    def old_mark_origins(self) -> list[Any]:
        """The origins of the mark whose wrapper runs."""
        mark = self.old_mark
        return listed(self._old_options(True, decode(mark.options))["origins"]) if mark else []

    @cached_property
    def old_crashes(self) -> bool:
        """Whether an exception that Flask has no answer to leaves the view or its wrapper."""
        view = self.view(self.old_route["endpoint"])
        return self.old_broken or bool(view and self.old_calls and view.does.fail)

    @cached_property
    def old_layers(self) -> list[Layer]:
        """The incumbent's layers that get a say, in its order."""
        numbers = range(len(self.apps))
        apps = self._old_apps(reversed(numbers))
        if self.old_mark is not None and not self.old_fails:
            options = self._old_options(True, decode(self.old_mark.options))
            return [Layer("mark", "", options)]
        view = None if self.old_route["status"] else self.view(self.old_route["endpoint"])
        inside = [
            layer
            for blueprint in self.blueprints(view.blueprint if view else None)
            if blueprint.cors is not None
            for layer in self._old_rule("blueprint", 0, decode(blueprint.cors), blueprint.name)
        ]
        early = self.old_fails and not self.old_crashes
        first = self._old_apps(self._intercepting()) if early else []
        return [*first, *inside, *apps]

    def _intercepting(self) -> list[int]:
        return [
            number
            for number, options in enumerate(self.apps)
            if truth({**DEFAULTS, **self.config, **options}["intercept_exceptions"])
        ]

    @cached_property
    def old_own(self) -> str | None:
        """The Access-Control-Allow-Origin that the view wrote, in the incumbent's way."""
        return self._own(self.old_route["endpoint"], self.old_calls and not self.old_fails)

    @cached_property
    def old_layer(self) -> Layer | None:
        """The layer that answers: the first that allows, or else the first."""
        layers = self.old_layers
        sends = (layer for layer in layers if Old(layer.options, self.request).allow_origin())
        return next(sends, layers[0] if layers else None)

    def old_expected(self) -> Headers:
        """Return the headers that flask-cors sends."""
        headers: Headers = dict.fromkeys(HEADERS)
        lines = self._vary(self.old_route["endpoint"], self.old_calls and not self.old_fails)
        if self.old_own is not None:
            headers[ACAO] = self.old_own
        elif self.old_layer is not None:
            reading = Old(self.old_layer.options, self.request)
            headers = reading.headers()
            lines += ["Origin"] * reading.varies()
        headers[VARY] = self._session(self.old_route["endpoint"], lines)
        return headers

    def _session(self, endpoint: str | None, lines: list[str]) -> str | None:
        view = self.view(endpoint)
        if view is not None and view.does.session and self.old_calls and not self.old_fails:
            words = [word.strip() for word in (lines[0] if lines else "").split(",") if word]
            if "Cookie" not in words:
                lines = [", ".join([*words, "Cookie"])]
        return " | ".join(lines) or None

    # The design

    @cached_property
    def target(self) -> dict[str, Any]:
        """The URL map's word for the method that the page wants to use."""
        found: dict[str, Any] = self.new_routes[self.asked if self.asks else self.request.method]
        return found

    @cached_property
    def new_path(self) -> str:
        """The path that resources are matched against."""
        redirected = self.target["status"] not in (None, 404, 405)
        return str(self.target["path"]) if redirected else self.path

    @cached_property
    def new_endpoint(self) -> str | None:
        """The endpoint whose policy answers."""
        if self.target["endpoint"] is not None:
            return str(self.target["endpoint"])
        if self.target["status"] == 404:
            return None
        others = sorted(set(self.new_routes) - set(FIRST_METHODS))
        routes = (self.new_routes[method] for method in (*FIRST_METHODS, *others))
        return next((route["endpoint"] for route in routes if route["status"] is None), None)

    @cached_property
    def new_levels(self) -> tuple[Level, ...]:
        """The levels of the walk that cover the request, nearest first."""
        return () if self.dotted else (*self._marks(), *self._inside(), *self._app())

    def _marks(self) -> list[Level]:
        endpoint = self.new_endpoint
        if endpoint is None:
            return []
        method = (self.asked if self.asks else self.request.method).upper()
        direct = None
        if self.target["endpoint"] is not None:
            direct = self.method_mark(endpoint, method)
        outer = self.mark_of(endpoint)
        levels = [Level("method", method, said(direct))] if direct else []
        return [*levels, *([Level("view", endpoint, said(outer))] if outer else [])]

    def _inside(self) -> list[Level]:
        view = self.view(self.new_endpoint)
        name = view.blueprint if view else None
        if self.new_endpoint is None:
            name = self._blueprint_of_path()
        levels = []
        for blueprint in self.blueprints(name):
            if blueprint.cors is None:
                continue
            levels += self._rule("blueprint", blueprint.name, [decode(blueprint.cors)], None)
        return levels

    def _blueprint_of_path(self) -> str | None:
        segments = self.path.split("/")
        best, found = 1, None
        for blueprint in self.case.blueprints:
            prefix = self.prefix(blueprint.name).split("/")
            if (
                blueprint.cors is not None
                and segments[: len(prefix)] == prefix
                and len(prefix) > best
            ):
                best, found = len(prefix), blueprint.name
        return found

    def _app(self) -> list[Level]:
        return self._rule("app", "", self.apps, self.config.get("resources"))

    def _rule(self, kind: str, name: str, objects: list[Any], fallback: Any) -> list[Level]:
        resources = [
            resource
            for number, options in enumerate(objects)
            for resource in resources_of(options, number, fallback)
        ]
        found = next((r for r in new_order(resources) if r.new_match(self.new_path)), None)
        if found is None:
            return []
        name = name or str(found.owner)
        dictionary = Level(kind, name, found.options, found.text)
        return [dictionary, Level(kind, name, objects[found.owner])]

    @cached_property
    def policy(self) -> Policy | None:
        """The one policy of the request, or ``None`` where nothing covers it."""
        if not self.new_levels:
            return None
        found = resolve(self.new_levels, self.config)
        if self.new_endpoint is None and self.is_in_doubt():
            # A blueprint without a route may be of any host.
            found.options["supports_credentials"] = False
        return found

    def is_in_doubt(self) -> bool:
        """Return whether no route tells whether a path that none serves is the blueprint's."""
        name = self._blueprint_of_path()
        inside = [item.name for item in self.case.blueprints if name in (item.name, item.parent)]
        return name is not None and not any(view.blueprint in inside for view in self.case.views)

    @cached_property
    def marked(self) -> bool:
        """Whether the view that serves OPTIONS, or the one asked for, bears a mark."""
        served = self.new_routes["OPTIONS"]["endpoint"]
        near = any(level.kind in ("method", "view") for level in self.new_levels)
        return near or self.mark_of(served) is not None or bool(self.method_mark(served, "OPTIONS"))

    @cached_property
    def serves_options(self) -> bool:
        """Whether Flask matched a view's own OPTIONS."""
        route = self.new_routes["OPTIONS"]
        return route["status"] is None and self.own_options(route["endpoint"])

    @cached_property
    def answered(self) -> str:
        """Who answers: nobody (uncovered), library, view (its own OPTIONS), flask or actual."""
        if self.policy is None:
            return "nobody"
        if not self.asks:
            return "actual"
        near = any(level.kind in ("method", "view") for level in self.new_levels)
        if near and not truth(self.policy.options["automatic_options"]):
            return "view" if self.serves_options else "flask"
        return "view" if self.serves_options and not self.marked else "library"

    @cached_property
    def shows_traceback(self) -> bool:
        """Whether a failing view becomes a 500 that the page can read: a plain one, under any."""
        if not self.case.debug or self.origin in ("", SAME_ORIGIN) or self.policy is None:
            return False
        origins = Origins.read(self.policy.options["origins"])
        intercepted = truth(self.policy.options["intercept_exceptions"])
        return intercepted and (origins.names(self.origin) or origins.has("any"))

    def new_status(self) -> int | str:
        """Return the status that the design gives, or the name of what is raised."""
        route = self.new_routes[self.request.method]
        if self.answered == "library":
            return 200
        if self.case.hook or route["status"]:
            return int(self.case.hook or route["status"])
        view = self.view(route["endpoint"])
        if view is None or self._is_answered_for_the_view():
            return 200
        if view.does.fail:
            return 500 if not self.case.debug or self.shows_traceback else "ZeroDivisionError"
        return view.does.abort or (302 if view.does.redirect else 200)

    @cached_property
    def new_calls(self) -> bool:
        """Whether a view of the app runs to its end and its response is sent."""
        route = self.new_routes[self.request.method]
        view = self.view(route["endpoint"])
        if view is None or route["status"] or self.case.hook or self.answered == "library":
            return False
        if self._is_answered_for_the_view():
            return False
        return not view.does.abort and not view.does.fail

    def _is_answered_for_the_view(self) -> bool:
        """Return whether Flask, or the mark on a view that serves it, answers ``OPTIONS``."""
        if self.request.method != "OPTIONS":
            return False
        endpoint = self.new_routes["OPTIONS"]["endpoint"]
        mark = self.mark_of(endpoint) or self.method_mark(endpoint, "OPTIONS")
        automatic = mark is not None and truth(said(mark).get("automatic_options", True))
        return not self.serves_options or automatic

    @cached_property
    def new_own(self) -> str | None:
        """The Access-Control-Allow-Origin that the view wrote."""
        return self._own(self.new_routes[self.request.method]["endpoint"], self.new_calls)

    @cached_property
    def reading(self) -> New | None:
        """What the design makes of the effective options; ``None`` where it stays out of it."""
        if self.policy is None or self.answered == "flask":
            return None
        preflight = self.answered in ("library", "view") and self.asks
        return New(self.policy.options, self.request, preflight, self._others if preflight else ())

    @property
    def _others(self) -> Iterator[tuple[str, New | None]]:
        """What every method that the URL serves would get of a preflight of its own.

        Nothing where all have one policy, or where another side answers than for this one.
        """
        served = {method: route for method, route in self.new_routes.items() if route["endpoint"]}
        if not self.serves_options:
            served.pop("OPTIONS", None)
        found = {method: self._asked_for(method) for method in served}
        alike = {method: self._is_answered_like(other) for method, other in found.items()}
        if all(alike[method] and other.says(self) for method, other in found.items()):
            return
        for method, other in found.items():
            reads = New(other.policy.options, other.request, True) if other.policy else None
            yield method, reads if alike[method] else None

    def _is_answered_like(self, other: Facts) -> bool:
        """Return whether the same side answers both preflights: the library, or the app."""
        return (other.answered == "library") is (self.answered == "library")

    def says(self, other: Facts) -> bool:
        """Return whether the same options apply to both."""
        if self.policy is None or other.policy is None:
            return False
        return self.policy.read() == other.policy.read()

    def _asked_for(self, method: str) -> Facts:
        """Return the facts of the same preflight for another method."""
        headers = [[name, value] for name, value in self.request.headers if name != ACRM]
        request = replace(self.request, headers=[*headers, [ACRM, method]])
        return Facts(self.case, request, self.old_routes, self.new_routes)

    def _headers(self, own: str | None, reading: New | None, names: list[str]) -> Headers:
        headers: Headers = dict.fromkeys(HEADERS)
        if own is not None:
            headers[ACAO] = own
        elif reading is not None:
            headers = reading.headers()
            names = [*names, *["Origin"] * reading.varies()]
        headers[VARY] = ", ".join(dict.fromkeys(names)) or None
        return headers

    def new_expected(self) -> Headers:
        """Return the headers that the design gives."""
        names = self._names(self.new_routes, self.new_calls)
        return self._headers(self.new_own, self.reading, names)

    def middle(self) -> Headers:
        """Return what the design's reading makes of the options that the incumbent went by."""
        names = self._names(self.old_routes, self.old_calls and not self.old_fails)
        layer = self.old_layer
        reading = New(layer.options, self.request, self.asks) if layer else None
        return self._headers(self.old_own, reading, names)

    def _names(self, routes: dict[str, Any], calls: bool) -> list[str]:
        endpoint = routes[self.request.method]["endpoint"]
        words = ",".join(self._vary(endpoint, calls)).split(",")
        view = self.view(endpoint)
        names = [word.strip() for word in words if word]
        return [*names, *["Cookie"] * bool(view and view.does.session and calls)]

    def _own(self, endpoint: str | None, calls: bool) -> str | None:
        written = self._written(endpoint, calls, "Access-Control-Allow-Origin")
        return written[0] if written else None

    def _vary(self, endpoint: str | None, calls: bool) -> list[str]:
        return self._written(endpoint, calls, "Vary")

    def _written(self, endpoint: str | None, calls: bool, name: str) -> list[str]:
        view = self.view(endpoint)
        headers = view.does.headers if view is not None and calls else []
        return [value for key, value in headers if key == name]
