"""The engine: what one request of Flask is decided to get, asked by the hooks and ``explain``.

Finds the policy and lets the protocol decide, once for requests that are alike. Logs nothing,
writes nothing.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Final, NamedTuple

from flask import Flask, Request

from ..policy.decide import Decision, Preflight, decide
from ..policy.policy import Policy
from ..resolution.table import Table
from . import endpoint as routing

# How many decisions an app keeps, and how much of a client's text in each: about 2 MB.
MAX_REMEMBERED: Final = 2048
MAX_REMEMBERED_LENGTH: Final = 512
MAX_METHOD_LENGTH: Final = 32
#: Stands for a decision that was not made; ``None`` is one, that CORS is off.
UNDECIDED: Final[Any] = object()


class Answer(NamedTuple):
    """What a preflight gets.

    ``decision`` is ``None`` where the library leaves it alone, ``here`` whether it is
    answered before any code of the app, ``endpoint`` what would serve the method it asks for.
    """

    decision: Decision | None
    here: bool
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


def answer_preflight(app: Flask, table: Table, request: Request, wanted: Preflight) -> Answer:
    """Decide on a preflight, and say whether it is answered here or goes on to Flask."""
    if request.routing_exception is not None and routing.is_refused(request):
        return Answer(None, False, None)
    every = table.every_rule_has_options
    endpoint, method, path = routing.target_of_preflight(app, request, wanted.method, every)
    policy = table.policy(endpoint, method, path)
    own = routing.own_options(request)
    if policy is None or (own and table.exempts(own.endpoint, "OPTIONS")):
        return Answer(None, False, endpoint)
    here = policy.automatic_options and (
        own is None or table.marked(endpoint, method) or table.marked(own.endpoint, "OPTIONS")
    )
    origin = request.environ["HTTP_ORIGIN"]
    decision = _decide_once(table, policy, origin, wanted) if here or own else None
    return Answer(decision, here, endpoint)


def remembered(table: Table | None, request: Request) -> Any:
    """Return what was decided on an actual request alike; :data:`UNDECIDED` where none was."""
    rule = request.url_rule
    if table is None or rule is None or "/." in request.path:
        return UNDECIDED
    key = (rule.endpoint, request.method, request.environ.get("HTTP_ORIGIN"))
    return table.decided.get(key, UNDECIDED)


def decide_actual(app: Flask, table: Table, request: Request) -> Decision | None:
    """Decide on a request that is no preflight; ``None`` where CORS is off."""
    target = routing.target_of(app, request)
    origin = request.environ.get("HTTP_ORIGIN")
    policy = table.policy(*target)
    decision = None if policy is None else _decide_once(table, policy, origin, None)
    method = request.method
    if request.url_rule is None or "/." in request.path or len(method) > MAX_METHOD_LENGTH:
        return decision
    if table.is_fixed(target.endpoint, method):
        _remember(table, (target.endpoint, method, origin), decision, origin)
    return decision


# -- what was decided before -----------------------------------------------------------


def _decide_once(
    table: Table, policy: Policy, origin: str | None, wanted: Preflight | None
) -> Decision:
    key = (policy, origin, wanted)
    known: Decision | None = table.decided.get(key)
    if known is None:
        known = decide(policy, origin, wanted)
        _remember(table, key, known, origin)
    return known


def _remember(table: Table, key: Hashable, decision: Decision | None, origin: str | None) -> None:
    """Keep a decision for the next request alike, within bounds that no client can grow."""
    asked = [origin or ""]
    if decision is not None:
        if not decision.lasting:
            return
        if wanted := decision.preflight:
            asked += [wanted.method, wanted.headers or ""]
    if sum(map(len, asked)) <= MAX_REMEMBERED_LENGTH:
        if len(table.decided) >= MAX_REMEMBERED:
            table.decided.clear()
        table.decided[key] = decision
