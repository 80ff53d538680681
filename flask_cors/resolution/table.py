"""The compiled table: which policy applies to an endpoint, a method and a path, by look-up only.

Immutable; what it does not hold yet is compiled by ``compile``. Never reads a view, a URL rule or
a configuration.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from ..patterns.paths import has_dot_segment
from ..policy.policy import Policy
from .layers import AMBIGUOUS_AREA, Areas, Scope, match_all, names_around
from .marks import Layers

#: A policy that is not compiled yet; ``None`` is one that is: CORS is off.
NOT_COMPILED: Final[Any] = object()

# What a URL rule knows without a path: one policy, or one for each method.
Known = Policy | dict[str | None, Policy | None] | None


class Target(NamedTuple):
    """What a request is about: an endpoint, a method, and the URL that is served.

    ``endpoint`` and ``rule``, the text of the URL rule, are ``None`` where none serves the path
    (404), ``method`` where no handler does (405). ``host`` is the subdomain, or the host where
    the app matches hosts; it is set only where no endpoint serves the path.
    """

    endpoint: str | None
    rule: str | None
    method: str | None
    path: str
    host: str | None = None


class Route:
    """One URL rule of an endpoint: the marks of its view, and the scopes around it.

    ``marks`` are the layers of the view without a method, ``by_method`` those with one, for view
    classes; ``None`` is a ``cors_exempt``. ``both`` says that the path is served with and
    without its last slash; ``outer`` are the layers around the view where these are the same on
    every path of the rule, else ``None``.
    """

    __slots__ = ("both", "by_method", "marks", "outer", "scopes")

    def __init__(
        self,
        marks: Layers | None,
        by_method: Mapping[str | None, Layers | None],
        scopes: Sequence[Scope],
        both: bool,
    ) -> None:
        self.marks = marks
        self.by_method = by_method
        self.scopes = scopes
        self.both = both
        self.outer: Layers | None = None

    def knows(self, method: str | None) -> bool:
        """Return whether the marks of *method* were read: a rule may be added for another one."""
        return method is None or not self.by_method or method in self.by_method

    def marks_of(self, method: str | None) -> Layers | None:
        """Return the marks from the handler of *method* outwards; ``None`` if exempt."""
        return self.by_method.get(method, self.marks)

    def layers_around(self, path: str) -> Layers:
        """Return the layers of the blueprints and the app, the most specific first."""
        return match_all(self.scopes, path, self.both) if self.outer is None else self.outer

    def layers(self, method: str | None, path: str) -> Layers | None:
        """Return the layers of the walk, most specific first; ``None`` for a ``cors_exempt``."""
        marks = self.marks_of(method)
        return None if marks is None else marks + self.layers_around(path)


class Table:
    """The policies of one app as they were compiled."""

    __slots__ = ("_areas", "_around", "_known", "_policies", "_scopes", "routes")

    def __init__(
        self,
        known: Mapping[tuple[str, str], Known],
        policies: Mapping[Layers, Policy],
        routes: Mapping[tuple[str, str], Route],
        scopes: Mapping[str | None, Scope],
        areas: Areas,
    ) -> None:
        self._known: Any = known
        self._policies = policies
        #: The routes by endpoint and text of the URL rule.
        self.routes = routes
        self._scopes = scopes
        #: Scopes that several endpoints share, so that each combination is kept once.
        self._around: dict[tuple[Scope, ...], tuple[Scope, ...]] = {}
        self._areas = areas

    def policy(
        self,
        endpoint: str | None,
        rule: str | None,
        method: str | None,
        path: str,
        host: str | None = None,
    ) -> Any:
        """Return the policy of a target, ``None`` where CORS is off, or ``NOT_COMPILED``."""
        if "/." not in path:
            known = self._known.get((endpoint, rule), NOT_COMPILED)
            if type(known) is dict:
                known = known.get(method, NOT_COMPILED)
            if known is not NOT_COMPILED:
                return known
        if endpoint is not None:
            route = self.routes.get((endpoint, rule or ""))
            if route is None or (route.by_method and not route.knows(method)):
                return NOT_COMPILED
        layers = self.layers(Target(endpoint, rule, method, path, host))
        return self._policies.get(layers, NOT_COMPILED) if layers else None

    def layers(self, target: Target) -> Layers | None:
        """Return the layers of the walk, the most specific first, for a route that is compiled.

        ``None`` for a ``cors_exempt``, and for a path with a dot segment, which no page needs.
        """
        endpoint, rule, method, path, host = target
        if has_dot_segment(path):
            return None
        if endpoint is None or rule is None:
            names, certain = self._areas.find(host, path)
            layers = match_all(self.scopes_of(names), path)
            return layers if certain or not layers else (AMBIGUOUS_AREA, *layers)
        return self.routes[endpoint, rule].layers(method, path)

    def layers_around(self, target: Target) -> Layers:
        """Return the layers without those of the view: of the blueprints and the app."""
        if has_dot_segment(target.path):
            return ()
        route = self.routes.get((target.endpoint or "", target.rule or ""))
        if route is not None:
            return route.layers_around(target.path)
        return self.layers(target._replace(endpoint=None, rule=None)) or ()

    def scopes_of(self, names: Any) -> tuple[Scope, ...]:
        """Return the scopes of the named blueprints, and the app's, the most specific first."""
        found = (self._scopes.get(name) for name in (*names, None))
        return tuple(scope for scope in found if scope is not None)

    def scopes_around(self, endpoint: str) -> tuple[Scope, ...]:
        """Return the scopes of the blueprints around an endpoint, and the app's."""
        scopes = self.scopes_of(names_around(endpoint))
        return self._around.setdefault(scopes, scopes)
