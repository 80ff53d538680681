"""The client hints that Chromium sends unasked: ``Sec-CH-UA`` and its like.

Follows https://wicg.github.io/ua-client-hints/, the hints of low entropy, which go to every secure
server; those that a server asks for by ``Accept-CH`` are left out. Sends nothing.
"""

from __future__ import annotations

from .request import FetchRequest
from .sites import is_trustworthy

# A worker's script is asked for without them, and so is a socket.
_SILENT = frozenset({"sharedworker", "worker"})


def client_hints(request: FetchRequest) -> tuple[tuple[str, str], ...]:
    """Return the hints that go with *request*, which is no preflight."""
    silent = request.mode == "websocket" or request.destination in _SILENT
    return () if silent or not is_trustworthy(request.url) else request.traits.client_hints
