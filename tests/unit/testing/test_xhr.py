"""``XMLHttpRequest``: headers, states, events."""

from __future__ import annotations

from typing import Any

import pytest

from flask_cors.testing import (
    CHROMIUM,
    STANDARD,
    Blob,
    Browser,
    CORSBlocked,
    FormData,
    ProgressEvent,
    Reply,
    Request,
    XMLHttpRequest,
)

OWN = "https://app.example"
SENT = (
    ("B-Header", "2"),
    ("a-header", "1"),
    ("A-Header", "3"),
    ("Set-Cookie", "x=1"),
    ("_c", ""),
)


def browser(reply: Reply | None = None) -> Browser:
    def answer(request: Request) -> Reply:
        return reply or Reply(200, SENT, b"hello")

    return Browser(transport=answer, origin=OWN, base_url=OWN)


def sent(method: str = "GET", data: object = None) -> XMLHttpRequest:
    xhr = browser().xhr(method, "/x#fragment")
    xhr.send(data)  # type: ignore[arg-type]
    return xhr


def test_before_it_is_sent() -> None:
    xhr = browser().xhr("GET", "/")
    assert (xhr.status, xhr.response_url, xhr.response, xhr.response_text) == (0, "", "", "")
    assert xhr.get_response_header("A-Header") is None
    assert xhr.get_all_response_headers() == ""
    assert xhr.events == []
    assert (xhr.with_credentials, xhr.timeout, xhr.response_type) == (False, 0, "")


def test_what_a_page_reads() -> None:
    xhr = sent()
    assert (xhr.status, xhr.response, xhr.response_text) == (200, "hello", "hello")
    assert xhr.response_url == f"{OWN}/x"
    assert xhr.get_response_header("A-HEADER") == "1, 3"
    assert xhr.get_response_header("Set-Cookie") is None


def test_all_headers_are_sorted_by_their_names_in_capitals() -> None:
    headers = sent().get_all_response_headers()
    assert headers == "a-header: 1, 3\r\nb-header: 2\r\n_c: \r\n"


def test_headers_of_one_name_become_one() -> None:
    page = browser()
    xhr = page.xhr("GET", "/")
    for name, value in (("X-A", "1"), ("X-B", " b\t"), ("x-a", "2"), ("Cookie", "x")):
        xhr.set_request_header(name, value)
    xhr.send()
    headers = page.exchanges[0].request.headers
    assert [pair for pair in headers if pair[0].startswith("X-")] == [("X-A", "1, 2"), ("X-B", "b")]
    assert page.exchanges[0].request.get("Cookie") is None


@pytest.mark.parametrize(
    ("values", "sent"),
    [
        (["GET", "TRACE"], "GET"),
        (["TRACE", "GET"], "GET"),
        (["PUT", "a, track", "DELETE"], "PUT, DELETE"),
        (["connect"], None),
    ],
)
def test_forbidden_values_are_judged_one_by_one(values: list[str], sent: str | None) -> None:
    page = browser()
    xhr = page.xhr("GET", "/")
    for value in values:
        xhr.set_request_header("X-HTTP-Method", value)
    xhr.send()
    assert page.exchanges[0].request.get("X-HTTP-Method") == sent


def test_whose_user_agent_it_is() -> None:
    for traits, expected in ((STANDARD, "mine"), (CHROMIUM, CHROMIUM.user_agent)):
        page = Browser(transport=lambda request: Reply(200, ()), origin=OWN, traits=traits)
        xhr = page.xhr("GET", OWN)
        xhr.set_request_header("User-Agent", "mine")
        xhr.send()
        assert page.exchanges[0].request.get("User-Agent") == expected


@pytest.mark.parametrize(
    ("name", "value"), [("", "x"), ("a b", "x"), ("a", "x\ny"), ("a", "\u2603")]
)
def test_what_is_no_header(name: str, value: str) -> None:
    with pytest.raises(TypeError, match="not a header"):
        browser().xhr("GET", "/").set_request_header(name, value)


@pytest.mark.parametrize("method", ["TRACE", "a b", ""])
def test_what_is_no_method(method: str) -> None:
    with pytest.raises(TypeError, match="no page can send"):
        browser().xhr(method, "/")


def test_it_is_sent_once() -> None:
    xhr = sent()
    for call in (
        xhr.send,
        lambda: xhr.set_request_header("a", "b"),
        lambda: xhr.listen_to_upload(print),
    ):
        with pytest.raises(RuntimeError, match=r"^InvalidStateError: the request has been sent"):
            call()


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_method_without_a_body(method: str) -> None:
    page = browser()
    page.xhr(method, "/").send("text")
    request = page.exchanges[0].request
    assert (request.body, request.get("Content-Type")) == (b"", None)


