"""Views that serve ``OPTIONS`` themselves, and ``automatic_options``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Blueprint, Flask, Response
from flask.views import MethodView, View

from flask_cors import CORS, cors_exempt, cross_origin
from tests.integration.exchange import (
    ALL_METHODS,
    ME,
    VARY,
    YOU,
    acah,
    acam,
    acao,
    ask,
    lines,
    preflight,
)

ANSWER = [ALL_METHODS, acao()]
OWN = ("X-Own", "1")


def own_view() -> Callable[[], Response]:
    """Make a view that serves ``OPTIONS`` itself; a new one, since marking is remembered."""

    def own() -> Response:
        return Response("storage", 207, headers=[OWN])

    return own


def plain_view() -> Callable[[], str]:
    def plain() -> str:
        return "plain"

    return plain


def make_app(**options: Any) -> Flask:
    app = Flask("sample")
    if options:
        CORS(app, **options)
    return app


def answered_by_the_view(response: Any) -> bool:
    return bool((response.status_code, response.data) == (207, b"storage"))


@pytest.mark.rule("5.own-options", "5.own-options-headers")
def test_a_view_that_serves_options_answers_itself() -> None:
    app = make_app(origins=ME)
    app.add_url_rule("/", "own", own_view(), methods=["GET", "OPTIONS"])
    response = preflight(app, method="GET", headers="x-a")
    assert answered_by_the_view(response)
    assert lines(response) == sorted([*ANSWER, acah("x-a"), OWN])
    denied = preflight(app, origin=YOU, method="GET")
    assert answered_by_the_view(denied)
    assert lines(denied) == [VARY, OWN]


class TakingContext(Flask):
    """Takes the context, as the method does in Flask 3.2."""

    def make_default_options_response(self, ctx: Any) -> Response:  # type: ignore[override]
        assert ctx.app is self
        return Response("default")


@pytest.mark.rule("5.overrides", "5.options-response")
def test_the_context_is_passed_to_what_answers_options(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flask_cors.runtime.called_functions._TAKES_CONTEXT", True)
    app = TakingContext("sample")
    view = cross_origin(ME)(plain_view())
    app.add_url_rule("/", "view", view, methods=["GET", "OPTIONS"])
    assert preflight(app, method="GET").data == b"default"
    assert ask(app, method="OPTIONS").data == b"default"


@pytest.mark.rule("5.actual")
def test_options_that_is_no_preflight_is_an_actual_request() -> None:
    app = make_app(origins=ME)
    app.add_url_rule("/", "own", own_view(), methods=["GET", "OPTIONS"])
    assert lines(ask(app, method="OPTIONS")) == [acao(), OWN]


@pytest.mark.rule("5.own-options-headers")
def test_acao_of_the_view_is_its_own() -> None:
    app = make_app(origins=ME)
    mine = [acam("PURGE"), acao("*")]
    app.add_url_rule("/", "own", lambda: Response("", headers=mine), methods=["OPTIONS"])
    assert lines(preflight(app)) == mine


@pytest.mark.rule("5.own-options")
def test_hooks_run_before_a_view_that_answers_itself() -> None:
    app = make_app(origins=ME)
    app.add_url_rule("/", "own", own_view(), methods=["GET", "OPTIONS"])
    app.before_request(lambda: ("who are you?", 401))
    response = preflight(app, method="GET")
    assert (response.status_code, lines(response)) == (401, ANSWER)


@pytest.mark.rule("5.own-options")
def test_options_by_one_view_and_the_method_by_another() -> None:
    app = make_app(origins=YOU, methods="GET")
    app.add_url_rule("/", "own", own_view(), methods=["OPTIONS"])
    app.add_url_rule("/", "put", plain_view(), methods=["PUT"], provide_automatic_options=False)
    response = preflight(app, origin=YOU)
    assert answered_by_the_view(response)
    assert lines(response) == [acao(YOU), OWN]


@pytest.mark.rule("5.own-options")
@pytest.mark.parametrize(("marked", "methods"), [("own", ALL_METHODS), ("put", acam("PUT"))])
def test_a_mark_on_either_view_answers_for_both(marked: str, methods: tuple[str, str]) -> None:
    app = make_app(origins=ME)
    mark = cross_origin(ME)
    views: dict[str, Callable[..., Any]] = {"own": own_view(), "put": plain_view()}
    views[marked] = mark(views[marked])
    app.add_url_rule("/", "own", views["own"], methods=["OPTIONS"])
    app.add_url_rule("/", "put", views["put"], methods=["PUT"], provide_automatic_options=False)
    response = preflight(app)
    assert (response.status_code, response.data) == (200, b"")
    # Without a mark of its own the view answers a preflight of OPTIONS itself.
    assert lines(response) == [methods, acao()]


@pytest.mark.rule("5.own-options")
def test_a_blueprint_is_no_mark() -> None:
    blueprint = Blueprint("api", __name__)
    blueprint.add_url_rule("/", "own", own_view(), methods=["GET", "OPTIONS"])
    CORS(blueprint, origins=ME)
    app = make_app()
    app.register_blueprint(blueprint)
    response = preflight(app)
    assert answered_by_the_view(response)
    assert lines(response) == sorted([*ANSWER, OWN])


class Storage(MethodView):
    def get(self) -> str:
        return "get"

    def options(self) -> Response:
        return own_view()()


def storage(**members: Any) -> Any:
    """Make a subclass, since a class is marked itself."""
    return type("Storage", (Storage,), members)


@pytest.mark.rule("5.own-options")
def test_options_of_a_method_view() -> None:
    app = make_app(origins=ME)
    app.add_url_rule("/", view_func=Storage.as_view("storage"))
    response = preflight(app, method="GET")
    assert answered_by_the_view(response)
    assert lines(response) == sorted([*ANSWER, OWN])


@pytest.mark.rule("5.own-options")
def test_options_of_a_marked_method_view() -> None:
    app = make_app()
    app.add_url_rule("/", view_func=cross_origin(ME)(storage()).as_view("storage"))
    response = preflight(app, method="GET")
    assert (response.status_code, lines(response)) == (200, ANSWER)


@pytest.mark.rule("5.own-options")
@pytest.mark.parametrize(
    ("marked", "methods"), [("get", acam("GET, HEAD")), ("options", ALL_METHODS)]
)
def test_a_marked_method_beside_options(marked: str, methods: tuple[str, str]) -> None:
    app = make_app(origins=ME)
    members = {marked: cross_origin(ME)(getattr(Storage, marked))}
    app.add_url_rule("/", view_func=storage(**members).as_view("storage"))
    response = preflight(app, method="GET")
    assert (response.status_code, lines(response)) == (200, [methods, acao()])


@pytest.mark.rule("5.own-options-headers")
def test_options_of_a_method_view_that_is_exempt() -> None:
    app = make_app(origins=ME)
    members = {"options": cors_exempt(Storage.options)}
    app.add_url_rule("/", view_func=storage(**members).as_view("storage"))
    response = preflight(app, method="GET")
    assert answered_by_the_view(response)
    assert lines(response) == [OWN]
    assert lines(ask(app)) == [acao()]


@pytest.mark.rule("5.own-options-headers")
def test_an_exempt_method_beside_options() -> None:
    app = make_app(origins=ME)
    members = {"get": cors_exempt(Storage.get)}
    app.add_url_rule("/", view_func=storage(**members).as_view("storage"))
    assert lines(preflight(app, method="GET")) == [OWN]
    assert lines(ask(app)) == []


@pytest.mark.rule("5.own-options-headers")
def test_an_exempt_view_that_serves_options() -> None:
    app = make_app(origins=ME)
    app.add_url_rule("/", "own", cors_exempt(own_view()), methods=["GET", "OPTIONS"])
    response = preflight(app, method="GET")
    assert answered_by_the_view(response)
    assert lines(response) == [OWN]


class Dispatching(View):
    methods = ("GET", "OPTIONS")

    def dispatch_request(self) -> Response:
        return own_view()()


@pytest.mark.rule("5.own-options")
def test_options_of_a_view_class() -> None:
    app = make_app(origins=ME)
    app.add_url_rule("/", view_func=Dispatching.as_view("view"))
    assert answered_by_the_view(preflight(app, method="GET"))


@pytest.mark.rule("5.own-options")
def test_a_view_that_serves_options_for_a_method_nobody_serves() -> None:
    app = make_app(origins=ME)
    app.add_url_rule("/", "own", own_view(), methods=["GET", "OPTIONS"])
    response = preflight(app, method="PATCH")
    assert answered_by_the_view(response)
    assert lines(response) == sorted([*ANSWER, OWN])


# -- automatic_options -----------------------------------------------------------------


@pytest.mark.rule("5.automatic-options")
@pytest.mark.parametrize("mark", [True, False])
def test_automatic_options_false_goes_on_to_flask(mark: bool) -> None:
    app = make_app()
    app.before_request(lambda: ("who are you?", 401) if not mark else None)
    view = cross_origin(ME, automatic_options=False)(plain_view())
    app.add_url_rule("/", "view", view, methods=["GET", "PUT"])
    response = preflight(app)
    if mark:
        assert response.allow == {"GET", "HEAD", "OPTIONS", "PUT"}
        assert [name for name, _ in lines(response)] == ["Allow"]
    else:
        assert (response.status_code, lines(response)) == (401, [])
    assert lines(ask(app)) == [acao()]


@pytest.mark.rule("5.automatic-options")
@pytest.mark.parametrize("origin", [ME, YOU, None])
@pytest.mark.parametrize("serves", [False, True])
def test_automatic_options_false_and_options_that_is_no_preflight(
    serves: bool, origin: str | None
) -> None:
    app = make_app()
    mark = cross_origin([ME, "https://other.example"], automatic_options=False)
    view, more = (own_view(), ["OPTIONS"]) if serves else (plain_view(), [])
    app.add_url_rule("/", "view", mark(view), methods=["GET", *more])
    found = [
        line for line in lines(ask(app, origin=origin, method="OPTIONS")) if line[0] != "Allow"
    ]
    expected = [*([acao()] if origin == ME else []), OWN, VARY]
    assert found == (sorted(expected) if serves else [])


@pytest.mark.rule("5.automatic-options")
def test_automatic_options_false_and_a_view_that_serves_options() -> None:
    app = make_app()
    view = cross_origin(ME, automatic_options=False)(own_view())
    app.add_url_rule("/", "own", view, methods=["PUT", "OPTIONS"])
    response = preflight(app)
    assert answered_by_the_view(response)
    assert lines(response) == sorted([*ANSWER, OWN])


@pytest.mark.rule("5.automatic-options")
def test_automatic_options_false_of_one_method() -> None:
    class Items(MethodView):
        @cross_origin(ME, automatic_options=False)
        def get(self) -> str:
            return "get"

        @cross_origin(ME)
        def put(self) -> str:
            return "put"

    app = make_app()
    app.add_url_rule("/", view_func=Items.as_view("items"))
    assert lines(preflight(app, method="PUT")) == [acam("PUT"), acao()]
    assert [name for name, _ in lines(preflight(app, method="GET"))] == ["Allow"]


@pytest.mark.rule("5.automatic-options")
@pytest.mark.parametrize("value", [False, "false"])
def test_the_config_key_is_the_fallback_of_marks(value: object) -> None:
    app = make_app(origins=ME)
    app.config["CORS_AUTOMATIC_OPTIONS"] = value
    app.add_url_rule("/plain", "plain", plain_view(), methods=["PUT"])
    app.add_url_rule("/marked", "marked", cross_origin(plain_view()), methods=["PUT"])
    on = cross_origin(automatic_options=True)(plain_view())
    app.add_url_rule("/on", "on", on, methods=["PUT"])
    assert lines(preflight(app, "/plain")) == ANSWER
    assert [name for name, _ in lines(preflight(app, "/marked"))] == ["Allow"]
    assert lines(preflight(app, "/on")) == ANSWER


@pytest.mark.rule("5.automatic-options")
def test_a_view_without_any_options_is_answered() -> None:
    app = make_app(origins=ME)
    app.add_url_rule("/", "put", plain_view(), methods=["PUT"], provide_automatic_options=False)
    assert lines(preflight(app)) == ANSWER
    assert ask(app, method="OPTIONS").status_code == 405
