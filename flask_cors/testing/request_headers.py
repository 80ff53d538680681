"""The headers that a browser adds to a request (``#http-network-or-cache-fetch``).

Knows the page that asks and its cookies; sends nothing.
"""

from __future__ import annotations

from ..fetch import FETCH_DEST, FETCH_MODE, FETCH_SITE, FETCH_USER, ORIGIN
from .cookie_headers import cookie_header
from .cookies import CookieJar
from .referrer import hides_origin
from .request import FetchRequest
from .sites import is_trustworthy, origin_of, site_of
from .transport import Headers


def wire_headers(request: FetchRequest, jar: CookieJar) -> Headers:
    """Return the headers of *request* with those that a browser adds to every one."""
    headers = [*request.headers]
    has_length = request.body is not None or request.method in ("POST", "PUT")
    if has_length and not request.is_stream:
        headers.append(("Content-Length", str(len(request.body or b""))))
    about_page = ((ORIGIN, _origin(request)), ("Referer", request.referrer))
    headers += [(name, value) for name, value in about_page if value is not None]
    headers += _metadata(request)
    traits, own = request.traits, {name.lower() for name, _ in headers}
    about_browser = (
        ("User-Agent", traits.user_agent),
        ("Accept-Language", traits.accept_language),
        # A part of an encoded response could not be decoded.
        ("Accept-Encoding", "identity" if "range" in own else traits.accept_encoding),
    )
    headers += [(name, value) for name, value in about_browser if value and name.lower() not in own]
    cookie = cookie_header(request, jar)
    return (*headers, ("Cookie", cookie)) if cookie else tuple(headers)


def _origin(request: FetchRequest) -> str | None:
    """Return the value of ``Origin`` (``#append-a-request-origin-header``)."""
    by_element = request.mode == "cors" and request.destination not in ("", "audio", "video")
    by_element = by_element and request.traits.elements_send_origin
    if request.tainting == "cors" or request.mode == "websocket" or by_element:
        return request.serialized_origin()
    if request.method in ("GET", "HEAD"):
        return None
    moved = len(set(map(origin_of, request.urls))) > 1
    if moved and not request.traits.keeps_origin:
        return "null"
    if request.mode != "cors" and _hides_origin(request):
        return "null"
    return request.serialized_origin()


def _hides_origin(request: FetchRequest) -> bool:
    """Return whether the referrer policy hides the origin of what is not CORS's."""
    policy = request.referrer_policy or request.page.referrer_policy
    if request.mode != "navigate" and not request.traits.origin_follows_referrer_policy:
        policy = ""
    downgrades = request.traits.hides_origin_from_http or not is_trustworthy(request.url)
    return hides_origin(request.origin, request.url, policy, downgrades)


def _metadata(request: FetchRequest) -> list[tuple[str, str]]:
    """Return the headers of https://w3c.github.io/webappsec-fetch-metadata/."""
    silent = request.mode == "websocket" and not request.traits.websockets_send_metadata
    if silent or not is_trustworthy(request.url):
        return []
    metadata = [
        (FETCH_DEST, request.destination or "empty"),
        (FETCH_MODE, request.mode),
        (FETCH_SITE, request.relation()),
    ]
    if request.mode == "navigate" and request.user_activated:
        metadata.append((FETCH_USER, "?1"))
    access = _storage_access(request) if request.traits.sends_storage_access else None
    if access is not None:
        metadata.append(("Sec-Fetch-Storage-Access", access))
    return metadata


def _storage_access(request: FetchRequest) -> str | None:
    """Return whether a request of a third party has its cookies.

    Follows https://privacycg.github.io/storage-access-headers/; ``None`` where the request
    is none of a third party, or without credentials.
    """
    if not request.includes_credentials or not request.is_third_party():
        return None
    if request.traits.third_party_cookies:
        return "active"
    is_site_of_tab = request.partition == site_of(request.url, request.registrable_domain)
    return "inactive" if is_site_of_tab else "none"
