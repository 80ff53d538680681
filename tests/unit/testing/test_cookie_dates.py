"""The dates of cookies, by RFC 6265 section 5.1.1 and as Chromium reads them."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from flask_cors.testing.cookie_dates import cookie_date

NEW_YEAR = (1970, 1, 1, 0, 0, 0)
SEVERAL = (1999, 2, 3, 10, 20, 30)


def seconds(*parts: int) -> float:
    return datetime(*parts, tzinfo=timezone.utc).timestamp()  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Wed, 03 Feb 1999 10:20:30 GMT", SEVERAL),
        ("Wed, 03-Feb-99 10:20:30 GMT", SEVERAL),
        ("Wed Feb  3 10:20:30 1999", SEVERAL),
        ("1999 Feb 3 10:20:30", SEVERAL),
        ("10:20:30 3 february 1999", SEVERAL),
        ("03/FEB/1999/10:20:30", SEVERAL),
        ("03_Feb_1999_10:20:30", SEVERAL),
        ("\t03\tFeb\t1999\t10:20:30\t", SEVERAL),
        ("03`Feb@1999{10:20:30~", SEVERAL),
        ("03[Feb;1999]10:20:30", SEVERAL),
        # A zone does not count, whatever it says.
        ("03 Feb 1999 10:20:30 +0100", SEVERAL),
        ("03 Feb 1999 10:20:30 PST", SEVERAL),
        # The first of a kind counts; what fits no place that is left is passed over.
        ("03 Feb 1999 10:20:30 11:22:33 Mar 04 2000", SEVERAL),
        ("foo 03 Feb 1999 10:20:30.999", SEVERAL),
        ("01 01 Feb 1999 10:20:30", (2001, 2, 1, 10, 20, 30)),
        ("1 Jan 1970 0:0:0", NEW_YEAR),
        ("1 Jan 70 00:00:00", NEW_YEAR),
        ("1 Jan 69 00:00:00", (2069, 1, 1, 0, 0, 0)),
        ("1 Jan 00 00:00:00", (2000, 1, 1, 0, 0, 0)),
        ("1 Jan 99 00:00:00", (1999, 1, 1, 0, 0, 0)),
        ("31 Dec 9999 23:59:59", (9999, 12, 31, 23, 59, 59)),
        ("1 Jan 1601 00:00:00", (1601, 1, 1, 0, 0, 0)),
        ("29 Feb 2000 00:00:00", (2000, 2, 29, 0, 0, 0)),
    ],
)
@pytest.mark.parametrize("by_chromium", [False, True])
def test_dates(text: str, parts: tuple[int, ...], by_chromium: bool) -> None:
    assert cookie_date(text, by_chromium=by_chromium) == seconds(*parts)


def test_months() -> None:
    names = [
        "jan",
        "feb",
        "March",
        "apr",
        "May",
        "June",
        "july",
        "aug",
        "SEP",
        "Oct",
        "nov",
        "decx",
    ]
    found = [cookie_date(f"1 {name} 1999 00:00:00") for name in names]
    assert found == [seconds(1999, number, 1) for number in range(1, 13)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "-1",
        "soon",
        "Feb 1999 10:20:30",
        "03 1999 10:20:30",
        "03 Feb 10:20:30",
        "03 Feb 1999",
        "03 Feb 1999 10:20",
        "03 Foo 1999 10:20:30",
        "03 aFeb 1999 10:20:30",
        "32 Jan 1999 10:20:30",
        "00 Jan 1999 10:20:30",
        "31 Feb 1999 10:20:30",
        "29 Feb 1999 10:20:30",
        "03 Feb 1999 24:00:00",
        "03 Feb 1999 10:60:00",
        "03 Feb 1999 10:20:60",
        "1999-02-03T10:20:30Z",
        "\u0660\u0663 Feb 1999 10:20:30",
        "03\x80Feb 1999 10:20:30",
    ],
)
@pytest.mark.parametrize("by_chromium", [False, True])
def test_what_is_no_date(text: str, by_chromium: bool) -> None:
    assert cookie_date(text, by_chromium=by_chromium) is None


@pytest.mark.parametrize(
    ("text", "by_rfc", "by_chromium"),
    [
        ("3rd Feb 1999 10:20:30", SEVERAL, None),
        ("03 Feb 1999foo 10:20:30", SEVERAL, None),
        ("03 Feb 1999 10:20:30am", SEVERAL, None),
        ("3\x81\n1 Feb 1999 10:20:30", SEVERAL, None),
        ("3 Feb 1999\n 10:20:30\n", SEVERAL, None),
        ("03 Feb 1600 10:20:30", None, (1600, 2, 3, 10, 20, 30)),
        ("03 Feb 100 10:20:30", None, (100, 2, 3, 10, 20, 30)),
        ("03 Feb 197 10:20:30", None, (197, 2, 3, 10, 20, 30)),
        ("03 Feb 12345 10:20:30", None, (9999, 2, 3, 10, 20, 30)),
        ("03 Feb 123456 10:20:30", None, None),
        ("03 Feb 5 10:20:30", None, (2005, 2, 3, 10, 20, 30)),
        ("003 03 Feb 10:20:30", (2003, 2, 3, 10, 20, 30), (2003, 2, 3, 10, 20, 30)),
        ("03 Feb 1999 010:020:030", None, SEVERAL),
    ],
)
def test_where_chromium_differs(
    text: str, by_rfc: tuple[int, ...] | None, by_chromium: tuple[int, ...] | None
) -> None:
    for is_chromium, parts in ((False, by_rfc), (True, by_chromium)):
        expected = None if parts is None else seconds(*parts)
        assert cookie_date(text, by_chromium=is_chromium) == expected