def test_a_form() -> None:
    page = browser()
    page.xhr("POST", "/").send(FormData({"a": "1"}))
    assert (page.exchanges[0].request.get("Content-Type") or "").startswith("multipart/form-data")


def test_the_charset_of_bytes_is_the_pages_own() -> None:
    page = browser()
    xhr = page.xhr("POST", "/")
    xhr.set_request_header("Content-Type", "text/x;charset=latin1")
    xhr.send(b"\xe9")
    assert page.exchanges[0].request.get("Content-Type") == "text/x;charset=latin1"


def test_the_charset_of_text_is_set_to_utf_8() -> None:
    page = browser()
    xhr = page.xhr("POST", "/")
    xhr.set_request_header("Content-Type", r'Text/X;charset=latin1;a="b\c d"')
    xhr.send("text")
    assert page.exchanges[0].request.get("Content-Type") == 'text/x;charset=UTF-8;a="bc d"'


@pytest.mark.parametrize(("sends", "expected"), [(True, "include"), (False, None)])
def test_with_credentials(sends: bool, expected: str | None) -> None:
    allows = (("Access-Control-Allow-Origin", OWN), ("Access-Control-Allow-Credentials", "true"))
    page = browser(Reply(200, allows))
    page.cookies.set("https://api.example/", "a=include; SameSite=None; Secure")
    xhr = page.xhr("GET", "https://api.example/")
    xhr.with_credentials = sends
    xhr.send()
    cookie = page.exchanges[0].request.get("Cookie")
    assert cookie == (expected and f"a={expected}")


def test_the_events_of_an_upload() -> None:
    page = browser()
    xhr = page.xhr("POST", "/")
    seen: list[ProgressEvent] = []
    xhr.listen_to_upload(seen.append)
    xhr.send("hello")
    assert seen == [
        ProgressEvent("loadstart", 0, 5),
        ProgressEvent("progress", 5, 5),
        ProgressEvent("load", 5, 5),
        ProgressEvent("loadend", 5, 5),
    ]
    assert xhr.events == ["loadstart", "progress", "load", "loadend"]


@pytest.mark.parametrize("listens", [True, False])
def test_a_listener_takes_a_preflight(listens: bool) -> None:
    page = browser(Reply(200, (("Access-Control-Allow-Origin", OWN),)))
    xhr = page.xhr("POST", "https://api.example/")
    if listens:
        xhr.listen_to_upload(lambda event: None)
    xhr.send("hello")
    assert [exchange.preflight for exchange in page.exchanges] == [True, False][not listens :]


def test_the_events_of_an_upload_without_a_body() -> None:
    xhr = browser().xhr("POST", "/")
    seen: list[ProgressEvent] = []
    xhr.listen_to_upload(seen.append)
    xhr.send()
    assert seen == []


def test_an_error() -> None:
    xhr = browser().xhr("POST", "https://api.example/")
    seen: list[ProgressEvent] = []
    xhr.listen_to_upload(seen.append)
    with pytest.raises(CORSBlocked, match=r"^Access to XMLHttpRequest at "):
        xhr.send("hello")
    assert xhr.status == 0
    assert [event.type for event in seen] == ["loadstart", "error", "loadend"]
    assert seen[1:] == [ProgressEvent("error", 0, 0), ProgressEvent("loadend", 0, 0)]
    assert xhr.events == ["loadstart", "error", "loadend"]


def test_the_status_text() -> None:
    xhr = browser(Reply(200, (), b"", "Fine")).xhr("GET", "/")
    assert xhr.status_text == ""
    xhr.send()
    assert xhr.status_text == "Fine"


def answered(body: bytes, kind: Any, content_type: str | None = None) -> XMLHttpRequest:
    headers = (("Content-Type", content_type),) if content_type else ()
    xhr = browser(Reply(200, headers, body)).xhr("GET", "/")
    xhr.response_type = kind
    return xhr


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("", "", '{"a": 1}'),
        ("text", "", '{"a": 1}'),
        ("json", None, {"a": 1}),
        ("arraybuffer", None, b'\xef\xbb\xbf{"a": 1}'),
        ("blob", None, Blob(b'\xef\xbb\xbf{"a": 1}', "text/x;a=b")),
    ],
)
def test_the_response_is_of_the_type_that_was_set(kind: Any, before: Any, after: Any) -> None:
    xhr = answered(b'\xef\xbb\xbf{"a": 1}', kind, "Text/X;a=b")
    assert (xhr.response_type, xhr.response) == (kind, before)
    xhr.send()
    assert xhr.response == after


def test_json_that_is_none() -> None:
    xhr = answered(b"{", "json")
    xhr.send()
    assert xhr.response is None


