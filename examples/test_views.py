from __future__ import annotations

from examples.conftest import Serve

OTHER = "https://other.example"


def test_a_function(serve: Serve) -> None:
    answer = serve("examples.views").ask("GET", "/status", origin=OTHER)
    assert answer.cors == [("Access-Control-Allow-Origin", OTHER), ("Vary", "Origin")]


def test_each_method_answers_for_itself(serve: Serve) -> None:
    app = serve("examples.views")
    notes = "https://notes.example.com"
    assert app.ask("GET", "/notes/1", origin=OTHER).cors == [
        ("Access-Control-Allow-Origin", OTHER),
        ("Vary", "Origin"),
    ]
    assert app.preflight("/notes/1", notes, "PUT").cors == [
        ("Access-Control-Allow-Methods", "GET, HEAD, PUT"),
        ("Access-Control-Allow-Origin", notes),
    ]
    assert app.preflight("/notes/1", OTHER, "PUT").cors == [("Vary", "Origin")]


def test_a_class_and_the_method_that_is_taken_out(serve: Serve) -> None:
    app = serve("examples.views")
    admin = "https://admin.example.com"
    assert app.ask("GET", "/account", origin=admin).cors == [
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Allow-Origin", admin),
    ]
    assert app.preflight("/account", admin, "DELETE").cors == [
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Allow-Methods", "DELETE, GET, HEAD"),
        ("Access-Control-Allow-Origin", admin),
    ]
    assert app.ask("POST", "/account", origin=admin).cors == []
