"""The origin of a page, as people write it: read as the configuration reads one.

Normalizes what ``origins`` normalizes; matches nothing.
"""

from __future__ import annotations

import re

from ..errors import shorten
from ..patterns.origin_hints import hint_for
from ..patterns.origin_syntax import OriginError, read_pattern


def page_origin(text: str) -> tuple[str, str]:
    """Return the origin that *text* names, as a browser sends it, and a note of what changed.

    A path, a query, a default port and upper case are taken off; the note is empty where
    nothing was. Raises ``ValueError`` with what to write where *text* names no origin.
    """
    address = re.match(r"[^/?#]*://[^/?#]*", text.strip())
    wanted = address[0] if address else text.strip()
    if not address and wanted.lower() != "null":
        raise ValueError(f"{_not_valid(text)}; write scheme://host[:port], or null")
    try:
        found = read_pattern(wanted)
    except OriginError as error:
        fix = hint_for(wanted, error).fix
        # A hint may propose a pattern, and a page has one origin.
        write = f". Write {fix!a}" if isinstance(fix, str) and "*" not in fix else ""
        raise ValueError(f"{_not_valid(text)}: {error.reason}{write}") from None
    if not isinstance(found, str) or "*" in found:
        raise ValueError(f"{shorten(text)} is a pattern; a page has one origin")
    note = f"{shorten(text)} is read as {found!r}, as a browser sends it" if found != text else ""
    return found, note


def _not_valid(text: str) -> str:
    return f"{shorten(text)} is not a valid origin"
