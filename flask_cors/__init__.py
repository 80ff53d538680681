"""Cross-origin resource sharing for Flask: safe, fast, and able to say why."""

from __future__ import annotations

from .errors import ConfigError, CorsWarning
from .extension import CORS
from .marking import cors_exempt, cross_origin

__all__ = ["CORS", "ConfigError", "CorsWarning", "cors_exempt", "cross_origin"]
__version__ = "7.0.0"
