"""A browser's cookies: what is stored, and which cookies go with a request.

Follows RFC 6265bis, with ``Lax`` as the default of ``SameSite``. Knows
nothing of CORS.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple
from urllib.parse import urlsplit

from .cookie_dates import cookie_date
from .sites import RegistrableDomain, is_ip, is_trustworthy, site_of
from .traits import STANDARD, Traits

# A navigation of a whole tab: by a safe method, or not.
Navigation = Literal["get", "post"]

# RFC 6265bis has browsers keep no cookie for more than 400 days.
LONGEST = 400 * 24 * 60 * 60


@dataclass(frozen=True)
class Cookie:
    """A stored cookie; ``expires`` is in seconds since the epoch, ``None`` for a session's.

    ``partition`` is the site at the top of the tab for a cookie with ``Partitioned`` (CHIPS),
    ``None`` for others; ``names_same_site`` says whether it came with a ``SameSite`` of its own.
    """

    name: str
    value: str
    domain: str
    host_only: bool
    path: str
    secure: bool
    http_only: bool
    same_site: str
    expires: float | None
    partition: object = None
    names_same_site: bool = True
    created: float = 0

    def __str__(self) -> str:
        return f"{self.name}={self.value}" if self.name else self.value

    def line(self) -> str:
        """Return the cookie with its attributes, as a browser's developer tools show it."""
        flags = [("Secure", self.secure), ("HttpOnly", self.http_only)]
        flags += [("Partitioned", self.partition is not None)]
        shown = [f"{self.domain}{self.path}", f"SameSite={self.same_site.title()}"]
        return "; ".join([str(self), *shown, *(name for name, is_set in flags if is_set)])


class CookieNote(NamedTuple):
    """A cookie that a browser did not store or did not send, by name, and why."""

    name: str
    reason: str

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}"


class _RefusedError(Exception):
    """A ``Set-Cookie`` line that is not stored; the text says why."""


