"""What is sent once more and what is not: 421, 401, and what outlives its page."""

from __future__ import annotations

from typing import Any

import pytest

from flask_cors.testing import CHROMIUM, STANDARD, Blob, Browser, NetworkError
from tests.unit.testing.pages import OTHER, browser, page, stream

BOTH = pytest.mark.parametrize("traits", [STANDARD, CHROMIUM], ids=["standard", "chromium"])


def sent(browser: Browser) -> list[str]:
    return [f"{each.request.method} {each.reply.status}" for each in browser.exchanges]


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


def test_a_beacon_of_more_than_64_kib() -> None:
    with pytest.raises(NetworkError, match="keepalive"):
        browser().send_beacon("/", b"x" * 65537)
