"""Fail fast: every mistake of the contract, wherever an option can be said, and its hint."""

from __future__ import annotations

import inspect
import re
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskCliRunner
from flask.views import MethodView

from flask_cors import CORS, ConfigError, CorsWarning, cors_exempt, cross_origin, of
from flask_cors.cli import cors
from flask_cors.errors import Problem
from tests.hints import loaded, renamed, written

Options = Mapping[str, Any]
SITE = "https://site.example"


def line_above() -> int:
    """Return the line after the caller's: where the option is said."""
    return sys._getframe(1).f_lineno + 1


def new_app() -> Flask:
    app = Flask("sample", static_folder=None)
    app.add_url_rule("/api/items", "items", lambda: "seen")
    return app


# -- the places where an option can be said --------------------------------------------
# Each says the options on the line after `line_above()`, and compiles the policies.


class Said(NamedTuple):
    """Where the options were said, and the names and lines that a problem must show."""

    level: str
    place: str
    line: int | None


said: dict[str, Said] = {}


def note(level: str, place: str, line: int | None) -> None:
    said["last"] = Said(level, place, line)


def cors_app(options: Options) -> None:
    app = new_app()
    note("app", "CORS(app)", line_above())
    CORS(app, **options)
    app.extensions["cors"].reload()


def cors_alone(options: Options) -> None:
    app = new_app()
    note("app", "CORS(app)", line_above())
    cors = CORS(**options)
    cors.init_app(app)
    app.extensions["cors"].reload()


def init_app(options: Options) -> None:
    app, cors = new_app(), CORS()
    note("app", "CORS(app)", line_above())
    cors.init_app(app, **options)
    app.extensions["cors"].reload()


def resource(options: Options) -> None:
    app = new_app()
    note("app", "resource '/api/*' of CORS(app)", line_above())
    CORS(app, resources={"/api/*": options})
    app.extensions["cors"].reload()


def blueprint(options: Options) -> None:
    app, shop = new_app(), Blueprint("shop", "shop")
    shop.add_url_rule("/shop", "items", lambda: "seen")
    note("blueprint", "CORS(shop)", line_above())
    CORS(shop, **options)
    app.register_blueprint(shop)
    app.extensions["cors"].reload()


def blueprint_resource(options: Options) -> None:
    app, shop = new_app(), Blueprint("shop", "shop")
    shop.add_url_rule("/api/shop", "items", lambda: "seen")
    note("blueprint", "resource '/api/*' of CORS(shop)", line_above())
    CORS(shop, resources={"/api/*": options})
    app.register_blueprint(shop)
    app.extensions["cors"].reload()


def mark(options: Options) -> None:
    app = new_app()
    CORS(app, resources=[])
    note("view", "cross_origin", line_above())
    app.add_url_rule("/marked", "marked", cross_origin(**options)(lambda: "seen"))
    app.extensions["cors"].reload()


def mark_on_a_method(options: Options) -> None:
    app = new_app()
    CORS(app, resources=[])
    note("view", "cross_origin", line_above())
    marked = cross_origin(**options)

    class Items(MethodView):
        @marked
        def put(self) -> str:
            return "seen"

    app.add_url_rule("/marked", view_func=Items.as_view("marked"))
    app.extensions["cors"].reload()


def config(options: Options) -> None:
    app = new_app()
    CORS(app)
    app.config.update({f"CORS_{name.upper()}": value for name, value in options.items()})
    note("config", "CORS_", None)
    app.extensions["cors"].reload()


def config_resource(options: Options) -> None:
    app = new_app()
    CORS(app)
    app.config["CORS_RESOURCES"] = {"/api/*": options}
    note("config", "resource '/api/*' of CORS_RESOURCES", None)
    app.extensions["cors"].reload()


Place = Callable[[Options], None]
KEYWORDS = [cors_app, cors_alone, init_app, blueprint, mark, mark_on_a_method]
RESOURCES = [resource, blueprint_resource, config_resource]
PLACES: list[Place] = [*KEYWORDS, *RESOURCES, config]


def problems_of(place: Place, options: Options) -> tuple[Problem, ...]:
    with pytest.raises(ConfigError) as caught:
        place(options)
    return caught.value.problems


