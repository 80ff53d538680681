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
AT_MIDNIGHT = 1_767_225_600.0


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


def test_a_304_replaces_headers_of_its_names() -> None:
    def answer(request: Request) -> Reply:
        value = "1" if request.get("If-None-Match") is None else "2"
        return Reply(200 if value == "1" else 304, (TAG, ("X-A" if value == "1" else "x-a", value)))

    page = browser(answer)
    page.fetch("/")
    assert page.fetch("/").headers["X-A"] == "2"


def test_a_304_is_of_the_request_that_asked() -> None:
    def answer(request: Request) -> Reply:
        return Reply(304 if request.get("If-None-Match") else 200, (LONG, TAG, ("Vary", "X-A")))

    page = browser(answer, traits=CHROMIUM)
    for value in ("1", "2", "2"):
        page.fetch("/", headers={"X-A": value})
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
        (STANDARD, "OPTIONS", False),
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
        ((("Cache-Control", "max-age=9, MAX-AGE=0"),), 8, 1),
        ((("Cache-Control", " max-age\t=\t9 "),), 8, 1),
        ((("Cache-Control", "max-age=99999999999999999999999"),), 10**10, 1),
        ((("Cache-Control", f"max-age={'0' * 5000}9"),), 8, 1),
        ((("Cache-Control", f"max-age={'0' * 5000}9"),), 9, 2),
        ((("Cache-Control", "max-age=" + "9" * 5000), ("Age", "9" * 5000)), 0, 2),
        ((("Cache-Control", "max-age=+9"),), 0, 2),
        ((("Cache-Control", "max-age"), ("Expires", TEN)), 0, 2),
        ((("Cache-Control", 'no-cache="x", max-age=9'),), 0, 2),
        # Pragma counts where there is no Cache-Control.
        ((("Pragma", "x, No-Cache"), ("Expires", TEN)), 0, 2),
        ((("Pragma", "x"), ("Expires", TEN)), 0, 1),
    ],
)
def test_freshness(headers: tuple[tuple[str, str], ...], seconds: int, requests: int) -> None:
    clock = Clock()
    clock.now = AT_MIDNIGHT
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


# -- the age of a response (RFC 9111 section 4.2.3) ----------------------------------------

ONE = "Thu, 01 Jan 2026 00:01:00 GMT"


@pytest.mark.parametrize(
    ("headers", "fresh_for"),
    [
        # Apparent: it was on its way since Date.
        ((("Cache-Control", "max-age=500"), ("Date", MIDNIGHT)), 440),
        ((("Cache-Control", "max-age=60"), ("Date", MIDNIGHT)), 0),
        ((("Expires", "Thu, 01 Jan 2026 00:01:40 GMT"), ("Date", MIDNIGHT)), 40),
        # A date in the future makes nothing younger.
        ((("Cache-Control", "max-age=500"), ("Date", TEN)), 500),
        ((("Cache-Control", "max-age=500"), ("Date", "no date")), 500),
        # The greater of the two counts.
        ((("Cache-Control", "max-age=500"), ("Date", MIDNIGHT), ("Age", "59")), 440),
        ((("Cache-Control", "max-age=500"), ("Date", MIDNIGHT), ("Age", "61")), 439),
        ((("Cache-Control", "max-age=500"), ("Age", "400, 10")), 100),
        ((("Cache-Control", "max-age=500"), ("Age", "10"), ("Age", "400")), 490),
        ((("Cache-Control", "max-age=500"), ("Age", "-10")), 500),
        ((("Cache-Control", "max-age=500"), ("Age", "1.5")), 500),
    ],
)
def test_age(headers: tuple[tuple[str, str], ...], fresh_for: int) -> None:
    for seconds in (fresh_for - 1, fresh_for):
        clock = Clock()
        clock.now = AT_MIDNIGHT + 60
        page = browser(Reply(200, headers), clock)
        page.fetch("/")
        clock.now += max(0, seconds)
        page.fetch("/")
        assert count(page) == (1 if 0 <= seconds < fresh_for else 2)


