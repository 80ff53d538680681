"""What Flask-RESTful and Flask-RESTX have in common: classes, lists of decorators, own errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, abort, request

from flask_cors import cors_exempt, cross_origin
from flask_cors.testing import Browser

from ..asking import DENIED, NOTHING, OTHER, SITE, allowed, granted
from .table import READABLE, Order, seen

ONE_SITE = granted(headers="content-type")


def views(base: type) -> dict[str, type]:
    """Return resource classes, by path, that derive from a package's *base*."""

    class Items(base):  # type: ignore[misc]
        def get(self) -> dict[str, str]:
            return {"method": request.method}

        put = get

    class Private(base):  # type: ignore[misc]
        def get(self) -> None:
            abort(401)

    class Broken(base):  # type: ignore[misc]
        def get(self) -> None:
            raise RuntimeError("broken")

    return {"/items": Items, "/private": Private, "/broken": Broken}


def extend(app: Flask, api_class: Any, base: type, **options: Any) -> Any:
    """Set up an api with the views of the cases."""
    api = api_class(app, **options)
    for path, view in views(base).items():
        api.add_resource(view, path)
    return api


def marked_by_a_list(api_class: Any, base: type, name: str, decorators: Any) -> Flask:
    """Return an app without a CORS object, whose one resource has a list of decorators."""
    app = Flask(__name__)
    view = type("Marked", (views(base)["/items"],), {name: decorators})
    api_class(app).add_resource(view, "/items")
    return app


def check_marked_resource(app: Flask) -> None:
    """Check that SITE may read and change the items, and nobody else."""
    page = Browser(app, origin=SITE)
    assert seen(page, "/items").timeline == [("GET", 200, allowed())]
    wanted = [("OPTIONS", 200, ONE_SITE), ("PUT", 200, allowed())]
    assert seen(page, "/items", method="PUT", json={}).timeline == wanted
    stranger = page.at(OTHER)
    assert seen(stranger, "/items").blocked == "allow-origin-missing"
    assert seen(stranger, "/items", method="PUT", json={}).timeline == [("OPTIONS", 200, DENIED)]


def check_marked_method(app: Flask) -> None:
    """Check that SITE may change the items, and that reading them is without CORS.

    A header of a page's own would let it read them as well: its preflight grants none.
    """
    page = Browser(app, origin=SITE)
    wanted = [("OPTIONS", 200, granted(methods="PUT")), ("PUT", 200, allowed())]
    assert seen(page, "/items", method="PUT").timeline == wanted
    assert seen(page, "/items", method="PUT", json={}).timeline == wanted[:1]
    assert seen(page, "/items").timeline == [("GET", 200, NOTHING)]


def check_exempt_resource(order: Order, api_class: Any, base: type) -> None:
    """Check that a list with ``cors_exempt`` takes one resource out, and no other."""
    app = Flask(__name__)
    plain = views(base)["/items"]
    exempt = type("Exempt", (plain,), {"method_decorators": [cors_exempt]})

    def add(app: Flask) -> None:
        api = api_class(app)
        api.add_resource(plain, "/items")
        api.add_resource(exempt, "/exempt")

    order(app, add)
    page = Browser(app, origin=SITE)
    assert seen(page, "/items").timeline == [("GET", 200, READABLE)]
    assert seen(page, "/exempt").timeline == [("GET", 200, NOTHING)]


def check_failing_hook(order: Order, extend: Callable[[Flask], Any]) -> None:
    """Check that a page reads the 500 of an exception in an ``after_request`` function.

    The packages answer it without Flask's ``finalize_request``, so that no ``after_request``
    function, and no ``process_response``, sees that answer.
    """
    app = Flask(__name__)
    order(app, extend)
    app.add_url_rule("/plain", view_func=lambda: "plain")

    @app.after_request
    def fail(response: object) -> object:
        raise RuntimeError("broken")

    page = Browser(app, origin=SITE)
    assert seen(page, "/items") == (500, None, [("GET", 500, READABLE)])
    assert seen(page, "/plain") == (500, None, [("GET", 500, READABLE)])


#: Ways to write a list that marks a resource for SITE.
LISTS = [[cross_origin(SITE)], (cross_origin(origins=[SITE]),)]
