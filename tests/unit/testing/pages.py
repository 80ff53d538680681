"""Pages whose servers answer everything with one reply, or with one status after another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask_cors.testing import STANDARD, Browser, Reply, Request

OWN = "https://app.example"
API = "https://api.example"
OTHER = "https://api.other.test"
ALLOWED = (
    ("Access-Control-Allow-Origin", OWN),
    ("Access-Control-Allow-Credentials", "true"),
    ("Access-Control-Allow-Methods", "PUT"),
)


def browser(reply: Reply | None = None, **options: Any) -> Browser:
    """Return a page of ``OWN`` whose relative URLs are of ``API``; *options* go first."""
    return Browser(
        transport=lambda request: reply or Reply(200, (), b"hello"),
        **{"origin": OWN, "base_url": API, **options},
    )


def last(page: Browser) -> Request:
    """Return the last request that reached the server."""
    return page.exchanges[-1].request


def page(*statuses: int, origin: str = OWN, traits: Any = STANDARD) -> Browser:
    """Return a page whose server answers with *statuses*, the last of them for ever."""
    left = list(statuses)

    def answer(request: Any) -> Reply:
        status = left.pop(0) if len(left) > 1 else left[0]
        return Reply(status, (*ALLOWED, ("Set-Cookie", f"s{len(left)}=1; Secure; SameSite=None")))

    return Browser(transport=answer, origin=origin, base_url=origin, traits=traits)


def stream() -> Iterator[bytes]:
    """Return a body that can be sent only once."""
    return iter([b"a", b"b"])
