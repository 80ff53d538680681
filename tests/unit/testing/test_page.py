"""The headers that a page hands to ``fetch``."""

from __future__ import annotations

from typing import Any

import pytest

from flask_cors.testing import Blob
from tests.unit.testing.pages import API, browser, last


@pytest.mark.parametrize(
    "headers", ["ab", ["ab"], [()], [("a",)], [("a", "b", "c")], [["a", "b"], ["c"]]]
)
def test_headers_are_pairs(headers: Any) -> None:
    page = browser()
    with pytest.raises(TypeError, match="not a pair of a header's name and its value: "):
        page.fetch("/", headers=headers)
    assert page.exchanges == []


def test_a_name_keeps_the_case_that_it_came_with_first() -> None:
    page = browser(origin=API)
    page.fetch("/", headers=[["X-b", "1"], ["X-A", "2"], ["x-B", " 3"]])  # type: ignore[list-item]
    lines = [pair for pair in last(page).headers if pair[0].startswith("X")]
    assert lines == [("X-b", "1"), ("X-A", "2"), ("X-b", "3")]


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        (" \t\r\nX \t\r\n", "X"),
        ("\xa0x\x0b", "\xa0x\x0b"),
        ("\x0c", "\x0c"),
        ("\xff", "\xff"),
        ("a\tb", "a\tb"),
        ("", ""),
    ],
)
def test_white_space_around_a_value(value: str, sent: str) -> None:
    page = browser(origin=API)
    page.fetch("/", headers={"X-A": value})
    assert last(page).get("X-A") == sent


@pytest.mark.parametrize("value", ["\u0100", "a\0b", "a\rb", "a\nb", "\ud800"])
def test_what_is_no_header_value(value: str) -> None:
    with pytest.raises(TypeError, match=r"^not a header: 'X-A': "):
        browser().fetch("/", headers={"X-A": value})


def test_the_type_of_a_blob_is_a_header_value() -> None:
    page = browser(origin=API)
    page.fetch("/", method="POST", data=Blob(b"x", " image/GIF "))
    assert last(page).get("Content-Type") == "image/gif"
