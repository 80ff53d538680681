"""Cross-origin resource sharing for Flask: safe, fast, and each decision can be explained."""

from __future__ import annotations

from .decorators import cors_exempt, cross_origin
from .errors import ConfigError, CorsWarning
from .extension import CORS, of
from .runtime.enforcement import CrossOriginRefused

__all__ = [
    "CORS",
    "ConfigError",
    "CorsWarning",
    "CrossOriginRefused",
    "cors_exempt",
    "cross_origin",
    "of",
]
__version__ = "7.0.0"
