"""``Browser`` over an application object: no server, no client, no browser."""

from __future__ import annotations

from dataclasses import replace

import pytest

from examples.testing.app import PAGE, PARTNER, create_app
from flask_cors.testing import CHROMIUM, Browser, CORSBlocked, Reply, Request


@pytest.fixture
def page() -> Browser:
    """A page of ours, in a browser that has not logged in."""
    return Browser(create_app(), origin=PAGE)


def test_the_page_reads_the_list(page: Browser) -> None:
    page.fetch("/login", method="POST", json={"name": "Ada"}, credentials="include")
    response = page.fetch("/items", credentials="include")
    assert response.json() == ["a book", "a lamp"]
    assert response.headers["X-Total-Count"] == "2"


def test_the_page_sees_why_it_was_refused(page: Browser) -> None:
    response = page.fetch("/items", credentials="include")
    assert (response.status, response.json()) == (401, {"error": "log in first"})


def test_without_credentials_there_is_no_session(page: Browser) -> None:
    page.fetch("/login", method="POST", json={"name": "Ada"}, credentials="include")
    assert page.fetch("/items").status == 401


def test_a_put_asks_first(page: Browser) -> None:
    page.fetch("/login", method="POST", json={"name": "Ada"}, credentials="include")
    page.exchanges.clear()
    page.fetch("/items/1", method="PUT", json={"name": "a cup"}, credentials="include")
    timeline = [(e.preflight, e.request.method, e.reply.status) for e in page.exchanges]
    assert timeline == [(True, "OPTIONS", 200), (False, "PUT", 200)]


def test_a_strangers_page_is_refused(page: Browser) -> None:
    page.fetch("/login", method="POST", json={"name": "Ada"}, credentials="include")
    stranger = page.at("https://evil.example")
    with pytest.raises(CORSBlocked) as caught:
        stranger.fetch("/items", credentials="include")
    assert caught.value.step == "allow-origin-missing"
    assert str(caught.value) == (
        "Access to fetch at 'http://localhost/items' from origin 'https://evil.example' has been "
        "blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the "
        "requested resource."
    )


def test_the_partner_reads_the_status_only(page: Browser) -> None:
    partner = page.at(PARTNER)
    assert partner.fetch("/status").json() == {"status": "up"}
    with pytest.raises(CORSBlocked):
        partner.fetch("/items")


def test_the_partner_has_no_credentials(page: Browser) -> None:
    """A more specific level that lists origins also sets whether they may use credentials."""
    with pytest.raises(CORSBlocked) as caught:
        page.at(PARTNER).fetch("/status", credentials="include")
    assert caught.value.step == "allow-credentials"


def test_where_third_party_cookies_are_blocked() -> None:
    """As in Safari, and in Chromium when its user asks for it."""
    strict = replace(CHROMIUM, third_party_cookies=False)
    page = Browser(create_app(), origin=PAGE, traits=strict)
    page.fetch("/login", method="POST", json={"name": "Ada"}, credentials="include")
    assert page.fetch("/items", credentials="include").status == 401


def test_over_a_transport() -> None:
    """Anything that takes a request and returns a reply may stand in for the application."""

    def in_front(request: Request) -> Reply:
        return Reply(502, (("Content-Type", "text/plain"),), b"the gateway failed")

    page = Browser(transport=in_front, origin=PAGE, base_url="https://api.example")
    with pytest.raises(CORSBlocked):
        page.fetch("/items")
    assert page.exchanges[0].reply.status == 502
