"""Flask-RESTful: resources, their lists of decorators, and errors that it renders itself."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Blueprint, Flask
from flask_restful import Api, Resource

from flask_cors import CORS, cross_origin

from ..asking import NOTHING, SITE, allowed
from . import resources
from .table import Order, Package, in_both_orders, seen


def extend(app: Flask) -> None:
    resources.extend(app, Api, Resource)


def build(order: Order) -> Flask:
    app = Flask(__name__)
    order(app, extend)
    return app


PACKAGE = Package("Flask-RESTful", build, {"401, 403": {"status": 401}})
test_cases = PACKAGE.test()


@pytest.mark.parametrize("name", ["decorators", "method_decorators"])
@pytest.mark.parametrize("decorators", resources.LISTS)
def test_a_list_marks_the_resource(name: str, decorators: Any) -> None:
    app = resources.marked_by_a_list(Api, Resource, name, decorators)
    resources.check_marked_resource(app)


def test_a_mapping_marks_a_method() -> None:
    lists = {"put": [cross_origin(SITE)]}
    app = resources.marked_by_a_list(Api, Resource, "method_decorators", lists)
    resources.check_marked_method(app)


def test_decorators_of_the_api_mark_its_resources() -> None:
    app = Flask(__name__)
    resources.extend(app, Api, Resource, decorators=[cross_origin(SITE)])
    resources.check_marked_resource(app)


@in_both_orders
def test_a_resource_is_exempt(order: Order) -> None:
    resources.check_exempt_resource(order, Api, Resource)


@in_both_orders
def test_a_page_reads_the_500_of_a_failing_hook(order: Order) -> None:
    resources.check_failing_hook(order, extend)


def test_an_api_on_a_blueprint_follows_the_blueprint() -> None:
    app, within = Flask(__name__), Blueprint("v1", __name__, url_prefix="/v1")
    CORS(within, origins=SITE)
    resources.extend(within, Api, Resource)
    app.register_blueprint(within)
    resources.extend(app, Api, Resource)
    page = resources.Browser(app, origin=SITE)
    assert seen(page, "/v1/items").timeline == [("GET", 200, allowed())]
    assert seen(page, "/v1/missing").timeline == [("GET", 404, allowed())]
    assert seen(page, "/v1/broken").timeline == [("GET", 500, allowed())]
    assert seen(page, "/items").timeline == [("GET", 200, NOTHING)]
