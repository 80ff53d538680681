"""The body of a response: whether all of it came, and what its content codings hold.

Follows ``#http-network-fetch`` and ``#content-length-header``; sends nothing.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

from ..fetch import is_token
from .errors import Failure, NetworkError
from .transport import Reply


@dataclass(frozen=True)
class Content:
    """The body of *reply*, which is decoded when the page reads it.

    ``fetch`` resolves as soon as the headers are there; a body that is broken fails its reader.
    """

    reply: Reply
    fail: Callable[[Failure], NetworkError] = field(repr=False, compare=False)

    def read(self) -> bytes:
        """Return the decoded body; raise :class:`NetworkError` where it is broken."""
        body = received(self.reply)
        if not isinstance(body, Failure):
            body = _decoded(self.reply, body)
        if isinstance(body, Failure):
            raise self.fail(body)
        return body


def content_length(reply: Reply) -> int | Failure | None:
    """Extract a length (``#content-length-header``); ``None`` if the headers tell none.

    Transfer-Encoding overrides it (RFC 9112 section 6.3).
    """
    given = reply.get("Content-Length")
    if given is None or reply.get("Transfer-Encoding") is not None:
        return None
    values = {value.strip(" \t") for value in given.split(",")}
    if len(values) > 1:
        return Failure("content-length", given)
    (value,) = values
    # Browsers hold it in 64 bits, and read what is longer as no number.
    return int(value) if re.fullmatch("[0-9]{1,18}", value) else None


def received(reply: Reply) -> bytes | Failure:
    """Return the body as far as Content-Length counts it, or why it is not whole."""
    length = content_length(reply)
    if isinstance(length, Failure):
        return length
    if length is not None and len(reply.body) < length:
        return Failure("content-incomplete", f"{len(reply.body)} of {length} bytes")
    return reply.body[:length]


def so_far(reply: Reply) -> bytes:
    """Return what can be read of a body that has not come to its end."""
    length = content_length(reply)
    body = _decoded(reply, reply.body if isinstance(length, Failure) else reply.body[:length])
    return b"" if isinstance(body, Failure) else body


def _decoded(reply: Reply, body: bytes) -> bytes | Failure:
    """Handle content codings: undo them, the last one first.

    If one of them is not supported, the page gets the bytes as they came.
    """
    given = reply.get("Content-Encoding") or ""
    codings = [item.strip(" \t").lower() for item in given.split(",")]
    codings = [item for item in codings if item]
    broken = Failure("content-encoding", given)
    if not all(map(is_token, codings)):
        return broken
    if not DECODERS.keys() >= set(codings):
        return body
    try:
        for coding in reversed(codings):
            body = DECODERS[coding](body)
    except zlib.error:
        return broken
    return body


def _gunzip(body: bytes) -> bytes:
    """Decode as far as *body* goes: a fetch decodes each part as it comes, and asks for no end."""
    return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(body)


def _inflate(body: bytes) -> bytes:
    """Decode the zlib format, or the bare data that some servers send (RFC 9110, 8.4.1.2)."""
    try:
        return zlib.decompressobj().decompress(body)
    except zlib.error:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(body)


# Browsers know br and zstd as well, of which the standard library knows nothing.
DECODERS = {"deflate": _inflate, "gzip": _gunzip, "x-gzip": _gunzip}
