"""The CORS protocol from the browser's side: what is asked, and checked.

Written from the Fetch standard alone; sends and remembers nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from ..fetch import (
    ALLOW_CREDENTIALS,
    ALLOW_HEADERS,
    ALLOW_METHODS,
    ALLOW_ORIGIN,
    EXPOSE_HEADERS,
    MAX_AGE,
    SAFELISTED_METHODS,
    SAFELISTED_RESPONSE_HEADERS,
    is_forbidden_response_header,
    is_token,
)
from .errors import Failure
from .mime_types import parse
from .ranges import parse_range
from .sites import is_url
from .traits import STANDARD, Traits
from .transport import Pairs, Reply

Credentials = Literal["omit", "same-origin", "include"]

# #cors-unsafe-request-header-byte
UNSAFE_BYTE = re.compile(r'[\x00-\x08\x0a-\x1f"():<>?@\[\\\]{}\x7f]')
# #cors-safelisted-request-header, Accept-Language and Content-Language
LANGUAGE = re.compile(r"[0-9A-Za-z *,\-.;=]*")
FORM_TYPES = frozenset(
    {"application/x-www-form-urlencoded", "multipart/form-data", "text/plain"},
)


def is_safelisted(name: str, value: str, traits: Traits = STANDARD) -> bool:
    """Return whether a page may send this header without a preflight; *value* is Latin-1 text.

    Follows ``#cors-safelisted-request-header``.
    """
    judge = _SAFELIST.get(name.lower())
    if judge is None and traits.safelists_hints:
        judge = HINTS.get(name.lower())
    return judge is not None and len(value) <= 128 and judge(value)


def _is_language(value: str) -> bool:
    return LANGUAGE.fullmatch(value) is not None


def _is_accept(value: str) -> bool:
    return UNSAFE_BYTE.search(value) is None


def _is_form_type(value: str) -> bool:
    found = parse(value)
    return found is not None and not UNSAFE_BYTE.search(value) and found.essence in FORM_TYPES


def _is_range(value: str) -> bool:
    found = parse_range(value)
    return found is not None and found.first is not None


_SAFELIST: dict[str, Callable[[str], bool]] = {
    "accept": _is_accept,
    "accept-language": _is_language,
    "content-language": _is_language,
    "content-type": _is_form_type,
    "range": _is_range,
}


def _is_number(value: str) -> bool:
    return re.fullmatch(r"[0-9]+(\.[0-9]+)?", value) is not None


def _is_whole_number(value: str) -> bool:
    return re.fullmatch("[0-9]+", value) is not None


# Client hints, which the standard named until 2020.
HINTS: dict[str, Callable[[str], bool]] = {
    **dict.fromkeys(("device-memory", "downlink", "dpr"), _is_number),
    **dict.fromkeys(("rtt", "viewport-width", "width"), _is_whole_number),
    "ect": lambda value: value in ("slow-2g", "2g", "3g", "4g"),
    "save-data": lambda value: value.lower() == "on",
}


def unsafe_names(headers: Pairs, traits: Traits) -> list[str]:
    """Return the names that need a preflight, in lower case and sorted.

    Follows ``#cors-unsafe-request-header-names``: safelisted values count too once they
    are longer than 1024 bytes together.
    """
    pairs = tuple(headers)
    safe = [(name, value) for name, value in pairs if is_safelisted(name, value, traits)]
    size = sum(len(value) for _, value in safe)
    unsafe = [name for name, value in pairs if size > 1024 or (name, value) not in safe]
    return sorted(set(map(str.lower, unsafe)))


def cors_check(origin: str, credentials: Credentials, reply: Reply) -> Failure | None:
    """Return why ``#cors-check`` fails for *reply*, ``None`` if the page may read it."""
    allowed = reply.get(ALLOW_ORIGIN)
    if allowed is None:
        return Failure("allow-origin-missing")
    if allowed == "*" and credentials != "include":
        return None
    if allowed != origin:
        return Failure(_origin_step(allowed), allowed)
    granted = reply.get(ALLOW_CREDENTIALS) or ""
    if credentials != "include" or granted == "true":
        return None
    return Failure("allow-credentials", granted)


