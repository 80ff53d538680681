"""The headers that a page reads."""

from __future__ import annotations

from flask_cors.testing import ResponseHeaders


def test_names_are_sorted_in_lower_case() -> None:
    headers = ResponseHeaders((("b", "1"), ("A", "2"), ("c-", "3"), ("C", "4"), ("B", "5")))
    assert list(headers.items()) == [("a", "2"), ("b", "1, 5"), ("c", "4"), ("c-", "3")]
