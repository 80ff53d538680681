"""A browser's private HTTP cache (RFC 9111), with the cache modes of Fetch.

Stores responses to GET, whole or in parts (:mod:`.parts`); sends nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urldefrag

from .http_dates import http_date
from .parts import answer, asks_for_part, is_part_of_same, is_storable_part, wanted_part
from .search_variance import search_variance
from .sites import origin_of, resolved
from .traits import Traits
from .transport import Headers, Reply, Request, combined

CacheMode = Literal["default", "no-store", "reload", "no-cache", "force-cache", "only-if-cached"]
# #concept-fresh-response and the two definitions that follow it
Freshness = Literal["fresh", "stale-while-revalidate", "stale"]
Directives = Mapping[str, str]
# #http-network-or-cache-fetch, the headers that change the cache mode
CONDITIONAL_HEADERS = frozenset(
    {"if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since"}
)
# RFC 9110 section 15.1
HEURISTIC_STATUSES = frozenset({200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501})
NARROW_HEURISTIC_STATUSES = frozenset({200, 203, 206})
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

# Directives whose arguments are numbers of seconds.
TIMES = frozenset({"max-age", "stale-while-revalidate"})
# RFC 9111 section 1.2.2: what stands for a number of seconds that is too large.
LONGEST = 10**18
# The network partition, and the URL.
Key = tuple[object, str]


@dataclass(frozen=True)
class Stored:
    """A stored response with what its freshness and ``Vary`` are judged by.

    ``asked`` and ``received`` are the times of the request and of the response.
    """

    key: Key
    asked_with: Headers
    reply: Reply
    asked: float
    received: float
    traits: Traits

    def matches(self, headers: Headers) -> bool:
        """Return whether it answers a request with *headers* (RFC 9111 section 4.1)."""
        names = _items(self.reply.get("Vary"))
        return "*" not in names and all(
            combined(self.asked_with, name) == combined(headers, name) for name in names
        )

    def answer(self, headers: Headers) -> Reply | None:
        """Return what it answers to a request with *headers*, maybe for a part of it."""
        return answer(self.reply, headers) if self.matches(headers) else None

    def is_of(self, key: Key) -> bool:
        """Return whether its URL is that of *key*, but for a query that makes no difference."""
        if self.key == key or not self.traits.ignores_search or self.key[0] != key[0]:
            return self.key == key
        variance = search_variance(self.reply.get("No-Vary-Search"))
        return variance is not None and variance.are_equivalent(self.key[1], key[1])

    def validators(self) -> list[tuple[str, str]]:
        """Return the headers of a request that asks whether it is still good."""
        statuses = self.traits.validates_statuses
        if statuses is not None and self.reply.status not in statuses:
            return []
        pairs = (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified"))
        found = ((name, self.reply.get(validator)) for name, validator in pairs)
        return [(name, value) for name, value in found if value]

    def is_asked_about(self, headers: Headers) -> bool:
        """Return whether a page's own condition in *headers* can be about this response."""
        own = ((combined(headers, name), value) for name, value in self.validators())
        return self.reply.status == 200 and all(asked in (None, value) for asked, value in own)

    def freshened(self, reply: Reply, asked: float, now: float) -> Stored:
        """Return it with the headers of a 304 (RFC 9111 section 3.2)."""
        new = [pair for pair in reply.headers if pair[0].lower() not in NOT_UPDATED]
        names = {name.lower() for name, _ in new}
        old = [pair for pair in self.reply.headers if pair[0].lower() not in names]
        merged = replace(self.reply, headers=(*old, *new))
        return replace(self, reply=merged, asked=asked, received=now)

    def freshness(self, now: float, wanted: Directives) -> Freshness:
        """Return whether it may be used unasked (RFC 9111 section 4.2).

        *wanted* are the directives of the request. What is stale may be used for the time that
        the server grants for a revalidation in the background (RFC 5861 section 3), but not
        where the request wants something fresher.
        """
        directives = self._directives()
        if "no-cache" in directives or self._has_pragma():
            return "stale"
        age = self._age(now)
        left = self._lifetime(directives) - age
        if not _suits(age, left, wanted):
            return "stale"
        if left > 0:
            return "fresh"
        if "must-revalidate" in directives:
            return "stale"
        if "max-stale" in wanted and -left <= _most_stale(wanted["max-stale"]):
            return "fresh"
        grace = _seconds(directives.get("stale-while-revalidate")) or 0
        return "stale-while-revalidate" if -left < grace and "max-age" not in wanted else "stale"

    def _directives(self) -> Directives:
        return _directives(self.reply.get("Cache-Control"), self.traits)

    def _has_pragma(self) -> bool:
        """Return whether ``Pragma`` asks for validation (RFC 9111 section 5.4)."""
        counts = self.traits.minds_pragma or self.reply.get("Cache-Control") is None
        return counts and "no-cache" in _items(self.reply.get("Pragma"))

    def _age(self, now: float) -> float:
        """Return the current age (RFC 9111 section 4.2.3)."""
        apparent = self.received - http_date(self.reply.get("Date"), self.received)
        # The first of several values counts (section 5.1).
        value = _seconds((self.reply.get("Age") or "").partition(",")[0].strip(" \t")) or 0
        corrected = value + self.received - self.asked
        return max(apparent, corrected) + now - self.received

    def _lifetime(self, directives: Directives) -> float:
        """Return the freshness lifetime (RFC 9111 sections 4.2.1 and 4.2.2)."""
        if "max-age" in directives:
            return _seconds(directives["max-age"]) or 0
        date = http_date(self.reply.get("Date"), self.received)
        expires = self.reply.get("Expires")
        if expires is not None and (_is_expiry(expires) or not self.traits.strict_cache_control):
            return http_date(expires, 0) - date
        if self.traits.caches_moved_responses and self.reply.status in MOVED_STATUSES:
            return float("inf")
        modified = self.reply.get("Last-Modified")
        narrow = self.traits.narrow_heuristics
        statuses = NARROW_HEURISTIC_STATUSES if narrow else HEURISTIC_STATUSES
        if modified is None or self.reply.status not in statuses:
            return 0
        forbidden = narrow and "must-revalidate" in directives
        return 0 if forbidden else (date - http_date(modified, date)) / 10


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
        """Return the stored response that a request with *headers* gets, fresh or stale.

        The latest counts, and one of the very URL before one of a URL that makes no difference.
        """
        of_key = (each for each in self._stored if each.is_of(key))
        found = [each for each in of_key if each.answer(headers) is not None]
        found.sort(key=lambda each: each.key == key)
        return found[-1] if found else None

    def other_variant(self, key: Key, headers: Headers) -> Stored | None:
        """Return what is stored for *key* under other request headers, where that is asked."""
        if not self._traits.caches_one_variant or asks_for_part(headers):
            return None
        found = [each for each in self._stored if each.key == key and each.reply.status != 206]
        return next((stored for stored in found if stored.reply.get("ETag")), None)

    def freshness(self, stored: Stored, wanted: Directives) -> Freshness:
        """Return whether *stored* may be used for a request with the directives *wanted*."""
        return stored.freshness(self._clock(), wanted)

    def store(self, key: Key, request: Request, reply: Reply, asked: float) -> None:
        """Store *reply* if RFC 9111 section 3 lets a private cache do so.

        *asked* is the time at which the request was sent.
        """
        if self._traits.caches_one_variant:
            self._stored = [
                stored
                for stored in self._stored
                if stored.key != key or is_part_of_same(reply, stored.reply)
            ]
        if request.method == "GET" and self._may_store(request, reply):
            now = self._clock()
            self._replace(Stored(key, request.headers, reply, asked, now, self._traits))

    def freshen(self, stored: Stored, request: Request, reply: Reply, asked: float) -> Reply:
        """Take over the headers of a 304 and return the response that it confirms."""
        updated = stored.freshened(reply, asked, self._clock())
        fresh = replace(updated, asked_with=request.headers)
        self._forget(stored)
        if self._may_store(request, fresh.reply):
            self._replace(fresh)
        return answer(fresh.reply, request.headers) or fresh.reply

    def invalidate(self, key: Key, request: Request, reply: Reply) -> None:
        """Forget what an unsafe method has changed (RFC 9111 section 4.4)."""
        methods = self._traits.invalidates_by
        safe = request.method in ("GET", "HEAD", "OPTIONS")
        changes = not safe if methods is None else request.method in methods
        if not changes or not 200 <= reply.status <= 399:
            return
        gone = {key}
        if self._traits.invalidates_locations:
            gone |= {(key[0], url) for url in _locations(key[1], reply)}
        self._stored = [stored for stored in self._stored if stored.key not in gone]

    def _may_store(self, request: Request, reply: Reply) -> bool:
        directives = _directives(reply.get("Cache-Control"), self._traits)
        forbidden = "no-store" in _directives(request.get("Cache-Control"), self._traits)
        if forbidden and self._traits.obeys_request_directives:
            return False
        if "no-store" in directives or reply.status == 304:
            return False
        strict = self._traits.strict_parts
        if reply.status == 206 and not is_storable_part(request.headers, reply, strict=strict):
            return False
        explicit = directives.keys() & {"max-age", "public", "private", "no-cache"}
        heuristic = self._traits.stores_all_statuses or reply.status in HEURISTIC_STATUSES
        return bool(explicit or reply.get("Expires") or heuristic)

    def _replace(self, new: Stored) -> None:
        self._stored = [
            stored
            for stored in self._stored
            if stored.key != new.key
            or is_part_of_same(new.reply, stored.reply)
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


def directed_mode(mode: CacheMode, headers: Headers, traits: Traits) -> CacheMode:
    """Return what a page's ``Cache-Control`` and ``Pragma`` make of *mode*.

    Follows RFC 9111 section 5.2.1; a request for several parts, or with a condition of its
    own, passes the cache by.
    """
    directives = _directives(combined(headers, "Cache-Control"), traits)
    alone = mode == "only-if-cached" and traits.strict_parts
    if is_conditional(headers) or (asks_for_part(headers) and (alone or not wanted_part(headers))):
        return "no-store"
    anew = "no-cache" in directives or "no-cache" in _items(combined(headers, "Pragma"))
    if anew and not traits.obeys_request_directives:
        # Chromium looks at this before the mode, so that nothing cached will do.
        return "no-store" if mode in ("no-store", "only-if-cached") else "reload"
    if mode != "default":
        return mode
    if anew:
        return "no-cache"
    if "no-store" in directives and traits.obeys_request_directives:
        return "no-store"
    return "no-cache" if directives.get("max-age") == "0" else mode


def wanted_directives(mode: CacheMode, headers: Headers, traits: Traits) -> Directives:
    """Return the directives by which a page's request limits what the cache may answer."""
    if mode != "default" or not traits.obeys_request_directives:
        return {}
    return _directives(combined(headers, "Cache-Control"), traits)


def mode_headers(mode: CacheMode, headers: Headers) -> list[tuple[str, str]]:
    """Return the headers that *mode* adds to those of a request."""
    added = []
    if mode == "no-cache":
        added = [("Cache-Control", "max-age=0")]
    elif mode in ("no-store", "reload"):
        added = [("Pragma", "no-cache"), ("Cache-Control", "no-cache")]
    return [pair for pair in added if combined(headers, pair[0]) is None]


def _is_expiry(value: str) -> bool:
    """Return whether *value* is a date, or the 0 that senders write for one of the past."""
    return value == "0" or http_date(value, -1) != -1


def _suits(age: float, left: float, wanted: Directives) -> bool:
    """Return whether a response is as young and fresh as a request asks for.

    Follows RFC 9111 sections 5.2.1.1 and 5.2.1.3.
    """
    longest = _seconds(wanted.get("max-age"))
    least = _seconds(wanted.get("min-fresh"))
    return (longest is None or age <= longest) and (least is None or left >= least)


def _most_stale(argument: str) -> float:
    """Return for how long a response may have been stale (RFC 9111 section 5.2.1.2)."""
    return _seconds(argument) or 0 if argument else float("inf")


def _locations(url: str, reply: Reply) -> set[str]:
    """Return the URLs of the same origin that *reply* says were changed, too."""
    found = set()
    for value in filter(None, (reply.get("Location"), reply.get("Content-Location"))):
        try:
            changed = urldefrag(resolved(url, value)).url
        except ValueError:
            continue
        if origin_of(changed) == origin_of(url):
            found.add(changed)
    return found


def _items(value: str | None) -> list[str]:
    items = (item.strip().lower() for item in (value or "").split(","))
    return [item for item in items if item]


def _directives(value: str | None, traits: Traits) -> dict[str, str]:
    """Parse ``Cache-Control``: names in lower case, the first of a name counts."""
    found: dict[str, str] = {}
    for item in re.findall(r'(?:[^,"]|"[^"]*")+', value or ""):
        name, equals, argument = item.strip(" \t").partition("=")
        name, plain = name.lower(), argument.strip(" \t").strip('"')
        usual = argument.isdecimal() if name in TIMES else not equals
        if usual or not traits.strict_cache_control:
            found.setdefault(name.strip(" \t"), plain)
    return found


def _seconds(value: str | None) -> int | None:
    if value is None or not re.fullmatch("[0-9]+", value):
        return None
    # So many digits are enough; Python reads no number of thousands of them.
    return min(int(value.lstrip("0")[:20] or "0"), LONGEST)
