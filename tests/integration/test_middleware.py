"""WSGI middleware, hosts and mounts around an app: they keep what is theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from flask import Blueprint, Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix

from flask_cors import CORS, cross_origin

from .asking import DENIED, NOTHING, OTHER, SITE, allowed, ask, granted, page, preflight

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Sockets:
    """Answers everything below its path itself, preflights included, as Socket.IO does."""

    def __init__(self, app: Wsgi, path: str = "/socket.io/") -> None:
        self.app, self.path = app, path

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if not environ["PATH_INFO"].startswith(self.path):
            return self.app(environ, start_response)
        start_response("200 OK", [("Access-Control-Allow-Origin", OTHER)])
        return [b"socket"]


class StripPrefix:
    """Takes a prefix off the path before the app sees it."""

    def __init__(self, app: Wsgi, prefix: str, mount: bool) -> None:
        self.app, self.prefix, self.mount = app, prefix, mount

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path.startswith(self.prefix):
            environ["PATH_INFO"] = path[len(self.prefix) :]
            if self.mount:
                environ["SCRIPT_NAME"] = self.prefix
        return self.app(environ, start_response)


def wrap(app: Flask, middleware: Any, **options: Any) -> None:
    app.wsgi_app = middleware(app.wsgi_app, **options)  # type: ignore[method-assign]


@pytest.mark.parametrize("first", ["cors", "sockets"])
def test_what_a_middleware_answers_stays_as_it_is(first: str) -> None:
    app = Flask(__name__)
    app.add_url_rule("/", view_func=page())
    if first == "cors":
        CORS(app, origins=SITE)
    wrap(app, Sockets)
    if first == "sockets":
        CORS(app, origins=SITE)
    theirs = {"Access-Control-Allow-Origin": OTHER}
    assert ask(app, "/socket.io/x") == (200, "socket", theirs)
    assert preflight(app, "/socket.io/x", "POST") == (200, "socket", theirs)
    assert ask(app, "/").cors == allowed()
    assert preflight(app, "/", "POST").cors == granted()
    assert ask(app, "/missing")[::2] == (404, allowed())


@pytest.mark.parametrize("mount", [True, False])
def test_prefix_strippers(mount: bool) -> None:
    app = Flask(__name__)
    app.add_url_rule("/api/x", view_func=page())
    app.add_url_rule("/api/slash/", view_func=page())
    CORS(app, resources={"/api/*": {"origins": SITE}})
    wrap(app, StripPrefix, prefix="/prod", mount=mount)
    for path in ("/prod/api/x", "/api/x"):
        assert ask(app, path).cors == allowed()
        assert preflight(app, path, "GET").cors == granted()
    assert ask(app, "/prod/api/slash")[::2] == (308, allowed())
    assert preflight(app, "/prod/api/slash", "GET").cors == granted()
    assert ask(app, "/prod/x").cors == NOTHING


def test_mounted_apps_answer_for_themselves() -> None:
    outer, inner, plain = Flask("outer"), Flask("inner"), Flask("plain")
    for app in (outer, inner, plain):
        app.add_url_rule("/x", view_func=page(app.name))
        app.add_url_rule("/slash/", view_func=page(app.name))
    CORS(outer, origins=OTHER)
    CORS(inner, origins=SITE, resources="/x, /slash/")
    mounts = {"/inner": inner.wsgi_app, "/plain": plain.wsgi_app}
    outer.wsgi_app = DispatcherMiddleware(outer.wsgi_app, mounts)  # type: ignore[method-assign]
    assert ask(outer, "/x") == (200, "outer", DENIED)
    assert ask(outer, "/inner/x") == (200, "inner", allowed())
    assert preflight(outer, "/inner/x", "PUT").cors == granted()
    assert ask(outer, "/inner/slash")[::2] == (308, allowed())
    assert ask(outer, "/inner/y")[::2] == (404, NOTHING)
    assert ask(outer, "/plain/x") == (200, "plain", NOTHING)


def test_proxies() -> None:
    app = Flask(__name__)
    app.add_url_rule("/slash/", view_func=cross_origin(SITE, max_age=1)(page()))
    wrap(app, ProxyFix, x_proto=1, x_host=1, x_prefix=1)
    headers = {
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "public.example",
        "X-Forwarded-Prefix": "/mounted",
    }
    answer = app.test_client().get("/slash", headers={**headers, "Origin": SITE})
    assert answer.headers["Location"] == "https://public.example/mounted/slash/"
    assert ask(app, "/slash", headers=headers)[::2] == (308, allowed())
    assert ask(
        app,
        "/slash",
        "OPTIONS",
        headers={
            **headers,
            "Access-Control-Request-Method": "GET",
        },
    )[::2] == (200, granted(max_age=1))


def test_subdomain_matching() -> None:
    app = Flask(__name__, subdomain_matching=True)
    app.config["SERVER_NAME"] = "site.test"
    app.add_url_rule("/x/", view_func=cross_origin(SITE, max_age=1)(page()), subdomain="a")
    app.add_url_rule("/x/", view_func=cross_origin(OTHER)(page()), subdomain="<name>")
    CORS(app, origins="https://app.example")
    a, b = {"base_url": "http://a.site.test"}, {"base_url": "http://b.site.test"}
    assert ask(app, "/x/", **a).cors == allowed()
    assert ask(app, "/x/", **b).cors == DENIED
    assert ask(app, "/x", **a)[::2] == (308, allowed())
    assert ask(app, "/x", origin=OTHER, **b)[::2] == (308, allowed(OTHER))
    assert preflight(app, "/x", "GET", **a).cors == granted(max_age=1)
    assert ask(app, "/x/", "PUT", **a)[::2] == (405, allowed())
    assert ask(app, "/x/", base_url="http://site.test")[::2] == (404, DENIED)


def test_host_matching() -> None:
    app = Flask(__name__, host_matching=True, static_folder=None)
    within = Blueprint("b", __name__, url_prefix="/b")
    within.add_url_rule("/x", view_func=page(), host="b.test")
    CORS(within, origins=OTHER)
    app.register_blueprint(within)
    app.add_url_rule("/x/", view_func=cross_origin(SITE, max_age=1)(page()), host="a.test")
    app.add_url_rule("/x/", view_func=page(), host="b.test:8000")
    assert ask(app, "/x/", base_url="http://a.test").cors == allowed()
    assert ask(app, "/x", base_url="http://a.test")[::2] == (308, allowed())
    assert preflight(app, "/x", "GET", base_url="http://a.test").cors == granted(max_age=1)
    assert ask(app, "/x", base_url="http://b.test:8000")[::2] == (308, NOTHING)
    assert ask(app, "/b/x", origin=OTHER, base_url="http://b.test").cors == allowed(OTHER)
    assert ask(app, "/b/x", origin=OTHER, base_url="http://a.test")[::2] == (404, NOTHING)
