"""The hooks: what is done in a request of an app, by methods of it that Flask documents for
overriding.

``preprocess_request`` answers a preflight before any code of the app runs; ``process_response``
runs after the last ``after_request`` function, and has the headers added as the response starts.
``handle_user_exception`` and ``handle_exception`` handle errors, the two ``do_teardown`` methods
teardown functions that fail after such a preflight. All arguments that Flask passes are passed on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from flask import Flask, Request, Response, g, request

from ..errors import LOG
from ..patterns.paths import has_dot_segment
from ..policy.decide import Decision
from ..resolution.lock import LOCKS
from ..resolution.marks import ENFORCING
from . import called_functions, decisions, denials, endpoint, enforcement, tracebacks
from .decisions import Compiled
from .headers import HEADERS, send_with, sending_class
from .notes import ANSWERED, DECIDED, NOTES, UNDECIDED, note_answered, notes_on
from .paired_hooks import PairedHooks
from .state import KEY, State, installed

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
        state.before_compiling = self.prepare
        self._state = state
        self._app = state.app
        self._paired = PairedHooks(state.app)
        #: The class of the app's own responses, which need nothing to send the headers.
        self._own_class: type | None = None

    def override(self) -> None:
        """Put the methods of this object in the place of the app's, which they call."""
        app: Any = self._app
        self._preprocess, app.preprocess_request = app.preprocess_request, self.preprocess_request
        self._process, app.process_response = app.process_response, self.process_response
        self._handle, app.handle_exception = app.handle_exception, self.handle_exception
        self._handle_user = app.handle_user_exception
        app.handle_user_exception = self.handle_user_exception

    def prepare(self) -> None:
        """Get ready for the first request, when the app is set up.

        The methods of teardown are overridden where the app has something to tear down.
        """
        app: Any = self._app
        self._own_class = app.response_class = sending_class(app.response_class)
        if app.teardown_request_funcs or app.teardown_appcontext_funcs:
            self._end_request = app.do_teardown_request
            app.do_teardown_request = self.do_teardown_request
            self._end_context = app.do_teardown_appcontext
            app.do_teardown_appcontext = self.do_teardown_appcontext

    # -- what Flask calls, in the order of a request -----------------------------------------
    # Flask 3.2 adds an argument in front. One that is taken by **kwargs would cost every request.

    def preprocess_request(self, *args: Any) -> Any:
        """Answer a preflight; pass every other request on to Flask."""
        req = _current_request()
        current: Any = self._state.current
        if current.url_map() is not self._app.url_map:
            current = self._compiled(req)
        if req.method == "OPTIONS":
            if (answer := self._preflight(current, req)) is not None:
                return answer
        elif current.enforces or ENFORCING:
            # Set in any case: an app's request class may answer for names that it lacks.
            setattr(req, DECIDED, enforcement.check(self._app, current, req))
        return self._preprocess(*args) if args else self._preprocess()

    def process_response(self, response: Any, *more: Any) -> Response:
        """Have the headers added, after the last ``after_request`` function."""
        returned = response
        try:
            if more:  # as in Flask 3.2
                returned = more[-1]
                response = self._process(response, *more)
            else:
                response = self._process(response)
        except Exception as error:
            response = self._after_error(error, returned)
        req = _current_request()
        environ = req.environ
        current = self._state.current
        if NOTES in environ or req.method == "OPTIONS" or type(current) is not Compiled:
            decision = self._decide(req, returned)
            denials.explain_refusal(self._app, req, response)
        elif not current.enforces or (decision := getattr(req, DECIDED, None)) is None:
            decision = decisions.decide_actual(self._app, current, req)
            if decision is not None and not decision.lasting:
                # A failing hook brings a request here twice, and a callable is asked once.
                _note(req, decision)
        if decision is not None:
            if type(response) is self._own_class:
                environ[HEADERS] = decision
            else:
                send_with(decision, response, environ)
            if decision.notable:
                denials.report(self._app, req, decision, response)
        else:
            environ.pop(HEADERS, None)
            if self._app.debug:
                denials.report_uncovered(self._app, req, response, lambda: self._why_off(req))
        return response  # type: ignore[no-any-return]

    def handle_user_exception(self, *args: Any) -> Any:
        """Have the headers added to what answers an error: some packages send it as it is."""
        response = self._app.make_response(self._handle_user(*args))
        req = _current_request()
        decision = self._decide(req, response)
        if decision is not None:
            send_with(decision, response, req.environ)
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

    def do_teardown_request(self, *args: Any) -> None:
        """Log an error of a teardown function, and do not raise it, where no hook ran before it."""
        try:
            self._end_request(*args)
        except Exception as error:
            req = _current_request()
            if not notes_on(req).answered:
                raise
            self._paired.teardown_request(req, error)

    def do_teardown_appcontext(self, *args: Any) -> None:
        """Log an error of a teardown function, and do not raise it, where no hook ran before it."""
        try:
            self._end_context(*args)
        except Exception as error:
            if not g.get(ANSWERED):
                raise
            self._paired.teardown_appcontext(error)

    # -- what they share ---------------------------------------------------------------------

    def _preflight(self, current: Compiled, req: Request) -> Response | None:
        wanted = decisions.preflight_of(req)
        if wanted is None:
            return None
        decision, short_circuits, _ = decisions.answer_preflight(self._app, current, req, wanted)
        _note(req, decision)
        if not short_circuits:
            return None
        note_answered(req)
        app = self._app
        make = app.make_default_options_response
        if getattr(make, "__func__", None) is Flask.make_default_options_response:
            return app.response_class(status=200)
        return app.make_response(called_functions.default_options_response(app))

    def _after_error(self, error: Exception, response: Response) -> Response:
        """Go on after an ``after_request`` function that raised where no hook ran before it."""
        req = _current_request()
        if notes_on(req).answered:
            return self._paired.after_request(req, response, error)
        # Flask sends this very response when it is an error handler's.
        decision = self._decide(req, response)
        if decision is not None:
            send_with(decision, response, req.environ)
            if decision.notable:
                denials.report(self._app, req, decision, response)
        raise error

    def _decide(self, req: Request, returned: Response | None = None) -> Decision | None:
        """Decide on a request, or return what was decided on it.

        *returned* is what came out of the view or handler, before any ``after_request`` function.
        """
        notes = notes_on(req)
        if notes.mark is not None and notes.returned is returned:
            policies = self._compiled(req).policies
            if called_functions.decides(policies, self._app, req, notes.mark):
                if notes.by_mark is UNDECIDED:
                    denials.report_lost_enforcement(notes.mark)
                    notes.by_mark = called_functions.decide_by(policies, self._app, req, notes.mark)
                    if notes.by_mark is not None:
                        denials.report_failed_callable(notes.by_mark)
                return notes.by_mark
        if notes.decision is not UNDECIDED:
            return notes.decision
        # The app's own preprocess_request may have answered before this package was asked.
        current = self._compiled(req)
        decide = decisions.decide_options if req.method == "OPTIONS" else decisions.decide_actual
        return _note(req, decide(self._app, current, req))

    def _why_off(self, req: Request) -> str:
        if has_dot_segment(req.path):
            return "its path has a . or .. segment, which no page needs"
        target = endpoint.target_of(self._app, req)
        policies = self._compiled(req).policies
        if policies.marks_of(target.endpoint, target.rule, target.method) is None:
            return "cors_exempt turns CORS off for its view"
        return "no decorator, blueprint or CORS object covers this request"

    def _compiled(self, req: Request) -> Compiled:
        try:
            return self._state.compiled()
        except Exception:
            # Nothing can be decided on this request.
            _note(req, None)
            raise


def _note(req: Request, decision: Decision | None) -> Decision | None:
    """Note what was decided on a request."""
    notes_on(req).decision = decision
    if decision is not None:
        denials.report_failed_callable(decision)
    return decision
