"""A browser's ``fetch`` over an application, step by step as the Fetch standard has it.

Runs the steps in their order; what each check means stands in the modules beside it.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, get_args
from urllib.parse import urljoin, urlsplit

from ..fetch import REQUEST_HEADERS, REQUEST_METHOD
from . import cors
from .cookies import CookieJar
from .errors import CORS_STEPS, CORSBlocked, Failure, NetworkError
from .page import (
    Body,
    HeadersInit,
    Mode,
    Response,
    ResponseHeaders,
    page_body,
    page_headers,
    page_method,
)
from .preflights import CacheKey, preflight_cache
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
from .request import FetchRequest, Redirect
from .sites import (
    RegistrableDomain,
    checked_origin,
    last_two_labels,
    normalized,
    site_of,
    without_credentials,
)
from .traits import STANDARD, Traits
from .transport import (
    ClientLike,
    Exchange,
    Reply,
    Request,
    Transport,
    WSGIApplication,
    wsgi_transport,
)

NULL_BODY_STATUSES = frozenset({204, 205, 304})


class Browser:
    """A page of *origin* whose scripts call an application through ``fetch``.

    *target* is a WSGI application or a Flask or Werkzeug test client (pytest-flask's
    ``client``); in its place *transport* may be given, a function that takes a
    :class:`Request` and returns a :class:`Reply`, to speak to a real server. *origin* is a
    serialized origin, or ``"null"`` for a sandboxed frame. Relative URLs are resolved
    against *base_url*. *traits* says which browser; *registrable_domain* returns the
    registrable domain of a host name, ``None`` where the host is a public suffix itself;
    *clock* returns seconds since the epoch, for cookies and the preflight cache.

    ``cookies`` is the browser's cookie jar, and ``exchanges`` lists all requests that
    reached the server, preflights included.

    Left out: the HTTP cache, HTTP authentication dialogues, Content Security Policy,
    Cross-Origin-Resource-Policy, service workers, and permission prompts for local networks.
    """

    def __init__(
        self,
        target: WSGIApplication | ClientLike | None = None,
        *,
        origin: str,
        base_url: str = "http://localhost",
        transport: Transport | None = None,
        traits: Traits = STANDARD,
        registrable_domain: RegistrableDomain = last_two_labels,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if isinstance(target, str):
            raise TypeError(f"for a running server write base_url={target!r} and a transport=")
        if target is not None and transport is None:
            transport = wsgi_transport(target)
        elif target is not None or transport is None:
            raise TypeError("Browser takes an application or a test client, or transport=")
        self.origin = checked_origin(origin)
        self.base_url = base_url
        self.traits = traits
        self.cookies = CookieJar(clock, registrable_domain)
        self.exchanges: list[Exchange] = []
        self._transport = transport
        self._registrable_domain = registrable_domain
        self._preflights = preflight_cache(traits, clock)

    def at(self, origin: str) -> Browser:
        """Return a page of another origin in the same browser.

        Cookies, the preflight cache and ``exchanges`` are shared.
        """
        page = copy.copy(self)
        page.origin = checked_origin(origin)
        return page

    def fetch(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: HeadersInit = (),
        json: Any = None,
        data: Body = None,
        credentials: cors.Credentials = "same-origin",
        mode: Mode = "cors",
        redirect: Redirect = "follow",
        upload_listener: bool = False,
    ) -> Response:
        """Do what ``fetch(url, {...})`` does in a page, and return what the page can read.

        *json* is serialized, with ``Content-Type: application/json`` unless the headers say
        otherwise; *data* is the body: text, bytes, or a form as a mapping.
        *upload_listener* stands for an ``XMLHttpRequest`` that listens to the upload's
        progress, which always takes a preflight. Headers that a page cannot set are
        dropped, as browsers do.

        Raise :class:`CORSBlocked` where the CORS protocol keeps the response from the page,
        :class:`NetworkError` where something else in the standard does, and
        :class:`TypeError` for a request that no page can make.
        """
        _check_word("credentials", credentials, cors.Credentials)
        _check_word("mode", mode, Mode)
        _check_word("redirect", redirect, Redirect)
        body, content_types = page_body(json, data)
        request = FetchRequest(
            origin=self.origin,
            traits=self.traits,
            registrable_domain=self._registrable_domain,
            method=page_method(method, mode, body),
            headers=page_headers(headers, content_types, mode, self.traits),
            body=body,
            urls=[self._resolve(url)],
            mode=mode,
            credentials=credentials,
            redirect=redirect,
            is_xhr=upload_listener,
            forces_preflight=upload_listener
            and (body is not None or self.traits.preflights_empty_uploads),
        )
        return _filtered(request, self._main_fetch(request))

    def _resolve(self, url: str) -> str:
        try:
            absolute = normalized(urljoin(self.base_url, url))
        except ValueError as error:
            raise TypeError(f"not a URL: {url!r}") from error
        if "@" in urlsplit(absolute).netloc:
            raise TypeError(f"a page cannot fetch a URL that includes credentials: {absolute}")
        return absolute

    def _main_fetch(self, request: FetchRequest) -> Reply:
        """Follow ``#main-fetch``: what is allowed at all, and which tainting applies."""
        if request.is_same_origin(request.url) and request.tainting == "basic":
            return self._http_fetch(request)
        failure = request.refusal()
        if failure is not None:
            raise _error(request, failure)
        if request.mode == "no-cors":
            request.tainting = "opaque"
            return self._http_fetch(request)
        request.tainting = "cors"
        return self._cors_fetch(request)

    def _cors_fetch(self, request: FetchRequest) -> Reply:
        """Follow ``#main-fetch`` for a request whose response CORS guards."""
        if not request.needs_preflight:
            return self._http_fetch(request)
        try:
            self._ensure_preflight(request)
            return self._http_fetch(request)
        except NetworkError:
            self._preflights.clear(self._cache_key(request))
            raise

    def _ensure_preflight(self, request: FetchRequest) -> None:
        """Ask first, unless the preflight cache answers (``#http-fetch``)."""
        key = self._cache_key(request)
        if request.uses_preflight_cache() and self._preflights.allows(
            key,
            request.credentials,
            request.method,
            request.unsafe_names,
            forced=request.forces_preflight,
        ):
            return
        grant = _judge_preflight(request, self._preflight(request))
        if isinstance(grant, Failure):
            raise _error(request, grant, preflight=True)
        self._preflights.store(key, request.credentials, grant)

    def _preflight(self, request: FetchRequest) -> Reply:
        """Ask whether *request* may be sent (``#cors-preflight-fetch``)."""
        headers = [("Accept", "*/*"), (REQUEST_METHOD, request.method)]
        names = request.unsafe_names
        if names:
            headers.append((REQUEST_HEADERS, ",".join(sorted(names))))
        preflight = replace(
            request,
            method="OPTIONS",
            headers=headers,
            body=None,
            mode="cors",
            credentials="same-origin",
        )
        return self._network(preflight, is_preflight=True)

    def _http_fetch(self, request: FetchRequest) -> Reply:
        """Follow ``#http-fetch`` from the network on: the CORS check, then redirects."""
        reply = self._network(request)
        location = location_of(request, reply)
        if isinstance(location, Failure) and self.traits.checks_location_first:
            raise _error(request, location)
        if request.tainting == "cors":
            failure = cors.cors_check(request.serialized_origin(), request.credentials, reply)
            if failure is not None:
                raise _error(request, failure)
        if not is_redirect(request, reply) or request.redirect == "manual":
            return reply
        if request.redirect == "error":
            raise _error(request, refused(request, location))
        return reply if location is None else self._redirect(request, reply, location)

    def _redirect(self, request: FetchRequest, reply: Reply, location: str | Failure) -> Reply:
        """Follow ``#http-redirect-fetch``."""
        if isinstance(location, Failure):
            raise _error(request, location)
        failure = judge_scheme(location, request.mode)
        if failure is not None:
            request.urls.append(location)
            raise _error(request, failure)
        failure = judge_redirect(request, location)
        if failure is not None:
            raise _error(request, failure)
        request.follow(location, reply.status)
        return self._main_fetch(request)

    def _network(self, request: FetchRequest, *, is_preflight: bool = False) -> Reply:
        """Follow ``#http-network-or-cache-fetch``: what goes on the wire, and cookies."""
        same_site = request.is_same_site()
        cookies_travel = request.includes_credentials and (
            same_site or self.traits.third_party_cookies
        )
        headers = [*request.headers, *request.browser_headers()]
        cookie = self.cookies.get(request.url, same_site=same_site) if cookies_travel else None
        if cookie is not None:
            headers.append(("Cookie", cookie))
        url = without_credentials(request.url)
        wire = Request(request.method, url, tuple(headers), request.body or b"")
        reply = self._transport(wire)
        self.exchanges.append(Exchange(wire, reply, is_preflight))
        if self.traits.checks_location_first and has_several_locations(request, reply):
            raise _error(request, SEVERAL_LOCATIONS)
        for name, value in reply.headers:
            if cookies_travel and name.lower() == "set-cookie":
                self.cookies.set(request.url, value, same_site=same_site)
        return reply

    def _cache_key(self, request: FetchRequest) -> CacheKey:
        partition: object = site_of(self.origin, self._registrable_domain)
        origin = request.serialized_origin()
        if origin == "null" and not self.traits.caches_for_null:
            # Two redirects that hide an origin hide it as two different ones.
            partition = object() if request.is_origin_tainted() else request.identity
        return partition, origin, request.url


