"""The browser model's cookies: RFC 6265bis, by the sections of its storage and retrieval."""

from __future__ import annotations

from typing import Any

import pytest

from flask_cors.testing import (
    CHROMIUM,
    STANDARD,
    CookieJar,
    CookieNote,
    Traits,
    last_two_labels,
)
from flask_cors.testing.cookies import name_of

API = "https://api.shop.test/v1/items"
START = 1_700_000_000.0


class Clock:
    now = START

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def jar(clock: Clock) -> CookieJar:
    return CookieJar(clock, last_two_labels)


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("a=1", "a", "1"),
        (" a = 1 ; Path=/", "a", "1"),
        ("a=b=c", "a", "b=c"),
        ("a=", "a", ""),
        ("=1", "", "1"),
        ("1", "", "1"),
        ('a="x y"', "a", '"x y"'),
        ("\t a\t=\t1\t ;", "a", "1"),
        ("\ta\t", "", "a"),
        # The last bytes of a letter in UTF-8 are no white space.
        ("caf\xc3\xa0=\xc3\x85", "caf\xc3\xa0", "\xc3\x85"),
        ("\xa0a\xa0=\x85", "\xa0a\xa0", "\x85"),
        ("a\xa0", "", "a\xa0"),
        ("te\tst=a\tb", "te\tst", "a\tb"),
        ("==2", "", "=2"),
        ("XaX=X1X", "XaX", "X1X"),
    ],
)
def test_name_and_value(jar: CookieJar, line: str, name: str, value: str) -> None:
    assert jar.set(API, line)
    (cookie,) = jar
    assert (cookie.name, cookie.value) == (name, value)
    assert str(cookie) == (f"{name}={value}" if name else value)


@pytest.mark.parametrize("line", ["", "=", ";Path=/", "a=" + "x" * 4096])
def test_what_is_no_cookie(jar: CookieJar, line: str) -> None:
    assert not jar.set(API, line)
    assert list(jar) == []


def test_defaults(jar: CookieJar) -> None:
    jar.set(API, "a=1")
    (cookie,) = jar
    assert cookie.domain == "api.shop.test"
    assert cookie.host_only
    assert cookie.path == "/v1"
    assert not cookie.secure
    assert not cookie.http_only
    assert cookie.same_site == "lax"
    assert cookie.expires is None


@pytest.mark.parametrize(
    ("line", "path", "secure"),
    [
        ("a=1;\tPath\t=\t/x\t;\tsecure\t", "/x", True),
        ("a=1; Path=/x\xa0; Secure\xa0", "/x\xa0", False),
    ],
)
def test_white_space_around_attributes(jar: CookieJar, line: str, path: str, secure: bool) -> None:
    jar.set(API, line)
    (cookie,) = jar
    assert (cookie.path, cookie.secure) == (path, secure)


def test_attributes(jar: CookieJar) -> None:
    jar.set(API, "a=1; domain=.Shop.test; PATH=/x; secure; HttpOnly; samesite=STRICT; Max-Age=5")
    (cookie,) = jar
    assert cookie.domain == "shop.test"
    assert not cookie.host_only
    assert cookie.path == "/x"
    assert cookie.secure
    assert cookie.http_only
    assert cookie.same_site == "strict"
    assert cookie.expires == START + 5


@pytest.mark.parametrize(
    ("url", "domain", "kept"),
    [
        ("http://api.shop.test/", "api.shop.test", True),
        ("http://api.shop.test/", "shop.test", True),
        ("http://api.shop.test/", "test", False),
        ("http://api.shop.test/", "other.test", False),
        ("http://api.shop.test/", "x.api.shop.test", False),
        ("http://api.shop.test/", "i.shop.test", False),
        ("http://localhost/", "localhost", True),
        ("http://127.0.0.1/", "127.0.0.1", True),
        ("http://127.0.0.1/", "0.0.1", False),
    ],
)
def test_domains(jar: CookieJar, url: str, domain: str, kept: bool) -> None:
    assert jar.set(url, f"a=1; Domain={domain}") == kept


def test_a_public_suffix_is_a_host_of_its_own(clock: Clock) -> None:
    jar = CookieJar(clock, {"app.hosting.test": "app.hosting.test"}.get)
    assert not jar.set("http://app.hosting.test/", "a=1; Domain=hosting.test")
    assert jar.set("http://hosting.test/", "a=1; Domain=hosting.test")
    (cookie,) = jar
    assert cookie.host_only


