"""An app's CORS: its compiled policies, and what happens in each of its requests."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Mapping, Sequence
from threading import RLock
from typing import TYPE_CHECKING, Final

from flask import Flask, Request, Response, request

from . import routing
from .errors import ConfigError, Problem, raise_if
from .headers import put_headers
from .protocol import Decision, Preflight, decide
from .registry import Registry, Rule
from .resolver import LOG, Sources, Table
from .signals import cors_denied

if TYPE_CHECKING:
    from .explain import Explanation

_KEY: Final = "flask_cors.decision"


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
        asked. Raises :class:`ConfigError` where the configuration has problems.
        """
        from .explain import explain

        return explain(
            self,
            self._app,
            method,
            path,
            origin,
            headers=headers,
            credentials=credentials,
            private_network=private_network,
            base_url=base_url,
        )

    def table(self) -> Table:
        """Return the compiled policies; before the first request, as they stand now."""
        return self._table or self._compile()

    # What set-up tells it

    def add(self, rule: Rule) -> None:
        """Note what a ``CORS`` object says to the app."""
        self.registry.rules.append(rule)

    # What happens in a request

    def before(self) -> Response | None:
        """Answer a preflight, or return ``None`` for any other request."""
        table = self._table or self._first_table()
        if request.method != "OPTIONS":
            return None
        environ = request.environ
        origin = environ.get("HTTP_ORIGIN")
        method = environ.get("HTTP_ACCESS_CONTROL_REQUEST_METHOD")
        if not origin or not method:
            return None
        wanted = Preflight(
            method,
            environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS"),
            environ.get("HTTP_ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK") == "true",
        )
        decision, answer = self.preflight(table, request, origin, wanted)
        environ[_KEY] = (self, decision)
        return self._app.response_class() if answer else None

    def after(self, response: Response) -> Response:
        """Put the headers on a response, last of all."""
        if self._table is not None:
            decision = self._decision(self._table)
            if decision is not None:
                if put_headers(decision, response):
                    self._tell(decision)
                elif request.endpoint:
                    self.hand_written.add(request.endpoint)
        return response

    def failed(self, error: Exception) -> Response | None:
        """Return the 500 that a page's developer can read, for an error that leaves the app.

        ``None`` where the error goes on its way: only debug mode shows tracebacks, and
        only to an origin that the configuration names.
        """
        decision = self._decision(self._table) if self._table is not None else None
        if decision is None or decision.origin is None or _is_same_origin(request, decision):
            return None
        named = decision.match.kind in ("literal", "wildcard")
        policy = decision.policy
        if named and policy.intercept_exceptions and self._app.debug and not self._app.testing:
            LOG.error("Exception on %r, shown to %r", request.path, decision.origin, exc_info=error)
            text = "".join(traceback.format_exception(error))
            return self._app.response_class(text, 500, content_type="text/plain; charset=utf-8")
        LOG.warning(
            "An exception leaves the app, so its response carries no CORS headers: the browser "
            "will report a CORS error to %r, and hide the 500",
            decision.origin,
        )
        return None

    def preflight(
        self, table: Table, req: Request, origin: str, wanted: Preflight
    ) -> tuple[Decision | None, bool]:
        """Decide on a preflight, and say whether it is answered here or goes on to Flask."""
        if routing.is_refused(req):
            return None, False
        every = table.every_rule_has_options
        target = routing.target_of_preflight(self._app, req, wanted.method, every)
        policy = table.policy(*target)
        own = routing.own_options(req)
        if policy is None or (own and table.exempts(own.endpoint, "OPTIONS")):
            return None, False
        marked = table.marked(target.endpoint, target.method) or (
            own is not None and table.marked(own.endpoint, "OPTIONS")
        )
        answer = policy.automatic_options and (own is None or marked)
        decision = decide(policy, origin, wanted) if answer or own else None
        return decision, answer

    def actual(self, table: Table, req: Request) -> Decision | None:
        """Decide on a request that is no preflight; ``None`` where CORS is off."""
        policy = table.policy(*routing.target_of(self._app, req))
        return decide(policy, req.environ.get("HTTP_ORIGIN")) if policy else None

    def _decision(self, table: Table) -> Decision | None:
        # A failing hook brings a request here twice, and a callable is asked once.
        environ = request.environ
        kept = environ.get(_KEY)
        if kept is not None and kept[0] is self:
            decision: Decision | None = kept[1]
            return decision
        decision = self.actual(table, request)
        environ[_KEY] = (self, decision)
        return decision

    def _tell(self, decision: Decision) -> None:
        """Log a denial and send the signal, once a request."""
        if decision.origin is None or decision.allowed or _is_same_origin(request, decision):
            return
        if error := decision.match.error:
            LOG.error("CORS: %s failed", decision.match.pattern, exc_info=error)
        level = "warning" if self._app.debug else "info"
        getattr(LOG, level)("CORS denied: %r %r: %s", request.method, request.path, decision.reason)
        if cors_denied.receivers:
            cors_denied.send(self._app, decision=decision)

    def _first_table(self) -> Table:
        """Compile before the first request; a failure is kept, and fails every request."""
        with self._lock:
            raise_if(self._problems)
            try:
                self._table = self._table or self._compile()
            except ConfigError as error:
                self._problems = error.problems
                raise
            return self._table

    def _compile(self) -> Table:
        app = self._app
        sources = Sources(
            view=lambda endpoint: app.view_functions.get(endpoint),
            endpoints=lambda: list(app.view_functions),
            rules=lambda: app.url_map.iter_rules(),
            rules_of=lambda endpoint: app.url_map.iter_rules(endpoint),
            ensure_sync=lambda predicate: app.ensure_sync(predicate),
        )
        return Table(self.registry, app.config, sources)


def _is_same_origin(req: Request, decision: Decision) -> bool:
    """Return whether the page is of this very origin, so that no CORS applies to it."""
    if req.headers.get("Sec-Fetch-Site") == "same-origin":
        return True
    return decision.origin == f"{req.scheme}://{req.host}"
