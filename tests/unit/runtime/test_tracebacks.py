"""Tracebacks in debug mode: who may read one, and what everybody else gets."""

from __future__ import annotations

import logging
import re
from typing import Any

import pytest
from flask import Flask, Request, Response, request

from flask_cors.errors import Report, Source
from flask_cors.options.reader import read_options
from flask_cors.options.schema import DEFAULTS
from flask_cors.policy.decide import Decision, decide
from flask_cors.policy.policy import Policy
from flask_cors.runtime.tracebacks import response_for

ME = "https://me.example"


def decision(origin: str | None = ME, **options: Any) -> Decision:
    report = Report(Source("app", "CORS(app)"))
    settings = read_options({"origins": [ME], **options}, "app", report)
    report.raise_if_any()
    return decide(Policy.of({**DEFAULTS, **settings}), origin)


def response_to(
    found: Decision | None, *, debug: bool = True, testing: bool = False, **options: Any
) -> Response | None:
    app = Flask("sample")
    app.debug, app.testing = debug, testing
    with app.test_request_context("/x", **options):
        current: Request = request._get_current_object()  # type: ignore[attr-defined]
        try:
            raise LookupError("no database \udcff")
        except LookupError as error:
            return response_for(app, current, found, error)


@pytest.mark.rule("5.traceback")
@pytest.mark.parametrize("origins", [ME, ["https://*.example.com"]])
def test_an_origin_that_is_named_reads_the_traceback(
    origins: Any, caplog: pytest.LogCaptureFixture
) -> None:
    origin = ME if origins == ME else "https://a.example.com"
    response = response_to(decision(origin, origins=origins))
    assert response is not None
    text = response.get_data(as_text=True)
    assert response.status_code == 500
    assert response.content_type == "text/plain; charset=utf-8"
    assert "LookupError: no database" in text
    assert "test_tracebacks.py" in text
    (record,) = caplog.records
    assert record.levelname == "ERROR"
    assert record.exc_info is not None


@pytest.mark.rule("5.traceback-wildcard")
@pytest.mark.parametrize("origins", ["*", [ME, "*"]])
def test_where_any_origin_is_allowed_the_page_gets_a_plain_500(origins: Any) -> None:
    response = response_to(decision("https://you.example", origins=origins))
    assert response is not None
    assert response.status_code == 500
    assert response.get_data(as_text=True).startswith("Internal Server Error\n")
    assert "Traceback" not in response.get_data(as_text=True)


@pytest.mark.rule("5.exception-leaves")
@pytest.mark.parametrize(
    ("found", "options"),
    [
        (decision(), {"debug": False}),
        (decision(), {"testing": True}),
        (decision(intercept_exceptions=False), {}),
        (decision("https://evil.example"), {}),
        (decision(origins=[re.compile(r"https://\w\w\.example")]), {}),
        (decision(origins=[lambda origin: True]), {}),
        (decision("null", origins=["null"]), {}),
    ],
    ids=["no debug", "testing", "off", "denied", "regex", "callable", "null"],
)
def test_for_others_the_exception_leaves_the_app_and_a_line_says_why(
    found: Decision, options: dict[str, bool], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "flask_cors")
    assert response_to(found, **options) is None
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert "the browser will report a CORS error" in record.getMessage()


@pytest.mark.rule("5.exception-leaves", "9.same-origin")
@pytest.mark.parametrize("found", [None, decision(None), decision("http://localhost")])
def test_what_is_no_cross_origin_request_is_left_to_flask(
    found: Decision | None, caplog: pytest.LogCaptureFixture
) -> None:
    assert response_to(found) is None
    assert caplog.records == []


def test_the_response_is_of_the_apps_class() -> None:
    class Own(Response):
        pass

    app = Flask("sample")
    app.debug, app.response_class = True, Own
    with app.test_request_context("/"):
        current: Request = request._get_current_object()  # type: ignore[attr-defined]
        assert isinstance(response_for(app, current, decision(), LookupError("x")), Own)
