"""What the page asks the API about itself: which requests it saw, and what explain() says."""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, TypedDict
from urllib.parse import parse_qs

from flask import Blueprint, abort, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.http import parse_cookie

from flask_cors import CORS
from flask_cors.tools.report import to_show

from .addresses import Addresses

Application = Callable[..., Iterable[bytes]]

PREFIX = "/lab"
MOST_ENTRIES = 500
MOST_CHARACTERS = 2000

# What every request of a browser carries, and the cookies of other programs on localhost.
NOT_SHOWN_OF_REQUESTS = re.compile(
    "HTTP_(HOST|CONNECTION|USER_AGENT|ACCEPT|ACCEPT_.*|REFERER|COOKIE|PRAGMA|CACHE_CONTROL"
    "|SEC_(?!FETCH_SITE).*)"
)
SHOWN_OF_RESPONSES = ("access-control-", "location", "vary", "x-")


class Entry(TypedDict):
    """A request that reached the API; ``run`` is the page's name for its attempt."""

    run: str
    kind: str
    method: str
    path: str
    asked: list[tuple[str, str]]
    cookie: bool
    status: int
    answered: list[tuple[str, str]]


class RequestLog:
    """The latest requests, as a middleware sees them: preflights never reach a view."""

    def __init__(self, cookie: str) -> None:
        self._cookie = cookie
        self._lock = threading.Lock()
        self._entries: deque[Entry] = deque(maxlen=MOST_ENTRIES)

    def around(self, application: Application) -> Application:
        """Return *application* with its requests logged, the lab's own questions apart."""

        def logged(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
                self._add(environ, status, headers)
                return start_response(status, headers, *rest)

            own = environ["PATH_INFO"].startswith(f"{PREFIX}/")
            return application(environ, start_response if own else start)

        return logged

    def of(self, run: str) -> list[Entry]:
        """Return the requests of one attempt, the earliest first."""
        with self._lock:
            return [entry for entry in self._entries if entry["run"] == run]

    def _add(self, environ: dict[str, Any], status: str, headers: list[tuple[str, str]]) -> None:
        preflight = environ["REQUEST_METHOD"] == "OPTIONS" and (
            "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ
        )
        entry = Entry(
            run=parse_qs(environ["QUERY_STRING"]).get("run", [""])[0],
            kind="preflight" if preflight else "actual",
            method=environ["REQUEST_METHOD"],
            path=environ["PATH_INFO"][:MOST_CHARACTERS],
            asked=_asked(environ),
            cookie=self._cookie in parse_cookie(environ),
            status=int(status.split()[0]),
            answered=[line for line in headers if line[0].lower().startswith(SHOWN_OF_RESPONSES)],
        )
        with self._lock:
            self._entries.append(entry)


def _asked(environ: dict[str, Any]) -> list[tuple[str, str]]:
    shown = {
        key.removeprefix("HTTP_").replace("_", "-").title(): value[:MOST_CHARACTERS]
        for key, value in environ.items()
        if key == "CONTENT_TYPE"
        or (key.startswith("HTTP_") and not NOT_SHOWN_OF_REQUESTS.fullmatch(key))
    }
    return sorted((name, value) for name, value in shown.items() if value)


def create_control(log: RequestLog, addresses: Addresses) -> Blueprint:
    """Build the blueprint that the lab's page asks; its policy is its own."""
    lab = Blueprint("lab", __name__, url_prefix=PREFIX)
    CORS(lab, origins=addresses.pages, methods=["GET"])

    @lab.get("/requests")
    def requests() -> ResponseReturnValue:
        return jsonify(log.of(request.args.get("run", "")))

    @lab.get("/explain")
    def explain() -> ResponseReturnValue:
        return jsonify(explained(addresses.api))

    return lab


def explained(base_url: str) -> dict[str, Any]:
    """Return what ``explain()`` says of the request that the query describes."""
    path = request.args.get("path", "")
    if not path.startswith("/") or path.startswith("//"):
        abort(400, "path must be a path of the API, such as /note")
    lines = (line.partition(":") for line in request.args.getlist("header"))
    headers = {name: value.strip() for name, _, value in lines}
    try:
        told = current_app.extensions["cors"].explain(
            request.args.get("method", "GET"),
            path,
            request.args.get("origin"),
            headers=headers,
            credentials="credentials" in request.args,
            base_url=base_url,
        )
    except ValueError as error:
        abort(400, str(error))
    return to_show(told, headers)
