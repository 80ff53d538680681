"""Streams of server-sent events: which are read, and what is in them."""

from __future__ import annotations

import pytest

from flask_cors.testing import Reply
from flask_cors.testing.event_source import ServerSentEvent, holds, judge_stream, read_stream


@pytest.mark.parametrize(
    ("status", "content_type", "why"),
    [
        (200, "text/event-stream", None),
        (200, "Text/Event-Stream ; charset=x", None),
        (200, "text/event-streams", ("event-source-type", "text/event-streams")),
        (
            200,
            "text/plain; text/event-stream",
            ("event-source-type", "text/plain; text/event-stream"),
        ),
        (200, None, ("event-source-type", "")),
        (200, "text/html, text/event-stream", None),
        (200, "*/*, text/event-stream", None),
        (200, "text/event-stream, bogus", None),
        (200, "text/event-stream, ", None),
        (
            200,
            "text/event-stream, text/html",
            ("event-source-type", "text/event-stream, text/html"),
        ),
        (204, "text/event-stream", ("event-source-status", "204")),
        (500, None, ("event-source-status", "500")),
    ],
)
def test_which_streams_are_read(
    status: int, content_type: str | None, why: tuple[str, str] | None
) -> None:
    headers = (("Content-Type", content_type),) if content_type is not None else ()
    failure = judge_stream(Reply(status, headers))
    assert (failure and (failure.step, failure.value)) == why


@pytest.mark.parametrize(
    ("body", "events"),
    [
        (b"data: a\n\n", [("message", "a", "0")]),
        (b"data: a\r\ndata:b\r\n\r\n", [("message", "a\nb", "0")]),
        (b"data:  a\r\r", [("message", " a", "0")]),
        (b"\xef\xbb\xbfdata: a\n\n", [("message", "a", "0")]),
        (b"event: x\ndata: a\n\ndata: b\n\n", [("x", "a", "0"), ("message", "b", "0")]),
        (b"event: x\n\ndata: b\n\n", [("message", "b", "0")]),
        (b"id: 7\ndata: a\n\ndata: b\n\n", [("message", "a", "7"), ("message", "b", "7")]),
        (b"id: 7\0\ndata: a\n\n", [("message", "a", "0")]),
        (b"id\ndata: a\n\n", [("message", "a", "")]),
        (b": note\ndata\n\n", [("message", "", "0")]),
        (b"datas: a\n\n", []),
        (b"data: a\n", []),
        (b"data: \xff\n\n", [("message", "\ufffd", "0")]),
    ],
)
def test_what_is_in_a_stream(body: bytes, events: list[tuple[str, str, str]]) -> None:
    assert list(read_stream(body, "0").events) == [ServerSentEvent(*each) for each in events]


@pytest.mark.parametrize(
    ("body", "last", "retry"),
    [
        (b"id: 7\ndata: a\n\n", "7", None),
        (b"id: 7\n\n", "7", None),
        (b"id: 7\n", "0", None),
        (b"retry: 250\n", "0", 250),
        (b"retry: 2.5\n", "0", None),
        (b"retry: -1\n", "0", None),
        (b"", "0", None),
    ],
)
def test_what_the_next_connection_knows(body: bytes, last: str, retry: int | None) -> None:
    stream = read_stream(body, "0")
    assert (stream.last_event_id, stream.retry) == (last, retry)


def test_the_first_connection_knows_no_id() -> None:
    assert read_stream(b"data: a\n\n").events == (ServerSentEvent("message", "a", ""),)


def test_how_many_events_a_body_holds() -> None:
    assert holds(1)(b"data: a\n\n")
    assert not holds(2)(b"data: a\n\n")
    assert holds(0)(b"")
