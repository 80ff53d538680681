"""Denials: one log line and one signal a request, and what is none."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from flask import Flask, Request, Response, request

from flask_cors.errors import Report, Source
from flask_cors.options.reader import read_options
from flask_cors.options.schema import DEFAULTS
from flask_cors.policy.decide import Decision, decide
from flask_cors.policy.policy import Policy
from flask_cors.runtime import denials
from flask_cors.runtime.denials import is_same_origin, report_failed_callable
from flask_cors.runtime.notes import NOTES
from flask_cors.signals import cors_denied

ME = "https://me.example"
EVIL = "https://evil.example"


def decision(origin: str | None = EVIL, **options: Any) -> Decision:
    report = Report(Source("app", "CORS(app)", "app.py", 7))
    settings = read_options({"origins": [ME], **options}, "app", report)
    report.raise_if_any()
    return decide(Policy.of({**DEFAULTS, **settings}), origin)


def report(
    found: Decision,
    *responses: Response,
    app: Flask | None = None,
    headers: dict[str, str] | None = None,
    path: str = "/",
) -> None:
    app = app or Flask("sample")
    with app.test_request_context(path, headers=headers):
        current: Request = request._get_current_object()  # type: ignore[attr-defined]
        for response in responses or (Response(),):
            denials.report(app, current, found, response)


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "flask_cors")
    return caplog


@pytest.mark.rule("9.denial")
def test_a_denial_is_one_line_a_request(logged: pytest.LogCaptureFixture) -> None:
    report(decision(), Response(), Response())
    assert [(record.levelname, record.getMessage()) for record in logged.records] == [
        (
            "INFO",
            "CORS denied: 'GET' '/': the origin 'https://evil.example' is not among the allowed "
            "ones (CORS(app) at app.py:7)",
        )
    ]


@pytest.mark.rule("9.denial")
def test_in_debug_mode_a_denial_is_a_warning(logged: pytest.LogCaptureFixture) -> None:
    app = Flask("sample")
    app.debug = True
    report(decision(), app=app)
    assert [record.levelname for record in logged.records] == ["WARNING"]


@pytest.mark.rule("9.repr")
def test_text_of_the_client_is_logged_as_its_repr(logged: pytest.LogCaptureFixture) -> None:
    report(decision("https://x.example\n\x1b[31m"), path="/%0Aforged%1B%E2%80%AE")
    (record,) = logged.records
    assert "\n" not in record.getMessage()
    assert record.getMessage().isascii()
    assert "'/\\nforged\\x1b\\u202e'" in record.getMessage()


@pytest.mark.rule("9.same-origin")
def test_a_request_of_the_pages_own_origin_is_no_denial(
    logged: pytest.LogCaptureFixture,
) -> None:
    heard: list[Decision] = []
    with cors_denied.connected_to(lambda app, decision: heard.append(decision)):
        report(decision("http://localhost"))
        report(decision(), headers={"Sec-Fetch-Site": "same-origin"})
    assert (heard, logged.records) == ([], [])


@pytest.mark.rule("6.own-acao")
def test_an_answer_of_the_app_is_no_denial(logged: pytest.LogCaptureFixture) -> None:
    report(decision(), Response(headers={"Access-Control-Allow-Origin": EVIL}))
    assert logged.records == []


@pytest.mark.rule("9.signal")
def test_the_signal_is_sent_once_with_the_app_and_the_decision() -> None:
    app, found = Flask("sample"), decision()
    heard: list[Any] = []

    def hear(sender: Flask, **arguments: Any) -> None:
        heard.append((sender, arguments))

    with cors_denied.connected_to(hear, app):
        report(found, Response(), Response(), app=app)
        report(found)
    assert heard == [(app, {"decision": found})]


@pytest.mark.rule("9.signal-free")
def test_where_nobody_listens_nothing_is_noted(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR, "flask_cors")
    app = Flask("sample")
    with app.test_request_context("/"):
        current: Request = request._get_current_object()  # type: ignore[attr-defined]
        denials.report(app, current, decision(), Response())
        assert NOTES not in current.environ


def test_a_receiver_that_fails_does_not_log_twice(logged: pytest.LogCaptureFixture) -> None:
    def fail(sender: Flask, **_: Any) -> None:
        raise LookupError

    app = Flask("sample")
    with app.test_request_context("/"), cors_denied.connected_to(fail, app):
        current: Request = request._get_current_object()  # type: ignore[attr-defined]
        with pytest.raises(LookupError):
            denials.report(app, current, decision(), Response())
        denials.report(app, current, decision(), Response())
    assert len(logged.records) == 1


# -- callables -----------------------------------------------------------------------------


@pytest.mark.rule("7.callable-denies")
def test_a_callable_that_fails_is_logged_with_its_traceback(
    logged: pytest.LogCaptureFixture,
) -> None:
    def fail(origin: str) -> bool:
        raise LookupError("no database")

    report_failed_callable(decision(origins=[fail]))
    (record,) = logged.records
    assert record.levelname == "ERROR"
    assert "fail" in record.getMessage()
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], LookupError)


def test_callables_that_answer_are_not_logged(logged: pytest.LogCaptureFixture) -> None:
    report_failed_callable(decision(origins=[lambda origin: False]))
    report_failed_callable(decision())
    assert logged.records == []


# -- same origin ---------------------------------------------------------------------------


def same(origin: str | None, base_url: str = "http://localhost", site: str | None = None) -> bool:
    headers = {} if site is None else {"Sec-Fetch-Site": site}
    with Flask("sample").test_request_context("/", base_url, headers=headers):
        current: Request = request._get_current_object()  # type: ignore[attr-defined]
        return is_same_origin(current, origin)


@pytest.mark.rule("9.same-origin", "5.same-origin")
@pytest.mark.parametrize(
    ("origin", "base_url", "expected"),
    [
        ("http://localhost", "http://localhost", True),
        ("https://localhost", "http://localhost", False),
        ("http://localhost:81", "http://localhost", False),
        ("http://localhost:81", "http://localhost:81", True),
        ("https://a.example", "https://A.example:443", True),
        ("null", "http://localhost", False),
        (None, "http://localhost", False),
    ],
)
def test_scheme_host_and_port_make_the_origin(
    origin: str | None, base_url: str, expected: bool
) -> None:
    assert same(origin, base_url) is expected


@pytest.mark.rule("5.same-origin")
@pytest.mark.parametrize(
    ("site", "expected"), [("same-origin", True), ("same-site", False), ("cross-site", False)]
)
def test_what_the_browser_says_of_the_site(site: str, expected: bool) -> None:
    assert same(EVIL, site=site) is expected


def test_a_host_that_flask_does_not_trust_is_compared_too() -> None:
    app = Flask("sample")
    with app.test_request_context("/", "http://evil.example"):
        current: Request = request._get_current_object()  # type: ignore[attr-defined]
        current.trusted_hosts = ["good.example"]
        assert is_same_origin(current, "http://evil.example")
