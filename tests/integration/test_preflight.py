"""Preflights: what is one, where it is answered, and that nothing of the app refuses it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from flask import Blueprint, Flask, Response, abort, current_app, g, redirect, request
from werkzeug.exceptions import SecurityError
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix

from flask_cors import CORS, cross_origin
from tests.integration.exchange import (
    ALL_METHODS,
    CREDENTIALS,
    ME,
    NETWORK,
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


def make_app(**options: Any) -> Flask:
    app = Flask("sample")
    CORS(app, **{"origins": ME, **options})

    @app.route("/", methods=["GET", "PUT"])
    def index() -> str:
        raise AssertionError("a preflight runs no view")

    return app


@pytest.mark.rule("5.preflight", "5.first", "5.status")
def test_a_preflight_is_answered_with_200_and_an_empty_body() -> None:
    response = preflight(make_app())
    assert (response.status_code, response.data) == (200, b"")
    assert lines(response) == ANSWER


@pytest.mark.rule("5.status")
def test_the_status_is_200_whatever_the_response_class_assumes() -> None:
    class Teapot(Response):
        default_status = 418

    app = make_app()
    app.response_class = Teapot
    assert preflight(app).status_code == 200


@pytest.mark.rule("6.acac", "6.acam", "6.acah", "6.private-network")
def test_everything_that_can_be_granted() -> None:
    app = make_app(
        origins=[ME, YOU],
        supports_credentials=True,
        max_age=600,
        methods="put, get",
        allow_headers=["X-A", "X-B"],
        expose_headers="X-C",
        allow_private_network=True,
    )
    response = preflight(app, headers="x-b,X-A,x-d", network=True)
    assert lines(response) == [
        CREDENTIALS,
        acah("X-A, x-b"),
        acam("GET, PUT"),
        acao(),
        NETWORK,
        ("Access-Control-Max-Age", "600"),
        VARY,
    ]


@pytest.mark.rule("5.status")
def test_a_denied_preflight_is_answered_too() -> None:
    response = preflight(make_app(), origin=YOU)
    assert (response.status_code, response.data) == (200, b"")
    assert lines(response) == [VARY]


@pytest.mark.rule("5.preflight")
@pytest.mark.parametrize(
    ("origin", "method"), [(None, "PUT"), ("", "PUT"), (ME, None), (ME, ""), (None, None)]
)
def test_without_origin_or_method_it_is_no_preflight(
    origin: str | None, method: str | None
) -> None:
    headers = {} if method is None else {"Access-Control-Request-Method": method}
    response = ask(make_app(), "/", origin, "OPTIONS", headers)
    assert response.status_code == 200
    assert response.allow == {"GET", "HEAD", "OPTIONS", "PUT"}
    assert [line for line in lines(response) if line[0] != "Allow"] == [acao()]


@pytest.mark.rule("5.preflight")
@pytest.mark.parametrize("method", ["GET", "PUT", "HEAD", "POST"])
def test_another_method_is_no_preflight(method: str) -> None:
    app = Flask("sample")
    CORS(app, origins=ME)
    app.add_url_rule("/", view_func=lambda: "seen", methods=["GET", "PUT", "POST"])
    response = ask(app, "/", ME, method, {"Access-Control-Request-Method": "PUT"})
    assert response.data == (b"" if method == "HEAD" else b"seen")
    assert lines(response) == [acao()]


@pytest.mark.rule("5.preflight")
def test_an_endpoint_that_is_not_covered_is_left_to_flask() -> None:
    app = make_app(resources="/api/*")
    response = preflight(app)
    assert response.allow == {"GET", "HEAD", "OPTIONS", "PUT"}
    assert [name for name, _ in lines(response)] == ["Allow"]


@pytest.mark.rule("5.preflight")
@pytest.mark.parametrize("path", ["/nothing", "/folder", "/only-get"])
def test_404_redirect_and_405_are_answered_as_well(path: str) -> None:
    app = make_app()
    app.add_url_rule("/folder/", "folder", lambda: "")
    app.add_url_rule("/only-get", "only_get", lambda: "")
    response = preflight(app, path, method="DELETE")
    assert response.status_code == 200
    assert lines(response) == ANSWER


# -- nothing of the app comes before it -------------------------------------------------


def refuse_401() -> None:
    abort(401)


def refuse_429() -> tuple[str, int]:
    return "slow down", 429


def to_https() -> Any:
    return redirect("https://localhost/", 302)


def crash() -> Any:
    raise RuntimeError("no database")


@pytest.mark.rule("5.first")
@pytest.mark.parametrize("hook", [refuse_401, refuse_429, to_https, crash])
@pytest.mark.parametrize("first", ["hook", "CORS"])
def test_no_before_request_function_refuses_it(hook: Callable[[], Any], first: str) -> None:
    app = Flask("sample")
    if first == "hook":
        app.before_request(hook)
    CORS(app, origins=ME)
    if first == "CORS":
        app.before_request(hook)
    app.add_url_rule("/", view_func=lambda: "")
    response = preflight(app)
    assert response.status_code == 200
    assert lines(response) == ANSWER
    assert ask(app).status_code != 200


@pytest.mark.rule("5.first")
def test_no_hook_of_a_blueprint_refuses_it() -> None:
    blueprint = Blueprint("api", __name__, url_prefix="/api")
    blueprint.before_request(refuse_401)
    blueprint.add_url_rule("/", view_func=lambda: "")
    CORS(blueprint, origins=ME)
    app = Flask("sample")
    app.register_blueprint(blueprint)
    app.url_value_preprocessor(lambda *_: abort(403))
    response = preflight(app, "/api/")
    assert response.status_code == 200
    assert lines(response) == ANSWER


@pytest.mark.rule("5.first")
def test_no_url_preprocessor_runs() -> None:
    app = make_app()
    seen: list[str | None] = []
    app.url_value_preprocessor(lambda endpoint, values: seen.append(endpoint))
    app.add_url_rule("/<int:number>", "number", lambda number: "")
    assert lines(preflight(app, "/7")) == ANSWER
    assert seen == []
    ask(app, "/7")
    assert seen == ["number"]


@pytest.mark.rule("5.hooks-run", "5.status")
def test_after_request_functions_still_run() -> None:
    app = make_app()

    @app.after_request
    def stamp(response: Response) -> Response:
        response.headers["X-Stamp"] = request.method
        return response

    assert lines(preflight(app)) == [*ANSWER, ("X-Stamp", "OPTIONS")]


@pytest.mark.rule("5.first", "7.callable-g")
def test_g_is_empty_and_the_contexts_are_there() -> None:
    seen: list[tuple[object, ...]] = []

    def allows(origin: str) -> bool:
        seen.append((origin, list(g), current_app.name, request.path, request.endpoint))
        return True

    app = make_app(origins=allows)
    app.before_request(lambda: setattr(g, "user", "somebody"))
    assert lines(preflight(app)) == [*ANSWER, VARY]
    assert seen == [(ME, [], "sample", "/", "index")]


# -- where it is answered: in the app, behind all that is around it ---------------------


class Middleware:
    """WSGI middleware that answers ``/socket`` itself and strips the prefix ``/v1``."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/socket":
            start_response("204 No Content", [("X-Answered-By", "middleware")])
            return []
        environ["PATH_INFO"] = environ["PATH_INFO"].removeprefix("/v1") or "/"
        return self.inner(environ, start_response)  # type: ignore[no-any-return]