@pytest.mark.parametrize(
    ("overriding", "content_type", "expected"),
    [
        (None, None, "text/xml"),
        (None, "a/b", "a/b"),
        (None, "bogus", "text/xml"),
        ("Text/HTML; charset=x", "a/b", "text/html;charset=x"),
        ("nothing", "a/b", "application/octet-stream"),
    ],
)
def test_overriding_the_mime_type(
    overriding: str | None, content_type: str | None, expected: str
) -> None:
    xhr = answered(b"", "blob", content_type)
    if overriding:
        xhr.override_mime_type(overriding)
    xhr.send()
    assert xhr.response == Blob(b"", expected)
    assert xhr.get_response_header("Content-Type") == content_type


def test_types_that_no_response_has() -> None:
    with pytest.raises(
        TypeError, match="response_type='bytes': write one of '', 'arraybuffer', 'bl"
    ):
        answered(b"", "bytes")


def test_types_are_set_before_the_end() -> None:
    xhr = sent()
    with pytest.raises(RuntimeError, match=r"^InvalidStateError: the request is over"):
        xhr.response_type = "json"
    with pytest.raises(RuntimeError, match=r"^InvalidStateError: the request is over"):
        xhr.override_mime_type("a/b")
    assert xhr.response == "hello"


class SlowServer:
    """Takes ten seconds, by a clock of its own, for each request."""

    now = 1000.0

    def __init__(self, headers: tuple[tuple[str, str], ...] = ()) -> None:
        self.page = Browser(transport=self.answer, origin=OWN, base_url=OWN, clock=lambda: self.now)
        self.headers = headers

    def answer(self, request: Request) -> Reply:
        self.now += 10
        return Reply(200, self.headers, b"hello")


@pytest.mark.parametrize("timeout", [0, 10001, 20000])
def test_a_response_in_time(timeout: int) -> None:
    xhr = SlowServer().page.xhr("GET", "/")
    xhr.timeout = timeout
    xhr.send()
    assert (xhr.status, xhr.events[-1]) == (200, "loadend")
    assert "load" in xhr.events


@pytest.mark.parametrize("timeout", [1, 10000])
def test_a_response_that_is_late(timeout: int) -> None:
    server = SlowServer()
    xhr = server.page.xhr("POST", "/")
    xhr.timeout = timeout
    seen: list[ProgressEvent] = []
    xhr.listen_to_upload(seen.append)
    with pytest.raises(TimeoutError, match=rf"^no response within {timeout} ms$"):
        xhr.send("hello")
    assert (xhr.status, xhr.response_text, len(server.page.exchanges)) == (0, "", 1)
    assert xhr.events == ["loadstart", "timeout", "loadend"]
    assert [event.type for event in seen] == ["loadstart", "timeout", "loadend"]


def test_an_error_that_is_late() -> None:
    xhr = SlowServer().page.xhr("POST", "https://api.example/")
    xhr.timeout = 100
    seen: list[ProgressEvent] = []
    xhr.listen_to_upload(seen.append)
    with pytest.raises(TimeoutError):
        xhr.send("hello")
    assert xhr.events == ["loadstart", "timeout", "loadend"]
    assert seen[1:] == [ProgressEvent("timeout", 0, 0), ProgressEvent("loadend", 0, 0)]


def test_an_abort_when_it_is_over() -> None:
    xhr = sent()
    xhr.abort()
    assert (xhr.status, xhr.response, xhr.response_url) == (0, "", "")
    assert xhr.events == ["loadstart", "progress", "load", "loadend"]


def test_an_abort_before_it_is_sent() -> None:
    xhr = browser().xhr("GET", "/")
    xhr.abort()
    xhr.send()
    assert (xhr.status, xhr.events[0]) == (200, "loadstart")


@pytest.mark.parametrize(
    ("at", "requests", "upload"),
    [
        ("loadstart", 0, ["loadstart", "abort", "loadend"]),
        ("progress", 1, ["loadstart", "progress", "abort", "loadend"]),
        ("load", 1, ["loadstart", "progress", "load", "loadend"]),
    ],
)
def test_an_abort_by_a_listener(at: str, requests: int, upload: list[str]) -> None:
    page = browser()
    xhr = page.xhr("POST", "/")
    seen: list[ProgressEvent] = []

    def listener(event: ProgressEvent) -> None:
        seen.append(event)
        if event.type == at:
            xhr.abort()

    xhr.listen_to_upload(listener)
    xhr.send("hello")
    assert (xhr.status, xhr.response, len(page.exchanges)) == (0, "", requests)
    assert xhr.events == ["loadstart", "abort", "loadend"]
    assert [event.type for event in seen] == upload
