"""Names that are no option: which option each was meant to be, by its letters."""

from __future__ import annotations

from typing import Any

import pytest

from flask_cors.options.names import near, synonym


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
