"""Local Network Access, as Chromium implements it: a permission of the user.

Takes the place of the preflights with ``Access-Control-Request-Private-Network``, which
Chromium gave up. Follows https://wicg.github.io/local-network-access/. Judges requests; sends
nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit

from .errors import Failure
from .request import FetchRequest
from .sites import is_ip, is_trustworthy

AddressSpace = Literal["public", "local", "loopback"]
AddressSpaceOf = Callable[[str], "AddressSpace | None"]

_NEARNESS = {"public": 0, "local": 1, "loopback": 2}


def address_space_of_name(host: str) -> AddressSpace | None:
    """Return the address space that a host name alone implies, ``None`` if it implies none."""
    if is_ip(host):
        address = ip_address(host)
        if address.is_loopback:
            return "loopback"
        return "local" if address.is_private or address.is_link_local else "public"
    if host == "localhost" or host.endswith(".localhost"):
        return "loopback"
    return "local" if host.endswith(".local") else None


def is_more_private(target: AddressSpace | None, own: AddressSpace | None) -> bool:
    """Return whether a page in *own* needs a permission to reach *target*."""
    if target is None or own is None:
        return False
    return _NEARNESS[target] > _NEARNESS[own]


def permissions_for(target: AddressSpace) -> frozenset[str]:
    """Return the permissions that open *target*; any one of them does."""
    name = "loopback-network" if target == "loopback" else "local-network"
    return frozenset({name, "local-network-access"})


def blocked_by_local_network(
    request: FetchRequest, space_of: AddressSpaceOf, permissions: Set[str]
) -> Failure | None:
    """Return why the user keeps the page from a more private network, ``None`` if it may ask."""
    if not request.traits.guards_local_network or request.is_typed:
        return None
    target, wanted = space_of(_host_of(request.url)), request.target_address_space
    if wanted and target is not None and wanted != target:
        return Failure("local-network-target", wanted)
    top_level = request.page.top_level
    if target is None or not is_more_private(target, space_of(_host_of(top_level))):
        return None
    if not is_trustworthy(top_level):
        return Failure("local-network-insecure", target)
    granted = permissions_for(target) & permissions
    return None if granted else Failure("local-network-permission", target)


def _host_of(url: str) -> str:
    return urlsplit(url).hostname or ""