@pytest.mark.rule("5.first")
@pytest.mark.parametrize("first", ["middleware", "CORS"])
def test_middleware_keeps_what_is_its_own(first: str) -> None:
    app = Flask("sample")
    if first == "middleware":
        app.wsgi_app = Middleware(app.wsgi_app)  # type: ignore[method-assign]
    CORS(app, origins=ME, resources="/items")
    if first == "CORS":
        app.wsgi_app = Middleware(app.wsgi_app)  # type: ignore[method-assign]
    app.add_url_rule("/items", view_func=lambda: "")
    socket = preflight(app, "/socket")
    assert (socket.status_code, lines(socket)) == (204, [("X-Answered-By", "middleware")])
    assert lines(preflight(app, "/v1/items")) == ANSWER


@pytest.mark.rule("5.first")
def test_mounted_apps_and_proxy_fixes_keep_what_is_theirs() -> None:
    api, site = Flask("api"), Flask("site")
    for app, origin in ((api, ME), (site, YOU)):
        CORS(app, origins=origin, resources="/items")
        app.add_url_rule("/items", view_func=lambda: "")
    site.wsgi_app = ProxyFix(  # type: ignore[method-assign]
        DispatcherMiddleware(site.wsgi_app, {"/api": api.wsgi_app}), x_prefix=1
    )
    assert lines(preflight(site, "/api/items")) == ANSWER
    assert lines(preflight(site, "/items")) == [VARY]
    forwarded = {"X-Forwarded-Prefix": "/v1", "Access-Control-Request-Method": "PUT"}
    assert lines(ask(site, "/items", YOU, "OPTIONS", forwarded)) == [ALL_METHODS, acao(YOU)]


