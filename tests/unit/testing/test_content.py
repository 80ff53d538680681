"""The body of a response: Content-Length, content codings, and who gets which error."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from flask_cors.testing import CHROMIUM, FIREFOX, STANDARD, Browser, NetworkError, Reply, Request
from flask_cors.testing.content import content_length, received, so_far
from flask_cors.testing.errors import Failure

ORIGIN = "https://app.example"
TEXT = b"hello, hello, hello"
ZLIB = zlib.compress(TEXT)
GZIP = gzip.compress(TEXT, mtime=0)
BARE = ZLIB[2:-4]
# The digest of TEXT.
DIGEST = "sha256-nMY/1sAuGeFHhKOJs82mwQEiliaLD0qfMLNHELqYB6c="
BROKEN = Reply(200, (("Content-Encoding", "gzip"),), b"not gzip")
SHORT = Reply(200, (("Content-Length", "6"),), b"hello")


def lengths(*values: str, body: bytes = b"hello") -> Reply:
    return Reply(200, tuple(("Content-Length", value) for value in values), body)


def page(answer: Any, **options: Any) -> Browser:
    transport = answer if callable(answer) else lambda request: answer
    return Browser(transport=transport, origin=ORIGIN, base_url=ORIGIN, **options)


@pytest.mark.parametrize(
    ("values", "length"),
    [
        ([], None),
        (["5"], 5),
        ([" 5\t"], 5),
        (["05"], 5),
        (["5,5"], 5),
        (["5 , 5"], 5),
        (["5", "5"], 5),
        (["9" * 18], int("9" * 18)),
        (["9" * 19], None),
        ([""], None),
        (["5s"], None),
        (["-5"], None),
        (["0x5"], None),
        (["a", "a"], None),
        (["5,"], Failure("content-length", "5,")),
        ([",5"], Failure("content-length", ",5")),
        (["5", ""], Failure("content-length", "5, ")),
        (["5", "6"], Failure("content-length", "5, 6")),
        (["5,6"], Failure("content-length", "5,6")),
        (["05", "5"], Failure("content-length", "05, 5")),
        (["a", "b"], Failure("content-length", "a, b")),
    ],
)
def test_the_length_that_the_headers_tell(values: list[str], length: Any) -> None:
    assert content_length(lengths(*values)) == length


def test_transfer_encoding_overrides_it() -> None:
    headers = (("Content-Length", "2"), ("Content-Length", "3"), ("Transfer-Encoding", "chunked"))
    assert content_length(Reply(200, headers, b"hello")) is None


@pytest.mark.parametrize(
    ("reply", "body"),
    [
        (lengths(), b"hello"),
        (lengths("5"), b"hello"),
        (lengths("2"), b"he"),
        (lengths("0"), b""),
        (lengths("x"), b"hello"),
        (lengths("6"), Failure("content-incomplete", "5 of 6 bytes")),
        (lengths("5", "6"), Failure("content-length", "5, 6")),
    ],
)
def test_how_much_of_it_counts(reply: Reply, body: Any) -> None:
    assert received(reply) == body


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", GZIP),
        ("x-gzip", GZIP),
        ("GZip", GZIP),
        ("gzip", GZIP + b"more"),
        ("gzip", GZIP + GZIP),
        # What ends too early is read as far as it goes.
        ("gzip", GZIP[:-1]),
        ("gzip", GZIP[:-8]),
        ("deflate", ZLIB),
        ("deflate", ZLIB + b"more"),
        ("deflate", BARE),
        ("gzip, gzip", gzip.compress(GZIP, mtime=0)),
        ("gzip, deflate", zlib.compress(GZIP)),
        ("deflate,gzip", gzip.compress(ZLIB, mtime=0)),
        (" , gzip\t,", GZIP),
        ("", TEXT),
        ("identity", TEXT),
        ("br", TEXT),
        ("zstd", TEXT),
        ("compress", TEXT),
        ("x-deflate", TEXT),
    ],
    ids=repr,
)
def test_what_a_page_reads(coding: str, body: bytes) -> None:
    headers = (("Content-Encoding", coding), ("Content-Length", str(len(body))))
    response = page(Reply(200, headers, body)).fetch("/")
    assert (response.body, response.text) == (TEXT, TEXT.decode())
    assert response.headers["Content-Encoding"] == coding.strip()
    assert response.headers["Content-Length"] == str(len(body))


def test_several_lines_are_one_list() -> None:
    headers = (("Content-Encoding", "gzip"), ("content-encoding", "deflate"))
    assert page(Reply(200, headers, zlib.compress(GZIP))).fetch("/").body == TEXT


@pytest.mark.parametrize("coding", ["gzip, br", "br, gzip", "gzip, identity"])
def test_a_coding_that_is_not_known_leaves_the_body_as_it_came(coding: str) -> None:
    assert page(Reply(200, (("Content-Encoding", coding),), GZIP)).fetch("/").body == GZIP


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_an_empty_body_is_empty(coding: str) -> None:
    assert page(Reply(200, (("Content-Encoding", coding),))).fetch("/").body == b""


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", b"not gzip"),
        ("gzip", ZLIB),
        ("deflate", GZIP),
        ("deflate", b"not deflated"),
        ("deflate, gzip", ZLIB),
        ("gzip;q=1", GZIP),
        ("gzip deflate", GZIP),
    ],
)
def test_a_body_that_is_not_encoded_so_fails_its_reader(coding: str, body: bytes) -> None:
    response = page(Reply(200, (("Content-Encoding", coding),), body)).fetch("/")
    assert (response.type, response.status) == ("basic", 200)
    for read in (lambda: response.text, lambda: response.body, response.json):
        with pytest.raises(NetworkError) as caught:
            read()
        assert (caught.value.step, caught.value.value) == ("content-encoding", coding)


def test_the_length_counts_what_came_over_the_wire() -> None:
    headers = (("Content-Encoding", "gzip"), ("Content-Length", str(len(GZIP))))
    assert page(Reply(200, headers, GZIP + b"and more")).fetch("/").body == TEXT
    with pytest.raises(NetworkError) as caught:
        assert page(Reply(200, headers, GZIP[:-1])).fetch("/").body
    assert caught.value.step == "content-incomplete"


def test_the_diagnosis_of_a_short_body() -> None:
    browser = page(SHORT)
    response = browser.fetch("/")
    assert browser.timeline().count("!!") == 0
    with pytest.raises(NetworkError) as caught:
        assert response.text
    assert caught.value.header == "Content-Length"
    assert caught.value.explain().split("\n") == [
        "GET https://app.example/ -> 200",
        "the response has Content-Length: 6",
        "needed: a body of as many bytes as Content-Length says; it has 5 of 6 bytes",
        "Fetch standard: https://fetch.spec.whatwg.org/#http-network-fetch",
    ]
    assert browser.timeline().endswith(f"!! {caught.value}")


def test_the_diagnosis_of_a_body_that_is_not_encoded_so() -> None:
    with pytest.raises(NetworkError) as caught:
        assert page(BROKEN).fetch("/").text
    assert caught.value.explain().split("\n")[1:3] == [
        "the response has Content-Encoding: gzip",
        "needed: a body that is encoded as Content-Encoding says; a transport hands it over as "
        "it came, and does not decode it",
    ]


@pytest.mark.parametrize("reply", [BROKEN, SHORT], ids=["broken", "short"])
class TestABodyThatCannotBeRead:
    def test_an_xhr_has_an_error(self, reply: Reply) -> None:
        xhr = page(reply).xhr("GET", "/")
        with pytest.raises(NetworkError):
            xhr.send()
        assert (xhr.events, xhr.status) == (["loadstart", "error", "loadend"], 0)

    @pytest.mark.parametrize("element", ["img", "script", "stylesheet", "font", "track"])
    def test_an_element_has_an_error(self, reply: Reply, element: Any) -> None:
        with pytest.raises(NetworkError):
            page(reply).load(element, "/")

    def test_so_has_one_of_another_origin(self, reply: Reply) -> None:
        with pytest.raises(NetworkError):
            page(reply).load("img", "https://other.example/")

    def test_integrity_reads_it(self, reply: Reply) -> None:
        with pytest.raises(NetworkError) as caught:
            page(reply).fetch("/", integrity=DIGEST)
        assert caught.value.step in ("content-encoding", "content-incomplete")

    def test_a_document_is_not_shown(self, reply: Reply) -> None:
        response = page(reply).navigate("/")
        assert response.status == 200
        with pytest.raises(NetworkError):
            assert response.text

    def test_who_does_not_read_it_sees_nothing(self, reply: Reply) -> None:
        browser = page(reply)
        opaque = browser.fetch("https://other.example/", mode="no-cors")
        assert (opaque.type, opaque.body) == ("opaque", b"")
        browser.send_beacon("/", "x")
        assert browser.fetch("/", method="HEAD").body == b""

    @pytest.mark.parametrize("status", [204, 205, 304])
    def test_a_null_body_is_none(self, reply: Reply, status: int) -> None:
        assert page(replace(reply, status=status)).fetch("/").body == b""

    def test_a_redirect_is_followed(self, reply: Reply) -> None:
        def answer(request: Request) -> Reply:
            if request.url.endswith("/1"):
                return replace(reply, status=302, headers=(*reply.headers, ("Location", "/2")))
            return Reply(200, (), b"there")

        assert page(answer).fetch("/1").text == "there"
        response = page(answer).fetch("/1", redirect="manual")
        assert (response.type, response.body) == ("opaqueredirect", b"")

    def test_a_preflight_is_judged_by_its_headers(self, reply: Reply) -> None:
        headers = (
            ("Access-Control-Allow-Origin", "*"),
            ("Access-Control-Allow-Methods", "PUT"),
        )

        def answer(request: Request) -> Reply:
            if request.method == "OPTIONS":
                return replace(reply, headers=(*reply.headers, *headers))
            return Reply(200, headers, b"hello")

        assert page(answer).fetch("https://other.example/", method="PUT").text == "hello"


def test_integrity_is_that_of_the_decoded_body() -> None:
    reply = Reply(200, (("Content-Encoding", "gzip"),), GZIP)
    assert page(reply).fetch("/", integrity=DIGEST).body == TEXT
    assert page(reply).load("script", "/", integrity=DIGEST).body == TEXT


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("status", [200, 204, 302, 304])
def test_different_lengths_are_no_response(method: str, status: int) -> None:
    headers = (
        ("Content-Length", "5"),
        ("Content-Length", "6"),
        ("Location", "/there"),
        ("Set-Cookie", "a=1"),
    )
    browser = page(Reply(status, headers, b"hello"))
    with pytest.raises(NetworkError) as caught:
        browser.fetch("/", method=method)
    error = caught.value
    assert (error.step, error.value, error.preflight) == ("content-length", "5, 6", False)
    assert error.exchange is browser.exchanges[0]
    assert len(browser.exchanges) == 1
    assert not list(browser.cookies.of(f"{ORIGIN}/"))
    assert "needed: one Content-Length" in error.explain()


class TestTheCache:
    """RFC 9111 section 3.3"""

    @staticmethod
    def asked(reply: Reply) -> int:
        browser = page(replace(reply, headers=(*reply.headers, ("Cache-Control", "max-age=60"))))
        browser.fetch("/")
        browser.fetch("/")
        return len(browser.exchanges)

    def test_what_is_not_whole_is_not_kept(self) -> None:
        assert self.asked(SHORT) == 2
        assert self.asked(lengths("5")) == 1
        assert self.asked(lengths("4")) == 1

    def test_a_null_body_is_whole(self) -> None:
        assert self.asked(replace(SHORT, status=204)) == 1

    def test_what_was_encoded_is_decoded_each_time(self) -> None:
        headers = (("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding"))
        cached = (*headers, ("Cache-Control", "max-age=60"))
        browser = page(Reply(200, cached, GZIP))
        assert [browser.fetch("/").body, browser.fetch("/").body] == [TEXT, TEXT]
        assert len(browser.exchanges) == 1
        assert browser.exchanges[0].reply.body == GZIP


class TestAcceptEncoding:
    @staticmethod
    def sent(browser: Browser) -> list[str | None]:
        return [each.request.get("Accept-Encoding") for each in browser.exchanges]

    @pytest.mark.parametrize("traits", [STANDARD, CHROMIUM, FIREFOX])
    def test_what_can_be_decoded_is_asked_for(self, traits: Any) -> None:
        headers = (
            ("Access-Control-Allow-Origin", "*"),
            ("Access-Control-Allow-Methods", "PUT"),
            ("Access-Control-Allow-Headers", "*"),
        )
        browser = page(Reply(200, headers), traits=traits)
        browser.fetch("/", headers={"Accept-Encoding": "br"})
        browser.fetch("https://other.example/", method="PUT")
        browser.navigate("/")
        browser.load("img", "/")
        with pytest.raises(NetworkError):
            browser.open_websocket("/")
        assert self.sent(browser) == ["gzip, deflate"] * 6

    @pytest.mark.parametrize("value", ["bytes=0-10", "x", ""])
    def test_a_part_is_asked_for_as_it_is(self, value: str) -> None:
        browser = page(Reply(200, ()))
        browser.fetch("/", headers={"Range": value})
        assert self.sent(browser) == ["identity"]

    def test_it_can_be_left_out(self) -> None:
        browser = page(Reply(200, ()), traits=replace(STANDARD, accept_encoding=None))
        browser.fetch("/")
        assert self.sent(browser) == [None]

    def test_an_application_that_compresses_is_read(self) -> None:
        def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
            assert "gzip" in environ["HTTP_ACCEPT_ENCODING"]
            start_response("200 OK", [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")])
            return [GZIP]

        browser = Browser(application, origin=ORIGIN, base_url=ORIGIN)
        assert browser.fetch("/").text == TEXT.decode()


class TestEventStreams:
    EVENTS = b"data: 1\n\ndata: 2\n\n"
    TYPE = ("Content-Type", "text/event-stream")

    def events(self, *headers: tuple[str, str], body: bytes = EVENTS) -> list[str]:
        stream = page(Reply(200, (self.TYPE, *headers), body)).event_source("/")
        return [event.data for event in stream.events]

    def test_it_is_read_as_far_as_it_goes(self) -> None:
        assert self.events(("Content-Length", "1000")) == ["1", "2"]
        assert self.events(("Content-Length", "9")) == ["1"]
        packed = gzip.compress(self.EVENTS, mtime=0)
        assert self.events(("Content-Encoding", "gzip"), body=packed) == ["1", "2"]
        assert self.events(("Content-Encoding", "gzip"), body=packed[:-9])[:1] == ["1"]

    def test_what_is_broken_has_no_events(self) -> None:
        assert self.events(("Content-Encoding", "gzip")) == []

    def test_lengths_that_differ_are_left_to_who_asks(self) -> None:
        assert so_far(lengths("1", "2")) == b"hello"

    def test_an_encoded_stream_without_an_end(self) -> None:
        def application(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
            start_response("200 OK", [self.TYPE, ("Content-Encoding", "gzip")])
            packer = zlib.compressobj(wbits=31)
            while True:
                yield packer.compress(b"data: tick\n\n") + packer.flush(zlib.Z_SYNC_FLUSH)

        browser = Browser(application, origin=ORIGIN, base_url=ORIGIN)
        stream = browser.event_source("/", max_events=3)
        assert [event.data for event in stream.events] == ["tick"] * 3
