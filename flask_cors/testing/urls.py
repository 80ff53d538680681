"""URLs as browsers parse and serialize them (https://url.spec.whatwg.org/).

``urllib.parse`` follows RFC 3986, which browsers do not: to them a backslash is a slash,
``https:x`` may have a host, and ``/a?`` is another URL than ``/a``. Knows texts; sends nothing.
Left out are the drive letters of ``file`` URLs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from ipaddress import IPv6Address
from urllib.parse import quote, unquote

from .idna import to_ascii

# #special-scheme, each with its default port
SPECIAL: dict[str, int | None] = {
    "file": None,
    "ftp": 21,
    "http": 80,
    "https": 443,
    "ws": 80,
    "wss": 443,
}


# https://url.spec.whatwg.org/#percent-encoded-bytes: what stays as it is, of visible ASCII
_OPAQUE = "".join(map(chr, range(0x20, 0x7F)))
_FRAGMENT, _QUERY, _SPECIAL_QUERY, _PATH, _USERINFO = (
    "".join(char for char in _OPAQUE if char not in encoded)
    for encoded in (
        ' "<>`',
        ' "#<>',
        " \"#<>'",
        ' "#<>?^`{}',
        ' "#<>?^`{}/:;=@[\\]|',
    )
)

_SLASHES = "/\\"
_C0_OR_SPACE = "".join(map(chr, range(0x21)))
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")
# A colon within the brackets of an IPv6 address does not begin the port.
_HOST_AND_PORT = re.compile(r"((?:\[[^\]]*\]?|[^:\[])*)(?::(.*))?", re.DOTALL)
_FORBIDDEN_IN_HOST = re.compile(r"[\0\t\n\r #/:<>?@\[\\\]^|]")
_FORBIDDEN_IN_DOMAIN = re.compile(r"[\0-\x20\x7f#%/:<>?@\[\\\]^|]")


@dataclass(frozen=True)
class URL:
    """A URL record (``#concept-url``), its parts percent-encoded; ``str`` serializes it.

    ``host`` is serialized, an IPv6 address in its brackets, and ``None`` where there is none;
    ``port`` is ``None`` for the default one. ``query`` and ``fragment`` are ``None`` where they
    are missing, which is not the same as empty.
    """

    scheme: str
    username: str = ""
    password: str = ""
    host: str | None = None
    port: int | None = None
    path: str = ""
    query: str | None = None
    fragment: str | None = None

    @property
    def is_special(self) -> bool:
        """Whether its scheme is one of those whose URLs have a host."""
        return self.scheme in SPECIAL

    @property
    def has_opaque_path(self) -> bool:
        """Whether no URL is relative to it, as to ``data:,x``."""
        return self.host is None and not self.path.startswith("/")

    @property
    def includes_credentials(self) -> bool:
        """Whether it has a user name or a password that is not empty."""
        return bool(self.username or self.password)

    def __str__(self) -> str:
        """Follow ``#url-serializing``."""
        # A path of two slashes must not be read as a host.
        start = "/." if self.host is None and self.path.startswith("//") else ""
        query = "" if self.query is None else f"?{self.query}"
        fragment = "" if self.fragment is None else f"#{self.fragment}"
        return f"{self.scheme}:{self._authority()}{start}{self.path}{query}{fragment}"

    def _authority(self) -> str:
        if self.host is None:
            return ""
        password = f":{self.password}" if self.password else ""
        credentials = f"{self.username}{password}@" if self.includes_credentials else ""
        port = "" if self.port is None else f":{self.port}"
        return f"//{credentials}{self.host}{port}"


def encoded_userinfo(text: str) -> str:
    """Return *text* as a user name or a password of a URL (``#set-the-username``)."""
    return quote(_scalar(text), safe=_USERINFO)


def parse(text: str, base: URL | None = None) -> URL:
    """Return the URL that *text* is on a page of *base*; raise :class:`ValueError` without one.

    Follows ``#concept-basic-url-parser``. Its states each read up to ``#``, ``?``, a slash or
    another delimiter; here the text is split at these.
    """
    rest = re.sub("[\t\n\r]", "", _scalar(text).strip(_C0_OR_SPACE))
    rest, has_fragment, fragment = rest.partition("#")
    rest, has_query, query = rest.partition("?")
    scheme = _SCHEME.match(rest)
    if scheme is not None:
        url = _absolute(scheme[1].lower(), rest[scheme.end() :], base)
    elif base is None or (base.has_opaque_path and (rest or has_query or not has_fragment)):
        raise ValueError(f"a relative URL without a base: {text!r}")
    else:
        url = _relative(rest, base)
    safe = _SPECIAL_QUERY if url.is_special else _QUERY
    return replace(
        url,
        query=quote(query, safe=safe) if has_query else url.query,
        fragment=quote(fragment, safe=_FRAGMENT) if has_fragment else None,
    )


def _scalar(text: str) -> str:
    """Replace surrogates that are not in pairs, as for every text that a script hands over."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _absolute(scheme: str, rest: str, base: URL | None) -> URL:
    """Parse what follows *scheme* and its colon."""
    if scheme == "file":
        return _file(rest)
    if scheme in SPECIAL:
        # #special-relative-or-authority-state
        if base is not None and base.scheme == scheme and not rest.startswith("//"):
            return _relative(rest, base)
        return _with_authority(scheme, rest.lstrip(_SLASHES))
    if rest.startswith("//"):
        return _with_authority(scheme, rest[2:])
    if rest.startswith("/"):
        return URL(scheme, path=_path(rest[1:], "/"))
    return URL(scheme, path=quote(rest, safe=_OPAQUE))


def _relative(rest: str, base: URL) -> URL:
    """Follow ``#relative-state`` and ``#relative-slash-state``."""
    if not rest:
        return base
    slashes = _SLASHES if base.is_special else "/"
    if rest[0] not in slashes:
        folder = base.path.rpartition("/")[0]
        return replace(base, path=_path(rest, slashes, folder), query=None)
    if rest[1:2] in tuple(slashes):
        return _with_authority(base.scheme, rest.lstrip(_SLASHES) if base.is_special else rest[2:])
    return replace(base, path=_path(rest[1:], slashes), query=None)


def _with_authority(scheme: str, rest: str) -> URL:
    """Follow ``#authority-state``, ``#host-state`` and ``#port-state``."""
    is_special = scheme in SPECIAL
    slashes = _SLASHES if is_special else "/"
    authority, path = _divided(rest, slashes)
    userinfo, at, location = authority.rpartition("@")
    username, _, password = userinfo.partition(":")
    host, port = _HOST_AND_PORT.fullmatch(location).groups()  # type: ignore[union-attr]
    if not host and (is_special or at or port is not None):
        raise ValueError(f"no host: {scheme}://{rest}")
    return URL(
        scheme,
        encoded_userinfo(username),
        encoded_userinfo(password),
        _host(host, is_special),
        _port(port or "", scheme),
        "" if path is None and not is_special else _path(path or "", slashes),
    )


def _divided(text: str, slashes: str) -> tuple[str, str | None]:
    """Divide *text* at its first slash; the second part is ``None`` without one."""
    end = next((place for place, char in enumerate(text) if char in slashes), None)
    return (text, None) if end is None else (text[:end], text[end + 1 :])


def _file(rest: str) -> URL:
    """Follow ``#file-state``; this machine is no host."""
    has_slash, has_host = (rest[place : place + 1] in tuple(_SLASHES) for place in (0, 1))
    if not (has_slash and has_host):
        return URL("file", host="", path=_path(rest[has_slash:], _SLASHES))
    name, path = _divided(rest[2:], _SLASHES)
    host = _host(name, True) if name else ""
    return URL("file", host="" if host == "localhost" else host, path=_path(path or "", _SLASHES))


def _path(rest: str, slashes: str, folder: str = "") -> str:
    """Append *rest* to *folder*, and resolve ``.`` and ``..`` (``#path-state``)."""
    kept = folder.split("/")[1:]
    segments = re.split(f"[{re.escape(slashes)}]", rest)
    decoded = [re.sub("%2e", ".", segment, flags=re.IGNORECASE) for segment in segments]
    for segment, dots in zip(segments, decoded, strict=True):
        if dots == "..":
            del kept[-1:]
        elif dots != ".":
            kept.append(quote(segment, safe=_PATH))
    if decoded[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def _port(text: str, scheme: str) -> int | None:
    if not re.fullmatch("[0-9]*", text) or int(text or "0") > 0xFFFF:
        raise ValueError(f"not a port: {text!r}")
    return None if not text or int(text) == SPECIAL.get(scheme) else int(text)


def _host(text: str, is_special: bool) -> str:
    """Parse a host and serialize it (``#concept-host-parser``)."""
    if text.startswith("["):
        return f"[{_ipv6(text)}]"
    if not is_special:
        if _FORBIDDEN_IN_HOST.search(text):
            raise ValueError(f"not a host: {text!r}")
        return quote(text, safe=_OPAQUE)
    host = to_ascii(unquote(text))
    if not host or _FORBIDDEN_IN_DOMAIN.search(host):
        raise ValueError(f"not a host: {text!r}")
    # #ends-in-a-number-checker: such a host is an IPv4 address or nothing.
    if re.search(r"(^|\.)([0-9]+|0x[0-9a-f]*)\.?$", host):
        return _ipv4(host)
    return host


def _ipv4(host: str) -> str:
    """Follow ``#concept-ipv4-parser``: up to four numbers, decimal, octal or hexadecimal."""
    *numbers, last = map(_number, host.removesuffix(".").split("."))
    if len(numbers) > 3 or any(number > 0xFF for number in numbers):
        raise ValueError(f"not an IPv4 address: {host!r}")
    # The last number fills all bytes that are left.
    size = 4 - len(numbers)
    if last >= 1 << 8 * size:
        raise ValueError(f"not an IPv4 address: {host!r}")
    return ".".join(map(str, [*numbers, *last.to_bytes(size, "big")]))


def _number(text: str) -> int:
    """Follow ``#ipv4-number-parser``."""
    found = re.fullmatch("(?:0x([0-9a-f]*)|(0[0-7]+)|([0-9]+))", text)
    if found is None or (found[3] and len(found[3]) > 1 and found[3][0] == "0"):
        raise ValueError(f"not a number of an IPv4 address: {text!r}")
    if found[1] is not None:
        return int(found[1] or "0", 16)
    return int(found[2], 8) if found[2] else int(found[3])


def _ipv6(text: str) -> str:
    """Parse an IPv6 address in brackets; serialize it as ``#concept-ipv6-serializer`` does."""
    # The addresses of a URL have no zone.
    if not text.endswith("]") or "%" in text:
        raise ValueError(f"not an IPv6 address: {text!r}")
    packed = IPv6Address(text[1:-1]).packed
    pieces = ":".join(f"{packed[at] << 8 | packed[at + 1]:x}" for at in range(0, 16, 2))
    # The first of the longest runs of zeros becomes two colons.
    runs = re.finditer("(?:(?:^|:)0(?=:|$)){2,}", pieces)
    longest = max(runs, key=lambda run: run[0].count("0"), default=None)
    if longest is None:
        return pieces
    return f"{pieces[: longest.start()]}:{pieces[longest.end() :] or ':'}"
