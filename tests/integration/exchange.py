"""Requests as pages and other clients send them, and every header line that comes back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

ME = "https://me.example"
YOU = "https://you.example"

Lines = list[tuple[str, str]]
# Every response has these, and they say nothing about who may read it.
PLAIN = {"Content-Type", "Content-Length"}

VARY = ("Vary", "Origin")
CREDENTIALS = ("Access-Control-Allow-Credentials", "true")
NETWORK = ("Access-Control-Allow-Private-Network", "true")
ALL_METHODS = ("Access-Control-Allow-Methods", "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT")


def acao(value: str = ME) -> tuple[str, str]:
    return ("Access-Control-Allow-Origin", value)


def acam(value: str) -> tuple[str, str]:
    return ("Access-Control-Allow-Methods", value)


def acah(value: str) -> tuple[str, str]:
    return ("Access-Control-Allow-Headers", value)


def aceh(value: str) -> tuple[str, str]:
    return ("Access-Control-Expose-Headers", value)


def ask(
    app: Flask,
    path: str = "/",
    origin: str | None = ME,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    **options: Any,
) -> TestResponse:
    """Send one request; *options* are those of the test client's ``open``."""
    sent = dict(headers or {})
    if origin is not None:
        sent["Origin"] = origin
    return app.test_client().open(path, method=method, headers=sent, **options)


def preflight(
    app: Flask,
    path: str = "/",
    origin: str = ME,
    method: str = "PUT",
    headers: str | None = None,
    network: bool = False,
    **options: Any,
) -> TestResponse:
    """Send a CORS-preflight request that asks for *method* and the names in *headers*."""
    sent = {"Access-Control-Request-Method": method}
    if headers is not None:
        sent["Access-Control-Request-Headers"] = headers
    if network:
        sent["Access-Control-Request-Private-Network"] = "true"
    return ask(app, path, origin, "OPTIONS", sent, **options)


def lines(response: TestResponse) -> Lines:
    """Return all header lines but Content-Type and Content-Length, sorted."""
    return sorted((name, value) for name, value in response.headers if name not in PLAIN)
