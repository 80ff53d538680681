"""Origin patterns read by hand: what each says, and whether it matches an origin.

Written from the contract with string methods alone, so that it shares neither code nor a
mistake with the library. Slow, and plain.
"""

from __future__ import annotations

import re
import socket
import string
from typing import NamedTuple

LETTERS = frozenset(string.ascii_lowercase)
DIGITS = frozenset(string.digits)
LABEL = LETTERS | DIGITS | set("_-")
SCHEME = LETTERS | DIGITS | set("+.-")
SPECIAL = frozenset("\\^$?+[](){}|")
QUOTES = "'\"`"
# What no path, query or fragment of an origin holds, unless it is a regular expression.
NOT_IN_TAIL = frozenset("\\^$+[](){}|,")
DEFAULT_PORT = {"http": "80", "https": "443"}
OPAQUE = {"about", "data", "file", "javascript"}
ONE_LABEL = {"internal", "localhost", "test"}
LONGEST = 512
PORTS = frozenset(map(str, range(1, 65536)))
BYTES = frozenset(map(str, range(256)))


class Parts(NamedTuple):
    """Scheme, host and port as they are written; the port is ``None`` without a colon."""

    scheme: str
    host: str
    port: str | None


def read(text: str) -> tuple[str, str]:
    """Return the kind of a pattern and its canonical text.

    The kinds are ``any``, ``literal``, ``wildcard``, ``error``, and ``regex`` for what is a
    regular expression if it is anything: whether it compiles is not looked at.
    """
    if text == "*":
        return "any", text
    if text.lower() == "null":
        return "literal", "null"
    if any(char.isspace() for char in text) or text.partition(":")[0].lower() in OPAQUE:
        return "error", ""
    if text == "" or text[0] in QUOTES or text[-1] in QUOTES:
        return "error", ""
    found = parts_of(text)
    if found is None:
        return regex_or_error(text), ""
    host = found.host.removeprefix(".") if found.host.startswith(".*.") else found.host
    found = found._replace(port="*") if found.port == ".*" else found
    if ":" not in host and is_special(f"{host}:{found.port}"):
        return regex_or_error(text), ""
    if not "".join(each or "" for each in found).isascii():
        return "error", ""
    return canonical(Parts(found.scheme.lower(), host.lower(), found.port))


def regex_or_error(text: str) -> str:
    """Tell a regular expression from what is a wildcard gone wrong, or nothing at all."""
    start, _, host = text.rpartition("://")
    if "*" in text and set(text.lower()) <= LABEL | set(".:/*"):
        return "regex" if host == ".*" and (not start or is_scheme(start.lower())) else "error"
    return "regex" if is_special(text) else "error"


def is_special(text: str) -> bool:
    """Return whether *text* holds a character that makes a regular expression of it."""
    pairs = zip(text, f"{text[1:]} ", strict=False)
    return any(char in SPECIAL or (char == "." and after in "*+?{") for char, after in pairs)


def parts_of(text: str) -> Parts | None:
    """Return the parts of a URL, ``None`` of anything else: its path and query are left out."""
    scheme, separator, rest = text.partition("://")
    end = min((place for sign in "/?#" if (place := rest.find(sign)) >= 0), default=len(rest))
    rest, tail = rest[:end], rest[end:]
    if not separator or not is_scheme(scheme.lower()):
        return None
    if set(rest) & set("@,") or set(tail) & NOT_IN_TAIL:
        return None
    if rest.startswith("[") and (inside := rest[1:].partition("]"))[1]:
        address, _, end = inside
        if "\\" not in address and end[:1] in ("", ":"):
            return Parts(scheme, f"[{address}]", end[1:] if end else None)
    host, colon, port = rest.partition(":")
    return Parts(scheme, host, port if colon else None)


def is_scheme(text: str) -> bool:
    return text[:1] in LETTERS and set(text) <= SCHEME if text else False


def canonical(parts: Parts) -> tuple[str, str]:
    """Return kind and text as a browser would write it."""
    scheme, host, port = parts
    if scheme not in DEFAULT_PORT and 3 <= len(scheme) <= 8 and set(scheme) <= set("https"):
        return "error", ""
    if port == DEFAULT_PORT.get(scheme):
        port = None
    if host == "*":
        right = scheme not in DEFAULT_PORT and parts.port is None
    else:
        right = is_pattern_host(scheme, host) and (port in (None, "*") or is_port(port))
    if not right:
        return "error", ""
    text = f"{scheme}://{host}" + ("" if port is None else f":{port}")
    if len(text) > LONGEST:
        return "error", ""
    return ("wildcard" if "*" in text else "literal"), text


