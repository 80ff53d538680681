"""A running Chromium and a server on loopback, for tests that ask a real browser."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Frame, Page

from tests.conformance.chromium import Chromium, missing, running
from tests.conformance.server import Addresses, Application, Log, serving


def require_chromium() -> None:
    """Skip without a Chromium that is new enough, and say so; in CI that is a failure."""
    reason = missing()
    if reason and os.environ.get("CI"):
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)


class Served:
    """The application on the server, which tests exchange."""

    application: Application | None = None

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/page":
            body = b"<!doctype html><title>a page</title>"
            headers = [("Content-Type", "text/html"), ("Content-Length", str(len(body)))]
            start_response("200 OK", headers)
            return [body]
        if self.application is None or environ["PATH_INFO"] == "/favicon.ico":
            start_response("404 Not Found", [("Content-Length", "0")])
            return []
        return self.application(environ, start_response)


@dataclass
class Stage:
    """A server and a browser: an application on one side, pages on the other."""

    chromium: Chromium
    at: Addresses
    log: Log
    served: Served
    number: int = 0
    _pages: dict[str, Page | Frame] = field(default_factory=dict)

    @property
    def api(self) -> str:
        """The origin of the application, a new one for each, of one site with ``www``."""
        return self.origin(f"api{self.number}.shop.test")

    def origin(self, host: str) -> str:
        return f"http://{host}:{self.at.http}"

    def page(self, host: str) -> Page | Frame:
        """Return a page on *host*, or the frame ``sandboxed`` in one."""
        if host not in self._pages:
            open_page = self.chromium.page
            if host == "sandboxed":
                self._pages[host] = self.chromium.sandboxed(self.origin("www.shop.test") + "/page")
            else:
                self._pages[host] = open_page(f"{self.origin(host)}/page")
        return self._pages[host]

    def serve(self, application: Application) -> None:
        """Serve *application* from now on, to a browser that has not met it."""
        self.served.application = application
        self.number += 1
        self.chromium.context.clear_cookies()
        self.chromium.console.clear()
        self.log.take()


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """Start the server and Chromium once for a module.

    No longer: Playwright's event loop keeps async views from running in other tests.
    """
    require_chromium()
    served = Served()
    log = Log()
    with serving(served, log) as at, running() as chromium:
        yield Stage(chromium, at, log, served)
