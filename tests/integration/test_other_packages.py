"""What other packages and subclasses do to an app: overridden methods, own dispatch, signals."""

from __future__ import annotations

import gc
import logging
from typing import Any

import pytest
from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    jsonify,
    make_response,
    request,
    request_started,
)
from werkzeug.routing import BaseConverter

from flask_cors import CORS, CorsWarning, cross_origin, of
from tests.integration.exchange import (
    ALL_METHODS,
    CREDENTIALS,
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

EVIL = "https://evil.example"


# -- Flask's answer to OPTIONS, overridden -------------------------------------------------


class Openeo(Flask):
    """An app whose specification wants 204 and JSON for every ``OPTIONS`` request."""

    def make_default_options_response(self) -> Response:
        """Answer ``OPTIONS``."""
        response = super().make_default_options_response()
        response.status_code = 204
        response.content_type = "application/json"
        return response


def make_app(kind: type[Flask] = Flask, **options: Any) -> Flask:
    app = kind("sample")
    CORS(app, **{"origins": ME, **options})
    app.add_url_rule("/", "index", lambda: "seen", methods=["GET", "PUT"])
    return app


@pytest.mark.rule("5.options-response", "compat.17")
def test_an_overridden_answer_to_options_is_the_answer_to_preflights() -> None:
    app = make_app(Openeo)
    response = preflight(app)
    assert (response.status_code, response.content_type) == (204, "application/json")
    assert response.data == b""
    allow = ("Allow", response.headers["Allow"])
    assert lines(response) == [ALL_METHODS, acao(), allow]
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "PUT", "OPTIONS"}


@pytest.mark.rule("5.options-response")
def test_a_denied_preflight_has_the_same_answer_without_headers() -> None:
    response = preflight(make_app(Openeo), origin=EVIL)
    assert response.status_code == 204
    assert [line for line in lines(response) if line[0] != "Allow"] == [VARY]


@pytest.mark.rule("5.options-response")
@pytest.mark.parametrize("answer", ["plain text", ("text", 202), {"ok": True}])
def test_whatever_the_overridden_method_returns_is_made_a_response(answer: Any) -> None:
    app = make_app()
    app.make_default_options_response = lambda: answer  # type: ignore[method-assign]
    response = preflight(app)
    assert response.status_code == (202 if isinstance(answer, tuple) else 200)
    assert lines(response) == [ALL_METHODS, acao()]


@pytest.mark.rule("5.options-response")
def test_a_preflight_of_a_404_or_a_redirect_gets_it_too() -> None:
    app = make_app(Openeo)
    app.add_url_rule("/dir/", "dir", lambda: "x")
    for path in ("/missing", "/dir"):
        response = preflight(app, path, method="GET")
        assert response.status_code == 204
        assert acao() in lines(response)


@pytest.mark.rule("5.options-response", "5.any-options")
def test_other_options_requests_of_a_decorated_view_get_it() -> None:
    app = Openeo("sample")
    app.add_url_rule("/", "index", cross_origin(ME)(lambda: "seen"))
    assert ask(app, method="OPTIONS").status_code == 204
    assert preflight(app, method="GET").status_code == 204


# -- dispatch of one's own -----------------------------------------------------------------


class Dispatching(Flask):
    """An app that runs its middleware around each request, as flask-http-middleware does."""

    def full_dispatch_request(self) -> Response:
        """Dispatch without Flask's ``preprocess_request``."""
        try:
            if request.routing_exception is not None:
                self.raise_routing_exception(request)
            rule: Any = request.url_rule
            if request.method == "OPTIONS" and rule.provide_automatic_options:
                returned: Any = self.make_default_options_response()
            else:
                returned = self.view_functions[rule.endpoint](**(request.view_args or {}))
            response = self.make_response(returned)
        except Exception as error:
            response = self.make_response(self.handle_user_exception(error))
        return self.process_response(response)


@pytest.mark.rule("5.own-dispatch")
def test_a_preflight_that_the_app_dispatches_itself() -> None:
    app = make_app(Dispatching, max_age=7)
    response = preflight(app, headers="X-A")
    assert [line for line in lines(response) if line[0] != "Allow"] == [
        acah("X-A"),
        ALL_METHODS,
        acao(),
        ("Access-Control-Max-Age", "7"),
    ]
    assert [line for line in lines(preflight(app, origin=EVIL)) if line[0] != "Allow"] == [VARY]