@pytest.mark.parametrize(
    ("headers", "fresh_for"),
    [
        ((("Cache-Control", "max-age=50"),), 40),
        # The delay adds to Age, but not to the time since Date, which has it already.
        ((("Cache-Control", "max-age=50"), ("Age", "5")), 35),
        ((("Cache-Control", "max-age=50"), ("Date", MIDNIGHT)), 40),
    ],
)
def test_a_slow_server_makes_a_response_older(
    headers: tuple[tuple[str, str], ...], fresh_for: int
) -> None:
    clock = Clock()
    clock.now = AT_MIDNIGHT

    def answer(request: Request) -> Reply:
        clock.now += 10
        return Reply(200, headers)

    page = browser(answer, clock)
    page.fetch("/")
    clock.now += fresh_for - 1
    page.fetch("/")
    assert count(page) == 1
    clock.now += 1
    page.fetch("/")
    assert count(page) == 2


def test_a_304_sets_the_age_anew() -> None:
    clock = Clock()

    def answer(request: Request) -> Reply:
        clock.now += 10
        status = 304 if request.get("If-None-Match") else 200
        return Reply(status, (TAG, ("Cache-Control", "max-age=50")))

    page = browser(answer, clock)
    page.fetch("/")
    clock.now += 40
    page.fetch("/")
    assert count(page) == 2
    clock.now += 39
    page.fetch("/")
    assert count(page) == 2
    clock.now += 1
    page.fetch("/")
    assert count(page) == 3


# -- stale-while-revalidate (#concept-stale-while-revalidate-response) ---------------------


def counting(*values: str, headers: tuple[tuple[str, str], ...] = ()) -> Callable[..., Reply]:
    """Return a server whose answers count up, the first with *values* of Cache-Control."""
    controls = iter(values)
    numbers = iter(range(1, 100))

    def answer(request: Request) -> Reply:
        control = ("Cache-Control", next(controls, "max-age=1000"))
        return Reply(200, (control, *headers), str(next(numbers)).encode())

    return answer


def test_a_stale_response_is_used_and_revalidated_in_the_background() -> None:
    clock = Clock()
    page = browser(
        counting("max-age=10, stale-while-revalidate=20", headers=(TAG, ("Set-Cookie", "a=1"))),
        clock,
    )
    page.fetch("/")
    page.cookies.clear()
    clock.now += 29
    assert page.fetch("/").text == "1"
    first, second = page.exchanges
    assert first.request.get("If-None-Match") is None
    assert second.request.get("If-None-Match") == '"e"'
    assert second.request.get("Cache-Control") is None
    assert [cookie.name for cookie in page.cookies] == ["a"]
    assert page.fetch("/").text == "2"
    assert count(page) == 2
    lines = page.timeline().split("\n")
    assert "  == the HTTP cache answers" in lines
    assert f"  == and asks anew in the background: {OWN}/" in lines


@pytest.mark.parametrize(
    ("control", "seconds", "headers", "text", "requests"),
    [
        ("max-age=10, stale-while-revalidate=20", 9, {}, "1", 1),
        ("max-age=10, stale-while-revalidate=20", 10, {}, "1", 2),
        ("max-age=10, stale-while-revalidate=20", 30, {}, "2", 2),
        ("max-age=10, stale-while-revalidate=20, must-revalidate", 15, {}, "2", 2),
        ("max-age=10, stale-while-revalidate=20, no-cache", 15, {}, "2", 2),
        ("max-age=10, stale-while-revalidate=x", 15, {}, "2", 2),
        ("max-age=10, stale-while-revalidate", 15, {}, "2", 2),
        ("max-age=10", 15, {}, "2", 2),
        # A request that wants no more than a limited age does not take what is stale.
        ("max-age=10, stale-while-revalidate=20", 15, {"Cache-Control": "max-age=99"}, "2", 2),
        ("max-age=10, stale-while-revalidate=20", 15, {"Cache-Control": "min-fresh=0"}, "2", 2),
        ("max-age=10, stale-while-revalidate=20", 15, {"Cache-Control": "max-stale=4"}, "1", 2),
        ("max-age=10, stale-while-revalidate=20", 15, {"Cache-Control": "max-stale=5"}, "1", 1),
    ],
)
def test_when_stale_responses_are_used(
    control: str, seconds: int, headers: dict[str, str], text: str, requests: int
) -> None:
    clock = Clock()
    page = browser(counting(control), clock)
    page.fetch("/")
    clock.now += seconds
    assert page.fetch("/", headers=headers).text == text
    assert count(page) == requests


