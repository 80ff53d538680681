"""What to do about an explanation: why a browser asks first, and what would change the verdict.

Reads what ``explain`` found out; asks and decides nothing anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from .. import fetch
from ..errors import Source
from ..policy.decide import Step
from ..testing import Browser, NetworkError, Reply, Request, Transport
from .explanation import Explanation

_NOT_SENT: Final = "No browser sends"


def reasons(told: Explanation, headers: Mapping[str, str]) -> list[str]:
    """Return why a browser sends a preflight before what is explained; empty if it does not."""
    return [] if told.verdict == "same-origin" else preflight_reasons(told.method, headers)


def preflight_reasons(method: str, headers: Mapping[str, str]) -> list[str]:
    """Return why a browser sends a preflight before this request; empty if it does not.

    See #cors-safelisted-method and #cors-unsafe-request-header-names.
    """
    return list(_reasons(method, tuple(headers.items())))


@lru_cache
def _reasons(method: str, lines: tuple[tuple[str, str], ...]) -> list[str]:
    headers = dict(lines)
    asked: list[Request] = []
    page = Browser(transport=_recorder(asked), origin="https://page.example")
    with suppress(NetworkError, TypeError):
        page.fetch("https://api.example/", method=method, headers=headers)
    names = asked[0].get(fetch.REQUEST_HEADERS) if asked else None
    found = [
        f"the request header {_shown(name, headers)} is not safelisted"
        for name in (names or "").split(",")
        if name
    ]
    method = fetch.normalize_method(method)
    if asked and method not in fetch.SAFELISTED_METHODS:
        found.insert(0, f"the method {method} is none of GET, HEAD and POST")
    return found


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
    if told.lost_mark or told.off:
        return told.lost_mark or _switch_on(told)
    last = told.exchanges[-1]
    if urlsplit(last.url).netloc != urlsplit(told.url).netloc:
        return (
            f"Have the page ask {last.url} itself: after a redirect to another server a browser "
            "sends the origin 'null'."
        )
    failed = [step for exchange in told.exchanges for step in exchange.steps if not step.ok]
    return _beyond_lists(told, failed) or _in_words(_changes(told, failed))


def _switch_on(told: Explanation) -> str:
    if told.endpoint is None:
        return "Check the URL: no route serves this path, and no CORS object covers it."
    if told.off == "dot segment":
        return "Ask for the path without its . and .. segments."
    if told.off == "exempt":
        return f"Take cors_exempt away from the view of {told.endpoint}."
    mark = f"put @cross_origin([{told.origin!r}]) below the route of {told.endpoint}"
    if told.off == "nowhere":
        return f"Call CORS(app, origins=[{told.origin!r}]) for the whole app, or {mark}."
    return f"{mark[0].upper()}{mark[1:]}, or add a resource that covers its path."


def _beyond_lists(told: Explanation, failed: Sequence[Step]) -> str:
    """Return what to do where adding to an option's list is not it; empty where it is."""
    first = failed[0].text if failed else ""
    if "cannot be combined" in first:
        return "Correct the options that cannot be combined; until then every origin is denied."
    if " failed: " in first:
        return "Correct the callable, so that it returns True or False."
    if told.origin == "null" and (first or _needs_credentials(told)):
        return (
            "Serve the page from an origin of its own: every sandboxed frame and local file has "
            "the origin 'null', so a list that holds it is open to any site."
        )
    last = told.exchanges[-1]
    if not failed and last.kind == "preflight" and last.answered_by == "app":
        return (
            "The preflight reaches the app (automatic_options=False, or a view that serves "
            "OPTIONS itself): let that view answer it with status 200 and the CORS headers."
        )
    return ""


class _Change(NamedTuple):
    """One thing to do, and the place to do it at."""

    place: str
    verb: str
    text: str


def _changes(told: Explanation, failed: Iterable[Step]) -> Iterator[_Change]:
    names = {step.name for step in failed}
    any_origin = _value(told, "origins").startswith("*")
    named = _needs_credentials(told)
    if "CORS check" in names:
        yield _add(told, "origins", repr(told.origin))
    elif any_origin and (named or "private network" in names):
        yield _set(told, "origins", f"[{told.origin!r}]")
    if named:
        yield _set(told, "supports_credentials", "True")
    if "method" in names:
        yield _add(told, "methods", repr(told.method))
    for step in failed:
        if step.name == "request headers":
            refused = step.text.partition("request headers ")[2].partition(" are not")[0]
            yield _add(told, "allow_headers", refused)
    if "private network" in names:
        yield _set(told, "allow_private_network", "True")


def _needs_credentials(told: Explanation) -> bool:
    return told.credentials and _value(told, "supports_credentials") != "True"


def _add(told: Explanation, option: str, values: str) -> _Change:
    source = _source(told, option)
    if source.level == "default":
        return _set(told, option, f"[..., {values}]")
    if source.level == "config":
        return _Change("the config", "add", f"{values} to {source.place}")
    return _Change(str(source), "add", f"{values} to {option}")


def _set(told: Explanation, option: str, value: str) -> _Change:
    # Credentials are granted to a list of origins, so what goes with it is said beside it.
    source = _source(told, "origins")
    if source.level == "config":
        return _Change("the config", "write", f"CORS_{option.upper()} = {value}")
    place = told.walk[0].place if source.level == "default" else str(source)
    return _Change(place, "write", f"{option}={value}")


def _in_words(changes: Iterable[_Change]) -> str:
    by_place: dict[str, dict[str, list[str]]] = {}
    for place, verb, text in changes:
        by_place.setdefault(place, {}).setdefault(verb, []).append(text)
    parts = []
    for place, verbs in by_place.items():
        todo = (f"{verb} {' and '.join(texts)}" for verb, texts in verbs.items())
        parts.append(f"in {place}, {', and '.join(todo)}")
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}." if text else ""


def _source(told: Explanation, option: str) -> Source:
    return next(item.source for item in told.options if item.name == option)


def _value(told: Explanation, option: str) -> str:
    return next(item.value for item in told.options if item.name == option)
