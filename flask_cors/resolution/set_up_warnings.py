"""Warnings about an app that is compiled: what is set and will have no effect.

Resources that never apply, views registered without their decorator, and functions that look for
headers before these are there. Decides nothing that a request asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ..errors import LOG, Source, warn_at
from ..options.schema import Setting
from .layers import Scope
from .lost_marks import lost_mark_of, note_registered
from .marks import Layer, mark_of

_IN_WORDS: Final = {
    "after_request": "after_request function",
    "request_finished": "receiver of request_finished",
    "method": "method",
}
_LATE: Final = "but the headers are added later, after the last hook"
_WHICH_COUNTS: Final = (
    "Exact paths come first, then the longest literal beginning; on a tie, the later CORS object, "
    "and in one call what is named first"
)


def log_shadowed_resources(scopes: Iterable[Scope], base: Mapping[str, Setting]) -> None:
    """Log a resource that restricts, and whose paths all go to one that does not.

    *base* holds the app's config over the defaults. Log and no ``CorsWarning``: the order is the
    documented one, and may well be meant.
    """
    for pair in (pair for scope in scopes for pair in scope.shadowed()):
        if all(layer.source for layer in pair) and _loosens(*pair, base):
            LOG.warning(
                "%s never applies: %s takes every path that it covers, and allows more. %s.",
                *(each.source._replace(place=each.place) for each in pair if each.source),
                _WHICH_COUNTS,
            )


def _loosens(layer: Layer, other: Layer, base: Mapping[str, Setting]) -> bool:
    """Return whether any origin is allowed by *other* alone, or nothing is refused by it."""

    def is_set(option: str, to: Layer) -> Any:
        return (to.settings.get(option) or base[option]).value

    opens = is_set("origins", other).any and not is_set("origins", layer).any
    return bool(opens or (is_set("enforce", layer) and not is_set("enforce", other)))


def warn_of_lost_marks(views: Iterable[object]) -> None:
    """Warn of views that are registered, while what ``cross_origin`` returned for them is not."""
    registered = list(views)
    note_registered(registered)
    for view in registered:
        if mark_of(view) is None and (lost := lost_mark_of(view)):
            name = getattr(view, "__qualname__", repr(view))
            warn_at(
                lost.source,
                f"the view {name} is registered without its decorator, {lost.source}: "
                "write cross_origin below @app.route, next to the function",
            )


def warn_of_hooks_that_expect_headers(app: object, receivers: Iterable[object]) -> None:
    """Warn of hooks of *app*, and of *receivers*, that look for headers which come later."""
    # Imported for the first request, since an app may well be imported to run a command.
    from .static_analysis import hooks_that_expect_headers, instead_of, title_of

    for kind, hook, use in hooks_that_expect_headers(app, receivers):
        title = f"the {_IN_WORDS[kind]} {title_of(hook)}"
        place = Source("app", title, use.file, use.line)
        text = f"{title} {use.verb} Access-Control-Allow-Origin, {_LATE}"
        warn_at(place, f"{text}. {instead_of(use)}")
