"""The vocabulary of the Fetch standard: header names, grammar and name sets.

Knows words, decides nothing. Section ids in the comments are those of
https://fetch.spec.whatwg.org/; all sets of header names hold lower-case names.
"""

from __future__ import annotations

import re
from typing import Final

ORIGIN: Final = "Origin"
VARY: Final = "Vary"

REQUEST_METHOD: Final = "Access-Control-Request-Method"
REQUEST_HEADERS: Final = "Access-Control-Request-Headers"
REQUEST_PRIVATE_NETWORK: Final = "Access-Control-Request-Private-Network"

#: Not of the standard: this package's header for page developers, in debug mode alone.
EXPLANATION: Final = "CORS-Explanation"

ALLOW_ORIGIN: Final = "Access-Control-Allow-Origin"
ALLOW_CREDENTIALS: Final = "Access-Control-Allow-Credentials"
ALLOW_METHODS: Final = "Access-Control-Allow-Methods"
ALLOW_HEADERS: Final = "Access-Control-Allow-Headers"
ALLOW_PRIVATE_NETWORK: Final = "Access-Control-Allow-Private-Network"
EXPOSE_HEADERS: Final = "Access-Control-Expose-Headers"
MAX_AGE: Final = "Access-Control-Max-Age"
#: The CORS headers of responses, by their names in lower case; pages send them by mistake.
CORS_RESPONSE_HEADERS: Final = {
    name.lower(): name
    for name in (
        *(ALLOW_ORIGIN, ALLOW_CREDENTIALS, ALLOW_METHODS, ALLOW_HEADERS, ALLOW_PRIVATE_NETWORK),
        *(EXPOSE_HEADERS, MAX_AGE),
    )
}

# RFC 9110 section 5.6.2, "token": what a method and a header name are made of.
TOKEN: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")

# #methods
SAFELISTED_METHODS: Final = frozenset({"GET", "HEAD", "POST"})
FORBIDDEN_METHODS: Final = frozenset({"CONNECT", "TRACE", "TRACK"})
NORMALIZED_METHODS: Final = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"})

# #forbidden-header-name
FORBIDDEN_REQUEST_HEADERS: Final = frozenset(
    {
        "accept-charset",
        "accept-encoding",
        "access-control-request-headers",
        "access-control-request-method",
        "connection",
        "content-length",
        "cookie",
        "cookie2",
        "date",
        "dnt",
        "expect",
        "host",
        "keep-alive",
        "origin",
        "referer",
        "set-cookie",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "via",
    }
)
FORBIDDEN_REQUEST_PREFIXES: Final = ("proxy-", "sec-")

# #forbidden-response-header-name
FORBIDDEN_RESPONSE_HEADERS: Final = frozenset({"set-cookie", "set-cookie2"})

# #cors-safelisted-response-header-name
SAFELISTED_RESPONSE_HEADERS: Final = frozenset(
    {
        "cache-control",
        "content-language",
        "content-length",
        "content-type",
        "expires",
        "last-modified",
        "pragma",
    }
)

# #port-blocking: services that a page could harm by what it sends over HTTP
BAD_PORTS: Final = frozenset((
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101,
    102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427,
    465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990,
    993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667,
    6668, 6669, 6679, 6697, 10080,
))  # fmt: skip

# https://www.w3.org/TR/fetch-metadata/
FETCH_SITE: Final = "Sec-Fetch-Site"
FETCH_MODE: Final = "Sec-Fetch-Mode"
FETCH_DEST: Final = "Sec-Fetch-Dest"
FETCH_USER: Final = "Sec-Fetch-User"


def is_token(text: str) -> bool:
    """Return whether *text* is a token of RFC 9110 section 5.6.2."""
    return TOKEN.fullmatch(text) is not None


def is_forbidden_request_header(name: str) -> bool:
    """Return whether no page can send a request header of this name.

    Follows ``#forbidden-header-name`` as far as the name alone decides.
    """
    lower = name.lower()
    return lower in FORBIDDEN_REQUEST_HEADERS or lower.startswith(FORBIDDEN_REQUEST_PREFIXES)


def is_forbidden_response_header(name: str) -> bool:
    """Return whether no page can read a response header of this name."""
    return name.lower() in FORBIDDEN_RESPONSE_HEADERS


def normalize_method(method: str) -> str:
    """Upper-case the six methods that ``#concept-method-normalize`` names."""
    # Byte-case-insensitively: Unicode would make an I of a dotless one.
    upper = method.upper() if method.isascii() else method
    return upper if upper in NORMALIZED_METHODS else method
