"""Parts of responses in the HTTP cache (RFC 9111 sections 3.3 and 3.4, RFC 9110 section 14).

A part answers a request for what lies within it, and a whole response one for any part; parts
are not put together. Judges replies; sends nothing.
"""

from __future__ import annotations

from dataclasses import replace

from .content import received
from .errors import Failure
from .http_dates import http_date
from .ranges import ByteRange, content_range, parse_content_range, parse_range
from .transport import Headers, Reply, combined

# RFC 9110 section 8.8.2.2: one second is too short for a date to be a strong validator.
_LONG_UNCHANGED = 60


def asks_for_part(headers: Headers) -> bool:
    """Return whether a request has a ``Range``, of whatever kind."""
    return combined(headers, "Range") is not None


def wanted_part(headers: Headers) -> ByteRange | None:
    """Return the one range of bytes that a request asks for, ``None`` for all other requests."""
    wanted = parse_range(combined(headers, "Range") or "", allows_whitespace=True)
    is_nothing = wanted is not None and wanted.first is None and not wanted.last
    return None if is_nothing else wanted


def answer(stored: Reply, headers: Headers) -> Reply | None:
    """Return what *stored* answers to a request with *headers*, ``None`` where it does not."""
    wanted = wanted_part(headers)
    if wanted is None:
        return None if stored.status == 206 or asks_for_part(headers) else stored
    if stored.status == 206:
        return _within_part(stored, wanted)
    return _within_whole(stored, wanted) if stored.status == 200 else stored


def is_storable_part(asked_with: Headers, reply: Reply, *, strict: bool) -> bool:
    """Return whether a 206 can be stored: one part, *strict* only with a strong validator."""
    known = parse_content_range(reply.get("Content-Range") or "") is not None
    return known and wanted_part(asked_with) is not None and (not strict or _is_strong(reply))


def is_part_of_same(new: Reply, old: Reply) -> bool:
    """Return whether *new* is a part that leaves *old* as good as it was."""
    names = ("ETag", "Last-Modified")
    return new.status == 206 and all(new.get(name) == old.get(name) for name in names)


def _within_whole(stored: Reply, wanted: ByteRange) -> Reply | None:
    """Return a part of a whole response, all of it where *wanted* lies beyond its end.

    What is encoded has other positions than what the page would count.
    """
    body = received(stored)
    if isinstance(body, Failure) or stored.get("Content-Encoding") is not None:
        return None
    place = wanted.within(len(body))
    if place is None:
        return stored
    return _part(stored, body[place[0] : place[1] + 1], content_range(*place, len(body)))


def _within_part(stored: Reply, wanted: ByteRange) -> Reply | None:
    """Return a part of a part, ``None`` unless *wanted* lies wholly within it."""
    given = stored.get("Content-Range") or ""
    held, length = parse_content_range(given), given.rpartition("/")[2]
    if held is None:
        return None
    ends = length == str(held[1] + 1)
    if wanted.first is None:
        return _last_bytes(stored, wanted.last or 0, held, length) if ends else None
    last = held[1] if ends and (wanted.last is None or wanted.last > held[1]) else wanted.last
    if last is None or not held[0] <= wanted.first <= last <= held[1]:
        return None
    body = stored.body[wanted.first - held[0] : last - held[0] + 1]
    return _part(stored, body, content_range(wanted.first, last, length))


def _last_bytes(stored: Reply, count: int, held: tuple[int, int], length: str) -> Reply | None:
    if count > len(stored.body):
        return stored if held[0] == 0 else None
    first = held[1] + 1 - count
    return _part(stored, stored.body[-count:], content_range(first, held[1], length))


def _part(stored: Reply, body: bytes, place: str) -> Reply:
    own = ("content-length", "content-range")
    headers = [pair for pair in stored.headers if pair[0].lower() not in own]
    headers += [("Content-Length", str(len(body))), ("Content-Range", place)]
    return replace(stored, status=206, headers=tuple(headers), body=body, reason="Partial Content")


def _is_strong(reply: Reply) -> bool:
    """Return whether a validator tells any two versions apart (RFC 9110 section 8.8.1)."""
    tag = reply.get("ETag") or ""
    if tag and not tag.startswith("W/"):
        return True
    modified = http_date(reply.get("Last-Modified"), float("inf"))
    return http_date(reply.get("Date"), float("-inf")) - modified >= _LONG_UNCHANGED
