"""The text of an ``XMLHttpRequest``: byte order marks, charsets, XML declarations."""

from __future__ import annotations

import codecs
from typing import Any

import pytest

from flask_cors.testing import Browser, Reply, charsets
from flask_cors.testing.charsets import decode
from flask_cors.testing.mime_types import MIMEType, extract

LATIN = b"<?xml version='1.0' encoding='windows-1252'?>\xe9"
DECLARED = "<?xml version='1.0' encoding='windows-1252'?>é"
UNREAD = "<?xml version='1.0' encoding='windows-1252'?>\ufffd"


def text_of(body: bytes, content_type: str | None) -> str:
    """Return the text of a response with this ``Content-Type``."""
    found = extract((("Content-Type", content_type),)) if content_type else None
    mime_type = found or MIMEType("text/xml")
    return charsets.text_of(body, mime_type, mime_type.parameters.get("charset", ""))


@pytest.mark.parametrize(
    ("content_type", "text"),
    [
        ("text/plain", "\ufffd"),
        ("text/html", "\ufffd"),
        ("text/plain;charset=windows-1252", "é"),
        ("text/plain; Charset=ISO-8859-1", "é"),
        ("text/plain ; charset=Latin1", "é"),
        ('text/plain;charset="windows-1252"', "é"),
        ('text/plain;charset="windows-1252"x;y=z', "é"),
        ("text/plain;charset= windows-1252 ", "é"),
        ("text/plain;a=b;charset=windows-1252;c=d", "é"),
        ("text/plain;charset=windows-1251;charset=windows-1252", "й"),
        ("text/plain;charset='windows-1252'", "\ufffd"),
        ("text/plain;charset=bogus", "\ufffd"),
        ("text/plain;charset=latin-1", "\ufffd"),
        ("text/plain;charset", "\ufffd"),
        ('text/plain;charset=""', "\ufffd"),
        ("text/plain;charset=;charset=windows-1252", "é"),
        ("text/plain;xcharset=windows-1252", "\ufffd"),
        ("plain;charset=windows-1252", "\ufffd"),
        ("text/html, text/plain;charset=windows-1252", "é"),
        ("text/plain;charset=windows-1252, text/plain", "é"),
        ("text/plain;charset=windows-1252, TEXT/plain;a=b", "é"),
        ("text/plain;charset=windows-1252, text/html", "\ufffd"),
        ("text/plain;charset=windows-1252, */*", "é"),
        ("text/plain;charset=windows-1252, bogus", "é"),
        ("text/plain;charset=windows-1252, text/plain;charset=koi8-r", "И"),
        ("text/plain;charset=x-user-defined", "\uf7e9"),
        ("text/plain;charset=iso-2022-kr", "\ufffd"),
        ("text/plain;charset=utf-7", "\ufffd"),
    ],
)
def test_the_charset_of_the_type(content_type: str, text: str) -> None:
    assert text_of(b"\xe9", content_type) == text


@pytest.mark.parametrize("content_type", [None, "", "text/plain", "text/plain;charset=koi8-r"])
@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_decides(content_type: str | None, codec: str) -> None:
    assert text_of("é".encode(codec), content_type) == "é"
    assert text_of("\ufeffé".encode(codec), content_type) == "\ufeffé"
    assert text_of(codecs.BOM_UTF16_BE + b"\0a", content_type) == "a"
    assert text_of(codecs.BOM_UTF16_LE + b"a\0b", content_type) == "a\ufffd"


@pytest.mark.parametrize(
    ("content_type", "text"),
    [
        (None, DECLARED),
        ("bogus", DECLARED),
        ("text/xml", DECLARED),
        ("application/xml", DECLARED),
        ("image/SVG+xml", DECLARED),
        ("text/xml;charset=bogus", DECLARED),
        ("text/xml;charset=utf-8", UNREAD),
        ("text/plain", UNREAD),
        ("text/xmlx", UNREAD),
        ("text/html", UNREAD),
    ],
)
def test_the_declaration_of_xml(content_type: str | None, text: str) -> None:
    assert text_of(LATIN, content_type) == text


