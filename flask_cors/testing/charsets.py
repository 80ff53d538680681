"""From the bytes of a text to its characters, as ``XMLHttpRequest`` reads them.

Follows https://encoding.spec.whatwg.org/ and https://xhr.spec.whatwg.org/#text-response, with
Python's codecs, which replace malformed bytes of Chinese, Japanese and Korean texts by more or
fewer characters than a browser's; sends nothing.
"""

from __future__ import annotations

import codecs
import re

from .mime_types import MIMEType

# The name of Python's codec, and the labels that mean it to a browser.
_LABELS = {
    "utf-8": "unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8",
    "cp866": "866 cp866 csibm866 ibm866",
    "iso8859-2": "csisolatin2 iso-8859-2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 "
    "iso_8859-2:1987 l2 latin2",
    "iso8859-3": "csisolatin3 iso-8859-3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 "
    "iso_8859-3:1988 l3 latin3",
    "iso8859-4": "csisolatin4 iso-8859-4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 "
    "iso_8859-4:1988 l4 latin4",
    "iso8859-5": "csisolatincyrillic cyrillic iso-8859-5 iso-ir-144 iso8859-5 iso88595 "
    "iso_8859-5 iso_8859-5:1988",
    "iso8859-6": "arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6 "
    "iso-8859-6-e iso-8859-6-i iso-ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987",
    "iso8859-7": "csisolatingreek ecma-118 elot_928 greek greek8 iso-8859-7 iso-ir-126 "
    "iso8859-7 iso88597 iso_8859-7 iso_8859-7:1987 sun_eu_greek",
    "iso8859-8": "csiso88598e csisolatinhebrew hebrew iso-8859-8 iso-8859-8-e iso-ir-138 "
    "iso8859-8 iso88598 iso_8859-8 iso_8859-8:1988 visual csiso88598i iso-8859-8-i logical",
    "iso8859-10": "csisolatin6 iso-8859-10 iso-ir-157 iso8859-10 iso885910 l6 latin6",
    "iso8859-13": "iso-8859-13 iso8859-13 iso885913",
    "iso8859-14": "iso-8859-14 iso8859-14 iso885914",
    "iso8859-15": "csisolatin9 iso-8859-15 iso8859-15 iso885915 iso_8859-15 l9",
    "iso8859-16": "iso-8859-16",
    "koi8-r": "cskoi8r koi koi8 koi8-r koi8_r",
    "koi8-u": "koi8-ru koi8-u",
    "mac-roman": "csmacintosh mac macintosh x-mac-roman",
    "cp874": "dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 windows-874",
    "cp1250": "cp1250 windows-1250 x-cp1250",
    "cp1251": "cp1251 windows-1251 x-cp1251",
    "cp1252": "ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 "
    "iso8859-1 iso88591 iso_8859-1 iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252",
    "cp1253": "cp1253 windows-1253 x-cp1253",
    "cp1254": "cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 "
    "iso_8859-9:1989 l5 latin5 windows-1254 x-cp1254",
    "cp1255": "cp1255 windows-1255 x-cp1255",
    "cp1256": "cp1256 windows-1256 x-cp1256",
    "cp1257": "cp1257 windows-1257 x-cp1257",
    "cp1258": "cp1258 windows-1258 x-cp1258",
    "mac-cyrillic": "x-mac-cyrillic x-mac-ukrainian",
    "gb18030": "chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 gbk iso-ir-58 x-gbk "
    "gb18030",
    "big5hkscs": "big5 big5-hkscs cn-big5 csbig5 x-x-big5",
    "euc-jp": "cseucpkdfmtjapanese euc-jp x-euc-jp",
    "iso2022-jp": "csiso2022jp iso-2022-jp",
    "cp932": "csshiftjis ms932 ms_kanji shift-jis shift_jis sjis windows-31j x-sjis",
    "cp949": "cseuckr csksc56011987 euc-kr iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 "
    "ksc5601 ksc_5601 windows-949",
    "utf-16-be": "unicodefffe utf-16be",
    "utf-16-le": "csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le",
    # Encodings that scripts can hide in, which browsers refuse to read.
    "replacement": "csiso2022kr hz-gb-2312 iso-2022-cn iso-2022-cn-ext iso-2022-kr replacement",
    "x-user-defined": "x-user-defined",
}
_CODECS = {label: codec for codec, labels in _LABELS.items() for label in labels.split()}
_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_BE: "utf-16-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
}
# How an XML declaration begins in UTF-16 (XML 1.0, appendix F).
_WIDE_DECLARATIONS = {b"\0<\0?": "utf-16-be", b"<\0?\0": "utf-16-le"}
_DECLARED = re.compile(
    rb"""<\?xml[ \t\r\n][^>]*?\bencoding[ \t\r\n]*=[ \t\r\n]*["']([^"'>]*)["']"""
)
# Where Python's tables are older than those of the standard.
_NEWER = {("koi8-u", 0xAE): "\u045e", ("koi8-u", 0xBE): "\u040e", ("cp1255", 0xCA): "\u05ba"}


def text_of(body: bytes, mime_type: MIMEType, label: str) -> str:
    """Get a text response: decode *body* by the *label* of its encoding, or as XML declares it."""
    codec = _codec_of(label)
    if codec is None and mime_type.is_xml:
        codec = _declared_codec(body)
    return decode(body, codec or "utf-8")


def _codec_of(label: str) -> str | None:
    """Get an encoding: the codec that *label* names, ``None`` where it names none."""
    return _CODECS.get(label.strip("\t\n\f\r ").lower())


def _declared_codec(body: bytes) -> str | None:
    """Return the codec of an XML text without a byte order mark (XML 1.0, section 4.3.3)."""
    if body[:4] in _WIDE_DECLARATIONS:
        return _WIDE_DECLARATIONS[body[:4]]
    found = _DECLARED.match(body)
    codec = _codec_of(found[1].decode("latin-1")) if found else None
    # A declaration that could be read as ASCII is not in UTF-16.
    return None if codec in ("utf-16-be", "utf-16-le") else codec


def decode(body: bytes, codec: str) -> str:
    """Decode *body*, by its byte order mark if it has one, by *codec* otherwise."""
    for mark, marked in _BYTE_ORDER_MARKS.items():
        if body.startswith(mark):
            return body[len(mark) :].decode(marked, "replace")
    if codec == "replacement":
        return "\ufffd" if body else ""
    # Of these, Python leaves bytes undefined or has other characters.
    if codec.startswith(("cp12", "cp8", "koi8-u", "x-")):
        characters = {byte: _character(byte, codec) for byte in range(0x80, 0x100)}
        return body.decode("latin-1").translate(characters)
    return body.decode(codec, "replace")


def _character(byte: int, codec: str) -> str:
    """Return what a byte means; what has no meaning below 0xA0 is a control character."""
    if codec == "x-user-defined":
        return chr(0xF700 + byte)
    try:
        return _NEWER.get((codec, byte)) or bytes([byte]).decode(codec)
    except UnicodeDecodeError:
        return chr(byte) if byte < 0xA0 else "\ufffd"
