"""``data:`` URLs as ``fetch`` reads them (``#data-url-processor``).

Knows texts; sends nothing.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from urllib.parse import unquote_to_bytes

from ..fetch import TOKEN
from .transport import Reply

MIME_TYPE = re.compile(rf"{TOKEN.pattern}/{TOKEN.pattern}(;.*)?", re.DOTALL)


def data_reply(url: str) -> Reply | None:
    """Return the response that *url* holds, ``None`` where it holds none."""
    head, comma, data = url.partition(":")[2].partition(",")
    if not comma:
        return None
    head = head.strip()
    body: bytes | None = unquote_to_bytes(data)
    encoded = re.fullmatch(r"(.*); *base64", head, re.IGNORECASE | re.DOTALL)
    if encoded is not None:
        head = encoded[1]
        body = _decoded(body or b"")
    content_type = f"text/plain{head}" if head.startswith(";") else head
    if not MIME_TYPE.fullmatch(content_type):
        content_type = "text/plain;charset=US-ASCII"
    return None if body is None else Reply(200, (("Content-Type", content_type),), body)


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
