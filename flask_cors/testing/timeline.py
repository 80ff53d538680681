"""What happened in a browser, in order, as lines for people.

Knows exchanges and texts; judges nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..fetch import (
    ALLOW_CREDENTIALS,
    ALLOW_HEADERS,
    ALLOW_METHODS,
    ALLOW_ORIGIN,
    EXPOSE_HEADERS,
    FETCH_SITE,
    MAX_AGE,
    ORIGIN,
    REQUEST_HEADERS,
    REQUEST_METHOD,
    VARY,
)
from .transport import Exchange, Pairs

# What is worth a line of a request and of a reply.
REQUEST_LINES = frozenset(
    {
        ORIGIN.lower(),
        "cookie",
        "authorization",
        "content-type",
        "if-none-match",
        "if-modified-since",
        REQUEST_METHOD.lower(),
        REQUEST_HEADERS.lower(),
        FETCH_SITE.lower(),
    }
)
REPLY_LINES = frozenset(
    {
        ALLOW_ORIGIN.lower(),
        ALLOW_CREDENTIALS.lower(),
        ALLOW_METHODS.lower(),
        ALLOW_HEADERS.lower(),
        EXPOSE_HEADERS.lower(),
        MAX_AGE.lower(),
        VARY.lower(),
        "cache-control",
        "etag",
        "last-modified",
        "location",
        "set-cookie",
    }
)


@dataclass(frozen=True)
class Note:
    """Something that no exchange shows: an answer of a cache, a reason, a page that asks."""

    text: str


@dataclass
class Timeline:
    """The exchanges of a browser and the notes between them; ``exchanges`` may be cleared."""

    exchanges: list[Exchange] = field(default_factory=list)
    _events: list[Exchange | Note] = field(default_factory=list)

    def add(self, exchange: Exchange) -> None:
        """Add a request that reached the server."""
        self.exchanges.append(exchange)
        self._events.append(exchange)

    def note(self, text: str) -> None:
        """Add what no exchange shows."""
        self._events.append(Note(text))

    def __str__(self) -> str:
        return "\n".join(line for event in self._since_cleared() for line in _lines(event))

    def _since_cleared(self) -> list[Exchange | Note]:
        """Leave out what was before the last exchange that ``exchanges`` no longer holds."""
        kept = set(map(id, self.exchanges))
        gone = [
            index
            for index, event in enumerate(self._events)
            if isinstance(event, Exchange) and id(event) not in kept
        ]
        return self._events[gone[-1] + 1 if gone else 0 :]


def _lines(event: Exchange | Note) -> Iterator[str]:
    if isinstance(event, Note):
        yield event.text
        return
    kind = "preflight " if event.preflight else ""
    yield f"  -> {kind}{event.request.method} {event.request.url}"
    yield from _headers(event.request.headers, REQUEST_LINES)
    yield from (f"       not sent: {note}" for note in event.withheld_cookies)
    refused = " (refused by the server with 403)" if event.is_refusal else ""
    yield f"  <- {event.reply.status}{refused}"
    yield from _headers(event.reply.headers, REPLY_LINES)
    yield from (f"       not stored: {note}" for note in event.refused_cookies)


def _headers(headers: Pairs, shown: frozenset[str]) -> Iterator[str]:
    for name, value in headers:
        if name.lower() in shown:
            yield f"       {name}: {value}"
