"""What one fetch carries along (``#fetch-params``): its request, and the browser that sends it.

Turns a failed step into the error that the page gets; sends nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from .errors import CORS_STEPS, CORSBlocked, Failure, NetworkError
from .profile import Profile
from .request import FetchRequest
from .transport import Enough, Exchange

T = TypeVar("T")


@dataclass
class FetchParams:
    """One fetch: a request and the browser that sends it.

    ``enough`` returns whether the rest of a body need not be read; ``exchange`` is the last one
    that reached the server.
    """

    profile: Profile
    request: FetchRequest
    enough: Enough | None = None
    exchange: Exchange | None = None

    def note(self, text: str) -> None:
        """Add *text* to what the browser's timeline shows."""
        self.profile.timeline.note(text)

    def fail(self, failure: Failure, *, preflight: bool = False) -> NetworkError:
        """Return the error that a page gets for *failure*."""
        kind = CORSBlocked if failure.step in CORS_STEPS else NetworkError
        request = self.request
        error = kind(
            failure,
            url=_shown(request, request.urls[-1]),
            initial_url=_shown(request, request.urls[0]),
            origin=request.origin,
            preflight=preflight,
            resource=request.initiator,
            exchange=self.exchange,
        )
        self.note(f"  !! {error}")
        return error

    def check(self, result: T | Failure, *, preflight: bool = False) -> T:
        """Return *result* of a step; raise :class:`NetworkError` if it is a failure."""
        if isinstance(result, Failure):
            raise self.fail(result, preflight=preflight)
        return result


def _shown(request: FetchRequest, url: str) -> str:
    """Return *url* as the console shows it: a WebSocket's with a scheme of its own."""
    return url.replace("http", "ws", 1) if request.mode == "websocket" else url
