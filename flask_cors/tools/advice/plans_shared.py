"""Plans where other methods of a URL limit what its preflights grant: edits for their views, too.

A browser caches the header names of a preflight for every method of a URL.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from flask import Flask

from ...policy.policy import Policy
from ...resolution.compile import Policies
from ...resolution.marks import class_of
from ...resolution.table import Target
from ..asking import Asked, Question
from ..limits import Limiting, limiting_views
from ..routes import shown_methods
from .drafts import Draft, Edit
from .edits import layer_edit, mark_edit
from .needs import Need
from .plans import Plan, can_be_decorated


def on_every_view(first: Plan) -> Plan:
    """Return a plan that follows *first*, and then has the other views of the URL allow as much.

    A view is opened to the page where it is at the same URL rule: others are at other URLs, too.
    """

    def plan(draft: Draft, asked: Asked, question: Question) -> Sequence[Edit]:
        views = limiting_views(draft.app, asked)
        policies = draft.compile().policies if views else None
        if policies is None:
            return first(draft, asked, question)
        return [
            edit
            for view in views
            for edit in edits_of(view, draft, policies, asked.found.target, question)
        ]

    return plan


def edits_of(
    view: Limiting, draft: Draft, policies: Policies, wanted: Target, question: Question
) -> list[Edit]:
    """Return the edits of one view, in its decorator where it has one.

    *policies* are those of *draft*, and *wanted* is what the page asks for.
    """
    target, policy = view.target, policies.policy(view.target)
    layers = policies.layers(target)
    opens = any(limit.code in ("off", "origin") for limit in view.limits)
    decorable = can_be_decorated(draft.app, target.endpoint)
    if layers is None or (opens and not (decorable and target.rule == wanted.rule)):
        return []
    if policy is None:
        needs = list(_needs_anew(draft.app, view, question))
        return [_opening(mark_edit(draft.app, target, needs, {}), view, question)]
    needs = list(_needs(policy, view, question))
    if not needs:
        return []
    marked = next((layer for layer in layers if layer.mark is not None), None)
    if marked is None:
        edits = [mark_edit(draft.app, target, needs, policy.settings)]
    else:
        edits = [layer_edit(draft, marked, need, policy.settings[need.option]) for need in needs]
    if opens:
        return [_opening(edits[0], view, question), *edits[1:]]
    return [replace(edit, announces_all=True) for edit in edits]


def _opening(edit: Edit, view: Limiting, question: Question) -> Edit:
    """Return an edit that opens a view to the page, with words that say so."""
    what = f"{', '.join(view.methods)} {view.rule.rule}"
    words = f"{edit.words}, which opens {what} to {question.origin}"
    opens = frozenset({(view.target.endpoint, view.target.rule)})
    return replace(edit, words=words, announces_all=False, opens=opens)


def _needs_anew(app: Flask, view: Limiting, question: Question) -> Iterator[Need]:
    """Yield what a view without CORS needs, for the methods that limit and no others."""
    yield Need("origins", given=[question.origin])
    if question.credentials:
        yield Need("supports_credentials", given=True)
    # The methods of a class that have decorators of their own inherit the list.
    by_method = class_of(app.view_functions[view.rule.endpoint]) is not None
    methods = {*view.methods, question.method} if by_method else {*view.methods}
    if not methods.issuperset(shown_methods(view.rule)):
        yield Need("methods", given=sorted(methods))
    if question.private_network:
        yield Need("allow_private_network", given=True)


def _needs(policy: Policy, view: Limiting, question: Question) -> Iterator[Need]:
    """Yield what a view lacks that serves other methods of the URL."""
    credentials = policy.settings["supports_credentials"].value
    if any(limit.code == "origin" for limit in view.limits):
        yield Need("origins", (str(question.origin),))
        if credentials:  # credentials are granted to a list of origins, and it is a new one
            yield Need("supports_credentials", given=True)
    if question.credentials and not credentials:
        if policy.origins.any:
            yield Need("origins", given=[question.origin])
        yield Need("supports_credentials", given=True)
    if lacking := tuple(name for name in view.methods if not policy.allows_method(name)):
        yield Need("methods", lacking)
    values = dict.fromkeys(value for limit in view.limits for value in limit.values)
    if refused := tuple(name for name in values if not policy.allow_headers.allows(name)):
        yield Need("allow_headers", refused)
