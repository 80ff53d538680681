"""MIME types: parse, serialize, extract from headers, and tell the kinds apart.

Follows https://mimesniff.spec.whatwg.org/ and ``#content-type-header``; judges no response.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ..fetch import TOKEN, is_token
from .transport import Pairs, combined, split_value

_WHITESPACE = " \t\r\n"
_ESSENCE = re.compile(rf"({TOKEN.pattern})/({TOKEN.pattern})[ \t\r\n]*((?:;.*)?)", re.DOTALL)
# A name, then a quoted value, of which what follows the quotes is ignored, or a plain one.
_PARAMETER = re.compile(
    r';[ \t\r\n]*([^;=]*)(?:=(?:"((?:[^"\\]|\\.)*\\?)(?:"|\Z)[^;]*|([^;]*)))?', re.DOTALL
)
# "HTTP quoted-string token code points"
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")

# https://mimesniff.spec.whatwg.org/#javascript-mime-type
JAVASCRIPT_TYPES = frozenset(
    {
        "application/ecmascript",
        "application/javascript",
        "application/x-ecmascript",
        "application/x-javascript",
        "text/ecmascript",
        "text/javascript",
        "text/javascript1.0",
        "text/javascript1.1",
        "text/javascript1.2",
        "text/javascript1.3",
        "text/javascript1.4",
        "text/javascript1.5",
        "text/jscript",
        "text/livescript",
        "text/x-ecmascript",
        "text/x-javascript",
    }
)


@dataclass(frozen=True)
class MIMEType:
    """A MIME type in lower case, with its parameters; ``str()`` serializes it."""

    essence: str
    parameters: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.essence + "".join(map(_serialized, self.parameters.items()))

    @property
    def is_javascript(self) -> bool:
        """Whether it is a JavaScript MIME type."""
        return self.essence in JAVASCRIPT_TYPES

    @property
    def is_css(self) -> bool:
        """Whether it is that of a style sheet."""
        return self.essence == "text/css"

    @property
    def is_html(self) -> bool:
        """Whether it is an HTML MIME type."""
        return self.essence == "text/html"

    @property
    def is_json(self) -> bool:
        """Whether it is a JSON MIME type."""
        return self.essence in ("application/json", "text/json") or self.essence.endswith("+json")

    @property
    def is_xml(self) -> bool:
        """Whether it is an XML MIME type."""
        return self.essence in ("application/xml", "text/xml") or self.essence.endswith("+xml")

    @property
    def is_media(self) -> bool:
        """Whether its type is ``audio``, ``image`` or ``video``."""
        return self.essence.startswith(("audio/", "image/", "video/"))


def parse(text: str) -> MIMEType | None:
    """Parse a MIME type, ``None`` where *text* is none (``#parse-a-mime-type``)."""
    found = _ESSENCE.fullmatch(text.strip(_WHITESPACE))
    if found is None:
        return None
    parameters: dict[str, str] = {}
    for name, quoted, plain in (match.groups() for match in _PARAMETER.finditer(found[3])):
        value = _value(quoted, plain)
        if value is not None and is_token(name) and _VALUE.fullmatch(value):
            parameters.setdefault(name.lower(), value)
    return MIMEType(f"{found[1]}/{found[2]}".lower(), parameters)


def extract(headers: Pairs) -> MIMEType | None:
    """Return the type that ``Content-Type`` gives, the last of several that is one.

    Follows ``#concept-header-extract-mime-type``: a charset stays where the same essence is
    repeated without one.
    """
    found: MIMEType | None = None
    for item in split_value(combined(headers, "Content-Type") or ""):
        parsed = parse(item)
        if parsed is None or parsed.essence == "*/*":
            continue
        if found and found.essence == parsed.essence and "charset" in found.parameters:
            charset = found.parameters["charset"]
            parsed.parameters.setdefault("charset", charset)
        found = parsed
    return found


def has_nosniff(headers: Pairs) -> bool:
    """Return whether the first value of ``X-Content-Type-Options`` is ``nosniff``.

    Follows ``#determine-nosniff``.
    """
    return split_value(combined(headers, "X-Content-Type-Options") or "")[0].lower() == "nosniff"


def _value(quoted: str | None, plain: str | None) -> str | None:
    """Return the value of a parameter; a plain one that is empty counts as none."""
    if quoted is not None:
        return re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL)
    return (plain or "").rstrip(_WHITESPACE) or None


def _serialized(parameter: tuple[str, str]) -> str:
    name, value = parameter
    if is_token(value):
        return f";{name}={value}"
    escaped = re.sub(r'(["\\])', r"\\\1", value)
    return f';{name}="{escaped}"'
