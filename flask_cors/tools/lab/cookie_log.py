"""What became of the app's cookies in the browser: stored, sent, or not, and why.

Reads ``Set-Cookie`` lines and the names of the cookies that came back; keeps no values. A
browser does not say why it does not send a cookie, so the reasons are those of the browser model.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from ...testing import Cookie, CookieJar
from ...testing.cookies import name_of
from ..public_suffixes import registrable_domain, site_of
from .log import Entry

_NO_CREDENTIALS: Final = "the page asked without credentials: 'include'"
_FOR_OTHER_SITES: Final = (
    "A page of a different site needs SameSite=None; Secure. For Flask's session: "
    'SESSION_COOKIE_SAMESITE = "None" and SESSION_COOKIE_SECURE = True.'
)
_MOST_EVENTS: Final = 100


@dataclass(frozen=True)
class CookieEvent:
    """What became of one cookie: ``set``, ``deleted``, ``refused``, ``sent`` or ``withheld``.

    ``fix`` says what would change that, where ``SameSite`` is the reason.
    """

    name: str
    what: str
    why: str = ""
    attributes: str = ""
    fix: str = ""


class CookieLog:
    """The cookies that the app's answers have set, as far as the lab saw them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jar = _jar()
        self._read = 0
        self._events: dict[int, list[CookieEvent]] = {}

    def follow(self, entries: Iterable[Entry], *, credentials: bool) -> list[CookieEvent]:
        """Return what became of the cookies of *entries*, which are read in their order.

        *credentials* says whether the page asked for cookies to go along.
        """
        with self._lock:
            return [event for entry in entries for event in self._follow(entry, credentials)]

    def _follow(self, entry: Entry, credentials: bool) -> list[CookieEvent]:
        if entry.kind == "preflight":
            return []
        if entry.number > self._read:
            self._read = entry.number
            events = [CookieEvent(name, "sent") for name in entry.cookies]
            events += self._withheld(entry, credentials)
            events += [self._set(entry, line, credentials) for line in entry.set_cookies]
            self._events = {
                **dict(list(self._events.items())[-_MOST_EVENTS:]),
                entry.number: events,
            }
        return self._events.get(entry.number, [])

    def _withheld(self, entry: Entry, credentials: bool) -> list[CookieEvent]:
        same_site = not _is_cross_site(entry)
        notes = dict(
            self._jar.withheld(entry.url, same_site=same_site, partition=_page_site(entry))
        )
        return [
            CookieEvent(
                cookie.name,
                "withheld",
                _why_withheld(cookie, entry, notes) if credentials else _NO_CREDENTIALS,
                _attributes(cookie),
                "" if same_site or cookie.same_site == "none" else _FOR_OTHER_SITES,
            )
            for cookie in self._jar
            if cookie.name not in entry.cookies
        ]

    def _set(self, entry: Entry, line: str, credentials: bool) -> CookieEvent:
        name, line = name_of(line), _without_value(line)
        same_site, partition = not _is_cross_site(entry), _page_site(entry)
        # What a page of the app's own site would have stored.
        alone = _jar()
        storable = alone.set(entry.url, line, partition=partition)
        attributes = next(map(_attributes, alone), line.partition(";")[2].strip())
        if not credentials:
            return CookieEvent(name, "refused", _NO_CREDENTIALS, attributes)
        if why := self._jar.store(entry.url, line, same_site=same_site, partition=partition):
            return CookieEvent(
                name, "refused", why, attributes, _FOR_OTHER_SITES if storable else ""
            )
        if not list(alone):
            return CookieEvent(name, "deleted", "its lifetime is over", attributes)
        return CookieEvent(name, "set", attributes=attributes)


def _jar() -> CookieJar:
    return CookieJar(time.time, registrable_domain())


def _why_withheld(cookie: Cookie, entry: Entry, notes: dict[str, str]) -> str:
    host = urlsplit(entry.url).hostname or ""
    if host != cookie.domain and (cookie.host_only or not host.endswith(f".{cookie.domain}")):
        return f"it belongs to {cookie.domain}"
    if cookie.name in notes:
        return notes[cookie.name]
    if _is_cross_site(entry):
        return "the browser blocks third-party cookies; with Partitioned it may keep them"
    return "the browser has it no longer, or blocks it"


def _attributes(cookie: Cookie) -> str:
    """Return the attributes that decide where a cookie goes."""
    shown = [f"SameSite={cookie.same_site.title()}"] if cookie.names_same_site else []
    shown += ["Secure"] if cookie.secure else []
    shown += ["Partitioned"] if cookie.partition is not None else []
    shown += [] if cookie.host_only else [f"Domain={cookie.domain}"]
    return "; ".join([*shown, f"Path={cookie.path}"])


def _without_value(line: str) -> str:
    """Return a ``Set-Cookie`` line with another value of the same length."""
    pair, semicolon, rest = line.partition(";")
    name, equals, value = pair.partition("=")
    if not equals:
        name, value = "", name
    # White space is SP and HTAB alone, as in the jar.
    value = value.strip(" \t")
    return f"{name}={'x' * len(value)}{semicolon}{rest}"


def _page_site(entry: Entry) -> object:
    origin = entry.origin or ""
    return site_of(origin) if "://" in origin else "a sandboxed frame"


def _is_cross_site(entry: Entry) -> bool:
    if entry.site:
        return entry.site == "cross-site"
    # Old browsers do not say; a page without an origin of its own has no site.
    return entry.origin is not None and site_of(entry.origin) != site_of(entry.url)
