"""A browser's private HTTP cache (RFC 9111), with the cache modes of Fetch.

Stores whole responses to GET and no parts of them; sends nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timezone
from email.utils import parsedate_to_datetime
from typing import Literal

from .traits import Traits
from .transport import Headers, Reply, Request, combined

CacheMode = Literal["default", "no-store", "reload", "no-cache", "force-cache", "only-if-cached"]
# #http-network-or-cache-fetch, the headers that change the cache mode
CONDITIONAL_HEADERS = frozenset(
    {"if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since"}
)
# RFC 9110 section 15.1, without 206: no parts are stored.
HEURISTIC_STATUSES = frozenset({200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501})
MOVED_STATUSES = frozenset({300, 301, 308, 410})
# RFC 9111 section 3.2: of the stored content, or of one connection.
NOT_UPDATED = frozenset(
    {
        "connection",
        "content-encoding",
        "content-length",
        "content-range",
        "content-type",
        "etag",
        "keep-alive",
        "transfer-encoding",
    }
)

# The network partition, and the URL.
Key = tuple[object, str]


@dataclass(frozen=True)
class Stored:
    """A stored response with what its freshness and ``Vary`` are judged by."""

    key: Key
    asked_with: Headers
    reply: Reply
    received: float
    stays_fresh: bool = False

    def matches(self, headers: Headers) -> bool:
        """Return whether it answers a request with *headers* (RFC 9111 section 4.1)."""
        names = _items(self.reply.get("Vary"))
        return "*" not in names and all(
            combined(self.asked_with, name) == combined(headers, name) for name in names
        )

    def validators(self) -> list[tuple[str, str]]:
        """Return the headers of a request that asks whether it is still good."""
        pairs = (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified"))
        found = ((name, self.reply.get(validator)) for name, validator in pairs)
        return [(name, value) for name, value in found if value]

    def freshened(self, reply: Reply, now: float) -> Stored:
        """Return it with the headers of a 304 (RFC 9111 section 3.2)."""
        new = [pair for pair in reply.headers if pair[0].lower() not in NOT_UPDATED]
        names = {name.lower() for name, _ in new}
        old = [pair for pair in self.reply.headers if pair[0].lower() not in names]
        return replace(self, reply=replace(self.reply, headers=(*old, *new)), received=now)

    def is_fresh(self, now: float) -> bool:
        """Return whether it may be used unasked (RFC 9111 section 4.2)."""
        directives = _directives(self.reply.get("Cache-Control"))
        if "no-cache" in directives:
            return False
        if self.reply.get("Cache-Control") is None and self.reply.get("Pragma") == "no-cache":
            return False
        age = _seconds(self.reply.get("Age")) or 0
        return now - self.received + age < self._lifetime(directives)

    def _lifetime(self, directives: dict[str, str]) -> float:
        """Return the freshness lifetime (RFC 9111 sections 4.2.1 and 4.2.2)."""
        if "max-age" in directives:
            return _seconds(directives["max-age"]) or 0
        date = _date(self.reply.get("Date"), self.received)
        if self.reply.get("Expires") is not None:
            return _date(self.reply.get("Expires"), 0) - date
        if self.stays_fresh:
            return float("inf")
        modified = self.reply.get("Last-Modified")
        if modified is None or self.reply.status not in HEURISTIC_STATUSES:
            return 0
        return (date - _date(modified, date)) / 10


class HTTPCache:
    """The HTTP cache of one browser."""

    def __init__(self, traits: Traits, clock: Callable[[], float]) -> None:
        self._traits = traits
        self._clock = clock
        self._stored: list[Stored] = []

    def clear(self) -> None:
        """Forget all responses."""
        self._stored.clear()

    def select(self, key: Key, headers: Headers) -> Stored | None:
        """Return the stored response that a request with *headers* gets, fresh or stale."""
        found = [stored for stored in self._stored if stored.key == key]
        return next((stored for stored in reversed(found) if stored.matches(headers)), None)

    def other_variant(self, key: Key) -> Stored | None:
        """Return what is stored for *key* under other request headers, where that is asked."""
        if not self._traits.caches_one_variant:
            return None
        found = [stored for stored in self._stored if stored.key == key]
        return next((stored for stored in found if stored.reply.get("ETag")), None)

    def is_fresh(self, stored: Stored) -> bool:
        """Return whether *stored* may be used without asking the server."""
        return stored.is_fresh(self._clock())

    def store(self, key: Key, request: Request, reply: Reply) -> None:
        """Store *reply* if RFC 9111 section 3 lets a private cache do so."""
        if request.method != "GET" or not _may_store(request, reply):
            return
        stays = self._traits.caches_moved_responses and reply.status in MOVED_STATUSES
        self._replace(Stored(key, request.headers, reply, self._clock(), stays))

    def freshen(self, stored: Stored, request: Request, reply: Reply) -> Reply:
        """Take over the headers of a 304 and return the response that it confirms."""
        fresh = replace(stored.freshened(reply, self._clock()), asked_with=request.headers)
        self._forget(stored)
        if _may_store(request, fresh.reply):
            self._replace(fresh)
        return fresh.reply

    def invalidate(self, key: Key, request: Request, reply: Reply) -> None:
        """Forget what an unsafe method has changed (RFC 9111 section 4.4)."""
        methods = self._traits.invalidates_by
        safe = request.method in ("GET", "HEAD", "OPTIONS")
        changes = not safe if methods is None else request.method in methods
        if changes and 200 <= reply.status <= 399:
            self._stored = [stored for stored in self._stored if stored.key != key]

    def _replace(self, new: Stored) -> None:
        self._stored = [
            stored
            for stored in self._stored
            if stored.key != new.key
            or not (self._traits.caches_one_variant or stored.matches(new.asked_with))
        ]
        self._stored.append(new)

    def _forget(self, old: Stored) -> None:
        self._stored = [stored for stored in self._stored if stored is not old]


def conditional_mode(mode: CacheMode, headers: Headers, traits: Traits) -> CacheMode:
    """Return *mode*, or that of a page which validates by headers of its own.

    Follows ``#http-network-or-cache-fetch``.
    """
    if mode != "default" or not is_conditional(headers):
        return mode
    return "no-cache" if traits.validates_conditional else "no-store"


def is_conditional(headers: Headers) -> bool:
    """Return whether a page validates what it has itself."""
    return any(name.lower() in CONDITIONAL_HEADERS for name, _ in headers)


def directed_mode(mode: CacheMode, headers: Headers) -> CacheMode:
    """Return what a page's ``Cache-Control`` and ``Pragma`` make of *mode*.

    Follows RFC 9111 section 5.2.1; a request for a part, or with a condition of its
    own, passes the cache by.
    """
    directives = _directives(combined(headers, "Cache-Control"))
    if combined(headers, "Range") is not None or is_conditional(headers):
        return "no-store"
    if mode != "default":
        return mode
    if "no-cache" in directives or combined(headers, "Pragma") == "no-cache":
        return "reload"
    return "no-cache" if directives.get("max-age") == "0" else mode


def mode_headers(mode: CacheMode, headers: Headers) -> list[tuple[str, str]]:
    """Return the headers that *mode* adds to those of a request."""
    added = []
    if mode == "no-cache":
        added = [("Cache-Control", "max-age=0")]
    elif mode in ("no-store", "reload"):
        added = [("Pragma", "no-cache"), ("Cache-Control", "no-cache")]
    return [pair for pair in added if combined(headers, pair[0]) is None]


def _may_store(request: Request, reply: Reply) -> bool:
    directives = _directives(reply.get("Cache-Control"))
    if "no-store" in _directives(request.get("Cache-Control")):
        return False
    if "no-store" in directives or "*" in _items(reply.get("Vary")) or reply.status in (206, 304):
        return False
    explicit = directives.keys() & {"max-age", "public", "private", "no-cache"}
    return bool(explicit or reply.get("Expires") or reply.status in HEURISTIC_STATUSES)


def _items(value: str | None) -> list[str]:
    items = (item.strip().lower() for item in (value or "").split(","))
    return [item for item in items if item]


def _directives(value: str | None) -> dict[str, str]:
    """Parse ``Cache-Control``: names in lower case, the first of a name counts."""
    found: dict[str, str] = {}
    for item in re.findall(r'(?:[^,"]|"[^"]*")+', value or ""):
        name, _, argument = item.partition("=")
        found.setdefault(name.strip().lower(), argument.strip().strip('"'))
    return found


def _seconds(value: str | None) -> int | None:
    return int(value) if value is not None and re.fullmatch("[0-9]{1,18}", value) else None


def _date(value: str | None, default: float) -> float:
    try:
        when = parsedate_to_datetime(value or "")
    except (OverflowError, ValueError):
        return default
    # It has no zone where the text says -0000 (RFC 5322 section 3.3).
    return when.replace(tzinfo=when.tzinfo or timezone.utc).timestamp()
