"""What can be sent once and what twice: streams, 421, 401; and what is not read to its end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from flask_cors.testing import CHROMIUM, STANDARD, Blob, Browser, FormData, NetworkError, Reply

OWN = "https://app.example"
OTHER = "https://api.other.test"
ALLOWED = (
    ("Access-Control-Allow-Origin", OWN),
    ("Access-Control-Allow-Credentials", "true"),
    ("Access-Control-Allow-Methods", "PUT"),
)
BOTH = pytest.mark.parametrize("traits", [STANDARD, CHROMIUM], ids=["standard", "chromium"])


def stream() -> Iterator[bytes]:
    return iter([b"a", b"b"])


def page(*statuses: int, origin: str = OWN, traits: Any = STANDARD) -> Browser:
    """Return a page whose server answers with *statuses*, the last of them for ever."""
    left = list(statuses)

    def answer(request: Any) -> Reply:
        status = left.pop(0) if len(left) > 1 else left[0]
        return Reply(status, (*ALLOWED, ("Set-Cookie", f"s{len(left)}=1; Secure; SameSite=None")))

    return Browser(transport=answer, origin=origin, base_url=origin, traits=traits)


def sent(browser: Browser) -> list[str]:
    return [f"{each.request.method} {each.reply.status}" for each in browser.exchanges]


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


class TestAskingForAPassword:
    """#http-network-or-cache-fetch, the step for 401: the body would be needed again"""

    @staticmethod
    def outcome(browser: Browser, url: str = "/x", data: Any = None, **options: Any) -> Any:
        try:
            return browser.fetch(url, method="POST", data=data or stream(), **options).status
        except NetworkError as error:
            return error.step

    def test_a_stream_fails(self) -> None:
        browser = page(401)
        assert self.outcome(browser) == "stream-authentication"
        assert sent(browser) == ["POST 401"]

    def test_without_credentials_nobody_is_asked(self) -> None:
        assert self.outcome(page(401), credentials="omit") == 401

    def test_cors_asks_nobody(self) -> None:
        assert self.outcome(page(200, 401), f"{OTHER}/x", credentials="include") == 401

    def test_what_can_be_sent_again_does_not_fail(self) -> None:
        assert self.outcome(page(401), data=b"ab") == 401

    def test_other_statuses_do_not_ask(self) -> None:
        assert self.outcome(page(403)) == 403


class TestMisdirectedRequests:
    """#http-network-or-cache-fetch, the step for 421: once more, on a new connection"""

    @BOTH
    @pytest.mark.parametrize(
        ("method", "data"), [("GET", None), ("POST", "b"), ("PUT", Blob(b"b")), ("HEAD", None)]
    )
    def test_it_is_sent_again(self, method: str, data: Any, traits: Any) -> None:
        browser = page(421, 200, 500, traits=traits)
        assert browser.fetch("/x", method=method, data=data).status == 200
        assert sent(browser) == [f"{method} 421", f"{method} 200"]
        first, second = (each.request for each in browser.exchanges)
        assert second.body == first.body

    def test_but_once(self) -> None:
        browser = page(421, 421, 200)
        assert browser.fetch("/x").status == 421
        assert sent(browser) == ["GET 421"] * 2

    def test_a_stream_is_not(self) -> None:
        browser = page(421, 200)
        assert browser.fetch("/x", method="POST", data=stream()).status == 421
        assert sent(browser) == ["POST 421"]

    def test_with_the_cookies_of_the_answer(self) -> None:
        browser = page(421, 200)
        browser.fetch("/x")
        assert [each.request.get("Cookie") for each in browser.exchanges] == [None, "s1=1"]

    def test_so_is_a_preflight(self) -> None:
        browser = page(421, 200)
        assert browser.fetch(f"{OTHER}/x", method="PUT").ok
        assert sent(browser) == ["OPTIONS 421", "OPTIONS 200", "PUT 200"]
        assert [each.preflight for each in browser.exchanges] == [True, True, False]

    def test_a_preflight_but_once(self) -> None:
        browser = page(421)
        with pytest.raises(NetworkError) as caught:
            browser.fetch(f"{OTHER}/x", method="PUT")
        assert caught.value.step == "preflight-status"
        assert sent(browser) == ["OPTIONS 421"] * 2

    def test_navigations_and_elements_too(self) -> None:
        browser = page(421, 200)
        assert browser.navigate("/x").status == 200
        browser = page(421, 200)
        assert browser.load("img", "/x").status == 200


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