def _origin_step(allowed: str) -> str:
    """Name what is wrong with a value that is not the page's origin, as a console does."""
    if allowed == "*":
        return "allow-origin-wildcard"
    if re.search(r"[ ,]", allowed):
        return "allow-origin-multiple"
    if allowed == "null" or is_url(allowed):
        return "allow-origin-mismatch"
    return "allow-origin-invalid"


@dataclass(frozen=True)
class Grant:
    """What a preflight granted, each list as ``#cors-preflight-fetch`` extracts it."""

    methods: tuple[str, ...]
    headers: tuple[str, ...]
    max_age: int


def read_grant(reply: Reply, method_if_none: str | None, traits: Traits) -> Grant | Failure:
    """Read the lists of a preflight's *reply*.

    ``method_if_none`` is the method to assume without Access-Control-Allow-Methods, which
    the standard does for a preflight that only an upload listener made necessary.
    """
    methods = _tokens(reply.get(ALLOW_METHODS))
    headers = _tokens(reply.get(ALLOW_HEADERS))
    if methods is None:
        return Failure("preflight-methods-syntax")
    if headers is None:
        return Failure("preflight-headers-syntax")
    if method_if_none is not None and reply.get(ALLOW_METHODS) is None:
        methods = (method_if_none,)
    seconds = _seconds(reply.get(MAX_AGE) or "", traits)
    return Grant(methods, tuple(name.lower() for name in headers), seconds)


def _tokens(value: str | None) -> tuple[str, ...] | None:
    """Parse a list of tokens; ``None`` if an item is no token."""
    items = (item.strip(" \t") for item in (value or "").split(","))
    tokens = tuple(item for item in items if item)
    return tokens if all(map(is_token, tokens)) else None


def _seconds(value: str, traits: Traits) -> int:
    """Parse Access-Control-Max-Age; what is no number counts as the standard's default, 5."""
    pattern = "[+-]?[0-9]{1,99}" if traits.signed_max_age else "[0-9]{1,99}"
    seconds = int(value) if re.fullmatch(pattern, value) else 5
    return seconds if traits.max_age_cap is None else min(seconds, traits.max_age_cap)


def check_grant(
    grant: Grant, method: str, names: Iterable[str], credentials: Credentials, traits: Traits
) -> Failure | None:
    """Return what *grant* does not allow of a request, ``None`` if it allows all.

    *names* are the unsafe header names of the request (:func:`unsafe_names`).
    """
    star = credentials != "include"
    if method not in {*grant.methods, *SAFELISTED_METHODS} and not (star and "*" in grant.methods):
        return Failure("preflight-method", method)
    covered = star and "*" in grant.headers
    missing = [name for name in names if name not in grant.headers]
    # #cors-non-wildcard-request-header-name
    if "authorization" in missing and not (covered and traits.star_covers_authorization):
        return Failure("preflight-authorization", "authorization")
    return Failure("preflight-header", missing[0]) if missing and not covered else None


def readable(reply: Reply) -> list[tuple[str, str]]:
    """Return the headers of *reply* that its own origin's page may read."""
    return [pair for pair in reply.headers if not is_forbidden_response_header(pair[0])]


def exposed(reply: Reply, credentials: Credentials) -> list[tuple[str, str]]:
    """Return the headers of *reply* that a page on another origin may read.

    Follows ``#main-fetch`` and ``#cors-safelisted-response-header-name``.
    """
    listed = {name.lower() for name in _tokens(reply.get(EXPOSE_HEADERS)) or ()}
    if "*" in listed and credentials != "include":
        return readable(reply)
    names = listed | SAFELISTED_RESPONSE_HEADERS
    return [pair for pair in readable(reply) if pair[0].lower() in names]
