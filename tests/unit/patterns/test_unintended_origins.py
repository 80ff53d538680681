"""What is found at set-up: an origin that gets in and should not, in a moment, or nothing."""

from __future__ import annotations

import re
import time

import pytest

from flask_cors.patterns.unintended_origins import (
    matches_unrelated,
    plain_origins,
    stranger_let_in,
    tried_origins,
    within_bounds,
)
from tests.unit.tools.closed_patterns import (
    CLOSED_ADVERSARIAL,
    CLOSED_IN_USE,
    OPEN_ADVERSARIAL,
    OPEN_IN_USE,
)

pytestmark = pytest.mark.filterwarnings("ignore:Possible:FutureWarning")

# What the quick look does not find: flask_cors.tools.closed does.
OVERLOOKED = {
    r"^https:\/\/(?:[\w-]+\.)*example.io$",
    r"https://\x65vil\u002e.*",
    r"https://([a-z]+)-\1\.com",
}

ANY_ORIGIN = [
    r".*",
    r".+",
    r"http.*",
    r"https://.*",
    r"https?://.*",
    r"^https?:\/\/.*$",
    r"[^/]+://.*",
    r"\w+://\S+",
    r"https?://[^/]+(:\d+)?",
    r"(http|https)://[\w.-]+",
    r"https://(.+)",
    r"https://.*\.com",
    r"https://[a-z]+\.[a-z]+",
    r"https://.*:8443",
    r"http://.*:[34]000",
    r"https://.*:90[0-9]{2}|https://.*:9443",
    r"https?://\d+\.\d+\.\d+\.\d+",
    r"https://app\.example\.com|.*",
    r"https://(?!evil)[a-z]+\.net",
    r"(?x) https:// .*   # all of them",
]


def compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


@pytest.mark.parametrize("pattern", [*CLOSED_IN_USE, *CLOSED_ADVERSARIAL])
def test_a_closed_pattern_is_not_accused(pattern: str) -> None:
    assert stranger_let_in(compiled(pattern)) is None
    assert matches_unrelated(compiled(pattern)) is None


@pytest.mark.parametrize(
    ("pattern", "named"), [*OPEN_IN_USE, *OPEN_ADVERSARIAL], ids=lambda value: str(value)
)
def test_an_open_pattern_is_found(pattern: str, named: tuple[str, ...]) -> None:
    found = stranger_let_in(compiled(pattern))
    assert (found is None) is (pattern in OVERLOOKED)
    host = re.sub(r":\d+$", "", (found or "").partition("://")[2])
    assert not any(host == domain or host.endswith(f".{domain}") for domain in named)
    assert found is None or compiled(pattern).fullmatch(found)


@pytest.mark.parametrize(
    "pattern",
    [
        r".*://.*mysite\.com",
        r"^\w+://.*mysite\.com$",
        r"^(.*)://.*mysite\.com$",
        r"^[^:]+://[^/]*mysite\.com$",
        r"^https?:.*mysite\.com$",
    ],
)
def test_a_scheme_that_is_not_spelled_hides_no_stranger(pattern: str) -> None:
    assert stranger_let_in(compiled(pattern)) == "https://evilmysite.com"
    closed = pattern.replace(".*mysite", r"([a-z]+\.)?mysite").replace("[^/]*mysite", "mysite")
    assert stranger_let_in(compiled(closed)) is None


@pytest.mark.parametrize("pattern", ANY_ORIGIN)
def test_any_origin(pattern: str) -> None:
    found = matches_unrelated(compiled(pattern))
    assert found
    assert compiled(pattern).fullmatch(found)


@pytest.mark.parametrize(
    "pattern",
    [
        r"https://.*example\.com",
        r"https://example\.com.*",
        r"https://example\..*",
        r"https://.*\.github\.io",
        r"http://localhost.*",
        r"https://(evil|stranger|unrelated)\.(com|net|org)",
        r"https://.*\.evil\.net",
        r"http://8\.8\.8\.8(:\d+)?",
        r"https://app.example\.com",
        r"(?P<x>a)(?(x)b|c)",
    ],
)
def test_what_is_related_is_not_any_origin(pattern: str) -> None:
    assert matches_unrelated(compiled(pattern)) is None


