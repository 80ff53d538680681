"""Pages that this machine cannot have: the browser model asks the app in their place.

Sends over HTTP what ``flask_cors.testing`` has a browser send; judges nothing itself.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import closing
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from ...testing import Browser, Exchange, NetworkError, Reply, Request, Response
from .addresses import is_this_machine

_SECONDS: Final = 30
_MOST_BYTES: Final = 65536
_MOST_CHARACTERS: Final = 4000


class Unreachable(Exception):  # noqa: N818 - what the server is, not what went wrong
    """The app's server gave no answer."""


class Model:
    """One browser, in the model: its pages share cookies and the preflight cache."""

    def __init__(self, app: str) -> None:
        self._lock = threading.Lock()
        self._browser = Browser(transport=send, origin="null", base_url=app)

    def ask(self, origin: str, url: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a page of *origin* gets, as the lab's page shows it.

        *asked* holds ``method``, ``headers``, ``body``, ``credentials`` and ``mode``.
        """
        with self._lock:
            page = self._browser.at(origin)
            self._browser.exchanges.clear()
            result = _fetch(page, url, asked)
            sent = [_shown(exchange) for exchange in self._browser.exchanges]
        return {**result, "sent": sent}


def _fetch(page: Browser, url: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    mode: Literal["no-cors", "cors"] = "no-cors" if asked.get("mode") == "no-cors" else "cors"
    try:
        response = page.fetch(
            url,
            method=asked["method"],
            headers=[(str(name), str(value)) for name, value in asked["headers"]],
            data=asked["body"] or None,
            credentials="include" if asked["credentials"] else "same-origin",
            mode=mode,
        )
    except NetworkError as error:
        return {"kind": "blocked", "error": "TypeError: Failed to fetch", "console": str(error)}
    except (TypeError, ValueError) as error:
        return {"kind": "invalid", "error": f"TypeError: {error}"}
    except Unreachable as error:
        return {"kind": "unreachable", "error": str(error)}
    if response.type == "opaque":
        return {"kind": "opaque"}
    return {
        "kind": "readable",
        "status": response.status,
        "redirected": response.redirected,
        "headers": list(response.headers.items()),
        "body": _text(response)[:_MOST_CHARACTERS],
    }


def _text(response: Response) -> str:
    """Return the body for people; one that is cut short or broken shows what the page gets."""
    try:
        return response.text
    except NetworkError as error:
        return str(error)


def _shown(exchange: Exchange) -> dict[str, Any]:
    request, reply = exchange.request, exchange.reply
    hidden = ("cookie", "set-cookie")
    return {
        "kind": "preflight" if exchange.preflight else "actual",
        "method": request.method,
        "url": request.url,
        "asked": [line for line in request.headers if line[0].lower() not in hidden],
        "status": reply.status,
        "answered": [line for line in reply.headers if line[0].lower() not in hidden],
        "cookies": [
            pair.partition("=")[0].strip()
            for pair in (request.get("Cookie") or "").split(";")
            if pair
        ],
    }


def send(request: Request) -> Reply:
    """Send *request* over HTTP; raise :class:`Unreachable` where no answer comes."""
    parts = urlsplit(request.url)
    try:
        with closing(_connection(parts.scheme, parts.hostname or "", parts.port)) as connection:
            target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
            connection.putrequest(request.method, target, skip_host=True, skip_accept_encoding=True)
            for name, value in _lines(request):
                connection.putheader(name, value.encode("latin-1", "replace"))
            connection.endheaders(request.body or None)
            response = connection.getresponse()
            body = response.read(_MOST_BYTES)
            headers = response.getheaders()
            if len(body) == _MOST_BYTES:
                # What is left unread is not missing.
                headers = [pair for pair in headers if pair[0].lower() != "content-length"]
    except (OSError, HTTPException, ValueError) as error:
        raise Unreachable(f"{parts.netloc} cannot be asked: {error}") from None
    return Reply(response.status, tuple(headers), body)


def _connection(scheme: str, host: str, port: int | None) -> HTTPConnection:
    # Not every resolver knows the names below localhost; every browser does.
    address = "127.0.0.1" if is_this_machine(host) and host != "::1" else host
    kind = HTTPSConnection if scheme == "https" else HTTPConnection
    return kind(address, port, timeout=_SECONDS)


def _lines(request: Request) -> Iterator[tuple[str, str]]:
    yield "Host", urlsplit(request.url).netloc
    yield from request.headers
