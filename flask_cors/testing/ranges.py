"""Ranges of bytes: what a ``Range`` header asks for, and which part of a body that is.

Follows ``#simple-range-header-value`` and RFC 9110 section 14; sends nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_STRICT = re.compile(r"bytes=([0-9]*)-([0-9]*)")
_SPACE = r"[\t ]*"
_WITH_SPACE = re.compile(
    rf"bytes{_SPACE}={_SPACE}([0-9]*){_SPACE}-{_SPACE}([0-9]*)",
)
_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/(?:[0-9]{1,18}|\*)")


@dataclass(frozen=True)
class ByteRange:
    """One range of a ``Range`` header: its first and last position, at least one of them.

    Without ``first``, ``last`` is the number of bytes at the end.
    """

    first: int | None
    last: int | None

    def within(self, length: int) -> tuple[int, int] | None:
        """Return the first and last position in *length* bytes, ``None`` where they have none.

        The last *0* bytes are a part without bytes, which ends before it begins.
        """
        if self.first is None:
            return max(length - (self.last or 0), 0), length - 1
        if self.first >= length:
            return None
        return self.first, length - 1 if self.last is None else min(self.last, length - 1)


def parse_range(value: str, *, allows_whitespace: bool = False) -> ByteRange | None:
    """Parse a single range header value; ``None`` where *value* is anything else."""
    found = (_WITH_SPACE if allows_whitespace else _STRICT).fullmatch(value)
    first, last = map(_number, found.groups()) if found else (None, None)
    is_backwards = first is not None and last is not None and first > last
    return None if (first is None and last is None) or is_backwards else ByteRange(first, last)


def parse_content_range(value: str) -> tuple[int, int] | None:
    """Return the first and last position that ``Content-Range`` names, ``None`` for none."""
    found = _CONTENT_RANGE.fullmatch(value)
    return (int(found[1]), int(found[2])) if found and int(found[1]) <= int(found[2]) else None


def content_range(first: int, last: int, length: int | str) -> str:
    """Build a content range (``#build-a-content-range``)."""
    return f"bytes {first}-{last}/{length}"


def _number(digits: str) -> int | None:
    """Return a number; no body is so long that more digits would matter."""
    return int(digits.lstrip("0")[:20] or "0") if digits else None
