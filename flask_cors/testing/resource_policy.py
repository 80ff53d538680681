"""``Cross-Origin-Resource-Policy``: what a server keeps from pages that ask without CORS.

Judges replies; sends nothing.
"""

from __future__ import annotations

from .errors import Failure
from .request import FetchRequest
from .sites import site_of
from .transport import Reply


def blocked_by_resource_policy(request: FetchRequest, reply: Reply) -> Failure | None:
    """Return why the page may not embed *reply*, ``None`` if it may.

    Follows ``#cross-origin-resource-policy-internal-check`` without embedder policies.
    """
    policy = reply.get("Cross-Origin-Resource-Policy")
    if policy == "same-origin" and not request.is_same_origin(request.url):
        return Failure("resource-policy", "NotSameOrigin")
    if policy == "same-site" and not _is_same_site(request):
        return Failure("resource-policy", "NotSameSite")
    return None


def _is_same_site(request: FetchRequest) -> bool:
    """Compare the sites; what came over HTTPS is no part of a plain HTTP page's site."""
    own = site_of(request.origin, request.registrable_domain)
    other = site_of(request.url, request.registrable_domain)
    return own[1] == other[1] and (own[0] == "https" or other[0] != "https")
