from __future__ import annotations

from examples.conftest import Serve, finish, python

ORIGINS = "https://app.example.com, https://admin.example.com"
METHODS = ("Access-Control-Allow-Methods", "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT")


def test_the_environment_names_the_origins(serve: Serve) -> None:
    app = serve("examples.factory", FLASK_CORS_ORIGINS=ORIGINS, FLASK_CORS_MAX_AGE="600")
    admin = "https://admin.example.com"
    assert app.preflight("/api/profile", admin, "GET").cors == [
        METHODS,
        ("Access-Control-Allow-Origin", admin),
        ("Access-Control-Max-Age", "600"),
        ("Vary", "Origin"),
    ]
    other = app.ask("GET", "/api/profile", origin="https://other.example")
    assert other.cors == [("Vary", "Origin")]


def test_credentials_come_from_the_environment_too(serve: Serve) -> None:
    app = serve(
        "examples.factory", FLASK_CORS_ORIGINS=ORIGINS, FLASK_CORS_SUPPORTS_CREDENTIALS="true"
    )
    page = "https://app.example.com"
    assert app.ask("GET", "/api/profile", origin=page).cors == [
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Allow-Origin", page),
        ("Vary", "Origin"),
    ]


def test_without_the_variable_the_application_does_not_start() -> None:
    process = python("-m", "flask", "--app", "examples.factory", "run", "--port", "0")
    output = finish(process)
    assert process.returncode != 0
    assert "origins=None" in output
    assert "environment variable that is not set" in output
