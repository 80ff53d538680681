"""The methods of an app that are overridden: what each does, and that arguments are passed on."""

from __future__ import annotations

import gc
import threading
from typing import Any
from weakref import ref

import pytest
from flask import Flask, Request, Response, g, request

from flask_cors import CORS, ConfigError, cross_origin
from flask_cors.runtime.hooks import state_of
from flask_cors.runtime.notes import NOTES, notes_on
from flask_cors.runtime.state import KEY

ME = "https://me.example"
EVIL = "https://evil.example"
ASKED = {"Origin": ME, "Access-Control-Request-Method": "PUT"}
ACAO = ("Access-Control-Allow-Origin", ME)


def current() -> Request:
    found: Request = request._get_current_object()  # type: ignore[attr-defined]
    return found


def make_app(**options: Any) -> Flask:
    app = Flask("sample")
    CORS(app, **{"origins": ME, **options})
    app.add_url_rule("/", "index", lambda: "seen", methods=["GET", "PUT"])
    return app


def sent(response: Response) -> set[tuple[str, str]]:
    """Return the lines of CORS that are sent with the present request."""
    headers = response.get_wsgi_headers(request.environ)
    return {line for line in headers if line[0].startswith("Access-Control-")}


# -- once ----------------------------------------------------------------------------------


def test_the_methods_are_overridden_once() -> None:
    app = make_app()
    state, methods = state_of(app), (app.preprocess_request, app.process_response)
    CORS(app)
    assert state_of(app) is state
    assert app.extensions[KEY] is state
    assert (app.preprocess_request, app.process_response) == methods


def test_threads_get_one_state() -> None:
    app, together = Flask("sample"), threading.Barrier(4)
    found: list[object] = []

    def ask() -> None:
        together.wait()
        found.append(state_of(app))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [app.extensions[KEY]] * 4


def test_an_app_can_be_collected() -> None:
    app = make_app()
    app.test_client().get("/", headers=ASKED)
    gone = ref(app)
    del app
    gc.collect()
    assert gone() is None


def test_teardown_is_overridden_only_where_there_is_something_to_tear_down() -> None:
    plain, tearing = make_app(), make_app()
    tearing.teardown_request(lambda error: None)
    for app in (plain, tearing):
        app.test_client().get("/")
    assert "do_teardown_request" not in vars(plain)
    assert "do_teardown_appcontext" not in vars(plain)
    assert "do_teardown_request" in vars(tearing)
    assert "do_teardown_appcontext" in vars(tearing)


# -- preprocess_request --------------------------------------------------------------------


@pytest.mark.rule("5.first", "5.status")
def test_a_preflight_is_answered_before_anything_else() -> None:
    app = make_app()
    ran: list[str] = []
    app.before_request(lambda: ran.append("before"))
    app.url_value_preprocessor(lambda *_: ran.append("values"))
    with app.test_request_context("/", method="OPTIONS", headers=ASKED):
        answer: Any = app.preprocess_request()
        assert (answer.status_code, answer.get_data()) == (200, b"")
        assert notes_on(current()).answered
        assert notes_on(current()).decision is not None
    assert ran == []


@pytest.mark.rule("5.actual")
@pytest.mark.parametrize(
    ("method", "headers"), [("GET", ASKED), ("PUT", {}), ("OPTIONS", {"Origin": ME})]
)
def test_flask_goes_on_with_any_other_request(method: str, headers: dict[str, str]) -> None:
    app = make_app()
    ran: list[str] = []
    app.before_request(lambda: ran.append("before"))
    with app.test_request_context("/", method=method, headers=headers):
        assert app.preprocess_request() is None
    assert ran == ["before"]


@pytest.mark.rule("5.overrides")
def test_whatever_arguments_flask_passes_are_passed_on() -> None:
    app = Flask("sample")
    app.add_url_rule("/", "index", lambda: "x")
    passed: list[tuple[Any, ...]] = []
    preprocess: Any = app.preprocess_request
    process: Any = app.process_response
    handle: Any = app.handle_exception
    end: Any = app.do_teardown_request

    def preprocess_request(*args: Any) -> Any:
        passed.append(args)
        return preprocess()

    def process_response(*args: Any) -> Any:
        passed.append(args)
        return process(args[-1])

    def handle_exception(*args: Any) -> Any:
        passed.append(args)
        return handle(args[-1])

    def do_teardown_request(*args: Any) -> Any:
        passed.append(args)
        return end(args[-1])

    own: Any = app
    own.preprocess_request, own.process_response = preprocess_request, process_response
    own.handle_exception, own.do_teardown_request = handle_exception, do_teardown_request
    app.teardown_request(lambda error: None)
    CORS(app, origins=ME)
    response, error = Response(), LookupError()
    with app.test_request_context("/", headers={"Origin": ME}):
        own.preprocess_request("context")
        returned = own.process_response("context", response)
        assert returned is response
        assert sent(response) == {ACAO}
        own.handle_exception("context", error)
        own.do_teardown_request("context", None)
    assert passed[:2] == [("context",), ("context", response)]
    assert ("context", error) in passed
    assert ("context", None) in passed


