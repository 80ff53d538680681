"""Apps that only use decorators get all of it, from their first request on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Blueprint, Flask, Response
from flask.views import MethodView

from flask_cors import CORS, ConfigError, CorsWarning, cors_exempt, cross_origin
from tests.integration.exchange import ALL_METHODS, ME, VARY, YOU, acao, ask, lines, preflight

ANSWER = [ALL_METHODS, acao()]


def plain_view() -> Callable[[], str]:
    """Make a view; a new one, since marking is remembered."""

    def plain() -> str:
        return "plain"

    return plain


def crash() -> str:
    raise LookupError("no database")


def make_app() -> Flask:
    app = Flask("sample")
    app.add_url_rule("/marked", "marked", cross_origin(ME)(plain_view()), methods=["GET", "PUT"])
    app.add_url_rule("/crash", "crash", cross_origin(ME)(crash))
    app.add_url_rule("/plain", "plain", plain_view(), methods=["GET", "PUT"])
    return app


@pytest.mark.rule("5.decorators-only")
def test_the_first_request_is_a_preflight() -> None:
    assert lines(preflight(make_app(), "/marked")) == ANSWER


@pytest.mark.rule("5.decorators-only")
def test_the_first_request_is_an_actual_one() -> None:
    assert lines(ask(make_app(), "/marked")) == [acao()]


@pytest.mark.rule("5.decorators-only")
def test_the_first_request_is_denied() -> None:
    assert lines(ask(make_app(), "/marked", YOU)) == [VARY]


@pytest.mark.rule("5.decorators-only")
def test_the_first_request_fails() -> None:
    response = ask(make_app(), "/crash")
    assert (response.status_code, lines(response)) == (500, [acao()])


@pytest.mark.rule("5.decorators-only")
def test_the_first_request_is_for_another_view() -> None:
    app = make_app()
    assert lines(ask(app, "/plain")) == []
    assert [name for name, _ in lines(preflight(app, "/plain"))] == ["Allow"]
    assert lines(ask(app, "/nothing")) == []
    assert lines(ask(app, "/marked")) == [acao()]


@pytest.mark.rule("5.first")
def test_before_request_functions_refuse_no_preflight() -> None:
    app = make_app()
    app.before_request(lambda: ("who are you?", 401))
    assert lines(preflight(app, "/marked")) == ANSWER
    response = ask(app, "/marked")
    assert (response.status_code, lines(response)) == (401, [acao()])


@pytest.mark.rule("5.decorators-only")
def test_a_failing_hook_in_the_first_request() -> None:
    app = make_app()

    @app.after_request
    def fail(response: Response) -> Response:
        raise LookupError("no database")

    response = ask(app, "/marked")
    assert (response.status_code, lines(response)) == (500, [acao()])


@pytest.mark.rule("5.traceback")
def test_debug_tracebacks() -> None:
    app = make_app()
    app.debug = True
    response = ask(app, "/crash")
    assert (response.status_code, lines(response)) == (500, [acao()])
    assert b"LookupError: no database" in response.data


def test_config_is_the_fallback() -> None:
    app = Flask("sample")
    app.config["CORS_ORIGINS"] = ME
    app.add_url_rule("/", view_func=cross_origin(plain_view()))
    assert lines(ask(app)) == [acao()]
    assert lines(ask(app, origin=YOU)) == [VARY]


@pytest.mark.rule("5.decorators-only")
@pytest.mark.parametrize("where", ["class", "method", "decorators", "base"])
def test_view_classes(where: str) -> None:
    class Base(MethodView):
        def put(self) -> str:
            return "put"

    members: dict[str, Any] = {}
    if where == "base":
        Base = cross_origin(ME)(Base)  # type: ignore[misc] # noqa: N806
    elif where == "method":
        members["put"] = cross_origin(ME)(Base.put)
    elif where == "decorators":
        members["decorators"] = [cross_origin(ME)]
    view_class: Any = type("Items", (Base,), members)
    if where == "class":
        view_class = cross_origin(ME)(view_class)
    app = Flask("sample")
    app.add_url_rule("/", view_func=view_class.as_view("items"))
    assert lines(preflight(app)) == ANSWER
    assert lines(ask(app, method="PUT")) == [acao()]


@pytest.mark.rule("5.decorators-only")
def test_async_views() -> None:
    @cross_origin(ME)
    async def view() -> str:
        return "async"

    app = Flask("sample")
    app.add_url_rule("/", view_func=view)
    response = ask(app)
    assert (response.data, lines(response)) == (b"async", [acao()])


def test_a_marked_view_of_a_blueprint() -> None:
    blueprint = Blueprint("api", __name__, url_prefix="/api")
    blueprint.add_url_rule("/", "view", cross_origin(ME)(plain_view()))
    app = Flask("sample")
    app.register_blueprint(blueprint)
    assert lines(ask(app, "/api/")) == [acao()]
    assert lines(preflight(app, "/api/", method="GET")) == ANSWER


@pytest.mark.rule("5.decorators-only")
def test_an_app_without_marks_is_left_alone() -> None:
    app = Flask("sample")
    app.add_url_rule("/", view_func=plain_view())
    app.add_url_rule("/exempt", "exempt", cors_exempt(plain_view()))
    other = Flask("other")
    other.add_url_rule("/", view_func=plain_view())
    for _ in range(2):
        assert lines(ask(other)) == []
        assert lines(ask(app)) == []
        assert lines(ask(app, "/exempt")) == []
    assert "cors" not in other.extensions


def test_a_view_that_is_replaced_by_a_marked_one_is_found_at_its_next_request() -> None:
    app = Flask("sample")
    app.add_url_rule("/", "index", lambda: "x", methods=["GET", "PUT"])
    assert lines(ask(app)) == []
    app.view_functions["index"] = cross_origin(ME)(lambda: "x")
    assert acao(ME) in lines(preflight(app, method="PUT"))
    assert lines(ask(app)) == [acao(ME)]


def test_two_apps_do_not_know_each_other() -> None:
    view = cross_origin(plain_view())
    apps = []
    for origin in (ME, YOU):
        app = Flask("sample")
        app.config["CORS_ORIGINS"] = origin
        app.add_url_rule("/", "view", view)
        apps.append(app)
    assert lines(ask(apps[0])) == [acao()]
    assert lines(ask(apps[1])) == [VARY]
    assert apps[0].extensions["cors"] is not apps[1].extensions["cors"]


def test_a_configuration_that_could_open_something_fails_every_request() -> None:
    app = Flask("sample")
    app.config["CORS_ORIGINS"] = None
    app.add_url_rule("/", view_func=cross_origin(plain_view()))
    app.testing = True
    for _ in range(2):
        with pytest.raises(ConfigError, match="CORS_ORIGINS=None"):
            ask(app)


def test_credentials_of_the_config_under_any_origin_are_dropped_at_the_first_request() -> None:
    app = Flask("sample")
    app.config["CORS_SUPPORTS_CREDENTIALS"] = True
    app.add_url_rule("/", view_func=cross_origin(plain_view()))
    with pytest.warns(CorsWarning, match="dropped: any origin is allowed"):
        assert lines(ask(app)) == [acao(), VARY]
    assert lines(ask(app)) == [acao(), VARY]


def test_a_cors_object_beside_decorators_changes_nothing_else() -> None:
    app = make_app()
    CORS(app, resources="/nothing-else")
    assert lines(preflight(app, "/marked")) == ANSWER
    assert lines(ask(app, "/plain")) == []
