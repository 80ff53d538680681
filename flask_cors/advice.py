"""What to do about an explanation: why a browser asks first, and what would change the verdict.

Reads what ``explain`` found out; asks and decides nothing anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

from . import fetch
from .errors import Source
from .explain import ExplainedExchange, Explanation
from .protocol import Step
from .testing import Browser, NetworkError, Reply, Request, Transport

_NOT_SENT: Final = "No browser sends"


def preflight_reasons(method: str, headers: Mapping[str, str]) -> list[str]:
    """Return why a browser sends a preflight before this request; empty if it does not.

    See #cors-safelisted-method and #cors-unsafe-request-header-names.
    """
    asked: list[Request] = []
    page = Browser(transport=_recorder(asked), origin="https://page.example")
    with suppress(NetworkError, TypeError):
        page.fetch("https://api.example/", method=method, headers=headers)
    names = asked[0].get(fetch.REQUEST_HEADERS) if asked else None
    reasons = [
        f"the request header {_shown(name, headers)} is not safelisted"
        for name in (names or "").split(",")
        if name
    ]
    method = fetch.normalize_method(method)
    if asked and method not in fetch.SAFELISTED_METHODS:
        reasons.insert(0, f"the method {method} is none of GET, HEAD and POST")
    return reasons


def _recorder(asked: list[Request]) -> Transport:
    def answer(request: Request) -> Reply:
        asked.append(request)
        return Reply(404, ())

    return answer


def _shown(name: str, headers: Mapping[str, str]) -> str:
    values = (value for key, value in headers.items() if key.lower() == name.lower())
    return f"{name}: {next(values, '')}" if name == "content-type" else name


def advise(told: Explanation) -> str:
    """Return the change that would turn the verdict, in one sentence.

    Empty where nothing is blocked by CORS.
    """
    if told.verdict != "blocked":
        return ""
    if told.message.startswith(_NOT_SENT):
        return "Ask for an origin, a method and headers that a page can send."
    if "Mixed Content" in told.message:
        return "Serve the API over https, or open the page over http."
    if not told.covered:
        return _cover(told)
    last = told.exchanges[-1]
    if urlsplit(last.url).netloc != urlsplit(told.url).netloc:
        return f"The request is redirected: {last.url} has to allow the origin 'null'."
    steps = (step for exchange in told.exchanges for step in exchange.steps)
    step = next((step for step in steps if not step.ok), None)
    if step is None:
        return _of_answer(told, last)
    return _BY_STEP[step.name](told, step)


def _cover(told: Explanation) -> str:
    if told.endpoint is None:
        return "No route serves this path, and no CORS object covers it: mend the URL first."
    return (
        f"Put the endpoint {told.endpoint} under CORS: cross_origin on the view, or CORS(app) "
        "with a resource that matches the path; take away a cors_exempt that is on its way."
    )


def _origin(told: Explanation, step: Step) -> str:
    if "cannot be combined" in step.text:
        return "Mend the options that cannot be combined; until then every origin is denied."
    if " failed: " in step.text:
        return "Mend the callable, so that it returns True or False."
    return f"Add {told.origin!r} to origins, which {_source(told, 'origins')} sets."


def _method(told: Explanation, step: Step) -> str:
    return f"Add {told.method!r} to methods, which {_source(told, 'methods')} sets."


def _headers(told: Explanation, step: Step) -> str:
    names = step.text.partition("request headers ")[2].partition(" are not")[0]
    return f"Add {names} to allow_headers, which {_source(told, 'allow_headers')} sets."


def _private(told: Explanation, step: Step) -> str:
    return "Say allow_private_network=True where origins is set, and list the origins."


_BY_STEP: Final[Mapping[str, Callable[[Explanation, Step], str]]] = {
    "CORS check": _origin,
    "method": _method,
    "request headers": _headers,
    "private network": _private,
}


def _of_answer(told: Explanation, failed: ExplainedExchange) -> str:
    """Return what to do where the protocol allows all that it was asked."""
    sent = dict(failed.headers)
    if failed.kind == "preflight" and failed.answered_by == "app":
        return (
            "The preflight reaches the app (automatic_options=False, or a view that serves "
            "OPTIONS itself): let that view answer it with status 200 and the CORS headers."
        )
    if sent.get(fetch.ALLOW_ORIGIN) == "*":
        return (
            "Credentials need an origin by name: list the origins and say "
            f"supports_credentials=True; now {_source(told, 'origins')} allows any."
        )
    any_origin = _value(told, "origins").startswith("*")
    listing = ", with the origins listed" if any_origin else ""
    where = _source(told, "origins")
    return f"Say supports_credentials=True where origins is set ({where}){listing}."


def _source(told: Explanation, option: str) -> Source:
    found = (item.source for item in told.options if item.name == option)
    return next(found, Source("default", "the defaults"))


def _value(told: Explanation, option: str) -> str:
    return next((item.value for item in told.options if item.name == option), "")
