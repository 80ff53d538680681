"""Hooks that come in pairs: a preflight skips the first half, and the second must not break it."""

from __future__ import annotations

import inspect
import logging
import time
import uuid
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from flask import (
    Blueprint,
    Flask,
    Response,
    after_this_request,
    appcontext_tearing_down,
    g,
    request,
    request_tearing_down,
)
from flask.sessions import SecureCookieSessionInterface

from flask_cors import CORS, cross_origin, of
from tests.integration.exchange import ALL_METHODS, ME, VARY, acao, ask, lines, preflight

EVIL = "https://evil.example"
ANSWER = [ALL_METHODS, acao()]


class Connection:
    """A database connection that counts how often it was closed."""

    def __init__(self) -> None:
        self.closed = 0

    def close(self) -> None:
        """Close it."""
        self.closed += 1


class Place(NamedTuple):
    """Where hooks are registered, and a path that they are run for."""

    app: Flask
    owner: Flask | Blueprint
    path: str


def on_app() -> Place:
    app = Flask("sample")
    return Place(app, app, "/")


def on_blueprint() -> Place:
    app, blueprint = Flask("sample"), Blueprint("things", "things")
    return Place(app, blueprint, "/things/")


def on_nested_blueprint() -> Place:
    app, blueprint = Flask("sample"), Blueprint("inner", "inner")
    return Place(app, blueprint, "/outer/inner/")


def finish(place: Place, view: Callable[..., Any] = lambda: "seen") -> Flask:
    """Register the view and the blueprints, and turn CORS on."""
    place.owner.add_url_rule("/", "view", view, methods=["GET", "PUT"])
    if isinstance(place.owner, Flask):
        pass
    elif place.path == "/things/":
        place.app.register_blueprint(place.owner, url_prefix="/things")
    else:
        outer = Blueprint("outer", "outer")
        outer.register_blueprint(place.owner, url_prefix="/inner")
        place.app.register_blueprint(outer, url_prefix="/outer")
    CORS(place.app, origins=ME)
    return place.app


@pytest.fixture(params=[on_app, on_blueprint, on_nested_blueprint])
def place(request: pytest.FixtureRequest) -> Place:
    made: Place = request.param()
    return made


@pytest.fixture
def errors(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.ERROR)
    return caplog


def texts(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "flask_cors"]


def where(function: Callable[..., Any], offset: int) -> str:
    _, first = inspect.getsourcelines(function)
    return f"{inspect.getsourcefile(function)}:{first + offset}"


# -- the timing hook of every tutorial, and request ids ------------------------------------


@pytest.mark.rule("5.hooks-fail", "5.hooks-run", "5.first")
@pytest.mark.parametrize("asynchronous", [False, True])
def test_the_timing_hook(
    place: Place, asynchronous: bool, errors: pytest.LogCaptureFixture
) -> None:
    @place.owner.before_request
    def start() -> None:
        g.start = time.perf_counter()

    if asynchronous:

        @place.owner.after_request
        async def measure_late(response: Response) -> Response:
            response.headers["X-Time"] = str(time.perf_counter() - g.start > 0)
            return response
    else:

        @place.owner.after_request
        def measure(response: Response) -> Response:
            response.headers["X-Time"] = str(time.perf_counter() - g.start > 0)
            return response

    app = finish(place)
    assert lines(ask(app, place.path)) == [acao(), ("X-Time", "True")]
    assert errors.records == []
    for _ in range(3):
        response = preflight(app, place.path)
        assert (response.status_code, response.data, lines(response)) == (200, b"", ANSWER)
    (text,) = texts(errors)
    assert "measure" in text
    assert f"{__file__}:" in text
    assert "g.get(" in text


