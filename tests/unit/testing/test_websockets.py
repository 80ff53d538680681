"""The opening handshake of a WebSocket: what is sent, and which answers open it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from flask_cors.testing import (
    CHROMIUM,
    FIREFOX,
    STANDARD,
    Browser,
    NetworkError,
    Reply,
    Request,
    Traits,
    WebSocket,
)
from flask_cors.testing.websockets import KEY, accepts, handshake_headers, http_url, judge_handshake
from tests.unit.testing.pages import OWN, browser, last

OPENED = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": accepts(KEY)}


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("ws://a.example/x?y", "http://a.example/x?y"),
        ("ws://a.example/?ws:", "http://a.example/?ws:"),
        ("wss://a.example/", "https://a.example/"),
        ("http://a.example", "http://a.example"),
        ("https://a.example:8443/", "https://a.example:8443/"),
    ],
)
def test_the_url_that_is_asked_for(url: str, asked: str) -> None:
    assert http_url(url) == asked


@pytest.mark.parametrize(
    "url", ["ftp://a.example/", "a.example", "ws://a.example/#x", "ws://a.example/#"]
)
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
    assert handshake_headers([], "x; y") == [*plain, ("Sec-WebSocket-Extensions", "x; y")]


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


DEFLATE = "permessage-deflate"
WINDOW = f"{DEFLATE}; client_max_window_bits"
REJECTED = "'Sec-WebSocket-Extensions' header value is rejected by the parser"
UNEXPECTED = "Error in permessage-deflate: Received an unexpected permessage-deflate parameter"


@pytest.mark.parametrize(
    ("accepted", "offered", "why"),
    [
        (DEFLATE, DEFLATE, None),
        (f" {DEFLATE}\t", DEFLATE, None),
        (DEFLATE, WINDOW, None),
        (f"{DEFLATE}; server_no_context_takeover", DEFLATE, None),
        (f"{DEFLATE};client_no_context_takeover ; server_max_window_bits = 8", DEFLATE, None),
        (f"{DEFLATE}; server_max_window_bits=15", DEFLATE, None),
        (f'{DEFLATE}; server_max_window_bits="10"', DEFLATE, None),
        (f"{DEFLATE}; client_max_window_bits=9", WINDOW, None),
        (f"{DEFLATE}; client_max_window_bits=9", DEFLATE, UNEXPECTED),
        (f"{DEFLATE}; client_max_window_bits", WINDOW, UNEXPECTED),
        (f"{DEFLATE}; server_max_window_bits", DEFLATE, UNEXPECTED),
        (f"{DEFLATE}; server_max_window_bits=7", DEFLATE, UNEXPECTED),
        (f"{DEFLATE}; server_max_window_bits=16", DEFLATE, UNEXPECTED),
        (f"{DEFLATE}; server_max_window_bits=010", DEFLATE, UNEXPECTED),
        (f"{DEFLATE}; server_max_window_bits=+9", DEFLATE, UNEXPECTED),
        (f"{DEFLATE}; server_no_context_takeover=1", DEFLATE, UNEXPECTED),
        (f"{DEFLATE}; client_no_context_takeover=1", DEFLATE, UNEXPECTED),
        (f"{DEFLATE}; Server_No_Context_Takeover", DEFLATE, UNEXPECTED),
        (f"{DEFLATE}; foo", DEFLATE, UNEXPECTED),
        (
            f"{DEFLATE}; server_no_context_takeover; server_no_context_takeover",
            DEFLATE,
            UNEXPECTED,
        ),
        ("", DEFLATE, REJECTED),
        (f"{DEFLATE};", DEFLATE, REJECTED),
        (f"{DEFLATE},", DEFLATE, REJECTED),
        (f",{DEFLATE}", DEFLATE, REJECTED),
        (f'{DEFLATE}; server_max_window_bits="10', DEFLATE, REJECTED),
        (f"{DEFLATE}, {DEFLATE}", DEFLATE, "Received duplicate permessage-deflate response"),
        ("foo", DEFLATE, "Found an unsupported extension 'foo' in"),
        ("Permessage-Deflate", DEFLATE, "Found an unsupported extension 'Permessage-Deflate' in"),
        (f"{DEFLATE}, foo", DEFLATE, "Found an unsupported extension 'foo' in"),
        ("client_max_window_bits", WINDOW, "Found an unsupported extension"),
        (DEFLATE, None, "Found an unsupported extension 'permessage-deflate' in"),
    ],
)
def test_which_extensions_a_server_may_use(
    accepted: str, offered: str | None, why: str | None
) -> None:
    failure = judge_handshake(reply(Sec_WebSocket_Extensions=accepted), [], offered)
    assert (failure is None) == (why is None)
    if failure is not None and why is not None:
        assert failure.value.startswith(why)
        assert "in 'Sec-WebSocket-Extensions' header" in failure.value or not why.endswith(" in")


@pytest.mark.parametrize(
    ("traits", "offered"), [(STANDARD, DEFLATE), (CHROMIUM, WINDOW), (FIREFOX, DEFLATE)]
)
def test_which_extensions_a_page_asks_for(traits: Traits, offered: str) -> None:
    accepted = f"{DEFLATE}; server_no_context_takeover"
    page = Browser(
        transport=lambda request: reply(Sec_WebSocket_Extensions=accepted),
        origin="https://a.example",
        base_url="https://b.example",
        traits=traits,
    )
    assert page.open_websocket("/live").extensions == accepted
    assert page.exchanges[0].request.get("Sec-WebSocket-Extensions") == offered


def test_a_page_that_asks_for_none_gets_none() -> None:
    page = Browser(
        transport=lambda request: reply(Sec_WebSocket_Extensions=DEFLATE),
        origin="https://a.example",
        base_url="https://b.example",
        traits=replace(STANDARD, websocket_extensions=None),
    )
    with pytest.raises(NetworkError, match="unsupported extension"):
        page.open_websocket("/live")
    assert page.exchanges[0].request.get("Sec-WebSocket-Extensions") is None


def test_a_page_opens_one() -> None:
    seen: list[Request] = []

    def transport(request: Request) -> Reply:
        seen.append(request)
        return reply(Sec_WebSocket_Protocol="chat")

    page = Browser(transport=transport, origin="https://a.example", base_url="https://b.example")
    socket = page.open_websocket("/live", ["chat"])
    assert (socket.url, socket.protocol) == ("wss://b.example/live", "chat")
    assert socket.extensions == ""
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


@pytest.mark.parametrize(
    ("url", "asked", "opened"),
    [
        ("wss://api.example/chat", "https://api.example/chat", "wss://api.example/chat"),
        ("https://api.example/chat", "https://api.example/chat", "wss://api.example/chat"),
        ("/chat", "https://api.example/chat", "wss://api.example/chat"),
        ("ws://localhost/", "http://localhost/", "ws://localhost/"),
    ],
)
def test_opened(url: str, asked: str, opened: str) -> None:
    headers = (
        ("Upgrade", "websocket"),
        ("Connection", "Upgrade"),
        ("Sec-WebSocket-Accept", accepts(KEY)),
    )
    page = browser(Reply(101, headers))
    assert page.open_websocket(url) == WebSocket(opened, "")
    assert (last(page).method, last(page).url) == ("GET", asked)
    assert last(page).get("Sec-WebSocket-Key") == KEY
    assert last(page).get("Sec-WebSocket-Protocol") is None
    assert last(page).get("Referer") is None


def test_chromium_tells_nothing_of_the_page() -> None:
    page = browser(Reply(403, ()), traits=CHROMIUM)
    with pytest.raises(NetworkError):
        page.open_websocket("/")
    assert last(page).get("Sec-Fetch-Site") is None
    assert last(page).get("Origin") == OWN
