"""How the model's requests reach a server: WSGI, a test client, or a function.

Knows HTTP messages and the WSGI interface; judges nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Protocol, cast
from urllib.parse import unquote_to_bytes, urlsplit

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
    """What a server answered: every header line as it was sent, in order."""

    status: int
    headers: Headers
    body: bytes = b""

    def get(self, name: str) -> str | None:
        """Return the value of the header *name*, several lines combined, else ``None``."""
        return combined(self.headers, name)


@dataclass(frozen=True)
class Exchange:
    """A request that reached the server, the reply, and whether it was a preflight."""

    request: Request
    reply: Reply
    preflight: bool


Transport = Callable[[Request], Reply]


class ClientLike(Protocol):
    """A Flask or Werkzeug test client: it holds the application that it calls."""

    @property
    def application(self) -> WSGIApplication: ...

    def open(self, *args: Any, **kwargs: Any) -> Any: ...


def combined(headers: Pairs, name: str) -> str | None:
    """Get *name* from a header list as ``#concept-header-list-get`` does."""
    values = [value for key, value in headers if key.lower() == name.lower()]
    return ", ".join(values) if values else None


def wsgi_transport(target: WSGIApplication | ClientLike) -> Transport:
    """Return a transport that calls a WSGI application, or the one inside a test client.

    A test client's ``environ_base`` is used; its cookies are not, since they know no
    ``SameSite``.
    """
    application = cast("Any", target)
    base: Mapping[str, Any] = {}
    if hasattr(application, "application") and hasattr(application, "open"):
        base = getattr(application, "environ_base", base)
        application = application.application
    return lambda request: _call(application, {**_environ(request), **base})


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


def _call(application: WSGIApplication, environ: dict[str, Any]) -> Reply:
    """Run *application* to its end and return what it answered."""
    started: list[tuple[str, Headers]] = []
    written: list[bytes] = []

    def start_response(
        status: str, headers: list[tuple[str, str]], exc_info: object = None
    ) -> Callable[[bytes], None]:
        started[:] = [(status, tuple((name, value.strip(" \t")) for name, value in headers))]
        return written.append

    chunks = application(environ, start_response)
    try:
        body = b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    status, headers = started[-1]
    return Reply(int(status.split(None, 1)[0]), headers, b"".join(written) + body)
