"""The API that the lab's page calls: routes with different policies, and nothing else.

This is the file to read. Each function adds the routes of one usage of Flask-CORS.
"""

from __future__ import annotations

from flask import Blueprint, Flask, abort, jsonify, make_response, request
from flask.typing import ResponseReturnValue
from flask.views import MethodView

from flask_cors import CORS, cors_exempt, cross_origin

from .addresses import Addresses
from .control import RequestLog, create_control

# localhost ignores ports when it keeps cookies: a name that no other program will use.
COOKIE = "flask_cors_lab_session"
TOKEN = "Bearer lab"


def create_api(addresses: Addresses) -> Flask:
    """Build the API; its policies name the page's origins, which depend on the ports."""
    app = Flask(__name__)
    app.config["CORS_CHECK_IGNORE"] = {
        "CORS002": "everybody may read what is below /public, and the note"
    }
    add_public_routes(app)
    add_marked_views(app, addresses)
    add_session(app, addresses)
    add_notes(app, addresses)
    app.register_blueprint(create_shop(addresses))
    app.register_blueprint(create_members(addresses))

    log = RequestLog(COOKIE)
    app.register_blueprint(create_control(log, addresses))
    app.wsgi_app = log.around(app.wsgi_app)  # type: ignore[method-assign]
    return app


def add_public_routes(app: Flask) -> None:
    """The application: everything below /public is open to every page."""
    CORS(app, resources="/public/*", origins="*", expose_headers=["X-Total"])

    @app.get("/public/weather")
    def weather() -> ResponseReturnValue:
        # X-Total is exposed above; scripts of other origins never see X-Internal.
        return {"sky": "clear"}, {"X-Total": "1", "X-Internal": "hidden"}

    @app.get("/public/cities/")
    def cities() -> ResponseReturnValue:
        return jsonify(["Lisbon", "Oslo"])

    @app.get("/public/broken")
    def broken() -> ResponseReturnValue:
        raise RuntimeError("the lab raises this error on purpose")

    @app.get("/public/exempt")
    @cors_exempt
    def exempt() -> ResponseReturnValue:
        return {"readable": "by the API's own pages alone"}


def add_marked_views(app: Flask, addresses: Addresses) -> None:
    """Views that say who may read them, with a decorator below the route."""

    @app.get("/one-origin")
    @cross_origin(addresses.same_site)
    def one_origin() -> ResponseReturnValue:
        return {"for": addresses.same_site}

    @app.get("/wildcard-origin")
    @cross_origin("http://localhost:*")
    def wildcard_origin() -> ResponseReturnValue:
        return {"for": "localhost on any port"}

    @app.get("/one-header")
    @cross_origin(addresses.pages, allow_headers=["X-Token"])
    def one_header() -> ResponseReturnValue:
        return {"token": request.headers.get("X-Token")}


def add_session(app: Flask, addresses: Addresses) -> None:
    """Views that work with a cookie: credentials are granted to a list of origins."""

    @app.put("/session")
    @cross_origin(addresses.pages, supports_credentials=True)
    def sign_in() -> ResponseReturnValue:
        response = make_response({"signed_in": True})
        response.set_cookie(COOKIE, "1", httponly=True, samesite="Lax")
        return response

    @app.get("/account")
    @cross_origin(addresses.pages, supports_credentials=True)
    def account() -> ResponseReturnValue:
        return {"signed_in": COOKIE in request.cookies}


def add_notes(app: Flask, addresses: Addresses) -> None:
    """A class with a mark per method: a preflight is answered for the method it asks for."""

    class Note(MethodView):
        @cross_origin("*")
        def get(self) -> ResponseReturnValue:
            return {"note": "hello"}

        @cross_origin(addresses.same_site)
        def put(self) -> ResponseReturnValue:
            return {"changed": True}

        def delete(self) -> ResponseReturnValue:
            return {"deleted": True}

    app.add_url_rule("/note", view_func=Note.as_view("note"))


def create_shop(addresses: Addresses) -> Blueprint:
    """Nested blueprints: what the inner one does not say, the outer one does."""
    shop = Blueprint("shop", __name__, url_prefix="/shop")
    CORS(shop, origins=addresses.pages, max_age=0)

    orders = Blueprint("orders", __name__, url_prefix="/orders")
    CORS(orders, expose_headers=["X-Order-State"])

    @orders.get("/7")
    def order() -> ResponseReturnValue:
        return {"order": 7}, {"X-Order-State": "sent"}

    shop.register_blueprint(orders)
    return shop


def create_members(addresses: Addresses) -> Blueprint:
    """An authentication hook: it never sees preflights, which carry no credentials."""
    members = Blueprint("members", __name__, url_prefix="/members")
    CORS(members, origins=addresses.pages)

    @members.before_request
    def authenticate() -> None:
        if request.headers.get("Authorization") != TOKEN:
            abort(401)

    @members.get("/")
    def profile() -> ResponseReturnValue:
        return {"member": True}

    return members
