"""APIFlask: a Flask of its own, with its own error pages and token authentication."""

from __future__ import annotations

from apiflask import APIFlask, HTTPTokenAuth, Schema
from apiflask.fields import Integer
from flask import Flask

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
