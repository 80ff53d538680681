"""The contents of a preflight request, and the part of it that is allowed.

No input, no output, no Flask; nothing is decided here.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

# Real pages request a handful of names; these bounds limit the work of one request.
MAX_REQUEST_HEADERS_LENGTH: Final = 8192
MAX_REQUEST_HEADERS_COUNT: Final = 256


class Preflight(NamedTuple):
    """What a CORS-preflight request asks for, as the client wrote it.

    ``method`` is Access-Control-Request-Method, ``headers`` the value of
    Access-Control-Request-Headers or ``None``, ``private_network`` whether
    Access-Control-Request-Private-Network is ``true``.
    """

    method: str
    headers: str | None = None
    private_network: bool = False

    @property
    def has_too_many_headers(self) -> bool:
        """Whether there are more header names than are looked at: then none is allowed."""
        value = self.headers or ""
        too_long = len(value) > MAX_REQUEST_HEADERS_LENGTH
        return too_long or value.count(",") >= MAX_REQUEST_HEADERS_COUNT


#: Why a method of a URL limits the header names that are granted for the others: CORS is ``off``
#: there; it does not allow the ``origin``, the ``headers``, itself as ``method``, the
#: ``credentials`` or the ``private-network``; its preflight is answered ``elsewhere``.
LimitCode = Literal[
    "off", "origin", "headers", "method", "credentials", "private-network", "elsewhere"
]


class Limit(NamedTuple):
    """One method of a URL that limits what preflights for the others grant, and why.

    ``values`` are the header names that it does not allow, where these are why.
    """

    method: str
    code: LimitCode
    values: tuple[str, ...] = ()


class Grant(NamedTuple):
    """What of a preflight is allowed: the method, and which of the headers.

    ``methods`` are those that the answer may name, where the methods of the URL have different
    policies; ``None`` is all that the policy allows. ``limiting`` are the other methods of this URL
    that prevent the refused headers, each with the reason. ``max_age`` is the time in seconds
    for which the answer may be cached, where another method of the URL limits it.
    """

    method: bool
    headers: tuple[str, ...]
    refused: tuple[str, ...]
    methods: tuple[str, ...] | None = None
    limiting: tuple[Limit, ...] = ()
    max_age: int | None = None
