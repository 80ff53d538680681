"""The dates of HTTP headers, such as ``Date`` and ``Expires`` (RFC 9110 section 5.6.7).

Knows texts; sends nothing.
"""

from __future__ import annotations

from datetime import timezone
from email.utils import parsedate_to_datetime


def http_date(value: str | None, default: float) -> float:
    """Return a date in seconds since the epoch, *default* where *value* is none."""
    try:
        when = parsedate_to_datetime(value or "")
    except (OverflowError, ValueError):
        return default
    # It has no zone where the text says -0000 (RFC 5322 section 3.3).
    return when.replace(tzinfo=when.tzinfo or timezone.utc).timestamp()
