"""Why a page gets nothing: the steps of the standard that fail, and a console's words.

Knows texts; decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from ..fetch import ALLOW_CREDENTIALS, ALLOW_HEADERS, ALLOW_METHODS, ALLOW_ORIGIN
from .transport import Exchange

# What Chromium adds for fetch and for XMLHttpRequest.
_ADVICE = {
    "fetch": " Have the server send the header with a valid value.",
    "XMLHttpRequest": " The credentials mode of requests initiated by the XMLHttpRequest is "
    "controlled by the withCredentials attribute.",
}


class _Step(NamedTuple):
    """A section of the Fetch standard, and Chromium's console message for its failure."""

    section: str
    words: str
    about_preflight: bool = False
    advice: str = ""


_SCHEMES = (
    "Cross origin requests are only supported for protocol schemes: chrome, chrome-extension, "
    "chrome-untrusted, data, http, https, isolated-app."
)

# What CORS refuses. Each text follows "has been blocked by CORS policy: ".
CORS_STEPS = {
    "allow-origin-missing": _Step(
        "cors-check",
        "No 'Access-Control-Allow-Origin' header is present on the requested resource.",
    ),
    "allow-origin-wildcard": _Step(
        "cors-check",
        "The value of the 'Access-Control-Allow-Origin' header in the response must not be the "
        "wildcard '*' when the request's credentials mode is 'include'.",
        advice="XMLHttpRequest",
    ),
    "allow-origin-multiple": _Step(
        "cors-check",
        "The 'Access-Control-Allow-Origin' header contains multiple values '{value}', but only "
        "one is allowed.",
        advice="fetch",
    ),
    "allow-origin-invalid": _Step(
        "cors-check",
        "The 'Access-Control-Allow-Origin' header contains the invalid value '{value}'.",
        advice="fetch",
    ),
    "allow-origin-mismatch": _Step(
        "cors-check",
        "The 'Access-Control-Allow-Origin' header has a value '{value}' that is not equal to the "
        "supplied origin.",
        advice="fetch",
    ),
    "allow-credentials": _Step(
        "cors-check",
        "The value of the 'Access-Control-Allow-Credentials' header in the response is "
        "'{value}' which must be 'true' when the request's credentials mode is 'include'.",
        advice="XMLHttpRequest",
    ),
    "preflight-redirect": _Step(
        "cors-preflight-fetch", "Redirect is not allowed for a preflight request.", True
    ),
    "preflight-status": _Step("cors-preflight-fetch", "It does not have HTTP ok status.", True),
    "preflight-methods-syntax": _Step(
        "cors-preflight-fetch",
        "Cannot parse Access-Control-Allow-Methods response header field in preflight response.",
    ),
    "preflight-headers-syntax": _Step(
        "cors-preflight-fetch",
        "Cannot parse Access-Control-Allow-Headers response header field in preflight response.",
    ),
    "preflight-method": _Step(
        "cors-preflight-fetch",
        "Method {value} is not allowed by Access-Control-Allow-Methods in preflight response.",
    ),
    "preflight-authorization": _Step(
        "cors-preflight-fetch",
        "Request header field {value} is not allowed by Access-Control-Allow-Headers in "
        "preflight response.",
    ),
    "preflight-header": _Step(
        "cors-preflight-fetch",
        "Request header field {value} is not allowed by Access-Control-Allow-Headers in "
        "preflight response.",
    ),
    "redirect-credentials": _Step(
        "http-redirect-fetch",
        "Redirect location '{value}' contains a username and password, which is disallowed for "
        "cross-origin requests.",
    ),
    "cors-scheme": _Step("main-fetch", _SCHEMES),
    "redirect-scheme": _Step("http-redirect-fetch", _SCHEMES),
}

STANDARD_URL = "https://fetch.spec.whatwg.org/"
_FAILED = "Failed to load resource: net::"

