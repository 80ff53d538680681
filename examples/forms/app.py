"""A cookie login, protected against forms of other sites: ``flask --app examples.forms.app run``.

The application has pages and forms of its own, and no page of another origin may send anything:
``origins`` is empty. The identity provider is the exception; its form arrives at one view.
Set ``SHOP_ENFORCE=0`` to see the attack work.
"""

from __future__ import annotations

import os

from flask import Flask, redirect, request, session
from flask.typing import ResponseReturnValue

from flask_cors import CORS, CrossOriginRefused, cross_origin

PROVIDER = "https://login.example.net"

FORM = """<!doctype html><title>Transfer</title>
<form method="post" action="/transfer">
  <label>To <input name="to"></label> <label>Amount <input name="amount"></label>
  <button>Transfer</button>
</form>
"""


def create_app(enforce: bool = True) -> Flask:
    """Return the application; without *enforce* a form of any site can transfer money."""
    app = Flask(__name__)
    app.secret_key = os.environ.get("SHOP_SECRET") or os.urandom(16)
    # The shop is embedded in pages of other sites, which takes SameSite=None: browsers then send
    # the cookie with the forms of all sites, too.
    app.config.update(SESSION_COOKIE_SAMESITE="None", SESSION_COOKIE_SECURE=True)
    app.config["CORS_CHECK_IGNORE"] = {
        "CORS028": "forms need no preflights",
        "CORS034": "browsers reach it on localhost, without a proxy",
    }
    CORS(app, origins=[], enforce=enforce)
    transfers: list[str] = []

    @app.get("/")
    def index() -> ResponseReturnValue:
        return FORM

    @app.post("/login")
    def login() -> ResponseReturnValue:
        session["user"] = request.form["user"]
        return redirect("/")

    # The only view that takes a form of another origin, and that origin alone.
    @app.post("/login/callback")
    @cross_origin(PROVIDER)
    def login_callback() -> ResponseReturnValue:
        session["user"] = request.form["user"]
        return redirect("/")

    @app.post("/transfer")
    def transfer() -> ResponseReturnValue:
        if "user" not in session:
            return {"error": "log in first"}, 401
        transfers.append(f"{request.form['amount']} to {request.form['to']}")
        return redirect("/transfers")

    @app.get("/transfers")
    def show_transfers() -> ResponseReturnValue:
        return {"transfers": transfers}

    @app.errorhandler(CrossOriginRefused)
    def refused(error: CrossOriginRefused) -> ResponseReturnValue:
        return {"error": error.description}, 403

    return app


app = create_app(os.environ.get("SHOP_ENFORCE", "1") != "0")
