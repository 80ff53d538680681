"""Denials: what is logged, signalled and, in debug mode, sent where a request is not allowed."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from traceback import walk_tb
from typing import Final
from weakref import WeakSet

from flask import Flask, Request, Response, current_app
from werkzeug.wsgi import get_host

from .. import fetch
from ..errors import CORE_LOG, LOG, Source, printable, shorten
from ..policy.decide import Decision
from ..policy.policy import Policy
from ..resolution.marks import Mark
from ..signals import cors_denied
from .headers import explain_with, forbid_storing
from .notes import notes_on

_MOST_EXPLAINED: Final = 1000
# Of a preflight's header names, in the command that explains it.
_MOST_NAMES: Final = 20
# Some servers name the scheme of a WebSocket handshake; pages have no such scheme.
_OF_PAGES: Final = {"ws": "http", "wss": "https"}
_NO_HOOK_RAN: Final = ": it is called before any hook of the app has run, so g is empty"
# Each policy is logged once: browsers send a cookie with every request of a page.
_with_cookies: WeakSet[Policy] = WeakSet()
# Where ``enforce`` has no effect, each place once.
_LOST_ENFORCEMENT: Final[set[Source]] = set()


def report(app: Flask, request: Request, decision: Decision, response: Response) -> None:
    """Log a denial and send the signal, once per request; report dropped credentials.

    A request of the page's own origin is no denial, nor one whose *response* holds an answer of
    the app.
    """
    if not decision.denied:
        _report_dropped_credentials(request, decision)
        return
    level = _level(app)
    logged, receivers = _is_logged(level), cors_denied.receivers
    if not (logged or receivers or app.debug) or notes_on(request).reported:
        return
    if is_same_origin(request, decision.origin) or fetch.ALLOW_ORIGIN in response.headers:
        return
    notes_on(request).reported = True
    if logged:
        _log(level, "denied", app, request, decision.origin, decision.reason)
    if receivers:
        _send(app, decision)
    _explain(app, request, response, decision.reason)


def report_uncovered(
    app: Flask, request: Request, response: Response, why_off: Callable[[], str]
) -> None:
    """Log in debug mode a cross-origin request for which CORS is off, and why it is."""
    origin = request.environ.get("HTTP_ORIGIN")
    if not origin or is_same_origin(request, origin) or fetch.ALLOW_ORIGIN in response.headers:
        return
    reason = f"CORS is off here: {why_off()}"
    if _is_logged(logging.WARNING) and not notes_on(request).reported:
        notes_on(request).reported = True
        _log(logging.WARNING, "denied", app, request, origin, reason)
    _explain(app, request, response, reason)


def report_refusal(app: Flask, request: Request, decision: Decision, reason: str) -> None:
    """Log a refusal by ``enforce`` and send the signal; it is not reported again as a denial."""
    notes_on(request).reported = True
    notes_on(request).refused = reason
    level = _level(app)
    if _is_logged(level):
        _log(level, "refused", app, request, decision.origin, reason)
    if cors_denied.receivers:
        _send(app, decision)


def report_failed_callable(decision: Decision) -> None:
    """Log that a callable of ``origins`` failed, or returned something that is not a bool."""
    match = decision.match
    if match.error is not None:
        early = decision.preflight is not None or decision.policy.enforce
        why = _NO_HOOK_RAN if early and _is_raised_by_g(match.error) else ""
        name = printable(match.pattern)
        LOG.error("CORS: the callable %s failed%s", name, why, exc_info=match.error)


def _is_raised_by_g(error: BaseException) -> bool:
    """Return whether it is ``g`` that has no such attribute; the error does not say so itself."""
    frames = [frame for frame, _ in walk_tb(error.__traceback__)]
    owner = frames[-1].f_locals.get("self") if frames else None
    return isinstance(owner, current_app.app_ctx_globals_class)


def report_lost_enforcement(mark: Mark) -> None:
    """Report, once, ``enforce`` on a function that other code calls: it has run by then."""
    enforce = mark.settings.get("enforce")
    if enforce is not None and enforce.value and mark.source not in _LOST_ENFORCEMENT:
        _LOST_ENFORCEMENT.add(mark.source)
        LOG.error(
            "enforce=True (%s) has no effect: other code calls this function, and Flask finds no "
            "view with this decorator. Decorate the view itself, with functools.wraps in the "
            "decorators above, or write enforce=True in CORS(app).",
            mark.source,
        )


def explain_refusal(app: Flask, request: Request, response: Response) -> None:
    """Complete the response to a request that ``enforce`` refused; say why in debug mode."""
    if reason := notes_on(request).refused:
        forbid_storing(response, request.environ)
        _explain(app, request, response, reason)


def is_same_origin(request: Request, origin: str | None) -> bool:
    """Return whether the page is of this very origin, so that no CORS applies to it.

    ``Sec-Fetch-Site`` comes from the browser alone; without it ``Origin`` is compared with the
    request's scheme, host and port.
    """
    environ = request.environ
    if environ.get("HTTP_SEC_FETCH_SITE") == "same-origin":
        return True
    if origin == f"{environ['wsgi.url_scheme']}://{environ.get('HTTP_HOST')}":
        return True  # as most servers see it; the whole comparison costs more
    return origin == own_origin(request)


def own_origin(request: Request) -> str:
    """Return the request's own origin: scheme, host and port as the server sees them."""
    scheme = _OF_PAGES.get(request.scheme, request.scheme)
    # request.host raises where Flask does not trust the host.
    return f"{scheme}://{get_host(request.environ)}".lower()


