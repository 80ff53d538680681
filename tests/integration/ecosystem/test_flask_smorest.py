"""flask-smorest: its blueprints are Flask's, and its error handler answers every HTTP error."""

from __future__ import annotations

import marshmallow
from flask import Flask
from flask.views import MethodView
from flask_smorest import Api, Blueprint, abort

from flask_cors import CORS, cross_origin
from flask_cors.testing import Browser

from ..asking import NOTHING, SITE, allowed, granted
from .table import GRANTED, READABLE, Order, Package, broken, in_both_orders, seen


class ItemSchema(marshmallow.Schema):
    number = marshmallow.fields.Integer(load_default=0)


def blueprint() -> Blueprint:
    """Return a blueprint with the views of the cases, one of them a class."""
    within = Blueprint("things", __name__)

    @within.route("/items")
    class Items(MethodView):
        @within.response(200, ItemSchema)
        def get(self) -> dict[str, int]:
            return {"number": 1}

        @within.arguments(ItemSchema)
        @within.response(200, ItemSchema)
        def put(self, item: dict[str, int]) -> dict[str, int]:
            return item

    @within.route("/tagged")
    @within.etag
    @within.response(200, ItemSchema)
    def tagged() -> dict[str, int]:
        return {"number": 1}

    @within.route("/private")
    def private() -> None:
        abort(401, message="who are you?")

    within.route("/broken")(broken)
    return within


def extend(app: Flask) -> None:
    Api(app).register_blueprint(blueprint())


def application() -> Flask:
    app = Flask(__name__)
    app.config.update(
        API_TITLE="things", API_VERSION="1", OPENAPI_VERSION="3.1.0", OPENAPI_URL_PREFIX="/docs"
    )
    return app


def build(order: Order) -> Flask:
    app = application()
    order(app, extend)
    return app


PACKAGE = Package("flask-smorest", build, {"401, 403": {"status": 401}})
test_cases = PACKAGE.test()


@in_both_orders
def test_a_refused_body_is_readable(order: Order) -> None:
    page = PACKAGE.page(order)
    outcome = seen(page, "/items", method="PUT", json={"number": "many"})
    assert outcome.status == 422
    assert outcome.timeline[-1] == ("PUT", 422, READABLE)


@in_both_orders
def test_a_page_asks_with_the_tag_that_it_has(order: Order) -> None:
    app = build(order)
    tag = app.test_client().get("/tagged").headers["ETag"]
    outcome = seen(Browser(app, origin=SITE), "/tagged", headers={"If-None-Match": tag})
    assert outcome.timeline == [
        ("OPTIONS", 200, GRANTED | {"Access-Control-Allow-Headers": "if-none-match"}),
        ("GET", 304, READABLE),
    ]


@in_both_orders
def test_the_description_is_readable(order: Order) -> None:
    page = PACKAGE.page(order)
    assert seen(page, "/docs/openapi.json").timeline == [("GET", 200, READABLE)]


def test_its_blueprint_takes_options_of_its_own() -> None:
    app, within = application(), blueprint()
    CORS(within, origins=SITE)
    Api(app).register_blueprint(within, url_prefix="/v1")
    page = Browser(app, origin=SITE)
    assert seen(page, "/v1/private").timeline == [("GET", 401, allowed())]
    assert seen(page, "/v1/missing").timeline == [("GET", 404, allowed())]
    assert seen(page, "/docs/openapi.json").timeline == [("GET", 200, NOTHING)]


def test_marks_above_and_below_its_decorators() -> None:
    app = application()
    within = Blueprint("marked", __name__)

    @within.route("/items")
    class Items(MethodView):
        @cross_origin(SITE)
        @within.response(200, ItemSchema)
        def get(self) -> dict[str, int]:
            return {"number": 1}

        @within.arguments(ItemSchema)
        @cross_origin(SITE, max_age=1)
        def put(self, item: dict[str, int]) -> dict[str, int]:
            return item

    Api(app).register_blueprint(within)
    page = Browser(app, origin=SITE)
    assert seen(page, "/items").timeline == [("GET", 200, allowed())]
    assert seen(page, "/items", method="PUT", json={"number": 1}).timeline == [
        ("OPTIONS", 200, granted(methods="GET, HEAD, PUT", headers="content-type", max_age=1)),
        ("PUT", 200, allowed()),
    ]
