"""Hooks that come in pairs, on a preflight or a refused request: no hook ran before the answer.

A ``before_request`` function often leaves something on ``g`` that an ``after_request`` or teardown
function reads: a start time, a request id, a connection. Where the first did not run, the second
may raise; it is then logged once, and neither changes the answer nor prevents the others from
running.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, dropwhile, islice
from types import CodeType
from typing import Any, Final, NamedTuple

from flask import Flask, Request, Response

from ..errors import LOG
from ..resolution.lost_marks import functions_of

# Where an error came through these, its author's code is the one that called them.
_NOT_USERS: Final = ("asgiref", "blinker", "flask", "werkzeug")
_FLASKS: Final = Flask.process_response.__code__


class Frame(NamedTuple):
    """A frame that an exception came through: its code, line, and top-level package."""

    code: CodeType
    line: int
    package: str


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
        following = self._after(hooks, error)
        if following is None:
            following = hooks if self._is_before_hooks(error) else []
        for hook in following:
            try:
                response = self._app.ensure_sync(hook)(response)
            except Exception as another:
                self._after([hook], another)
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
        for hook in self._after(hooks, error) or ():
            try:
                self._app.ensure_sync(hook)(None)
            except Exception as another:
                self._after([hook], another)

    def _after(self, hooks: list[Any], error: Exception) -> list[Any] | None:
        """Log what raised *error*; return the hooks after it, ``None`` where it is none of them."""
        frames = list(_frames_of(error))
        for number, hook in enumerate(hooks):
            codes = _codes_of(hook)
            if own := [frame for frame in frames if frame.code in codes]:
                self._log(hook, getattr(hook, "__qualname__", repr(hook)), own[-1], error)
                return hooks[number + 1 :]
        others = [frame for frame in frames if frame.package not in _NOT_USERS] or frames
        if others:
            self._log(others[-1].code, others[-1].code.co_name, others[-1], error)
        return None

    def _is_before_hooks(self, error: Exception) -> bool:
        """Return whether a function of ``after_this_request`` raised: Flask runs these first."""
        session = self._app.session_interface
        last = _codes_of(session.is_null_session) | _codes_of(session.save_session)
        frames = dropwhile(lambda frame: frame.code is not _FLASKS, _frames_of(error))
        called = next(islice(frames, 1, None), None)
        return called is not None and called.code not in last

    def _log(self, hook: Any, name: str, frame: Frame, error: Exception) -> None:
        if hook in self._logged:
            return
        self._logged.add(hook)
        LOG.error(
            "%s raised on a preflight or a refused request, on which no before_request function "
            "runs (%s:%s): %r. The request is answered all the same. Where it reads what a "
            "before_request function sets, write g.get(...), and leave out what is not there.",
            name,
            frame.code.co_filename,
            frame.line,
            error,
        )


def _frames_of(error: Exception) -> Iterator[Frame]:
    """Yield each frame that an exception came through, the outermost first."""
    traceback = error.__traceback__
    while traceback is not None:
        frame = traceback.tb_frame
        package = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        yield Frame(frame.f_code, traceback.tb_lineno, package)
        traceback = traceback.tb_next


def _codes_of(hook: object) -> set[CodeType]:
    """Return the code that a hook may run; an object that is called runs its class's."""
    called = getattr(type(hook), "__call__", None)  # noqa: B004 - the method itself is wanted
    return {function.__code__ for part in (hook, called) for function in functions_of(part)}
