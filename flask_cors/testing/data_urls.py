"""``data:`` URLs as ``fetch`` reads them (``#data-url-processor``).

Knows texts; sends nothing.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from urllib.parse import quote, unquote_to_bytes

from .mime_types import parse
from .transport import Reply

_PRINTABLE = bytes(range(0x20, 0x7F))


def data_reply(url: str) -> Reply | None:
    """Return the response that *url* holds, ``None`` where it holds none."""
    head, comma, data = _serialized(url).partition(":")[2].partition(",")
    if not comma:
        return None
    head = head.strip(" ")
    body: bytes | None = unquote_to_bytes(data)
    encoded = re.fullmatch(r"(.*); *base64", head, re.IGNORECASE | re.DOTALL)
    if encoded is not None:
        head = encoded[1]
        body = _decoded(body or b"")
    found = parse(f"text/plain{head}" if head.startswith(";") else head)
    content_type = str(found or "text/plain;charset=US-ASCII")
    return None if body is None else Reply(200, (("Content-Type", content_type),), body, "OK")


def _serialized(url: str) -> str:
    """Percent-encode what a URL without slashes cannot hold (URL, "C0 control set")."""
    return quote(url, safe=_PRINTABLE)


def _decoded(data: bytes) -> bytes | None:
    """Decode base64 forgivingly (https://infra.spec.whatwg.org/#forgiving-base64-decode)."""
    data = re.sub(rb"[\t\n\f\r ]", b"", data)
    if len(data) % 4 == 0:
        data = re.sub(rb"={1,2}$", b"", data)
    if len(data) % 4 == 1 or b"=" in data:
        return None
    try:
        return b64decode(data + b"=" * (-len(data) % 4), validate=True)
    except binascii.Error:
        return None
