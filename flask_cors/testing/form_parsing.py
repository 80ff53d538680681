"""Forms in a response, as ``Response.formData()`` reads them (``#dom-body-formdata``).

Reads what :mod:`.bodies` writes; sends nothing.
"""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from .bodies import FORM_TYPE, Blob, FormData
from .mime_types import MIMEType

PARAMETER = re.compile(r';[ \t]*([^=;"\s]+)=(?:"((?:[^"\\]|\\.)*)"|([^;"\s]*))', re.DOTALL)
# A part after its delimiter: padding, header lines, an empty line, the content.
PART = re.compile(rb"[ \t]*\r\n(.*?\r\n)?\r\n(.*)", re.DOTALL)


def read_form(mime_type: MIMEType | None, body: bytes) -> FormData:
    """Return the form in *body*; raise :class:`TypeError` where it holds none."""
    essence = mime_type.essence if mime_type else ""
    if essence == FORM_TYPE:
        return _urlencoded_form(body)
    boundary = mime_type.parameters.get("boundary") if mime_type else None
    if essence != "multipart/form-data" or not boundary:
        raise TypeError(f"the body is not a form: {str(mime_type or '')!r}")
    return _multipart_form(boundary.encode(), body)


def _parameters(value: str) -> dict[str, str]:
    """Return the parameters of a header value, the first of each name."""
    found = reversed(PARAMETER.findall(value))
    return {name.lower(): re.sub(r"\\(.)", r"\1", quoted) or plain for name, quoted, plain in found}


def _urlencoded_form(body: bytes) -> FormData:
    """Follow https://url.spec.whatwg.org/#concept-urlencoded-parser."""
    form = FormData()
    for field in filter(None, body.split(b"&")):
        name, _, value = field.partition(b"=")
        form.append(_percent_decoded(name), _percent_decoded(value))
    return form


def _percent_decoded(field: bytes) -> str:
    return unquote_to_bytes(field.replace(b"+", b" ")).decode("utf-8", "replace")


def _multipart_form(boundary: bytes, body: bytes) -> FormData:
    """Follow RFC 7578 and RFC 2046 section 5.1.1; what precedes the first part is ignored."""
    form = FormData()
    _, *parts = (b"\r\n" + body).split(b"\r\n--" + boundary)
    for part in parts:
        if part.startswith(b"--"):
            return form
        form.append(*_entry(part))
    raise TypeError("the multipart body does not end")


def _entry(part: bytes) -> tuple[str, str | Blob]:
    """Return the name and the value of a part: a file where it has a file name."""
    found = PART.fullmatch(part)
    headers = _header_lines(found[1] or b"") if found else {}
    disposition = headers.get("content-disposition", "")
    named = _parameters(disposition)
    is_field = disposition.partition(";")[0].strip(" \t").lower() == "form-data"
    if found is None or not is_field or "name" not in named:
        raise TypeError("a part of the multipart body is no field")
    if "filename" not in named:
        return named["name"], found[2].decode("utf-8", "replace")
    content_type = headers.get("content-type", "text/plain")
    return named["name"], Blob(found[2], content_type, named["filename"])


def _header_lines(lines: bytes) -> dict[str, str]:
    pairs = (line.partition(":") for line in lines.decode("utf-8", "replace").split("\r\n"))
    return {name.strip(" \t").lower(): value.strip(" \t") for name, _, value in pairs}
