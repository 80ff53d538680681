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
from tests.conformance import axe, chromium

pytestmark = [
    pytest.mark.xdist_group("lab-chromium"),
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
    # The form is sent first, and holds a request that is blocked.
    composed = next(each for each in SCENARIOS if each.id == "header-refused")
    expected = [explain(addresses, composed, origin).message]
    for scenario in SCENARIOS:
        told = explain(addresses, scenario, origin)
        preflights = [each.kind for each in told.exchanges].count("preflight")
        assert slot(page, scenario, "browser-verdict") == told.verdict, scenario.id
        assert slot(page, scenario, "server-verdict") == told.verdict, scenario.id
        assert slot(page, scenario, "server-message") == told.message, scenario.id
        assert slot(page, scenario, "agreement") == "Both say the same.", scenario.id
        fix = page.locator(f'#{scenario.id} [data-slot="fix"]')
        assert fix.count() == (told.verdict == "blocked"), scenario.id
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
            row = overview.locator(f'[data-row="{scenario.id}"]')
            cell = row.locator(f'[data-origin="{origin}"] .word')
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
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    exchanges = page.locator('#one-origin [data-slot="exchanges"]')
    assert exchanges.is_visible()
    assert f"Access-Control-Allow-Origin: {addresses.same_site}" in exchanges.inner_text()


# -- the form --------------------------------------------------------------------------


def compose(page: Any, origin: str, **values: str) -> Any:
    """Fill in the form, send it by keyboard, and return what is shown."""
    listed = page.locator(f'#origin option[value="{origin}"]').count()
    page.locator("#origin").select_option(origin if listed else "")
    if not listed:
        page.locator("#free-origin").fill(origin)
    page.locator("#method").select_option(values.get("method", "GET"))
    page.locator("#headers").fill(values.get("headers", ""))
    page.locator("#credentials").set_checked("credentials" in values)
    page.locator("#path").fill(values["path"])
    page.locator("#path").press("Enter")
    page.locator("#composed-status").filter(has_text=f" {origin}: ").wait_for()
    return page.locator("#composed")


@pytest.mark.parametrize("origin", ["same_site", "cross_site", "null"])
def test_the_form_sends_from_real_pages_of_the_labs_origins(
    addresses: Addresses, browser: chromium.Chromium, origin: str
) -> None:
    page = visit(browser, addresses.cross_site)
    asked_from = getattr(addresses, origin, origin)
    headers = "X-Token: a:b\n\nX-Other: c\n"
    shown = compose(page, asked_from, method="PUT", path="/one-header?a=1", headers=headers)
    assert shown.locator('[data-slot="browser-verdict"]').inner_text() == "blocked"
    assert shown.locator('[data-slot="server-verdict"]').inner_text() == "blocked"
    assert shown.locator('[data-slot="agreement"]').inner_text() == "Both say the same."
    timeline = shown.locator('[data-slot="exchanges"] > li').all_inner_texts()
    assert len(timeline) == 3
    assert '{"method":"PUT","headers":{"X-Token":"a:b","X-Other":"c"}}' in timeline[0]
    assert timeline[1].startswith("Preflight: OPTIONS /one-header")
    assert f"Origin: {asked_from}" in timeline[1]
    assert "Access-Control-Request-Headers: x-other,x-token" in timeline[1]
    assert "Failed to fetch" in timeline[2]
    change = shown.locator('[data-slot="fix"]').inner_text()
    if origin == "null":
        assert change.startswith("To change that: Serve the page from an origin of its own")
    else:
        assert change.endswith("add 'x-other' to allow_headers.")


def test_the_form_shows_both_requests_and_their_headers(
    addresses: Addresses, browser: chromium.Chromium
) -> None:
    page = visit(browser, addresses.same_site)
    headers = "Content-Type: application/json"
    shown = compose(page, addresses.same_site, method="PUT", path="/note", headers=headers)
    assert shown.locator('[data-slot="agreement"]').inner_text() == "Both say the same."
    assert shown.locator('[data-slot="fix"]').count() == 0
    call, preflight, request, end = shown.locator('[data-slot="exchanges"] > li').all_inner_texts()
    assert f'fetch("{addresses.api}/note"' in call
    for line in (
        "Access-Control-Request-Method: PUT",
        "Access-Control-Allow-Headers: content-type",
    ):
        assert line in preflight
    for line in ("Request: PUT /note", "Content-Type: application/json", "Answer: 200"):
        assert line in request
    assert end.split("\n\n") == ["readable", "The script reads the status 200."]


@pytest.mark.parametrize(
    ("origin", "verdict", "words"),
    [
        (STRANGER, "blocked", f"add '{STRANGER}' to origins."),
        ("http://localhost:1234", "readable", ""),
        ("<b>x</b>", "blocked", "Ask for an origin, a method and headers that a page can send."),
    ],
)
def test_of_other_origins_the_form_tells_what_the_server_would_answer(
    addresses: Addresses, browser: chromium.Chromium, origin: str, verdict: str, words: str
) -> None:
    page = visit(browser, addresses.same_site)
    assert not page.locator("#free-origin").is_visible()
    shown = compose(page, origin, path="/wildcard-origin")
    assert page.locator("#composed-status").inner_text() == f"Worked out for {origin}: {verdict}."
    assert shown.locator('[data-slot="browser-verdict"]').count() == 0
    assert shown.locator('[data-slot="server-verdict"]').inner_text() == verdict
    assert shown.locator("b").count() == 0
    assert "Nothing was sent" in shown.inner_text()
    assert words in shown.inner_text()


def test_the_form_shows_what_a_browser_refuses_to_send(
    addresses: Addresses, browser: chromium.Chromium
) -> None:
    page = visit(browser, addresses.same_site)
    shown = compose(page, addresses.same_site, path="/note", headers="not a name: 1")
    assert shown.locator('[data-slot="agreement"]').inner_text() == "Both say the same."
    assert "No browser sends this" in shown.locator('[data-slot="server-message"]').inner_text()


def test_credentials_are_a_matter_of_the_form(
    addresses: Addresses, browser: chromium.Chromium
) -> None:
    page = visit(browser, addresses.same_site)
    shown = compose(page, addresses.same_site, path="/public/weather", credentials="yes")
    assert (
        shown.locator('[data-slot="fix"]')
        .inner_text()
        .endswith(f"write origins=['{addresses.same_site}'] and supports_credentials=True.")
    )
    assert "No cookie" not in shown.locator('[data-slot="browser-cookie"]').inner_text()


def test_a_verdict_of_the_overview_is_sent_by_keyboard(
    addresses: Addresses, browser: chromium.Chromium
) -> None:
    page = visit(browser, addresses.same_site)
    name = f"A method with its own policy: PUT from {addresses.cross_site}"
    page.get_by_role("button", name=name).focus()
    page.keyboard.press("Enter")
    status = page.locator("#composed-status")
    status.filter(has_text=f"Sent from {addresses.cross_site}: blocked.").wait_for()
    assert page.locator("#method").input_value() == "PUT"
    assert page.locator("#headers").input_value() == "Content-Type: application/json"
    assert page.locator("#form [type=submit]").evaluate("it => it === document.activeElement")


def test_a_request_of_the_page_can_be_changed(
    addresses: Addresses, browser: chromium.Chromium
) -> None:
    page = visit(browser, addresses.same_site)
    page.get_by_role("button", name="Change it: Credentials: signing in").click()
    assert page.locator("#path").evaluate("it => it === document.activeElement")
    assert page.locator("#path").input_value() == "/session"
    assert page.locator("#credentials").is_checked()


# -- for everybody ---------------------------------------------------------------------


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(
    addresses: Addresses, browser: chromium.Chromium, scheme: Any, width: int
) -> None:
    page = visit(browser, addresses.same_site)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    page.locator("#origin").select_option("")
    page.evaluate("() => document.querySelectorAll('details').forEach(each => each.open = true)")
    assert axe.violations(page) == []


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
