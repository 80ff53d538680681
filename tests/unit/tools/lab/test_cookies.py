"""What became of a cookie: each rule of RFC 6265bis that the lab explains, with its reason."""

from __future__ import annotations

from typing import Any

import pytest

from flask_cors.tools.lab.cookies import CookieBook, Fate, read
from flask_cors.tools.lab.log import Entry

APP = "http://localhost:5000"
SAME, CROSS = "http://localhost:8700", "http://127.0.0.1:8700"
LAX_FIX = "A page of a different site needs SameSite=None; Secure."


def entry(number: int = 1, **given: Any) -> Entry:
    origin = given.get("origin", SAME)
    values: dict[str, Any] = {
        "kind": "actual",
        "method": "GET",
        "url": f"{APP}/a/b",
        "origin": origin,
        "site": "cross-site" if origin != SAME else "same-site",
        "asked": [],
        "cookies": [],
        "status": 200,
        "answered": [],
        "set_cookies": [],
    }
    return Entry(number, **{**values, **given})


def fates(*entries: Entry, credentials: bool = True) -> list[Fate]:
    """Return what became of the cookies of the last of *entries*."""
    book = CookieBook()
    for earlier in entries[:-1]:
        book.follow([earlier], credentials=True)
    return book.follow(entries[-1:], credentials=credentials)


def test_a_login_is_stored_sent_and_deleted() -> None:
    login = entry(1, set_cookies=["session=x; HttpOnly; Path=/"])
    assert fates(login) == [Fate("session", "set", attributes="Path=/")]
    assert fates(login, entry(2, cookies=["session"])) == [Fate("session", "sent")]
    logout = entry(2, cookies=["session"], set_cookies=["session=; Max-Age=0; Path=/"])
    assert [fate.what for fate in fates(login, logout)] == ["sent", "deleted"]
    assert fates(login, logout, entry(3)) == []


@pytest.mark.parametrize(
    ("line", "given", "reason"),
    [
        ("a=1; SameSite=None", {}, "SameSite=None is kept with Secure only: write both"),
        ("a=1; Partitioned", {}, "Partitioned is kept with Secure only: write both"),
        (
            "a=1; Domain=.other.example",
            {},
            "Domain=other.example is not the host localhost, nor above it",
        ),
        ("__Secure-a=1", {}, "a name with __Secure- is kept with Secure only"),
        (
            "__Host-a=1; Secure; Path=/x",
            {},
            "a name with __Host- is kept with Secure, Path=/ and no Domain only",
        ),
        (
            "a=1; Secure",
            {"url": "http://api.example/"},
            "Secure cookies are kept over https only, but for localhost",
        ),
        (
            "a=1",
            {"origin": CROSS},
            "no SameSite, which means Lax: an answer to a page of a different site sets cookies "
            "with SameSite=None; Secure only",
        ),
        (
            "a=1; SameSite=strict",
            {"origin": "null"},
            "SameSite=Strict: an answer to a page of a different site sets cookies with "
            "SameSite=None; Secure only",
        ),
        (
            "a=1; SameSite=odd",
            {"origin": CROSS, "site": ""},
            "no SameSite, which means Lax: an answer to a page of a different site sets cookies "
            "with SameSite=None; Secure only",
        ),
    ],
)
def test_why_a_cookie_is_not_stored(line: str, given: dict[str, Any], reason: str) -> None:
    (fate,) = fates(entry(set_cookies=[line], **given))
    assert (fate.what, fate.why) == ("refused", reason)
    assert fate.fix.startswith(LAX_FIX) == ("page of a different site" in reason)


def test_without_credentials_cookies_neither_come_nor_go() -> None:
    login = entry(1, set_cookies=["a=1"])
    (fate,) = fates(login, credentials=False)
    expected = "without credentials: 'include' a browser ignores Set-Cookie"
    assert (fate.what, fate.why) == ("refused", expected)
    (fate,) = fates(login, entry(2), credentials=False)
    assert (fate.what, fate.why) == (
        "withheld",
        "the page asked without credentials: 'include'",
    )


@pytest.mark.parametrize(
    ("line", "given", "reason"),
    [
        ("a=1", {"origin": CROSS}, "no SameSite, which means Lax: a page of a different site"),
        ("a=1; SameSite=Lax", {"origin": "null"}, "SameSite=Lax: a page of a different site does"),
        ("a=1; Path=/a", {"url": f"{APP}/abc"}, "it is for the path /a and below"),
        ("a=1; Path=/x", {}, "it is for the path /x and below"),
        ("a=1", {"url": "http://127.0.0.1:5000/a/b"}, "it belongs to localhost"),
        (
            "a=1; SameSite=None; Secure; Partitioned",
            {"origin": CROSS},
            "Partitioned: it was set for http://localhost, and stays there",
        ),
        (
            "a=1; SameSite=None; Secure",
            {"origin": CROSS},
            "the browser blocks third-party cookies; with Partitioned it may keep them",
        ),
        ("a=1; Path=/a", {}, "the browser has it no longer, or blocks it"),
    ],
)
def test_why_a_cookie_is_not_sent(line: str, given: dict[str, Any], reason: str) -> None:
    login = entry(1, set_cookies=[line])
    (fate,) = fates(login, entry(2, **given))
    assert fate.what == "withheld"
    assert fate.why.startswith(reason)


def test_a_secure_cookie_stays_off_plain_http() -> None:
    login = entry(1, url="https://api.example/", set_cookies=["a=1; Secure; Domain=example"])
    (fate,) = fates(login, entry(2, url="http://api.example/", site="same-site"))
    assert fate.why == "Secure cookies are sent over https only, but for localhost"
    above = entry(1, url="https://api.example/", set_cookies=["a=1; Secure; Domain=api.example"])
    (fate,) = fates(above, entry(2, url="https://b.api.example/", cookies=["a"]))
    assert fate == Fate("a", "sent")


def test_preflights_have_no_cookies_and_nothing_is_read_twice() -> None:
    book = CookieBook()
    login = entry(1, set_cookies=["a=1"])
    assert book.follow([entry(2, kind="preflight", set_cookies=["b=1"])], credentials=True) == []
    first = book.follow([login], credentials=True)
    assert book.follow([login], credentials=False) == first


@pytest.mark.parametrize(
    ("line", "ends"),
    [
        ("a=; Max-Age=-1", True),
        ("a=; Max-Age=0; Expires=Wed, 01 Jan 2200 00:00:00 GMT", True),
        ("a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT", True),
        ("a=; Expires=soon", False),
        ("a=; Max-Age=60", False),
        ("nameless", False),
    ],
)
def test_when_a_line_deletes_a_cookie(line: str, ends: bool) -> None:
    found = read(line, entry())
    assert found.ends == ends
    assert found.name == ("" if line == "nameless" else "a")


def test_the_attributes_that_decide_are_shown_and_no_value() -> None:
    line = "a=secret; SameSite=None; Secure; Partitioned; Domain=localhost; Path=/; HttpOnly"
    found = read(line, entry())
    assert found.attributes == "SameSite=None; Secure; Partitioned; Domain=localhost; Path=/"
    assert "secret" not in repr(found)
    assert read("a=1", entry()).path == "/a"
    assert read("a=1; Partitioned", entry(origin="null")).partition == "a sandboxed frame"