class CookieJar:
    """The cookies of one browser, shared by its pages on every origin."""

    def __init__(
        self,
        clock: Callable[[], float],
        registrable_domain: RegistrableDomain,
        traits: Traits = STANDARD,
    ) -> None:
        self._clock = clock
        self._registrable_domain = registrable_domain
        self._traits = traits
        self._cookies: dict[tuple[object, ...], Cookie] = {}

    def __iter__(self) -> Iterator[Cookie]:
        """Iterate over the cookies that have not expired, in the order they were set."""
        return iter([c for c in self._cookies.values() if not self._has_expired(c)])

    def __str__(self) -> str:
        """List the cookies that have not expired, a line each."""
        return "\n".join(cookie.line() for cookie in self)

    def clear(self) -> None:
        """Forget all cookies."""
        self._cookies.clear()

    def set(
        self,
        url: str,
        set_cookie: str,
        *,
        same_site: bool = True,
        partition: object = None,
        only_partitioned: bool = False,
    ) -> bool:
        """Store one ``Set-Cookie`` value as if *url* had sent it; return whether it was kept.

        *same_site* says whether the page that asked is of the site of *url*; *partition* is the
        site at the top of its tab, by default that of *url*; *only_partitioned* refuses all
        other cookies, as where third-party cookies are blocked.
        """
        return not self.store(
            url,
            set_cookie,
            same_site=same_site,
            partition=partition,
            only_partitioned=only_partitioned,
        )

    def store(
        self,
        url: str,
        set_cookie: str,
        *,
        same_site: bool = True,
        partition: object = None,
        only_partitioned: bool = False,
    ) -> str:
        """Do what :meth:`set` does, and return why the cookie was not kept, ``""`` if it was."""
        own = site_of(url, self._registrable_domain)
        try:
            cookie = self._parse(url, set_cookie, own if partition is None else partition)
            self._check_storable(cookie, url, same_site)
        except _RefusedError as error:
            return str(error)
        if only_partitioned and cookie.partition is None:
            return _BLOCKED
        key = (cookie.name, cookie.domain, cookie.path, cookie.host_only, cookie.partition)
        old = self._cookies.get(key)
        if old is not None and self._is_replaced(old, cookie):
            del self._cookies[key]
        elif old is not None:
            cookie = replace(cookie, created=old.created)
        if not self._has_expired(cookie):
            self._cookies[key] = cookie
        return ""

    def _has_expired(self, cookie: Cookie) -> bool:
        return cookie.expires is not None and cookie.expires <= self._clock()

    def _is_replaced(self, old: Cookie, new: Cookie) -> bool:
        """Return whether *new* is a cookie of its own, not *old* with other attributes.

        Otherwise it keeps the time of *old*, by which cookies are sent in order.
        """
        moves = self._traits.moves_changed_cookies and old.value != new.value
        return moves or self._has_expired(old) or self._has_expired(new)

    def get(
        self,
        url: str,
        *,
        same_site: bool = True,
        navigation: Navigation | None = None,
        partition: object = None,
        only_partitioned: bool = False,
    ) -> str | None:
        """Return the ``Cookie`` header for a request to *url*, ``None`` if there is none.

        A request of another site's page (``same_site=False``) takes ``SameSite=None``
        cookies only, a *navigation* of its whole tab those with ``Lax`` as well unless it is
        a ``"post"``. The other arguments are those of :meth:`set`.
        """
        own = site_of(url, self._registrable_domain) if partition is None else partition
        found = [
            cookie
            for cookie in self.of(url)
            if not self._why_not(cookie, url, same_site, navigation, own, only_partitioned)
        ]
        found.sort(key=lambda cookie: -len(cookie.path))
        return "; ".join(map(str, found)) or None

    def withheld(
        self,
        url: str,
        *,
        same_site: bool = True,
        navigation: Navigation | None = None,
        partition: object = None,
        only_partitioned: bool = False,
    ) -> tuple[CookieNote, ...]:
        """Return the cookies of the host of *url* that :meth:`get` leaves out, with the reasons."""
        own = site_of(url, self._registrable_domain) if partition is None else partition
        of_host = (
            cookie for cookie in self if _domain_matches(cookie, urlsplit(url).hostname or "")
        )
        reasons = (
            (cookie, self._why_not(cookie, url, same_site, navigation, own, only_partitioned))
            for cookie in of_host
        )
        return tuple(CookieNote(cookie.name, reason) for cookie, reason in reasons if reason)

    def of(self, url: str) -> list[Cookie]:
        """Return the cookies whose ``Domain`` and ``Path`` match *url*."""
        parts = urlsplit(url)
        host, path = parts.hostname or "", parts.path or "/"
        return [
            cookie
            for cookie in self
            if _domain_matches(cookie, host) and _path_matches(cookie.path, path)
        ]

    def _why_not(
        self,
        cookie: Cookie,
        url: str,
        same_site: bool,
        navigation: Navigation | None,
        partition: object,
        only_partitioned: bool,
    ) -> str:
        """Return why a cookie does not go with a request; empty where it does."""
        path = urlsplit(url).path or "/"
        if not _path_matches(cookie.path, path):
            return f"its Path is {cookie.path}, and the request is for {path}"
        if cookie.secure and not is_trustworthy(url):
            return "it is Secure, and the request goes over plain http"
        if not same_site and not self._goes_cross_site(cookie, navigation):
            asks = "a form of another site posts" if navigation == "post" else _FROM_ANOTHER
            return f"{_same_site_words(cookie)}, and {asks}"
        if cookie.partition is None:
            return _BLOCKED if only_partitioned else ""
        return (
            ""
            if cookie.partition == partition
            else "it is Partitioned, and was set in a tab of another site"
        )

    def _goes_cross_site(self, cookie: Cookie, navigation: Navigation | None) -> bool:
        """Follow RFC 6265bis, "Retrieval Algorithm", for a request of another site."""
        if cookie.same_site == "none":
            return True
        if cookie.same_site != "lax" or navigation is None:
            return False
        young = self._clock() - cookie.created < self._traits.lax_allows_posts_for
        return navigation == "get" or (young and not cookie.names_same_site)

    def _parse(self, url: str, line: str, partition: object) -> Cookie:
        """Parse a ``Set-Cookie`` value; refuse what RFC 6265bis says to ignore."""
        if _CONTROL.search(line):
            raise _RefusedError("it holds a control character")
        pair, _, rest = line.partition(";")
        name, value = _name_and_value(pair)
        attributes = self._attributes(rest)
        parts = urlsplit(url)
        host = parts.hostname or ""
        domain = self._domain(host, attributes.get("domain", ""))
        if not (name or value) or len(name) + len(value) > 4096:
            raise _RefusedError("it is empty, or longer than 4096 bytes")
        if self._traits.refuses_odd_cookies and _is_odd(name, value):
            raise _RefusedError("it holds a tab, or an = without a name before it")
        if domain is None:
            raise _RefusedError("its Domain is not the server's host, nor a site's domain above it")
        if not _prefix_holds(name, value, attributes, host):
            raise _RefusedError("it lacks attributes that the prefix of its name demands")
        path = attributes.get("path", "")
        return Cookie(
            name=name,
            value=value,
            domain=domain or host,
            host_only=not domain,
            path=path if path.startswith("/") else _default_path(parts.path),
            secure="secure" in attributes,
            http_only="httponly" in attributes,
            same_site=_same_site(attributes.get("samesite", "")),
            expires=self._expires(attributes),
            partition=partition if "partitioned" in attributes else None,
            names_same_site=_names_same_site(attributes),
            created=self._clock(),
        )

    def _domain(self, host: str, attribute: str) -> str | None:
        """Return the ``Domain`` to store, ``""`` for a host-only cookie, ``None`` to refuse."""
        domain = attribute.removeprefix(".").lower()
        if not domain:
            return None if attribute and self._traits.refuses_odd_cookies else ""
        if is_ip(host) or self._registrable_domain(domain) is None:
            return "" if domain == host else None
        return domain if host == domain or host.endswith(f".{domain}") else None

    def _attributes(self, text: str) -> dict[str, str]:
        """Parse the attributes after the first ``;``: names in lower case, the last one wins.

        One that is too long is ignored, as is a lifetime that cannot be read, so that an earlier
        one stays.
        """
        pairs = (part.partition("=") for part in text.split(";"))
        read = ((_stripped(name).lower(), _stripped(value)) for name, _, value in pairs)
        return {name: value for name, value in read if self._counts(name, value)}

    def _counts(self, name: str, value: str) -> bool:
        if len(value) > 1024:
            return False
        if self._traits.chromium_cookie_lifetimes:
            return True
        if name == "max-age":
            return _MAX_AGE.fullmatch(value) is not None
        return name != "expires" or cookie_date(value) is not None

    def _expires(self, attributes: dict[str, str]) -> float | None:
        """Return when the cookie expires by the jar's clock; ``Max-Age`` goes first."""
        now = self._clock()
        by_chromium = self._traits.chromium_cookie_lifetimes
        # Where a sign makes no number, the attribute has been left out.
        age = attributes.get("max-age", "").removeprefix("+")
        if _MAX_AGE.fullmatch(age):
            return now + min(int(age), LONGEST) if age[0] != "-" else now
        when = cookie_date(attributes.get("expires", ""), by_chromium=by_chromium)
        return None if when is None else min(when, now + LONGEST)

    def _check_storable(self, cookie: Cookie, url: str, same_site: bool) -> None:
        """Apply the storage model's refusals (RFC 6265bis, "Storage Model")."""
        secure = is_trustworthy(url)
        if cookie.secure and not secure:
            raise _RefusedError("it is Secure, and the response came over plain http")
        if cookie.same_site == "none" and not cookie.secure:
            raise _RefusedError("SameSite=None without Secure")
        if cookie.partition is not None and not cookie.secure:
            raise _RefusedError("Partitioned without Secure")
        if cookie.same_site != "none" and not same_site:
            raise _RefusedError(f"{_same_site_words(cookie)}, and {_FROM_ANOTHER}")
        if not secure and any(self._shadows(old, cookie) for old in self):
            raise _RefusedError("a Secure cookie has its name, and the response came over http")

    @staticmethod
    def _shadows(old: Cookie, new: Cookie) -> bool:
        """Return whether *old* is a secure cookie that an insecure page may not overlay."""
        return (
            old.secure
            and old.name == new.name
            and (_domain_matches(old, new.domain) or _domain_matches(new, old.domain))
            and _path_matches(old.path, new.path)
        )


