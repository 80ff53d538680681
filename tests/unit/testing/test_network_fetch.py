"""What goes over the wire: streams, and bodies that are not read to their end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from flask_cors.testing import CHROMIUM, STANDARD, Blob, Browser, FormData, NetworkError, Reply
from tests.unit.testing.pages import OTHER, OWN, page, stream

BOTH = pytest.mark.parametrize("traits", [STANDARD, CHROMIUM], ids=["standard", "chromium"])


class TestStreams:
    """#http-network-fetch: an HTTP/1.x connection and a body without a source"""

    @BOTH
    @pytest.mark.parametrize("origin", ["http://app.example", "http://localhost:5000"])
    def test_none_over_plain_http(self, origin: str, traits: Any) -> None:
        browser = page(200, origin=origin, traits=traits)
        with pytest.raises(NetworkError) as caught:
            browser.fetch("/x", method="POST", data=stream())
        error = caught.value
        assert (error.step, error.section) == ("stream-http", "http-network-fetch")
        assert "use a base_url that begins with https://, or send bytes or a Blob" in str(error)
        assert "needed: a URL with https://, or bytes or a Blob in place" not in error.explain()
        assert browser.exchanges == []

    def test_another_origin_is_asked_first(self) -> None:
        headers = (("Access-Control-Allow-Origin", "http://a.example"),)
        browser = Browser(
            transport=lambda request: Reply(200, headers),
            origin="http://a.example",
            base_url="http://b.example",
        )
        with pytest.raises(NetworkError) as caught:
            browser.fetch("/x", method="POST", data=stream())
        assert caught.value.step == "stream-http"
        assert [each.preflight for each in browser.exchanges] == [True]

    def test_over_https(self) -> None:
        browser = page(200)
        assert browser.fetch("/x", method="POST", data=stream()).ok
        (exchange,) = browser.exchanges
        assert (exchange.request.body, exchange.request.get("Content-Length")) == (b"ab", None)

    @pytest.mark.parametrize("data", [b"ab", "ab", Blob(b"ab"), FormData({"a": "b"}), {"a": "b"}])
    def test_what_can_be_sent_again_goes_over_http(self, data: Any) -> None:
        browser = page(200, origin="http://app.example")
        assert browser.fetch("/x", method="POST", data=data).ok

    def test_none_outlives_its_page(self) -> None:
        browser = page(200)
        with pytest.raises(TypeError, match=r"^a stream cannot be sent with keepalive=True$"):
            browser.fetch("/x", method="POST", data=stream(), keepalive=True)
        assert browser.fetch("/x", method="POST", data=b"ab", keepalive=True).ok
        with pytest.raises(TypeError, match=r"^a beacon sends no stream: give it bytes or a Blob$"):
            browser.send_beacon("/x", stream())
        assert len(browser.exchanges) == 1

    def test_none_by_xhr(self) -> None:
        xhr = page(200).xhr("POST", "/x")
        words = r"^an XMLHttpRequest sends no stream: give it bytes or a Blob$"
        with pytest.raises(TypeError, match=words):
            xhr.send(stream())
        assert xhr.events == []
        xhr.send(b"ab")
        assert xhr.status == 200


class TestBodiesWithoutAnEnd:
    @staticmethod
    def application(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        origin = environ.get("HTTP_ORIGIN", "*")
        headers = [("Access-Control-Allow-Origin", origin), ("Access-Control-Allow-Methods", "PUT")]
        if environ["REQUEST_METHOD"] == "OPTIONS" or environ["PATH_INFO"] == "/1":
            status = "302 Found" if environ["PATH_INFO"] == "/1" else "200 OK"
            start_response(status, [*headers, ("Location", "/2")])
            while True:
                yield b"more"
        start_response("200 OK", headers)
        yield b"he"
        yield b"llo"

    def test_a_preflight_is_not_read_to_its_end(self) -> None:
        browser = Browser(self.application, origin=OWN, base_url=OTHER)
        assert browser.fetch("/x", method="PUT").text == "hello"
        assert [each.reply.body for each in browser.exchanges] == [b"more", b"hello"]

    @pytest.mark.parametrize("traits", [STANDARD, CHROMIUM])
    def test_a_redirect_is_not_read_to_its_end(self, traits: Any) -> None:
        browser = Browser(self.application, origin=OWN, base_url=OWN, traits=traits)
        assert browser.fetch("/1").text == "hello"
        assert browser.fetch("/1", redirect="manual").type == "opaqueredirect"
        assert browser.navigate("/1").text == "hello"

    @pytest.mark.parametrize(
        ("status", "headers"),
        [
            ("302 Found", []),
            ("302 Found", [("Location", "/"), ("Content-Length", "5")]),
            ("200 OK", [("Location", "/")]),
        ],
    )
    def test_other_bodies_are(self, status: str, headers: list[tuple[str, str]]) -> None:
        def application(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
            start_response(status, headers)
            yield b"he"
            yield b"llo"

        browser = Browser(application, origin=OWN, base_url=OWN)
        browser.fetch("/x", redirect="manual")
        assert browser.exchanges[0].reply.body == b"hello"


def test_an_application_is_closed_when_enough_is_read() -> None:
    class Body:
        closed = False

        def __iter__(self) -> Iterator[bytes]:
            yield b"data:1\n"
            yield b"\ndata:2\n\n"
            raise AssertionError("read too far")

        def close(self) -> None:
            self.closed = True

    body = Body()

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/event-stream")])
        return body

    page = Browser(application, origin="http://localhost")
    assert len(page.event_source("/", max_events=2).events) == 2
    assert body.closed
