"""Which CORS headers the code of an app is seen to write, and what of it runs for a request."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any

import pytest
from flask import Blueprint, Flask, Response, request
from flask.views import MethodView

from flask_cors.tools.app_code import writers

NAME = "Access-Control-Allow-Origin"
PAIRS = [("access-control-allow-origin", "*"), ("X-Other", "1")]


def literal(response: Response) -> Response:
    response.headers["access-control-allow-ORIGIN"] = "*"
    return response


def removes(response: Response) -> Response:
    response.headers.pop("Access-Control-Allow-Origin", None)
    return response


def by_name(response: Response) -> Response:
    response.headers[NAME] = "*"
    return response


def pairs(response: Response) -> Response:
    response.headers.extend(PAIRS)
    return response


def calls(response: Response) -> Response:
    return literal(response)


def calls_twice(response: Response) -> Response:
    return calls(response)


def inner(response: Response) -> Response:
    def write() -> None:
        response.headers["Access-Control-Allow-Origin"] = "*"

    write()
    return response


def mentions(response: Response) -> Response:
    """Leave Access-Control-Allow-Origin alone."""
    return response


def endless(response: Response) -> Response:
    return endless(response)


@pytest.mark.parametrize(
    ("function", "found"),
    [
        (literal, True),
        (removes, True),
        (by_name, True),
        (pairs, True),
        (calls, True),
        (calls_twice, True),
        (inner, True),
        (mentions, False),
        (endless, False),
    ],
)
def test_what_a_hook_is_seen_to_do(function: FunctionType, found: bool) -> None:
    app = Flask(__name__, static_folder=None)
    app.after_request(function)
    names = [writer.name for writer in writers(app, None, None, short=True, error=None)]
    assert names == ([function.__qualname__] if found else [])


class Things(MethodView):
    def get(self) -> str:
        return "x"

    def put(self) -> Any:
        return "x", {"Access-Control-Allow-Origin": "*"}


def make() -> Flask:
    app = Flask(__name__, static_folder=None)
    part = Blueprint("part", __name__, url_prefix="/part")
    part.add_url_rule("/x", "x", lambda: "x")
    part.after_request(literal)
    part.register_error_handler(404, lambda error: ("", {NAME: "*"}))
    app.register_blueprint(part)
    app.add_url_rule("/things", view_func=Things.as_view("things"))
    app.register_error_handler(KeyError, lambda error: ("", {NAME: "*"}))
    app.register_error_handler(Exception, by_error)
    app.before_request(by_before)
    app.after_request(mentions)
    return app


def by_error(error: Exception) -> Any:
    return "", {"Access-Control-Allow-Origin": "*"}


def by_before() -> Any:
    return None if request.method == "GET" else ("", {NAME: "*"})


@pytest.mark.parametrize(
    ("endpoint", "method", "short", "error", "names"),
    [
        ("part.x", "GET", False, None, ["by_before", "literal"]),
        ("part.x", "GET", True, None, ["literal"]),
        ("part.x", "GET", False, 405, ["by_before", "literal", "by_error"]),
        ("things", "GET", False, None, ["by_before"]),
        ("things", "HEAD", False, None, ["by_before"]),
        ("things", "PUT", False, None, ["by_before", "Things.put"]),
        ("things", None, False, None, ["by_before", "Things.put"]),
        ("things", "PUT", True, None, []),
        (None, "GET", False, 404, ["by_before", "by_error"]),
        ("gone", "GET", False, None, ["by_before"]),
    ],
)
def test_what_of_it_runs_for_a_request(
    endpoint: str | None, method: str | None, short: bool, error: int | None, names: list[str]
) -> None:
    found = writers(make(), endpoint, method, short=short, error=error)
    assert [writer.name for writer in found] == names
    assert all(writer.file == __file__ for writer in found)


def test_a_writer_reads_as_what_flask_calls_it_for() -> None:
    (found,) = writers(make(), "part.x", "GET", short=True, error=None)
    function: Callable[..., Any] = literal
    place = f"{__file__}:{function.__code__.co_firstlineno + 1}"
    assert str(found) == f"the after_request function literal at {place}"