# RFC 6265bis, "The Max-Age Attribute": what is no number is ignored.
_MAX_AGE: Final = re.compile("-?[0-9]+")
# RFC 6265bis, "Set-Cookie": such a line is ignored as a whole.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
# The names that promise attributes: __Secure-, __Host-, __Http- and __Host-Http-.
_PREFIX: Final = re.compile(r"__(?:secure-|(?P<host>host-)?(?P<http>http-)?)(?<=-)", re.IGNORECASE)
# A page, a frame in it, or a redirect on the way.
_FROM_ANOTHER: Final = "the request comes from another site"
_BLOCKED: Final = "third-party cookies are blocked, and it is not Partitioned"


def name_of(set_cookie: str) -> str:
    """Return the name in a ``Set-Cookie`` value; empty where it has none."""
    return _name_and_value(set_cookie.partition(";")[0])[0]


def _name_and_value(pair: str) -> tuple[str, str]:
    name, equals, value = pair.partition("=")
    return (_stripped(name), _stripped(value)) if equals else ("", _stripped(pair))


def _is_odd(name: str, value: str) -> bool:
    return "\t" in name + value or (not name and "=" in value)


def _stripped(text: str) -> str:
    """Remove white space, which is SP and HTAB alone: other bytes are parts of characters."""
    return text.strip(" \t")


