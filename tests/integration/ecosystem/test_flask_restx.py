"""Flask-RESTX: resources and namespaces, Swagger's own routes, and its own CORS decorator."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Blueprint, Flask
from flask_restx import Api, Namespace, Resource
from flask_restx.cors import crossdomain

from flask_cors import CORS, cross_origin
from flask_cors.testing import Browser

from ..asking import NOTHING, OTHER, SITE, allowed
from . import resources
from .table import GRANTED, READABLE, Order, Package, in_both_orders, seen


def extend(app: Flask) -> None:
    resources.extend(app, Api, Resource)


def build(order: Order) -> Flask:
    app = Flask(__name__)
    order(app, extend)
    return app


PACKAGE = Package("Flask-RESTX", build, {"401, 403": {"status": 401}})
test_cases = PACKAGE.test()


@pytest.mark.parametrize("name", ["decorators", "method_decorators"])
@pytest.mark.parametrize("decorators", resources.LISTS)
def test_a_list_marks_the_resource(name: str, decorators: Any) -> None:
    app = resources.marked_by_a_list(Api, Resource, name, decorators)
    resources.check_marked_resource(app)


def test_a_mark_on_a_method() -> None:
    app = Flask(__name__)

    class Items(resources.views(Resource)["/items"]):  # type: ignore[misc]
        put = cross_origin(SITE)(resources.views(Resource)["/items"].get)

    Api(app).add_resource(Items, "/items")
    resources.check_marked_method(app)


@pytest.mark.parametrize("owner", [Api, Namespace])
def test_decorators_of_an_api_or_a_namespace_mark_its_resources(owner: type) -> None:
    app = Flask(__name__)
    api = Api(app)
    holder = api if owner is Api else Namespace("things", path="/")
    holder.decorators = [cross_origin(SITE)]
    holder.add_resource(resources.views(Resource)["/items"], "/items")
    if holder is not api:
        api.add_namespace(holder)
    resources.check_marked_resource(app)


@in_both_orders
def test_a_resource_is_exempt(order: Order) -> None:
    resources.check_exempt_resource(order, Api, Resource)


@in_both_orders
def test_a_page_reads_the_500_of_a_failing_hook(order: Order) -> None:
    resources.check_failing_hook(order, extend)


@in_both_orders
def test_the_description_is_readable(order: Order) -> None:
    page = PACKAGE.page(order)
    assert seen(page, "/swagger.json").timeline == [("GET", 200, READABLE)]


def test_an_api_on_a_blueprint_follows_the_blueprint() -> None:
    app, within = Flask(__name__), Blueprint("v1", __name__, url_prefix="/v1")
    CORS(within, origins=SITE)
    resources.extend(within, Api, Resource)
    app.register_blueprint(within)
    page = Browser(app, origin=SITE)
    assert seen(page, "/v1/items").timeline == [("GET", 200, allowed())]
    assert seen(page, "/v1/missing").timeline == [("GET", 404, allowed())]
    assert seen(page, "/v1/broken").timeline == [("GET", 500, allowed())]
    assert seen(page, "/missing").timeline == [("GET", 404, NOTHING)]


@in_both_orders
def test_its_own_decorator_keeps_its_header_and_not_the_preflight(order: Order) -> None:
    app = Flask(__name__)

    class Items(resources.views(Resource)["/items"]):  # type: ignore[misc]
        get = put = crossdomain(origin=OTHER)(resources.views(Resource)["/items"].get)

    order(app, lambda app: Api(app).add_resource(Items, "/items"))
    page = Browser(app, origin=SITE)
    preflight, actual = seen(page, "/items", method="PUT", json={}).timeline
    assert preflight == ("OPTIONS", 200, GRANTED)
    assert actual[2]["Access-Control-Allow-Origin"] == OTHER
