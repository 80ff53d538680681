"""Explanations: what a request would be answered, and what a browser would make of it.

Asks the engine that answers requests, and the browser model of ``flask_cors.testing``;
decides nothing itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from flask import Flask, request
from werkzeug.routing import RequestRedirect

from .. import fetch
from ..options.schema import Setting
from ..patterns.paths import has_dot_segment
from ..policy.decide import Preflight, Step, steps
from ..resolution.compile import Policies
from ..resolution.lost_marks import LostMark, lost_at_registration, lost_in_wrapper
from ..resolution.marks import Layers
from ..resolution.table import Target
from ..runtime import decisions as engine
from ..runtime import endpoint as routing
from ..testing import Browser, NetworkError, Reply, Request
from .explanation import ExplainedExchange, Explanation, WalkStep, effective_options

__all__ = ["Explanation", "explain"]


def explain(
    app: Flask,
    policies: Policies,
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
    """Explain a request; see :meth:`flask_cors.extension.AppCORS.explain`."""
    if "/" in method:
        raise ValueError(f"the method comes first: explain('GET', {method!a}, origin)")
    url = urljoin(base_url or _base_url(app, origin), path)
    server = _Server(app, policies, credentials, private_network)
    page = _Page(method, url, origin, _with_values(headers), credentials, private_network)
    verdict, message = page.ask(server)
    # A browser resolves the dots in a path before it asks.
    first = server.first_actual(replace(page, url=server.exchanges[0].url).request())
    off = _off(first, policies)
    view = app.view_functions.get(first.target.endpoint or "")
    lost = lost_in_wrapper(view) or lost_at_registration(view)
    return Explanation(
        method=method,
        url=url,
        origin=origin,
        endpoint=first.target.endpoint,
        covered=bool(first.layers),
        walk=tuple(_walk(first.layers or ())),
        options=tuple(effective_options(first.settings)),
        exchanges=tuple(server.exchanges),
        verdict=verdict,
        message=message,
        notes=tuple(_notes(first, off, lost, hand_written)),
        credentials=credentials,
        off=off,
        lost_mark=lost.hint if lost else "",
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
        if response.type == "basic":
            return "same-origin", "The page has the API's own origin, so CORS does not apply."
        return "readable", f"A page of {self.origin} can read the response."


@dataclass(frozen=True)
class _Found:
    """What the table says of one request; ``layers`` is ``None`` where CORS is off."""

    target: Target
    layers: Layers | None
    settings: Mapping[str, Setting]


@dataclass
class _Server:
    """Answers the browser model's requests with what the library would put on them."""

    app: Flask
    policies: Policies
    credentials: bool
    private_network: bool
    exchanges: list[ExplainedExchange] = field(default_factory=list)

    @property
    def compiled(self) -> engine.Compiled:
        """The policies, without what other requests were answered."""
        return engine.Compiled(self.policies, lambda: None)

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
        policy = self.policies.policy(target)
        return _Found(target, self.policies.layers(target), policy.settings if policy else {})

    def _context(self, asked: Request, headers: list[tuple[str, str]]) -> Any:
        parts = urlsplit(asked.url)
        return self.app.test_request_context(
            urlunsplit(("", "", parts.path or "/", parts.query, "")),
            base_url=f"{parts.scheme}://{parts.netloc}",
            method=asked.method,
            headers=headers,
        )

    def _preflight(self, asked: Request, wanted: Preflight) -> Reply:
        found = engine.answer_preflight(self.app, self.compiled, request, wanted)
        granted = found.decision is not None and any(
            name == fetch.ALLOW_PRIVATE_NETWORK for name, _ in found.decision.headers
        )
        if wanted.private_network and not granted:
            self.refuses_private_network = True
        return self._reply(asked, "preflight", found)

    def _actual(self, asked: Request) -> Reply:
        decision = engine.decide_actual(self.app, self.compiled, request)
        endpoint = routing.target_of(self.app, request).endpoint
        return self._reply(asked, "actual", engine.Answer(decision, False, endpoint))

    def _judged(self, step: Step) -> Step:
        """Return a step of the server as it ends for this page: one that wants credentials."""
        if step.name != "credentials" or " may be used " in step.text or not self.credentials:
            return step
        return step._replace(ok=False, text=f"the page sends credentials, but {step.text}")

    def _reply(self, asked: Request, kind: str, answer: engine.Answer) -> Reply:
        decision = answer.decision
        error = None if answer.short_circuits else request.routing_exception
        status = 200 if answer.short_circuits else getattr(error, "code", None)
        sent = decision.headers if decision else ()
        self.exchanges.append(
            ExplainedExchange(
                kind=kind,
                method=asked.method,
                url=asked.url,
                endpoint=answer.endpoint,
                answered_by="flask_cors" if answer.short_circuits else "app",
                status=status,
                headers=sent,
                vary=bool(decision and decision.vary),
                steps=tuple(map(self._judged, steps(decision))) if decision else (),
            )
        )
        if isinstance(error, RequestRedirect):
            sent += (("Location", error.new_url),)
        return Reply(status or 200, sent)


def _walk(layers: Layers) -> Iterable[WalkStep]:
    for layer in layers:
        yield WalkStep(layer.kind, layer.place, tuple(sorted(layer.settings)))


def _off(found: _Found, policies: Policies) -> str:
    if found.layers:
        return ""
    if has_dot_segment(found.target.path):
        return "dot segment"
    if found.layers is None:
        return "exempt"
    return "not covered" if policies.all else "nowhere"


_WHY_OFF = {
    "dot segment": "the path has a . or .. segment, which no page needs.",
    "exempt": "the view is taken out by cors_exempt.",
    "not covered": "no mark, blueprint or resource covers this path.",
    "nowhere": "it is on for no route of this app.",
}


def _notes(found: _Found, off: str, lost: LostMark | None, hand_written: Set[str]) -> Iterable[str]:
    endpoint = found.target.endpoint
    if lost:
        yield f"The view of {endpoint} has a mark without effect: {lost.reason}."
    if off:
        yield f"CORS is off here: {_WHY_OFF[off]}"
    elif (endpoint or "") in hand_written:
        yield (
            f"The app wrote {fetch.ALLOW_ORIGIN} itself in a response of this endpoint: such a "
            "response is its own and stays as it is."
        )
    else:
        yield (
            f"No view and no hook ran for this; where one writes {fetch.ALLOW_ORIGIN} itself, "
            "its response stays as it is."
        )
