"""Parts in the HTTP cache: what is stored, and what a stored response answers."""

from __future__ import annotations

import pytest

from flask_cors.testing import Browser, Reply, Request
from flask_cors.testing.parts import answer, is_part_of_same, is_storable_part

OWN = "https://app.example"
LONG = ("Cache-Control", "max-age=1000")
WHOLE = Reply(200, (LONG, ("Content-Length", "10")), b"0123456789")
PART = Reply(206, (LONG, ("Content-Range", "bytes 4-9/10")), b"456789")
MIDDLE = Reply(206, (LONG, ("Content-Range", "bytes 4-6/*")), b"456")


@pytest.mark.parametrize(
    ("stored", "value", "text", "place"),
    [
        (WHOLE, "bytes=2-4", b"234", "bytes 2-4/10"),
        (WHOLE, "bytes=-2", b"89", "bytes 8-9/10"),
        (WHOLE, "bytes=10-", b"0123456789", None),
        (PART, "bytes=5-6", b"56", "bytes 5-6/10"),
        (PART, "bytes=5-", b"56789", "bytes 5-9/10"),
        (PART, "bytes=5-50", b"56789", "bytes 5-9/10"),
        (PART, "bytes=-2", b"89", "bytes 8-9/10"),
        (MIDDLE, "bytes=4-5", b"45", "bytes 4-5/*"),
        (
            Reply(206, (("Content-Range", "bytes 0-2/3"),), b"012"),
            "bytes=-9",
            b"012",
            "bytes 0-2/3",
        ),
        (Reply(404, (), b"no"), "bytes=0-0", b"no", None),
    ],
)
def test_what_a_stored_response_answers(
    stored: Reply, value: str, text: bytes, place: str | None
) -> None:
    reply = answer(stored, (("Range", value),))
    assert reply is not None
    assert (reply.body, reply.get("Content-Range")) == (text, place)
    if place is not None and len(text) < len(stored.body):
        assert (reply.status, reply.get("Content-Length")) == (206, str(len(text)))


@pytest.mark.parametrize(
    ("stored", "value"),
    [
        (PART, None),
        (PART, "bytes=3-5"),
        (PART, "bytes=-7"),
        (MIDDLE, "bytes=5-"),
        (MIDDLE, "bytes=5-7"),
        (MIDDLE, "bytes=-1"),
        (WHOLE, "bytes=0-1,3-4"),
        (WHOLE, "bytes=-0"),
        (Reply(200, (("Content-Encoding", "gzip"),), b"x"), "bytes=0-0"),
        (Reply(200, (("Content-Length", "9"),), b"x"), "bytes=0-0"),
        (Reply(206, (), b"x"), "bytes=0-0"),
    ],
)
def test_what_it_does_not_answer(stored: Reply, value: str | None) -> None:
    assert answer(stored, () if value is None else (("Range", value),)) is None


@pytest.mark.parametrize(
    ("headers", "strict"),
    [
        ([], False),
        ([("ETag", '"e"')], True),
        ([("ETag", 'W/"e"')], False),
        ([("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT")], False),
        (
            [
                ("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT"),
                ("Date", "Thu, 01 Jan 2026 00:01:00 GMT"),
            ],
            True,
        ),
        (
            [
                ("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT"),
                ("Date", "Thu, 01 Jan 2026 00:00:59 GMT"),
            ],
            False,
        ),
    ],
)
def test_strong_validators(headers: list[tuple[str, str]], strict: bool) -> None:
    reply = Reply(206, (("Content-Range", "bytes 0-0/9"), *headers), b"0")
    asked = (("Range", "bytes=0-0"),)
    assert is_storable_part(asked, reply, strict=False)
    assert is_storable_part(asked, reply, strict=True) is strict
    assert not is_storable_part((("Range", "bytes=0-0,2-3"),), reply, strict=False)
    assert not is_storable_part(asked, Reply(206, (), b"0"), strict=False)


def test_parts_of_one_version() -> None:
    new = Reply(206, (("ETag", '"e"'),))
    assert is_part_of_same(new, Reply(200, (("ETag", '"e"'),)))
    assert not is_part_of_same(new, Reply(200, (("ETag", '"f"'),)))
    assert not is_part_of_same(Reply(200, (("ETag", '"e"'),)), new)


def test_a_part_that_is_stale_is_validated() -> None:
    now = [0.0]

    def server(request: Request) -> Reply:
        tag = ("ETag", '"e"')
        if request.get("If-None-Match"):
            return Reply(304, (tag, LONG))
        return Reply(206, (tag, LONG, ("Content-Range", "bytes 0-4/10")), b"01234")

    page = Browser(transport=server, origin=OWN, base_url=OWN, clock=lambda: now[0])
    page.fetch("/", headers={"Range": "bytes=0-4"})
    now[0] = 2000
    response = page.fetch("/", headers={"Range": "bytes=1-2"})
    assert (response.status, response.text) == (206, "12")
    assert page.exchanges[-1].reply.status == 304
    assert page.fetch("/", headers={"Range": "bytes=0-0"}).text == "0"
    assert len(page.exchanges) == 2


def test_a_part_of_another_version_takes_the_place_of_the_old_ones() -> None:
    tags = iter(["e", "e", "f"])
    page = Browser(
        transport=lambda request: Reply(
            206,
            (
                LONG,
                ("ETag", next(tags)),
                ("Content-Range", f"{request.get('Range')}/9".replace("=", " ")),
            ),
            b"00",
        ),
        origin=OWN,
        base_url=OWN,
    )
    for value in ("bytes=0-1", "bytes=2-3", "bytes=0-1", "bytes=2-3", "bytes=4-5"):
        page.fetch("/", headers={"Range": value})
    assert len(page.exchanges) == 3