def accept(place: Place, options: Options) -> None:
    """Say what a hint advises; where it is right, no error and no warning comes of it."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        place(options)


def check_source(problem: Problem, place: Place) -> None:
    level, name, line = said["last"]
    assert problem.source.level == level
    if place is config:
        assert problem.source.place.startswith(name)
        assert problem.source.file is None
    elif place is config_resource:
        assert problem.source.place == name
        assert problem.source.file is None
    else:
        assert problem.source.place.startswith(name)
        assert (problem.source.file, problem.source.line) == (__file__, line)


# -- wrong values, at every place ------------------------------------------------------

WHOLE = "it is not a whole number of seconds"
# The rule of the contract, the option, what was given, and words of the reason.
VALUES = [
    ("wrong type", "origins", 5, "not int"),
    ("wrong type", "origins", {"a": 1}, "not dict"),
    ("wrong type", "methods", 5, "not int"),
    ("wrong type", "allow_headers", 5, "not int"),
    ("wrong type", "expose_headers", ["X-A", 5], "not int"),
    ("wrong type", "vary_header", [], "not True or False"),
    ("wrong type", "max_age", [600], WHOLE),
    ('"False" as a bool', "vary_header", "False?", "not True or False"),
    ("origins=None", "origins", None, "environment variable that is not set"),
    ("user info", "origins", "https://me:pw@a.example", "no user info"),
    ("quotes", "origins", "'https://a.example'", "quotes"),
    ("white space", "origins", ["https://a.example "], "white space"),
    ("non-ASCII host", "origins", "https://bücher.example", "punycode"),
    ("bad port", "origins", "https://a.example:99999", "not a port"),
    ("bad IP", "origins", "http://1.2.3.256", "no such IPv4"),
    ("bad IP", "origins", "http://[0:0::1]", "[::1]"),
    ("file:", "origins", "file:///index.html", "'null' for file: pages"),
    ("a JSON list in a string", "origins", '["https://a.example"]', "JSON list"),
    ("a whole top-level domain", "origins", "https://*.com", "top-level domain"),
    ("a whole scheme", "origins", "https://*", "every https site"),
    ("a misplaced star", "origins", "https://api*.example.com", "whole labels"),
    ("a regex that does not compile", "origins", "https://(a", "does not compile"),
    ("a regex that does not compile", "allow_headers", "*-A", "does not compile"),
    ("a method that is not a token", "methods", ["G ET"], "RFC 9110 token"),
    ("a negative max_age", "max_age", -1, "it is negative"),
    ("a negative max_age", "max_age", timedelta(seconds=-1), "it is negative"),
    ("a max_age that is not seconds", "max_age", "10 minutes", WHOLE),
]
# What is written in words rather than as an example.
MENDED: dict[str, Any] = {
    "Write a string, or a list of strings.": ["X-A"],
    "Correct it, or write the header's name.": "X-A",
}


@pytest.mark.rule(
    "2.origins-none",
    "8.all-problems",
    "8.type",
    "8.false",
    "8.origins-none",
    "8.no-origin",
    "8.json",
    "8.top-level",
    "8.regex",
    "8.method-token",
    "8.max-age",
)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("rule", "option", "value", "words"), VALUES)
def test_a_wrong_value_is_an_error_wherever_it_is_set(
    rule: str, option: str, value: object, words: str, place: Place
) -> None:
    (problem,) = problems_of(place, {option: value})
    assert problem.option == (f"CORS_{option.upper()}" if place is config else option)
    assert problem.value in (value, value[-1:] or value if isinstance(value, str) else None) or (
        isinstance(value, list) and problem.value in value
    )
    assert words in problem.reason
    check_source(problem, place)
    hint = problem.hint
    for advice in [MENDED[hint]] if hint in MENDED else written(hint):
        accept(place, {option: advice})


FLAGS = [
    "supports_credentials",
    "send_wildcard",
    "always_send",
    "vary_header",
    "allow_private_network",
]


@pytest.mark.rule("2.bools", "8.false")
@pytest.mark.parametrize("place", [*KEYWORDS, *RESOURCES])
@pytest.mark.parametrize("option", FLAGS)
@pytest.mark.parametrize(("text", "meant"), [("False", False), ("true", True), ("1", True)])
def test_a_word_is_no_bool_outside_config(
    place: Place, option: str, text: str, meant: bool
) -> None:
    (problem,) = problems_of(place, {option: text, "origins": SITE})
    assert (problem.option, problem.value) == (option, text)
    assert written(problem.hint) == [meant]
    check_source(problem, place)
    accept(place, {option: meant, "origins": SITE})


@pytest.mark.rule("2.config-bools")
@pytest.mark.parametrize("option", [*FLAGS, "automatic_options", "intercept_exceptions"])
@pytest.mark.parametrize("text", ["true", "False", "1", "0", "YES", "no", "on", "off"])
def test_a_word_is_a_bool_in_config(option: str, text: str) -> None:
    accept(config, {option: text, "origins": SITE})


@pytest.mark.rule("8.unknown-option")
@pytest.mark.parametrize("place", [*KEYWORDS, *RESOURCES])
@pytest.mark.parametrize(
    ("name", "closest"),
    [("origin", "origins"), ("allowed_methods", "methods"), ("allowed_headers", "allow_headers")],
)
def test_an_unknown_option_that_restricts_is_an_error_with_the_closest_known_name(
    place: Place, name: str, closest: str
) -> None:
    value = {"origins": SITE, "methods": ["GET"], "allow_headers": "X-A"}[closest]
    (problem,) = problems_of(place, {name: value})
    assert (problem.option, problem.value) == (name, value)
    assert problem.reason.startswith("there is no such option")
    assert renamed(problem.hint) == [closest]
    # In the dictionary of a resource, options are keys.
    assert (f'"{closest}": ' in problem.hint) == (place in RESOURCES)
    check_source(problem, place)
    accept(place, {closest: value})


@pytest.mark.rule("8.all-problems")
def test_all_problems_of_a_call_are_found_at_once() -> None:
    found = problems_of(cors_app, {"origin": SITE, "max_age": -1, "resources": {"/a(": {}}})
    assert [problem.option for problem in found] == ["origin", "max_age", "resources"]


@pytest.mark.rule("8.all-problems")
def test_all_problems_of_an_app_are_found_at_once() -> None:
    app = new_app()
    CORS(app)
    app.config["CORS_MAX_AGE"] = "never"
    app.config["CORS_METHODS"] = "G:T"
    with pytest.raises(ConfigError) as caught:
        app.extensions["cors"].reload()
    assert {problem.option for problem in caught.value.problems} == {
        "CORS_MAX_AGE",
        "CORS_METHODS",
    }


# -- what grants less --------------------------------------------------------------------------

COMBINATIONS = [
    ({"origins": "*"}, "any origin is allowed"),
    ({"origins": "https?://.*"}, "any origin is allowed"),
    ({"origins": ["null", SITE]}, "'null' is granted no credentials"),
    ({"origins": SITE, "expose_headers": "*"}, "browsers read '*' as a header's name"),
]
DROPPED = [
    ({"origins": ["app.example.com", SITE]}, "there is no scheme"),
    ({"origins": [None, SITE]}, "None is not an origin"),
    ({"origins": ["", SITE]}, "an empty string is not an origin"),
    ({"allow_headers": ["X A", "X-B"]}, "this is not a header name"),
    ({"expose_headers": ["application/json"]}, "this is a media type"),
    ({"methods": ["GET", None]}, "the entry is empty"),
]


def warned_at(place: Place, options: Options) -> list[str]:
    """Return the warnings of the library, which must point at the line that set the option."""
    with warned() as caught:
        place(options)
    assert {warning.category for warning in caught} <= {CorsWarning}
    assert {warning.filename for warning in caught} <= {__file__}
    if place not in (config, config_resource):
        assert {warning.lineno for warning in caught} <= {said["last"].line}
    return [str(warning.message) for warning in caught]


@pytest.mark.rule("8.credentials-any", "8.expose-any")
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("options", "words"), COMBINATIONS)
def test_what_cannot_go_with_credentials_is_dropped_with_a_warning(
    place: Place, options: Options, words: str
) -> None:
    (text,) = warned_at(place, {**options, "supports_credentials": True})
    assert words in text


@pytest.mark.rule("8.no-scheme", "8.header-tokens")
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("options", "words"), DROPPED)
def test_what_is_left_out_of_a_list_is_warned_about(
    place: Place, options: Options, words: str
) -> None:
    (text,) = warned_at(place, options)
    assert words in text


@pytest.mark.rule("8.unknown-harmless")
@pytest.mark.parametrize("place", [*KEYWORDS, *RESOURCES])
@pytest.mark.parametrize(
    "options",
    [
        {"support_credentials": True},
        {"vary_headers": True},
        {"origin": "*"},
        {"static_folder": "/x"},
        {"allow_headers_": "*"},
    ],
)
def test_an_unknown_option_that_only_grants_is_dropped_with_a_warning(
    place: Place, options: Options
) -> None:
    (text,) = warned_at(place, options)
    assert "dropped: there is no such option" in text


@pytest.mark.rule("8.strict")
def test_the_strict_mode_is_a_filter_of_warnings() -> None:
    """``warnings.simplefilter("error", CorsWarning)``: every mistake raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", CorsWarning)
        with pytest.raises(CorsWarning, match="there is no scheme"):
            CORS(new_app(), origins="app.example.com")
        app = new_app()
        CORS(app, supports_credentials=True)
        with pytest.raises(CorsWarning, match="any origin is allowed"):
            app.extensions["cors"].reload()


