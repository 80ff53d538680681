"""What became of the app's cookies in the browser: stored, sent, or not, and why.

Reads ``Set-Cookie`` lines and the names of the cookies that came back; keeps no values. A
browser does not say why it keeps a cookie back, so the reasons follow RFC 6265bis, the
draft of CHIPS for ``Partitioned``, and what browsers document.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from .addresses import is_address, is_this_machine, site_of
from .log import Entry

Key = tuple[str, str, str, str]


@dataclass(frozen=True)
class SetCookie:
    """The name and attributes of one ``Set-Cookie`` line.

    ``same_site`` is as written, empty where there is none or an unknown one; ``partition``
    is the site of the page that was open, for a cookie with ``Partitioned``.
    """

    name: str
    host: str
    domain: str
    path: str
    same_site: str
    secure: bool
    partition: str
    ends: bool

    @property
    def attributes(self) -> str:
        """The attributes that decide where the cookie goes, as they are written."""
        shown = [f"SameSite={self.same_site.title()}"] if self.same_site else []
        shown += ["Secure"] if self.secure else []
        shown += ["Partitioned"] if self.partition else []
        shown += [f"Domain={self.domain}"] if self.domain else []
        return "; ".join([*shown, f"Path={self.path}"])

    @property
    def key(self) -> Key:
        return self.name, self.domain or self.host, self.path, self.partition


@dataclass(frozen=True)
class Fate:
    """What became of one cookie: ``set``, ``deleted``, ``refused``, ``sent`` or ``withheld``.

    ``fix`` says what would change that, where the cookie's attributes are what decides.
    """

    name: str
    what: str
    why: str = ""
    attributes: str = ""
    fix: str = ""


class CookieBook:
    """The cookies that the app's answers have set, as far as the lab saw them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[Key, SetCookie] = {}
        self._read = 0
        self._fates: dict[int, list[Fate]] = {}

    def follow(self, entries: Iterable[Entry], *, credentials: bool) -> list[Fate]:
        """Return what became of the cookies of *entries*, which are read in their order.

        *credentials* says whether the page asked for cookies to go along.
        """
        with self._lock:
            return [fate for entry in entries for fate in self._follow(entry, credentials)]

    def _follow(self, entry: Entry, credentials: bool) -> list[Fate]:
        if entry.kind == "preflight":
            return []
        if entry.number > self._read:
            self._read = entry.number
            sent = [Fate(name, "sent") for name in entry.cookies]
            self._fates = {
                **dict(list(self._fates.items())[-100:]),
                entry.number: [
                    *sent,
                    *self._withheld(entry, credentials),
                    *(self._set(entry, line, credentials) for line in entry.set_cookies),
                ],
            }
        return self._fates.get(entry.number, [])

    def _withheld(self, entry: Entry, credentials: bool) -> list[Fate]:
        return [
            _fate(cookie, "withheld", why_withheld(cookie, entry, credentials), entry)
            for cookie in self._kept.values()
            if cookie.name not in entry.cookies
        ]

    def _set(self, entry: Entry, line: str, credentials: bool) -> Fate:
        cookie = read(line, entry)
        refused = why_refused(cookie, entry, credentials)
        if refused:
            return _fate(cookie, "refused", refused, entry)
        if cookie.ends:
            self._kept.pop(cookie.key, None)
            return Fate(cookie.name, "deleted", "its lifetime is over", cookie.attributes)
        self._kept[cookie.key] = cookie
        return Fate(cookie.name, "set", attributes=cookie.attributes)


def _fate(cookie: SetCookie, what: str, why: str, entry: Entry) -> Fate:
    fix = ""
    if why.startswith(_lax(cookie)) and _is_cross_site(entry):
        fix = (
            "A page of a different site needs SameSite=None; Secure. For Flask's session: "
            'SESSION_COOKIE_SAMESITE = "None" and SESSION_COOKIE_SECURE = True.'
        )
    return Fate(cookie.name, what, why, cookie.attributes, fix)


