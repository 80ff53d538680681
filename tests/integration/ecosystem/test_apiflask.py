"""APIFlask: a Flask of its own, with its own error pages and token authentication."""

from __future__ import annotations

from apiflask import APIBlueprint, APIFlask, HTTPTokenAuth, Schema
from apiflask.fields import Integer
from flask import Flask

from flask_cors import CORS, cross_origin
from flask_cors.testing import Browser

from ..asking import NOTHING, SITE, allowed, granted
from .table import GRANTED, READABLE, Order, Package, broken, in_both_orders, seen


class Item(Schema):
    number = Integer(load_default=0)


def extend(app: Flask) -> None:
    assert isinstance(app, APIFlask)
    auth = HTTPTokenAuth()
    auth.verify_token(lambda token: token if token == "valid" else None)

    @app.get("/items")
    @app.output(Item)
    def read() -> dict[str, int]:
        return {"number": 1}

    @app.put("/items")
    @app.input(Item)
    def write(json_data: dict[str, int]) -> dict[str, int]:
        return json_data

    @app.route("/private", methods=["GET", "PUT"])
    @app.auth_required(auth)
    def private() -> dict[str, str]:
        return {"user": "me"}

    app.get("/broken")(broken)


def build(order: Order) -> Flask:
    app = APIFlask(__name__)
    order(app, extend)
    return app


PACKAGE = Package("APIFlask", build, {"401, 403": {"status": 401}})
test_cases = PACKAGE.test()


@in_both_orders
def test_a_page_with_a_token_is_let_in(order: Order) -> None:
    page = PACKAGE.page(order)
    outcome = seen(page, "/private", method="PUT", headers={"Authorization": "Bearer valid"})
    assert outcome.timeline == [
        ("OPTIONS", 200, GRANTED | {"Access-Control-Allow-Headers": "authorization"}),
        ("PUT", 200, READABLE),
    ]


@in_both_orders
def test_a_refused_body_is_readable(order: Order) -> None:
    outcome = seen(PACKAGE.page(order), "/items", method="PUT", json={"number": "many"})
    assert outcome.timeline[-1] == ("PUT", 422, READABLE)
    assert outcome.status == 422


@in_both_orders
def test_the_description_is_readable(order: Order) -> None:
    assert seen(PACKAGE.page(order), "/openapi.json").timeline == [("GET", 200, READABLE)]


def test_its_blueprint_and_marks() -> None:
    app = APIFlask(__name__)
    within = APIBlueprint("v1", __name__, url_prefix="/v1")
    CORS(within, origins=SITE)

    @within.get("/items")
    @within.output(Item)
    def read() -> dict[str, int]:
        return {"number": 1}

    @within.put("/items")
    @within.input(Item)
    @cross_origin(max_age=1)
    def write(json_data: dict[str, int]) -> dict[str, int]:
        return json_data

    app.register_blueprint(within)
    page = Browser(app, origin=SITE)
    assert seen(page, "/v1/items").timeline == [("GET", 200, allowed())]
    assert seen(page, "/v1/missing").timeline == [("GET", 404, allowed())]
    assert seen(page, "/v1/items", method="PUT", json={"number": 1}).timeline == [
        ("OPTIONS", 200, granted(methods="GET, HEAD, PUT", headers="content-type", max_age=1)),
        ("PUT", 200, allowed()),
    ]
    assert seen(page, "/openapi.json").timeline == [("GET", 200, NOTHING)]
