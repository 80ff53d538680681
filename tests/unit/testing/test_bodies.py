"""Request bodies: what each kind becomes on the wire."""

from __future__ import annotations

from typing import Any

import pytest

from flask_cors.testing import Blob, Browser, FormData, Reply
from flask_cors.testing.bodies import extract, form_body, multipart, urlencoded


@pytest.mark.parametrize(
    ("data", "content", "types"),
    [
        (None, None, ()),
        ("", b"", ("text/plain;charset=UTF-8",)),
        ("\u2603", b"\xe2\x98\x83", ("text/plain;charset=UTF-8",)),
        (b"x", b"x", ()),
        (bytearray(b"x"), b"x", ()),
        (memoryview(b"x"), b"x", ()),
        ({"a b": "1&2"}, b"a+b=1%262", ("application/x-www-form-urlencoded;charset=UTF-8",)),
        (Blob(b"x", "image/png"), b"x", ("image/png",)),
        (Blob(b"x"), b"x", ()),
    ],
)
def test_a_body(data: Any, content: bytes | None, types: tuple[str, ...]) -> None:
    body = extract(None, data)
    assert (body.content, body.types, body.is_stream) == (content, types, False)


def test_json() -> None:
    body = extract({"a": ["\xe9"]}, None)
    assert (body.content, body.types[0]) == (b'{"a":["\xc3\xa9"]}', "application/json")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("TEXT/Plain;Charset=X", "text/plain;charset=x"),
        (" ~", " ~"),
        ("", ""),
        ("text/\x1f", ""),
        ("text/\x7f", ""),
        ("text/\xe9", ""),
        ("text/plain\n", ""),
    ],
)
def test_the_type_of_a_blob(given: str, kept: str) -> None:
    assert Blob(b"", given).type == kept
    form = FormData()
    form.append("a", Blob(b"x", given), "n")
    expected = (kept or "application/octet-stream").encode()
    assert b"\r\nContent-Type: " + expected + b"\r\n\r\nx" in multipart(form)[0]


HALF = "\ud83d"
REPLACED = "\ufffd".encode()


def test_half_of_a_surrogate_pair_is_replaced() -> None:
    assert extract(None, HALF).content == REPLACED
    assert extract(None, {HALF: HALF}).content == b"%EF%BF%BD=%EF%BF%BD"
    form = FormData({HALF: HALF})
    form.append("f", Blob(b""), HALF)
    content, _ = multipart(form)
    assert b'name="' + REPLACED + b'"\r\n\r\n' + REPLACED + b"\r\n" in content
    assert b'filename="' + REPLACED + b'"' in content
    assert (
        form_body(FormData({HALF: HALF}), "text/plain")[0] == REPLACED + b"=" + REPLACED + b"\r\n"
    )


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ([("a b", "*-._~")], b"a+b=*-._%7E"),
        ([("~", "/")], b"%7E=%2F"),
        ([("a", "1"), ("a", "2")], b"a=1&a=2"),
        ([("n", 1)], b"n=1"),
        ([("b", b"\xff~*")], b"b=%FF%7E*"),
        ([], b""),
    ],
)
def test_urlencoded(fields: Any, expected: bytes) -> None:
    assert urlencoded(fields) == expected


def test_a_stream() -> None:
    body = extract(None, iter([b"a", b"b"]))
    assert (body.content, body.types, body.is_stream) == (b"ab", (), True)


def test_two_bodies() -> None:
    with pytest.raises(TypeError, match="json or data, not both"):
        extract({}, "x")


def test_multipart() -> None:
    form = FormData({"a": "1\n2"})
    form.append('b"\r\n', "3")
    form.append("file", Blob(b"\xff"))
    form.append("named", Blob(b"x", "text/plain"), 'my "file"')
    content, content_type = multipart(form)
    boundary = content_type.removeprefix("multipart/form-data; boundary=")
    parts = content.split(f"--{boundary}".encode())
    assert parts == [
        b"",
        b'\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n2\r\n',
        b'\r\nContent-Disposition: form-data; name="b%22%0D%0A"\r\n\r\n3\r\n',
        b'\r\nContent-Disposition: form-data; name="file"; filename="blob"\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n\xff\r\n",
        b'\r\nContent-Disposition: form-data; name="named"; filename="my %22file%22"\r\n'
        b"Content-Type: text/plain\r\n\r\nx\r\n",
        b"--\r\n",
    ]
    assert boundary.startswith("----FormBoundary")
    assert len(boundary) == 32
    assert multipart(form) == (content, content_type)
    assert extract(None, form).types == (content_type,)
    assert extract(None, form).content == content


def test_a_boundary_tells_contents_apart() -> None:
    assert multipart(FormData({"a": "1"}))[1] != multipart(FormData({"a": "2"}))[1]


def test_only_a_blob_has_a_filename() -> None:
    with pytest.raises(TypeError, match=r"^only a Blob has a filename$"):
        FormData().append("a", "text", "name.txt")


def test_the_fields_in_their_order() -> None:
    form = FormData({"a": "1"})
    form.append("a", "2")
    assert list(form) == [("a", "1"), ("a", "2")]
    assert list(FormData()) == []


@pytest.mark.parametrize(
    ("enctype", "body"),
    [
        ("application/x-www-form-urlencoded", b"a=x%0D%0Ay&f=n.txt"),
        ("text/plain", b"a=x\r\ny\r\nf=n.txt\r\n"),
    ],
)
def test_a_file_in_a_form_that_sends_none_is_its_name(enctype: str, body: bytes) -> None:
    form = FormData({"a": "x\ry", "f": Blob(b"content", "text/plain", "n.txt")})
    assert form_body(form, enctype) == (body, enctype)


def test_a_form_with_files() -> None:
    form = FormData({"f": Blob(b"content", "text/plain", "n.txt")})
    assert form_body(form, "multipart/form-data") == multipart(form)


def test_on_the_wire() -> None:
    page = Browser(transport=lambda request: Reply(200, ()), origin="https://app.example")
    page.at("http://localhost").fetch("/", method="POST", data=FormData({"a": "1"}))
    request = page.exchanges[0].request
    assert request.get("Content-Length") == str(len(request.body))
    assert (request.get("Content-Type") or "").startswith("multipart/form-data; boundary=")
