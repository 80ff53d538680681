"""URLs as browsers parse and serialize them (https://url.spec.whatwg.org/)."""

from __future__ import annotations

import re

import pytest

from flask_cors.testing.urls import URL, parse

PAGE = "http://a/b/c?q"


def serialized(text: str, base: str | None = PAGE) -> str:
    """Return *text* parsed against *base*; what comes of it has to stay as it is."""
    url = parse(text, None if base is None else parse(base))
    assert parse(str(url)) == url
    return str(url)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://a", "http://a/"),
        ("HTTP://A.Example/B", "http://a.example/B"),
        ("http://a/b/../c", "http://a/c"),
        ("http://a/../../c", "http://a/c"),
        ("http://a/b/.", "http://a/b/"),
        ("http://a/b/..", "http://a/"),
        ("http://a/b/%2e", "http://a/b/"),
        ("http://a/b/.%2E/c", "http://a/c"),
        ("http://a/b/%2e%2E", "http://a/"),
        ("http://a/b/./c", "http://a/b/c"),
        ("http://a/...", "http://a/..."),
        ("http://a//b", "http://a//b"),
        ("http://a//../b", "http://a/b"),
        ("http://a/..//b", "http://a//b"),
        ("http://a\\b\\c?d\\e#f\\g", "http://a/b/c?d\\e#f\\g"),
        ("http://a/;", "http://a/;"),
        ("http://a/?", "http://a/?"),
        ("http://a/#", "http://a/#"),
        ("http://a?", "http://a/?"),
        ("http://a#?", "http://a/#?"),
        ("http://a/?b#c#d", "http://a/?b#c#d"),
        ("http://a/??", "http://a/??"),
        (" \0http://a/\x1f ", "http://a/"),
        ("ht\ttp:\n//a\r/b\tc", "http://a/bc"),
        ("http://a/\u00a0", "http://a/%C2%A0"),
        ("\u3000", "http://a/b/%E3%80%80"),
        ("http://a/\ud83d", "http://a/%EF%BF%BD"),
        ("http://a/\ud83d\ude00", "http://a/%F0%9F%98%80"),
        ("\ufeffx", "http://a/b/%EF%BB%BFx"),
        ("https://a", "https://a/"),
        ("ws://a", "ws://a/"),
        ("wss://a", "wss://a/"),
        ("ftp://a", "ftp://a/"),
    ],
)
def test_absolute_urls(text: str, expected: str) -> None:
    assert serialized(text) == expected
    assert serialized(text, "https://other.example/x/") == expected or ":" not in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x", "http://a/b/x"),
        ("/x", "http://a/x"),
        ("\\x", "http://a/x"),
        ("//x", "http://x/"),
        ("\\\\x", "http://x/"),
        ("/\\x", "http://x/"),
        ("///x", "http://x/"),
        ("\\/\\x/y", "http://x/y"),
        ("http:x", "http://a/b/x"),
        ("http:/x", "http://a/x"),
        ("http:\\x", "http://a/x"),
        ("http:\\\\x", "http://x/"),
        ("http://\\x", "http://x/"),
        ("http:///x", "http://x/"),
        ("http:", "http://a/b/c?q"),
        ("http:?", "http://a/b/c?"),
        ("https:x", "https://x/"),
        ("https:/x/y", "https://x/y"),
        ("https:\\x", "https://x/"),
        ("HTTPS:////x/y", "https://x/y"),
        ("ws:x", "ws://x/"),
        ("?r", "http://a/b/c?r"),
        ("?", "http://a/b/c?"),
        ("#f", "http://a/b/c?q#f"),
        ("#", "http://a/b/c?q#"),
        ("", "http://a/b/c?q"),
        (";", "http://a/b/;"),
        ("x//y", "http://a/b/x//y"),
        ("/..//x", "http://a//x"),
        ("..", "http://a/"),
        (".", "http://a/b/"),
        ("../..", "http://a/"),
        ("\\:80", "http://a/:80"),
        ("x:80", "x:80"),
        ("x/y:80", "http://a/b/x/y:80"),
        ("?x:80", "http://a/b/c?x:80"),
        ("+x:y", "http://a/b/+x:y"),
        ("a+b.-1:y", "a+b.-1:y"),
        ("mailto:x\\y", "mailto:x\\y"),
        ("XX", "http://a/b/XX"),
        ("XX/XX", "http://a/b/XX/XX"),
        ("//XaX/X", "http://xax/X"),
    ],
)
def test_relative_urls(text: str, expected: str) -> None:
    assert serialized(text) == expected


