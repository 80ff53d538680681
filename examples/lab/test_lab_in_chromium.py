"""The lab in a real browser: what it did is what ``explain()`` and the page say."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest

from examples.lab.addresses import Addresses
from examples.lab.api import COOKIE, create_api
from examples.lab.conftest import Lab
from examples.lab.page import STRANGER
from examples.lab.scenarios import SCENARIOS, Scenario
from flask_cors.testing import Browser, NetworkError
from tests.conformance import chromium

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium.EXECUTABLE is None, reason=chromium.HOW_TO_GET),
]

SENT = re.compile(r"^All 18 sent")
BLOCKED = re.compile("^Access to fetch at .* has been blocked by CORS policy")
RUN = re.compile(r"\?run=[-0-9a-f]+")


@pytest.fixture
def addresses(lab: Lab) -> Addresses:
    return lab.addresses


@pytest.fixture(scope="module")
def running() -> Iterator[chromium.Chromium]:
    # Third-party cookies are allowed, so that it is SameSite that withholds the lab's.
    with chromium.running(third_party_cookies=True) as running:
        yield running


@pytest.fixture
def browser(running: chromium.Chromium) -> Iterator[chromium.Chromium]:
    yield running
    for page in running.context.pages[1:]:
        page.close()
    running.context.clear_cookies()
    running.console.clear()


def visit(browser: chromium.Chromium, origin: str, script: str = "") -> Any:
    """Open the page, wait until it has sent everything, and return it."""
    page = browser.page("about:blank")
    page.add_init_script(script)
    page.goto(f"{origin}/")
    page.locator("#summary").filter(has_text=SENT).wait_for()
    return page


def slot(page: Any, scenario: Scenario, name: str) -> str:
    text: str = page.locator(f'#{scenario.id} [data-slot="{name}"]').inner_text()
    return text


def explain(addresses: Addresses, scenario: Scenario, origin: str) -> Any:
    return (
        create_api(addresses)
        .extensions["cors"]
        .explain(
            scenario.method,
            scenario.path,
            origin,
            headers=scenario.headers,
            credentials=scenario.credentials,
            base_url=addresses.api,
        )
    )


@pytest.mark.parametrize("name", ["same_site", "cross_site"])
def test_the_browser_does_what_explain_says(
    addresses: Addresses, browser: chromium.Chromium, name: str
) -> None:
    origin = getattr(addresses, name)
    page = visit(browser, origin)
    assert "every time" in page.locator("#summary").inner_text()
    messages = [RUN.sub("", each.text) for each in browser.console if BLOCKED.match(each.text)]
    expected = []
    for scenario in SCENARIOS:
        told = explain(addresses, scenario, origin)
        preflights = [each.kind for each in told.exchanges].count("preflight")
        assert slot(page, scenario, "browser-verdict") == told.verdict, scenario.id
        assert slot(page, scenario, "server-verdict") == told.verdict, scenario.id
        assert slot(page, scenario, "server-message") == told.message, scenario.id
        assert slot(page, scenario, "agreement") == "Both say the same.", scenario.id
        assert slot(page, scenario, "browser-preflight").startswith("sent") == bool(preflights)
        expected += [told.message] if told.verdict == "blocked" else []
    assert messages == expected


def test_cookies_travel_within_the_site_and_are_withheld_from_another(
    addresses: Addresses, browser: chromium.Chromium
) -> None:
    account = next(each for each in SCENARIOS if each.id == "account")
    page = visit(browser, addresses.same_site)
    assert slot(page, account, "browser-cookie") == "travelled with the request"
    stored = [cookie.get("name") for cookie in browser.context.cookies(addresses.api)]
    assert stored == [COOKIE]
    page = visit(browser, addresses.cross_site)
    assert slot(page, account, "browser-verdict") == "readable"
    assert slot(page, account, "browser-cookie") == (
        "withheld: SameSite=Lax, and this page is on another site than the API"
    )


def pages_of_all_origins(addresses: Addresses, browser: chromium.Chromium) -> list[Any]:
    """Open an empty page of each origin of the overview."""
    html, body = "text/html", "<!doctype html>"
    # Served by the test itself: the lab's page may not be framed, and nobody is the stranger.
    browser.context.route(
        re.compile(r"/empty$"), lambda route: route.fulfill(content_type=html, body=body)
    )
    browser.context.grant_permissions(["local-network-access"])
    origins = (*addresses.pages, STRANGER)
    pages: list[Any] = [(origin, browser.page(f"{origin}/empty")) for origin in origins]
    pages.append(("null", browser.sandboxed(f"{addresses.same_site}/empty")))
    # While anything is routed, Playwright answers preflights in the server's place.
    browser.context.unroute_all()
    return pages


def test_every_cell_of_the_overview_is_what_chromium_and_the_model_do(
    addresses: Addresses, browser: chromium.Chromium, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    overview = visit(browser, addresses.same_site)
    requests = [asked(addresses, scenario) for scenario in SCENARIOS]
    for origin, page in pages_of_all_origins(addresses, browser):
        results = browser.run(page, [requests])[0]
        for scenario, result in zip(SCENARIOS, results, strict=True):
            cell = overview.locator(f'[data-row="{scenario.id}"] td[data-origin="{origin}"]')
            shown = cell.inner_text().strip()
            seen = "blocked" if result["error"] else "readable"
            assert shown == seen, (scenario.id, origin)
            assert shown == in_the_model(addresses, scenario, origin), (scenario.id, origin)


def asked(addresses: Addresses, scenario: Scenario) -> dict[str, Any]:
    """Return a scenario's request as the conformance tests' script takes it."""
    init = {
        "method": scenario.method,
        "headers": list(scenario.headers.items()),
        "credentials": "include" if scenario.credentials else "same-origin",
    }
    return {"url": addresses.api + scenario.path, "init": init, "uploads": False}


def in_the_model(addresses: Addresses, scenario: Scenario, origin: str) -> str:
    page = Browser(create_api(addresses), origin=origin)
    try:
        page.fetch(
            addresses.api + scenario.path,
            method=scenario.method,
            headers=scenario.headers,
            credentials="include" if scenario.credentials else "same-origin",
        )
    except NetworkError:
        return "blocked"
    return "readable"


ALTERED = """
const real = window.fetch;
window.fetch = async (url, init) => {
  const response = await real(url, init);
  if (!/explain.*nowhere/.test(url)) return response;
  const told = await response.json();
  return { ok: true, json: async () => ({ ...told, verdict: "blocked", message: "%s" }) };
};
"""


def test_a_difference_is_shown_and_text_stays_text(
    addresses: Addresses, browser: chromium.Chromium
) -> None:
    markup = "<img src=x onerror=alert(1)><b>bold</b>"
    page = visit(browser, addresses.same_site, ALTERED % markup)
    missing = next(each for each in SCENARIOS if each.id == "not-found")
    assert slot(page, missing, "agreement") == "They differ in the verdict."
    assert slot(page, missing, "server-message") == markup
    assert page.locator("#summary").inner_text().endswith("differ in 1.")


def test_an_api_that_is_gone_is_named(addresses: Addresses, browser: chromium.Chromium) -> None:
    page = visit(browser, addresses.same_site)
    page.route(re.compile("/lab/"), lambda route: route.abort())
    page.locator("#run-all").click()
    summary = page.locator("#summary").filter(has_text="Is the lab still running?")
    summary.wait_for()
    assert addresses.api in summary.inner_text()
    assert page.locator("#run-all").is_enabled()


def test_one_request_is_sent_again_by_keyboard(
    addresses: Addresses, browser: chromium.Chromium
) -> None:
    page = visit(browser, addresses.same_site)
    button = page.get_by_role("button", name="Send again: One origin")
    button.focus()
    page.keyboard.press("Enter")
    page.locator("#summary").filter(has_text="Sent again: both say the same.").wait_for()
    assert button.evaluate("button => button === document.activeElement")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    exchanges = page.locator('#one-origin [data-slot="exchanges"]')
    assert exchanges.is_visible()
    assert f"Access-Control-Allow-Origin: {addresses.same_site}" in exchanges.inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_window_needs_no_horizontal_scrolling(
    addresses: Addresses, browser: chromium.Chromium, scheme: Any
) -> None:
    page = visit(browser, addresses.cross_site)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 320, "height": 800})
    page.evaluate("() => document.querySelectorAll('details').forEach(each => each.open = true)")
    width = page.evaluate("() => document.documentElement.scrollWidth")
    assert width == 320
