from __future__ import annotations

from examples.conftest import Serve

PAGE = "https://shop.example.com"


def test_any_page_reads_the_catalogue(serve: Serve) -> None:
    app = serve("examples.blueprints")
    assert app.ask("GET", "/catalogue/", origin="https://other.example").cors == [
        ("Access-Control-Allow-Origin", "https://other.example"),
        ("Vary", "Origin"),
    ]
    assert app.preflight("/catalogue/", "https://other.example", "PUT").cors == [
        ("Access-Control-Allow-Origin", "https://other.example"),
        ("Vary", "Origin"),
    ]


def test_the_inner_blueprint_has_the_origins_of_the_outer(serve: Serve) -> None:
    app = serve("examples.blueprints")
    assert app.ask("GET", "/shop/orders/7", origin=PAGE).cors == [
        ("Access-Control-Allow-Origin", PAGE),
        ("Access-Control-Expose-Headers", "X-Order-State"),
    ]
    other = app.ask("GET", "/shop/orders/7", origin="https://other.example")
    assert other.cors == [("Vary", "Origin")]


def test_the_basket_takes_credentials(serve: Serve) -> None:
    answer = serve("examples.blueprints").preflight("/shop/basket/", PAGE, "PUT")
    assert answer.cors == [
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Allow-Methods", "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"),
        ("Access-Control-Allow-Origin", PAGE),
        ("Access-Control-Max-Age", "600"),
    ]
