"""A small API with users, whose tests ask what a page could read."""

from __future__ import annotations

from flask import Flask, Response, jsonify, request, session
from flask.typing import ResponseReturnValue

from flask_cors import CORS, cross_origin

PAGE = "https://app.example"
PARTNER = "https://partner.example"


def create_app() -> Flask:
    """Return an application whose own page, ``PAGE``, may use it with cookies."""
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY="for this example only",
        # The page is on another site, so its cookie must say that it travels there.
        SESSION_COOKIE_SAMESITE="None",
        SESSION_COOKIE_SECURE=True,
    )
    CORS(app, origins=[PAGE], supports_credentials=True, expose_headers=["X-Total-Count"])

    @app.before_request
    def require_login() -> ResponseReturnValue | None:
        if request.endpoint in ("login", "status") or "user" in session:
            return None
        return {"error": "log in first"}, 401

    @app.post("/login")
    def login() -> ResponseReturnValue:
        session["user"] = request.get_json()["name"]
        return {"name": session["user"]}

    @app.get("/items")
    def items() -> Response:
        response = jsonify(["a book", "a lamp"])
        response.headers["X-Total-Count"] = "2"
        return response

    @app.put("/items/<int:number>")
    def rename(number: int) -> ResponseReturnValue:
        return {"number": number, "name": request.get_json()["name"]}

    @app.get("/status")
    @cross_origin([PAGE, PARTNER])
    def status() -> ResponseReturnValue:
        return {"status": "up"}

    return app