@pytest.mark.rule("5.own-dispatch", "5.actual")
def test_actual_requests_that_the_app_dispatches_itself() -> None:
    app = make_app(Dispatching, origins=[ME, YOU])
    app.add_url_rule("/marked", "marked", cross_origin(YOU)(lambda: "x"))
    assert lines(ask(app)) == [acao(), VARY]
    assert lines(ask(app, "/missing")) == [acao(), VARY]
    assert lines(ask(app, origin=EVIL)) == [VARY]
    assert lines(ask(app, "/marked", origin=YOU)) == [acao(YOU)]
    assert lines(ask(app, "/marked")) == [VARY]


class Finishing(Flask):
    """An app that sends what answers an error as it is: flask-http-middleware does so."""

    def full_dispatch_request(self) -> Response:
        """Dispatch, and leave ``process_response`` to what went well."""
        try:
            if request.routing_exception is not None:
                self.raise_routing_exception(request)
            rule: Any = request.url_rule
            returned = self.view_functions[rule.endpoint](**(request.view_args or {}))
        except Exception as error:
            return self.make_response(self.handle_user_exception(error))
        return self.process_response(self.make_response(returned))


@pytest.mark.rule("5.own-dispatch", "5.actual", "compat.27")
@pytest.mark.parametrize("handled", [True, False])
def test_errors_that_a_package_sends_without_process_response(handled: bool) -> None:
    app = make_app(Finishing, origins=[ME, YOU])
    app.add_url_rule("/refuses", "refuses", lambda: abort(403))
    app.add_url_rule("/marked", "marked", cross_origin(YOU)(lambda: abort(403)))
    if handled:
        app.register_error_handler(403, lambda error: ("no", 403))
        app.register_error_handler(404, lambda error: ("none", 404))
    for path, status in (("/missing", 404), ("/refuses", 403)):
        response = ask(app, path)
        assert (response.status_code, lines(response)) == (status, [acao(), VARY])
        assert lines(ask(app, path, origin=EVIL)) == [VARY]
    assert lines(ask(app, "/marked", origin=YOU)) == [acao(YOU)]
    assert lines(ask(app, "/marked")) == [VARY]
    assert lines(preflight(app, "/missing")) == [ALL_METHODS, acao(), VARY]


@pytest.mark.rule("5.own-dispatch")
def test_the_url_map_is_compiled_whichever_way_the_first_request_comes() -> None:
    app = make_app(Dispatching, origins=[ME, YOU])
    assert lines(ask(app, "/missing")) == [acao(), VARY]
    assert lines(preflight(app, "/missing")) == [ALL_METHODS, acao(), VARY]


