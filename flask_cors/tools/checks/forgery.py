"""Rules about cross-site request forgery: who may send what changes state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from ... import fetch
from ...errors import Source
from ..app_code import is_own, wsgi_chain
from ..routes import RouteRow
from .rules import rule
from .subject import Found, Subject, routes

# Where Flask-WTF's CSRFProtect and Flask-SeaSurf are in app.extensions.
_PROTECTIONS: Final = ("csrf", "seasurf")


@rule("CORS033", "note", "credentials, views that change state, and no protection against forgery")
def unprotected(subject: Subject) -> Iterator[Found]:
    if any(name in subject.app.extensions for name in _PROTECTIONS):
        return
    for use in subject.uses("supports_credentials"):
        open_ = [row for row in use.rows if use.value and _is_unprotected(row)]
        if open_:
            yield use.found(
                f"a form of any site may send {routes(open_)}, with the user's cookies as far as "
                "their SameSite allows: CORS only hides the response",
                f"Write {_enforced(use.source)}: the server then refuses what origins and "
                "methods do not allow. Or use tokens (CSRFProtect of Flask-WTF). Where cookies do "
                "not log anybody in, ignore this finding.",
            )


def _enforced(source: Source) -> str:
    """Return what to write so that ``enforce`` is on where another option is set."""
    config = source.level == "config"
    return "CORS_ENFORCE = True" if config else f"enforce=True in {source.place}"


def _is_unprotected(row: RouteRow) -> bool:
    policy = row.policy
    return (
        policy is not None
        and not policy.enforce
        and (fetch.ALLOW_CREDENTIALS, "true") in policy.on_actual
        # Every other method that changes state needs a preflight (#cors-preflight-fetch).
        and "POST" in row.methods
    )


@rule("CORS034", "note", "enforce behind a proxy, as it seems, without ProxyFix")
def missing_proxy_fix(subject: Subject) -> Iterator[Found]:
    app = subject.app
    is_https = app.config["PREFERRED_URL_SCHEME"] == "https" or app.config["SESSION_COOKIE_SECURE"]
    enforced = any(use.value for use in subject.uses("enforce"))
    if is_https and enforced and _lacks_proxy_fix(app):
        yield Found(
            "app.wsgi_app",
            "the config refers to https, and ProxyFix is not set up: behind a proxy that "
            "terminates TLS, enforce refuses this app's own pages in browsers that do not send "
            "Sec-Fetch-Site",
            "Behind such a proxy, write app.wsgi_app = ProxyFix(app.wsgi_app, x_proto=1, x_host=1) "
            "(werkzeug.middleware.proxy_fix). Where the WSGI server speaks TLS itself, ignore this "
            "finding.",
        )


def _lacks_proxy_fix(app: Flask) -> bool:
    """Return whether ``ProxyFix`` is not around the app; ``False`` where that cannot be seen."""
    chain = wsgi_chain(app)
    return is_own(chain[-1], app) and not any(isinstance(each, ProxyFix) for each in chain)
