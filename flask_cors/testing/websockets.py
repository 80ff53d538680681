"""The opening handshake of a WebSocket (RFC 6455, https://websockets.spec.whatwg.org/).

Writes and judges the handshake; sends nothing, and no messages follow.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha1

from ..fetch import TOKEN, is_token
from .errors import Failure
from .request import FetchRequest
from .transport import Reply

# RFC 6455 section 1.3
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
# Any sixteen bytes do; always the same, so that a test sees the same request every time.
KEY = b64encode(b"flask_cors model").decode()
# RFC 6455 section 9.1
_PARAMETER = rf'[ \t]*;[ \t]*({TOKEN.pattern})(?:[ \t]*=[ \t]*("?)({TOKEN.pattern})\2)?'
_EXTENSION = re.compile(
    rf"({TOKEN.pattern})((?:[ \t]*;[ \t]*{TOKEN.pattern}"
    rf'(?:[ \t]*=[ \t]*(?:{TOKEN.pattern}|"{TOKEN.pattern}"))?)*)'
)
# RFC 7692 section 7.1: the parameters of permessage-deflate, and the values they take.
_DEFLATE = {
    "client_max_window_bits": re.compile("[89]|1[0-5]"),
    "client_no_context_takeover": re.compile(""),
    "server_max_window_bits": re.compile("[89]|1[0-5]"),
    "server_no_context_takeover": re.compile(""),
}


@dataclass(frozen=True)
class WebSocket:
    """A WebSocket whose handshake succeeded; ``protocol`` is the one that was agreed on.

    ``extensions`` are those that the server accepted.
    """

    url: str
    protocol: str
    extensions: str = ""


def http_url(url: str) -> str:
    """Return the URL of the handshake for a serialized *url*.

    Raise :class:`TypeError` for what is no WebSocket's: of another scheme, or with a fragment,
    an empty one too.
    """
    scheme, _, rest = url.partition(":")
    schemes = {"ws": "http", "wss": "https", "http": "http", "https": "https"}
    if scheme not in schemes or "#" in rest:
        raise TypeError(f"not a WebSocket's URL: {url!r}")
    return f"{schemes[scheme]}:{rest}"


def handshake_request(request: FetchRequest, protocols: Sequence[str]) -> FetchRequest:
    """Return the request of the opening handshake, made of a *request* of the page for its URL."""
    return replace(
        request,
        urls=[http_url(request.urls[0])],
        headers=handshake_headers(protocols, request.traits.websocket_extensions),
        mode="websocket",
        credentials="include",
        redirect="error",
        initiator="websocket",
        is_unsafe=False,
        referrer=None,
        cache="no-store",
    )


def handshake_headers(
    protocols: Sequence[str], extensions: str | None = None
) -> list[tuple[str, str]]:
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
    if extensions is not None:
        headers.append(("Sec-WebSocket-Extensions", extensions))
    return headers


def accepts(key: str) -> str:
    """Return the Sec-WebSocket-Accept that answers *key*."""
    return b64encode(sha1(f"{key}{GUID}".encode()).digest()).decode()


def judge_handshake(
    reply: Reply, protocols: Sequence[str], extensions: str | None = None
) -> Failure | None:
    """Return why the browser fails the connection, ``None`` if it is open."""
    reason = _extension_problem(reply.get("Sec-WebSocket-Extensions"), extensions or "")
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


def _extension_problem(accepted: str | None, offered: str) -> str | None:
    """Return why the server may not use the extensions that it names (RFC 6455 section 4.1)."""
    if accepted is None:
        return None
    found = [_EXTENSION.fullmatch(item.strip(" \t")) for item in accepted.split(",")]
    names = [match[1] for match in found if match]
    if len(names) < len(found):
        return "'Sec-WebSocket-Extensions' header value is rejected by the parser"
    for name in names:
        if name not in re.split(" *[,;] *", offered)[:1]:
            return f"Found an unsupported extension '{name}' in 'Sec-WebSocket-Extensions' header"
    if len(names) > 1:
        return "Received duplicate permessage-deflate response"
    (extension,) = found
    return _deflate_problem(extension[2] if extension else "", offered)


def _deflate_problem(written: str, offered: str) -> str | None:
    """Return what is wrong with the parameters of permessage-deflate (RFC 7692 section 7.1)."""
    parameters = re.findall(_PARAMETER, written)
    names = {name for name, _, _ in parameters}
    known = names <= _DEFLATE.keys() and len(names) == len(parameters)
    # Only a client that says so lets the server limit its window.
    asked = "client_max_window_bits" not in names or "client_max_window_bits" in offered
    if known and asked and all(_DEFLATE[name].fullmatch(value) for name, _, value in parameters):
        return None
    return "Error in permessage-deflate: Received an unexpected permessage-deflate parameter"
