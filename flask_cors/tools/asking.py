"""One request of a page, asked of the engine and of the browser model; no view and no hook runs.

Says what came out. What it means, and what to change, is for ``explain`` and ``advice``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from flask import Flask, request
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.routing import RequestRedirect

from .. import fetch
from ..options.schema import Setting
from ..policy.decide import Decision, decide
from ..policy.facts import Preflight
from ..policy.policy import Policy
from ..policy.steps import Step, refusal, steps
from ..resolution.compile import Policies
from ..resolution.marks import Layer, Layers
from ..resolution.table import Target
from ..runtime import decisions as engine
from ..runtime import endpoint as routing
from ..runtime import enforcement
from ..testing import Browser, NetworkError, Reply, Request
from .explanation import ExplainedExchange

#: The values of ``Asked.problem`` that are no steps of ``flask_cors.testing``.
NOT_SENDABLE: Final = "not-sendable"
NO_PRIVATE_NETWORK: Final = "private-network"
REFUSED: Final = "refused"


@dataclass(frozen=True)
class Question:
    """What a page wants: the request, with the headers that the page sets."""

    method: str
    url: str
    origin: str | None
    headers: Mapping[str, str]
    credentials: bool = False
    private_network: bool = False
    #: The path under which the app is mounted (SCRIPT_NAME), without a slash at its end.
    root: str = ""

    def request(self) -> Request:
        """Return the request itself, without a preflight before it."""
        lines = list(self.headers.items())
        if self.origin is not None:
            lines.append((fetch.ORIGIN, self.origin))
        return Request(self.method, self.url, tuple(lines))


@dataclass(frozen=True)
class Found:
    """What the table holds for one request; ``layers`` is ``None`` where CORS is off.

    ``status`` is that of Flask where no view would run, with the methods that ``served`` names.
    """

    target: Target
    layers: Layers | None
    policy: Policy | None
    status: int | None
    served: tuple[str, ...]

    @property
    def settings(self) -> Mapping[str, Setting]:
        """The effective options with their sources; empty where CORS is off."""
        return self.policy.settings if self.policy else {}


@dataclass(frozen=True)
class Asked:
    """What came out: the verdict, its code in *problem* where one is known, the exchanges.

    ``found`` is what the table holds for the request that the page wants to make, ``last`` of
    the request that was answered in the end, after redirects. ``own_options`` is the endpoint of
    the view that answers the preflight itself, empty where none does.
    """

    verdict: str
    message: str
    problem: str
    exchanges: tuple[ExplainedExchange, ...]
    found: Found
    last: Found
    own_options: str

    @property
    def grants_credentials(self) -> bool:
        """Whether the policy of the page's request grants credentials."""
        lines = self.found.policy.on_actual if self.found.policy else ()
        return any(name == fetch.ALLOW_CREDENTIALS for name, _ in lines)

    @property
    def failed(self) -> list[Step]:
        """The steps that failed, in the order in which they were taken."""
        return [step for exchange in self.exchanges for step in exchange.steps if not step.ok]


def hidden_layer(policies: Policies, found: Found, origin: str | None) -> Layer | None:
    """Return the wider resource that lists *origin* where a more specific one applies instead."""
    target, applied = found.target, set(found.layers or ())
    route = policies.route(target.endpoint, target.rule)
    for scope in route.scopes if route else ():
        covering = [layer for pattern, layer in scope if pattern.matches(target.path)]
        if applied.isdisjoint(covering):
            continue
        for layer in covering:
            origins = layer.settings.get("origins")
            if layer not in applied and origins and origin in origins.value.literals:
                return layer
    return None


def ask(app: Flask, policies: Policies, question: Question) -> Asked:
    """Ask as the page would, and return what came out."""
    server = _Server(app, policies, question)
    verdict, message, problem = _verdict(question, server)
    if not server.found:
        # A browser resolves the dots in a path before it asks.
        server.look_up(replace(question, url=server.exchanges[0].url).request())
    return Asked(
        verdict=verdict,
        message=message,
        problem=problem,
        exchanges=tuple(server.exchanges),
        found=server.found[0],
        last=server.found[-1],
        own_options=server.own_options,
    )


def _verdict(page: Question, server: _Server) -> tuple[str, str, str]:
    """Make the request, as a browser does if one can; return verdict, message and problem."""
    if page.origin is None:
        server.answer(page.request())
        return "no-origin", "Without an Origin header a browser applies no CORS check.", ""
    try:
        browser = Browser(transport=server.answer, origin=page.origin)
    except ValueError:
        return _as_client(page, server)
    try:
        found = _as_browser(page, server, browser)
        return _as_refused(server) if server.refused else found
    except TypeError as error:
        message, problem = f"No browser sends this: {error}", NOT_SENDABLE
    except NetworkError as error:
        if server.refused:
            return _as_refused(server)
        message, problem = str(error), error.step
    if not server.exchanges:
        server.answer(page.request())
    return "blocked", message, problem


def _as_refused(server: _Server) -> tuple[str, str, str]:
    message = f"Refused by the server with 403, the view did not run. {server.refused}"
    return "refused", message, REFUSED


def _as_client(page: Question, server: _Server) -> tuple[str, str, str]:
    reply = server.answer(page.request())
    allowed = reply.get(fetch.ALLOW_ORIGIN) in (page.origin, "*")
    message = "No browser sends such an Origin; other clients need no permission to read."
    return "readable" if allowed else "blocked", message, NOT_SENDABLE


