"""Plans where other methods of a URL limit what its preflights grant: edits for their views, too.

A browser caches the header names of a preflight for every method of a URL.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from flask import Flask

from ...policy.policy import Policy
from ...resolution.compile import Policies
from ...resolution.table import Target
from ..asking import Asked, Question
from ..routes import Adapters, served_rule
from .drafts import Draft, Edit
from .edits import layer_edit, mark_edit
from .needs import Need
from .plans import Plan

#: The code of the step that fails there.
NOT_SHARED: Final = "headers-not-shared"


def on_every_view(first: Plan, question: Question) -> Plan:
    """Return a plan that follows *first*, and then has the other views of the URL allow as much."""

    def plan(draft: Draft, asked: Asked) -> Sequence[Edit]:
        step = next((each for each in asked.failed if each.code == NOT_SHARED), None)
        policies = draft.compile().policies if step else None
        if step is None or policies is None:
            return first(draft, asked)
        found = _served(draft.app, asked.found.target, step.detail.split(", "))
        return [
            replace(edit, announces_all=True)
            for target, methods in found
            for edit in _edits(draft, policies, target, methods, step.values, question)
        ]

    return plan


def _served(
    app: Flask, asked_for: Target, methods: Sequence[str]
) -> Iterator[tuple[Target, list[str]]]:
    """Yield what serves *methods* at the same URL, each endpoint once, with its methods."""
    adapter = Adapters(app).at(asked_for.host or "")
    found: dict[str, tuple[Target, list[str]]] = {}
    for method in methods:
        if rule := served_rule(adapter, asked_for.path, method):
            target = Target(rule.endpoint, rule.rule, method, asked_for.path)
            found.setdefault(rule.endpoint, (target, []))[1].append(method)
    yield from found.values()


def _edits(
    draft: Draft,
    policies: Policies,
    target: Target,
    methods: Sequence[str],
    names: Sequence[str],
    question: Question,
) -> list[Edit]:
    """Return the edits of one view, in its decorator where it has one."""
    policy = policies.policy(target)
    needs = [] if policy is None else list(_needs(policy, methods, names, question))
    if policy is None or not needs:
        return []
    layers = policies.layers(target) or ()
    marked = next((layer for layer in layers if layer.mark is not None), None)
    if marked is None:
        return [mark_edit(draft.app, target, needs, policy.settings)]
    return [layer_edit(draft, marked, need, policy.settings[need.option]) for need in needs]


def _needs(
    policy: Policy, methods: Sequence[str], names: Sequence[str], question: Question
) -> Iterator[Need]:
    """Yield what a view lacks that serves other methods of the URL."""
    if question.credentials and not policy.settings["supports_credentials"].value:
        if policy.origins.any:
            yield Need("origins", given=[question.origin])
        yield Need("supports_credentials", given=True)
    if lacking := tuple(method for method in methods if not policy.allows_method(method)):
        yield Need("methods", lacking)
    if refused := tuple(name for name in names if not policy.allow_headers.allows(name)):
        yield Need("allow_headers", refused)
