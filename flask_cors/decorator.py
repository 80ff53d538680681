"""The import path of ``cross_origin`` in flask-cors; it lives in ``flask_cors`` now."""

from __future__ import annotations

import warnings
from typing import Any


def __getattr__(name: str) -> Any:
    if name != "cross_origin":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .decorators import cross_origin

    warnings.warn(
        "import cross_origin from flask_cors, not from flask_cors.decorator",
        DeprecationWarning,
        stacklevel=2,
    )
    return cross_origin