# -- process_response ----------------------------------------------------------------------


@pytest.mark.rule("5.own-dispatch", "5.overrides")
def test_a_request_that_no_preprocess_request_saw() -> None:
    app = make_app()
    with app.test_request_context("/", headers={"Origin": ME}):
        assert sent(app.process_response(Response())) == {ACAO}
    with app.test_request_context("/", method="OPTIONS", headers=ASKED):
        found = sent(app.process_response(Response()))
        assert ACAO in found
        assert "Access-Control-Allow-Methods" in dict(found)
        assert not notes_on(current()).answered


def test_a_plain_request_leaves_no_notes() -> None:
    app = make_app()
    with app.test_request_context("/", headers={"Origin": ME}):
        app.preprocess_request()
        app.process_response(Response())
        assert NOTES not in request.environ


@pytest.mark.rule("3.resource-covers")
def test_where_cors_is_off_nothing_is_sent_with_what_another_app_decided() -> None:
    covered, other = make_app(), make_app(resources="/api/*")
    response = Response()
    with covered.test_request_context("/", headers={"Origin": ME}):
        covered.process_response(response)
        assert sent(response) == {ACAO}
        with other.request_context(request.environ):
            other.process_response(response)
            assert sent(response) == set()


@pytest.mark.rule("5.one-place", "7.callable")
def test_a_failing_hook_brings_a_request_twice_and_a_callable_is_asked_once() -> None:
    asked: list[str] = []

    def ask(origin: str) -> bool:
        asked.append(origin)
        return True

    app = make_app(origins=[ask])
    app.after_request(lambda response: g.missing)
    response = app.test_client().get("/", headers={"Origin": ME})
    assert response.status_code == 500
    assert response.headers["Access-Control-Allow-Origin"] == ME
    assert asked == [ME]


# -- failing to compile --------------------------------------------------------------------


@pytest.mark.rule("8.kept")
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_where_policies_cannot_be_compiled_no_view_runs(method: str) -> None:
    app = Flask("sample")
    app.config["CORS_ORIGINS"] = None
    CORS(app)
    ran: list[str] = []
    app.add_url_rule("/", "index", lambda: ran.append("view") or "x")  # type: ignore[func-returns-value]
    app.before_request(lambda: ran.append("before"))
    for _ in range(2):
        response = app.test_client().open("/", method=method, headers=ASKED)
        assert response.status_code == 500
        assert "Access-Control-Allow-Origin" not in response.headers
    app.testing = True
    with pytest.raises(ConfigError):
        app.test_client().open("/", method=method, headers=ASKED)
    assert ran == []


# -- handle_exception ----------------------------------------------------------------------


@pytest.mark.rule("5.traceback")
def test_finishing_a_response_to_an_error_may_fail_too(caplog: pytest.LogCaptureFixture) -> None:
    app = make_app()
    app.debug = True
    app.add_url_rule("/crash", "crash", lambda: str(1 // 0))
    app.after_request(lambda response: g.missing)
    response = app.test_client().get("/crash", headers={"Origin": ME})
    assert response.status_code == 500
    assert "ZeroDivisionError" in response.text
    assert "Finishing the response to an error failed" in caplog.text


@pytest.mark.rule("5.exception-leaves")
def test_exceptions_leave_the_app_where_nobody_may_read_them() -> None:
    app = make_app()
    app.debug = True
    app.add_url_rule("/crash", "crash", lambda: str(1 // 0))
    for origin in (None, EVIL):
        headers = {} if origin is None else {"Origin": origin}
        with pytest.raises(ZeroDivisionError):
            app.test_client().get("/crash", headers=headers)


# -- apps whose views alone are decorated --------------------------------------------------


@pytest.mark.rule("5.decorators-only")
def test_an_app_is_found_at_its_first_request() -> None:
    app = Flask("sample")
    app.add_url_rule("/", "index", cross_origin(ME)(lambda: "x"))
    assert KEY not in app.extensions
    for _ in range(2):
        response = app.test_client().get("/", headers={"Origin": ME})
        assert response.headers["Access-Control-Allow-Origin"] == ME
    assert KEY in app.extensions
