"""The report: one page that loads nothing, tells what ``explain`` tells, and works by keyboard."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from flask import Blueprint, Flask
from playwright.sync_api import Browser, Page, sync_playwright

from flask_cors import CORS, cross_origin, of
from flask_cors.errors import Report, Source
from flask_cors.patterns.origins import parse_origins
from flask_cors.runtime.hooks import state_of
from flask_cors.tools.report import STRANGER, Matrix, Sample, render, samples_of
from tests.conformance import axe, chromium
from tests.golden.app import make_app

# What the tests of this module share is made once, on one worker.
pytestmark = pytest.mark.xdist_group("report")

A = "https://a.example"
DATA = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.DOTALL)


def page_of(app: Flask) -> str:
    return render(app, state_of(app))


@cache
def golden_page() -> str:
    return page_of(make_app())


def data_of(page: str) -> Any:
    found = DATA.search(page)
    assert found
    return json.loads(found[1])


def test_the_page_loads_nothing() -> None:
    page = golden_page()
    assert not re.search(r"""<(?:link|img|script|iframe)[^>]*(?:src|href)=""", page)
    assert not re.search(r"@import|url\(", page)
    assert "default-src 'none'" in page


def test_nothing_of_the_app_becomes_markup() -> None:
    app = Flask("</title><script>alert(1)</script>", static_folder=None, root_path="/")
    app.add_url_rule("/x", "</script><b>", cross_origin("*")(lambda: "x"))
    app.config["CORS_CHECK_IGNORE"] = {"CORS002": "<img src=x>"}
    page = page_of(app)
    assert "<script>alert" not in page
    assert "<img" not in page
    assert data_of(page)["routes"][0]["endpoint"] == "</script><b>"


def test_cells_are_what_explain_says() -> None:
    app = make_app()
    data = data_of(page_of(app))
    explain = of(app).explain
    codes = {"readable": "r", "blocked": "b", "same-origin": "s"}
    for route in data["routes"]:
        columns = [route["own"], *data["origins"]]
        for origin, cell in zip(columns, route["cells"], strict=True):
            methods = route["methods"] if origin else []
            told = [explain(method, route["path"], origin).verdict for method in methods]
            assert cell == "".join(codes[verdict] for verdict in told)


def test_policies_that_differ_in_what_preflights_get_have_verdicts_of_their_own() -> None:
    app = Flask(__name__, static_folder=None)
    differing: list[Any] = [{}, {"methods": "GET"}, {"automatic_options": False}]
    for number, options in enumerate(differing):
        view = cross_origin("https://a.example", **options)(lambda: "x")
        app.add_url_rule(f"/{number}", f"view{number}", view, methods=["GET", "PUT"])
    routes = data_of(page_of(app))["routes"]
    # GET, HEAD and PUT from the origin that is allowed.
    assert [route["cells"][1] for route in routes] == ["rrr", "rrb", "rrb"]


def test_an_explanation_is_kept_for_each_cell() -> None:
    data = data_of(golden_page())
    for route in data["routes"]:
        columns = [route["own"], *data["origins"]]
        for origin, numbers in zip(columns, route["explanations"], strict=True):
            for method, number in zip(route["methods"], numbers, strict=False):
                told = data["explanations"][number]
                assert (told["method"], told["origin"]) == (method, origin)


def small() -> Flask:
    app = Flask("small", static_folder=None)
    CORS(app, origins=A)
    app.add_url_rule("/", "index", lambda: "x")
    return app


def test_files_are_named_from_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    monkeypatch.chdir(tmp_path)
    assert str(root) in page_of(small())
    monkeypatch.chdir(root)
    page = page_of(make_app())
    assert str(root) not in page
    assert "tests/golden/app.py:" in page


def test_rules_that_did_not_run_are_listed_by_their_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "publicsuffixlist", None)
    assert "since publicsuffixlist is not installed" in page_of(small())


def test_origins_stand_for_the_policies() -> None:
    app = make_app()
    matrix = Matrix(app, state_of(app).policies(), frozenset())
    partner = "https://www.partner.example"
    expected = ["https://app.example.com", "https://cdn.example.com", partner, STRANGER, "null"]
    assert matrix.origins == expected


WWW = "https://www.example.com"
SUBDOMAINS = "https://*.example.com"
REGEX = r"https://.*\.example\.com"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("*", []),
        ([], []),
        (["https://b.example", A], [Sample(A, A)]),
        (SUBDOMAINS, [Sample(WWW, SUBDOMAINS)]),
        ("http://localhost:*", [Sample("http://localhost:8080", "http://localhost:*")]),
        (
            "https://*.example.com:*",
            [Sample("https://www.example.com:8080", "https://*.example.com:*")],
        ),
        (
            "chrome-extension://*",
            [Sample("chrome-extension://abcdefghijklmnop", "chrome-extension://*")],
        ),
        (REGEX, [Sample("https://1.example.com", REGEX)]),
        (
            r"^https?://(?:www\.)?example\.com$",
            [Sample(WWW, r"^https?://(?:www\.)?example\.com$")],
        ),
        (r"https://[a-z]{3}\.example\.com", []),
        (lambda origin: True, []),
        (
            [A, "https://*.b.example", REGEX],
            [
                Sample(A, A),
                Sample("https://www.b.example", "https://*.b.example"),
                Sample("https://1.example.com", REGEX),
            ],
        ),
    ],
)
def test_samples_of_what_is_allowed(given: Any, expected: list[Sample]) -> None:
    origins = parse_origins(given, Report(Source("app", "test")))
    assert samples_of(origins) == expected
    assert all(origins.match(sample.origin).kind for sample in expected)


def test_wildcards_have_a_column_beside_literals() -> None:
    app = Flask(__name__, static_folder=None)
    CORS(app, origins=[A, SUBDOMAINS], supports_credentials=True)
    app.add_url_rule("/", "root", lambda: "")
    page = page_of(app)
    data = data_of(page)
    assert data["origins"] == [A, WWW, STRANGER, "null"]
    assert (data["hasOwn"], data["routes"][0]["own"]) == (False, "")
    assert f'<wbr>*.example.com\n<br><span class="soft">asked as {WWW}</span>' in page


def test_an_origin_of_a_route_s_own_is_no_column_again() -> None:
    data = data_of(page_of(large(50)))
    assert data["hasOwn"]
    for route in data["routes"]:
        assert route["own"] not in data["origins"]
        assert route["named"] == ("" if route["own"] else "as shown")


def large(routes: int = 1000) -> Flask:
    app = Flask("large", static_folder=None)
    for number in range(0, routes, 25):
        blueprint = Blueprint(f"b{number}", __name__, url_prefix=f"/b{number}")
        CORS(blueprint, origins=f"https://tenant{number}.example")
        for index in range(25):
            view = cross_origin(f"https://view{number}-{index}.example")(lambda: "x")
            blueprint.add_url_rule(f"/r{index}", f"r{index}", view, methods=["GET", "PUT"])
        app.register_blueprint(blueprint)
    return app


def test_a_thousand_routes_of_as_many_policies_stay_under_2_mb() -> None:
    page = page_of(large())
    assert len(page.encode()) < 2_000_000
    data = data_of(page)
    assert len(data["routes"]) == len(data["policies"]) == 1000
    assert data["routes"][-1]["cells"][0] == "rrr"
    assert data["routes"][-1]["explanations"][0] == [-1, -1, -1]


# -- in a browser ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if chromium.EXECUTABLE is None:
        pytest.skip(chromium.HOW_TO_GET)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=chromium.EXECUTABLE, args=["--no-sandbox"]
        )
        yield launched
        launched.close()


def opened(browser: Browser, page: str, folder: Path, width: int = 1280) -> Page:
    (folder / "page.html").write_text(page, "utf-8")
    shown = browser.new_page(viewport={"width": width, "height": 800})
    shown.goto((folder / "page.html").as_uri())
    return shown


@pytest.mark.browser
def test_by_keyboard(browser: Browser, tmp_path: Path) -> None:
    page = opened(browser, golden_page(), tmp_path)
    page.locator("#filter").focus()
    page.keyboard.type("items")
    assert page.locator("#rows tr").count() == 2
    # Two rows of one route, whose methods have different policies.
    assert page.locator("#count").inner_text() == "1 of 5 routes"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText").endswith("readable")
    page.keyboard.press("Enter")
    assert page.locator("dialog").is_visible()
    assert page.locator("#explanation .verdict").inner_text().startswith("readable")
    page.locator("#method").select_option("1")
    assert "HEAD http://localhost:5000/api/items/1" in page.locator("#explanation").inner_text()
    page.keyboard.press("Escape")
    assert not page.locator("dialog").is_visible()
    assert page.evaluate("document.activeElement.className") == "cell readable"
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_scrolls_sideways(browser: Browser, tmp_path: Path, width: int) -> None:
    app = make_app()
    app.add_url_rule(f"/{'long' * 30}", "e" * 90, cross_origin("null")(lambda: "x"))
    page = opened(browser, page_of(app), tmp_path, width)
    size = "document.documentElement.scrollWidth"
    assert page.evaluate(size) == width
    page.get_by_role("button", name=re.compile("long.* from null")).first.click()
    assert page.evaluate(size) == width
    dialog = page.evaluate(
        "(d => [d.scrollWidth, d.clientWidth])(document.querySelector('dialog'))"
    )
    assert dialog[0] == dialog[1]
    page.close()


@pytest.mark.browser
def test_a_row_says_who_may_send_credentials_and_who_may_read(
    browser: Browser, tmp_path: Path
) -> None:
    app = Flask(__name__, static_folder=None)
    CORS(app, origins=[A, SUBDOMAINS], supports_credentials=True)
    app.add_url_rule("/one", "one", lambda: "")
    app.add_url_rule("/two", "two", cross_origin("*", supports_credentials=False)(lambda: ""))
    page = opened(browser, page_of(app), tmp_path, 400)
    first, second = page.locator("#rows tr").all()
    assert f"origins: {A}, {SUBDOMAINS}" in first.inner_text()
    assert first.locator(".tag").all_inner_texts() == ["credentials"]
    assert second.locator(".tag").count() == 0
    page.locator("#filter").fill("credentials")
    assert page.locator("#count").inner_text() == "1 of 2 routes"
    first.get_by_role("button").first.click()
    close = page.locator("#close").bounding_box()
    assert close is not None
    assert close["height"] < 50  # one line of text
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, tmp_path: Path, scheme: Any, width: int) -> None:
    app = make_app()
    app.config["CORS_CHECK_IGNORE"] = {}
    page = opened(browser, page_of(app), tmp_path, width)
    page.emulate_media(color_scheme=scheme)
    assert axe.violations(page) == []
    page.locator("#rows .blocked").first.click()
    assert axe.violations(page) == []
    page.close()


@pytest.mark.browser
def test_axe_finds_what_is_wrong(browser: Browser, tmp_path: Path) -> None:
    page = opened(browser, golden_page(), tmp_path)
    page.add_style_tag(content=".soft { color: #ccc !important }")
    page.locator("#filter").evaluate("input => input.labels[0].remove()")
    assert {item.partition(":")[0] for item in axe.violations(page)} == {"color-contrast", "label"}
    page.close()


def test_the_command_that_explains_finds_the_app() -> None:
    app = Flask(__name__)
    assert f'"command": "flask --app {__name__} cors explain"' in page_of(app)


@pytest.mark.browser
def test_many_routes_are_shown_page_by_page(browser: Browser, tmp_path: Path) -> None:
    page = opened(browser, page_of(large(150)), tmp_path)
    assert page.locator("#rows tr").count() == 100
    page.locator("#more").click()
    assert page.locator("#rows tr").count() == 150
    assert not page.locator("#more").is_visible()
    assert page.evaluate("document.activeElement.innerText").startswith("GET, HEAD, PUT /b100/r0")
    page.locator("#rows tr").last.get_by_role("button").last.click()
    command = "flask cors explain GET /b125/r24 --origin null"
    assert command in page.locator("#explanation").inner_text()
    page.close()
