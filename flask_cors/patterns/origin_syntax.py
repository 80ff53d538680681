"""The grammar of origin patterns: what one entry of an allow-list means.

Strict: a wrong guess could allow foreign origins; what a mistyped entry may have meant is not
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
MAX_PORT: Final = 65535
DEFAULT_PORTS: Final = {"http": "80", "https": "443"}
# Schemes whose documents have an opaque origin: a browser sends "null" for them.
OPAQUE_SCHEMES: Final = frozenset({"about", "data", "file", "javascript"})
#: One label, but no name below it can be registered (RFC 6761; "internal" by ICANN). So the
#: wildcard "http://*.localhost" is allowed.
PRIVATE_SUFFIXES: Final = frozenset({"internal", "localhost", "test"})
#: What messages show as an example: nobody's (RFC 2606).
EXAMPLE: Final = "https://app.example.com"
EXAMPLE_WILDCARD: Final = "https://*.example.com"

LABEL: Final = r"[a-z0-9_\-]+"
SCHEME: Final = r"[a-z][a-z0-9+.\-]*"
# Made of the letters of "https" alone: "htps", "htttp".
_NEARLY_HTTP: Final = "[htps]{3,8}"
HOST: Final = rf"{LABEL}(?:\.{LABEL})*\.?"
NUMERIC_END: Final = r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?"
PORT: Final = "[1-9][0-9]{0,4}"
PARTS: Final = r"([A-Za-z][A-Za-z0-9+.\-]*)://(\[[^\]\\]*\]|[^/:@?#,]*)(?::([^/@?#,]*))?"
REGEX: Final = r"[\\^$?+\[\](){}|]|\.(?=[*+?{])"
# A path, a query and a fragment; regular expressions have other characters here.
_TAIL: Final = r"[/?#][^\\^$+\[\](){}|,]*"
# A `*` that repeats one letter is never what its author meant; `\d*` is.
_MISPLACED_STAR: Final = r"(?<!\\)[A-Za-z0-9]\*|[\-/:]\*"
_CHARACTER_CLASS: Final = r"(?<!\\)\[\^?\]?(?:\\.|[^\]\\])*\]"
# No special characters but `*`, and dots before it: meant as a wildcard.
_STARS_ONLY: Final = r"[A-Za-z0-9_.\-:/*]*\*[A-Za-z0-9_.\-:/*]*"
# As in "http://[zz]:90" and "https://abc[::1]"; "[^/:]" cannot be meant as an address.
_BRACKETS: Final = r"(?<!\\)\[(?!\^)[^\]\\]*:[^\]]*\]|(?<=://)\[[^\]\\]*\](?=[:/$)]|\Z)"


class OriginError(Exception):
    """What is wrong with one pattern.

    ``hint`` says what to write, and ``fix`` is that as data; where both are empty, what the
    pattern may have meant is to be found out. ``drops`` says that the pattern can be left
    out, since no restriction is lost.
    """

    drops = False

    def __init__(self, reason: str, hint: str = "", fix: OriginPattern | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint
        self.fix = fix


class DroppedOriginError(OriginError):
    """A pattern that no origin is like: it is left out, and the list stays a list."""

    drops = True


class MisplacedStarError(OriginError):
    """A ``*`` where none is allowed."""

    def __init__(self, scheme: bool = False) -> None:
        reason = (
            f"a * stands for whole labels at the start of a host ({EXAMPLE_WILDCARD!r}) or for a "
            "port ('http://localhost:*'), and nowhere else"
        )
        super().__init__("a * cannot stand for a scheme, or part of one" if scheme else reason)


def read_pattern(item: object) -> str | re.Pattern[str] | Predicate:
    """Return what one entry means; raise :class:`OriginError` where it can mean nothing."""
    if isinstance(item, str):
        return _read_text(item)
    if isinstance(item, re.Pattern):
        if isinstance(item.pattern, str):
            return item
        meant = re.compile(item.pattern.decode("latin-1"), item.flags | re.UNICODE)
        reason = "a regular expression over bytes cannot match a header"
        raise OriginError(reason, f"Write it over str: {meant.pattern!a}.", meant)
    if callable(item):
        return cast("Predicate", item)
    if item is None:
        raise DroppedOriginError("None is not an origin", _UNSET)
    raise OriginError(
        f"an origin is a string, a regular expression or a callable, not {type(item).__name__}"
    )


_UNSET: Final = "If an environment variable is not set, set it; otherwise leave the entry out."


def _read_text(text: str) -> str | re.Pattern[str]:
    if text == "*":
        return "*"
    if text.lower() == "null":
        return "null"
    if not text.strip():
        raise DroppedOriginError("an empty string is not an origin", _UNSET)
    _check_characters(text)
    if parts := re.fullmatch(rf"{PARTS}(?:{_TAIL})?", text):
        plain = not re.search(REGEX, f"{without_star_label(parts[2])}:{_port(parts)}")
        if plain or ":" in parts[2]:
            return canonical(parts)
    if re.search(_BRACKETS, text):
        reason = "brackets around a host, or with a colon in them, are for an IPv6 address"
        raise OriginError(reason, _EXAMPLE_IPV6, "http://[::1]:8000")
    if re.fullmatch(_STARS_ONLY, text):
        return _read_stars(text)
    if re.search(_MISPLACED_STAR, re.sub(_CHARACTER_CLASS, "[]", text)):
        raise MisplacedStarError
    # The + of a scheme such as git+ssh makes no regular expression.
    if re.search(REGEX, re.sub(rf"^{SCHEME}://", "", text)):
        return _read_regex(text)
    raise _not_an_origin(text)


_EXAMPLE_IPV6: Final = "Write for instance 'http://[::1]:8000'."


def _check_characters(text: str) -> None:
    """Refuse what is never part of an origin, nor of a regular expression for one."""
    if text[0] in "'\"`" or text[-1] in "'\"`":
        raise OriginError("the quotes are part of the value, and never of an origin")
    if re.search(r"\s", text):
        if "://" not in text and not re.search(REGEX, text):
            raise _no_scheme()
        raise OriginError("white space is never part of an origin")
    if (scheme := text.partition(":")[0].lower()) in OPAQUE_SCHEMES:
        hint = "Serve the page over http and write 'http://localhost:8000', or write 'null'."
        reason = f"a browser sends 'null' for {scheme}: pages"
        raise OriginError(reason, hint, "http://localhost:8000")


def without_star_label(host: str) -> str:
    """Return a host with its leading label ``.*`` read as ``*``."""
    return host[1:] if host.startswith(".*.") else host


def _port(parts: re.Match[str]) -> str | None:
    """Return the port of a match of :data:`PARTS`, ``.*`` read as ``*``."""
    port: str | None = parts[3]
    return "*" if port == ".*" else port


def _read_stars(text: str) -> str | re.Pattern[str]:
    """Read what has no special characters but ``*`` and is not a wildcard origin."""
    if re.fullmatch(r"(?:[A-Za-z][A-Za-z0-9.\-]*://)?\.\*", text):
        return _read_regex(text)
    if "://" not in text and "/" not in text[:1]:
        raise _no_scheme()
    raise MisplacedStarError("*" in text.partition("://")[0] and "://" in text)


def _read_regex(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text, re.IGNORECASE)
    except REGEX_ERRORS as error:
        hint = f"Correct it, or write a wildcard: {EXAMPLE_WILDCARD!r}."
        raise OriginError(no_regex(error), hint, EXAMPLE_WILDCARD) from None


def _not_an_origin(text: str) -> OriginError:
    if "://" not in text:
        return _no_scheme()
    if "@" in text:
        return OriginError("a browser sends no user info in an origin")
    return OriginError("this is not a valid origin: a browser sends scheme, host and port")


def _no_scheme() -> OriginError:
    return DroppedOriginError("there is no scheme, and browsers always send one")


def canonical(parts: re.Match[str]) -> str:
    """Return the origin, or wildcard origin, as a browser would write it.

    *parts* is a match of :data:`PARTS`. Raises :class:`OriginError`.
    """
    scheme, port = parts[1].lower(), _port(parts)
    _check_scheme(scheme)
    host = without_star_label(parts[2].lower())
    end = "" if port is None or port == DEFAULT_PORTS.get(scheme) else f":{port}"
    if len(f"{scheme}://{host}{end}") > MAX_LENGTH:
        raise OriginError(f"an origin of more than {MAX_LENGTH} characters is never matched")
    # Before lower-casing: the Kelvin sign becomes a "k".
    if not f"{parts[1]}{parts[2]}{port}".isascii():
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
    _check_port(f"{scheme}://{host}", port)
    return f"{scheme}://{host}{end}"


def _check_scheme(scheme: str) -> None:
    """Refuse what is nearly ``http``; apps such as ``capacitor`` have schemes of their own."""
    if scheme not in DEFAULT_PORTS and re.fullmatch(_NEARLY_HTTP, scheme):
        raise DroppedOriginError(f"no browser has the scheme {scheme!a}")


def _check_port(start: str, port: str | None) -> None:
    if port in (None, "*") or is_port(port or ""):
        return
    if "*" in (port or ""):
        raise MisplacedStarError
    hint = f"Write {start!a}, or {f'{start}:*'!a} for any port."
    reason = f"{port!a} is not a port: a number from 1 to 65535, without leading zeros"
    raise OriginError(reason, hint, start)


def is_port(text: str) -> bool:
    """Return whether *text* is a port as a browser writes it, from 1 to 65535."""
    return re.fullmatch(PORT, text) is not None and int(text) <= MAX_PORT


def _check_whole_scheme(scheme: str, port: str | None) -> None:
    if scheme not in DEFAULT_PORTS and port is None:
        return
    wildcards = [f"{scheme}://*.example.com", f"{scheme}://localhost:*"]
    if scheme not in DEFAULT_PORTS:
        wildcards = [f"{scheme}://*"]
    hint = f"Write '*' for any origin, or a wildcard such as {' or '.join(map(ascii, wildcards))}."
    fix = "*" if scheme in DEFAULT_PORTS else wildcards[0]
    raise OriginError(f"this would allow every {scheme} site", hint, fix)


def _check_wildcard(scheme: str, suffix: str) -> None:
    if "*" in suffix:
        raise MisplacedStarError
    if not re.fullmatch(HOST, suffix) or suffix.endswith(".") or re.fullmatch(NUMERIC_END, suffix):
        reason = f"{suffix!a} is not a domain that has subdomains"
        example = f"{scheme}://*.example.com"
        raise OriginError(reason, f"Write for instance {example!a}.", example)
    if "." not in suffix and suffix not in PRIVATE_SUFFIXES:
        reason = f"this would allow every site under the top-level domain {suffix!a}"
        example = f"{scheme}://*.example.{suffix}"
        raise OriginError(reason, f"Name the domain, as in {example!a}.", example)
    _check_punycode(suffix)


def _check_host(scheme: str, host: str) -> None:
    if scheme not in DEFAULT_PORTS and host == ".":
        return  # Electron's pages have the origin app://.
    if not re.fullmatch(HOST, host):
        raise OriginError(f"{host!a} is not a host name")
    if scheme in DEFAULT_PORTS and re.fullmatch(NUMERIC_END, host):
        try:
            IPv4Address(host)
        except AddressValueError as error:
            hint = "Write four decimal numbers, as in 'http://127.0.0.1:8000'."
            reason = f"a browser writes no such IPv4 address: {error}"
            raise OriginError(reason, hint, "http://127.0.0.1:8000") from None
    _check_punycode(host)


def _check_punycode(host: str) -> None:
    """Refuse labels that no browser accepts: UTS 46 checks that they decode to Unicode."""
    for label in host.split("."):
        if label.startswith("xn--") and not _decodes(label[4:]):
            reason = f"{label!a} is not the ASCII form (punycode) of any name"
            example = "https://xn--bcher-kva.example"
            raise OriginError(reason, f"Write the name as a browser does: {example!a}.", example)


def _decodes(text: str) -> bool:
    try:
        return not text.encode("ascii").decode("punycode").isascii()
    except UnicodeError:
        return False


def _check_ipv6(scheme: str, host: str, end: str) -> None:
    try:
        if "%" in host:
            raise AddressValueError("a browser sends no zone")
        shown = f"[{_ipv6(IPv6Address(host[1:-1]))}]"
    except AddressValueError as error:
        reason = f"{host!a} is not an IPv6 address: {error}"
        raise OriginError(reason, _EXAMPLE_IPV6, "http://[::1]:8000") from None
    if shown != host:
        meant = f"{scheme}://{shown}{end}"
        reason = f"a browser writes this address as {shown}"
        raise OriginError(reason, f"Write {meant!a}.", meant)


def _ipv6(address: IPv6Address) -> str:
    # The URL standard's serializer never writes an IPv4 tail; Python's does since 3.13.
    if mapped := address.ipv4_mapped:
        return f"::ffff:{int(mapped) >> 16:x}:{int(mapped) & 0xFFFF:x}"
    return address.compressed
