"""``check`` reports exactly what is there: an app with one of each finding, and honest ones."""

from __future__ import annotations

import functools
import json
import logging
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from flask import Blueprint, Flask, Response
from flask.views import MethodView, View

from flask_cors import CORS, ConfigError, cors_exempt, cross_origin
from flask_cors.runtime.hooks import state_of
from flask_cors.tools.checks import RULES, CheckResult, check, to_sarif
from tests.integration.findings_app import make_app

APP = "https://app.example.com"
SCHEMA = Path(__file__).parents[1] / "schemas" / "sarif-2.1.0.json"


def run(app: Flask) -> CheckResult:
    return check(app, state_of(app))


def ids(app: Flask) -> list[str]:
    return [found.id for found in run(app).findings]


@pytest.fixture
def quiet() -> Any:
    """Let the library's log be silent: what may be met is logged as an error."""
    logger = logging.getLogger("flask_cors")
    logger.disabled = True
    yield
    logger.disabled = False


@pytest.fixture
def result(quiet: None) -> CheckResult:
    return run(make_app())


def test_an_app_with_one_of_each_finding(result: CheckResult) -> None:
    assert [(found.id, found.severity, found.place) for found in result.findings] == [
        ("CORS002", "warning", "cross_origin on ok"),
        ("CORS003", "warning", "cross_origin on ok"),
        ("CORS004", "warning", "cross_origin on text"),
        ("CORS005", "warning", "cross_origin on text"),
        ("CORS006", "warning", "cross_origin on text"),
        ("CORS007", "warning", "cross_origin on text"),
        ("CORS008", "warning", "CORS(app) for '/v\\\\d'"),
        ("CORS009", "error", "cross_origin on text"),
        ("CORS010", "warning", "CORS(app) for '/nowhere'"),
        ("CORS011", "warning", "CORS(app) for '/v\\\\d+$'"),
        ("CORS012", "note", "CORS(app) for '/shop/c.*$'"),
        ("CORS013", "error", "cross_origin on _page"),
        ("CORS014", "error", "the view of lost"),
        ("CORS015", "error", "Items.render"),
        ("CORS016", "error", "the view of _above"),
        ("CORS017", "note", "cross_origin on text"),
        ("CORS018", "note", "cross_origin on text"),
        ("CORS019", "warning", "CORS_ORIGN"),
        ("CORS020", "warning", "after_request add_headers"),
        ("CORS021", "error", "app.preprocess_request"),
        ("CORS022", "warning", "CORS_CHECK_IGNORE['CORS999']"),
        ("CORS023", "note", "cross_origin on text"),
        ("CORS025", "warning", "after_request remove_header"),
        ("CORS026", "warning", "after_request stop"),
        ("CORS027", "warning", "CORS()"),
        ("CORS028", "note", "cross_origin on ok"),
        ("CORS029", "warning", "SESSION_COOKIE_SAMESITE"),
        ("CORS030", "warning", "CORS_ORIGIN_WHITELIST"),
        ("CORS031", "warning", "cross_origin"),
        ("CORS032", "warning", "cross_origin on text"),
        ("CORS033", "note", "cross_origin on text"),
        ("CORS034", "note", "app.wsgi_app"),
        ("CORS035", "warning", "cross_origin on ok"),
    ]
    assert (result.ignored, result.not_run) == ((), ())


def test_the_app_is_asked_for_the_same(quiet: None) -> None:
    app = make_app()
    assert app.extensions["cors"].check() == run(app)


def test_a_finding_says_where_and_what_to_do(result: CheckResult) -> None:
    found = next(found for found in result.findings if found.id == "CORS007")
    assert found.reason == (
        r"the unescaped dot in r'https://app.example\.com' matches any character"
    )
    assert found.hint.startswith(r"Write r'https://app\.example\.com', or a wildcard")
    assert Path(found.file or "").name == "findings_app.py"
    assert found.line


def test_every_place_in_code_is_known(result: CheckResult) -> None:
    unknown = [found.id for found in result.findings if found.file is None]
    assert unknown == ["CORS019", "CORS022", "CORS029", "CORS030", "CORS034"]
    assert {Path(found.file or "x").name for found in result.findings} == {"findings_app.py", "x"}


# An app that does not compile, and one where CORS is on nowhere.
_ELSEWHERE = {"CORS001", "CORS024"}


