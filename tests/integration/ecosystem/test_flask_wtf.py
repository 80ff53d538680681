"""Flask-WTF: its guard against forged requests, which a page of another origin must satisfy."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from flask import Flask
from flask_wtf.csrf import CSRFProtect, generate_csrf

from flask_cors import cross_origin
from flask_cors.testing import Browser

from ..asking import OTHER, SITE
from .table import GRANTED, READABLE, Order, Package, add_views, in_both_orders, seen

BY_COOKIE = {**READABLE, "Vary": "Cookie, Origin"}
TOKEN_ASKED = GRANTED | {"Access-Control-Allow-Headers": "x-csrftoken"}


def token() -> dict[str, str]:
    return {"token": generate_csrf()}


def extend(app: Flask) -> None:
    CSRFProtect(app)
    add_views(app)
    app.add_url_rule("/token", view_func=token)


def build(order: Order, *, strict: bool = False) -> Flask:
    app = Flask(__name__)
    app.secret_key = "for tests"
    app.config.update(SESSION_COOKIE_SAMESITE="None", SESSION_COOKIE_SECURE=True)
    app.config["WTF_CSRF_SSL_STRICT"] = strict
    order(app, extend)
    return app


PACKAGE = Package(
    "Flask-WTF",
    build,
    {"preflight": {"status": 400}},
    base_url="https://api.example",
)
test_cases = PACKAGE.test()


def page_with_token(app: Flask) -> tuple[Browser, dict[str, str]]:
    page = Browser(app, origin=SITE, base_url="https://api.example")
    given = page.fetch("/token", credentials="include").json()["token"]
    return page, {"X-CSRFToken": given}


@in_both_orders
def test_a_page_that_sends_its_token_gets_through(order: Order) -> None:
    page, headers = page_with_token(build(order))
    outcome = seen(page, "/items", method="PUT", headers=headers, credentials="include")
    assert outcome.timeline == [("OPTIONS", 200, TOKEN_ASKED), ("PUT", 200, BY_COOKIE)]
    assert outcome.status == 200


@in_both_orders
def test_a_stranger_learns_no_token(order: Order) -> None:
    page, _ = page_with_token(build(order))
    outcome = seen(page.at(OTHER), "/token", credentials="include")
    assert outcome.blocked == "allow-origin-missing"
    assert outcome.timeline == [("GET", 200, {"Vary": "Cookie, Origin"})]


@in_both_orders
def test_over_https_the_referrer_of_another_origin_is_refused(order: Order) -> None:
    """WTF_CSRF_SSL_STRICT, which is on unless it is turned off, lets no other origin in."""
    app = build(order, strict=True)
    plain = app.wsgi_app

    def with_referrer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        return plain({**environ, "HTTP_REFERER": f"{environ['HTTP_ORIGIN']}/"}, start_response)

    app.wsgi_app = with_referrer  # type: ignore[method-assign]
    page, headers = page_with_token(app)
    response = page.fetch("/items", method="PUT", headers=headers, credentials="include")
    assert (response.status, "The referrer does not match the host" in response.text) == (400, True)
    outcome = seen(page, "/items", method="PUT", headers=headers, credentials="include")
    assert outcome.timeline[-1] == ("PUT", 400, BY_COOKIE)


@in_both_orders
@pytest.mark.parametrize("mark_above", [True, False])
def test_a_marked_view_can_be_exempt(order: Order, mark_above: bool) -> None:
    app = Flask(__name__)
    app.secret_key = "for tests"
    mark = cross_origin(SITE)

    def extend(app: Flask) -> None:
        exempt = CSRFProtect(app).exempt

        def view() -> str:
            return "done"

        view = mark(exempt(view)) if mark_above else exempt(mark(view))
        app.add_url_rule("/hook", view_func=view, methods=["POST"])

    order(app, extend)
    assert Browser(app, origin=SITE).fetch("/hook", method="POST").text == "done"
