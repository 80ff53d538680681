"""Flask-SocketIO: it answers below its own path, by its own list of origins."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_socketio import SocketIO

from flask_cors.testing import Browser

from ..asking import NOTHING, OTHER, SITE
from .table import GRANTED, PARTNER, READABLE, Order, Package, add_views, in_both_orders, seen

SOCKET = "/socket.io/?EIO=4&transport=polling"
THEIRS = {
    "Access-Control-Allow-Origin": OTHER,
    "Access-Control-Allow-Credentials": "true",
}


def build(order: Order, allowed: object = OTHER) -> Flask:
    app = Flask(__name__)

    def extend(app: Flask) -> None:
        SocketIO(app, async_mode="threading", monitor_clients=False, cors_allowed_origins=allowed)
        add_views(app)

    order(app, extend)
    return app


PACKAGE = Package("Flask-SocketIO", build)
test_cases = PACKAGE.test()


@in_both_orders
def test_its_own_origins_stay_its_own(order: Order) -> None:
    page = Browser(build(order), origin=OTHER)
    assert seen(page, SOCKET) == (200, None, [("GET", 200, THEIRS)])
    assert seen(page, "/items").blocked == "allow-origin-missing"
    ours = seen(page.at(SITE), SOCKET)
    assert ours.blocked == "allow-origin-missing"
    assert [status for _, status, _ in ours.timeline] == [400]
    assert "Access-Control-Allow-Origin" not in ours.timeline[0][2]


@in_both_orders
def test_its_own_preflights_stay_its_own(order: Order) -> None:
    page = Browser(build(order), origin=OTHER)
    outcome = seen(page, SOCKET, headers={"X-Extra": "1"})
    asked = {
        "Access-Control-Allow-Methods": "OPTIONS, GET, POST",
        "Access-Control-Allow-Headers": "x-extra",
    }
    assert outcome == (200, None, [("OPTIONS", 200, THEIRS | asked), ("GET", 200, THEIRS)])
    assert seen(page.at(SITE), "/items", method="PUT", json={}).timeline == [
        ("OPTIONS", 200, GRANTED),
        ("PUT", 200, READABLE),
    ]


@in_both_orders
@pytest.mark.parametrize("origin", [SITE, PARTNER, OTHER])
def test_an_empty_list_of_its_own_leaves_its_path_without_headers(
    order: Order, origin: str
) -> None:
    """``cors_allowed_origins=[]`` turns its check off; nobody else puts headers there."""
    page = Browser(build(order, []), origin=origin)
    assert seen(page, SOCKET) == (None, "allow-origin-missing", [("GET", 200, NOTHING)])
