"""Rules about what preflights are answered: methods, and for how long a browser caches it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ..routes import RouteRow
from ..text import some
from .origins import changes_state
from .rules import rule
from .subject import Found, Subject, Use, routes, source_of

# Chromium and Firefox cache a preflight's answer for at most this long, in seconds.
CHROMIUM_CAP: Final = 7200
FIREFOX_CAP: Final = 86400


@rule("CORS017", "note", "methods that no covered route serves")
def unserved_methods(subject: Subject) -> Iterator[Found]:
    for use in subject.uses("methods"):
        if use.is_default:
            continue
        served = {method for row in use.rows for method in row.methods}
        if unserved := sorted(use.value - served - {"*", "OPTIONS"}):
            yield use.found(
                f"it allows {some(unserved)}, which none of its routes serves",
                _served_elsewhere(subject, use, unserved) or "Leave out what no route serves.",
            )


def _served_elsewhere(subject: Subject, use: Use, methods: Sequence[str]) -> str:
    """Return the hint where routes without these options serve the methods; empty without any."""
    own, wanted = set(map(id, use.rows)), set(methods)
    rows = [row for row in subject.rows if id(row) not in own and wanted & {*row.methods}]
    if not rows:
        return ""
    return (
        f"{routes(rows)} serves what is allowed here, but has other options, or none: if these are "
        "meant for it, look why they do not apply (flask cors explain); otherwise leave it out."
    )


@rule("CORS018", "note", "max_age over the browsers' caps")
def long_max_age(subject: Subject) -> Iterator[Found]:
    for use in subject.uses("max_age"):
        if use.value is None or use.value <= CHROMIUM_CAP:
            continue
        capped = f"Chromium caches a preflight's answer for {CHROMIUM_CAP} seconds at most"
        hint = f"Write {CHROMIUM_CAP}"
        if use.value > FIREFOX_CAP:
            capped += f", Firefox for {FIREFOX_CAP}"
            hint += f" or {FIREFOX_CAP}"
        yield use.found(f"max_age={use.value} does less than it says: {capped}", f"{hint}.")


@rule("CORS028", "note", "preflights without max_age")
def no_max_age(subject: Subject) -> Iterator[Found]:
    uses = [use for use in subject.uses("max_age") if use.value is None]
    rows = [row for use in uses for row in use.rows if _is_asked_first(row)]
    if rows:
        # A CORS object before a decorator: it may be written there for most routes at once.
        layers = sorted((row.layers[0] for row in rows), key=lambda layer: layer.mark is not None)
        yield Found.at(
            source_of(layers[0]),
            f"preflights of {routes(rows)} are answered without max_age, so browsers ask again "
            "after five seconds",
            f"Write CORS_MAX_AGE = 600, or max_age=600 at one level; Chromium caches an answer for "
            f"{CHROMIUM_CAP} seconds at most.",
        )


def _is_asked_first(row: RouteRow) -> bool:
    """Return whether pages usually send a preflight, since the route changes state."""
    return row.policy is not None and not row.policy.origins.empty and changes_state(row)
