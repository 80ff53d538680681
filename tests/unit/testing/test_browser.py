"""What pages ask for, what they cannot ask, and what they share."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.testing.pages import API, OWN, browser, last


def test_a_beacon_shows_nothing() -> None:
    page = browser()
    page.send_beacon("/", "x")
    assert (last(page).method, last(page).body) == ("POST", b"x")
    assert last(page).get("Sec-Fetch-Mode") == "no-cors"


@pytest.mark.parametrize("url", ["data:,x", "ws://api.example/", "ftp://api.example/"])
def test_a_beacon_goes_over_http_alone(url: str) -> None:
    with pytest.raises(TypeError, match=f"^a beacon goes over HTTP alone: {url}$"):
        browser().send_beacon(url)


def test_an_argument_that_fetch_does_not_have() -> None:
    fetch: Any = browser().fetch
    with pytest.raises(TypeError, match=r"argument 'body': write data= for text, .* or json= for"):
        fetch("/", method="POST", body="x")
    with pytest.raises(TypeError, match=r"^fetch\(\) got an unexpected keyword argument 'sent'$"):
        fetch("/", sent="x")


class TestPages:
    @pytest.mark.parametrize("origin", [API, "null"])
    def test_a_referrer_that_is_no_url(self, origin: str) -> None:
        with pytest.raises(TypeError, match=r"^not a URL: 'http://:bad'$"):
            browser(origin=origin).fetch("/", referrer="http://:bad")

    def test_a_referrer_that_is_relative(self) -> None:
        page = browser(origin=API, path="/deep/page")
        for referrer in ("y?", "about:client", "about:client#f", ""):
            page.fetch("/", referrer=referrer)
        page.at("null").fetch("/", referrer="y", credentials="omit", mode="no-cors")
        sent = [exchange.request.get("Referer") for exchange in page.exchanges]
        assert sent == [f"{API}/deep/y?", f"{API}/deep/page", f"{API}/deep/page", None, None]

    @pytest.mark.parametrize(
        "options", [{"referrer_policy": "x"}, {"cache": "x"}, {"target_address_space": "x"}]
    )
    def test_words_that_fetch_does_not_know(self, options: Any) -> None:
        with pytest.raises(TypeError, match="write one of"):
            browser().fetch("/", **options)

    @pytest.mark.parametrize("do", ["load", "navigate", "submit_form"])
    def test_the_referrer_policy_of_an_element(self, do: str) -> None:
        page = browser(origin=API, referrer_policy="origin")
        ask: Any = getattr(page, do)
        element = ("img",) if do == "load" else ()
        for policy in ("", "no-referrer", "unsafe-url"):
            ask(*element, "/x", referrer_policy=policy)
        with pytest.raises(TypeError, match="referrer_policy='x'"):
            ask(*element, "/x", referrer_policy="x")
        assert [exchange.request.get("Referer") for exchange in page.exchanges] == [
            f"{API}/",
            None,
            f"{API}/",
        ]
        other = page.at(API, path="/deep", referrer_policy="origin")
        getattr(other, do)(*element, "/x", referrer_policy="unsafe-url")
        assert last(page).get("Referer") == f"{API}/deep"

    def test_a_form_without_referrer_hides_its_origin(self) -> None:
        page = browser()
        page.submit_form("/", referrer_policy="no-referrer")
        assert last(page).get("Origin") == "null"

    def test_a_policy_that_no_page_has(self) -> None:
        with pytest.raises(TypeError, match="referrer_policy='x'"):
            browser(referrer_policy="x")
        with pytest.raises(TypeError, match="referrer_policy='x'"):
            browser().at(OWN, referrer_policy="x")  # type: ignore[arg-type]

    def test_a_frame_needs_an_origin_above(self) -> None:
        with pytest.raises(ValueError, match="not an origin"):
            browser().at(OWN, framed_by="app.example")

    def test_pages_share_a_browser(self) -> None:
        page = browser()
        other = page.at(API)
        assert other.cookies is page.cookies
        assert other.cache is page.cache
        assert other.permissions is page.permissions
        assert other.exchanges is page.exchanges
