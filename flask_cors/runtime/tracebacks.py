"""Tracebacks in debug mode: what a page's developer may read of an exception that leaves the app.

Outside debug mode, and with ``TESTING``, every exception leaves the app as in Flask.
"""

from __future__ import annotations

import traceback

from flask import Flask, Request, Response

from ..errors import LOG
from ..policy.decide import Decision
from .denials import is_same_origin

_PLAIN = (
    "Internal Server Error\nThe traceback is in the server's log: any site could read it here.\n"
)


def response_for(
    app: Flask, request: Request, decision: Decision | None, error: Exception
) -> Response | None:
    """Return the 500 that the page can read, or ``None`` where the error leaves the app.

    The traceback is shown to an origin that a literal or wildcard origin names. Where any
    origin is allowed, the page gets a plain 500, since every site could read it.
    """
    if decision is None or decision.origin is None or is_same_origin(request, decision.origin):
        return None
    text = _text_for(app, decision, error)
    if text is None:
        LOG.warning(
            "An unhandled exception is passed to the WSGI server, so the response has no CORS "
            "headers: the browser will report a CORS error to %r, and hide the 500",
            decision.origin,
        )
        return None
    sent = "a plain 500 is sent to" if text == _PLAIN else "shown to"
    LOG.error("Exception on %r, %s %r", request.path, sent, decision.origin, exc_info=error)
    content_type = "text/plain; charset=utf-8"
    return app.response_class(text, status=500, content_type=content_type)


def _text_for(app: Flask, decision: Decision, error: Exception) -> str | bytes | None:
    match = decision.match
    if not app.debug or app.testing or not decision.policy.intercept_exceptions:
        return None
    if match.kind == "any":
        return _PLAIN
    # Any site can become the origin "null", so a list that holds it names no one site.
    if match.kind in ("literal", "wildcard") and match.pattern != "null":
        return "".join(traceback.format_exception(error)).encode(errors="backslashreplace")
    return None
