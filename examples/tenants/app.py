"""The API, and where its tenants change the list of domains whose pages may call it."""

from __future__ import annotations

import os
from hmac import compare_digest

from flask import Blueprint, Flask, abort, current_app, g, jsonify, request
from flask.typing import ResponseReturnValue
from redis.exceptions import RedisError

from flask_cors import CORS

from .allow_list import AllowList
from .domains import Change, Domains, NotAnOriginError, TakenError, origin_of

DEFAULTS = {
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "KEYS": {},
    "TTL": 60,
    "SIZE": 100_000,
    "TIMEOUT": 0.25,
    "WAIT": 1,
}

api = Blueprint("api", __name__, url_prefix="/api")
domains = Blueprint("domains", __name__, url_prefix="/domains")


def create_app() -> Flask:
    """Build the application from ``TENANTS_*`` variables; gunicorn's workers then follow."""
    app = Flask(__name__)
    app.config.update(DEFAULTS)
    app.config.from_prefixed_env("TENANTS")
    allow_list = AllowList(
        app.config["REDIS_URL"],
        ttl=app.config["TTL"],
        size=app.config["SIZE"],
        timeout=app.config["TIMEOUT"],
    )
    # A short max_age: the browser keeps preflights too, and Redis cannot tell it of a change.
    CORS(app, resources="/api/*", origins=allow_list, max_age=60)
    app.extensions["allow_list"] = allow_list
    app.extensions["domains"] = Domains(app.config["REDIS_URL"], app.config["WAIT"])
    app.register_blueprint(api)
    app.register_blueprint(domains)
    return app


@api.get("/items")
def items() -> ResponseReturnValue:
    """Answer a tenant's page; which process did is told for the sake of the test."""
    return jsonify(["a kettle", "a teapot"]), {"X-Worker": str(os.getpid())}


# -- for the tenants themselves: nothing here may be read by a page of another origin --------


@domains.before_request
def authenticate() -> None:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    for tenant, expected in current_app.config["KEYS"].items():
        if scheme == "Bearer" and compare_digest(key.encode(), expected.encode()):
            g.tenant = tenant
            return
    abort(401)


@domains.get("/")
def listed() -> ResponseReturnValue:
    return jsonify(store().of(g.tenant))


@domains.post("/")
def added() -> ResponseReturnValue:
    return told(store().add(g.tenant, asked_for()))


@domains.delete("/")
def removed() -> ResponseReturnValue:
    return told(store().remove(g.tenant, asked_for()))


@domains.errorhandler(NotAnOriginError)
def unreadable(error: NotAnOriginError) -> ResponseReturnValue:
    return {"error": str(error)}, 400


@domains.errorhandler(TakenError)
def taken(error: TakenError) -> ResponseReturnValue:
    return {"error": str(error)}, 409


@domains.errorhandler(RedisError)
def out_of_reach(_error: RedisError) -> ResponseReturnValue:
    return {"error": "the list cannot be changed now"}, 503


def store() -> Domains:
    found: Domains = current_app.extensions["domains"]
    return found


def asked_for() -> str:
    """Return the origin that the request's body names."""
    body = request.get_json()
    return origin_of(body.get("origin") if isinstance(body, dict) else None)


def told(change: Change) -> ResponseReturnValue:
    """Answer 200 where all workers follow already, and 202 where some may be late."""
    body = {"workers": change.told, "following": change.followed}
    return body, 200 if change.everywhere else 202
