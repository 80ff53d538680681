"""The extensions, apart from any application: views can import them without a cycle."""

from __future__ import annotations

from flask_cors import CORS

cors = CORS(resources="/api/*")
