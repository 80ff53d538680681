"""What is upgraded before it is sent, and where redirects lead."""

from __future__ import annotations

import pytest

from flask_cors.testing import Browser, NetworkError, Reply, Request
from tests.unit.testing.pages import API, OWN, browser, last


def test_an_image_that_is_asked_for_by_https_keeps_its_query() -> None:
    page = browser()
    page.load("img", "http://api.example/x?")
    assert last(page).url == f"{API}/x?"


@pytest.mark.parametrize(
    ("url", "location", "expected"),
    [
        ("/#f", "/x", "/x#f"),
        ("/#f", "/x#g", "/x#g"),
        ("/#f", "/x#", "/x#"),
        ("/#", "/x", "/x#"),
        ("/", "/x?", "/x?"),
    ],
)
def test_the_fragment_after_a_redirect(url: str, location: str, expected: str) -> None:
    def server(request: Request) -> Reply:
        allowed = ("Access-Control-Allow-Origin", "*")
        if request.url == f"{API}/":
            return Reply(302, (allowed, ("Location", location)))
        return Reply(200, ())

    with pytest.raises(NetworkError) as caught:
        Browser(transport=server, origin=OWN, base_url=API).fetch(url)
    assert caught.value.url == API + expected
