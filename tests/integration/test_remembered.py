"""What was decided is remembered for the next request alike, within bounds; nothing else is."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, request
from werkzeug.routing import Rule

from flask_cors import CORS, cors_exempt, cross_origin
from flask_cors.policy.decide import Decision
from flask_cors.resolution.table import Table
from flask_cors.runtime.decisions import (
    MAX_METHOD_LENGTH,
    MAX_REMEMBERED,
    MAX_REMEMBERED_LENGTH,
    UNDECIDED,
    decide_actual,
    remembered,
)
from flask_cors.runtime.hooks import state_of
from tests.integration.exchange import ME, VARY, YOU, acao, ask, lines, preflight


def make_app(**options: Any) -> Flask:
    app = Flask("sample")
    CORS(app, **options)
    app.add_url_rule("/", view_func=lambda: "x", methods=["GET", "PUT"])
    return app


def table_of(app: Flask) -> Table:
    found: Table = state_of(app).policies()
    return found


def decided(app: Flask, table: Table, path: str = "/", origin: str = ME) -> Decision | None:
    with app.test_request_context(path, headers={"Origin": origin}):
        return decide_actual(app, table, request)


@pytest.mark.parametrize("origin", [ME, YOU])
@pytest.mark.parametrize("path", ["/", "/missing", "/tenant/a"])
def test_a_decision_is_made_once(origin: str, path: str) -> None:
    app = make_app(resources={"/tenant/*": {"origins": [ME]}, "*": {"origins": [ME]}})
    app.add_url_rule("/<kind>/<name>", "kind", view_func=lambda kind, name: "x")
    table = table_of(app)
    first = decided(app, table, path, origin)
    assert first is not None
    assert decided(app, table, path, origin) is first


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


def recalled(app: Flask, path: str, method: str, origin: str = ME) -> Any:
    with app.test_request_context(path, method=method, headers={"Origin": origin}):
        return remembered(table_of(app), request)


@pytest.mark.parametrize(
    ("path", "method", "known"),
    [
        ("/", "GET", True),
        ("/", "HEAD", True),
        ("/", "OPTIONS", True),
        ("/files/a", "GET", True),
        ("/files/./a", "GET", False),
        ("/varied/a", "GET", False),
        ("/missing", "GET", False),
        ("/", "X" * MAX_METHOD_LENGTH, True),
        ("/", "X" * (MAX_METHOD_LENGTH + 1), False),
    ],
)
def test_plain_requests_are_recalled(path: str, method: str, known: bool) -> None:
    app = make_app(resources={"/varied/b": {"origins": YOU}, "*": {"origins": [ME, YOU]}})
    app.url_map.add(Rule("/", endpoint="any"))
    app.view_functions["any"] = lambda: "x"
    app.add_url_rule("/files/<path:name>", "files", lambda name: "x")
    app.add_url_rule("/varied/<name>", "varied", lambda name: "x")
    before = recalled(app, path, method)
    app.test_client().open(path, method=method, headers={"Origin": ME})
    after = recalled(app, path, method)
    assert before is UNDECIDED
    assert isinstance(after, Decision) is known
    assert known or after is UNDECIDED
    assert recalled(app, path, method, YOU) is UNDECIDED


def test_that_cors_is_off_is_recalled_too() -> None:
    app = make_app(origins=[ME])
    app.add_url_rule("/off", "off", cors_exempt(lambda: "x"))
    assert lines(ask(app, "/off")) == []
    assert recalled(app, "/off", "GET") is None


def test_before_anything_is_compiled_nothing_is_recalled() -> None:
    with make_app().test_request_context("/"):
        assert remembered(None, request) is UNDECIDED


def test_callables_are_asked_every_time() -> None:
    answers = iter([True, False])
    app = make_app(origins=lambda origin: next(answers))
    assert lines(ask(app)) == [acao(), VARY]
    assert lines(ask(app)) == [VARY]


def test_reload_forgets() -> None:
    app = Flask("sample")
    app.config["CORS_ORIGINS"] = [ME, YOU]
    CORS(app)
    app.add_url_rule("/", view_func=lambda: "x")
    assert lines(ask(app)) == [acao(), VARY]
    app.config["CORS_ORIGINS"] = [YOU, "https://other.example"]
    app.extensions["cors"].reload()
    assert lines(ask(app)) == [VARY]


def test_clients_cannot_make_it_grow() -> None:
    app = make_app(origins=[ME, YOU])
    table = table_of(app)
    most = 0
    for number in range(2 * MAX_REMEMBERED):
        decided(app, table, origin=f"https://{number}.example")
        most = max(most, len(table.decided))
    assert most <= MAX_REMEMBERED


@pytest.mark.parametrize(("length", "kept"), [(0, True), (1, False)])
def test_long_values_are_not_kept(length: int, kept: bool) -> None:
    app = make_app(origins=[ME])
    table = table_of(app)
    decided(app, table, origin="x" * (MAX_REMEMBERED_LENGTH + length))
    assert bool(table.decided) is kept


@pytest.mark.parametrize(("length", "kept"), [(0, True), (1, False)])
def test_all_that_a_preflight_asks_for_counts(length: int, kept: bool) -> None:
    app = make_app(origins=[ME])
    header = "x" * (MAX_REMEMBERED_LENGTH - len(ME) - len("PUT") + length)
    preflight(app, "/", method="PUT", headers=header)
    assert bool(table_of(app).decided) is kept
