"""The requests that the page sends, each with what it is there to show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .api import TOKEN


@dataclass(frozen=True)
class Scenario:
    """One ``fetch`` of the page; ``headers`` are those that its script sets."""

    id: str
    title: str
    path: str
    note: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    credentials: bool = False


SCENARIOS = (
    Scenario(
        "open",
        "Open to every page",
        "/public/weather",
        "A resource of the application allows any origin and exposes X-Total. The view also "
        "sends X-Internal, which scripts of other origins do not see.",
    ),
    Scenario(
        "one-origin",
        "One origin",
        "/one-origin",
        "The decorator names the page on localhost. The request is sent from anywhere, and the "
        "view runs; the browser withholds the response from other pages.",
    ),
    Scenario(
        "wildcard-origin",
        "A wildcard origin",
        "/wildcard-origin",
        "The decorator allows http://localhost:*, which is localhost on any port.",
    ),
    Scenario(
        "sign-in",
        "Credentials: signing in",
        "/session",
        "The answer sets a cookie with SameSite=Lax. A page of the same site stores it; a page "
        "of another site may read the answer, but its cookie is refused.",
        method="PUT",
        credentials=True,
    ),
    Scenario(
        "account",
        "Credentials: using the cookie",
        "/account",
        "Both pages are allowed to send credentials. Whether the cookie travels is decided by "
        "SameSite, not by CORS.",
        credentials=True,
    ),
    Scenario(
        "credentials-refused",
        "Credentials where none are allowed",
        "/public/weather",
        "The same route as the first, asked with credentials. An answer for every page may not "
        "be read with them.",
        credentials=True,
    ),
    Scenario(
        "header-allowed",
        "A header that is allowed",
        "/one-header",
        "A header of the page's own makes the browser ask first: allow_headers lists X-Token.",
        headers={"X-Token": "abc"},
    ),
    Scenario(
        "header-refused",
        "A header that is not",
        "/one-header",
        "X-Other is not in the list, so the browser stops after the preflight.",
        headers={"X-Other": "abc"},
    ),
    Scenario(
        "method-get",
        "A method with its own policy: GET",
        "/note",
        "A MethodView whose methods are marked one by one: everybody may read.",
    ),
    Scenario(
        "method-put",
        "A method with its own policy: PUT",
        "/note",
        "The same URL: the preflight is answered for PUT, which the page on localhost may use.",
        method="PUT",
        headers={"Content-Type": "application/json"},
    ),
    Scenario(
        "method-delete",
        "A method without a policy: DELETE",
        "/note",
        "No mark and no resource covers DELETE, so the preflight gets no headers.",
        method="DELETE",
    ),
    Scenario(
        "nested-blueprint",
        "A nested blueprint",
        "/shop/orders/7",
        "The inner blueprint exposes a header, the outer one names the origins: each option is "
        "looked up by itself.",
    ),
    Scenario(
        "exempt",
        "An exempt view",
        "/public/exempt",
        "It lies below /public, which is open, and is taken out by cors_exempt.",
    ),
    Scenario(
        "hook-preflight",
        "An authentication hook, passed",
        "/members/",
        "A before_request function answers 401 without a token. The preflight, which never "
        "carries one, is answered before it.",
        headers={"Authorization": TOKEN},
    ),
    Scenario(
        "hook-refusal",
        "An authentication hook, refused",
        "/members/",
        "Without the token the answer is 401, and the page can read that it is.",
    ),
    Scenario(
        "not-found",
        "404",
        "/public/nowhere",
        "Errors carry the headers too: the page sees a 404 and no “CORS error”.",
    ),
    Scenario(
        "broken",
        "500",
        "/public/broken",
        "The view raises an exception. The page sees the 500, without its traceback.",
    ),
    Scenario(
        "redirect",
        "A redirect to the slash",
        "/public/cities",
        "Flask redirects to /public/cities/; the redirect carries the headers of the endpoint "
        "it leads to.",
    ),
)
