"""Main fetch and what it leads to: scheme fetch, HTTP fetch, HTTP-redirect fetch.

They call each other until no redirect is left (``#main-fetch``, ``#scheme-fetch``,
``#http-fetch``, ``#http-redirect-fetch``). What each check means is in the other modules.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from .cors import cors_check
from .dangling_markup import blocked_as_markup
from .data_urls import data_reply
from .errors import Failure, NetworkError
from .fetch_params import FetchParams
from .network_or_cache_fetch import network_or_cache_fetch
from .preflight_fetch import ensure_preflight, forget_preflights
from .redirects import is_redirect, judge_redirect, judge_scheme, location_of, refused
from .referrer import policy_of
from .resource_policy import blocked_by_resource_policy
from .sites import has_bad_port
from .transport import Reply


def fetch(params: FetchParams) -> Reply:
    """Run a fetch and return the response as it came, what no page can see included.

    Raise :class:`NetworkError` where there is none.
    """
    request = params.request
    params.note(f"{request.origin} {request.initiator}: {request.urls[0]}")
    return main_fetch(params)


def main_fetch(params: FetchParams) -> Reply:
    """Follow ``#main-fetch``: what is allowed at all, and which tainting applies."""
    request = params.request
    params.check(request.embedding_refusal() or blocked_as_markup(request))
    request.upgrade()
    request.determine_referrer()
    scheme = urlsplit(request.url).scheme
    if scheme == "data":
        return params.check(data_reply(request.url) or Failure("url-scheme", scheme))
    if scheme == "blob":
        return params.check(params.profile.blob_urls.reply(request))
    if request.mode in ("navigate", "websocket"):
        params.check(request.mixed_content())
    elif not request.is_same_origin(request.url) or request.tainting != "basic":
        params.check(request.refusal())
        request.tainting = "opaque" if request.mode == "no-cors" else "cors"
    if has_bad_port(request.url, request.traits.opened_ports):
        raise params.fail(Failure("bad-port"))
    if request.tainting == "cors" and request.needs_preflight:
        return _preflighted_fetch(params)
    return _http_fetch(params)


def _preflighted_fetch(params: FetchParams) -> Reply:
    """Follow ``#http-fetch`` for a request that takes a preflight; a failure ends its grants."""
    try:
        ensure_preflight(params)
        return _http_fetch(params)
    except NetworkError:
        forget_preflights(params)
        raise


def _http_fetch(params: FetchParams) -> Reply:
    """Follow ``#http-fetch`` from the network on: the CORS check, then redirects."""
    request = params.request
    reply = network_or_cache_fetch(params, revalidate=main_fetch)
    location = location_of(request, reply)
    if request.traits.checks_location_first:
        params.check(location)
    if request.tainting == "cors":
        params.check(cors_check(request.serialized_origin(), request.credentials, reply))
    elif request.tainting == "opaque":
        params.check(blocked_by_resource_policy(request, reply))
    if not is_redirect(request, reply) or request.redirect == "manual":
        return reply
    if request.redirect == "error":
        raise params.fail(refused(request, location, reply.status))
    return reply if location is None else _redirect_fetch(params, reply, params.check(location))


def _redirect_fetch(params: FetchParams, reply: Reply, location: str) -> Reply:
    """Follow ``#http-redirect-fetch``."""
    request = params.request
    failure = judge_scheme(location, request.mode)
    if failure is not None:
        request.urls.append(location)
        raise params.fail(failure)
    params.check(judge_redirect(request, location, reply.status))
    request.follow(location, reply.status)
    request.referrer_policy = policy_of(reply.get("Referrer-Policy")) or request.referrer_policy
    return main_fetch(params)
