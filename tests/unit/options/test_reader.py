"""Options: the rows, what is read at each place, and what a whole set amounts to."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import FrozenInstanceError
from datetime import timedelta
from typing import Any, get_args

import pytest

from flask_cors.errors import CorsWarning, Problem, Report, Source
from flask_cors.options import schema as options
from flask_cors.options.parsers import HeaderNames
from flask_cors.options.reader import (
    Resource,
    current,
    judge_keys,
    misspelt_keys,
    read_config,
    read_options,
)
from flask_cors.options.schema import (
    DEFAULTS,
    OPTIONS,
    AppOptions,
    BlueprintOptions,
    MarkOptions,
    Option,
    ResourceOptions,
    Setting,
    collect,
)
from flask_cors.patterns.origins import Origins
from flask_cors.policy.policy import Policy, without_credentials
from tests.hints import renamed, written

SOURCE = Source("app", "CORS(app)", "app.py", 7)
ALL = {"app", "blueprint", "mark", "resource"}


def parsed(
    given: Mapping[str, Any], place: str = "app"
) -> tuple[dict[str, Setting], list[Problem]]:
    report = Report(SOURCE)
    return read_options(given, place, report), report.problems


def read(place: str = "app", **given: Any) -> dict[str, Any]:
    settings, problems = parsed(given, place)
    assert problems == []
    assert {setting.source for setting in settings.values()} <= {SOURCE}
    return {name: setting.value for name, setting in settings.items()}


def configured(config: Mapping[str, Any]) -> tuple[dict[str, Setting], list[Problem]]:
    """Read every option that the config sets, as if some route needed it."""
    report = Report(Source("config", "app.config"))
    settings = read_config(config, report)
    judge_keys(config, report)
    return {name: settings[name] for name in settings.names}, report.problems


def degraded(given: Mapping[str, Any], place: str = "app") -> tuple[dict[str, Setting], Problem]:
    report = Report(SOURCE)
    with pytest.warns(CorsWarning) as caught:
        settings = read_options(given, place, report)
    assert report.problems == []
    (problem,) = report.degraded
    assert [str(warning.message) for warning in caught] == [str(problem)]
    assert (caught[0].filename, caught[0].lineno) == ("app.py", 7)
    return settings, problem


def policy(**given: Any) -> Policy:
    settings, problems = parsed(given)
    assert problems == []
    return Policy.of({**DEFAULTS, **settings})


# -- the rows --------------------------------------------------------------------------


METHODS = "GET, HEAD, POST, OPTIONS, PUT, PATCH, DELETE"

# A new option is a line here: its places, its default as it is shown, and as it is read.
ROWS: dict[str, tuple[set[str], str, Any]] = {
    "origins": (ALL, '"*"', Origins(any=True)),
    "methods": (ALL, METHODS, set(METHODS.split(", "))),
    "allow_headers": (ALL, '"*"', HeaderNames(any=True, texts=("*",))),
    "expose_headers": (ALL, "none", ()),
    "supports_credentials": (ALL, "False", False),
    "max_age": (ALL, "none", None),
    "send_wildcard": (ALL, "False", False),
    "always_send": (ALL, "True", True),
    "vary_header": (ALL, "True", True),
    "allow_private_network": (ALL, "False", False),
    "enforce": (ALL, "False", False),
    "headers": (ALL, "none", HeaderNames()),
    "automatic_options": ({"mark"}, "True", True),
    "resources": ({"app", "blueprint"}, "everything", None),
    "intercept_exceptions": ({"app"}, "True", True),
}


@pytest.mark.rule("2.places")
def test_the_rows_are_the_options_of_the_contract_with_their_places_and_defaults() -> None:
    rows = {name: (row.places, row.shown_default) for name, row in OPTIONS.items()}
    assert rows == {name: (places, shown) for name, (places, shown, _) in ROWS.items()}


@pytest.mark.rule("2.defaults")
def test_the_defaults_are_what_the_rows_say() -> None:
    defaults = {name: setting.value for name, setting in DEFAULTS.items()}
    assert defaults.pop("origins").patterns() == ROWS["origins"][2].patterns()
    assert defaults == {name: value for name, (*_, value) in ROWS.items() if name != "origins"}
    assert DEFAULTS["origins"].value.any
    assert DEFAULTS["allow_headers"].value.allows("X-Anything")
    assert not DEFAULTS["headers"].value.allows("X-Anything")
    assert {setting.source for setting in DEFAULTS.values()} == {Source("default", "the defaults")}


@pytest.mark.rule("2.names")
@pytest.mark.parametrize("name", sorted(OPTIONS))
def test_an_option_is_named_alike_everywhere(name: str) -> None:
    row = OPTIONS[name]
    assert row.name == name
    assert row.key == f"CORS_{name.upper()}"
    assert row.doc.endswith(".")
    assert row.accepts


TYPED = {
    "resource": ResourceOptions,
    "mark": MarkOptions,
    "blueprint": BlueprintOptions,
    "app": AppOptions,
}


def shown(row: Option) -> tuple[object, ...]:
    sent = (
        (row.emit.when, row.emit.header, row.emit.render(1))
        if row.emit and row.accepts == "bool"
        else ()
    )
    default = repr(row.default) if row.name == "origins" else row.default
    return (row.parse, default, row.accepts, row.doc, sent, row.shown_default, row.name, row.places)


def test_the_rows_are_collected_from_the_typed_dicts() -> None:
    rows = collect(TYPED)
    assert list(rows) == list(OPTIONS)
    assert [shown(row) for row in rows.values()] == [shown(row) for row in OPTIONS.values()]
    flags = {name for name, row in rows.items() if row.accepts == "bool"}
    assert flags == {name for name, (*_, value) in ROWS.items() if isinstance(value, bool)}


def test_the_typed_dicts_hold_the_same_rows() -> None:
    for place, typed in TYPED.items():
        names = {name for name, row in OPTIONS.items() if place in row.places}
        assert set(typed.__annotations__) | set(ResourceOptions.__annotations__) >= names
        assert typed.__required_keys__ == set()
    assert get_args(options.Seconds) == (int, str, timedelta)


# -- keywords --------------------------------------------------------------------------


@pytest.mark.rule("2.names")
@pytest.mark.parametrize("place", sorted(ALL))
def test_every_place_reads_the_options_of_its_row(place: str) -> None:
    given: dict[str, Any] = {
        "origins": "https://a.example",
        "methods": "get",
        "allow_headers": "X-A",
        "expose_headers": "X-B",
        "supports_credentials": True,
        "max_age": timedelta(minutes=1),
        "send_wildcard": 1,
        "always_send": False,
        "vary_header": 0,
        "allow_private_network": True,
    }
    value = read(place, **given)
    assert value.pop("origins").literals == {"https://a.example"}
    assert value.pop("allow_headers").names == {"x-a"}
    assert value == {
        "methods": {"GET"},
        "expose_headers": ("X-B",),
        "supports_credentials": True,
        "max_age": 60,
        "send_wildcard": True,
        "always_send": False,
        "vary_header": False,
        "allow_private_network": True,
    }


@pytest.mark.rule("2.none")
@pytest.mark.parametrize("name", sorted(set(OPTIONS) - {"origins"}))
@pytest.mark.parametrize("place", sorted(ALL))
def test_none_means_not_set_here_wherever_it_stands(name: str, place: str) -> None:
    assert read(place, **{name: None}) == {}
    assert configured({OPTIONS[name].key: None}) == ({}, [])


@pytest.mark.rule("2.origins-none", "8.origins-none")
def test_origins_none_is_an_error() -> None:
    (problem,) = parsed({"origins": None})[1]
    assert (problem.option, problem.value, problem.source) == ("origins", None, SOURCE)
    (problem,) = configured({"CORS_ORIGINS": None})[1]
    assert (problem.option, problem.source) == ("CORS_ORIGINS", Source("config", "CORS_ORIGINS"))
    for place in ALL:
        assert len(parsed({"origins": None}, place)[1]) == 1


@pytest.mark.rule("2.no-effect")
@pytest.mark.parametrize(
    ("name", "place", "where"),
    [
        ("automatic_options", "app", "cross_origin"),
        ("automatic_options", "blueprint", "cross_origin"),
        ("automatic_options", "resource", "cross_origin"),
        ("intercept_exceptions", "blueprint", "CORS(app)"),
        ("intercept_exceptions", "mark", "CORS(app)"),
        ("intercept_exceptions", "resource", "CORS(app)"),
    ],
)
def test_an_option_without_effect_is_dropped_with_a_warning(
    name: str, place: str, where: str
) -> None:
    message = re.escape(
        f"{name}=False (CORS(app) at app.py:7): dropped: it has no effect here, "
        f"only in {where}. Leave it out here."
    )
    with pytest.warns(CorsWarning, match=f"^{message}$"):
        assert read(place, **{name: False}) == {}


@pytest.mark.rule("2.resources-place")
@pytest.mark.parametrize("place", ["mark", "resource"])
def test_resources_of_a_mark_or_a_resource_are_an_error(place: str) -> None:
    settings, (problem,) = parsed({"resources": "/api/*"}, place)
    assert settings == {}
    assert problem == Problem(
        "resources",
        "/api/*",
        SOURCE,
        "resources are patterns for the paths of an app or a blueprint",
        "Write CORS(app, resources=...), and give a view's own options to cross_origin.",
        {},
    )


RESTRICTING = [
    ("origin", "origins"),
    ("Origins", "origins"),
    ("allow_origin", "origins"),
    ("allow_origins", "origins"),
    ("allowed_origins", "origins"),
    ("cors_allowed_origins", "origins"),
    ("Access-Control-Allow-Origin", "origins"),
    ("whitelist", "origins"),
    ("CORS_ORIGIN", "origins"),
    ("CORS_ALLOW_ORIGIN", "origins"),
    ("allow_methods", "methods"),
    ("allowed_methods", "methods"),
    ("method", "methods"),
    ("allowed_headers", "allow_headers"),
    ("header", "allow_headers"),
    ("Access-Control-Allow-Headers", "allow_headers"),
    ("resource", "resources"),
    ("routes", "resources"),
]
VALUES = {
    "origins": "https://a.example",
    "methods": ["GET"],
    "allow_headers": "Content-Type",
    "resources": {"/api/*": {"origins": "*"}},
}


MORE = {
    "origins": "more origins are allowed",
    "resources": "more paths are open",
    "methods": "more methods are allowed",
    "allow_headers": "more headers are allowed",
}


@pytest.mark.rule("8.unknown-option")
@pytest.mark.parametrize("place", ["app", "blueprint"])
@pytest.mark.parametrize(("name", "closest"), RESTRICTING)
def test_an_unknown_option_that_restricts_is_an_error_with_the_closest_name(
    name: str, closest: str, place: str
) -> None:
    value = VALUES[closest]
    settings, (problem,) = parsed({name: value}, place)
    assert settings == {}
    assert problem == Problem(
        name,
        value,
        SOURCE,
        f"there is no such option. Was {closest} meant? Without it, {MORE[closest]}",
        f"Write {closest}={value!a}.",
        {closest: value},
    )
    assert renamed(problem.hint) == [closest]


@pytest.mark.parametrize("place", ["mark", "resource"])
def test_misspelt_resources_that_restrict_are_an_error_where_there_are_none(place: str) -> None:
    _, (problem,) = parsed({"resource": {"/api/*": {"origins": "https://a.example"}}}, place)
    assert problem.hint.startswith("Write CORS(app, resources=...)")


ANYTHING: list[tuple[str, object, str]] = [
    ("origin", "*", "origins"),
    ("origin", ["*"], "origins"),
    ("allow_origin", ".*", "origins"),
    ("origins_list", "https://a.example, *", "origins"),
    ("Access-Control-Allow-Origin", "*", "origins"),
    ("cors_allowed_origins", ("*",), "origins"),
    ("origin_allow_all", True, "origins"),
    ("allow_methods", "*", "methods"),
    ("allowed_headers", {"*"}, "allow_headers"),
    ("resource", "*", "resources"),
    ("resource", {"/*": {"origins": "*"}}, "resources"),
    ("resource", {r"/.*": {"origin": "*", "support_credentials": True}}, "resources"),
    ("resource", ["/*"], "resources"),
    ("support_credentials", True, "supports_credentials"),
    ("allow_credentials", True, "supports_credentials"),
    ("credentials", "true", "supports_credentials"),
    ("Access-Control-Allow-Credentials", "true", "supports_credentials"),
    ("vary_headers", True, "vary_header"),
    ("exposed_headers", "X-A", "expose_headers"),
    ("maxage", 5, "max_age"),
    ("CORS_MAXAGE", 5, "max_age"),
    ("send_wildcards", True, "send_wildcard"),
]


@pytest.mark.rule("8.unknown-harmless")
@pytest.mark.parametrize(("name", "value", "closest"), ANYTHING)
def test_an_unknown_option_that_only_grants_is_dropped_with_the_closest_name(
    name: str, value: object, closest: str
) -> None:
    settings, problem = degraded({name: value})
    assert settings == {}
    assert (problem.option, problem.value) == (name, value)
    start = f"dropped: there is no such option; it is called {closest}"
    assert problem.reason.startswith(start)
    assert closest in (problem.fix or {})
    assert set(renamed(problem.hint)) == set(problem.fix or {})


OPENED: list[tuple[str, object]] = [
    ("resource", {"/*": {"origins": "https://a.example"}}),
    ("resource", {"/*": {"origins": "*"}, "/b": {"methods": "GET"}}),
    ("resource", {"/api/*": {"origins": "*"}}),
    ("resource", {"/*": "*"}),
    ("resource", {}),
    ("origin", [re.compile(".*")]),
    ("origin", len),
    ("origin", []),
    ("origin", None),
    ("origin_allow_all", False),
]


@pytest.mark.rule("8.unknown-option")
@pytest.mark.parametrize(("name", "value"), OPENED)
def test_what_may_restrict_is_an_error_and_never_dropped(name: str, value: object) -> None:
    settings, (problem,) = parsed({name: value})
    assert settings == {}
    assert "meant? Without it, more " in problem.reason


@pytest.mark.parametrize("value", [False, "False", "0"])
@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("support_credentials", "supports_credentials"),
        ("allow_credentials", "supports_credentials"),
        ("allows_private_network", "allow_private_network"),
    ],
)
def test_a_misspelt_flag_that_takes_away_is_read(name: str, meant: str, value: object) -> None:
    settings, problem = degraded({name: value})
    assert settings == {meant: Setting(False, SOURCE, given=False)}
    assert problem.reason == f"read as {meant}, the option's name"
    assert problem.hint == f"Write {meant}=False."


@pytest.mark.rule("8.unknown-harmless")
@pytest.mark.parametrize(
    ("name", "place"),
    [("xyz", "app"), ("static_folder", "app"), ("SECRET_KEY", "resource"), ("xyz", "mark"),
     ("automatic_option", "app"), ("intercept_exception", "mark")],
)  # fmt: skip
def test_an_option_like_no_other_is_dropped_and_those_of_the_place_are_listed(
    name: str, place: str
) -> None:
    settings, problem = degraded({name: 1}, place)
    names = sorted(
        name for name, row in OPTIONS.items() if place in row.places and name != "headers"
    )
    assert settings == {}
    assert problem.reason == "dropped: there is no such option"
    assert problem.hint == f"Leave it out; the options here are {', '.join(names)}."
    assert problem.fix == {}


def test_a_key_that_is_no_string_is_an_unknown_option() -> None:
    _, problem = degraded({5: 1})  # type: ignore[dict-item]
    assert problem.option == "5"


@pytest.mark.rule("8.origin-star", "8.origin-star-says")
def test_origin_star_is_dropped_and_the_text_says_which_origins_hold() -> None:
    _, problem = degraded({"origin": "*"})
    assert problem.reason == (
        "dropped: there is no such option; it is called origins, and the origins of the next "
        "level apply (blueprint, app, CORS_ORIGINS), by default any"
    )
    assert problem.hint == "Write origins='*'."
    settings, problem = degraded({"origin": "*", "origins": "https://a.example"})
    assert "origins='https://a.example' applies" in problem.reason
    assert settings["origins"].value.literals == {"https://a.example"}


CREDENTIALS_HINTS = [
    ({}, "origins=['https://app.example.com']"),
    ({"origins": "*"}, "origins=['https://app.example.com']"),
    ({"origins": ["https://a.example"]}, ""),
    ({"origin": ["https://a.example"]}, ""),
    ({"resources": {"/a": {"origins": "https://a.example"}}}, ""),
    ({"resources": {"/a": {}}, "origins": "https://a.example"}, ""),
    ({"resources": {"/a": {}}}, "resources={'/a': {'origins': ['https://app.example.com']}}"),
    (
        {"resources": {"/a": {"origins": "*", "max_age": 5}}},
        "resources={'/a': {'origins': ['https://app.example.com'], 'max_age': 5}}",
    ),
    ({"expose_headers": "*", "origins": "https://a.example"}, "expose_headers=['X-Total']"),
]


@pytest.mark.rule("8.unknown-harmless")
@pytest.mark.parametrize(("others", "needed"), CREDENTIALS_HINTS)
def test_the_hint_for_credentials_names_all_that_is_to_be_written(
    others: dict[str, Any], needed: str
) -> None:
    report = Report(SOURCE)
    with pytest.warns(CorsWarning):
        read_options({"support_credentials": True, **others}, "app", report)
    hint = report.degraded[0].hint
    end = f", {needed}" if needed else ""
    end += ", with your own origins." if "app.example.com" in needed else "."
    assert hint == f"Write supports_credentials=True{end}"


@pytest.mark.rule("2.config-spelling")
def test_a_keyword_spelled_as_its_config_key_is_taken_with_a_warning() -> None:
    message = re.escape(
        "CORS_EXPOSE_HEADERS='X-A' (CORS(app) at app.py:7): read as expose_headers, "
        "the keyword of this option"
    )
    with pytest.warns(CorsWarning, match=f"^{message}$"):
        assert read(CORS_EXPOSE_HEADERS="X-A") == {"expose_headers": ("X-A",)}


def test_an_option_given_twice_is_an_error() -> None:
    with pytest.warns(CorsWarning, match="read as methods"):
        _, (problem,) = parsed({"methods": "GET", "CORS_METHODS": "PUT"})
    hint = "Use methods= only."
    assert problem == Problem(
        "methods", "PUT", SOURCE, "it is given twice", hint, {"methods": "PUT"}
    )


@pytest.mark.rule("2.headers")
def test_headers_is_accepted_as_deprecated() -> None:
    message = "^the option 'headers' is now 'allow_headers'; it adds to that one"
    with pytest.warns(DeprecationWarning, match=message):
        assert read(headers="X-A")["headers"].names == {"x-a"}


def test_all_mistakes_are_found() -> None:
    _, problems = parsed({"origins": None, "max_age": -1, "origin": "x", "methods": ["a b"]})
    assert [problem.option for problem in problems] == ["origins", "max_age", "origin", "methods"]


# -- config ----------------------------------------------------------------------------


@pytest.mark.rule("2.config-bools")
@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("true", True),
        ("1", True),
        ("yes", True),
        ("on", True),
        (" TRUE\n", True),
        ("false", False),
        ("0", False),
        ("No", False),
        ("off", False),
        (True, True),
        (0, False),
    ],
)
def test_bools_of_config_may_be_words(text: object, flag: bool) -> None:
    settings, problems = configured({"CORS_SUPPORTS_CREDENTIALS": text})
    assert problems == []
    source = Source("config", "CORS_SUPPORTS_CREDENTIALS")
    assert settings["supports_credentials"][:2] == (flag, source)
    assert len(settings) == 1


@pytest.mark.parametrize("value", ["maybe", 2, None.__class__])
def test_other_bools_of_config_are_errors(value: object) -> None:
    (problem,) = configured({"CORS_ALWAYS_SEND": value})[1]
    assert (problem.option, problem.value) == ("CORS_ALWAYS_SEND", value)
    assert problem.hint == "Write True or False."


@pytest.mark.rule("2.bools")
def test_words_for_bools_count_in_config_alone() -> None:
    assert parsed({"always_send": "true"})[1][0].hint == "Write True."
    (problem,) = configured({"CORS_RESOURCES": {"/a": {"always_send": "false"}}})[1]
    assert problem.hint == "Write False."
    assert problem.source.place == "resource '/a' of CORS_RESOURCES"


@pytest.mark.rule("2.names")
def test_config_reads_every_key_and_no_other() -> None:
    config = {
        "CORS_ORIGINS": "https://a.example",
        "CORS_RESOURCES": "/api/*",
        "CORS_AUTOMATIC_OPTIONS": "off",
        "CORS_INTERCEPT_EXCEPTIONS": "off",
        "CORS_MAX_AGE": "600",
        "MAX_AGE": "x",
        "CORS_ENABLED": True,
        "cors_origins": None,
        5: 6,
    }
    settings, problems = configured(config)  # type: ignore[arg-type]
    assert problems == []
    assert set(settings) == {
        "origins",
        "resources",
        "automatic_options",
        "intercept_exceptions",
        "max_age",
    }
    assert settings["max_age"] == Setting(600, Source("config", "CORS_MAX_AGE"), given="600")
    assert settings["automatic_options"].value is False


@pytest.mark.rule("2.headers")
def test_config_headers_is_accepted_as_deprecated() -> None:
    with pytest.warns(DeprecationWarning, match="^CORS_HEADERS is now CORS_ALLOW_HEADERS$"):
        settings, _ = configured({"CORS_HEADERS": "Content-Type"})
    assert settings["headers"].value.names == {"content-type"}


@pytest.mark.rule("8.near-config")
@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("CORS_ORIGIN", "CORS_ORIGINS"),
        ("CORS_SUPPORT_CREDENTIALS", "CORS_SUPPORTS_CREDENTIALS"),
        ("CORS_ALLOWED_HEADERS", "CORS_ALLOW_HEADERS"),
        ("CORS_MAXAGE", "CORS_MAX_AGE"),
        # Those of other libraries.
        ("CORS_ALLOWED_ORIGINS", "CORS_ORIGINS"),
        ("CORS_ORIGIN_WHITELIST", "CORS_ORIGINS"),
        ("CORS_ALLOWED_ORIGIN_REGEXES", "CORS_ORIGINS"),
        ("CORS_ALLOW_ALL_ORIGINS", "CORS_ORIGINS"),
        ("CORS_ALLOW_CREDENTIALS", "CORS_SUPPORTS_CREDENTIALS"),
        ("CORS_ALLOW_METHODS", "CORS_METHODS"),
        ("CORS_URLS_REGEX", "CORS_RESOURCES"),
        ("CORS_PREFLIGHT_MAX_AGE", "CORS_MAX_AGE"),
        # However they are spelled.
        ("CORS_ORIGINS_ALLOWED", "CORS_ORIGINS"),
        ("CORS_PERMITTED_ORIGINS", "CORS_ORIGINS"),
        ("CORS_ACCESS_CONTROL_ALLOW_ORIGIN", "CORS_ORIGINS"),
        ("CORS_ENFORCE_ORIGIN", "CORS_ENFORCE"),
        ("cors_origins", "CORS_ORIGINS"),
        ("CORS-ORIGINS", "CORS_ORIGINS"),
        ("FLASK_CORS_METHODS", "CORS_METHODS"),
        ("ACCESS_CONTROL_ALLOW_ORIGIN", "CORS_ORIGINS"),
    ],
)
def test_a_config_key_close_to_an_option_is_warned_about(key: str, meant: str) -> None:
    message = re.escape(
        f"{key}='x' ({key}): this config key is not an option of Flask-CORS, and is ignored. "
        f"If it is meant for Flask-CORS, write {meant}."
    )
    with pytest.warns(CorsWarning, match=f"^{message}$"):
        assert configured({key: "x"}) == ({}, [])


@pytest.mark.rule("8.near-config")
def test_a_misspelt_key_without_a_value_is_warned_about() -> None:
    """Its environment variable may be set in production."""
    assert misspelt_keys({"CORS_ORIGIN": None}) == [("CORS_ORIGIN", "CORS_ORIGINS")]
    assert misspelt_keys({"cors_origins": None}) == []


@pytest.mark.parametrize("value", ["", " ", "None", "null"])
@pytest.mark.parametrize(
    "name",
    [
        *("supports_credentials", "allow_private_network", "send_wildcard", "always_send"),
        *("vary_header", "automatic_options", "intercept_exceptions", "max_age"),
    ],
)
def test_an_empty_value_of_the_config_counts_as_not_set(name: str, value: str) -> None:
    """Where nothing is opened by that: an environment variable without a value stops no app."""
    report = Report(Source("config", "app.config"))
    settings = read_config({f"CORS_{name.upper()}": value}, report)
    with pytest.warns(CorsWarning, match="an empty value counts as not set"):
        assert settings[name] == DEFAULTS[name]
    assert report.problems == []


@pytest.mark.parametrize("name", ["enforce", "origins"])
def test_an_empty_value_that_may_lose_a_restriction_is_an_error(name: str) -> None:
    report = Report(Source("config", "app.config"))
    _ = read_config({f"CORS_{name.upper()}": ""}, report)[name]
    assert len(report.problems) == 1


@pytest.mark.rule("8.near-config")
@pytest.mark.parametrize(
    ("key", "value"), [("CORS_ENABLED", False), ("CORS_ENABLE", "off"), ("CORS_DISABLED", True)]
)
def test_a_config_key_that_is_to_switch_cors_off_is_warned_about(key: str, value: object) -> None:
    with pytest.warns(CorsWarning, match=f"^{key}=.* and CORS stays on\\. "):
        assert configured({key: value}) == ({}, [])
    configured({"CORS_ENABLED": True, "CORS_DISABLED": False})


@pytest.mark.rule("8.near-config")
def test_misspelt_keys_are_found_in_order_and_the_apps_own_are_left_alone() -> None:
    config = {"CORS_ORIGINS": "", "CORS_ORIGN": "", "CORS_METHOD": "", "CORS_TENANTS": "", 5: ""}
    assert misspelt_keys(config) == [  # type: ignore[arg-type]
        ("CORS_METHOD", "CORS_METHODS"),
        ("CORS_ORIGN", "CORS_ORIGINS"),
    ]


@pytest.mark.rule("8.unneeded-config")
def test_a_value_of_the_config_that_nothing_needs_is_not_judged() -> None:
    report = Report(Source("config", "app.config"))
    settings = read_config({"CORS_ORIGINS": None, "CORS_METHODS": "a b", "CORS_MAX_AGE": 5}, report)
    assert sorted(settings.names) == ["max_age", "methods", "origins"]
    assert list(settings) == list(OPTIONS)
    assert len(settings) == len(OPTIONS)
    assert settings["max_age"] is settings["max_age"]
    assert settings["allow_headers"] is DEFAULTS["allow_headers"]
    assert report.problems == []
    assert settings["origins"].value.empty
    assert settings["origins"].value.empty
    assert [problem.option for problem in report.problems] == ["CORS_ORIGINS"]


# -- lists that change after the call ------------------------------------------------------


def now(given: Mapping[str, Any], change: Callable[[], object]) -> tuple[Any, Any, Report]:
    """Return what was read at the call, and after *change* when policies are compiled."""
    report = Report(SOURCE)
    before = read_options(given, "app", report)
    assert report.problems == []
    change()
    return before, current(before, report), report


@pytest.mark.rule("2.lists-read")
def test_a_list_is_read_as_it_is_when_policies_are_compiled() -> None:
    origins = ["https://a.example"]
    before, after, report = now({"origins": origins, "max_age": 5}, lambda: origins.append("null"))
    assert before["origins"].value.literals == {"https://a.example"}
    assert after["origins"].value.literals == {"https://a.example", "null"}
    assert after["origins"].source is before["origins"].source
    assert after["max_age"] is before["max_age"]
    assert report.problems == []


@pytest.mark.parametrize(
    "given",
    [
        {"origins": "https://a.example", "methods": ("GET",), "max_age": 5},
        {"origins": ["https://a.example"], "methods": {"GET"}, "allow_headers": ["X-A"]},
        {"resources": {"/a": {"origins": ["https://a.example"]}}},
        {"origins": iter(["https://a.example"])},
    ],
)
def test_what_has_not_changed_is_not_read_again(given: dict[str, Any]) -> None:
    before, after, _ = now(given, lambda: None)
    assert after is before


@pytest.mark.rule("2.iterables")
def test_what_can_be_iterated_but_once_is_read_when_it_is_given() -> None:
    more = ["https://a.example"]
    given = (origin for origin in more)
    before, after, _ = now({"origins": given}, lambda: more.append("https://b.example"))
    assert after["origins"].value.literals == {"https://a.example"}
    assert after is before


@pytest.mark.parametrize("way", ["pattern", "option", "list"])
def test_resources_that_change_are_read_again_at_any_depth(way: str) -> None:
    listed = ["https://a.example"]
    options: dict[str, Any] = {"origins": listed}
    given: dict[str, Any] = {"/a": options}

    def change() -> None:
        if way == "pattern":
            given["/b"] = {}
        elif way == "option":
            options["max_age"] = 5
        else:
            listed.append("null")

    _, after, report = now({"resources": given}, change)
    found = after["resources"].value
    assert report.problems == []
    assert len(found) == (2 if way == "pattern" else 1)
    assert ("max_age" in found[0].settings) is (way == "option")
    assert ("null" in found[0].settings["origins"].value.literals) is (way == "list")


def test_a_mistake_that_came_into_a_list_later_is_reported_with_its_place() -> None:
    methods = ["GET"]
    _, after, report = now({"methods": methods}, lambda: methods.append("a b"))
    (problem,) = report.problems
    assert (problem.option, problem.value, problem.source) == ("methods", "a b", SOURCE)
    assert after["methods"].value == {"GET"}


# -- resources -------------------------------------------------------------------------


def resources(given: object) -> tuple[tuple[Resource, ...], list[Problem]]:
    found, problems = parsed({"resources": given}, "app")
    return found["resources"].value, problems


@pytest.mark.rule("2.resources", "2.lists")
@pytest.mark.parametrize(
    ("given", "texts"),
    [
        ("/api/*", ["/api/*"]),
        ("/X", ["/X"]),
        ("/a, /b/* ^/c *\n,", ["/a", "/b/*", "^/c", "*"]),
        (r"/a{1,2}, /b", [r"/a{1,2}", "/b"]),
        (re.compile("/a+"), ["/a+"]),
        (["/b", re.compile("/a+")], ["/b", "/a+"]),
        (("/b", "/a"), ["/b", "/a"]),
        ({"/b": 1}.keys(), ["/b"]),
        ({"/b": {}, "/a": {}}, ["/b", "/a"]),
        ([], []),
        ({}, []),
    ],
)
def test_resources_may_be_a_string_a_list_a_regex_or_a_dict(
    given: object, texts: list[str]
) -> None:
    found, problems = resources(given)
    assert problems == []
    assert [resource.pattern.text for resource in found] == texts
    assert [resource.settings for resource in found] == [{}] * len(texts)


def test_the_options_of_a_resource_know_their_place() -> None:
    found, problems = resources({"/a": {"max_age": 5}, re.compile("/b+"): {"methods": "get"}})
    assert problems == []
    source = Source("app", "resource '/a' of CORS(app)", "app.py", 7)
    assert found[0].settings == {"max_age": Setting(5, source, given=5)}
    assert found[1].settings["methods"].source.place == "resource '/b+' of CORS(app)"


def test_a_mistake_in_a_resource_is_reported_with_its_place() -> None:
    _, (problem,) = resources({"/ä": {"max_age": -1}})
    assert problem.source == Source("app", r"resource '/\xe4' of CORS(app)", "app.py", 7)
    assert problem.option == "max_age"


PATTERN = "a resource is a string or a regular expression over strings"
KIND = "resources are a dict, a list, a string or a regular expression, not"
DICT = "each pattern takes a dictionary of options"
COMPILES = "it is read as a regular expression and does not compile: "
MEND = "Correct it, or write a path ('/api/items') or a glob ('/api/*')."
# What was given, the value that the problem names, its reason, and its hint.
BAD_RESOURCES = [
    (
        5,
        5,
        f"{KIND} int",
        "Write for instance {'/api/*': {'origins': 'https://app.example.com'}}.",
    ),
    (
        b"/a",
        b"/a",
        f"{KIND} bytes",
        "Write for instance {'/api/*': {'origins': 'https://app.example.com'}}.",
    ),
    (
        bytearray(b"/a"),
        bytearray(b"/a"),
        f"{KIND} bytearray",
        "Write for instance {'/api/*': {'origins': 'https://app.example.com'}}.",
    ),
    ([5], 5, PATTERN, "Write for instance '/api/*'."),
    ([("/a", {})], ("/a", {}), PATTERN, "Write for instance '/api/*'."),
    (re.compile(b"/a"), re.compile(b"/a"), PATTERN, "Write for instance '/api/*'."),
    ("/a(", "/a(", f"{COMPILES}missing ), unterminated subpattern at position 2", MEND),
    (
        "/a{99999999999}",
        "/a{99999999999}",
        f"{COMPILES}the repetition number is too large",
        MEND,
    ),
    (
        {"/a": "https://a.example"},
        {"/a": "https://a.example"},
        DICT,
        "Write {'/a': {'origins': 'https://a.example'}}.",
    ),
    (
        {"/a": ["https://a.example"]},
        {"/a": ["https://a.example"]},
        DICT,
        "Write {'/a': {'origins': ['https://a.example']}}.",
    ),
    ({"/a": ("*",)}, {"/a": ("*",)}, DICT, "Write {'/a': {'origins': ('*',)}}."),
    ({"/a": None}, {"/a": None}, DICT, "Write {'/a': {}}."),
    (
        {"origins": "*"},
        {"origins": "*"},
        f"'origins' is not a path, and {DICT}",
        "Write {'/*': {'origins': '*'}}.",
    ),
    (
        '["/a"]',
        '["/a"]',
        "this is JSON in a string, which is read as one pattern",
        "Write json.loads(...) around it.",
    ),
    (
        '{"/a": {"origins": "*"}}',
        '{"/a": {"origins": "*"}}',
        "this is JSON in a string, which is read as one pattern",
        "Write json.loads(...) around it.",
    ),
]


@pytest.mark.rule("8.json", "8.regex")
@pytest.mark.parametrize(("given", "value", "reason", "hint"), BAD_RESOURCES)
def test_a_mistake_in_resources_says_value_reason_and_hint(
    given: object, value: object, reason: str, hint: str
) -> None:
    found, (problem,) = resources(given)
    assert found == ()
    assert problem._replace(fix=None) == Problem("resources", value, SOURCE, reason, hint)
    assert set(problem.fix or {"resources"}) == {"resources"}


@pytest.mark.rule("8.all-problems")
@pytest.mark.parametrize(("given", "value", "reason", "hint"), BAD_RESOURCES)
def test_what_the_hint_for_resources_says_to_write_is_accepted(
    given: object, value: object, reason: str, hint: str
) -> None:
    advice = written(hint)
    if "json.loads" in hint:
        advice = [written(str(given))[0]]
    assert advice
    for one in advice:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert resources(one)[1] == []


@pytest.mark.parametrize("pattern", ["api/*", "api", "", r"\.x", ".x*", re.compile("api/v1")])
def test_a_pattern_that_covers_nothing_is_warned_about(pattern: Any) -> None:
    text = pattern if isinstance(pattern, str) else pattern.pattern
    settings, problem = degraded({"resources": [pattern]})
    assert problem.reason == "it covers nothing, since a path starts with '/'"
    path = f"/{text}" if text else "/*"
    assert (problem.hint, problem.fix) == (f"Write {path!a}.", {"resources": path})
    assert [resource.pattern.text for resource in settings["resources"].value] == [text]


@pytest.mark.parametrize(
    ("given", "fix"),
    [
        ({"https://a.example": {}}, {"/*": {"origins": "https://a.example"}}),
        ({"https://A.example/*": {}}, {"/*": {"origins": "https://a.example"}}),
        ({r"^https://a\.example/api/.*$": {}}, {"/api/.*": {"origins": "https://a.example"}}),
        ({"http://a:1/api/*": {"origins": "null"}}, {"/api/*": {"origins": "null"}}),
        ("https://a.example", {"/*": {"origins": "https://a.example"}}),
    ],
)
def test_a_url_as_a_resource_is_called_one(given: Any, fix: object) -> None:
    _, problem = degraded({"resources": given})
    assert problem.reason == "this is a URL, and a resource is a path: it covers nothing"
    assert (problem.hint, problem.fix) == (f"Write {fix!a}.", {"resources": fix})


@pytest.mark.parametrize("pattern", ["*", "/", "*.json", "/*", ".*", ".+api", "(?i)api", "a|/b"])
def test_a_pattern_that_may_cover_something_is_not_warned_about(pattern: str) -> None:
    assert resources([pattern])[1] == []


# -- what cannot be granted together ---------------------------------------------------------

GRANTED = ("Access-Control-Allow-Credentials", "true")


@pytest.mark.rule("8.credentials-any", "8.might-meet")
@pytest.mark.parametrize(
    ("origins", "why"),
    [
        ("*", "any origin is allowed"),
        (["*", "https://a.example"], "any origin is allowed"),
        ("https?://.*", "any origin is allowed, as 'https?://.*' matches '"),
    ],
)
def test_credentials_under_any_origin_are_dropped_and_the_origins_kept(
    origins: Any, why: str
) -> None:
    found = policy(origins=origins, supports_credentials=True)
    assert not found.credentials
    assert GRANTED not in (*found.on_actual, *found.on_preflight, *found.on_granted)
    assert found.origins.any or found.origins.regexes
    setting = found.settings["supports_credentials"]
    assert setting.value is False
    assert (setting.source, setting.given, setting.dropped) == (SOURCE, True, "True")
    (problem,) = found.degraded
    assert found.dropped_credentials is problem
    assert (problem.option, problem.source) == ("supports_credentials", SOURCE)
    assert problem.reason.startswith(f"dropped: {why}")
    assert problem.reason.endswith("and every site could read a user's data")


def test_the_origins_that_are_named_are_proposed() -> None:
    found = policy(
        origins=["*", "https://b.example", "null", "https://*.a.example"],
        supports_credentials=True,
        expose_headers="*",
    )
    fix = {
        "origins": ["https://b.example", "https://*.a.example"],
        "expose_headers": ["X-Total"],
        "supports_credentials": True,
    }
    assert [problem.fix for problem in found.degraded] == [fix]
    assert found.degraded[0].hint == (
        "List the origins that may use credentials: "
        "origins=['https://b.example', 'https://*.a.example'], expose_headers=['X-Total'], "
        "supports_credentials=True."
    )


@pytest.mark.parametrize(
    ("origins", "credentials", "option"),
    [
        (Source("app", "resource '/a' of CORS(app)"), SOURCE, "origins"),
        (Source("app", "resource '/a' of CORS(app)"), Source("view", "x"), "supports_credentials"),
        (SOURCE, Source("config", "CORS_SUPPORTS_CREDENTIALS"), "origins"),
        (Source("default", "the defaults"), Source("config", "C"), "supports_credentials"),
        (Source("config", "CORS_ORIGINS"), SOURCE, "supports_credentials"),
    ],
)
def test_the_list_of_origins_is_proposed_where_it_applies(
    origins: Source, credentials: Source, option: str
) -> None:
    settings = {
        **DEFAULTS,
        "origins": DEFAULTS["origins"]._replace(source=origins),
        "supports_credentials": Setting(True, credentials),
    }
    (problem,) = Policy.of(settings).degraded
    assert problem.option == option
    assert problem.source == {"origins": origins, "supports_credentials": credentials}[option]
    assert ("supports_credentials" in (problem.fix or {})) is (option != "origins")


@pytest.mark.rule("8.credentials-compiled")
def test_a_compiled_regex_is_taken_at_its_word() -> None:
    found = policy(origins=re.compile(".*"), supports_credentials=True)
    assert found.credentials
    assert (found.degraded, found.dropped_credentials) == ((), None)


@pytest.mark.rule("8.credentials-null")
def test_null_is_granted_no_credentials_and_the_other_origins_are() -> None:
    found = policy(origins=["null", "https://a.example"], supports_credentials=True)
    assert found.credentials
    assert found.dropped_credentials is None
    assert found.origins.literals == {"null", "https://a.example"}
    (problem,) = found.degraded
    assert (problem.option, problem.value, problem.fix) == ("origins", "null", {})
    assert problem.hint == "Leave 'null' out, or give its views options of their own."
    assert GRANTED in found.on_actual
    assert without_credentials(found.on_actual) == ()


@pytest.mark.rule("8.expose-any")
def test_star_is_dropped_from_exposed_headers_with_credentials() -> None:
    found = policy(origins="https://a.example", expose_headers="*, X-A", supports_credentials=True)
    assert found.on_actual == (GRANTED, ("Access-Control-Expose-Headers", "X-A"))
    assert found.settings["expose_headers"].value == ("X-A",)
    (problem,) = found.degraded
    assert (problem.option, problem.value) == ("expose_headers", "*")
    assert problem.fix == {"expose_headers": ["X-Total"]}
    without = policy(origins="https://a.example", expose_headers="*")
    assert without.on_actual == (("Access-Control-Expose-Headers", "*"),)
    assert without.degraded == ()


def test_an_async_callable_that_cannot_be_called_is_reported() -> None:
    origins = Origins(unanswered=("allowed()",))
    (problem,) = Policy.of(DEFAULTS, origins).degraded
    assert problem.reason.startswith("allowed() is async, and cannot be called without asgiref")
    assert problem.hint == "Install flask[async], or write a plain function."


def test_the_words_of_what_is_degraded() -> None:
    found = policy(origins="https://a.example, null", expose_headers="*", supports_credentials=True)
    because = "supports_credentials=True (CORS(app) at app.py:7)"
    assert [problem.reason for problem in found.degraded] == [
        f"'null' is granted no credentials, despite {because}: any site can send it",
        f"dropped: browsers read '*' as a header's name under {because}",
    ]


# -- the policy ------------------------------------------------------------------------


@pytest.mark.rule("2.defaults")
def test_a_policy_of_the_defaults() -> None:
    found = Policy.of(DEFAULTS)
    assert found.settings is DEFAULTS
    assert found.origins.any
    assert found.methods == {"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"}
    assert found.allow_headers.any
    assert (found.send_wildcard, found.always_send, found.vary_header) == (False, True, True)
    assert (found.automatic_options, found.allow_private_network) == (True, False)
    assert found.intercept_exceptions is True
    assert (found.on_actual, found.on_preflight, found.single) == ((), (), None)
    allowed = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"
    assert found.on_granted == (("Access-Control-Allow-Methods", allowed),)
    assert (found.degraded, found.dropped_credentials) == ((), None)
    assert not found.credentials


def test_a_policy_holds_the_lines_of_each_kind_of_request() -> None:
    found = policy(
        origins="https://a.example",
        methods="put,get",
        expose_headers="X-B, X-A",
        supports_credentials=True,
        max_age=0,
    )
    credentials = ("Access-Control-Allow-Credentials", "true")
    assert found.on_actual == (credentials, ("Access-Control-Expose-Headers", "X-A, X-B"))
    assert found.on_preflight == (credentials,)
    assert found.on_granted == (
        credentials,
        ("Access-Control-Allow-Methods", "GET, PUT"),
        ("Access-Control-Max-Age", "0"),
    )
    assert found.single == "https://a.example"


@pytest.mark.rule("2.methods")
def test_methods_star_is_answered_with_the_one_asked_for() -> None:
    assert policy(methods="*").on_granted == ()
    assert policy(methods="*, GET").on_granted == ()


@pytest.mark.rule("2.flags")
@pytest.mark.parametrize("name", ["send_wildcard", "allow_private_network"])
def test_flags_that_are_off_by_default_can_be_switched_on(name: str) -> None:
    assert getattr(policy(**{name: True}), name) is True


@pytest.mark.rule("2.flags")
@pytest.mark.parametrize("name", ["always_send", "vary_header", "intercept_exceptions"])
def test_flags_that_are_on_by_default_can_be_switched_off(name: str) -> None:
    assert getattr(policy(**{name: False}), name) is False


@pytest.mark.rule("2.flags")
def test_automatic_options_reaches_the_policy() -> None:
    settings, _ = parsed({"automatic_options": False}, "mark")
    assert Policy.of({**DEFAULTS, **settings}).automatic_options is False


@pytest.mark.rule("2.headers")
def test_headers_add_to_allow_headers_and_change_nothing_under_star() -> None:
    message = "is now 'allow_headers'"
    with pytest.warns(DeprecationWarning, match=message):
        added = policy(allow_headers="X-A", headers="X-B").allow_headers
    assert added.names == {"x-a", "x-b"}
    assert not added.any
    with pytest.warns(DeprecationWarning, match=message):
        alone = policy(headers="X-B").allow_headers
    assert alone.any
    assert alone is DEFAULTS["allow_headers"].value


def test_bound_origins_replace_those_of_the_settings() -> None:
    bound = Origins(literals=frozenset({"https://b.example"}))
    found = Policy.of(DEFAULTS, bound)
    assert found.origins is bound
    assert found.single == "https://b.example"


def test_a_policy_is_frozen_and_compares_by_identity() -> None:
    found = Policy.of(DEFAULTS)
    with pytest.raises(FrozenInstanceError):
        found.always_send = False  # type: ignore[misc]
    assert found != Policy.of(DEFAULTS)
