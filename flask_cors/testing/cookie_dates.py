"""The date in a cookie's ``Expires`` (RFC 6265 section 5.1.1).

Reads a date as browsers do, which is not as mail programs do: parts in nearly any order, two
digits for a year, and no time zones. Knows nothing of cookies.
"""

from __future__ import annotations

import re
from calendar import timegm
from datetime import datetime
from typing import Final

_MONTHS: Final = (
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
)
# All that is neither a digit, a letter, a colon, nor beyond ASCII; control characters are no
# delimiters, HTAB apart.
_DELIMITERS: Final = re.compile(r"[\t\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+")
# In the order in which a part of the date is taken for one or the other.
_PARTS: Final = {
    "time": re.compile(r"([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[^0-9].*)?", re.DOTALL),
    "day": re.compile(r"([0-9]{1,2})(?:[^0-9].*)?", re.DOTALL),
    "month": re.compile(rf"({'|'.join(_MONTHS)}).*", re.IGNORECASE | re.DOTALL),
    "year": re.compile(r"([0-9]{2,4})(?:[^0-9].*)?", re.DOTALL),
}
_CHROMIUM_PARTS: Final = {
    "time": re.compile("([0-9]+):([0-9]+):([0-9]+)"),
    "day": re.compile("([0-9]{1,2})"),
    "month": _PARTS["month"],
    "year": re.compile("([0-9]{1,5})"),
}


def cookie_date(text: str, *, by_chromium: bool = False) -> float | None:
    """Return the date in *text* in seconds since the epoch, ``None`` where it holds none.

    By the RFC letters may follow the digits of a day, a year or a time, as in ``1st``, and a year
    has up to four digits and is not before 1601. Chromium wants numbers alone and takes any year.
    """
    found: dict[str, tuple[str, ...]] = {}
    patterns = _CHROMIUM_PARTS if by_chromium else _PARTS
    for token in _DELIMITERS.split(text):
        for part, pattern in patterns.items():
            match = None if part in found else pattern.fullmatch(token)
            if match is not None:
                found[part] = match.groups()
                break
    if len(found) < len(patterns):
        return None
    year = int(found["year"][0])
    if year < 100:
        year += 1900 if year >= 70 else 2000
    if year < 1601 and not by_chromium:
        return None
    return _timestamp(year, found)


def _timestamp(year: int, found: dict[str, tuple[str, ...]]) -> float | None:
    """Return the timestamp of a date, ``None`` where the calendar has none such."""
    month = _MONTHS.index(found["month"][0].lower()) + 1
    hour, minute, second = map(int, found["time"])
    # What lies beyond the years of Python is as far away in one that it has.
    year = min(year, 9999)
    try:
        when = datetime(year, month, int(found["day"][0]), hour, minute, second)
    except ValueError:
        return None
    return timegm(when.timetuple())
