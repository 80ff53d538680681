"""Flask-Caching: what is cached is what the view returned, and never an origin's headers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, abort, jsonify, make_response
from flask_caching import Cache

from flask_cors import cross_origin
from flask_cors.testing import Browser

from ..asking import OTHER, SITE, allowed, ask, granted, preflight
from .table import (
    DENIED,
    GRANTED,
    PARTNER,
    POLICY,
    READABLE,
    Order,
    Package,
    add_views,
    broken,
    in_both_orders,
    items,
    private,
    seen,
)

BACKENDS = ["SimpleCache", "tests.integration.ecosystem.by_reference.ByReference"]
KEY = "view//items"


def cache_of(app: Flask, backend: str = "SimpleCache") -> Cache:
    return Cache(app, config={"CACHE_TYPE": backend})


def build(order: Order) -> Flask:
    app = Flask(__name__)

    def extend(app: Flask) -> None:
        cached = cache_of(app).cached()
        add_views(app, items=cached(items), private=cached(private), broken=cached(broken))

    order(app, extend)
    return app


PACKAGE = Package("Flask-Caching", build)
test_cases = PACKAGE.test()


@in_both_orders
def test_the_second_answer_is_like_the_first(order: Order) -> None:
    page = PACKAGE.page(order)
    for path, status in {"/items": 200, "/private": 403, "/broken": 500}.items():
        for _ in range(2):
            assert seen(page, path) == (status, None, [("GET", status, READABLE)])


def returns_text() -> Any:
    return "items"


def returns_response() -> Any:
    return make_response("items")


def returns_response_with_vary() -> Any:
    response = jsonify("items")
    response.vary.add("Accept")
    return response


def raises() -> Any:
    abort(make_response("items", 403))


VIEWS = [returns_text, returns_response, returns_response_with_vary, raises]


def varying(view: Callable[[], Any], headers: dict[str, str]) -> dict[str, str]:
    vary = "Accept, Origin" if view is returns_response_with_vary else "Origin"
    return headers | {"Vary": vary}


def check_each_gets_its_own(app: Flask, view: Callable[[], Any]) -> None:
    """Ask in turn, with a cache that holds the answer from the first time on."""
    page = Browser(app, origin=SITE)
    partner = READABLE | {"Access-Control-Allow-Origin": PARTNER}
    for origin, headers in [(SITE, READABLE), (PARTNER, partner), (OTHER, DENIED)] * 2:
        outcome = seen(page.at(origin), "/items")
        assert [headers for _, _, headers in outcome.timeline] == [varying(view, headers)]
        assert ask(app, "/items", origin=None).cors == varying(view, DENIED)
    assert ask(app, "/items").cors == varying(view, READABLE)


@in_both_orders
@pytest.mark.parametrize("backend", BACKENDS, ids=["pickled", "by-reference"])
@pytest.mark.parametrize("view", VIEWS)
def test_no_origin_gets_the_headers_of_another(
    order: Order, backend: str, view: Callable[[], Any]
) -> None:
    calls: list[None] = []

    def counted() -> Any:
        calls.append(None)
        return view()

    def extend(app: Flask) -> None:
        cached = cache_of(app, backend).cached()
        app.add_url_rule("/items", view_func=cached(counted))

    app = Flask(__name__)
    order(app, extend)
    check_each_gets_its_own(app, view)
    # What a view raises is kept by Flask-Caching 2.5, and not by 2.4.
    assert len(calls) == 1 or view is raises


@pytest.mark.parametrize("mark_above", [True, False])
@pytest.mark.parametrize("backend", BACKENDS, ids=["pickled", "by-reference"])
@pytest.mark.parametrize("view", VIEWS)
def test_marks_above_and_below_cached(
    mark_above: bool, backend: str, view: Callable[[], Any]
) -> None:
    app = Flask(__name__)
    mark, cached = cross_origin(**POLICY), cache_of(app, backend).cached()
    marked = mark(cached(view)) if mark_above else cached(mark(view))
    app.add_url_rule("/items", view_func=marked)
    check_each_gets_its_own(app, view)


@in_both_orders
def test_a_preflight_is_not_cached(order: Order) -> None:
    app = Flask(__name__)
    caches = []

    def extend(app: Flask) -> None:
        caches.append(cache_of(app))
        add_views(app, items=caches[0].cached()(items))

    order(app, extend)
    asked = preflight(app, "/items", "PUT", names="content-type")
    assert asked.cors == GRANTED
    with app.app_context():
        assert caches[0].get(KEY) is None
    assert ask(app, "/items").text == ask(app, "/items", "PUT").text
    assert preflight(app, "/items", "PUT", origin=OTHER) == (200, "", DENIED)
    assert preflight(app, "/items", "PUT", names="content-type") == asked


@pytest.mark.parametrize("mark_above", [True, False])
def test_a_view_that_is_called_for_options_is_cached_without_headers(mark_above: bool) -> None:
    """Flask-Caching's key is the path: ``automatic_options=False`` lets OPTIONS fill it."""
    app = Flask(__name__)
    mark = cross_origin([SITE, PARTNER], automatic_options=False)
    cached = cache_of(app).cached()
    view = mark(cached(items)) if mark_above else cached(mark(items))
    app.add_url_rule("/items", view_func=view, methods=["GET", "OPTIONS"])
    asked = preflight(app, "/items", "GET")
    assert asked.cors == granted(vary=True)
    assert ask(app, "/items") == (200, asked.text, allowed(vary=True))
    assert ask(app, "/items", origin=PARTNER).cors == allowed(PARTNER, vary=True)
