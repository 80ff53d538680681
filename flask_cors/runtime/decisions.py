"""Decisions on requests: from the facts of a request and its policy, by ``decide``.

The hooks and ``explain`` call the same functions. Logs nothing, and writes nothing but the
cache of decisions that requests share.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from flask import Flask, Request
from werkzeug.routing import Rule

from ..policy.decide import AnsweredElsewhere, Decision, Served, decide
from ..policy.facts import Preflight
from ..policy.policy import Policy
from ..resolution.compile import Policies
from ..resolution.marks import ENFORCING
from ..resolution.table import NOT_COMPILED, Target
from . import endpoint as endpoints

# Limits on what clients can put into the cache; tests/unit/runtime measures the bytes.
MAX_DECISIONS: Final = 768
MAX_TEXT: Final = 256
MAX_HEADER_NAMES: Final = 16
MAX_SERVED: Final = 8

_Key = tuple[Policy, str | None, Preflight | tuple[Preflight | None, Served] | None]


class DecisionCache:
    """The decisions of one table, for the next request that is equal; limited in bytes."""

    __slots__ = ("_known", "get")

    def __init__(self) -> None:
        self._known: dict[_Key, Decision] = {}
        #: Return the decision of a key ``(policy, origin, preflight)``, or ``None``.
        self.get = self._known.get

    def __len__(self) -> int:
        return len(self._known)

    def decide(
        self,
        policy: Policy,
        origin: str | None,
        preflight: Preflight | None = None,
        served: Served = (),
    ) -> Decision:
        """Return the decision, made now where it is not cached."""
        key = (policy, origin, (preflight, served) if served else preflight)
        known = self._known.get(key)
        if known is None:
            known = decide(policy, origin, preflight, served)
            if known.lasting and len(served) <= MAX_SERVED and _is_small(origin, preflight):
                if len(self._known) >= MAX_DECISIONS:
                    self._known.clear()
                self._known[key] = known
        return known


def _is_small(origin: str | None, preflight: Preflight | None) -> bool:
    length = len(origin or "")
    if preflight is not None:
        names = preflight.headers or ""
        length += len(preflight.method) + len(names)
        if names.count(",") >= MAX_HEADER_NAMES:
            return False
    return length <= MAX_TEXT


class Compiled:
    """The policies of an app, their table, and the decisions made by them.

    ``url_map`` returns the URL map that they were compiled for: some servers swap it. It is not
    kept alive, nor read, only recognised.
    """

    __slots__ = ("cache", "enforces", "policies", "table", "url_map")

    def __init__(self, policies: Policies, url_map: Callable[[], object]) -> None:
        self.policies = policies
        self.table = policies.table
        self.cache = DecisionCache()
        #: Whether ``enforce`` may be on for a request; else it is not looked up.
        self.enforces = policies.enforces or bool(ENFORCING)
        self.url_map = url_map


class Answer(NamedTuple):
    """What a preflight gets.

    ``decision`` is ``None`` where the library leaves it alone, ``short_circuits`` whether it is
    answered before any code of the app, ``endpoint`` what would serve the method it asks for.
    """

    decision: Decision | None
    short_circuits: bool
    endpoint: str | None


def preflight_of(request: Request) -> Preflight | None:
    """Return what a CORS-preflight request asks for; ``None`` for any other request.

    See #cors-preflight-request: ``OPTIONS``, with ``Origin`` and
    Access-Control-Request-Method.
    """
    if request.method != "OPTIONS":
        return None
    environ = request.environ
    method = environ.get("HTTP_ACCESS_CONTROL_REQUEST_METHOD")
    if not method or not environ.get("HTTP_ORIGIN"):
        return None
    return Preflight(
        method,
        environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS"),
        environ.get("HTTP_ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK") == "true",
    )


def answer_preflight(app: Flask, compiled: Compiled, request: Request, wanted: Preflight) -> Answer:
    """Decide on a preflight, and whether it is answered before any code of the app runs."""
    policies = compiled.policies
    if request.routing_exception is not None and endpoints.is_refused(request):
        return Answer(None, False, None)
    whole = policies.knows_all_rules
    every = whole and policies.every_rule_has_options
    target = endpoints.target_of_preflight(app, request, wanted.method, every)
    policy = policies.policy(target)
    own = endpoints.own_options(request)
    marks = policies.marks_of(own.endpoint, own.rule, "OPTIONS") if own else ()
    if policy is None or marks is None:
        return Answer(None, False, target.endpoint)
    short_circuits = _short_circuits(policies, policy, target, own)
    if not (short_circuits or own):
        return Answer(None, False, target.endpoint)
    served: Served = ()
    if not (whole and policies.has_one_policy):
        targets = endpoints.targets_served(app, request, policy.methods - {"*"})
        served = _served(policies, targets, own, short_circuits)
        if all(
            isinstance(other, Policy) and policies.are_equal(policy, other) for _, other in served
        ):
            served = ()
    decision = compiled.cache.decide(policy, request.environ["HTTP_ORIGIN"], wanted, served)
    return Answer(decision, short_circuits, target.endpoint)


def decide_options(app: Flask, compiled: Compiled, request: Request) -> Decision | None:
    """Decide on any ``OPTIONS`` request; ``None`` where the library leaves it alone."""
    if wanted := preflight_of(request):
        return answer_preflight(app, compiled, request, wanted).decision
    decision = decide_actual(app, compiled, request)
    return None if decision is None or is_left_to_flask(decision.policy, request) else decision


def is_left_to_flask(policy: Policy, request: Request) -> bool:
    """Return whether no headers are added to an ``OPTIONS`` request that is no preflight.

    So it is under ``automatic_options=False``, unless the view itself serves ``OPTIONS``.
    """
    on = policy.automatic_options or request.method != "OPTIONS"
    return not on and endpoints.own_options(request) is None


def _short_circuits(policies: Policies, policy: Policy, target: Target, own: Rule | None) -> bool:
    """Return whether a preflight is answered before any code of the app.

    *own* is the rule whose view serves the ``OPTIONS`` request itself, if there is one.
    """
    return policy.automatic_options and (
        own is None
        or bool(policies.marks_of(own.endpoint, own.rule, "OPTIONS"))
        or bool(policies.marks_of(target.endpoint, target.rule, target.method))
    )


def _served(
    policies: Policies, targets: Sequence[Target], own: Rule | None, short_circuits: bool
) -> Served:
    """Return the policies of all methods of the URL; some preflights are answered elsewhere."""
    found: list[tuple[str, Policy | AnsweredElsewhere | None]] = []
    for target in targets:
        policy = policies.policy(target)
        served: Policy | AnsweredElsewhere | None = policy
        if policy and _short_circuits(policies, policy, target, own) is not short_circuits:
            served = AnsweredElsewhere(policy)
        found.append((target.method or "", served))
    return tuple(found)


def decide_uncovered(app: Flask, compiled: Compiled, request: Request) -> Decision | None:
    """Decide on a request of a route without CORS, by the config alone: no origin is allowed.

    ``None`` where the view is ``cors_exempt``, which opens everything.
    """
    target = endpoints.target_of(app, request)
    if compiled.policies.marks_of(target.endpoint, target.rule, target.method) is None:
        return None
    policy = compiled.policies.uncovered
    return compiled.cache.decide(policy, request.environ.get("HTTP_ORIGIN"))


def decide_actual(app: Flask, compiled: Compiled, request: Request) -> Decision | None:
    """Decide on a request that is no preflight; ``None`` where CORS is off."""
    rule = request.url_rule
    policy: Policy | None = NOT_COMPILED
    if rule is not None:
        policy = compiled.table.policy(rule.endpoint, rule.rule, request.method, request.path)
    if policy is NOT_COMPILED:
        policy = compiled.policies.policy(endpoints.target_of(app, request))
    if policy is None:
        return None
    origin = request.environ.get("HTTP_ORIGIN")
    cache = compiled.cache
    return cache.get((policy, origin, None)) or cache.decide(policy, origin)
