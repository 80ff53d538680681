"""What a browser remembers of preflights, so that it need not ask again.

Knows the Fetch standard's cache and Chromium's; sends nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from ..fetch import SAFELISTED_METHODS
from .cors import Credentials, Grant, check_grant
from .traits import Traits

# The page's network partition, its serialized origin, and the URL.
CacheKey = tuple[object, str, str]
Kind = Literal["method", "header"]


def preflight_cache(traits: Traits, clock: Callable[[], float]) -> PreflightCache:
    """Return an empty cache of the kind that *traits* name."""
    return WholeCache(traits, clock) if traits.caches_whole_preflights else EntryCache(clock)


@dataclass
class _Entry:
    """An entry of ``#cors-preflight-cache``: one granted method or header name."""

    key: CacheKey
    credentials: bool
    kind: Kind
    name: str
    expires: float

    def covers(self, kind: Kind, name: str) -> bool:
        """Follow ``#concept-cache-match-method`` and ``#concept-cache-match-header``."""
        # A method of that name is no #cors-non-wildcard-request-header-name.
        by_star = self.name == "*" and (kind, name) != ("header", "authorization")
        return self.kind == kind and (self.name == name or by_star)


class EntryCache:
    """The cache of the standard (``#cors-preflight-cache``)."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._entries: list[_Entry] = []

    def allows(
        self,
        key: CacheKey,
        credentials: Credentials,
        method: str,
        names: Iterable[str],
        forced: bool,
    ) -> bool:
        wanted: list[tuple[Kind, str]] = [("header", name) for name in names]
        if forced or method not in SAFELISTED_METHODS:
            wanted.append(("method", method))
        return all(self._matches(key, credentials, kind, name) for kind, name in wanted)

    def store(self, key: CacheKey, credentials: Credentials, grant: Grant) -> None:
        for method in grant.methods:
            self._remember(key, credentials, "method", method, grant.max_age)
        for name in grant.headers:
            self._remember(key, credentials, "header", name, grant.max_age)

    def clear(self, key: CacheKey) -> None:
        self._entries = [entry for entry in self._entries if entry.key != key]

    def _remember(
        self, key: CacheKey, credentials: Credentials, kind: Kind, name: str, seconds: int
    ) -> None:
        expires = self._clock() + seconds
        found = self._matches(key, credentials, kind, name)
        for entry in found:
            entry.expires = expires
        if not found:
            self._entries.append(_Entry(key, credentials == "include", kind, name, expires))

    def _matches(
        self, key: CacheKey, credentials: Credentials, kind: Kind, name: str
    ) -> list[_Entry]:
        """Return the entries that match (``#concept-cache-match``) and have not expired."""
        now = self._clock()
        return [
            entry
            for entry in self._entries
            if entry.key == key
            and entry.expires > now
            and (entry.credentials or credentials != "include")
            and entry.covers(kind, name)
        ]


class WholeCache:
    """Chromium's cache: the last preflight of an origin and URL, which answers as a whole."""

    def __init__(self, traits: Traits, clock: Callable[[], float]) -> None:
        # The cache keeps to the standard where the check of the preflight does not.
        self._traits = replace(traits, star_covers_authorization=False)
        self._clock = clock
        self._grants: dict[CacheKey, tuple[Credentials, Grant, float]] = {}

    def allows(
        self,
        key: CacheKey,
        credentials: Credentials,
        method: str,
        names: Iterable[str],
        forced: bool,
    ) -> bool:
        if key not in self._grants:
            return False
        asked_with, grant, expires = self._grants[key]
        if (
            expires > self._clock()
            and (asked_with == "include" or credentials != "include")
            and check_grant(grant, method, names, asked_with, self._traits) is None
        ):
            return True
        del self._grants[key]
        return False

    def store(self, key: CacheKey, credentials: Credentials, grant: Grant) -> None:
        self._grants[key] = (credentials, grant, self._clock() + grant.max_age)

    def clear(self, key: CacheKey) -> None:
        """Keep what is there: Chromium forgets a grant only when it does not suffice."""


PreflightCache = EntryCache | WholeCache
