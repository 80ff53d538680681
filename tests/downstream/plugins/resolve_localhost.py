"""A pytest plugin: every name below localhost is this machine, as RFC 6761 asks of resolvers.

Many resolvers know ``localhost`` alone, and the tests should not need the hosts file.
"""

from __future__ import annotations

import socket
from typing import Any

_getaddrinfo = socket.getaddrinfo


def getaddrinfo(host: Any, *rest: Any, **options: Any) -> Any:
    name = host.decode() if isinstance(host, bytes) else host
    below = isinstance(name, str) and name.rstrip(".").endswith(".localhost")
    return _getaddrinfo("127.0.0.1" if below else host, *rest, **options)


def pytest_configure() -> None:
    socket.getaddrinfo = getaddrinfo
