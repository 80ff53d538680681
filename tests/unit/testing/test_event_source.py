"""Streams of server-sent events: which are read, and what is in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from flask import Flask, Response, request, stream_with_context

from flask_cors.testing import Browser, EventStream, NetworkError, Reply, Request
from flask_cors.testing.event_source import ServerSentEvent, holds, judge_stream, read_stream
from tests.unit.testing import pages


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


# -- Connections that follow each other ------------------------------------------------------


OWN = "https://app.example"


class Streams:
    """Answers with one reply after the other; text is a stream, a number a status."""

    def __init__(self, *replies: str | int) -> None:
        self._replies = iter(replies)

    def __call__(self, request: Request) -> Reply:
        reply = next(self._replies)
        headers = (
            ("Content-Type", "text/event-stream"),
            ("Access-Control-Allow-Origin", "*" if reply != "denied" else "null"),
        )
        if reply == "moved":
            return Reply(302, (*headers, ("Location", "data:,x")))
        if isinstance(reply, int):
            return Reply(reply, headers)
        return Reply(200, headers, reply.encode())


def browser(*replies: str | int) -> Browser:
    return Browser(transport=Streams(*replies), origin=OWN, base_url="https://api.example")


def test_a_page_that_does_not_stay_connects_once() -> None:
    page = browser("data: a\n\n")
    assert not page.event_source("/").is_closed
    assert len(page.exchanges) == 1


def test_a_stream_that_ends_is_followed_by_another() -> None:
    page = browser("id: 1\nretry: 5\ndata: a\n\n", "data: b\n\nid: \n\n", "data: c\n\n")
    stream = page.event_source("/", reconnections=2, with_credentials=False)
    assert [(event.data, event.id) for event in stream.events] == [
        ("a", "1"),
        ("b", "1"),
        ("c", ""),
    ]
    assert (stream.last_event_id, stream.retry, stream.is_closed) == ("", 5, False)
    sent = [exchange.request.get("Last-Event-ID") for exchange in page.exchanges]
    assert sent == [None, "1", None]


@pytest.mark.parametrize("identity", ["a" * 255, "e5<3", "\u2026"])
def test_no_id_takes_a_preflight(identity: str) -> None:
    page = browser(f"id: {identity}\ndata: a\n\n", "")
    page.event_source("/", reconnections=1)
    assert [exchange.preflight for exchange in page.exchanges] == [False, False]
    sent = page.exchanges[1].request.get("Last-Event-ID")
    assert sent is not None
    assert sent.encode("latin-1").decode() == identity


@pytest.mark.parametrize("status", [204, 205, 404, 500])
def test_an_answer_that_is_no_stream_ends_it(status: int) -> None:
    page = browser("data: a\n\n", status)
    stream = page.event_source("/", reconnections=5)
    assert [event.data for event in stream.events] == ["a"]
    assert stream.is_closed
    assert len(page.exchanges) == 2


def test_an_error_on_the_way_is_tried_again() -> None:
    page = browser("data: a\n\n", "moved", "data: b\n\n")
    stream = page.event_source("/", reconnections=2)
    assert [event.data for event in stream.events] == ["a", "b"]
    assert not stream.is_closed


def test_what_cors_denies_ends_it() -> None:
    page = browser("data: a\n\n", "denied", "data: b\n\n")
    assert page.event_source("/", reconnections=2).is_closed
    assert len(page.exchanges) == 2


def test_the_first_connection_may_fail() -> None:
    page = browser(204, "data: a\n\n")
    with pytest.raises(NetworkError):
        page.event_source("/", reconnections=1)
    assert len(page.exchanges) == 1


def test_no_more_connections_than_events_are_wanted() -> None:
    page = browser("data: a\n\n", "data: b\n\ndata: c\n\n", "data: d\n\n")
    stream = page.event_source("/", reconnections=5, max_events=2)
    assert [event.data for event in stream.events][:2] == ["a", "b"]
    assert len(page.exchanges) == 2


class TestApplications:
    """What an application or a transport sends, event by event."""

    def app(self, closed: list[bool]) -> Flask:
        app = Flask("events")

        @app.get("/ticks")
        def ticks() -> Response:
            def endless() -> Iterator[str]:
                try:
                    number = 0
                    while True:
                        number += 1
                        yield f"id: {number}\ndata: {request.args.get('q', 'tick')}\n\n"
                finally:
                    closed.append(True)

            return Response(stream_with_context(endless()), mimetype="text/event-stream")

        return app

    def test_an_endless_stream(self) -> None:
        closed: list[bool] = []
        page = Browser(self.app(closed), origin="http://localhost")
        stream = page.event_source("/ticks", max_events=2)
        assert stream == EventStream(
            (ServerSentEvent("message", "tick", "1"), ServerSentEvent("message", "tick", "2")),
            "2",
            None,
        )
        assert closed == [True]

    def test_a_stream_that_ends_early(self) -> None:
        def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            start_response("200 OK", [("Content-Type", "text/event-stream")])
            return [b"data:1\n\n"]

        page = Browser(application, origin="http://localhost")
        assert len(page.event_source("/", max_events=5).events) == 1

    def test_a_transport_reads_to_the_end(self) -> None:
        reply = Reply(200, (("Content-Type", "text/event-stream"),), b"data:1\n\ndata:2\n\n")
        stream = pages.browser(reply, origin=pages.API).event_source("/", max_events=1)
        assert [event.data for event in stream.events] == ["1", "2"]

    def test_the_id_of_an_earlier_connection_stays(self) -> None:
        reply = Reply(200, (("Content-Type", "text/event-stream"),), b"data:1\n\n")
        page = pages.browser(reply, origin=pages.API)
        stream = page.event_source("/", last_event_id="7\xe9\ud800")
        assert (stream.events[0].id, stream.last_event_id) == ("7\xe9\ud800", "7\xe9\ud800")
        assert pages.last(page).get("Last-Event-ID") == "7\xc3\xa9\xef\xbf\xbd"

    def test_no_header_of_it_needs_a_preflight(self) -> None:
        allowed = (("Content-Type", "text/event-stream"), ("Access-Control-Allow-Origin", "*"))
        page = pages.browser(Reply(200, allowed, b"data:1\n\n"))
        page.event_source("/", last_event_id='"7"')
        assert [exchange.request.method for exchange in page.exchanges] == ["GET"]

    def test_an_id_counts_once_its_event_has_ended(self) -> None:
        reply = Reply(200, (("Content-Type", "text/event-stream"),), b"id:1\n\nid:2\n")
        assert pages.browser(reply, origin=pages.API).event_source("/").last_event_id == "1"
