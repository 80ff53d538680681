"""``data:`` URLs: the type and the body that they hold."""

from __future__ import annotations

import pytest

from flask_cors.testing.data_urls import data_reply

DEFAULT = "text/plain;charset=US-ASCII"


@pytest.mark.parametrize(
    ("url", "content_type", "body"),
    [
        ("data:,a%20b", DEFAULT, b"a b"),
        ("data:text/html,<p>", "text/html", b"<p>"),
        ("data: text/html ,a", "text/html", b"a"),
        ("data:;charset=x,a", "text/plain;charset=x", b"a"),
        ("data:nonsense,a", DEFAULT, b"a"),
        ("data:a/b;c=d,e,f", "a/b;c=d", b"e,f"),
        ("data:;base64,YQ==", DEFAULT, b"a"),
        ("data:text/x;BASE64,YWI", "text/x", b"ab"),
        ("data:text/x; base64,YWJj", "text/x", b"abc"),
        ("data:text/x;base64,Y%20Q%0A%3D%3D", "text/x", b"a"),
        ("data:text/x;base64;a=b,YQ", "text/x;a=b", b"YQ"),
        ("data:IMAGE/gif;HI=x,a", "image/gif;hi=x", b"a"),
        ("data:text/plain;,a", "text/plain", b"a"),
        ("data:;base64;base64,YQ", "text/plain", b"a"),
        ("data:; base64,YQ", DEFAULT, b"a"),
        ("data:;base64 ,YQ", DEFAULT, b"a"),
        ("data:;charset= x,a", 'text/plain;charset=" x"', b"a"),
        ('data:;charset="x",a', "text/plain;charset=x", b"a"),
        ("data:;charset,a", "text/plain", b"a"),
        ("data:\u2020/\u2020,\u2020", "%e2%80%a0/%e2%80%a0", b"\xe2\x80\xa0"),
        ("data:text/plain\f,\x7f~", "text/plain%0c", b"\x7f~"),
        ("data:%20,a", DEFAULT, b"a"),
        ("data:a/\x7f,a", "a/%7f", b"a"),
        ("data:Xa/bX,a", "xa/bx", b"a"),
    ],
)
def test_what_a_url_holds(url: str, content_type: str, body: bytes) -> None:
    reply = data_reply(url)
    assert reply is not None
    assert (reply.status, reply.headers, reply.body) == (
        200,
        (("Content-Type", content_type),),
        body,
    )


@pytest.mark.parametrize(
    "url",
    [
        "data:text/plain",
        "data:;base64,Y",
        "data:;base64,YQ=",
        "data:;base64,=YQ=",
        "data:;base64,YQ===",
        "data:;base64,Y-==",
    ],
)
def test_what_holds_nothing(url: str) -> None:
    assert data_reply(url) is None
