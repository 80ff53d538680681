"""The tools show a refusal by ``enforce`` as what it is: the server refused, no view ran."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from flask_cors import CORS, cors_exempt, cross_origin
from flask_cors.runtime.hooks import state_of
from flask_cors.testing import Browser
from flask_cors.tools.report import render

from .asking import OTHER, SITE, page

HERE = "http://localhost:5000"
FORM = {"Content-Type": "text/plain"}
REFUSED = "Refused by the server with 403, the view did not run."


def shop(**options: Any) -> Flask:
    app = Flask(__name__)
    app.add_url_rule("/pay", "pay", page(), methods=["GET", "POST", "PUT"])
    app.add_url_rule("/hook", "hook", cors_exempt(page()), methods=["POST"])
    CORS(app, **options)
    return app


def explain(app: Flask, method: str, path: str = "/pay", origin: str | None = OTHER) -> Any:
    headers = FORM if method == "POST" else {}
    return app.extensions["cors"].explain(method, path, origin, headers=headers)


@pytest.mark.rule("5.refused")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_explain_shows_a_refusal(method: str) -> None:
    told = explain(shop(origins=[SITE], enforce=True), method)
    assert (told.verdict, told.problem, told.allowed) == ("refused", "refused", False)
    assert told.message.startswith(
        f"{REFUSED} A page of '{OTHER}' may not send this {method} request to this server."
    )
    (exchange,) = told.exchanges
    assert (exchange.status, exchange.answered_by) == (403, "flask_cors")
    assert exchange.answer == "403, from Flask-CORS"
    step = exchange.steps[-1]
    assert (step.code, step.option, step.ok) == ("refused", "enforce", False)
    assert "the server refuses the request with 403, and the view does not run" in step.text
    assert str(told).splitlines()[1].startswith(f"refused: {REFUSED[:20]}")
    assert told.to_dict()["verdict"] == "refused"


def test_explain_proposes_what_lets_the_page_in() -> None:
    told = explain(shop(origins=[SITE], enforce=True), "POST")
    assert told.advice.startswith(f"If you trust pages of {OTHER}: in CORS(app) at ")
    assert told.advice.endswith(f"add '{OTHER}' to origins.")
    told = explain(shop(origins=[OTHER], methods=["GET"], enforce=True), "POST")
    assert told.verdict == "refused"
    assert told.exchanges[-1].steps[-1].values == ("POST",)
    assert told.advice.startswith("In CORS(app) at ")
    assert "POST" in told.advice
    assert "methods" in told.advice


@pytest.mark.parametrize(
    ("method", "path", "origin", "verdict"),
    [
        ("POST", "/pay", SITE, "readable"),
        ("GET", "/pay", SITE, "readable"),
        ("POST", "/pay", HERE, "same-origin"),
        ("POST", "/pay", None, "no-origin"),
        # The browser asks first, and sends nothing then.
        ("PUT", "/pay", OTHER, "blocked"),
        ("POST", "/hook", OTHER, "blocked"),
        ("POST", "/nowhere", OTHER, "blocked"),
        ("DELETE", "/pay", OTHER, "blocked"),
    ],
)
def test_explain_shows_nothing_else_as_a_refusal(
    method: str, path: str, origin: str | None, verdict: str
) -> None:
    assert explain(shop(origins=[SITE], enforce=True), method, path, origin).verdict == verdict


def test_explain_where_the_config_alone_governs() -> None:
    app = shop(resources={"/other": {}})
    app.config["CORS_ENFORCE"] = True
    told = explain(app, "POST")
    assert (told.verdict, told.off, told.covered) == ("refused", "nowhere", False)
    assert told.exchanges[-1].steps[-1].code == "refused"
    assert explain(app, "POST", "/hook").verdict == "blocked"


def test_explain_agrees_with_the_browser_model() -> None:
    app = shop(origins=[SITE], enforce=True)
    browser = Browser(app, origin=OTHER, base_url=HERE)
    with pytest.raises(Exception, match="blocked by CORS policy"):
        browser.fetch("/pay", method="POST", headers=FORM, data="x")
    assert browser.exchanges[-1].is_refusal


def test_the_report_shows_a_refusal() -> None:
    app = shop(origins=[SITE], enforce=True)
    app.add_url_rule("/open", "open", cross_origin(enforce=False, origins=SITE)(page()))
    html = render(app, state_of(app))
    assert '"refused"' in html