def read(line: str, entry: Entry) -> SetCookie:
    """Read a ``Set-Cookie`` line of the answer to *entry*."""
    pair, _, rest = line.partition(";")
    parts = (part.partition("=") for part in rest.split(";"))
    said = {name.strip().lower(): value.strip() for name, _, value in parts}
    url = urlsplit(entry.url)
    path = said.get("path", "")
    same_site = said.get("samesite", "").lower()
    is_partitioned = "partitioned" in said
    return SetCookie(
        name=pair.partition("=")[0].strip() if "=" in pair else "",
        host=url.hostname or "",
        domain=said.get("domain", "").removeprefix(".").lower(),
        path=path if path.startswith("/") else url.path.rpartition("/")[0] or "/",
        same_site=same_site if same_site in ("strict", "lax", "none") else "",
        secure="secure" in said,
        partition=_page_site(entry) if is_partitioned else "",
        ends=_ends(said),
    )


def _ends(said: dict[str, str]) -> bool:
    """Return whether the line deletes the cookie: ``Max-Age`` goes before ``Expires``."""
    age = said.get("max-age", "")
    if age.lstrip("-").isdigit():
        return int(age) <= 0
    try:
        return parsedate_to_datetime(said.get("expires", "")).timestamp() <= time.time()
    except (OverflowError, ValueError):
        return False


def _page_site(entry: Entry) -> str:
    origin = entry.origin or ""
    return "://".join(site_of(origin)) if "://" in origin else "a sandboxed frame"


def _is_cross_site(entry: Entry) -> bool:
    if entry.site:
        return entry.site == "cross-site"
    # Old browsers do not say; a page without an origin of its own has no site.
    return entry.origin is not None and site_of(entry.origin) != site_of(entry.url)


def why_refused(cookie: SetCookie, entry: Entry, credentials: bool) -> str:
    """Return why a browser does not store a cookie; empty where it does."""
    if not credentials:
        return "without credentials: 'include' a browser ignores Set-Cookie"
    if cookie.domain and not _domain_matches(cookie.domain, cookie.host):
        return f"Domain={cookie.domain} is not the host {cookie.host}, nor above it"
    if cookie.same_site == "none" and not cookie.secure:
        return "SameSite=None is kept with Secure only: write both"
    if cookie.partition and not cookie.secure:
        return "Partitioned is kept with Secure only: write both"
    if cookie.secure and not _is_secure(entry.url):
        return "Secure cookies are kept over https only, but for localhost"
    if reason := _broken_prefix(cookie):
        return reason
    if _is_cross_site(entry) and cookie.same_site != "none":
        return (
            f"{_lax(cookie)}: an answer to a page of a different site sets cookies with "
            "SameSite=None; Secure only"
        )
    return ""


def why_withheld(cookie: SetCookie, entry: Entry, credentials: bool) -> str:
    """Return why a browser did not send a cookie that it had stored."""
    url = urlsplit(entry.url)
    host = url.hostname or ""
    if not credentials:
        return "the page asked without credentials: 'include'"
    if host != cookie.host and not (cookie.domain and _domain_matches(cookie.domain, host)):
        return f"it belongs to {cookie.domain or cookie.host}"
    if not _path_matches(cookie.path, url.path):
        return f"it is for the path {cookie.path} and below"
    if cookie.secure and not _is_secure(entry.url):
        return "Secure cookies are sent over https only, but for localhost"
    if _is_cross_site(entry) and cookie.same_site != "none":
        return f"{_lax(cookie)}: a page of a different site does not send it"
    if cookie.partition and cookie.partition != _page_site(entry):
        return f"Partitioned: it was set for {cookie.partition}, and stays there"
    if _is_cross_site(entry):
        return "the browser blocks third-party cookies; with Partitioned it may keep them"
    return "the browser has it no longer, or blocks it"


def _lax(cookie: SetCookie) -> str:
    if cookie.same_site:
        return f"SameSite={cookie.same_site.title()}"
    return "no SameSite, which means Lax"


def _broken_prefix(cookie: SetCookie) -> str:
    name = cookie.name.lower()
    if name.startswith("__secure-") and not cookie.secure:
        return "a name with __Secure- is kept with Secure only"
    narrow = cookie.secure and not cookie.domain and cookie.path == "/"
    if name.startswith("__host-") and not narrow:
        return "a name with __Host- is kept with Secure, Path=/ and no Domain only"
    return ""


def _is_secure(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" or is_this_machine(parts.netloc)


def _domain_matches(domain: str, host: str) -> bool:
    return host == domain or (host.endswith(f".{domain}") and not is_address(host))


def _path_matches(cookie_path: str, path: str) -> bool:
    if not path.startswith(cookie_path):
        return False
    return cookie_path.endswith("/") or path[len(cookie_path) :][:1] in ("", "/")
