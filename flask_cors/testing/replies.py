"""Replies that are no response: what HTTP does not allow, or only a proxy sends.

Judges replies; sends nothing.
"""

from __future__ import annotations

import re

from .content import content_length
from .errors import Failure
from .redirects import SEVERAL_LOCATIONS, has_several_locations
from .request import FetchRequest
from .transport import Reply

# #null-body-status, those of final responses
NULL_BODY_STATUSES = frozenset({204, 205, 304})
# RFC 9110 section 15.5.20: asked once more, over a new connection
MISDIRECTED = 421


def unusable(request: FetchRequest, reply: Reply) -> Failure | None:
    """Return why *reply* is a network error whoever asks, ``None`` if it is a response.

    Follows ``#http-network-fetch``: after an interim response another has to come.
    """
    if reply.status == 407:
        # No proxy is modelled, so that nobody can be asked for a password.
        return Failure("proxy-authentication", "407")
    is_interim = 100 <= reply.status <= 199
    is_switch = reply.status == 101 and request.mode == "websocket"
    if (is_interim and not is_switch) or not _is_status(request, reply.status):
        return Failure("invalid-response", f"status {reply.status}")
    # RFC 9110 section 5.5: these are rejected, or else each is replaced by a space.
    invalid = re.compile("[\0\r\n]" if request.traits.rejects_malformed else "\0")
    for name, value in reply.headers:
        if invalid.search(name) or invalid.search(value):
            return Failure("invalid-response", f"the header {name!r} with {value!r}")
    length = content_length(reply)
    if isinstance(length, Failure):
        return length
    several = request.traits.checks_location_first and has_several_locations(request, reply)
    return SEVERAL_LOCATIONS if several else None


def _is_status(request: FetchRequest, status: int) -> bool:
    """Return whether *status* has three digits (RFC 9112 section 4)."""
    return status >= 0 and (status <= 999 or not request.traits.rejects_malformed)
