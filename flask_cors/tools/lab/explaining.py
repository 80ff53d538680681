"""What the server decides, for the lab's page: ``explain()``, its advice and its reasons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import Flask

from ...runtime.hooks import state_of
from ..explain import explain
from ..report import to_show


def explained(app: Flask, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what ``explain()`` finds for a request, as ``explanation.js`` shows it.

    *asked* holds ``method``, ``url``, ``origin``, ``headers`` and ``credentials``. Raises
    ``ConfigError`` where the configuration has errors, ``ValueError`` for what is no request.
    """
    url = str(asked["url"])
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError("the URL starts with http:// or https://")
    headers = {str(name): str(value) for name, value in asked["headers"]}
    state = state_of(app)
    explanation = explain(
        app,
        state.policies(),
        state.hand_written,
        str(asked["method"]),
        url,
        str(asked["origin"]),
        headers=headers,
        credentials=bool(asked["credentials"]),
    )
    return to_show(explanation)
