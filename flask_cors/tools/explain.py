"""Explanations: what a request would be answered, and what a browser would make of it.

Asks the engine that answers requests, and the browser model of ``flask_cors.testing``;
decides nothing itself.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Final, NamedTuple
from urllib.parse import urljoin, urlsplit

from flask import Flask

from .. import fetch
from ..patterns.paths import has_dot_segment
from ..resolution.compile import Policies
from ..resolution.lost_marks import LostMark, lost_at_registration, lost_in_wrapper
from ..resolution.marks import Layers
from ..runtime.hooks import state_of
from .advice.advise import look_for
from .advice.drafts import Draft
from .advice.preflights import preflight_reasons
from .advice.trials import Trials
from .app_code import (
    Writer,
    answering,
    changing_middleware,
    handler_of_options,
    other_apps,
    writers,
)
from .app_cookies import cookie_problems
from .asking import NOT_SENDABLE, Asked, Found, Question, ask, hidden_layer
from .explanation import ExplainedExchange, Explanation, WalkStep, effective_options
from .limits import Limiting, limiting_views, reasons
from .public_suffixes import is_same_site

__all__ = ["Explanation", "explain"]

# Where `flask run` listens by default.
_PORT: Final = "5000"
# The name that pages are opened under, and the address that `flask run` prints: two sites.
_THIS_MACHINE: Final = ("localhost", "127.0.0.1")
_LOCAL_PAGE: Final = re.compile(r"https?://(?:localhost|127\.0\.0\.1)(?::\d+)?", re.IGNORECASE)


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
    base = _Base(base_url) if base_url else _base_of(app, path, origin)
    root = urlsplit(base.url).path.rstrip("/")
    url = urljoin(
        base.url, f"{root}{path}" if path.startswith("/") and not path.startswith("//") else path
    )
    asks = _with_values(headers)
    question = Question(method, url, origin, asks, credentials, private_network, root)
    asked = ask(app, policies, question)
    off = _off(asked.found, policies)
    view = app.view_functions.get(asked.found.target.endpoint or "")
    lost = lost_in_wrapper(view) or lost_at_registration(view)
    code = _code_of(app, asked, hand_written)
    trials = Trials(policies, _draft(app, policies), question)
    explanation = Explanation(
        method=method,
        url=url,
        origin=origin,
        endpoint=asked.found.target.endpoint,
        covered=bool(asked.found.layers),
        walk=tuple(_walk(asked.found.layers or ())),
        options=tuple(effective_options(asked.found.settings)),
        exchanges=asked.exchanges,
        verdict="undecided" if code else asked.verdict,
        message=code.message if code else asked.message,
        notes=tuple(_notes(app, asked, off, lost, question, base, policies)),
        credentials=credentials,
        off=off,
        lost_mark=lost.hint if lost else "",
        problem=asked.problem,
        status=asked.last.status,
        why_status=_why(asked.last, question),
        otherwise=asked.verdict if code else "",
        writers=code.writers if code else (),
        assumed=base.assumed,
        preflight=_preflight(asked.verdict, question),
        ask_advice=lambda: look_for(explanation, asked, trials),
    )
    return explanation


def _draft(app: Flask, policies: Policies) -> Draft:
    registry = state_of(app).registry
    return Draft(app, registry, dict(app.config), degraded=policies.degraded)


def _preflight(verdict: str, question: Question) -> tuple[str, ...]:
    """Return why a browser sends a preflight before what is asked."""
    same = verdict == "same-origin"
    return () if same else preflight_reasons(question.method, question.headers)


# -- the request -----------------------------------------------------------------------


class _Base(NamedTuple):
    """The address of the server that a path is asked of, and a sentence where it is assumed.

    ``printed`` is the address that ``flask run`` prints, where it is assumed to serve the app.
    """

    url: str
    assumed: str = ""
    printed: str = ""


def _base_of(app: Flask, path: str, origin: str | None) -> _Base:
    if _server_in(path):
        return _Base("")
    name = app.config["SERVER_NAME"]
    # A browser lets no page of an https site fetch from plain http.
    secure = name is not None and origin is not None and origin.lower().startswith("https:")
    scheme = "https" if secure else app.config["PREFERRED_URL_SCHEME"]
    if name:
        url = f"{scheme}://{name}"
        return _Base(url, f"The host is taken from SERVER_NAME: {url}.")
    port = os.environ.get("FLASK_RUN_PORT", _PORT)
    url, printed = (
        f"{scheme}://{host}:{port if port.isdigit() else _PORT}" for host in _THIS_MACHINE
    )
    return _Base(url, f"The host is assumed, as `flask run` would serve it: {url}.", printed)


def _server_in(path: str) -> str:
    try:
        return urlsplit(path).netloc
    except ValueError as error:
        raise ValueError(f"{path!a} is not a URL: {error}") from None


def _with_values(headers: Mapping[str, str] | Iterable[str]) -> dict[str, str]:
    if isinstance(headers, Mapping):
        return dict(headers)
    names = [headers] if isinstance(headers, str) else headers
    json = "application/json"
    return {name: json if name.lower() == "content-type" else "x" for name in names}


# -- notes -----------------------------------------------------------------------------


def _walk(layers: Layers) -> Iterable[WalkStep]:
    for layer in layers:
        yield WalkStep(layer.kind, layer.place, tuple(sorted(layer.settings)))


def _off(found: Found, policies: Policies) -> str:
    if found.layers:
        return ""
    if has_dot_segment(found.target.path):
        return "dot segment"
    if found.layers is None:
        return "exempt"
    return "not covered" if policies.all else "nowhere"


_WHY_OFF = {
    "dot segment": "the path has a . or .. segment, which no page needs.",
    "exempt": "cors_exempt turns CORS off for the view.",
    "not covered": "no decorator, blueprint or resource covers this path.",
    "nowhere": "no route of this app has CORS.",
}


def _why(found: Found, question: Question) -> str:
    """Return why Flask answers with a status of its own; empty where a view answers."""
    if found.status == 404:
        return "no route serves this path"
    if found.status == 405:
        return f"this path serves {', '.join(found.served)}, and not {question.method}"
    return "Flask answers before any view" if found.status else ""


# -- what the app's code decides -----------------------------------------------------------

# What a browser refuses by itself stays refused, also where the app's code decides.
_BY_BROWSERS: Final = (NOT_SENDABLE, "mixed-content")


class _Code(NamedTuple):
    """Code of the app that decides instead of the options, and the note about it."""

    writers: tuple[Writer, ...]
    message: str


def _code_of(app: Flask, asked: Asked, hand_written: Set[str]) -> _Code | None:
    """Return the code that is seen to decide on the way; ``None`` where the options do."""
    if asked.verdict not in ("readable", "blocked") or asked.problem in _BY_BROWSERS:
        return None
    found = tuple(dict.fromkeys(writer for each in asked.exchanges for writer in _on(app, each)))
    alone = f"by the options alone the page is {_ALONE[asked.verdict]}"
    if found:
        names = " and ".join(map(str, found))
        writes = f"{'write' if len(found) > 1 else 'writes'} or removes {fetch.ALLOW_ORIGIN}"
        return _Code(found, f"{_capital(names)} {writes}, so that code decides; {alone}.")
    if (asked.last.target.endpoint or "") in hand_written:
        before = f"The app wrote {fetch.ALLOW_ORIGIN} itself in a response of this endpoint"
        return _Code((), f"{before}, so that code decides; {alone}.")
    if asked.verdict == "readable" and asked.own_options:
        answers = f"The view of {asked.own_options} answers the preflight itself"
        wants = "a browser wants status 200 to 299"
        return _Code((), f"{answers}, and {wants}; {alone}.")
    return None


_ALONE: Final = {"readable": "allowed to read the response", "blocked": "blocked"}


def _on(app: Flask, exchange: ExplainedExchange) -> list[Writer]:
    """Return the code that sees one exchange; a preflight that is answered here runs few hooks."""
    short = exchange.answered_by == "flask_cors"
    method = None if exchange.kind == "preflight" else exchange.method
    error = None if short else exchange.status
    return writers(app, exchange.endpoint, method, short=short, error=error)


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


# -- notes ----------------------------------------------------------------------------------


def _notes(
    app: Flask,
    asked: Asked,
    off: str,
    lost: LostMark | None,
    question: Question,
    base: _Base,
    policies: Policies,
) -> Iterator[str]:
    endpoint = asked.found.target.endpoint
    if lost:
        yield f"The view of {endpoint} has a decorator without effect: {lost.reason}."
    layers = asked.found.layers
    hidden = hidden_layer(policies, asked.found, question.origin)
    if asked.verdict == "blocked" and layers and hidden:
        source = f" at {hidden.source.file}:{hidden.source.line}" if hidden.source else ""
        yield (
            f"{hidden.place}{source} lists this origin, but {layers[0].place}, which is more "
            "specific, applies instead."
        )
    yield from _without_effect(asked, question)
    if views := limiting_views(app, asked):
        yield _limited(app, views, policies, question)
    if off:
        yield f"CORS is off here: {_WHY_OFF[off]}"
        if off == "nowhere" and (others := other_apps(app)):
            yield f"{', '.join(others)} was called on another Flask object of this module."
    if question.credentials and question.origin and asked.verdict in ("readable", "blocked"):
        url = asked.exchanges[-1].url
        for problem in cookie_problems(app.config, question.origin, url):
            where = f" {_OTHER_HOST}" if base.printed else ""
            yield f"{_capital(str(problem))}{where}"
        if base.printed and _LOCAL_PAGE.fullmatch(question.origin):
            yield _printed(base.printed, question.origin)
    yield from _notes_on_code(app, asked)
    if asked.verdict == "readable" and _is_blocked_with_json(asked, question):
        yield (
            "A page that sends JSON sets Content-Type, which allow_headers does not allow: ask "
            "with --header Content-Type."
        )


def _limited(app: Flask, views: Sequence[Limiting], policies: Policies, question: Question) -> str:
    """Return which other views of the URL limit its header names, and why."""
    origin = str(question.origin)
    found = (why for view in views for why in reasons(app, policies, view, origin))
    return (
        "A browser caches header names for every method of a URL, and GET, HEAD and POST need no "
        f"permission of their own, so each has to allow what is allowed here: {'; '.join(found)}."
    )


def _notes_on_code(app: Flask, asked: Asked) -> Iterator[str]:
    """Yield what other code than the options may do to the response."""
    if outside := changing_middleware(app):
        yield (
            f"app.wsgi_app is wrapped by {' and '.join(outside)}, which may answer first or change "
            "headers: this is the answer of the app inside. To ask from outside: flask cors probe."
        )
    if asked.own_options:
        view = handler_of_options(app, asked.own_options)
        yield (
            f"The preflight reaches {view} after the hooks of the app, since that view serves "
            "OPTIONS. Put @cross_origin on it, or let it not serve "
            "OPTIONS, to have preflights answered before the hooks."
        )
    if asked.verdict == "readable" and (hooks := answering(app, asked.found.target.endpoint)):
        yield (
            f"before_request runs {', '.join(hooks)} first, which can answer instead of the view: "
            "a page can read that answer too, unless it is a redirect to another server."
        )


def _without_effect(asked: Asked, question: Question) -> Iterator[str]:
    """Say why credentials that an outer level allows do not apply: they go with its origins."""
    layers = asked.found.layers or ()
    if not question.credentials or not layers or asked.grants_credentials:
        return
    for number, layer in enumerate(layers):
        setting = layer.settings.get("supports_credentials")
        inner = [each.settings["origins"] for each in layers[:number] if "origins" in each.settings]
        if setting is not None and setting.value and inner:
            yield (
                f"supports_credentials of {setting.source} does not apply here, since "
                f"{inner[-1].source} sets origins of its own: write it there, too."
            )
            return


# Whether page and API are of one site depends on their hosts.
def _printed(address: str, origin: str) -> str:
    """Return which address of this machine a page has to use for its cookies to be sent."""
    same = is_same_site(origin, address)
    site = f"the same site as {origin}" if same else f"a different site from {origin}"
    return (
        f"`flask run` prints {address}, which is {site} for cookies: open both with the same host "
        "name."
    )


_OTHER_HOST: Final = "If the API has another host in production, ask with --base-url."
_WITH_BODY: Final = ("POST", "PUT", "PATCH", "DELETE")


def _is_blocked_with_json(asked: Asked, question: Question) -> bool:
    """Return whether the same request with a body of JSON would be blocked."""
    named = any(name.lower() == "content-type" for name in question.headers)
    if named or question.method.upper() not in _WITH_BODY or not asked.found.policy:
        return False
    return not asked.found.settings["allow_headers"].value.allows("Content-Type")
