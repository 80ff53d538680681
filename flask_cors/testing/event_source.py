"""``EventSource``: what a page gets from a stream of server-sent events.

Follows https://html.spec.whatwg.org/#server-sent-events; sends nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from .errors import CORSBlocked, Failure, NetworkError
from .mime_types import extract
from .request import FetchRequest
from .scalars import utf8
from .transport import Reply

# What is not tried again (HTML, "fail the connection").
CLOSING = frozenset({"event-source-status", "event-source-type"})


@dataclass(frozen=True)
class ServerSentEvent:
    """An event of the stream: its name, its data, and the last id that was sent."""

    type: str
    data: str
    id: str


@dataclass(frozen=True)
class EventStream:
    """What an ``EventSource`` has got so far; :meth:`Browser.event_source` makes one.

    ``last_event_id`` is what the next connection sends as ``Last-Event-ID``, ``retry`` the
    milliseconds that the server asks it to wait. ``is_closed`` says whether the answer to a
    reconnection, such as 204, ended it for good.
    """

    events: tuple[ServerSentEvent, ...]
    last_event_id: str
    retry: int | None
    is_closed: bool = False


# Connects with a last event ID until so many events have come (``None`` for all of them).
Connect = Callable[[str, "int | None"], EventStream]


def follow(
    connect: Connect, last_event_id: str, max_events: int | None, reconnections: int
) -> EventStream:
    """Connect, and up to *reconnections* times anew when a connection ends or fails.

    Follows "reestablish the connection"; an answer that is no stream, or that CORS keeps from the
    page, ends it instead. An error of the first connection is raised. No time passes between them.
    """
    stream = connect(last_event_id, max_events)
    for _ in range(reconnections):
        left = None if max_events is None else max_events - len(stream.events)
        if left is not None and left <= 0:
            break
        try:
            more = connect(stream.last_event_id, left)
        except NetworkError as error:
            if error.step in CLOSING or isinstance(error, CORSBlocked):
                return replace(stream, is_closed=True)
            continue
        retry = stream.retry if more.retry is None else more.retry
        stream = EventStream((*stream.events, *more.events), more.last_event_id, retry)
    return stream


def stream_request(
    request: FetchRequest, last_event_id: str, *, with_credentials: bool
) -> FetchRequest:
    """Return the request of an ``EventSource``, made of a *request* of the page for its URL."""
    headers = [("Accept", "text/event-stream")]
    if last_event_id:
        headers.append(("Last-Event-ID", utf8(last_event_id).decode("latin-1")))
    return replace(
        request,
        headers=headers,
        credentials="include" if with_credentials else "same-origin",
        initiator="resource",
        is_unsafe=False,
        cache="no-store",
    )


def judge_stream(reply: Reply) -> Failure | None:
    """Return why an ``EventSource`` closes on *reply*, ``None`` if it reads on."""
    if reply.status != 200:
        return Failure("event-source-status", str(reply.status))
    found = extract(reply.headers)
    if found is None or found.essence != "text/event-stream":
        return Failure("event-source-type", reply.get("Content-Type") or "")
    return None


def read_stream(body: bytes, last_event_id: str = "") -> EventStream:
    """Parse the events of *body*; an event without an empty line at its end is left out."""
    events: list[ServerSentEvent] = []
    kind, retry, identity = "", None, last_event_id
    data: list[str] = []
    for line in _lines(body):
        if not line:
            if data:
                events.append(ServerSentEvent(kind or "message", "\n".join(data), identity))
            last_event_id, kind, data = identity, "", []
            continue
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            kind = value
        elif name == "data":
            data.append(value)
        elif name == "id" and "\0" not in value:
            identity = value
        elif name == "retry" and re.fullmatch("[0-9]+", value):
            retry = int(value)
    return EventStream(tuple(events), last_event_id, retry)


def holds(count: int) -> Callable[[bytes], bool]:
    """Return a function that returns whether a body holds *count* events."""
    return lambda body: len(read_stream(body).events) >= count


def _lines(body: bytes) -> list[str]:
    """Split at the ends of lines; what follows the last one is no line yet."""
    text = body.decode("utf-8-sig", "replace")
    return re.split("\r\n|\n|\r", text)[:-1]
