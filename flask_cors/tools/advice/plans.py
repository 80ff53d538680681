"""Plans where CORS is on: edits that might let a page through, to be tried.

Proposes from what failed; whether a plan helps, and whom it would harm, is for the trials.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from flask import Flask

from ...options.schema import Setting
from ...resolution.lost_marks import functions_of
from ...resolution.marks import Layer, class_of
from ...resolution.static_analysis import is_the_apps
from ..asking import Asked, Question
from .drafts import Draft, Edit
from .edits import config_edit, layer_edit, mark_edit
from .needs import Need, needs_anew, needs_of, with_credentials

#: Proposes edits for what blocks a page now; none where it knows of none. Asked again after these
#: where something else blocks the page.
Plan = Callable[[Draft, Asked, Question], Sequence[Edit]]


def plans_where_on(asked: Asked) -> Iterator[Plan]:
    """Yield the plans, the most natural first: where an option is set, then ever more specific."""
    yield where_set
    layers = asked.found.layers or ()
    for distance in range(1, len(layers) + 1):
        yield partial(_at_layer, distance=distance)
    if not any(layer.mark for layer in layers):
        yield decorated
        yield partial(decorated, alone=True)


def switched_on(plan: Plan) -> Plan:
    """Return *plan*, and once CORS is on by it, what else blocks the page where that is set."""

    def both(draft: Draft, asked: Asked, question: Question) -> Sequence[Edit]:
        return (where_set if asked.found.policy else plan)(draft, asked, question)

    return both


def where_set(draft: Draft, asked: Asked, question: Question) -> list[Edit]:
    """Edit each option at the place where it is set."""
    edits = _corrected_callable(draft, asked, question)
    for need in needs_of(asked, question):
        setting = asked.found.settings[need.option]
        edits.append(_edit(draft, _place_for(asked, need, setting), need, setting))
    return edits


def _edit(draft: Draft, layer: Layer | None, need: Need, setting: Setting) -> Edit:
    if layer is None:
        return config_edit(draft, need, setting)
    return layer_edit(draft, layer, need, setting)


def _place_for(asked: Asked, need: Need, setting: Setting) -> Layer | None:
    """Return the layer to edit, ``None`` for the config.

    What is not set yet goes next to the origins, since it is granted to these.
    """
    if need.values and setting.source.level != "default":
        return _layer_of(asked, need.option)
    if asked.found.settings["origins"].source.level == "default":
        return next(iter(asked.found.layers or ()), None)
    return _layer_of(asked, "origins")


def _corrected_callable(draft: Draft, asked: Asked, question: Question) -> list[Edit]:
    """Have a callable that failed allow the origin: the same as to list it."""
    failed = next((step for step in asked.failed if step.code == "callable-failed"), None)
    if failed is None:
        return []
    need, setting = Need("origins", (str(question.origin),)), asked.found.settings["origins"]
    words = f"{failed.pattern}, so that it returns True or False"
    edit = _edit(draft, _layer_of(asked, "origins"), need, setting)
    return [replace(edit, verb="correct", words=words)]


def _at_layer(draft: Draft, asked: Asked, question: Question, distance: int) -> list[Edit]:
    """Set everything in one layer, counted from the most general one."""
    layers = asked.found.layers or ()
    if distance > len(layers):
        return []
    layer, settings = layers[-distance], asked.found.settings
    needs = with_credentials(asked, needs_of(asked, question))
    return [layer_edit(draft, layer, need, settings[need.option]) for need in needs]


def _layer_of(asked: Asked, option: str) -> Layer | None:
    """Return the layer that sets an option; ``None`` where the config does, or nothing."""
    setting = asked.found.settings[option]
    layers = asked.found.layers or ()
    return next((layer for layer in layers if layer.settings.get(option) is setting), None)


def decorated(draft: Draft, asked: Asked, question: Question, alone: bool = False) -> list[Edit]:
    """Put the decorator on a view that has none, for the page's origin *alone* or for one more."""
    target = asked.found.target
    if not can_be_decorated(draft.app, target.endpoint):
        return []
    needs = with_credentials(asked, needs_of(asked, question)) if asked.found.policy else []
    if alone:
        needs = [_as_own_list(need) if need.option == "origins" else need for need in needs]
    return [mark_edit(draft.app, target, needs or needs_anew(question), asked.found.settings)]


def _as_own_list(need: Need) -> Need:
    """Return a need of more entries as one of a list that holds these alone."""
    return Need(need.option, given=list(need.values)) if need.values else need


def can_be_decorated(app: Flask, endpoint: str | None) -> bool:
    """Return whether there is a view, and one of the app's own code: not Flask's static files."""
    view = app.view_functions.get(endpoint or "")
    functions = list(functions_of(view))
    written = not functions or class_of(view) is not None or any(map(is_the_apps, functions))
    return view is not None and written
