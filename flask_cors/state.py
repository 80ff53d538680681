"""An app's CORS: its compiled policies, and what happens in each of its requests."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterable, Mapping, Sequence
from threading import RLock
from typing import TYPE_CHECKING, Final
from weakref import ref

from flask import Flask, Request, Response, request
from werkzeug.routing import Map
from werkzeug.wsgi import get_host

from . import engine
from .errors import ConfigError, Problem, raise_if
from .headers import put_headers
from .protocol import Decision
from .registry import Registry, Rule
from .resolver import LOG, Sources, Table
from .signals import cors_denied

if TYPE_CHECKING:
    from .checks import CheckResult
    from .explain import Explanation

_DECISION: Final = "flask_cors_decision"
_TOLD: Final = "flask_cors_told"
_FAILED: Final = "flask_cors_failed"


class AppCORS:
    """The CORS of one app, kept in ``app.extensions["cors"]``."""

    def __init__(self, app: Flask) -> None:
        self.registry = Registry()
        #: The endpoints on whose responses the app wrote Access-Control-Allow-Origin.
        self.hand_written: set[str] = set()
        self._app = app
        self._lock = RLock()
        self._table: Table | None = None
        self._problems: Sequence[Problem] = ()
        # Servers swap the map; it is not kept alive, nor read, only recognised.
        self._url_map: ref[Map] = ref(app.url_map)

    # What is asked of it

    def reload(self) -> None:
        """Read ``app.config`` again and swap the policies; on an error the old ones stay.

        Raises :class:`ConfigError` with all problems.
        """
        with self._lock:
            self._table = self._compile()
            self._problems = ()

    def explain(
        self,
        method: str,
        path: str,
        origin: str | None = None,
        *,
        headers: Mapping[str, str] | Iterable[str] = (),
        credentials: bool = False,
        private_network: bool = False,
        base_url: str | None = None,
    ) -> Explanation:
        """Explain what a request would be answered, with the engine that answers it.

        *path* may hold a query or be a whole URL; *headers* are those that the page sets,
        names alone or with values. No view and no hook runs, but callable origins are
        asked, and teardown functions run. Raises :class:`ConfigError` where the
        configuration has problems.
        """
        # The browser model is not needed to serve requests.
        from .explain import explain

        return explain(
            self._app,
            self.table(),
            self.hand_written,
            method,
            path,
            origin,
            headers=headers,
            credentials=credentials,
            private_network=private_network,
            base_url=base_url,
        )

    def check(self) -> CheckResult:
        """Find what is too wide, without effect, or not what it looks like.

        No view and no hook runs; an error in the configuration is a finding, and is not raised.
        """
        # The rules are not needed to serve requests.
        from .checks import check

        return check(self._app, self)

    def table(self) -> Table:
        """Return the compiled policies; before the first request, as they stand now."""
        return self._table or self._compile()

    # What set-up tells it

    def add(self, rule: Rule) -> None:
        """Note what a ``CORS`` object says to the app; what was compiled is discarded."""
        with self._lock:
            self.registry.rules.append(rule)
            self._discard()

    def add_blueprint(self, name: str, prefix: str, rule: Rule) -> None:
        """Note what a ``CORS`` object says to a blueprint, registered as *name*."""
        with self._lock:
            self.registry.add_blueprint(name, prefix, rule)
            self._discard()

    # What happens in a request

    def before(self) -> Response | None:
        """Answer a preflight, or return ``None`` for any other request."""
        req = _current_request()
        table = self._table_for(req)
        wanted = engine.preflight_of(req)
        if wanted is None:
            return None
        answer = engine.answer_preflight(self._app, table, req, wanted)
        _keep(req, answer.decision)
        return self._app.response_class(status=200) if answer.here else None

    def after(self, response: Response, *, in_place: bool = False) -> Response:
        """Put the headers on a response, last of all, and return what to send.

        *in_place* says that Flask sends this very object, whatever is returned.
        """
        req = _current_request()
        if _FAILED in vars(req):
            return response
        # The app's own preprocess_request may have answered before this package was asked.
        decision = self._decision(self._table or self._table_for(req), req)
        response, ours = put_headers(decision, response, in_place=in_place)
        if decision is None:
            return response
        if not ours:
            self.hand_written.add(req.endpoint or "")
        elif decision.origin is not None and not decision.allowed:
            self._tell(decision, req)
        return response

    def failed(self, error: Exception) -> Response | None:
        """Return the 500 that a page's developer can read, for an error that leaves the app.

        ``None`` where the error goes on its way: only debug mode shows tracebacks, and
        only to an origin that the configuration names.
        """
        req = _current_request()
        decision = self._decision(self._table, req) if self._table is not None else None
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

    def _decision(self, table: Table, req: Request) -> Decision | None:
        # A failing hook brings a request here twice, and a callable is asked once.
        kept = vars(req)
        if _DECISION not in kept:
            _keep(req, engine.decide_actual(self._app, table, req))
        decision: Decision | None = kept[_DECISION]
        return decision

    def _tell(self, decision: Decision, req: Request) -> None:
        """Log a denial and send the signal, once a request."""
        level = logging.WARNING if self._app.debug else logging.INFO
        logged = LOG.isEnabledFor(level)
        heard = bool(cors_denied.receivers)
        if not (logged or heard) or _TOLD in vars(req) or _is_same_origin(req, decision):
            return
        vars(req)[_TOLD] = True
        if logged:
            LOG.log(level, "CORS denied: %r %r: %s", req.method, req.path, decision.reason)
        if heard:
            wrap = self._app.ensure_sync
            cors_denied.send(self._app, _async_wrapper=wrap, decision=decision)

    # How policies are compiled

    def _discard(self) -> None:
        self._table = None
        self._problems = ()

    def _table_for(self, req: Request) -> Table:
        """Return the policies; compile before the first request, and for another URL map."""
        table = self._table
        if table is not None and self._url_map() is self._app.url_map:
            return table
        try:
            return self._first_table()
        except Exception:
            vars(req)[_FAILED] = True
            raise

    def _first_table(self) -> Table:
        """Compile once; a failure is kept, and fails every request."""
        with self._lock:
            raise_if(self._problems)
            table = self._table
            if table is None or self._url_map() is not self._app.url_map:
                try:
                    table = self._table = self._compile()
                except ConfigError as error:
                    self._problems = error.problems
                    raise
            return table

    def _compile(self) -> Table:
        app = self._app
        self._url_map = ref(app.url_map)
        sources = Sources(
            view=lambda endpoint: app.view_functions.get(endpoint),
            endpoints=lambda: list(app.view_functions),
            rules=lambda: app.url_map.iter_rules(),
            rules_of=lambda endpoint: (
                rule for rule in app.url_map.iter_rules() if rule.endpoint == endpoint
            ),
            ensure_sync=lambda predicate: app.ensure_sync(predicate),
        )
        return Table(self.registry, app.config, sources)


def _current_request() -> Request:
    # Flask documents this way to the request itself: each look through the proxy costs.
    found: Request = request._get_current_object()  # type: ignore[attr-defined]
    return found


def _keep(req: Request, decision: Decision | None) -> None:
    """Note what was decided, on the request: apps may share one WSGI environ."""
    vars(req)[_DECISION] = decision
    if decision is not None and decision.match.error is not None:
        match = decision.match
        LOG.error("CORS: the callable %s failed", match.pattern, exc_info=match.error)


def _is_same_origin(req: Request, decision: Decision) -> bool:
    """Return whether the page is of this very origin, so that no CORS applies to it."""
    environ = req.environ
    if environ.get("HTTP_SEC_FETCH_SITE") == "same-origin":
        return True
    # request.host raises where Flask does not trust the host.
    return decision.origin == f"{req.scheme}://{get_host(environ)}".lower()
