"""A model of a browser, for test suites: what could a page on another origin read?

:class:`Browser` runs the steps of the Fetch standard over any WSGI application, so that a
test sees what a page would see, without a browser. It shares no code with the part of
this package that answers requests: two readings of one standard that check each other.
"""

from __future__ import annotations

from .browser import Browser
from .cookies import Cookie, CookieJar
from .errors import CORSBlocked, NetworkError
from .page import Response, ResponseHeaders
from .sites import last_two_labels
from .traits import CHROMIUM, FIREFOX, STANDARD, Traits
from .transport import Exchange, Reply, Request, Transport

__all__ = [
    "CHROMIUM",
    "FIREFOX",
    "STANDARD",
    "Browser",
    "CORSBlocked",
    "Cookie",
    "CookieJar",
    "Exchange",
    "NetworkError",
    "Reply",
    "Request",
    "Response",
    "ResponseHeaders",
    "Traits",
    "Transport",
    "last_two_labels",
]