@pytest.mark.parametrize(
    ("url", "line", "same_site", "kept"),
    [
        ("http://api.test/", "a=1; Secure", True, False),
        ("http://localhost/", "a=1; Secure", True, True),
        ("https://api.test/", "a=1; SameSite=None", True, False),
        ("https://api.test/", "a=1; SameSite=None; Secure", True, True),
        ("https://api.test/", "a=1; SameSite=None; Secure", False, True),
        ("https://api.test/", "a=1", False, False),
        ("https://api.test/", "a=1; SameSite=Strict", False, False),
        ("https://api.test/", "a=1; SameSite=Odd", True, True),
        ("https://api.test/", "__Secure-a=1", True, False),
        ("https://api.test/", "__secure-a=1; Secure", True, True),
        ("https://api.test/", "__Host-a=1; Secure", True, False),
        ("https://api.test/", "__Host-a=1; Secure; Path=/", True, True),
        ("https://api.test/", "__HOST-a=1; Secure; Path=/; Domain=api.test", True, False),
        ("https://api.test/", "=__Host-a", True, False),
        ("https://api.test/", "=__Host-a; Secure; Path=/", True, False),
        ("https://api.test/", "=__Secure-a=1; Secure", True, False),
        ("https://api.test/", "__Host-; Secure; Path=/", True, False),
        ("https://api.test/", "__Host-=; Secure; Path=/", True, True),
        ("https://api.test/", "=a__Host-a; Secure; Path=/", True, True),
        ("https://127.0.0.1/", "__Host-a=1; Secure; Path=/; Domain=127.0.0.1", True, True),
    ],
)
def test_what_is_stored(jar: CookieJar, url: str, line: str, same_site: bool, kept: bool) -> None:
    assert jar.set(url, line, same_site=same_site) == kept


@pytest.mark.parametrize(
    ("url", "line", "kept"),
    [
        ("http://api.shop.test/", "a=2; Path=/", False),
        ("http://api.shop.test/", "a=2; Path=/v1/x", False),
        ("http://api.shop.test/", "a=2; Path=/v2", True),
        ("http://api.shop.test/", "b=2", True),
        ("http://shop.test/", "a=2; Domain=shop.test; Path=/v1", False),
        ("http://www.shop.test/", "a=2; Path=/v1", True),
        ("https://api.shop.test/", "a=2; Path=/v1", True),
    ],
)
def test_an_insecure_page_overlays_no_secure_cookie(
    jar: CookieJar, url: str, line: str, kept: bool
) -> None:
    path = "/" if line.endswith("/") else "/v1"
    jar.set(API, f"a=1; Secure; Path={path}")
    assert jar.set(url, line) == kept


@pytest.mark.parametrize(
    ("attributes", "seconds"),
    [
        ("Max-Age=5", 5),
        ("Max-Age=5; Expires=Wed, 01 Jan 2020 00:00:00 GMT", 5),
        ("Max-Age=soon", None),
        ("Expires=Tue, 14 Nov 2023 22:13:30 GMT", 10),
        ("Expires=Tue, 14 Nov 2023 22:13:30 -0000", 10),
        ("Expires=Tue, 14 Nov 2023 22:13:30 +0100", 10),
        ("Expires=soon", None),
        ("Expires=Wed, 01 Jan 99999999999 00:00:00 GMT", None),
        ("Max-Age=" + "9" * 1000, 400 * 86400),
        ("Max-Age=" + "9" * 1025, None),
        ("Expires=Wed, 01 Jan 2048 00:00:00 GMT", 400 * 86400),
        ("Max-Age=5; Max-Age=7", 7),
        ("Max-Age=5; Max-Age=soon", 5),
        ("Max-Age=5; Max-Age=", 5),
        ("Max-Age=5; Max-Age=+7", 5),
        ("Max-Age=5; Max-Age=7.5", 5),
        ("Max-Age=5; Max-Age=" + "7" * 1025, 5),
        ("Max-Age=" + "0" * 1023 + "5", 5),
        ("Expires=Tue, 14 Nov 2023 22:13:30 GMT; Expires=soon", 10),
        ("Expires=Tue, 14 Nov 2023 22:13:30 GMT; Expires=1 Jan 1600 00:00:00", 10),
    ],
)
def test_expiry(jar: CookieJar, clock: Clock, attributes: str, seconds: int | None) -> None:
    jar.set(API, f"a=1; {attributes}")
    (cookie,) = jar
    assert cookie.expires == (None if seconds is None else START + seconds)
    clock.now = START + (seconds or 1_000_000_000)
    assert jar.get(API) == (None if seconds else "a=1")


