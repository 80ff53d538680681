"""Enforcement: a cross-origin request that the policy does not allow is refused with 403.

CORS alone stops nobody: a browser sends a form, or a ``POST`` of ``text/plain``, with the user's
cookies, and only hides the answer. Where ``enforce`` is on, such a request ends before any hook
or view. What is cross-origin is what the browser says: no page can set ``Sec-Fetch-Site`` (W3C
Fetch Metadata Request Headers, section 2.3) or ``Origin`` (#origin-header).
"""

from __future__ import annotations

from typing import Any, Final

from flask import Flask, Request
from werkzeug.exceptions import Forbidden

from ..errors import shorten
from ..policy.decide import Decision, refuses
from .decisions import Compiled, decide_actual, decide_uncovered
from .denials import is_same_origin, report_refusal

_SAFE: Final = frozenset({"GET", "HEAD"})


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


def check(app: Flask, compiled: Compiled, request: Request) -> None:
    """Raise :class:`CrossOriginRefused` where the request is not allowed.

    A 404, a 405 and a redirect stay what they are, and ``OPTIONS`` changes nothing.
    """
    if request.routing_exception is not None or request.method == "OPTIONS":
        return
    origin = request.environ.get("HTTP_ORIGIN") or None
    if request.method in _SAFE and origin is None:
        return  # links, images and other requests that every page may make
    if not is_cross_origin(request):
        return
    decision = decide_actual(app, compiled, request)
    if decision is None:
        decision = decide_uncovered(app, compiled, request)
    if decision is None or not decision.policy.enforce:
        return
    if refuses(decision, request.method):
        reason = _description(request, decision)
        report_refusal(app, request, decision, reason)
        raise CrossOriginRefused(decision, reason)


def is_cross_origin(request: Request) -> bool:
    """Return whether a page of another origin, or what may be one, makes the request.

    ``Sec-Fetch-Site`` is ``same-origin`` or ``none`` where the page is of this origin or the user
    typed the address. Without that header, a request without ``Origin`` is no browser's.
    """
    site = request.environ.get("HTTP_SEC_FETCH_SITE")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.environ.get("HTTP_ORIGIN")
    return bool(origin) and not is_same_origin(request, origin)


def _description(request: Request, decision: Decision) -> str:
    origin = shorten(decision.origin) if decision.origin else "an unknown origin"
    text = f"A page of {origin} may not send this {request.method} request to this server."
    if decision.origin and "HTTP_SEC_FETCH_SITE" not in request.environ:
        here = f"{request.scheme}://{request.environ.get('HTTP_HOST', '')}"
        text += (
            f" The server takes itself for {shorten(here)}: behind a proxy that ends TLS or "
            "changes Host, set up werkzeug.middleware.proxy_fix.ProxyFix."
        )
    return text
