"""Flask-JWT-Extended: tokens in a header, or in cookies with a token against forgery."""

from __future__ import annotations

import pytest
from flask import Flask, Response, jsonify
from flask_jwt_extended import (
    JWTManager,
    create_access_token,
    get_csrf_token,
    get_jwt_identity,
    jwt_required,
    set_access_cookies,
)

from flask_cors import cross_origin
from flask_cors.testing import Browser

from ..asking import SITE, allowed, granted
from .table import GRANTED, READABLE, Order, Package, add_views, in_both_orders, seen


def login() -> Response:
    token = create_access_token(identity="me")
    response = jsonify(token=token, csrf=get_csrf_token(token))
    set_access_cookies(response, token)
    return response


@jwt_required()
def private() -> dict[str, str]:
    return {"user": get_jwt_identity()}


def configured(app: Flask) -> Flask:
    app.config["JWT_SECRET_KEY"] = "a secret for tests, as long as the algorithm wants it"
    app.config["JWT_TOKEN_LOCATION"] = ["headers", "cookies"]
    app.config.update(JWT_COOKIE_SECURE=True, JWT_COOKIE_SAMESITE="None")
    return app


def extend(app: Flask) -> None:
    JWTManager(app)
    app.add_url_rule("/login", view_func=login, methods=["POST"])
    add_views(app, private=private)


def build(order: Order) -> Flask:
    app = configured(Flask(__name__))
    order(app, extend)
    return app


PACKAGE = Package(
    "Flask-JWT-Extended", build, {"401, 403": {"status": 401}}, base_url="https://api.example"
)
test_cases = PACKAGE.test()


@in_both_orders
@pytest.mark.parametrize(("token", "status"), [("{token}", 200), ("forged", 422)])
def test_a_token_in_the_header(order: Order, token: str, status: int) -> None:
    page = PACKAGE.page(order)
    issued = page.fetch("/login", method="POST").json()["token"]
    headers = {"Authorization": "Bearer " + token.format(token=issued)}
    assert seen(page, "/private", headers=headers) == (
        status,
        None,
        [
            ("OPTIONS", 200, GRANTED | {"Access-Control-Allow-Headers": "authorization"}),
            ("GET", status, READABLE),
        ],
    )


@in_both_orders
def test_a_token_in_a_cookie_with_its_guard_in_a_header(order: Order) -> None:
    page = PACKAGE.page(order)
    guard = page.fetch("/login", method="POST", credentials="include").json()["csrf"]
    assert page.fetch("/private", credentials="include").json() == {"user": "me"}
    for headers, status in (({}, 401), ({"X-CSRF-TOKEN": guard}, 200)):
        outcome = seen(page, "/private", method="PUT", headers=headers, credentials="include")
        assert outcome.status == status
        assert outcome.timeline[-1] == ("PUT", status, READABLE)


@pytest.mark.parametrize("mark_above", [True, False])
def test_marks_above_and_below_jwt_required(mark_above: bool) -> None:
    mark = cross_origin(SITE)

    def view() -> None:
        raise AssertionError("without a token")

    view = mark(jwt_required()(view)) if mark_above else jwt_required()(mark(view))
    app = configured(Flask(__name__))
    JWTManager(app)
    app.add_url_rule("/private", view_func=view, methods=["PUT"])
    assert seen(Browser(app, origin=SITE), "/private", method="PUT", json={}).timeline == [
        ("OPTIONS", 200, granted(headers="content-type")),
        ("PUT", 401, allowed()),
    ]
