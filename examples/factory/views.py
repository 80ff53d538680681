"""The application's views; they know nothing of origins, which the environment names."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

api = Blueprint("api", __name__, url_prefix="/api")


@api.get("/profile")
def profile() -> ResponseReturnValue:
    return {"name": "example"}