@pytest.mark.rule("8.credentials-any")
def test_credentials_under_any_origin_never_open_the_list() -> None:
    app = new_app()
    CORS(app, supports_credentials=True)
    with warned():
        headers = app.test_client().get("/api/items", headers={"Origin": SITE}).headers
    assert {name: value for name, value in headers if name.startswith("Access-Control")} == {
        "Access-Control-Allow-Origin": SITE
    }


@pytest.mark.rule("8.credentials-null")
@pytest.mark.parametrize("spelling", ["null", "Null", "NULL"])
def test_null_is_granted_no_credentials_and_the_others_are(spelling: str) -> None:
    app = new_app()
    CORS(app, origins=["null", SITE], supports_credentials=True)
    with warned():
        app.extensions["cors"].reload()
    granted: dict[str, dict[str, str]] = {}
    for origin in (spelling, SITE):
        for method in ("GET", "OPTIONS"):
            asked = {"Origin": origin, "Access-Control-Request-Method": "GET"}
            headers = app.test_client().open("/api/items", method=method, headers=asked).headers
            assert headers["Access-Control-Allow-Origin"] == origin
            found = headers.get("Access-Control-Allow-Credentials", "")
            granted.setdefault(origin, {})[method] = found
    assert granted == {
        spelling: {"GET": "", "OPTIONS": ""},
        SITE: {"GET": "true", "OPTIONS": "true"},
    }


