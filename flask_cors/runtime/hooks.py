"""The hooks: what is done in a request of an app, by methods of it that Flask documents for
overriding.

``preprocess_request`` answers a preflight before any code of the app runs; ``process_response``
runs after the last ``after_request`` function, and has the headers added as the response starts.
Whatever arguments Flask passes to them are passed on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from flask import Flask, Request, Response, g, request

from ..errors import LOG
from ..policy.decide import Decision
from ..resolution.lock import LOCKS
from . import called, decisions, denials, tracebacks
from .called import CALLED
from .headers import KEY as HEADERS_KEY
from .headers import send_with
from .paired import PairedHooks
from .state import KEY, Compiled, State, installed

# What was decided on a request before its response: a decision, or None where CORS is off.
_NOTED: Final = "flask_cors_decision"
# On g, which teardown functions of the app context still have: the preflight is answered.
_ANSWERED: Final = "_flask_cors_answered"
# Flask documents this way to the request itself: each look through the proxy costs.
_current_request: Final[Callable[[], Request]] = request._get_current_object  # type: ignore[attr-defined]


def state_of(app: Flask) -> State:
    """Return the app's state; the first call overrides the app's methods."""
    state = installed(app)
    if state is None:
        with LOCKS.compile:
            state = installed(app)
            if state is None:
                state = State(app)
                Hooks(state).override()
                # Last of all: other threads go on with their request once it is there.
                app.extensions[KEY] = state
    return state


class Hooks:
    """The overridden methods of one app."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._app = state.app
        self._paired = PairedHooks(state.app)

    def override(self) -> None:
        """Put the methods of this object in the place of the app's, which they call."""
        app: Any = self._app
        self._preprocess, app.preprocess_request = app.preprocess_request, self.preprocess_request
        self._process, app.process_response = app.process_response, self.process_response
        self._handle, app.handle_exception = app.handle_exception, self.handle_exception
        self._end_request = app.do_teardown_request
        app.do_teardown_request = self.do_teardown_request
        self._end_context = app.do_teardown_appcontext
        app.do_teardown_appcontext = self.do_teardown_appcontext

    # -- what Flask calls, in the order of a request -----------------------------------------

    def preprocess_request(self, *args: Any, **kwargs: Any) -> Any:
        """Answer a preflight; let Flask go on with any other request."""
        req = _current_request()
        current = self._state.current
        if current.__class__ is not Compiled or current.url_map() is not self._app.url_map:
            current = self._compiled(req)
        if req.method == "OPTIONS" and (answer := self._preflight(current, req)) is not None:
            return answer
        return self._preprocess(*args, **kwargs)

    def process_response(self, *args: Any, **kwargs: Any) -> Response:
        """Have the headers added, after the last ``after_request`` function."""
        req = _current_request()
        try:
            response: Response = self._process(*args, **kwargs)
        except Exception as error:
            response = kwargs["response"] if "response" in kwargs else args[-1]
            if not _is_answered(req):
                # Flask sends this very response when it is an error handler's.
                self._send(req, response, response)
                raise
            response = self._paired.after_request(req, response, error)
        self._send(req, response, args[-1] if args else kwargs["response"])
        return response

    def handle_exception(self, *args: Any, **kwargs: Any) -> Any:
        """Answer with a 500 that the page's developer can read, where that is allowed."""
        try:
            return self._handle(*args, **kwargs)
        except Exception as error:
            req = _current_request()
            response = tracebacks.response_for(self._app, req, self._decide(req), error)
            if response is None:
                raise
        try:
            return self.process_response(*args[:-1], response)
        except Exception:
            LOG.exception("Finishing the response to an error failed")
            return response

    def do_teardown_request(self, *args: Any, **kwargs: Any) -> None:
        """Let no exception of a teardown function leave the app on a preflight."""
        try:
            self._end_request(*args, **kwargs)
        except Exception as error:
            req = _current_request()
            if not _is_answered(req):
                raise
            self._paired.teardown_request(req, error)

    def do_teardown_appcontext(self, *args: Any, **kwargs: Any) -> None:
        """Let no exception of a teardown function leave the app on a preflight."""
        try:
            self._end_context(*args, **kwargs)
        except Exception as error:
            if not g.get(_ANSWERED):
                raise
            self._paired.teardown_appcontext(error)

    # -- what they share ---------------------------------------------------------------------

    def _preflight(self, current: Compiled, req: Request) -> Response | None:
        wanted = decisions.preflight_of(req)
        if wanted is None:
            return None
        decision, short_circuits, _ = decisions.answer_preflight(
            self._app, current.policies, current.memory, req, wanted
        )
        _note(req, decision)
        if not short_circuits:
            return None
        setattr(g, _ANSWERED, True)
        app = self._app
        make = app.make_default_options_response
        if getattr(make, "__func__", None) is Flask.make_default_options_response:
            return app.response_class(status=200)
        return app.make_response(make())

    def _send(self, req: Request, response: Response, returned: Response) -> None:
        """Have the headers of what is decided added to *response*.

        *returned* is what came out of the view or handler, before any ``after_request`` function.
        """
        decision = self._decide(req, returned)
        environ = req.environ
        if decision is None:
            environ.pop(HEADERS_KEY, None)
            return
        send_with(decision, response, environ, req.endpoint, self._state.hand_written)
        if decision.denied:
            denials.report(self._app, req, decision, response)

    def _decide(self, req: Request, returned: Response | None = None) -> Decision | None:
        noted = vars(req)
        if _NOTED in noted and CALLED not in noted:
            known: Decision | None = noted[_NOTED]
            return known
        current = self._state.current
        # The app's own preprocess_request may have answered before this package was asked.
        if current.__class__ is not Compiled:
            current = self._compiled(req)
        policies, memory = current.policies, current.memory
        if CALLED in noted:
            mark = called.mark_of_call(req, returned)
            if mark is not None and not called.is_of_the_view(policies, req, mark):
                return _note(req, called.decide_by(policies, self._app, req, mark))
            if _NOTED in noted:
                return noted[_NOTED]  # type: ignore[no-any-return]
        if req.method == "OPTIONS" and (wanted := decisions.preflight_of(req)):
            return _note(
                req,
                decisions.answer_preflight(self._app, policies, memory, req, wanted).decision,
            )
        decision = decisions.decide_actual(self._app, policies, memory, req)
        if decision is not None and not decision.lasting:
            # A failing hook brings a request here twice, and a callable is asked once.
            _note(req, decision)
        return decision

    def _compiled(self, req: Request) -> Compiled:
        try:
            return self._state.compiled()
        except Exception:
            # Nothing can be decided on this request.
            _note(req, None)
            raise


def _note(req: Request, decision: Decision | None) -> Decision | None:
    """Note what was decided, on the request: apps may share one WSGI environ."""
    setattr(req, _NOTED, decision)
    if decision is not None:
        denials.report_failed_callable(decision)
    return decision


def _is_answered(req: Request) -> bool:
    """Return whether this is a preflight that was answered before any code of the app."""
    return bool(g.get(_ANSWERED)) and req.method == "OPTIONS"
