"""Origins, sites and trustworthy URLs, read from a URL's text.

Knows addresses; sends nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import quote, urlsplit, urlunsplit

RegistrableDomain = Callable[[str], "str | None"]

DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443, "ftp": 21}


def origin_of(url: str) -> str:
    """Serialize the origin of *url*: lower case, without a default port or user info."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    port = parts.port
    end = "" if port is None or port == DEFAULT_PORTS.get(parts.scheme) else f":{port}"
    return f"{parts.scheme}://{host}{end}"


def checked_origin(origin: str) -> str:
    """Return *origin* if it is a serialized origin or ``null``, else raise ValueError."""
    if origin == "null" or ("://" in origin and origin_of(origin) == origin):
        return origin
    raise ValueError(f"not an origin: {origin!r}; write scheme://host[:port], or null")


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
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    return bool(parts.scheme and (parts.hostname or parts.path))


def normalized(url: str) -> str:
    """Serialize *url* as https://url.spec.whatwg.org/ does.

    Raise :class:`ValueError` where it cannot be parsed.
    """
    parts = urlsplit(url.strip())
    if parts.scheme not in ("http", "https"):
        return url.strip()
    if not parts.hostname:
        raise ValueError(f"no host: {url!r}")
    user, at, _ = parts.netloc.rpartition("@")
    host = origin_of(url.strip()).partition("://")[2]
    path = quote(parts.path or "/", safe="%/!$&'()*+,;=:@[]|\\~")
    query = quote(parts.query, safe="%/?!$&()*+,;=:@[]|\\^`{}~")
    return urlunsplit((parts.scheme, f"{user}{at}{host}", path, query, parts.fragment))


def without_credentials(url: str) -> str:
    """Return *url* without user name and password, which do not go over the wire."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
