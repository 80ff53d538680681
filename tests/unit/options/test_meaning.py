"""What an unknown option was meant to do, by its name and its value."""

from __future__ import annotations

import re

import pytest

from flask_cors.options.meaning import credentials_flag, excludes, meant_by, switches_off


def decide(origin: str) -> bool:
    return False


@pytest.mark.parametrize(
    ("name", "value", "option"),
    [
        ("frontend", "https://a.example", "origins"),
        ("frontend", "localhost:3000", "origins"),
        ("frontend", "build", None),
        ("trusted_clients", ["a.example"], "origins"),
        ("server", "localhost:6379", None),
        ("settings", {"/api/*": {"origins": "*"}}, "resources"),
        ("settings", {re.compile("/api"): {}}, "resources"),
        ("settings", {"origins": "*"}, None),
        ("static_folder", "/static", None),
        ("folder", "/static/*", "resources"),
        ("rule", re.compile(r"https://a\.example"), "origins"),
        ("rule", re.compile("^/api"), "resources"),
        ("rule", re.compile(b"x"), "origins"),
        ("allow_http", 1, None),
        ("validator", decide, "origins"),
        ("on_error", decide, None),
        ("allow", ["GET", "PUT"], "methods"),
        ("allow", ["https://a.example"], "origins"),
        ("allow_http", True, None),
        ("allow_pna", True, "allow_private_network"),
        ("cookie_name", "session", None),
        ("enforced", [1], None),
    ],
)
def test_the_value_says_what_a_name_does_not(name: str, value: object, option: str | None) -> None:
    assert meant_by(name, value) == option


@pytest.mark.parametrize(
    ("name", "value", "flag"),
    [
        ("credentials", "omit", False),
        ("credentials", "same-origin", False),
        ("credentials", "include", True),
        ("no_credentials", True, False),
        ("disable_cookies", "true", False),
        ("no_credentials", False, True),
        ("with_credentials", 0, False),
        ("credentials", "x", None),
    ],
)
def test_what_a_name_for_credentials_says(name: str, value: object, flag: object) -> None:
    assert credentials_flag(name, value) is flag


@pytest.mark.parametrize("name", ["skip", "ignore", "exempt", "without", "except_"])
def test_a_list_of_what_is_left_out_keeps_something_out(name: str) -> None:
    assert excludes(name, ["/admin"])
    assert excludes(name, {"/admin": {}})
    assert not excludes(name, True)
    assert not excludes(name, [])


@pytest.mark.parametrize(
    ("name", "value", "off"),
    [
        ("enabled", False, True),
        ("cors_enabled", "false", True),
        ("active", False, True),
        ("active", 0, True),
        ("disabled", 1, True),
        ("disabled", True, True),
        ("disable_cors", True, True),
        ("enabled", True, False),
        ("disabled", False, False),
        ("debug", False, False),
    ],
)
def test_a_flag_that_is_to_switch_cors_off(name: str, value: object, off: bool) -> None:
    assert switches_off(name, value) is off
