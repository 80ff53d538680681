"""A marked function that is called while a request is served, by Flask or by other code.

Mostly that is Flask, and the function is the view whose mark the walk found. Where it is not (an
error handler, a login handler, a view that is loaded late, a dispatcher of another library, a
function that is decorated at every request), the mark decides on the response that it returned.
Only a note on the request is stored.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from flask import Flask, Request, Response, current_app, request

from ..policy.decide import Decision, decide
from ..policy.policy import Policy
from ..resolution.compile import Policies
from ..resolution.marks import Layer, Mark
from .decisions import preflight_of
from .endpoint import target_of
from .notes import notes_on

_current_request: Final[Callable[[], Request]] = request._get_current_object  # type: ignore[attr-defined]
_current_app: Final[Callable[[], Flask]] = current_app._get_current_object  # type: ignore[attr-defined]


def request_served() -> Request | None:
    """Return the request that is being served, ``None`` outside of one."""
    try:
        return _current_request()
    except RuntimeError:
        return None


def app_served() -> Flask:
    """Return the app that is serving the request."""
    return _current_app()


def note(req: Request, response: Response, mark: Mark) -> None:
    """Note on the request that a function with this mark returned *response*.

    One that hands on what another marked function returned leaves that one's note.
    """
    notes = notes_on(req)
    if notes.returned is not response:
        notes.returned = response
        notes.mark = mark


def decide_by(policies: Policies, app: Flask, req: Request, mark: Mark) -> Decision | None:
    """Decide on a response by the mark of the function that was called; ``None`` if exempt."""
    if mark.exempt:
        return None
    policy = _policy_of(policies, app, req, mark)
    return decide(policy, req.environ.get("HTTP_ORIGIN"), preflight_of(req))


def is_of_the_view(policies: Policies, req: Request, mark: Mark) -> bool:
    """Return whether this is a mark of the view that serves the request."""
    rule = req.url_rule
    return rule is not None and policies.is_of_view(rule.endpoint, req.method, mark)


def is_automatic(policies: Policies, app: Flask, req: Request, mark: Mark) -> bool:
    """Return whether ``automatic_options`` is on for the marked function that is called."""
    if is_of_the_view(policies, req, mark):
        target = target_of(app, req)
        if policies.marks_of(target.endpoint, target.rule, target.method) is None:
            return False
        if (policy := policies.policy(target)) is not None:
            return policy.automatic_options
    return _policy_of(policies, app, req, mark).automatic_options


def _policy_of(policies: Policies, app: Flask, req: Request, mark: Mark) -> Policy:
    target = target_of(app, req)
    return policies.called(Layer("view", mark.source.place, mark.settings, mark), target)
