"""``intercept_exceptions``: who may read a traceback, and what leaves the app as in Flask."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask, Response, got_request_exception

from flask_cors import CORS, cross_origin
from tests.integration.exchange import ALL_METHODS, ME, VARY, acao, ask, lines, preflight

LEAVES = (
    "An unhandled exception is passed to the WSGI server, so the response has no CORS "
    f"headers: the browser will report a CORS error to '{ME}', and hide the 500"
)


def crash(*_: object) -> Any:
    raise LookupError("no database")


def make_app(**options: Any) -> Flask:
    app = Flask("sample")
    app.debug = True
    CORS(app, **{"origins": [ME], **options})
    app.add_url_rule("/", "index", crash)
    return app


def records(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [
        (record.levelname, record.getMessage())
        for record in caplog.records
        if record.name == "flask_cors"
    ]


@pytest.mark.rule("5.traceback")
@pytest.mark.parametrize("origins", [ME, [ME, "https://else.example"], "https://*.example", None])
def test_a_named_origin_reads_the_traceback(origins: Any, caplog: pytest.LogCaptureFixture) -> None:
    origin = ME
    if origins == "https://*.example":
        origins, origin = "https://*.me.example", "https://a.me.example"
    app = make_app(origins=origins or ["http://localhost:*", ME])
    response = ask(app, origin=origin)
    assert response.status_code == 500
    assert response.content_type == "text/plain; charset=utf-8"
    assert response.text.startswith("Traceback (most recent call last):\n")
    assert response.text.endswith("LookupError: no database\n")
    assert lines(response)[0] == acao(origin)
    assert records(caplog) == [("ERROR", f"Exception on '/', shown to {origin!r}")]
    assert caplog.records[-1].exc_info is not None


@pytest.mark.rule("5.exception-leaves")
@pytest.mark.parametrize(
    ("options", "origin"),
    [
        ({"origins": re.compile("https://.*")}, ME),
        ({"origins": lambda origin: True}, ME),
        ({"origins": "https://other.example"}, ME),
        ({"intercept_exceptions": False}, ME),
    ],
)
def test_nobody_else_does(
    options: dict[str, Any], origin: str, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(LookupError, match="no database"):
        ask(make_app(**options), origin=origin)
    assert records(caplog) == [("WARNING", LEAVES)]


@pytest.mark.rule("5.traceback-wildcard")
@pytest.mark.parametrize("origins", ["*", ["*", ME]])
def test_any_site_gets_a_plain_500(origins: Any, caplog: pytest.LogCaptureFixture) -> None:
    response = ask(make_app(origins=origins))
    assert (response.status_code, lines(response)) == (500, [acao(), VARY])
    assert response.content_type == "text/plain; charset=utf-8"
    assert "database" not in response.text
    assert records(caplog) == [
        ("ERROR", "Exception on '/', a plain 500 is sent to 'https://me.example'")
    ]


@pytest.mark.rule("5.exception-leaves")
def test_null_is_any_site(caplog: pytest.LogCaptureFixture) -> None:
    for origin in ("null", "NULL"):
        with pytest.raises(LookupError, match="no database"):
            ask(make_app(origins=["null", ME]), origin=origin)
    assert [level for level, _ in records(caplog)] == ["WARNING", "WARNING"]


@pytest.mark.rule("5.exception-leaves", "9.same-origin")
@pytest.mark.parametrize("origin", [None, "", "http://localhost"])
def test_no_origin_or_the_same_is_nobodys_affair(
    origin: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(LookupError, match="no database"):
        ask(make_app(origins=[ME, "http://localhost"]), origin=origin)
    assert records(caplog) == []


@pytest.mark.rule("5.exception-leaves")
def test_a_page_of_the_same_origin_by_fetch_metadata(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(LookupError, match="no database"):
        ask(make_app(), headers={"Sec-Fetch-Site": "same-origin"})
    assert records(caplog) == []


@pytest.mark.rule("5.exception-leaves")
def test_where_cors_is_off(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(LookupError, match="no database"):
        ask(make_app(resources="/api/*"))
    assert records(caplog) == []


@pytest.mark.rule("5.exception-leaves")
def test_testing_lets_it_leave(caplog: pytest.LogCaptureFixture) -> None:
    app = make_app()
    app.testing = True
    with pytest.raises(LookupError, match="no database"):
        ask(app)
    assert records(caplog) == [("WARNING", LEAVES)]


@pytest.mark.rule("5.exception-leaves")
def test_outside_debug_nothing_is_shown(caplog: pytest.LogCaptureFixture) -> None:
    app = make_app()
    app.debug = False
    response = ask(app)
    assert (response.status_code, lines(response)) == (500, [acao()])
    assert "LookupError" not in response.text
    assert records(caplog) == []


@pytest.mark.rule("5.exception-leaves")
def test_propagated_outside_debug(caplog: pytest.LogCaptureFixture) -> None:
    app = make_app()
    app.debug = False
    app.config["PROPAGATE_EXCEPTIONS"] = True
    with pytest.raises(LookupError, match="no database"):
        ask(app)
    assert records(caplog) == [("WARNING", LEAVES)]


@pytest.mark.rule("5.exception-leaves")
def test_not_propagated_in_debug(caplog: pytest.LogCaptureFixture) -> None:
    app = make_app()
    app.config["PROPAGATE_EXCEPTIONS"] = False
    response = ask(app)
    assert (response.status_code, lines(response)) == (500, [acao()])
    assert "LookupError" not in response.text
    assert records(caplog) == []


@pytest.mark.rule("5.traceback")
def test_handled_errors_are_the_handlers() -> None:
    app = make_app(intercept_exceptions=False)
    app.register_error_handler(LookupError, lambda error: ("handled", 422))
    response = ask(app)
    assert (response.data, response.status_code, lines(response)) == (b"handled", 422, [acao()])


@pytest.mark.rule("5.traceback")
def test_a_decorated_view() -> None:
    app = Flask("sample")
    app.debug = True
    app.add_url_rule("/", "index", cross_origin(ME)(lambda: crash()))
    response = ask(app)
    assert (response.status_code, lines(response)) == (500, [acao()])
    assert response.text.endswith("LookupError: no database\n")


@pytest.mark.rule("5.exception-leaves")
@pytest.mark.parametrize("key", [False, "off"])
def test_the_config_key(key: object) -> None:
    app = make_app()
    app.config["CORS_INTERCEPT_EXCEPTIONS"] = key
    with pytest.raises(LookupError, match="no database"):
        ask(app)


@pytest.mark.rule("5.traceback")
def test_after_request_functions_see_it_and_signals_are_sent() -> None:
    app = make_app()
    seen: list[object] = []

    @app.after_request
    def stamp(response: Response) -> Response:
        response.headers["X-Stamp"] = "1"
        return response

    def look(sender: Flask, exception: Exception) -> None:
        seen.append(exception)

    with got_request_exception.connected_to(look, app):
        response = ask(app)
    assert lines(response) == [acao(), ("X-Stamp", "1")]
    assert [repr(error) for error in seen] == ["LookupError('no database')"]


@pytest.mark.rule("5.traceback")
def test_a_failing_after_request_function(caplog: pytest.LogCaptureFixture) -> None:
    app = make_app()
    app.after_request(crash)
    response = ask(app)
    assert (response.status_code, lines(response)) == (500, [acao()])
    assert response.text.endswith("LookupError: no database\n")
    assert records(caplog) == [
        ("ERROR", "Exception on '/', shown to 'https://me.example'"),
        ("ERROR", "Finishing the response to an error failed"),
    ]


@pytest.mark.rule("5.traceback")
def test_a_failing_after_request_function_on_a_preflight() -> None:
    app = make_app()
    app.after_request(crash)
    response = preflight(app)
    assert (response.status_code, lines(response)) == (200, [ALL_METHODS, acao()])


@pytest.mark.rule("5.traceback")
@pytest.mark.parametrize(
    ("text", "shown"),
    [("caf\xe9", "caf\xe9"), ("\udcff", "\\udcff")],
    ids=["latin", "surrogate"],
)
def test_causes_and_odd_text_are_shown(text: str, shown: str) -> None:
    app = make_app()

    @app.route("/chain")
    def chain() -> str:
        try:
            return str(crash())
        except LookupError as error:
            raise RuntimeError(text) from error

    body = ask(app, "/chain").text
    assert "LookupError: no database" in body
    assert body.endswith(f"RuntimeError: {shown}\n")