class TestMedia:
    @pytest.mark.parametrize("element", ["audio", "video"])
    def test_all_of_it_is_asked_for_as_a_part(self, element: Any) -> None:
        browser = page(206)
        browser.load(element, "/x")
        browser.load(element, f"{OTHER}/x")
        browser.load(element, f"{OTHER}/x", crossorigin="anonymous")
        for exchange in browser.exchanges:
            assert exchange.request.get("Range") == "bytes=0-"
            assert exchange.request.get("Accept-Encoding") == "identity"
            assert exchange.request.get("Accept") == "*/*"
            assert not exchange.preflight
        assert len(browser.exchanges) == 3

    @pytest.mark.parametrize("element", ["img", "track", "script", "font", "object"])
    def test_other_elements_ask_for_no_part(self, element: Any) -> None:
        browser = page(200)
        browser.load(element, "/x")
        assert browser.exchanges[0].request.get("Range") is None


class TestStorageAccess:
    """https://privacycg.github.io/storage-access-headers/"""

    @staticmethod
    def said(browser: Browser, url: str, credentials: Any = "include") -> list[str | None]:
        browser.exchanges.clear()
        browser.fetch(url, mode="no-cors", credentials=credentials)
        return [each.request.get("Sec-Fetch-Storage-Access") for each in browser.exchanges]

    @pytest.mark.parametrize(
        ("origin", "top", "url", "allowed", "blocked"),
        [
            (OWN, None, f"{OTHER}/", "active", "none"),
            (OWN, None, f"{OWN}/", None, None),
            (OWN, None, "https://api.app.example/", None, None),
            (OWN, None, "http://localhost/", "active", "none"),
            (OWN, OTHER, f"{OWN}/", "active", "none"),
            (OWN, OTHER, f"{OTHER}/", "active", "inactive"),
            (OWN, "https://www.app.example", f"{OWN}/", None, None),
            ("null", None, f"{OWN}/", "active", "none"),
            ("null", OWN, f"{OWN}/", "active", "inactive"),
            ("http://app.example", None, f"{OWN}/", "active", "none"),
            ("http://app.example", None, "http://other.test/", None, None),
        ],
    )
    def test_what_chromium_says(
        self, origin: str, top: str | None, url: str, allowed: str | None, blocked: str | None
    ) -> None:
        traits = replace(CHROMIUM, guards_local_network=False)
        for third_party_cookies, said in ((True, allowed), (False, blocked)):
            browser = page(200, traits=replace(traits, third_party_cookies=third_party_cookies))
            asking = browser.at(origin, framed_by=top)
            assert self.said(asking, url) == [said]
            assert self.said(asking, url, "omit") == [None]

    def test_the_standard_says_nothing(self) -> None:
        assert self.said(page(200), f"{OTHER}/") == [None]

    def test_a_preflight_and_a_tab_say_nothing(self) -> None:
        browser = page(200, traits=CHROMIUM)
        browser.fetch(f"{OTHER}/", method="PUT", credentials="include")
        browser.navigate(f"{OTHER}/")
        browser.navigate(f"{OTHER}/", typed=True)
        browser.navigate(f"{OTHER}/", frame=True)
        assert [each.request.get("Sec-Fetch-Storage-Access") for each in browser.exchanges] == [
            None,
            "active",
            None,
            None,
            "active",
        ]
