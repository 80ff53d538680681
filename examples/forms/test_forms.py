"""A form of another site transfers money without ``enforce``, and gets 403 with it."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from examples.forms.app import PROVIDER, create_app

SHOP = "https://shop.example.com"
EVIL = "https://evil.example"


def client_of(enforce: bool) -> FlaskClient:
    """Return a browser whose user is logged in."""
    client = create_app(enforce).test_client()
    own = {"Origin": SHOP, "Sec-Fetch-Site": "same-origin"}
    login = client.post("/login", base_url=SHOP, headers=own, data={"user": "ada"})
    assert login.status_code == 302
    return client


def post_form(client: FlaskClient, site: str, origin: str, path: str = "/transfer") -> TestResponse:
    """Post a form as browsers do: with the cookie, and without asking first."""
    headers = {"Origin": origin, "Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate"}
    fields = {"to": "mallory", "amount": "100", "user": "mallory"}
    return client.post(path, base_url=SHOP, headers=headers, data=fields)


def transfers(client: FlaskClient) -> list[str]:
    found: list[str] = client.get("/transfers", base_url=SHOP).get_json()["transfers"]
    return found


ATTACKS = [
    ("cross-site", EVIL),
    ("cross-site", "null"),
    ("same-site", "https://forgotten.example.com"),
]


@pytest.mark.parametrize(("site", "origin"), ATTACKS)
def test_the_attack_works_without_enforce(site: str, origin: str) -> None:
    client = client_of(enforce=False)
    assert post_form(client, site, origin).status_code == 302
    assert transfers(client) == ["100 to mallory"]


@pytest.mark.parametrize(("site", "origin"), ATTACKS)
def test_the_attack_fails_with_enforce(site: str, origin: str) -> None:
    client = client_of(enforce=True)
    response = post_form(client, site, origin)
    assert (response.status_code, transfers(client)) == (403, [])
    assert response.get_json() == {
        "error": f"A page of {origin!r} may not send this POST request to this server."
    }
    assert response.headers["Cache-Control"] == "no-store"


def test_the_shops_own_form_works() -> None:
    client = client_of(enforce=True)
    assert post_form(client, "same-origin", SHOP).status_code == 302
    assert transfers(client) == ["100 to mallory"]


def test_a_link_of_another_site_works() -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    response = client_of(enforce=True).get("/", base_url=SHOP, headers=headers)
    assert response.status_code == 200


@pytest.mark.parametrize(("origin", "status"), [(PROVIDER, 302), (EVIL, 403)])
def test_the_form_of_the_identity_provider(origin: str, status: int) -> None:
    client = client_of(enforce=True)
    assert post_form(client, "cross-site", origin, "/login/callback").status_code == status
    assert post_form(client, "cross-site", origin).status_code == 403


def test_check_finds_nothing() -> None:
    assert create_app().extensions["cors"].check().findings == ()