class Strict(Flask):
    """An app that trusts one host, as ``TRUSTED_HOSTS`` makes it from Flask 3.1 on."""

    def create_url_adapter(self, request: Any) -> Any:
        if request is not None and request.environ["HTTP_HOST"] != "good.example":
            raise SecurityError("this host is not trusted")
        return super().create_url_adapter(request)


@pytest.mark.rule("5.host")
@pytest.mark.parametrize("origin", [ME, YOU])
def test_a_host_that_flask_refuses_keeps_its_400(origin: str) -> None:
    app = Strict("sample")
    CORS(app, origins=ME)
    refused = preflight(app, origin=origin, base_url="http://bad.example")
    assert (refused.status_code, lines(refused)) == (400, [])
    good = preflight(app, base_url="http://good.example")
    assert (good.status_code, lines(good)) == (200, ANSWER)
    actual = ask(app, origin=origin, base_url="http://bad.example")
    assert (actual.status_code, lines(actual)) == (400, [acao()] if origin == ME else [VARY])


@pytest.mark.rule("5.host")
@pytest.mark.parametrize("origin", [ME, YOU])
def test_trusted_hosts(origin: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "flask_cors")
    app = make_app()
    app.config["TRUSTED_HOSTS"] = ["good.example"]
    knows = "TRUSTED_HOSTS" in Flask("sample").config
    refused = preflight(app, origin=origin, base_url="http://bad.example")
    assert refused.status_code == (400 if knows else 200)
    actual = ask(app, "/nothing", origin, base_url="http://bad.example")
    assert actual.status_code == (400 if knows else 404)
    assert lines(actual) == ([acao()] if origin == ME else [VARY])


# -- apps that override the same methods ------------------------------------------------


class Overriding(Flask):
    """Overrides the three methods, and takes an argument more, as Flask 3.2 passes one."""

    calls: list[str]

    def preprocess_request(self, *args: Any) -> Any:
        self.calls = ["preprocess", *args]
        return super().preprocess_request()

    def process_response(self, *args: Any) -> Any:
        self.calls += ["process", *args[:-1]]
        return super().process_response(args[-1])

    def handle_exception(self, *args: Any) -> Any:
        self.calls += ["handle", *args[:-1]]
        return super().handle_exception(args[-1])


class PassingMore(Overriding):
    """Dispatches as Flask 3.2 does: the context comes first."""

    def full_dispatch_request(self) -> Any:
        result = self.preprocess_request("ctx")
        if result is None:
            result = self.view_functions["index"]()
        return self.process_response("ctx", self.make_response(result))

    def wsgi_app(self, environ: Any, start_response: Any) -> Any:
        with self.request_context(environ):
            try:
                response = self.full_dispatch_request()
            except Exception as error:
                response = self.handle_exception("ctx", error)
            return response(environ, start_response)


@pytest.mark.rule("5.overrides")
def test_an_argument_more_is_passed_through() -> None:
    app = PassingMore("sample")
    CORS(app, origins=ME)
    app.add_url_rule("/", "index", lambda: "seen")
    assert lines(ask(app)) == [acao()]
    assert app.calls == ["preprocess", "ctx", "process", "ctx"]
    app.calls = []
    assert lines(preflight(app)) == ANSWER
    assert app.calls == ["process", "ctx"]


@pytest.mark.rule("5.overrides")
def test_an_argument_more_is_passed_through_with_errors() -> None:
    app = PassingMore("sample")
    CORS(app, origins=ME)
    app.debug = True
    app.add_url_rule("/", "index", crash)
    response = ask(app)
    assert (response.status_code, lines(response)) == (500, [acao()])
    assert app.calls == ["preprocess", "ctx", "handle", "ctx", "process", "ctx"]


@pytest.mark.rule("5.overrides")
def test_a_subclass_that_overrides_the_methods() -> None:
    app = Overriding("sample")
    CORS(app, origins=ME)
    app.calls = []
    app.add_url_rule("/", "index", lambda: "seen")
    assert lines(preflight(app)) == ANSWER
    assert app.calls == ["process"]
    assert lines(ask(app)) == [acao()]
    assert app.calls == ["preprocess", "process"]