def test_each_rule_has_one_finding_but_those_that_need_an_app_of_their_own(
    result: CheckResult,
) -> None:
    known = [rule.id for rule in RULES]
    assert [id_ for id_ in known if id_ not in _ELSEWHERE] == [item.id for item in result.findings]
    assert known == [f"CORS{number:03}" for number in range(1, len(known) + 1)]


def test_the_result_is_sarif(result: CheckResult, quiet: None) -> None:
    app = make_app()
    app.config["CORS_CHECK_IGNORE"] = {"CORS002": "public data"}
    log = to_sarif(run(app), RULES, "7.0", Path(__file__).parent)
    jsonschema.Draft4Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(log)
    results = log["runs"][0]["results"]
    suppressed = [item for item in results if item.get("suppressions")]
    assert [item["ruleId"] for item in suppressed] == ["CORS002"]
    assert suppressed[0]["suppressions"] == [{"kind": "external", "justification": "public data"}]
    place = results[1]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "findings_app.py", "uriBaseId": "SRCROOT"}


def test_files_elsewhere_and_rules_not_run_are_sarif_too(
    monkeypatch: pytest.MonkeyPatch, quiet: None
) -> None:
    monkeypatch.setitem(sys.modules, "publicsuffixlist", None)
    log = to_sarif(run(make_app()), RULES, "7.0", Path("/nowhere/at/all"))
    jsonschema.Draft4Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(log)
    told = log["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    assert [item["associatedRule"]["id"] for item in told] == ["CORS006", "CORS032"]


# -- what to write instead -------------------------------------------------------------


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ("/items/*", "'/v1.0/api/items/*'"),
        ("/items/7", "'/v1.0/api/items/7'"),
        (r"^/items/\d+$", r"r'^/v1\.0/api/items/\d+$'"),
        (r"/api/items/\d+$", r"r'/v1\.0/api/items/\d+$'"),
    ],
)
def test_a_missing_prefix_is_shown(resource: str, expected: str) -> None:
    app = Flask(__name__, static_folder=None)
    blueprint = Blueprint("api", __name__, url_prefix="/v1.0/api")
    CORS(blueprint, origins=APP, resources=resource)
    for path in ("/", "/items/7"):
        blueprint.add_url_rule(path, path.strip("/").replace("/", "_") or "root", text)
    app.register_blueprint(blueprint)
    (found,) = run(app).findings
    assert (found.id, found.hint) == (
        "CORS010",
        f"Write {expected}: a resource covers whole paths, and the url_prefix of a blueprint is "
        "part of them.",
    )


def test_a_resource_that_no_prefix_helps() -> None:
    app = Flask(__name__, static_folder=None)
    CORS(app, origins=APP, resources=["/items", "/", r"/it's\d$"])
    app.add_url_rule("/", "index", text)
    (found, other) = run(app).findings
    assert (found.id, other.id) == ("CORS010", "CORS010")
    assert found.hint.startswith("Correct the pattern, or remove it")


def test_send_wildcard_is_no_finding_where_any_origin_is_allowed() -> None:
    app = Flask(__name__, static_folder=None)
    CORS(app, origins="*", send_wildcard=True)
    app.add_url_rule("/", "index", text)
    app.add_url_rule("/named", "named", cross_origin(APP)(text))
    assert ids(app) == ["CORS002"]


def text() -> str:
    return "text"


# -- errors in the configuration -------------------------------------------------------


def broken() -> Flask:
    app = Flask(__name__, static_folder=None)
    app.config["CORS_MAX_AGE"] = -1
    CORS(app, origins=APP)
    app.add_url_rule("/", "index", lambda: "x")
    return app


def test_errors_are_findings_and_the_other_rules_are_not_run() -> None:
    result = run(broken())
    assert [(found.id, found.place) for found in result.findings] == [("CORS001", "CORS_MAX_AGE")]
    not_run = {item.id for item in result.not_run}
    assert not_run == {rule.id for rule in RULES} - {"CORS001", *_WITHOUT_POLICIES}


_WITHOUT_POLICIES = [f"CORS0{n}" for n in (14, 15, 16, 19, 20, 21, 22, 25, 27, 30)]


def test_checking_does_not_hide_the_error_from_requests() -> None:
    app = broken()
    app.testing = True
    run(app)
    with pytest.raises(ConfigError):
        app.test_client().get("/")


# -- ignoring --------------------------------------------------------------------------


def one_finding(**config: Any) -> Flask:
    app = Flask(__name__, static_folder=None)
    app.config.update(config)
    CORS(app)
    app.add_url_rule("/", "index", lambda: "x")
    return app


