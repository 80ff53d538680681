"""Plans where CORS is off for the route: switch it on in one place or another."""

from __future__ import annotations

from collections.abc import Iterator

from ...errors import Source
from ...resolution.marks import Layer, class_of, layers_of, mark_of
from ..asking import Asked, Question
from ..explanation import Change
from .drafts import (
    Draft,
    Edit,
    rules_of,
    with_rule,
    without_mark,
)
from .edits import mark_edit, settings_for, written
from .needs import needs_anew
from .plans import Plan, decorated, switched_on
from .resources import resource_plans


def plans_where_off(draft: Draft, asked: Asked, off: str) -> Iterator[Plan]:
    """Yield the plans that switch CORS on for the route."""
    if off == "exempt":
        if _is_inherited(_exempting(draft, asked), draft, asked):
            yield switched_on(decorated)
        yield switched_on(_without_exemption)
        yield switched_on(_instead_of_exemption)
        return
    yield from resource_plans(draft, asked)
    if off == "nowhere" and not any(True for _ in rules_of(draft)):
        yield switched_on(_whole_app)
    yield switched_on(decorated)


def _whole_app(draft: Draft, asked: Asked, question: Question) -> list[Edit]:
    needs = needs_anew(question)
    source = Source("app", "CORS(app)")
    arguments = ", ".join(f"{need.option}={written(need)}" for need in needs)
    call = f"CORS(app, {arguments})"
    change = Change("call", "the app", "", call)
    make = with_rule(settings_for(needs, {}, source))
    return [Edit(change, "call", f"{call} for the whole app", make, announces_all=True)]


def _is_inherited(layer: Layer | None, draft: Draft, asked: Asked) -> bool:
    """Return whether a ``cors_exempt`` is that of a base of the view's class."""
    view_class = class_of(draft.app.view_functions.get(asked.found.target.endpoint or ""))
    return bool(view_class and layer and layer.mark is not mark_of(view_class))


def _exempting(draft: Draft, asked: Asked) -> Layer | None:
    view = draft.app.view_functions.get(asked.found.target.endpoint or "")
    found = layers_of(view, asked.found.target.method)
    return next((layer for layer in found if layer.exempt), None)


def _without_exemption(draft: Draft, asked: Asked, question: Question) -> list[Edit]:
    layer = _exempting(draft, asked) if asked.found.layers is None else None
    if layer is None or layer.mark is None:
        return decorated(draft, asked, question)
    place = layer.place
    if layer.kind == "view":
        place = f"the view of {asked.found.target.endpoint}"
    source = layer.mark.source
    change = Change("remove", place, "", "cors_exempt", source.file, source.line)
    return [Edit(change, "remove", f"cors_exempt from {place}", without_mark(layer.mark))]


def _instead_of_exemption(draft: Draft, asked: Asked, question: Question) -> list[Edit]:
    layer = _exempting(draft, asked)
    if asked.found.layers is not None or layer is None or layer.kind == "method":
        return []
    removal = _without_exemption(draft, asked, question)
    mark = mark_edit(draft.app, asked.found.target, needs_anew(question), {})
    return [*removal, mark]
