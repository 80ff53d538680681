"""URLs that look like markup with a quote that was never closed.

Whoever can write into a page could have the rest of it sent to a server of theirs. Chromium refuses
a URL that holds a line end or a tab, and ``<``. Knows texts; sends nothing.
"""

from __future__ import annotations

import re

from .errors import Failure
from .request import FetchRequest


def dangles(written: str) -> bool:
    """Return whether a URL, as a script writes it, may hold a part of the page."""
    return re.search("[\t\n\r]", written) is not None and "<" in written


def attribute_dangles(written: str) -> bool:
    """Return the same of an attribute, whose white space at both ends is no part of the URL."""
    return dangles(written.strip("\t\n\f\r "))


def blocked_as_markup(request: FetchRequest) -> Failure | None:
    """Return why *request* is not sent, ``None`` if it is, as that of a socket always."""
    exempt = request.is_typed or request.mode == "websocket" or len(request.urls) > 1
    if exempt or not request.dangles or not request.traits.blocks_dangling_markup:
        return None
    return Failure("dangling-markup") if request.url.startswith("http") else None
