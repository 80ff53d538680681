"""What the value of a misspelt option says."""

from __future__ import annotations

import re

import pytest

from flask_cors.options.values import holds_resources, is_any


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


def test_paths_are_distinguished_from_other_texts() -> None:
    assert holds_resources(["/api/*"])
    assert not holds_resources(["api"])
    assert not holds_resources("*")
