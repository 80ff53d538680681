"""A request on its way: what redirects change, and how it stands to the page that sent it.

Knows origins, sites and the headers a browser adds; sends nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal
from urllib.parse import urldefrag, urlsplit

from ..fetch import ORIGIN, SAFELISTED_METHODS
from . import cors
from .errors import Failure
from .page import BODY_HEADERS, Mode
from .sites import RegistrableDomain, is_trustworthy, origin_of, site_of
from .traits import Traits

Redirect = Literal["follow", "error", "manual"]
Relation = Literal["same-origin", "same-site", "cross-site"]

# #http-network-or-cache-fetch, the headers that change the cache mode
CONDITIONAL_HEADERS = frozenset(
    {"if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since"}
)


@dataclass
class FetchRequest:
    """A request (``#concept-request``); ``urls`` grows with each redirect.

    ``forces_preflight`` is the standard's use-CORS-preflight flag; ``identity`` tells one
    call of ``fetch`` from another.
    """

    origin: str
    traits: Traits
    registrable_domain: RegistrableDomain
    method: str
    headers: list[tuple[str, str]]
    body: bytes | None
    urls: list[str]
    mode: Mode
    credentials: cors.Credentials
    redirect: Redirect
    is_xhr: bool
    forces_preflight: bool
    tainting: Literal["basic", "cors", "opaque"] = "basic"
    identity: object = field(default_factory=object)

    @property
    def url(self) -> str:
        """The current URL, without its fragment."""
        return urldefrag(self.urls[-1]).url

    @property
    def unsafe_names(self) -> list[str]:
        """The names of the headers that need a preflight."""
        return cors.unsafe_names(self.headers, self.traits)

    @property
    def needs_preflight(self) -> bool:
        """Whether the CORS protocol has a preflight precede this request."""
        unsafe = self.method not in SAFELISTED_METHODS or self.unsafe_names
        return self.forces_preflight or bool(unsafe)

    @property
    def includes_credentials(self) -> bool:
        """Whether cookies go with it (``#http-network-or-cache-fetch``)."""
        own = self.tainting == "basic"
        if self.tainting == "opaque" and not self.traits.rejudges_credentials:
            own = self.is_same_origin(self.urls[0])
        return self.credentials == "include" or (self.credentials == "same-origin" and own)

    def uses_preflight_cache(self) -> bool:
        """Return whether an earlier preflight may answer for this request."""
        conditional = CONDITIONAL_HEADERS & {name.lower() for name, _ in self.headers}
        return not conditional or self.traits.caches_for_conditional

    def is_same_origin(self, url: str) -> bool:
        """Return whether *url* is of the page's origin."""
        return origin_of(url) == self.origin

    def serialized_origin(self) -> str:
        """Serialize the request's origin: ``null`` once it is tainted."""
        return "null" if self.is_origin_tainted() else self.origin

    def is_origin_tainted(self) -> bool:
        """Return whether another origin has redirected the request elsewhere."""
        return self._is_tainted(origin_of)

    def is_same_site(self) -> bool:
        """Return whether ``SameSite`` cookies travel (the same-site mode of ``#cookie-header``)."""
        tainted = self.traits.same_site_minds_redirects and self._is_tainted(self._site)
        return self._is_site_of(self.url) and not tainted

    def relation(self) -> Relation:
        """Return the value of Sec-Fetch-Site: the most distant relation along the redirects."""
        if all(map(self.is_same_origin, self.urls)):
            return "same-origin"
        return "same-site" if all(map(self._is_site_of, self.urls)) else "cross-site"

    def refusal(self) -> Failure | None:
        """Return why this is not even sent to another origin (``#main-fetch``)."""
        if self.mode == "same-origin":
            redirected = len(self.urls) > 1
            return Failure("same-origin-redirect" if redirected else "same-origin-mode")
        if self.mode == "no-cors" and self.redirect != "follow":
            return Failure("no-cors-redirect-mode")
        scheme = urlsplit(self.url).scheme
        if scheme not in ("http", "https"):
            return Failure("cors-scheme" if self.is_xhr else "url-scheme", scheme)
        # https://w3c.github.io/webappsec-mixed-content/
        if self.origin.startswith("https:") and not is_trustworthy(self.url):
            return Failure("mixed-content")
        return None

    def browser_headers(self) -> list[tuple[str, str]]:
        """Return what the browser adds: Origin, Referer and the Fetch metadata headers."""
        headers = []
        insecure = any(not url.startswith("https:") for url in self.urls)
        downgrade = self.origin.startswith("https:") and insecure
        # #append-a-request-origin-header
        if self.tainting == "cors":
            headers.append((ORIGIN, self.serialized_origin()))
        elif self.method not in ("GET", "HEAD"):
            hidden = self._hides_origin(downgrade)
            headers.append((ORIGIN, "null" if hidden else self.serialized_origin()))
        if self.origin != "null" and not downgrade:
            headers.append(("Referer", f"{self.origin}/"))
        if is_trustworthy(self.url):
            headers.append(("Sec-Fetch-Dest", "empty"))
            headers.append(("Sec-Fetch-Mode", self.mode))
            headers.append(("Sec-Fetch-Site", self.relation()))
        return headers

    def _hides_origin(self, downgrade: bool) -> bool:
        """Return whether a request that is not CORS's conceals its origin."""
        moved = len(set(map(origin_of, self.urls))) > 1
        if moved and not self.traits.keeps_origin:
            return True
        return downgrade and self.mode != "cors" and self.traits.hides_origin_from_http

    def follow(self, url: str, status: int) -> None:
        """Go on to *url* as a redirect with *status* says (``#http-redirect-fetch``)."""
        if _becomes_get(status, self.method):
            self.method = "GET"
            self.body = None
            self._remove(BODY_HEADERS)
        if origin_of(self.url) != origin_of(url):
            self._remove({"authorization"})
        if self.traits.safelists_hints and not self.is_same_origin(url):
            self._remove(cors.HINTS.keys() - {"save-data"})
        self.urls.append(url)

    def _remove(self, names: Iterable[str]) -> None:
        self.headers = [pair for pair in self.headers if pair[0].lower() not in names]

    def _site(self, url: str) -> tuple[str, str]:
        return site_of(url, self.registrable_domain)

    def _is_site_of(self, url: str) -> bool:
        return self.origin != "null" and self._site(url) == self._site(self.origin)

    def _is_tainted(self, measure: Callable[[str], object]) -> bool:
        """Follow ``#concept-request-tainted-origin`` by origin or by site, as *measure* says."""
        own = None if self.origin == "null" else measure(self.origin)
        return any(measure(last) not in (own, measure(url)) for last, url in pairwise(self.urls))


def _becomes_get(status: int, method: str) -> bool:
    if status in (301, 302):
        return method == "POST"
    return status == 303 and method not in ("GET", "HEAD")
