"""The grammar of origin patterns: what one entry of an allow-list means.

Strict, since a guess would let strangers in; what a mistyped entry may have meant is not
known here.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final, cast

from ..errors import REGEX_ERRORS, no_regex

Predicate = Callable[[str], bool | Awaitable[bool]]
OriginPattern = str | re.Pattern[str] | Predicate

MAX_LENGTH: Final = 512
DEFAULT_PORTS: Final = {"http": "80", "https": "443"}
# Schemes whose documents have an opaque origin: a browser sends "null" for them.
OPAQUE_SCHEMES: Final = frozenset({"about", "data", "file", "javascript"})
# One label, yet nobody can register a name below it (RFC 6761; "internal" by ICANN).
PRIVATE_SUFFIXES: Final = frozenset({"internal", "localhost", "test"})
EXAMPLE_WILDCARD: Final = "https://*.example.com"

LABEL: Final = r"[a-z0-9_\-]+"
SCHEME: Final = r"[a-z][a-z0-9+.\-]*"
HOST: Final = rf"{LABEL}(?:\.{LABEL})*\.?"
NUMERIC_END: Final = r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?"
PARTS: Final = r"([A-Za-z][A-Za-z0-9+.\-]*)://(\[[^\]\\]*\]|[^/:@?#,]*)(?::([^/@?#,]*))?(/?)"
REGEX: Final = r"[\\^$?+\[\](){}|]|\.(?=[*+?{])"
# A `*` that repeats one letter is never what its author meant; `\d*` is.
MISPLACED_STAR: Final = r"(?<!\\)[A-Za-z0-9]\*|[\-/:]\*"
_PORT = "[1-9][0-9]{0,4}"
# A question mark before the fields of a query makes no regular expression of a URL.
_QUERY = r"[^\\^$?+*\[\](){}|]+\?[A-Za-z0-9_.%\-]+="


class OriginError(Exception):
    """What is wrong with one pattern; without a hint, the origin it may have meant is."""

    def __init__(self, reason: str, hint: str = "") -> None:
        self.reason = reason
        self.hint = hint


class MisplacedStarError(OriginError):
    """A ``*`` where none can stand."""

    def __init__(self) -> None:
        super().__init__(
            f"a * stands for whole labels ({EXAMPLE_WILDCARD!r}) or for a port "
            "('http://localhost:*'), nowhere else"
        )


def read_pattern(item: object) -> str | re.Pattern[str] | Predicate:
    """Return what one entry means; raise :class:`OriginError` where it can mean nothing."""
    if isinstance(item, str):
        return _read_text(item)
    if isinstance(item, re.Pattern):
        if isinstance(item.pattern, str):
            return item
        raise OriginError("a regular expression over bytes cannot match a header", "Use a str.")
    if callable(item):
        return cast("Predicate", item)
    reason = "an origin is a string, a regular expression or a callable"
    unset = "Is an environment variable not set? Leave the entry out." if item is None else ""
    raise OriginError(f"{reason}, not {type(item).__name__}", unset)


def _read_text(text: str) -> str | re.Pattern[str]:
    if text == "*":
        return "*"
    if text.lower() == "null":
        return "null"
    if not text:
        unset = "Is an environment variable not set? Leave the entry out."
        raise OriginError("an empty string names no origin", unset)
    if re.search(r"\s", text):
        raise OriginError("white space is never part of an origin")
    if (scheme := text.partition(":")[0].lower()) in OPAQUE_SCHEMES:
        hint = "Serve the page over http and write 'http://localhost:8000', or write 'null'."
        raise OriginError(f"a browser sends 'null' for {scheme}: pages", hint)
    parts = re.fullmatch(PARTS, text)
    if parts and (":" in parts[2] or not re.search(REGEX, text[parts.start(2) :])):
        return canonical(text, parts)
    if re.search(MISPLACED_STAR, text):
        raise MisplacedStarError
    # The + of a scheme such as git+ssh makes no regular expression.
    if re.search(REGEX, re.sub(rf"^{SCHEME}://", "", text)) and not re.match(_QUERY, text):
        try:
            return re.compile(text, re.IGNORECASE)
        except REGEX_ERRORS as error:
            raise OriginError(no_regex(error), f"Mend it, or write {EXAMPLE_WILDCARD!r}.") from None
    if "://" not in text:
        raise OriginError("there is no scheme, and browsers always send one")
    raise OriginError(
        "a browser sends scheme, host and port: no user info, path, query or fragment"
    )


def canonical(text: str, parts: re.Match[str]) -> str:
    """Return the origin, or wildcard origin, as a browser would write it."""
    scheme, host, port = parts[1].lower(), parts[2].lower(), parts[3]
    end = "" if port is None or port == DEFAULT_PORTS.get(scheme) else f":{port}"
    if len(text) > MAX_LENGTH:
        raise OriginError(f"an origin of more than {MAX_LENGTH} characters is never matched")
    if not text.isascii():
        raise OriginError("browsers send a host's ASCII form (punycode)")
    if host == "*":
        _check_whole_scheme(scheme, port)
    elif host.startswith("["):
        _check_ipv6(scheme, host, end)
    elif host.startswith("*."):
        _check_wildcard(scheme, host[2:])
    elif "*" in host:
        raise MisplacedStarError
    else:
        _check_host(scheme, host)
    if port not in (None, "*") and not (re.fullmatch(_PORT, port) and int(port) <= 65535):
        start = f"{scheme}://{host}"
        hint = f"Write {start!a}, or {f'{start}:*'!a} for any port."
        raise OriginError(f"{port!a} is no port: a number from 1 to 65535, no leading zeros", hint)
    return f"{scheme}://{host}{end}"


def _check_whole_scheme(scheme: str, port: str | None) -> None:
    if scheme not in DEFAULT_PORTS and port is None:
        return
    wildcards = [f"{scheme}://*.example.com", f"{scheme}://localhost:*"]
    if scheme not in DEFAULT_PORTS:
        wildcards = [f"{scheme}://*"]
    hint = f"Write '*' for any origin, or a wildcard such as {' or '.join(map(ascii, wildcards))}."
    raise OriginError(f"this would be every {scheme} site", hint)


def _check_wildcard(scheme: str, suffix: str) -> None:
    if not re.fullmatch(HOST, suffix) or suffix.endswith(".") or re.fullmatch(NUMERIC_END, suffix):
        reason = f"{suffix!a} is no domain whose subdomains could be meant"
        raise OriginError(reason, f"Write for instance {f'{scheme}://*.example.com'!a}.")
    if "." not in suffix and suffix not in PRIVATE_SUFFIXES:
        reason = f"this would be every site under the top-level domain {suffix!a}"
        raise OriginError(reason, f"Name the domain: {f'{scheme}://*.example.{suffix}'!a}.")


def _check_host(scheme: str, host: str) -> None:
    if not re.fullmatch(HOST, host):
        raise OriginError(f"{host!a} is no host name")
    if scheme in DEFAULT_PORTS and re.fullmatch(NUMERIC_END, host):
        try:
            IPv4Address(host)
        except AddressValueError as error:
            hint = "Write four decimal numbers, as in 'http://127.0.0.1:8000'."
            raise OriginError(f"a browser writes no such IPv4 address: {error}", hint) from None


def _check_ipv6(scheme: str, host: str, end: str) -> None:
    try:
        if "%" in host:
            raise AddressValueError("a browser sends no zone")
        shown = f"[{_ipv6(IPv6Address(host[1:-1]))}]"
    except AddressValueError as error:
        hint = "Write for instance 'http://[::1]:8000'."
        raise OriginError(f"{host!a} is no IPv6 address: {error}", hint) from None
    if shown != host:
        hint = f"Write {f'{scheme}://{shown}{end}'!a}."
        raise OriginError(f"a browser writes this address as {shown}", hint)


def _ipv6(address: IPv6Address) -> str:
    # The URL standard's serializer never writes an IPv4 tail; Python's does since 3.13.
    if mapped := address.ipv4_mapped:
        return f"::ffff:{int(mapped) >> 16:x}:{int(mapped) & 0xFFFF:x}"
    return address.compressed