@pytest.mark.parametrize(
    ("attributes", "seconds"),
    [
        ("Max-Age=5; Max-Age=soon", None),
        ("Max-Age=5; Max-Age=+7", 7),
        ("Max-Age=++7", None),
        ("Max-Age=+-7", 0),
        ("Max-Age=5; Expires=soon", 5),
        ("Expires=Tue, 14 Nov 2023 22:13:30 GMT; Expires=soon", None),
        ("Expires=Tue, 14 Nov 2023 22:13:30 GMT; Max-Age=soon", 10),
        ("Expires=14th Nov 2023 22:13:30", None),
    ],
)
def test_expiry_in_chromium(clock: Clock, attributes: str, seconds: int | None) -> None:
    jar = CookieJar(clock, last_two_labels, CHROMIUM)
    assert jar.set(API, f"a=1; {attributes}")
    expected = [] if seconds == 0 else [None if seconds is None else START + seconds]
    assert [cookie.expires for cookie in jar] == expected


ODD = "it holds a tab, or an = without a name before it"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("te\tst=1", ODD),
        ("test=a\tb", ODD),
        ("a\tb", ODD),
        ("=2=3", ODD),
        ("=2", ""),
        ("a=2=3", ""),
        ("\ta\t=\t1\t;\tPath=/", ""),
    ],
)
def test_odd_cookies(clock: Clock, line: str, reason: str) -> None:
    strict = CookieJar(clock, last_two_labels, Traits(refuses_odd_cookies=True))
    assert strict.store(API, line) == reason
    assert CookieJar(clock, last_two_labels).store(API, line) == ""


@pytest.mark.parametrize("attributes", ["Max-Age=0", "Max-Age=-1"])
def test_deletion(jar: CookieJar, attributes: str) -> None:
    jar.set(API, "a=1")
    jar.set(API, "a=2; Domain=shop.test")
    assert jar.set(API, f"a=; {attributes}")
    assert jar.get(API) == "a=2"
    jar.clear()
    assert list(jar) == []


@pytest.mark.parametrize(
    ("line", "url", "sent"),
    [
        ("a=1", "https://api.shop.test/v1", True),
        ("a=1", "https://api.shop.test:8443/v1/x", True),
        ("a=1", "http://api.shop.test/v1/x", True),
        ("a=1", "https://api.shop.test/v10", False),
        ("a=1", "https://api.shop.test/", False),
        ("a=1; Path=/", "https://api.shop.test", True),
        ("a=1; Path=/v1/", "https://api.shop.test/v1/x", True),
        ("a=1; Path=/v1/", "https://api.shop.test/v1", False),
        ("a=1; Path=/", "https://x.api.shop.test/", False),
        ("a=1; Path=/; Domain=shop.test", "https://shop.test/", True),
        ("a=1; Path=/; Domain=shop.test", "https://x.y.shop.test/", True),
        ("a=1; Path=/; Domain=shop.test", "https://workshop.test/", False),
        ("a=1; Path=/; Secure", "http://api.shop.test/", False),
    ],
)
def test_where_a_cookie_goes(jar: CookieJar, line: str, url: str, sent: bool) -> None:
    jar.set(API, line)
    assert jar.get(url) == ("a=1" if sent else None)


def test_another_site(jar: CookieJar) -> None:
    for line in ("a=1", "b=1; SameSite=Strict", "c=1; SameSite=None; Secure"):
        jar.set(API, line)
    assert jar.get(API) == "a=1; b=1; c=1"
    assert jar.get(API, same_site=False) == "c=1"