@pytest.mark.parametrize(
    ("base", "text", "expected"),
    [
        ("http://u:p@a:81/b", "c", "http://u:p@a:81/c"),
        ("http://u:p@a:81/b", "/c", "http://u:p@a:81/c"),
        ("http://u:p@a:81/b", "//c", "http://c/"),
        ("http://a/b?q#f", "c", "http://a/c"),
        ("http://a/b?q#f", "/c", "http://a/c"),
        ("http://a/b?q#f", "", "http://a/b?q"),
        ("http://a/b?q#f", "#", "http://a/b?q#"),
        ("foo://h/x/y", "z", "foo://h/x/z"),
        ("foo://h/x/y", "/z", "foo://h/z"),
        ("foo://h/x/y", "//z", "foo://z"),
        ("foo://h/x/y", "///z", "foo:///z"),
        ("foo://h/x/y", "/\\z", "foo://h/\\z"),
        ("foo://h", "z", "foo://h/z"),
        ("foo://h", "", "foo://h"),
        ("foo:/x/y", "z", "foo:/x/z"),
        ("foo:/x/y", "foo:z", "foo:z"),
        ("foo:x?q#f", "#g", "foo:x?q#g"),
        ("foo://h/XyX/z", "X/X", "foo://h/XyX/X/X"),
    ],
)
def test_other_bases(base: str, text: str, expected: str) -> None:
    assert serialized(text, base) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("data:, x", "data:, x"),
        ("data:,\u00e9\x01\x7f", "data:,%C3%A9%01%7F"),
        ("data:,\"<>`{}|^'?\"'`#\"`'", "data:,\"<>`{}|^'?%22'`#%22%60'"),
        ("about:blank", "about:blank"),
        ("FOO:X", "foo:X"),
        ("foo:", "foo:"),
        ("foo:?", "foo:?"),
        ("foo:/x/../y", "foo:/y"),
        ("foo:/", "foo:/"),
        ("foo:/..//x", "foo:/.//x"),
        ("foo:////x", "foo:////x"),
        ("foo://", "foo://"),
        ("foo://H", "foo://H"),
        ("foo://h?q", "foo://h?q"),
        ("foo://h\\x/", None),
        ("foo://u:p@h:80/x", "foo://u:p@h:80/x"),
        ("foo://\u00e9 %zz/", None),
        ("foo://\u00e9%zz/", "foo://%C3%A9%zz/"),
        ("foo://1.2/", "foo://1.2/"),
        ("foo://[::1]:80/", "foo://[::1]:80/"),
        ("foo://a:b/", None),
        ("foo://:80/", None),
        ("foo://u@/", None),
        ("foo://@/", None),
        ("data://test:test/,X", None),
        ("file:///x", "file:///x"),
        ("file:x", "file:///x"),
        ("file:XxX", "file:///XxX"),
        ("file://XhX/XxX", "file://xhx/XxX"),
        ("file:\\x", "file:///x"),
        ("file:x\\/y", "file:///x//y"),
        ("file:", "file:///"),
        ("file:/", "file:///"),
        ("file://H/x\\y", "file://h/x/y"),
        ("file:/\\h", "file://h/"),
        ("file://localhost/x", "file:///x"),
        ("file://a:80/", None),
        ("file://u@h/", None),
        ("file://a b/", None),
    ],
)
def test_other_schemes(text: str, expected: str | None) -> None:
    if expected is None:
        with pytest.raises(ValueError, match=r"^not a |^no host: "):
            parse(text)
    else:
        assert serialized(text) == expected
        assert serialized(text, None) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://a:80/", "http://a/"),
        ("https://a:443/", "https://a/"),
        ("ws://a:80/", "ws://a/"),
        ("wss://a:443/", "wss://a/"),
        ("ftp://a:21/", "ftp://a/"),
        ("https://a:80/", "https://a:80/"),
        ("http://a:0/", "http://a:0/"),
        ("http://a:/", "http://a/"),
        ("http://a:0081/", "http://a:81/"),
        ("http://a:65535/", "http://a:65535/"),
        ("http://@a/", "http://a/"),
        ("http://:@a/", "http://a/"),
        ("http://u@a/", "http://u@a/"),
        ("http://u:@a/", "http://u@a/"),
        ("http://:p@a/", "http://:p@a/"),
        ("http://u:p@a/", "http://u:p@a/"),
        ("http://u:p:q@b@a/", "http://u:p%3Aq%40b@a/"),
        ("http://u\\@a/", "http://u/@a/"),
        ("http://u?@a/", "http://u/?@a/"),
        ("http://[::1]:81/", "http://[::1]:81/"),
        ("http://u:[p]@a/", "http://u:%5Bp%5D@a/"),
    ],
)
def test_authorities(text: str, expected: str) -> None:
    assert serialized(text) == expected