@pytest.mark.rule("5.overrides")
@pytest.mark.parametrize("first", ["override", "CORS"])
def test_an_app_object_whose_methods_are_overridden(first: str) -> None:
    app = Flask("sample")
    app.add_url_rule("/", "index", lambda: "seen")

    def override() -> None:
        preprocess, process = app.preprocess_request, app.process_response

        def refuse(*args: Any) -> Any:
            return preprocess(*args) or ("who are you?", 401)

        def stamp(*args: Any) -> Any:
            response = process(*args)
            response.headers["X-Stamp"] = "seen"
            return response

        app.preprocess_request = refuse  # type: ignore[method-assign]
        app.process_response = stamp  # type: ignore[method-assign, assignment]

    if first == "override":
        override()
    CORS(app, origins=ME)
    if first == "CORS":
        override()
    response = preflight(app)
    assert (response.status_code, lines(response)) == (200, [*ANSWER, ("X-Stamp", "seen")])
    response = ask(app)
    assert (response.status_code, lines(response)) == (401, [acao(), ("X-Stamp", "seen")])


@pytest.mark.rule("5.overrides", "5.own-dispatch")
def test_an_override_that_never_calls_the_library_gets_headers_all_the_same() -> None:
    app = Flask("sample")
    app.add_url_rule("/", "index", lambda: "seen")
    CORS(app, origins=ME)
    app.preprocess_request = lambda *args: ("who are you?", 401)  # type: ignore[method-assign]
    response = ask(app)
    assert (response.status_code, lines(response)) == (401, [acao()])


# -- several apps in one environ --------------------------------------------------------


def forwarding(inner: Flask, **options: Any) -> Flask:
    outer = Flask("outer")
    CORS(outer, origins=[ME, YOU], methods="*", **options)

    @outer.route("/<path:path>", methods=["GET", "OPTIONS"])
    def forward(path: str) -> Any:
        answer = inner.response_class.from_app(inner, request.environ)
        return answer.get_data(), answer.status_code

    return outer


@pytest.mark.rule("5.first")
def test_apps_that_share_an_environ_do_not_share_decisions() -> None:
    inner = Flask("inner")
    CORS(inner, origins="https://other.example")
    inner.add_url_rule("/", "index", lambda: "inner", methods=["GET", "OPTIONS"])
    outer = forwarding(inner)
    assert lines(ask(outer, "/x")) == [acao(), VARY]
    assert lines(preflight(outer, "/x", method="PURGE")) == [acam("PURGE"), acao(), VARY]


@pytest.mark.rule("5.first")
def test_an_app_that_is_asked_twice_with_one_environ_decides_twice() -> None:
    app = Flask("sample")
    CORS(app, origins=ME, resources="/")
    app.add_url_rule("/", "index", lambda: "index")
    inner = app.wsgi_app

    def fall_back(environ: dict[str, Any], start_response: Any) -> Any:
        statuses: list[str] = []
        list(inner(environ, lambda status, *_: statuses.append(status)))  # type: ignore[arg-type]
        environ["PATH_INFO"] = "/" if statuses[0].startswith("404") else environ["PATH_INFO"]
        return inner(environ, start_response)

    app.wsgi_app = fall_back  # type: ignore[method-assign]
    response = ask(app, "/gone")
    assert (response.data, lines(response)) == (b"index", [acao()])


@pytest.mark.rule("5.first")
def test_a_view_that_asks_its_own_app_anew_keeps_its_decision() -> None:
    app = Flask("sample")
    CORS(app, resources={"/strict": {"origins": []}, "/open": {"origins": ME}})
    app.add_url_rule("/open", "open", lambda: "open")

    @app.route("/strict")
    def strict() -> Any:
        environ = request.environ
        environ["PATH_INFO"] = "/open"
        return app.response_class.from_app(app.wsgi_app, environ).get_data()

    response = ask(app, "/strict")
    assert (response.data, lines(response)) == (b"open", [])


def test_the_preflight_of_a_decorated_view() -> None:
    app = Flask("sample")

    @app.route("/", methods=["PUT"])
    @cross_origin(ME)
    def index() -> str:
        return ""

    app.before_request(refuse_401)
    assert lines(preflight(app)) == ANSWER
