"""Marked functions that are called while a request is served: whose mark decides."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Blueprint, Flask, Request, Response, request
from flask.views import MethodView

from flask_cors import CORS
from flask_cors.resolution.compile import Policies
from flask_cors.resolution.marks import MARK, Mark
from flask_cors.runtime.called_functions import (
    app_served,
    decide_by,
    is_automatic,
    is_of_the_view,
    note,
    request_served,
)
from flask_cors.runtime.hooks import state_of
from flask_cors.runtime.notes import notes_on
from tests.unit.resolution.plain import age, mark, view

ME = "https://me.example"
YOU = "https://you.example"


def current() -> Request:
    found: Request = request._get_current_object()  # type: ignore[attr-defined]
    return found


def make_app(of_view: Mark) -> Flask:
    """Return an app, a blueprint and a view that set ``max_age`` and the origins."""
    app = Flask("sample")
    CORS(app, origins=[YOU], max_age=1)
    blueprint = Blueprint("b", "b")
    CORS(blueprint, max_age=2)
    blueprint.add_url_rule("/b", "view", view(of_view), methods=["GET", "PUT"])
    app.register_blueprint(blueprint, url_prefix="/p")
    return app


def policies(app: Flask) -> Policies:
    return state_of(app).policies()


def decided(app: Flask, by: Mark, path: str = "/p/b", **options: Any) -> Any:
    options = {"headers": {"Origin": ME}, **options}
    with app.test_request_context(path, **options):
        return decide_by(policies(app), app, current(), by)


def test_the_request_and_the_app_that_are_served() -> None:
    app = Flask("sample")
    assert request_served() is None
    with app.app_context():
        assert request_served() is None
    with app.test_request_context("/"):
        assert request_served() is current()
        assert app_served() is app


# -- notes ---------------------------------------------------------------------------------


@pytest.mark.rule("1.called-decides")
def test_the_mark_of_the_last_response_is_noted() -> None:
    inner, outer = mark(max_age=1), mark(max_age=2)
    first, second = Response(), Response()
    with Flask("sample").test_request_context("/"):
        note(current(), first, inner)
        note(current(), first, outer)
        assert (notes_on(current()).returned, notes_on(current()).mark) == (first, inner)
        note(current(), second, outer)
        assert (notes_on(current()).returned, notes_on(current()).mark) == (second, outer)


# -- policies ------------------------------------------------------------------------------


@pytest.mark.rule("1.called-decides")
def test_a_mark_of_the_view_is_told_apart_from_others() -> None:
    own, other = mark(max_age=3), mark(max_age=3)
    app = make_app(own)
    with app.test_request_context("/p/b"):
        assert is_of_the_view(policies(app), current(), own)
        assert not is_of_the_view(policies(app), current(), other)
    with app.test_request_context("/missing"):
        assert not is_of_the_view(policies(app), current(), own)


def is_on(app: Flask, by: Mark, path: str = "/p/b") -> bool:
    with app.test_request_context(path):
        return is_automatic(policies(app), app, current(), by)


@pytest.mark.rule("1.called-decides", "5.plain-options")
def test_automatic_options_of_the_view_and_of_a_function_that_is_called() -> None:
    off = mark(automatic_options=False)
    assert not is_on(make_app(off), off)
    assert is_on(make_app(off), mark(max_age=1))
    assert not is_on(make_app(mark(max_age=1)), off)
    # The method's mark says nothing of automatic_options, and the class's does.
    of_get, of_class = mark(max_age=1), mark(automatic_options=False)
    app = Flask("sample")

    class Items(MethodView):
        get = view(of_get)

    setattr(Items, MARK, of_class)
    app.add_url_rule("/p/b", view_func=Items.as_view("items"))
    assert not is_on(app, of_get)


@pytest.mark.rule("1.exempt", "5.plain-options")
def test_no_options_are_automatic_by_a_mark_that_cors_exempt_overrides() -> None:
    inner, outer = mark(max_age=1), mark(exempt=True)
    outer.overrides = inner
    assert not is_on(make_app(outer), inner)
    assert is_on(make_app(outer), mark(max_age=1))
    # A path with a dot segment has no policy, and the view has one all the same.
    own = mark(max_age=1)
    app = make_app(own)
    app.add_url_rule("/p/<path:rest>", "rest", view(own))
    assert is_on(app, own, "/p/../b")


@pytest.mark.rule("1.called-decides")
@pytest.mark.parametrize(
    ("path", "expected"), [("/p/b", 2), ("/p/missing", 2), ("/missing", 1), ("/", 1)]
)
def test_another_mark_is_on_top_of_blueprint_and_app(path: str, expected: int) -> None:
    app = make_app(mark(max_age=3))
    with app.test_request_context(path):
        decision = decide_by(policies(app), app, current(), mark(expose_headers="X"))
    assert decision is not None
    found = decision.policy
    assert age(found) == expected
    assert found.settings["expose_headers"].value == ("X",)
    assert found.origins.literals == {YOU}


@pytest.mark.rule("1.called-decides", "3.exempt-or-mark")
def test_another_mark_decides_where_the_view_is_exempt_or_nothing_covers_it() -> None:
    app = make_app(mark(exempt=True))
    called = mark(origins=ME)
    assert decided(app, called).allowed
    bare = Flask("bare")
    bare.add_url_rule("/p/b", "view", view())
    assert decided(bare, called).allowed


# -- decisions -----------------------------------------------------------------------------


@pytest.mark.rule("1.called-decides")
def test_its_mark_decides_on_actual_requests_and_preflights() -> None:
    app = make_app(mark(origins=YOU))
    called = mark(origins=ME, methods="PUT")
    assert decided(app, called).allowed
    assert decided(app, called, headers={"Origin": YOU}).denied
    asked = {"Origin": ME, "Access-Control-Request-Method": "PUT"}
    assert decided(app, called, method="OPTIONS", headers=asked).grant.method
    asked["Access-Control-Request-Method"] = "POST"
    assert not decided(app, called, method="OPTIONS", headers=asked).grant.method


@pytest.mark.rule("1.called-decides", "1.exempt")
def test_an_exempt_function_has_no_decision() -> None:
    assert decided(make_app(mark(origins=ME)), mark(exempt=True)) is None


@pytest.mark.rule("1.called-memory")
def test_decisions_on_called_functions_are_not_cached() -> None:
    app = make_app(mark(origins=YOU))
    compiled = state_of(app).compiled()
    before = compiled.policies.all, len(compiled.cache)
    for _ in range(3):
        decided(app, mark(origins=ME))
    assert (compiled.policies.all, len(compiled.cache)) == before
