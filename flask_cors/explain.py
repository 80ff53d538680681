"""Explanations: what a request would be answered, and what a browser would make of it.

Asks the engine that answers requests, and the browser model of ``flask_cors.testing``;
decides nothing itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from flask import Flask, request
from werkzeug.routing import RequestRedirect

from . import engine, fetch, routing
from .errors import Source, shorten
from .options import OPTIONS, Setting
from .origins import Origins
from .protocol import Preflight, Step, steps
from .resolver import Levels, Table
from .testing import Browser, NetworkError, Reply, Request
from .values import HeaderNames

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
        found = asdict(self)
        for exchange in found["exchanges"]:
            exchange["steps"] = [step._asdict() for step in exchange["steps"]]
        return found

    def __str__(self) -> str:
        return "\n".join(_lines(self))


def explain(
    app: Flask,
    table: Table,
    hand_written: Set[str],
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
    if "/" in method:
        raise ValueError(f"the method comes first: explain('GET', {method!a}, origin)")
    url = urljoin(base_url or _base_url(app, origin), path)
    server = _Server(app, table, private_network)
    page = _Page(method, url, origin, _with_values(headers), credentials, private_network)
    verdict, message = page.ask(server)
    # A browser resolves the dots in a path before it asks.
    first = server.first_actual(replace(page, url=server.exchanges[0].url).request())
    return Explanation(
        method=method,
        url=url,
        origin=origin,
        endpoint=first.target.endpoint,
        covered=bool(first.levels),
        walk=tuple(_walk(first.levels or ())),
        options=tuple(_options(first.settings)),
        exchanges=tuple(server.exchanges),
        verdict=verdict,
        message=message,
        notes=tuple(_notes(first, hand_written)),
    )


def _base_url(app: Flask, origin: str | None) -> str:
    name = app.config["SERVER_NAME"]
    # A browser lets no page of an https site fetch from plain http.
    secure = name is not None and origin is not None and origin.lower().startswith("https:")
    scheme = "https" if secure else app.config["PREFERRED_URL_SCHEME"]
    return f"{scheme}://{name or 'localhost'}"


def _with_values(headers: Mapping[str, str] | Iterable[str]) -> dict[str, str]:
    if isinstance(headers, Mapping):
        return dict(headers)
    names = [headers] if isinstance(headers, str) else headers
    json = "application/json"
    return {name: json if name.lower() == "content-type" else "x" for name in names}


@dataclass(frozen=True)
class _Page:
    """The page that makes the request, and what it wants."""

    method: str
    url: str
    origin: str | None
    headers: Mapping[str, str]
    credentials: bool
    private_network: bool

    def request(self) -> Request:
        """Return the request itself, without a preflight before it."""
        lines = list(self.headers.items())
        if self.origin is not None:
            lines.append((fetch.ORIGIN, self.origin))
        return Request(self.method, self.url, tuple(lines))

    def ask(self, server: _Server) -> tuple[str, str]:
        """Make the request, as a browser does if one can; return verdict and message."""
        if self.origin is None:
            server.answer(self.request())
            return "no-origin", "Without an Origin header a browser applies no CORS check."
        try:
            page = Browser(transport=server.answer, origin=self.origin)
        except ValueError:
            return self._ask_as_client(server)
        try:
            return self._ask_as_browser(server, page)
        except TypeError as error:
            message = f"No browser sends this: {error}"
        except NetworkError as error:
            message = str(error)
        if not server.exchanges:
            server.answer(self.request())
        return "blocked", message

    def _ask_as_client(self, server: _Server) -> tuple[str, str]:
        reply = server.answer(self.request())
        allowed = reply.get(fetch.ALLOW_ORIGIN) in (self.origin, "*")
        message = "No browser sends such an Origin; other clients need no permission to read."
        return "readable" if allowed else "blocked", message

    def _ask_as_browser(self, server: _Server, page: Browser) -> tuple[str, str]:
        # The draft asks before simple requests as well, as upload listeners make browsers do.
        simple = fetch.normalize_method(self.method) in fetch.SAFELISTED_METHODS
        response = page.fetch(
            self.url,
            method=self.method,
            headers=self.headers,
            credentials="include" if self.credentials else "same-origin",
            upload_listener=self.private_network and simple,
        )
        if server.refuses_private_network:
            return "blocked", f"The preflight's answer lacks {fetch.ALLOW_PRIVATE_NETWORK}."
        verdict = "same-origin" if response.type == "basic" else "readable"
        return verdict, f"The page can read the {response.type} response."


@dataclass(frozen=True)
class _Found:
    """What the table says of one request; ``levels`` is ``None`` where CORS is off."""

    target: routing.Target
    levels: Levels | None
    settings: Mapping[str, Setting]


@dataclass
class _Server:
    """Answers the browser model's requests with what the library would put on them."""

    app: Flask
    table: Table
    private_network: bool
    exchanges: list[ExplainedExchange] = field(default_factory=list)
    refuses_private_network: bool = False

    def answer(self, asked: Request) -> Reply:
        """Return the answer to one request, without running any view."""
        headers = list(asked.headers)
        if self.private_network and asked.get(fetch.REQUEST_METHOD):
            headers.append((fetch.REQUEST_PRIVATE_NETWORK, "true"))
        with self._context(asked, headers):
            wanted = engine.preflight_of(request)
            if wanted is None:
                return self._actual(asked)
            return self._preflight(asked, wanted)

    def first_actual(self, asked: Request) -> _Found:
        """Return what the table says of the request that the page wants to make."""
        with self._context(asked, list(asked.headers)):
            target = routing.target_of(self.app, request)
        policy = self.table.policy(*target)
        return _Found(target, self.table.levels(*target), policy.settings if policy else {})

    def _context(self, asked: Request, headers: list[tuple[str, str]]) -> Any:
        parts = urlsplit(asked.url)
        return self.app.test_request_context(
            urlunsplit(("", "", parts.path or "/", parts.query, "")),
            base_url=f"{parts.scheme}://{parts.netloc}",
            method=asked.method,
            headers=headers,
        )

    def _preflight(self, asked: Request, wanted: Preflight) -> Reply:
        found = engine.answer_preflight(self.app, self.table, request, wanted)
        granted = found.decision is not None and any(
            name == fetch.ALLOW_PRIVATE_NETWORK for name, _ in found.decision.headers
        )
        if wanted.private_network and not granted:
            self.refuses_private_network = True
        return self._reply(asked, "preflight", found)

    def _actual(self, asked: Request) -> Reply:
        decision = engine.decide_actual(self.app, self.table, request)
        endpoint = routing.target_of(self.app, request).endpoint
        return self._reply(asked, "actual", engine.Answer(decision, False, endpoint))

    def _reply(self, asked: Request, kind: str, answer: engine.Answer) -> Reply:
        decision = answer.decision
        error = None if answer.here else request.routing_exception
        status = 200 if answer.here else getattr(error, "code", None)
        sent = decision.headers if decision else ()
        self.exchanges.append(
            ExplainedExchange(
                kind=kind,
                method=asked.method,
                url=asked.url,
                endpoint=answer.endpoint,
                answered_by="flask_cors" if answer.here else "app",
                status=status,
                headers=sent,
                vary=bool(decision and decision.vary),
                steps=tuple(steps(decision)) if decision else (),
            )
        )
        if isinstance(error, RequestRedirect):
            sent += (("Location", error.new_url),)
        return Reply(status or 200, sent)


def _walk(levels: Levels) -> Iterable[WalkStep]:
    for level in levels:
        yield WalkStep(level.kind, level.place, tuple(sorted(level.settings)))


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


def _notes(found: _Found, hand_written: Set[str]) -> Iterable[str]:
    if found.levels is None:
        yield "CORS is off here: cors_exempt, or a path with a dot segment."
    elif not found.levels:
        yield "CORS is off here: no mark, blueprint or resource covers this path."
    elif (found.target.endpoint or "") in hand_written:
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
