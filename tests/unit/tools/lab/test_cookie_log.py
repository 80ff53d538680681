"""What became of a cookie: each rule of RFC 6265bis that the lab explains, with its reason."""

from __future__ import annotations

from typing import Any

import pytest

from flask_cors.tools.lab.cookie_log import CookieEvent, CookieLog
from flask_cors.tools.lab.log import Entry

APP = "http://localhost:5000"
SAME, CROSS = "http://localhost:8700", "http://127.0.0.1:8700"
LAX_FIX = "A page of a different site needs SameSite=None; Secure."
FROM_ANOTHER = "the request comes from another site"


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


def events(*entries: Entry, credentials: bool = True) -> list[CookieEvent]:
    """Return what became of the cookies of the last of *entries*."""
    log = CookieLog()
    for earlier in entries[:-1]:
        log.follow([earlier], credentials=True)
    return log.follow(entries[-1:], credentials=credentials)


def test_a_login_is_stored_sent_and_deleted() -> None:
    login = entry(1, set_cookies=["session=x; HttpOnly; Path=/"])
    assert events(login) == [CookieEvent("session", "set", attributes="Path=/")]
    assert events(login, entry(2, cookies=["session"])) == [CookieEvent("session", "sent")]
    logout = entry(2, cookies=["session"], set_cookies=["session=; Max-Age=0; Path=/"])
    assert [event.what for event in events(login, logout)] == ["sent", "deleted"]
    assert events(login, logout, entry(3)) == []


@pytest.mark.parametrize(
    ("line", "given", "reason"),
    [
        ("a=1; SameSite=None", {}, "SameSite=None without Secure"),
        ("a=1; Partitioned", {}, "Partitioned without Secure"),
        ("a=1; Domain=.other.example", {}, "its Domain is not the server's host"),
        ("__Secure-a=1", {}, "it lacks attributes that the prefix of its name demands"),
        ("__Host-a=1; Secure; Path=/x", {}, "it lacks attributes that the prefix of its name"),
        ("a=1; Secure", {"url": "http://api.example/"}, "it is Secure, and the response came"),
        ("a=1", {"origin": CROSS}, f"SameSite is Lax by default, and {FROM_ANOTHER}"),
        ("a=1; SameSite=strict", {"origin": "null"}, f"SameSite=Strict, and {FROM_ANOTHER}"),
        ("a=1; SameSite=odd", {"origin": CROSS, "site": ""}, "SameSite is Lax by default"),
    ],
)
def test_why_a_cookie_is_not_stored(line: str, given: dict[str, Any], reason: str) -> None:
    (event,) = events(entry(set_cookies=[line], **given))
    assert event.what == "refused"
    assert event.why.startswith(reason)
    assert event.fix.startswith(LAX_FIX) == (FROM_ANOTHER in event.why)


def test_a_cookie_that_no_page_could_store_has_no_fix_of_same_site() -> None:
    login = entry(1, origin=CROSS, set_cookies=["a=1; SameSite=None"])
    (event,) = events(login)
    assert (event.why, event.fix) == ("SameSite=None without Secure", "")


def test_without_credentials_cookies_neither_come_nor_go() -> None:
    login = entry(1, set_cookies=["a=1"])
    expected = "the page asked without credentials: 'include'"
    (event,) = events(login, credentials=False)
    assert (event.what, event.why, event.fix) == ("refused", expected, "")
    (event,) = events(login, entry(2), credentials=False)
    assert (event.what, event.why, event.fix) == ("withheld", expected, "")


@pytest.mark.parametrize(
    ("line", "given", "reason"),
    [
        ("a=1", {"origin": CROSS}, f"SameSite is Lax by default, and {FROM_ANOTHER}"),
        ("a=1; SameSite=Lax", {"origin": "null"}, f"SameSite=Lax, and {FROM_ANOTHER}"),
        ("a=1; Path=/a", {"url": f"{APP}/abc"}, "its Path is /a, and the request is for /abc"),
        ("a=1; Path=/x", {}, "its Path is /x, and the request is for /a/b"),
        ("a=1", {"url": "http://127.0.0.1:5000/a/b"}, "it belongs to localhost"),
        (
            "a=1; SameSite=None; Secure; Partitioned",
            {"origin": CROSS},
            "it is Partitioned, and was set in a tab of another site",
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
    (event,) = events(login, entry(2, **given))
    assert (event.what, event.why) == ("withheld", reason)
    assert event.fix.startswith(LAX_FIX) == (FROM_ANOTHER in event.why)


def test_a_secure_cookie_stays_off_plain_http() -> None:
    login = entry(1, url="https://api.example/", set_cookies=["a=1; Secure; Domain=api.example"])
    (event,) = events(login, entry(2, url="http://api.example/", site="same-site"))
    assert event.why == "it is Secure, and the request goes over plain http"
    (event,) = events(login, entry(2, url="https://b.api.example/", cookies=["a"]))
    assert event == CookieEvent("a", "sent")
    (event,) = events(login, entry(2, url="https://b.api.example/"))
    assert event.why == "the browser has it no longer, or blocks it"
    (event,) = events(login, entry(2, url="https://bapi.example/"))
    assert event.why == "it belongs to api.example"


def test_preflights_have_no_cookies_and_nothing_is_read_twice() -> None:
    log = CookieLog()
    login = entry(1, set_cookies=["a=1"])
    assert log.follow([entry(2, kind="preflight", set_cookies=["b=1"])], credentials=True) == []
    first = log.follow([login], credentials=True)
    assert log.follow([login], credentials=False) == first


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("a=; Max-Age=-1", "deleted"),
        ("a=; Max-Age=0; Expires=Wed, 01 Jan 2200 00:00:00 GMT", "deleted"),
        ("a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "deleted"),
        ("a=; Expires=Thu, 01 Jan 1970 00:00:00 -0000", "deleted"),
        ("a=; Max-Age=--5", "set"),
        ("a=; Max-Age=\N{SUPERSCRIPT TWO}", "set"),
        ("a=; Expires=soon", "set"),
        ("a=; Max-Age=60", "set"),
        ("nameless", "set"),
    ],
)
def test_when_a_line_deletes_a_cookie(line: str, what: str) -> None:
    (event,) = events(entry(set_cookies=[line]))
    assert (event.what, event.name) == (what, "" if line == "nameless" else "a")


def test_the_attributes_that_decide_are_shown_and_no_value() -> None:
    line = "a=secret; SameSite=None; Secure; Partitioned; Domain=localhost; Path=/; HttpOnly"
    log = CookieLog()
    (event,) = log.follow([entry(set_cookies=[line])], credentials=True)
    assert event.attributes == "SameSite=None; Secure; Partitioned; Path=/"
    login = entry(2, url="https://b.shop.example/", set_cookies=["a=secret; Domain=shop.example"])
    *_, event = log.follow([login], credentials=True)
    assert event.attributes == "Domain=shop.example; Path=/"
    (event,) = events(entry(set_cookies=["a=secret; Secure; Domain=x.example; Max-Age=5"]))
    assert event.attributes == "Secure; Domain=x.example; Max-Age=5"
    assert "secret" not in repr(list(log._jar))


def test_a_cookie_that_is_too_long_is_refused_though_its_value_is_not_kept() -> None:
    (event,) = events(entry(set_cookies=[f"a={'1' * 4096}"]))
    assert event.why == "it is empty, or longer than 4096 bytes"