@pytest.mark.rule("5.overrides")
def test_methods_overridden_on_the_app_object_before_and_after() -> None:
    app = Flask("sample")
    called: list[str] = []

    def count(name: str) -> None:
        inner = getattr(app, name)

        def wrapper(*args: Any, **kwargs: Any) -> Any:
            called.append(name)
            return inner(*args, **kwargs)

        setattr(app, name, wrapper)

    names = ("preprocess_request", "process_response", "handle_exception")
    for name in names:
        count(name)
    CORS(app, origins=ME)
    for name in names:
        count(name)
    app.add_url_rule("/", "index", lambda: "x")
    app.add_url_rule("/crash", "crash", lambda: str(1 // 0))
    assert lines(ask(app)) == [acao()]
    assert lines(ask(app, "/crash")) == [acao()]
    assert called.count("handle_exception") == 2
    called.clear()
    assert acao() in lines(preflight(app))
    assert called == ["preprocess_request", "process_response", "process_response"]


# -- signals -------------------------------------------------------------------------------


class NoFlask:
    """What another library sends Flask's signals for."""


@pytest.mark.rule("9.sender")
@pytest.mark.parametrize("sender", [NoFlask(), None, "celery", {"app": 1}, NoFlask])
def test_senders_of_request_started_that_are_no_flask_app(sender: Any) -> None:
    app = Flask("sample")
    app.add_url_rule("/", "index", cross_origin(ME)(lambda: "x"))

    @app.before_request
    def send() -> None:
        request_started.send(sender)

    for _ in range(2):
        assert lines(ask(app)) == [acao()]
    request_started.send(sender)


@pytest.mark.rule("9.sender")
def test_a_sender_that_looks_like_an_app_is_left_alone() -> None:
    class Alike:
        extensions: dict[str, Any] = {}  # noqa: RUF012
        view_functions = {"x": cross_origin(ME)(lambda: "x")}  # noqa: RUF012

    request_started.send(Alike())
    assert Alike.extensions == {}


# -- app.extensions["cors"] ----------------------------------------------------------------


@pytest.mark.rule("1.state")
def test_the_object_stored_as_the_extension_changes_nothing() -> None:
    app = Flask("sample")
    app.add_url_rule("/", "index", lambda: "x")
    app.add_url_rule("/view", "view", cross_origin(YOU)(lambda: "x"))
    app.extensions["cors"] = cors = CORS(app, origins=[ME])
    assert lines(ask(app)) == [acao()]
    assert lines(ask(app, "/view")) == [VARY]
    assert [acao() in lines(preflight(app, "/", origin=one)) for one in (ME, EVIL)] == [True, False]
    assert app.extensions["cors"] is cors
    assert of(app).explain("GET", "/", ME).allowed


@pytest.mark.rule("1.state")
@pytest.mark.parametrize("stored", [None, "x", {"origins": "*"}, object()])
def test_whatever_is_stored_before_or_after(stored: object) -> None:
    app = Flask("sample")
    app.extensions["cors"] = stored
    CORS(app, origins=[ME])
    app.add_url_rule("/", "index", lambda: "x")
    assert lines(ask(app)) == [acao()]
    app.extensions.pop("cors", None)
    assert lines(ask(app, origin=EVIL)) == [VARY]
    app.extensions["cors"] = stored
    assert lines(ask(app)) == [acao()]


@pytest.mark.rule("1.state")
def test_several_objects_of_one_app_that_are_all_stored() -> None:
    app = Flask("sample")
    app.extensions["cors"] = CORS(app, resources={"/a": {"origins": ME}})
    app.extensions["cors"] = CORS(app, resources={"/b": {"origins": YOU}})
    app.add_url_rule("/<name>", "index", lambda name: "x")
    assert lines(ask(app, "/a")) == [acao()]
    assert lines(ask(app, "/b")) == [VARY]
    assert lines(ask(app, "/c")) == []


# -- subclasses of CORS --------------------------------------------------------------------


class Ours(CORS):
    """A subclass that adds options of its own."""

    def init_app(self, app: Any, **options: Any) -> None:  # type: ignore[override]
        """Apply to *app* with defaults of this company."""
        options.setdefault("origins", ME)
        options.setdefault("max_age", 7)
        super().init_app(app, **options)


class Deaf(CORS):
    """A subclass that passes none of its options on."""

    def init_app(self, app: Any, **options: Any) -> None:  # type: ignore[override]
        """Apply to *app*."""
        super().init_app(app, origins=ME)


class Alone(CORS):
    """A subclass whose constructor does not call the one of ``CORS``."""

    def __init__(self, app: Any, origin: str) -> None:
        self.init_app(app, origins=[origin])


@pytest.mark.rule("1.init-app", "compat.kept-init-app")
def test_a_subclass_with_a_constructor_of_its_own() -> None:
    app = Flask("sample")
    app.add_url_rule("/", "index", lambda: "x")
    Alone(app, ME)
    assert lines(ask(app)) == [acao()]
    assert lines(ask(app, origin=EVIL)) == [VARY]


def age_of(app: Flask, origin: str = ME) -> str | None:
    return preflight(app, origin=origin).headers.get("Access-Control-Max-Age")


@pytest.mark.rule("1.init-app", "compat.kept-init-app")
def test_a_subclass_whose_init_app_adds_options() -> None:
    app = Flask("sample")
    app.add_url_rule("/", "index", lambda: "x", methods=["GET", "PUT"])
    Ours(app)
    assert lines(ask(app)) == [acao()]
    assert lines(ask(app, origin=EVIL)) == [VARY]
    assert age_of(app) == "7"


@pytest.mark.rule("1.init-app")
def test_options_of_the_constructor_reach_init_app() -> None:
    app = Flask("sample")
    app.add_url_rule("/", "index", lambda: "x", methods=["GET", "PUT"])
    Ours(app, origins=[YOU], max_age=3)
    assert lines(ask(app, origin=YOU)) == [acao(YOU)]
    assert lines(ask(app)) == [VARY]
    assert age_of(app, YOU) == "3"


@pytest.mark.rule("1.init-app")
def test_options_of_the_constructor_hold_where_init_app_drops_them() -> None:
    app = Flask("sample")
    app.add_url_rule("/", "index", lambda: "x", methods=["GET", "PUT"])
    Deaf(app, methods=["GET"], supports_credentials=True)
    assert lines(preflight(app)) == [CREDENTIALS, acao()]
    assert lines(preflight(app, method="GET")) == [CREDENTIALS, acam("GET"), acao()]


@pytest.mark.rule("1.init-app", "1.many-apps")
def test_a_subclass_that_serves_several_apps_and_blueprints() -> None:
    one, two = Flask("one"), Flask("two")
    blueprint = Blueprint("b", "b")
    blueprint.add_url_rule("/b", "view", lambda: "x", methods=["GET", "PUT"])
    cors = Ours(max_age=5)
    for target in (one, blueprint):
        cors.init_app(target)
    two.register_blueprint(blueprint)
    one.add_url_rule("/", "index", lambda: "x", methods=["GET", "PUT"])
    assert lines(ask(one)) == lines(ask(two, "/b")) == [acao()]
    assert age_of(one) == "7"


@pytest.mark.rule("1.init-app", "2.iterables")
def test_what_can_be_iterated_once_and_mistakes_are_read_once() -> None:
    app = Flask("sample")
    app.add_url_rule("/", "index", lambda: "x")
    with pytest.warns(CorsWarning) as caught:
        Ours(app, origins=(origin for origin in [ME, "you.example"]))
    assert len(caught) == 1
    assert lines(ask(app)) == [acao()]
    assert lines(ask(app, origin=EVIL)) == [VARY]


# -- lines that the app writes on a preflight ----------------------------------------------


@pytest.mark.rule("6.united")
def test_lists_that_the_app_writes_on_a_preflight_are_united() -> None:
    app = make_app(methods=["GET", "PUT"], allow_headers=["X-A"])

    @app.after_request
    def add(response: Response) -> Response:
        response.headers.add("Access-Control-Allow-Headers", "Content-Type,Authorization")
        response.headers.add("Access-Control-Allow-Methods", "GET,PUT,POST,DELETE")
        return response

    found = lines(preflight(app, headers="X-A"))
    assert found == [
        acah("Authorization, Content-Type, X-A"),
        acam("DELETE, GET, POST, PUT"),
        acao(),
    ]


@pytest.mark.rule("6.united")
def test_lists_of_a_view_that_serves_options_itself_are_united() -> None:
    app = make_app(methods="PUT")

    @app.route("/own", methods=["PUT", "OPTIONS"])
    def own() -> Response:
        response = make_response("", 204)
        response.headers["access-control-allow-methods"] = "PATCH"
        response.headers.add("Access-Control-Allow-Methods", "PUT")
        return response

    response = preflight(app, "/own")
    assert response.status_code == 204
    assert lines(response) == [acam("PATCH, PUT"), acao()]


@pytest.mark.rule("6.united")
def test_on_denied_preflights_and_actual_requests_they_stay_as_they_are() -> None:
    app = make_app()
    mine = acah("X-Mine")

    @app.after_request
    def add(response: Response) -> Response:
        response.headers.add(*mine)
        return response

    assert lines(preflight(app, origin=EVIL)) == [mine, VARY]
    assert lines(ask(app)) == [mine, acao()]


# -- an app is found at its first request, and is not kept ---------------------------------


def test_apps_that_come_and_go_are_not_kept(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR, "flask_cors")

    def use() -> None:
        app = Flask("sample")
        app.add_url_rule("/", "index", cross_origin(ME)(lambda: jsonify(ok=True)))
        app.add_url_rule("/away", "away", lambda: abort(418))
        assert lines(ask(app)) == [acao()]

    def count() -> int:
        gc.collect()
        return sum(isinstance(item, Flask) for item in gc.get_objects())

    use()
    before = count()
    for _ in range(5):
        use()
    assert count() <= before


class Tenant(BaseConverter):
    """A converter that fails in its own way."""

    def to_python(self, value: str) -> str:
        """Look the tenant up."""
        return {"ours": "ours"}[value]


@pytest.mark.rule("4.404", "4.405")
def test_a_converter_that_fails_where_flask_does_not_call_it() -> None:
    app = Flask("sample")
    app.url_map.converters["tenant"] = Tenant
    blueprint = Blueprint("b", "b", url_prefix="/<tenant:tenant>")
    blueprint.add_url_rule("/items", "items", lambda tenant: tenant)
    CORS(blueprint, origins=YOU)
    CORS(app, origins=ME)
    app.register_blueprint(blueprint)
    app.add_url_rule("/orders/<tenant:id>", "order", lambda id: id, methods=["POST"])
    for path, status in (("/nope/x", 404), ("/orders/zz", 405)):
        for method in ("GET", "PATCH"):
            response = ask(app, path, method=method)
            found = [line for line in lines(response) if line[0] != "Allow"]
            assert (response.status_code, found) == (status, [acao()])
    # Flask calls the other one for OPTIONS, and fails itself.
    assert preflight(app, "/nope/x").status_code == 200
