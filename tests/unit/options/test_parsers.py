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
        ("Access-Control-Allow-Origin", "for browsers, not for pages"),
        ("ACCESS-CONTROL-MAX-AGE", "for browsers, not for pages"),
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
        ("Access-Control-Request-Method", "for browsers, not for pages"),
        ("access-control-allow-origin", "for browsers, not for pages"),
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


# -- mistakes --------------------------------------------------------------------------

TOKEN = "(RFC 9110 token)"
WHOLE = "it is no whole number of seconds"
COMPILES = "it is read as a regular expression and does not compile: "
# Parser, what was given, the value that the problem names, its reason, and its hint.
MISTAKES = [
    (parse_methods, ["G ET"], "G ET", f"this is no method {TOKEN}", "Write 'G', 'ET'."),
    (parse_methods, [""], "", f"this is no method {TOKEN}", "Write 'GET, POST'."),
    (parse_methods, "Öl", "Öl", f"this is no method {TOKEN}", "Write 'GET, POST'."),
    (parse_methods, "optıons", "optıons", f"this is no method {TOKEN}", "Write 'GET, POST'."),
    (parse_methods, ["GET,PUT"], "GET,PUT", f"this is no method {TOKEN}", "Write 'GET', 'PUT'."),
    (parse_methods, "GET;PUT", "GET;PUT", f"this is no method {TOKEN}", "Write 'GET, POST'."),
    (
        parse_methods,
        5,
        5,
        "a method is a string, not int",
        "Write a string, or a list of strings.",
    ),
    (
        parse_methods,
        ["GET", None],
        None,
        "a method is a string, not NoneType",
        "Write a string, or a list of strings.",
    ),
    (
        parse_methods,
        {"GET": 1},
        {"GET": 1},
        "a method is a string, not dict",
        "Write a string, or a list of strings.",
    ),
    (
        parse_methods,
        '["GET", "PUT"]',
        '["GET", "PUT"]',
        "a JSON list in a string is one string, not a list",
        "Write 'GET, PUT', or a real list.",
    ),
    (
        parse_allow_headers,
        '["X-A"]',
        '["X-A"]',
        "a JSON list in a string is one string, not a list",
        "Write 'X-A', or a real list.",
    ),
    (parse_allow_headers, ["X A"], "X A", f"this is no header name {TOKEN}", "Write 'X', 'A'."),
    (
        parse_allow_headers,
        "X:A",
        "X:A",
        f"this is no header name {TOKEN}",
        "Write 'X-Requested-With'.",
    ),
    (
        parse_allow_headers,
        b"X-A",
        b"X-A",
        "a header name is a string or a regular expression, not bytes",
        "Write a string, or a list of strings.",
    ),
    (
        parse_allow_headers,
        bytearray(b"X"),
        bytearray(b"X"),
        "a header name is a string or a regular expression, not bytearray",
        "Write a string, or a list of strings.",
    ),
    (
        parse_allow_headers,
        re.compile(b"X"),
        re.compile(b"X"),
        "this is a regular expression over bytes",
        "Use a str.",
    ),
    (
        parse_allow_headers,
        "*-Token",
        "*-Token",
        f"{COMPILES}nothing to repeat at position 0",
        "Mend it, or write the header's name.",
    ),
    (
        parse_expose_headers,
        "X:A",
        "X:A",
        f"this is no header name {TOKEN}",
        "Write 'X-Total, Link'.",
    ),
    (parse_expose_headers, ["X, Y"], "X, Y", f"this is no header name {TOKEN}", "Write 'X', 'Y'."),
    (
        parse_expose_headers,
        [re.compile("X")],
        re.compile("X"),
        "a header name is a string, not Pattern",
        "Write a string, or a list of strings.",
    ),
    (parse_flag, "False", "False", "this is not True or False", "Write False."),
    (parse_flag, " YES ", " YES ", "this is not True or False", "Write True."),
    (parse_flag, "maybe", "maybe", "this is not True or False", "Write True or False."),
    (parse_flag, "", "", "this is not True or False", "Write True or False."),
    (parse_flag, 2, 2, "this is not True or False", "Write True or False."),
    (parse_flag, 1.0, 1.0, "this is not True or False", "Write True or False."),
    (parse_flag, [], [], "this is not True or False", "Write True or False."),
    *(
        (
            parse_max_age,
            given,
            given,
            reason,
            f"Write {meant}, or timedelta(minutes=10); 0 means that nothing is cached.",
        )
        for given, reason, meant in [
            (-1, "it is negative", 600),
            ("-1", "it is negative", 600),
            (timedelta(seconds=-1), "it is negative", 600),
            (timedelta(milliseconds=-500), WHOLE, 600),
            (timedelta(milliseconds=1500), WHOLE, 600),
            (600.0, WHOLE, 600),
            (599.6, WHOLE, 600),
            (0.0, WHOLE, 0),
            (-1.5, WHOLE, 600),
            (float("inf"), WHOLE, 600),
            (True, WHOLE, 600),
            (False, WHOLE, 600),
            ("", WHOLE, 600),
            ("10 minutes", WHOLE, 600),
            ("1e3", WHOLE, 600),
            ("9" * 13, WHOLE, 600),
            ("٣", WHOLE, 600),
            ([600], WHOLE, 600),
        ]
    ),
]


@pytest.mark.rule("8.json", "8.method-token", "8.max-age")
@pytest.mark.parametrize(("parse", "given", "value", "reason", "hint"), MISTAKES)
def test_a_mistake_says_option_value_source_reason_and_hint(
    parse: Parser, given: object, value: object, reason: str, hint: str
) -> None:
    (problem,) = parsed(parse, given)[1]
    assert problem == Problem("option", value, SOURCE, reason, hint)


@pytest.mark.rule("8.all-problems")
@pytest.mark.parametrize(("parse", "given", "value", "reason", "hint"), MISTAKES)
def test_what_a_hint_says_to_write_is_accepted(
    parse: Parser, given: object, value: object, reason: str, hint: str
) -> None:
    advice = written(hint)
    if hint in {
        "Write a string, or a list of strings.",
        "Use a str.",
        "Mend it, or write the header's name.",
    }:
        advice = ["X-Total", ["X-Total"]]
    assert advice
    for one in advice:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            read(parse, one)


def test_nan_is_no_time() -> None:
    (problem,) = parsed(parse_max_age, float("nan"))[1]
    assert problem.hint.startswith("Write 600, ")


@pytest.mark.parametrize(
    ("parse", "given", "kept"),
    [
        (parse_methods, ["GET", "G ET", "PUT"], {"GET", "PUT"}),
        (
            parse_allow_headers,
            ["X-A", "X:B"],
            HeaderNames(names=frozenset({"x-a"}), texts=("X-A",)),
        ),
        (
            parse_allow_headers,
            ["X-A", "*-B"],
            HeaderNames(names=frozenset({"x-a"}), texts=("X-A",)),
        ),
        (parse_expose_headers, ["X-A", "X:B", "A"], ("A", "X-A")),
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
