"""Local Network Access, as Chromium implements it: a permission of the user.

Takes the place of the preflights with ``Access-Control-Request-Private-Network``, which
Chromium gave up. Follows https://wicg.github.io/local-network-access/. Sends nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit

from .sites import is_ip

AddressSpace = Literal["public", "local", "loopback"]
AddressSpaceOf = Callable[[str], "AddressSpace | None"]
TargetAddressSpace = Literal["", "public", "local", "loopback"]

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


def host_of(url: str) -> str:
    """Return the host name of *url* or of an origin."""
    return urlsplit(url).hostname or ""