def test_null_alone_is_sent_without_origin_and_without_credentials() -> None:
    app = new_app()
    CORS(app, origins="null", supports_credentials=True)
    with warned():
        headers = app.test_client().get("/api/items").headers
    assert headers["Access-Control-Allow-Origin"] == "null"
    assert "Access-Control-Allow-Credentials" not in headers


# -- when ------------------------------------------------------------------------------------------


@pytest.mark.rule("8.when-given")
def test_a_mistake_that_one_call_shows_is_raised_by_that_call() -> None:
    with pytest.raises(ConfigError):
        CORS(origins=None)
    with pytest.raises(ConfigError):
        cross_origin("https://a b")
    with pytest.raises(ConfigError):
        CORS(new_app(), resources={"/a": {"max_age": -1}})


@pytest.mark.rule("8.when-given", "8.kept")
def test_a_mistake_of_the_config_is_raised_when_the_policies_are_compiled() -> None:
    app = new_app()
    CORS(app)
    app.config["CORS_ORIGINS"] = ""
    app.testing = True
    for _ in range(2):
        with pytest.raises(ConfigError, match="an empty string is not an origin"):
            app.test_client().get("/api/items")
    app.config["CORS_ORIGINS"] = SITE
    with pytest.raises(ConfigError):
        app.test_client().get("/api/items")
    app.extensions["cors"].reload()
    assert app.test_client().get("/api/items").text == "seen"


@pytest.mark.rule("8.unneeded-config")
@pytest.mark.parametrize("value", [None, "", "a b", 5])
def test_a_value_of_the_config_that_no_route_needs_fails_nothing(value: object) -> None:
    app = new_app()
    app.config["CORS_ORIGINS"] = value
    app.config["CORS_RESOURCES"] = 5
    CORS(app, origins=SITE, resources="/api/*")
    accept(lambda _: app.extensions["cors"].reload(), {})
    headers = app.test_client().get("/api/items", headers={"Origin": SITE}).headers
    assert headers["Access-Control-Allow-Origin"] == SITE


