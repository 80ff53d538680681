"""HTTP-network-or-cache fetch (``#http-network-or-cache-fetch``).

Completes the headers of a request and answers it from the HTTP cache or the network, once more
where a server asks for that. Redirects and the CORS check are above it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace

from .authentication import Authentication
from .cache import (
    Freshness,
    Key,
    Stored,
    conditional_mode,
    directed_mode,
    is_conditional,
    mode_headers,
    wanted_directives,
)
from .client_hints import client_hints
from .content import received
from .errors import Failure, NetworkError
from .fetch_params import FetchParams
from .local_network import blocked_by_local_network
from .network_fetch import network_fetch
from .parts import asks_for_part
from .replies import MISDIRECTED, NULL_BODY_STATUSES
from .request_headers import wire_headers
from .transport import Headers, Reply

# What may outlive a page.
LONGEST_KEEPALIVE = 64 * 1024
# Main fetch, which is above this module: it renews in the background what the cache has.
Revalidate = Callable[[FetchParams], object]


def network_or_cache_fetch(params: FetchParams, revalidate: Revalidate) -> Reply:
    """Return what the HTTP cache or the network answers; a stream is sent only once."""
    request = params.request
    authentication = Authentication(params.profile.authentication, request)

    def ask() -> Reply:
        return _CacheThenNetwork(params, authentication.header(), revalidate).reply()

    _check_sendable(params)
    reply = ask()
    if reply.status == MISDIRECTED and not request.is_stream:
        reply = ask()
    asks_user = request.tainting != "cors" and request.includes_credentials
    if reply.status == 401 and request.is_stream and asks_user:
        raise params.fail(Failure("stream-authentication"))
    if asks_user and authentication.answers(reply):
        reply = ask()
        authentication.finish(reply)
    return reply


def _check_sendable(params: FetchParams) -> None:
    """Fail where the user, or the size of what outlives the page, keeps a request back."""
    request, profile = params.request, params.profile
    params.check(blocked_by_local_network(request, profile.address_space, profile.permissions))
    if request.keepalive and len(request.body or b"") > LONGEST_KEEPALIVE:
        raise params.fail(Failure("keepalive-size"))


class _CacheThenNetwork:
    """One way through the HTTP cache and the network."""

    def __init__(self, params: FetchParams, authorization: Headers, revalidate: Revalidate) -> None:
        self._params = params
        self._request = request = params.request
        self._cache = params.profile.cache
        self._revalidate = revalidate
        own = tuple(request.headers)
        mode = conditional_mode(request.cache, own, request.traits)
        headers = wire_headers(request, params.profile.cookies)
        headers = (*headers, *authorization, *client_hints(request))
        if not request.is_revalidation:
            headers = (*headers, *mode_headers(mode, headers))
        self._headers = headers
        self._wanted = wanted_directives(mode, own, request.traits)
        self._mode = directed_mode(mode, own, request.traits)

    def reply(self) -> Reply:
        """Answer from the HTTP cache, or ask the network."""
        request = self._request
        methods = ("GET",) if asks_for_part(tuple(request.headers)) else ("GET", "HEAD")
        # A page with an origin of its own has no cache.
        key = None if request.page.top_level == "null" else (request.partition, request.url)
        if key is None or self._mode == "no-store" or request.method not in methods:
            return self._uncached(key)
        return self._cached(key)

    def _uncached(self, key: Key | None) -> Reply:
        if self._request.cache == "only-if-cached":
            raise self._params.fail(Failure("cache-miss"))
        asked = self._params.profile.clock()
        exchange = network_fetch(self._params, self._request, self._headers)
        sent, reply = exchange.request, exchange.reply
        if key is not None:
            self._cache.invalidate(key, sent, reply)
            if self._updates_cache(key) and reply.status != 304:
                self._cache.store(key, sent, reply, asked)
        return reply

    def _updates_cache(self, key: Key) -> bool:
        """Return whether the response to a page's own condition replaces what is cached."""
        conditional = self._request.cache != "no-store" and is_conditional(self._headers)
        if not conditional or not self._request.traits.validates_conditional:
            return False
        found = self._cache.select(key, self._headers)
        return found is not None and found.is_asked_about(self._headers)

    def _cached(self, key: Key) -> Reply:
        """Answer from the cache, or else from the network."""
        found = self._cache.select(key, self._headers) if self._mode != "reload" else None
        freshness = self._freshness(found)
        reply = found.answer(self._headers) if found and freshness != "stale" else None
        if reply is not None:
            self._params.note("  == the HTTP cache answers")
            if freshness == "stale-while-revalidate":
                self._renew()
            return reply
        if self._mode == "only-if-cached":
            raise self._params.fail(Failure("cache-miss"))
        if "only-if-cached" in self._wanted:
            self._params.note("  == the HTTP cache has nothing, and answers with 504")
            return Reply(504, ())
        return self._forwarded(key, found)

    def _freshness(self, found: Stored | None) -> Freshness:
        """Return how far the mode lets *found* be used."""
        if found is None or self._mode == "no-cache":
            return "stale"
        if self._mode in ("force-cache", "only-if-cached"):
            return "fresh"
        freshness = self._cache.freshness(found, self._wanted)
        # Where no page asks, nothing runs on in the background.
        no_client = freshness == "stale-while-revalidate" and self._request.is_typed
        return "stale" if no_client else freshness

    def _forwarded(self, key: Key, found: Stored | None) -> Reply:
        """Ask whether the cached response *found* is still good, or ask anew."""
        validators: list[tuple[str, str]] = []
        if found is not None:
            validators = found.validators()
        elif self._mode != "reload":
            found = self._cache.other_variant(key, self._headers)
            validators = found.validators()[:1] if found else []
        asked = self._params.profile.clock()
        exchange = network_fetch(self._params, self._request, (*self._headers, *validators))
        sent, reply = replace(exchange.request, headers=self._headers), exchange.reply
        if found is not None and validators and reply.status == 304:
            return self._cache.freshen(found, sent, reply, asked)
        # RFC 9111 section 3.3: what is not whole answers no later request.
        if reply.status in NULL_BODY_STATUSES or not isinstance(received(reply), Failure):
            self._cache.store(key, sent, reply, asked)
        return reply

    def _renew(self) -> None:
        """Ask anew in the background; the page has its answer already."""
        request = self._request
        again = replace(
            request,
            urls=[*request.urls],
            headers=[*request.headers],
            cache="no-cache",
            is_revalidation=True,
        )
        self._params.note(f"  == and asks anew in the background: {request.url}")
        with contextlib.suppress(NetworkError):
            self._revalidate(FetchParams(self._params.profile, again))
