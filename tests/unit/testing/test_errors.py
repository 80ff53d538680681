"""What a failure tells: the console's words, the header, the exchange, the clause."""

from __future__ import annotations

from typing import Any

import pytest

from flask_cors.testing import Browser, CORSBlocked, NetworkError, Reply, Request
from flask_cors.testing.errors import BROWSER_STEPS, CORS_STEPS, OTHER_STEPS

OWN = "https://app.example"
API = "https://api.example"
ALLOWED = ("Access-Control-Allow-Origin", OWN)


def failure(reply: Reply, preflight: Reply | None = None, **options: Any) -> NetworkError:
    def answer(request: Request) -> Reply:
        asks_first = request.method == "OPTIONS" and preflight is not None
        return preflight if asks_first and preflight else reply

    page = Browser(transport=answer, origin=OWN, base_url=API)
    with pytest.raises(NetworkError) as caught:
        page.fetch("/", **options)
    return caught.value


@pytest.mark.parametrize(
    ("reply", "preflight", "options", "header", "lines"),
    [
        (
            Reply(200, ()),
            None,
            {},
            "Access-Control-Allow-Origin",
            [
                "GET https://api.example/ -> 200",
                "the response has no Access-Control-Allow-Origin",
                "needed: Access-Control-Allow-Origin: https://app.example",
                "Fetch standard: https://fetch.spec.whatwg.org/#cors-check",
            ],
        ),
        (
            Reply(200, (("access-control-allow-origin", "a"), ALLOWED)),
            None,
            {},
            "Access-Control-Allow-Origin",
            [
                "GET https://api.example/ -> 200",
                "the response has access-control-allow-origin: a and "
                "Access-Control-Allow-Origin: https://app.example",
                "needed: Access-Control-Allow-Origin: https://app.example",
                "Fetch standard: https://fetch.spec.whatwg.org/#cors-check",
            ],
        ),
        (
            Reply(200, (ALLOWED,)),
            None,
            {"credentials": "include"},
            "Access-Control-Allow-Credentials",
            [
                "GET https://api.example/ -> 200",
                "the response has no Access-Control-Allow-Credentials",
                "needed: Access-Control-Allow-Credentials: true",
                "Fetch standard: https://fetch.spec.whatwg.org/#cors-check",
            ],
        ),
        (
            Reply(200, (ALLOWED,)),
            Reply(200, (ALLOWED, ("Access-Control-Allow-Methods", "GET"))),
            {"method": "PUT"},
            "Access-Control-Allow-Methods",
            [
                "OPTIONS https://api.example/ -> 200",
                "the response has Access-Control-Allow-Methods: GET",
                "needed: Access-Control-Allow-Methods with PUT in it",
                "Fetch standard: https://fetch.spec.whatwg.org/#cors-preflight-fetch",
            ],
        ),
        (
            Reply(200, (ALLOWED,)),
            Reply(404, (ALLOWED,)),
            {"method": "PUT"},
            None,
            [
                "OPTIONS https://api.example/ -> 404",
                "needed: a status of 200 to 299",
                "Fetch standard: https://fetch.spec.whatwg.org/#cors-preflight-fetch",
            ],
        ),
        (
            Reply(302, (ALLOWED, ("Location", "ftp://x"))),
            None,
            {},
            "Location",
            [
                "GET https://api.example/ -> 302",
                "the response has Location: ftp://x",
                "needed: another Location, or no redirect",
                "Fetch standard: https://fetch.spec.whatwg.org/#http-redirect-fetch",
            ],
        ),
        (
            Reply(302, (ALLOWED, ("Location", "http://localhost:6000/"))),
            None,
            {},
            None,
            [
                "GET https://api.example/ -> 302",
                "Fetch standard: https://fetch.spec.whatwg.org/#port-blocking",
            ],
        ),
        (
            Reply(403, (("Cache-Control", "no-store"),)),
            None,
            {},
            "Access-Control-Allow-Origin",
            [
                "GET https://api.example/ -> 403 (refused by the server with 403)",
                "the response has no Access-Control-Allow-Origin",
                "needed: Access-Control-Allow-Origin: https://app.example",
                "Fetch standard: https://fetch.spec.whatwg.org/#cors-check",
            ],
        ),
    ],
)
def test_explain(
    reply: Reply, preflight: Reply | None, options: Any, header: str | None, lines: list[str]
) -> None:
    error = failure(reply, preflight, **options)
    assert error.header == header
    assert error.explain().split("\n") == lines


def test_where_nothing_was_sent() -> None:
    error = failure(Reply(200, ()), mode="same-origin")
    assert (error.exchange, error.header) == (None, None)
    assert error.explain() == "Fetch standard: https://fetch.spec.whatwg.org/#main-fetch"


def test_after_a_redirect_the_origin_that_was_sent_is_needed() -> None:
    def answer(request: Request) -> Reply:
        if "api" in request.url:
            return Reply(302, (ALLOWED, ("Location", "https://other.example/")))
        return Reply(200, (ALLOWED,))

    page = Browser(transport=answer, origin=OWN, base_url=API)
    with pytest.raises(CORSBlocked) as caught:
        page.fetch("/")
    assert "needed: Access-Control-Allow-Origin: null" in caught.value.explain()


def test_every_step_has_words_and_a_section() -> None:
    steps = CORS_STEPS | OTHER_STEPS | BROWSER_STEPS
    assert len(steps) == len(CORS_STEPS) + len(OTHER_STEPS) + len(BROWSER_STEPS)
    for row in steps.values():
        assert row.words
        assert row.section


@pytest.mark.parametrize(
    ("element", "words"),
    [
        ("img", "Access to image at "),
        ("script", "Access to script at "),
        ("stylesheet", "Access to CSS stylesheet at "),
        ("video", "Access to video at "),
    ],
)
def test_the_words_for_elements(element: Any, words: str) -> None:
    page = Browser(transport=lambda request: Reply(200, ()), origin=OWN, base_url=API)
    with pytest.raises(CORSBlocked, match=f"^{words}'https://api.example/' from origin"):
        page.load(element, "/", crossorigin="anonymous")


def test_the_words_for_a_websocket() -> None:
    page = Browser(transport=lambda request: Reply(403, ()), origin=OWN)
    with pytest.raises(NetworkError) as caught:
        page.open_websocket("wss://api.example/chat")
    assert str(caught.value) == (
        "WebSocket connection to 'wss://api.example/chat' failed: "
        "Error during WebSocket handshake: Unexpected response code: 403"
    )
    assert caught.value.url == "wss://api.example/chat"