@pytest.mark.rule("2.lists-read", "3.config-time")
def test_lists_and_config_count_as_they_are_when_the_policies_are_compiled() -> None:
    listed: list[str] = []
    app = new_app()
    CORS(app, origins=listed)
    marked = cross_origin(listed)(lambda: "marked")
    app.add_url_rule("/marked", "marked", marked)
    listed.append(SITE)
    app.config["CORS_MAX_AGE"] = 5
    client = app.test_client()
    for path in ("/api/items", "/marked"):
        asked = {"Origin": SITE, "Access-Control-Request-Method": "GET"}
        headers = client.options(path, headers=asked).headers
        assert headers["Access-Control-Allow-Origin"] == SITE
        assert headers["Access-Control-Max-Age"] == "5"
    listed.clear()
    kept = client.get("/marked", headers={"Origin": SITE}).headers
    assert kept["Access-Control-Allow-Origin"] == SITE
    app.extensions["cors"].reload()
    for path in ("/api/items", "/marked"):
        headers = client.get(path, headers={"Origin": SITE}).headers
        assert "Access-Control-Allow-Origin" not in headers


def test_a_list_that_was_spoilt_later_is_an_error_at_its_line() -> None:
    listed = [SITE]
    app = new_app()
    line = line_above()
    CORS(app, resources={"/api/*": {"origins": listed}})
    listed.append("https://a b")
    with pytest.raises(ConfigError) as caught:
        app.extensions["cors"].reload()
    (problem,) = caught.value.problems
    assert (problem.source.file, problem.source.line) == (__file__, line)
    assert problem.source.place == "resource '/api/*' of CORS(app)"


@pytest.mark.rule("8.once")
def test_the_whole_table_is_compiled_before_any_view_runs() -> None:
    app = new_app()
    listed = ["GET"]
    app.add_url_rule("/wrong", "wrong", cross_origin(methods=listed)(lambda: "wrong"))
    listed.append("a b")
    app.testing = True
    with pytest.raises(ConfigError):
        app.test_client().get("/api/items")


@pytest.mark.rule("8.can-happen")
def test_what_never_meets_is_not_reported() -> None:
    app = new_app()
    options = {"supports_credentials": True, "origins": SITE}
    app.add_url_rule("/a", "a", cross_origin(**options)(lambda: "a"))
    CORS(app, resources={"/b/*": {"expose_headers": "*"}})
    app.extensions["cors"].reload()


# -- resources -------------------------------------------------------------------------


@pytest.mark.parametrize("place", [cors_app, cors_alone, init_app, blueprint, config])
@pytest.mark.parametrize(
    "value",
    [5, [5], {"/api/*": SITE}, "/a(", re.compile(b"/a"), '["/api/*"]', '{"/api/*": {}}'],
)
def test_wrong_resources_are_an_error_that_is_a_value_error(place: Place, value: object) -> None:
    with pytest.raises(ValueError, match=r"(?i)resources"):
        place({"resources": value})
    (problem,) = problems_of(place, {"resources": value})
    assert problem.option in ("resources", "CORS_RESOURCES")
    check_source(problem, place)
    advice = written(problem.hint)
    if "json.loads" in problem.hint:
        advice = [loaded(str(value))]
    for mended in advice:
        accept(place, {"resources": mended})


@pytest.mark.rule("2.resources-place")
@pytest.mark.parametrize("place", [mark, mark_on_a_method, *RESOURCES])
def test_resources_in_a_mark_or_a_resource_are_an_error(place: Place) -> None:
    (problem,) = problems_of(place, {"resources": "/a"})
    assert problem.option == "resources"
    check_source(problem, place)


# -- arguments and habits --------------------------------------------------------------


@pytest.mark.rule("8.positional")
def test_unknown_positional_arguments_are_errors() -> None:
    with pytest.raises(ConfigError) as caught:
        CORS(new_app(), SITE, "*")  # type: ignore[arg-type]
    assert [problem.value for problem in caught.value.problems] == [SITE, "*"]
    assert {problem.option for problem in caught.value.problems} == {"positional argument"}
    with pytest.raises(ConfigError) as caught:
        cross_origin(SITE, "GET")  # type: ignore[call-overload]
    assert [problem.value for problem in caught.value.problems] == ["GET"]


