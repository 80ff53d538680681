"""Headers on a response: the one place where a decision is written down.

A response object may be sent more than once, and by several threads at once. Whoever writes
on one claims it first, and notes what is about to be written; who comes later sends a copy, on
which that is undone.
"""

from __future__ import annotations

from copy import copy
from typing import Any, Final

from flask import Response
from werkzeug.datastructures import Headers

from .. import fetch
from ..options.schema import HeaderLines
from ..policy.decide import Decision
from ..resolution.lock import LOCKS
from ..resolution.table import LOG

# Notes on a response: the lines put on, and the app's own that were taken off for them. Plain
# data, since a cache may pickle responses.
_PUT: Final = "flask_cors_put"
_REMOVED: Final = "flask_cors_removed"
# On nearly every response, and of no interest.
_COMMON: Final = frozenset({"Content-Type", "Content-Length"})


def put_on_plain(decision: Decision | None, response: Response) -> bool:
    """Put the headers on a response that has none but the common ones, as nearly all have.

    ``False`` where it has others, or was sent before: then :func:`put_headers` is to do it.
    """
    lines: HeaderLines = ()
    headers: Any = response.headers
    if decision is not None:
        if type(headers) is not Headers:
            return False
        for name, _ in headers:
            if name not in _COMMON:
                return False
        lines = decision.lines
    # Of several threads one makes the claim. A with statement and setattr would take a third of
    # a microsecond more. A signal handler may raise once the lock is held: acquired inside.
    lock = LOCKS.claim
    try:
        lock.acquire()
        if getattr(response, _PUT, None) is not None:
            return False
        response.flask_cors_put = lines  # type: ignore[attr-defined]
    finally:
        lock.release()
    for name, value in lines:
        headers.add(name, value)
    return True


def put_headers(
    decision: Decision | None, response: Response, in_place: bool = False
) -> tuple[Response, bool]:
    """Put the headers of a decision on a response, whatever else is on it.

    Returns the response to send, and ``False`` where the app itself wrote
    Access-Control-Allow-Origin, which is then left as it is. A response that was sent
    before is copied, unless *in_place*, since another thread may still be sending it; what
    was put on it then is undone first. Without a decision nothing more is done.
    """
    plan = _NOTHING if decision is None else _plan(decision, _headers_of(response))
    if plan is None and getattr(response, _PUT, None) is None:
        return response, False
    if plan is None or not _carry_out(plan, response):
        return _put_again(decision, response, in_place)
    return response, True


# -- a response that has headers of its own --------------------------------------------


# The lines to put on, the app's own to take off, and the whole line of a Vary there, if any.
_Plan = tuple[HeaderLines, HeaderLines, str]
_NOTHING: Final[_Plan] = ((), (), "")


def _carry_out(plan: _Plan, response: Response) -> bool:
    """Write, once for all threads; ``False`` where something was written before."""
    lines, removed, vary = plan
    with LOCKS.claim:
        if getattr(response, _PUT, None) is not None:
            return False
        setattr(response, _PUT, lines)
        setattr(response, _REMOVED, removed)
        for name, _ in removed:
            response.headers.remove(name)
        for name, value in lines:
            response.headers.add(name, value)
        if vary:
            response.headers.set(fetch.VARY, vary)
    if fetch.ALLOW_CREDENTIALS in dict(removed) and fetch.ALLOW_CREDENTIALS not in dict(lines):
        LOG.error(
            "%s of the app is taken off: any origin is allowed here, and every site "
            "could read a user's data",
            fetch.ALLOW_CREDENTIALS,
        )
    return True


def _headers_of(response: Response) -> Headers:
    if not isinstance(response.headers, Headers):
        with LOCKS.claim:
            # Flask sends whatever pairs an app puts there, and some can be read but once.
            given: Any = response.headers
            response.headers = given if isinstance(given, Headers) else Headers(given)
    return response.headers


def _plan(decision: Decision, headers: Headers) -> _Plan | None:
    """Return what is to be done, ``None`` where the app wrote the answer itself."""
    names = {name.lower() for name, _ in headers}
    if fetch.ALLOW_ORIGIN.lower() in names:
        return None
    by_hand = any(name.startswith("access-control-") for name in names)
    removed = _in_the_way(decision, headers) if by_hand else ()
    if "vary" not in names or not decision.vary:
        return decision.lines, removed, ""
    vary = _names_in_vary(headers)
    if not {"origin", "*"} & {name.lower() for name in vary}:
        return decision.lines, removed, ", ".join([*vary, fetch.ORIGIN])
    several = len(headers.getlist(fetch.VARY)) > 1
    return decision.headers, removed, ", ".join(vary) if several else ""


def _in_the_way(decision: Decision, headers: Headers) -> HeaderLines:
    """Return what the app wrote by hand and two lines of would contradict."""
    names = {name for name, _ in decision.headers if name != fetch.EXPOSE_HEADERS}
    open_to_all = bool(names) and decision.policy.origins.any
    if open_to_all and fetch.ALLOW_CREDENTIALS in headers:
        names.add(fetch.ALLOW_CREDENTIALS)
    return tuple((name, value) for name in sorted(names) for value in headers.getlist(name))


def _names_in_vary(headers: Headers) -> list[str]:
    line = ",".join(headers.getlist(fetch.VARY))
    return [name for name in (part.strip() for part in line.split(",")) if name]


# -- a response that was sent before ---------------------------------------------------


def _put_again(
    decision: Decision | None, response: Response, in_place: bool
) -> tuple[Response, bool]:
    lines: HeaderLines = getattr(response, _PUT)
    removed: HeaderLines = getattr(response, _REMOVED, ())
    given = _headers_of(response)
    fresh = response if in_place else copy(response)
    with LOCKS.claim:
        # Whoever is writing beside headers of the app has finished now.
        fresh.headers = headers = Headers(list(given))
    _take_back(headers, lines, removed)
    setattr(fresh, _PUT, None)
    setattr(fresh, _REMOVED, ())
    put, ours = put_headers(decision, fresh)
    if not ours and put is not response:
        # Access-Control-Allow-Origin is the app's from now on.
        setattr(response, _PUT, tuple(line for line in lines if line[0] != fetch.ALLOW_ORIGIN))
    return put, ours


def _take_back(headers: Headers, lines: HeaderLines, removed: HeaderLines) -> None:
    for name, value in lines:
        if name != fetch.VARY:
            _remove_line(headers, name, value)
    for name, value in removed:
        if value not in headers.getlist(name):
            headers.add(name, value)
    if (fetch.VARY, fetch.ORIGIN) in lines:
        _take_back_vary(headers)


def _remove_line(headers: Headers, name: str, value: str) -> None:
    kept = headers.getlist(name)
    if value in kept:
        kept.remove(value)
        headers.setlist(name, kept)


def _take_back_vary(headers: Headers) -> None:
    # The first one is this package's: the response named no Origin when it was written.
    names = _names_in_vary(headers)
    if fetch.ORIGIN in names:
        names.remove(fetch.ORIGIN)
    headers.setlist(fetch.VARY, [", ".join(names)] if names else [])
