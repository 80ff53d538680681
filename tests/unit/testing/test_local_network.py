"""Local Network Access: which network a host is in, and whether a page may go there."""

from __future__ import annotations

import pytest

from flask_cors.testing import CHROMIUM, Browser, NetworkError, Reply
from flask_cors.testing.local_network import (
    address_space_of_name,
    is_more_private,
    permissions_for,
)


@pytest.mark.parametrize(
    ("host", "space"),
    [
        ("localhost", "loopback"),
        ("a.localhost", "loopback"),
        ("127.0.0.2", "loopback"),
        ("::1", "loopback"),
        ("10.0.0.1", "local"),
        ("192.168.1.1", "local"),
        ("169.254.0.1", "local"),
        ("fe80::1", "local"),
        ("fd00::1", "local"),
        ("printer.local", "local"),
        ("8.8.8.8", "public"),
        ("2001:4860:4860::8888", "public"),
        ("app.example", None),
        ("local", None),
        ("", None),
    ],
)
def test_what_a_name_tells(host: str, space: str | None) -> None:
    assert address_space_of_name(host) == space


def test_nearer_is_more_private() -> None:
    spaces = ("public", "local", "loopback", None)
    more = {(t, o) for t in spaces for o in spaces if is_more_private(t, o)}
    assert more == {("local", "public"), ("loopback", "public"), ("loopback", "local")}


def test_permissions() -> None:
    assert permissions_for("local") == {"local-network", "local-network-access"}
    assert permissions_for("loopback") == {"loopback-network", "local-network-access"}


def page(origin: str = "https://8.8.8.8") -> Browser:
    allowed = (("Access-Control-Allow-Origin", "*"),)
    return Browser(transport=lambda request: Reply(200, allowed), origin=origin, traits=CHROMIUM)


def test_the_console() -> None:
    with pytest.raises(NetworkError) as caught:
        page().fetch("http://localhost/")
    assert str(caught.value) == (
        "Access to fetch at 'http://localhost/' from origin 'https://8.8.8.8' has been blocked by "
        "CORS policy: Permission was denied for this request to access the `loopback` address "
        "space."
    )


def test_a_permission() -> None:
    browser = page()
    browser.permissions.add("local-network-access")
    assert browser.fetch("http://localhost/").ok


def test_the_user_may_go_anywhere() -> None:
    assert page().navigate("http://localhost/", typed=True).ok
    with pytest.raises(NetworkError):
        page().navigate("http://localhost/")


def test_the_tab_decides_for_a_frame() -> None:
    framed = page("https://10.0.0.1").at("https://10.0.0.2", framed_by="https://8.8.8.8")
    with pytest.raises(NetworkError):
        framed.fetch("https://10.0.0.3/")
    assert page("https://10.0.0.1").fetch("https://10.0.0.3/").ok
