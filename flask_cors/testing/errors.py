"""Why a page gets nothing: the steps of the standard that fail, and a console's words.

Knows texts; decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

# What Chromium adds for fetch and for XMLHttpRequest.
_ADVICE = {
    "fetch": " Have the server send the header with a valid value.",
    "XMLHttpRequest": " The credentials mode of requests initiated by the XMLHttpRequest is "
    "controlled by the withCredentials attribute.",
}


class _Step(NamedTuple):
    """A section of the Fetch standard and what Chromium's console says of its failure."""

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


@dataclass(frozen=True)
class Failure:
    """A step of the standard that failed, and the value it failed on."""

    step: str
    value: str = ""


class NetworkError(Exception):
    """The page got nothing; ``fetch`` in a page rejects with a ``TypeError``.

    ``step`` names the check that failed and ``section`` the part of the Fetch standard it
    belongs to; ``preflight`` says whether the response to a preflight was judged; ``url``
    is the address that failed, after redirects. ``str()`` gives the words of Chromium's
    console.
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
    ) -> None:
        self.step = failure.step
        self.value = failure.value
        self.url = url
        self.initial_url = initial_url
        self.origin = origin
        self.preflight = preflight
        self.resource = resource
        super().__init__(self._words())

    @property
    def section(self) -> str:
        """The id of the Fetch standard's section that failed, such as ``cors-check``."""
        return self._row().section

    def _row(self) -> _Step:
        return (CORS_STEPS | OTHER_STEPS)[self.step]

    def _words(self) -> str:
        resource = "resource" if self.resource == "fetch" else f"{self.resource} endpoint"
        return self._row().words.format(
            url=self.url, origin=self.origin, value=self.value, resource=resource
        )


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
