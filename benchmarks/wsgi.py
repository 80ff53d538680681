"""One WSGI request, whole: the environ, the call, the body joined, the iterable closed."""

from __future__ import annotations

import io
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


@dataclass(frozen=True)
class Ask:
    """What a scenario requests."""

    path: str = "/"
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def values(self, name: str) -> list[str]:
        """Return the values of a header, one for each of its lines."""
        return [value for key, value in self.headers if key.lower() == name.lower()]


def environ(ask: Ask) -> dict[str, Any]:
    """Return the WSGI environ of a request as a server on loopback would make it."""
    made = {
        "REQUEST_METHOD": ask.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": ask.path,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "api.example",
        "HTTP_ACCEPT": "*/*",
        "HTTP_ACCEPT_ENCODING": "gzip, deflate, br",
        "HTTP_ACCEPT_LANGUAGE": "en-GB,en;q=0.7",
        "HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    keys = {"HTTP_" + name.upper().replace("-", "_"): name for name in ask.headers}
    return made | {key: ask.headers[name] for key, name in keys.items()}


def request(app: WSGIApplication, template: Mapping[str, Any]) -> Answer:
    """Send one request and return what came back."""
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: Any, exc_info: Any = None) -> Any:
        started.append((status, headers))

    body = _whole(app(dict(template), start_response))
    status, headers = started[-1]
    return Answer(int(status.split()[0]), list(headers), body)


def _whole(chunks: Any) -> bytes:
    try:
        return b"".join(chunks)
    finally:
        if hasattr(chunks, "close"):
            chunks.close()


def _ignore(status: str, headers: Any, exc_info: Any = None) -> Any:
    """Start a response that nobody looks at."""


def repeat(app: WSGIApplication, template: Mapping[str, Any], times: int) -> int:
    """Send *times* requests in a row and return the nanoseconds they took together."""
    begin = time.perf_counter_ns()
    for _ in range(times):
        chunks: Any = app(dict(template), _ignore)
        b"".join(chunks)
        if hasattr(chunks, "close"):
            chunks.close()
    return time.perf_counter_ns() - begin


def repeat_in_threads(
    app: WSGIApplication, template: Mapping[str, Any], times: int, threads: int
) -> int:
    """Send *times* requests from each thread; return the nanoseconds until all are done."""
    running = [threading.Thread(target=repeat, args=(app, template, times)) for _ in range(threads)]
    begin = time.perf_counter_ns()
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return time.perf_counter_ns() - begin
