"""What a failure tells: the console's words, the header, the exchange, the clause."""

# ruff: noqa: E501 - what a console prints is one line

from __future__ import annotations

from typing import Any

import pytest

from flask_cors.testing import CHROMIUM, Browser, CORSBlocked, NetworkError, Reply, Request
from flask_cors.testing.errors import (
    BROWSER_STEPS,
    CORS_STEPS,
    OTHER_STEPS,
    RESPONSE_STEPS,
)

OWN = "https://app.example"
API = "https://api.example"
# The clause of the Fetch standard that each step belongs to.
SECTIONS = {
    "concept-header-extract-mime-type": ["json-type", "module-type", "stylesheet-type"],
    "cors-check": [
        "allow-credentials",
        "allow-origin-invalid",
        "allow-origin-mismatch",
        "allow-origin-missing",
        "allow-origin-multiple",
        "allow-origin-wildcard",
    ],
    "cors-preflight-fetch": [
        "preflight-authorization",
        "preflight-header",
        "preflight-headers-syntax",
        "preflight-method",
        "preflight-methods-syntax",
        "preflight-redirect",
        "preflight-status",
    ],
    "cross-origin-resource-policy-header": ["resource-policy"],
    "http-fetch": ["event-source-status", "event-source-type", "redirect-error-mode"],
    "http-network-fetch": [
        "content-encoding",
        "content-incomplete",
        "content-length",
        "invalid-response",
        "stream-http",
    ],
    "http-network-or-cache-fetch": [
        "cache-miss",
        "keepalive-size",
        "proxy-authentication",
        "stream-authentication",
    ],
    "http-redirect-fetch": [
        "redirect-count",
        "redirect-credentials",
        "redirect-location",
        "redirect-scheme",
        "redirect-stream",
        "redirect-unsafe",
        "redirect-with-credentials",
    ],
    "main-fetch": [
        "cors-scheme",
        "dangling-markup",
        "element-status",
        "integrity",
        "integrity-element",
        "local-network-insecure",
        "local-network-permission",
        "local-network-target",
        "mixed-content",
        "no-cors-redirect-mode",
        "opaque-response",
        "same-origin-mode",
        "same-origin-redirect",
        "url-credentials",
        "url-scheme",
    ],
    "port-blocking": ["bad-port"],
    "scheme-fetch": ["blob-url"],
    "should-response-to-request-be-blocked-due-to-mime-type?": ["script-type"],
    "should-response-to-request-be-blocked-due-to-nosniff?": ["nosniff-script", "nosniff-style"],
    "websocket-protocol": ["websocket-handshake"],
}

# What Chromium's console says of the steps that the page on blocked requests leaves out.
WORDS = {
    "bad-port": "Failed to load resource: net::ERR_UNSAFE_PORT",
    "blob-url": "Failed to load resource: net::{value}",
    "cache-miss": "Failed to load resource: net::ERR_CACHE_MISS",
    "content-encoding": "Failed to load resource: net::ERR_CONTENT_DECODING_FAILED",
    "content-incomplete": "Failed to load resource: net::ERR_CONTENT_LENGTH_MISMATCH",
    "content-length": "Failed to load resource: net::ERR_RESPONSE_HEADERS_MULTIPLE_CONTENT_LENGTH",
    "dangling-markup": "The resource {url} was not loaded: its URL holds a line end or a tab, and '<'.",
    "event-source-status": "EventSource's response has a status {value} that is not 200. Aborting.",
    "event-source-type": 'EventSource\'s response has a MIME type ("{value}") that is not "text/event-stream". Aborting the connection.',
    "integrity": "Fetch API cannot load {initial_url}. SRI's integrity checks failed.",
    "integrity-element": "Failed to find a valid digest in the 'integrity' attribute for resource '{url}'. The resource has been blocked.",
    "keepalive-size": "Fetch API cannot load {url}. The body of a keepalive request must be at most 64 KiB.",
    "local-network-insecure": "Access to {kind} at '{url}' from origin '{origin}' has been blocked by CORS policy: The request client is not a secure context and the resource is in more-private address space `{value}`.",
    "local-network-permission": "Access to {kind} at '{url}' from origin '{origin}' has been blocked by CORS policy: Permission was denied for this request to access the `{value}` address space.",
    "local-network-target": "Access to {kind} at '{url}' from origin '{origin}' has been blocked by CORS policy: Request had a target IP address space of `{value}` yet the resource is in another.",
    "redirect-stream": "Failed to fetch",
    "resource-policy": "Failed to load resource: net::ERR_BLOCKED_BY_RESPONSE.{value}",
    "stream-authentication": "Failed to fetch",
    "stream-http": "Fetch API cannot load {url}. Browsers stream a body over HTTP/2 and later alone, and these over HTTPS alone: use a base_url that begins with https://, or send bytes or a Blob.",
    "url-credentials": "Subresource requests whose URLs contain embedded credentials (e.g. `https://user:pass@host/`) are blocked.",
    "websocket-handshake": "WebSocket connection to '{url}' failed: Error during WebSocket handshake: {value}",
}

