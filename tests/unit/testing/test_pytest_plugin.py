"""The plugin for pytest, in a pytest of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[3]

SUITE = """
import pytest
from flask import Flask
from flask_cors import CORS
from flask_cors.testing import CHROMIUM, Browser, Reply

@pytest.fixture
def app():
    app = Flask(__name__)
    app.testing = True
    CORS(app, origins=["https://app.example"])
    app.add_url_rule("/", view_func=lambda: "hello")
    return app

def test_the_page_reads(browser):
    assert browser.fetch("/").text == "hello"
    assert browser.origin == "https://app.example"

def test_the_name_that_is_free_for_sure(cors_browser, browser):
    assert cors_browser is browser

@pytest.mark.browser_options(origin="https://evil.example", traits=CHROMIUM)
def test_a_marker(browser):
    assert (browser.origin, browser.traits) == ("https://evil.example", CHROMIUM)

@pytest.mark.browser_options(transport=lambda request: Reply(502, ()), base_url="https://api.example")
def test_a_transport(browser):
    assert browser.at("https://api.example").fetch("/").status == 502

def test_fails_blocked(browser):
    browser.at("https://evil.example").fetch("/")

def test_fails_otherwise(browser):
    browser.fetch("/")
    assert 0

def test_fails_with_a_browser_of_its_own(app):
    page = Browser(app, origin="https://other.example")
    page.fetch("/", mode="no-cors")
    assert 0

def test_fails_without_one():
    assert 0

class TestOptions:
    @pytest.fixture
    def browser_options(self):
        return {"path": "/here"}

    def test_overridden(self, browser):
        browser.at("http://localhost")
        assert browser._page.url == "https://app.example/here"
"""


def run(folder: Path, text: str) -> str:
    """Run *text* as a test suite and return what pytest prints."""
    (folder / "test_suite.py").write_text(text)
    options = ["-p", "pytest_flask_cors", "-p", "no:cacheprovider", "--strict-markers"]
    result = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "-W", "error", "test_suite.py"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=False,
    )
    return result.stdout + result.stderr


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> str:
    return run(tmp_path_factory.mktemp("suite"), SUITE)


def sections(output: str, test: str) -> str:
    """Return what is printed of the failure of *test*."""
    return output.partition(f"_ {test} _")[2].partition("\n____")[0]


def test_the_fixture_works(output: str) -> None:
    assert "4 failed, 5 passed" in output


def test_a_refusal_names_the_header(output: str) -> None:
    failure = sections(output, "test_fails_blocked")
    assert "why the page got nothing" in failure
    assert "has been blocked by CORS policy" in failure
    assert "the response has no Access-Control-Allow-Origin" in failure
    assert "needed: Access-Control-Allow-Origin: https://evil.example" in failure


@pytest.mark.parametrize(
    "test", ["test_fails_blocked", "test_fails_otherwise", "test_fails_with_a_browser_of_its_own"]
)
def test_the_exchange_is_shown(output: str, test: str) -> None:
    failure = sections(output, test)
    assert failure.count("what the browser did") == 1
    assert "-> GET http://localhost/" in failure


def test_nothing_is_shown_of_other_tests(output: str) -> None:
    assert "what the browser did" not in sections(output, "test_fails_without_one")


def test_the_name_is_left_to_others(tmp_path: Path) -> None:
    (tmp_path / "other.py").write_text(
        "import pytest\n@pytest.fixture\ndef browser():\n    return 'a real one'\n"
    )
    (tmp_path / "conftest.py").write_text(
        "import other\ndef pytest_addoption(parser, pluginmanager):\n"
        "    pluginmanager.register(other, 'playwright')\n"
    )
    output = run(tmp_path, "def test_it(browser):\n    assert browser == 'a real one'\n")
    assert "1 passed" in output
