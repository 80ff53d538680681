"""An app's CORS: its compiled policies, and what happens in each of its requests."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Sequence
from typing import Any, Final
from weakref import ref

from flask import Flask, Request, Response, request
from werkzeug.routing import Map
from werkzeug.wsgi import get_host

from ..errors import Problem, printable, raise_if, shorten
from ..policy.decide import Decision
from ..resolution.lock import LOCKS
from ..resolution.registry import Registry, Rule
from ..resolution.table import LOG, Table
from ..signals import cors_denied
from .decisions import UNDECIDED, answer_preflight, decide_actual, preflight_of, remembered
from .headers import put_headers, put_on_plain

# Not "cors": apps store objects of their own under that key.
_KEY: Final = "flask_cors"
_DECISION: Final = "flask_cors_decision"
_TOLD: Final = "flask_cors_told"
# Flask documents this way to the request itself: each look through the proxy costs.
_current_request: Final[Callable[[], Request]] = request._get_current_object  # type: ignore[attr-defined]


class State:
    """The CORS of one app: its compiled policies, and what happens in its requests."""

    def __init__(self, app: Flask) -> None:
        self.registry = Registry()
        #: The endpoints on whose responses the app wrote Access-Control-Allow-Origin.
        self.hand_written: set[str] = set()
        self._app = app
        self._table: Table | None = None
        self._problems: Sequence[Problem] = ()
        # Servers swap the map; it is not kept alive, nor read, only recognised.
        self._compiled_for: Callable[[], Map | None] = _no_map

    # What is asked of it

    def reload(self) -> None:
        """Read ``app.config`` again and swap the policies; on an error the old ones stay.

        Raises :class:`ConfigError` with all problems.
        """
        with LOCKS.compile:
            self._use(self._compile())

    def table(self) -> Table:
        """Return the compiled policies; before the first request, as they stand now."""
        return self._table or self._compile()

    # What set-up tells it

    def add(self, rule: Rule) -> None:
        """Note what a ``CORS`` object says to the app; what was compiled is discarded."""
        with LOCKS.compile:
            self.registry.rules.append(rule)
            self._discard()

    def add_blueprint(self, name: str, prefix: str, rule: Rule) -> None:
        """Note what a ``CORS`` object says to a blueprint, registered as *name*."""
        with LOCKS.compile:
            self.registry.add_blueprint(name, prefix, rule)
            self._discard()

    # What happens in a request: the methods of the app that are overridden

    def override(self) -> None:
        """Override three methods of the app that are documented to be overridden.

        Whatever arguments Flask passes them are passed on.
        """
        app: Any = self._app
        self._preprocess, app.preprocess_request = app.preprocess_request, self.preprocess_request
        self._process, app.process_response = app.process_response, self.process_response
        self._handle, app.handle_exception = app.handle_exception, self.handle_exception

    def preprocess_request(self, *args: Any, **kwargs: Any) -> Any:
        """Answer a preflight; let Flask go on with any other request."""
        req = _current_request()
        if self._compiled_for() is not self._app.url_map:
            self._first_table(req)
        # Nearly every request is spared a call, and this one the passing on of nothing.
        if req.method == "OPTIONS" and (answer := self._preflight(req)):
            return answer
        return self._preprocess(*args, **kwargs) if args or kwargs else self._preprocess()

    def process_response(self, *args: Any, **kwargs: Any) -> Response:
        """Put the headers on, after the last ``after_request`` function."""
        try:
            response: Response = self._process(*args, **kwargs) if kwargs else self._process(*args)
        except Exception:
            # Flask sends this very response when it is an error handler's.
            given = kwargs["response"] if "response" in kwargs else args[-1]
            req = _current_request()
            self._put(self._decide(req), given, req, in_place=True)
            raise
        req = _current_request()
        # A preflight is an OPTIONS request like others, so what was noted on it comes first.
        decision: Decision | None = getattr(req, _DECISION, UNDECIDED)
        if decision is UNDECIDED:
            decision = remembered(self._table, req)
            if decision is UNDECIDED:
                decision = self._decide(req)
        if not put_on_plain(decision, response):
            return self._put(decision, response, req)
        if decision is not None and decision.denied:
            self._tell(decision, req)
        return response

    def handle_exception(self, *args: Any, **kwargs: Any) -> Any:
        """Answer with a 500 that the page's developer can read, where that is allowed."""
        try:
            return self._handle(*args, **kwargs)
        except Exception as error:
            response = self._readable(error)
            if response is None:
                raise
        try:
            return self.process_response(*args[:-1], response)
        except Exception:
            LOG.exception("Finishing the response to an error failed")
            return response

    def _preflight(self, req: Request) -> Response | None:
        wanted = preflight_of(req)
        if wanted is None:
            return None
        table = self._table or self._first_table(req)
        decision, here, _ = answer_preflight(self._app, table, req, wanted)
        _keep(req, decision)
        return self._app.response_class(status=200) if here else None

    def _put(
        self, decision: Decision | None, response: Response, req: Request, in_place: bool = False
    ) -> Response:
        response, ours = put_headers(decision, response, in_place)
        if not ours:
            self.hand_written.add(req.endpoint or "")
        elif decision is not None and decision.denied:
            self._tell(decision, req)
        return response

    def _decide(self, req: Request) -> Decision | None:
        known: Decision | None = getattr(req, _DECISION, UNDECIDED)
        if known is not UNDECIDED:
            return known
        # The app's own preprocess_request may have answered before this package was asked.
        decision = decide_actual(self._app, self._table or self._first_table(req), req)
        if decision is not None and not decision.lasting:
            # A failing hook brings a request here twice, and a callable is asked once.
            _keep(req, decision)
        return decision

    def _readable(self, error: Exception) -> Response | None:
        """Return the 500 that a page's developer can read, for an error that leaves the app.

        ``None`` where the error goes on its way: only debug mode shows tracebacks, and
        only to an origin that the configuration names.
        """
        req = _current_request()
        decision = self._decide(req)
        if decision is None or decision.origin is None or _is_same_origin(req, decision):
            return None
        if self._shows_errors_to(decision):
            LOG.error("Exception on %r, shown to %r", req.path, decision.origin, exc_info=error)
            text = "".join(traceback.format_exception(error)).encode(errors="backslashreplace")
            return self._app.response_class(
                text, status=500, content_type="text/plain; charset=utf-8"
            )
        LOG.warning(
            "An exception leaves the app, so its response carries no CORS headers: the browser "
            "will report a CORS error to %r, and hide the 500",
            decision.origin,
        )
        return None

    def _shows_errors_to(self, decision: Decision) -> bool:
        # Any site can make itself the origin "null", so a list that holds it names nobody.
        named = decision.match.kind in ("literal", "wildcard") and decision.match.pattern != "null"
        debug = self._app.debug and not self._app.testing
        return named and debug and decision.policy.intercept_exceptions

    def _tell(self, decision: Decision, req: Request) -> None:
        """Log a denial and send the signal, once a request."""
        level = logging.WARNING if self._app.debug else logging.INFO
        logged, heard = LOG.isEnabledFor(level), cors_denied.receivers
        if not (logged or heard) or hasattr(req, _TOLD) or _is_same_origin(req, decision):
            return
        setattr(req, _TOLD, True)
        if logged:
            where = (shorten(req.method), shorten(req.path))
            LOG.log(level, "CORS denied: %s %s: %s", *where, printable(decision.reason))
        if heard:
            wrap = self._app.ensure_sync
            cors_denied.send(self._app, _async_wrapper=wrap, decision=decision)

    # How policies are compiled

    def _discard(self) -> None:
        self._table = None
        self._compiled_for = _no_map
        self._problems = ()

    def _use(self, table: Table) -> Table:
        self._table = table
        self._compiled_for = ref(self._app.url_map)
        self._problems = ()
        return table

    def _first_table(self, req: Request) -> Table:
        """Compile once, and for another URL map; a failure is kept, and fails every request."""
        with LOCKS.compile:
            try:
                raise_if(self._problems)
                if self._table is None or self._compiled_for() is not self._app.url_map:
                    return self._use(self._compile())
            except Exception as error:
                self._discard()
                self._problems = getattr(error, "problems", ())
                # Nothing can be decided on this request.
                _keep(req, None)
                raise
            return self._table

    def _compile(self) -> Table:
        return Table(self.registry, self._app.config, self._app)


def state_of(app: Flask) -> State:
    """Return the app's state; the first call installs it."""
    with LOCKS.compile:
        state = app.extensions.get(_KEY)
        if not isinstance(state, State):
            state = State(app)
            state.override()
            # Last of all: other threads go on with their request once it is there.
            app.extensions[_KEY] = state
        return state


def _no_map() -> None:
    """Stand for the URL map before policies are compiled."""


def _keep(req: Request, decision: Decision | None) -> None:
    """Note what was decided, on the request: apps may share one WSGI environ."""
    setattr(req, _DECISION, decision)
    if decision is not None and decision.match.error is not None:
        match = decision.match
        LOG.error("CORS: the callable %s failed", printable(match.pattern), exc_info=match.error)


def _is_same_origin(req: Request, decision: Decision) -> bool:
    """Return whether the page is of this very origin, so that no CORS applies to it."""
    environ = req.environ
    if environ.get("HTTP_SEC_FETCH_SITE") == "same-origin":
        return True
    # request.host raises where Flask does not trust the host.
    return decision.origin == f"{req.scheme}://{get_host(environ)}".lower()
