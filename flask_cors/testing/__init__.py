"""A model of a browser, for test suites: what could a page on another origin read?

:class:`Browser` runs the steps of the Fetch standard over any WSGI application, so that a
test sees what a page would see, without a browser. It shares no code with the part of
this package that answers requests: two readings of one standard that check each other.
"""

from __future__ import annotations

from .bodies import Blob, FormData
from .browser import Browser
from .cache import HTTPCache
from .cookies import Cookie, CookieJar, CookieNote
from .errors import CORSBlocked, NetworkError
from .event_source import EventStream, ServerSentEvent
from .response import Response, ResponseHeaders
from .sites import last_two_labels
from .traits import CHROMIUM, FIREFOX, STANDARD, Traits
from .transport import Exchange, Reply, Request, Transport
from .websockets import WebSocket
from .xhr import ProgressEvent, XMLHttpRequest

__all__ = [
    "CHROMIUM",
    "FIREFOX",
    "STANDARD",
    "Blob",
    "Browser",
    "CORSBlocked",
    "Cookie",
    "CookieJar",
    "CookieNote",
    "EventStream",
    "Exchange",
    "FormData",
    "HTTPCache",
    "NetworkError",
    "ProgressEvent",
    "Reply",
    "Request",
    "Response",
    "ResponseHeaders",
    "ServerSentEvent",
    "Traits",
    "Transport",
    "WebSocket",
    "XMLHttpRequest",
    "last_two_labels",
]