def test_an_id_is_ignored_with_its_reason() -> None:
    result = run(one_finding(CORS_CHECK_IGNORE={"CORS002": " all of it is public "}))
    assert result.findings == ()
    assert [(found.id, found.ignored) for found in result.ignored] == [
        ("CORS002", "all of it is public")
    ]


@pytest.mark.parametrize(
    ("ignore", "expected", "words"),
    [
        ({"CORS002": ""}, ["CORS002", "CORS022"], "there is no reason"),
        ({"CORS002": None}, ["CORS002", "CORS022"], "there is no reason"),
        ({"CORS002": "x", "CORS005": "x"}, ["CORS022"], "nothing to ignore"),
        ({"CORS002": "x", "CORS2": "x"}, ["CORS022"], "no such rule"),
        (["CORS002"], ["CORS002", "CORS022"], "it is a list"),
        ({"CORS002": "x", "CORS022": "x"}, [], ""),
    ],
)
def test_ignoring_in_vain(ignore: Any, expected: list[str], words: str) -> None:
    result = run(one_finding(CORS_CHECK_IGNORE=ignore))
    assert [found.id for found in result.findings] == expected
    assert not words or words in result.findings[-1].reason


def test_nothing_is_in_vain_for_a_rule_that_did_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "publicsuffixlist", None)
    result = run(one_finding(CORS_CHECK_IGNORE={"CORS002": "x", "CORS006": "x"}))
    assert (result.findings, [item.id for item in result.not_run]) == ((), ["CORS006"])
    assert "pip install 'Flask-CORS[cli]'" in result.not_run[0].reason


def test_severities_are_compared() -> None:
    result = run(one_finding(CORS_MAX_AGE=9000, CORS_ORIGINS=["https://*.github.io"]))
    assert [found.id for found in result.at_least("note")] == ["CORS006", "CORS018"]
    assert [found.id for found in result.at_least("warning")] == ["CORS006"]
    assert result.at_least("error") == []


# -- honest apps, and where a rule begins ----------------------------------------------


def with_view(view: Callable[..., Any], **options: Any) -> Flask:
    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/x", "x", view, **options)
    return app


def view() -> str:
    return "x"


@pytest.mark.filterwarnings("ignore:.*repeats what can be read")
@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"origins": APP}, []),
        ({"origins": []}, []),
        ({"origins": ["http://localhost:3000", "http://127.0.0.1", "http://[::1]:8080"]}, []),
        ({"origins": ["http://app.localhost:*", "http://x.test"]}, []),
        ({"origins": ["http://10.0.0.1"]}, ["CORS004"]),
        ({"origins": ["http://*.example.com:*"]}, ["CORS004"]),
        ({"origins": "https://*.example.com"}, []),
        ({"origins": "https://*.co.uk:*"}, ["CORS006"]),
        ({"origins": "https://*.localhost"}, []),
        ({"origins": "chrome-extension://*"}, []),
        ({"origins": r"https://[a-z.]+\.example\.com"}, []),
        ({"origins": r"https://.*\.example\.com"}, []),
        ({"origins": re.compile(r"https://a[.]example.com")}, ["CORS007"]),
        ({"origins": APP, "allow_headers": [r"x-(a+)+"]}, ["CORS009"]),
        ({"origins": APP, "allow_headers": [r"x-\w+"]}, []),
        ({"origins": APP, "max_age": 7200}, []),
        ({"origins": APP, "max_age": 7201}, ["CORS018"]),
        ({"origins": APP, "methods": ["GET", "HEAD", "OPTIONS"]}, []),
        ({"origins": APP, "methods": "*"}, []),
    ],
)
@pytest.mark.filterwarnings("ignore:.*anybody can get a host:flask_cors.CorsWarning")
def test_options(options: dict[str, Any], expected: list[str]) -> None:
    app = Flask(__name__, static_folder=None)
    CORS(app, **options)
    app.add_url_rule("/x", "x", view)
    assert ids(app) == expected


@pytest.mark.filterwarnings("ignore:.*anybody can get a host:flask_cors.CorsWarning")
def test_credentials_make_it_worse() -> None:
    app = Flask(__name__, static_folder=None)
    CORS(app, origins=["http://a.example", "https://*.github.io"], supports_credentials=True)
    app.add_url_rule("/x", "x", view)
    assert [(found.id, found.severity) for found in run(app).findings] == [
        ("CORS004", "error"),
        ("CORS006", "error"),
    ]


