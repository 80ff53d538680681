"""``XMLHttpRequest`` in the words of Python (https://xhr.spec.whatwg.org/).

A request here is over when ``send`` returns, as a synchronous one; its events are those of an
asynchronous one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from .bodies import Blob, Body, ExtractedBody, extract
from .charsets import text_of
from .errors import NetworkError
from .mime_types import MIMEType, parse
from .mime_types import extract as mime_type_of
from .page import checked_header, is_settable, page_method
from .response import Response
from .traits import Traits
from .transport import combined
from .webidl import check_words


@dataclass(frozen=True)
class ProgressEvent:
    """An event of an upload, such as ``loadstart``, ``progress``, ``load`` and ``loadend``."""

    type: str
    loaded: int
    total: int


Listener = Callable[[ProgressEvent], object]
ResponseType = Literal["", "arraybuffer", "blob", "json", "text"]
# Sends a method, headers, a body, whether with credentials, whether the upload is listened to.
Send = Callable[[str, "list[tuple[str, str]]", ExtractedBody, bool, bool], Response]


class XMLHttpRequest:
    """An ``XMLHttpRequest`` that has been opened; :meth:`Browser.xhr` makes one.

    Set ``with_credentials``, ``timeout`` (milliseconds, 0 for none) and ``response_type`` before
    :meth:`send`. Afterwards ``status``, ``response_url``, ``response_text`` and ``response`` hold
    what the page may read, or 0 and nothing after an error, and ``events`` the names of the
    events in their order.
    """

    def __init__(self, method: str, send: Send, traits: Traits, clock: Callable[[], float]) -> None:
        self._method = page_method(method, "cors", ExtractedBody(None))
        self._send = send
        self._traits = traits
        self._clock = clock
        self._headers: list[tuple[str, str]] = []
        self._upload_listeners: list[Listener] = []
        self._answer: Response | None = None
        self._is_sent = False
        self._is_done = False
        # Both are set by send.
        self._size: int
        self._is_uploading: bool
        self._response_type: ResponseType = ""
        self._overriding_type: MIMEType | None = None
        self.with_credentials = False
        self.timeout = 0
        self.events: list[str] = []

    def set_request_header(self, name: str, value: str) -> None:
        """Add a header; several of one name become one, and forbidden ones are ignored.

        Raise :class:`TypeError` for what is no header, :class:`RuntimeError` after :meth:`send`.
        """
        self._require_unsent()
        name, value = checked_header(name, value)
        # Each value is judged as it comes, not with those that it is combined with.
        if not is_settable((name, value), [], "cors", self._traits):
            return
        if combined(self._headers, name) is None:
            self._headers.append((name, value))
            return
        self._headers = [
            (key, f"{old}, {value}" if key.lower() == name.lower() else old)
            for key, old in self._headers
        ]

    def override_mime_type(self, mime_type: str) -> None:
        """Have the response read as *mime_type* says, whatever ``Content-Type`` it has."""
        self._require_not_done()
        self._overriding_type = parse(mime_type) or MIMEType("application/octet-stream")

    def listen_to_upload(self, listener: Listener) -> None:
        """Call *listener* for the events of the upload; the request then takes a preflight."""
        self._require_unsent()
        self._upload_listeners.append(listener)

    def send(self, data: Body = None) -> None:
        """Send the request; raise what :meth:`Browser.fetch` raises.

        Raise :class:`TimeoutError` where ``timeout`` has passed by the browser's clock.
        """
        self._require_unsent()
        body = extract(None, None if self._method in ("GET", "HEAD") else data)
        if body.is_stream:
            raise TypeError("an XMLHttpRequest sends no stream: give it bytes or a Blob")
        self._is_sent = True
        if isinstance(data, str):
            self._headers = [(name, _as_utf8(name, value)) for name, value in self._headers]
        self._size = len(body.content or b"")
        self._is_uploading = body.content is not None
        self.events.append("loadstart")
        if self._is_uploading:
            self._notify("loadstart", 0, self._size)
        # A listener may have given up already.
        if not self._is_done:
            self._run(body)

    def abort(self) -> None:
        """Abandon the request, or what it has brought; a listener to the upload may do so."""
        if self._is_sent and not self._is_done:
            self._fail("abort")
        self._answer = None

    def _run(self, body: ExtractedBody) -> None:
        """Send the request, whose result an abort or a timeout may yet drop."""
        started = self._clock()
        listens = bool(self._upload_listeners)
        try:
            answer = self._send(self._method, self._headers, body, self.with_credentials, listens)
        except NetworkError:
            self._require_in_time(started)
            self._fail("error")
            raise
        self._require_in_time(started)
        self._finish_upload()
        if self._is_done:
            return
        self._is_done = True
        self._answer = answer
        self.events += ["progress", "load", "loadend"]

    def _require_in_time(self, started: float) -> None:
        """Fail where it took too long; Python's error has the name of the page's."""
        if self.timeout and (self._clock() - started) * 1000 >= self.timeout:
            self._fail("timeout")
            raise TimeoutError(f"no response within {self.timeout} ms")

    def _finish_upload(self) -> None:
        """Fire what follows the last byte of the body, unless a listener aborts."""
        if self._is_uploading:
            self._notify("progress", self._size, self._size)
        if self._is_uploading:
            self._is_uploading = False
            self._notify("load", self._size, self._size)
            self._notify("loadend", self._size, self._size)

    def _fail(self, kind: str) -> None:
        """Fire what an error, a timeout or an abort fires (XHR, "request error steps")."""
        self._is_done = True
        if self._is_uploading:
            self._is_uploading = False
            self._notify(kind, 0, 0)
            self._notify("loadend", 0, 0)
        self.events += [kind, "loadend"]

    def _notify(self, kind: str, loaded: int, total: int) -> None:
        for listener in self._upload_listeners:
            listener(ProgressEvent(kind, loaded, total))

    @property
    def status(self) -> int:
        """The status of the response, 0 without one."""
        return self._answer.status if self._answer else 0

    @property
    def status_text(self) -> str:
        """The reason phrase after the status, as :attr:`Response.status_text`."""
        return self._answer.status_text if self._answer else ""

    @property
    def response_url(self) -> str:
        """The URL of the response after redirects, without its fragment."""
        return self._answer.url if self._answer else ""

    @property
    def response_type(self) -> ResponseType:
        """What ``response`` is: text (``""`` or ``"text"``), ``"json"``, ``"arraybuffer"`` for
        bytes, or ``"blob"``."""
        return self._response_type

    @response_type.setter
    def response_type(self, kind: ResponseType) -> None:
        self._require_not_done()
        check_words(response_type=(kind, ResponseType))
        self._response_type = kind

    @property
    def response(self) -> Any:
        """The body of the response as ``response_type`` says; ``None`` for JSON that is none."""
        if self._response_type in ("", "text"):
            return self.response_text
        if self._answer is None:
            return None
        body = self._answer.body
        if self._response_type == "arraybuffer":
            return body
        if self._response_type == "blob":
            return Blob(body, str(self._final_type(self._answer)))
        try:
            return self._answer.json()
        except ValueError:
            return None

    @property
    def response_text(self) -> str:
        """The body of the response as text, in the charset that it or its type names."""
        if self._answer is None:
            return ""
        final, given = self._final_type(self._answer), self._given_type(self._answer)
        named = final if "charset" in final.parameters else given
        return text_of(self._answer.body, final, named.parameters.get("charset", ""))

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

    def _require_not_done(self) -> None:
        if self._is_done:
            raise RuntimeError("InvalidStateError: the request is over; open a new one")

    def _final_type(self, answer: Response) -> MIMEType:
        """Return the MIME type of the response (XHR, "get a final MIME type")."""
        return self._overriding_type or self._given_type(answer)

    def _given_type(self, answer: Response) -> MIMEType:
        """Return the type that the response has (XHR, "get a response MIME type")."""
        return mime_type_of(tuple(answer.headers.items())) or MIMEType("text/xml")


def _as_utf8(name: str, value: str) -> str:
    """Set the charset that a page gave a text to UTF-8; text is sent in no other encoding.

    A content type that is changed is written as https://mimesniff.spec.whatwg.org/ does.
    """
    found = parse(value)
    if name.lower() != "content-type" or found is None:
        return value
    if found.parameters.get("charset", "UTF-8").upper() == "UTF-8":
        return value
    found.parameters["charset"] = "UTF-8"
    return str(found)
