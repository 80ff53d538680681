"""Pages whose server answers preflights, and what becomes of their requests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_cors.testing import STANDARD, Browser, NetworkError, Traits

ORIGIN = "http://app.test"
API = "http://api.test"
OTHER = "http://other.test"

Headers = dict[str, str]
PUT = {"Access-Control-Allow-Methods": "PUT"}


class Server:
    """Answers preflights with ``preflight`` and a path with what ``paths`` holds for it."""

    def __init__(self, preflight: Headers, paths: dict[str, tuple[int, Any]] | None = None) -> None:
        self.preflight = preflight
        self.paths = paths or {}

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        readable = [
            ("Access-Control-Allow-Origin", environ.get("HTTP_ORIGIN", "")),
            ("Access-Control-Allow-Credentials", "true"),
        ]
        status, more = self.paths.get(environ["PATH_INFO"], (200, []))
        if "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ:
            status, more = 200, list(self.preflight.items())
        start_response(f"{status} Status", [*readable, *more])
        return [b"hello"]


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def page(
    server: Server, traits: Traits = STANDARD, origin: str = ORIGIN, clock: Any = None
) -> Browser:
    return Browser(server, origin=origin, base_url=API, traits=traits, clock=clock or Clock())


def preflights(browser: Browser) -> int:
    return sum(exchange.preflight for exchange in browser.exchanges)


def steps(browser: Browser, *urls: str, **options: Any) -> list[str]:
    """Return the step that fails for each URL, or the type of the response."""
    found: list[str] = []
    for url in urls:
        try:
            found.append(browser.fetch(url, **options).type)
        except NetworkError as error:
            found.append(error.step)
    return found
