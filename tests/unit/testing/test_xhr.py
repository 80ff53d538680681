"""``XMLHttpRequest``: headers, states, events."""

from __future__ import annotations

import pytest

from flask_cors.testing import (
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
    assert (xhr.status, xhr.response_url, xhr.response, xhr.response_text) == (0, "", b"", "")
    assert xhr.get_response_header("A-Header") is None
    assert xhr.get_all_response_headers() == ""
    assert xhr.events == []


def test_what_a_page_reads() -> None:
    xhr = sent()
    assert (xhr.status, xhr.response, xhr.response_text) == (200, b"hello", "hello")
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
        with pytest.raises(RuntimeError, match="InvalidStateError"):
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
