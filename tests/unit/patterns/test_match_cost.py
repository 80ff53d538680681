"""How long a text a regular expression may be tried with."""

from __future__ import annotations

import pytest

from flask_cors.patterns.match_cost import longest_text


@pytest.mark.parametrize(
    ("pattern", "length"),
    [
        (r"https://a\.example", 108),
        (r"a\.example", 100),
        (r"https://\w+\.example", 108),
        (r"https://(\w+)+\.example", 8 + 9),
        (r"https://(\w+\.)+example", 108),
        (r"https://(\w+[.-])*example", 108),
        (r"https://([\w-]+[.-])*example", 8 + 9),
        (r"https://([.-]\w+)*example", 108),
        (r"https://(\w+\.\w*)*example", 8 + 8),
        (r"(a|b)" * 20, 0),
        (r"(?P=unknown)", 0),
    ],
)
def test_the_length_is_within_bounds(pattern: str, length: int) -> None:
    assert longest_text(pattern) == length