def _as_browser(page: Question, server: _Server, browser: Browser) -> tuple[str, str, str]:
    # The draft asks before simple requests as well, as upload listeners make browsers do.
    simple = fetch.normalize_method(page.method) in fetch.SAFELISTED_METHODS
    response = browser.fetch(
        page.url,
        method=page.method,
        headers=page.headers,
        credentials="include" if page.credentials else "same-origin",
        upload_listener=page.private_network and simple,
    )
    if server.refuses_private_network:
        message = f"The preflight's answer lacks {fetch.ALLOW_PRIVATE_NETWORK}."
        return "blocked", message, NO_PRIVATE_NETWORK
    if response.type == "basic":
        return "same-origin", "The page has the API's own origin, so CORS does not apply.", ""
    return "readable", f"A page of {page.origin} can read the response.", ""


@dataclass
class _Server:
    """Answers the browser model's requests with what the library would put on them."""

    app: Flask
    policies: Policies
    page: Question
    exchanges: list[ExplainedExchange] = field(default_factory=list)
    #: What the table holds for the requests that are not preflights, each looked up once.
    found: list[Found] = field(default_factory=list)
    refuses_private_network: bool = False
    #: The endpoint of the view that answers the preflight itself.
    own_options: str = ""
    #: Why ``enforce`` refuses the request, as the response says; empty where it does not.
    refused: str = ""

    def __post_init__(self) -> None:
        # With a cache of its own: what is asked here must not fill that of the app.
        self._compiled = engine.Compiled(self.policies, lambda: self.app.url_map)

    def answer(self, asked: Request) -> Reply:
        """Return the answer to one request, without running any view."""
        headers = list(asked.headers)
        if self.page.private_network and asked.get(fetch.REQUEST_METHOD):
            headers.append((fetch.REQUEST_PRIVATE_NETWORK, "true"))
        with self._context(asked, headers):
            wanted = engine.preflight_of(request)
            return self._actual(asked) if wanted is None else self._preflight(asked, wanted)

    def look_up(self, asked: Request) -> None:
        """Note what the table holds for a request that is not sent."""
        with self._context(asked, list(asked.headers)):
            self._look_up()

    def _look_up(self) -> Found:
        target = routing.target_of(self.app, request)
        error = request.routing_exception
        served = error.valid_methods if isinstance(error, MethodNotAllowed) else ()
        found = Found(
            target=target,
            layers=self.policies.layers(target),
            policy=self.policies.policy(target),
            status=getattr(error, "code", None),
            served=tuple(sorted(served or ())),
        )
        self.found.append(found)
        return found

    def _context(self, asked: Request, headers: list[tuple[str, str]]) -> Any:
        parts, root = urlsplit(asked.url), self.page.root
        path = parts.path or "/"
        inside = path.startswith(f"{root}/")
        return self.app.test_request_context(
            urlunsplit(("", "", path[len(root) :] if inside else path, parts.query, "")),
            base_url=f"{parts.scheme}://{parts.netloc}{root if inside else ''}",
            method=asked.method,
            headers=headers,
        )

    def _preflight(self, asked: Request, wanted: Preflight) -> Reply:
        found = engine.answer_preflight(self.app, self._compiled, request, wanted)
        if not found.short_circuits and (own := routing.own_options(request)):
            self.own_options = own.endpoint
        granted = found.decision is not None and any(
            name == fetch.ALLOW_PRIVATE_NETWORK for name, _ in found.decision.headers
        )
        if wanted.private_network and not granted:
            self.refuses_private_network = True
        return self._reply(asked, "preflight", found)

    def _actual(self, asked: Request) -> Reply:
        found = self._look_up()
        origin = request.environ.get("HTTP_ORIGIN")
        policy = found.policy
        if policy and engine.is_left_to_flask(policy, request):
            policy = None
        decision = decide(policy, origin) if policy else None
        answer = engine.Answer(decision, False, found.target.endpoint)
        if not enforcement.may_be_refused(request):
            return self._reply(asked, "actual", answer)
        refused = enforcement.refusal(self.app, self._compiled, request, decision)
        self.refused = enforcement.describe(request, refused) if refused else ""
        return self._reply(asked, "actual", answer, refused)

    def _judged(self, step: Step) -> Step:
        """Return a step of the server as it ends for this page: one that wants credentials."""
        if step.code != "credentials-off" or not self.page.credentials:
            return step
        return step._replace(ok=False)

    def _reply(
        self, asked: Request, kind: str, answer: engine.Answer, refused: Decision | None = None
    ) -> Reply:
        decision = answer.decision
        error = None if answer.short_circuits else request.routing_exception
        status = 200 if answer.short_circuits else getattr(error, "code", None)
        sent = decision.headers if decision else ()
        taken = [self._judged(step) for step in (steps(decision) if decision else ())]
        if refused:
            status = 403
            taken.append(refusal(refused, asked.method))
        self.exchanges.append(
            ExplainedExchange(
                kind=kind,
                method=asked.method,
                url=asked.url,
                endpoint=answer.endpoint,
                answered_by="flask_cors" if answer.short_circuits or refused else "app",
                status=status,
                headers=sent,
                vary=bool(decision and decision.vary),
                steps=tuple(taken),
            )
        )
        if isinstance(error, RequestRedirect):
            sent += (("Location", error.new_url),)
        if refused:
            sent += (("Cache-Control", "no-store"),)
        return Reply(status or 200, sent)
