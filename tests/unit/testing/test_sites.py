"""URLs as browsers serialize them, origins, sites, ports."""

from __future__ import annotations

import pytest

from flask_cors.testing import CHROMIUM
from flask_cors.testing.sites import (
    checked_origin,
    has_bad_port,
    includes_credentials,
    is_trustworthy,
    is_url,
    origin_of,
    resolved,
    site_of,
    with_query,
    without_credentials,
    without_fragment,
)


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


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/a|b?|#|", "http://a/a%7Cb?|#|"),
        ("ws:x/|", "ws://x/%7C"),
        ("foo:/|", "foo:/%7C"),
        ("foo:|", "foo:|"),
    ],
)
def test_chromium_encodes_vertical_bars(url: str, expected: str) -> None:
    assert resolved("http://a/", url, CHROMIUM) == expected
    assert resolved("http://a/", url) == expected.replace("%7C", "|")


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
        ("http://u:p@a:81/@?#f", "http://a:81/@?#f"),
        ("http://u@[::1]/", "http://[::1]/"),
        ("http://a/?", "http://a/?"),
        ("data:,u@a", "data:,u@a"),
    ],
)
def test_without_credentials(url: str, expected: str) -> None:
    assert without_credentials(url) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://a/?q#f#g", "http://a/?q"),
        ("http://a/?#", "http://a/?"),
        ("http://a/;", "http://a/;"),
    ],
)
def test_without_fragment(url: str, expected: str) -> None:
    assert without_fragment(url) == expected


@pytest.mark.parametrize(
    ("url", "query", "expected"),
    [
        ("http://a/b", "", "http://a/b?"),
        ("http://a/b?c#d", "e=f", "http://a/b?e=f#d"),
        ("http://u:p@a:81/;", "e", "http://u:p@a:81/;?e"),
    ],
)
def test_with_query(url: str, query: str, expected: str) -> None:
    assert with_query(url, query) == expected


@pytest.mark.parametrize(
    "origin",
    ["null", "http://a", "https://a:81", "http://[::1]:81", "chrome-extension://abc", "app://."],
)
def test_a_serialized_origin(origin: str) -> None:
    assert checked_origin(origin) == origin


WRITE = "write scheme://host[:port], or null"


@pytest.mark.parametrize(
    ("origin", "hint"),
    [
        ("", WRITE),
        ("a", WRITE),
        ("http://", WRITE),
        ("http://a/", "remove the slash at the end: 'http://a'"),
        ("http://a:80", "write 'http://a'"),
        ("http://a/x?y", "write 'http://a'"),
        ("http://A", "write 'http://a'"),
        ("http://u@a", "write 'http://a'"),
        ("http://a b", WRITE),
        ("http://a:b", WRITE),
        ("http://127.1", "write 'http://127.0.0.1'"),
        ("http://[0::1]", "write 'http://[::1]'"),
        ("http://fa\u00df.test", "write 'http://xn--fa-hia.test'"),
        ("http:a", "write 'http://a'"),
        ("data:,x", WRITE),
        ("mailto:a@b.example", WRITE),
    ],
)
def test_what_is_no_serialized_origin(origin: str, hint: str) -> None:
    with pytest.raises(ValueError, match=r"^not an origin: ") as caught:
        checked_origin(origin)
    assert str(caught.value) == f"not an origin: {origin!r}; {hint}"
    if hint != WRITE:
        assert checked_origin(hint.split("'")[1])


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
    assert origin_of("data:,x") == "data://"
    domain = {"a.co.uk": "a.co.uk", "b.a.co.uk": "a.co.uk"}.get
    assert site_of("https://b.a.co.uk/x", domain) == ("https", "a.co.uk")
    assert site_of("data:,x", domain) == ("data", "")
    assert site_of("https://co.uk/x", domain) == ("https", "co.uk")
    assert site_of("https://1.2.3.4/", lambda host: "3.4") == ("https", "1.2.3.4")
