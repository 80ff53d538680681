"""Flask-Limiter: default limits count requests, and no preflight is one of them."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from flask_cors import cross_origin
from flask_cors.testing import Browser

from ..asking import SITE, allowed, granted
from .table import DENIED, GRANTED, OTHER, READABLE, Order, Package, add_views, in_both_orders, seen


def limiter(app: Flask, limit: str) -> Limiter:
    return Limiter(
        get_remote_address,
        app=app,
        default_limits=[limit],
        storage_uri="memory://",
        headers_enabled=True,
    )


def build(order: Order, limit: str = "100/day") -> Flask:
    app = Flask(__name__)

    def extend(app: Flask) -> None:
        limiter(app, limit)
        add_views(app)

    order(app, extend)
    return app


PACKAGE = Package("Flask-Limiter", build)
test_cases = PACKAGE.test()


@in_both_orders
def test_a_page_reads_that_it_asked_too_often_and_when_to_ask_again(order: Order) -> None:
    page = Browser(build(order, "1/day"), origin=SITE)
    assert page.fetch("/items").ok
    response = page.fetch("/items")
    assert response.status == 429
    assert int(response.headers["Retry-After"]) > 0
    assert seen(page, "/items").timeline == [("GET", 429, READABLE)]


@in_both_orders
def test_preflights_are_not_counted_and_not_refused(order: Order) -> None:
    app = build(order, "1/day")
    for _ in range(3):
        outcome = seen(Browser(app, origin=OTHER), "/items", method="PUT", json={})
        assert outcome.timeline == [("OPTIONS", 200, DENIED)]
    allowed = seen(Browser(app, origin=SITE), "/items", method="PUT", json={})
    assert allowed.timeline == [("OPTIONS", 200, GRANTED), ("PUT", 200, READABLE)]
    refused = seen(Browser(app, origin=SITE), "/items", method="PUT", json={})
    assert refused.timeline == [("OPTIONS", 200, GRANTED), ("PUT", 429, READABLE)]
    assert refused.status == 429


@pytest.mark.parametrize("mark_above", [True, False])
def test_marks_above_and_below_a_limit(mark_above: bool) -> None:
    app = Flask(__name__)
    limit = limiter(app, "100/day").limit("1/day")
    mark = cross_origin(SITE)

    def view() -> str:
        return "done"

    view = mark(limit(view)) if mark_above else limit(mark(view))
    app.add_url_rule("/items", view_func=view, methods=["PUT"])
    for status in (200, 429):
        assert seen(Browser(app, origin=SITE), "/items", method="PUT", json={}).timeline == [
            ("OPTIONS", 200, granted(headers="content-type")),
            ("PUT", status, allowed()),
        ]
