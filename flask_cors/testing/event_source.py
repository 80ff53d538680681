"""``EventSource``: what a page gets from a stream of server-sent events.

Follows https://html.spec.whatwg.org/#server-sent-events; sends nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from .errors import Failure
from .mime_types import extract
from .transport import Reply


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
    milliseconds that the server asks it to wait.
    """

    events: tuple[ServerSentEvent, ...]
    last_event_id: str
    retry: int | None


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