def test_order(jar: CookieJar) -> None:
    for line in ("a=1; Path=/", "b=1; Path=/v1/items", "c=1; Path=/", "d=1; Path=/v1"):
        jar.set(API, line)
    jar.set(API, "a=2; Path=/")
    assert jar.get(API) == "b=1; d=1; a=2; c=1"


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("localhost", None),
        ("shop.test", "shop.test"),
        ("a.b.shop.test", "shop.test"),
    ],
)
def test_last_two_labels(host: str, domain: Any) -> None:
    assert last_two_labels(host) == domain


# -- why a cookie is not there -------------------------------------------------------------

PLAIN = "http://api.shop.test/v1/items"
PATH = "its Path is /other, and the request is for /v1/items"
LACKS = "it lacks attributes that the prefix of its name demands"
CONTROL = "it holds a control character"
OTHERS_PAGE = "and the request comes from another site"


@pytest.mark.parametrize(
    ("url", "line", "rules", "reason"),
    [
        (API, "a=1", {}, ""),
        (API, "", {}, "it is empty, or longer than 4096 bytes"),
        (
            API,
            "a=1; Domain=other.test",
            {},
            "its Domain is not the server's host, nor a site's domain above it",
        ),
        (API, "__Host-a=1", {}, LACKS),
        (API, "__Http-a=1; Secure", {}, LACKS),
        (API, "__Http-a=1; HttpOnly", {}, LACKS),
        (API, "__Http-a=1; Secure; HttpOnly", {}, ""),
        (API, "__Host-Http-a=1; Secure; Path=/", {}, LACKS),
        (API, "__host-http-a=1; Secure; HttpOnly", {}, LACKS),
        (API, "__Host-Http-a=1; Secure; HttpOnly; Path=/", {}, ""),
        (API, "__HttpA=1", {}, ""),
        (API, "a=1\x01", {}, CONTROL),
        (API, "a\x7f=1", {}, CONTROL),
        (API, "a=1; Path=/\n", {}, CONTROL),
        (API, "a=1\t2", {}, ""),
        (PLAIN, "a=1; Secure", {}, "it is Secure, and the response came over plain http"),
        (API, "a=1; SameSite=None", {}, "SameSite=None without Secure"),
        (API, "a=1; Partitioned", {}, "Partitioned without Secure"),
        (API, "a=1", {"same_site": False}, f"SameSite is Lax by default, {OTHERS_PAGE}"),
        (API, "a=1; SameSite=Strict", {"same_site": False}, f"SameSite=Strict, {OTHERS_PAGE}"),
        (
            API,
            "a=1; SameSite=None; Secure",
            {"same_site": False, "only_partitioned": True},
            "third-party cookies are blocked, and it is not Partitioned",
        ),
    ],
)
def test_why_a_cookie_is_not_stored(
    jar: CookieJar, url: str, line: str, rules: dict[str, Any], reason: str
) -> None:
    assert jar.store(url, line, **rules) == reason
    assert len(list(jar)) == (not reason)
    assert jar.set(url, line, **rules) is not bool(reason)


def test_the_longest_cookie(jar: CookieJar) -> None:
    assert jar.store(API, "abcd=" + "x" * 4092) == ""
    assert jar.store(API, "abcd=" + "x" * 4093) == "it is empty, or longer than 4096 bytes"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("a=1; Path=/b=c", "a"),
        (" a =1", "a"),
        ("a=b=c", "a"),
        ("a; b=c", ""),
        ("", ""),
        ("\ta\xa0\t=", "a\xa0"),
    ],
)
def test_the_name_in_a_line(line: str, name: str) -> None:
    assert name_of(line) == name


def test_a_negative_age_expires_a_cookie(jar: CookieJar) -> None:
    jar.set(API, "a=1")
    jar.set(API, "a=1; Max-Age=-5")
    assert list(jar) == []


def test_a_secure_cookie_is_not_replaced_over_http(jar: CookieJar) -> None:
    assert jar.store(API, "a=1; Secure") == ""
    expected = "a Secure cookie has its name, and the response came over http"
    assert jar.store(PLAIN, "a=2") == expected


