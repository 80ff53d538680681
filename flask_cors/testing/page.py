"""What a page hands to ``fetch``: its mode, its method and its headers.

Follows the constructor of ``Request`` (``#request-class``) and ``Headers`` (``#headers-class``);
sends nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, cast

from ..fetch import (
    FORBIDDEN_METHODS,
    SAFELISTED_METHODS,
    is_forbidden_request_header,
    is_token,
    normalize_method,
)
from .bodies import ExtractedBody
from .cors import is_safelisted
from .traits import Traits
from .transport import Pairs, combined, split_value

HeadersInit = Mapping[str, str] | Pairs
Mode = Literal["cors", "no-cors", "same-origin"]
# What a page's script cannot ask for itself comes on top.
AnyMode = Literal["cors", "no-cors", "same-origin", "navigate", "websocket"]
# The network that a page names as that of the server (Local Network Access).
TargetAddressSpace = Literal["", "public", "local", "loopback"]

# #no-cors-safelisted-request-header-name
NO_CORS_HEADERS = frozenset({"accept", "accept-language", "content-language", "content-type"})
# #request-body-header-name
BODY_HEADERS = frozenset(
    {"content-encoding", "content-language", "content-location", "content-type"}
)
# #forbidden-request-header, the names whose values are methods
METHOD_HEADERS = frozenset({"x-http-method", "x-http-method-override", "x-method-override"})


def page_method(method: str, mode: Mode, body: ExtractedBody) -> str:
    """Return *method* normalized; raise :class:`TypeError` where a page cannot send it."""
    normal = normalize_method(method)
    if not is_token(method) or method.upper() in FORBIDDEN_METHODS:
        raise TypeError(f"{method!r} is a method that no page can send")
    if mode == "no-cors" and normal not in SAFELISTED_METHODS:
        raise TypeError(f"{method!r} cannot be sent in mode no-cors")
    if body.content is not None and normal in ("GET", "HEAD"):
        raise TypeError(f"a {normal} request cannot have a body")
    if body.is_stream and mode == "no-cors":
        raise TypeError("a stream cannot be sent in mode no-cors")
    return normal


def page_headers(
    headers: HeadersInit, content_types: Iterable[str], mode: Mode, traits: Traits
) -> list[tuple[str, str]]:
    """Return the header list of the request, without what a page cannot set."""
    kept: list[tuple[str, str]] = []
    given = cast("Pairs", headers.items() if isinstance(headers, Mapping) else headers)
    for name, value in map(_pair, given):
        pair = checked_header(name, value)
        if is_settable(pair, kept, mode, traits):
            # #concept-header-list-append: a name keeps the case that it came with first.
            first = next((key for key, _ in kept if key.lower() == name.lower()), name)
            kept.append((first, pair[1]))
    return with_defaults(kept, content_types, mode, traits)


def with_defaults(
    headers: list[tuple[str, str]], content_types: Iterable[str], mode: Mode, traits: Traits
) -> list[tuple[str, str]]:
    """Return *headers* with the content type of the body and ``Accept``, unless they are there."""
    kept = [*headers]
    if traits.combines_headers:
        names = {name.lower(): name for name, _ in reversed(kept)}
        kept = [(name, combined(kept, name) or "") for name in names.values()]
    for content_type in content_types:
        pair = checked_header("Content-Type", content_type)
        if combined(kept, "Content-Type") is None and is_settable(pair, kept, mode, traits):
            kept.append(pair)
    if combined(kept, "Accept") is None:
        kept.append(("Accept", "*/*"))
    return kept


def _pair(item: Iterable[str]) -> tuple[str, str]:
    """Return a header of a page's list; raise :class:`TypeError` for what is no pair."""
    pair = () if isinstance(item, str) else tuple(item)
    if len(pair) != 2:
        raise TypeError(f"not a pair of a header's name and its value: {item!r}")
    return pair


def checked_header(name: str, value: str) -> tuple[str, str]:
    """Normalize a value; raise :class:`TypeError` for what is no header at all."""
    value = value.strip(" \t\r\n")
    if not is_token(name) or any(char in "\0\r\n" or char > "\xff" for char in value):
        raise TypeError(f"not a header: {name!r}: {value!r}")
    return name, value


def is_settable(
    pair: tuple[str, str], before: list[tuple[str, str]], mode: Mode, traits: Traits
) -> bool:
    """Return whether a page may add this header (``#concept-headers-append``)."""
    name, value = pair
    lower = name.lower()
    if mode == "no-cors":
        together = combined([*before, pair], name) or ""
        return lower in NO_CORS_HEADERS and is_safelisted(name, together)
    if lower in METHOD_HEADERS:
        return not FORBIDDEN_METHODS & {item.upper() for item in split_value(value)}
    if lower == "user-agent":
        return traits.sets_user_agent
    return not is_forbidden_request_header(name)
