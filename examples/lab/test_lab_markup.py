"""The lab shows what clients and the API say as text: nothing of it becomes markup."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import pytest

from examples.conftest import http
from examples.lab.conftest import Lab
from tests.conformance import chromium
from tests.integration.hostile import HOSTILE

# What the tests of this module share is made once, on one worker.
pytestmark = pytest.mark.xdist_group("lab-markup")

MARKUP = ["markup", "an attribute", "the end of a script", "a template", "its direction"]


class Tags(HTMLParser):
    """The names of a page's tags."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(tag)


@pytest.mark.parametrize("name", HOSTILE)
def test_the_api_answers_the_page_with_json(lab: Lab, name: str) -> None:
    """What a query holds comes back as JSON, which no browser reads as a page."""
    text = HOSTILE[name].encode(errors="replace").decode()
    page = lab.addresses.same_site
    asked = {"method": "GET", "path": f"/{text}", "origin": page, "header": f"X-A: {text}"}
    for query in (asked, {**asked, "origin": text}, {**asked, "method": text}, {"run": text}):
        for control in ("explain", "requests"):
            found = lab.control(control, page, **query)
            kinds = [value for key, value in found.headers if key.lower() == "content-type"]
            assert found.status in (200, 400)
            if found.status == 200:
                assert kinds == ["application/json"]
                json.loads(found.body)
            else:
                assert "<script>PWNED" not in found.body
                assert "<img src=x" not in found.body


@pytest.mark.parametrize("name", MARKUP)
def test_the_page_holds_no_tag_of_a_client(lab: Lab, name: str) -> None:
    port, text = lab.addresses.page_port, quote(HOSTILE[name])
    harmless = Tags(http(port, "GET", "/", {"Host": f"localhost:{port}"}).body).found
    for path, fields in (
        (f"/?{text}", {"Host": f"localhost:{port}", "Referer": text, "Cookie": text}),
        (f"/{text}", {"Host": f"localhost:{port}"}),
        ("/", {"Host": text}),
    ):
        found = http(port, "GET", path, {**fields, "Origin": text})
        tags = Tags(found.body).found
        assert tags == harmless if found.status == 200 else "script" not in tags
        assert "PWNED()>" not in found.body


# -- in a browser ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[chromium.Chromium]:
    if chromium.EXECUTABLE is None:
        pytest.skip(chromium.HOW_TO_GET)
    with chromium.running() as running:
        yield running


def count(page: Any) -> int:
    found: int = page.evaluate("document.querySelectorAll('script, img, svg, b').length")
    return found


@pytest.mark.browser
@pytest.mark.parametrize("name", MARKUP)
def test_what_is_composed_is_shown_as_text(lab: Lab, browser: chromium.Chromium, name: str) -> None:
    text = HOSTILE[name]
    page = browser.page(f"{lab.addresses.same_site}/")
    page.evaluate("() => { window.PWNED = () => { window.ran = true; }; }")
    page.locator("#summary").filter(has_text="sent").wait_for()
    before = count(page)
    for origin in (lab.addresses.same_site, "https://stranger.example", "null"):
        page.locator("#origin").select_option(origin)
        page.locator("#path").fill(f"/public/{text}")
        page.locator("#headers").fill(f"X-A: {text}\n{text}: 1")
        page.locator("#form [type=submit]").click()
        status = page.locator("#composed-status")
        status.filter(has_text=origin).or_(status.filter(has_text="cannot be asked")).wait_for()
        assert page.evaluate("window.ran") is None
        shown = page.locator("#composed")
        assert shown.locator("script, img, svg").count() == 0
    assert count(page) - before <= page.locator("#composed b").count()
    page.close()
