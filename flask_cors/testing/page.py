"""What a page hands to ``fetch`` and what it gets back.

Follows the constructor of ``Request`` (``#request-class``) and the filtered responses; sends
nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from ..fetch import (
    FORBIDDEN_METHODS,
    SAFELISTED_METHODS,
    is_forbidden_request_header,
    is_token,
    normalize_method,
)
from .bodies import Blob, ExtractedBody, FormData
from .content import Content
from .cors import is_safelisted
from .form_parsing import read_form
from .json_texts import parse
from .mime_types import extract
from .traits import Traits
from .transport import Pairs, combined, split_value

HeadersInit = Mapping[str, str] | Pairs
Mode = Literal["cors", "no-cors", "same-origin"]
# What a page's script cannot ask for itself comes on top.
AnyMode = Literal["cors", "no-cors", "same-origin", "navigate", "websocket"]

# #no-cors-safelisted-request-header-name
NO_CORS_HEADERS = frozenset({"accept", "accept-language", "content-language", "content-type"})
# #request-body-header-name
BODY_HEADERS = frozenset(
    {"content-encoding", "content-language", "content-location", "content-type"}
)
# #forbidden-request-header, the names whose values are methods
METHOD_HEADERS = frozenset({"x-http-method", "x-http-method-override", "x-method-override"})


class ResponseHeaders(Mapping[str, str]):
    """The headers a page may read: names in any case, lines of one name combined."""

    def __init__(self, headers: Pairs) -> None:
        pairs = tuple(headers)
        # "sort and combine": by the name in lower case
        names = sorted({name.lower() for name, _ in pairs})
        self._values = {name: combined(pairs, name) or "" for name in names}

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return repr(self._values)


@dataclass(frozen=True)
class Response:
    """What a page's script can see of a response (``#concept-filtered-response``).

    ``type`` is ``basic``, ``cors``, ``opaque`` or ``opaqueredirect``; of the last two a page
    sees neither status, headers nor body. ``status_text`` is the reason phrase that follows the
    status in HTTP/1, empty where the transport knows none. ``body``, ``text`` and ``json()`` raise
    :class:`NetworkError` where the body ends too early or is not encoded as Content-Encoding
    says.
    """

    type: Literal["basic", "cors", "opaque", "opaqueredirect"]
    url: str
    status: int
    headers: ResponseHeaders
    _content: bytes | Content
    redirected: bool
    status_text: str = ""

    @property
    def ok(self) -> bool:
        """Whether the status is 200 to 299."""
        return 200 <= self.status <= 299

    @property
    def body(self) -> bytes:
        """The body, its content codings undone."""
        return self._content if isinstance(self._content, bytes) else self._content.read()

    @property
    def text(self) -> str:
        """The body as UTF-8, what is malformed replaced."""
        return self.body.decode("utf-8-sig", "replace")

    def json(self) -> Any:
        """Parse the body as JSON; raise :class:`ValueError` where it is none."""
        return parse(self.text)

    def blob(self) -> Blob:
        """Return the body with the MIME type that ``Content-Type`` gives, ``""`` for none."""
        found = extract(self.headers.items())
        return Blob(self.body, "" if found is None else str(found))

    def form_data(self) -> FormData:
        """Parse the body as the form that ``Content-Type`` says it is.

        Raise :class:`TypeError` where it is neither urlencoded nor ``multipart/form-data``.
        """
        return read_form(extract(self.headers.items()), self.body)


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
