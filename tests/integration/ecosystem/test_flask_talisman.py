"""flask-talisman: pages that use https are let alone, and its redirect loses the others' origin."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask_talisman import Talisman

from flask_cors import cross_origin
from flask_cors.testing import Browser

from ..asking import SITE, allowed, granted
from .table import DENIED, GRANTED, READABLE, Order, Package, add_views, in_both_orders, seen


def extend(app: Flask) -> None:
    Talisman(app)
    add_views(app)


def build(order: Order) -> Flask:
    app = Flask(__name__)
    order(app, extend)
    return app


PACKAGE = Package("flask-talisman, https", build, base_url="https://api.example")
test_cases = PACKAGE.test()


# Over http every request is redirected to the API's https, which is another origin, and on
# the way from one foreign origin to the next the standard has a browser say "Origin: null"
# (#http-redirect-fetch). The preflight itself is answered. (A page of https may call http at
# localhost alone, hence the host.)
def lost(status: int, method: str = "GET") -> dict[str, Any]:
    """Return the difference: what was redirected, with *status* at its end, is not readable."""
    timeline = [(method, 302, READABLE), (method, status, DENIED)]
    if method != "GET":
        timeline = [("OPTIONS", 200, GRANTED), timeline[0], ("OPTIONS", 200, DENIED)]
    return {"blocked": "allow-origin-missing", "timeline": timeline}


OVER_HTTP = {
    "preflight": lost(200, "PUT"),
    "success": lost(200),
    "401, 403": lost(403),
    "404": lost(404),
    "405": lost(405, "DELETE"),
    "500": lost(500),
    "stranger": {"status": 302},
}
PLAIN = Package("flask-talisman, http", build, OVER_HTTP)
test_cases_over_http = PLAIN.test()


@in_both_orders
def test_behind_a_proxy_that_ends_tls(order: Order) -> None:
    app = build(order)
    page = Browser(app, origin=SITE)
    plain = app.wsgi_app
    app.wsgi_app = lambda environ, start: plain(  # type: ignore[method-assign]
        {**environ, "HTTP_X_FORWARDED_PROTO": "https"}, start
    )
    assert seen(page, "/items").timeline == [("GET", 200, READABLE)]


@pytest.mark.parametrize("mark_above", [True, False])
def test_marks_above_and_below_options_for_a_view(mark_above: bool) -> None:
    app = Flask(__name__)
    without_redirect = Talisman(app)(force_https=False)
    mark = cross_origin(SITE)

    def view() -> str:
        return "done"

    view = mark(without_redirect(view)) if mark_above else without_redirect(mark(view))
    app.add_url_rule("/items", view_func=view, methods=["PUT"])
    page = Browser(app, origin=SITE)
    assert seen(page, "/items", method="PUT", json={}).timeline == [
        ("OPTIONS", 200, granted(headers="content-type")),
        ("PUT", 200, allowed()),
    ]


@in_both_orders
def test_a_preflight_needs_no_nonce(order: Order) -> None:
    app = Flask(__name__)
    policy = {"script-src": "'self'"}

    def extend(app: Flask) -> None:
        Talisman(
            app, content_security_policy=policy, content_security_policy_nonce_in=["script-src"]
        )
        add_views(app)

    order(app, extend)
    page = Browser(app, origin=SITE, base_url="https://api.example")
    assert page.fetch("/items", method="PUT", json={}).ok
    preflight, actual = (
        exchange.reply.get("Content-Security-Policy") for exchange in page.exchanges
    )
    assert preflight == "script-src 'self'"
    assert actual is not None
    assert actual.startswith("script-src 'self' 'nonce-")
