"""A decorated function that is called: by Flask, by another library, or by hand."""

from __future__ import annotations

import _thread
import contextvars
import functools
import gc
import threading
import tracemalloc
import warnings
from collections.abc import Callable
from typing import Any

import pytest
from flask import Blueprint, Flask, Response, abort, current_app, jsonify, make_response, request
from flask.views import MethodView, View
from werkzeug.exceptions import NotFound

from flask_cors import CORS, CorsWarning, cors_exempt, cross_origin
from tests.integration.exchange import (
    ALL_METHODS,
    CREDENTIALS,
    ME,
    VARY,
    YOU,
    Lines,
    acah,
    acam,
    acao,
    ask,
    lines,
    preflight,
)

EVIL = "https://evil.example"
ANSWER = [ALL_METHODS, acao()]

ECOSYSTEM = "it is of the extra [ecosystem]"


@pytest.fixture(params=[False, True], ids=["no CORS object", "CORS object"])
def sample(request: pytest.FixtureRequest) -> Flask:
    """Return an app, one of them with a ``CORS`` object for another origin."""
    made = Flask("sample")
    if request.param:
        CORS(made, origins=YOU)
    return made


def cors(response: Any) -> Lines:
    """Return the lines of CORS and Vary alone."""
    return [
        line for line in lines(response) if line[0].startswith("Access-Control") or line == VARY
    ]


# -- error handlers ------------------------------------------------------------------------


@pytest.mark.rule("1.called-decides", "1.called-headers")
def test_a_decorated_error_handler(sample: Flask) -> None:
    @sample.errorhandler(404)
    @cross_origin(ME)
    def missing(error: NotFound) -> tuple[str, int]:
        return "gone", 404

    for _ in range(2):
        response = ask(sample, "/missing")
        assert (response.status_code, response.text) == (404, "gone")
        assert cors(response) == [acao()]
        assert cors(ask(sample, "/missing", origin=YOU)) == [VARY]


@pytest.mark.rule("1.called-decides")
def test_a_decorated_error_handler_of_errors_that_a_view_raises(sample: Flask) -> None:
    @sample.errorhandler(LookupError)
    @cross_origin(ME, expose_headers="X-Error")
    def failed(error: LookupError) -> tuple[dict[str, str], int]:
        return {"error": str(error)}, 500

    @sample.route("/")
    def index() -> str:
        raise LookupError("no database")

    response = ask(sample)
    assert (response.status_code, response.get_json()) == (500, {"error": "no database"})
    assert cors(response) == [acao(), ("Access-Control-Expose-Headers", "X-Error")]


@pytest.mark.rule("1.called-decides")
def test_an_error_handler_decides_over_the_mark_of_the_view(sample: Flask) -> None:
    sample.register_error_handler(418, cross_origin(ME)(lambda error: ("teapot", 418)))
    sample.add_url_rule("/", "index", cross_origin(EVIL)(lambda: abort(418)))
    assert cors(ask(sample)) == [acao()]
    assert cors(ask(sample, origin=EVIL)) == [VARY]


@pytest.mark.rule("1.called-decides", "1.exempt")
def test_an_exempt_error_handler_is_left_alone(sample: Flask) -> None:
    sample.register_error_handler(404, cors_exempt(lambda error: ("gone", 404)))
    assert cors(ask(sample, "/missing")) == []
    assert cors(ask(sample, "/missing", origin=YOU)) == []


@pytest.mark.rule("1.called-decides", "3.nearest")
def test_its_mark_is_on_top_of_blueprint_app_config_and_defaults() -> None:
    sample = Flask("sample")
    sample.config["CORS_EXPOSE_HEADERS"] = "X-Config"
    CORS(sample, origins=YOU, supports_credentials=True, max_age=9)
    blueprint = Blueprint("b", "b", url_prefix="/b")
    CORS(blueprint, expose_headers="X-Blueprint")
    sample.register_error_handler(418, cross_origin()(lambda error: ("teapot", 418)))
    blueprint.add_url_rule("/", "view", lambda: abort(418))
    sample.register_blueprint(blueprint)
    sample.add_url_rule("/", "index", lambda: abort(418))
    exposed = "Access-Control-Expose-Headers"
    assert cors(ask(sample, origin=YOU)) == [CREDENTIALS, acao(YOU), (exposed, "X-Config")]
    assert cors(ask(sample, "/b/", origin=YOU)) == [
        CREDENTIALS,
        acao(YOU),
        (exposed, "X-Blueprint"),
    ]


