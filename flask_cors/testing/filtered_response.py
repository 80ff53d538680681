"""What a page may see of the response to its request (``#concept-filtered-response``).

Follows the last steps of ``#main-fetch``: types, digests, filters. Sends nothing.
"""

from __future__ import annotations

from . import cors
from .content import Content
from .errors import Failure
from .fetch_params import FetchParams
from .integrity import integrity_mismatch
from .opaque_blocking import blocked_as_opaque
from .redirects import REDIRECT_STATUSES
from .replies import NULL_BODY_STATUSES
from .response import Response, ResponseHeaders
from .response_types import blocked_by_type
from .transport import Reply


def filtered_response(params: FetchParams, reply: Reply) -> Response:
    """Return what the page sees of *reply*; raise :class:`NetworkError` if it is blocked."""
    request = params.request
    params.check(blocked_as_opaque(request, reply) or blocked_by_type(request, reply))
    nothing = ResponseHeaders(())
    leads_on = request.redirect == "manual" and reply.status in REDIRECT_STATUSES
    no_body = request.method == "HEAD" or reply.status in NULL_BODY_STATUSES
    is_opaque = request.tainting == "opaque" or request.shows_others
    body = b"" if no_body else Content(reply, params.fail)
    nothing_known = no_body and not request.traits.digests_empty_bodies
    _check_integrity(params, None if nothing_known or leads_on or is_opaque else body)
    # An element and an XMLHttpRequest read the body to its end before they fire an event.
    if isinstance(body, Content) and request.initiator not in ("fetch", "beacon"):
        body.read()
    if is_opaque:
        return Response("opaque", "", 0, nothing, b"", False)
    if leads_on:
        return Response("opaqueredirect", request.url, 0, nothing, b"", False)
    return _response(params, reply, body)


def shown_document(params: FetchParams, reply: Reply) -> Response:
    """Return the document that the user sees of *reply*, whose ever it is."""
    return _response(params, reply, Content(reply, params.fail))


def _response(params: FetchParams, reply: Reply, body: bytes | Content) -> Response:
    request = params.request
    by_cors = request.tainting == "cors"
    shown = cors.exposed(reply, request.credentials) if by_cors else cors.readable(reply)
    return Response(
        request.tainting,
        request.url,
        reply.status,
        ResponseHeaders(shown),
        body,
        len(request.urls) > 1,
        reply.reason,
    )


def _check_integrity(params: FetchParams, body: bytes | Content | None) -> None:
    """Compare *body* with the digests that the page names; what it cannot see has none."""
    metadata = params.request.integrity
    if not metadata:
        return
    if isinstance(body, Content):
        body = body.read()
    mismatch = "" if body is None else integrity_mismatch(metadata, body)
    if mismatch is not None:
        by_script = params.request.initiator == "fetch"
        step = "integrity" if by_script else "integrity-element"
        raise params.fail(Failure(step, mismatch))
