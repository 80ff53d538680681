"""Which cookies go with a request and are stored of its response, and why others are not."""

from __future__ import annotations

from typing import Any

import pytest

from flask_cors.testing import CookieNote, Reply
from tests.unit.testing.pages import API, browser

NO_CREDENTIALS = "the request was made without credentials"


@pytest.mark.parametrize(
    ("credentials", "cookie", "refused", "withheld"),
    [
        (
            "include",
            "a=1",
            "SameSite is Lax by default, and the request comes from another site",
            "",
        ),
        ("include", "a=1; SameSite=None; Secure", "", ""),
        ("omit", "a=1; SameSite=None; Secure", NO_CREDENTIALS, NO_CREDENTIALS),
    ],
)
def test_cookies_that_are_not_there(
    credentials: Any, cookie: str, refused: str, withheld: str
) -> None:
    page = browser(Reply(200, (("Set-Cookie", cookie),)))
    page.cookies.set(API, "old=1; Secure; SameSite=None")
    page.fetch(API, mode="no-cors", credentials=credentials)
    (exchange,) = page.exchanges
    assert exchange.refused_cookies == ((CookieNote("a", refused),) if refused else ())
    assert exchange.withheld_cookies == ((CookieNote("old", withheld),) if withheld else ())
    lines = page.timeline().split("\n")
    assert (f"       not stored: a: {refused}" in lines) is bool(refused)
    assert (f"       not sent: old: {withheld}" in lines) is bool(withheld)


def test_a_preflight_has_no_cookies_to_withhold() -> None:
    allowed = (("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Methods", "PUT"))
    page = browser(Reply(200, allowed))
    page.cookies.set(API, "a=1; Secure; SameSite=None")
    page.fetch("/x", method="PUT")
    preflight, actual = page.exchanges
    assert preflight.withheld_cookies == ()
    assert actual.withheld_cookies == (CookieNote("a", NO_CREDENTIALS),)
