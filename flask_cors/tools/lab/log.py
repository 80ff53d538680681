"""What reached the app, and what it answered: a WSGI middleware sees preflights as well.

Records and selects; judges nothing. Values of cookies are not kept.
"""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from werkzeug.http import parse_cookie
from werkzeug.wsgi import get_current_url

from ...fetch import ORIGIN
from .addresses import Application

_MOST_ENTRIES: Final = 500
_MOST_CHARACTERS: Final = 2000
# What every request of a browser carries, and what the lab shows in another place.
_NOT_SHOWN: Final = re.compile(
    "HTTP_(HOST|CONNECTION|USER_AGENT|ACCEPT|ACCEPT_.*|REFERER|COOKIE|PRAGMA|CACHE_CONTROL"
    "|UPGRADE_INSECURE_REQUESTS|SEC_(?!FETCH_SITE).*)"
)
_SHOWN_OF_ANSWERS: Final = re.compile(
    "access-control-|allow$|cache-control$|content-type$|cors-|location$|retry-after$|vary$"
    "|www-authenticate$|x-",
    re.IGNORECASE,
)

Lines = list[tuple[str, str]]


@dataclass(frozen=True)
class Entry:
    """A request that reached the app, and the answer.

    ``cookies`` names those that came, ``set_cookies`` holds the ``Set-Cookie`` lines.
    """

    number: int
    kind: str
    method: str
    url: str
    origin: str | None
    site: str
    asked: Lines
    cookies: list[str]
    status: int
    answered: Lines
    set_cookies: list[str] = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return what is shown of it as plain data: no value of a cookie."""
        found = asdict(self)
        del found["set_cookies"]
        return found


class RequestLog:
    """The latest requests, in the order in which they were answered."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: deque[Entry] = deque(maxlen=_MOST_ENTRIES)
        self._last = 0

    @property
    def last(self) -> int:
        """The number of the latest request, 0 before the first."""
        return self._last

    def around(self, application: Application) -> Application:
        """Return *application* with its requests recorded."""

        def logged(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            def start(status: str, headers: Lines, *rest: Any) -> Any:
                self._add(environ, status, headers)
                return start_response(status, headers, *rest)

            try:
                return application(environ, start)
            except Exception:
                # The server answers for the app, without any of its headers.
                self._add(environ, "500 Internal Server Error", [])
                raise

        return logged

    def after(self, number: int) -> list[Entry]:
        """Return the requests that were answered after the one of that *number*."""
        with self._lock:
            return [entry for entry in self._entries if entry.number > number]

    def _add(self, environ: dict[str, Any], status: str, headers: Lines) -> None:
        with self._lock:
            self._last += 1
            self._entries.append(_entry(self._last, environ, status, headers))


def _entry(number: int, environ: dict[str, Any], status: str, headers: Lines) -> Entry:
    method = environ["REQUEST_METHOD"]
    is_preflight = method == "OPTIONS" and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ
    return Entry(
        number=number,
        kind="preflight" if is_preflight else "actual",
        method=method,
        url=get_current_url(environ)[:_MOST_CHARACTERS],
        origin=environ.get(f"HTTP_{ORIGIN.upper()}"),
        site=environ.get("HTTP_SEC_FETCH_SITE", ""),
        asked=_asked(environ),
        cookies=list(dict.fromkeys(parse_cookie(environ).keys())),
        status=int(status.split(None, 1)[0]),
        answered=[
            (name, value[:_MOST_CHARACTERS])
            for name, value in headers
            if _SHOWN_OF_ANSWERS.match(name)
        ],
        set_cookies=[value for name, value in headers if name.lower() == "set-cookie"],
    )


def _asked(environ: dict[str, Any]) -> Lines:
    shown = {
        key.removeprefix("HTTP_").replace("_", "-").title(): str(value)[:_MOST_CHARACTERS]
        for key, value in environ.items()
        if key == "CONTENT_TYPE" or (key.startswith("HTTP_") and not _NOT_SHOWN.fullmatch(key))
    }
    return sorted((name, value) for name, value in shown.items() if value)
