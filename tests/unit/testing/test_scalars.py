"""Halves of surrogate pairs, which UTF-8 cannot hold."""

from __future__ import annotations

import pytest

from flask_cors.testing.scalars import scalar_value_string, utf8, with_pairs_joined


@pytest.mark.parametrize(
    ("text", "joined", "scalars"),
    [
        ("", "", ""),
        ("a\xe9\u2603\U0001f600", "a\xe9\u2603\U0001f600", "a\xe9\u2603\U0001f600"),
        ("\ud83d\ude00", "\U0001f600", "\U0001f600"),
        ("\ud83d", "\ud83d", "\ufffd"),
        ("\ude00\ud83d", "\ude00\ud83d", "\ufffd\ufffd"),
        ("\ud83dx\ude00", "\ud83dx\ude00", "\ufffdx\ufffd"),
        ("\ud83d\ud83d\ude00", "\ud83d\U0001f600", "\ufffd\U0001f600"),
        ("\ufeffa", "\ufeffa", "\ufeffa"),
    ],
)
def test_surrogates(text: str, joined: str, scalars: str) -> None:
    assert with_pairs_joined(text) == joined
    assert scalar_value_string(text) == scalars
    assert utf8(text) == scalars.encode()
