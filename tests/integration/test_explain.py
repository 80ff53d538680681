"""``explain`` says what requests get, and why."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Blueprint, Flask, Response, request
from flask.views import MethodView
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.middleware.proxy_fix import ProxyFix

from flask_cors import CORS, ConfigError, cors_exempt, cross_origin, of
from flask_cors.runtime import endpoint as endpoints
from flask_cors.tools.explanation import Explanation
from tests.integration.exchange import (
    ALL_METHODS,
    CREDENTIALS,
    ME,
    NETWORK,
    YOU,
    acah,
    acao,
    ask,
    lines,
    preflight,
)


def explain(app: Flask, *args: Any, **options: Any) -> Explanation:
    found: Explanation = app.extensions["cors"].explain(*args, **options)
    return found


def view() -> Callable[[], str]:
    def plain() -> str:
        return "plain"

    return plain


class Items(MethodView):
    def get(self) -> str:
        return "get"

    @cross_origin([ME, YOU], supports_credentials=True)
    def put(self) -> str:
        return "put"

    @cors_exempt
    def delete(self) -> str:
        return "delete"


def make_app(**options: Any) -> Flask:
    app = Flask("sample")
    CORS(app, **options)
    app.add_url_rule("/", "index", view(), methods=["GET", "PUT"])
    app.add_url_rule("/items", view_func=Items.as_view("items"))
    app.add_url_rule("/folder/", "folder", view())
    app.add_url_rule("/own", "own", lambda: Response("", 207), methods=["PUT", "OPTIONS"])
    app.add_url_rule("/exempt", "exempt", cors_exempt(view()), methods=["GET", "PUT"])
    app.add_url_rule("/own-acao", "own_acao", lambda: ("", {"Access-Control-Allow-Origin": "*"}))
    off = cross_origin(automatic_options=False)(view())
    app.add_url_rule("/manual", "manual", off, methods=["GET", "PUT"])
    app.add_url_rule("/user/<name>", "user", lambda name: "", methods=["GET", "PUT"])
    blueprint = Blueprint("api", __name__, url_prefix="/api")
    blueprint.add_url_rule("/x", "x", view(), methods=["GET", "PUT"])
    CORS(blueprint, origins=YOU, methods="PUT", expose_headers="X-A")
    app.register_blueprint(blueprint)
    return app


OPTIONS: list[dict[str, Any]] = [
    {},
    {"origins": ME},
    {"origins": [ME, YOU], "supports_credentials": True, "max_age": 5, "expose_headers": "X-B"},
    {"origins": "https://*.example.com", "allow_headers": "X-A", "methods": "GET, PATCH"},
    {"send_wildcard": True, "methods": "*"},
    {"origins": re.compile("https://me.*"), "always_send": False, "vary_header": False},
    {"resources": {"/user/*": {"origins": ME}, "/items": {}}, "allow_private_network": True},
    {"origins": lambda origin: origin == ME},
]
PATHS = [
    "/",
    "/items",
    "/folder",
    "/folder/",
    "/own",
    "/exempt",
    "/manual",
    "/user/me",
    "/user/..%2fme",
    "/api/x",
    "/api/none",
    "/none",
]
ORIGINS = [ME, YOU, "https://a.example.com", "null", "example.com", None]


def own_lines(response: Any) -> list[tuple[str, str]]:
    return [line for line in lines(response) if line[0] not in ("Allow", "Location")]


@pytest.mark.rule("9.explain", "9.explain-verdict")
@pytest.mark.parametrize("number", range(len(OPTIONS)))
def test_it_agrees_with_what_requests_get(number: int) -> None:
    app = make_app(**OPTIONS[number])
    for path, origin, method in itertools.product(PATHS, ORIGINS, ("GET", "PUT", "DELETE")):
        told = explain(app, method, path, origin, headers=["X-A"])
        for exchange in told.exchanges:
            response = replay(app, exchange.method, exchange.url, exchange.kind, origin, method)
            case = (path, origin, method, exchange.kind)
            sent = [*exchange.headers, *([("Vary", "Origin")] if exchange.vary else [])]
            assert sorted(sent) == own_lines(response), case
            if exchange.status is not None:
                assert exchange.status == response.status_code, case
            if exchange.answered_by == "flask_cors":
                assert (response.status_code, response.data) == (200, b""), case
        assert told.exchanges, (path, origin, method)
        json.dumps(told.to_dict(advice=False))


def replay(app: Flask, sent: str, url: str, kind: str, origin: str | None, method: str) -> Any:
    path = url.removeprefix("http://localhost:5000")
    if kind == "preflight":
        assert origin is not None
        return preflight(app, path, origin, method, headers="x-a")
    return ask(app, path, origin, sent)


@pytest.mark.rule("9.explain-endpoint", "9.explain-steps", "9.explain-verdict")
def test_what_it_says_of_an_allowed_request() -> None:
    app = make_app(origins=[ME, YOU], supports_credentials=True, max_age=5)
    told = explain(app, "PUT", "/?a=b", ME, headers={"X-A": "1"}, credentials=True)
    assert told.verdict == "readable"
    assert told.allowed is True
    assert told.message == f"A page of {told.origin} can read the response."
    assert (told.method, told.url, told.origin) == ("PUT", "http://localhost:5000/?a=b", ME)
    assert (told.endpoint, told.covered) == ("index", True)
    asked, actual = told.exchanges
    assert (asked.kind, asked.method, asked.answered_by, asked.status) == (
        "preflight",
        "OPTIONS",
        "flask_cors",
        200,
    )
    assert list(asked.headers) == [
        acao(),
        CREDENTIALS,
        ALL_METHODS,
        ("Access-Control-Max-Age", "5"),
        acah("x-a"),
    ]
    assert asked.vary is True
    assert [step.name for step in asked.steps] == [
        "CORS check",
        "method",
        "request headers",
        "credentials",
        "caches",
    ]
    assert (actual.kind, actual.method, actual.answered_by, actual.status) == (
        "actual",
        "PUT",
        "app",
        None,
    )
    assert list(actual.headers) == [acao(), CREDENTIALS]
    for step in (*asked.steps, *actual.steps):
        assert step.clause.startswith("https://fetch.spec.whatwg.org/#")
        assert step.ok


@pytest.mark.rule("9.explain-options")
def test_every_effective_option_has_its_source() -> None:
    app = make_app(origins=[ME, YOU], max_age=5)
    app.config["CORS_ALLOW_HEADERS"] = "X-A, X-B"
    told = explain(app, "PUT", "/items", ME)
    found = {option.name: (option.value, option.source.level) for option in told.options}
    assert found == {
        "origins": (f"{ME}, {YOU}", "method"),
        "methods": ("DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT", "default"),
        "allow_headers": ("X-A, X-B", "config"),
        "expose_headers": ("none", "default"),
        "supports_credentials": ("True", "method"),
        "max_age": ("5", "app"),
        "send_wildcard": ("False", "default"),
        "always_send": ("True", "default"),
        "vary_header": ("True", "default"),
        "allow_private_network": ("False", "default"),
        "enforce": ("False", "default"),
        "automatic_options": ("True", "default"),
        "intercept_exceptions": ("True", "default"),
    }
    app.config["CORS_HEADERS"] = "X-Old"
    with pytest.warns(DeprecationWarning, match="CORS_HEADERS"):
        old = explain(app, "PUT", "/items", ME).options
    assert [option.value for option in old if option.name == "headers"] == ["X-Old"]
    source = {option.name: option.source for option in told.options}["max_age"]
    assert source.file == __file__
    assert isinstance(source.line, int)
    assert [(step.level, step.sets) for step in told.walk] == [
        ("method", ("origins", "supports_credentials")),
        ("app", ("max_age", "origins")),
    ]


@pytest.mark.rule("9.explain-options")
def test_long_lists_of_origins_are_cut() -> None:
    origins = [f"https://s{number:02}.example" for number in range(12)]
    app = make_app(origins=origins)
    values = {option.name: option.value for option in explain(app, "GET", "/", ME).options}
    assert values["origins"] == ", ".join([*origins[:10], "and 2 more"])
    app = make_app(origins=[])
    values = {option.name: option.value for option in explain(app, "GET", "/", ME).options}
    assert (values["origins"], values["max_age"]) == ("none", "none")


@pytest.mark.rule("9.explain-verdict")
def test_a_denied_origin() -> None:
    told = explain(make_app(origins=ME), "GET", "/", YOU)
    assert (told.verdict, told.allowed) == ("blocked", False)
    (exchange,) = told.exchanges
    assert (exchange.headers, exchange.vary) == ((), True)
    assert [step.ok for step in exchange.steps] == [False, True]
    assert "Access-Control-Allow-Origin" in told.message


@pytest.mark.rule("9.explain-verdict")
def test_a_refused_method_and_header() -> None:
    app = make_app(origins=ME, methods="GET", allow_headers="X-A")
    told = explain(app, "PUT", "/", ME)
    assert told.verdict == "blocked"
    (exchange,) = told.exchanges
    assert [step.name for step in exchange.steps if not step.ok] == ["method"]
    told = explain(app, "GET", "/", ME, headers=["X-A", "X-B"])
    assert told.verdict == "blocked"
    assert [step.name for step in told.exchanges[0].steps if not step.ok] == ["request headers"]


@pytest.mark.parametrize(
    ("headers", "kinds"),
    [
        ((), ["actual"]),
        ("X-A", ["preflight", "actual"]),
        (["Content-Type"], ["preflight", "actual"]),
        ({"Content-Type": "text/plain"}, ["actual"]),
        ({"Content-Type": "application/json"}, ["preflight", "actual"]),
    ],
)
def test_headers_are_names_or_have_values(headers: Any, kinds: list[str]) -> None:
    told = explain(make_app(origins=ME), "POST", "/items", ME, headers=headers)
    assert [exchange.kind for exchange in told.exchanges] == kinds


@pytest.mark.rule("9.explain-verdict")
def test_the_same_origin() -> None:
    told = explain(make_app(origins=ME), "GET", "/", "http://localhost:5000")
    assert (told.verdict, told.allowed) == ("same-origin", True)
    assert told.message == "The page has the API's own origin, so CORS does not apply."


@pytest.mark.rule("9.explain-verdict")
def test_no_origin() -> None:
    told = explain(make_app(origins=ME), "GET", "/")
    assert told.verdict == "no-origin"
    assert told.message == "Without an Origin header a browser applies no CORS check."
    (exchange,) = told.exchanges
    assert list(exchange.headers) == [acao()]


@pytest.mark.rule("9.explain-verdict")
@pytest.mark.parametrize(
    ("origin", "verdict"), [("example.com", "readable"), ("", "blocked"), (ME.upper(), "readable")]
)
def test_an_origin_that_no_browser_sends(origin: str, verdict: str) -> None:
    told = explain(make_app(), "PUT", "/", origin)
    if origin:
        assert told.verdict == verdict
    assert told.message == (
        "No browser sends such an Origin; other clients need no permission to read."
    )
    (exchange,) = told.exchanges
    assert list(exchange.headers) == [acao(origin or "*")]
    denied = explain(make_app(origins=YOU), "PUT", "/", "example.com")
    assert (denied.verdict, denied.exchanges[0].headers) == ("blocked", ())


@pytest.mark.rule("9.explain-verdict")
def test_an_origin_that_cannot_be_echoed() -> None:
    told = explain(make_app(), "GET", "/", "a b")
    assert (told.verdict, list(told.exchanges[0].headers)) == ("readable", [acao("*")])


@pytest.mark.rule("9.explain-verdict")
@pytest.mark.parametrize("method", ["TRACE", "CONNECT"])
def test_a_method_that_no_page_sends(method: str) -> None:
    told = explain(make_app(), method, "/", ME)
    assert told.verdict == "blocked"
    assert told.message.startswith("No browser sends this: ")
    assert [exchange.kind for exchange in told.exchanges] == ["actual"]


@pytest.mark.rule("9.explain-verdict")
def test_credentials_without_permission() -> None:
    told = explain(make_app(origins=ME), "GET", "/", ME, credentials=True)
    assert told.verdict == "blocked"
    assert list(told.exchanges[0].headers) == [acao()]


@pytest.mark.rule("9.explain-verdict")
@pytest.mark.parametrize(("method", "kinds"), [("GET", 2), ("PUT", 2), ("post", 2)])
def test_private_networks(method: str, kinds: int) -> None:
    app = make_app(origins=ME)
    told = explain(app, method, "/items", ME, private_network=True)
    if method != "PUT":
        assert told.message == "The preflight's answer lacks Access-Control-Allow-Private-Network."
    assert told.verdict == "blocked"
    app = make_app(origins=[ME, YOU], allow_private_network=True, methods="PUT, GET, POST")
    told = explain(app, method, "/", ME, private_network=True)
    assert told.verdict == "readable"
    assert [exchange.kind for exchange in told.exchanges] == ["preflight", "actual"]
    assert NETWORK in told.exchanges[0].headers
    assert "private network" in [step.name for step in told.exchanges[0].steps]
    assert len(told.exchanges) == kinds


@pytest.mark.rule("9.explain-verdict")
def test_private_networks_do_not_loosen_methods() -> None:
    app = make_app(origins=ME, allow_private_network=True, methods="GET")
    assert explain(app, "PUT", "/", ME, private_network=True).verdict == "blocked"


# -- where CORS is off, and what else may answer ---------------------------------------


@pytest.mark.rule("9.explain-endpoint")
def test_an_endpoint_that_is_not_covered() -> None:
    told = explain(make_app(resources="/none"), "PUT", "/", ME)
    assert (told.verdict, told.covered, told.walk, told.options) == ("blocked", False, (), ())
    assert told.endpoint == "index"
    assert [exchange.answered_by for exchange in told.exchanges] == ["app"]
    assert told.notes == (
        "CORS is off here: no decorator, blueprint or resource covers this path.",
    )


@pytest.mark.rule("9.explain-endpoint")
@pytest.mark.parametrize(
    ("path", "off", "why"),
    [
        ("/exempt", "exempt", "cors_exempt turns CORS off for the view."),
        ("/user/..%2f", "dot segment", "the path has a . or .. segment, which no page needs."),
    ],
)
def test_where_cors_is_taken_out(path: str, off: str, why: str) -> None:
    told = explain(make_app(), "GET", path, ME)
    assert (told.verdict, told.covered, told.exchanges[0].headers) == ("blocked", False, ())
    assert (told.off, told.notes) == (off, (f"CORS is off here: {why}",))


def test_an_app_where_cors_is_on_for_no_route() -> None:
    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/", "index", lambda: "x")
    CORS(app, resources="/none")
    told = explain(app, "GET", "/", ME)
    assert told.off == "nowhere"
    assert told.notes == ("CORS is off here: no route of this app has CORS.",)
    app.add_url_rule("/api/<name>", "api", lambda name: name)
    CORS(app, resources="/api/other")
    told = explain(app, "GET", "/api/x", ME)
    assert (told.off, told.endpoint) == ("not covered", "api")


@pytest.mark.rule("9.explain-endpoint")
def test_not_found_and_method_not_allowed() -> None:
    told = explain(make_app(origins=ME), "GET", "/none", ME)
    assert (told.verdict, told.endpoint, told.exchanges[0].status) == ("readable", None, 404)
    told = explain(make_app(origins=ME), "DELETE", "/", ME)
    assert (told.verdict, told.endpoint) == ("readable", "index")
    assert [exchange.status for exchange in told.exchanges] == [200, 405]


@pytest.mark.rule("9.explain-endpoint")
def test_a_redirect_is_followed() -> None:
    told = explain(make_app(origins=ME), "GET", "/folder", ME)
    assert told.verdict == "readable"
    assert [(exchange.url, exchange.status) for exchange in told.exchanges] == [
        ("http://localhost:5000/folder", 308),
        ("http://localhost:5000/folder/", None),
    ]
    assert told.endpoint == "folder"


@pytest.mark.rule("9.own-code")
def test_a_view_that_serves_options() -> None:
    app = make_app(origins=ME)
    told = explain(app, "PUT", "/own", ME)
    asked = told.exchanges[0]
    assert (asked.answered_by, asked.status, list(asked.headers)) == (
        "app",
        None,
        [acao(), ALL_METHODS],
    )
    assert (told.verdict, told.otherwise, told.allowed) == ("undecided", "readable", False)
    assert told.message == (
        "The view of own answers the preflight itself, and a browser wants status 200 to 299; "
        "by the options alone the page is allowed to read the response."
    )
    # Without a preflight it decides nothing, and an origin that is refused is refused.
    assert explain(app, "GET", "/own", ME).verdict == "readable"
    assert explain(app, "PUT", "/own", YOU).verdict == "blocked"


def own(app: Flask, hook: bool = False) -> None:
    """Give the app a view, or a hook, that writes Access-Control-Allow-Origin itself."""
    if hook:
        app.after_request(_puts_a_star)
    app.add_url_rule("/star", "star", _answers_with_a_star)


STAR = {"Access-Control-Allow-Origin": "*"}


def _star(response: Response) -> Response:
    response.headers.update(STAR)
    return response


def _puts_a_star(response: Response) -> Response:
    return _star(response)


def _answers_with_a_star() -> Any:
    return "", {"Access-Control-Allow-Origin": "*"}


def line_of(function: Callable[..., Any]) -> int:
    """Return the line in which the short function writes the header."""
    return function.__code__.co_firstlineno + 1


@pytest.mark.rule("6.own-explained", "9.own-code")
@pytest.mark.parametrize(
    ("origin", "otherwise", "alone"),
    [(YOU, "blocked", "blocked"), (ME, "readable", "allowed to read the response")],
)
def test_a_view_that_writes_the_header_decides(origin: str, otherwise: str, alone: str) -> None:
    app = make_app(origins=ME)
    own(app)
    told = explain(app, "GET", "/star", origin)
    assert (told.verdict, told.otherwise, told.allowed) == ("undecided", otherwise, False)
    where = f"{__file__}:{line_of(_answers_with_a_star)}"
    assert told.message == (
        f"The view function _answers_with_a_star at {where} writes or removes "
        f"Access-Control-Allow-Origin, so that code decides; by the options alone the page is "
        f"{alone}."
    )
    assert (told.advice, told.notes) == ("", ())
    (writer,) = told.writers
    assert (writer.what, writer.file, writer.line) == (
        "view",
        __file__,
        line_of(_answers_with_a_star),
    )
    assert lines(ask(app, "/star", YOU)) == [acao("*")]
    assert explain(app, "GET", "/", YOU).verdict == "blocked"


@pytest.mark.rule("9.own-code")
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_hook_that_writes_the_header_decides(method: str) -> None:
    """The name of the header stands in a global, in a function that the hook calls."""
    app = make_app(origins=ME)
    own(app, hook=True)
    told = explain(app, method, "/", YOU)
    assert (told.verdict, told.otherwise, told.advice) == ("undecided", "blocked", "")
    where = f"{__file__}:{line_of(_star)}"
    assert told.message.startswith(f"The after_request function _puts_a_star at {where} writes")
    assert told.tried.changes == ()
    assert told.tried.known.startswith("If that code leaves the response alone: in CORS(app) at ")
    assert explain(app, "GET", "/").verdict == "no-origin"
    assert explain(app, "GET", "/", "http://localhost:5000").verdict == "same-origin"
    assert explain(app, "TRACE", "/", ME).verdict == "blocked"


def test_the_hook_of_another_blueprint_decides_nothing() -> None:
    app = make_app(origins=ME)
    other = Blueprint("other", __name__, url_prefix="/other")
    other.after_request(_puts_a_star)
    other.add_url_rule("/x", "x", view())
    app.register_blueprint(other)
    assert explain(app, "GET", "/api/x", ME).verdict == "blocked"
    assert explain(app, "GET", "/none", ME).verdict == "readable"
    assert explain(app, "GET", "/other/x", ME).verdict == "undecided"


def test_the_handler_of_another_method_decides_nothing() -> None:
    class Mixed(MethodView):
        def get(self) -> str:
            return "get"

        def put(self) -> Any:
            return "put", {"access-control-allow-origin": "*"}

    app = make_app(origins=ME)
    app.add_url_rule("/mixed", view_func=Mixed.as_view("mixed"))
    assert explain(app, "GET", "/mixed", ME).verdict == "readable"
    assert explain(app, "PUT", "/mixed", ME).verdict == "undecided"


def test_a_function_before_the_request_decides_no_preflight() -> None:
    app = make_app(origins=ME)
    app.before_request(lambda: ("", 401, {"Access-Control-Allow-Origin": "*"}))
    told = explain(app, "PUT", "/", YOU)
    assert (told.verdict, [each.kind for each in told.exchanges]) == ("blocked", ["preflight"])
    assert explain(app, "PUT", "/", ME).verdict == "undecided"


@pytest.mark.rule("6.own-explained")
def test_what_was_seen_in_a_response_counts() -> None:
    app = make_app(origins=ME)
    parts = ["Access", "Control", "Allow", "Origin"]
    app.add_url_rule("/hidden", "hidden", lambda: ("", {"-".join(parts): "*"}))
    assert explain(app, "GET", "/hidden", YOU).verdict == "blocked"
    ask(app, "/hidden", YOU)
    told = explain(app, "GET", "/hidden", YOU)
    assert (told.verdict, told.otherwise, told.writers) == ("undecided", "blocked", ())
    assert told.message.startswith("The app wrote Access-Control-Allow-Origin itself in a response")


@pytest.mark.parametrize("code", [404, None, 500])
def test_an_error_handler_decides_on_its_errors(code: int | None) -> None:
    app = make_app(origins=ME)
    kind: Any = HTTPException if code is None else code
    app.register_error_handler(kind, lambda error: ("", 404, {"Access-Control-Allow-Origin": "*"}))
    told = explain(app, "GET", "/none", YOU)
    assert told.verdict == ("blocked" if code == 500 else "undecided")
    assert explain(app, "GET", "/", ME).verdict == "readable"


@pytest.mark.parametrize(
    ("method", "path", "times"), [("GET", "/", 1), ("PUT", "/", 1), ("GET", "/folder", 2)]
)
def test_the_target_of_a_request_is_looked_up_once(
    method: str, path: str, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[object] = []
    look_up = endpoints.target_of

    def counted(*args: Any) -> Any:
        found.append(args)
        return look_up(*args)

    monkeypatch.setattr(endpoints, "target_of", counted)
    explain(make_app(origins=ME), method, path, ME)
    assert len(found) == times


@pytest.mark.rule("9.explain-endpoint")
def test_dots_are_resolved_as_in_a_browser() -> None:
    told = explain(make_app(origins=ME), "GET", "/user/../items", ME)
    assert (told.endpoint, told.exchanges[0].url) == ("items", "http://localhost:5000/items")


@pytest.mark.rule("9.explain")
def test_it_agrees_before_and_after_the_first_request() -> None:
    app = make_app(origins=[ME, YOU], max_age=5)
    cases = list(itertools.product(PATHS, (ME, "https://evil.example"), ("GET", "PUT")))
    before = [explain(app, method, path, origin) for path, origin, method in cases]
    ask(app)
    assert [explain(app, method, path, origin) for path, origin, method in cases] == before


def test_a_host_that_flask_refuses() -> None:
    class Strict(Flask):
        def create_url_adapter(self, request: Any) -> Any:
            if request is not None and request.environ["HTTP_HOST"] != "good.example":
                raise SecurityError("this host is not trusted")
            return super().create_url_adapter(request)

    app = Strict("sample")
    CORS(app, origins=ME)
    told = explain(app, "PUT", "/", ME, base_url="https://bad.example")
    assert [(found.kind, found.status) for found in told.exchanges] == [("preflight", 400)]
    assert told.verdict == "blocked"


# -- where it looks --------------------------------------------------------------------


@pytest.mark.rule("9.explain-endpoint")
@pytest.mark.parametrize(
    ("config", "arguments", "url"),
    [
        ({}, {"path": "/"}, "http://localhost:5000/"),
        ({}, {"path": "none"}, "http://localhost:5000/none"),
        ({}, {"path": "https://h/items?x=1"}, "https://h/items?x=1"),
        ({}, {"path": "/", "base_url": "https://api.example"}, "https://api.example/"),
        ({"SERVER_NAME": "api.example"}, {"path": "/"}, "https://api.example/"),
        ({"SERVER_NAME": "api.example"}, {"path": "/", "origin": None}, "http://api.example/"),
        (
            {"SERVER_NAME": "api.example"},
            {"path": "/", "origin": "http://me.example"},
            "http://api.example/",
        ),
        ({"PREFERRED_URL_SCHEME": "https"}, {"path": "/"}, "https://localhost:5000/"),
    ],
)
def test_which_url(config: dict[str, str], arguments: dict[str, Any], url: str) -> None:
    app = make_app(origins=[ME, "http://me.example"])
    app.config.update(config)
    told = explain(app, "GET", **{"origin": ME, **arguments})
    assert told.url == url
    assert told.exchanges[0].url == url
    assert told.verdict == ("no-origin" if told.origin is None else "readable")


def test_the_query_and_the_host_reach_the_callable() -> None:
    seen: list[str] = []

    def allows(origin: str) -> bool:
        seen.append(request.url)
        return True

    explain(make_app(origins=allows), "GET", "http://t/none?a=b", ME)
    assert seen == ["http://t/none?a=b"]


@pytest.mark.rule("9.explain")
def test_no_view_and_no_hook_runs() -> None:
    app = make_app(origins=ME)
    app.before_request(lambda: pytest.fail("a hook ran"))
    app.after_request(lambda response: pytest.fail("a hook ran"))
    app.add_url_rule("/fail", "fail", lambda: pytest.fail("a view ran"))
    assert explain(app, "PUT", "/fail", ME).endpoint == "fail"
    app.add_url_rule("/later", "later", view())
    assert explain(app, "GET", "/later", ME).endpoint == "later"


@pytest.mark.rule("9.explain")
def test_nothing_is_logged_and_nothing_signalled(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "flask_cors")
    app = make_app(origins=ME)
    explain(app, "GET", "/", YOU)
    explain(app, "PUT", "/", YOU)
    assert caplog.messages == []


def test_problems_are_raised() -> None:
    app = make_app(origins=ME)
    app.config["CORS_MAX_AGE"] = "never"
    with pytest.raises(ConfigError):
        explain(app, "GET", "/", ME)


def test_credentials_that_are_not_granted_are_reported() -> None:
    app = make_app(resources={"/user/me": {"origins": "*"}, "/*": {"origins": ME}})
    app.config["CORS_SUPPORTS_CREDENTIALS"] = True
    told = explain(app, "GET", "/user/me", ME, credentials=True)
    (step,) = (step for step in told.exchanges[0].steps if not step.ok)
    assert (told.verdict, step.code) == ("blocked", "credentials-off")
    assert step.text.endswith(
        "(CORS_SUPPORTS_CREDENTIALS: True is dropped, since any origin is allowed)"
    )
    (option,) = (each for each in told.options if each.name == "supports_credentials")
    assert (option.value, option.dropped) == ("False", "True")
    assert str(option) == (
        "supports_credentials = False  (config: CORS_SUPPORTS_CREDENTIALS; True was dropped)"
    )


# -- how it reads ----------------------------------------------------------------------


@pytest.mark.rule("9.explain-verdict")
def test_it_reads_as_a_report() -> None:
    app = make_app(origins=ME, methods="GET")
    told = explain(app, "PUT", "/", ME)
    text = " ".join(str(told).split())
    assert text.startswith(f"PUT http://localhost:5000/ from {ME} blocked: Access to fetch at ")
    parts = [
        "blocked: ",
        "To change that: In CORS(app) at tests/integration/test_explain.py:",
        "add 'PUT' to methods. Note: The host is assumed, as `flask run` would serve it: ",
        "Endpoint: index 1. app: CORS(app) sets methods, origins",
        f"Effective options: origins = {ME} (app: CORS(app) at tests/",
        "Preflight: OPTIONS http://localhost:5000/ -> 200, from Flask-CORS",
        "ok CORS check: ",
        "FAILS method: the method 'PUT' is not",
        f"Access-Control-Allow-Origin: {ME}",
    ]
    places = [text.find(part) for part in parts]
    assert -1 not in places
    assert places == sorted(places)
    assert re.search(r"The other \d+ have their defaults; --all shows them\.", text)
    assert "max_age" not in text


@pytest.mark.parametrize(
    ("options", "args", "first"),
    [
        ({"origins": ME}, ("GET", "/none", ME), "readable, 404: no route serves this path"),
        (
            {"origins": ME},
            ("DELETE", "/", ME),
            "readable, 405: this path serves GET, HEAD, OPTIONS, PUT, and not DELETE",
        ),
        ({"origins": ME}, ("GET", "/none", YOU), "blocked, 404: no route serves this path"),
        ({"origins": ME}, ("PUT", "/none", YOU), "blocked, 404: no route serves this path"),
        ({"origins": ME}, ("GET", "/", ME), f"readable: A page of {ME} can read the response."),
        ({"origins": ME}, ("GET", "/folder", ME), f"readable: A page of {ME} can read the"),
        ({"origins": ME}, ("GET", "/none"), "no-origin, 404: no route serves this path"),
    ],
)
def test_the_verdict_and_the_status_come_first(
    options: dict[str, Any], args: tuple[str, ...], first: str
) -> None:
    told = explain(make_app(**options), *args)
    assert str(told).splitlines()[1].startswith(first)


@pytest.mark.parametrize("path", ["/itms", "/user"])
def test_a_missing_route_comes_with_the_nearest(path: str) -> None:
    near = {"/itms": "/items", "/user": "/user/<name>"}[path]
    told = explain(make_app(origins=ME), "GET", path, ME)
    assert told.advice == (
        f"Check the URL: no route serves this path. The nearest route is {near}."
    )


def test_a_missing_route_that_is_blocked_comes_with_both_ways() -> None:
    told = explain(make_app(origins=ME), "GET", "/itms", YOU)
    start = "Check the URL: no route serves this path. The nearest route is /items. To let the "
    assert told.advice.startswith(f"{start}page read the 404: in CORS(app) at ")


def test_no_character_of_a_client_or_of_the_code_steers_a_terminal() -> None:
    app = make_app(origins=["https://a.example"])
    told = explain(
        app, "GET", "/%1b[31m\u202e", "https://\x1b]0;x\x07\u009b.example", headers=["X\n\r-A"]
    )
    assert all(char.isprintable() or char == "\n" for char in str(told))
    assert "\\x1b" in str(told)


@pytest.mark.rule("9.explain-options")
def test_a_mark_that_sets_nothing_is_reported() -> None:
    app = make_app(origins=ME)
    app.add_url_rule("/bare", "bare", cross_origin(view()))
    assert any(
        "sets nothing" in line for line in str(explain(app, "GET", "/bare", ME)).splitlines()
    )


@pytest.mark.rule("9.explain-verdict")
def test_it_is_plain_data() -> None:
    told = explain(make_app(origins=ME), "PUT", "/", ME, headers=["X-A"])
    data = json.loads(json.dumps(told.to_dict()))
    assert data["verdict"] == "readable"
    source = {"level": "app", "place": "CORS(app)", "file": __file__}
    step = data["exchanges"][0]["steps"][0]
    assert step.pop("source").items() >= source.items()
    assert step == {
        "name": "CORS check",
        "clause": "https://fetch.spec.whatwg.org/#concept-cors-check",
        "code": "origin-allowed",
        "ok": True,
        "values": [ME],
        "option": "origins",
        "pattern": ME,
        "kind": "literal",
        "detail": "",
        "limits": [],
        "text": f"the origin '{ME}' is allowed by the literal '{ME}'",
    }
    assert data["exchanges"][0]["headers"][0] == list(acao())
    assert data["options"][0]["source"]["level"] == "app"
    assert data["walk"][0]["sets"] == ["origins"]


def test_swapped_arguments_are_named() -> None:
    with pytest.raises(
        ValueError, match=r"^the method comes first: explain\('GET', '/items', origin"
    ):
        explain(make_app(origins=ME), "/items", "GET", ME)


@pytest.mark.parametrize(
    ("allow_headers", "method", "headers", "noted"),
    [
        (["X-A"], "POST", [], True),
        (["X-A"], "PUT", ["X-A"], True),
        (["X-A"], "GET", [], False),
        (["X-A", "content-type"], "POST", [], False),
        (["X-A"], "POST", ["content-type"], False),
        ("*", "POST", [], False),
    ],
)
def test_a_page_that_could_not_send_json_is_reported(
    allow_headers: Any, method: str, headers: list[str], noted: bool
) -> None:
    app = Flask("sample")
    CORS(app, origins=ME, allow_headers=allow_headers)
    app.add_url_rule("/x", "x", lambda: "x", methods=["GET", "POST", "PUT"])
    told = of(app).explain(method, "/x", ME, headers=headers)
    text = "A page that sends JSON sets Content-Type, which allow_headers does not allow"
    assert any(note.startswith(text) for note in told.notes) is noted


def test_a_cookie_that_is_not_sent_may_be_sent_to_another_host() -> None:
    app = Flask("sample")
    CORS(app, origins=ME, supports_credentials=True)
    app.add_url_rule("/x", "x", lambda: "x")
    notes = of(app).explain("GET", "/x", ME, credentials=True).notes
    assert notes[0].endswith("If the API has another host in production, ask with --base-url.")
    notes = of(app).explain("GET", "https://other.example/x", ME, credentials=True).notes
    assert "--base-url" not in notes[0]


def _gate() -> Any:
    return None if request.args else ("stop", 401)


def _note() -> None:
    request.environ["seen"] = True


def test_a_hook_that_can_answer_instead_of_the_view_is_named() -> None:
    app = Flask("sample")
    CORS(app, origins=ME)
    app.add_url_rule("/x", "x", lambda: "x")
    app.before_request(_note)
    assert of(app).explain("GET", "/x", ME).notes == ()
    app.before_request(_gate)
    (note,) = of(app).explain("GET", "/x", ME).notes
    where = f"_gate at {__file__}:{_gate.__code__.co_firstlineno}"
    assert note.startswith(f"before_request runs {where} first, which can answer instead")
    assert of(app).explain("GET", "/x", YOU).notes == ()


class Passing:
    """Middleware that may do anything; this one passes on what it gets."""

    def __init__(self, app: Any) -> None:
        self.app = app

    def __call__(self, environ: Any, start_response: Any) -> Any:
        return self.app(environ, start_response)


class Writing(Passing):
    """Middleware that writes the header itself."""

    def __call__(self, environ: Any, start_response: Any) -> Any:
        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            headers.append(("Access-Control-Allow-Origin", "*"))
            return start_response(status, headers, exc_info)

        return self.app(environ, start)


def test_middleware_around_the_app_is_named() -> None:
    app = make_app(origins=ME)
    assert not any("app.wsgi_app" in note for note in explain(app, "GET", "/", ME).notes)
    app.wsgi_app = ProxyFix(app.wsgi_app)  # type: ignore[method-assign]
    assert not any("app.wsgi_app" in note for note in explain(app, "GET", "/", ME).notes)
    app.wsgi_app = Passing(app.wsgi_app)  # type: ignore[method-assign]
    told = explain(app, "GET", "/", ME)
    (note,) = (note for note in told.notes if "app.wsgi_app" in note)
    assert (told.verdict, note.startswith("app.wsgi_app is wrapped by Passing at ")) == (
        "readable",
        True,
    )
    app.wsgi_app = Writing(app.wsgi_app)  # type: ignore[method-assign]
    told = explain(app, "GET", "/", ME)
    assert told.verdict == "undecided"
    assert told.message.startswith("The middleware function Writing.__call__ at ")


def test_middleware_that_is_a_function_is_named() -> None:
    app = make_app(origins=ME)
    inside = app.wsgi_app

    def passing(environ: Any, start_response: Any) -> Any:
        return inside(environ, start_response)

    app.wsgi_app = passing  # type: ignore[method-assign]
    assert any("<locals>.passing at" in note for note in explain(app, "GET", "/", ME).notes)


def test_a_preflight_that_reaches_a_view_names_it() -> None:
    (note,) = (
        note
        for note in explain(make_app(origins=ME), "PUT", "/own", ME).notes
        if note.startswith("The preflight reaches ")
    )
    assert re.search(
        r"reaches make_app.<locals>.<lambda> at .*test_explain.py:\d+ after the hooks", note
    )


def test_cors_for_another_flask_object_of_the_module_is_named() -> None:
    other, app = Flask("sample_of_two"), Flask("sample_of_two")
    CORS(other, origins=ME)
    app.add_url_rule("/", "index", lambda: "")
    notes = of(app).explain("GET", "/", ME).notes
    assert any(
        re.fullmatch(r"CORS\(app\) at .*:\d+ was called on another Flask object .*", note)
        for note in notes
    )
    CORS(app, origins=YOU)
    assert not any("another Flask object" in note for note in of(app).explain("GET", "/").notes)


def _printed(origin: str, **asked: Any) -> list[str]:
    app = make_app(origins=["http://localhost:8000", "http://127.0.0.1:8000", ME])
    app.config.update(asked.pop("config", {}))
    asked = {"credentials": True, **asked}
    notes = explain(app, "GET", asked.pop("path", "/"), origin, **asked).notes
    return [note for note in notes if "`flask run` prints" in note]


def test_the_address_that_flask_run_prints_is_a_different_site_for_cookies() -> None:
    assert _printed("http://localhost:8000") == [
        "`flask run` prints http://127.0.0.1:5000, which is a different site from "
        "http://localhost:8000 for cookies: open both with the same host name."
    ]
    assert _printed("http://127.0.0.1:8000") == [
        "`flask run` prints http://127.0.0.1:5000, which is the same site as "
        "http://127.0.0.1:8000 for cookies: open both with the same host name."
    ]


@pytest.mark.parametrize(
    ("origin", "asked"),
    [
        (ME, {}),
        ("http://localhost:8000", {"credentials": False}),
        ("http://localhost:8000", {"path": "http://localhost:5000/"}),
        ("http://localhost:8000", {"base_url": "http://localhost:5000"}),
        ("http://localhost:8000", {"config": {"SERVER_NAME": "localhost:5000"}}),
        ("http://localhost:5000", {}),
    ],
)
def test_the_address_that_flask_run_prints_is_named_where_it_matters(
    origin: str, asked: dict[str, Any]
) -> None:
    assert _printed(origin, **asked) == []