def _judge_preflight(request: FetchRequest, reply: Reply) -> cors.Grant | Failure:
    """Return what a preflight's *reply* grants, or why it does not (``#cors-preflight-fetch``)."""
    if reply.status in REDIRECT_STATUSES and reply.get("Location"):
        return Failure("preflight-redirect")
    failure = cors.cors_check(request.serialized_origin(), request.credentials, reply)
    if failure is not None:
        return failure
    if not 200 <= reply.status <= 299:
        return Failure("preflight-status")
    assumed = request.forces_preflight and request.traits.assumes_method
    grant = cors.read_grant(reply, request.method if assumed else None, request.traits)
    if isinstance(grant, Failure):
        return grant
    missing = cors.check_grant(
        grant, request.method, request.unsafe_names, request.credentials, request.traits
    )
    return missing or grant


def _filtered(request: FetchRequest, reply: Reply) -> Response:
    """Follow ``#concept-filtered-response``: keep what the page may see."""
    nothing = ResponseHeaders(())
    if request.tainting == "opaque":
        return Response("opaque", "", 0, nothing, b"", False)
    if request.redirect == "manual" and reply.status in REDIRECT_STATUSES:
        return Response("opaqueredirect", request.url, 0, nothing, b"", False)
    headers = (
        cors.exposed(reply, request.credentials)
        if request.tainting == "cors"
        else cors.readable(reply)
    )
    no_body = request.method == "HEAD" or reply.status in NULL_BODY_STATUSES
    return Response(
        request.tainting,
        request.url,
        reply.status,
        ResponseHeaders(headers),
        b"" if no_body else reply.body,
        len(request.urls) > 1,
    )


def _error(request: FetchRequest, failure: Failure, *, preflight: bool = False) -> NetworkError:
    kind = CORSBlocked if failure.step in CORS_STEPS else NetworkError
    return kind(
        failure,
        url=request.urls[-1],
        initial_url=request.urls[0],
        origin=request.origin,
        preflight=preflight,
        resource="XMLHttpRequest" if request.is_xhr else "fetch",
    )


def _check_word(name: str, given: object, words: object) -> None:
    """Raise ``TypeError`` for what is no value of a WebIDL enumeration, as ``fetch`` does."""
    if given not in get_args(words):
        raise TypeError(f"{name}={given!r}: write one of {', '.join(map(repr, get_args(words)))}")
