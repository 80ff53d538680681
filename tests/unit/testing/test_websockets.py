"""The opening handshake of a WebSocket: what is sent, and which answers open it."""

from __future__ import annotations

from typing import Any

import pytest

from flask_cors.testing import Browser, NetworkError, Reply, Request
from flask_cors.testing.websockets import (
    KEY,
    accepts,
    handshake_headers,
    http_url,
    judge_handshake,
)

OPENED = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": accepts(KEY)}


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("ws://a.example/x?y", "http://a.example/x?y"),
        ("wss://a.example/", "https://a.example/"),
        ("http://a.example", "http://a.example"),
        ("https://a.example:8443/", "https://a.example:8443/"),
    ],
)
def test_the_url_that_is_asked_for(url: str, asked: str) -> None:
    assert http_url(url) == asked


@pytest.mark.parametrize("url", ["ftp://a.example/", "a.example", "ws://a.example/#x"])
def test_what_is_no_url_of_a_websocket(url: str) -> None:
    with pytest.raises(TypeError, match=rf"^not a WebSocket's URL: '{url}'$"):
        http_url(url)


def test_the_headers_of_the_handshake() -> None:
    plain = [
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Key", "Zmxhc2tfY29ycyBtb2RlbA=="),
        ("Sec-WebSocket-Version", "13"),
    ]
    assert handshake_headers([]) == plain
    assert handshake_headers(["a", "b"]) == [*plain, ("Sec-WebSocket-Protocol", "a, b")]


@pytest.mark.parametrize("protocols", [["a", "a"], ["a b"], [""], ["a", "b,"]])
def test_what_is_no_list_of_subprotocols(protocols: list[str]) -> None:
    with pytest.raises(TypeError, match=r"^not a list of subprotocols: "):
        handshake_headers(protocols)


def test_the_key_is_answered_as_the_standard_shows() -> None:
    """RFC 6455 section 1.3."""
    assert accepts("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


def reply(status: int = 101, **headers: str | None) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    lines = {**OPENED, **named}
    return Reply(status, tuple((name, value) for name, value in lines.items() if value is not None))


@pytest.mark.parametrize(
    ("answer", "protocols", "why"),
    [
        (reply(), [], None),
        (reply(Upgrade="WebSocket", Connection="keep-alive, UPGRADE"), [], None),
        (reply(Sec_WebSocket_Protocol="b"), ["a", "b"], None),
        (reply(200), [], "Unexpected response code: 200"),
        (reply(Upgrade=None), [], "'Upgrade' header is missing"),
        (reply(Upgrade="h2c"), [], "'Upgrade' header is missing"),
        (reply(Connection=None), [], "'Connection' header must contain 'Upgrade'"),
        (reply(Connection="Upgrades"), [], "'Connection' header must contain 'Upgrade'"),
        (
            reply(Sec_WebSocket_Accept=accepts("x")),
            [],
            "Incorrect 'Sec-WebSocket-Accept' header value",
        ),
        (
            reply(Sec_WebSocket_Accept=None),
            [],
            "Incorrect 'Sec-WebSocket-Accept' header value",
        ),
        (
            reply(Sec_WebSocket_Protocol="c"),
            ["a", "b"],
            "'Sec-WebSocket-Protocol' header value is not one of those that were asked for",
        ),
        (
            reply(Sec_WebSocket_Protocol="c"),
            [],
            "'Sec-WebSocket-Protocol' header value is not one of those that were asked for",
        ),
        (
            reply(),
            ["a"],
            "Sent non-empty 'Sec-WebSocket-Protocol' header but no response was received",
        ),
    ],
)
def test_which_answers_open_it(answer: Reply, protocols: list[str], why: str | None) -> None:
    failure = judge_handshake(answer, protocols)
    assert (failure and (failure.step, failure.value)) == (
        ("websocket-handshake", why) if why else None
    )


def test_a_page_opens_one() -> None:
    seen: list[Request] = []

    def transport(request: Request) -> Reply:
        seen.append(request)
        return reply(Sec_WebSocket_Protocol="chat")

    page = Browser(transport=transport, origin="https://a.example", base_url="https://b.example")
    socket = page.open_websocket("/live", ["chat"])
    assert (socket.url, socket.protocol) == ("wss://b.example/live", "chat")
    (request,) = seen
    headers = {name.lower(): value for name, value in request.headers}
    assert (request.method, request.url) == ("GET", "https://b.example/live")
    assert headers["origin"] == "https://a.example"
    assert headers["sec-websocket-protocol"] == "chat"


@pytest.mark.parametrize("url", ["ws://b.example/", "http://b.example/"])
def test_a_page_over_https_opens_none_over_http(url: str) -> None:
    def transport(request: Request) -> Any:
        raise AssertionError(request)

    page = Browser(transport=transport, origin="https://a.example", base_url="https://a.example")
    with pytest.raises(NetworkError):
        page.open_websocket(url)