@pytest.mark.parametrize(
    ("mode", "texts", "requests"),
    [("no-cache", ["2", "2"], 2), ("force-cache", ["1", "1"], 2), ("reload", ["2", "2"], 2)],
)
def test_modes_do_not_revalidate_in_the_background(
    mode: Any, texts: list[str], requests: int
) -> None:
    clock = Clock()
    page = browser(counting("max-age=10, stale-while-revalidate=20"), clock)
    page.fetch("/")
    clock.now += 15
    assert [page.fetch("/", cache=mode).text, page.fetch("/").text] == texts
    assert count(page) == requests


def test_a_background_request_that_fails_is_not_the_pages_concern() -> None:
    clock = Clock()
    allowed = [("Access-Control-Allow-Origin", "*")]
    page = browser(
        lambda request: Reply(
            200, (("Cache-Control", "max-age=0, stale-while-revalidate=9"), *allowed), b"old"
        ),
        clock,
    )
    page.fetch("http://api.other.test/")
    allowed.clear()
    assert page.fetch("http://api.other.test/").text == "old"
    assert count(page) == 2
    assert "  !! " in page.timeline()


def test_nothing_runs_in_the_background_where_no_page_asks() -> None:
    page = browser(counting("max-age=0, stale-while-revalidate=20"))
    page.navigate("/", typed=True)
    assert page.navigate("/", typed=True).text == "2"
    assert count(page) == 2


# -- what a request asks of the cache (RFC 9111 section 5.2.1) -----------------------------


@pytest.mark.parametrize(
    ("control", "seconds", "asked", "hit", "hit_in_chromium"),
    [
        ("max-age=100", 5, "max-age=5", True, True),
        ("max-age=100", 6, "max-age=5", False, True),
        ("max-age=100", 5, "max-age=0", False, False),
        ("max-age=100", 5, "max-age=x", True, True),
        ("max-age=100", 5, "min-fresh=95", True, True),
        ("max-age=100", 5, "min-fresh=96", False, True),
        ("max-age=10", 15, "max-stale=5", True, False),
        ("max-age=10", 15, "max-stale=4", False, False),
        ("max-age=10", 15, "max-stale", True, False),
        ("max-age=10", 15, "max-stale=x", False, False),
        ("max-age=10", 11, "max-stale=x", False, False),
        ("max-age=10", 10, "max-stale=0", True, False),
        ("max-age=10, must-revalidate", 15, "max-stale", False, False),
        ("max-age=10, no-cache", 5, "max-stale", False, False),
        ("max-age=10", 15, "max-age=14, max-stale", False, False),
        ("max-age=10", 15, "max-age=15, max-stale", True, False),
        ("max-age=100", 5, "no-store", False, True),
        ("max-age=100", 5, "no-cache", False, False),
        ("max-age=100", 5, "only-if-cached", True, True),
        ("max-age=100", 5, "foo", True, True),
    ],
)
def test_request_directives(
    control: str, seconds: int, asked: str, hit: bool, hit_in_chromium: bool
) -> None:
    for traits, is_hit in ((STANDARD, hit), (CHROMIUM, hit_in_chromium)):
        clock = Clock()
        page = browser(Reply(200, (("Cache-Control", control),)), clock, traits=traits)
        page.fetch("/")
        clock.now += seconds
        page.fetch("/", headers={"Cache-Control": asked})
        assert count(page) == (1 if is_hit else 2)


@pytest.mark.parametrize("directive", [("Cache-Control", "no-cache"), ("Pragma", "x, no-cache")])
@pytest.mark.parametrize(("traits", "validates"), [(STANDARD, True), (CHROMIUM, False)])
def test_a_request_with_no_cache(
    directive: tuple[str, str], traits: Traits, validates: bool
) -> None:
    page = browser(Reply(200, (LONG, TAG)), traits=traits)
    page.fetch("/")
    page.fetch("/", headers=[directive])
    assert page.exchanges[1].request.get("If-None-Match") == ('"e"' if validates else None)


def test_a_request_for_the_cache_alone() -> None:
    page = browser(Reply(200, (("Cache-Control", "max-age=0"), TAG)))
    for _ in range(2):
        response = page.fetch("/", headers={"Cache-Control": "only-if-cached"})
        assert (response.status, response.text, dict(response.headers)) == (504, "", {})
        assert "  == the HTTP cache has nothing, and answers with 504" in page.timeline()
    assert count(page) == 0
    page.fetch("/")
    assert page.fetch("/", headers={"Cache-Control": "only-if-cached"}).status == 504
    assert page.fetch("/", headers={"Cache-Control": "only-if-cached, max-stale"}).status == 200
    wanted = {"Cache-Control": "only-if-cached"}
    assert page.fetch("/", headers=wanted, cache="no-cache").status == 200
    assert count(page) == 2