VISIBLE = "".join(map(chr, range(0x20, 0x7F)))


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        ("http://{}@a/", ' "#<>?^`{}/:;=@[\\]|'),
        ("http://a/{}", ' "#<>?^`{}'),
        ("http://a/?{}", " \"#<>'"),
        ("foo://a/?{}", ' "#<>'),
        ("http://a/#{}", ' "<>`'),
        ("foo:{}x", "#?"),
    ],
)
def test_what_is_percent_encoded(text: str, encoded: str) -> None:
    """#percent-encoded-bytes, of all visible characters; a delimiter is put in its own way."""
    before, after = text.split("{}")
    delimiters = {"http://{}@a/": "#/?\\:", "http://a/{}": "#?\\", "foo:{}x": "/#?"}
    delimiters |= {"http://a/?{}": "#", "foo://a/?{}": "#"}
    for char in VISIBLE:
        if char not in delimiters.get(text, ""):
            shown = f"%{ord(char):02X}" if char in encoded else char
            assert serialized(f"{before}a{char}b{after}", None) == f"{before}a{shown}b{after}"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.1", "127.0.0.1"),
        ("1.2.3", "1.2.0.3"),
        ("0x7f.0.0.1", "127.0.0.1"),
        ("0X7F.1", "127.0.0.1"),
        ("0177.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("4294967295", "255.255.255.255"),
        ("1.16777215", "1.255.255.255"),
        ("1.2.65535", "1.2.255.255"),
        ("255.255.255.255", "255.255.255.255"),
        ("0", "0.0.0.0"),
        ("00", "0.0.0.0"),
        ("0x", "0.0.0.0"),
        ("0x.0x", "0.0.0.0"),
        ("127.0.0.0x", "127.0.0.0"),
        ("1.2.3.4.", "1.2.3.4"),
        ("\uff11.2", "1.0.0.2"),
        ("1.2.3.4%2e", "1.2.3.4"),
        ("1.a", "1.a"),
        ("1.2.3.4a", "1.2.3.4a"),
        ("x0x", "x0x"),
        ("0xg", "0xg"),
        ("1e1", "1e1"),
        ("[0:0:0:0:0:0:0:1]", "[::1]"),
        ("[::]", "[::]"),
        ("[1::]", "[1::]"),
        ("[1:0:0:2:0:0:0:3]", "[1:0:0:2::3]"),
        ("[1:0:0:2:3:0:0:4]", "[1::2:3:0:0:4]"),
        ("[1:0:2:3:4:5:6:7]", "[1:0:2:3:4:5:6:7]"),
        ("[::2:3:4:5:6:7]", "[::2:3:4:5:6:7]"),
        ("[1:10:0:0:20:0:0:0]", "[1:10:0:0:20::]"),
        ("[::FFFF:1.2.3.4]", "[::ffff:102:304]"),
        ("[00ab::0]", "[ab::]"),
        ("%61.example", "a.example"),
        ("%C3%A9.example", "xn--9ca.example"),
        ("a_b-!$&'()*+,;=\"`{}~", "a_b-!$&'()*+,;=\"`{}~"),
        ("A..B.", "a..b."),
        ("a" * 70, "a" * 70),
    ],
)
def test_hosts(host: str, expected: str) -> None:
    assert serialized(f"http://{host}/") == f"http://{expected}/"


