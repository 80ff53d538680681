"""Which responses the elements of a page take, by the standard and in Chromium."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import pytest

from flask_cors.testing import CHROMIUM, STANDARD, Browser, NetworkError, Reply
from flask_cors.testing.elements import Element, judge_load

ELEMENTS: tuple[Any, ...] = get_args(Element)
# Of a type that each element takes.
TYPES = {"module": "text/javascript"}


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
    assert failing(status, STANDARD) == {
        "module", "object", "script", "stylesheet", "track"
    }  # fmt: skip


@pytest.mark.parametrize("status", [200, 204, 299])
def test_statuses_that_are_ok(status: int) -> None:
    assert failing(status, STANDARD) == failing(status, CHROMIUM) == set()


def test_chromiums_elements_fail_from_400_on() -> None:
    assert failing(399, CHROMIUM) == failing(0, CHROMIUM) == {"module"}
    assert failing(400, CHROMIUM) == failing(599, CHROMIUM) == {
        "audio", "font", "module", "object", "script", "stylesheet", "video"
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
    assert failing(400, images) == {"img", "module"}


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