# -- login handlers of other packages ------------------------------------------------------


@pytest.mark.rule("1.called-decides")
def test_the_unauthorized_handler_of_flask_login(sample: Flask) -> None:
    flask_login = pytest.importorskip("flask_login", reason=ECOSYSTEM)
    sample.secret_key = "secret"
    manager = flask_login.LoginManager(sample)
    manager.user_loader(lambda user_id: None)

    @manager.unauthorized_handler
    @cross_origin(ME, supports_credentials=True)
    def refuse() -> tuple[str, int]:
        return "log in", 401

    sample.add_url_rule("/", "index", flask_login.login_required(lambda: "seen"))
    response = ask(sample)
    assert (response.status_code, response.text) == (401, "log in")
    assert cors(response) == [CREDENTIALS, acao()]
    refused = ask(sample, origin=EVIL)
    assert "Access-Control-Allow-Origin" not in refused.headers
    assert "Origin" in refused.headers["Vary"]


@pytest.mark.rule("1.called-decides")
def test_the_loaders_of_flask_jwt_extended(sample: Flask) -> None:
    jwt = pytest.importorskip("flask_jwt_extended", reason=ECOSYSTEM)
    sample.config["JWT_SECRET_KEY"] = "secret" * 8
    manager = jwt.JWTManager(sample)

    @manager.unauthorized_loader
    @cross_origin(ME)
    def missing(reason: str) -> tuple[Response, int]:
        return jsonify(why="missing"), 401

    @manager.invalid_token_loader
    @cross_origin([ME, EVIL])
    def invalid(reason: str) -> tuple[Response, int]:
        return jsonify(why="invalid"), 422

    sample.add_url_rule("/", "index", jwt.jwt_required()(lambda: "seen"))
    response = ask(sample)
    assert (response.status_code, response.get_json()) == (401, {"why": "missing"})
    assert cors(response) == [acao()]
    response = ask(sample, headers={"Authorization": "Bearer none"})
    assert (response.status_code, response.get_json()) == (422, {"why": "invalid"})
    assert cors(response) == [acao(), VARY]
    assert cors(ask(sample, origin=EVIL)) == [VARY]


# -- views that are loaded late ------------------------------------------------------------


