"""Which cookies go with a request, and which of a response are stored.

Follows ``#cookie-header`` and ``#set-cookie-header``; :mod:`.cookies` has the jar. Sends nothing.
"""

from __future__ import annotations

from typing import Any, Final

from .cookies import CookieJar, CookieNote, Navigation, name_of
from .request import FetchRequest
from .transport import Reply

_NO_CREDENTIALS: Final = "the request was made without credentials"


def cookie_header(request: FetchRequest, jar: CookieJar) -> str | None:
    """Return the value of ``Cookie``, ``None`` if there is none to send."""
    return jar.get(request.url, **_rules(request)) if request.includes_credentials else None


def withheld_cookies(request: FetchRequest, jar: CookieJar) -> tuple[CookieNote, ...]:
    """Return the cookies of the server that do not go with *request*."""
    if not request.includes_credentials:
        return tuple(CookieNote(each.name, _NO_CREDENTIALS) for each in jar.of(request.url))
    return jar.withheld(request.url, **_rules(request))


def store_cookies(request: FetchRequest, reply: Reply, jar: CookieJar) -> tuple[CookieNote, ...]:
    """Store the cookies of *reply*, and return those that are refused."""
    lines = [value for name, value in reply.headers if name.lower() == "set-cookie"]
    if not request.includes_credentials:
        return tuple(CookieNote(name_of(line), _NO_CREDENTIALS) for line in lines)
    refused = []
    for line in lines:
        reason = jar.store(
            request.url,
            line,
            same_site=not request.is_third_party(),
            partition=request.partition,
            only_partitioned=_only_partitioned(request),
        )
        if reason:
            refused.append(CookieNote(name_of(line), reason))
    return tuple(refused)


def _rules(request: FetchRequest) -> dict[str, Any]:
    return {
        "same_site": request.is_same_site(),
        "navigation": _navigation(request),
        "partition": request.partition,
        "only_partitioned": _only_partitioned(request),
    }


def _only_partitioned(request: FetchRequest) -> bool:
    """Return whether the user lets this third party have no cookies but partitioned ones."""
    return request.is_third_party() and not request.traits.third_party_cookies


def _navigation(request: FetchRequest) -> Navigation | None:
    """Return how a tab is navigated: a link and a form send GET and POST, nothing else."""
    if not request.is_top_level:
        return None
    return "get" if request.method == "GET" else "post"
