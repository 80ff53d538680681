"""A live probe: what a browser would get from a server, through what is in front of it.

Sends over HTTP what the browser model of ``flask_cors.testing`` sends, within bounds, and
judges by it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from queue import Empty, Queue
from threading import Thread
from typing import Any, Final
from urllib.parse import urlsplit

from werkzeug.http import HTTP_STATUS_CODES

from .. import fetch
from ..testing import STANDARD, Browser, Exchange, NetworkError, Reply, Request
from .diagnosis import Fault, Seen, faults_of
from .page_origin import page_origin

#: The headers that show what is in front of the app.
_TELLTALE: Final = ("server", "via", "x-cache", "x-cache-status", "cf-ray", "age", "x-served-by")


class ProbeError(Exception):
    """The server could not be asked: one line that says why."""


@dataclass(frozen=True)
class Limits:
    """The bounds of a probe: seconds per request, requests in all, bytes of a body."""

    seconds: float = 10.0
    requests: int = 12
    body: int = 65536


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
    headers that show what answered.
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

    The request itself is sent, so its effects happen. *origin* is read as the configuration
    reads one (``https://App.example/`` is ``https://app.example``). Needs ``httpx``. Raises
    :class:`ProbeError` where the server cannot be reached or a bound is passed,
    ``ValueError`` where *origin* is none, and ``TypeError`` for a request that no page makes.
    """
    origin, _ = page_origin(origin)
    transport = _Transport(limits or Limits())
    # The client's own User-Agent says who asks.
    traits = replace(STANDARD, user_agent=None)
    page = Browser(transport=transport, origin=origin, base_url=url, traits=traits)
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
        message = f"A page of {origin} can read the response, {_status(response.status)}."
    except NetworkError as error:
        failure, message = error, str(error)
    except ProbeError as error:
        raise _redirected(page.exchanges, error) from None
    seen = Seen(url, origin, tuple(page.exchanges), failure, transport)
    return ProbeResult(
        method=fetch.normalize_method(method),
        url=url,
        origin=origin,
        verdict=verdict,
        message=message,
        step=failure.step if failure else "",
        section=failure.section if failure else "",
        faults=tuple(faults_of(seen) if verdict != "same-origin" else ()),
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
            httpx.Client(
                timeout=self.limits.seconds, headers=_agent(), verify=_certificates(httpx)
            ) as client,
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


@lru_cache(maxsize=1)
def _certificates(httpx: Any) -> Any:
    return httpx.create_ssl_context()  # reading them takes longer than most requests


def _redirected(exchanges: Sequence[Exchange], error: ProbeError) -> ProbeError:
    """Return the error about a server that was asked because of a redirect, and say so."""
    last = exchanges[-1] if exchanges else None
    location = last.reply.get("Location") if last and 300 <= last.reply.status < 400 else None
    if last is None or location is None:
        return error
    return ProbeError(
        f"{last.request.url} redirects to {location} ({last.reply.status}), and {error}. A page "
        "follows a redirect only where both servers allow its origin; an API answers 401 or 403 "
        "in place of a redirect to a login page"
    )


def _status(status: int) -> str:
    if status < 400:
        return f"status {status}"
    error = f"an error: {status} {HTTP_STATUS_CODES.get(status, '')}".rstrip()
    return f"{error}, nothing is served there" if status in (404, 410) else error


def _agent() -> dict[str, str]:
    return {"User-Agent": "Mozilla/5.0 (compatible; flask_cors-probe)"}


def _host(request: Request) -> str:
    return urlsplit(request.url).netloc.rpartition("@")[2]


def _why(error: Exception) -> str:
    text = re.sub(r"^\[Errno -?\d+\] ", "", " ".join(str(error).split()))
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
