"""The headers that a browser adds: about the page, its user and itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from flask_cors.testing import CHROMIUM, Browser
from tests.unit.testing.pages import API, OTHER, OWN, browser, last, page


class TestStorageAccess:
    """https://privacycg.github.io/storage-access-headers/"""

    @staticmethod
    def said(browser: Browser, url: str, credentials: Any = "include") -> list[str | None]:
        browser.exchanges.clear()
        browser.fetch(url, mode="no-cors", credentials=credentials)
        return [each.request.get("Sec-Fetch-Storage-Access") for each in browser.exchanges]

    @pytest.mark.parametrize(
        ("origin", "top", "url", "allowed", "blocked"),
        [
            (OWN, None, f"{OTHER}/", "active", "none"),
            (OWN, None, f"{OWN}/", None, None),
            (OWN, None, "https://api.app.example/", None, None),
            (OWN, None, "http://localhost/", "active", "none"),
            (OWN, OTHER, f"{OWN}/", "active", "none"),
            (OWN, OTHER, f"{OTHER}/", "active", "inactive"),
            (OWN, "https://www.app.example", f"{OWN}/", None, None),
            ("null", None, f"{OWN}/", "active", "none"),
            ("null", OWN, f"{OWN}/", "active", "inactive"),
            ("http://app.example", None, f"{OWN}/", "active", "none"),
            ("http://app.example", None, "http://other.test/", None, None),
        ],
    )
    def test_what_chromium_says(
        self, origin: str, top: str | None, url: str, allowed: str | None, blocked: str | None
    ) -> None:
        traits = replace(CHROMIUM, guards_local_network=False)
        for third_party_cookies, said in ((True, allowed), (False, blocked)):
            browser = page(200, traits=replace(traits, third_party_cookies=third_party_cookies))
            asking = browser.at(origin, framed_by=top)
            assert self.said(asking, url) == [said]
            assert self.said(asking, url, "omit") == [None]

    def test_the_standard_says_nothing(self) -> None:
        assert self.said(page(200), f"{OTHER}/") == [None]

    def test_a_preflight_and_a_tab_say_nothing(self) -> None:
        browser = page(200, traits=CHROMIUM)
        browser.fetch(f"{OTHER}/", method="PUT", credentials="include")
        browser.navigate(f"{OTHER}/")
        browser.navigate(f"{OTHER}/", typed=True)
        browser.navigate(f"{OTHER}/", frame=True)
        assert [each.request.get("Sec-Fetch-Storage-Access") for each in browser.exchanges] == [
            None,
            "active",
            None,
            None,
            "active",
        ]


def test_chromiums_elements_say_their_origin_to_their_own() -> None:
    page = browser(origin=API, traits=CHROMIUM)
    origins = []
    for element in ("img", "script", "font", "audio"):
        page.load(element, "/", crossorigin="anonymous")
        origins.append(last(page).get("Origin"))
    page.load("img", "/")
    page.fetch("/")
    assert [*origins, page.exchanges[-2].request.get("Origin"), last(page).get("Origin")] == [
        API, API, API, None, None, None
    ]  # fmt: skip


def test_the_path_is_told_to_the_own_origin() -> None:
    page = browser(origin=API, path="/deep?q#f")
    page.fetch("/")
    page.at(API, path="/other", referrer_policy="origin").fetch("/")
    page.at(API).fetch("/")
    assert [exchange.request.get("Referer") for exchange in page.exchanges] == [
        f"{API}/deep?q",
        f"{API}/",
        f"{API}/",
    ]


def test_the_browsers_name() -> None:
    page = browser(traits=CHROMIUM)
    page.fetch("/", mode="no-cors")
    assert "Chrome/" in (last(page).get("User-Agent") or "")
