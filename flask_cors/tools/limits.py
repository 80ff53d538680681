"""Which views of a URL limit the header names that its preflights grant, and why, in words.

A browser caches header names for every method of a URL (#cors-preflight-cache), so ``decide``
grants none that another method does not allow. Decides nothing itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from flask import Flask
from werkzeug.routing import Rule

from ..policy.facts import Limit
from ..resolution.compile import Policies
from ..resolution.table import Target
from .app_code import place_of
from .asking import Asked
from .routes import Adapters, served_rule

#: The code of the step that fails there.
NOT_SHARED: Final = "headers-not-shared"


class Limiting(NamedTuple):
    """A view that serves other methods of the URL, and why these limit the header names."""

    target: Target
    rule: Rule
    limits: Sequence[Limit]

    @property
    def methods(self) -> list[str]:
        """The methods that limit."""
        return list(dict.fromkeys(limit.method for limit in self.limits))


def limiting_views(app: Flask, asked: Asked) -> list[Limiting]:
    """Return the views because of which header names are not allowed; empty where none is."""
    step = next((each for each in asked.failed if each.code == NOT_SHARED), None)
    return [] if step is None else views_of(app, asked.found.target, step.limits)


def views_of(app: Flask, wanted: Target, limits: Sequence[Limit]) -> list[Limiting]:
    """Return the views that serve the methods of *limits* at the URL of *wanted*."""
    rules = app.url_map.iter_rules(wanted.endpoint)
    own = next((each for each in rules if each.rule == wanted.rule), None)
    adapters = Adapters(app)
    adapter = adapters.of(own) if own else adapters.at(wanted.host or "")
    found: dict[str, Limiting] = {}
    for limit in limits:
        if rule := served_rule(adapter, wanted.path, limit.method):
            target = Target(rule.endpoint, rule.rule, limit.method, wanted.path)
            view = found.get(rule.endpoint, Limiting(target, rule, ()))
            found[rule.endpoint] = view._replace(limits=(*view.limits, limit))
    return list(found.values())


def reasons(app: Flask, policies: Policies, view: Limiting, origin: str) -> Iterator[str]:
    """Yield why a view limits header names for pages of *origin*, one reason for each code."""
    methods: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for limit in view.limits:
        methods.setdefault((limit.code, limit.values), []).append(limit.method)
    for (code, values), names in methods.items():
        if code == "method":
            yield _not_in_methods(policies, view, names)
            continue
        exempt = code == "off" and policies.layers(view.target) is None
        words = _WORDS["exempt" if exempt else code].format(origin=origin, values=", ".join(values))
        yield f"{route_of(app, view.rule, names)} {words}"


_WORDS: Final[Mapping[str, str]] = {
    "off": "has no CORS",
    "exempt": "is taken out of CORS by cors_exempt",
    "origin": "does not allow {origin}",
    "headers": "does not allow the request header {values}",
    "credentials": "does not allow credentials",
    "private-network": "does not allow access to a private network",
    "elsewhere": "has its preflights answered by other code (automatic_options, or a view that "
    "serves OPTIONS)",
}


def _not_in_methods(policies: Policies, view: Limiting, names: Sequence[str]) -> str:
    policy = policies.policy(view.target)
    listed = policy is not None and "GET" in policy.methods and "HEAD" in names
    source = f" ({policy.settings['methods'].source})" if policy else ""
    end = ", and GET is: list HEAD where GET is" if listed else ""
    are = "are" if len(names) > 1 else "is"
    return f"{', '.join(names)} {are} not in methods of {view.target.endpoint}{source}{end}"


def route_of(app: Flask, rule: Rule, methods: Sequence[str]) -> str:
    """Name methods of a URL rule, with the view and its file and line."""
    file, line = place_of(app.view_functions.get(rule.endpoint))
    view = f"{rule.endpoint} at {file}:{line}" if file else rule.endpoint
    return f"{', '.join(methods)} {rule.rule} ({view})"