# Network errors that are not CORS: the page sees the same "Failed to fetch".
OTHER_STEPS = {
    "mixed-content": _Step(
        "main-fetch",
        "Mixed Content: The page at '{origin}/' was loaded over HTTPS, but requested an insecure "
        "{resource} '{url}'. This request has been blocked; the content must be served over HTTPS.",
    ),
    "same-origin-mode": _Step(
        "main-fetch",
        'Fetch API cannot load {url}. Request mode is "same-origin" but the URL\'s origin is not '
        "same as the request origin {origin}.",
    ),
    "no-cors-redirect-mode": _Step(
        "main-fetch",
        'Fetch API cannot load {url}. Request mode is "no-cors" but the redirect mode is not '
        '"follow".',
    ),
    "url-scheme": _Step(
        "main-fetch", 'Fetch API cannot load {url}. URL scheme "{value}" is not supported.'
    ),
    "same-origin-redirect": _Step(
        "main-fetch",
        "Unsafe attempt to load URL {url} from frame with URL {origin}/. Domains, protocols and "
        "ports must match.\n",
    ),
    "redirect-error-mode": _Step("http-fetch", _FAILED + "ERR_FAILED"),
    "redirect-location": _Step("http-redirect-fetch", _FAILED + "{value}"),
    "redirect-unsafe": _Step("http-redirect-fetch", _FAILED + "{value}"),
    "redirect-with-credentials": _Step("http-redirect-fetch", "Failed to fetch"),
    "redirect-count": _Step("http-redirect-fetch", _FAILED + "ERR_TOO_MANY_REDIRECTS"),
}

# What the rest of a browser refuses: ports, caches, digests, local networks.
BROWSER_STEPS = {
    "redirect-stream": _Step("http-redirect-fetch", "Failed to fetch"),
    "stream-http": _Step(
        "http-network-fetch",
        "Fetch API cannot load {url}. Browsers stream a body over HTTP/2 and later alone, and "
        "these over HTTPS alone: use a base_url that begins with https://, or send bytes or a "
        "Blob.",
    ),
    "stream-authentication": _Step("http-network-or-cache-fetch", "Failed to fetch"),
    "content-length": _Step(
        "http-network-fetch", _FAILED + "ERR_RESPONSE_HEADERS_MULTIPLE_CONTENT_LENGTH"
    ),
    "content-incomplete": _Step("http-network-fetch", _FAILED + "ERR_CONTENT_LENGTH_MISMATCH"),
    "content-encoding": _Step("http-network-fetch", _FAILED + "ERR_CONTENT_DECODING_FAILED"),
    "url-credentials": _Step(
        "main-fetch",
        "Subresource requests whose URLs contain embedded credentials (e.g. "
        "`https://user:pass@host/`) are blocked.",
    ),
    "blob-url": _Step("scheme-fetch", _FAILED + "{value}"),
    "dangling-markup": _Step(
        "main-fetch",
        "The resource {url} was not loaded: its URL holds a line end or a tab, and '<'.",
    ),
    "bad-port": _Step("port-blocking", _FAILED + "ERR_UNSAFE_PORT"),
    "cache-miss": _Step("http-network-or-cache-fetch", _FAILED + "ERR_CACHE_MISS"),
    "keepalive-size": _Step(
        "http-network-or-cache-fetch",
        "Fetch API cannot load {url}. The body of a keepalive request must be at most 64 KiB.",
    ),
    "integrity": _Step(
        "main-fetch", "Fetch API cannot load {initial_url}. SRI's integrity checks failed."
    ),
    "integrity-element": _Step(
        "main-fetch",
        "Failed to find a valid digest in the 'integrity' attribute for resource '{url}'. The "
        "resource has been blocked.",
    ),
    "resource-policy": _Step(
        "cross-origin-resource-policy-header", _FAILED + "ERR_BLOCKED_BY_RESPONSE.{value}"
    ),
    "event-source-status": _Step(
        "http-fetch", "EventSource's response has a status {value} that is not 200. Aborting."
    ),
    "event-source-type": _Step(
        "http-fetch",
        'EventSource\'s response has a MIME type ("{value}") that is not '
        '"text/event-stream". Aborting the connection.',
    ),
    "websocket-handshake": _Step(
        "websocket-protocol",
        "WebSocket connection to '{url}' failed: Error during WebSocket handshake: {value}",
    ),
    "local-network-insecure": _Step(
        "main-fetch",
        "Access to {kind} at '{url}' from origin '{origin}' has been blocked by CORS policy: "
        "The request client is not a secure context and the resource is in more-private address "
        "space `{value}`.",
    ),
    "local-network-permission": _Step(
        "main-fetch",
        "Access to {kind} at '{url}' from origin '{origin}' has been blocked by CORS policy: "
        "Permission was denied for this request to access the `{value}` address space.",
    ),
    "local-network-target": _Step(
        "main-fetch",
        "Access to {kind} at '{url}' from origin '{origin}' has been blocked by CORS policy: "
        "Request had a target IP address space of `{value}` yet the resource is in another.",
    ),
}

