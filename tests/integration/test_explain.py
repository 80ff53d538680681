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
from werkzeug.exceptions import SecurityError

from flask_cors import CORS, ConfigError, cors_exempt, cross_origin
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
        json.dumps(told.to_dict())


def replay(app: Flask, sent: str, url: str, kind: str, origin: str | None, method: str) -> Any:
    path = url.removeprefix("http://localhost")
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
    assert (told.method, told.url, told.origin) == ("PUT", "http://localhost/?a=b", ME)
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
    told = explain(make_app(origins=ME), "GET", "/", "http://localhost")
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
    assert told.notes == ("CORS is off here: no mark, blueprint or resource covers this path.",)


@pytest.mark.rule("9.explain-endpoint")
@pytest.mark.parametrize(
    ("path", "off", "why"),
    [
        ("/exempt", "exempt", "the view is taken out by cors_exempt."),
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
    assert told.notes == ("CORS is off here: it is on for no route of this app.",)
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
        ("http://localhost/folder", 308),
        ("http://localhost/folder/", None),
    ]
    assert told.endpoint == "folder"


def test_a_view_that_serves_options() -> None:
    told = explain(make_app(origins=ME), "PUT", "/own", ME)
    asked = told.exchanges[0]
    assert (asked.answered_by, asked.status, list(asked.headers)) == (
        "app",
        None,
        [acao(), ALL_METHODS],
    )
    assert told.verdict == "readable"


@pytest.mark.rule("6.own-explained")
def test_a_response_that_is_the_apps_own() -> None:
    app = make_app(origins=ME)
    note = (
        "No view and no hook ran for this; where one writes Access-Control-Allow-Origin itself, "
        "its response stays as it is."
    )
    assert explain(app, "GET", "/own-acao", YOU).notes == (note,)
    assert lines(ask(app, "/own-acao", YOU)) == [acao("*")]
    assert explain(app, "GET", "/own-acao", YOU).notes == (
        "The app wrote Access-Control-Allow-Origin itself in a response of this endpoint: such a "
        "response is its own and stays as it is.",
    )
    assert explain(app, "GET", "/", YOU).notes == (note,)


@pytest.mark.rule("6.own-explained")
def test_an_error_handler_that_answers_itself() -> None:
    app = make_app(origins=ME)
    app.register_error_handler(404, lambda error: ("", 404, {"Access-Control-Allow-Origin": "*"}))
    ask(app, "/none")
    (note,) = explain(app, "GET", "/none", YOU).notes
    assert note.startswith("The app wrote Access-Control-Allow-Origin itself")


@pytest.mark.rule("9.explain-endpoint")
def test_dots_are_resolved_as_in_a_browser() -> None:
    told = explain(make_app(origins=ME), "GET", "/user/../items", ME)
    assert (told.endpoint, told.exchanges[0].url) == ("items", "http://localhost/items")


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
        ({}, {"path": "/"}, "http://localhost/"),
        ({}, {"path": "none"}, "http://localhost/none"),
        ({}, {"path": "https://h/items?x=1"}, "https://h/items?x=1"),
        ({}, {"path": "/", "base_url": "https://api.example"}, "https://api.example/"),
        ({"SERVER_NAME": "api.example"}, {"path": "/"}, "https://api.example/"),
        ({"SERVER_NAME": "api.example"}, {"path": "/", "origin": None}, "http://api.example/"),
        (
            {"SERVER_NAME": "api.example"},
            {"path": "/", "origin": "http://me.example"},
            "http://api.example/",
        ),
        ({"PREFERRED_URL_SCHEME": "https"}, {"path": "/"}, "https://localhost/"),
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


def test_a_policy_that_denies_says_why() -> None:
    app = make_app(resources={"/user/me": {"expose_headers": "*"}, "/*": {"origins": ME}})
    app.config["CORS_SUPPORTS_CREDENTIALS"] = True
    app.config["CORS_ORIGINS"] = ME
    told = explain(app, "GET", "/user/me", ME)
    (exchange,) = told.exchanges
    assert told.verdict == "blocked"
    assert exchange.steps[0].text.startswith("the options cannot be combined: ")


# -- how it reads ----------------------------------------------------------------------


@pytest.mark.rule("9.explain-verdict")
def test_it_reads_as_a_report() -> None:
    app = make_app(origins=ME, methods="GET")
    told = explain(app, "PUT", "/", ME)
    source = {option.name: option.source for option in told.options}["origins"]
    text = str(told).splitlines()
    assert text[0] == f"PUT http://localhost/ from '{ME}': blocked"
    assert "endpoint: index" in text
    assert "  app: CORS(app) sets methods, origins" in text
    assert f"  origins = {ME}  [{source}]" in text
    assert "preflight: OPTIONS http://localhost/ -> 200, from Flask-CORS" in text
    assert f"  Access-Control-Allow-Origin: {ME}" in text
    assert any(line.startswith("  FAILS  method: the method 'PUT' is not") for line in text)
    assert any(line.startswith("  ok     CORS check: ") for line in text)
    assert text[-1].startswith("note: ")


def test_it_reads_as_a_report_for_404() -> None:
    text = str(explain(make_app(origins=ME), "GET", "/none", ME)).splitlines()
    assert "endpoint: none (404)" in text
    assert "actual: GET http://localhost/none -> 404, from Flask" in text
    text = str(explain(make_app(origins=ME), "GET", "/", ME)).splitlines()
    assert "actual: GET http://localhost/ -> what the app answers" in text


@pytest.mark.rule("9.explain-options")
def test_a_mark_that_sets_nothing_is_told() -> None:
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
    assert data["exchanges"][0]["steps"][0] == {
        "name": "CORS check",
        "clause": "https://fetch.spec.whatwg.org/#concept-cors-check",
        "ok": True,
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
