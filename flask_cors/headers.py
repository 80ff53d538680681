"""Headers on a response: the one place where a decision is written down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flask import Response
from werkzeug.datastructures import Headers

from . import fetch
from .protocol import Decision
from .resolver import LOG

_WRITTEN: Final = "flask_cors_written"


def put_headers(decision: Decision, response: Response) -> bool:
    """Put the headers of a decision on a response: the one place where that is done.

    Returns ``False``, and leaves the response as it is, where the app itself wrote
    Access-Control-Allow-Origin. What this function wrote on an earlier use of the same
    response is taken back first.
    """
    headers = response.headers
    if earlier := getattr(response, _WRITTEN, None):
        _take_back(headers, *earlier)
    vary: list[str] = []
    by_hand = False
    for name, value in headers:
        lower = name.lower()
        if lower == "vary":
            vary.append(value)
        elif lower.startswith("access-control-"):
            by_hand = True
            if lower == "access-control-allow-origin":
                return False
    if by_hand:
        _make_room(decision, headers)
    for name, value in decision.headers:
        headers.add(name, value)
    varied = decision.vary and _vary(headers, vary)
    setattr(response, _WRITTEN, (decision.headers, varied))
    return True


def _make_room(decision: Decision, headers: Headers) -> None:
    """Take off what the app wrote by hand and two lines of would contradict."""
    for name, _ in decision.headers:
        if name != fetch.EXPOSE_HEADERS:
            headers.remove(name)
    if decision.match.kind == "any" and fetch.ALLOW_CREDENTIALS in headers:
        headers.remove(fetch.ALLOW_CREDENTIALS)
        LOG.error(
            "%s of the app is taken off: any origin is allowed here, and every site "
            "could read a user's data",
            fetch.ALLOW_CREDENTIALS,
        )


def _vary(headers: Headers, lines: Sequence[str]) -> bool:
    """Write one Vary line that names ``Origin`` and keeps every other name."""
    if not lines:
        headers.add(fetch.VARY, fetch.ORIGIN)
        return True
    names = [name.strip() for line in lines for name in line.split(",") if name.strip()]
    missing = not {"origin", "*"} & {name.lower() for name in names}
    if missing or len(lines) > 1:
        headers.set(fetch.VARY, ", ".join([*names, fetch.ORIGIN] if missing else names))
    return missing


def _take_back(headers: Headers, written: Sequence[tuple[str, str]], varied: bool) -> None:
    for name, value in written:
        kept = headers.getlist(name)
        if value in kept:
            kept.remove(value)
            headers.setlist(name, kept)
    if varied:
        line = ", ".join(headers.getlist(fetch.VARY))
        names = [name for name in (part.strip() for part in line.split(",")) if name]
        kept = [", ".join(name for name in names if name.lower() != "origin")]
        headers.setlist(fetch.VARY, [line for line in kept if line])
