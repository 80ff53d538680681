"""Ranges of bytes: what a header names, and where that lies in a body."""

from __future__ import annotations

import pytest

from flask_cors.testing.ranges import (
    ByteRange,
    content_range,
    parse_content_range,
    parse_range,
)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("bytes=0-0", ByteRange(0, 0)),
        ("bytes=5-", ByteRange(5, None)),
        ("bytes=-5", ByteRange(None, 5)),
        ("bytes=007-8", ByteRange(7, 8)),
        (f"bytes={'9' * 5000}-", ByteRange(int("9" * 20), None)),
        ("bytes=-", None),
        ("bytes=2-1", None),
        ("bytes=1-2,4-5", None),
        ("bytes= 1-2", None),
        ("Bytes=1-2", None),
        ("bytes=\u0661-2", None),
        ("bytes", None),
        ("", None),
    ],
)
def test_parse_range(value: str, found: ByteRange | None) -> None:
    assert parse_range(value) == found


def test_white_space_where_it_is_allowed() -> None:
    assert parse_range("bytes \t= 1 -\t2", allows_whitespace=True) == ByteRange(1, 2)
    assert parse_range(" bytes=1-2", allows_whitespace=True) is None


@pytest.mark.parametrize(
    ("wanted", "place"),
    [
        (ByteRange(0, 3), (0, 3)),
        (ByteRange(2, None), (2, 9)),
        (ByteRange(9, 100), (9, 9)),
        (ByteRange(10, None), None),
        (ByteRange(None, 3), (7, 9)),
        (ByteRange(None, 30), (0, 9)),
        (ByteRange(None, 0), (10, 9)),
    ],
)
def test_within_ten_bytes(wanted: ByteRange, place: tuple[int, int] | None) -> None:
    assert wanted.within(10) == place


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ("bytes 0-4/10", (0, 4)),
        ("bytes 4-4/*", (4, 4)),
        ("bytes 4-3/10", None),
        ("bytes */10", None),
        ("bytes=0-4/10", None),
        ("", None),
    ],
)
def test_parse_content_range(value: str, place: tuple[int, int] | None) -> None:
    assert parse_content_range(value) == place


def test_build_a_content_range() -> None:
    assert content_range(2, 4, 10) == "bytes 2-4/10"
    assert content_range(2, 4, "*") == "bytes 2-4/*"
