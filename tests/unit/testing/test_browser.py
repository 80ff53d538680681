"""What pages, elements, users and sockets send, and what they get."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from flask import Flask, Response, request

from flask_cors.testing import (
    CHROMIUM,
    STANDARD,
    Blob,
    Browser,
    CookieNote,
    EventStream,
    FormData,
    NetworkError,
    Reply,
    Request,
    ServerSentEvent,
    WebSocket,
)
from flask_cors.testing.websockets import KEY, accepts

OWN = "https://app.example"
API = "https://api.example"
NO_CREDENTIALS = "the request was made without credentials"


def browser(reply: Reply | None = None, **options: Any) -> Browser:
    return Browser(
        transport=lambda request: reply or Reply(200, (), b"hello"),
        **{"origin": OWN, "base_url": API, **options},
    )


def last(page: Browser) -> Request:
    return page.exchanges[-1].request


class TestNavigations:
    def test_a_link(self) -> None:
        page = browser(Reply(200, (("X-A", "1"), ("Set-Cookie", "a=1; SameSite=Lax")), b"hello"))
        response = page.navigate("/x#fragment")
        assert (response.type, response.status, response.text) == ("basic", 200, "hello")
        assert (response.url, response.redirected) == (f"{API}/x", False)
        assert dict(response.headers) == {"x-a": "1"}
        assert last(page).headers == (
            ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
            ("Upgrade-Insecure-Requests", "1"),
            ("Referer", f"{OWN}/"),
            ("Sec-Fetch-Dest", "document"),
            ("Sec-Fetch-Mode", "navigate"),
            ("Sec-Fetch-Site", "cross-site"),
            ("Sec-Fetch-User", "?1"),
            ("User-Agent", page.traits.user_agent),
            ("Accept-Language", "en-US,en;q=0.9"),
            ("Accept-Encoding", "gzip, deflate"),
        )
        # Another site may set cookies where it is visited.
        assert page.cookies.get(API) == "a=1"

    def test_redirects_are_followed_whatever_cors_says(self) -> None:
        def answer(request: Request) -> Reply:
            moved = request.url.startswith(API)
            return Reply(302, (("Location", "https://id.example/"),)) if moved else Reply(403, ())

        page = Browser(transport=answer, origin=OWN, base_url=API)
        response = page.navigate("/login")
        assert (response.status, response.url, response.redirected) == (
            403,
            "https://id.example/",
            True,
        )

    def test_a_redirect_that_leads_nowhere(self) -> None:
        with pytest.raises(NetworkError):
            browser(Reply(302, (("Location", "ftp://x"),))).navigate("/")

    def test_a_typed_address_has_no_referrer(self) -> None:
        page = browser()
        page.navigate("/", typed=True, user_activated=False)
        assert last(page).get("Referer") is None
        assert last(page).get("Sec-Fetch-Site") == "none"
        assert last(page).get("Sec-Fetch-User") == "?1"

    @pytest.mark.parametrize(
        ("do", "options", "standard", "chromium"),
        [
            ("navigate", {}, "lax=1; new=1", "lax=1; new=1"),
            ("submit_form", {"method": "GET"}, "lax=1; new=1", "lax=1; new=1"),
            ("submit_form", {}, None, "new=1"),
            ("navigate", {"frame": True}, None, None),
            ("submit_form", {"frame": True}, None, None),
        ],
    )
    def test_cookies_of_another_site(
        self, do: str, options: Any, standard: str | None, chromium: str | None
    ) -> None:
        for traits, expected in ((STANDARD, standard), (CHROMIUM, chromium)):
            page = browser(traits=traits)
            page.cookies.set(API, "lax=1; SameSite=Lax; Secure")
            page.cookies.set(API, "new=1; Secure")
            getattr(page, do)("/", **options)
            assert last(page).get("Cookie") == expected

    def test_a_url_with_a_password_may_be_visited(self) -> None:
        page = browser()
        page.navigate("https://user:password@api.example/")
        assert last(page).url == f"{API}/"

    def test_a_frame_of_a_secure_page(self) -> None:
        with pytest.raises(NetworkError) as caught:
            browser().navigate("http://api.example/", frame=True)
        assert caught.value.step == "mixed-content"


class TestForms:
    def test_a_post(self) -> None:
        page = browser()
        page.submit_form("/x", {"a": "1", "f": Blob(b"x", name="n.txt")})
        assert last(page).method == "POST"
        assert last(page).body == b"a=1&f=n.txt"
        assert last(page).get("Content-Type") == "application/x-www-form-urlencoded"
        assert last(page).get("Content-Length") == "11"
        assert last(page).get("Origin") == OWN

    def test_files(self) -> None:
        page = browser()
        form = FormData()
        form.append("f", Blob(b"x"))
        page.submit_form("/x", form, enctype="multipart/form-data")
        assert b'name="f"; filename="blob"' in last(page).body

    def test_nothing(self) -> None:
        page = browser()
        page.submit_form("/x")
        assert (last(page).body, last(page).get("Content-Length")) == (b"", "0")

    def test_a_get_has_its_fields_as_its_query(self) -> None:
        page = browser()
        page.submit_form("/x;?old#f", {"a": "*~"}, method="GET")
        page.submit_form("/x", method="GET")
        urls = [exchange.request.url for exchange in page.exchanges]
        assert urls == [f"{API}/x;?a=*%7E", f"{API}/x?"]

    def test_an_action_that_is_no_url(self) -> None:
        for method in ("GET", "POST"):
            with pytest.raises(TypeError, match=r"^not a URL: '//\]'$"):
                browser().submit_form("//]", method=method)

    @pytest.mark.parametrize("option", [{"method": "PUT"}, {"enctype": "application/json"}])
    def test_what_no_form_sends(self, option: Any) -> None:
        with pytest.raises(TypeError, match="write one of"):
            browser().submit_form("/", **option)


class TestElements:
    def test_what_no_element_is(self) -> None:
        with pytest.raises(TypeError, match="element='div': write one of 'audio'"):
            browser().load("div", "/")  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="crossorigin='x': write one of '', 'anonymous'"):
            browser().load("img", "/", crossorigin="x")  # type: ignore[arg-type]

    def test_a_track_is_of_the_pages_own_origin(self) -> None:
        with pytest.raises(NetworkError) as caught:
            browser().load("track", "/")
        assert caught.value.step == "same-origin-mode"

    @pytest.mark.parametrize(
        ("element", "accept"),
        [
            ("img", "image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5"),
            ("stylesheet", "text/css,*/*;q=0.1"),
            ("script", "*/*"),
        ],
    )
    def test_accept(self, element: Any, accept: str) -> None:
        page = browser()
        page.load(element, "/")
        assert last(page).get("Accept") == accept

    def test_a_digest_that_does_not_match(self) -> None:
        page = browser(Reply(200, (("Access-Control-Allow-Origin", "*"),), b"hello"))
        with pytest.raises(NetworkError, match="Failed to find a valid digest") as caught:
            page.load("script", "/", crossorigin="anonymous", integrity="sha256-AAAA")
        assert "it has sha256-LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=" in (
            caught.value.explain()
        )

    def test_chromiums_elements_say_their_origin_to_their_own(self) -> None:
        page = browser(origin=API, traits=CHROMIUM)
        origins = []
        for element in ("img", "script", "font", "audio"):
            page.load(element, "/", crossorigin="anonymous")
            origins.append(last(page).get("Origin"))
        page.load("img", "/")
        page.fetch("/")
        assert [*origins, page.exchanges[-2].request.get("Origin"), last(page).get("Origin")] == [
            API, API, API, None, None, None
        ]  # fmt: skip


def test_a_beacon_shows_nothing() -> None:
    page = browser()
    page.send_beacon("/", "x")
    assert (last(page).method, last(page).body) == ("POST", b"x")
    assert last(page).get("Sec-Fetch-Mode") == "no-cors"


@pytest.mark.parametrize("url", ["data:,x", "ws://api.example/", "ftp://api.example/"])
def test_a_beacon_goes_over_http_alone(url: str) -> None:
    with pytest.raises(TypeError, match=f"^a beacon goes over HTTP alone: {url}$"):
        browser().send_beacon(url)


def test_an_image_that_is_asked_for_by_https_keeps_its_query() -> None:
    page = browser()
    page.load("img", "http://api.example/x?")
    assert last(page).url == f"{API}/x?"


@pytest.mark.parametrize(
    ("url", "location", "expected"),
    [
        ("/#f", "/x", "/x#f"),
        ("/#f", "/x#g", "/x#g"),
        ("/#f", "/x#", "/x#"),
        ("/#", "/x", "/x#"),
        ("/", "/x?", "/x?"),
    ],
)
def test_the_fragment_after_a_redirect(url: str, location: str, expected: str) -> None:
    def server(request: Request) -> Reply:
        allowed = ("Access-Control-Allow-Origin", "*")
        if request.url == f"{API}/":
            return Reply(302, (allowed, ("Location", location)))
        return Reply(200, ())

    with pytest.raises(NetworkError) as caught:
        Browser(transport=server, origin=OWN, base_url=API).fetch(url)
    assert caught.value.url == API + expected


def test_a_beacon_of_more_than_64_kib() -> None:
    with pytest.raises(NetworkError, match="keepalive"):
        browser().send_beacon("/", b"x" * 65537)


class TestEventSource:
    def app(self, closed: list[bool]) -> Flask:
        app = Flask("events")

        @app.get("/ticks")
        def ticks() -> Response:
            def endless() -> Iterator[str]:
                try:
                    number = 0
                    while True:
                        number += 1
                        yield f"id: {number}\ndata: {request.args.get('q', 'tick')}\n\n"
                finally:
                    closed.append(True)

            from flask import stream_with_context

            return Response(stream_with_context(endless()), mimetype="text/event-stream")

        return app

    def test_an_endless_stream(self) -> None:
        closed: list[bool] = []
        page = Browser(self.app(closed), origin="http://localhost")
        stream = page.event_source("/ticks", max_events=2)
        assert stream == EventStream(
            (ServerSentEvent("message", "tick", "1"), ServerSentEvent("message", "tick", "2")),
            "2",
            None,
        )
        assert closed == [True]

    def test_a_stream_that_ends_early(self) -> None:
        def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            start_response("200 OK", [("Content-Type", "text/event-stream")])
            return [b"data:1\n\n"]

        page = Browser(application, origin="http://localhost")
        assert len(page.event_source("/", max_events=5).events) == 1

    def test_a_transport_reads_to_the_end(self) -> None:
        reply = Reply(200, (("Content-Type", "text/event-stream"),), b"data:1\n\ndata:2\n\n")
        stream = browser(reply, origin=API).event_source("/", max_events=1)
        assert [event.data for event in stream.events] == ["1", "2"]

    def test_the_id_of_an_earlier_connection_stays(self) -> None:
        reply = Reply(200, (("Content-Type", "text/event-stream"),), b"data:1\n\n")
        page = browser(reply, origin=API)
        stream = page.event_source("/", last_event_id="7\xe9\ud800")
        assert (stream.events[0].id, stream.last_event_id) == ("7\xe9\ud800", "7\xe9\ud800")
        assert last(page).get("Last-Event-ID") == "7\xc3\xa9\xef\xbf\xbd"

    def test_no_header_of_it_needs_a_preflight(self) -> None:
        allowed = (("Content-Type", "text/event-stream"), ("Access-Control-Allow-Origin", "*"))
        page = browser(Reply(200, allowed, b"data:1\n\n"))
        page.event_source("/", last_event_id='"7"')
        assert [exchange.request.method for exchange in page.exchanges] == ["GET"]

    def test_an_id_counts_once_its_event_has_ended(self) -> None:
        reply = Reply(200, (("Content-Type", "text/event-stream"),), b"id:1\n\nid:2\n")
        assert browser(reply, origin=API).event_source("/").last_event_id == "1"


class TestWebSockets:
    @pytest.mark.parametrize(
        ("url", "asked", "opened"),
        [
            ("wss://api.example/chat", "https://api.example/chat", "wss://api.example/chat"),
            ("https://api.example/chat", "https://api.example/chat", "wss://api.example/chat"),
            ("/chat", "https://api.example/chat", "wss://api.example/chat"),
            ("ws://localhost/", "http://localhost/", "ws://localhost/"),
        ],
    )
    def test_opened(self, url: str, asked: str, opened: str) -> None:
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

    def test_the_example_of_rfc_6455(self) -> None:
        assert accepts("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

    def test_chromium_tells_nothing_of_the_page(self) -> None:
        page = browser(Reply(403, ()), traits=CHROMIUM)
        with pytest.raises(NetworkError):
            page.open_websocket("/")
        assert last(page).get("Sec-Fetch-Site") is None
        assert last(page).get("Origin") == OWN


class TestPreflights:
    def page(self, preflight: Reply) -> Browser:
        allowed = (
            ("Access-Control-Allow-Origin", OWN),
            ("Access-Control-Allow-Credentials", "true"),
        )
        return Browser(
            transport=lambda request: (
                preflight if request.method == "OPTIONS" else Reply(200, allowed)
            ),
            origin=OWN,
            base_url=API,
        )

    def test_the_body_stays_behind(self) -> None:
        headers = (("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Methods", "*"))
        page = self.page(Reply(200, headers))
        page.fetch("/", method="PUT", data="text", headers={"Content-Type": "text/plain"})
        asked, sent = (exchange.request for exchange in page.exchanges)
        assert (asked.body, asked.get("Content-Length"), asked.get("Content-Type")) == (
            b"",
            None,
            None,
        )
        assert (sent.body, sent.get("Content-Length")) == (b"text", "4")

    @pytest.mark.parametrize(
        ("status", "step"),
        [(200, ""), (299, ""), (300, "status"), (304, "status")],
    )
    def test_the_status(self, status: int, step: str) -> None:
        headers = (("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Methods", "*"))
        page = self.page(Reply(status, headers))
        if not step:
            assert page.fetch("/", method="PUT").status == 200
            return
        with pytest.raises(NetworkError) as caught:
            page.fetch("/", method="PUT")
        assert (caught.value.step, caught.value.preflight) == ("preflight-status", True)

    def test_credentials_are_judged(self) -> None:
        headers = (("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Methods", "PUT"))
        with pytest.raises(NetworkError) as caught:
            self.page(Reply(200, headers)).fetch("/", method="PUT", credentials="include")
        assert (caught.value.step, caught.value.preflight) == ("allow-origin-wildcard", True)


class TestPages:
    def test_the_path_is_told_to_the_own_origin(self) -> None:
        page = browser(origin=API, path="/deep?q#f")
        page.fetch("/")
        page.at(API, path="/other", referrer_policy="origin").fetch("/")
        page.at(API).fetch("/")
        assert [exchange.request.get("Referer") for exchange in page.exchanges] == [
            f"{API}/deep?q",
            f"{API}/",
            f"{API}/",
        ]

    @pytest.mark.parametrize("origin", [API, "null"])
    def test_a_referrer_that_is_no_url(self, origin: str) -> None:
        with pytest.raises(TypeError, match=r"^not a URL: 'http://:bad'$"):
            browser(origin=origin).fetch("/", referrer="http://:bad")

    def test_a_referrer_that_is_relative(self) -> None:
        page = browser(origin=API, path="/deep/page")
        for referrer in ("y?", "about:client", "about:client#f", ""):
            page.fetch("/", referrer=referrer)
        page.at("null").fetch("/", referrer="y", credentials="omit", mode="no-cors")
        sent = [exchange.request.get("Referer") for exchange in page.exchanges]
        assert sent == [f"{API}/deep/y?", f"{API}/deep/page", f"{API}/deep/page", None, None]

    @pytest.mark.parametrize(
        "options", [{"referrer_policy": "x"}, {"cache": "x"}, {"target_address_space": "x"}]
    )
    def test_words_that_fetch_does_not_know(self, options: Any) -> None:
        with pytest.raises(TypeError, match="write one of"):
            browser().fetch("/", **options)

    @pytest.mark.parametrize("do", ["load", "navigate", "submit_form"])
    def test_the_referrer_policy_of_an_element(self, do: str) -> None:
        page = browser(origin=API, referrer_policy="origin")
        ask: Any = getattr(page, do)
        element = ("img",) if do == "load" else ()
        for policy in ("", "no-referrer", "unsafe-url"):
            ask(*element, "/x", referrer_policy=policy)
        with pytest.raises(TypeError, match="referrer_policy='x'"):
            ask(*element, "/x", referrer_policy="x")
        assert [exchange.request.get("Referer") for exchange in page.exchanges] == [
            f"{API}/",
            None,
            f"{API}/",
        ]
        other = page.at(API, path="/deep", referrer_policy="origin")
        getattr(other, do)(*element, "/x", referrer_policy="unsafe-url")
        assert last(page).get("Referer") == f"{API}/deep"

    def test_a_form_without_referrer_hides_its_origin(self) -> None:
        page = browser()
        page.submit_form("/", referrer_policy="no-referrer")
        assert last(page).get("Origin") == "null"

    def test_a_policy_that_no_page_has(self) -> None:
        with pytest.raises(TypeError, match="referrer_policy='x'"):
            browser(referrer_policy="x")
        with pytest.raises(TypeError, match="referrer_policy='x'"):
            browser().at(OWN, referrer_policy="x")  # type: ignore[arg-type]

    def test_a_frame_needs_an_origin_above(self) -> None:
        with pytest.raises(ValueError, match="not an origin"):
            browser().at(OWN, framed_by="app.example")

    @pytest.mark.parametrize(
        "headers", ["ab", ["ab"], [()], [("a",)], [("a", "b", "c")], [["a", "b"], ["c"]]]
    )
    def test_headers_are_pairs(self, headers: Any) -> None:
        page = browser()
        with pytest.raises(TypeError, match="not a pair of a header's name and its value: "):
            page.fetch("/", headers=headers)
        assert page.exchanges == []

    def test_a_name_keeps_the_case_that_it_came_with_first(self) -> None:
        page = browser(origin=API)
        page.fetch("/", headers=[["X-b", "1"], ["X-A", "2"], ["x-B", " 3"]])  # type: ignore[list-item]
        lines = [pair for pair in last(page).headers if pair[0].startswith("X")]
        assert lines == [("X-b", "1"), ("X-A", "2"), ("X-b", "3")]

    @pytest.mark.parametrize(
        ("value", "sent"),
        [
            (" \t\r\nX \t\r\n", "X"),
            ("\xa0x\x0b", "\xa0x\x0b"),
            ("\x0c", "\x0c"),
            ("\xff", "\xff"),
            ("a\tb", "a\tb"),
            ("", ""),
        ],
    )
    def test_white_space_around_a_value(self, value: str, sent: str) -> None:
        page = browser(origin=API)
        page.fetch("/", headers={"X-A": value})
        assert last(page).get("X-A") == sent

    @pytest.mark.parametrize("value", ["\u0100", "a\0b", "a\rb", "a\nb", "\ud800"])
    def test_what_is_no_header_value(self, value: str) -> None:
        with pytest.raises(TypeError, match=r"^not a header: 'X-A': "):
            browser().fetch("/", headers={"X-A": value})

    def test_the_type_of_a_blob_is_a_header_value(self) -> None:
        page = browser(origin=API)
        page.fetch("/", method="POST", data=Blob(b"x", " image/GIF "))
        assert last(page).get("Content-Type") == "image/gif"

    def test_pages_share_a_browser(self) -> None:
        page = browser()
        other = page.at(API)
        assert other.cookies is page.cookies
        assert other.cache is page.cache
        assert other.permissions is page.permissions
        assert other.exchanges is page.exchanges

    def test_the_browsers_name(self) -> None:
        page = browser(traits=CHROMIUM)
        page.fetch("/", mode="no-cors")
        assert "Chrome/" in (last(page).get("User-Agent") or "")


class TestTimeline:
    def page(self) -> Browser:
        def answer(request: Request) -> Reply:
            allowed = (
                ("Access-Control-Allow-Origin", OWN),
                ("Access-Control-Allow-Methods", "PUT"),
                ("Access-Control-Max-Age", "600"),
                ("X-Hidden", "1"),
            )
            if request.url.endswith("/refused") and request.method != "OPTIONS":
                return Reply(403, (("Cache-Control", "no-store"),))
            return Reply(200, allowed)

        return Browser(transport=answer, origin=OWN, base_url=API)

    def test_all_of_it(self) -> None:
        page = self.page()
        page.fetch("/x", method="PUT")
        page.fetch("/x", method="PUT")
        with pytest.raises(NetworkError) as caught:
            page.fetch("/refused", method="POST")
        request = [
            "       Origin: https://app.example",
            "       Sec-Fetch-Site: cross-site",
            "  <- 200",
            "       Access-Control-Allow-Origin: https://app.example",
            "       Access-Control-Allow-Methods: PUT",
            "       Access-Control-Max-Age: 600",
        ]
        assert page.timeline().split("\n") == [
            "https://app.example fetch: https://api.example/x",
            "  -> preflight OPTIONS https://api.example/x",
            "       Access-Control-Request-Method: PUT",
            *request,
            "  -> PUT https://api.example/x",
            *request,
            "https://app.example fetch: https://api.example/x",
            "  == the preflight cache allows it",
            "  -> PUT https://api.example/x",
            *request,
            "https://app.example fetch: https://api.example/refused",
            "  -> POST https://api.example/refused",
            "       Origin: https://app.example",
            "       Sec-Fetch-Site: cross-site",
            "  <- 403 (refused by the server with 403)",
            "       Cache-Control: no-store",
            f"  !! {caught.value}",
        ]

    @pytest.mark.parametrize(
        ("credentials", "cookie", "refused", "withheld"),
        [
            (
                "include",
                "a=1",
                "SameSite is Lax by default, and the request comes from another site",
                "",
            ),
            ("include", "a=1; SameSite=None; Secure", "", ""),
            ("omit", "a=1; SameSite=None; Secure", NO_CREDENTIALS, NO_CREDENTIALS),
        ],
    )
    def test_cookies_that_are_not_there(
        self, credentials: Any, cookie: str, refused: str, withheld: str
    ) -> None:
        page = browser(Reply(200, (("Set-Cookie", cookie),)))
        page.cookies.set(API, "old=1; Secure; SameSite=None")
        page.fetch(API, mode="no-cors", credentials=credentials)
        (exchange,) = page.exchanges
        assert exchange.refused_cookies == ((CookieNote("a", refused),) if refused else ())
        assert exchange.withheld_cookies == ((CookieNote("old", withheld),) if withheld else ())
        lines = page.timeline().split("\n")
        assert (f"       not stored: a: {refused}" in lines) is bool(refused)
        assert (f"       not sent: old: {withheld}" in lines) is bool(withheld)

    def test_who_asks(self) -> None:
        page = browser(Reply(403, ()), origin=API)
        page.fetch("/a")
        page.fetch("/b", upload_listener=True)
        page.xhr("GET", "/c").send()
        page.send_beacon("/d")
        page.load("font", "/e")
        page.navigate("/f")
        page.submit_form("/g")
        for ask in (page.event_source, page.open_websocket):
            with pytest.raises(NetworkError):
                ask("/h")
        who = (
            "fetch",
            "XMLHttpRequest",
            "XMLHttpRequest",
            "beacon",
            "font",
            "navigation",
            "navigation",
            "resource",
            "websocket",
        )
        lines = page.timeline().split("\n")
        asked = [line for line in lines if line.startswith(API)]
        assert asked == [
            f"{API} {kind}: {API}/{path}" for kind, path in zip(who, "abcdefghh", strict=True)
        ]

    def test_a_preflight_has_no_cookies_to_withhold(self) -> None:
        page = self.page()
        page.cookies.set(API, "a=1; Secure; SameSite=None")
        page.fetch("/x", method="PUT")
        preflight, actual = page.exchanges
        assert preflight.withheld_cookies == ()
        assert actual.withheld_cookies == (CookieNote("a", NO_CREDENTIALS),)

    def test_what_was_cleared_is_left_out(self) -> None:
        page = self.page()
        page.fetch("/one")
        page.exchanges.clear()
        assert page.timeline() == ""
        page.fetch("/two")
        assert page.timeline().startswith("https://app.example fetch: https://api.example/two\n")

    def test_trace_prints_it(self, capsys: pytest.CaptureFixture[str]) -> None:
        page = self.page()
        page.fetch("/")
        page.trace()
        assert capsys.readouterr().out == f"{page.timeline()}\n"
        file = io.StringIO()
        page.trace(file)
        assert file.getvalue() == f"{page.timeline()}\n"
        assert capsys.readouterr().out == ""


class TestRefusals:
    @pytest.mark.parametrize(
        ("status", "cache", "headers", "expected"),
        [
            (403, "no-store", {"Sec-Fetch-Site": "cross-site"}, True),
            (403, "no-store", {"Sec-Fetch-Site": "same-site"}, True),
            (403, "no-store", {"Sec-Fetch-Site": "same-origin"}, False),
            (403, "no-store", {"Sec-Fetch-Site": "none"}, False),
            (403, "no-store", {"Origin": OWN}, True),
            (403, "no-store", {"Origin": API}, False),
            (403, "no-store", {}, False),
            (403, "private", {"Origin": OWN}, False),
            (401, "no-store", {"Origin": OWN}, False),
        ],
    )
    def test_is_refusal(
        self, status: int, cache: str, headers: dict[str, str], expected: bool
    ) -> None:
        from flask_cors.testing import Exchange

        request = Request("POST", f"{API}/x", tuple(headers.items()))
        reply = Reply(status, (("Cache-Control", cache),))
        assert Exchange(request, reply, False).is_refusal is expected
        assert not Exchange(request, reply, True).is_refusal


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
