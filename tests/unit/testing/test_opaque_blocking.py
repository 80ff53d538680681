"""Opaque Response Blocking: what another origin's elements do not get in Chromium."""

from __future__ import annotations

from typing import Any

import pytest

from flask_cors.testing import CHROMIUM, STANDARD, Browser, NetworkError, Reply
from flask_cors.testing.opaque_blocking import _NEVER_SNIFFED

OWN = "https://app.example"
API = "https://api.example"
HTML = b"<!doctype html>"


def is_blocked(
    content_type: str | None,
    body: bytes = b"",
    *,
    element: Any = "img",
    status: int = 200,
    nosniff: bool = False,
    traits: Any = CHROMIUM,
    url: str = API,
) -> bool:
    headers = [("Content-Type", content_type)] if content_type is not None else []
    headers += [("X-Content-Type-Options", "nosniff")] * nosniff
    reply = Reply(status, tuple(headers), body)
    page = Browser(transport=lambda request: reply, origin=OWN, traits=traits)
    try:
        page.load(element, url)
    except NetworkError as error:
        return error.step == "opaque-response"
    return False


def test_the_standard_does_not_have_it() -> None:
    assert is_blocked("text/html", HTML)
    assert not is_blocked("text/html", HTML, traits=STANDARD)


def test_the_page_is_told_the_type() -> None:
    reply = Reply(200, (("Content-Type", "Text/HTML;a=b"),), HTML)
    page = Browser(transport=lambda request: reply, origin=OWN, traits=CHROMIUM)
    with pytest.raises(NetworkError) as caught:
        page.load("img", API)
    assert (caught.value.value, caught.value.header) == ("text/html", "Content-Type")
    assert str(caught.value) == "Failed to load resource: net::ERR_BLOCKED_BY_ORB"


@pytest.mark.parametrize("element", ["audio", "img", "script", "stylesheet", "video"])
def test_elements_that_ask_without_cors(element: str) -> None:
    assert is_blocked("text/html", HTML, element=element)


@pytest.mark.parametrize("element", ["embed", "object"])
def test_elements_that_show_documents(element: str) -> None:
    assert not is_blocked("text/html", HTML, element=element)


def test_the_pages_own_origin() -> None:
    assert not is_blocked("text/html", HTML, url=OWN)
    assert is_blocked("text/html", HTML, url="https://www.app.example")


def test_a_redirect_back_to_the_pages_own_origin() -> None:
    def answer(request: Any) -> Reply:
        if request.url.startswith(API):
            return Reply(302, (("Location", OWN),))
        return Reply(200, (("Content-Type", "text/html"),), HTML)

    page = Browser(transport=answer, origin=OWN, traits=CHROMIUM)
    assert page.load("img", API).type == "opaque"


def test_what_uses_cors_or_a_script() -> None:
    headers = (("Content-Type", "text/html"), ("Access-Control-Allow-Origin", "*"))
    page = Browser(transport=lambda q: Reply(200, headers, HTML), origin=OWN, traits=CHROMIUM)
    assert page.load("img", API, crossorigin="anonymous").type == "cors"
    assert page.fetch(API, mode="no-cors").type == "opaque"
    page.send_beacon(API)


@pytest.mark.parametrize("content_type", sorted(_NEVER_SNIFFED))
def test_types_that_no_element_shows(content_type: str) -> None:
    assert is_blocked(content_type)
    assert is_blocked(f"{content_type.upper()};a=b", b"\x89PNG")


def test_how_many_there_are() -> None:
    assert len(_NEVER_SNIFFED) == 35
    office = "application/vnd.openxmlformats-officedocument"
    for kind in (
        "presentationml.presentation",
        "spreadsheetml.template",
        "wordprocessingml.document",
    ):
        assert is_blocked(f"{office}.{kind}")
    assert not is_blocked(f"{office}.x")


