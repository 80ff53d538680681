"""An API with different policies. Each function adds the routes of one usage of Flask-CORS."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Flask, abort, jsonify, request, session
from flask.typing import ResponseReturnValue
from flask.views import MethodView

from flask_cors import CORS, cors_exempt, cross_origin

TOKEN = "Bearer lab"


@dataclass(frozen=True)
class Pages:
    """The origins of the lab's pages: of the API's own site, and of a different one."""

    same_site: str
    cross_site: str

    @property
    def all(self) -> tuple[str, str]:
        return self.same_site, self.cross_site


def create_app(page_port: int = 8700) -> Flask:
    """Build the API; its policies name the lab's pages, whose origins depend on their port."""
    pages = Pages(f"http://localhost:{page_port}", f"http://127.0.0.1:{page_port}")
    app = Flask(__name__, static_folder=None)
    # Two labs on one machine would overwrite each other's cookies: ports make no difference.
    app.config["SESSION_COOKIE_NAME"] = "flask_cors_lab_session"
    app.config.update(SECRET_KEY="lab", SESSION_COOKIE_SAMESITE="Lax")
    app.config["CORS_CHECK_IGNORE"] = {
        "CORS002": "everybody may read what is below /public, and the note"
    }
    add_public_routes(app)
    add_decorated_views(app, pages)
    add_session(app, pages)
    add_notes(app, pages)
    app.register_blueprint(create_shop(pages))
    app.register_blueprint(create_members(pages))
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


def add_decorated_views(app: Flask, pages: Pages) -> None:
    """Views with a policy of their own: the decorator stands below the route."""

    @app.get("/one-origin")
    @cross_origin(pages.same_site)
    def one_origin() -> ResponseReturnValue:
        return {"for": pages.same_site}

    @app.get("/wildcard-origin")
    @cross_origin("http://localhost:*")
    def wildcard_origin() -> ResponseReturnValue:
        return {"for": "localhost on any port"}

    @app.get("/one-header")
    @cross_origin(pages.all, allow_headers=["X-Token"])
    def one_header() -> ResponseReturnValue:
        return {"token": request.headers.get("X-Token")}


def add_session(app: Flask, pages: Pages) -> None:
    """Views that work with a cookie: credentials are granted to a list of origins."""

    @app.put("/session")
    @cross_origin(pages.all, supports_credentials=True)
    def sign_in() -> ResponseReturnValue:
        session["user"] = "ann"
        return {"signed_in": True}

    @app.get("/account")
    @cross_origin(pages.all, supports_credentials=True)
    def account() -> ResponseReturnValue:
        return {"signed_in": "user" in session}


def add_notes(app: Flask, pages: Pages) -> None:
    """A class with a decorator per method: preflights are answered for the method they name."""

    class Note(MethodView):
        @cross_origin("*")
        def get(self) -> ResponseReturnValue:
            return {"note": "hello"}

        @cross_origin(pages.same_site)
        def put(self) -> ResponseReturnValue:
            return {"changed": True}

        def delete(self) -> ResponseReturnValue:
            return {"deleted": True}

    app.add_url_rule("/note", view_func=Note.as_view("note"))


def create_shop(pages: Pages) -> Blueprint:
    """Nested blueprints: what the inner one does not set, the outer one does."""
    shop = Blueprint("shop", __name__, url_prefix="/shop")
    CORS(shop, origins=pages.all, max_age=0)

    orders = Blueprint("orders", __name__, url_prefix="/orders")
    CORS(orders, expose_headers=["X-Order-State"])

    @orders.get("/7")
    def order() -> ResponseReturnValue:
        return {"order": 7}, {"X-Order-State": "sent"}

    shop.register_blueprint(orders)
    return shop


def create_members(pages: Pages) -> Blueprint:
    """An authentication hook: it never sees preflights, which carry no credentials."""
    members = Blueprint("members", __name__, url_prefix="/members")
    CORS(members, origins=pages.all)

    @members.before_request
    def authenticate() -> None:
        if request.headers.get("Authorization") != TOKEN:
            abort(401)

    @members.get("/")
    def profile() -> ResponseReturnValue:
        return {"member": True}

    return members
