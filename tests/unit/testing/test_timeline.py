"""What a browser shows of all that happened in it."""

from __future__ import annotations

import io

import pytest

from flask_cors.testing import Browser, NetworkError, Reply, Request
from tests.unit.testing.pages import API, OWN, browser


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
