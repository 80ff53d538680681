"""HTTP-network fetch (``#http-network-fetch``): one request over the wire, and its cookies.

The only module that calls a transport; caches and decisions by CORS are above it.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from .cookie_headers import store_cookies, withheld_cookies
from .errors import Failure
from .fetch_params import FetchParams
from .redirects import is_redirect
from .replies import unusable
from .request import FetchRequest
from .sites import without_credentials
from .transport import Exchange, Headers, Reply, Request, WSGITransport, without_padding


def network_fetch(
    params: FetchParams, request: FetchRequest, headers: Headers, *, is_preflight: bool = False
) -> Exchange:
    """Send *request*, which is that of *params* or its preflight, with *headers* as they are."""
    if request.is_stream and urlsplit(request.url).scheme == "http":
        raise params.fail(Failure("stream-http"))
    jar = params.profile.cookies
    url = without_credentials(request.url)
    wire = Request(request.method, url, headers, request.body or b"")
    withheld = () if is_preflight else withheld_cookies(request, jar)
    reply = _transmit(params, wire, is_preflight)
    failure = unusable(request, reply)
    refused = () if failure else store_cookies(request, reply, jar)
    params.exchange = exchange = Exchange(wire, reply, is_preflight, refused, withheld)
    params.profile.timeline.add(exchange)
    params.check(failure, preflight=is_preflight)
    return exchange


def _transmit(params: FetchParams, wire: Request, is_preflight: bool) -> Reply:
    transport = params.profile.transport
    if isinstance(transport, WSGITransport):
        # The headers of the response to a preflight decide; no more is read of it.
        return transport(wire, lambda reply: is_preflight or _is_read(params, reply))
    return without_padding(transport(wire))


def _is_read(params: FetchParams, reply: Reply) -> bool:
    """Return whether no more is read of a body: that of a redirect may have no end."""
    leads_on = is_redirect(params.request, reply) and reply.get("Location") is not None
    if leads_on and reply.get("Content-Length") is None:
        return True
    return params.enough is not None and params.enough(reply)
