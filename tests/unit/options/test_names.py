"""Names that are no option: which option each was meant to be, by its letters and its value."""

from __future__ import annotations

import re
from typing import Any

import pytest

from flask_cors.options.names import (
    credentials_flag,
    excludes,
    holds_resources,
    is_any,
    meant_by,
    near,
    switches_off,
    synonym,
)


def decide(origin: str) -> bool:
    return False


@pytest.mark.parametrize(
    ("name", "option"),
    [
        ("Access-Control-Allow-Origin", "origins"),
        ("CORS_ORIGIN", "origins"),
        ("verbs", "methods"),
        ("http_verb", "methods"),
        ("url_prefix", "resources"),
        ("exposed_headers", "expose_headers"),
        ("max-age", "max_age"),
        ("enforcement", "enforce"),
        ("enforce_origins", "origins"),
        ("accept_headers", "allow_headers"),
        ("template", None),
    ],
)
def test_the_nearest_option_of_a_name(name: str, option: str | None) -> None:
    assert near(name) == option


@pytest.mark.parametrize(
    ("name", "option"), [("whitelist", "origins"), ("WHITELIST", "origins"), ("originz", None)]
)
def test_a_synonym_has_no_letter_wrong(name: str, option: Any) -> None:
    assert synonym(name) == option


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
    ("name", "value", "said"),
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
def test_what_a_name_for_credentials_says(name: str, value: object, said: object) -> None:
    assert credentials_flag(name, value) is said


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


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("origins", True),
        ("origins", "all"),
        ("origins", re.compile(".*")),
        ("origins", ["https://a.example", "*"]),
        ("resources", None),
        ("resources", ""),
        ("resources", "^.*$"),
        ("resources", {"/*": {"origins": "*"}}),
        ("resources", frozenset({"*"})),
        ("methods", True),
        ("enforce", False),
    ],
)
def test_a_value_that_restricts_nothing(option: str, value: object) -> None:
    assert is_any(option, value)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("origins", None),
        ("origins", "https://a.example"),
        ("resources", {"/*": {"origins": "https://a.example"}}),
        ("resources", {}),
        ("resources", [{"path": "/api"}]),
        ("resources", [["/api"]]),
        ("methods", False),
        ("supports_credentials", True),
    ],
)
def test_a_value_that_restricts(option: str, value: object) -> None:
    assert not is_any(option, value)


def test_paths_are_told_from_other_texts() -> None:
    assert holds_resources(["/api/*"])
    assert not holds_resources(["api"])
    assert not holds_resources("*")
