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

#: Proposes edits for what blocks a page now; none where it knows of none.
Plan = Callable[[Draft, Asked], Sequence[Edit]]


def plans_where_on(asked: Asked, question: Question) -> Iterator[Plan]:
    """Yield the plans, the most natural first: where an option is set, then ever more specific."""
    yield partial(where_set, question=question)
    layers = asked.found.layers or ()
    for number in reversed(range(len(layers))):
        yield partial(_at_layer, question=question, distance=len(layers) - number)
    if not any(layer.mark for layer in layers):
        yield partial(decorated, question=question)
        yield partial(decorated, question=question, alone=True)


def where_set(draft: Draft, asked: Asked, question: Question) -> list[Edit]:
    """Edit each option at the place where it is set."""
    edits = _corrected_callable(draft, asked, question)
    for need in needs_of(asked, question):
        setting = asked.found.settings[need.option]
        layer = _place_for(asked, need, setting)
        if layer is None:
            edits.append(config_edit(draft, need, setting))
        else:
            edits.append(layer_edit(draft, layer, need, setting))
    return edits


def _place_for(asked: Asked, need: Need, setting: Setting) -> Layer | None:
    """Return the layer to edit, ``None`` for the config.

    What is not set yet goes next to the origins, since it is granted to these.
    """
    if need.values and setting.source.level != "default":
        return layer_of(asked, need.option)
    if asked.found.settings["origins"].source.level == "default":
        return next(iter(asked.found.layers or ()), None)
    return layer_of(asked, "origins")


def _corrected_callable(draft: Draft, asked: Asked, question: Question) -> list[Edit]:
    """Have a callable that failed allow the origin: the same as to list it."""
    failed = next((step for step in asked.failed if step.code == "callable-failed"), None)
    if failed is None:
        return []
    need, setting = Need("origins", (str(question.origin),)), asked.found.settings["origins"]
    layer = layer_of(asked, "origins")
    edit = (
        config_edit(draft, need, setting)
        if layer is None
        else layer_edit(draft, layer, need, setting)
    )
    words = f"{failed.pattern}, so that it returns True or False"
    return [replace(edit, verb="correct", words=words)]


def _at_layer(draft: Draft, asked: Asked, question: Question, distance: int) -> list[Edit]:
    """Set everything in one layer, counted from the most general one."""
    layers = asked.found.layers or ()
    if distance > len(layers):
        return []
    layer, settings = layers[-distance], asked.found.settings
    needs = with_credentials(asked, needs_of(asked, question))
    return [layer_edit(draft, layer, need, settings[need.option]) for need in needs]


def layer_of(asked: Asked, option: str) -> Layer | None:
    """Return the layer that sets an option; ``None`` where the config does, or nothing."""
    setting = asked.found.settings[option]
    layers = asked.found.layers or ()
    return next((layer for layer in layers if layer.settings.get(option) is setting), None)


def decorated(draft: Draft, asked: Asked, question: Question, alone: bool = False) -> list[Edit]:
    """Put the decorator on a view that has none, for the page's origin *alone* or for one more."""
    target = asked.found.target
    if not _can_be_decorated(draft.app, target.endpoint):
        return []
    needs = with_credentials(asked, needs_of(asked, question)) if asked.found.policy else []
    if alone:
        needs = [_instead(need) if need.option == "origins" else need for need in needs]
    return [mark_edit(draft.app, target, needs or needs_anew(question), asked.found.settings)]


def _instead(need: Need) -> Need:
    """Return a need of one more entry as a list of its own."""
    return Need(need.option, given=list(need.values)) if need.values else need


def _can_be_decorated(app: Flask, endpoint: str | None) -> bool:
    """Return whether there is a view, and one of the app's own code: not Flask's static files."""
    view = app.view_functions.get(endpoint or "")
    functions = list(functions_of(view))
    written = not functions or class_of(view) is not None or any(map(is_the_apps, functions))
    return view is not None and written
