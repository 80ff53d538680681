"""The import path of the header names in flask-cors; deprecated, as nothing else is here."""

from __future__ import annotations

import warnings
from typing import Final

from . import fetch

_MOVED: Final = {
    "ACL_ORIGIN": "ALLOW_ORIGIN",
    "ACL_METHODS": "ALLOW_METHODS",
    "ACL_ALLOW_HEADERS": "ALLOW_HEADERS",
    "ACL_EXPOSE_HEADERS": "EXPOSE_HEADERS",
    "ACL_CREDENTIALS": "ALLOW_CREDENTIALS",
    "ACL_MAX_AGE": "MAX_AGE",
    "ACL_RESPONSE_PRIVATE_NETWORK": "ALLOW_PRIVATE_NETWORK",
    "ACL_REQUEST_METHOD": "REQUEST_METHOD",
    "ACL_REQUEST_HEADERS": "REQUEST_HEADERS",
    "ACL_REQUEST_HEADER_PRIVATE_NETWORK": "REQUEST_PRIVATE_NETWORK",
}


def __getattr__(name: str) -> str:
    if name not in _MOVED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    header: str = getattr(fetch, _MOVED[name])
    warnings.warn(
        f"flask_cors.core.{name} is deprecated: write {header!r}",
        DeprecationWarning,
        stacklevel=2,
    )
    return header
