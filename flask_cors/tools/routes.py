"""The effective policy of every route of an app: one row per URL rule and policy.

Asks the table that requests are answered with; decides nothing itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter, RequestRedirect, Rule

from ..policy.policy import Policy
from ..resolution.compile import Policies
from ..resolution.marks import Layers
from ..resolution.table import Route, Target
from . import explanation
from .explanation import EffectiveOption

_MOST_EXAMPLES: Final = 50
_TEXT: Final = "example"
_CONVERTER = re.compile(r"<(?:(\w+)(?:\((.*?)\))?:)?\w+>")
_VALUES: Final = {"int": "1", "float": "1.5", "uuid": "00000000-0000-4000-8000-000000000000"}


@dataclass(frozen=True)
class RouteRow:
    """A URL rule, those of its methods that share a policy, and a path where that holds.

    ``policy`` is ``None`` where CORS is off, and ``exempt`` then says whether a
    ``cors_exempt`` is why. ``varies`` tells that other paths of the rule may have other
    resources; those that could be found have rows of their own. ``own_options`` says that
    a view serves ``OPTIONS`` itself.
    """

    endpoint: str
    rule: str
    host: str
    methods: tuple[str, ...]
    path: str
    policy: Policy | None
    layers: Layers
    exempt: bool
    varies: bool
    own_options: bool


def overview(app: Flask, policies: Policies, endpoint: str | None = None) -> list[RouteRow]:
    """Return a row for every URL rule, or for those of one *endpoint*, in the app's order.

    A rule has several rows where its methods, or paths it serves, have several policies.
    """
    adapter = app.url_map.bind(app.config["SERVER_NAME"] or "localhost")
    rules = app.url_map.iter_rules() if endpoint is None else app.url_map.iter_rules(endpoint)
    return [row for rule in rules for row in _rows(policies, adapter, rule)]


def effective_options(policy: Policy) -> list[EffectiveOption]:
    """Return a policy's options as text, each with its source, in the documented order."""
    return list(explanation.effective_options(policy.settings))


def shown_methods(rule: Rule) -> list[str]:
    """Return the methods that a rule's view serves: without Flask's automatic OPTIONS."""
    methods = set(rule.methods or ("GET", "HEAD"))
    if not has_own_options(rule):
        methods.discard("OPTIONS")
    return sorted(methods)


def has_own_options(rule: Rule) -> bool:
    """Return whether a rule's view serves ``OPTIONS`` itself."""
    automatic: bool = getattr(rule, "provide_automatic_options", True)
    return "OPTIONS" in (rule.methods or ()) and not automatic


def is_variable(route: Route, rule: Rule) -> bool:
    """Return whether the resources that apply to a rule's requests depend on their paths."""
    return "<" in rule.rule and route.outer is None


def _rows(policies: Policies, adapter: MapAdapter, rule: Rule) -> Iterator[RouteRow]:
    route = policies.route(rule.endpoint, rule.rule)
    assert route is not None
    varies = is_variable(route, rule)
    seen: set[tuple[Policy | None, tuple[str, ...]]] = set()
    for path in _examples(route, adapter, rule) if varies else [example(rule.rule)]:
        for policy, methods in _by_policy(policies, rule, path).items():
            if (policy, methods) in seen:
                continue
            seen.add((policy, methods))
            layers = policies.layers(Target(rule.endpoint, rule.rule, methods[0], path))
            yield RouteRow(
                endpoint=rule.endpoint,
                rule=rule.rule,
                host=rule.host or rule.subdomain or "",
                methods=methods,
                path=path,
                policy=policy,
                layers=layers or (),
                exempt=layers is None,
                varies=varies,
                own_options=has_own_options(rule),
            )


def _by_policy(policies: Policies, rule: Rule, path: str) -> dict[Policy | None, tuple[str, ...]]:
    found: dict[Policy | None, tuple[str, ...]] = {}
    for method in shown_methods(rule):
        policy = policies.policy(Target(rule.endpoint, rule.rule, method, path))
        found[policy] = (*found.get(policy, ()), method)
    return found


def example(rule: str) -> str:
    """Return a path that a URL rule serves, as far as its converters are known."""

    def fill(found: re.Match[str]) -> str:
        if found[1] == "any" and found[2]:
            return found[2].split(",")[0].strip(" '\"")
        return _VALUES.get(found[1], _TEXT)

    return _CONVERTER.sub(fill, rule)


def _examples(route: Route, adapter: MapAdapter, rule: Rule) -> Sequence[str]:
    """Return paths of a rule to which different resources may apply."""
    start = rule.rule.partition("<")[0]
    wanted = [
        pattern.text.replace("*", _TEXT) if pattern.regex is None else pattern.literal + _TEXT
        for scope in route.scopes
        for pattern, _ in scope
        if pattern.possible(start)
    ]
    paths = [example(rule.rule), *wanted[:_MOST_EXAMPLES]]
    return [
        path for path in dict.fromkeys(paths) if path == paths[0] or _serves(adapter, path, rule)
    ]


def _serves(adapter: MapAdapter, path: str, rule: Rule) -> bool:
    try:
        found: tuple[Any, Any] = adapter.match(path, shown_methods(rule)[0], return_rule=True)
    except (HTTPException, RequestRedirect):
        return False
    return found[0] is rule


def policies_of(rows: Iterable[RouteRow]) -> list[Policy]:
    """Return the policies of *rows*, those of most routes first."""
    counts: dict[Policy, int] = {}
    for row in rows:
        if row.policy is not None:
            counts[row.policy] = counts.get(row.policy, 0) + 1
    return sorted(counts, key=lambda policy: -counts[policy])
