"""Hooks and error handlers, failing ones too: the headers are there, and all is done once."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import Any

import pytest
from flask import (
    Flask,
    Response,
    abort,
    after_this_request,
    current_app,
    g,
    request,
    request_finished,
    request_started,
)

from flask_cors import CORS, CorsWarning
from tests.integration.exchange import ALL_METHODS, ME, VARY, YOU, acao, ask, lines, preflight

ANSWER = [ALL_METHODS, acao()]


def make_app(**options: Any) -> Flask:
    app = Flask("sample")
    CORS(app, **{"origins": ME, **options})
    app.add_url_rule("/", "index", lambda: "seen")
    app.add_url_rule("/crash", "crash", crash)
    return app


def crash(*_: object) -> Any:
    raise LookupError("no database")


def denials(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [
        record.getMessage()
        for record in caplog.records
        if record.name == "flask_cors" and record.getMessage().startswith("CORS denied")
    ]


# -- headers are the last thing that is written ----------------------------------------


@pytest.mark.rule("compat.33")
@pytest.mark.rule("5.one-place")
def test_hooks_set_up_before_and_after_see_a_response_without_headers() -> None:
    app = Flask("sample")
    seen: list[list[str]] = []

    def look(response: Response) -> Response:
        seen.append([name for name, _ in response.headers if "Access-Control" in name])
        return response

    def index() -> str:
        after_this_request(look)
        return ""

    app.after_request(look)
    CORS(app, origins=ME)
    app.after_request(look)
    app.add_url_rule("/", view_func=index)
    assert lines(ask(app)) == [acao()]
    assert seen == [[], [], []]


@pytest.mark.rule("5.one-place", "10.late-headers")
def test_receivers_of_request_finished_ask_for_the_headers_that_are_sent() -> None:
    app = make_app()
    seen: list[tuple[str | None, str | None]] = []

    def look(sender: Flask, response: Response) -> None:
        sent = response.get_wsgi_headers(request.environ)
        name = "Access-Control-Allow-Origin"
        seen.append((response.headers.get(name), sent.get(name)))

    with request_finished.connected_to(look, app):
        ask(app)
        preflight(app)
    assert seen == [(None, ME), (None, ME)]


@pytest.mark.rule("5.one-place")
def test_a_hook_that_returns_another_response() -> None:
    app = make_app()
    app.after_request(lambda response: Response("other", 202, headers={"X-Other": "1"}))
    response = ask(app)
    assert (response.status_code, lines(response)) == (202, [acao(), ("X-Other", "1")])


@pytest.mark.rule("5.actual")
@pytest.mark.parametrize("answer", [("no", 401), ("slow", 429)])
def test_a_before_request_function_that_answers(answer: tuple[str, int]) -> None:
    app = make_app()
    app.before_request(lambda: answer)
    response = ask(app)
    assert (response.status_code, lines(response)) == (answer[1], [acao()])


@pytest.mark.rule("5.actual")
def test_a_before_request_function_that_fails() -> None:
    app = make_app()
    app.before_request(crash)
    response = ask(app)
    assert (response.status_code, lines(response)) == (500, [acao()])


@pytest.mark.rule("5.actual")
def test_a_url_preprocessor_that_fails() -> None:
    app = make_app()
    app.url_value_preprocessor(crash)
    response = ask(app)
    assert (response.status_code, lines(response)) == (500, [acao()])


# -- what fails -------------------------------------------------------------------------


@pytest.mark.rule("5.actual", "9.denial")
@pytest.mark.parametrize("path", ["/", "/crash", "/nothing"])
@pytest.mark.parametrize(("origin", "expected"), [(ME, [acao()]), (YOU, [VARY])])
def test_a_failing_after_request_function(
    path: str, origin: str, expected: list[tuple[str, str]], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "flask_cors")
    app = make_app()
    app.after_request(crash)
    response = ask(app, path, origin)
    assert (response.status_code, lines(response)) == (500, expected)
    assert len(denials(caplog)) == (origin == YOU)


@pytest.mark.rule("9.denial")
def test_a_failing_after_request_function_on_a_preflight(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "flask_cors")
    app = make_app()
    app.after_request(crash)
    response = preflight(app)
    assert (response.status_code, lines(response)) == (200, ANSWER)
    response = preflight(app, origin=YOU)
    assert (response.status_code, lines(response)) == (200, [VARY])
    assert len(denials(caplog)) == 1


@pytest.mark.rule("9.denial")
def test_an_after_request_function_that_fails_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "flask_cors")
    app = make_app()

    @app.after_request
    def once(response: Response) -> Response:
        if response.status_code == 200:
            raise LookupError("no database")
        return response

    app.register_error_handler(500, lambda error: ("sorry", 500))
    response = ask(app, origin=YOU)
    assert (response.data, lines(response)) == (b"sorry", [VARY])
    assert len(denials(caplog)) == 1


@pytest.mark.rule("5.actual")
def test_an_error_handler_that_fails() -> None:
    app = make_app()
    app.register_error_handler(404, crash)
    response = ask(app, "/nothing")
    assert (response.status_code, lines(response)) == (500, [acao()])


@pytest.mark.rule("5.exception-leaves")
def test_the_handler_of_500_fails() -> None:
    app = make_app()
    app.register_error_handler(500, crash)
    with pytest.raises(LookupError, match="no database"):
        ask(app, "/crash")


@pytest.mark.rule("5.actual")
def test_an_error_handler_that_aborts() -> None:
    app = make_app()
    app.register_error_handler(LookupError, lambda error: abort(503))
    response = ask(app, "/crash")
    assert (response.status_code, lines(response)) == (500, [acao()])


@pytest.mark.rule("5.actual")
def test_an_unhandled_500_runs_its_handler_and_has_headers() -> None:
    app = make_app()
    app.register_error_handler(500, lambda error: (f"{error.original_exception!r}", 500))
    response = ask(app, "/crash")
    assert response.text == "LookupError('no database')"
    assert lines(response) == [acao()]


@pytest.mark.rule("5.actual")
def test_a_view_that_returns_nothing() -> None:
    app = make_app()
    nothing: Any = lambda: None  # noqa: E731
    app.add_url_rule("/none", "none", nothing)
    response = ask(app, "/none")
    assert (response.status_code, lines(response)) == (500, [acao()])


@pytest.mark.rule("5.actual")
def test_a_failing_receiver_of_request_started() -> None:
    app = make_app()
    with request_started.connected_to(crash, app):
        response = ask(app)
    assert (response.status_code, lines(response)) == (500, [acao()])


@pytest.mark.rule("5.actual")
def test_trapped_http_exceptions() -> None:
    app = make_app()
    app.config["TRAP_HTTP_EXCEPTIONS"] = True
    response = ask(app, "/nothing")
    assert (response.status_code, lines(response)) == (500, [acao()])


# -- callables --------------------------------------------------------------------------


def counting(answer: object) -> tuple[Callable[[str], Any], list[str]]:
    seen: list[str] = []

    def allows(origin: str) -> Any:
        seen.append(f"{current_app.name} {request.method} {request.path} {origin}")
        return answer

    return allows, seen


@pytest.mark.parametrize("asynchronous", [True, False])
@pytest.mark.parametrize("answer", [True, False])
def test_a_callable_is_asked_once_a_request(asynchronous: bool, answer: bool) -> None:
    asked, seen = counting(answer)
    allows: Callable[[str], Any] = asked
    if asynchronous:

        async def allows(origin: str) -> Any:
            return asked(origin)

    app = make_app(origins=allows)
    expected = [acao(), VARY] if answer else [VARY]
    assert lines(ask(app)) == expected
    assert lines(preflight(app)) == ([ALL_METHODS, *expected] if answer else expected)
    assert lines(ask(app, "/crash")) == expected
    app.after_request_funcs[None] = [crash]
    assert lines(ask(app)) == expected
    requests = ("GET /", "OPTIONS /", "GET /crash", "GET /")
    assert seen == [f"sample {line} {ME}" for line in requests]


def test_a_callable_is_not_asked_without_need() -> None:
    asked, seen = counting(True)
    app = make_app(origins=[ME, "https://*.example.com", asked])
    ask(app)
    ask(app, origin="https://a.example.com")
    ask(app, origin="null")
    ask(app, origin=None)
    ask(app, origin="x" * 513)
    ask(app, origin="\xe9")
    assert seen == []


@pytest.mark.rule("7.callable-cache")
def test_answers_are_never_kept() -> None:
    answers = iter([True, False, True])
    app = make_app(origins=lambda origin: next(answers))
    found = [lines(ask(app)) for _ in range(3)]
    assert found == [[acao(), VARY], [VARY], [acao(), VARY]]


@pytest.mark.rule("7.callable-denies")
@pytest.mark.parametrize("answer", [None, 1, 0, "yes", [], object()])
@pytest.mark.parametrize("asynchronous", [True, False])
def test_anything_but_a_bool_denies_and_is_logged(
    answer: object, asynchronous: bool, caplog: pytest.LogCaptureFixture
) -> None:
    def allows(origin: str) -> Any:
        return answer

    async def allows_later(origin: str) -> Any:
        return answer

    never, seen = counting(True)
    app = make_app(origins=[allows_later if asynchronous else allows, never])
    assert lines(ask(app)) == [VARY]
    assert lines(preflight(app)) == [VARY]
    assert seen == []
    errors = [record for record in caplog.records if record.levelname == "ERROR"]
    assert [record.name for record in errors] == ["flask_cors"] * 2
    assert "not True or False" in caplog.text


@pytest.mark.rule("7.callable-denies")
@pytest.mark.parametrize("origin_header", [{}, {"Sec-Fetch-Site": "same-origin"}])
def test_a_callable_that_fails_denies_and_is_logged_once(
    origin_header: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    app = make_app(origins=crash)
    app.after_request(crash)
    response = ask(app, headers=origin_header)
    assert (response.status_code, lines(response)) == (500, [VARY])
    records = [record for record in caplog.records if record.name == "flask_cors"]
    assert [record.getMessage() for record in records] == ["CORS: the callable crash() failed"]
    assert records[0].exc_info is not None
    assert records[0].exc_info[0] is LookupError


def test_a_callable_that_fails_where_the_app_writes_acao_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = make_app(origins=crash)
    app.add_url_rule("/own", "own", lambda: ("", {"Access-Control-Allow-Origin": "*"}))
    assert lines(ask(app, "/own")) == [acao("*")]
    assert caplog.messages == ["CORS: the callable crash() failed"]


def test_g_is_filled_on_an_actual_request() -> None:
    app = make_app(origins=lambda origin: bool(g.get("allowed", False)))
    app.before_request(lambda: setattr(g, "allowed", True))
    assert lines(ask(app)) == [acao(), VARY]
    assert lines(preflight(app)) == [VARY]


# -- a configuration that cannot be compiled --------------------------------------------


def broken_app() -> Flask:
    app = make_app()
    app.config["CORS_MAX_AGE"] = "one hour"
    app.add_url_rule("/view", "view", lambda: pytest.fail("a view ran"))
    return app


@pytest.mark.rule("8.kept")
def test_no_view_runs_and_every_request_fails() -> None:
    app = broken_app()
    for _ in range(2):
        response = ask(app, "/view")
        assert (response.status_code, lines(response)) == (500, [])
        response = preflight(app, "/view")
        assert (response.status_code, lines(response)) == (500, [])


def test_an_async_callable_needs_what_flask_needs_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "asgiref.sync", None)

    async def allows(origin: str) -> bool:
        return True

    app = make_app(origins=[allows, "https://literal.example"], resources="/")
    app.testing = True
    with pytest.warns(CorsWarning, match="async.*[Ii]nstall flask"):
        response = ask(app)
    assert "Access-Control-Allow-Origin" not in response.headers


def test_an_async_callable_that_is_met_late_denies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "asgiref.sync", None)

    async def allows(origin: str) -> bool:
        return True

    app = make_app(origins=allows, resources="/none/*")
    response = ask(app, "/none/x")
    assert (response.status_code, lines(response)) == (404, [("Vary", "Origin")])


def test_an_override_that_never_calls_the_library_meets_the_error_too() -> None:
    app = broken_app()
    app.preprocess_request = lambda *args: ("no", 401)  # type: ignore[method-assign]
    for _ in range(2):
        response = ask(app, "/view")
        assert (response.status_code, lines(response)) == (500, [])