@pytest.mark.parametrize(
    ("host", "message"),
    [
        ("", "no host"),
        (":80", "no host"),
        ("u@", "no host"),
        ("u:p@:80", "no host"),
        *[
            (f"a{char}b", "not a host")
            for char in (" ", "%00", "%09", "%0A", "%0D", "%20", "%23", "%2F", "%3A", "%3C", "%3E")
        ],
        *[
            (f"a{char}b", "not a host")
            for char in ("%3F", "%40", "%5B", "%5C", "%5D", "%5E", "%7C")
        ],
        *[(f"a{char}b", "not a host") for char in ("^", "|", "<", "]", "%", "\x7f", "\x01", "%7f")],
        ("x[", "not a host"),
        ("x[::1]", "not a host"),
        ("\u00ad", "not a host"),
        ("%ff", "not a character of a domain"),
        ("1.2.3.256", "not an IPv4 address"),
        ("256.1", "not an IPv4 address"),
        ("1.16777216", "not an IPv4 address"),
        ("1.2.65536", "not an IPv4 address"),
        ("4294967296", "not an IPv4 address"),
        ("1.2.3.4.5", "not an IPv4 address"),
        ("1.2.3.4.0", "not an IPv4 address"),
        ("a.1", "not a number of an IPv4 address"),
        ("a.0x", "not a number of an IPv4 address"),
        ("0xg.1", "not a number of an IPv4 address"),
        ("1..2", "not a number of an IPv4 address"),
        ("08", "not a number of an IPv4 address"),
        ("1.09.1", "not a number of an IPv4 address"),
        ("[::1", "not an IPv6 address"),
        ("[::1]x", "not an IPv6 address"),
        ("[::1%25eth0]", "not an IPv6 address"),
        ("[::1%eth0]", "not an IPv6 address"),
        ("[::x]", "Only hex digits"),
        ("[]", "Address cannot be empty|At least 3 parts"),
        ("[::1.2.3]", "Expected 4 octets"),
        ("a:x", "not a port"),
        ("a:99999", "not a port"),
        ("a:65536", "not a port"),
        ("a:8 0", "not a port"),
        ("a:\u0661", "not a port"),
        ("a:-1", "not a port"),
        ("a:80:80", "not a port"),
    ],
)
def test_what_is_no_host_or_port(host: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse(f"http://{host}")


@pytest.mark.parametrize(
    "text", ["http://", "http:///", "http://?", "http://#", "//", "///", "\\/"]
)
def test_what_has_no_host(text: str) -> None:
    with pytest.raises(ValueError, match=r"^no host: http://"):
        parse(text, parse(PAGE))


@pytest.mark.parametrize(
    ("base", "text"),
    [
        (None, ""),
        (None, "x"),
        (None, "//a"),
        (None, "1a:b"),
        (None, "+a:b"),
        (None, ":b"),
        ("data:,x", ""),
        ("data:,x", "y"),
        ("data:,x", "y#"),
        ("data:,x", "?y"),
        ("data:,x", "?#"),
        ("data:,x", "/y"),
    ],
)
def test_what_needs_another_base(base: str | None, text: str) -> None:
    message = re.escape(f"a relative URL without a base: {text!r}")
    with pytest.raises(ValueError, match=f"^{message}$"):
        parse(text, None if base is None else parse(base))


def test_the_record() -> None:
    assert parse("http://u:p@a:81/b?c#d") == URL("http", "u", "p", "a", 81, "/b", "c", "d")
    assert parse("http://a") == URL("http", host="a", path="/")
    assert parse("foo:x") == URL("foo", path="x")
    assert parse("foo://h") == URL("foo", host="h")
    assert parse("http://a/?#") == URL("http", host="a", path="/", query="", fragment="")


def test_what_a_record_says() -> None:
    assert parse("http://a").is_special
    assert parse("file:x").is_special
    assert not parse("foo://a").is_special
    assert parse("data:,x").has_opaque_path
    assert parse("foo:").has_opaque_path
    assert not parse("foo:/x").has_opaque_path
    assert not parse("foo://h").has_opaque_path
    assert parse("http://u@a").includes_credentials
    assert parse("http://:p@a").includes_credentials
    assert not parse("http://:@a").includes_credentials
