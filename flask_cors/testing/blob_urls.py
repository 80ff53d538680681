"""``blob:`` URLs: what a page has made addressable, and what a fetch gets of it.

Follows https://w3c.github.io/FileAPI/#url and ``#scheme-fetch``; sends nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from .bodies import Blob
from .errors import Failure
from .ranges import content_range, parse_range
from .request import FetchRequest, Page
from .transport import Headers, Reply, combined

NOT_FOUND = Failure("blob-url", "ERR_FILE_NOT_FOUND")
NOT_SATISFIABLE = Failure("blob-url", "ERR_REQUEST_RANGE_NOT_SATISFIABLE")


@dataclass(frozen=True)
class BlobURLEntry:
    """A blob and the page that made its URL."""

    blob: Blob
    page: Page

    def is_of(self, page: Page) -> bool:
        """Return whether *page* shares storage with the page that made the URL.

        The origin ``null`` of a page is another one than that of any other page.
        """
        if page.origin == "null":
            return page is self.page
        return (page.origin, page.top_level) == (self.page.origin, self.page.top_level)


class BlobURLStore:
    """The ``blob:`` URLs of one browser that have not been revoked."""

    def __init__(self) -> None:
        self._entries: dict[str, BlobURLEntry] = {}
        self._count = 0

    def add(self, page: Page, blob: Blob) -> str:
        """Return a new URL for *blob*; a test sees the same one every time."""
        self._count += 1
        url = f"blob:{page.origin}/00000000-0000-4000-8000-{self._count:012x}"
        self._entries[url] = BlobURLEntry(blob, page)
        return url

    def remove(self, page: Page, url: str) -> None:
        """Forget *url* if it is one of *page*; one with a fragment is none."""
        if url in self._entries and self._entries[url].is_of(page):
            del self._entries[url]

    def reply(self, request: FetchRequest) -> Reply | Failure:
        """Return the response that *request* gets, or why none; only a tab gets other origins'."""
        entry = self._entries.get(request.url)
        if entry is not None and (entry.is_of(request.page) or request.is_top_level):
            return _reply(request, entry.blob)
        is_own = request.url.startswith(f"blob:{request.origin}/")
        return (None if is_own else request.refusal()) or NOT_FOUND


def _reply(request: FetchRequest, blob: Blob) -> Reply | Failure:
    if request.method != "GET":
        return Failure("blob-url", "ERR_METHOD_NOT_SUPPORTED")
    wanted = combined(request.headers, "Range")
    if wanted is None:
        return Reply(200, _headers(blob), blob.content, "OK")
    found = parse_range(wanted, allows_whitespace=True)
    place = found.within(len(blob.content)) if found else None
    if place is None:
        return NOT_SATISFIABLE
    part = Blob(blob.content[place[0] : place[1] + 1], blob.type)
    named = ("Content-Range", content_range(*place, len(blob.content)))
    return Reply(206, (*_headers(part), named), part.content, "Partial Content")


def _headers(blob: Blob) -> Headers:
    return (("Content-Length", str(len(blob.content))), ("Content-Type", blob.type))
