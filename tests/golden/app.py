"""The app whose routes, explanations and findings the golden files show."""

from __future__ import annotations

import re

from flask import Blueprint, Flask
from flask.views import MethodView

from flask_cors import CORS, cors_exempt, cross_origin

APP = "https://app.example.com"


def index() -> str:
    return "index"


class Items(MethodView):
    """Two methods of one URL, each with a policy of its own."""

    @cross_origin([APP, "https://*.partner.example"], max_age=600)
    def get(self, number: int) -> str:
        return "item"

    def put(self, number: int) -> str:
        return "changed"


def make_app() -> Flask:
    """Return an app that says something at every level."""
    app = Flask(__name__, static_folder=None)
    app.config["CORS_EXPOSE_HEADERS"] = "X-Total"
    app.config["CORS_CHECK_IGNORE"] = {"CORS002": "the front page is public"}
    api = Blueprint("api", __name__, url_prefix="/api")
    api.add_url_rule("/items/<int:number>", view_func=Items.as_view("items"))
    api.add_url_rule("/internal", "internal", cors_exempt(index))
    CORS(api, origins=APP, supports_credentials=True)
    app.register_blueprint(api)
    app.add_url_rule("/", "index", cross_origin("*")(index))
    app.add_url_rule("/files/<path:name>", "files", index)
    app.add_url_rule("/s\u00fc\u00df", "sweet", cross_origin(APP)(index))
    public = {"origins": re.compile(r"https://cdn.example\.com")}
    CORS(app, resources={"/files/public/*": public})
    return app
