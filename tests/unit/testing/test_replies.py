"""Replies that are no response, whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flask_cors.testing import CHROMIUM, STANDARD, Browser, NetworkError, Reply
from flask_cors.testing.websockets import KEY, accepts

OWN = "http://localhost"
ASKS: dict[str, Callable[[Browser], Any]] = {
    "fetch": lambda page: page.fetch("/"),
    "load": lambda page: page.load("img", "/"),
    "navigate": lambda page: page.navigate("/"),
    "event_source": lambda page: page.event_source("/"),
    "open_websocket": lambda page: page.open_websocket("/"),
}


def failure(reply: Reply, ask: str = "fetch", traits: Any = STANDARD) -> tuple[str, str] | None:
    page = Browser(transport=lambda request: reply, origin=OWN, traits=traits)
    try:
        ASKS[ask](page)
    except NetworkError as error:
        return error.step, error.value
    return None


@pytest.mark.parametrize("status", [-200, -1, 100, 101, 102, 103, 199, 1000, 65736])
def test_statuses_that_end_no_request(status: int) -> None:
    assert failure(Reply(status, ())) == ("invalid-response", f"status {status}")


@pytest.mark.parametrize("status", [0, 1, 99, 200, 406, 408, 600, 999])
def test_statuses_that_do(status: int) -> None:
    assert failure(Reply(status, ())) is None


@pytest.mark.parametrize("ask", ASKS)
def test_whoever_asks(ask: str) -> None:
    assert failure(Reply(103, ()), ask) == ("invalid-response", "status 103")
    assert failure(Reply(407, ()), ask) == ("proxy-authentication", "407")
    assert failure(Reply(200, (("X-A", "\0"),)), ask) == (
        "invalid-response",
        "the header 'X-A' with '\\x00'",
    )


def test_only_a_websocket_switches_protocols() -> None:
    headers = (
        ("Upgrade", "websocket"),
        ("Connection", "Upgrade"),
        ("Sec-WebSocket-Accept", accepts(KEY)),
    )
    assert failure(Reply(101, headers), "open_websocket") is None
    assert failure(Reply(101, headers), "fetch") == ("invalid-response", "status 101")


@pytest.mark.parametrize(
    ("name", "value", "is_valid"),
    [
        ("X-A", "a\0b", False),
        ("X-A", "a\rb", False),
        ("X-A", "a\nb", False),
        ("X\0A", "b", False),
        ("X-A", "a\x01\x0b\x0c\x7f\xffb", True),
    ],
)
def test_headers(name: str, value: str, is_valid: bool) -> None:
    reply = Reply(200, (("X-Other", "1"), (name, value)))
    expected = None if is_valid else ("invalid-response", f"the header {name!r} with {value!r}")
    assert failure(reply) == expected


def test_chromium_takes_some_of_it() -> None:
    assert failure(Reply(1000, ()), traits=CHROMIUM) is None
    assert failure(Reply(200, (("X-A", "a\rb"),)), traits=CHROMIUM) is None
    assert failure(Reply(200, (("X-A", "a\0b"),)), traits=CHROMIUM) is not None
    assert failure(Reply(103, ()), traits=CHROMIUM) is not None
    assert failure(Reply(-1, ()), traits=CHROMIUM) is not None


def test_a_preflight() -> None:
    page = Browser(transport=lambda request: Reply(407, ()), origin=OWN)
    with pytest.raises(NetworkError) as caught:
        page.fetch("http://api.example", method="PUT")
    assert (caught.value.step, caught.value.preflight) == ("proxy-authentication", True)
    with pytest.raises(NetworkError) as caught:
        page.fetch("http://api.example")
    assert not caught.value.preflight
    assert caught.value.exchange == page.exchanges[-1]


def test_no_cookie_is_stored() -> None:
    page = Browser(
        transport=lambda request: Reply(407, (("Set-Cookie", "a=1"),)),
        origin=OWN,
    )
    with pytest.raises(NetworkError):
        page.fetch("/")
    assert page.cookies.get(OWN) is None
    assert page.exchanges[-1].refused_cookies == ()
