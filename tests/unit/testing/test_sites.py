"""URLs as browsers serialize them, origins, sites, ports."""

from __future__ import annotations

import pytest

from flask_cors.testing.sites import (
    has_bad_port,
    includes_credentials,
    is_trustworthy,
    is_url,
    normalized,
    origin_of,
    resolved,
    site_of,
)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://a", "http://a/"),
        ("HTTP://A.Example/B", "http://a.example/B"),
        ("http://a:80/", "http://a/"),
        ("https://a:443/", "https://a/"),
        ("https://a:80/", "https://a:80/"),
        ("http://a:0/", "http://a:0/"),
        ("http://@a/", "http://a/"),
        ("http://:@a/", "http://a/"),
        ("http://u@a/", "http://u@a/"),
        ("http://u:@a/", "http://u@a/"),
        ("http://:p@a/", "http://:p@a/"),
        ("http://u:p@a/", "http://u:p@a/"),
        ("http://a/b/../c", "http://a/c"),
        ("http://a/../../c", "http://a/c"),
        ("http://a/b/.", "http://a/b/"),
        ("http://a/b/..", "http://a/"),
        ("http://a/b/%2e", "http://a/b/"),
        ("http://a/b/.%2E/c", "http://a/c"),
        ("http://a/...", "http://a/..."),
        ("http://a//b", "http://a//b"),
        ("http://a\\b\\c?d\\e", "http://a/b/c?d\\e"),
        ("http://127.1/", "http://127.0.0.1/"),
        ("http://0x7f.0.0.1/", "http://127.0.0.1/"),
        ("http://2130706433/", "http://127.0.0.1/"),
        ("http://1.2.3.4./", "http://1.2.3.4/"),
        ("http://[0:0:0:0:0:0:0:1]:8080/", "http://[::1]:8080/"),
        ("http://\u00e9l\u00e8ve.example/", "http://xn--lve-6lad.example/"),
        ("http://%61.example/", "http://a.example/"),
        ("http://a/ \u2603%zz", "http://a/%20%E2%98%83%zz"),
        ("http://a/?'\"", "http://a/?%27%22"),
        ("http://a/'", "http://a/'"),
        (" http://a/ ", "http://a/"),
        ("data:, x", "data:, x"),
    ],
)
def test_normalized(url: str, expected: str) -> None:
    assert normalized(url) == expected
    assert normalized(expected) == expected


@pytest.mark.parametrize(
    "url",
    [
        "http://",
        "http:///",
        "http://a b/",
        "http://a%00/",
        "http://a^b/",
        "http://a|b/",
        "http://1.2.3.256/",
        "http://a.0x/",
        "http://a.1/",
        "http://[::x]/",
        "http://a:x/",
        "http://a:99999/",
    ],
)
def test_what_is_no_url(url: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - urllib.parse has texts of its own
        normalized(url)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("x", "http://a/b/x"),
        ("/x", "http://a/x"),
        ("\\x", "http://a/x"),
        ("//x", "http://x/"),
        ("\\\\x", "http://x/"),
        ("http:x", "http://a/b/x"),
        ("http:///x", "http://x/"),
        ("HTTPS:////x/y", "https://x/y"),
        ("?q", "http://a/b/c?q"),
        ("", "http://a/b/c"),
        ("..", "http://a/"),
        ("mailto:x\\y", "mailto:x\\y"),
    ],
)
def test_resolved(url: str, expected: str) -> None:
    assert resolved("http://a/b/c", url) == expected


@pytest.mark.parametrize("url", ["http://", "https:///", "HTTP://"])
def test_what_resolves_to_nothing(url: str) -> None:
    with pytest.raises(ValueError, match="no host"):
        resolved("http://a/", url)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://a", True),
        ("http:a", True),
        ("http:\\\\a", True),
        ("http://", False),
        ("http:://a", False),
        ("http://a:99999", False),
        ("ws://a", True),
        ("ftp://", False),
        ("about:", True),
        ("localhost:3000", True),
        ("a.example", False),
        ("//a", False),
        ("1a:b", False),
        ("", False),
    ],
)
def test_is_url(text: str, expected: bool) -> None:
    assert is_url(text) is expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://a/", False),
        ("http://@a/", False),
        ("http://:@a/", False),
        ("http://u@a/", True),
        ("http://:p@a/", True),
        ("http://a/@", False),
    ],
)
def test_includes_credentials(url: str, expected: bool) -> None:
    assert includes_credentials(url) is expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://a:6000/", True),
        ("https://a:6000/", True),
        ("http://a:0/", True),
        ("http://a/", False),
        ("http://a:8080/", False),
        ("ftp://a:21/", False),
    ],
)
def test_has_bad_port(url: str, expected: bool) -> None:
    assert has_bad_port(url, frozenset()) is expected
    assert not has_bad_port(url, frozenset({0, 6000}))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a/", True),
        ("http://localhost/", True),
        ("http://a.localhost/", True),
        ("http://localhost.example/", False),
        ("http://127.9.9.9/", True),
        ("http://[::1]/", True),
        ("http://128.0.0.1/", False),
        ("http://a/", False),
    ],
)
def test_is_trustworthy(url: str, expected: bool) -> None:
    assert is_trustworthy(url) is expected


def test_origins_and_sites() -> None:
    assert origin_of("HTTP://U@A:80/x") == "http://a"
    assert origin_of("http://[::1]:81/") == "http://[::1]:81"
    domain = {"a.co.uk": "a.co.uk", "b.a.co.uk": "a.co.uk"}.get
    assert site_of("https://b.a.co.uk/x", domain) == ("https", "a.co.uk")
    assert site_of("https://co.uk/x", domain) == ("https", "co.uk")
    assert site_of("https://1.2.3.4/", lambda host: "3.4") == ("https", "1.2.3.4")