class LazyView:
    """The lazily loaded view of Flask's documentation."""

    def __init__(self, load: Callable[[], Callable[..., Any]]) -> None:
        self.__module__, self.__name__ = "views", "lazy"
        self._load = load

    @functools.cached_property
    def view(self) -> Callable[..., Any]:
        """Load the view."""
        return self._load()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the view."""
        return self.view(*args, **kwargs)


@pytest.mark.rule("1.called-decides")
def test_the_lazy_view_of_flasks_documentation(sample: Flask) -> None:
    sample.add_url_rule("/", view_func=LazyView(lambda: cross_origin(ME)(lambda: "seen")))
    sample.add_url_rule(
        "/own",
        "own",
        LazyView(lambda: cross_origin(ME, max_age=7)(lambda: "seen")),
        methods=["GET", "OPTIONS"],
    )
    for _ in range(2):
        response = ask(sample)
        assert (response.text, cors(response)) == ("seen", [acao()])
        assert cors(ask(sample, origin=YOU)) == [VARY]


@pytest.mark.rule("1.called-decides", "5.automatic-options")
def test_a_preflight_that_reaches_a_lazy_view(sample: Flask) -> None:
    ran: list[str] = []
    view = cross_origin(ME, max_age=7)(lambda: ran.append("ran") or "seen")
    sample.add_url_rule("/", "own", LazyView(lambda: view), methods=["GET", "PUT", "OPTIONS"])
    response = preflight(sample, headers="X-A")
    assert response.status_code == 200
    assert cors(response) == [
        acah("X-A"),
        ALL_METHODS,
        acao(),
        ("Access-Control-Max-Age", "7"),
    ]
    assert ran == []
    assert cors(preflight(sample, origin=EVIL)) == [VARY]


# -- dispatch by hand, and catch-all views -------------------------------------------------


@pytest.mark.rule("1.called-decides")
def test_views_that_another_view_dispatches(sample: Flask) -> None:
    views: dict[str, Callable[[], Any]] = {
        "a": cross_origin(ME)(lambda: "a"),
        "b": cross_origin([ME, EVIL], methods="GET")(lambda: ("b", 202)),
        "plain": lambda: "plain",
    }

    @sample.route("/<name>", methods=["GET", "PUT", "OPTIONS"])
    def dispatch(name: str) -> Any:
        return views[name]()

    assert cors(ask(sample, "/a")) == [acao()]
    response = ask(sample, "/b", origin=EVIL)
    assert (response.status_code, cors(response)) == (202, [acao(EVIL), VARY])
    assert cors(ask(sample, "/a", origin=EVIL)) == [VARY]
    assert cors(ask(sample, "/plain")) in ([VARY], [])
    assert cors(preflight(sample, "/a")) == ANSWER
    assert cors(preflight(sample, "/b")) == [acao(), VARY]
    assert cors(preflight(sample, "/b", method="GET")) == [acam("GET"), acao(), VARY]


@pytest.mark.rule("1.called-decides", "5.automatic-options")
def test_the_pattern_of_firebase_functions(sample: Flask) -> None:
    ran: list[str] = []

    def function(req: Any) -> str:
        ran.append(req.method)
        return "done"

    @sample.route("/", defaults={"path": ""}, methods=["GET", "POST", "PUT", "OPTIONS"])
    @sample.route("/<path:path>", methods=["GET", "POST", "PUT", "OPTIONS"])
    def catch_all(path: str) -> Any:
        return cross_origin(origins=ME, methods=["GET", "POST"])(function)(request)

    for path in ("/", "/some/where"):
        assert cors(preflight(sample, path, method="POST")) == [acam("GET, POST"), acao()]
        assert cors(preflight(sample, path, method="PUT")) == [acao()]
        assert cors(preflight(sample, path, origin=EVIL)) == [VARY]
        assert ran == []
        response = ask(sample, path, method="POST")
        assert (response.text, cors(response)) == ("done", [acao()])
        assert cors(ask(sample, path, origin=YOU)) == [VARY]
        ran.clear()


@pytest.mark.rule("1.called-decides")
def test_a_view_of_one_endpoint_that_another_calls(sample: Flask) -> None:
    mine = cross_origin(ME)(lambda: "mine")
    sample.add_url_rule("/mine", "mine", mine)
    sample.add_url_rule("/other", "other", lambda: current_app.ensure_sync(mine)())
    marked = cross_origin(EVIL)(lambda: mine())
    sample.add_url_rule("/marked", "marked", marked)
    assert cors(ask(sample, "/mine")) == [acao()]
    assert cors(ask(sample, "/other")) == [acao()]
    # The response that goes out is the inner one, and so is its mark.
    assert cors(ask(sample, "/marked")) == [acao()]


@pytest.mark.rule("1.called-decides")
def test_a_called_function_whose_response_is_not_sent_decides_nothing(sample: Flask) -> None:
    inner = cross_origin(EVIL)(lambda: "inner")

    @sample.route("/")
    @cross_origin(ME)
    def outer() -> str:
        return f"{inner().get_data(as_text=True)} and outer"  # type: ignore[attr-defined]

    response = ask(sample)
    assert (response.text, cors(response)) == ("inner and outer", [acao()])
    assert cors(ask(sample, origin=EVIL)) == [VARY]


# -- class methods, classes and async ------------------------------------------------------


@pytest.mark.rule("1.called-decides", "1.async")
def test_async_functions_that_are_called(sample: Flask) -> None:
    @cross_origin(ME)
    async def late() -> tuple[str, int]:
        return "late", 202

    @sample.route("/", methods=["GET", "PUT", "OPTIONS"])
    async def dispatch() -> Any:
        found = await late()
        assert isinstance(found, Response)
        return found

    @sample.errorhandler(404)
    @cross_origin(ME)
    async def missing(error: NotFound) -> tuple[str, int]:
        return "gone", 404

    response = ask(sample)
    assert (response.status_code, response.text, cors(response)) == (202, "late", [acao()])
    assert cors(preflight(sample)) == ANSWER
    assert cors(ask(sample, "/missing")) == [acao()]


@pytest.mark.rule("1.called-decides", "1.method", "1.bound-method")
def test_methods_of_objects_that_are_called(sample: Flask) -> None:
    class Handler:
        def __init__(self, text: str) -> None:
            self.text = text

        @cross_origin(ME)
        def show(self) -> str:
            return self.text

        @cross_origin(ME)
        async def late(self) -> str:
            return self.text

        @classmethod
        @cross_origin(ME)
        def of_class(cls) -> str:
            return cls.__name__

        @staticmethod
        @cross_origin(ME)
        def static() -> str:
            return "static"

    handler = Handler("shown")
    views: dict[str, Callable[[], Any]] = {
        "show": handler.show,
        "late": lambda: current_app.ensure_sync(handler.late)(),
        "class": Handler.of_class,
        "static": Handler.static,
    }
    sample.add_url_rule("/<name>", "dispatch", lambda name: views[name]())
    texts = {"show": "shown", "late": "shown", "class": "Handler", "static": "static"}
    for name, text in texts.items():
        response = ask(sample, f"/{name}")
        assert (response.text, cors(response)) == (text, [acao()])
        assert cors(ask(sample, f"/{name}", origin=EVIL)) == [VARY]


@pytest.mark.rule("1.called-decides", "1.view-class")
def test_view_functions_of_marked_classes_that_are_called(sample: Flask) -> None:
    class Things(MethodView):
        @cross_origin(ME)
        def get(self) -> str:
            return "things"

    view = Things.as_view("things")
    sample.add_url_rule("/", "dispatch", lambda: view())
    assert cors(ask(sample)) == [acao()]


# -- what callers get ----------------------------------------------------------------------


@pytest.mark.rule("1.called-function", "compat.kept-called")
@pytest.mark.parametrize(
    ("returned", "status", "text"),
    [
        ("x", 200, "x"),
        (("x", 202), 202, "x"),
        (("x", 202, {"X-A": "1"}), 202, "x"),
        ({"a": 1}, 200, '{"a":1}\n'),
    ],
)
def test_callers_get_a_response(sample: Flask, returned: Any, status: int, text: str) -> None:
    seen: list[tuple[int, str]] = []
    inner = cross_origin(ME)(lambda: returned)

    @sample.route("/")
    def dispatch() -> Any:
        response: Any = inner()
        seen.append((response.status_code, response.get_data(as_text=True)))
        if isinstance(returned, dict):
            assert response.get_json() == returned
        response.headers["X-Caller"] = "1"
        return response

    response = ask(sample)
    assert seen == [(status, text)]
    assert (response.status_code, response.text) == (status, text)
    assert cors(response) == [acao()]
    assert response.headers["X-Caller"] == "1"


@pytest.mark.rule("1.called-function")
def test_decorators_above_it_can_write_headers(sample: Flask) -> None:
    def stamp(view: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(view)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            response = view(*args, **kwargs)
            response.headers["X-Stamp"] = str(response.status_code)
            return response

        return wrapper

    @sample.route("/", methods=["GET", "PUT"])
    @stamp
    @cross_origin(ME)
    def index() -> tuple[str, int]:
        return "x", 202

    assert lines(ask(sample)) == [acao(), ("X-Stamp", "202")]
    assert cors(preflight(sample)) == ANSWER


@pytest.mark.rule("1.called-headers", "6.untouched")
def test_the_response_object_need_not_hold_the_headers(sample: Flask) -> None:
    inner = cross_origin(ME)(lambda: "x")
    kept: list[Response] = []

    @sample.route("/")
    def dispatch() -> Any:
        response: Any = inner()
        kept.append(response)
        return response

    assert cors(ask(sample)) == [acao()]
    assert [name for name, _ in kept[0].headers if name.startswith("Access")] == []


@pytest.mark.rule("1.called-headers", "6.own-acao")
def test_acao_that_the_function_writes_is_its_own(sample: Flask) -> None:
    def own() -> Response:
        response = make_response("x")
        response.headers["Access-Control-Allow-Origin"] = EVIL
        return response

    inner = cross_origin(ME)(own)
    sample.add_url_rule("/", "dispatch", lambda: inner())
    assert cors(ask(sample)) == [acao(EVIL)]


@pytest.mark.rule("1.called-outside")
def test_outside_a_request_the_function_is_simply_called(sample: Flask) -> None:
    inner = cross_origin(ME)(lambda: ("x", 202))
    assert inner() == ("x", 202)
    with sample.app_context():
        assert inner() == ("x", 202)

    async def late() -> str:
        return "late"

    coroutine = cross_origin(ME)(late)()
    with pytest.raises(StopIteration) as stopped:
        coroutine.send(None)
    assert stopped.value.value == "late"


@pytest.mark.rule("5.any-options", "5.plain-options", "compat.kept-plain-options")
@pytest.mark.parametrize("methods", [["GET"], ["GET", "OPTIONS"]])
def test_options_that_are_no_preflight_do_not_run_the_view(
    sample: Flask, methods: list[str]
) -> None:
    ran: list[str] = []

    @sample.route("/", methods=methods)
    @cross_origin(ME)
    def index() -> str:
        ran.append(request.method)
        return "seen"

    for origin in (None, ME):
        response = ask(sample, method="OPTIONS", origin=origin)
        assert (response.status_code, response.text) == (200, "")
        assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
        assert acao() in lines(response)
    assert ran == []


@pytest.mark.rule("5.automatic-options")
def test_without_automatic_options_the_function_runs_for_options(sample: Flask) -> None:
    inner = cross_origin(ME, automatic_options=False)(lambda: request.method)
    sample.add_url_rule("/", "dispatch", lambda: inner(), methods=["GET", "OPTIONS"])
    assert ask(sample, method="OPTIONS").text == "OPTIONS"
    response = preflight(sample, method="GET")
    assert (response.text, cors(response)) == ("OPTIONS", ANSWER)


# -- nothing is kept -----------------------------------------------------------------------


def used(sample: Flask, times: int) -> None:
    client = sample.test_client()
    headers = {"Origin": ME}
    for _ in range(times):
        assert client.get("/", headers=headers).status_code == 200


@pytest.mark.rule("1.called-memory")
@pytest.mark.parametrize("bare", [False, True])
def test_a_function_that_is_decorated_at_every_request_does_not_grow(
    sample: Flask, bare: bool
) -> None:
    def function() -> str:
        return "done"

    @sample.route("/")
    def index() -> Any:
        decorated = cross_origin(function) if bare else cross_origin(ME, max_age=7)(function)
        return decorated()

    used(sample, 20)
    gc.collect()
    objects = len(gc.get_objects())
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        used(sample, 250)
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(gc.get_objects()) - objects < 125
    assert after - before < 16 * 1024


@pytest.mark.rule("1.called-memory")
def test_a_function_that_is_made_at_every_request_is_not_kept(sample: Flask) -> None:
    @sample.route("/")
    def index() -> Any:
        return cross_origin(ME)(lambda: "done")()

    used(sample, 20)
    gc.collect()
    before = len(gc.get_objects())
    used(sample, 250)
    gc.collect()
    assert len(gc.get_objects()) - before < 125


# -- where the client chooses what is asked -------------------------------------------------


@pytest.mark.rule("3.dot-segments", "1.called-decides")
@pytest.mark.parametrize("path", ["/files/a/..%2fb", "/files/./b", "/missing/..", "/files/%2e%2e"])
def test_a_path_with_a_dot_segment_gets_nothing_by_a_called_function_either(path: str) -> None:
    app = Flask("sample")
    CORS(app, origins=YOU)
    # It sets no origins: they come from the app, whose resources match no such path.
    helper = cross_origin(expose_headers="X-Total")(lambda text, code=200: (text, code))
    app.register_error_handler(404, lambda error: helper("gone", 404))
    app.add_url_rule("/files/<path:name>", "files", lambda name: helper(name))
    for origin in (EVIL, YOU, ME):
        assert cors(ask(app, path, origin=origin)) == []
    assert cors(ask(app, "/files/a", origin=YOU))[0] == acao(YOU)
    assert cors(ask(app, "/files/a", origin=EVIL)) == [VARY]


@pytest.mark.rule("1.called-decides", "6.preflight-cache")
def test_a_called_function_grants_no_method_that_another_policy_refuses() -> None:
    app = Flask("sample")
    CORS(app, origins=YOU)
    marked = cross_origin(ME, methods=["PUT", "DELETE"])(lambda: "put")
    app.add_url_rule("/x", "put", lambda: marked(), methods=["PUT", "OPTIONS"])
    app.add_url_rule("/x", "delete", lambda: "deleted", methods=["DELETE"])
    assert cors(preflight(app, "/x", method="PUT")) == [acam("PUT"), acao()]
    assert cors(preflight(app, "/x", method="DELETE")) == [VARY]
    assert cors(preflight(app, "/x", YOU, "DELETE"))[1] == acao(YOU)


@pytest.mark.rule("1.called-decides")
def test_the_decision_is_that_of_the_response_that_is_sent() -> None:
    app = Flask("sample")
    CORS(app, origins=YOU)
    helper = cross_origin(ME)(lambda: "helped")
    app.add_url_rule("/", "index", lambda: helper())

    @app.after_request
    def fail(response: Response) -> Response:
        if response.status_code == 200 and "fail" in request.args:
            raise RuntimeError("a hook failed")
        return response

    app.register_error_handler(500, lambda error: ("the app's own", 500))
    assert cors(ask(app)) == [acao()]
    response = ask(app, "/?fail=1")
    assert (response.status_code, cors(response)) == (500, [VARY])
    assert cors(ask(app, "/?fail=1", origin=YOU)) == [acao(YOU)]


@pytest.mark.rule("8.unneeded-config")
def test_a_value_of_the_config_that_only_a_called_function_needs_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = Flask("sample")
    app.config["CORS_ORIGINS"] = ["https://a b"]
    helper = cross_origin(max_age=5)(lambda: "helped")
    app.add_url_rule("/", "index", lambda: helper())
    for _ in range(2):
        assert cors(ask(app)) == []
    found = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert len(found) == 1
    assert found[0].startswith("This option is ignored: CORS_ORIGINS='https://a b'")


# -- handlers of view classes --------------------------------------------------------------


class Handled(MethodView):
    """A class whose handler is marked, and that is a view of the app, too."""

    @cross_origin(ME)
    def get(self) -> str:
        """Show a page."""
        return "handled"


class Single(View):
    """A class whose only handler is marked."""

    @cross_origin(ME)
    def dispatch_request(self) -> str:
        """Show a page."""
        return "single"


class Once(Single):
    """A class that has one object for all requests."""

    init_every_request = False


@pytest.mark.rule("1.called-decides", "1.called-function")
@pytest.mark.parametrize("kind", [Handled, Single, Once])
def test_a_handler_that_a_view_function_calls(kind: Any, sample: Flask) -> None:
    sample.add_url_rule("/own", view_func=kind.as_view("own"))
    got: list[object] = []

    @sample.route("/function")
    def function() -> Any:
        got.append(kind().dispatch_request())
        return got[-1]

    for path in ("/own", "/function"):
        assert cors(ask(sample, path)) == [acao()]
        assert cors(ask(sample, path, origin=YOU)) == [VARY]
    assert [isinstance(each, Response) for each in got] == [True, True]


@pytest.mark.rule("1.called-function")
@pytest.mark.parametrize("kind", [Handled, Single, Once])
def test_decorators_above_a_handler_s_class_get_a_response(kind: Any, sample: Flask) -> None:
    got: list[object] = []

    def above(view: Any) -> Any:
        def call() -> Any:
            got.append(view())
            return got[-1]

        return functools.wraps(view)(call)

    sample.add_url_rule("/own", view_func=kind.as_view("own"))
    sample.add_url_rule("/", view_func=above(kind.as_view("index")))
    assert cors(ask(sample, "/own")) == cors(ask(sample)) == [acao()]
    assert [isinstance(each, Response) for each in got] == [True]


@pytest.mark.rule("1.called-function")
def test_a_handler_that_another_handler_calls(sample: Flask) -> None:
    got: list[object] = []

    class Derived(Handled):
        def get(self) -> Any:
            got.append(super().get())
            return got[-1]

    sample.add_url_rule("/own", view_func=Handled.as_view("own"))
    sample.add_url_rule("/", view_func=Derived.as_view("index"))

    class Marked(Handled):
        @cross_origin(EVIL)
        def get(self) -> Any:
            return super().get()

    sample.add_url_rule("/marked", view_func=Marked.as_view("marked"))
    for path in ("/own", "/", "/marked"):
        assert cors(ask(sample, path)) == [acao()]
        assert cors(ask(sample, path, origin=EVIL)) == [VARY]
    assert [isinstance(each, Response) for each in got] == [True, True]


def stacked_view() -> str:
    """Show which method is used."""
    return request.method


with warnings.catch_warnings():
    warnings.simplefilter("ignore", CorsWarning)

    class Stacked(MethodView):
        """A class with a handler that has both marks."""

        @cors_exempt
        @cross_origin(ME)
        def get(self) -> str:
            """Show a page."""
            return "stacked"

    STACKED = cors_exempt(cross_origin(ME)(stacked_view))


class Listed(MethodView):
    """A class with both marks in its list."""

    decorators = [cross_origin(ME), cors_exempt]  # noqa: RUF012

    def get(self) -> str:
        """Show a page."""
        return "listed"


@pytest.mark.rule("1.exempt", "3.stacked")
@pytest.mark.filterwarnings("ignore::flask_cors.CorsWarning")
def test_a_mark_under_cors_exempt_decides_nothing(sample: Flask) -> None:
    sample.add_url_rule("/", "index", STACKED, methods=["GET", "OPTIONS"])
    sample.add_url_rule("/listed", view_func=Listed.as_view("listed"))
    sample.add_url_rule("/stacked", view_func=Stacked.as_view("stacked"))
    for path in ("/", "/listed", "/stacked"):
        for origin in (ME, YOU, EVIL):
            assert cors(ask(sample, path, origin=origin)) == []
            assert cors(preflight(sample, path, origin, "GET")) == []
    assert ask(sample, method="OPTIONS").text == preflight(sample, method="GET").text == "OPTIONS"


@pytest.mark.rule("1.called-function")
@pytest.mark.parametrize("kind", [Handled, Single])
def test_a_handler_that_a_thread_starts_with(kind: Any, sample: Flask) -> None:
    sample.add_url_rule("/own", view_func=kind.as_view("own"))
    got: list[object] = []

    @sample.route("/")
    def index() -> Any:
        done = threading.Lock()
        done.acquire()
        context = contextvars.copy_context()
        view = kind().dispatch_request

        def start() -> None:
            try:
                got.append(context.run(view))
            finally:
                done.release()

        _thread.start_new_thread(start, ())
        done.acquire()
        return got[-1]

    assert cors(ask(sample, "/own")) == cors(ask(sample)) == [acao()]
    assert [isinstance(each, Response) for each in got] == [True]


class Plain(View):
    """A view that is marked nowhere."""

    def dispatch_request(self) -> str:
        """Show a page."""
        return "plain"


def test_views_without_marks_are_as_before(sample: Flask) -> None:
    sample.add_url_rule("/", view_func=Plain.as_view("plain"))
    assert cors(ask(sample)) in ([VARY], [])
