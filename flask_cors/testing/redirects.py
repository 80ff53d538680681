"""Where a redirect leads, and whether a browser follows it (``#http-redirect-fetch``).

Judges replies; sends nothing.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from .errors import Failure
from .page import AnyMode
from .request import FetchRequest
from .sites import includes_credentials, resolved
from .transport import Reply

REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
LOCAL_SCHEMES = frozenset({"about", "blob", "chrome", "data", "file", "filesystem"})
UNSAFE_REDIRECT = Failure("redirect-unsafe", "ERR_UNSAFE_REDIRECT")
SEVERAL_LOCATIONS = Failure("redirect-location", "ERR_RESPONSE_HEADERS_MULTIPLE_LOCATION")


def is_redirect(request: FetchRequest, reply: Reply) -> bool:
    """Return whether *reply* leads elsewhere."""
    empty = request.traits.needs_location and not reply.get("Location")
    return reply.status in REDIRECT_STATUSES and not empty


def _locations(reply: Reply) -> list[str]:
    return [value for name, value in reply.headers if name.lower() == "location"]


def has_several_locations(request: FetchRequest, reply: Reply) -> bool:
    """Return whether *reply* leads to more than one place."""
    values = _locations(reply)
    return len(set(values) if request.traits.merges_equal_locations else values) > 1


def location_of(request: FetchRequest, reply: Reply) -> str | Failure | None:
    """Return the ``#concept-response-location-url`` of *reply*."""
    values = _locations(reply)
    if not values or not is_redirect(request, reply):
        return None
    if has_several_locations(request, reply):
        return SEVERAL_LOCATIONS
    try:
        location = resolved(request.url, _escaped(values[0]), request.traits)
    except ValueError:
        return Failure("redirect-location", "ERR_INVALID_REDIRECT")
    _, sign, fragment = request.urls[-1].partition("#")
    return location if "#" in location else f"{location}{sign}{fragment}"


def _escaped(location: str) -> str:
    """Percent-encode the bytes beyond ASCII as they came, not as UTF-8 of what they mean."""
    return re.sub(r"[\x80-\xff]", lambda found: f"%{ord(found[0]):02X}", location)


def judge_scheme(location: str, mode: AnyMode) -> Failure | None:
    """Refuse a redirect that leaves HTTP; which words Chromium has depends on the mode."""
    scheme = urlsplit(location).scheme
    if scheme in ("http", "https"):
        return None
    if scheme in LOCAL_SCHEMES:
        return UNSAFE_REDIRECT
    if mode == "no-cors":
        return Failure("redirect-unsafe", "ERR_UNKNOWN_URL_SCHEME")
    return Failure("redirect-scheme" if mode == "cors" else "same-origin-redirect")


def judge_redirect(request: FetchRequest, location: str, status: int) -> Failure | None:
    """Refuse a redirect too many, one of a stream, or one to a URL with credentials."""
    if len(request.urls) > 20:
        return Failure("redirect-count")
    if request.is_stream and status != 303:
        return Failure("redirect-stream")
    if not includes_credentials(location) or request.mode == "navigate":
        return None
    same_origin = request.is_same_origin(location)
    if request.tainting == "cors" or (request.mode == "cors" and not same_origin):
        return Failure("redirect-credentials")
    leaves_mode = request.mode == "same-origin" and not same_origin
    if request.traits.follows_credentials or request.is_xhr or leaves_mode:
        return None
    return Failure("redirect-with-credentials")


def refused(request: FetchRequest, location: str | Failure | None, status: int) -> Failure:
    """Say why a redirect that the page forbids fails; Chromium names other reasons first."""
    if isinstance(location, str):
        other = judge_scheme(location, request.mode) or judge_redirect(request, location, status)
        if other in (UNSAFE_REDIRECT, Failure("redirect-credentials")):
            return other
    return Failure("redirect-error-mode")
