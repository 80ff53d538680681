"""A loopback server for real browsers: any host name, plain and TLS, and a log of requests.

Sends what the application says and nothing more, so that a page sees the same headers here
as in the model.
"""

from __future__ import annotations

import contextlib
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast

import trustme

from flask_cors.testing import Exchange, Reply, Request
from flask_cors.testing.transport import WSGITransport

Application = Callable[..., Iterable[bytes]]


@dataclass(frozen=True)
class Addresses:
    """The ports of one server: two for plain HTTP, since a port is part of an origin, and TLS."""

    http: int
    other_http: int
    https: int


class _Handler(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True
    timeout = 60

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            while self._one():
                pass

    def _one(self) -> bool:
        """Serve one request; return whether the connection stays open."""
        start = self.rfile.readline().decode("latin-1").split()
        if len(start) != 3:
            return False
        headers = tuple(self._headers())
        request = _request(self._scheme(), start[0], start[1], headers)
        body = self.rfile.read(int(request.get("content-length") or 0))
        request = Request(request.method, request.url, headers, body)
        self.wfile.write(_message(request.method, self._server().answer(request)))
        return True

    def _headers(self) -> Iterator[tuple[str, str]]:
        while line := self.rfile.readline().decode("latin-1").rstrip("\r\n"):
            name, _, value = line.partition(":")
            yield name, value.strip()

    def _scheme(self) -> str:
        return "https" if isinstance(self.request, ssl.SSLSocket) else "http"

    def _server(self) -> _Server:
        return cast(_Server, self.server)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, answer: Callable[[Request], Reply], context: ssl.SSLContext | None) -> None:
        self.answer = answer
        self.context = context
        super().__init__(("127.0.0.1", 0), _Handler)

    def get_request(self) -> tuple[Any, Any]:
        """Accept a connection; its handshake waits for the thread that serves it."""
        connection, address = super().get_request()
        if self.context is None:
            return connection, address
        wrapped = self.context.wrap_socket(
            connection, server_side=True, do_handshake_on_connect=False
        )
        return wrapped, address

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of connections that the browser gave up."""


class Log:
    """The requests that were answered, in order; safe to fill from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._exchanges: list[Exchange] = []

    def add(self, request: Request, reply: Reply) -> None:
        preflight = request.method == "OPTIONS" and "Access-Control-Request-Method" in {
            name.title() for name, _ in request.headers
        }
        with self._lock:
            self._exchanges.append(Exchange(request, reply, preflight))

    def take(self) -> list[Exchange]:
        """Return what was logged since the last call."""
        with self._lock:
            taken, self._exchanges = self._exchanges, []
        return taken


@contextlib.contextmanager
def serving(application: Application, log: Log) -> Iterator[Addresses]:
    """Serve *application* on three ports of loopback and log what is asked."""
    transport = WSGITransport(application)

    def answer(request: Request) -> Reply:
        reply = transport(request)
        log.add(request, reply)
        return reply

    servers = [_Server(answer, None), _Server(answer, None), _Server(answer, _context())]
    threads = [threading.Thread(target=server.serve_forever, daemon=True) for server in servers]
    for thread in threads:
        thread.start()
    try:
        yield Addresses(*(server.server_address[1] for server in servers))
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()
        for thread in threads:
            thread.join()


def _context() -> ssl.SSLContext:
    """Return a TLS context with a certificate of its own; the browser is told not to ask."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("*.test").configure_cert(context)
    return context


def _request(
    scheme: str, method: str, target: str, headers: tuple[tuple[str, str], ...]
) -> Request:
    host = {name.lower(): value for name, value in headers}.get("host", "")
    return Request(method, f"{scheme}://{host}{target}", headers)


def _message(method: str, reply: Reply) -> bytes:
    lines = [f"HTTP/1.1 {reply.status} Status"]
    lines += [f"{name}: {value}" for name, value in reply.headers]
    bodiless = method == "HEAD" or reply.status in (204, 304)
    if not bodiless and reply.get("Content-Length") is None:
        raise ValueError(f"an answer needs a Content-Length: {reply}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + (b"" if bodiless else reply.body)