RESPONSE_WORDS = {
    "element-status": "Failed to load resource: the server responded with a status of {value} ()",
    "invalid-response": "Failed to load resource: net::ERR_INVALID_HTTP_RESPONSE",
    "json-type": 'Failed to load module script: Expected a JSON module script but the server responded with a MIME type of "{value}". Strict MIME type checking is enforced for module scripts per HTML spec.',
    "module-type": 'Failed to load module script: Expected a JavaScript-or-Wasm module script but the server responded with a MIME type of "{value}". Strict MIME type checking is enforced for module scripts per HTML spec.',
    "nosniff-script": "Refused to execute script from '{url}' because its MIME type ('{value}') is not executable, and strict MIME type checking is enabled.",
    "nosniff-style": "Refused to apply style from '{url}' because its MIME type ('{value}') is not a supported stylesheet MIME type, and strict MIME checking is enabled.",
    "opaque-response": "Failed to load resource: net::ERR_BLOCKED_BY_ORB",
    "proxy-authentication": "Failed to load resource: net::ERR_UNEXPECTED_PROXY_AUTH",
    "script-type": "Refused to execute script from '{url}' because its MIME type ('{value}') is not executable.",
    "stylesheet-type": "The style sheet '{url}' is not applied: its MIME type ('{value}') is not text/css.",
}

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
            Reply(200, (ALLOWED,)),
            {"headers": {"X-A": "1"}},
            "Access-Control-Allow-Headers",
            [
                "OPTIONS https://api.example/ -> 200",
                "the response has no Access-Control-Allow-Headers",
                "needed: Access-Control-Allow-Headers with x-a in it",
                "Fetch standard: https://fetch.spec.whatwg.org/#cors-preflight-fetch",
            ],
        ),
        (
            Reply(200, (ALLOWED,)),
            Reply(200, (ALLOWED,)),
            {"headers": {"Authorization": "1"}},
            "Access-Control-Allow-Headers",
            [
                "OPTIONS https://api.example/ -> 200",
                "the response has no Access-Control-Allow-Headers",
                "needed: Access-Control-Allow-Headers with authorization in it",
                "Fetch standard: https://fetch.spec.whatwg.org/#cors-preflight-fetch",
            ],
        ),
        (
            Reply(200, (ALLOWED,)),
            Reply(302, (ALLOWED, ("Location", "/x"))),
            {"method": "PUT"},
            "Location",
            [
                "OPTIONS https://api.example/ -> 302",
                "the response has Location: /x",
                "needed: an answer of status 200 to 299 instead of a redirect",
                "Fetch standard: https://fetch.spec.whatwg.org/#cors-preflight-fetch",
            ],
        ),
        (
            Reply(200, (ALLOWED,)),
            Reply(200, (ALLOWED, ("Access-Control-Allow-Methods", "a b"))),
            {"method": "PUT"},
            "Access-Control-Allow-Methods",
            [
                "OPTIONS https://api.example/ -> 200",
                "the response has Access-Control-Allow-Methods: a b",
                "needed: method names, separated by commas",
                "Fetch standard: https://fetch.spec.whatwg.org/#cors-preflight-fetch",
            ],
        ),
        (
            Reply(200, (ALLOWED,)),
            Reply(200, (ALLOWED, ("Access-Control-Allow-Headers", "a b"))),
            {"method": "PUT"},
            "Access-Control-Allow-Headers",
            [
                "OPTIONS https://api.example/ -> 200",
                "the response has Access-Control-Allow-Headers: a b",
                "needed: header names, separated by commas",
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
            Reply(200, (("Cross-Origin-Resource-Policy", "same-origin"),)),
            None,
            {"mode": "no-cors"},
            "Cross-Origin-Resource-Policy",
            [
                "GET https://api.example/ -> 200",
                "the response has Cross-Origin-Resource-Policy: same-origin",
                "needed: cross-origin as its value, or no header",
                "Fetch standard: "
                "https://fetch.spec.whatwg.org/#cross-origin-resource-policy-header",
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


def test_the_section_of_every_step() -> None:
    tables = (CORS_STEPS, OTHER_STEPS, BROWSER_STEPS, RESPONSE_STEPS)
    steps = CORS_STEPS | OTHER_STEPS | BROWSER_STEPS | RESPONSE_STEPS
    assert len(steps) == sum(map(len, tables))
    expected = {step: section for section, names in SECTIONS.items() for step in names}
    assert {step: row.section for step, row in steps.items()} == expected


def test_the_words_of_what_is_not_fetch() -> None:
    assert {step: row.words for step, row in BROWSER_STEPS.items()} == WORDS
    assert {step: row.words for step, row in RESPONSE_STEPS.items()} == RESPONSE_WORDS


HTML = ("Content-Type", "text/html")
NOSNIFF = ("X-Content-Type-Options", "nosniff")


@pytest.mark.parametrize(
    ("element", "reply", "step", "needed"),
    [
        ("script", Reply(200, (HTML, NOSNIFF)), "nosniff-script", "Content-Type: text/javascript"),
        ("stylesheet", Reply(200, (HTML, NOSNIFF)), "nosniff-style", "Content-Type: text/css"),
        (
            "script",
            Reply(200, (("Content-Type", "image/png"),)),
            "script-type",
            "Content-Type: text/javascript",
        ),
        ("module", Reply(200, (HTML,)), "module-type", "Content-Type: text/javascript"),
        ("stylesheet", Reply(200, (HTML,)), "stylesheet-type", "Content-Type: text/css"),
        ("script", Reply(404, ()), "element-status", "a status of 200 to 299"),
        (
            "img",
            Reply(103, ()),
            "invalid-response",
            "a final response as HTTP has it, not status 103",
        ),
        ("img", Reply(407, ()), "proxy-authentication", "another status: 407 is for proxies"),
    ],
)
def test_what_an_element_needed(element: Any, reply: Reply, step: str, needed: str) -> None:
    page = Browser(transport=lambda request: reply, origin=API, base_url=API)
    with pytest.raises(NetworkError) as caught:
        page.load(element, "/")
    assert caught.value.step == step
    assert caught.value.header == ("Content-Type" if "Content-Type" in needed else None)
    assert f"\nneeded: {needed}\n" in caught.value.explain()


def test_what_opaque_response_blocking_needed() -> None:
    reply = Reply(200, (HTML, NOSNIFF))
    page = Browser(transport=lambda request: reply, origin=OWN, base_url=API, traits=CHROMIUM)
    with pytest.raises(NetworkError) as caught:
        page.load("img", "/")
    assert caught.value.explain().split("\n")[1:3] == [
        "the response has Content-Type: text/html",
        "needed: the type of an image, a script or a style sheet, or CORS",
    ]


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
