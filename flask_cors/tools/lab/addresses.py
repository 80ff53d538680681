"""Where the lab is found: the app, and its pages under several host names of this machine.

Knows names and sites; opens nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ...errors import shorten
from ..public_suffixes import is_same_site

Application = Callable[..., Iterable[bytes]]


@dataclass(frozen=True)
class Addresses:
    """The origin of the app that is asked, and the port of the pages that ask."""

    app: str
    page_port: int

    @property
    def pages(self) -> tuple[str, ...]:
        """The origins that the lab offers; every ``name.localhost`` is one more."""
        names = ("localhost", "127.0.0.1", "app.localhost")
        return tuple(f"http://{name}:{self.page_port}" for name in names)

    def is_page(self, origin: str) -> bool:
        """Return whether the lab can serve a page of *origin*."""
        parts = urlsplit(origin)
        return (
            parts.scheme == "http"
            and parts.port == self.page_port
            and is_this_machine(parts.netloc)
        )

    def relation(self, origin: str) -> str:
        """Return in words how the site of *origin* relates to that of the app."""
        if origin == self.app:
            return "the app's own origin"
        if is_same_site(origin, self.app):
            return "another origin, the same site"
        return "another origin, a different site"


def is_this_machine(host: str) -> bool:
    """Return whether a ``Host`` is a name that browsers resolve to this machine alone.

    Everything below ``localhost`` is (RFC 6761, section 6.3). Another name may be rebound
    to loopback by its owner, so that a page of theirs would have the lab's origin.
    """
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    name = name.lower()
    return name in ("127.0.0.1", "[::1]", "localhost") or name.endswith(".localhost")


def only_this_machine(application: Application, server_name: str = "") -> Application:
    """Return *application*, with a 403 for a ``Host`` that is not this machine's.

    *server_name* is the app's ``SERVER_NAME``: it is accepted, with the names below it.
    """
    other = server_name.partition(":")[0].lower()

    def guarded(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        host = environ.get("HTTP_HOST", "")
        name = host.partition(":")[0].lower()
        if is_this_machine(host) or (other and f".{name}".endswith(f".{other}")):
            return application(environ, start_response)
        start_response("403 Forbidden", [("Content-Type", "text/plain; charset=utf-8")])
        return [f"The lab only answers requests for localhost, not {shorten(host)}.\n".encode()]

    return guarded
