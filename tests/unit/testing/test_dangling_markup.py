"""URLs that look like markup: which of them, and where Chromium does not ask for them."""

from __future__ import annotations

from typing import Any

import pytest

from flask_cors.testing import CHROMIUM, STANDARD, Browser, NetworkError, Reply
from flask_cors.testing.dangling_markup import dangles

OWN = "https://app.example"
URL = "/x?a\n<b"


def browser(traits: Any = CHROMIUM) -> Browser:
    headers = (("Access-Control-Allow-Origin", "*"), ("Content-Type", "text/event-stream"))
    return Browser(
        transport=lambda request: Reply(200, headers), origin=OWN, base_url=OWN, traits=traits
    )


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("/x?\n<", True),
        ("/x?<\n", True),
        ("\n/x<", True),
        ("/x\t#<", True),
        ("/x\r<", True),
        ("/x?\n&lt;", False),
        ("/x?%0A<", False),
        ("/x?<", False),
        ("/x\n", False),
    ],
)
def test_dangles(written: str, expected: bool) -> None:
    assert dangles(written) is expected


@pytest.mark.parametrize(
    "ask",
    [
        lambda page: page.fetch(URL),
        lambda page: page.fetch(f"https://api.example{URL}", mode="no-cors"),
        lambda page: page.xhr("GET", URL).send(),
        lambda page: page.load("img", URL),
        lambda page: page.load("script", URL),
        lambda page: page.event_source(URL),
        lambda page: page.send_beacon(URL, "x"),
        lambda page: page.navigate(URL),
        lambda page: page.navigate(URL, frame=True),
        lambda page: page.submit_form(URL),
        lambda page: page.fetch("/x?<\n"),
        lambda page: page.event_source("/x?<\n"),
        lambda page: page.submit_form(URL, frame=True),
        lambda page: page.submit_form(URL, frame=True, method="GET"),
    ],
)
def test_what_chromium_does_not_ask_for(ask: Any) -> None:
    page = browser()
    with pytest.raises(NetworkError) as caught:
        ask(page)
    assert caught.value.step == "dangling-markup"
    assert page.exchanges == []
    ask(browser(STANDARD))


def test_what_it_asks_for() -> None:
    page = browser()
    page.navigate(URL, typed=True)
    page.navigate("/x?<\n")
    page.load("img", "\t/x?<\n")
    page.submit_form("\n/x?<")
    with pytest.raises(NetworkError, match="handshake"):
        page.open_websocket(URL)
    assert len(page.exchanges) == 5
    assert page.fetch("data:text/plain,\n<").ok
