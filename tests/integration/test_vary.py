"""``Vary: Origin``: complete where an origin changes the headers, in one merged line."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask, Response, session

from flask_cors import CORS
from tests.integration.exchange import ME, VARY, YOU, ask, lines, preflight


def make_app(vary: list[str], **options: Any) -> Flask:
    app = Flask("sample")
    app.secret_key = "not a secret"
    CORS(app, **options)

    @app.route("/")
    def index() -> Response:
        return Response("", headers=[("Vary", line) for line in vary])

    @app.route("/session")
    def with_session() -> Response:
        session["seen"] = True
        return Response("", headers=[("Vary", line) for line in vary])

    return app


def varies(response: Any) -> list[str]:
    return [value for name, value in lines(response) if name == "Vary"]


@pytest.mark.rule("6.vary", "6.no-vary", "6.vary-off")
@pytest.mark.parametrize(
    ("options", "allowed", "denied", "without"),
    [
        ({"origins": [ME, YOU]}, True, True, True),
        ({"origins": re.compile("https://me.*")}, True, True, True),
        ({"origins": "https://*.example.com"}, None, True, True),
        ({"origins": lambda origin: origin == ME}, True, True, True),
        ({"origins": ME}, False, True, False),
        ({"origins": ME, "always_send": False}, True, True, True),
        ({}, True, None, False),
        ({"always_send": False}, True, None, True),
        ({"send_wildcard": True}, False, None, False),
        ({"origins": []}, None, False, False),
    ],
)
@pytest.mark.parametrize("vary_header", [True, False])
def test_which_responses_vary(
    options: dict[str, Any],
    allowed: bool | None,
    denied: bool | None,
    without: bool,
    vary_header: bool,
) -> None:
    app = make_app([], vary_header=vary_header, **options)
    origins = ((ME, allowed), ("https://evil.example", denied), (None, without))
    for origin, expected in origins:
        if expected is not None:
            wanted = [VARY[1]] if expected and vary_header else []
            assert varies(ask(app, origin=origin)) == wanted
            if origin is not None:
                assert varies(preflight(app, origin=origin)) == wanted


@pytest.mark.rule("6.vary")
def test_a_single_origin_in_another_spelling_varies() -> None:
    app = make_app([], origins=ME)
    assert varies(ask(app, origin=ME.upper())) == ["Origin"]


@pytest.mark.rule("6.vary-merged")
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([], ["Origin"]),
        (["Accept"], ["Accept, Origin"]),
        (["Accept, Cookie"], ["Accept, Cookie, Origin"]),
        (["Accept", "Cookie"], ["Accept, Cookie, Origin"]),
        (["Accept,Cookie ,", " X "], ["Accept, Cookie, X, Origin"]),
        (["Accept, origin"], ["Accept, origin"]),
        (["Accept,origin"], ["Accept,origin"]),
        (["Origin"], ["Origin"]),
        (["ORIGIN", "Accept"], ["ORIGIN, Accept"]),
        (["Accept", "X, Origin, Y"], ["Accept, X, Origin, Y"]),
        (["*"], ["*"]),
        (["Accept", "*"], ["Accept, *"]),
        ([""], ["Origin"]),
        (["X-Origin"], ["X-Origin, Origin"]),
    ],
)
def test_every_line_is_kept_in_one(before: list[str], after: list[str]) -> None:
    app = make_app(before, origins=[ME, YOU])
    for origin in (ME, "https://evil.example", None):
        assert varies(ask(app, origin=origin)) == after


@pytest.mark.rule("6.no-vary", "6.vary-off")
@pytest.mark.parametrize("before", [["Accept", "Cookie"], ["Origin"], []])
@pytest.mark.parametrize("options", [{"send_wildcard": True}, {"vary_header": False}])
def test_where_origin_does_not_count_vary_is_untouched(
    before: list[str], options: dict[str, bool]
) -> None:
    assert varies(ask(make_app(before, **options))) == before


@pytest.mark.rule("5.one-place", "6.vary-merged")
def test_a_session_keeps_its_vary() -> None:
    app = make_app([], origins=[ME, YOU])
    assert varies(ask(app, "/session")) == ["Cookie, Origin"]


@pytest.mark.rule("6.vary-merged")
def test_a_session_and_a_line_of_the_view() -> None:
    app = make_app(["Accept, X-A"], origins=[ME, YOU])
    assert varies(ask(app, "/session")) == ["Accept, X-A, Cookie, Origin"]


@pytest.mark.rule("5.one-place", "6.vary-merged")
def test_a_hook_that_varies() -> None:
    app = make_app(["Accept"], origins=[ME, YOU])

    @app.after_request
    def add(response: Response) -> Response:
        response.headers.add("Vary", "X-A")
        return response

    assert varies(ask(app)) == ["Accept, X-A, Origin"]
    assert varies(preflight(app)) == ["X-A, Origin"]