def test_any_origin_is_no_finding_in_debug_mode() -> None:
    app = with_view(cross_origin("*")(view))
    app.debug = True
    assert ids(app) == []


def test_a_put_that_no_preflight_allows_changes_nothing() -> None:
    app = with_view(cross_origin("*", methods="GET, HEAD")(view), methods=["GET", "PUT"])
    assert ids(app) == ["CORS002"]


def test_an_exempt_view_and_one_that_is_not_covered_are_left_alone() -> None:
    app = Flask(__name__, static_folder=None)
    CORS(app, resources={"/api/*": {"origins": APP}})
    app.add_url_rule("/api/x", "x", view)
    app.add_url_rule("/api/y", "y", cors_exempt(view))
    app.add_url_rule("/z", "z", view, methods=["POST"])
    assert ids(app) == []


def test_resources_within_each_other_do_not_overlap() -> None:
    app = Flask(__name__, static_folder=None)
    resources = {"/api/*": {"max_age": 1}, "/api/items/*": {"max_age": 2}, "/api/me": {}}
    CORS(app, origins=APP, resources=resources)
    for path in ("/api/items/a", "/api/me", "/api/x", "/api/<int:id>"):
        app.add_url_rule(path, path.replace(".", ""), view)
    assert ids(app) == []


def test_resources_of_blueprints_and_config_are_seen() -> None:
    app = Flask(__name__, static_folder=None)
    app.config["CORS_RESOURCES"] = ["/nowhere", "/b/x"]
    CORS(app, origins=APP)
    blueprint = Blueprint("b", __name__, url_prefix="/b")
    CORS(blueprint, origins=APP, resources=["/b/y"])
    blueprint.add_url_rule("/x", "x", view)
    app.register_blueprint(blueprint)
    assert [(found.id, found.place) for found in run(app).findings] == [
        ("CORS010", "CORS(b) for '/b/y'"),
        ("CORS010", "CORS(app) for '/nowhere'"),
    ]


@pytest.mark.filterwarnings("ignore:.*repeats what can be read")
@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"/x.*", []),
        (r"/x$", []),
        (r"^/(x|y)\Z", []),
        (r"/(x.*)", []),
        (r"/[x]", ["CORS008"]),
        (r"/x(a+)+$", ["CORS009", "CORS010"]),
    ],
)
def test_ends_of_resources(pattern: str, expected: list[str]) -> None:
    app = Flask(__name__, static_folder=None)
    CORS(app, origins=APP, resources=pattern)
    app.add_url_rule("/x", "x", view)
    assert ids(app) == expected


def test_a_cors_object_that_another_one_covers_is_never_reached() -> None:
    app = Flask(__name__, static_folder=None)
    CORS(app, origins=APP)
    CORS(app, origins="https://b.example")
    app.add_url_rule("/x", "x", view)
    assert ids(app) == ["CORS011"]


# -- code ------------------------------------------------------------------------------


def test_a_decorator_with_wraps_keeps_the_mark() -> None:
    def wrapping(inner: Callable[[], str]) -> Callable[[], str]:
        @functools.wraps(inner)
        def call() -> str:
            return inner()

        return call

    assert ids(with_view(wrapping(cross_origin(APP)(view)))) == []


def test_a_mark_is_found_behind_a_partial_and_two_wrappers() -> None:
    def call(inner: Callable[[], str]) -> str:
        return inner()

    class Caller:
        def __init__(self, inner: Callable[[], str]) -> None:
            self.inner = inner

        def call(self) -> str:
            return self.inner()

    marked = cross_origin(APP)(view)
    assert ids(with_view(functools.partial(call, marked))) == ["CORS014", "CORS024"]
    assert ids(with_view(Caller(marked).call)) == ["CORS014", "CORS024"]


def test_a_view_that_closes_over_a_name_without_a_value() -> None:
    def call() -> str:
        return str(later)

    app = with_view(call)
    assert ids(app) == ["CORS024"]
    later = 1


class Things(MethodView):
    @cross_origin(APP)
    def get(self) -> str:
        return "x"

    @cross_origin(APP)
    def put(self) -> str:
        return "x"


class Single(View):
    @cross_origin(APP)
    def dispatch_request(self) -> str:
        return "x"

    @cross_origin(APP)
    def get(self) -> str:
        return "x"