# Responses that come and are of no use: by their type, their status, or not as HTTP has them.
RESPONSE_STEPS = {
    "nosniff-script": _Step(
        "should-response-to-request-be-blocked-due-to-nosniff?",
        "Refused to execute script from '{url}' because its MIME type ('{value}') is not "
        "executable, and strict MIME type checking is enabled.",
    ),
    "nosniff-style": _Step(
        "should-response-to-request-be-blocked-due-to-nosniff?",
        "Refused to apply style from '{url}' because its MIME type ('{value}') is not a supported "
        "stylesheet MIME type, and strict MIME checking is enabled.",
    ),
    "script-type": _Step(
        "should-response-to-request-be-blocked-due-to-mime-type?",
        "Refused to execute script from '{url}' because its MIME type ('{value}') is not "
        "executable.",
    ),
    "module-type": _Step(
        "concept-header-extract-mime-type",
        "Failed to load module script: Expected a JavaScript-or-Wasm module script but the server "
        'responded with a MIME type of "{value}". Strict MIME type checking is enforced for '
        "module scripts per HTML spec.",
    ),
    "json-type": _Step(
        "concept-header-extract-mime-type",
        "Failed to load module script: Expected a JSON module script but the server responded "
        'with a MIME type of "{value}". Strict MIME type checking is enforced for module scripts '
        "per HTML spec.",
    ),
    "stylesheet-type": _Step(
        "concept-header-extract-mime-type",
        "The style sheet '{url}' is not applied: its MIME type ('{value}') is not text/css.",
    ),
    "element-status": _Step(
        "main-fetch", "Failed to load resource: the server responded with a status of {value} ()"
    ),
    "opaque-response": _Step("main-fetch", _FAILED + "ERR_BLOCKED_BY_ORB"),
    "invalid-response": _Step("http-network-fetch", _FAILED + "ERR_INVALID_HTTP_RESPONSE"),
    "proxy-authentication": _Step(
        "http-network-or-cache-fetch", _FAILED + "ERR_UNEXPECTED_PROXY_AUTH"
    ),
}

# Which header of a response each step judges, and what would have let the page pass.
_JUDGED = {
    "allow-origin": (ALLOW_ORIGIN, f"{ALLOW_ORIGIN}: {{origin}}"),
    "allow-credentials": (ALLOW_CREDENTIALS, f"{ALLOW_CREDENTIALS}: true"),
    "preflight-redirect": ("Location", "an answer of status 200 to 299 instead of a redirect"),
    "preflight-status": ("", "a status of 200 to 299"),
    "preflight-methods-syntax": (ALLOW_METHODS, "method names, separated by commas"),
    "preflight-headers-syntax": (ALLOW_HEADERS, "header names, separated by commas"),
    "preflight-method": (ALLOW_METHODS, f"{ALLOW_METHODS} with {{value}} in it"),
    "preflight-authorization": (ALLOW_HEADERS, f"{ALLOW_HEADERS} with {{value}} in it"),
    "preflight-header": (ALLOW_HEADERS, f"{ALLOW_HEADERS} with {{value}} in it"),
    "redirect": ("Location", "another Location, or no redirect"),
    "stream-http": ("", "a URL with https://, or bytes or a Blob in place of the stream"),
    "stream-authentication": ("", "a status other than 401, or bytes in place of the stream"),
    "content-length": ("Content-Length", "one Content-Length"),
    "content-incomplete": (
        "Content-Length",
        "a body of as many bytes as Content-Length says; it has {value}",
    ),
    "content-encoding": (
        "Content-Encoding",
        "a body that is encoded as Content-Encoding says; a transport hands it over as it came, "
        "and does not decode it",
    ),
    "integrity": ("", "a body with the digest that the page names; it has {value}"),
    "resource-policy": ("Cross-Origin-Resource-Policy", "cross-origin as its value, or no header"),
    "event-source-status": ("", "status 200"),
    "event-source-type": ("Content-Type", "Content-Type: text/event-stream"),
    "websocket-handshake": ("Sec-WebSocket-Accept", "status 101 with the headers of RFC 6455"),
    "nosniff-script": ("Content-Type", "Content-Type: text/javascript"),
    "nosniff-style": ("Content-Type", "Content-Type: text/css"),
    "script-type": ("Content-Type", "Content-Type: text/javascript"),
    "module-type": ("Content-Type", "Content-Type: text/javascript"),
    "json-type": ("Content-Type", "Content-Type: application/json"),
    "stylesheet-type": ("Content-Type", "Content-Type: text/css"),
    "element-status": ("", "a status of 200 to 299"),
    "opaque-response": ("Content-Type", "the type of an image, a script or a style sheet, or CORS"),
    "invalid-response": ("", "a final response as HTTP has it, not {value}"),
    "proxy-authentication": ("", "another status: 407 is for proxies"),
}


