"""``XMLHttpRequest`` in the words of Python (https://xhr.spec.whatwg.org/).

A request here is over when ``send`` returns, as a synchronous one; its events are those of an
asynchronous one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from ..fetch import TOKEN, is_token
from .bodies import Body, ExtractedBody, extract
from .charsets import text_of
from .errors import NetworkError
from .page import Response, page_method
from .transport import combined

_TOKEN = TOKEN.pattern
MIME_TYPE = re.compile(rf"[ \t]*({_TOKEN}/{_TOKEN})[ \t]*((?:;.*)?)", re.DOTALL)
PARAMETER = re.compile(rf""";[ \t]*({_TOKEN})=(?:"((?:[^"\\]|\\.)*)"|([^;"]+?))[ \t]*(?=;|$)""")


@dataclass(frozen=True)
class ProgressEvent:
    """An event of an upload: ``loadstart``, ``progress``, ``load``, ``error``, ``loadend``."""

    type: str
    loaded: int
    total: int


Listener = Callable[[ProgressEvent], object]
# Sends a method, headers, a body, whether with credentials, whether the upload is listened to.
Send = Callable[[str, "list[tuple[str, str]]", ExtractedBody, bool, bool], Response]


class XMLHttpRequest:
    """An ``XMLHttpRequest`` that has been opened; :meth:`Browser.xhr` makes one.

    Set ``with_credentials`` before :meth:`send`. Afterwards ``status``, ``response_url``,
    ``response_text`` and ``response`` (bytes) hold what the page may read, or 0 and nothing
    after an error, and ``events`` the names of the events in their order.
    """

    def __init__(self, method: str, send: Send) -> None:
        self._method = page_method(method, "cors", ExtractedBody(None))
        self._send = send
        self._headers: list[tuple[str, str]] = []
        self._upload_listeners: list[Listener] = []
        self._answer: Response | None = None
        self._is_sent = False
        self.with_credentials = False
        self.events: list[str] = []

    def set_request_header(self, name: str, value: str) -> None:
        """Add a header; several of one name become one, forbidden ones are ignored by *send*.

        Raise :class:`TypeError` for what is no header, :class:`RuntimeError` after :meth:`send`.
        """
        self._require_unsent()
        value = value.strip(" \t\r\n")
        if not is_token(name) or re.search("[\0\r\n]|[^\0-\xff]", value):
            raise TypeError(f"not a header: {name!r}: {value!r}")
        earlier = combined(self._headers, name)
        if earlier is None:
            self._headers.append((name, value))
            return
        self._headers = [
            (key, f"{old}, {value}" if key.lower() == name.lower() else old)
            for key, old in self._headers
        ]

    def listen_to_upload(self, listener: Listener) -> None:
        """Call *listener* for the events of the upload; the request then takes a preflight."""
        self._require_unsent()
        self._upload_listeners.append(listener)

    def send(self, data: Body = None) -> None:
        """Send the request; raise what :meth:`Browser.fetch` raises."""
        self._require_unsent()
        body = extract(None, None if self._method in ("GET", "HEAD") else data)
        if body.is_stream:
            raise TypeError("an XMLHttpRequest sends no stream: give it bytes or a Blob")
        self._is_sent = True
        if isinstance(data, str):
            self._headers = [(name, _as_utf8(name, value)) for name, value in self._headers]
        self._fire("loadstart", body)
        listens = bool(self._upload_listeners)
        try:
            self._answer = self._send(
                self._method, self._headers, body, self.with_credentials, listens
            )
        except NetworkError:
            self._fire("error", body)
            raise
        self._fire("load", body)

    @property
    def status(self) -> int:
        """The status of the response, 0 without one."""
        return self._answer.status if self._answer else 0

    @property
    def response_url(self) -> str:
        """The URL of the response after redirects, without its fragment."""
        return self._answer.url if self._answer else ""

    @property
    def response(self) -> bytes:
        """The body of the response."""
        return self._answer.body if self._answer else b""

    @property
    def response_text(self) -> str:
        """The body of the response as text, in the charset that it or its type names."""
        if self._answer is None:
            return ""
        return text_of(self._answer.body, self._answer.headers.get("Content-Type"))

    def get_response_header(self, name: str) -> str | None:
        """Return a header that the page may read, several lines combined, else ``None``."""
        return self._answer.headers.get(name) if self._answer else None

    def get_all_response_headers(self) -> str:
        """Return all headers that the page may read, each as ``name: value`` and CRLF."""
        headers = self._answer.headers if self._answer else {}
        return "".join(f"{name}: {headers[name]}\r\n" for name in sorted(headers, key=str.upper))

    def _require_unsent(self) -> None:
        if self._is_sent:
            raise RuntimeError("InvalidStateError: the request has been sent; open a new one")

    def _fire(self, kind: str, body: ExtractedBody) -> None:
        """Record the events of one stage, and call the listeners to the upload."""
        total = len(body.content or b"")
        names = {"loadstart": ["loadstart"], "load": ["progress", "load", "loadend"]}
        upload = names.get(kind, [kind, "loadend"])
        for name in upload if body.content is not None else ():
            loaded = total if kind == "load" else 0
            for listener in self._upload_listeners:
                listener(ProgressEvent(name, loaded, total if kind != "error" else 0))
        self.events += upload


def _as_utf8(name: str, value: str) -> str:
    """Set the charset that a page gave a text to UTF-8; text is sent in no other encoding.

    A content type that is changed is written as https://mimesniff.spec.whatwg.org/ does.
    """
    found = MIME_TYPE.fullmatch(value)
    if name.lower() != "content-type" or found is None:
        return value
    parameters = {
        key.lower(): quoted.replace("\\", "") or plain
        for key, quoted, plain in reversed(PARAMETER.findall(found[2]))
    }
    if parameters.get("charset", "UTF-8").upper() == "UTF-8":
        return value
    parameters["charset"] = "UTF-8"
    return found[1].lower() + "".join(map(_parameter, reversed(parameters.items())))


def _parameter(pair: tuple[str, str]) -> str:
    key, value = pair
    return f";{key}={value}" if is_token(value) else f';{key}="{value}"'
