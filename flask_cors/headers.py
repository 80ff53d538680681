"""Headers on a response: the one place where a decision is written down.

A response object may be sent more than once, and by several threads at once. Whoever writes
on one claims it first, and notes what is about to be written; who comes later sends a copy, on
which that is undone.
"""

from __future__ import annotations

from copy import copy
from typing import Final

from flask import Response
from werkzeug.datastructures import Headers

from . import fetch
from .locks import LOCKS
from .options import HeaderLines
from .protocol import Decision
from .resolver import LOG

# The lines put on; the app's own lines that were taken off for them; the whole of a Vary line
# that the app had begun. Plain data, since a cache may pickle responses.
Record = tuple[HeaderLines, HeaderLines, str]

_RECORD: Final = "flask_cors_written"
_NOTHING: Final[Record] = ((), (), "")
# On nearly every response, and of no interest.
_COMMON: Final = frozenset({"Content-Type", "Content-Length"})


def put_headers(
    decision: Decision | None, response: Response, in_place: bool = False
) -> tuple[Response, bool]:
    """Put the headers of a decision on a response: the one place where that is done.

    Returns the response to send, and ``False`` where the app itself wrote
    Access-Control-Allow-Origin, which is then left as it is. A response that was sent
    before is copied, unless *in_place*, since another thread may still be sending it; what
    was put on it then is undone first. Without a decision nothing more is done.
    """
    # Of several threads one makes the claim. Half the cost of a with statement.
    lock = LOCKS.claim
    lock.acquire()
    try:
        claimed = getattr(response, _RECORD, None) is None
        if claimed:
            setattr(response, _RECORD, _NOTHING)
    finally:
        lock.release()
    if not claimed:
        return _put_again(decision, response, in_place)
    if decision is None:
        return response, True
    headers = response.headers
    if type(headers) is not Headers:
        headers = _headers_of(response)
    record = _plan(decision, headers)
    if record is None:
        return response, False
    setattr(response, _RECORD, record)
    lines, removed, vary = record
    for name, _ in removed:
        headers.remove(name)
    for name, value in lines:
        headers.add(name, value)
    if vary:
        headers.set(fetch.VARY, vary)
    return response, True


def _headers_of(response: Response) -> Headers:
    headers = response.headers
    if not isinstance(headers, Headers):
        # Flask sends whatever pairs an app puts there.
        headers = response.headers = Headers(headers)
    return headers


def _plan(decision: Decision, headers: Headers) -> Record | None:
    """Return what is to be written, ``None`` where the app wrote the answer itself."""
    for name, _ in headers:
        if name not in _COMMON:
            return _plan_beside(decision, headers)
    return decision.lines, (), ""


def _plan_beside(decision: Decision, headers: Headers) -> Record | None:
    """Plan for a response that has headers of its own."""
    names = {name.lower() for name, _ in headers}
    if fetch.ALLOW_ORIGIN.lower() in names:
        return None
    by_hand = any(name.startswith("access-control-") for name in names)
    removed = _in_the_way(decision, headers) if by_hand else ()
    if "vary" not in names or not decision.vary:
        return decision.lines, removed, ""
    return decision.headers, removed, _merged_vary(headers)


def _in_the_way(decision: Decision, headers: Headers) -> HeaderLines:
    """Return what the app wrote by hand and two lines of would contradict."""
    names = {name for name, _ in decision.headers if name != fetch.EXPOSE_HEADERS}
    open_to_all = bool(names) and decision.policy.origins.any
    if open_to_all and fetch.ALLOW_CREDENTIALS in headers:
        names.add(fetch.ALLOW_CREDENTIALS)
        LOG.error(
            "%s of the app is taken off: any origin is allowed here, and every site "
            "could read a user's data",
            fetch.ALLOW_CREDENTIALS,
        )
    return tuple((name, value) for name in sorted(names) for value in headers.getlist(name))


def _merged_vary(headers: Headers) -> str:
    """Return one Vary line that adds ``Origin`` to the names there; none where it is there."""
    lines = headers.getlist(fetch.VARY)
    names = [name.strip() for line in lines for name in line.split(",") if name.strip()]
    if not {"origin", "*"} & {name.lower() for name in names}:
        return ", ".join([*names, fetch.ORIGIN])
    if len(lines) > 1:
        headers.set(fetch.VARY, ", ".join(names))
    return ""


# -- a response that was sent before ---------------------------------------------------


def _put_again(
    decision: Decision | None, response: Response, in_place: bool
) -> tuple[Response, bool]:
    earlier: Record = getattr(response, _RECORD)
    fresh = response
    if not in_place:
        fresh = copy(response)
        # One step that no other thread can come between: it may just be writing.
        fresh.headers = Headers(list(_headers_of(response)))
    _take_back(_headers_of(fresh), *earlier)
    delattr(fresh, _RECORD)
    put, ours = put_headers(decision, fresh)
    if not ours and put is not response:
        _give_up(response, *earlier)
    return put, ours


def _give_up(response: Response, lines: HeaderLines, removed: HeaderLines, vary: str) -> None:
    """Note that Access-Control-Allow-Origin on a response is the app's from now on."""
    kept = tuple(line for line in lines if line[0] != fetch.ALLOW_ORIGIN)
    setattr(response, _RECORD, (kept, removed, vary))


def _take_back(headers: Headers, lines: HeaderLines, removed: HeaderLines, vary: str) -> None:
    for name, value in lines:
        if name != fetch.VARY:
            _remove_line(headers, name, value)
    for name, value in removed:
        if value not in headers.getlist(name):
            headers.add(name, value)
    if vary or (fetch.VARY, fetch.ORIGIN) in lines:
        _take_back_vary(headers)


def _remove_line(headers: Headers, name: str, value: str) -> None:
    kept = headers.getlist(name)
    if value in kept:
        kept.remove(value)
        headers.setlist(name, kept)


def _take_back_vary(headers: Headers) -> None:
    # The first one is this package's: the response named no Origin when it was written.
    line = ", ".join(headers.getlist(fetch.VARY))
    names = [name for name in (part.strip() for part in line.split(",")) if name]
    if fetch.ORIGIN in names:
        names.remove(fetch.ORIGIN)
    headers.setlist(fetch.VARY, [", ".join(names)] if names else [])
