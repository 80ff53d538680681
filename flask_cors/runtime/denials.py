"""Denials: the log line and the signal for a request that the policy does not allow."""

from __future__ import annotations

import logging

from flask import Flask, Request, Response
from werkzeug.wsgi import get_host

from .. import fetch
from ..errors import LOG, printable, shorten
from ..policy.decide import Decision
from ..signals import cors_denied
from .notes import notes_on


def report(app: Flask, request: Request, decision: Decision, response: Response) -> None:
    """Log a denial and send the signal, once a request.

    A request of the page's own origin is no denial, nor one whose *response* holds an answer of
    the app.
    """
    level = logging.WARNING if app.debug else logging.INFO
    logged, heard = LOG.isEnabledFor(level), cors_denied.receivers
    if not (logged or heard) or notes_on(request).reported:
        return
    if is_same_origin(request, decision.origin) or fetch.ALLOW_ORIGIN in response.headers:
        return
    notes_on(request).reported = True
    if logged:
        where = (shorten(request.method), shorten(request.path))
        LOG.log(level, "CORS denied: %s %s: %s", *where, printable(decision.reason))
    if heard:
        cors_denied.send(app, _async_wrapper=app.ensure_sync, decision=decision)


def report_refusal(app: Flask, request: Request, decision: Decision) -> None:
    """Log a refusal by ``enforce`` and send the signal; it is not reported again as a denial."""
    notes_on(request).reported = True
    level = logging.WARNING if app.debug else logging.INFO
    where = (shorten(request.method), shorten(request.path))
    origin = shorten(decision.origin)
    LOG.log(level, "CORS refused: %s %s from %s, answered with 403 by enforce", *where, origin)
    if cors_denied.receivers:
        cors_denied.send(app, _async_wrapper=app.ensure_sync, decision=decision)


def report_failed_callable(decision: Decision) -> None:
    """Log that a callable of ``origins`` failed, or returned something that is no bool."""
    match = decision.match
    if match.error is not None:
        LOG.error("CORS: the callable %s failed", printable(match.pattern), exc_info=match.error)


def is_same_origin(request: Request, origin: str | None) -> bool:
    """Return whether the page is of this very origin, so that no CORS applies to it.

    ``Sec-Fetch-Site`` comes from the browser alone; without it ``Origin`` is compared with the
    request's scheme, host and port.
    """
    environ = request.environ
    if environ.get("HTTP_SEC_FETCH_SITE") == "same-origin":
        return True
    # request.host raises where Flask does not trust the host.
    return origin == f"{request.scheme}://{get_host(environ)}".lower()
