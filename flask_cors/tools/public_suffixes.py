"""Sites and registrable domains, by the public suffix list of the extra ``[cli]``."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from ..testing import sites
from ..testing.sites import last_two_labels


def is_same_site(origin: str, url: str) -> bool:
    """Return whether a page of *origin* is of the site of *url*, its scheme included.

    See https://html.spec.whatwg.org/#same-site; ``null`` is of no site.
    """
    return origin != "null" and site_of(origin) == site_of(url)


def site_of(url: str) -> tuple[str, str]:
    """Return scheme and registrable domain of *url*, by the public suffix list where it is."""
    return sites.site_of(url, registrable_domain())


def registrable_domain() -> Callable[[str], str | None]:
    """Return what finds a host's registrable domain: the public suffix list of [cli], if there."""
    try:
        found: Callable[[str], str | None] = public_suffix_list().privatesuffix
    except ModuleNotFoundError:
        return last_two_labels
    return found


def public_suffix_list() -> Any:
    """Return the list of the extra ``[cli]``; raises ``ModuleNotFoundError`` without it."""
    from publicsuffixlist import PublicSuffixList  # of the extra [cli]

    return _made(PublicSuffixList)


@lru_cache(maxsize=1)
def _made(make: Callable[[], Any]) -> Any:
    return make()  # reading the list takes a fifth of a second
