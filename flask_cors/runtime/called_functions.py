"""A marked function that is called while a request is served, by Flask or by other code.

Mostly that is Flask, and the function is the view whose mark the walk found. Where it is not (an
error handler, a login handler, a view that is loaded late, a dispatcher of another library, a
function that is decorated at every request), the mark decides on the response that it returned.
Only a note on the request is stored.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import Any, Final

from flask import Flask, Request, Response, current_app, request
from flask.globals import app_ctx

from ..patterns.paths import has_dot_segment
from ..policy.decide import Decision, Served, decide
from ..policy.policy import Policy
from ..resolution.compile import Policies
from ..resolution.marks import Layer, Mark
from .decisions import preflight_of
from .endpoint import target_for, target_of, targets_served
from .notes import UNDECIDED, notes_on

_current_request: Final[Callable[[], Request]] = request._get_current_object  # type: ignore[attr-defined]
_current_app: Final[Callable[[], Flask]] = current_app._get_current_object  # type: ignore[attr-defined]


# Flask 3.2 passes the context to more of its methods.
_TAKES_CONTEXT: Final = "ctx" in signature(Flask.make_default_options_response).parameters


def request_served() -> Request | None:
    """Return the request that is being served, ``None`` outside of one."""
    try:
        return _current_request()
    except RuntimeError:
        return None


def app_served() -> Flask:
    """Return the app that is serving the request."""
    return _current_app()


def default_options_response(app: Flask) -> Any:
    """Return what the app answers to ``OPTIONS`` where no view does: Flask's, or its own."""
    make: Any = app.make_default_options_response
    return make(app_ctx._get_current_object()) if _TAKES_CONTEXT else make()  # type: ignore[attr-defined]


def note(req: Request, response: Response, mark: Mark) -> None:
    """Note on the request that a function with this mark returned *response*.

    A function that returns another marked function's response leaves that one's note.
    """
    notes = notes_on(req)
    if notes.returned is not response:
        notes.returned = response
        notes.mark = mark
        notes.by_mark = UNDECIDED


def decide_by(policies: Policies, app: Flask, req: Request, mark: Mark) -> Decision | None:
    """Decide on a response by the mark of the function that was called; ``None`` if exempt.

    A path with a dot segment gets no headers at any level, since no resource is matched with it.
    """
    if mark.exempt or has_dot_segment(req.path):
        return None
    policy = _policy_of(policies, app, req, mark)
    wanted = preflight_of(req)
    served = () if wanted is None else _served_with(policies, app, req, policy, wanted.method)
    return decide(policy, req.environ.get("HTTP_ORIGIN"), wanted, served)


def _served_with(
    policies: Policies, app: Flask, req: Request, policy: Policy, method: str
) -> Served:
    """Return the policies of all methods of the URL, where another endpoint serves some of them.

    What this endpoint serves is taken to call the function, too.
    """
    rule, targets = req.url_rule, targets_served(app, req, policy.methods - {"*"})
    if rule is None or all(each.endpoint == rule.endpoint for each in targets):
        return ()
    served = {
        each.method or "": policy if each.endpoint == rule.endpoint else policies.policy(each)
        for each in targets
    }
    return tuple({**served, method: policy}.items())


def decides(policies: Policies, app: Flask, req: Request, mark: Mark) -> bool:
    """Return whether the function's own mark decides, and not that of the view.

    On a preflight, only where the function is called for the endpoint that would serve the method.
    """
    if is_of_the_view(policies, req, mark):
        return False
    wanted, rule = preflight_of(req), req.url_rule
    if wanted is None or rule is None:
        return True
    return target_for(app, req, wanted.method).endpoint in (None, rule.endpoint)


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
