"""MIME types: how they are read, written, taken from headers, and told apart."""

from __future__ import annotations

import pytest

from flask_cors.testing.mime_types import JAVASCRIPT_TYPES, MIMEType, extract, has_nosniff, parse


@pytest.mark.parametrize(
    ("text", "serialized"),
    [
        ("text/html", "text/html"),
        ("TEXT/HTML;CHARSET=GBK", "text/html;charset=GBK"),
        ("\r\n\t text/html \t\r\n", "text/html"),
        ("text/html ;charset=x", "text/html;charset=x"),
        ("text/html\r\n;charset=x", "text/html;charset=x"),
        ("text/html;", "text/html"),
        ("text/html;;;;charset=x", "text/html;charset=x"),
        ("text/html; \t\r\ncharset=x", "text/html;charset=x"),
        ("text/html;charset =x", "text/html"),
        ("text/html;charset= x", 'text/html;charset=" x"'),
        ("text/html;charset=x \t\r\n", "text/html;charset=x"),
        ("text/html;charset=x \t\r\n;a=b", "text/html;charset=x;a=b"),
        ("text/html;charset=", "text/html"),
        ("text/html;charset= ;a=b", "text/html;a=b"),
        ("text/html;charset", "text/html"),
        ("text/html;charset;a=b", "text/html;a=b"),
        ("text/html;=x;a=b", "text/html;a=b"),
        ("text/html;charset=x;charset=y", "text/html;charset=x"),
        ("text/html;Charset=x;CHARSET=y", "text/html;charset=x"),
        ("text/html;a=b=c", 'text/html;a="b=c"'),
        ('text/html;charset="x"', "text/html;charset=x"),
        ('text/html;charset=""', 'text/html;charset=""'),
        ('text/html;charset="x" y;a=b', "text/html;charset=x;a=b"),
        ('text/html;charset="x;y";a=b', 'text/html;charset="x;y";a=b'),
        ('text/html;charset="x', "text/html;charset=x"),
        ('text/html;charset="x\\', 'text/html;charset="x\\\\"'),
        ('text/html;charset="\\x\\"\\\\"', 'text/html;charset="x\\"\\\\"'),
        ('text/html;charset="\\', 'text/html;charset="\\\\"'),
        ('text/html;charset=x"', 'text/html;charset="x\\""'),
        ("text/html;a=\xe4\xff", 'text/html;a="\xe4\xff"'),
        ('text/html;a="\t"', 'text/html;a="\t"'),
        ("text/html;a=\x7f;b=\x01;c=~", "text/html;c=~"),
        ('text/html;a="\n\x00";b=c', "text/html;b=c"),
        ("text/html;a(=b;c=d", "text/html;c=d"),
        ("!#$%&'*+-.^_`|~0/x", "!#$%&'*+-.^_`|~0/x"),
        ("*/*", "*/*"),
        ("Xtext/html;a=bX", "xtext/html;a=bX"),
    ],
)
def test_what_is_read_and_written(text: str, serialized: str) -> None:
    assert str(parse(text)) == serialized


@pytest.mark.parametrize(
    "text",
    ["", " ", "text", "/", "text/", "/html", "text/;x", "te xt/html", "text/ht ml", "text /html",
     "text/html/x", "text/html,x/x", "text/h\x0b", "\x0ctext/html", "t\xe4xt/html", ";charset=x"],
)  # fmt: skip
def test_what_is_none(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(
    ("values", "serialized"),
    [
        (["text/html"], "text/html"),
        (["text/plain;charset=gbk, text/html"], "text/html"),
        (["text/plain;charset=gbk", "text/html"], "text/html"),
        (["text/html;charset=gbk;a=b", "text/html;x=y"], "text/html;x=y;charset=gbk"),
        (["text/html;charset=gbk", "text/html;charset=x"], "text/html;charset=x"),
        (["text/html;charset=gbk", "x/x", "text/html;x=y"], "text/html;x=y"),
        (["text/html;a=b", "text/html"], "text/html"),
        (["text/html", "cannot-parse"], "text/html"),
        (["text/html", "*/*"], "text/html"),
        (["text/html;charset=gbk", "*/*;charset=x", "text/html"], "text/html;charset=gbk"),
        (["text/html", ""], "text/html"),
        ([",text/html"], "text/html"),
        (['x/x;test="a,b/b"'], 'x/x;test="a,b/b"'),
        (['text/html;", x/x'], "text/html"),
    ],
)
def test_which_of_several_values_counts(values: list[str], serialized: str) -> None:
    headers = [("X-Other", "b/b"), *(("content-TYPE", value) for value in values)]
    assert str(extract(headers)) == serialized


@pytest.mark.parametrize("values", [[], [""], ["x"], ["*/*"], ["text"], ["x", ""]])
def test_headers_without_a_type(values: list[str]) -> None:
    assert extract(("Content-Type", value) for value in values) is None


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], False),
        ([""], False),
        (["nosniff"], True),
        (["NoSniff"], True),
        (["nosniff,,x"], True),
        (["nosniff", "no"], True),
        (["no", "nosniff"], False),
        (["x,nosniff"], False),
        ([",nosniff"], False),
        (["", "nosniff"], False),
        (['"nosniff"'], False),
        (["nosniff;"], False),
    ],
)
def test_nosniff(values: list[str], expected: bool) -> None:
    assert has_nosniff([("x-content-type-OPTIONS", value) for value in values]) is expected


KINDS = {
    "is_javascript": JAVASCRIPT_TYPES,
    "is_css": {"text/css"},
    "is_html": {"text/html"},
    "is_json": {"application/json", "text/json", "x/a+json", "image/svg+json"},
    "is_xml": {"application/xml", "text/xml", "image/svg+xml", "application/xhtml+xml"},
    "is_media": {"audio/x", "image/png", "image/svg+xml", "image/svg+json", "video/mp4"},
}
OTHERS = {"text/plain", "text/javascript1.6", "application/css", "x/json", "x/xml", "text/image",
          "application/ogg", "font/woff", "text/xhtml", "json/json", "audio+xml/x"}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_kinds(kind: str) -> None:
    known = set().union(*KINDS.values(), OTHERS)
    assert {essence for essence in known if getattr(MIMEType(essence), kind)} == KINDS[kind]


def test_the_names_of_javascript() -> None:
    names = ("ecmascript", "javascript", "x-ecmascript", "x-javascript")
    expected = {
        *(f"{kind}/{name}" for kind in ("application", "text") for name in names),
        *(f"text/javascript1.{minor}" for minor in range(6)),
        "text/jscript",
        "text/livescript",
    }
    assert expected == JAVASCRIPT_TYPES