@pytest.mark.parametrize(
    ("line", "url", "rules", "reason"),
    [
        ("a=1", API, {}, ""),
        ("a=1; Path=/other", API, {"same_site": False}, PATH),
        ("a=1; Path=/other", API, {}, PATH),
        ("a=1; Path=/v1/it", API, {}, PATH.replace("/other", "/v1/it")),
        (
            "a=1; SameSite=Lax",
            API,
            {"same_site": False, "navigation": "post"},
            "SameSite=Lax, and a form of another site posts",
        ),
        ("a=1", API, {"same_site": False}, f"SameSite is Lax by default, {OTHERS_PAGE}"),
        ("a=1", API, {"same_site": False, "navigation": "get"}, ""),
        (
            "a=1; SameSite=Strict",
            API,
            {"same_site": False, "navigation": "get"},
            f"SameSite=Strict, {OTHERS_PAGE}",
        ),
        ("a=1; Secure", PLAIN, {}, "it is Secure, and the request goes over plain http"),
        (
            "a=1; Secure; SameSite=None",
            API,
            {"same_site": False, "only_partitioned": True},
            "third-party cookies are blocked, and it is not Partitioned",
        ),
        (
            "a=1; Secure; SameSite=None; Partitioned",
            API,
            {"partition": "elsewhere"},
            "it is Partitioned, and was set in a tab of another site",
        ),
    ],
)
def test_why_a_cookie_is_not_sent(
    jar: CookieJar, line: str, url: str, rules: dict[str, Any], reason: str
) -> None:
    jar.set(API, line)
    notes = jar.withheld(url, **rules)
    assert notes == ((CookieNote("a", reason),) if reason else ())
    assert (jar.get(url, **rules) is None) is (bool(reason) or "Path" in line)


def test_a_note_is_a_sentence() -> None:
    assert str(CookieNote("a", "why")) == "a: why"


def test_a_jar_is_shown_as_lines(jar: CookieJar) -> None:
    assert str(jar) == ""
    jar.set(API, "a=1")
    jar.set(API, "b=2; Domain=shop.test; Path=/; Secure; HttpOnly; SameSite=None; Partitioned")
    assert str(jar).split("\n") == [
        "a=1; api.shop.test/v1; SameSite=Lax",
        "b=2; shop.test/; SameSite=None; Secure; HttpOnly; Partitioned",
    ]


# -- Order -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "standard", "chromium"),
    [
        (["a=1", "b=1", "a=1"], "a=1; b=1", "a=1; b=1"),
        (["a=1", "b=1", "a=2"], "a=2; b=1", "b=1; a=2"),
        (["a=1", "b=1", "a=1; Max-Age=9"], "a=1; b=1", "a=1; b=1"),
        (["a=1", "b=1", "a=1; Max-Age=0", "a=1"], "b=1; a=1", "b=1; a=1"),
        (["a=1; Path=/", "b=1; Path=/p"], "b=1; a=1", "b=1; a=1"),
    ],
)
def test_in_which_order_cookies_are_sent(lines: list[str], standard: str, chromium: str) -> None:
    for traits, sent in ((STANDARD, standard), (CHROMIUM, chromium)):
        jar = CookieJar(Clock(), last_two_labels, traits)
        for line in lines:
            jar.set("https://app.example/p/x", line if "Path" in line else f"{line}; Path=/")
        assert jar.get("https://app.example/p/x") == sent


def test_a_cookie_that_has_expired_leaves_its_place() -> None:
    clock = Clock()
    jar = CookieJar(clock, last_two_labels)
    for line in ("a=1; Max-Age=1", "b=1"):
        jar.set("https://app.example/", line)
    clock.now += 2
    jar.set("https://app.example/", "a=1")
    assert jar.get("https://app.example/") == "b=1; a=1"


def test_a_cookie_that_is_set_again_is_as_old_as_before() -> None:
    clock = Clock()
    jar = CookieJar(clock, last_two_labels)
    jar.set("https://app.example/", "a=1")
    clock.now += 200
    jar.set("https://app.example/", "a=1; Secure")
    (cookie,) = jar
    assert (cookie.created, cookie.secure) == (START, True)


def test_a_domain_that_is_a_dot() -> None:
    for traits, kept in ((STANDARD, True), (CHROMIUM, False)):
        jar = CookieJar(Clock(), last_two_labels, traits)
        assert jar.set("https://app.example/", "a=1; Domain=.") is kept
        assert jar.set("https://app.example/", "b=1; Domain=")
        assert all(cookie.host_only for cookie in jar)
