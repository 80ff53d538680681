"""Forms in a response."""

from __future__ import annotations

import pytest

from flask_cors.testing import Blob, Browser, FormData, Reply
from flask_cors.testing.bodies import multipart
from flask_cors.testing.form_parsing import read_form
from flask_cors.testing.mime_types import parse

MULTIPART = "multipart/form-data; boundary=b"


def part(head: str, content: str = "x", end: str = "--b--") -> bytes:
    return f"--b\r\n{head}\r\n\r\n{content}\r\n{end}".encode()


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b"", []),
        (b"a=1&b=2&a=3", [("a", "1"), ("b", "2"), ("a", "3")]),
        (b"&a&=b&&c=", [("a", ""), ("", "b"), ("c", "")]),
        (b"a=b=c", [("a", "b=c")]),
        (b"a+b=%2B+%zz", [("a b", "+ %zz")]),
        (b"%C3%A9=\xc3\xa9", [("\xe9", "\xe9")]),
        (b"a=%FF\xef\xbb\xbf", [("a", "\ufffd\ufeff")]),
    ],
)
def test_urlencoded(body: bytes, fields: list[tuple[str, str]]) -> None:
    for content_type in (
        "application/x-www-form-urlencoded",
        " Application/X-WWW-Form-Urlencoded\t;charset=latin1",
    ):
        assert list(read_form(parse(content_type), body)) == fields


def test_what_a_page_writes_it_reads() -> None:
    form = FormData({"a": "1\r\n2", "%\xe9": "\u2603", "": ""})
    form.append("f", Blob(b"\r\n--\xff", "image/png"), "n.png")
    form.append("f", Blob(b""))
    content, content_type = multipart(form)
    assert list(read_form(parse(content_type), content)) == [
        ("a", "1\r\n2"),
        ("%\xe9", "\u2603"),
        ("", ""),
        ("f", Blob(b"\r\n--\xff", "image/png", "n.png")),
        ("f", Blob(b"", "application/octet-stream", "blob")),
    ]


NAMED = 'Content-Disposition: form-data; name="a"'


@pytest.mark.parametrize(
    ("body", "entry"),
    [
        (part(NAMED), ("a", "x")),
        (b"before\r\n" + part(NAMED) + b"\r\nafter", ("a", "x")),
        (part("content-disposition:form-data;name=a"), ("a", "x")),
        (part("Content-Disposition: FORM-DATA ;NAME=a"), ("a", "x")),
        (part(r'Content-Disposition: form-data; name="\"a\\%22"'), ('"a\\%22', "x")),
        (
            part(f"X-A: 1\r\nContent-Type: text/html; charset=latin1\r\n{NAMED}", "\xe9"),
            ("a", "\xe9"),
        ),
        (part(NAMED, "\r\n\r\nx"), ("a", "\r\n\r\nx")),
        (part(NAMED, ""), ("a", "")),
        (part(NAMED).replace(b"x", b"\xff"), ("a", "\ufffd")),
        (part(NAMED.replace('"a"', '"a:b\xff"')).replace(b"\xc3\xbf", b"\xff"), ("a:b\ufffd", "x")),
        (part('Content-Disposition: form-data; name="\u2603"'), ("\u2603", "x")),
        (part(f'{NAMED}; filename="n"'), ("a", Blob(b"x", "text/plain", "n"))),
        (part(f'{NAMED}; filename=""'), ("a", Blob(b"x", "text/plain", ""))),
        (part(f"{NAMED}; filename=n\r\nCONTENT-TYPE : a/b"), ("a", Blob(b"x", "a/b", "n"))),
        (b"--b \t" + part(NAMED)[3:], ("a", "x")),
    ],
)
def test_a_part(body: bytes, entry: tuple[str, str | Blob]) -> None:
    assert list(read_form(parse(MULTIPART), body)) == [entry]


def test_no_part() -> None:
    assert list(read_form(parse('Multipart/Form-Data; a=b; Boundary="b c"'), b"--b c--")) == []


@pytest.mark.parametrize(
    ("content_type", "body", "words"),
    [
        ("", b"", "not a form: ''"),
        ("text/plain", b"a=1", "not a form: 'text/plain'"),
        ("multipart/form-data", b"--b--", "not a form: "),
        ("multipart/form-data; boundary=", b"----", "not a form"),
        ("multipart/mixed; boundary=b", b"--b--", "not a form"),
        (MULTIPART, b"", "does not end"),
        (MULTIPART, b"x--b--", "does not end"),
        (MULTIPART, part(NAMED, end="--b\r\n") + part(NAMED)[3:-6], "does not end"),
        (MULTIPART, part("X-A: 1"), "is no field"),
        (MULTIPART, part("Content-Disposition: form-data"), "is no field"),
        (MULTIPART, part("Content-Disposition: attachment; name=a"), "is no field"),
        (MULTIPART, b"--b\r\n\r\nx\r\n--b--", "is no field"),
        (MULTIPART, b"--bx\r\n" + part(NAMED)[5:], "is no field"),
        (MULTIPART, b"--b\r\nx\r\n--b--", "is no field"),
    ],
)
def test_what_is_no_form(content_type: str, body: bytes, words: str) -> None:
    with pytest.raises(
        TypeError, match=rf"^the body is {words}|^(the|a part of the) multipart body {words}$"
    ):
        read_form(parse(content_type), body)


def test_the_form_of_a_response() -> None:
    headers = (("Content-Type", "application/x-www-form-urlencoded"),)
    page = Browser(transport=lambda request: Reply(200, headers, b"a=1"), origin="http://localhost")
    assert list(page.fetch("/").form_data()) == [("a", "1")]
    with pytest.raises(TypeError, match="not a form: ''"):
        page.fetch("http://api.test/", mode="no-cors").form_data()


def test_the_last_content_type_counts() -> None:
    headers = (("Content-Type", "text/plain"), ("Content-Type", MULTIPART))
    reply = Reply(200, headers, part(NAMED))
    page = Browser(transport=lambda request: reply, origin="http://localhost")
    assert [name for name, _ in page.fetch("/").form_data()] == ["a"]