@pytest.mark.rule("8.object-as-app")
@pytest.mark.parametrize(
    "use", [lambda app: app(), lambda app: app.route("/"), lambda app: app.run()]
)
def test_the_extension_used_as_an_app_fails_with_a_hint(use: Callable[[Any], object]) -> None:
    app = CORS(new_app())
    with pytest.raises(ConfigError, match="CORS\\(app\\) returns the extension") as caught:
        use(app)
    assert caught.value.problems[0].hint.startswith("Write CORS(app) on a line of its own")
    assert caught.value.problems[0].source.file == __file__


def test_cors_exempt_takes_a_view_and_nothing_else() -> None:
    with pytest.raises(ConfigError, match="Write @cors_exempt above the view"):
        cors_exempt("/api/*")  # type: ignore[type-var]


# -- what is harmless ------------------------------------------------------------------


@contextmanager
def warned() -> Iterator[list[warnings.WarningMessage]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield caught


HARMLESS = [
    ({"allow_headers": "X-A, Cookie"}, "dropped: no page can send this header"),
    ({"allow_headers": ["Sec-Fetch-Mode"]}, "dropped: no page can send this header"),
    ({"expose_headers": "Set-Cookie"}, "dropped: no page can read this header"),
    ({"methods": "GET, CONNECT"}, "dropped: no page can send this method"),
    ({"methods": "TRACE"}, "dropped: no page can send this method"),
    ({"methods": "track"}, "dropped: no page can send this method"),
    ({"origins": "https://a.example/"}, "read as 'https://a.example'"),
    ({"origins": "https://A.example:443"}, "read as 'https://a.example'"),
    ({"origins": "https://a.example/x?y#z"}, "read as 'https://a.example'"),
    ({"origins": r"https://.*\.example"}, "it also matches 'https://evil.example'"),
    ({"origins": r"a\.example$"}, "it can match no origin"),
]


@pytest.mark.rule("8.names-no-page", "8.methods-no-page")
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("options", "words"), HARMLESS)
def test_what_is_harmless_is_a_warning_in_the_name_of_the_calling_code(
    place: Place, options: Options, words: str
) -> None:
    with warned() as caught:
        place(options)
    assert {warning.category for warning in caught} == {CorsWarning}
    assert words in str(caught[0].message)
    assert {warning.filename for warning in caught} == {__file__}
    if place not in (config, config_resource):
        assert [warning.lineno for warning in caught] == [said["last"].line]


@pytest.mark.rule("8.origin-star")
@pytest.mark.parametrize("place", [*KEYWORDS, *RESOURCES])
def test_origin_star_is_dropped_with_a_warning(place: Place) -> None:
    with warned() as caught:
        place({"origin": "*"})
    assert [warning.category for warning in caught] == [CorsWarning]
    assert caught[0].filename == __file__


@pytest.mark.rule("2.no-effect")
@pytest.mark.parametrize(
    ("place", "option"),
    [
        *((place, "automatic_options") for place in (cors_app, init_app, blueprint, *RESOURCES)),
        *((place, "intercept_exceptions") for place in (blueprint, mark, *RESOURCES)),
    ],
)
def test_an_option_without_effect_is_dropped_with_a_warning(place: Place, option: str) -> None:
    with warned() as caught:
        place({option: False})
    assert {warning.category for warning in caught} == {CorsWarning}
    assert "dropped: it has no effect here" in str(caught[0].message)
    assert caught[0].filename == __file__


@pytest.mark.rule("2.config-spelling")
@pytest.mark.parametrize("place", [*KEYWORDS, *RESOURCES])
def test_a_keyword_spelled_as_a_config_key_is_taken_with_a_warning(place: Place) -> None:
    with warned() as caught:
        place({"CORS_EXPOSE_HEADERS": "X-A"})
    assert "read as expose_headers" in str(caught[0].message)
    assert caught[0].filename == __file__


@pytest.mark.rule("2.headers")
@pytest.mark.parametrize("place", PLACES)
def test_headers_is_deprecated_in_the_name_of_the_calling_code(place: Place) -> None:
    with warned() as caught:
        place({"headers": "X-A"})
    assert {warning.category for warning in caught} == {DeprecationWarning}
    assert {warning.filename for warning in caught} == {__file__}


