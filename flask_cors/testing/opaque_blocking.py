"""Opaque Response Blocking: responses that another origin's elements cannot use anyway.

Follows what Chromium does of https://github.com/annevk/orb: it looks at the type and the first
bytes, not at the status, and does not parse JavaScript. Judges replies; sends nothing.
"""

from __future__ import annotations

import re
from typing import Final

from .errors import Failure
from .mime_types import MIMEType, extract, has_nosniff
from .request import FetchRequest
from .transport import Reply

# A script's own ``fetch`` and a beacon get an opaque response that holds nothing, as always.
_DESTINATIONS: Final = frozenset({"audio", "image", "script", "style", "video"})
_SNIFFED: Final = 1024

# What style sheets, images and media need, whatever the body looks like.
_SAFELISTED: Final = frozenset(
    {
        "application/dash+xml",
        "application/ogg",
        "application/vnd.apple.mpegurl",
        "image/svg+xml",
        "text/css",
        "text/vtt",
    }
)
_OPEN_XML: Final = "application/vnd.openxmlformats-officedocument"
# What no element shows and much of which is private: documents, archives, streams of data.
_NEVER_SNIFFED: Final = frozenset(
    {
        "application/gzip",
        "application/msexcel",
        "application/mspowerpoint",
        "application/msword",
        "application/msword-template",
        "application/pdf",
        "application/vnd.ces-quickpoint",
        "application/vnd.ces-quicksheet",
        "application/vnd.ces-quickword",
        "application/vnd.ms-excel",
        "application/vnd.ms-excel.sheet.macroenabled.12",
        "application/vnd.ms-powerpoint",
        "application/vnd.ms-powerpoint.presentation.macroenabled.12",
        "application/vnd.ms-word",
        "application/vnd.ms-word.document.12",
        "application/vnd.ms-word.document.macroenabled.12",
        "application/vnd.msword",
        f"{_OPEN_XML}.presentationml.presentation",
        f"{_OPEN_XML}.presentationml.template",
        f"{_OPEN_XML}.spreadsheetml.sheet",
        f"{_OPEN_XML}.spreadsheetml.template",
        f"{_OPEN_XML}.wordprocessingml.document",
        f"{_OPEN_XML}.wordprocessingml.template",
        "application/vnd.presentation-openxml",
        "application/vnd.presentation-openxmlm",
        "application/vnd.spreadsheet-openxml",
        "application/vnd.wordprocessing-openxml",
        "application/x-gzip",
        "application/x-protobuf",
        "application/x-protobuffer",
        "application/zip",
        "multipart/byteranges",
        "multipart/signed",
        "text/csv",
        "text/event-stream",
    }
)
# Bodies that are neither a script, a style sheet, an image nor media. The comments are those that
# JavaScript has, too, where the rest of the line is a part of them.
_SPACE: Final = rb"[\t\n\f\r ]*"
_MARK: Final = rb"(?:\xef\xbb\xbf)?"
_HTML: Final = re.compile(
    _MARK + rb"(?:" + _SPACE + rb"<!--(?:(?!-->).)*-->[^\r\n]*[\r\n])*" + _SPACE +
    rb"<(?:!doctype html|a|b|div|font|h1|head|html|iframe|p|script|style|table|title)",
    re.DOTALL | re.IGNORECASE,
)  # fmt: skip
_XML: Final = re.compile(_MARK + _SPACE + rb"<\?xml")
_JSON: Final = re.compile(
    _MARK + _SPACE + rb"\{" + _SPACE + rb'"(?:[^"\\]|\\.)*"' + _SPACE + rb":", re.DOTALL
)
# Prefixes of JSON that keep a script element from running it.
_UNPARSABLE: Final = re.compile(
    _MARK + rb"(?:\)\]\}'|\{\} ?&&|for ?\(;;\);|while ?\(1\);)"
)  # fmt: skip


def blocked_as_opaque(request: FetchRequest, reply: Reply) -> Failure | None:
    """Return why an element gets nothing of another origin's *reply*, ``None`` if it does."""
    if not request.traits.blocks_opaque_responses or request.destination not in _DESTINATIONS:
        return None
    if request.tainting != "opaque" or request.is_same_origin(request.url):
        return None
    found = extract(reply.headers)
    if found is None or not _blocks(found, has_nosniff(reply.headers), reply.body):
        return None
    return Failure("opaque-response", found.essence)


def _blocks(found: MIMEType, nosniff: bool, body: bytes) -> bool:
    if found.essence in _NEVER_SNIFFED:
        return True
    if found.essence in _SAFELISTED or found.essence.startswith(("audio/", "video/")):
        return False
    is_data = found.is_html or found.is_json or found.is_xml or found.essence == "text/plain"
    return (nosniff and is_data) or _is_data(body[:_SNIFFED])


def _is_data(start: bytes) -> bool:
    """Return whether a body starts as HTML, XML or JSON does."""
    return any(kind.match(start) for kind in (_HTML, _XML, _JSON, _UNPARSABLE))
