"""Request bodies as a page gives them: text, bytes, forms, files, blobs and streams.

Follows ``#concept-bodyinit-extract``; sends nothing.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlencode

from .json_texts import stringify
from .scalars import scalar_value_string, utf8

JSON_TYPES = ("application/json", "text/plain;charset=UTF-8")
FORM_TYPE = "application/x-www-form-urlencoded"
TEXT_TYPE = "text/plain;charset=UTF-8"


@dataclass(frozen=True)
class Blob:
    """A ``Blob`` or ``File``: bytes with a content type, and a name in a form.

    As in a page, ``type`` is in lower case, and empty where it is not printable ASCII
    (https://w3c.github.io/FileAPI/#constructorBlob).
    """

    content: bytes
    type: str = ""
    name: str = "blob"

    def __post_init__(self) -> None:
        printable = re.fullmatch("[ -~]*", self.type)
        object.__setattr__(self, "type", self.type.lower() if printable else "")


class FormData:
    """A ``FormData``: fields and files in their order; its body is ``multipart/form-data``."""

    def __init__(self, fields: Mapping[str, str | Blob] | None = None) -> None:
        self._fields: list[tuple[str, str | Blob]] = list((fields or {}).items())

    def append(self, name: str, value: str | Blob, filename: str | None = None) -> None:
        """Add a field; *filename* renames a :class:`Blob`, bytes that an input would hold."""
        if filename is not None:
            if isinstance(value, str):
                raise TypeError("only a Blob has a filename")
            value = Blob(value.content, value.type, filename)
        self._fields.append((name, value))

    def __iter__(self) -> Iterator[tuple[str, str | Blob]]:
        return iter(self._fields)


Body = str | bytes | Mapping[str, str] | FormData | Blob | Iterable[bytes] | None


@dataclass(frozen=True)
class ExtractedBody:
    """A body's bytes and the content types to give it: the first that is let through.

    ``is_stream``: the bytes can be sent only once, and their number is not known.
    """

    content: bytes | None
    types: tuple[str, ...] = ()
    is_stream: bool = False


def extract(json: object, data: Body) -> ExtractedBody:
    """Return the body of a request; raise :class:`TypeError` for two bodies at once."""
    if json is not None and data is not None:
        raise TypeError("fetch takes json or data, not both")
    if json is not None:
        return ExtractedBody(stringify(json).encode(), JSON_TYPES)
    if isinstance(data, str):
        return ExtractedBody(utf8(data), (TEXT_TYPE,))
    if data is None or isinstance(data, bytes | bytearray | memoryview):
        return ExtractedBody(None if data is None else bytes(data))
    if isinstance(data, Blob):
        return ExtractedBody(data.content, (data.type,) if data.type else ())
    if isinstance(data, FormData):
        content, content_type = multipart(data)
        return ExtractedBody(content, (content_type,))
    if isinstance(data, Mapping):
        return ExtractedBody(urlencoded(data.items()), (f"{FORM_TYPE};charset=UTF-8",))
    return ExtractedBody(b"".join(data), is_stream=True)


def multipart(form: FormData) -> tuple[bytes, str]:
    """Return *form* as ``multipart/form-data``, and its content type with the boundary.

    The boundary follows from the content, so that a test sees the same bytes every time.
    """
    parts = [_part(name, value) for name, value in form]
    digest = hashlib.sha256(b"\0".join(parts)).hexdigest()
    boundary = f"----FormBoundary{digest[:16]}"
    body = b"".join(f"--{boundary}\r\n".encode() + part for part in parts)
    return body + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def _part(name: str, value: str | Blob) -> bytes:
    head = f'Content-Disposition: form-data; name="{_escaped(_with_crlf(name))}"'
    if isinstance(value, str):
        return utf8(f"{head}\r\n\r\n{_with_crlf(value)}\r\n")
    content_type = value.type or "application/octet-stream"
    head += f'; filename="{_escaped(value.name)}"\r\nContent-Type: {content_type}'
    return utf8(f"{head}\r\n\r\n") + value.content + b"\r\n"


def _with_crlf(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")


def _escaped(name: str) -> str:
    return name.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")


def form_body(fields: FormData, enctype: str) -> tuple[bytes, str]:
    """Return the body and content type of a form post (HTML, "form submission algorithm")."""
    if enctype == "multipart/form-data":
        return multipart(fields)
    pairs = [(name, value if isinstance(value, str) else value.name) for name, value in fields]
    pairs = [(_with_crlf(name), _with_crlf(value)) for name, value in pairs]
    if enctype == "text/plain":
        return utf8("".join(f"{name}={value}\r\n" for name, value in pairs)), enctype
    return urlencoded(pairs), FORM_TYPE


def urlencoded(fields: Iterable[tuple[Any, Any]]) -> bytes:
    """Serialize *fields* (https://url.spec.whatwg.org/#concept-urlencoded-serializer)."""
    return urlencode(list(fields), quote_via=_form_quoted).encode()


def _form_quoted(text: Any, *_: Any) -> str:
    """Percent-encode a name or a value; unlike Python, ``*`` stays and ``~`` does not."""
    plain = scalar_value_string(text) if isinstance(text, str) else text
    return quote_plus(plain, safe="*").replace("~", "%7E")
