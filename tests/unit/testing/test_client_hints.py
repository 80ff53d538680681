"""Client hints: which requests have them."""

from __future__ import annotations

import contextlib
from typing import Any

from flask_cors.testing import CHROMIUM, STANDARD, Browser, NetworkError, Reply

OWN = "https://app.example"
HINTS = ("Sec-CH-UA", "Sec-CH-UA-Mobile", "Sec-CH-UA-Platform")


def sent(do: Any, traits: Any = CHROMIUM, base_url: str = OWN) -> list[bool]:
    """Return whether each request of *do* has hints; it has all of them or none."""
    headers = (
        ("Access-Control-Allow-Origin", OWN),
        ("Access-Control-Allow-Headers", "x-a"),
        ("Content-Type", "text/javascript"),
    )
    page = Browser(
        transport=lambda request: Reply(200, headers),
        origin=base_url.replace("api", "app"),
        base_url=base_url,
        traits=traits,
    )
    with contextlib.suppress(NetworkError):
        do(page)
    found = [
        {exchange.request.get(name) is not None for name in HINTS} for exchange in page.exchanges
    ]
    assert all(len(each) == 1 for each in found)
    return [each.pop() for each in found]


def test_a_fetch_has_them_and_its_preflight_has_not() -> None:
    ask = lambda page: page.fetch("https://api.example/", headers={"X-A": "1"})  # noqa: E731
    assert sent(ask) == [False, True]
    assert sent(ask, STANDARD) == [False, False]


def test_elements_links_and_forms_have_them() -> None:
    assert sent(lambda page: page.load("img", "/")) == [True]
    assert sent(lambda page: page.navigate("https://api.example/")) == [True]
    assert sent(lambda page: page.submit_form("https://api.example/")) == [True]
    assert sent(lambda page: page.send_beacon("/", "x")) == [True]


def test_workers_and_sockets_have_none() -> None:
    assert sent(lambda page: page.load("worker", "/")) == [False]
    assert sent(lambda page: page.load("sharedworker", "/")) == [False]
    assert sent(lambda page: page.open_websocket("/")) == [False]


def test_they_go_to_secure_servers() -> None:
    assert sent(lambda page: page.fetch("/"), base_url="http://app.example") == [False]
    assert sent(lambda page: page.fetch("/"), base_url="http://localhost") == [True]