@pytest.mark.rule("5.hooks-fail")
def test_request_ids(place: Place, errors: pytest.LogCaptureFixture) -> None:
    @place.owner.before_request
    def identify() -> None:
        g.request_id = request.headers.get("X-Request-Id") or uuid.uuid4().hex

    @place.owner.after_request
    def show(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.request_id
        return response

    app = finish(place)
    assert ("X-Request-Id", "7") in lines(ask(app, place.path, headers={"X-Request-Id": "7"}))
    assert lines(preflight(app, place.path)) == ANSWER
    assert where(show, 2) in texts(errors)[0]


@pytest.mark.rule("5.hooks-fail")
def test_a_hook_that_asks_whether_it_is_there_runs(
    place: Place, errors: pytest.LogCaptureFixture
) -> None:
    @place.owner.after_request
    def show(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.get("request_id", "none")
        return response

    app = finish(place)
    assert lines(preflight(app, place.path)) == [*ANSWER, ("X-Request-Id", "none")]
    assert errors.records == []


# -- connections ---------------------------------------------------------------------------


@pytest.mark.rule("5.hooks-fail", "5.first")
@pytest.mark.parametrize("register", ["after_request", "teardown_request"])
def test_connections_that_a_hook_closes(
    place: Place, register: str, errors: pytest.LogCaptureFixture
) -> None:
    opened: list[Connection] = []

    @place.owner.before_request
    def connect() -> None:
        g.connection = Connection()
        opened.append(g.connection)

    def close(response: Any) -> Any:
        g.connection.close()
        return response

    getattr(place.owner, register)(close)
    app = finish(place)
    ask(app, place.path)
    for _ in range(2):
        assert lines(preflight(app, place.path)) == ANSWER
    assert [connection.closed for connection in opened] == [1]
    (text,) = texts(errors)
    assert where(close, 1) in text


@pytest.mark.rule("5.hooks-fail")
@pytest.mark.parametrize("asynchronous", [False, True])
def test_connections_that_are_closed_with_the_app_context(
    place: Place, asynchronous: bool, errors: pytest.LogCaptureFixture
) -> None:
    opened: list[Connection] = []

    @place.app.before_request
    def connect() -> None:
        g.connection = Connection()
        opened.append(g.connection)

    if asynchronous:

        @place.app.teardown_appcontext
        async def close_late(error: BaseException | None) -> None:
            g.connection.close()
    else:

        @place.app.teardown_appcontext
        def close(error: BaseException | None) -> None:
            g.connection.close()

    app = finish(place)
    ask(app, place.path)
    for _ in range(2):
        assert lines(preflight(app, place.path)) == ANSWER
    assert [connection.closed for connection in opened] == [1]
    assert len(texts(errors)) == 1
    with pytest.raises(AttributeError), app.app_context():
        pass


# -- other hooks ---------------------------------------------------------------------------


@pytest.mark.rule("5.hooks-fail", "5.hooks-run")
@pytest.mark.parametrize("register", ["after_request", "teardown_request"])
def test_hooks_before_and_after_the_one_that_fails_still_run(
    place: Place, register: str, errors: pytest.LogCaptureFixture
) -> None:
    ran: list[str] = []

    def note(name: str) -> Callable[[Any], Any]:
        def hook(response: Any) -> Any:
            ran.append(name)
            return response

        return hook

    async def late(response: Any) -> Any:
        ran.append("async")
        return response

    def fail(response: Any) -> Any:
        return g.missing

    def fail_too(response: Any) -> Any:
        raise LookupError("no database")

    getattr(place.app, register)(note("of the app"))
    for hook in (note("last"), fail_too, late, fail, note("first")):
        getattr(place.owner, register)(hook)
    app = finish(place)
    for _ in range(2):
        ran.clear()
        assert lines(preflight(app, place.path)) == ANSWER
        own = ["first", "async", "last"]
        assert ran == [*own, "of the app"]
    assert len(texts(errors)) == 2


@pytest.mark.rule("5.hooks-fail")
def test_headers_of_the_other_hooks_are_sent(place: Place) -> None:
    def header(name: str) -> Callable[[Response], Response]:
        def hook(response: Response) -> Response:
            response.headers[name] = "1"
            return response

        return hook

    def fail(response: Response) -> Response:
        response.headers["X-Half"] = "1"
        response.headers["X-Id"] = g.missing
        return response

    for hook in (header("X-After"), fail, header("X-Before")):
        place.owner.after_request(hook)
    app = finish(place)
    found = {name for name, _ in lines(preflight(app, place.path))}
    assert found >= {"X-After", "X-Before", "Access-Control-Allow-Origin"}


@pytest.mark.rule("5.hooks-fail")
def test_after_request_and_both_kinds_of_teardown_that_fail(
    errors: pytest.LogCaptureFixture,
) -> None:
    place = on_app()
    place.app.after_request(lambda response: g.one)
    place.app.teardown_request(lambda error: g.two)
    place.app.teardown_appcontext(lambda error: g.three)
    app = finish(place)
    for _ in range(2):
        assert lines(preflight(app)) == ANSWER
        assert lines(preflight(app, origin=EVIL)) == [VARY]
        assert preflight(app, "/missing").status_code == 200
    assert len(texts(errors)) == 3


@pytest.mark.rule("5.hooks-fail", "8.reload")
def test_policies_that_were_reloaded_before_the_first_request(
    errors: pytest.LogCaptureFixture,
) -> None:
    place = on_app()
    app = finish(place)
    of(app).reload()
    app.teardown_request(lambda error: g.two)
    assert lines(preflight(app)) == ANSWER
    assert len(texts(errors)) == 1


@pytest.mark.rule("5.hooks-fail")
def test_the_app_is_as_fit_as_before(errors: pytest.LogCaptureFixture) -> None:
    place = on_app()
    place.app.teardown_appcontext(lambda error: g.pop("kept"))

    @place.app.before_request
    def keep() -> None:
        g.kept = 1

    app = finish(place)
    client = app.test_client()
    for method, status in (("OPTIONS", 200), ("GET", 200), ("OPTIONS", 200), ("PUT", 200)):
        headers = {"Origin": ME, "Access-Control-Request-Method": "PUT"}
        assert client.open("/", method=method, headers=headers).status_code == status


# -- where nothing is forgiven -------------------------------------------------------------


@pytest.mark.rule("5.hooks-fail")
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_hooks_of_other_requests_raise_as_in_flask(
    place: Place, method: str, errors: pytest.LogCaptureFixture
) -> None:
    place.owner.after_request(lambda response: g.missing)
    app = finish(place)
    response = ask(app, place.path, method=method)
    assert response.status_code == 500
    assert lines(response) == [acao()]
    assert texts(errors) == []


@pytest.mark.rule("5.hooks-fail")
def test_teardown_functions_of_other_requests_raise_as_in_flask(
    place: Place, errors: pytest.LogCaptureFixture
) -> None:
    place.owner.teardown_request(lambda error: g.missing)
    app = finish(place)
    for method in ("GET", "OPTIONS"):
        with pytest.raises(AttributeError):
            ask(app, place.path, method=method)
    assert texts(errors) == []


@pytest.mark.rule("5.hooks-fail", "5.own-options")
def test_a_preflight_that_a_view_answers_has_its_hooks_and_raises(
    errors: pytest.LogCaptureFixture,
) -> None:
    app = Flask("sample")
    CORS(app, origins=ME)
    app.add_url_rule("/own", "own", lambda: "own", methods=["PUT", "OPTIONS"])
    app.after_request(lambda response: g.missing)
    assert preflight(app, "/own").status_code == 500
    assert texts(errors) == []


@pytest.mark.rule("5.hooks-fail")
def test_where_cors_is_off_a_preflight_raises_as_in_flask() -> None:
    app = Flask("sample")
    CORS(app, origins=ME, resources="/api/*")
    app.add_url_rule("/", "index", lambda: "x")
    app.after_request(lambda response: g.missing)
    assert preflight(app, method="GET").status_code == 500


# -- apps without a CORS object, and hooks that come late ----------------------------------


@pytest.mark.rule("5.hooks-fail", "5.decorators-only")
def test_an_app_whose_views_alone_are_decorated(errors: pytest.LogCaptureFixture) -> None:
    app = Flask("sample")
    app.add_url_rule("/", "index", cross_origin(ME)(lambda: "x"), methods=["GET", "PUT"])
    app.after_request(lambda response: g.one)
    app.teardown_request(lambda error: g.two)
    app.teardown_appcontext(lambda error: g.three)
    for _ in range(2):
        assert lines(preflight(app)) == ANSWER
    assert len(texts(errors)) == 3


class Answering(Flask):
    """An app that has functions run after the very request that it answers."""

    def make_default_options_response(self) -> Response:
        """Answer ``OPTIONS``."""
        after_this_request(lambda response: g.missing)
        return super().make_default_options_response()


@pytest.mark.rule("5.hooks-fail")
def test_a_function_of_after_this_request_that_fails(errors: pytest.LogCaptureFixture) -> None:
    app = Answering("sample")
    ran: list[str] = []

    @app.after_request
    def note(response: Response) -> Response:
        ran.append("note")
        return response

    app.add_url_rule("/", "index", lambda: "x", methods=["GET", "PUT"])
    CORS(app, origins=ME)
    for _ in range(2):
        assert [line for line in lines(preflight(app)) if line[0] != "Allow"] == ANSWER
    assert ran == ["note"] * 2
    (text,) = texts(errors)
    assert f"{__file__}:" in text


class Broken(SecureCookieSessionInterface):
    """Sessions that cannot be saved without what a ``before_request`` function sets."""

    def save_session(self, *arguments: Any) -> None:
        """Save the session."""
        g.connection.save()


@pytest.mark.rule("5.hooks-fail")
def test_a_session_that_cannot_be_saved(errors: pytest.LogCaptureFixture) -> None:
    place = on_app()
    place.app.secret_key, place.app.session_interface = "x", Broken()
    ran: list[str] = []

    @place.app.after_request
    def note(response: Response) -> Response:
        ran.append("note")
        return response

    app = finish(place)
    for _ in range(2):
        assert lines(preflight(app)) == ANSWER
    assert ran == ["note"] * 2
    (text,) = texts(errors)
    assert where(Broken.save_session, 2) in text


class Timer:
    """A hook that is an object."""

    def __call__(self, response: Any) -> Any:
        """Run after a request."""
        return g.start


@pytest.mark.rule("5.hooks-fail")
@pytest.mark.parametrize("register", ["after_request", "teardown_request"])
def test_a_hook_that_is_an_object_and_fails(
    place: Place, register: str, errors: pytest.LogCaptureFixture
) -> None:
    ran: list[object] = []

    def note(response: Any) -> Any:
        ran.append(1)
        return response

    for hook in (note, Timer()):
        getattr(place.owner, register)(hook)
    app = finish(place)
    assert lines(preflight(app, place.path)) == ANSWER
    assert ran == [1]
    assert where(Timer.__call__, 2) in texts(errors)[0]


@pytest.mark.rule("5.hooks-fail")
def test_receivers_of_signals_that_fail(errors: pytest.LogCaptureFixture) -> None:
    def fail(sender: object, **_: object) -> None:
        raise LookupError("no database")

    app = finish(on_app())
    app.teardown_request(lambda error: None)
    with (
        request_tearing_down.connected_to(fail, app),
        appcontext_tearing_down.connected_to(fail, app),
    ):
        for _ in range(2):
            assert lines(preflight(app)) == ANSWER
    (text,) = texts(errors)
    assert where(fail, 1) in text
