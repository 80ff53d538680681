from __future__ import annotations

import pytest

from examples.conftest import Serve

PAGE = "https://app.example.com"


@pytest.mark.parametrize("origin", [PAGE, "https://pr-7.preview.example.com"])
def test_pages_of_listed_origins_read_the_api(serve: Serve, origin: str) -> None:
    answer = serve("examples.app").ask("GET", "/api/books", origin=origin)
    assert answer.status == 200
    assert answer.cors == [
        ("Access-Control-Allow-Origin", origin),
        ("Access-Control-Expose-Headers", "X-Total-Count"),
        ("Vary", "Origin"),
    ]


def test_the_preflight_of_a_put_is_answered(serve: Serve) -> None:
    answer = serve("examples.app").preflight("/api/books/1", PAGE, "PUT")
    assert (answer.status, answer.body) == (200, "")
    assert answer.cors == [
        ("Access-Control-Allow-Methods", "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"),
        ("Access-Control-Allow-Origin", PAGE),
        ("Access-Control-Max-Age", "600"),
        ("Vary", "Origin"),
    ]


def test_other_pages_and_other_paths_get_nothing(serve: Serve) -> None:
    app = serve("examples.app")
    assert app.ask("GET", "/api/books", origin="https://other.example").cors == [("Vary", "Origin")]
    assert app.ask("GET", "/", origin=PAGE).cors == []
