"""One response object for many requests: what was written is taken back, the app's stays."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from flask import Flask, Response

from flask_cors import CORS, cors_exempt, cross_origin
from tests.integration.exchange import (
    CREDENTIALS,
    ME,
    VARY,
    YOU,
    acao,
    aceh,
    ask,
    lines,
    preflight,
)

EVIL = "https://evil.example"


def make_app(shared: Response, **options: Any) -> Flask:
    app = Flask("sample")
    CORS(app, **options)
    app.add_url_rule("/", view_func=lambda: shared)
    return app


@pytest.mark.rule("5.reused")
def test_each_origin_gets_its_own() -> None:
    app = make_app(Response("x"), origins=[ME, YOU], expose_headers="X-A")
    for origin in (ME, YOU, EVIL, None, ME, ME):
        allowed = origin in (ME, YOU)
        written = [acao(str(origin)), aceh("X-A")] if allowed else []
        assert lines(ask(app, origin=origin)) == [*written, VARY]


@pytest.mark.rule("5.reused")
@pytest.mark.parametrize("own", [[], [("X-App", "1")]])
def test_each_policy_decides_anew(own: list[tuple[str, str]]) -> None:
    shared = Response("x", headers=own)
    app = Flask("sample")
    view = lambda: shared  # noqa: E731
    app.add_url_rule("/a", "a", cross_origin(ME, supports_credentials=True)(view))
    app.add_url_rule("/b", "b", cross_origin([ME, YOU], expose_headers="X-B")(view))
    app.add_url_rule("/c", "c", cross_origin()(view))
    app.add_url_rule("/d", "d", cross_origin([])(view))
    expected = {
        "/a": [CREDENTIALS, acao()],
        "/b": [acao(), aceh("X-B"), VARY],
        "/c": [acao(), VARY],
        "/d": [],
    }
    for path in ("/a", "/b", "/c", "/d", "/c", "/a", "/d", "/b", "/b"):
        assert lines(ask(app, path)) == sorted([*expected[path], *own])


def test_a_response_that_got_nothing_is_copied_too() -> None:
    # Another thread may still be sending it from where nothing is allowed.
    shared = Response("x")
    app = make_app(shared, origins=[ME, YOU])
    app.add_url_rule("/off", "off", cors_exempt(lambda: shared))
    assert lines(ask(app, "/off")) == []
    assert lines(ask(app)) == [acao(), VARY]
    assert lines(ask(app, "/off")) == []
    assert {name for name, _ in shared.headers} == {"Content-Type", "Content-Length"}


@pytest.mark.parametrize(
    "vary", [[], ["Accept"], ["Accept", "Cookie"], ["Origin"], ["Accept, origin"], ["*"]]
)
def test_the_apps_own_vary_is_kept(vary: list[str]) -> None:
    shared = Response("x", headers=[("Vary", line) for line in vary])
    app = Flask("sample")
    view = lambda: shared  # noqa: E731
    app.add_url_rule("/varies", "varies", cross_origin([ME, YOU])(view))
    app.add_url_rule("/one", "one", cross_origin(ME)(view))

    def names(path: str) -> set[str]:
        response = ask(app, path)
        assert [name for name, _ in lines(response)].count("Vary") <= max(1, len(vary))
        return {
            name.strip() for line in response.headers.getlist("Vary") for name in line.split(",")
        }

    own = {name.strip() for line in vary for name in line.split(",")}
    ours = own if {"*", "Origin", "origin"} & own else {*own, "Origin"}
    assert [names(path) for path in ("/one", "/varies", "/one", "/varies")] == [
        own,
        ours,
        own,
        ours,
    ]


@pytest.mark.rule("5.reused")
def test_where_cors_is_off_nothing_of_an_earlier_use_is_left() -> None:
    shared = Response("x", headers={"Vary": "Accept"})
    app = make_app(shared, origins=[ME, YOU])
    app.add_url_rule("/exempt", "exempt", cors_exempt(lambda: shared))
    for _ in range(2):
        assert lines(ask(app)) == [acao(), ("Vary", "Accept, Origin")]
        assert lines(ask(app, "/exempt")) == [("Vary", "Accept")]


def test_credentials_that_are_removed_again_are_reported_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    shared = Response("x", headers=[CREDENTIALS])
    app = make_app(shared)
    app.add_url_rule("/exempt", "exempt", cors_exempt(lambda: shared))
    assert lines(ask(app, "/exempt")) == [CREDENTIALS]
    for told in (1, 2):
        assert lines(ask(app)) == [acao(), VARY]
        assert len(caplog.records) == told


def test_origin_that_the_app_adds_later_is_its_own() -> None:
    shared = Response("x")
    app = make_app(shared, origins=[ME, YOU])
    app.add_url_rule("/one", "one", cross_origin(ME)(lambda: shared))
    ask(app)
    shared.headers.add("Vary", "Accept, Origin")
    assert lines(ask(app, "/one")) == [acao(), ("Vary", "Accept, Origin")]


def test_vary_that_the_app_replaces_is_its_own() -> None:
    shared = Response("x")
    app = make_app(shared, origins=[ME, YOU])
    app.add_url_rule("/one", "one", cross_origin(ME)(lambda: shared))
    ask(app)
    shared.headers["Vary"] = "Accept"
    assert lines(ask(app, "/one")) == [acao(), ("Vary", "Accept")]


def test_lines_written_by_hand_come_back() -> None:
    mine = [("Access-Control-Allow-Credentials", "false"), ("Access-Control-Max-Age", "1")]
    shared = Response("x", headers=mine)
    app = Flask("sample")
    view = lambda: shared  # noqa: E731
    app.add_url_rule("/a", "a", cross_origin(ME, supports_credentials=True)(view))
    app.add_url_rule("/b", "b", cross_origin(ME)(view))
    with_credentials = sorted([acao(), CREDENTIALS, mine[1]])
    for _ in range(2):
        assert lines(ask(app, "/a")) == with_credentials
        assert lines(ask(app, "/b")) == sorted([acao(), *mine])


def test_acao_that_the_app_writes_on_a_used_response_is_its_own() -> None:
    shared = Response("x")
    app = make_app(shared, origins=[ME, YOU])
    assert lines(ask(app)) == [acao(), VARY]
    shared.headers["Access-Control-Allow-Origin"] = YOU
    assert lines(ask(app)) == [acao(YOU)]
    shared.headers["Access-Control-Allow-Origin"] = ME
    assert lines(ask(app, origin=YOU)) == [acao(ME)]
    assert lines(ask(app, origin=YOU)) == [acao(ME)]


def test_an_expose_line_of_the_app_is_kept() -> None:
    shared = Response("x", headers={"Access-Control-Expose-Headers": "X-A"})
    app = make_app(shared, origins=[ME, YOU], expose_headers="X-A")
    for _ in range(2):
        assert lines(ask(app)) == [acao(), aceh("X-A"), aceh("X-A"), VARY]
        assert lines(ask(app, origin=EVIL)) == [aceh("X-A"), VARY]


@pytest.mark.rule("5.reused")
@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda r: pickle.loads(pickle.dumps(r))]
)
def test_a_response_that_went_through_a_cache(copied: Any) -> None:
    cached: list[Response] = []
    app = Flask("sample")
    CORS(app, origins=[ME, YOU])
    app.add_url_rule("/", view_func=lambda: copied(cached[0]) if cached else Response("x"))

    @app.after_request
    def keep(response: Response) -> Response:
        cached[:] = [response]
        return response

    for origin in (ME, YOU, EVIL, ME):
        assert lines(ask(app, origin=origin)) == [*([] if origin == EVIL else [acao(origin)]), VARY]


@pytest.mark.rule("5.reused")
def test_a_preflight_that_shares_a_response_with_a_view() -> None:
    shared = Response("x")
    app = make_app(shared, origins=[ME, YOU])
    app.add_url_rule("/own", "own", lambda: shared, methods=["PUT", "OPTIONS"])
    answer = lines(preflight(app, "/own"))
    assert [name for name, _ in answer] == [
        "Access-Control-Allow-Methods",
        "Access-Control-Allow-Origin",
        "Vary",
    ]
    assert lines(ask(app)) == [acao(), VARY]
    assert lines(preflight(app, "/own")) == answer
