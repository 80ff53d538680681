"""What is cached of one request never changes the answer to another."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, request

from flask_cors import CORS, cors_exempt, cross_origin
from tests.integration.exchange import ME, VARY, YOU, acao, ask, lines, preflight


def make_app(**options: Any) -> Flask:
    app = Flask("sample")
    CORS(app, **options)
    app.add_url_rule("/", view_func=lambda: "x", methods=["GET", "PUT"])
    return app


def test_endpoints_and_methods_stay_apart() -> None:
    app = make_app(origins=[ME])
    app.add_url_rule("/yours", "yours", cross_origin(YOU)(lambda: "x"))
    for _ in range(2):
        assert lines(ask(app)) == [acao()]
        assert lines(ask(app, "/yours", origin=YOU)) == [acao(YOU)]
        assert acao() not in lines(ask(app, "/yours"))
        assert acao(YOU) not in lines(ask(app, origin=YOU))


def test_preflights_and_actual_requests_stay_apart() -> None:
    app = make_app(origins=[ME, YOU])
    for _ in range(2):
        names = [name for name, _ in lines(preflight(app, "/", method="PUT"))]
        assert names == ["Access-Control-Allow-Methods", "Access-Control-Allow-Origin", "Vary"]
        assert lines(ask(app)) == [acao(), VARY]


def test_a_path_with_a_dot_segment_is_never_what_its_endpoint_is() -> None:
    app = make_app(origins=[ME])
    app.add_url_rule("/files/<path:name>", "files", view_func=lambda name: "x")
    for _ in range(2):
        assert acao() in lines(ask(app, "/files/a"))
        assert lines(ask(app, "/files/%2e%2e/a")) == []


def test_a_preflight_is_not_what_another_options_request_was() -> None:
    app = make_app(origins=[ME, YOU])
    app.add_url_rule("/own", "own", view_func=lambda: "x", methods=["GET", "OPTIONS"])
    for path in ("/", "/own"):
        for _ in range(2):
            actual = lines(ask(app, path, method="OPTIONS"))
            assert [line for line in actual if line[0] != "Allow"] == [acao(), VARY]
            answer = lines(preflight(app, path, method="GET"))
            assert [name for name, _ in answer if name.startswith("Access-Control-Allow")] == [
                "Access-Control-Allow-Methods",
                "Access-Control-Allow-Origin",
            ]


def test_a_preflight_stays_one_whatever_a_hook_makes_of_its_method() -> None:
    app = make_app()
    mark = cross_origin([ME, YOU], automatic_options=False)
    app.add_url_rule("/own", "own", mark(lambda: "x"), methods=["GET", "OPTIONS"])

    @app.before_request
    def override() -> None:
        request.method = "GET"

    for _ in range(2):
        names = [name for name, _ in lines(preflight(app, "/own", method="GET"))]
        assert "Access-Control-Allow-Methods" in names
        assert lines(ask(app, "/own")) == [acao(), VARY]


@pytest.mark.rule("1.exempt")
def test_that_cors_is_off_holds_for_the_next_request_too() -> None:
    app = make_app(origins=[ME])
    app.add_url_rule("/off", "off", cors_exempt(lambda: "x"))
    for _ in range(2):
        assert lines(ask(app)) == [acao()]
        assert lines(ask(app, "/off")) == []


@pytest.mark.rule("7.callable-cache")
def test_callables_are_asked_every_time() -> None:
    answers = iter([True, False])
    app = make_app(origins=lambda origin: next(answers))
    assert lines(ask(app)) == [acao(), VARY]
    assert lines(ask(app)) == [VARY]


@pytest.mark.rule("8.reload")
def test_reload_forgets() -> None:
    app = Flask("sample")
    app.config["CORS_ORIGINS"] = [ME, YOU]
    CORS(app)
    app.add_url_rule("/", view_func=lambda: "x")
    assert lines(ask(app)) == [acao(), VARY]
    app.config["CORS_ORIGINS"] = [YOU, "https://other.example"]
    app.extensions["cors"].reload()
    assert lines(ask(app)) == [VARY]
