"""Domains under which anybody can get a name."""

from __future__ import annotations

import pytest

from flask_cors.patterns.suffixes import is_listed, is_shared, owned


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("app.example.com", "example.com"),
        ("example.com", "example.com"),
        ("a.b.example.co.uk", "example.co.uk"),
        ("my.vercel.app", "my.vercel.app"),
        ("x.my.vercel.app", "my.vercel.app"),
        ("vercel.app", ""),
        ("my-3000.app.github.dev", "my-3000.app.github.dev"),
        ("b.s3.eu-west-1.amazonaws.com", "b.s3.eu-west-1.amazonaws.com"),
        ("school.k12.ca.us", "school.k12.ca.us"),
        ("localhost", ""),
    ],
)
def test_what_is_somebodys_own(host: str, own: str) -> None:
    assert owned(host.split(".")) == own


@pytest.mark.parametrize(
    ("domain", "shared"),
    [
        ("example.com", False),
        ("vercel.app", True),
        ("my.vercel.app", False),
        ("eu.elb.amazonaws.com", True),
        ("a.run.app", True),
        ("co.uk", True),
        ("com", True),
    ],
)
def test_where_others_can_have_hosts(domain: str, shared: bool) -> None:
    assert is_shared(domain) is shared


@pytest.mark.parametrize(
    ("domain", "listed"),
    [
        ("nip.io", True),
        ("ws-eu1.gitpod.io", True),
        ("sharepoint.com", True),
        ("example.com", False),
    ],
)
def test_what_is_listed_here(domain: str, listed: bool) -> None:
    assert is_listed(domain) is listed
