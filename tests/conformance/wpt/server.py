"""The server of a row: fixed answers by path, ``{origin}`` in a header is the request's.

A list holds the answers to the first request for a path, the second and so on; the last stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from flask_cors.testing import Reply, Request

ALLOW_ALL: dict[str, Any] = {
    "headers": [["Access-Control-Allow-Origin", "{origin}"]],
    "body": "hello",
}


class RowServer:
    """Answers a path with what the row says of it, ``*`` for all others; a preflight apart."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self._answers = answers
        self._asked: Counter[str] = Counter()

    def __call__(self, request: Request) -> Reply:
        path = urlsplit(request.url).path
        answer = self.answer(path)
        self._asked[path] += 1
        asks_first = request.get("Access-Control-Request-Method") is not None
        if request.method == "OPTIONS" and asks_first:
            answer = answer.get("preflight", {"headers": answer.get("headers", [])})
        elif self._is_unchanged(answer, request):
            return Reply(304, self._headers(answer.get("304", answer), request))
        body = answer.get("body", "").encode("latin-1")
        status, reason = answer.get("status", 200), answer.get("reason", "")
        return Reply(status, self._headers(answer, request), body, reason)

    def answer(self, path: str) -> Mapping[str, Any]:
        """Return what the row says of *path*."""
        found: Any = self._answers.get(path, self._answers.get("*", ALLOW_ALL))
        if isinstance(found, list):
            found = found[min(self._asked[path], len(found) - 1)]
        answer: Mapping[str, Any] = found
        return answer

    def _is_unchanged(self, answer: Mapping[str, Any], request: Request) -> bool:
        """Return whether the row's ``ETag`` or ``Last-Modified`` is what the client has."""
        validators = (("etag", "If-None-Match"), ("modified", "If-Modified-Since"))
        return any(
            name in answer and request.get(header) == answer[name] for name, header in validators
        )

    def _headers(self, answer: Mapping[str, Any], request: Request) -> tuple[tuple[str, str], ...]:
        origin = request.get("Origin") or ""
        given = answer.get("headers", [])
        # No client hands on the white space around a value.
        return tuple(
            (name, value.replace("{origin}", origin).strip(" \t")) for name, value in given
        )
