"""Origins, sites and trustworthy URLs, read from the text of a serialized URL.

Knows addresses; :mod:`.urls` parses. Sends nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_address
from urllib.parse import urlsplit

from ..fetch import BAD_PORTS
from .traits import STANDARD, Traits
from .urls import SPECIAL, encoded_userinfo, parse

RegistrableDomain = Callable[[str], "str | None"]


def origin_of(url: str) -> str:
    """Serialize the origin of *url*: lower case, without a default port or user info."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    port = parts.port
    end = "" if port is None or port == SPECIAL.get(parts.scheme) else f":{port}"
    return f"{parts.scheme}://{host}{end}"


def checked_origin(origin: str) -> str:
    """Return *origin* if it is a serialized origin or ``null``, else raise ValueError."""
    if origin == "null" or (is_url(origin) and origin_of(str(parse(origin))) == origin):
        return origin
    raise ValueError(f"not an origin: {origin!r}; {_instead(origin)}")


def _instead(text: str) -> str:
    """Return what to write in place of a text that is not a serialized origin."""
    meant = origin_of(str(parse(text))) if is_url(text) else ""
    if not (meant and is_url(meant) and urlsplit(meant).hostname):
        return "write scheme://host[:port], or null"
    if text == f"{meant}/":
        return f"remove the slash at the end: {meant!r}"
    return f"write {meant!r}"


def last_two_labels(host: str) -> str | None:
    """Return the last two labels of *host*, ``None`` for a host of one label.

    True below ``.com`` or ``.example``; ``a.co.uk`` and ``b.co.uk`` count as one site.
    """
    labels = host.split(".")
    return ".".join(labels[-2:]) if len(labels) > 1 else None


def is_ip(host: str) -> bool:
    """Return whether *host* is an IP address, which has no registrable domain."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def site_of(url: str, registrable_domain: RegistrableDomain) -> tuple[str, str]:
    """Return the schemeful site of *url* or of an origin: scheme and registrable domain."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return parts.scheme, host if is_ip(host) else registrable_domain(host) or host


def is_trustworthy(url: str) -> bool:
    """Return whether *url* is potentially trustworthy: ``https``, or this machine."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    local = host == "localhost" or host.endswith(".localhost")
    return parts.scheme == "https" or local or (is_ip(host) and ip_address(host).is_loopback)


def is_url(text: str) -> bool:
    """Return whether *text* parses as an absolute URL (https://url.spec.whatwg.org/)."""
    try:
        parse(text)
    except ValueError:
        return False
    return True


def resolved(base: str, url: str, traits: Traits = STANDARD) -> str:
    """Return the absolute URL that *url* is on a page of *base*, serialized.

    Raise :class:`ValueError` where it cannot be parsed.
    """
    absolute = parse(url, parse(base))
    if traits.encodes_vertical_bars and not absolute.has_opaque_path:
        absolute = replace(absolute, path=absolute.path.replace("|", "%7C"))
    return str(absolute)


def includes_credentials(url: str) -> bool:
    """Return whether *url* holds a user name or a password that is not empty."""
    return "@" in url and parse(url).includes_credentials


def with_credentials(url: str, username: str | None, password: str | None) -> str:
    """Return *url* with a user name and a password; ``None`` leaves what it has."""
    parsed = parse(url)
    if parsed.host is None:
        return url
    if username is not None:
        parsed = replace(parsed, username=encoded_userinfo(username))
    if password is not None:
        parsed = replace(parsed, password=encoded_userinfo(password))
    return str(parsed)


def without_credentials(url: str) -> str:
    """Return *url* without user name and password, which do not go over the wire."""
    return str(replace(parse(url), username="", password="")) if "@" in url else url


def without_fragment(url: str) -> str:
    """Return the serialized *url* without its fragment; an empty query stays."""
    return url.partition("#")[0]


def with_query(url: str, query: str) -> str:
    """Return the absolute *url* with *query* in place of its own; an empty one leaves ``?``."""
    return str(replace(parse(url), query=query))


def has_bad_port(url: str, opened: frozenset[int]) -> bool:
    """Return whether *url* is of HTTP and of a port that is blocked (``#port-blocking``).

    *opened* are ports that are not, whatever the standard says.
    """
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and parts.port in BAD_PORTS - opened
