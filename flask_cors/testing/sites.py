"""Origins, sites and trustworthy URLs, read from a URL's text.

Knows addresses; sends nothing.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit, urlunsplit

from ..fetch import BAD_PORTS

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
    special = re.match(r"(https?|wss?|ftp):[/\\]*", text, re.IGNORECASE)
    if special is None:
        return re.match(r"[a-z][a-z0-9+.\-]*:", text, re.IGNORECASE) is not None
    try:
        normalized(f"http://{text[special.end() :]}")
    except ValueError:
        return False
    return True


def resolved(base: str, url: str) -> str:
    """Return the absolute URL that *url* is on a page of *base*.

    Raise :class:`ValueError` where it cannot be parsed.
    """
    url = re.sub("^(https?:)//+", r"\1//", _with_slashes(url.strip()), flags=re.IGNORECASE)
    if re.fullmatch("https?://", url, re.IGNORECASE):
        raise ValueError(f"no host: {url!r}")
    return normalized(urljoin(base, url))


def normalized(url: str) -> str:
    """Serialize *url* as https://url.spec.whatwg.org/ does.

    Raise :class:`ValueError` where it cannot be parsed.
    """
    parts = urlsplit(_with_slashes(url.strip()))
    if parts.scheme not in ("http", "https"):
        return url.strip()
    path = quote(_without_dots(parts.path or "/"), safe="%/!$&'()*+,;=:@[]|\\~")
    query = quote(parts.query, safe="%/?!$&()*+,;=:@[]|\\^`{}~")
    return urlunsplit((parts.scheme, _authority(parts), path, query, parts.fragment))


def _with_slashes(url: str) -> str:
    """Turn the backslashes before query and fragment of an HTTP URL into slashes."""
    if not re.match("https?:|[^:]*$", url, re.IGNORECASE):
        return url
    return re.sub("^[^?#]*", lambda found: found[0].replace("\\", "/"), url)


def _authority(parts: SplitResult) -> str:
    """Serialize user info, host and port; an empty user name and password are none."""
    user, _, _ = parts.netloc.rpartition("@")
    name, _, password = user.partition(":")
    credentials = f"{name}:{password}@" if password else f"{name}@" if name else ""
    port = "" if parts.port in (None, DEFAULT_PORTS[parts.scheme]) else f":{parts.port}"
    return f"{credentials}{_host(parts.hostname or '')}{port}"


def _host(host: str) -> str:
    """Serialize a host: punycode, addresses in their one spelling (``#host-parsing``)."""
    if ":" in host:
        return f"[{IPv6Address(host)}]"
    ascii_host = _punycode(unquote(host))
    if not ascii_host or re.search(r"[\x00-\x20#%/:<>?@\[\\\]^|]", ascii_host):
        raise ValueError(f"not a host: {host!r}")
    # A host that ends in a number is an IPv4 address or nothing.
    if re.search(r"(^|\.)([0-9]+|0x[0-9a-f]*)\.?$", ascii_host):
        return _ipv4(ascii_host.removesuffix("."))
    return ascii_host


def _punycode(host: str) -> str:
    if host.isascii():
        return host.lower()
    return host.lower().encode("idna").decode("ascii")


def _ipv4(host: str) -> str:
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except OSError:
        raise ValueError(f"not an address: {host!r}") from None


def _without_dots(path: str) -> str:
    """Resolve the segments ``.`` and ``..`` of an absolute path, percent-encoded dots too."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        plain = re.sub("%2e", ".", segment, flags=re.IGNORECASE)
        if plain == "..":
            del kept[-1:]
        elif plain != ".":
            kept.append(segment)
    ends_in_dots = re.fullmatch(r"(\.|%2e){1,2}", segments[-1], re.IGNORECASE)
    return "/" + "/".join([*kept, ""] if ends_in_dots else kept)


def includes_credentials(url: str) -> bool:
    """Return whether *url* holds a user name or a password that is not empty."""
    return urlsplit(url).netloc.rpartition("@")[0] not in ("", ":")


def without_credentials(url: str) -> str:
    """Return *url* without user name and password, which do not go over the wire."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def has_bad_port(url: str, opened: frozenset[int]) -> bool:
    """Return whether *url* is of HTTP and of a port that is blocked (``#port-blocking``).

    *opened* are ports that are not, whatever the standard says.
    """
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and parts.port in BAD_PORTS - opened
