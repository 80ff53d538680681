"""Differences in what hooks see: preflights pass them by, and headers are written after them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from .... import fetch
from ....resolution.static_analysis import (
    REMOVES,
    WRITES,
    can_answer,
    cors_headers_in,
    instead_of,
    reached_from,
    title_of,
    uses_of_allow_origin,
)
from ...app_code import expecting, hooks_of, place_of
from ...routes import RouteRow
from ...text import some
from ..hooks import paired_hooks
from ..subject import Found, Subject, routes
from .changes import HEADERS, LESS, MORE, WARNS, Effect, row

#: The row of hooks. What a hook does with names that it computes, or by making another response,
#: its code does not show.
LOOKED: Final = 33
_ON_PREFLIGHTS: Final = frozenset({fetch.ALLOW_METHODS, fetch.ALLOW_HEADERS})
_AFTER: Final = ("after_request_funcs",)


@row(17, "preflights are answered before any hook")
def hooks_that_refused(subject: Subject) -> Iterator[Effect]:
    if not any(item.policy for item in subject.rows):
        return
    for kind, hook in hooks_of(subject.app, ("before_request_funcs",)):
        if can_answer(hook):
            yield Effect(
                MORE,
                Found(
                    f"{kind} {title_of(hook)}",
                    "it could refuse a preflight, or redirect it; preflights are answered before "
                    "it, and the request itself still passes through it",
                    f"Code that let OPTIONS requests through can be removed{_but(subject)}.",
                    *place_of(hook),
                ),
            )
    for found in paired_hooks(subject):
        what = f"{found.reason}, is logged there, and the preflight is answered all the same"
        yield Effect(WARNS, found._replace(reason=what))


def _but(subject: Subject) -> str:
    """Return the exception to what can be removed: views that answer OPTIONS themselves."""
    own = [row for row in subject.rows if row.own_options or not _is_automatic(row)]
    return f", except for {routes(own)}, whose preflights still pass through it" if own else ""


def _is_automatic(row: RouteRow) -> bool:
    return row.policy is None or row.policy.automatic_options


@row(LOOKED, "hooks find no CORS headers, and remove none: these are written after the last hook")
def hooks_that_looked(subject: Subject) -> Iterator[Effect]:
    yield from _limits_by_hand(subject)
    yield from _credentials_by_hand(subject)
    for kind, hook, use in expecting(subject.app):
        writes = any(other.verb == WRITES for other in uses_of_allow_origin(hook))
        what = "it found Access-Control-Allow-Origin, and finds none"
        if use.verb == REMOVES:
            what = "it removed Access-Control-Allow-Origin, and no longer does"
        elif writes:
            what = "it wrote Access-Control-Allow-Origin where it was missing, and now writes it"
        yield Effect(
            MORE if writes or use.verb == REMOVES else HEADERS,
            Found(f"{kind} {title_of(hook)}", what, instead_of(use), use.file, use.line),
        )


def _limits_by_hand(subject: Subject) -> Iterator[Effect]:
    """Yield hooks that write what preflights allow: these are answered before any hook."""
    for _, hook in hooks_of(subject.app, _AFTER):
        for function in reached_from(hook):
            if written := _ON_PREFLIGHTS & {*cors_headers_in(function.__code__)}:
                what = f"it wrote {some(sorted(written))} on preflights, and no longer does"
                keep = "Set methods and allow_headers instead."
                found = Found(f"after_request {title_of(hook)}", what, keep, *place_of(function))
                yield Effect(MORE, found)


def _credentials_by_hand(subject: Subject) -> Iterator[Effect]:
    """Yield code that writes Access-Control-Allow-Credentials where any origin is allowed."""
    open_rows = [item for item in subject.rows if item.policy and item.policy.origins.any]
    views = {item.endpoint: subject.app.view_functions.get(item.endpoint) for item in open_rows}
    hooks = hooks_of(subject.app, _AFTER) if open_rows else ()
    for kind, target in [*hooks, *(("view", view) for view in views.values())]:
        for function in reached_from(target):
            if fetch.ALLOW_CREDENTIALS in cors_headers_in(function.__code__):
                what = (
                    f"it wrote {fetch.ALLOW_CREDENTIALS}, which is removed where any origin is "
                    "allowed"
                )
                keep = "List the origins that may use credentials, with supports_credentials=True."
                place = f"{kind} {title_of(target)}"
                yield Effect(LESS, Found(place, what, keep, *place_of(function)))
