"""Enforcement: a cross-origin request that the policy does not allow is refused with 403.

CORS alone stops no request: a browser sends a form, or a ``POST`` of ``text/plain``, with the
user's cookies, and only hides the answer. Where ``enforce`` is on, such a request ends before any
hook or view. The browser reports what is cross-origin: no page can set ``Sec-Fetch-Site`` (W3C
Fetch Metadata Request Headers, section 2.3) or ``Origin`` (#origin-header).
"""

from __future__ import annotations

from typing import Any, Final

from flask import Flask, Request
from werkzeug.exceptions import Forbidden

from ..errors import shorten
from ..patterns.paths import has_dot_segment
from ..policy.decide import Decision, refuses
from ..policy.policy import Policy
from ..resolution.table import NOT_COMPILED, Route
from .decisions import Compiled, decide_uncovered
from .denials import is_same_origin, own_origin, report_failed_callable, report_refusal
from .endpoint import target_of
from .notes import note_answered, notes_on

_READS: Final = frozenset({"GET", "HEAD"})
# The values of Sec-Fetch-Site where no other origin takes part in the request.
_NOT_CROSS_ORIGIN: Final = frozenset({"same-origin", "none"})


class CrossOriginRefused(Forbidden):
    """A cross-origin request that the policy does not allow, refused because of ``enforce``.

    ``decision`` is the :class:`~flask_cors.policy.decide.Decision` on the request. An error handler
    for it, or for 403, renders the response.
    """

    def __init__(self, decision: Decision, description: str) -> None:
        super().__init__(description)
        self.decision = decision

    def get_headers(self, *args: Any, **kwargs: Any) -> list[tuple[str, str]]:
        """Return the headers of the response, which no cache may store."""
        return [*super().get_headers(*args, **kwargs), ("Cache-Control", "no-store")]


def check(app: Flask, compiled: Compiled, request: Request) -> Decision | None:
    """Raise :class:`CrossOriginRefused` where ``enforce`` refuses the request; not ``OPTIONS``.

    Return the decision on its headers where it was made. What nobody refuses returns first, and
    origins are compared last: that costs more than all the rest, and matters where the policy
    does not allow the request.
    """
    environ, method, rule = request.environ, request.method, request.url_rule
    site, origin = environ.get("HTTP_SEC_FETCH_SITE"), environ.get("HTTP_ORIGIN")
    # Without a rule it is a 404, a 405 or a redirect.
    if rule is None or site in _NOT_CROSS_ORIGIN:
        return None
    if origin is None and (site is None or method in _READS):
        return None
    # Written out, as in `decide_actual`: each call would cost a third of what this may cost.
    policy = compiled.table.policy(rule.endpoint, rule.rule, method, request.path)
    if policy is NOT_COMPILED:
        policy = compiled.policies.policy(target_of(app, request))
    decision = None
    if policy is not None:
        if not policy.enforce:
            return None
        decision = compiled.cache.get((policy, origin, None)) or _decide(compiled, policy, request)
        if decision.allowed and (method in _READS or policy.allows_method(method)):
            return decision
    if may_be_refused(request) and (refused := refusal(app, compiled, request, decision)):
        note_answered(request)
        report_refusal(app, request, refused, describe(request, refused))
        raise CrossOriginRefused(refused, describe(request, refused, names_host=app.debug))
    return decision


def _decide(compiled: Compiled, policy: Policy, request: Request) -> Decision:
    """Decide on a request, and note it where callables were asked: they are asked once."""
    decision = compiled.cache.decide(policy, request.environ.get("HTTP_ORIGIN"))
    if not decision.lasting:
        notes_on(request).decision = decision
        report_failed_callable(decision)
    return decision


def may_be_refused(request: Request) -> bool:
    """Return whether ``enforce`` refuses the request if its policy does not allow it.

    A 404, a 405 and a redirect stay what they are, since no view runs; ``OPTIONS`` changes
    nothing. Links, images and other reads without ``Origin`` are what every page may send.
    """
    method = request.method
    if method == "OPTIONS" or request.routing_exception is not None:
        return False
    if method in _READS and not request.environ.get("HTTP_ORIGIN"):
        return False
    return is_cross_origin(request)


def refusal(
    app: Flask, compiled: Compiled, request: Request, decision: Decision | None
) -> Decision | None:
    """Return the decision by which ``enforce`` refuses a cross-origin request, or ``None``.

    *decision* is the one on the CORS headers, ``None`` where CORS is off. There the config alone
    governs, and ``cors_exempt`` opens.
    """
    if decision is not None:
        enforced = decision.policy.enforce
    else:
        decision = decide_uncovered(app, compiled, request)
        enforced = decision is not None and (
            decision.policy.enforce or _is_enforced_nearby(app, compiled, request)
        )
    return decision if decision and enforced and refuses(decision, request.method) else None


def _is_enforced_nearby(app: Flask, compiled: Compiled, request: Request) -> bool:
    """Return whether ``enforce`` may be meant for a path with a dot segment.

    No resource is matched with such a path, so that CORS is off; a form could still send it
    (``/files/..%2fx``). So ``enforce`` is on where it is on some path of the URL rule.
    """
    if not has_dot_segment(request.path):
        return False
    target = target_of(app, request)
    route = compiled.policies.route(target.endpoint, target.rule)
    return route is not None and _is_enforced_somewhere(route, target.method)


def _is_enforced_somewhere(route: Route, method: str | None) -> bool:
    for layer in route.marks_of(method) or ():
        if setting := layer.settings.get("enforce"):
            return bool(setting.value)
    around = (layer.settings.get("enforce") for scope in route.scopes for _, layer in scope)
    return any(setting is not None and setting.value for setting in around)


def is_cross_origin(request: Request) -> bool:
    """Return whether a page of another origin, or what may be one, makes the request.

    ``Sec-Fetch-Site`` is ``same-origin`` or ``none`` where the page is of this origin or the user
    typed the address. Without that header, a request without ``Origin`` is no browser's.
    """
    site = request.environ.get("HTTP_SEC_FETCH_SITE")
    if site is not None:
        return site not in _NOT_CROSS_ORIGIN
    origin = request.environ.get("HTTP_ORIGIN")
    return bool(origin) and not is_same_origin(request, origin)


def describe(request: Request, decision: Decision, names_host: bool = True) -> str:
    """Return why the request is refused, and what to check where that may be wrong.

    *names_host* is for the log and for debug mode: a host behind a proxy is nothing for strangers.
    """
    origin = shorten(decision.origin) if decision.origin else "an unknown origin"
    text = f"A page of {origin} may not send this {request.method} request to this server."
    if decision.origin not in (None, "null") and "HTTP_SEC_FETCH_SITE" not in request.environ:
        if names_host:
            text += f" The server's own origin is {shorten(own_origin(request))} here."
        text += (
            " Behind a proxy that terminates TLS or changes Host, set up "
            "werkzeug.middleware.proxy_fix.ProxyFix."
        )
    return text
