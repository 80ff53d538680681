"""Values: what may be written for each option, and what is said of mistakes."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from flask_cors.errors import CorsWarning, Problem, Report, Source
from flask_cors.options.parsers import (
    CONFIG_FLAGS,
    HeaderNames,
    parse_allow_headers,
    parse_expose_headers,
    parse_flag,
    parse_max_age,
    parse_methods,
)
from tests.hints import written

SOURCE = Source("app", "CORS(app)", "app.py", 7)
Parser = Callable[[Any, Report, str], Any]


def parsed(parse: Parser, given: object) -> tuple[Any, list[Problem]]:
    report = Report(SOURCE)
    return parse(given, report, "option"), report.problems


def read(parse: Parser, given: object) -> Any:
    value, problems = parsed(parse, given)
    assert problems == []
    return value


# -- methods ---------------------------------------------------------------------------


@pytest.mark.rule("2.methods", "2.lists")
@pytest.mark.parametrize(
    ("given", "methods"),
    [
        ("get", {"GET"}),
        ("GET,POST", {"GET", "POST"}),
        (" GET, post\tput\nDELETE ,", {"GET", "POST", "PUT", "DELETE"}),
        (["GET", "patch"], {"GET", "PATCH"}),
        (("purge",), {"PURGE"}),
        ({"GET"}, {"GET"}),
        ({"GET": 1, "get": 2}.keys(), {"GET"}),
        ("*", {"*"}),
        (["*", "get"], {"*", "GET"}),
        ("M-SEARCH", {"M-SEARCH"}),
        ([], set()),
        ("", set()),
    ],
)
def test_methods_are_upper_cased_and_may_be_one_string(given: object, methods: set[str]) -> None:
    assert read(parse_methods, given) == methods


@pytest.mark.rule("8.methods-no-page")
@pytest.mark.parametrize("method", ["CONNECT", "trace", "TRACK"])
def test_methods_that_no_page_can_send_are_dropped(method: str) -> None:
    with pytest.warns(CorsWarning, match=f"option='{method}' .*: dropped: no page can send this"):
        assert read(parse_methods, ["GET", method]) == {"GET"}


@pytest.mark.rule("2.methods", "compat.12")
@pytest.mark.parametrize("given", ["GET|POST|put", ["GET|POST|put"], "GET.POST+PUT"])
def test_methods_that_are_written_as_one_are_dropped(given: object) -> None:
    report = Report(SOURCE)
    with pytest.warns(CorsWarning, match="Write 'GET', 'POST', 'PUT'"):
        assert parse_methods(given, report, "methods") == set()
    (problem,) = report.degraded
    assert problem.fix == {"methods": ["GET", "POST", "PUT"]}
    assert read(parse_methods, "VERSION-CONTROL, GETALL") == {"VERSION-CONTROL", "GETALL"}


# -- headers ---------------------------------------------------------------------------


@pytest.mark.rule("2.allow-headers")
def test_header_names_are_compared_without_regard_to_case() -> None:
    headers = read(parse_allow_headers, "X-Total, content-type")
    assert headers == HeaderNames(
        names=frozenset({"x-total", "content-type"}), texts=("X-Total", "content-type")
    )
    for name in ("X-Total", "x-total", "CONTENT-TYPE"):
        assert headers.allows(name)
    for name in ("X-Totals", "X-Tota", "aX-Total"):
        assert not headers.allows(name)


@pytest.mark.rule("2.allow-headers")
def test_star_allows_any_header() -> None:
    headers = read(parse_allow_headers, "*")
    assert headers == HeaderNames(any=True, texts=("*",))
    assert headers.allows("X-Anything")


@pytest.mark.rule("2.allow-headers")
def test_header_regexes_match_from_the_start_without_regard_to_case() -> None:
    headers = read(parse_allow_headers, ["X-[a-z]+", re.compile("y-"), re.compile("(?-i:Z)-q")])
    assert [regex.pattern for regex in headers.regexes] == ["X-[a-z]+", "y-", "(?-i:Z)-q"]
    assert headers.texts == ("X-[a-z]+", "y-", "(?-i:Z)-q")
    for name in ("x-abc", "X-ABC-1", "Y-1", "Z-Q"):
        assert headers.allows(name)
    for name in ("x-1", "a-x-abc", "z-q"):
        assert not headers.allows(name)


@pytest.mark.parametrize("char", list("\\^$?+[](){}|*"))
def test_regex_characters_make_a_regex_of_a_header(char: str) -> None:
    text = {"[": "[a]", "]": "a]", "(": "(a)", ")": "(a)", "\\": r"\w"}.get(char, f"a{char}")
    assert [regex.pattern for regex in read(parse_allow_headers, text).regexes] == [text]


@pytest.mark.parametrize(("text", "regex"), [("X.Y", False), ("X.+", True), ("X.", False)])
def test_a_dot_is_special_before_a_quantifier_only(text: str, regex: bool) -> None:
    assert bool(read(parse_allow_headers, text).regexes) is regex


def test_the_flags_of_a_compiled_regex_are_kept() -> None:
    headers = read(parse_allow_headers, re.compile("x - a # spaced", re.VERBOSE))
    assert headers.allows("X-A")


def test_names_are_listed_once_and_in_order_with_regexes_last() -> None:
    headers = read(parse_allow_headers, ["B-x", "y.+", "A-x", "a-X", "*"])
    assert headers.texts == ("*", "B-x", "a-X", "y.+")
    assert headers.any
    assert headers.names == {"a-x", "b-x"}


def test_header_names_add_up() -> None:
    first = read(parse_allow_headers, ["A", "r.+"])
    second = read(parse_allow_headers, ["A", "B", "s.+"])
    both = first | second
    assert both.names == {"a", "b"}
    assert [regex.pattern for regex in both.regexes] == ["r.+", "s.+"]
    assert both.texts == ("A", "r.+", "B", "s.+")
    assert not both.any
    assert (first | HeaderNames(any=True)).any
    assert (HeaderNames(any=True) | first).any


@pytest.mark.rule("8.names-no-page")
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Cookie", "no page can send this header"),
        ("sec-fetch-site", "no page can send this header"),
        ("Access-Control-Request-Method", "no page can send this header"),
        ("access-control-request-headers", "no page can send this header"),
        ("Proxy-Authorization", "no page can send this header"),
    ],
)
def test_request_headers_that_mean_nothing_are_dropped(name: str, words: str) -> None:
    with pytest.warns(CorsWarning, match=f"option='{name}' .*: dropped: .*{words}"):
        headers = read(parse_allow_headers, ["X-A", name])
    assert headers == HeaderNames(names=frozenset({"x-a"}), texts=("X-A",))


@pytest.mark.rule("2.expose-headers", "2.lists")
@pytest.mark.parametrize(
    ("given", "names"),
    [
        ("X-Total", ("X-Total",)),
        ("Link, X-Total", ("Link", "X-Total")),
        (["X-Total", "ETag", "Link"], ("ETag", "Link", "X-Total")),
        (("X-Total", "X-Total"), ("X-Total",)),
        ("*", ("*",)),
        ([], ()),
    ],
)
def test_exposed_headers_are_sorted(given: object, names: tuple[str, ...]) -> None:
    assert read(parse_expose_headers, given) == names


@pytest.mark.rule("8.names-no-page")
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Set-Cookie", "no page can read this header"),
        ("set-cookie2", "no page can read this header"),
    ],
)
def test_response_headers_that_mean_nothing_are_dropped(name: str, words: str) -> None:
    with pytest.warns(CorsWarning, match=f"option='{name}' .*: dropped: .*{words}"):
        assert read(parse_expose_headers, ["X-A", name]) == ("X-A",)


# -- bools and times -------------------------------------------------------------------


@pytest.mark.rule("2.flags", "2.bools")
@pytest.mark.parametrize(("given", "flag"), [(True, True), (False, False), (1, True), (0, False)])
def test_a_bool_is_a_bool_or_zero_or_one(given: object, flag: bool) -> None:
    assert read(parse_flag, given) is flag


@pytest.mark.rule("2.config-bools")
def test_config_knows_four_words_each() -> None:
    assert {word for word, flag in CONFIG_FLAGS.items() if flag} == {"true", "1", "yes", "on"}
    assert {word for word, flag in CONFIG_FLAGS.items() if not flag} == {"false", "0", "no", "off"}


@pytest.mark.rule("2.max-age")
@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        (0, 0),
        (600, 600),
        ("600", 600),
        (" 600\n", 600),
        ("0", 0),
        ("9" * 12, 999_999_999_999),
        (timedelta(minutes=10), 600),
        (timedelta(0), 0),
        (timedelta.max - timedelta(microseconds=999_999), 86_399_999_999_999),
    ],
)
def test_max_age_is_a_whole_number_of_seconds(given: object, seconds: int) -> None:
    value = read(parse_max_age, given)
    assert value == seconds
    assert type(value) is int


@pytest.mark.rule("8.fetch-lists")
@pytest.mark.parametrize("name", ["Access-Control-Allow-Origin", "access-control-max-age"])
def test_what_fetch_does_not_forbid_is_kept(name: str) -> None:
    """Pages do send response headers with a request, and may be let read them."""
    assert read(parse_allow_headers, name).allows(name)
    assert read(parse_expose_headers, name) == (name,)


# -- mistakes --------------------------------------------------------------------------

TOKEN = "(an RFC 9110 token)"
METHOD = f"this is not a method name {TOKEN}"
WHOLE = "it is not a whole number of seconds"
COMPILES = "it is read as a regular expression and does not compile: "
LIST = "Write a string, or a list of strings."
JSON = "a JSON list in a string is one string, not a list"
# Parser, what was given, the value that the problem names, its reason, its hint, and its fix.
MISTAKES = [
    (parse_methods, ["G ET"], "G ET", METHOD, "Write 'GET', 'POST'.", ["GET", "POST"]),
    (parse_methods, "Öl", "Öl", METHOD, "Write 'GET', 'POST'.", ["GET", "POST"]),
    (parse_methods, "optıons", "optıons", METHOD, "Write 'GET', 'POST'.", ["GET", "POST"]),
    (parse_methods, ["GET,PUT"], "GET,PUT", METHOD, "Write 'GET', 'PUT'.", ["GET", "PUT"]),
    (parse_methods, "GET;put", "GET;put", METHOD, "Write 'GET', 'PUT'.", ["GET", "PUT"]),
    (parse_methods, ["'GET'"], "'GET'", METHOD, "Write 'GET'.", ["GET"]),
    (parse_methods, 5, 5, "a method is a string, not int", LIST, None),
    (parse_methods, {"GET": 1}, {"GET": 1}, "a method is a string, not dict", LIST, None),
    (
        parse_methods,
        '["GET", "PUT"]',
        '["GET", "PUT"]',
        JSON,
        "Write 'GET, PUT', or the list ['GET', 'PUT'].",
        ["GET", "PUT"],
    ),
    (parse_allow_headers, "[]", "[]", JSON, "Write [].", []),
    (
        parse_allow_headers,
        b"X-A",
        b"X-A",
        "a header name is a string or a regular expression, not bytes",
        LIST,
        None,
    ),
    (
        parse_allow_headers,
        bytearray(b"X"),
        bytearray(b"X"),
        "a header name is a string or a regular expression, not bytearray",
        LIST,
        None,
    ),
    (
        parse_allow_headers,
        re.compile(b"X"),
        re.compile(b"X"),
        "this is a regular expression over bytes",
        "Use a str.",
        None,
    ),
    (
        parse_allow_headers,
        "*-Token",
        "*-Token",
        f"{COMPILES}nothing to repeat at position 0",
        "Correct it, or write the header's name.",
        None,
    ),
    (
        parse_expose_headers,
        [re.compile("X")],
        re.compile("X"),
        "a header name is a string, not Pattern",
        LIST,
        None,
    ),
    (parse_flag, "False", "False", "this is not True or False", "Write False.", False),
    (parse_flag, " YES ", " YES ", "this is not True or False", "Write True.", True),
    *(
        (parse_flag, given, given, "this is not True or False", "Write True or False.", None)
        for given in ("maybe", "", 2, 1.0, [])
    ),
    *(
        (
            parse_max_age,
            given,
            given,
            reason,
            f"Write {meant}, or timedelta(minutes=10); with 0 nothing is cached.",
            meant,
        )
        for given, reason, meant in [
            (-1, "it is negative", 600),
            ("-1", "it is negative", 600),
            (-2.0, "it is negative", 600),
            (timedelta(seconds=-1), "it is negative", 600),
            (timedelta(milliseconds=-500), WHOLE, 600),
            (timedelta(milliseconds=1500), WHOLE, 600),
            (599.6, WHOLE, 600),
            (0.1, WHOLE, 0),
            (-1.5, WHOLE, 600),
            (float("inf"), WHOLE, 600),
            (True, WHOLE, 600),
            (False, WHOLE, 600),
            ("", WHOLE, 600),
            ("10 minutes", WHOLE, 600),
            ("1e3", WHOLE, 600),
            ("600.5", WHOLE, 600),
            ("9" * 19, WHOLE, 600),
            ("9" * 18, "no browser keeps anything for so long", 600),
            (10**14 + 1, "no browser keeps anything for so long", 600),
            (1e15, "no browser keeps anything for so long", 600),
            ("٣", WHOLE, 600),
            ([600], WHOLE, 600),
        ]
    ),
]


@pytest.mark.rule("8.json", "8.method-token", "8.max-age")
@pytest.mark.parametrize(("parse", "given", "value", "reason", "hint", "fix"), MISTAKES)
def test_a_mistake_says_option_value_source_reason_and_hint(
    parse: Parser, given: object, value: object, reason: str, hint: str, fix: object
) -> None:
    (problem,) = parsed(parse, given)[1]
    written_instead = None if fix is None else {"option": fix}
    assert problem == Problem("option", value, SOURCE, reason, hint, written_instead)


@pytest.mark.rule("8.all-problems")
@pytest.mark.parametrize(("parse", "given", "value", "reason", "hint", "fix"), MISTAKES)
def test_what_a_hint_says_to_write_is_accepted(
    parse: Parser, given: object, value: object, reason: str, hint: str, fix: object
) -> None:
    advice = [*written(hint), *([] if fix is None else [fix])]
    if hint in {LIST, "Use a str.", "Correct it, or write the header's name."}:
        advice = ["X-Total", ["X-Total"]]
    assert advice
    for one in advice:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            read(parse, one)


def test_nan_is_not_a_time() -> None:
    (problem,) = parsed(parse_max_age, float("nan"))[1]
    assert problem.hint.startswith("Write 600, ")


@pytest.mark.parametrize(("given", "seconds"), [(600.0, 600), (0.0, 0)])
def test_a_float_that_is_whole_seconds_will_do(given: float, seconds: int) -> None:
    assert read(parse_max_age, given) == seconds


@pytest.mark.parametrize(
    ("parse", "given", "kept"),
    [
        (parse_methods, ["GET", "G ET", "PUT"], {"GET", "PUT"}),
        (
            parse_allow_headers,
            ["X-A", "*-B"],
            HeaderNames(names=frozenset({"x-a"}), texts=("X-A",)),
        ),
        (parse_flag, "x", False),
        (parse_max_age, "x", None),
    ],
)
def test_what_is_right_beside_a_mistake_is_kept(parse: Parser, given: object, kept: object) -> None:
    value, problems = parsed(parse, given)
    assert value == kept
    assert len(problems) == 1


def test_every_mistake_of_a_list_is_found() -> None:
    assert len(parsed(parse_methods, ["a b", "c d", 5])[1]) == 3


# -- what is left out of a list ----------------------------------------------------------

NAME = f"dropped: this is not a header name {TOKEN}"
MEDIA = "dropped: this is a media type, which the header Content-Type holds"
NOTHING = "dropped: the entry is empty"
UNSET = "If an environment variable is not set, set it; otherwise leave the entry out."
DROPPED = [
    ("X A", NAME, "Write 'X', 'A'.", ["X", "A"]),
    ("X:A", NAME, "Write 'X'.", ["X"]),
    ("Content- Type", NAME, "Write 'Content-Type'.", ["Content-Type"]),
    ("Content\u2013Type", NAME, "Write 'Content-Type'.", ["Content-Type"]),
    ("Content-Type: application/json", NAME, "Write 'Content-Type'.", ["Content-Type"]),
    ("'X-A'", NAME, "Write 'X-A'.", ["X-A"]),
    ('"X-A"', NAME, "Write 'X-A'.", ["X-A"]),
    ("Öl", NAME, "Leave it out.", None),
    ("application/json", MEDIA, "Write 'Content-Type'.", ["Content-Type"]),
    ("application/vnd.api+json", MEDIA, "Write 'Content-Type'.", ["Content-Type"]),
    ("*/*", MEDIA, "Write 'Content-Type'.", ["Content-Type"]),
    (None, NOTHING, UNSET, None),
    ("", NOTHING, UNSET, None),
    (" ", NOTHING, UNSET, None),
]


@pytest.mark.rule("8.header-tokens")
@pytest.mark.parametrize(("item", "reason", "hint", "fix"), DROPPED)
@pytest.mark.parametrize("parse", [parse_allow_headers, parse_expose_headers])
def test_what_is_no_header_name_is_dropped_and_the_list_stays_a_list(
    parse: Parser, item: object, reason: str, hint: str, fix: object
) -> None:
    report = Report(SOURCE)
    with pytest.warns(CorsWarning) as caught:
        kept, none = (parse(given, report, "option") for given in ([item, "X-B"], [item]))
    assert report.problems == []
    found = {} if fix is None else {"option": fix}
    problem = Problem("option", item, SOURCE, reason, hint, found)
    assert report.degraded == [problem, problem]
    assert {str(warning.message) for warning in caught} == {str(problem)}
    names = kept.names if isinstance(kept, HeaderNames) else {name.lower() for name in kept}
    assert names == {"x-b"}
    assert not (none.names or none.any if isinstance(none, HeaderNames) else none)


def test_nothing_among_methods_is_dropped() -> None:
    report = Report(SOURCE)
    with pytest.warns(CorsWarning, match=NOTHING):
        assert parse_methods([None, "GET", ""], report, "option") == {"GET"}
    assert [problem.value for problem in report.degraded] == [None, ""]


def test_one_response_header_in_two_spellings_is_named_once() -> None:
    assert read(parse_expose_headers, ["X-A", "x-a", "X-B"]) == ("X-A", "X-B")


@pytest.mark.parametrize("given", [10**30, 1e300])
def test_a_time_with_dozens_of_digits_is_an_error(given: float) -> None:
    assert len(parsed(parse_max_age, given)[1]) == 1