@pytest.mark.rule("8.near-config")
def test_a_config_key_close_to_an_option_is_a_warning() -> None:
    with warned() as caught:
        config({"origin": SITE})
    assert "write CORS_ORIGINS" in str(caught[0].message)
    assert caught[0].filename == __file__


@pytest.mark.rule("8.near-config")
def test_other_keys_of_config_are_the_apps_own() -> None:
    accept(config, {"tenants": 5, "enabled": None})


# -- terminals -------------------------------------------------------------------------

CONTROLS = "\x1b[31m\r\n\x07\u202e\u2066ä"
TERMINALS = [
    {"origins": f"https://{CONTROLS}.example"},
    {"origins": f"(?{CONTROLS}"},
    {"origins": [f"https://a.example:{CONTROLS}"]},
    {"methods": [f"GET{CONTROLS}"]},
    {"allow_headers": [f"({CONTROLS}"]},
    {"max_age": CONTROLS},
    {"vary_header": CONTROLS},
    {f"origins{CONTROLS}": SITE},
]


@pytest.mark.parametrize("place", [*KEYWORDS, *RESOURCES])
@pytest.mark.parametrize("options", TERMINALS)
def test_no_value_reaches_a_terminal_as_more_than_ascii(place: Place, options: Options) -> None:
    with pytest.raises(ConfigError) as caught:
        place(options)
    for line in str(caught.value).split("\n"):
        assert line.isascii()
        assert line.isprintable()


def test_no_config_value_reaches_a_terminal_as_more_than_ascii() -> None:
    for options in TERMINALS[:-1]:
        with pytest.raises(ConfigError) as caught:
            config(options)
        assert str(caught.value).isascii()
    with pytest.raises(ConfigError) as caught:
        config({"resources": {f"/{CONTROLS}(": {}, f"/{CONTROLS}": {"max_age": CONTROLS}}})
    lines = str(caught.value).split("\n")
    assert len(lines) == 3
    assert all(line.isascii() and line.isprintable() for line in lines)


def test_no_warning_reaches_a_terminal_as_more_than_ascii() -> None:
    with warned() as caught:
        config({"origins": SITE, f"method{CONTROLS}": 1, "methods": "GET"})
        config({f"origin{CONTROLS[0]}": 1})
        cors_app({f"vary_headers{CONTROLS}": CONTROLS, "expose_headers": [f"X{CONTROLS}"]})
        cors_app({"resources": f"x{CONTROLS[0]}\u202e"})
    assert len(caught) >= 2
    for warning in caught:
        assert str(warning.message).isascii()
        assert str(warning.message).isprintable()


# -- config keys that are no options ------------------------------------------------------


@pytest.mark.rule("8.near-config")
@pytest.mark.parametrize(
    ("origins", "marked", "effect"),
    [
        (None, False, ", so every origin is allowed. "),
        (None, True, ", so every origin is allowed where no level sets origins. "),
        (SITE, False, ". "),
    ],
)
def test_a_misspelt_key_for_origins_says_what_holds_at_the_line_of_the_call(
    origins: str | None, marked: bool, effect: str
) -> None:
    app = Flask("sample", static_folder=None)
    app.config["CORS_ORIGIN"] = SITE
    CORS(app, **({"origins": origins} if origins else {}))
    line = inspect.currentframe().f_lineno - 1  # type: ignore[union-attr]
    app.add_url_rule("/x", "x", lambda: "x")
    app.add_url_rule("/y", "y", cross_origin(SITE)(lambda: "y") if marked else lambda: "y")
    with pytest.warns(CorsWarning) as caught:
        of(app).explain("GET", "/x", SITE)
    (warning,) = caught
    text = "(CORS_ORIGIN): this config key is not an option of Flask-CORS, and is ignored"
    assert f"{text}{effect}" in str(warning.message)
    assert (warning.filename, warning.lineno) == (__file__, line)


@pytest.mark.rule("8.near-config")
def test_a_warning_about_the_config_names_no_file_that_is_none() -> None:
    app = Flask("sample", static_folder=None)
    app.config["CORS_ORIGIN"] = SITE
    app.add_url_rule("/y", "y", cross_origin(SITE)(lambda: "y"))
    with pytest.warns(CorsWarning) as caught:
        FlaskCliRunner(app).invoke(cors, ["routes"])
    assert [warning.filename for warning in caught] == ["app.config"]
