"""What the scanner finds does take exponential time, and what it leaves alone does not.

Steps are counted, not seconds: ``tests/steps.py`` matches as Python's own matcher does.
"""

from __future__ import annotations

import re
import sys

import pytest

from flask_cors.patterns.redos import find_nested_quantifiers
from tests.steps import Matcher, TooManyStepsError, worst
from tests.unit.patterns import test_redos as scanned

# More steps than this are taken for exponential growth; polynomial growth is counted further.
LIMIT = 15_000
POLYNOMIAL_LIMIT = 50_000
PREFIXES = ("", "https://", "https://a.", "/api/v1/", "1.", "x")


def steps(pattern: str | re.Pattern[str], text: str, limit: int = LIMIT) -> int:
    try:
        return Matcher(pattern, limit).count(text)
    except TooManyStepsError:
        return limit


def cases(name: str) -> list[str]:
    """Return the patterns that a test of the scanner is given."""
    found: list[str] = []
    for marker in getattr(scanned, name).pytestmark:
        found += [row[0] if isinstance(row, tuple) else row for row in marker.args[1]]
    return found


# A text before what is repeated, what is repeated, and what makes the match fail.
HOSTILE = {
    r"(a+)+": ("", "a", "!"),
    r"(a*)*": ("", "a", "!"),
    r"([a-zA-Z]+)*": ("", "a", "!"),
    r"(.*)*": ("", "a", "\n"),
    r"(a|a)*": ("", "a", "!"),
    r"(a|aa)+$": ("", "a", "!"),
    r"(?:-?[a-z]+)+": ("", "a", "!"),
    r"(\w+\s?)*$": ("", "a", "!"),
    r"(?P<x>[^/]+/?)*": ("", "a", "//"),
    r"(x+x+)+y": ("", "x", ""),
    r"(a{1,20}){1,20}": ("", "a", "!"),
    r"(a+){11,}": ("a" * 10, "a", "!"),
    r"(a+){4}x": ("", "aaaa", ""),
    r"((a|b+)c?){4,9}x": ("", "bbbb", ""),
    r"(?:a?){20}x": ("", "a", ""),
    r"(a+?)+?b": ("", "a", ""),
    r"((ab)*c?)*": ("", "ab", "!"),
    r"https://([a-z.]+\.)+example\.com": ("https://", "a.", "!"),
    r"^https://(([a-z])+.)+[A-Z]([a-z])+$": ("https://", "a", "!"),
}
# Found as well, by the limits that are documented.
HARMLESS = {
    r"(?i:(A|a)+)": ("", "a", "!"),
    r"(A|a)+b": ("", "a", ""),
    r"(?<![\]a-z])x(?#no)([\]a]|\])+y": ("x", "]", ""),
    r"(?=(a+)+)b": ("", "a", ""),
    "(\u00e4|\u00f6)+": ("", "\u00e4", "!"),
}
if sys.version_info >= (3, 11):
    HARMLESS |= {r"(a++)+": ("", "a", "!"), r"(?>a+)+": ("", "a", "!")}


@pytest.mark.parametrize("pattern", HOSTILE)
def test_what_is_found_takes_exponential_time(pattern: str) -> None:
    before, pump, after = HOSTILE[pattern]
    small, large = (steps(pattern, before + pump * times + after) for times in (8, 16))
    assert find_nested_quantifiers(pattern)
    assert large > 30 * small or large == LIMIT


def test_letters_are_alike_since_origins_are_compared_without_case() -> None:
    found = re.compile(r"(AA|a)+b", re.IGNORECASE)
    assert find_nested_quantifiers(found.pattern)
    assert steps(found, "a" * 16) > 30 * steps(found, "a" * 8)


@pytest.mark.parametrize("pattern", HARMLESS)
def test_some_are_found_that_take_linear_time(pattern: str) -> None:
    """Single characters that Python joins into a set, look-arounds, possessive quantifiers."""
    before, pump, after = HARMLESS[pattern]
    small, large = (steps(pattern, before + pump * times + after) for times in (20, 40))
    assert find_nested_quantifiers(pattern)
    assert large <= 2.2 * small


def test_everything_that_is_found_was_tried() -> None:
    assert set(cases("test_found")) <= {*HOSTILE, *HARMLESS}


@pytest.mark.parametrize("pattern", cases("test_left_alone"))
def test_what_is_left_alone_takes_polynomial_time(pattern: str) -> None:
    """Twice the text takes at most nine times the steps: no worse than the third power."""
    small, _ = worst(pattern, 12, prefixes=PREFIXES, limit=POLYNOMIAL_LIMIT)
    large, text = worst(pattern, 24, prefixes=PREFIXES, limit=POLYNOMIAL_LIMIT)
    assert large <= 9 * small, text


@pytest.mark.parametrize(
    ("pattern", "text", "power"),
    [
        (r".*.*=", "a", 2),
        (r".*.*.*=", "a", 3),
        (r"\d+\d+", "1", 2),
        (r"(a+){2}x", "a", 2),
        (r"(a+){3}x", "a", 3),
        (r"https://.*\.example\.(com|net)", "https://" + ".example." * 5, 1),
    ],
)
def test_polynomial_time_is_not_found(pattern: str, text: str, power: int) -> None:
    small, large = (steps(pattern, f"{text * times}!", POLYNOMIAL_LIMIT) for times in (20, 40))
    assert find_nested_quantifiers(pattern) is None
    assert large <= 2**power * 1.2 * small
    assert power == 1 or large > 2 ** (power - 1) * 1.2 * small


@pytest.mark.parametrize(
    ("pattern", "text", "why"),
    [
        (r"(?x) (a+)+ ", "a", "verbose patterns are not read"),
        (rf"(?:{'b' * 401})?(a+)+", "a", "nor those of more than 400 items"),
        (r"(?:(?:a?){10}){3}x", "a", "nor three repetitions of ten"),
    ],
)
def test_exponential_time_is_missed_where_the_limits_say_so(
    pattern: str, text: str, why: str
) -> None:
    assert find_nested_quantifiers(pattern) is None, why
    assert steps(pattern, f"{text * 16}!") == LIMIT, why


@pytest.mark.parametrize(
    ("pattern", "text", "method"),
    [
        (r"a+b", "aab", "fullmatch"),
        (r"(?P<n>a|b)(?P=n)+c?", "aaac", "fullmatch"),
        (r"(x)?(?(1)y|z)", "xy", "fullmatch"),
        (r"(x)?(?(1)y)", "", "fullmatch"),
        (r"^[^\W\d_]\S\s\b$", "ax ", "search"),
        (r"(?i)[A-C]B(?=c)(?<=b)c(?!d)(?<!x)", "abc", "match"),
        (r"(?:a{2,3}?){2}", "aaaaa", "fullmatch"),
        (r"a.b", "a\nb", "fullmatch"),
        (r"(?s)a.b", "a\nb", "fullmatch"),
        (r"(?m)^b$", "a\nb", "search"),
        (r"(a|ab)(c|bcd)(d*)", "abcd", "fullmatch"),
    ],
)
def test_the_counting_matcher_matches_as_python_does(pattern: str, text: str, method: str) -> None:
    """Every text of up to the same length over the same characters, and this one."""
    for end in range(len(text) + 1):
        for tried in (text[:end], text[end:], f"{text[:end]}x{text[end:]}"):
            matcher = Matcher(pattern)
            wanted = getattr(re.compile(pattern), method)(tried) is not None
            assert matcher.matches(tried, method) == wanted, tried