def _same_site_words(cookie: Cookie) -> str:
    if not cookie.names_same_site:
        return "SameSite is Lax by default"
    return f"SameSite={cookie.same_site.title()}"


def _same_site(value: str) -> str:
    lower = value.lower()
    return lower if lower in ("strict", "lax", "none") else "lax"


def _names_same_site(attributes: dict[str, str]) -> bool:
    return attributes.get("samesite", "").lower() in ("strict", "lax", "none")


def _prefix_holds(name: str, value: str, attributes: dict[str, str], host: str) -> bool:
    """Return whether a name with a prefix, such as ``__Host-``, keeps its promise.

    A value without a name looks like a name to the server, but cannot promise anything.
    """
    prefix = _PREFIX.match(name or value)
    if prefix is None:
        return True
    if not name:
        return False
    if "secure" not in attributes:
        return False
    if prefix["http"] and "httponly" not in attributes:
        return False
    # An address has no other hosts below it.
    narrow = not attributes.get("domain") or is_ip(host)
    return not prefix["host"] or (narrow and attributes.get("path") == "/")


def _domain_matches(cookie: Cookie, host: str) -> bool:
    if host == cookie.domain:
        return True
    return not cookie.host_only and host.endswith(f".{cookie.domain}")


def _path_matches(cookie_path: str, path: str) -> bool:
    if not path.startswith(cookie_path):
        return False
    return cookie_path.endswith("/") or path[len(cookie_path) :][:1] in ("", "/")


def _default_path(path: str) -> str:
    return path.rpartition("/")[0] or "/"
