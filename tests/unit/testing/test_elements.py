"""Which responses the elements of a page take, by the standard and in Chromium."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import pytest

from flask_cors.testing import CHROMIUM, STANDARD, Blob, Browser, NetworkError, Reply
from flask_cors.testing.elements import Element, judge_load
from tests.unit.testing import pages

ELEMENTS: tuple[Any, ...] = get_args(Element)
# Of a type that each element takes.
TYPES = {
    "json": "text/json",
    "module": "text/javascript",
    "sharedworker": "text/javascript",
    "worker": "text/javascript",
}
STRICT = {"json", "module", "sharedworker", "worker"}


def judged(element: Any, status: int, content_type: str | None, traits: Any = STANDARD) -> Any:
    headers = (("Content-Type", content_type),) if content_type is not None else ()
    failure = judge_load(element, Reply(status, headers), traits)
    return failure and (failure.step, failure.value)


def failing(status: int, traits: Any) -> set[str]:
    """Return the elements that fail for *status*."""
    seen = {element: judged(element, status, TYPES.get(element), traits) for element in ELEMENTS}
    assert set(seen.values()) <= {None, ("element-status", str(status))}
    return {element for element, why in seen.items() if why}


@pytest.mark.parametrize("status", [0, 199, 300, 304, 400, 404, 599])
def test_statuses_that_are_not_ok(status: int) -> None:
    assert failing(status, STANDARD) == STRICT | {"object", "script", "stylesheet", "track"}


@pytest.mark.parametrize("status", [200, 204, 299])
def test_statuses_that_are_ok(status: int) -> None:
    assert failing(status, STANDARD) == failing(status, CHROMIUM) == set()


def test_chromiums_elements_fail_from_400_on() -> None:
    assert failing(399, CHROMIUM) == failing(0, CHROMIUM) == STRICT
    assert failing(400, CHROMIUM) == failing(599, CHROMIUM) == STRICT | {
        "audio", "font", "object", "script", "stylesheet", "video"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("element", "content_type", "why"),
    [
        ("module", "text/javascript", None),
        ("module", "x/x, text/ecmascript;a=b", None),
        ("module", "application/wasm", None),
        ("module", None, ("module-type", "")),
        ("module", "x", ("module-type", "")),
        ("module", "Text/HTML;a=b", ("module-type", "text/html")),
        ("module", "application/json", ("module-type", "application/json")),
        ("json", "text/json", None),
        ("json", "application/ld+json;a=b", None),
        ("json", None, ("json-type", "")),
        ("json", "text/javascript", ("json-type", "text/javascript")),
        ("worker", "text/javascript", None),
        ("worker", None, ("script-type", "")),
        ("sharedworker", "text/plain", ("script-type", "text/plain")),
        ("prefetch", "text/html", None),
        ("stylesheet", "text/css", None),
        ("stylesheet", None, None),
        ("stylesheet", "x", None),
        ("stylesheet", "text/plain", ("stylesheet-type", "text/plain")),
        ("manifest", None, None),
        ("manifest", "text/html", None),
        ("script", "text/html", None),
        ("img", "text/html", None),
        ("track", "text/html", None),
    ],
)
def test_types(element: str, content_type: str | None, why: tuple[str, str] | None) -> None:
    assert judged(element, 200, content_type) == why


def test_the_status_is_judged_before_the_type() -> None:
    assert judged("module", 404, "text/html") == ("element-status", "404")


def test_chromium_asks_only_modules_for_a_type() -> None:
    assert judged("stylesheet", 200, "text/html", CHROMIUM) is None
    assert judged("module", 200, "text/html", CHROMIUM) == ("module-type", "text/html")
    assert judged("module", 200, "application/wasm", CHROMIUM) == (
        "module-type",
        "application/wasm",
    )


def test_each_is_a_trait_of_its_own() -> None:
    wasm = replace(STANDARD, loads_wasm_modules=False)
    assert judged("module", 200, "application/wasm", wasm) is not None
    assert judged("stylesheet", 200, "text/html", wasm) is not None
    links = replace(STANDARD, checks_stylesheet_types=False)
    assert judged("module", 200, "application/wasm", links) is None
    assert judged("stylesheet", 200, "text/html", links) is None
    images = replace(STANDARD, fail_from_400=frozenset({"img"}))
    assert failing(400, images) == STRICT | {"img"}
    workers = replace(STANDARD, checks_worker_types=False)
    assert judged("worker", 200, "text/plain", workers) is None
    assert judged("json", 200, "text/plain", workers) is not None


def browser(reply: Reply, traits: Any = STANDARD) -> Browser:
    own = "https://app.example"
    return Browser(transport=lambda request: reply, origin=own, base_url=own, traits=traits)


def test_a_worker_is_of_the_pages_origin() -> None:
    page = browser(Reply(200, (("Content-Type", "text/javascript"),)))
    assert page.load("worker", "/w.js").type == "basic"
    sent = page.exchanges[0].request
    assert (sent.get("Sec-Fetch-Dest"), sent.get("Sec-Fetch-Mode")) == ("worker", "same-origin")
    with pytest.raises(NetworkError) as caught:
        page.load("sharedworker", "https://api.example/w.js")
    assert caught.value.step == "same-origin-mode"


def test_the_type_of_a_worker_counts_over_http_alone() -> None:
    page = browser(Reply(200, (("Content-Type", "text/plain"),)))
    assert page.load("worker", page.create_object_url(Blob(b"1", "text/plain"))).ok
    assert page.load("worker", "data:text/plain,1").ok
    with pytest.raises(NetworkError):
        page.load("worker", "/w.js")


@pytest.mark.parametrize("traits", [STANDARD, CHROMIUM])
@pytest.mark.parametrize("element", ["worker", "sharedworker"])
def test_the_script_of_a_worker_is_not_sniffed(element: Any, traits: Any) -> None:
    nosniff = ("X-Content-Type-Options", "nosniff")
    with pytest.raises(NetworkError) as caught:
        browser(Reply(200, (nosniff, ("Content-Type", "text/plain"))), traits).load(element, "/")
    assert caught.value.step == "nosniff-script"
    with pytest.raises(NetworkError) as caught:
        browser(Reply(200, (("Content-Type", "image/png"),)), traits).load(element, "/")
    assert caught.value.step == "script-type"


def test_what_is_prefetched_says_so() -> None:
    page = browser(Reply(200, (("Access-Control-Allow-Origin", "*"),)))
    page.load("prefetch", "https://api.example/", crossorigin="anonymous")
    page.load("script", "/")
    assert [each.request.get("Sec-Purpose") for each in page.exchanges] == ["prefetch", None]


def test_what_the_page_is_told() -> None:
    reply = Reply(404, (("Content-Type", "text/html"),))
    page = Browser(transport=lambda request: reply, origin="https://app.example")
    assert page.load("img", "https://app.example/").status == 404
    with pytest.raises(NetworkError) as caught:
        page.load("script", "https://api.example/a.js")
    assert str(caught.value) == (
        "Failed to load resource: the server responded with a status of 404 ()"
    )
    assert caught.value.url == "https://api.example/a.js"
    assert page.timeline().endswith(f"  !! {caught.value}")


def test_a_digest_is_judged_before_the_status() -> None:
    page = Browser(transport=lambda request: Reply(404, ()), origin="http://localhost")
    with pytest.raises(NetworkError) as caught:
        page.load("script", "/", integrity="sha256-AAAA")
    assert caught.value.step == "integrity-element"


def test_a_script_behind_a_redirect() -> None:
    def answer(request: Any) -> Reply:
        moved = request.url.endswith("/old")
        return Reply(302, (("Location", "/new"),)) if moved else Reply(200, ())

    page = Browser(transport=answer, origin="http://localhost")
    assert page.load("script", "/old").redirected


def test_an_empty_attribute_is_anonymous() -> None:
    page = browser(Reply(200, (("Access-Control-Allow-Origin", "*"),)))
    assert page.load("img", "https://api.example/", crossorigin="").type == "cors"


@pytest.mark.parametrize("element", ["embed", "object"])
def test_what_may_show_a_document_is_navigated(element: Any) -> None:
    page = browser(Reply(200, (("Cross-Origin-Resource-Policy", "same-origin"),), b"x"))
    own, other = page.load(element, "/"), page.load(element, "https://api.example/")
    assert (own.type, own.text) == ("basic", "x")
    assert (other.type, other.text) == ("opaque", "")
    for exchange in page.exchanges:
        sent = exchange.request
        assert (sent.get("Sec-Fetch-Mode"), sent.get("Sec-Fetch-Dest")) == ("navigate", element)
        assert sent.get("Upgrade-Insecure-Requests") == "1"
        assert sent.get("Sec-Fetch-User") is None


def test_an_object_has_no_attribute_for_cors() -> None:
    page = browser(Reply(200, ()))
    assert page.load("object", "https://api.example/", crossorigin="anonymous").type == "opaque"


@pytest.mark.parametrize(("element", "status"), [("embed", 200), ("object", 200), ("img", 401)])
def test_an_object_answers_a_challenge(element: Any, status: int) -> None:
    def server(request: Any) -> Reply:
        if request.get("Authorization"):
            return Reply(200, ())
        return Reply(401, (("WWW-Authenticate", "Basic"),))

    page = Browser(transport=server, origin="https://app.example")
    assert page.load(element, "https://u:p@app.example/").status == status


def test_what_no_element_is() -> None:
    with pytest.raises(TypeError, match="element='div': write one of 'audio'"):
        pages.browser().load("div", "/")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="crossorigin='x': write one of '', 'anonymous'"):
        pages.browser().load("img", "/", crossorigin="x")  # type: ignore[arg-type]


def test_a_track_is_of_the_pages_own_origin() -> None:
    with pytest.raises(NetworkError) as caught:
        pages.browser().load("track", "/")
    assert caught.value.step == "same-origin-mode"


@pytest.mark.parametrize(
    ("element", "accept"),
    [
        ("img", "image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5"),
        ("stylesheet", "text/css,*/*;q=0.1"),
        ("script", "*/*"),
    ],
)
def test_accept(element: Any, accept: str) -> None:
    page = pages.browser()
    page.load(element, "/")
    assert pages.last(page).get("Accept") == accept


@pytest.mark.parametrize("element", ["audio", "video"])
def test_all_of_it_is_asked_for_as_a_part(element: Any) -> None:
    browser = pages.page(206)
    browser.load(element, "/x")
    browser.load(element, f"{pages.OTHER}/x")
    browser.load(element, f"{pages.OTHER}/x", crossorigin="anonymous")
    for exchange in browser.exchanges:
        assert exchange.request.get("Range") == "bytes=0-"
        assert exchange.request.get("Accept-Encoding") == "identity"
        assert exchange.request.get("Accept") == "*/*"
        assert not exchange.preflight
    assert len(browser.exchanges) == 3


@pytest.mark.parametrize("element", ["img", "track", "script", "font", "object"])
def test_other_elements_ask_for_no_part(element: Any) -> None:
    browser = pages.page(200)
    browser.load(element, "/x")
    assert browser.exchanges[0].request.get("Range") is None
