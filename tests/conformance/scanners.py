"""What CORS scanners and testers send as ``Origin``, by class, and allow-lists to send it to.

Each origin is text as WSGI hands it on: bytes beyond ASCII stand as latin-1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

SITE = "https://www.site.example"
LOCAL = "http://localhost:3000"
BELOW = frozenset({"wildcard", "regex", "compiled"})


@dataclass(frozen=True)
class AllowList:
    """Options of ``CORS(app)``, and the origins that they rightly allow."""

    options: Mapping[str, Any]
    honest: tuple[str, ...]


def _asked(origin: str) -> bool:
    return origin == SITE


ALLOW_LISTS: Mapping[str, AllowList] = {
    "literal": AllowList({"origins": SITE}, (SITE, "HTTPS://WWW.Site.Example")),
    "list": AllowList({"origins": [SITE, LOCAL]}, (SITE, LOCAL)),
    "port": AllowList({"origins": [f"{SITE}:8443"]}, (f"{SITE}:8443",)),
    "any port": AllowList({"origins": "http://localhost:*"}, ("http://localhost", LOCAL)),
    "wildcard": AllowList(
        {"origins": "https://*.site.example"}, (SITE, "https://a.b.site.example")
    ),
    "regex": AllowList(
        {"origins": r"https://(?:[a-z0-9-]+\.)+site\.example"}, (SITE, "https://WWW.SITE.example")
    ),
    "compiled": AllowList(
        {"origins": re.compile(r"https://(?:[a-z0-9-]+\.)*site\.example")},
        (SITE, "https://site.example"),
    ),
    "callable": AllowList({"origins": _asked}, (SITE,)),
    "addresses": AllowList(
        {"origins": ["http://127.0.0.1:8000", "http://[::1]:8000"]},
        ("http://127.0.0.1:8000", "http://[::1]:8000"),
    ),
}


@dataclass(frozen=True)
class Scan:
    """One origin that is tried, why, and the allow-lists that rightly allow it."""

    kind: str
    origin: str
    why: str
    allowed_by: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{self.kind}: {self.origin.encode('unicode_escape').decode()}"


def _wire(text: str) -> str:
    return text.encode().decode("latin-1")


_NEAR = {
    "reflected origin": {
        "https://evil.example": "nobody listed it",
        "https://evil.example:8443": "nor with a port",
        "x": "a bare word is no origin",
        "https://": "a scheme alone is no origin",
        "*": "a star is no origin",
    },
    "prefix": {
        "https://www.site.example.evil.example": "the allowed origin, and a domain behind it",
        "https://www.site.examples": "the allowed origin, and a letter behind it",
        "https://www.site.example-evil.example": "a hyphen goes on with the label",
        "http://localhost:3000.evil.example": "the port is no end either",
        "http://localhost.evil.example:3000": "localhost as the first label of another host",
        "http://127.0.0.1.evil.example:8000": "an address as the first labels of another host",
        "https://www.site.exampl": "a prefix of the allowed origin",
        "https://www": "the first label alone",
        "https:": "the scheme alone",
    },
    "suffix": {
        "https://evilsite.example": "a domain that ends as the allowed one does",
        "https://evil-site.example": "and one with a hyphen",
        "https://evilwww.site.example.evil.example": "both at once",
        "https://.site.example": "an empty label",
        "https://evil..site.example": "an empty label in between",
        "https://-.site.examples": "nothing but a hyphen",
        "xhttps://www.site.example": "a scheme that ends as the allowed one does",
        "www.site.example": "no scheme",
        "//www.site.example": "no scheme, but its slashes",
        "evil://www.site.example": "another scheme",
    },
    "substring": {
        "https://evil.example/www.site.example": "the allowed host in a path",
        "https://evil.example?https://www.site.example": "the allowed origin in a query",
        "https://evil.example#https://www.site.example": "the allowed origin in a fragment",
        "https://evil.example/https://www.site.example": "the allowed origin in a path",
        "https://ww.site.exampl": "a part of the allowed host",
        "https://site": "a label of the allowed host",
        "https://a.www.site.example.b": "the allowed host in the middle",
    },
    "unescaped dot": {
        "https://wwwxsite.example": "the first dot as any character",
        "https://www.sitexexample": "the last dot as any character",
        "https://wwwxsitexexample": "both",
        "https://www-site.example": "a hyphen is registered most easily",
    },
    "null": {
        "null": "sandboxed frames, redirects and files send it",
        "NULL": "the comparison ignores case, and null is no exception",
        "Null": "likewise",
        "null.": "not quite",
        "nulls": "a longer word",
        "null,https://www.site.example": "null in a list",
        "https://null": "null as a host",
    },
    "third-party hosting": {
        "https://www.site.example.s3.amazonaws.com": "a bucket named after the site",
        "https://site-example.github.io": "anybody's pages",
        "https://www-site-example.herokuapp.com": "anybody's app",
        "https://site.pages.dev": "anybody's deployment",
        "https://jsbin.com": "anybody's script",
        "https://site.example.translate.goog": "a mirror that is another origin",
    },
    "http variant": {
        "http://www.site.example": "whoever sits on the network writes this page",
        "http://www.site.example:443": "the other scheme's port",
        "http://www.site.example:80": "its own port",
        "ws://www.site.example": "a scheme that pages do not have",
        "https:/www.site.example": "a slash is missing",
        "https:///www.site.example": "a slash too many",
        "https:\\\\www.site.example": "slashes the other way",
    },
    "trailing dot": {
        "https://www.site.example.": "the same host to DNS, another origin to browsers",
        "https://www.site.example..": "two of them",
        "https://www.site.example.:8443": "before a port",
        "http://localhost.:3000": "without a domain",
        "http://127.0.0.1.:8000": "behind an address",
    },
    "port": {
        "https://www.site.example:443": "no browser sends the default port",
        "https://www.site.example:8080": "another port is another origin",
        "https://www.site.example:": "a colon without a port",
        "https://www.site.example:0443": "a leading zero",
        "https://www.site.example:84430": "a port that begins like the allowed one",
        "https://www.site.example:84": "a port that the allowed one begins like",
        "https://www.site.example:8443:443": "two ports",
        "https://www.site.example:443.evil.example": "a host behind the port",
        "https://www.site.example:evil": "a word as port",
        "http://localhost:3000@evil.example": "the port was a password",
        "http://localhost:123456": "a port that no server has",
        "http://localhost:": "a colon without a port",
        "http://localhost:*": "the wildcard itself",
    },
    "user info": {
        "https://www.site.example@evil.example": "the host stands behind the @",
        "https://www.site.example:443@evil.example": "with a password",
        "https://evil.example@www.site.example": "an origin has no user",
        "https://user:word@www.site.example": "nor a password",
        "https://@www.site.example": "nor an empty user",
        "https://www.site.example%40evil.example": "the @ encoded",
        "http://localhost:3000%40evil.example": "likewise",
    },
    "several origins": {
        "https://www.site.example, https://evil.example": "two header lines, joined",
        "https://evil.example,https://www.site.example": "the other way round",
        "https://www.site.example https://evil.example": "as RFC 6454 allowed",
        "https://www.site.example https://www.site.example": "twice the same",
        "https://www.site.example,": "a comma and nothing",
        "https://www.site.example null": "null as the second",
        " https://www.site.example": "a space in front",
        "https://www.site.example\t": "a tab behind",
        '"https://www.site.example"': "quotation marks around it",
        "'https://www.site.example'": "likewise",
        "<https://www.site.example>": "angle brackets around it",
    },
    "address": {
        "http://127.1:8000": "a short form of 127.0.0.1",
        "http://2130706433:8000": "one number",
        "http://0x7f000001:8000": "hexadecimal",
        "http://0x7f.0.0.1:8000": "hexadecimal in part",
        "http://0177.0.0.1:8000": "octal",
        "http://127.0.0.01:8000": "a leading zero",
        "http://127.0.0.1:8000.evil.example": "a host behind the port",
        "http://127.0.0.2:8000": "the neighbour",
        "http://0.0.0.0:8000": "every address",
        "http://[::]:8000": "every address",
        "http://[::ffff:127.0.0.1]:8000": "IPv4 within IPv6",
        "http://[::ffff:7f00:1]:8000": "as browsers write it",
        "http://[0:0:0:0:0:0:0:1]:8000": "not shortened",
        "http://[::01]:8000": "a leading zero",
        "http://[::1%25eth0]:8000": "with a zone",
        "http://[::1]evil.example:8000": "a host behind the bracket",
        "http://[::1].evil.example:8000": "likewise",
        "http://::1:8000": "no brackets",
        "http://[::1]": "without the port",
        "http://evil.example[::1]:8000": "a host before the bracket",
    },
    "control character": {
        "https://www.site.example\r\nX-Evil: 1": "a header line of the client's own",
        "https://www.site.example\n": "a regular expression's $ stands before it",
        "https://www.site.example\x00": "the end of a string in C",
        "https://www.site.example\x00.evil.example": "and more behind it",
        "https://www.site.example\x7f": "delete",
        "https://www.site.example\x1b[31m": "a colour for the terminal",
    },
    "encoded": {
        "https%3A%2F%2Fwww.site.example": "an origin is never decoded",
        "https://www%2Esite%2Eexample": "its dots neither",
        "https://www.site.example%00": "nor a null",
        "https://www.site.example%0d%0aX-Evil:1": "nor a line end",
        "https://www.site.example%2eevil.example": "nor a dot before more",
    },
}
_SUBDOMAINS = {
    "https://evil.site.example": "a subdomain taken over",
    "https://evil.www.site.example": "one below the allowed host",
    "https://a.b.c.site.example": "several labels",
}
# What Safari and others accept in a host, put before the attacker's domain.
_SPECIAL = "{}`_,!$&'()*+;=^|~\"-<>[]\\"
_LETTERS = {
    "https://www.s\u0456te.example": "a Cyrillic letter, in UTF-8",
    "https://www.\u017fite.example": "a long s, whose upper case is an S",
    "https://www.site.example\u3002evil.example": "an ideographic full stop",
    "https://www\uff0esite.example": "a full-width dot",
    "https://www.site\u200b.example": "a character without width",
    "https://www.site.example\u202e": "a character that turns what follows",
    "https://www.\u00dfite.example": "a letter that folds into two",
    "http://LOCALHO\u017fT:3000": "a letter that only upper-casing joins",
}


def _special() -> Iterator[Scan]:
    for char in (*_SPECIAL, *(f"%{ord(char):02x}" for char in "`{_,@/. ")):
        origin = f"https://www.site.example{char}.evil.example"
        yield Scan("special character", origin, "some browsers take it for part of a host")


def scans() -> Iterator[Scan]:
    """Yield everything that is tried."""
    for kind, found in _NEAR.items():
        for origin, why in found.items():
            yield Scan(kind, origin, why)
    for origin, why in _SUBDOMAINS.items():
        yield Scan("any subdomain", origin, why, BELOW)
    yield from _special()
    for origin, why in _LETTERS.items():
        yield Scan("letters", _wire(origin), why)
    for origin in ("https://www.xn--ste-i2d.example", "https://www.xn--site-.example"):
        yield Scan("letters", origin, "punycode of what looks alike")
    for origin in ("HTTPS://EVIL.EXAMPLE", "https://www.SITE.example.evil.example"):
        yield Scan("mixed case", origin, "upper case makes nobody an allowed origin")


SCANS: tuple[Scan, ...] = tuple(scans())
