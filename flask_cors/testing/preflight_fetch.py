"""CORS-preflight fetch (``#cors-preflight-fetch``): asking whether a request may be sent.

Asks the preflight cache first. What a grant allows is in :mod:`.cors`.
"""

from __future__ import annotations

from dataclasses import replace

from ..fetch import REQUEST_HEADERS, REQUEST_METHOD
from . import cors
from .cache import conditional_mode, mode_headers
from .errors import Failure
from .fetch_params import FetchParams
from .network_fetch import network_fetch
from .preflight_cache import CacheKey
from .redirects import REDIRECT_STATUSES
from .replies import MISDIRECTED
from .request import FetchRequest
from .request_headers import wire_headers
from .transport import Reply


def ensure_preflight(params: FetchParams) -> None:
    """Ask, unless the preflight cache answers; fail where the request may not be sent."""
    request, cache, key = params.request, params.profile.preflights, _key(params.request)
    if request.uses_preflight_cache() and cache.allows(
        key,
        request.credentials,
        request.method,
        request.unsafe_names,
        forced=request.forces_preflight,
    ):
        params.note("  == the preflight cache allows it")
        return
    grant = params.check(_judge(request, _ask(params)), preflight=True)
    cache.store(key, request.credentials, grant)


def forget_preflights(params: FetchParams) -> None:
    """Clear what the preflight cache has for the current URL, since the request has failed."""
    params.profile.preflights.clear(_key(params.request))


def _key(request: FetchRequest) -> CacheKey:
    partition = request.partition
    origin = request.serialized_origin()
    if origin == "null" and not request.traits.caches_for_null:
        # Two redirects that hide an origin hide it as two different ones.
        partition = object() if request.is_origin_tainted() else request.identity
    url = request.urls[-1] if request.traits.caches_by_fragment else request.url
    return partition, origin, url


def _ask(params: FetchParams) -> Reply:
    request = params.request
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
    wire = wire_headers(preflight, params.profile.cookies)
    if request.traits.preflights_send_cache_headers:
        mode = conditional_mode(request.cache, tuple(request.headers), request.traits)
        wire = (*wire, *mode_headers(mode, wire))
    reply = network_fetch(params, preflight, wire, is_preflight=True).reply
    if reply.status == MISDIRECTED:
        reply = network_fetch(params, preflight, wire, is_preflight=True).reply
    return reply


def _judge(request: FetchRequest, reply: Reply) -> cors.Grant | Failure:
    """Return what *reply* grants, or why it does not."""
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