@pytest.mark.parametrize(
    ("declaration", "letter"),
    [
        (b'<?xml encoding = "koi8-r" ?>', "И"),
        (b"<?xml version='1.0' standalone='yes'?>", "\ufffd"),
        (b"<?xml version='1.0'?><a encoding='koi8-r'>", "\ufffd"),
        (b" <?xml encoding='koi8-r'?>", "\ufffd"),
        (b"<?xml encoding='bogus'?>", "\ufffd"),
        (b"<?xml encoding='utf-16'?>", "\ufffd"),
        (b"<?xml encoding='utf-16be'?>", "\ufffd"),
        (b"", "\ufffd"),
    ],
)
def test_which_declarations_count(declaration: bytes, letter: str) -> None:
    assert text_of(declaration + b"\xe9", "text/xml") == declaration.decode() + letter


@pytest.mark.parametrize("codec", ["utf-16-be", "utf-16-le"])
def test_xml_in_utf_16_without_a_mark(codec: str) -> None:
    assert text_of("<?xml?>é".encode(codec), "text/xml") == "<?xml?>é"


@pytest.mark.parametrize(
    ("codec", "body", "text"),
    [
        ("utf-8", b"\xe2\x98\x83\xff", "☃\ufffd"),
        ("cp1252", bytes(range(0x80, 0x85)), "€\x81‚ƒ„"),
        ("cp1253", b"\xaa\xd2\x81", "\ufffd\ufffd\x81"),
        ("cp874", b"\xdb\x9f\xa0", "\ufffd\x9f\xa0"),
        ("cp866", b"\x80", "А"),
        ("iso8859-8", b"\x9f\xa1", "\x9f\ufffd"),
        ("koi8-u", b"\xae\xbe\xa4", "ўЎє"),
        ("cp1255", b"\xca", "\u05ba"),
        ("mac-roman", b"\xdb", "€"),
        ("cp932", b"\x82\xa0", "あ"),
        ("cp949", b"\xb0\xa1", "가"),
        ("gb18030", b"\xb0\xa1", "啊"),
        ("big5hkscs", b"\xa4\x40", "一"),
        ("euc-jp", b"\xa4\xa2", "あ"),
        ("iso2022-jp", b'\x1b$B$"', "あ"),
        ("x-user-defined", b"a\x80\xff", "a\uf780\uf7ff"),
        ("replacement", b"abc", "\ufffd"),
        ("replacement", b"", ""),
    ],
)
def test_the_characters_of_an_encoding(codec: str, body: bytes, text: str) -> None:
    assert decode(body, codec) == text


def test_an_xhr_reads_the_charset_of_its_type() -> None:
    headers = (("Content-Type", "text/plain"), ("Content-Type", "text/plain;charset=latin1"))

    def page(origin: str) -> Browser:
        return Browser(
            transport=lambda request: Reply(200, headers, b"\xe9"), origin=origin, base_url=origin
        )

    xhr: Any = page("https://a.example").xhr("GET", "/")
    assert xhr.response_text == ""
    xhr.send()
    assert (xhr.response_text, xhr.response) == ("é", "é")


def test_the_charset_of_an_overriding_type_counts() -> None:
    transport = lambda request: Reply(200, (("Content-Type", "text/plain"),), b"\xe9")  # noqa: E731
    page = Browser(transport=transport, origin="https://a.example", base_url="https://a.example")
    for overriding, text in (("text/plain;charset=latin1", "é"), ("text/plain", "\ufffd")):
        xhr: Any = page.xhr("GET", "/")
        xhr.override_mime_type(overriding)
        xhr.send()
        assert xhr.response_text == text


def test_fetch_reads_utf_8_alone() -> None:
    headers = (("Content-Type", "text/plain;charset=latin1"),)

    def page(origin: str) -> Browser:
        return Browser(
            transport=lambda request: Reply(200, headers, b"\xe9"), origin=origin, base_url=origin
        )

    assert page("https://a.example").fetch("/").text == "\ufffd"
