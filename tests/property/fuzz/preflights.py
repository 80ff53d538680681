"""Target: ``decide``, and with it the parser of Access-Control-Request-Headers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask_cors.errors import Report, Source
from flask_cors.options.reader import read_options
from flask_cors.options.schema import DEFAULTS
from flask_cors.policy.decide import Decision, decide, refuses
from flask_cors.policy.facts import Preflight
from flask_cors.policy.policy import Policy
from flask_cors.policy.steps import steps
from tests import seeds
from tests.property.fuzz.encoding import decode, encode, first, groups
from tests.property.fuzz.protocol import (
    POLICIES,
    VISIBLE,
    A,
    Asked,
    Rules,
    headers,
    headers_beside,
    is_valid,
    varies,
)

# What a log line may hold of a request: a few names, each cut short.
LONGEST_REASON = 2048


def policy_of(options: Any) -> Policy:
    report = Report(Source("app", "CORS(app)"))
    settings = read_options(options, "app", report)
    report.raise_if_any()
    return Policy.of({**DEFAULTS, **settings})


COMPILED = [(policy_of(options), rules) for options, rules in POLICIES]


def check(data: bytes) -> None:
    """Decide on one request under each policy: names, origin, method, network, what is served.

    A method that is served ends with the number of its policy; without one it has none.
    """
    names, origins, methods, network, methods_served = groups(decode(data), 5)
    wanted = first(names) if names else None
    asked = Asked("OPTIONS", first(origins) or None, first(methods), wanted, network == ["true"])
    for policy, rules in COMPILED:
        check_actual(policy, rules, asked._replace(method="GET"))
        check_preflight(policy, rules, asked)
        if methods_served:
            check_beside(policy, rules, asked, [read_served(unit) for unit in methods_served])


def read_served(unit: str) -> tuple[str, int | None]:
    """Return a method and the number of its policy."""
    number = int(unit[-1]) if unit[-1:] in set("01234") and unit[-1:] else None
    return (unit if number is None else unit[:-1]), number


def check_actual(policy: Policy, rules: Rules, asked: Asked) -> None:
    decision = decide(policy, asked.origin)
    check_decision(decision, rules, asked)
    assert decision.lines == decide(policy, asked.origin).lines
    allowed = asked.origin is not None and rules.origins(asked.origin)
    assert decision.allowed == allowed
    for method in {"GET", asked.wanted_method or "POST"}:
        named = bool({method, "*"} & rules.methods)
        safe = method in ("GET", "HEAD", "OPTIONS")
        good = (asked.origin is None or allowed) if safe else (allowed or rules.any) and named
        assert refuses(decision, method) is not good, (asked, method)


def check_preflight(policy: Policy, rules: Rules, asked: Asked) -> None:
    if not asked.is_preflight:
        return
    preflight = Preflight(asked.wanted_method or "", asked.wanted_headers, asked.network)
    decision = decide(policy, asked.origin, preflight)
    check_decision(decision, rules, asked)
    grant = decision.grant
    assert grant is not None
    # Nothing is invented, lost or kept twice: the work is bounded by what was sent.
    kept = sum(map(len, grant.headers + grant.refused))
    assert kept <= len(asked.wanted_headers or "")
    assert len(grant.headers + grant.refused) <= 256


def check_beside(
    policy: Policy, rules: Rules, asked: Asked, served: list[tuple[str, int | None]]
) -> None:
    """Decide on a preflight of a URL that serves several methods."""
    if not asked.is_preflight:
        return
    preflight = Preflight(asked.wanted_method or "", asked.wanted_headers, asked.network)
    policies = [(name, None if at is None else COMPILED[at][0]) for name, at in served]
    by_hand = [(name, None if at is None else COMPILED[at][1]) for name, at in served]
    found = decide(policy, asked.origin, preflight, tuple(policies))
    expected = headers_beside(rules, asked, by_hand)
    assert sorted(found.headers) == expected, (asked, served, found.headers)


def check_decision(decision: Decision, rules: Rules, asked: Asked) -> None:
    """Compare headers and Vary with those written down by hand, and read the log line."""
    assert sorted(decision.headers) == headers(rules, asked), (asked, decision.headers)
    assert decision.vary == varies(rules, asked), (asked, decision.vary)
    for name, value in decision.headers:
        assert is_valid(name, value), (asked, name, value)
    for text in (decision.reason, *(step.text for step in steps(decision))):
        assert set(text) <= VISIBLE | {" "}, text
        assert len(text) <= LONGEST_REASON, text
    assert bool(decision.reason) == (asked.origin is not None and not decision.allowed)


def corpus() -> Iterator[bytes]:
    """Make inputs of what pins the rules elsewhere."""
    for value in (*seeds.REQUEST_HEADERS, "x-b1,x-a, content-type ,evil", "," * 300):
        if len(value) < 1000:
            yield encode([value], [A], ["PUT"])
    for method in seeds.NAMES:
        yield encode(["x-a"], [A], [method], ["true"])
    for origin in ("https://q.w.example", "https://xy.r.example", "null", *seeds.ODD_ORIGINS[1:]):
        yield encode([], [origin], ["GET"])
    yield encode(["x-a"])
    for served in (
        ["GET1", "PUT1", "DELETE"],
        ["GET2", "PUT1", "X-M1"],
        ["GET", "PUT1"],
        ["POST3", "PUT2", "HEAD0", "*0"],
        ["GET0", "HEAD1", "POST2", "PUT3"],
        ["GET3", "HEAD4", "POST", "PUT0"],
        ["GET4", "HEAD2", "POST1", "PUT2"],
    ):
        for method in ("GET", "PUT", "POST", "*"):
            yield encode(["x-a, content-type"], [A], [method], ["true"], served)
