"""Explanations: what a request would be answered, and what a browser would make of it.

Asks the table and ``decide`` that requests are answered with, and the browser model of
``flask_cors.testing``; decides nothing itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from flask import Flask, request
from werkzeug.routing import RequestRedirect

from . import fetch, routing
from .errors import Source, shorten
from .options import OPTIONS, Setting
from .origins import Origins
from .protocol import Decision, Preflight, Step, steps
from .resolver import Levels, Table
from .testing import Browser, NetworkError, Reply, Request
from .values import HeaderNames

if TYPE_CHECKING:
    from .state import AppCORS

_MOST_PATTERNS = 10


@dataclass(frozen=True)
class EffectiveOption:
    """An option's effective value as text, and where it was said."""

    name: str
    value: str
    source: Source


@dataclass(frozen=True)
class WalkStep:
    """One level of the walk: which, where, and the options that it sets."""

    level: str
    place: str
    sets: tuple[str, ...]


@dataclass(frozen=True)
class ExplainedExchange:
    """One request of the page, and what the library makes of it.

    ``answered_by`` is ``flask_cors`` for a preflight that is answered before any code of
    the app, else ``app``; ``status`` is ``None`` where a view would decide on it.
    """

    kind: str
    method: str
    url: str
    endpoint: str | None
    answered_by: str
    status: int | None
    headers: tuple[tuple[str, str], ...]
    vary: bool
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Explanation:
    """What a request would be answered and why; ``str()`` reads as a report.

    ``verdict`` is ``readable``, ``blocked``, ``same-origin`` or, without an origin,
    ``no-origin``; ``message`` is what a browser's console would say.
    """

    method: str
    url: str
    origin: str | None
    endpoint: str | None
    covered: bool
    walk: tuple[WalkStep, ...]
    options: tuple[EffectiveOption, ...]
    exchanges: tuple[ExplainedExchange, ...]
    verdict: str
    message: str = ""
    notes: tuple[str, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether a page of this origin could read the response."""
        return self.verdict != "blocked"

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain data, for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        return "\n".join(_lines(self))


def explain(
    state: AppCORS,
    app: Flask,
    method: str,
    path: str,
    origin: str | None = None,
    *,
    headers: Mapping[str, str] | Iterable[str] = (),
    credentials: bool = False,
    private_network: bool = False,
    base_url: str | None = None,
) -> Explanation:
    """Explain a request; see :meth:`flask_cors.state.AppCORS.explain`."""
    base = base_url or f"http://{app.config['SERVER_NAME'] or 'localhost'}"
    url = urljoin(base, path)
    server = _Server(state, app, state.table(), private_network)
    sent = _with_values(headers)
    verdict, message = _ask_browser(server, method, url, origin, sent, credentials)
    if not server.exchanges:
        server.answer(_request(method, url, origin, sent))
    first = server.first_actual(_request(method, url, origin, sent))
    return Explanation(
        method=method,
        url=url,
        origin=origin,
        endpoint=first.target.endpoint,
        covered=bool(first.levels),
        walk=tuple(_walk(first.levels)),
        options=tuple(_options(first.settings)),
        exchanges=tuple(server.exchanges),
        verdict=verdict,
        message=message,
        notes=tuple(_notes(state, first, verdict)),
    )


def _ask_browser(
    server: _Server,
    method: str,
    url: str,
    origin: str | None,
    headers: Mapping[str, str],
    credentials: bool,
) -> tuple[str, str]:
    if origin is None:
        return "no-origin", "Without an Origin header a browser applies no CORS check."
    try:
        page = Browser(transport=server.answer, origin=origin)
        response = page.fetch(
            url,
            method=method,
            headers=headers,
            credentials="include" if credentials else "same-origin",
        )
    except TypeError as error:
        return "blocked", f"No browser sends this: {error}"
    except NetworkError as error:
        return "blocked", str(error)
    same = response.type == "basic"
    return (
        "same-origin" if same else "readable"
    ), f"The page can read the {response.type} response."


def _request(method: str, url: str, origin: str | None, headers: Mapping[str, str]) -> Request:
    lines = [*headers.items(), *([(fetch.ORIGIN, origin)] if origin else [])]
    return Request(method, url, tuple(lines))


def _with_values(headers: Mapping[str, str] | Iterable[str]) -> dict[str, str]:
    if isinstance(headers, Mapping):
        return dict(headers)
    json = "application/json"
    return {name: json if name.lower() == "content-type" else "x" for name in headers}


@dataclass(frozen=True)
class _Found:
    """What the table says of one request."""

    target: routing.Target
    levels: Levels
    exempt: bool
    settings: Mapping[str, Setting]


@dataclass
class _Server:
    """Answers the browser model's requests with what the library would put on them."""

    state: AppCORS
    app: Flask
    table: Table
    private_network: bool
    exchanges: list[ExplainedExchange] = field(default_factory=list)

    def answer(self, asked: Request) -> Reply:
        """Return the answer to one request, without running any view."""
        headers = list(asked.headers)
        wanted = asked.get(fetch.REQUEST_METHOD) if asked.method == "OPTIONS" else None
        if wanted and self.private_network:
            headers.append((fetch.REQUEST_PRIVATE_NETWORK, "true"))
        with self._context(asked, headers):
            if wanted:
                return self._preflight(asked, wanted)
            return self._actual(asked)

    def first_actual(self, asked: Request) -> _Found:
        """Return what the table says of the request that the page wants to make."""
        with self._context(asked, list(asked.headers)):
            target = routing.target_of(self.app, request)
        levels = self.table.levels(*target)
        policy = self.table.policy(*target)
        settings = policy.settings if policy else {}
        return _Found(target, levels or (), levels is None, settings)

    def _context(self, asked: Request, headers: list[tuple[str, str]]) -> Any:
        parts = urlsplit(asked.url)
        return self.app.test_request_context(
            asked.url.partition(parts.netloc)[2] or "/",
            base_url=f"{parts.scheme}://{parts.netloc}",
            method=asked.method,
            headers=headers,
        )

    def _preflight(self, asked: Request, wanted: str) -> Reply:
        preflight = Preflight(
            wanted,
            asked.get(fetch.REQUEST_HEADERS),
            request.headers.get(fetch.REQUEST_PRIVATE_NETWORK) == "true",
        )
        origin = asked.get(fetch.ORIGIN) or ""
        decision, answered = self.state.preflight(self.table, request, origin, preflight)
        target = routing.target_of_preflight(
            self.app, request, wanted, self.table.every_rule_has_options
        )
        return self._reply(asked, "preflight", target.endpoint, decision, answered)

    def _actual(self, asked: Request) -> Reply:
        decision = self.state.actual(self.table, request)
        endpoint = routing.target_of(self.app, request).endpoint
        return self._reply(asked, "actual", endpoint, decision, False)

    def _reply(
        self,
        asked: Request,
        kind: str,
        endpoint: str | None,
        decision: Decision | None,
        answered: bool,
    ) -> Reply:
        error = None if answered else request.routing_exception
        status = 200 if answered else getattr(error, "code", None)
        found = decision.headers if decision else ()
        told = tuple(steps(decision)) if decision else ()
        self.exchanges.append(
            ExplainedExchange(
                kind,
                asked.method,
                asked.url,
                endpoint,
                "flask_cors" if answered else "app",
                status,
                found,
                bool(decision and decision.vary),
                told,
            )
        )
        sent = found
        if isinstance(error, RequestRedirect):
            sent += (("Location", error.new_url),)
        return Reply(status or 200, sent)


def _walk(levels: Levels) -> Iterable[WalkStep]:
    for level in levels:
        yield WalkStep(level.kind, level.place, tuple(level.settings))


def _options(settings: Mapping[str, Setting]) -> Iterable[EffectiveOption]:
    for name in OPTIONS:
        if name in settings and name != "resources":
            yield EffectiveOption(name, show(settings[name].value), settings[name].source)


def show(value: object) -> str:
    """Return an option's value as its author might have written it."""
    if isinstance(value, Origins):
        patterns = value.patterns()
        rest = len(patterns) - _MOST_PATTERNS
        more = [f"and {rest} more"] if rest > 0 else []
        return ", ".join(patterns[:_MOST_PATTERNS] + more) or "none"
    if isinstance(value, HeaderNames):
        return ", ".join(value.texts) or "none"
    if isinstance(value, frozenset | tuple):
        return ", ".join(sorted(value)) or "none"
    return "none" if value is None else str(value)


def _notes(state: AppCORS, found: _Found, verdict: str) -> Iterable[str]:
    if found.exempt:
        yield "CORS is off here: cors_exempt, or a path with a dot segment."
    elif not found.levels:
        yield "CORS is off here: no mark, blueprint or resource covers this path."
    elif found.target.endpoint in state.hand_written:
        yield (
            f"The app wrote {fetch.ALLOW_ORIGIN} itself in a response of this endpoint: such a "
            "response is its own and stays as it is."
        )
    else:
        yield f"A view or hook that writes {fetch.ALLOW_ORIGIN} itself keeps its own answer."


def _lines(told: Explanation) -> Iterable[str]:
    yield f"{told.method} {told.url} from {shorten(told.origin)}: {told.verdict}"
    yield f"  {told.message}"
    yield f"endpoint: {told.endpoint or 'none (404)'}"
    for step in told.walk:
        yield f"  {step.level}: {step.place} sets {', '.join(step.sets) or 'nothing'}"
    for option in told.options:
        yield f"  {option.name} = {option.value}  [{option.source}]"
    for exchange in told.exchanges:
        status = exchange.status or "status of the view"
        yield f"{exchange.kind}: {exchange.method} {exchange.url}, {status}"
        for found in exchange.steps:
            yield f"  {'ok' if found.ok else 'NO'}  {found.name}: {found.text} <{found.clause}>"
        for name, value in exchange.headers:
            yield f"  {name}: {value}"
    for note in told.notes:
        yield f"note: {note}"
