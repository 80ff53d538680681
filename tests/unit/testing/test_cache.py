"""The HTTP cache: what is stored, for how long, and for whom."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from flask_cors.testing import CHROMIUM, STANDARD, Browser, NetworkError, Reply, Request, Traits

OWN = "http://www.shop.test"
LONG = ("Cache-Control", "max-age=1000")
TAG = ("ETag", '"e"')
MIDNIGHT = "Thu, 01 Jan 2026 00:00:00 GMT"
TEN = "Thu, 01 Jan 2026 10:00:00 GMT"


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def browser(
    answer: Callable[[Request], Reply] | Reply, clock: Clock | None = None, **options: Any
) -> Browser:
    transport = answer if callable(answer) else lambda request: answer
    return Browser(transport=transport, origin=OWN, base_url=OWN, clock=clock or Clock(), **options)


def validating(headers: tuple[tuple[str, str], ...], body: bytes = b"hello") -> Any:
    def answer(request: Request) -> Reply:
        if request.get("If-None-Match"):
            return Reply(304, (("X-New", "1"), ("Content-Type", "text/none"), TAG))
        return Reply(200, headers, body)

    return answer


def count(page: Browser) -> int:
    return len(page.exchanges)


def test_clear() -> None:
    page = browser(Reply(200, (LONG,)))
    page.fetch("/")
    page.cache.clear()
    page.fetch("/")
    assert count(page) == 2


def test_pages_share_it() -> None:
    page = browser(Reply(200, (LONG, ("Access-Control-Allow-Origin", "*"))))
    page.fetch("/")
    page.at("http://m.shop.test").fetch("/")
    assert count(page) == 1


def test_a_sandboxed_page_has_none() -> None:
    page = browser(Reply(200, (LONG, ("Access-Control-Allow-Origin", "*")))).at("null")
    page.fetch("/")
    page.fetch("/")
    assert count(page) == 2


def test_a_frame_has_that_of_its_tab() -> None:
    page = browser(Reply(200, (LONG,)))
    framed = page.at("http://api.other.test", framed_by=OWN)
    framed.fetch("http://api.other.test/")
    page.at("http://api.other.test").fetch("http://api.other.test/")
    framed.fetch("http://api.other.test/")
    assert count(page) == 2


def test_a_304_updates_what_is_stored() -> None:
    page = browser(validating((TAG, ("X-Old", "1"), ("Content-Type", "text/x"))))
    page.fetch("/")
    response = page.fetch("/")
    assert (response.status, response.text) == (200, "hello")
    assert dict(response.headers) == {
        "content-type": "text/x",
        "etag": '"e"',
        "x-new": "1",
        "x-old": "1",
    }
    assert page.exchanges[1].reply.status == 304
    assert dict(page.fetch("/", cache="force-cache").headers) == dict(response.headers)
    assert count(page) == 2


def test_a_304_that_forbids_storing_ends_it() -> None:
    def answer(request: Request) -> Reply:
        if request.get("If-None-Match"):
            return Reply(304, (("Cache-Control", "no-store"),))
        return Reply(200, (TAG,), b"hello")

    page = browser(answer)
    page.fetch("/")
    assert page.fetch("/").text == "hello"
    page.fetch("/")
    assert [e.request.get("If-None-Match") for e in page.exchanges] == [None, '"e"', None]


def test_a_new_response_takes_its_place() -> None:
    bodies = iter([b"one", b"two"])
    page = browser(lambda request: Reply(200, (LONG,), next(bodies)))
    page.fetch("/")
    assert page.fetch("/", cache="reload").text == "two"
    assert page.fetch("/").text == "two"


def variants(request: Request) -> Reply:
    return Reply(200, (LONG, ("Vary", "X-A"), TAG), (request.get("X-A") or "-").encode())


@pytest.mark.parametrize(("traits", "requests"), [(STANDARD, 2), (CHROMIUM, 4)])
def test_variants(traits: Traits, requests: int) -> None:
    page = browser(variants, traits=traits)
    for value in ("1", "2", "1", "2"):
        assert page.fetch("/", headers={"X-A": value}).text == value
    assert count(page) == requests


def test_chromium_asks_with_the_tag_of_another_variant() -> None:
    page = browser(variants, traits=CHROMIUM)
    page.fetch("/", headers={"X-A": "1"})
    page.fetch("/", headers={"X-A": "2"})
    assert page.exchanges[1].request.get("If-None-Match") == '"e"'


def test_chromium_keeps_what_has_moved() -> None:
    moved = Reply(301, (("Location", "/2"),))
    page = browser(
        lambda request: moved if request.url.endswith("/1") else Reply(200, ()), traits=CHROMIUM
    )
    page.fetch("/1")
    page.fetch("/1")
    assert [e.request.url[-2:] for e in page.exchanges] == ["/1", "/2", "/2"]


@pytest.mark.parametrize(
    ("traits", "method", "forgets"),
    [
        (STANDARD, "PUT", True),
        (CHROMIUM, "PUT", False),
        (CHROMIUM, "DELETE", True),
        (CHROMIUM, "OPTIONS", False),
    ],
)
def test_what_a_change_makes_it_forget(traits: Traits, method: str, forgets: bool) -> None:
    page = browser(Reply(200, (LONG,)), traits=traits)
    page.fetch("/")
    page.fetch("/", method=method)
    page.fetch("/")
    assert count(page) == 2 + forgets


def test_a_change_elsewhere_makes_it_forget_nothing() -> None:
    page = browser(Reply(200, (LONG,)))
    page.fetch("/")
    page.fetch("/else", method="PUT")
    page.fetch("/")
    assert count(page) == 2


@pytest.mark.parametrize(
    ("headers", "seconds", "requests"),
    [
        # A tenth of the time since Last-Modified.
        ((("Date", TEN), ("Last-Modified", MIDNIGHT)), 3599, 1),
        ((("Date", TEN), ("Last-Modified", MIDNIGHT)), 3600, 2),
        ((("Date", MIDNIGHT), ("Expires", TEN)), 35999, 1),
        ((("Date", MIDNIGHT), ("Expires", TEN)), 36000, 2),
        ((("Last-Modified", "no date"),), 0, 2),
        ((("Cache-Control", 'public, MAX-AGE="9"'),), 8, 1),
        ((("Pragma", "no-cache"), LONG), 0, 1),
        ((("Pragma", "no-cache"), ("cache-control", "max-age=9")), 0, 1),
        ((("Cache-Control", "max-age=9, max-age=0"),), 8, 1),
    ],
)
def test_freshness(headers: tuple[tuple[str, str], ...], seconds: int, requests: int) -> None:
    clock = Clock()
    page = browser(Reply(200, headers), clock)
    page.fetch("/")
    clock.now += seconds
    page.fetch("/")
    assert count(page) == requests


def test_a_date_without_a_zone_is_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    """``-0000`` says that the zone is not known (RFC 5322 section 3.3)."""
    if not hasattr(time, "tzset"):
        pytest.skip("the zone of a process cannot be changed here")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        headers = (("Date", MIDNIGHT), ("Expires", TEN.replace("GMT", "-0000")))
        test_freshness(headers, 35999, 1)
    finally:
        monkeypatch.undo()
        time.tzset()


def test_heuristics_are_for_some_statuses() -> None:
    page = browser(Reply(500, (("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT"),)))
    page.fetch("/")
    page.fetch("/")
    assert [e.request.get("If-Modified-Since") for e in page.exchanges] == [None, None]


def test_a_page_that_wants_nothing_stored() -> None:
    page = browser(Reply(200, (LONG,)))
    page.fetch("/", headers={"Cache-Control": "no-store"})
    page.fetch("/")
    assert count(page) == 2


def test_only_if_cached_fails() -> None:
    page = browser(Reply(200, (LONG,)))
    for method in ("GET", "POST"):
        with pytest.raises(NetworkError, match="ERR_CACHE_MISS") as caught:
            page.fetch("/", mode="same-origin", cache="only-if-cached", method=method)
        assert caught.value.step == "cache-miss"
    assert count(page) == 0


def test_the_timeline_tells_of_it() -> None:
    page = browser(Reply(200, (LONG,)))
    page.fetch("/")
    page.fetch("/")
    assert page.timeline().count("  == the HTTP cache answers") == 1