def is_pattern_host(scheme: str, host: str) -> bool:
    if host.startswith("["):
        return host == ipv6(host[1:-1])
    if host.startswith("*."):
        labels = host[2:].split(".")
        enough = len(labels) > 1 or labels[0] in ONE_LABEL
        return enough and all(map(is_name, labels)) and not is_number(labels[-1])
    if host == "." and scheme not in DEFAULT_PORT:
        return True
    labels = host.removesuffix(".").split(".")
    if not all(map(is_name, labels)):
        return False
    return scheme not in DEFAULT_PORT or not is_number(labels[-1]) or is_ipv4(host)


def is_label(text: str) -> bool:
    return text != "" and set(text) <= LABEL


def is_name(text: str) -> bool:
    """Return whether *text* is a label that browsers accept: ``xn--`` starts punycode."""
    if not text.startswith("xn--"):
        return is_label(text)
    try:
        return is_label(text) and not text[4:].encode().decode("punycode").isascii()
    except UnicodeError:
        return False


def is_number(label: str) -> bool:
    """Return whether the URL standard takes a host that ends with *label* for IPv4."""
    hexadecimal = label.startswith("0x") and set(label[2:]) <= set(string.hexdigits)
    return (label != "" and set(label) <= DIGITS) or hexadecimal


def is_ipv4(host: str) -> bool:
    numbers = host.split(".")
    return len(numbers) == 4 and set(numbers) <= BYTES


def ipv6(address: str) -> str | None:
    """Return an IPv6 address as a browser writes it, in brackets; ``None`` of no address."""
    try:
        packed = socket.inet_pton(socket.AF_INET6, address)
    except (OSError, UnicodeEncodeError, ValueError):
        return None
    groups = [f"{packed[place] << 8 | packed[place + 1]:x}" for place in range(0, 16, 2)]
    for length in range(8, 1, -1):
        for start in range(9 - length):
            if groups[start : start + length] == ["0"] * length:
                ends = ":".join(groups[:start]), ":".join(groups[start + length :])
                return "[" + "::".join(ends) + "]"
    return "[" + ":".join(groups) + "]"


def is_port(port: str | None) -> bool:
    return port in PORTS


# -- matching --------------------------------------------------------------------------


def is_sent(origin: str) -> bool:
    """Return whether *origin* is visible ASCII, and short enough to be looked at."""
    return 0 < len(origin) <= LONGEST and all("!" <= char <= "~" for char in origin)


def matches(pattern: str, origin: str) -> bool:
    """Return whether a literal or wildcard origin, canonical, matches *origin*."""
    if not is_sent(origin):
        return False
    origin = origin.lower()
    if "*" not in pattern:
        return origin == pattern
    asked, said = sent_parts(origin), parts_of(pattern)
    if asked is None or said is None or asked.scheme != said.scheme:
        return False
    if said.host == "*":
        return True
    return said.port in ("*", asked.port) and host_matches(said.host, asked.host)


def host_matches(pattern: str, host: str) -> bool:
    if not pattern.startswith("*."):
        return host == pattern
    domain = pattern[1:]
    return host.endswith(domain) and all(map(is_label, host.removesuffix(domain).split(".")))


def sent_parts(origin: str) -> Parts | None:
    """Return the parts of an origin that some browser might send."""
    scheme, separator, rest = origin.partition("://")
    if not separator or not is_scheme(scheme):
        return None
    if rest.startswith("["):
        host, bracket, end = rest.partition("]")
        host += bracket
        inside = bool(bracket) and len(host) > 2 and set(host[1:-1]) <= set("0123456789abcdef:.")
    else:
        host, colon, end = rest.partition(":")
        end = colon + end
        inside = all(map(is_label, host.removesuffix(".").split(".")))
    digits = end[1:]
    port = end == "" or (end[0] == ":" and is_port(digits))
    return Parts(scheme, host, digits if end else None) if inside and port else None


def is_tame(regex: str) -> bool:
    """Return whether a regular expression surely takes no more than quadratic time."""
    return len(re.findall(r"[*+{]", regex)) < 3 and not re.search(r"\)[*+?{]|\\[1-9]|\(\?P=", regex)