def test_chromium_stores_what_a_page_wants_not_stored() -> None:
    page = browser(Reply(200, (LONG,)), traits=CHROMIUM)
    page.fetch("/", headers={"Cache-Control": "no-store"})
    page.fetch("/")
    assert count(page) == 1


def test_a_mode_does_not_make_a_page_want_it_stored() -> None:
    page = browser(Reply(200, (LONG,)))
    page.fetch("/", headers={"Cache-Control": "no-store"}, cache="reload")
    page.fetch("/")
    assert count(page) == 2


# -- what changes make it forget (RFC 9111 section 4.4) ------------------------------------


@pytest.mark.parametrize("header", ["Location", "Content-Location"])
@pytest.mark.parametrize(
    ("value", "forgets"),
    [
        ("/x", True),
        ("x#part", True),
        (f"{OWN}/x", True),
        ("/x?q", False),
        ("http://api.other.test/x", False),
        ("http://[", False),
        ("", False),
    ],
)
def test_locations_are_forgotten(header: str, value: str, forgets: bool) -> None:
    def answer(request: Request) -> Reply:
        if request.method == "POST":
            return Reply(201, ((header, value),))
        return Reply(200, (LONG, ("Access-Control-Allow-Origin", "*")))

    for traits, forgotten in ((STANDARD, forgets), (CHROMIUM, False)):
        page = browser(answer, traits=traits)
        for url in ("/x", "http://api.other.test/x"):
            page.fetch(url)
        page.fetch("/other", method="POST")
        for url in ("/x", "http://api.other.test/x"):
            page.fetch(url)
        assert count(page) == 3 + forgotten


