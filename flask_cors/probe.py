"""A live probe: what a browser would get from a server, through whatever stands in front.

Sends over HTTP what the browser model of ``flask_cors.testing`` sends, within bounds, and
judges by it; who is at fault is a guess from the answers, and says so.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from queue import Empty, Queue
from threading import Thread
from typing import Any, Final
from urllib.parse import urlsplit

from . import fetch
from .errors import shorten
from .testing import Browser, Exchange, NetworkError, Reply, Request

#: The answers that say what stands in front of the app.
_TELLTALE: Final = ("server", "via", "x-cache", "x-cache-status", "cf-ray", "age", "x-served-by")
_SAFE: Final = frozenset({"GET", "HEAD"})
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_CONFIGURED: Final = {
    "preflight-method": "methods",
    "preflight-header": "allow_headers",
    "preflight-authorization": "allow_headers",
    "allow-credentials": "supports_credentials",
    "allow-origin-wildcard": "supports_credentials, with the origins listed",
}


class ProbeError(Exception):
    """The server could not be asked: one line that says why."""


@dataclass(frozen=True)
class Limits:
    """The bounds of a probe: seconds per request, requests in all, bytes of a body."""

    seconds: float = 10.0
    requests: int = 12
    body: int = 65536


@dataclass(frozen=True)
class Fault:
    """What is wrong, who is likely to have done it, and what to do."""

    who: str
    what: str
    hint: str


@dataclass(frozen=True)
class ProbedExchange:
    """One request that was sent, and the answer."""

    kind: str
    method: str
    url: str
    request_headers: tuple[tuple[str, str], ...]
    status: int
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ProbeResult:
    """What a page of *origin* would get.

    ``verdict`` is ``readable``, ``blocked`` or ``same-origin``; ``step`` names the check
    that failed and ``section`` its part of the Fetch standard; ``in_front`` holds the
    headers that tell what answered.
    """

    method: str
    url: str
    origin: str
    verdict: str
    message: str
    step: str
    section: str
    faults: tuple[Fault, ...]
    in_front: tuple[tuple[str, str], ...]
    exchanges: tuple[ProbedExchange, ...]

    @property
    def good(self) -> bool:
        """Whether the page can read the response and nothing was found to be wrong."""
        return self.verdict != "blocked" and not self.faults

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain data, for JSON."""
        return asdict(self)


def probe(
    url: str,
    origin: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    credentials: bool = False,
    limits: Limits | None = None,
) -> ProbeResult:
    """Send what a browser would send for a page of *origin*, and judge as it would.

    The request itself is sent, so its effects happen. Needs ``httpx``. Raises
    :class:`ProbeError` where the server cannot be reached or a bound is passed,
    ``ValueError`` where *origin* is none, and ``TypeError`` for a request that no page makes.
    """
    transport = _Transport(limits or Limits())
    page = Browser(transport=transport, origin=origin, base_url=url)
    mode = "include" if credentials else "same-origin"
    failure: NetworkError | None = None
    verdict, message = "blocked", ""
    try:
        response = page.fetch(
            url,
            method=method,
            headers=headers or {},
            credentials="include" if credentials else "same-origin",
        )
        verdict = "same-origin" if response.type == "basic" else "readable"
        message = f"The page can read the {response.type} response, status {response.status}."
    except NetworkError as error:
        failure, message = error, str(error)
    seen = _Seen(url, origin, mode, tuple(page.exchanges), failure, transport)
    return ProbeResult(
        method=fetch.normalize_method(method),
        url=url,
        origin=origin,
        verdict=verdict,
        message=message,
        step=failure.step if failure else "",
        section=failure.section if failure else "",
        faults=tuple(_faults(seen) if verdict != "same-origin" else ()),
        in_front=tuple(_telltale(page.exchanges)),
        exchanges=tuple(map(_probed, page.exchanges)),
    )


