"""Options: the rows, what is read at each place, and what a whole set amounts to."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from dataclasses import FrozenInstanceError
from datetime import timedelta
from typing import Any, get_args

import pytest

from flask_cors.errors import CorsWarning, Problem, Report, Source
from flask_cors.options import schema as options
from flask_cors.options.parsers import HeaderNames
from flask_cors.options.reader import Resource, misspelt_keys, read_config, read_options
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
from flask_cors.policy.policy import Policy, conflicts
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
    problems: list[Problem] = []
    return read_config(config, problems), problems


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
        ("automatic_options", "app", "mark"),
        ("automatic_options", "blueprint", "mark"),
        ("automatic_options", "resource", "mark"),
        ("intercept_exceptions", "blueprint", "app"),
        ("intercept_exceptions", "mark", "app"),
        ("intercept_exceptions", "resource", "app"),
    ],
)
def test_an_option_without_effect_is_dropped_with_a_warning(
    name: str, place: str, where: str
) -> None:
    message = re.escape(
        f"{name}=False (CORS(app) at app.py:7): dropped: it has no effect here, "
        f"only in the options of a {where}"
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
    )


@pytest.mark.rule("8.unknown-option")
@pytest.mark.parametrize(
    ("name", "place", "closest"),
    [
        ("origin", "app", "origins"),
        ("Origins", "mark", "origins"),
        ("support_credentials", "mark", "supports_credentials"),
        ("supports_credential", "resource", "supports_credentials"),
        ("credentials", "app", "supports_credentials"),
        ("allow_credentials", "app", "supports_credentials"),
        ("allow_origin", "app", "origins"),
        ("allow_origins", "app", "origins"),
        ("allowed_origins", "app", "origins"),
        ("allow_methods", "app", "methods"),
        ("allowed_methods", "app", "methods"),
        ("allowed_headers", "app", "allow_headers"),
        ("exposed_headers", "app", "expose_headers"),
        ("header", "app", "allow_headers"),
        ("method", "app", "methods"),
        ("maxage", "app", "max_age"),
        ("resource", "app", "resources"),
        ("CORS_ORIGIN", "app", "origins"),
        ("CORS_ALLOW_ORIGIN", "app", "origins"),
        ("CORS_MAXAGE", "app", "max_age"),
    ],
)
def test_an_unknown_option_is_an_error_that_names_the_closest(
    name: str, place: str, closest: str
) -> None:
    settings, (problem,) = parsed({name: "https://a.example"}, place)
    assert settings == {}
    assert problem == Problem(
        name, "https://a.example", SOURCE, "there is no such option", f"Write {closest}=."
    )
    assert renamed(problem.hint) == [closest]
    assert place in OPTIONS[closest].places


@pytest.mark.rule("8.unknown-option")
@pytest.mark.parametrize(("name", "place"), [("xyz", "app"), ("resource", "mark"), ("xyz", "mark")])
def test_an_option_like_no_other_is_an_error_that_lists_those_of_the_place(
    name: str, place: str
) -> None:
    (problem,) = parsed({name: 1}, place)[1]
    names = sorted(
        name for name, row in OPTIONS.items() if place in row.places and name != "headers"
    )
    assert problem.hint == f"The options here are {', '.join(names)}."


def test_a_key_that_is_no_string_is_an_unknown_option() -> None:
    (problem,) = parsed({5: 1})[1]  # type: ignore[dict-item]
    assert problem.option == "5"


@pytest.mark.rule("8.origin-star")
def test_origin_star_is_harmless_and_dropped_with_a_warning() -> None:
    message = re.escape(
        "origin='*' (CORS(app) at app.py:7): dropped: the option is origins=, "
        "and any origin its default"
    )
    with pytest.warns(CorsWarning, match=f"^{message}$"):
        assert read(origin="*") == {}
    assert len(parsed({"origin": ["*"]})[1]) == 1
    assert len(parsed({"allow_origin": "*"})[1]) == 1


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
    assert problem == Problem("methods", "PUT", SOURCE, "it is given twice", "Keep methods= alone.")


@pytest.mark.rule("2.headers")
def test_headers_is_accepted_as_deprecated() -> None:
    message = "^the option 'headers' is now 'allow_headers'; it adds to that one"
    with pytest.warns(DeprecationWarning, match=message):
        assert read(headers="X-A")["headers"].names == {"x-a"}


def test_all_mistakes_are_found() -> None:
    _, problems = parsed({"origins": None, "max_age": -1, "xyz": 1, "methods": ["a b"]})
    assert [problem.option for problem in problems] == ["origins", "max_age", "xyz", "methods"]


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
    assert settings == {"supports_credentials": Setting(flag, source)}


@pytest.mark.parametrize("value", ["maybe", "", 2, None.__class__])
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
    assert settings["max_age"] == Setting(600, Source("config", "CORS_MAX_AGE"))
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
    ],
)
def test_a_config_key_close_to_an_option_is_warned_about(key: str, meant: str) -> None:
    message = f"^the config key {key} is no option of CORS; is {meant} meant\\?$"
    with pytest.warns(CorsWarning, match=message):
        assert configured({key: "x"}) == ({}, [])


@pytest.mark.rule("8.near-config")
def test_misspelt_keys_are_found_in_order_and_the_apps_own_are_left_alone() -> None:
    config = {"CORS_ORIGINS": "", "CORS_ORIGN": "", "CORS_METHOD": "", "CORS_TENANTS": "", 5: ""}
    assert misspelt_keys(config) == [  # type: ignore[arg-type]
        ("CORS_METHOD", "CORS_METHODS"),
        ("CORS_ORIGN", "CORS_ORIGINS"),
    ]


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
    assert found[0].settings == {"max_age": Setting(5, source)}
    assert found[1].settings["methods"].source.place == "resource '/b+' of CORS(app)"


def test_a_mistake_in_a_resource_is_reported_with_its_place() -> None:
    _, (problem,) = resources({"/ä": {"max_age": -1}})
    assert problem.source == Source("app", r"resource '/\xe4' of CORS(app)", "app.py", 7)
    assert problem.option == "max_age"


PATTERN = "a resource is a string or a regular expression over strings"
KIND = "and no dict, list, string or regular expression"
DICT = "what belongs to a pattern is a dictionary of options"
COMPILES = "it is read as a regular expression and does not compile: "
MEND = "Mend it, or write a path ('/api/items') or a glob ('/api/*')."
# What was given, the value that the problem names, its reason, and its hint.
BAD_RESOURCES = [
    (
        5,
        5,
        f"this is a int, {KIND}",
        "Write for instance {'/api/*': {'origins': 'https://app.example.com'}}.",
    ),
    (
        b"/a",
        b"/a",
        f"this is a bytes, {KIND}",
        "Write for instance {'/api/*': {'origins': 'https://app.example.com'}}.",
    ),
    (
        bytearray(b"/a"),
        bytearray(b"/a"),
        f"this is a bytearray, {KIND}",
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
    assert problem == Problem("resources", value, SOURCE, reason, hint)


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
    message = re.escape(
        f"resources={pattern!a} (CORS(app) at app.py:7): "
        f"it covers nothing, since a path starts with '/': {f'/{text}'!r}"
    )
    with pytest.warns(CorsWarning, match=f"^{message}$"):
        found, problems = resources([pattern])
    assert [resource.pattern.text for resource in found] == [text]
    assert problems == []


@pytest.mark.parametrize("pattern", ["*", "/", "*.json", "/*", ".*", ".+api", "(?i)api", "a|/b"])
def test_a_pattern_that_may_cover_something_is_not_warned_about(pattern: str) -> None:
    assert resources([pattern])[1] == []


# -- conflicts -------------------------------------------------------------------------

CREDENTIALS = "supports_credentials=True (CORS(app) at app.py:7)"


@pytest.mark.parametrize(
    ("given", "option", "value", "reason"),
    [
        ({"origins": "*"}, "origins", "*", f"any origin cannot be combined with {CREDENTIALS}"),
        ({"origins": "null"}, "origins", "null", f"'null' cannot be combined with {CREDENTIALS}"),
        (
            {"origins": ["null", "https://a.example"]},
            "origins",
            "null",
            f"'null' cannot be combined with {CREDENTIALS}",
        ),
        (
            {"expose_headers": ["*", "X-A"]},
            "expose_headers",
            "*",
            f"browsers take '*' for a header's name under {CREDENTIALS}",
        ),
    ],
)
def test_what_cannot_be_granted_with_credentials(
    given: dict[str, Any], option: str, value: str, reason: str
) -> None:
    settings, _ = parsed({**given, "supports_credentials": True})
    (problem,) = conflicts(settings)
    assert (problem.option, problem.value, problem.source) == (option, value, SOURCE)
    assert problem.reason.startswith(reason)
    settings["supports_credentials"] = Setting(False, SOURCE)
    assert conflicts(settings) == []
    del settings["supports_credentials"]
    assert conflicts(settings) == []


def test_the_words_of_conflicts() -> None:
    settings, _ = parsed(
        {"origins": "*, null", "expose_headers": "*", "supports_credentials": True}
    )
    assert [(problem.reason, problem.hint) for problem in conflicts(settings)] == [
        (
            f"any origin cannot be combined with {CREDENTIALS}: every site could read it",
            "List the origins: origins=['https://app.example.com']; if every site is really "
            'meant, write origins=re.compile(".*").',
        ),
        (
            f"'null' cannot be combined with {CREDENTIALS}: every sandboxed frame sends it",
            "Leave 'null' out, or give its views options of their own.",
        ),
        (
            f"browsers take '*' for a header's name under {CREDENTIALS}",
            "List the header names: expose_headers=['X-Total'].",
        ),
    ]


@pytest.mark.rule("8.all-problems")
@pytest.mark.parametrize("name", ["origins", "expose_headers"])
def test_the_hints_for_credentials_are_accepted(name: str) -> None:
    settings, _ = parsed({name: "*", "supports_credentials": True})
    (problem,) = conflicts(settings)
    assert renamed(problem.hint) == [name] * (2 if name == "origins" else 1)
    for advice in written(problem.hint):
        mended, problems = parsed({name: advice, "supports_credentials": True})
        assert problems == []
        assert conflicts(mended) == []


def test_the_hint_for_null_with_credentials_is_to_leave_it_out() -> None:
    settings, _ = parsed({"origins": ["null", "https://a.example"], "supports_credentials": True})
    assert conflicts(settings)[0].hint == (
        "Leave 'null' out, or give its views options of their own."
    )


def test_all_conflicts_are_found_at_once() -> None:
    settings, _ = parsed(
        {"origins": "*, null", "expose_headers": "*", "supports_credentials": True}
    )
    assert [problem.value for problem in conflicts(settings)] == ["*", "null", "*"]


def test_conflicts_only_speak_of_what_is_there() -> None:
    settings, _ = parsed({"supports_credentials": True})
    assert conflicts(settings) == []
    settings, _ = parsed({"supports_credentials": True, "origins": "https://*.a.example"})
    assert conflicts(settings) == []


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
    assert found.problems == ()


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


def test_an_impossible_policy_denies_and_says_why() -> None:
    found = policy(origins="*", supports_credentials=True)
    assert found.origins.empty
    assert found.single is None
    assert [problem.option for problem in found.problems] == ["origins"]
    bound = Origins(any=True)
    assert Policy.of(found.settings, bound).origins.empty


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
