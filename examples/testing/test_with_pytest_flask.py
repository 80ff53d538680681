"""``Browser`` over pytest-flask's ``client``; it needs an ``app`` fixture, nothing else."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from examples.testing.app import PAGE, create_app
from flask_cors.testing import Browser, CORSBlocked


@pytest.fixture
def app() -> Flask:
    return create_app()


@pytest.fixture
def page(client: FlaskClient) -> Browser:
    return Browser(client, origin=PAGE)


def test_the_page_may_write(page: Browser) -> None:
    page.fetch("/login", method="POST", json={"name": "Ada"}, credentials="include")
    response = page.fetch("/items/1", method="PUT", json={"name": "a cup"}, credentials="include")
    assert response.json() == {"number": 1, "name": "a cup"}


@pytest.mark.parametrize("origin", ["https://evil.example", "http://app.example", "null"])
def test_others_may_not(page: Browser, origin: str) -> None:
    with pytest.raises(CORSBlocked):
        page.at(origin).fetch("/items/1", method="PUT", json={"name": "a cup"})


def test_the_client_and_the_browser_have_cookies_of_their_own(
    client: FlaskClient, page: Browser
) -> None:
    client.post("/login", json={"name": "Ada"}, base_url="https://localhost")
    assert page.fetch("/items", credentials="include").status == 401