def places(app: Flask) -> list[tuple[str, str]]:
    return [(found.id, found.place) for found in run(app).findings]


def test_marks_on_methods() -> None:
    assert places(with_view(Things.as_view("things"))) == [
        ("CORS028", "cross_origin on Things.put")
    ]
    some = with_view(Things.as_view("things"), methods=["GET"])
    assert places(some) == [("CORS015", "Things.put")]
    assert places(with_view(Single.as_view("single"))) == [("CORS015", "Single.get")]


def test_a_mapping_by_method() -> None:
    class Mapped(MethodView):
        method_decorators = {"get": [cross_origin(APP)], "put": [], "delete": [cross_origin(APP)]}  # noqa: RUF012

        def get(self) -> str:
            return "x"

    found = places(with_view(Mapped.as_view("mapped")))
    assert [item[0] for item in found] == ["CORS015"]
    assert found[0][1].endswith("Mapped.delete")


def test_headers_by_hand_in_views_hooks_and_handlers() -> None:
    def by_hand() -> Response:
        return Response("x", headers={"access-control-allow-origin": "*"})

    class Handler(MethodView):
        def get(self) -> tuple[str, dict[str, str]]:
            return "x", {"Access-Control-Max-Age": "1"}

    def names() -> tuple[str, ...]:
        return ("Access-Control-Request-Method", "About Access-Control-Allow-Origin: a text")

    def handle(error: Exception) -> tuple[str, int, list[tuple[str, str]]]:
        pairs = [(name, "x") for name in ("Access-Control-Allow-Headers", "X-A")]
        return "x", 404, pairs

    app = with_view(by_hand)
    app.add_url_rule("/y", view_func=Handler.as_view("y"))
    app.add_url_rule("/z", "z", names)
    app.register_error_handler(404, handle)
    found = [found.place for found in run(app).findings if found.id == "CORS020"]
    assert len(found) == 3
    assert found[:2] == ["the view of x", "the view of y"]
    assert found[2].startswith("errorhandler ")


def replace(app: Flask, name: str, method: Callable[..., Any]) -> Flask:
    setattr(app, name, method)
    return app


def covered() -> Flask:
    app = Flask(__name__, static_folder=None)
    CORS(app, origins=APP)
    app.add_url_rule("/x", "x", view)
    return app


@pytest.mark.parametrize(
    "name",
    ["preprocess_request", "process_response", "full_dispatch_request", "finalize_request"],
)
def test_overrides(name: str) -> None:
    app = covered()
    before = getattr(app, name)

    def passing(*args: Any, **kwargs: Any) -> Any:
        return before(*args, **kwargs)

    assert ids(replace(covered(), name, lambda *args: None)) == ["CORS021"]
    assert ids(replace(app, name, passing)) == []


def test_a_subclass_that_calls_its_base_is_no_finding() -> None:
    class Good(Flask):
        def full_dispatch_request(self, *args: Any) -> Response:
            return super().full_dispatch_request(*args)

    class Nested(Flask):
        def full_dispatch_request(self, *args: Any) -> Response:
            return (lambda: super(Nested, self).full_dispatch_request(*args))()

    class Bad(Flask):
        def full_dispatch_request(self, *args: Any) -> Response:
            return Response("x")

    for cls, expected in ((Good, []), (Nested, []), (Bad, ["CORS021"])):
        app = cls(__name__, static_folder=None)
        CORS(app, origins=APP)
        app.add_url_rule("/x", "x", view)
        assert ids(app) == expected


def test_an_app_without_routes_has_no_findings() -> None:
    app = Flask(__name__, static_folder=None)
    assert run(app).to_dict() == {"findings": [], "ignored": [], "not_run": []}


def test_an_app_where_cors_is_on_nowhere() -> None:
    app = Flask(__name__)
    (found,) = run(app).findings
    assert (found.id, found.severity, found.place) == ("CORS024", "note", "the app")
    app.add_url_rule("/off", "off", cors_exempt(text))
    assert ids(app) == []


def test_every_extension_with_credentials_is_a_finding() -> None:
    app = Flask(__name__, static_folder=None)
    CORS(app, origins="chrome-extension://*", supports_credentials=True)
    app.add_url_rule("/x", "x", view)
    assert [(found.id, found.severity) for found in run(app).findings] == [("CORS006", "error")]
    app = Flask(__name__, static_folder=None)
    CORS(app, origins="chrome-extension://*")
    app.add_url_rule("/x", "x", view)
    assert ids(app) == []
