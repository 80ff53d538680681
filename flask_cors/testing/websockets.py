"""The opening handshake of a WebSocket (RFC 6455, https://websockets.spec.whatwg.org/).

Writes and judges the handshake; sends nothing, and no messages follow.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha1
from urllib.parse import urlsplit

from ..fetch import is_token
from .errors import Failure
from .transport import Reply

# RFC 6455 section 1.3
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
# Any sixteen bytes do; always the same, so that a test sees the same request every time.
KEY = b64encode(b"flask_cors model").decode()


@dataclass(frozen=True)
class WebSocket:
    """A WebSocket whose handshake succeeded; ``protocol`` is the one that was agreed on."""

    url: str
    protocol: str


def http_url(url: str) -> str:
    """Return the URL of the handshake; raise :class:`TypeError` for what is no WebSocket's."""
    parts = urlsplit(url)
    schemes = {"ws": "http", "wss": "https", "http": "http", "https": "https"}
    if parts.scheme not in schemes or parts.fragment:
        raise TypeError(f"not a WebSocket's URL: {url!r}")
    return parts._replace(scheme=schemes[parts.scheme]).geturl()


def handshake_headers(protocols: Sequence[str]) -> list[tuple[str, str]]:
    """Return the headers of the opening handshake (RFC 6455 section 4.1)."""
    if len(set(protocols)) < len(protocols) or not all(map(is_token, protocols)):
        raise TypeError(f"not a list of subprotocols: {protocols!r}")
    headers = [
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Key", KEY),
        ("Sec-WebSocket-Version", "13"),
    ]
    if protocols:
        headers.append(("Sec-WebSocket-Protocol", ", ".join(protocols)))
    return headers


def accepts(key: str) -> str:
    """Return the Sec-WebSocket-Accept that answers *key*."""
    return b64encode(sha1(f"{key}{GUID}".encode()).digest()).decode()


def judge_handshake(reply: Reply, protocols: Sequence[str]) -> Failure | None:
    """Return why the browser fails the connection, ``None`` if it is open."""
    reason = None
    if reply.status != 101:
        reason = f"Unexpected response code: {reply.status}"
    elif (reply.get("Upgrade") or "").lower() != "websocket":
        reason = "'Upgrade' header is missing"
    elif "upgrade" not in (reply.get("Connection") or "").lower().replace(" ", "").split(","):
        reason = "'Connection' header must contain 'Upgrade'"
    elif reply.get("Sec-WebSocket-Accept") != accepts(KEY):
        reason = "Incorrect 'Sec-WebSocket-Accept' header value"
    elif (reply.get("Sec-WebSocket-Protocol") or "") not in ("", *protocols):
        reason = "'Sec-WebSocket-Protocol' header value is not one of those that were asked for"
    elif protocols and not reply.get("Sec-WebSocket-Protocol"):
        reason = "Sent non-empty 'Sec-WebSocket-Protocol' header but no response was received"
    return Failure("websocket-handshake", reason) if reason else None