@pytest.mark.parametrize(
    "content_type",
    [
        "application/dash+xml",
        "application/ogg",
        "application/vnd.apple.mpegurl",
        "audio/x",
        "image/svg+xml",
        "text/css",
        "text/vtt",
        "video/x",
        "",
        "x",
        "*/*",
        None,
    ],
)
def test_types_of_which_no_body_is_read(content_type: str | None) -> None:
    assert not is_blocked(content_type, HTML)
    assert not is_blocked(content_type, HTML, nosniff=True)


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "text/html", "text/javascript", "image/png", "font/woff", "x/x",
     "application/json", "application/xml", "text/css, text/html"],
)  # fmt: skip
def test_types_of_which_the_body_is_read(content_type: str) -> None:
    assert is_blocked(content_type, HTML)
    assert not is_blocked(content_type, b"hello")


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("text/plain", True),
        ("text/html", True),
        ("application/json", True),
        ("x/x+json", True),
        ("text/xml", True),
        ("x/x+xml", True),
        ("image/png", False),
        ("text/javascript", False),
        ("x/x", False),
    ],
)
def test_types_that_are_trusted(content_type: str, expected: bool) -> None:
    # A script of another type is blocked anyway; an image is not.
    assert is_blocked(content_type, b"x", nosniff=True) is expected
    assert not is_blocked(content_type, b"x")


@pytest.mark.parametrize("status", [206, 404, 500])
def test_the_status_does_not_matter(status: int) -> None:
    assert is_blocked("text/html", HTML, status=status)
    assert not is_blocked("text/html", b"x", status=status)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", False),
        (b"<!DOCTYPE html", True),
        (b"<!doctype", False),
        (b"<A", True),
        (b"<b", True),
        (b"<div", True),
        (b"<font", True),
        (b"<h1", True),
        (b"<h2", False),
        (b"<head", True),
        (b"<html", True),
        (b"<iframe", True),
        (b"<i>", False),
        (b"<p", True),
        (b"<script", True),
        (b"<style", True),
        (b"<table", True),
        (b"<title", True),
        (b"<td", False),
        (b"<span", False),
        (b"x<p", False),
        (b"\t\n\f\r <p", True),
        (b"\x0b<p", False),
        (b"\xef\xbb\xbf <p", True),
        (b"\xef\xbb\xbf\xef\xbb\xbf<p", False),
        (b" " * 1022 + b"<p", True),
        (b" " * 1023 + b"<p", False),
        (b"<!-- x -->\n<p", True),
        (b"<!-- x --> y\r<p", True),
        (b" <!--a\nb-->\n <!--c-->\n<p", True),
        (b"<!-- x --><p", False),
        (b"<!-- x\n<p", False),
        (b"<!-->\n<p", False),
        (b"<!--a-->\nx -->\n<p", False),
        (b"<?xml", True),
        (b"\xef\xbb\xbf \n<?xml", True),
        (b"<?XML", False),
        (b"<!--a-->\n<?xml", False),
        (b'{"a":', True),
        (b'\xef\xbb\xbf \n{ \t"a\\":\n" \r:', True),
        (b'{"":', True),
        (b'{"a"\x0b:', False),
        (b'{"a":1'[:4], False),
        (b"{'a':", False),
        (b"{a:", False),
        (b"{}", False),
        (b'["a"]', False),
        (b")]}'", True),
        (b"\xef\xbb\xbf)]}'", True),
        (b" )]}'", False),
        (b")]}", False),
        (b"{}&&", True),
        (b"{} &&", True),
        (b"{}  &&", False),
        (b"for(;;);", True),
        (b"for (;;);", True),
        (b"for(;;) ;", False),
        (b"while(1);", True),
        (b"while (1);", True),
        (b"while(2);", False),
        (b"WHILE(1);", False),
    ],
)
def test_what_bodies_look_like(body: bytes, expected: bool) -> None:
    assert is_blocked("application/octet-stream", body) is expected
