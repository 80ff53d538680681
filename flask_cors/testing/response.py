"""What a page gets back from ``fetch`` (``#response-class``).

Reads headers and bodies; :mod:`.filtered_response` decides what is in them. Sends nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from .bodies import Blob, FormData
from .content import Content
from .form_parsing import read_form
from .json_texts import parse
from .mime_types import extract
from .transport import Pairs, combined


class ResponseHeaders(Mapping[str, str]):
    """The headers a page may read: names in any case, lines of one name combined."""

    def __init__(self, headers: Pairs) -> None:
        pairs = tuple(headers)
        # "sort and combine": by the name in lower case
        names = sorted({name.lower() for name, _ in pairs})
        self._values = {name: combined(pairs, name) or "" for name in names}

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return repr(self._values)


@dataclass(frozen=True)
class Response:
    """What a page's script can see of a response (``#concept-filtered-response``).

    ``type`` is ``basic``, ``cors``, ``opaque`` or ``opaqueredirect``; of the last two a page
    sees neither status, headers nor body. ``status_text`` is the reason phrase that follows the
    status in HTTP/1, empty where the transport knows none. ``body``, ``text`` and ``json()`` raise
    :class:`NetworkError` where the body ends too early or is not encoded as Content-Encoding
    says.
    """

    type: Literal["basic", "cors", "opaque", "opaqueredirect"]
    url: str
    status: int
    headers: ResponseHeaders
    _content: bytes | Content
    redirected: bool
    status_text: str = ""

    @property
    def ok(self) -> bool:
        """Whether the status is 200 to 299."""
        return 200 <= self.status <= 299

    @property
    def body(self) -> bytes:
        """The body, its content codings undone."""
        return self._content if isinstance(self._content, bytes) else self._content.read()

    @property
    def text(self) -> str:
        """The body as UTF-8, what is malformed replaced."""
        return self.body.decode("utf-8-sig", "replace")

    def json(self) -> Any:
        """Parse the body as JSON; raise :class:`ValueError` where it is none."""
        return parse(self.text)

    def blob(self) -> Blob:
        """Return the body with the MIME type that ``Content-Type`` gives, ``""`` for none."""
        found = extract(self.headers.items())
        return Blob(self.body, "" if found is None else str(found))

    def form_data(self) -> FormData:
        """Parse the body as the form that ``Content-Type`` says it is.

        Raise :class:`TypeError` where it is neither urlencoded nor ``multipart/form-data``.
        """
        return read_form(extract(self.headers.items()), self.body)
