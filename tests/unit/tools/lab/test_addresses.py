"""The names of the lab: which hosts are this machine, and how pages stand to the app."""

from __future__ import annotations

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Response

from flask_cors.tools.lab.addresses import Addresses, is_this_machine, only_this_machine

LAB = Addresses("http://localhost:5000", 8700)


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost", True),
        ("LOCALHOST:8700", True),
        ("127.0.0.1:1", True),
        ("[::1]", True),
        ("[::1]:80", True),
        ("a.b.localhost:8700", True),
        ("", False),
        ("localhost.evil.test", False),
        ("evillocalhost", False),
        ("127.0.0.2", False),
        ("0.0.0.0:8700", False),
        ("localhost:8700:1", False),
        ("[::1", False),
    ],
)
def test_only_names_that_nobody_can_rebind_are_this_machine(host: str, here: bool) -> None:
    assert is_this_machine(host) == here


@pytest.mark.parametrize(
    ("origin", "is_page", "relation"),
    [
        ("http://localhost:8700", True, "another origin, the same site"),
        ("http://127.0.0.1:8700", True, "another origin, a different site"),
        ("http://app.localhost:8700", True, "another origin, a different site"),
        ("http://localhost:5000", False, "the app's own origin"),
        ("https://localhost:8700", False, "another origin, a different site"),
        ("https://app.example.com", False, "another origin, a different site"),
        ("null", False, "another origin, a different site"),
    ],
)
def test_pages_and_their_relation_to_the_app(origin: str, is_page: bool, relation: str) -> None:
    assert (LAB.is_page(origin), LAB.relation(origin)) == (is_page, relation)


@pytest.mark.parametrize(
    ("host", "besides", "status"),
    [
        ("localhost:1", "", 200),
        ("evil.test", "", 403),
        ("evil.test", "shop.test:5000", 403),
        ("shop.test:5000", "shop.test:5000", 200),
        ("api.shop.test", "shop.test", 200),
        ("evilshop.test", "shop.test", 403),
    ],
)
def test_a_host_of_elsewhere_is_refused(host: str, besides: str, status: int) -> None:
    client = Client(only_this_machine(Response("inside"), besides))
    answer = client.get("/", headers={"Host": host})
    assert answer.status_code == status
    assert (answer.text == "inside") == (status == 200)
