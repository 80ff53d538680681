"""Rules about cross-site request forgery: CORS033 and CORS034."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from flask_cors import CORS, cross_origin
from flask_cors.runtime.hooks import state_of
from flask_cors.tools.checks import Finding, check

APP = "https://app.example.com"


def findings(app: Flask, id_: str) -> list[Finding]:
    return [found for found in check(app, state_of(app)).findings if found.id == id_]


def shop(method: str = "POST", **options: Any) -> Flask:
    app = Flask(__name__, static_folder=None)
    app.secret_key = "secret"
    app.add_url_rule("/pay", "pay", lambda: "paid", methods=[method])
    CORS(app, **{"origins": APP, "supports_credentials": True, **options})
    return app


def test_credentials_and_state_without_protection() -> None:
    (found,) = findings(shop(), "CORS033")
    assert (found.severity, found.place) == ("note", "CORS(app)")
    assert "a form of any site may send POST /pay, with the user's cookies" in found.reason
    assert found.hint.startswith("Write enforce=True in CORS(app): the server then refuses")
    assert "enforce=True" in found.hint
    assert found.file == __file__


@pytest.mark.parametrize(
    "make",
    [
        lambda: shop("GET"),
        # No form can send it: a browser asks first.
        lambda: shop("PUT"),
        lambda: shop(enforce=True),
        lambda: shop(supports_credentials=False),
        # They are dropped: any origin.
        lambda: shop(origins=r".*"),
    ],
)
@pytest.mark.filterwarnings("ignore::flask_cors.CorsWarning")
def test_what_needs_no_protection(make: Callable[[], Flask]) -> None:
    assert findings(make(), "CORS033") == []


def test_tokens_are_protection() -> None:
    app = shop()
    csrf = pytest.importorskip("flask_wtf.csrf", reason="Flask-WTF is of the extra [ecosystem]")
    csrf.CSRFProtect(app)
    assert findings(app, "CORS033") == []
    app = shop()
    app.extensions["seasurf"] = object()
    assert findings(app, "CORS033") == []


def test_a_decorator_that_does_not_enforce() -> None:
    app = shop(enforce=True)
    marked = cross_origin(APP, supports_credentials=True, enforce=False)(lambda: "x")
    app.add_url_rule("/hook", "hook", marked, methods=["POST"])
    (found,) = findings(app, "CORS033")
    assert "POST /hook" in found.reason
    assert "/pay" not in found.reason


# -- ProxyFix ------------------------------------------------------------------------------


class Middleware:
    def __init__(self, app: Any) -> None:
        self.app = app

    def __call__(self, *args: Any) -> Any:
        return self.app(*args)


def https(key: str = "PREFERRED_URL_SCHEME", value: Any = "https", **options: Any) -> Flask:
    app = shop(enforce=True, **options)
    app.config[key] = value
    return app


@pytest.mark.parametrize(
    ("key", "value", "seen"),
    [
        ("PREFERRED_URL_SCHEME", "https", 1),
        ("PREFERRED_URL_SCHEME", "http", 0),
        ("SESSION_COOKIE_SECURE", True, 1),
    ],
)
def test_https_without_proxy_fix(key: str, value: Any, seen: int) -> None:
    found = findings(https(key, value), "CORS034")
    assert [(each.severity, each.place) for each in found] == [("note", "app.wsgi_app")] * seen


@pytest.mark.parametrize(
    ("wrap", "seen"),
    [
        (Middleware, 1),
        (ProxyFix, 0),
        (lambda app: Middleware(ProxyFix(app)), 0),
        (lambda app: ProxyFix(Middleware(app)), 0),
        # What cannot be seen is not claimed.
        (lambda app: lambda *args: app(*args), 0),
    ],
)
def test_the_middlewares_are_looked_through(wrap: Callable[[Any], Any], seen: int) -> None:
    app = https()
    app.wsgi_app = wrap(app.wsgi_app)  # type: ignore[method-assign]
    assert len(findings(app, "CORS034")) == seen


def test_nothing_is_reported_where_enforce_is_off() -> None:
    app = shop()
    app.config["PREFERRED_URL_SCHEME"] = "https"
    assert findings(app, "CORS034") == []


def test_where_the_config_sets_credentials_it_sets_enforce_too() -> None:
    app = Flask(__name__, static_folder=None)
    app.config |= {"CORS_SUPPORTS_CREDENTIALS": True, "CORS_ORIGINS": "https://app.example.com"}
    CORS(app)
    app.add_url_rule("/pay", "pay", lambda: "x", methods=["POST"])
    (found,) = findings(app, "CORS033")
    assert found.hint.startswith("Write CORS_ENFORCE = True: the server then refuses")
