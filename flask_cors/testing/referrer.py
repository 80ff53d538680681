"""The ``Referer`` of a request (https://w3c.github.io/webappsec-referrer-policy/).

Knows policies and URLs; sends nothing.
"""

from __future__ import annotations

from typing import Literal, cast, get_args
from urllib.parse import urlsplit

from .sites import is_trustworthy, origin_of, without_credentials, without_fragment
from .traits import Traits

ReferrerPolicy = Literal[
    "",
    "no-referrer",
    "no-referrer-when-downgrade",
    "origin",
    "origin-when-cross-origin",
    "same-origin",
    "strict-origin",
    "strict-origin-when-cross-origin",
    "unsafe-url",
]
POLICIES = frozenset(get_args(ReferrerPolicy)) - {""}
DEFAULT_POLICY: ReferrerPolicy = "strict-origin-when-cross-origin"
LONGEST = 4096


def determine_referrer(source: str, url: str, policy: ReferrerPolicy, traits: Traits) -> str | None:
    """Return the referrer of a request to *url*, ``None`` if there is to be none.

    *source* is the URL that the page names. Follows ``#determine-requests-referrer``.
    """
    full = without_credentials(without_fragment(source))
    origin = f"{origin_of(source)}/"
    full = full if len(full) <= LONGEST else origin
    same = origin_of(source) == origin_of(url)
    down = _is_downgrade(source, url, traits)
    return {
        "no-referrer": None,
        "no-referrer-when-downgrade": None if down else full,
        "origin": origin,
        "origin-when-cross-origin": full if same else origin,
        "same-origin": full if same else None,
        "strict-origin": None if down else origin,
        "strict-origin-when-cross-origin": full if same else None if down else origin,
        "unsafe-url": full,
    }[policy or DEFAULT_POLICY]


def hides_origin(origin: str, url: str, policy: ReferrerPolicy, downgrades: bool) -> bool:
    """Return whether a request that is not a CORS request sends ``Origin: null``.

    *downgrades* is whether the step from HTTPS to plain HTTP matters. Follows
    ``#append-a-request-origin-header``.
    """
    if policy in ("no-referrer", "same-origin"):
        return policy == "no-referrer" or origin_of(url) != origin
    if policy in ("origin", "origin-when-cross-origin", "unsafe-url"):
        return False
    return downgrades and origin.startswith("https:") and urlsplit(url).scheme != "https"


def policy_of(header: str | None) -> ReferrerPolicy:
    """Parse a ``Referrer-Policy`` header: the last policy that is known, ``""`` without one."""
    words = (word.strip().lower() for word in (header or "").split(","))
    known = [word for word in words if word in POLICIES]
    return cast("ReferrerPolicy", known[-1]) if known else ""


def _is_downgrade(source: str, url: str, traits: Traits) -> bool:
    if traits.compares_referrer_schemes:
        return source.startswith("https:") and not url.startswith("https:")
    return is_trustworthy(source) and not is_trustworthy(url)
