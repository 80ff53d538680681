"""Hooks that come in pairs, on a preflight or a refused request: no hook ran before the answer.

A ``before_request`` function often leaves something on ``g`` that an ``after_request`` or teardown
function reads: a start time, a request id, a connection. Where the first did not run, the second
may raise; it is then logged once, and neither changes the answer nor keeps the others from
running.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from types import TracebackType
from typing import Any

from flask import Flask, Request, Response

from ..errors import LOG
from ..resolution.lost_marks import functions_of

Hook = Callable[..., Any]


class PairedHooks:
    """Goes on where a hook raised that no other ran before; logs each hook once."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._logged: set[object] = set()

    def after_request(self, req: Request, response: Response, error: Exception) -> Response:
        """Run the ``after_request`` functions that come after the one that raised."""
        registered = self._app.after_request_funcs
        names = chain(req.blueprints, (None,))
        hooks = [hook for name in names for hook in reversed(registered.get(name, ()))]
        for hook in self._after(hooks, error):
            try:
                response = self._app.ensure_sync(hook)(response)
            except Exception as another:
                self._log(hook, another)
        return response

    def teardown_request(self, req: Request, error: Exception) -> None:
        """Run the ``teardown_request`` functions that come after the one that raised."""
        registered = self._app.teardown_request_funcs
        names = chain(req.blueprints, (None,))
        self._tear_down(
            [hook for name in names for hook in reversed(registered.get(name, ()))], error
        )

    def teardown_appcontext(self, error: Exception) -> None:
        """Run the ``teardown_appcontext`` functions that come after the one that raised."""
        self._tear_down(list(reversed(self._app.teardown_appcontext_funcs)), error)

    def _tear_down(self, hooks: list[Any], error: Exception) -> None:
        for hook in self._after(hooks, error):
            try:
                self._app.ensure_sync(hook)(None)
            except Exception as another:
                self._log(hook, another)

    def _after(self, hooks: list[Any], error: Exception) -> list[Any]:
        """Log the hook that raised *error*, and return those that come after it."""
        codes = set(_codes_in(error.__traceback__))
        for number, hook in enumerate(hooks):
            if any(function.__code__ in codes for function in functions_of(hook)):
                self._log(hook, error)
                return hooks[number + 1 :]
        self._log(type(error), error)
        return []

    def _log(self, hook: Any, error: Exception) -> None:
        if hook in self._logged:
            return
        self._logged.add(hook)
        name = getattr(hook, "__qualname__", repr(hook))
        LOG.error(
            "%s raised on a preflight or a refused request, on which no before_request function "
            "runs%s: %r. The request is answered all the same. Where it reads what a "
            "before_request function sets, write g.get(...), and leave out what is not there.",
            name,
            _place(error.__traceback__, functions_of(hook)),
            error,
        )


def _codes_in(traceback: TracebackType | None) -> Iterator[object]:
    while traceback is not None:
        yield traceback.tb_frame.f_code
        traceback = traceback.tb_next


def _place(traceback: TracebackType | None, functions: Iterable[Any]) -> str:
    """Return where a hook raised, as its author would find it."""
    codes = {function.__code__ for function in functions}
    found = ""
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if code in codes:
            found = f" ({code.co_filename}:{traceback.tb_lineno})"
        traceback = traceback.tb_next
    return found
