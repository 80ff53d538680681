"""Nested quantifiers are found by reading a pattern, and honest patterns are left alone."""

from __future__ import annotations

import re

import pytest

from flask_cors.errors import CorsWarning, Report, Source
from flask_cors.options.reader import read_options
from flask_cors.patterns.redos import find_nested_quantifiers


@pytest.mark.parametrize(
    ("pattern", "part"),
    [
        (r"(a+)+", r"(a+)+"),
        (r"(a*)*", r"(a*)*"),
        (r"([a-zA-Z]+)*", r"([a-zA-Z]+)*"),
        (r"(.*)*", r"(.*)*"),
        (r"(a|a)*", r"(a|a)*"),
        (r"(a|aa)+$", r"(a|aa)+"),
        (r"(?:-?[a-z]+)+", r"(?:-?[a-z]+)+"),
        (r"(\w+\s?)*$", r"(\w+\s?)*"),
        (r"(?P<x>[^/]+/?)*", r"(?P<x>[^/]+/?)*"),
        (r"(x+x+)+y", r"(x+x+)+"),
        (r"(a{1,20}){1,20}", r"(a{1,20}){1,20}"),
        (r"(a+){11,}", r"(a+){11,}"),
        (r"(a+){4}x", r"(a+){4}"),
        (r"((a|b+)c?){4,9}x", r"((a|b+)c?){4,9}"),
        (r"(?:a?){20}x", r"(?:a?){20}"),
        (r"(a+?)+?b", r"(a+?)+?"),
        (r"(?i:(A|a)+)", r"(?i:(A|a)+)"),
        (r"(A|a)+b", r"(A|a)+"),
        (r"((ab)*c?)*", r"((ab)*c?)*"),
        (r"(?=(a+)+)b", r"(a+)+"),
        (r"(?<![\]a-z])x(?#no)([\]a]|\])+y", r"([\]a]|\])+"),
        (r"https://([a-z.]+\.)+example\.com", r"([a-z.]+\.)+"),
        (r"^https://(([a-z])+.)+[A-Z]([a-z])+$", r"(([a-z])+.)+"),
        ("(\u00e4|\u00f6)+", "(\u00e4|\u00f6)+"),
    ],
)
def test_found(pattern: str, part: str) -> None:
    assert find_nested_quantifiers(pattern) == part


@pytest.mark.parametrize(
    "pattern",
    [
        r"https://app\.example\.com",
        r"https://(?:[a-z0-9-]+\.)+example\.com",
        r"[a-z]+(\.[a-z]+)*",
        r"https?://(.*\.)?example\.com(:\d+)?",
        r"^/api/v\d+/.*",
        r"(a|b)*",
        r"(foo|bar)+baz",
        r"(\d+(,\d+)*;)*",
        r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}",
        r"(a+){3}",
        r"(a+)?",
        r"(?:a?){10}x{,5}",
        r"([0-9a-f]{4}-?){8}",
        r"(?:[a-z]+\.){4}x",
        r"\d+\d+",
        r"(a)\1+\b\Z",
        r"(?P<n>a)(?P=n)(?(n)b|c)",
        r"\x41\u0041\N{BULLET}+[]a-]+a{b",
        r"(?=a)(?!b)c*",
        "",
    ],
)
def test_left_alone(pattern: str) -> None:
    assert find_nested_quantifiers(pattern) is None


@pytest.mark.parametrize(
    "pattern", ["(", "(?x) (a+)+", "(" * 3000 + "a" + ")" * 3000, "a" * 401 + "(b+)+"]
)
def test_outside_the_limits(pattern: str) -> None:
    assert find_nested_quantifiers(pattern) is None


def test_a_large_pattern_is_given_up() -> None:
    assert find_nested_quantifiers("(" + "|".join("abcdefghij" * 30) + "c)*") is None


@pytest.mark.parametrize(
    ("option", "given"),
    [
        ("origins", r"https://([a-z]+)+\.example"),
        ("origins", re.compile(r"https://([a-z]+)+\.example")),
        ("allow_headers", r"X-([a-z]+)+$"),
        ("resources", r"/([a-z]+)+/x"),
    ],
)
def test_a_regex_that_backtracks_is_warned_of_when_it_is_given(option: str, given: object) -> None:
    report = Report(Source("app", "CORS(app)"))
    with pytest.warns(CorsWarning) as caught:
        read_options({option: given}, "app", report)
    assert "'([a-z]+)+' repeats what can be read" in str(caught[0].message)
    assert report.problems == []
