"""Headers on a response: the one place where a decision is written down."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from threading import RLock
from typing import Final

from flask import Response
from werkzeug.datastructures import Headers

from . import fetch
from .options import HeaderLines
from .protocol import Decision
from .resolver import LOG

_WRITTEN: Final = "flask_cors_written"
_NOTHING: Final[tuple[HeaderLines, HeaderLines, bool]] = ((), (), False)
# An app may return one response object from several threads at once.
_writing: Final = RLock()
# On nearly every response, and of no interest: spares two of three look-ups.
_COMMON: Final = frozenset({"Content-Type", "Content-Length"})


def put_headers(
    decision: Decision | None, response: Response, *, in_place: bool = False
) -> tuple[Response, bool]:
    """Put the headers of a decision on a response: the one place where that is done.

    Returns the response to send, and ``False`` where the app itself wrote
    Access-Control-Allow-Origin, which is then left as it is. A response that was sent
    before is copied, unless *in_place*, since another thread may still be sending it; what
    was put on it then is undone first. Without a decision nothing more is done.
    """
    with _writing:
        fresh = _fresh(response, in_place)
        ours = decision is None or _put(decision, fresh)
        if not ours and fresh is not response:
            _give_up(response)
    return fresh, ours


def _fresh(response: Response, in_place: bool) -> Response:
    earlier = vars(response).get(_WRITTEN)
    if earlier is not None:
        if not in_place:
            response = copy(response)
            response.headers = Headers(response.headers)
        _take_back(response.headers, *earlier)
    vars(response)[_WRITTEN] = _NOTHING
    return response


def _give_up(response: Response) -> None:
    """Note that Access-Control-Allow-Origin on a response is the app's from now on."""
    lines, removed, varied = vars(response)[_WRITTEN]
    kept = tuple(line for line in lines if line[0] != fetch.ALLOW_ORIGIN)
    vars(response)[_WRITTEN] = (kept, removed, varied)


def _put(decision: Decision, response: Response) -> bool:
    headers = response.headers
    vary: list[str] = []
    by_hand = False
    for name, value in headers:
        if name in _COMMON:
            continue
        lower = name.lower()
        if lower == "vary":
            vary.append(value)
        elif lower.startswith("access-control-"):
            by_hand = True
            if lower == "access-control-allow-origin":
                return False
    removed = _make_room(decision, headers) if by_hand else ()
    for name, value in decision.headers:
        headers.add(name, value)
    varied = decision.vary and _vary(headers, vary)
    if varied or decision.headers:
        vars(response)[_WRITTEN] = (decision.headers, removed, varied)
    return True


def _make_room(decision: Decision, headers: Headers) -> HeaderLines:
    """Take off, and return, what the app wrote by hand and two lines of would contradict."""
    names = {name for name, _ in decision.headers if name != fetch.EXPOSE_HEADERS}
    open_to_all = bool(names) and decision.policy.origins.any
    if open_to_all and fetch.ALLOW_CREDENTIALS in headers:
        names.add(fetch.ALLOW_CREDENTIALS)
        LOG.error(
            "%s of the app is taken off: any origin is allowed here, and every site "
            "could read a user's data",
            fetch.ALLOW_CREDENTIALS,
        )
    removed = tuple((name, value) for name in sorted(names) for value in headers.getlist(name))
    for name, _ in removed:
        headers.remove(name)
    return removed


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


def _take_back(headers: Headers, written: HeaderLines, removed: HeaderLines, varied: bool) -> None:
    for name, value in written:
        kept = headers.getlist(name)
        if value in kept:
            kept.remove(value)
            headers.setlist(name, kept)
    for name, value in removed:
        headers.add(name, value)
    if varied:
        _take_back_vary(headers)


def _take_back_vary(headers: Headers) -> None:
    # The first one is this package's: the response named no Origin when it was written.
    line = ", ".join(headers.getlist(fetch.VARY))
    names = [name for name in (part.strip() for part in line.split(",")) if name]
    if fetch.ORIGIN in names:
        names.remove(fetch.ORIGIN)
    headers.setlist(fetch.VARY, [", ".join(names)] if names else [])
