"""``CORS-Explanation``: in debug mode a response says why a page may not read it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, request
from werkzeug.test import TestResponse

from flask_cors import CORS, cross_origin
from tests.integration.exchange import ME, YOU, ask, preflight

NAME = "CORS-Explanation"
PLACE = r"\(CORS\(app\) at .*test_explanation_header\.py:\d+\)"

pytestmark = pytest.mark.rule("5.explanation-header")


def make_app(debug: bool = True, **options: Any) -> Flask:
    app = Flask("sample", static_folder=None)
    app.debug = debug
    app.add_url_rule("/", "index", lambda: "x", methods=["GET", "PUT"])
    app.add_url_rule("/off", "off", lambda: "x")
    CORS(app, **{"origins": ME, "resources": "/", **options})
    return app


def uncovered(app: Flask) -> TestResponse:
    return ask(app, "/off")


def denied_origin(app: Flask) -> TestResponse:
    return ask(app, origin=YOU)


def denied_method(app: Flask) -> TestResponse:
    return preflight(app, method="DELETE")


def denied_header(app: Flask) -> TestResponse:
    return preflight(app, headers="x-own")


def refused(app: Flask) -> TestResponse:
    return ask(app, origin=YOU, method="PUT")


ASKED: dict[str, tuple[Callable[[Flask], TestResponse], dict[str, Any], str]] = {
    "uncovered": (uncovered, {}, "CORS is off here: .*"),
    "origin": (denied_origin, {}, f"the origin '{YOU}' is not among the allowed ones {PLACE}"),
    "method": (
        denied_method,
        {"methods": ["GET"]},
        f"the method 'DELETE' is not among the allowed ones {PLACE}",
    ),
    "header": (
        denied_header,
        {"allow_headers": []},
        f"the request headers 'x-own' are not allowed {PLACE}",
    ),
    "refused": (refused, {"enforce": True}, f"A page of '{YOU}' may not send this PUT request .*"),
}


@pytest.mark.parametrize(("send", "options", "text"), ASKED.values(), ids=ASKED)
def test_what_a_page_may_not_read_says_why(
    send: Callable[[Flask], TestResponse], options: dict[str, Any], text: str
) -> None:
    (line,) = send(make_app(**options)).headers.getlist(NAME)
    assert re.fullmatch(text, line)


@pytest.mark.rule("5.explanation-debug")
@pytest.mark.parametrize(("send", "options", "text"), ASKED.values(), ids=ASKED)
@pytest.mark.parametrize("testing", [True, False])
def test_it_is_never_sent_outside_debug_mode_nor_in_tests(
    send: Callable[[Flask], TestResponse], options: dict[str, Any], text: str, testing: bool
) -> None:
    app = make_app(debug=testing, **options)
    app.testing = testing
    assert NAME not in send(app).headers


def test_what_a_page_may_read_needs_no_reason() -> None:
    app = make_app()
    assert NAME not in ask(app).headers
    assert NAME not in preflight(app).headers
    assert NAME not in ask(app, origin=None).headers
    assert NAME not in ask(app, origin="http://localhost").headers


def test_a_view_that_is_decorated_with_no_object() -> None:
    app = Flask("sample")
    app.debug = True
    app.add_url_rule("/", "index", cross_origin(ME)(lambda: "x"))
    assert "is not among the allowed ones (cross_origin on " in ask(app, origin=YOU).headers[NAME]


def test_it_is_one_line_of_visible_ascii_whatever_a_client_sends() -> None:
    app = make_app()
    for origin in ("https://e\xe9.example", "https://x.example\x7f", "https://" + "x" * 4000):
        line = ask(app, origin=origin).headers[NAME]
        assert re.fullmatch("[ -~]{20,1000}", line)


def test_what_the_app_answers_itself_is_left_alone() -> None:
    app = make_app()

    @app.after_request
    def by_hand(response: Any) -> Any:
        response.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
        return response

    assert NAME not in ask(app, origin=YOU).headers
