"""How the model's requests reach a server: WSGI, a test client, or a function.

Knows HTTP messages and the WSGI interface; judges nothing.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any, Protocol, cast
from urllib.parse import unquote_to_bytes, urlsplit

from .cookies import CookieNote

Pairs = Iterable[tuple[str, str]]
Headers = tuple[tuple[str, str], ...]
WSGIApplication = Callable[..., Iterable[bytes]]


@dataclass(frozen=True)
class Request:
    """One HTTP request as it goes over the wire; ``url`` is absolute."""

    method: str
    url: str
    headers: Headers
    body: bytes = b""

    def get(self, name: str) -> str | None:
        """Return the value of the header *name*, several lines combined, else ``None``."""
        return combined(self.headers, name)


@dataclass(frozen=True)
class Reply:
    """What a server answered: every header line as it was sent, in order.

    ``reason`` is the phrase after the status, which HTTP/2 has none of; two replies that differ
    in it alone are equal.
    """

    status: int
    headers: Headers
    body: bytes = b""
    reason: str = field(default="", compare=False)

    def get(self, name: str) -> str | None:
        """Return the value of the header *name*, several lines combined, else ``None``."""
        return combined(self.headers, name)


@dataclass(frozen=True)
class Exchange:
    """A request that reached the server, the reply, and whether it was a preflight.

    ``refused_cookies`` are those of the reply that the browser did not store, and
    ``withheld_cookies`` those in its jar that did not go with the request, each with the reason.
    """

    request: Request
    reply: Reply
    preflight: bool
    refused_cookies: tuple[CookieNote, ...] = ()
    withheld_cookies: tuple[CookieNote, ...] = ()

    @property
    def is_refusal(self) -> bool:
        """Whether the server refused a cross-origin request, as ``enforce`` does.

        That is a 403 with ``Cache-Control: no-store`` for a request whose ``Sec-Fetch-Site``,
        or without it whose ``Origin``, is that of another origin.
        """
        is_refused = self.reply.status == 403 and self.reply.get("Cache-Control") == "no-store"
        return is_refused and not self.preflight and self._is_cross_origin()

    def _is_cross_origin(self) -> bool:
        site = self.request.get("Sec-Fetch-Site")
        if site is not None:
            return site not in ("same-origin", "none")
        parts = urlsplit(self.request.url)
        return self.request.get("Origin") not in (None, f"{parts.scheme}://{parts.netloc}")


def without_padding(reply: Reply) -> Reply:
    """Return *reply* without the white space around its headers' values (RFC 9110 section 5.5)."""
    headers = tuple((name, value.strip(" \t")) for name, value in reply.headers)
    return reply if headers == reply.headers else replace(reply, headers=headers)


Transport = Callable[[Request], Reply]
# Called with what came so far of a reply; returns whether the rest need not be read.
Enough = Callable[[Reply], bool]


class ClientLike(Protocol):
    """A Flask or Werkzeug test client: it holds the application that it calls."""

    @property
    def application(self) -> WSGIApplication: ...

    def open(self, *args: Any, **kwargs: Any) -> Any: ...


def combined(headers: Pairs, name: str) -> str | None:
    """Get *name* from a header list as ``#concept-header-list-get`` does."""
    values = [value for key, value in headers if key.lower() == name.lower()]
    return ", ".join(values) if values else None


def split_value(value: str) -> list[str]:
    """Split a header value at its commas, but those within quotes; empty items stay.

    Follows ``#header-value-get-decode-and-split``.
    """
    items = re.findall(r',((?:"(?:[^"\\]|\\.)*(?:"|\\?\Z)|[^",])*)', f",{value}", re.DOTALL)
    return [item.strip(" \t") for item in items]


class WSGITransport:
    """A transport that calls a WSGI application, or the one inside a test client.

    A test client's ``environ_base`` is used; its cookies are not, since they know no
    ``SameSite``.
    """

    def __init__(self, target: WSGIApplication | ClientLike) -> None:
        self._application: Any = target
        self._base: Mapping[str, Any] = {}
        if hasattr(target, "application") and hasattr(target, "open"):
            self._base = getattr(target, "environ_base", self._base)
            self._application = cast("ClientLike", target).application

    def __call__(self, request: Request, enough: Enough | None = None) -> Reply:
        """Return what the application answers, of its body as much as *enough* asks for."""
        environ = _environ(request)
        # A client says who it is, too; here that is for the browser.
        own = {key: value for key, value in environ.items() if key.startswith("HTTP_")}
        return _call(self._application, {**environ, **self._base, **own}, enough)


def _environ(request: Request) -> dict[str, Any]:
    """Build the environment of PEP 3333 for *request*."""
    parts = urlsplit(request.url)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(parts.path or "/").decode("latin-1"),
        "QUERY_STRING": parts.query,
        "SERVER_NAME": parts.hostname or "",
        "SERVER_PORT": str(parts.port or (443 if parts.scheme == "https" else 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": parts.netloc.rpartition("@")[2],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": parts.scheme,
        "wsgi.input": BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if request.body:
        environ["CONTENT_LENGTH"] = str(len(request.body))
    for name in dict.fromkeys(name.upper() for name, _ in request.headers):
        key = name.replace("-", "_")
        value = combined(request.headers, name)
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
    return environ


def _call(application: WSGIApplication, environ: dict[str, Any], enough: Enough | None) -> Reply:
    """Run *application* to its end, or until *enough*, and return what it answered."""
    started: list[tuple[str, Headers]] = []
    body = bytearray()

    def start_response(
        status: str, headers: list[tuple[str, str]], exc_info: object = None
    ) -> Callable[[bytes], None]:
        started[:] = [(status, tuple((name, value.strip(" \t")) for name, value in headers))]
        return body.extend

    chunks = application(environ, start_response)
    try:
        for chunk in chunks:
            body += chunk
            if enough is not None and enough(_reply(started[-1], body)):
                break
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    return _reply(started[-1], bytes(body))


def _reply(started: tuple[str, Headers], body: bytes | bytearray) -> Reply:
    status, headers = started
    code, _, reason = status.partition(" ")
    # A body that grows is not copied for each of its parts.
    return Reply(int(code), headers, cast("bytes", body), reason.strip(" "))