def _report_dropped_credentials(request: Request, decision: Decision) -> None:
    policy = decision.policy
    if "HTTP_COOKIE" in request.environ and policy not in _with_cookies:
        _with_cookies.add(policy)
        LOG.error(
            "A page of %r sends cookies to %s, and cannot read the response: %s",
            shorten(decision.origin),
            shorten(request.path),
            policy.dropped_credentials,
        )


def _explain(app: Flask, request: Request, response: Response, reason: str) -> None:
    """Have the reason sent where the page's developer looks, in debug mode alone."""
    if app.debug and not app.testing:
        explain_with(printable(reason)[:_MOST_EXPLAINED], response, request.environ)


def _log(
    level: int, what: str, app: Flask, request: Request, origin: str | None, reason: str
) -> None:
    text = f"{printable(reason)}{_command(app, request, origin)}"
    LOG.log(level, "CORS %s: %s %s: %s", what, shorten(request.method), shorten(request.path), text)


def _send(app: Flask, decision: Decision) -> None:
    cors_denied.send(app, _async_wrapper=app.ensure_sync, decision=decision)


def _level(app: Flask) -> int:
    return logging.WARNING if app.debug else logging.INFO


def _is_logged(level: int) -> bool:
    return LOG.isEnabledFor(level) and CORE_LOG.isEnabledFor(level)


def which_app(app: Flask) -> list[str]:
    """Return the option with which ``flask`` finds *app*, where it is needed and known.

    An app that is run as a script is found by its file.
    """
    name = app.import_name
    if os.environ.get("FLASK_APP") or name not in sys.modules:
        return []
    if name == "__main__":
        file = getattr(sys.modules[name], "__file__", None)
        if file is None:
            return []
        name = Path(file).name if Path(file).resolve().parent == Path.cwd() else file
    return ["--app", name]


def _command(app: Flask, request: Request, origin: str | None) -> str:
    """Return the command that explains a request, or the one a preflight is for, in debug mode."""
    if not app.debug or not origin:
        return ""
    import shlex

    method, names = request.method, []
    if method == "OPTIONS" and (wanted := request.headers.get(fetch.REQUEST_METHOD)):
        method = wanted
        asked = request.headers.get(fetch.REQUEST_HEADERS, "").split(",")
        names = [name.strip() for name in asked[:_MOST_NAMES] if name.strip()]
    words = ["flask", *which_app(app), "cors", "explain", method, request.path]
    words += ["--origin", origin]
    words += [word for name in names for word in ("--header", name)]
    command = printable(shlex.join(words))
    return f" (see: {command})" if len(command) <= _MOST_EXPLAINED else ""
