"""What the pages of one browser share: its server, its stores and what its user allows.

Holds them; decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from .authentication import AuthenticationEntries
from .blob_urls import BlobURLStore
from .cache import HTTPCache
from .cookies import CookieJar
from .local_network import AddressSpaceOf
from .preflight_cache import PreflightCache
from .sites import RegistrableDomain
from .timeline import Timeline
from .transport import Transport


@dataclass(frozen=True)
class Profile:
    """What all pages of one browser share."""

    transport: Transport
    registrable_domain: RegistrableDomain
    address_space: AddressSpaceOf
    clock: Callable[[], float]
    cookies: CookieJar
    preflights: PreflightCache
    cache: HTTPCache
    timeline: Timeline = field(default_factory=Timeline)
    permissions: set[str] = field(default_factory=set)
    authentication: AuthenticationEntries = field(default_factory=AuthenticationEntries)
    blob_urls: BlobURLStore = field(default_factory=BlobURLStore)