@dataclass
class _Transport:
    """Sends one request after the other over HTTP, each within the bounds."""

    limits: Limits
    sent: int = field(default=0)

    def __call__(self, request: Request) -> Reply:
        self.sent += 1
        if self.sent > self.limits.requests:
            raise ProbeError(f"the server redirects more than {self.limits.requests - 1} times")
        import httpx  # of the extra [cli]

        # A server that sends a byte now and then passes every time-out of a library.
        answers: Queue[Reply | ProbeError] = Queue()
        Thread(target=self._answer, args=(httpx, request, answers), daemon=True).start()
        try:
            found = answers.get(timeout=self.limits.seconds)
        except Empty:
            found = self._late(request)
        if isinstance(found, ProbeError):
            raise found
        return found

    def _late(self, request: Request) -> ProbeError:
        seconds = f"{self.limits.seconds:g} seconds"
        return ProbeError(f"{_host(request)} did not answer within {seconds}")

    def _answer(self, httpx: Any, request: Request, answers: Queue[Reply | ProbeError]) -> None:
        try:
            answers.put(self._send(httpx, request))
        except httpx.TimeoutException:
            answers.put(self._late(request))
        except Exception as error:
            answers.put(ProbeError(f"{_host(request)} cannot be asked: {_why(error)}"))

    def _send(self, httpx: Any, request: Request) -> Reply:
        end = time.monotonic() + self.limits.seconds
        body = b""
        with (
            httpx.Client(timeout=self.limits.seconds, headers=_agent()) as client,
            client.stream(
                request.method,
                request.url,
                headers=list(request.headers),
                content=request.body or None,
            ) as response,
        ):
            for chunk in response.iter_raw():
                body += chunk
                if len(body) > self.limits.body or time.monotonic() > end:
                    break
        lines = [
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in response.headers.raw
        ]
        return Reply(response.status_code, tuple(lines), body[: self.limits.body])


def _agent() -> dict[str, str]:
    return {"User-Agent": f"Mozilla/5.0 (compatible; {__package__}-probe)"}


def _host(request: Request) -> str:
    return urlsplit(request.url).netloc.rpartition("@")[2]


def _why(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text or type(error).__name__


def _probed(exchange: Exchange) -> ProbedExchange:
    request, reply = exchange.request, exchange.reply
    return ProbedExchange(
        kind="preflight" if exchange.preflight else "actual",
        method=request.method,
        url=request.url,
        request_headers=request.headers,
        status=reply.status,
        headers=reply.headers,
    )


def _telltale(exchanges: Sequence[Exchange]) -> Iterable[tuple[str, str]]:
    lines = exchanges[-1].reply.headers if exchanges else ()
    return [(name, value) for name, value in lines if name.lower() in _TELLTALE]


# -- who is at fault -------------------------------------------------------------------


@dataclass(frozen=True)
class _Seen:
    """All that was seen; ``ask`` may ask the server again."""

    url: str
    origin: str
    credentials: str
    exchanges: tuple[Exchange, ...]
    failure: NetworkError | None
    transport: _Transport

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


def _faults(seen: _Seen) -> Iterator[Fault]:
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


def _double(seen: _Seen) -> Fault | None:
    values = [part.strip() for line in seen.allowed for part in line.split(",")]
    if len(values) < 2:
        return None
    return Fault(
        "a proxy in front",
        f"two {fetch.ALLOW_ORIGIN} values arrive ({shorten(', '.join(values))}): the app sends "
        "one, and something in front of it adds another",
        "Let one of the two say it: take the header out of the proxy (nginx: add_header).",
    )


def _redirected(seen: _Seen) -> Fault | None:
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


def _refused(seen: _Seen) -> Fault | None:
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


def _erred(seen: _Seen) -> Fault | None:
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


def _stale(seen: _Seen) -> Fault | None:
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


def _kept_for_another(seen: _Seen) -> Fault | None:
    again = seen.ask(seen.origin).get(fetch.ALLOW_ORIGIN)
    if again is None or again == seen.last.reply.get(fetch.ALLOW_ORIGIN) or "," in again:
        return None
    return Fault(
        "a cache in front",
        f"the same request past the cache gets {fetch.ALLOW_ORIGIN}: {shorten(again)}, so an "
        "answer that was kept for another origin came back",
        "Let Vary: Origin pass to the cache, let it obey it, and empty it once.",
    )


def _configured(seen: _Seen) -> Fault | None:
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
        f"Mend {option or 'origins'}; `flask cors explain` says where it is set.",
    )
