"""The steps of a fetch, in the order of the Fetch standard.

Runs the steps; what each check means is in the other modules.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import urlsplit

from ..fetch import REQUEST_HEADERS, REQUEST_METHOD
from . import cors
from .authentication import Authentication, AuthenticationEntries
from .blob_urls import NOT_FOUND, BlobURLStore, blob_reply
from .cache import (
    CacheMode,
    Directives,
    Freshness,
    HTTPCache,
    Key,
    Stored,
    conditional_mode,
    directed_mode,
    is_conditional,
    mode_headers,
    wanted_directives,
)
from .client_hints import client_hints
from .content import Content, content_length, received
from .cookies import CookieJar, CookieNote, Navigation, name_of
from .dangling_markup import blocked_as_markup
from .data_urls import data_reply
from .errors import CORS_STEPS, CORSBlocked, Failure, NetworkError
from .integrity import integrity_mismatch
from .local_network import AddressSpaceOf, host_of, is_more_private, permissions_for
from .opaque_blocking import blocked_as_opaque
from .page import Response, ResponseHeaders
from .parts import asks_for_part
from .preflights import CacheKey, PreflightCache
from .redirects import (
    REDIRECT_STATUSES,
    SEVERAL_LOCATIONS,
    has_several_locations,
    is_redirect,
    judge_redirect,
    judge_scheme,
    location_of,
    refused,
)
from .referrer import policy_of
from .replies import unusable
from .request import FetchRequest
from .resource_policy import blocked_by_resource_policy
from .response_types import blocked_by_type
from .sites import (
    RegistrableDomain,
    has_bad_port,
    is_trustworthy,
    origin_of,
    site_of,
    without_credentials,
)
from .timeline import Timeline
from .traits import Traits
from .transport import (
    Enough,
    Exchange,
    Headers,
    Reply,
    Request,
    Transport,
    WSGITransport,
    without_padding,
)

NULL_BODY_STATUSES = frozenset({204, 205, 304})
# RFC 9110 section 15.5.20: asked once more, over a new connection
MISDIRECTED = 421
# #http-network-or-cache-fetch: what may outlive a page
LONGEST_KEEPALIVE = 64 * 1024
_NO_CREDENTIALS: Final = "the request was made without credentials"


@dataclass(frozen=True)
class Profile:
    """What all pages of one browser share."""

    transport: Transport
    traits: Traits
    registrable_domain: RegistrableDomain
    address_space: AddressSpaceOf
    clock: Callable[[], float]
    cookies: CookieJar
    preflights: PreflightCache
    cache: HTTPCache
    timeline: Timeline = field(default_factory=Timeline)
    permissions: set[str] = field(default_factory=set)
    authentication: AuthenticationEntries = field(default_factory=AuthenticationEntries)
    blob_urls: BlobURLStore = field(default_factory=BlobURLStore)


class Fetching:
    """One fetch: a request and the browser that sends it."""

    def __init__(
        self, profile: Profile, request: FetchRequest, enough: Enough | None = None
    ) -> None:
        self._profile = profile
        self._traits = profile.traits
        self._request = request
        self._enough = enough
        self._last: Exchange | None = None
        self._authentication = Authentication(
            profile.authentication, request, lambda: self._partition(request)
        )

    def run(self, judge: Callable[[Reply], Failure | None] = lambda reply: None) -> Response:
        """Run the fetch and return what its page may see; raise :class:`NetworkError`.

        *judge* returns why what asks fails although there is a response.
        """
        reply = self.reply()
        response = self._filtered(reply)
        self._check(judge(reply))
        return response

    def reply(self) -> Reply:
        """Run the fetch and return the response as it came, what no page can see included."""
        request = self._request
        self._profile.timeline.note(f"{request.origin} {request.initiator}: {request.urls[0]}")
        return self._main_fetch()

    def fail(self, failure: Failure, *, preflight: bool = False) -> NetworkError:
        """Return the error that a page gets for *failure*."""
        kind = CORSBlocked if failure.step in CORS_STEPS else NetworkError
        request = self._request
        error = kind(
            failure,
            url=_shown(request, request.urls[-1]),
            initial_url=_shown(request, request.urls[0]),
            origin=request.origin,
            preflight=preflight,
            resource=request.initiator,
            exchange=self._last,
        )
        self._profile.timeline.note(f"  !! {error}")
        return error

    def _check(self, failure: Failure | None, *, preflight: bool = False) -> None:
        if failure is not None:
            raise self.fail(failure, preflight=preflight)

    def _main_fetch(self) -> Reply:
        """Follow ``#main-fetch``: what is allowed at all, and which tainting applies."""
        request = self._request
        self._check(request.embedding_refusal() or blocked_as_markup(request))
        request.upgrade()
        request.determine_referrer()
        if urlsplit(request.url).scheme == "data":
            return self._data()
        if urlsplit(request.url).scheme == "blob":
            return self._blob()
        if request.mode in ("navigate", "websocket"):
            self._check(request.mixed_content())
        elif not request.is_same_origin(request.url) or request.tainting != "basic":
            self._check(request.refusal())
            request.tainting = "opaque" if request.mode == "no-cors" else "cors"
        bad = has_bad_port(request.url, self._traits.opened_ports)
        self._check(Failure("bad-port") if bad else None)
        return self._cors_fetch() if request.tainting == "cors" else self._http_fetch()

    def _data(self) -> Reply:
        """Follow ``#scheme-fetch`` for a ``data:`` URL, which is of every page's origin."""
        reply = data_reply(self._request.url)
        if reply is None:
            raise self.fail(Failure("url-scheme", "data"))
        return replace(reply, reason="OK")

    def _blob(self) -> Reply:
        """Follow ``#scheme-fetch`` for a ``blob:`` URL, which other origins cannot fetch."""
        request = self._request
        entry = self._profile.blob_urls.find(request)
        if entry is None and not request.url.startswith(f"blob:{request.origin}/"):
            self._check(request.refusal())
        reply = NOT_FOUND if entry is None else blob_reply(request, entry)
        if isinstance(reply, Failure):
            raise self.fail(reply)
        return reply

    def _cors_fetch(self) -> Reply:
        """Follow ``#main-fetch`` for a request whose response CORS guards."""
        if not self._request.needs_preflight:
            return self._http_fetch()
        try:
            self._ensure_preflight()
            return self._http_fetch()
        except NetworkError:
            self._profile.preflights.clear(self._preflight_key())
            raise

    def _ensure_preflight(self) -> None:
        """Ask first, unless the preflight cache answers (``#http-fetch``)."""
        request, key = self._request, self._preflight_key()
        if request.uses_preflight_cache() and self._profile.preflights.allows(
            key,
            request.credentials,
            request.method,
            request.unsafe_names,
            forced=request.forces_preflight,
        ):
            self._profile.timeline.note("  == the preflight cache allows it")
            return
        grant = self._judge_preflight(self._preflight())
        if isinstance(grant, Failure):
            raise self.fail(grant, preflight=True)
        self._profile.preflights.store(key, request.credentials, grant)

    def _preflight(self) -> Reply:
        """Ask whether the request may be sent (``#cors-preflight-fetch``)."""
        request = self._request
        headers = [("Accept", "*/*"), (REQUEST_METHOD, request.method)]
        names = request.unsafe_names
        if names:
            headers.append((REQUEST_HEADERS, ",".join(sorted(names))))
        preflight = replace(
            request,
            method="OPTIONS",
            headers=headers,
            body=None,
            is_stream=False,
            mode="cors",
            credentials="same-origin",
        )
        wire = self._wire_headers(preflight)
        if self._traits.preflights_send_cache_headers:
            mode = conditional_mode(request.cache, tuple(request.headers), self._traits)
            wire = (*wire, *mode_headers(mode, wire))
        reply = self._send(preflight, wire, is_preflight=True).reply
        if reply.status == MISDIRECTED:
            reply = self._send(preflight, wire, is_preflight=True).reply
        return reply

    def _judge_preflight(self, reply: Reply) -> cors.Grant | Failure:
        """Return what *reply* grants, or why it does not (``#cors-preflight-fetch``)."""
        request = self._request
        if reply.status in REDIRECT_STATUSES and reply.get("Location"):
            return Failure("preflight-redirect")
        failure = cors.cors_check(request.serialized_origin(), request.credentials, reply)
        if failure is not None:
            return failure
        if not 200 <= reply.status <= 299:
            return Failure("preflight-status")
        assumed = request.forces_preflight and self._traits.assumes_method
        grant = cors.read_grant(reply, request.method if assumed else None, self._traits)
        if isinstance(grant, Failure):
            return grant
        missing = cors.check_grant(
            grant, request.method, request.unsafe_names, request.credentials, self._traits
        )
        return missing or grant

    def _http_fetch(self) -> Reply:
        """Follow ``#http-fetch`` from the network on: the CORS check, then redirects."""
        request = self._request
        reply = self._network_or_cache()
        location = location_of(request, reply)
        if isinstance(location, Failure) and self._traits.checks_location_first:
            raise self.fail(location)
        if request.tainting == "cors":
            self._check(cors.cors_check(request.serialized_origin(), request.credentials, reply))
        elif request.tainting == "opaque":
            self._check(blocked_by_resource_policy(request, reply))
        if not is_redirect(request, reply) or request.redirect == "manual":
            return reply
        if request.redirect == "error":
            raise self.fail(refused(request, location, reply.status))
        return reply if location is None else self._redirect(reply, location)

    def _redirect(self, reply: Reply, location: str | Failure) -> Reply:
        """Follow ``#http-redirect-fetch``."""
        request = self._request
        if isinstance(location, Failure):
            raise self.fail(location)
        failure = judge_scheme(location, request.mode)
        if failure is not None:
            request.urls.append(location)
            raise self.fail(failure)
        self._check(judge_redirect(request, location, reply.status))
        request.follow(location, reply.status)
        request.referrer_policy = policy_of(reply.get("Referrer-Policy")) or request.referrer_policy
        return self._main_fetch()

    def _network_or_cache(self) -> Reply:
        """Follow ``#http-network-or-cache-fetch``; what can be sent only once is not repeated."""
        request = self._request
        reply = self._cache_then_network()
        if reply.status == MISDIRECTED and not request.is_stream:
            reply = self._cache_then_network()
        asks_user = request.tainting != "cors" and request.includes_credentials
        if reply.status == 401 and request.is_stream and asks_user:
            raise self.fail(Failure("stream-authentication"))
        if asks_user and self._authentication.answers(reply):
            reply = self._cache_then_network()
            self._authentication.finish(reply)
        return reply

    def _cache_then_network(self) -> Reply:
        """Answer from the HTTP cache, or ask the network."""
        request = self._request
        self._check(self._judge_local_network())
        if request.keepalive and len(request.body or b"") > LONGEST_KEEPALIVE:
            raise self.fail(Failure("keepalive-size"))
        key = self._cache_key()
        own = tuple(request.headers)
        mode = conditional_mode(request.cache, own, self._traits)
        wanted = wanted_directives(mode, own, self._traits)
        headers = (*self._wire_headers(request), *self._authentication.header())
        headers = (*headers, *client_hints(request))
        if not request.is_revalidation:
            headers = (*headers, *mode_headers(mode, headers))
        mode = directed_mode(mode, own, self._traits)
        methods = ("GET",) if asks_for_part(own) else ("GET", "HEAD")
        if key is None or mode == "no-store" or request.method not in methods:
            return self._uncached(key, headers)
        return self._cached(key, mode, headers, wanted)

    def _uncached(self, key: Key | None, headers: Headers) -> Reply:
        if self._request.cache == "only-if-cached":
            raise self.fail(Failure("cache-miss"))
        asked = self._profile.clock()
        exchange = self._send(self._request, headers)
        sent, reply = exchange.request, exchange.reply
        if key is not None:
            self._profile.cache.invalidate(key, sent, reply)
            if self._updates_cache(key, headers) and reply.status != 304:
                self._profile.cache.store(key, sent, reply, asked)
        return reply

    def _updates_cache(self, key: Key, headers: Headers) -> bool:
        """Return whether the response to a page's own condition replaces what is cached."""
        conditional = self._request.cache != "no-store" and is_conditional(headers)
        if not conditional or not self._traits.validates_conditional:
            return False
        found = self._profile.cache.select(key, headers)
        return found is not None and found.is_asked_about(headers)

    def _cached(self, key: Key, mode: CacheMode, headers: Headers, wanted: Directives) -> Reply:
        """Answer from the cache, or else from the network."""
        found = self._profile.cache.select(key, headers) if mode != "reload" else None
        freshness = self._freshness(found, mode, wanted)
        reply = found.answer(headers) if found and freshness != "stale" else None
        if reply is not None:
            self._profile.timeline.note("  == the HTTP cache answers")
            if freshness == "stale-while-revalidate":
                self._revalidate()
            return reply
        if mode == "only-if-cached":
            raise self.fail(Failure("cache-miss"))
        if "only-if-cached" in wanted:
            self._profile.timeline.note("  == the HTTP cache has nothing, and answers with 504")
            return Reply(504, ())
        return self._forwarded(key, mode, headers, found)

    def _forwarded(
        self, key: Key, mode: CacheMode, headers: Headers, found: Stored | None
    ) -> Reply:
        """Ask whether the cached response *found* is still good, or ask anew."""
        cache = self._profile.cache
        validators: list[tuple[str, str]] = []
        if found is not None:
            validators = found.validators()
        elif mode != "reload":
            found = cache.other_variant(key, headers)
            validators = found.validators()[:1] if found else []
        asked = self._profile.clock()
        exchange = self._send(self._request, (*headers, *validators))
        sent, reply = replace(exchange.request, headers=headers), exchange.reply
        if found is not None and validators and reply.status == 304:
            return cache.freshen(found, sent, reply, asked)
        # RFC 9111 section 3.3: what is not whole answers no later request.
        if reply.status in NULL_BODY_STATUSES or not isinstance(received(reply), Failure):
            cache.store(key, sent, reply, asked)
        return reply

    def _freshness(self, found: Stored | None, mode: CacheMode, wanted: Directives) -> Freshness:
        """Return how far the mode lets *found* be used."""
        if found is None or mode == "no-cache":
            return "stale"
        if mode in ("force-cache", "only-if-cached"):
            return "fresh"
        freshness = self._profile.cache.freshness(found, wanted)
        # Where no page asks, nothing runs on in the background.
        no_client = freshness == "stale-while-revalidate" and self._request.is_typed
        return "stale" if no_client else freshness

    def _revalidate(self) -> None:
        """Ask anew in the background (``#http-network-or-cache-fetch``).

        What comes of it updates the cache; the page has its answer already.
        """
        request = self._request
        again = replace(
            request,
            urls=[*request.urls],
            headers=[*request.headers],
            cache="no-cache",
            is_revalidation=True,
        )
        self._profile.timeline.note(f"  == and asks anew in the background: {request.url}")
        with contextlib.suppress(NetworkError):
            Fetching(self._profile, again)._main_fetch()

    def _judge_local_network(self) -> Failure | None:
        """Return why the user keeps the page from a more private network."""
        request = self._request
        target = self._profile.address_space(host_of(request.url))
        wanted = request.target_address_space
        if not self._traits.guards_local_network or request.is_typed:
            return None
        if wanted and target is not None and wanted != target:
            return Failure("local-network-target", wanted)
        own = self._profile.address_space(host_of(request.page.top_level))
        if target is None or not is_more_private(target, own):
            return None
        if not is_trustworthy(request.page.top_level):
            return Failure("local-network-insecure", target)
        granted = permissions_for(target) & self._profile.permissions
        return None if granted else Failure("local-network-permission", target)

    def _wire_headers(self, request: FetchRequest) -> Headers:
        """Return the headers of *request* with those that a browser adds to every one."""
        headers = [*request.headers]
        if not request.is_stream and (
            request.body is not None or request.method in ("POST", "PUT")
        ):
            headers.append(("Content-Length", str(len(request.body or b""))))
        headers += request.browser_headers()
        own = {name.lower() for name, _ in headers}
        added = [
            ("User-Agent", self._traits.user_agent),
            ("Accept-Language", self._traits.accept_language),
            # A part of an encoded response could not be decoded.
            ("Accept-Encoding", "identity" if "range" in own else self._traits.accept_encoding),
        ]
        headers += [(name, value) for name, value in added if value and name.lower() not in own]
        cookie = self._cookie_header(request)
        return (*headers, ("Cookie", cookie)) if cookie else tuple(headers)

    def _cookie_header(self, request: FetchRequest) -> str | None:
        if not request.includes_credentials:
            return None
        return self._profile.cookies.get(request.url, **self._cookie_rules(request))

    def _withheld_cookies(self, request: FetchRequest) -> tuple[CookieNote, ...]:
        jar = self._profile.cookies
        if not request.includes_credentials:
            return tuple(CookieNote(each.name, _NO_CREDENTIALS) for each in jar.of(request.url))
        return jar.withheld(request.url, **self._cookie_rules(request))

    def _cookie_rules(self, request: FetchRequest) -> dict[str, Any]:
        return {
            "same_site": request.is_same_site(),
            "navigation": _navigation(request),
            "partition": self._partition(request),
            "only_partitioned": self._blocks_cookies(request),
        }

    def _store_cookies(self, request: FetchRequest, reply: Reply) -> tuple[CookieNote, ...]:
        """Store the reply's cookies, and return those that are refused."""
        lines = [value for name, value in reply.headers if name.lower() == "set-cookie"]
        if not request.includes_credentials:
            return tuple(CookieNote(name_of(line), _NO_CREDENTIALS) for line in lines)
        refused = []
        for line in lines:
            reason = self._profile.cookies.store(
                request.url,
                line,
                same_site=request.is_same_site() or request.is_top_level,
                partition=self._partition(request),
                only_partitioned=self._blocks_cookies(request),
            )
            if reason:
                refused.append(CookieNote(name_of(line), reason))
        return tuple(refused)

    def _blocks_cookies(self, request: FetchRequest) -> bool:
        """Return whether the user lets no third party have cookies that are not partitioned."""
        first_party = request.is_same_site() or request.is_top_level
        return not first_party and not self._traits.third_party_cookies

    def _send(
        self, request: FetchRequest, headers: Headers, *, is_preflight: bool = False
    ) -> Exchange:
        """Follow ``#http-network-fetch``: one request over the wire, and its cookies."""
        if request.is_stream and urlsplit(request.url).scheme == "http":
            raise self.fail(Failure("stream-http"))
        url = without_credentials(request.url)
        wire = Request(request.method, url, headers, request.body or b"")
        withheld = () if is_preflight else self._withheld_cookies(request)
        reply = self._transport(wire, is_preflight)
        failure = unusable(request, reply) or self._malformed(request, reply)
        refused = () if failure else self._store_cookies(request, reply)
        self._last = exchange = Exchange(wire, reply, is_preflight, refused, withheld)
        self._profile.timeline.add(exchange)
        self._check(failure, preflight=is_preflight)
        return exchange

    def _transport(self, wire: Request, is_preflight: bool) -> Reply:
        transport = self._profile.transport
        if isinstance(transport, WSGITransport):
            return transport(wire, self._nothing_more if is_preflight else self._is_read)
        return without_padding(transport(wire))

    def _nothing_more(self, reply: Reply) -> bool:
        """Return that no more is read of the response to a preflight, whose headers decide."""
        return True

    def _is_read(self, reply: Reply) -> bool:
        """Return whether no more is read of a body: that of a redirect may have no end."""
        leads_on = is_redirect(self._request, reply) and reply.get("Location") is not None
        if leads_on and reply.get("Content-Length") is None:
            return True
        return self._enough is not None and self._enough(reply)

    def _malformed(self, request: FetchRequest, reply: Reply) -> Failure | None:
        """Return why the headers of *reply* are no response, so that its cookies do not count."""
        length = content_length(reply)
        if isinstance(length, Failure):
            return length
        several = self._traits.checks_location_first and has_several_locations(request, reply)
        return SEVERAL_LOCATIONS if several else None

    def _partition(self, request: FetchRequest) -> object:
        """Return the site at the top of the tab (``#network-partition-keys``)."""
        top = origin_of(request.url) if request.is_top_level else request.page.top_level
        return site_of(top, self._profile.registrable_domain)

    def _cache_key(self) -> Key | None:
        """Return where the HTTP cache looks, ``None`` for a page with an origin of its own."""
        if self._request.page.top_level == "null":
            return None
        return self._partition(self._request), self._request.url

    def _preflight_key(self) -> CacheKey:
        request = self._request
        partition = self._partition(request)
        origin = request.serialized_origin()
        if origin == "null" and not self._traits.caches_for_null:
            # Two redirects that hide an origin hide it as two different ones.
            partition = object() if request.is_origin_tainted() else request.identity
        url = request.urls[-1] if self._traits.caches_by_fragment else request.url
        return partition, origin, url

    def _filtered(self, reply: Reply) -> Response:
        """Follow ``#main-fetch`` after the network: types, digests, what the page may see."""
        request = self._request
        self._check(blocked_as_opaque(request, reply) or blocked_by_type(request, reply))
        nothing = ResponseHeaders(())
        is_redirect = request.redirect == "manual" and reply.status in REDIRECT_STATUSES
        no_body = request.method == "HEAD" or reply.status in NULL_BODY_STATUSES
        is_opaque = request.tainting == "opaque" or request.shows_others
        hidden = is_redirect or is_opaque
        body = b"" if no_body else Content(reply, self.fail)
        nothing_known = no_body and not self._traits.digests_empty_bodies
        self._check_integrity(None if nothing_known or hidden else body)
        # An element and an XMLHttpRequest read the body to its end before they fire an event.
        if isinstance(body, Content) and request.initiator not in ("fetch", "beacon"):
            body.read()
        if is_opaque:
            return Response("opaque", "", 0, nothing, b"", False)
        if is_redirect:
            return Response("opaqueredirect", request.url, 0, nothing, b"", False)
        shown = cors.readable(reply)
        if request.tainting == "cors":
            shown = cors.exposed(reply, request.credentials)
        return Response(
            request.tainting,
            request.url,
            reply.status,
            ResponseHeaders(shown),
            body,
            len(request.urls) > 1,
            reply.reason,
        )

    def _check_integrity(self, body: bytes | Content | None) -> None:
        """Compare *body* with the digests that the page names; what it cannot see has none."""
        metadata = self._request.integrity
        if not metadata:
            return
        if isinstance(body, Content):
            body = body.read()
        mismatch = "" if body is None else integrity_mismatch(metadata, body)
        if mismatch is not None:
            by_script = self._request.initiator == "fetch"
            step = "integrity" if by_script else "integrity-element"
            raise self.fail(Failure(step, mismatch))


def _shown(request: FetchRequest, url: str) -> str:
    """Return *url* as the console shows it: a WebSocket's with a scheme of its own."""
    return url.replace("http", "ws", 1) if request.mode == "websocket" else url


def _navigation(request: FetchRequest) -> Navigation | None:
    """Return how a tab is navigated: a link and a form send GET and POST, nothing else."""
    if not request.is_top_level:
        return None
    return "get" if request.method == "GET" else "post"
