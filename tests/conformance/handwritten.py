"""WSGI applications written by hand, for tests that want no library in between."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Answer = tuple[int, Mapping[str, str] | list[tuple[str, str]]]

ORIGIN = "https://app.example"
API = "https://api.test"

READABLE = {"Access-Control-Allow-Origin": ORIGIN}


@dataclass
class Server:
    """Answers by method and URL path; ``OPTIONS`` stands for preflights, ``*`` for all else."""

    answers: Mapping[str, Answer]
    body: bytes = b"hello"
    seen: list[Mapping[str, Any]] = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.seen.append(environ)
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        key = f"{method} {path}" if f"{method} {path}" in self.answers else f"* {path}"
        status, headers = self.answers[key]
        pairs = list(headers.items()) if isinstance(headers, Mapping) else headers
        start_response(f"{status} Status", pairs)
        return [self.body]


def allowing(preflight: Mapping[str, str], actual: Mapping[str, str] | None = None) -> Server:
    """Return a server at ``/`` whose preflights allow the origin and say *preflight*."""
    return Server(
        {
            "OPTIONS /": (200, {**READABLE, **preflight}),
            "* /": (200, READABLE if actual is None else actual),
        }
    )
