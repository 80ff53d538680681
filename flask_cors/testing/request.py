"""A request on its way: what redirects change, and how it relates to the page that sent it.

Knows origins and sites; sends nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal
from urllib.parse import urlsplit

from ..fetch import SAFELISTED_METHODS
from . import cors
from .cache import CONDITIONAL_HEADERS, CacheMode
from .errors import Failure
from .page import BODY_HEADERS, AnyMode, TargetAddressSpace
from .referrer import ReferrerPolicy, determine_referrer
from .sites import (
    RegistrableDomain,
    includes_credentials,
    is_ip,
    is_trustworthy,
    origin_of,
    site_of,
    without_fragment,
)
from .traits import Traits

Redirect = Literal["follow", "error", "manual"]
Relation = Literal["none", "same-origin", "same-site", "cross-site"]
Tainting = Literal["basic", "cors", "opaque"]

# https://w3c.github.io/webappsec-mixed-content/#upgrade-algorithm
UPGRADED = frozenset({"audio", "image", "video"})


@dataclass(frozen=True)
class Page:
    """The page that sends requests: what they reveal of it.

    ``url`` is the page's own, for ``Referer``; ``top_level`` is the origin of the page whose
    frame it is, or its own.
    """

    origin: str
    url: str
    top_level: str
    referrer_policy: ReferrerPolicy


@dataclass
class FetchRequest:
    """A request (``#concept-request``); ``urls`` grows with each redirect.

    ``forces_preflight`` is the standard's use-CORS-preflight flag, ``is_unsafe`` its
    unsafe-request flag; ``identity`` is distinct for each call of ``fetch``. ``is_typed``
    is for a navigation that no page asked for, ``is_revalidation`` for what the HTTP cache asks
    in the background; ``dangles`` says that its URL is written like markup.
    """

    page: Page
    traits: Traits
    registrable_domain: RegistrableDomain
    urls: list[str]
    method: str = "GET"
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes | None = None
    is_stream: bool = False
    mode: AnyMode = "cors"
    credentials: cors.Credentials = "same-origin"
    redirect: Redirect = "follow"
    destination: str = ""
    initiator: str = "fetch"
    forces_preflight: bool = False
    is_unsafe: bool = True
    referrer: str | None = None
    referrer_policy: ReferrerPolicy = ""
    integrity: str = ""
    cache: CacheMode = "default"
    keepalive: bool = False
    target_address_space: TargetAddressSpace = ""
    user_activated: bool = False
    is_typed: bool = False
    is_revalidation: bool = False
    dangles: bool = False
    tainting: Tainting = "basic"
    identity: object = field(default_factory=object)

    @property
    def origin(self) -> str:
        """The origin of the page."""
        return self.page.origin

    @property
    def url(self) -> str:
        """The current URL, without its fragment."""
        return without_fragment(self.urls[-1])

    @property
    def is_xhr(self) -> bool:
        """Whether an ``XMLHttpRequest`` sends it."""
        return self.initiator == "XMLHttpRequest"

    @property
    def unsafe_names(self) -> list[str]:
        """The names of the headers that need a preflight."""
        return cors.unsafe_names(self.headers, self.traits) if self.is_unsafe else []

    @property
    def needs_preflight(self) -> bool:
        """Whether the CORS protocol has a preflight precede this request."""
        unsafe = self.method not in SAFELISTED_METHODS or self.unsafe_names
        return self.forces_preflight or (self.is_unsafe and bool(unsafe))

    @property
    def includes_credentials(self) -> bool:
        """Whether cookies go with it (``#http-network-or-cache-fetch``)."""
        own = self.tainting == "basic"
        if self.tainting == "opaque" and not self.traits.rejudges_credentials:
            own = self.is_same_origin(self.urls[0])
        return self.credentials == "include" or (self.credentials == "same-origin" and own)

    @property
    def is_top_level(self) -> bool:
        """Whether it navigates a tab, not a frame."""
        return self.mode == "navigate" and self.destination == "document"

    @property
    def partition(self) -> object:
        """The site at the top of the tab (``#network-partition-keys``)."""
        return self._site(self.url if self.is_top_level else self.page.top_level)

    @property
    def shows_others(self) -> bool:
        """Whether a frame of the page shows another origin's document, which no script reads."""
        return self.mode == "navigate" and not all(map(self.is_same_origin, self.urls))

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
        if self.is_typed:
            return True
        tainted = self.traits.same_site_minds_redirects and self._is_tainted(self._site)
        return self._is_site_of(self.url) and self._is_in_own_tab() and not tainted

    def is_third_party(self) -> bool:
        """Return whether it is sent to another site than that of its page or of the tab."""
        return not self.is_same_site() and not self.is_top_level

    def relation(self) -> Relation:
        """Return the value of Sec-Fetch-Site: the most distant relation along the redirects."""
        if self.is_typed:
            return "none"
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
        return self.mixed_content()

    def mixed_content(self) -> Failure | None:
        """Return why a secure page may not ask an insecure server.

        Follows https://w3c.github.io/webappsec-mixed-content/; a page that says which local
        address space it means may.
        """
        is_local = self.target_address_space in ("local", "loopback")
        if not self.origin.startswith("https:") or is_trustworthy(self.url) or self.is_top_level:
            return None
        exempt = is_local and self.traits.guards_local_network
        return None if exempt else Failure("mixed-content")

    def embedding_refusal(self) -> Failure | None:
        """Return why a page may not embed a URL with a user name or a password.

        Elements that ask by CORS may, and audio and video.
        """
        if self.traits.embeds_credentials or len(self.urls) > 1:
            return None
        embeds = self.mode in ("no-cors", "navigate")
        embeds = embeds and self.destination not in ("audio", "document", "video")
        embeds = embeds or self.initiator in ("beacon", "resource")
        refused = embeds and includes_credentials(self.url)
        return Failure("url-credentials") if refused else None

    def upgrade(self) -> None:
        """Ask over HTTPS for an image, audio or video that a secure page embeds."""
        parts = urlsplit(self.urls[-1])
        embeds = self.destination in UPGRADED and self.mode == "no-cors"
        insecure = parts.scheme == "http" and not is_trustworthy(self.url)
        secure_page = self.origin.startswith("https:")
        if embeds and insecure and secure_page and not is_ip(parts.hostname or ""):
            self.urls[-1] = self.urls[-1].replace("http", "https", 1)

    def determine_referrer(self) -> None:
        """Set the referrer for the current URL; what is hidden once stays hidden."""
        if self.referrer is not None:
            policy = self.referrer_policy or self.page.referrer_policy
            self.referrer = determine_referrer(self.referrer, self.url, policy, self.traits)

    def follow(self, url: str, status: int) -> None:
        """Go on to *url* as a redirect with *status* says (``#http-redirect-fetch``)."""
        if _becomes_get(status, self.method):
            self.method = "GET"
            self.body = None
            self.is_stream = False
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

    def _is_in_own_tab(self) -> bool:
        """Return whether the page at the top is of the same site, or is about to be left."""
        return self.is_top_level or self._site(self.page.top_level) == self._site(self.origin)

    def _is_tainted(self, measure: Callable[[str], object]) -> bool:
        """Follow ``#concept-request-tainted-origin`` by origin or by site, as *measure* says."""
        own = None if self.origin == "null" else measure(self.origin)
        return any(measure(last) not in (own, measure(url)) for last, url in pairwise(self.urls))


def _becomes_get(status: int, method: str) -> bool:
    if status in (301, 302):
        return method == "POST"
    return status == 303 and method not in ("GET", "HEAD")
