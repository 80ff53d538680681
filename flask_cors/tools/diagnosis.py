"""Who is at fault for what a probe saw: guesses from the answers, and they say so.

May ask the server again; sends nothing itself.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from .. import fetch
from ..errors import shorten
from ..testing import Exchange, NetworkError, Reply, Request, Transport

_SAFE: Final = frozenset({"GET", "HEAD"})
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_CONFIGURED: Final = {
    "preflight-method": "methods",
    "preflight-header": "allow_headers",
    "preflight-authorization": "allow_headers",
    "allow-credentials": "supports_credentials",
    "allow-origin-wildcard": "supports_credentials, with the origins listed",
}


@dataclass(frozen=True)
class Fault:
    """What is wrong, who is likely to have done it, and what to do."""

    who: str
    what: str
    hint: str


@dataclass(frozen=True)
class Seen:
    """All that was seen; ``ask`` may ask the server again."""

    url: str
    origin: str
    credentials: str
    exchanges: tuple[Exchange, ...]
    failure: NetworkError | None
    transport: Transport

    @property
    def last(self) -> Exchange:
        return self.exchanges[-1]

    @property
    def allowed(self) -> list[str]:
        """The lines of Access-Control-Allow-Origin in the last answer."""
        lines = self.last.reply.headers
        return [value for name, value in lines if name.lower() == fetch.ALLOW_ORIGIN.lower()]

    def ask(self, origin: str | None, *, method: str = "GET", fresh: bool = True) -> Reply:
        """Ask again, past any cache by a query that no cache has seen."""
        url = self.url
        if fresh:
            url += f"{'&' if '?' in url else '?'}flask-cors-probe={secrets.token_hex(4)}"
        lines = [("Accept", "*/*")]
        lines += [(fetch.ORIGIN, origin)] if origin else []
        lines += [(fetch.REQUEST_METHOD, "GET")] if method == "OPTIONS" else []
        return self.transport(Request(method, url, tuple(lines)))


def faults_of(seen: Seen) -> Iterator[Fault]:
    """Yield what is likely to be wrong; nothing where all is well."""
    if not seen.exchanges:
        yield Fault(
            "the page",
            "a page that came over https may not call plain http",
            "Serve the API over https.",
        )
        return
    for look in (_double, _redirected, _refused, _erred, _stale, _configured):
        if fault := look(seen):
            yield fault
            return


def _double(seen: Seen) -> Fault | None:
    values = [part.strip() for line in seen.allowed for part in line.split(",")]
    if len(values) < 2:
        return None
    return Fault(
        "a proxy in front",
        f"two {fetch.ALLOW_ORIGIN} values arrive ({shorten(', '.join(values))}): the app sends "
        "one, and something in front of it adds another",
        "Let one of the two say it: take the header out of the proxy (nginx: add_header).",
    )


def _redirected(seen: Seen) -> Fault | None:
    reply = seen.last.reply
    if not seen.last.preflight or reply.status not in _REDIRECTS:
        return None
    asked, location = urlsplit(seen.last.request.url), urlsplit(reply.get("Location") or "")
    what = f"the preflight is answered by {reply.status} to {shorten(reply.get('Location'))}"
    if asked.scheme == "http" and location.scheme == "https":
        hint = "Call the https address in the page."
        return Fault("an https redirect in front", f"{what}: browsers follow none", hint)
    if location.path.rstrip("/") == asked.path.rstrip("/"):
        hint = "Call the address that it redirects to."
        return Fault("a redirect of the trailing slash", f"{what}: browsers follow none", hint)
    hint = "Let OPTIONS pass without a login: a preflight carries no cookies."
    return Fault("a login or a redirect in front", f"{what}: browsers follow none", hint)


def _refused(seen: Seen) -> Fault | None:
    status = seen.last.reply.status
    if seen.failure is None or seen.allowed or status not in (401, 403, 405, 407, 501):
        return None
    kind = "preflight" if seen.last.preflight else "request"
    what = f"the {kind} is answered by {status} without {fetch.ALLOW_ORIGIN}"
    if status in (405, 501):
        hint = f"Let {seen.last.request.method} pass to the app."
        return Fault("a server in front that lets few methods pass", what, hint)
    hint = "Let OPTIONS pass without authentication: a preflight carries no credentials."
    if not seen.last.preflight:
        hint = "The refusal needs the CORS headers too, or the page sees no status."
    return Fault("an authentication layer in front", what, hint)


def _erred(seen: Seen) -> Fault | None:
    status = seen.last.reply.status
    if seen.failure is None or seen.allowed or status < 500:
        return None
    what = f"the answer is {status}, and carries no {fetch.ALLOW_ORIGIN}"
    if status in (502, 503, 504):
        hint = (
            "Look why the app is down; for readable errors add the headers there (nginx: always)."
        )
        return Fault("a proxy in front, whose app does not answer", what, hint)
    preflight = seen.ask(seen.origin, method="OPTIONS", fresh=False)
    normal = seen.ask(seen.origin, method="OPTIONS") if preflight.status >= 500 else preflight
    if normal.get(fetch.ALLOW_ORIGIN):
        what += "; other answers carry it, so the headers are missing on the error only"
    hint = (
        "Look into the server's log for the error; its answer is made outside of what adds the "
        "headers (nginx's add_header needs always)."
    )
    return Fault("the app's error, and who answers for it", what, hint)


def _stale(seen: Seen) -> Fault | None:
    """Find an answer that a cache kept for another origin, or would hand to one."""
    if seen.last.request.method not in _SAFE or len(seen.exchanges) > 1:
        return None
    if seen.failure is not None:
        return _kept_for_another(seen)
    reply = seen.last.reply
    names = {name.strip().lower() for name in (reply.get(fetch.VARY) or "").split(",")}
    if reply.get(fetch.ALLOW_ORIGIN) == "*" or names & {"origin", "*"}:
        return None
    if seen.ask(None).get(fetch.ALLOW_ORIGIN) == seen.origin:
        return None  # the one origin is always sent, so every cache may keep it
    return Fault(
        "a cache or a proxy in front",
        f"the answer depends on the origin, and {fetch.VARY} does not say so: a cache may hand it "
        "to a page of another origin",
        "Let Vary: Origin pass, and let caches obey it.",
    )


def _kept_for_another(seen: Seen) -> Fault | None:
    again = seen.ask(seen.origin).get(fetch.ALLOW_ORIGIN)
    if again is None or again == seen.last.reply.get(fetch.ALLOW_ORIGIN) or "," in again:
        return None
    return Fault(
        "a cache in front",
        f"the same request past the cache gets {fetch.ALLOW_ORIGIN}: {shorten(again)}, so an "
        "answer that was kept for another origin came back",
        "Let Vary: Origin pass to the cache, let it obey it, and empty it once.",
    )


def _configured(seen: Seen) -> Fault | None:
    if seen.failure is None:
        return None
    option = _CONFIGURED.get(seen.failure.step)
    if option is None and not seen.failure.step.startswith("allow-origin"):
        return Fault("the server", "it answers what a browser cannot use", str(seen.failure))
    if (
        option is None
        and seen.last.reply.get(fetch.ALLOW_ORIGIN) is None
        and len(seen.exchanges) > 1
    ):
        return Fault(
            "something in front that strips headers",
            f"the preflight carries {fetch.ALLOW_ORIGIN}, and the answer after it does not",
            "Compare with what the app answers without it: `flask cors explain`.",
        )
    return Fault(
        "the app's configuration",
        f"the server does not allow it ({seen.failure.step})",
        f"Change {option or 'origins'}; `flask cors explain` says where it is set.",
    )
