"""Who is at fault for what a probe saw: likely causes, read from the answers.

May ask the server again; sends nothing itself.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin, urlsplit

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

    @property
    def explanation(self) -> str:
        """What the app itself says, in debug mode, of the last answer; empty where nothing."""
        return self.last.reply.get(fetch.EXPLANATION) or ""

    def ask(
        self, origin: str | None, *, method: str = "GET", fresh: bool = True, query: str = ""
    ) -> Reply:
        """Ask again, past any cache by a *query* that no cache has seen, or by a random one.

        A ``GET`` carries the headers that the page set.
        """
        url = self.url
        if fresh:
            random = query or secrets.token_hex(4)
            url += f"{'&' if '?' in url else '?'}flask-cors-probe={random}"
        lines = [("Accept", "*/*")]
        lines += [(fetch.ORIGIN, origin)] if origin else []
        lines += [(fetch.REQUEST_METHOD, "GET")] if method == "OPTIONS" else self._own_headers()
        return self.transport(Request(method, url, tuple(lines)))

    def _own_headers(self) -> list[tuple[str, str]]:
        not_the_page_s = ("accept", "cookie", "origin", "referer")
        return [
            (name, value)
            for name, value in self.last.request.headers
            if name.lower() not in not_the_page_s and not name.lower().startswith("sec-")
        ]


def faults_of(seen: Seen) -> Iterator[Fault]:
    """Yield what is likely to be wrong; nothing where all is well."""
    if not seen.exchanges:
        yield _unsent(seen)
        return
    for look in (_double, _enforced, _explained, _redirected, _missing, _refused, _erred, _stale):
        if fault := look(seen):
            yield fault
            return
    if seen.failure is not None:
        yield _configured(seen, seen.failure)


def _unsent(seen: Seen) -> Fault:
    """Tell why a browser sent nothing."""
    step = seen.failure.step if seen.failure else ""
    if step == "bad-port":
        port = urlsplit(seen.url).port
        what = f"browsers send nothing to port {port}, which belongs to another protocol"
        return Fault("the page", what, "Serve the API on another port.")
    if step == "mixed-content":
        what = "a page that came over https may not call plain http"
        return Fault("the page", what, "Serve the API over https.")
    what = f"the browser sends no request: {shorten(str(seen.failure))}"
    return Fault("the page", what, "Change what the page asks for.")


def _double(seen: Seen) -> Fault | None:
    values = [part.strip() for line in seen.allowed for part in line.split(",")]
    if len(values) < 2:
        return None
    return Fault(
        "a proxy in front",
        f"two {fetch.ALLOW_ORIGIN} values arrive ({shorten(', '.join(values))}): the app sends "
        "one, and something in front of it adds another",
        "Let only one of them send it: remove the header from the proxy (nginx: add_header).",
    )


def _enforced(seen: Seen) -> Fault | None:
    """Find a refusal of ``enforce``: a 403 that no cache may keep, before any view ran."""
    reply = seen.last.reply
    is_refusal = reply.status == 403 and "no-store" in (reply.get("Cache-Control") or "").lower()
    if seen.last.preflight or not is_refusal:
        return None
    if seen.explanation:
        what = f"refused by the server with 403, the view did not run: {seen.explanation}"
        hint = "Change what it names, or leave it: `enforce` is there to refuse such requests."
        return Fault("the app's configuration", what, hint)
    return Fault(
        "the app's configuration, with `enforce`, or an authentication layer",
        "the request is refused by the server with 403 and Cache-Control: no-store, as `enforce` "
        "does it: then the view did not run",
        "`flask cors explain` says whether `enforce` is on, and for whom.",
    )


def _explained(seen: Seen) -> Fault | None:
    if seen.failure is None or not seen.explanation:
        return None
    hint = "The app is in debug mode; `flask cors explain` says more."
    return Fault("the app's configuration", f"it says: {seen.explanation}", hint)


def _redirected(seen: Seen) -> Fault | None:
    reply = seen.last.reply
    if reply.status not in _REDIRECTS or seen.failure is None:
        return _after_redirect(seen)
    location = reply.get("Location") or ""
    if seen.last.preflight:
        what = f"the preflight is answered by {reply.status} to {shorten(location)}"
        return _redirect_fault(seen, location, f"{what}: browsers follow none")
    if seen.allowed:
        return None  # what is wrong is where it leads
    what = f"the answer is a redirect, {reply.status} to {shorten(location)}, without"
    return _redirect_fault(seen, location, f"{what} {fetch.ALLOW_ORIGIN}")


def _redirect_fault(seen: Seen, location: str, what: str) -> Fault:
    asked = urlsplit(seen.last.request.url)
    target = urlsplit(urljoin(seen.last.request.url, location))
    if (asked.scheme, target.scheme) == ("http", "https"):
        return Fault("an https redirect in front", what, "Use the https URL in the page.")
    if target.path.rstrip("/") == asked.path.rstrip("/") and target.netloc == asked.netloc:
        hint = "Call the address that it redirects to."
        return Fault("a redirect of the trailing slash", what, hint)
    hint = "Let OPTIONS pass without a login: a preflight carries no cookies."
    if not seen.last.preflight:
        hint = (
            "If it leads to a login, answer 401 in its place: a page cannot follow it. Else call "
            "the address that it redirects to."
        )
    return Fault("a login or a redirect in front", what, hint)


def _after_redirect(seen: Seen) -> Fault | None:
    """Find a page that is blocked at another server, where a redirect has led."""
    asked, led = (urlsplit(each.request.url) for each in (seen.exchanges[0], seen.last))
    if seen.failure is None or asked.netloc == led.netloc:
        return None
    where = shorten(seen.last.request.url)
    what = f"a redirect led to {where}, whose answer the page may not read"
    hint = "Call that address in the page, or let it allow the page's origin too."
    if seen.last.request.get(fetch.ORIGIN) == "null":
        what += ": after a redirect from one server to another, browsers send the origin null"
        hint = "Call that address in the page: its policy then sees the page's own origin."
    return Fault("a redirect to another address", what, hint)


def _missing(seen: Seen) -> Fault | None:
    """Find a path that is not served: no CORS header is to be expected there."""
    status = seen.last.reply.status
    if seen.failure is None or seen.allowed or status not in (404, 410):
        return None
    kind = "preflight" if seen.last.preflight else "request"
    return Fault(
        "the URL, or a proxy that does not know the path",
        f"the {kind} is answered by {status} without {fetch.ALLOW_ORIGIN}: nothing serves this "
        "path, or not for this method",
        "Check the path, its prefix and its last slash; `flask routes` lists what the app serves.",
    )


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
    was_redirected = seen.last.request.url != seen.exchanges[0].request.url
    if seen.last.request.method not in _SAFE or was_redirected:
        return None
    if seen.failure is not None:
        return _kept_for_another(seen) if len(seen.exchanges) == 1 else None
    # A random name, so that no list holds it and no cache has an answer for it.
    stranger = f"https://{secrets.token_hex(6)}.example"
    answers = [
        (seen.origin, seen.last.reply),
        (None, seen.ask(None)),
        (stranger, seen.ask(stranger)),
    ]
    for asked_by, reply in answers:
        for other, own in answers:
            if other != asked_by and not _names_origin(reply) and _is_worse(reply, own, other):
                return _lost_vary(asked_by, other, seen.origin)
    return _handed_on(seen, stranger)


def _handed_on(seen: Seen, stranger: str) -> Fault | None:
    """Ask twice for one URL that is new to every cache, and see whose answer comes back."""
    reply = seen.last.reply
    if reply.get(fetch.ALLOW_ORIGIN) != seen.origin or not _names_origin(reply):
        return None  # one answer is for everybody
    query = secrets.token_hex(4)
    kept, own = seen.ask(stranger, query=query), seen.ask(seen.origin, query=query)
    if _allows(own, seen.origin) or own.get(fetch.ALLOW_ORIGIN) != kept.get(fetch.ALLOW_ORIGIN):
        return None
    return Fault(
        "a cache in front",
        f"what was answered to another origin is handed to a page of {seen.origin}, although "
        f"{fetch.VARY} names Origin",
        "Let Vary: Origin pass to the cache, let it obey it, and empty it once.",
    )


def _names_origin(reply: Reply) -> bool:
    names = {name.strip().lower() for name in (reply.get(fetch.VARY) or "").split(",")}
    return bool(names & {"origin", "*"})


def _is_worse(kept: Reply, own: Reply, origin: str | None) -> bool:
    """Return whether a page of *origin* may read its *own* answer, and not the one *kept*."""
    return _allows(own, origin) and not _allows(kept, origin)


def _allows(reply: Reply, origin: str | None) -> bool:
    return origin is not None and reply.get(fetch.ALLOW_ORIGIN) in (origin, "*")


def _lost_vary(asked_by: str | None, other: str | None, page: str) -> Fault:
    names = {None: "a request without Origin", page: f"a page of {page}"}
    kept, handed = (names.get(name, "a page of another origin") for name in (asked_by, other))
    return Fault(
        "a cache or a proxy in front",
        f"the answer depends on the origin, and {fetch.VARY} does not say so: a cache may hand the "
        f"answer to {kept} to {handed}, which it blocks",
        "Let Vary: Origin pass, and let caches obey it.",
    )


def _kept_for_another(seen: Seen) -> Fault | None:
    again = seen.ask(seen.origin).get(fetch.ALLOW_ORIGIN)
    if again is None or again == seen.last.reply.get(fetch.ALLOW_ORIGIN) or "," in again:
        return None
    return Fault(
        "a cache in front",
        f"the same request past the cache gets {fetch.ALLOW_ORIGIN}: {shorten(again)}, so an "
        "answer that was stored for another origin came back",
        "Let Vary: Origin pass to the cache, let it obey it, and empty it once.",
    )


def _configured(seen: Seen, failure: NetworkError) -> Fault:
    option = _CONFIGURED.get(failure.step)
    if option is None and not failure.step.startswith("allow-origin"):
        return Fault("the server", "it answers what a browser cannot use", str(failure))
    if option is None and not seen.allowed and len(seen.exchanges) > 1:
        return Fault(
            "something in front that strips headers",
            f"the preflight carries {fetch.ALLOW_ORIGIN}, and the answer after it does not",
            "Compare with what the app answers without it: `flask cors explain`.",
        )
    if urlsplit(seen.url).path.startswith("/socket.io/"):
        what = f"Engine.IO answers here, before Flask, and does not allow it ({failure.step})"
        return Fault("Socket.IO", what, "Write SocketIO(app, cors_allowed_origins=[...]).")
    return Fault(
        "the app's configuration",
        f"the server does not allow it ({failure.step})",
        f"Change {option or 'origins'}; `flask cors explain` says where it is set. Where it says "
        "that the page is allowed, something in front removes or replaces the header.",
    )