@pytest.mark.parametrize(
    ("pattern", "stranger"),
    [
        (r"https://.*example\.com", "https://evilexample.com"),
        (r"https://example\.com.*", "https://example.com.evil.net"),
        (r"https://app.example\.com", "https://appxexample.com"),
        (r"https://.*\.example\.com.*", "https://x.example.com.evil.net"),
        (r"https://.*\.github\.io", "https://evil.github.io"),
        (r"https://.*\.co\.uk", "https://evil.co.uk"),
        (r"https://.*-team\.vercel\.app", "https://evil-team.vercel.app"),
        (r"http://localhost.*", "http://localhost.evil.net"),
        (r"https?://.*", "https://evil.net"),
        (r"http://\w+:3000", "http://evil:3000"),
        (r"http://54\.1\.\d+\.\d+", "http://54.1.1.1"),
        (r"http://\[[0-9a-f:]+\]", "http://[2606:4700:4700::1111]"),
        (r"https://(a|b[.]).*\.example\.com", None),
        (r"https://example\.(com|[a-z]{3})", "https://example.net"),
        (r"https://example\.(com|\w\w\w|x)", None),
        (r"https://[a-z]{70}\.example\.com", None),
    ],
)
def test_the_stranger_is_understood_at_once(pattern: str, stranger: str | None) -> None:
    assert stranger_let_in(compiled(pattern)) == stranger


@pytest.mark.parametrize(
    "pattern",
    [
        r"https://(a+)+\.com",
        r"https://(a|a)*b",
        r"https://(a|aa)+\.com",
        r"https://(.*)*\.com",
        r"https://((a+)+)+b",
        r"https://(?=(.+)+$)(.+)+x",
        r"https://(?!(.+)+x).*",
        r"https://((a?){100}){100}\.com",
        r"https://(((a|b?)?){60}){60}(?=x)y",
        r"https://(?P<n>\w+\s?)*$x",
        r"https://([a-z0-9]+-?)+\.example\.com",
        "https://" + ".*" * 40 + "x",
        "https://" + "(.?)" * 60 + "x",
        "https://" + r"(\w|\d)+" * 5 + "x",
        "(" * 60 + "a" + ")*" * 60,
    ],
)
def test_a_slow_pattern_takes_no_time(pattern: str) -> None:
    regex = compiled(pattern)
    start = time.process_time()
    stranger_let_in(regex)
    # Hundredths of a second where this was measured; unbounded, it takes hours.
    assert time.process_time() - start < 20


def test_what_is_short_work() -> None:
    plain, nested = compiled(r"https://.*\.example\.com"), compiled(r"https://(a+)+\.com")
    assert within_bounds(plain, "https://" + "a" * 90)
    assert not within_bounds(plain, "https://" + "a" * 200)
    assert within_bounds(nested, "https://evil.net")
    assert not within_bounds(nested, "https://" + "a" * 30)
    assert not within_bounds(compiled(r"(?P<x>a)?(?(x)b|c)"), "b")
    assert not within_bounds(re.compile(r"[ #]", re.VERBOSE), "b")
    assert within_bounds(re.compile(r"[a-z]  # letters", re.VERBOSE), "b")


def test_a_separated_repetition_is_no_nested_one() -> None:
    assert within_bounds(compiled(r"https://([a-z0-9-]+\.)*example\.com"), "https://" + "a" * 50)
    assert not within_bounds(compiled(r"https://([a-z.]+\.)*example\.com"), "https://" + "a" * 50)


def test_what_a_pattern_suggests() -> None:
    regex = compiled(r"https://.*example\.com(:8000)?")
    assert "https://evilexample.com" in tried_origins(regex)
    assert "https://evil.net:8000" in tried_origins(regex)
    assert "https://example.com" in plain_origins(regex)
    assert not any("evil" in origin for origin in plain_origins(regex))


@pytest.mark.rule("8.credentials-unintended")
@pytest.mark.parametrize("end", ["example.com", r"example\.com"])
@pytest.mark.parametrize(
    "prefix",
    [
        *("(www.)?", "(?:www.)?", "(www.){0,1}", "(|www.)", "(app.|api.)?", "((app|api).)?"),
        *("(.+.)?", "(.*.)?", "([^.]+.)?", r"(\w+.)?", r"(\S+.)?", "(w{3}.)?", "(www.)*"),
    ],
)
def test_an_optional_prefix_whose_dot_is_any_character(prefix: str, end: str) -> None:
    regex = compiled(f"https://{prefix}{end}")
    found = stranger_let_in(regex)
    assert found is not None
    assert regex.fullmatch(found)
    assert not found.endswith((".example.com", "/example.com"))
