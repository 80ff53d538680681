"""Navigations of a tab or a frame: links, typed addresses and forms.

Follows https://html.spec.whatwg.org/ ("navigate", "form submission algorithm"); sends nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from .bodies import FormData, form_body
from .dangling_markup import attribute_dangles
from .referrer import ReferrerPolicy
from .request import FetchRequest
from .sites import with_query

Enctype = Literal["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"]
FormMethod = Literal["GET", "POST"]

DOCUMENT_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def navigation_request(
    request: FetchRequest, written: str, *, frame: bool, referrer_policy: ReferrerPolicy
) -> FetchRequest:
    """Return the request of a link to *written*, made of a *request* of the page for its URL."""
    return replace(
        request,
        headers=[("Accept", DOCUMENT_ACCEPT), ("Upgrade-Insecure-Requests", "1")],
        mode="navigate",
        credentials="include",
        destination="iframe" if frame else "document",
        initiator="navigation",
        is_unsafe=False,
        referrer_policy=referrer_policy,
        dangles=attribute_dangles(written),
    )


def with_form(
    request: FetchRequest, form: FormData, method: FormMethod, enctype: Enctype
) -> FetchRequest:
    """Return the navigation *request* with the fields of *form*, in its query or its body."""
    if method == "GET":
        query, _ = form_body(form, "application/x-www-form-urlencoded")
        return replace(request, urls=[with_query(request.urls[0], query.decode())])
    body, content_type = form_body(form, enctype)
    headers = [*request.headers, ("Content-Type", content_type)]
    return replace(request, method="POST", body=body, headers=headers)