def test_a_change_and_all_its_locations_are_forgotten() -> None:
    def answer(request: Request) -> Reply:
        if request.method == "POST":
            return Reply(200, (("Location", "http://["), ("Content-Location", "/2")))
        return Reply(200, (LONG,))

    page = browser(answer)
    for method in ("GET", "POST", "GET"):
        page.fetch("/2")
        page.fetch("/1", method=method)
    assert [e.request.url[-1] for e in page.exchanges] == ["2", "1", "1", "2", "1"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_passes_the_cache_by_changes_nothing(method: str) -> None:
    page = browser(Reply(200, (LONG,)))
    page.fetch("/")
    page.fetch("/", method=method, cache="no-store")
    page.fetch("/")
    assert count(page) == 2


@pytest.mark.parametrize(
    ("status", "header", "is_stored"),
    [
        (206, LONG, False),
        (304, LONG, False),
        (302, LONG, True),
        (302, ("Cache-Control", "public"), True),
        (302, ("Cache-Control", "private"), True),
        (302, ("Cache-Control", "no-cache"), True),
        (302, ("Expires", TEN), True),
        (302, ("Cache-Control", "immutable"), False),
        (404, ("Cache-Control", "immutable"), True),
    ],
)
def test_what_is_stored(status: int, header: tuple[str, str], is_stored: bool) -> None:
    page = browser(Reply(status, (header,)))
    page.fetch("/", redirect="manual")
    page.fetch("/", redirect="manual", cache="force-cache")
    assert count(page) == (1 if is_stored else 2)


@pytest.mark.parametrize(("status", "forgets"), [(200, 1), (399, 1), (400, 0)])
def test_only_success_makes_it_forget(status: int, forgets: int) -> None:
    def answer(request: Request) -> Reply:
        return Reply(status if request.method == "PUT" else 200, (LONG,))

    page = browser(answer)
    page.fetch("/")
    page.fetch("/", method="PUT", redirect="manual")
    page.fetch("/")
    assert count(page) == 2 + forgets


# -- Chromium's way to read responses ------------------------------------------------------

OLD = ("Last-Modified", "Wed, 01 Jan 2025 00:00:00 GMT")


@pytest.mark.parametrize(
    ("status", "headers", "hit", "hit_in_chromium"),
    [
        (200, [("Cache-Control", 'max-age="9"')], True, False),
        (200, [("Cache-Control", "max-age = 9")], True, False),
        (200, [("Cache-Control", "Max-Age=9")], True, True),
        (200, [("Cache-Control", "max-age=x, max-age=9")], False, True),
        (200, [("Cache-Control", "max-age=x"), OLD], False, True),
        (200, [("Cache-Control", "max-age"), OLD], False, True),
        (200, [("Cache-Control", 'no-cache="x", max-age=9')], False, True),
        (200, [("Cache-Control", "No-Cache, max-age=9")], False, False),
        (200, [("Cache-Control", "no-store=x, max-age=9")], False, True),
        (200, [("Expires", "soon"), OLD], False, True),
        (200, [("Expires", "-1"), OLD], False, True),
        (200, [("Expires", "0"), OLD], False, False),
        (200, [("Expires", MIDNIGHT), OLD], False, False),
        (200, [("Pragma", "no-cache"), LONG], True, False),
        (200, [OLD], True, True),
        (203, [OLD], True, True),
        (204, [OLD], True, False),
        (404, [OLD], True, False),
        (500, [OLD], False, False),
        (200, [OLD, ("Cache-Control", "must-revalidate")], True, False),
        (300, [], False, True),
        (300, [("Expires", "soon")], False, True),
        (410, [("Cache-Control", "max-age=x")], False, True),
        (404, [], False, False),
    ],
)
def test_freshness_in_chromium(
    status: int, headers: list[tuple[str, str]], hit: bool, hit_in_chromium: bool
) -> None:
    for traits, is_hit in ((STANDARD, hit), (CHROMIUM, hit_in_chromium)):
        page = browser(Reply(status, tuple(headers)), traits=traits)
        page.fetch("/")
        page.fetch("/")
        assert count(page) == (1 if is_hit else 2)


@pytest.mark.parametrize(("traits", "expected"), [(STANDARD, '"e"'), (CHROMIUM, None)])
def test_which_statuses_are_validated(traits: Traits, expected: str | None) -> None:
    page = browser(Reply(404, (TAG,)), traits=traits)
    page.fetch("/")
    page.fetch("/")
    assert page.exchanges[1].request.get("If-None-Match") == expected


@pytest.mark.parametrize(
    ("headers", "mode", "expected"),
    [
        ({"Cache-Control": "no-cache"}, "force-cache", "reload"),
        ({"Pragma": "no-cache"}, "no-cache", "reload"),
        ({"Pragma": "no-cache"}, "no-store", "no-store"),
        ({"Cache-Control": "no-cache"}, "only-if-cached", "fails"),
        ({"Cache-Control": "max-age=0"}, "force-cache", "force-cache"),
        ({}, "force-cache", "force-cache"),
    ],
)
def test_chromium_heeds_no_cache_in_every_mode(
    headers: dict[str, str], mode: Any, expected: str
) -> None:
    texts = {"reload": ["2", "2"], "no-store": ["2", "1"], "force-cache": ["1", "1"]}
    page = browser(counting(headers=(TAG,)), traits=CHROMIUM)
    page.fetch("/")
    if expected == "fails":
        with pytest.raises(NetworkError, match="ERR_CACHE_MISS"):
            page.fetch("/", headers=headers, cache=mode, mode="same-origin")
        return
    found = [page.fetch("/", headers=headers, cache=mode).text, page.fetch("/").text]
    assert found == texts[expected]
    assert all(exchange.request.get("If-None-Match") is None for exchange in page.exchanges)
    standard = browser(counting(headers=(TAG,)))
    standard.fetch("/")
    standard.fetch("/", headers=headers, cache="force-cache")
    assert count(standard) == 1


@pytest.mark.parametrize(("traits", "stores"), [(STANDARD, False), (CHROMIUM, True)])
def test_chromium_stores_all_statuses(traits: Traits, stores: bool) -> None:
    page = browser(Reply(500, ()), traits=traits)
    page.fetch("/")
    page.fetch("/", cache="force-cache")
    assert count(page) == (1 if stores else 2)


@pytest.mark.parametrize("second", ["GET", "HEAD"])
@pytest.mark.parametrize(("traits", "validates"), [(STANDARD, True), (CHROMIUM, False)])
def test_what_is_not_stored_ends_what_is(traits: Traits, validates: bool, second: str) -> None:
    replies = iter([Reply(200, (TAG,)), Reply(404, (("Cache-Control", "no-store"),))])
    page = browser(lambda request: next(replies, Reply(200, ())), traits=traits)
    for method in ("GET", second, "GET"):
        page.fetch("/", method=method)
    assert page.exchanges[2].request.get("If-None-Match") == ('"e"' if validates else None)


@pytest.mark.parametrize(
    ("traits", "mode", "status", "text"),
    [
        (STANDARD, "default", 200, "1"),
        (CHROMIUM, "default", 200, "2"),
        (CHROMIUM, "no-cache", 200, "2"),
        (CHROMIUM, "no-store", 200, "1"),
        (CHROMIUM, "default", 304, "1"),
    ],
)
def test_the_answer_to_a_pages_own_condition(
    traits: Traits, mode: Any, status: int, text: str
) -> None:
    replies = iter([Reply(200, (LONG,), b"1"), Reply(status, (LONG,), b"2")])
    page = browser(lambda request: next(replies), traits=traits)
    page.fetch("/")
    page.fetch("/", headers={"If-None-Match": '"e"'}, cache=mode)
    assert page.fetch("/").text == text


@pytest.mark.parametrize(
    ("status", "headers", "condition", "text"),
    [
        (200, (), {"If-None-Match": '"e"'}, "2"),
        (204, (), {"If-None-Match": '"e"'}, ""),
        (200, (TAG,), {"If-None-Match": '"e"'}, "2"),
        (200, (TAG,), {"If-None-Match": '"x"'}, "1"),
        (200, (TAG,), {"If-Modified-Since": MIDNIGHT}, "2"),
        (200, (("Last-Modified", MIDNIGHT),), {"If-Modified-Since": MIDNIGHT}, "2"),
        (200, (("Last-Modified", MIDNIGHT),), {"If-Modified-Since": TEN}, "1"),
    ],
)
def test_which_responses_a_pages_condition_is_about(
    status: int, headers: tuple[tuple[str, str], ...], condition: dict[str, str], text: str
) -> None:
    replies = iter([Reply(status, (LONG, *headers), b"1"), Reply(200, (LONG,), b"2")])
    page = browser(lambda request: next(replies), traits=CHROMIUM)
    page.fetch("/")
    page.fetch("/", headers=condition)
    assert page.fetch("/").text == text


def test_a_pages_own_condition_stores_nothing_new() -> None:
    page = browser(Reply(200, (LONG,)), traits=CHROMIUM)
    page.fetch("/", headers={"If-None-Match": '"e"'})
    page.fetch("/")
    assert count(page) == 2


def test_chromium_validates_what_varies_with_everything() -> None:
    page = browser(Reply(200, (LONG, TAG, ("Vary", "*"))), traits=CHROMIUM)
    page.fetch("/")
    page.fetch("/")
    assert page.exchanges[1].request.get("If-None-Match") == '"e"'


# -- No-Vary-Search ------------------------------------------------------------------------


def varying(request: Request) -> Reply:
    return Reply(200, (LONG, ("No-Vary-Search", 'params=("a")')), request.url.encode())


@pytest.mark.parametrize(("traits", "requests"), [(STANDARD, 3), (CHROMIUM, 2)])
def test_queries_that_make_no_difference(traits: Traits, requests: int) -> None:
    page = browser(varying, traits=traits)
    first = page.fetch("/?a=1&b=1")
    second = page.fetch("/?b=1&a=2")
    third = page.fetch("/?b=2&a=1")
    assert second.url == f"{OWN}/?b=1&a=2"
    assert (second.text == first.text) is (traits is CHROMIUM)
    assert third.text == f"{OWN}/?b=2&a=1"
    assert count(page) == requests


def test_the_very_query_comes_first() -> None:
    page = browser(varying, traits=CHROMIUM)
    page.fetch("/?a=1")
    page.fetch("/?a=2", cache="reload")
    page.fetch("/?a=3", cache="reload")
    assert [page.fetch(f"/?a={n}").text[-1] for n in (1, 2, 3, 4)] == ["1", "2", "3", "3"]
    assert count(page) == 3


def test_each_tab_has_queries_of_its_own() -> None:
    page = browser(
        lambda request: Reply(
            200, (LONG, ("No-Vary-Search", "params"), ("Access-Control-Allow-Origin", "*"))
        ),
        traits=CHROMIUM,
    )
    page.fetch("/?a=1")
    page.at("http://api.other.test").fetch(f"{OWN}/?a=2")
    assert count(page) == 2
