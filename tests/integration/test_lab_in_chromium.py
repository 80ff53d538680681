"""The lab in a real browser: what it shows is what happened, for everybody who uses it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Blueprint, Flask, abort, redirect, request, session
from flask.typing import ResponseReturnValue
from playwright.sync_api import Page, expect

from flask_cors import CORS, cross_origin
from flask_cors.tools.lab.addresses import Application
from flask_cors.tools.lab.cookie_log import CookieLog
from flask_cors.tools.lab.page import Lab
from tests.conformance import axe, chromium
from tests.integration.hostile import HOSTILE
from tests.lab_server import lab_of

pytestmark = [
    # What the tests of this module share is made once, on one worker.
    pytest.mark.xdist_group("lab_in_chromium"),
    pytest.mark.browser,
    pytest.mark.skipif(chromium.EXECUTABLE is None, reason=chromium.HOW_TO_GET),
]

STRANGER = "https://stranger.example"


def create_app(port: int) -> Flask:
    app = Flask("shop", static_folder=None)
    app.secret_key = "x"
    pages = [f"http://localhost:{port}", f"http://127.0.0.1:{port}"]
    api = Blueprint("api", __name__, url_prefix="/api")
    CORS(api, origins=pages, supports_credentials=True, allow_headers=["X-Token", "Content-Type"])

    @api.route("/items/<int:number>", methods=["GET", "PUT"])
    def item(number: int) -> ResponseReturnValue:
        return {"number": number, "sent": request.get_data(as_text=True)}

    @api.post("/login")
    def login() -> ResponseReturnValue:
        session["user"] = "ann"
        return {"user": "ann"}, {"Set-Cookie": "theme=dark; SameSite=None; Secure; Partitioned"}

    @api.get("/account")
    def account() -> ResponseReturnValue:
        if "user" not in session:
            abort(401)
        return {"user": session["user"]}

    @api.get("/broken")
    def broken() -> ResponseReturnValue:
        raise ValueError("on purpose")

    @app.get("/open")
    @cross_origin("*")
    def open_() -> ResponseReturnValue:
        return "open"

    @app.get("/elsewhere")
    @cross_origin("*")
    def elsewhere() -> ResponseReturnValue:
        return redirect("/open")

    @app.get("/by-hand")
    @cross_origin(pages[0])
    def by_hand() -> ResponseReturnValue:
        return "by hand", {"Access-Control-Allow-Origin": "*"}

    pay = cross_origin(pages[0], enforce=True)(lambda: "paid")
    app.add_url_rule("/pay", "pay", pay, methods=["POST"])
    app.add_url_rule("/off", "off", lambda: "off", methods=["GET", "POST"])
    app.register_blueprint(api)
    app.wsgi_app = in_front(app.wsgi_app)  # type: ignore[method-assign]
    return app


def in_front(application: Application) -> Application:
    """Return *application* with a middleware that serves two paths itself."""

    def middleware(environ: Any, start_response: Any) -> Any:
        if environ["PATH_INFO"] == "/api/raises":
            raise ValueError("on purpose")
        if environ["PATH_INFO"] != "/api/middleware":
            return application(environ, start_response)
        start_response("400 BAD REQUEST", [("Content-Type", "text/plain")])
        return [b"not accepted"]

    return middleware


PREPARED = [
    {"title": "With a token", "method": "PURGE", "path": "/open", "headers": {"X-Token": "1"},
     "credentials": True, "body": "{}", "note": "What it shows."},
]  # fmt: skip


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with lab_of(create_app, PREPARED) as lab:
        yield lab


@pytest.fixture(scope="module")
def running() -> Iterator[chromium.Chromium]:
    # Third-party cookies are allowed, so that it is SameSite that withholds one.
    with chromium.running(third_party_cookies=True) as running:
        yield running


@pytest.fixture
def browser(running: chromium.Chromium, lab: Lab) -> Iterator[chromium.Chromium]:
    yield running
    for page in running.context.pages[1:]:
        page.close()
    running.context.clear_cookies()
    running.console.clear()
    lab.cookies = CookieLog()


def same_site(lab: Lab) -> str:
    return lab.addresses.pages[0]


def cross_site(lab: Lab) -> str:
    return lab.addresses.pages[1]


def visit(browser: chromium.Chromium, origin: str) -> Page:
    page = browser.page(f"{origin}/")
    page.locator("#route-list li").first.wait_for()
    return page


def fill(page: Page, origin: str, path: str, **given: Any) -> None:
    """Fill in the form; what is not given is left as a new page has it."""
    listed = page.locator(f'#origin option[value="{origin}"]').count()
    page.locator("#origin").select_option(origin if listed else "other")
    if not listed:
        page.locator("#free").fill(origin)
    page.locator("#path").fill(path)
    page.locator("#method").select_option(given.get("method", "GET"))
    page.locator("#kind").select_option(given.get("kind", "cors"))
    page.locator("#more-fields").evaluate("it => { it.open = true; }")
    if given.get("kind") != "form":
        page.locator("#credentials").set_checked(given.get("credentials", False))
        page.locator("#headers").fill(given.get("headers", ""))
    page.locator("#body-type").select_option(given.get("type", ""))
    if given.get("type"):
        page.locator("#body").fill(given.get("body", ""))


def send(page: Page) -> None:
    """Send the form by keyboard, and wait for its result."""
    page.evaluate("document.getElementById('shown').replaceChildren()")
    page.locator("#send").press("Enter")
    page.locator("#shown [data-slot=verdict]").wait_for()


def ask(page: Page, origin: str, path: str, **given: Any) -> str:
    """Fill in the form, send it, and return the word of the verdict."""
    fill(page, origin, path, **given)
    send(page)
    return slot(page, "word")


def slot(page: Page, name: str) -> str:
    text: str = page.locator(f"#shown [data-slot={name}]").inner_text()
    return text


def has(page: Page, name: str) -> bool:
    return page.locator(f"#shown [data-slot={name}]").count() > 0


def steps(page: Page) -> list[str]:
    page.locator("#shown details").evaluate_all("all => all.forEach(it => { it.open = true; })")
    found: list[str] = page.locator("#shown [data-slot=exchanges] > li").all_inner_texts()
    return found


# -- routes and the form -------------------------------------------------------------------


@pytest.mark.rule("9.lab")
def test_a_route_is_chosen_and_its_values_are_filled_in(
    lab: Lab, browser: chromium.Chromium
) -> None:
    page = visit(browser, same_site(lab))
    page.locator("#filter").fill("items")
    assert page.locator("#count").inner_text() == "1 of 9"
    page.get_by_role("button", name="GET, PUT /api/items/<int:number>").press("Enter")
    number = page.get_by_label("number (int)")
    assert number.evaluate("it => it === document.activeElement")
    assert page.locator("#method option").first.inner_text() == "GET"
    number.fill("12")
    send(page)
    assert slot(page, "word") == "readable, 200"
    assert page.locator("#result-title").inner_text() == "Result: GET /api/items/12"
    assert page.locator("#result-title").evaluate("it => it === document.activeElement")


def test_a_body_and_headers_travel(lab: Lab, browser: chromium.Chromium) -> None:
    page = visit(browser, same_site(lab))
    given = {"method": "PUT", "headers": "X-Token: a:b\n\n", "body": "{}"}
    word = ask(page, same_site(lab), "/api/items/1", type="application/json", **given)
    assert word == "readable, 200"
    call, preflight, actual, end = steps(page)
    assert '"headers":{"X-Token":"a:b","Content-Type":"application/json"},"body":"{}"' in call
    assert "Access-Control-Request-Headers: content-type,x-token" in preflight
    assert "Access-Control-Allow-Methods:" in preflight
    assert "X-Token: a:b" in actual
    assert '"sent":"{}"' in page.locator("#shown pre").inner_text()
    assert "readable, 200" in end
    assert slot(page, "preflight") == "sent, answered with 200; the request followed"


@pytest.mark.parametrize(
    ("body_type", "sent"),
    [
        ("application/x-www-form-urlencoded", "a=1&b=2"),
        ("text/plain", "a=1&b=2"),
        ("multipart/form-data", 'form-data; name="b"'),
    ],
)
def test_every_type_of_body(
    lab: Lab, browser: chromium.Chromium, body_type: str, sent: str
) -> None:
    page = visit(browser, same_site(lab))
    ask(page, same_site(lab), "/api/items/1", method="PUT", type=body_type, body="a=1&b=2")
    steps(page)
    assert sent in page.locator("#shown pre").inner_text().replace("\\", "")


def test_a_prepared_request_fills_the_form(lab: Lab, browser: chromium.Chromium) -> None:
    page = visit(browser, same_site(lab))
    page.locator("#example").select_option("0")
    assert page.locator("#example-note").inner_text() == "What it shows."
    assert page.locator("#other-method").input_value() == "PURGE"
    assert page.locator("#headers").input_value() == "X-Token: 1"
    assert page.locator("#body").input_value() == "{}"
    assert page.locator("#credentials").is_checked()
    send(page)
    assert slot(page, "word") == "blocked"


# -- verdicts ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "word", "sentence"),
    [
        ("/open", "readable, 200", "The page’s script reads the answer."),
        ("/elsewhere", "readable, 200", "The page’s script reads the answer, after a redirect."),
        ("/api/account", "readable, but 401 Unauthorized", "the app wants a login"),
        ("/api/nowhere", "readable, but 404 Not Found", "no route serves this path"),
        ("/api/login", "readable, but 405 Method Not Allowed", "does not serve this method"),
        ("/api/broken", "readable, but 500 Internal Server Error", "look into the app’s log"),
        ("/off", "blocked", "No 'Access-Control-Allow-Origin' header is present"),
    ],
)
def test_a_verdict_names_the_status(
    lab: Lab,
    browser: chromium.Chromium,
    caplog: pytest.LogCaptureFixture,
    path: str,
    word: str,
    sentence: str,
) -> None:
    page = visit(browser, same_site(lab))
    assert ask(page, same_site(lab), path) == word
    assert sentence in slot(page, "verdict")
    assert not has(page, "differs")
    good = page.locator("#shown .verdict").get_attribute("class") == "verdict readable"
    assert good == word.startswith("readable, 200")
    caplog.clear()


@pytest.mark.rule("9.lab")
def test_a_blocked_page_gets_the_fix_in_the_words_of_the_console(
    lab: Lab, browser: chromium.Chromium
) -> None:
    page = visit(browser, same_site(lab))
    assert ask(page, same_site(lab), "/api/items/1", headers="X-Other: 1") == "blocked"
    said = [each.text for each in browser.console if "blocked by CORS policy" in each.text]
    assert slot(page, "verdict") == f"blocked: {said[0]}"
    assert slot(page, "fix").startswith("To change that: In CORS(api)")
    assert "add 'x-other' to allow_headers." in slot(page, "fix")
    assert slot(page, "preflight") == "sent, answered with 200; the request was not sent"
    assert len(steps(page)) == 3


def test_what_a_view_writes_itself_is_reported_to_decide(
    lab: Lab, browser: chromium.Chromium
) -> None:
    page = visit(browser, cross_site(lab))
    assert ask(page, cross_site(lab), "/by-hand") == "readable, 200"
    assert "decides" in slot(page, "differs")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/api/middleware", "The answer, 400 Bad Request, has no Access-Control-Allow-Origin"),
        ("/api/raises", "The app failed with 500, and an exception that leaves the app"),
    ],
)
def test_what_flask_never_sees_is_told_apart_from_the_policy(
    lab: Lab, browser: chromium.Chromium, path: str, words: str
) -> None:
    page = visit(browser, same_site(lab))
    assert ask(page, same_site(lab), path) == "blocked"
    assert not has(page, "fix")
    assert words in slot(page, "differs")


def test_what_the_browser_refuses_says_what_the_exception_says(
    lab: Lab, browser: chromium.Chromium
) -> None:
    page = visit(browser, same_site(lab))
    assert ask(page, same_site(lab), "/open", headers="not a name: 1") == "not sent"
    assert "Failed to construct 'Request'" in slot(page, "verdict")
    assert "Invalid name" in slot(page, "verdict")
    assert len(steps(page)) == 2


# -- other origins -------------------------------------------------------------------------


def test_another_page_of_the_lab_is_opened_and_sends_at_once(
    lab: Lab, browser: chromium.Chromium
) -> None:
    page = visit(browser, same_site(lab))
    other = f"http://any.name.localhost:{lab.addresses.page_port}"
    for origin, word in ((cross_site(lab), "readable, 200"), (other, "blocked")):
        fill(page, origin, "/api/items/<int:number>", headers="X-Token: 1")
        page.get_by_label("number (int)").fill("5")
        page.locator("#send").click()
        page.wait_for_url(f"{origin}/")
        page.locator("#shown [data-slot=verdict]").wait_for()
        assert slot(page, "word") == word
        assert page.locator("#headers").input_value() == "X-Token: 1"
        assert f"Origin: {origin}" in steps(page)[1]
    assert page.url == f"{other}/"


def test_an_address_without_the_token_sends_nothing(lab: Lab, browser: chromium.Chromium) -> None:
    before = lab.log.last
    fields = '{"fields":{"path":"/off","method":"POST"},"token":"guessed"}'
    page = browser.page(f"{same_site(lab)}/#{fields}")
    # Not wait_for_function: it evaluates a string, which the page's policy forbids.
    expect(page.locator("#path")).to_have_value("/off")
    assert page.locator("#result").is_hidden()
    assert lab.log.last == before


def test_a_sandboxed_frame_has_the_origin_null(lab: Lab, browser: chromium.Chromium) -> None:
    page = visit(browser, same_site(lab))
    assert ask(page, "null", "/open") == "readable, 200"
    assert "Origin: null" in steps(page)[1]
    assert ask(page, "null", "/api/items/1") == "blocked"
    assert page.locator("iframe").count() == 0


@pytest.mark.parametrize(
    ("origin", "path", "word", "words"),
    [
        (STRANGER, "/api/items/1", "blocked", f"add '{STRANGER}' to origins."),
        (STRANGER, "/open", "readable, 200", ""),
        ("HTTPS://Stranger.example:443/x", "/open", "readable, 200", "as a browser sends it"),
        ("http://stranger.localhost:1", "/api/nowhere", "blocked", ""),
    ],
)
def test_of_other_origins_the_model_says_that_it_is_the_model(
    lab: Lab, browser: chromium.Chromium, origin: str, path: str, word: str, words: str
) -> None:
    page = visit(browser, same_site(lab))
    assert page.locator("#free").is_hidden()
    assert ask(page, origin, path) == word
    assert "the browser model of Flask-CORS asked in its place" in slot(page, "model")
    assert words in page.locator("#shown").inner_text()


@pytest.mark.parametrize("origin", ["stranger.example", "https://*.example.com", "<b>x</b>"])
def test_what_is_no_origin_is_not_sent(lab: Lab, browser: chromium.Chromium, origin: str) -> None:
    page = visit(browser, same_site(lab))
    fill(page, origin, "/open")
    page.locator("#send").click()
    page.locator("#free[aria-invalid]").wait_for()
    assert page.locator("#free").evaluate("it => it === document.activeElement")
    assert "scheme://host" in (text := page.locator("#status").inner_text()) or "pattern" in text
    assert page.locator("#result").is_hidden()


# -- cookies, forms and no-cors --------------------------------------------------------------


def test_a_login_is_kept_between_requests_of_the_same_site(
    lab: Lab, browser: chromium.Chromium
) -> None:
    page = visit(browser, same_site(lab))
    ask(page, same_site(lab), "/api/login", method="POST", credentials=True)
    assert "session stored" in slot(page, "cookies")
    assert ask(page, same_site(lab), "/api/account", credentials=True) == "readable, 200"
    assert "session sent" in slot(page, "cookies")
    ask(page, same_site(lab), "/api/account")
    assert "session not sent: the page asked without credentials" in slot(page, "cookies")
    assert slot(page, "word") == "readable, but 401 Unauthorized"


def test_a_page_that_did_not_ask_for_cookies(lab: Lab, browser: chromium.Chromium) -> None:
    page = visit(browser, same_site(lab))
    assert ask(page, same_site(lab), "/api/items/12") == "readable, 200"
    assert slot(page, "cookies") == "the page did not ask for cookies"


def test_a_page_of_a_different_site_learns_why_the_cookie_stays_away(
    lab: Lab, browser: chromium.Chromium
) -> None:
    page = visit(browser, same_site(lab))
    ask(page, same_site(lab), "/api/login", method="POST", credentials=True)
    page = visit(browser, cross_site(lab))
    word = ask(page, cross_site(lab), "/api/account", credentials=True)
    assert word == "readable, but 401 Unauthorized"
    assert "session not sent: SameSite is Lax by default" in slot(page, "cookies")
    assert "theme not sent: it is Partitioned, and was set in a tab of another site" in slot(
        page, "cookies"
    )
    assert 'SESSION_COOKIE_SAMESITE = "None"' in slot(page, "cookie-fix")
    sent = {cookie.get("name") for cookie in browser.context.cookies()}
    assert sent == {"session", "theme"}


@pytest.mark.parametrize("origin", ["same_site", "null"])
@pytest.mark.parametrize("body_type", ["", "multipart/form-data", "text/plain"])
def test_a_form_is_sent_and_the_page_learns_nothing(
    lab: Lab, browser: chromium.Chromium, origin: str, body_type: str
) -> None:
    page = visit(browser, same_site(lab))
    asked_from = same_site(lab) if origin == "same_site" else origin
    given = {"method": "POST", "kind": "form", "body": "a=1", "type": body_type}
    assert ask(page, asked_from, "/off", **given) == "sent"
    assert "The app got it and answered with 200. The view ran" in slot(page, "verdict")
    call, actual, _ = steps(page)
    assert call.partition("\n")[0] == "The page sends a form"
    assert f"Origin: {asked_from}" in actual
    assert (body_type or "application/x-www-form-urlencoded") in actual
    assert page.locator("iframe").count() == 0


@pytest.mark.parametrize("kind", ["cors", "no-cors", "form"])
def test_a_refusal_is_reported_as_one(lab: Lab, browser: chromium.Chromium, kind: str) -> None:
    page = visit(browser, cross_site(lab))
    assert ask(page, cross_site(lab), "/pay", method="POST", kind=kind) == "refused"
    assert "Refused by the server with 403; the view did not run." in slot(page, "verdict")
    assert slot(page, "fix").endswith(f"add '{cross_site(lab)}' to origins.")
    page = visit(browser, same_site(lab))
    assert ask(page, same_site(lab), "/pay", method="POST", kind=kind) != "refused"
    assert "enforce does" not in slot(page, "verdict")


def test_no_cors_is_opaque(lab: Lab, browser: chromium.Chromium) -> None:
    page = visit(browser, same_site(lab))
    assert ask(page, same_site(lab), "/off", kind="no-cors", method="POST") == "sent"
    assert "In mode no-cors a page learns nothing" in slot(page, "verdict")
    assert not has(page, "fix")
    assert ask(page, same_site(lab), "/off", kind="no-cors", method="PUT") == "not sent"
    assert ask(page, STRANGER, "/off", kind="no-cors") == "sent"
    fill(page, STRANGER, "/off", kind="form", method="POST")
    page.locator("#send").click()
    page.locator("#kind[aria-invalid]").wait_for()
    assert (
        "the browser model sends fetch requests alone"
        in page.locator("#status").inner_text().lower()
    )


# -- what goes wrong -------------------------------------------------------------------------


def test_a_lab_that_is_gone_is_reported(lab: Lab, browser: chromium.Chromium) -> None:
    page = visit(browser, same_site(lab))
    page.route(re.compile("/control/"), lambda route: route.abort())
    page.locator("#send").click()
    page.locator("#status").filter(has_text="Is the lab still running?").wait_for()
    assert page.locator("#send").is_enabled()


def test_an_app_that_runs_elsewhere_is_asked_without_a_look_into_it(
    browser: chromium.Chromium,
) -> None:
    with lab_of(create_app, runs_app=False) as lab:
        page = visit(browser, same_site(lab))
        assert ask(page, same_site(lab), "/api/items/1", headers="X-Token: 1") == "readable, 200"
        assert slot(page, "cookies") == "not known: the app runs elsewhere"
        assert "by its configuration, Flask-CORS puts on" in steps(page)[1]
        assert ask(page, same_site(lab), "/off") == "blocked"
        assert has(page, "fix")
        page.close()


@pytest.mark.parametrize("name", ["markup", "an attribute", "the end of a script", "a template"])
def test_text_stays_text(lab: Lab, browser: chromium.Chromium, name: str) -> None:
    text = HOSTILE[name]
    page = visit(browser, same_site(lab))
    page.evaluate("() => { window.PWNED = () => { window.ran = true; }; }")
    for origin in (same_site(lab), STRANGER, "null"):
        ask(page, origin, f"/open/{text}", headers=f"X-A: {text}\n{text}: 1")
        assert page.evaluate("window.ran") is None
        assert page.locator("#shown").locator("script, img, svg, b").count() == 0


# -- for everybody ---------------------------------------------------------------------------


@pytest.mark.parametrize("width", [400, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_the_result_is_in_view(
    lab: Lab, browser: chromium.Chromium, scheme: Any, width: int
) -> None:
    page = visit(browser, same_site(lab))
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    assert axe.violations(page) == []
    assert page.locator("#send").is_enabled()
    assert page.evaluate("() => document.documentElement.scrollHeight") < 1600
    for given in ({"method": "POST", "credentials": True}, {"headers": "X-Other: 1"}):
        ask(page, same_site(lab), "/api/login", **given)
        box = page.locator("#shown [data-slot=verdict]").bounding_box()
        assert box is not None
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 800
        steps(page)
        assert axe.violations(page) == []
        assert page.evaluate("() => document.documentElement.scrollWidth") == width


def test_the_form_is_used_by_keyboard_alone(lab: Lab, browser: chromium.Chromium) -> None:
    page = visit(browser, same_site(lab))
    page.locator("#path").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("/open")
    page.keyboard.press("Enter")
    page.locator("#shown [data-slot=verdict]").wait_for()
    assert slot(page, "word") == "readable, 200"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator("#shown pre").is_visible()
    assert page.locator("#shown pre").inner_text() == "open"