@dataclass(frozen=True)
class Failure:
    """A step of the standard that failed, and the value it failed on."""

    step: str
    value: str = ""


class NetworkError(Exception):
    """The page got nothing; ``fetch`` in a page rejects with a ``TypeError``.

    ``step`` names the check that failed and ``section`` the part of the Fetch standard it
    belongs to; ``preflight`` says whether the response to a preflight was judged; ``url``
    is the address that failed, after redirects. ``exchange`` is the request and reply that
    were judged, ``None`` where nothing was sent; ``header`` is the name of the response header
    that decided. ``str()`` gives the words of Chromium's console, and :meth:`explain` what the
    server sent.
    """

    def __init__(
        self,
        failure: Failure,
        *,
        url: str,
        initial_url: str,
        origin: str,
        preflight: bool = False,
        resource: str = "fetch",
        exchange: Exchange | None = None,
    ) -> None:
        self.step = failure.step
        self.value = failure.value
        self.url = url
        self.initial_url = initial_url
        self.origin = origin
        self.preflight = preflight
        self.resource = resource
        self.exchange = exchange
        super().__init__(self._words())

    @property
    def section(self) -> str:
        """The id of the Fetch standard's section that failed, such as ``cors-check``."""
        return self._row().section

    @property
    def header(self) -> str | None:
        """The name of the response header that the failed step judges, if it judges one."""
        return (self._judged()[0] or None) if self.exchange else None

    def explain(self) -> str:
        """Return what the server sent, what was needed, and the clause, one line each."""
        lines = []
        if self.exchange is not None:
            request, reply = self.exchange.request, self.exchange.reply
            refused = " (refused by the server with 403)" if self.exchange.is_refusal else ""
            lines.append(f"{request.method} {request.url} -> {reply.status}{refused}")
            header, needed = self._judged()
            if header:
                lines.append(f"the response has {_sent(self.exchange, header)}")
            if needed:
                lines.append(f"needed: {needed}")
        lines.append(f"Fetch standard: {STANDARD_URL}#{self.section}")
        return "\n".join(lines)

    def _judged(self) -> tuple[str, str]:
        """Return the header that the step judges and what it needed, ``""`` for neither."""
        prefixes = (prefix for prefix in _JUDGED if self.step.startswith(prefix))
        header, needed = _JUDGED.get(max(prefixes, key=len, default=""), ("", ""))
        return header, needed.format(origin=self._asked_as(), value=self.value)

    def _asked_as(self) -> str:
        sent = self.exchange.request.get("Origin") if self.exchange else None
        return sent or self.origin

    def _row(self) -> _Step:
        return (CORS_STEPS | OTHER_STEPS | BROWSER_STEPS | RESPONSE_STEPS)[self.step]

    def _words(self) -> str:
        resource = "resource" if self.resource == "fetch" else f"{self.resource} endpoint"
        return self._row().words.format(
            url=self.url,
            initial_url=self.initial_url,
            origin=self.origin,
            value=self.value,
            resource=resource,
            kind=self.resource,
        )


def _sent(exchange: Exchange, header: str) -> str:
    wanted = header.lower()
    lines = [f"{n}: {value}" for n, value in exchange.reply.headers if n.lower() == wanted]
    return " and ".join(lines) or f"no {header}"


class CORSBlocked(NetworkError):  # noqa: N818 - what a page is, not what went wrong
    """The browser refused to let the page send the request or read the response."""

    def _words(self) -> str:
        came = f" (redirected from '{self.initial_url}')" if self.url != self.initial_url else ""
        row = self._row()
        prefix = ""
        if row.about_preflight or (self.preflight and row.section == "cors-check"):
            prefix = "Response to preflight request doesn't pass access control check: "
        advice = _ADVICE[self.resource] if row.advice == self.resource else ""
        return (
            f"Access to {self.resource} at '{self.url}'{came} from origin '{self.origin}' has "
            f"been blocked by CORS policy: {prefix}{row.words.format(value=self.value)}{advice}"
        )
