"""An app with one of each finding of ``flask cors check``, and nothing else to find."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, Response, g
from flask.views import MethodView

from flask_cors import CORS, CorsWarning, cross_origin

APP = "https://app.example.com"


def unwrapped(view: Callable[[], str]) -> Callable[[], str]:
    """Wrap a view as decorators do that forget ``functools.wraps``."""

    def inner() -> str:
        return view()

    return inner


class Items(MethodView):
    """A view class whose mark lies on a method that Flask never dispatches."""

    def get(self) -> str:
        return self.render()

    @cross_origin(APP)
    def render(self) -> str:
        return "items"


def text() -> str:
    return "text"


def ok() -> str:
    return "ok"


def add_headers(response: Response) -> Response:
    response.headers["Access-Control-Allow-Origin"] = "https://hand.example"
    return response


def remove_header(response: Response) -> Response:
    response.headers.pop("Access-Control-Allow-Origin", None)
    return response


def start() -> None:
    g.started = 1


def stop(response: Response) -> Response:
    response.headers["X-Time"] = str(g.started)
    return response


def broken_override(*_: Any) -> None:
    return None


def make_app() -> Flask:
    """Return the app; ``CORS001`` needs one that does not compile, and is not there."""
    app = Flask(__name__, static_folder=None)
    app.config.update(
        CORS_ORIGINS=APP,
        CORS_ORIGN="https://typo.example",
        CORS_ORIGIN_WHITELIST=[APP],
        CORS_CHECK_IGNORE={"CORS999": "no such rule"},
        PREFERRED_URL_SCHEME="https",
        SECRET_KEY="secret",
    )
    for path in ("http", "null", "pages", "dot", "open", "dropped", "slow", "age", "purge", "star"):
        app.add_url_rule(f"/{path}", path, _OF[path], methods=["GET"])
    app.add_url_rule("/change", "change", cross_origin("*")(ok), methods=["POST"])
    app.add_url_rule("/lost", "lost", unwrapped(cross_origin(APP)(text)))
    app.add_url_rule("/items/", view_func=Items.as_view("items"))
    app.add_url_rule("/docs/<path:page>", "page", cross_origin(expose_headers="*")(_page))
    app.add_url_rule("/v1", "v1", text)
    app.add_url_rule("/shop/cart", "cart", text)
    app.add_url_rule("/shop/hat", "hat", text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CorsWarning)
        above = app.get("/above")(_above)
        cross_origin(APP)(above)
    blueprint = Blueprint("api", __name__, url_prefix="/api")
    blueprint.add_url_rule("/form", "form", cross_origin(APP, methods="POST")(ok), methods=["POST"])
    app.register_blueprint(blueprint)
    app.add_url_rule("/me", "me", cross_origin(APP, supports_credentials=True)(text))
    pay = cross_origin(APP, supports_credentials=True, methods="POST")(text)
    app.add_url_rule("/pay", "pay", pay, methods=["POST"])
    buy = cross_origin(APP, enforce=True, methods="POST")(text)
    app.add_url_rule("/buy", "buy", buy, methods=["POST"])
    app.add_url_rule("/orders", "orders", text)
    add = cross_origin(APP, methods="POST")(ok)
    app.add_url_rule("/orders", "add", add, methods=["POST"])
    app.after_request(add_headers)
    app.after_request(remove_header)
    app.before_request(start)
    app.after_request(stop)
    CORS(origins=APP)
    CORS(
        app,
        origins=APP,
        resources={
            r"/v\d": {},
            r"/shop/.*t$": {"max_age": 1},
            r"/shop/c.*$": {"max_age": 2},
            "/docs/secret/*": {"supports_credentials": True},
            "/nowhere": {},
            r"/v\d+$": {},
        },
    )
    app.preprocess_request = broken_override  # type: ignore[method-assign]
    return app


def _page(page: str) -> str:
    return page


def _above() -> str:
    return "above"


with warnings.catch_warnings():
    # That they backtrack, or allow strangers, is warned about here already.
    warnings.simplefilter("ignore", CorsWarning)
    dot = cross_origin(r"https://app.example\.com")(text)
    open_ = cross_origin(r"https://.*example\.com")(text)
    dropped = cross_origin([APP, "app.example.com"])(text)
    slow = cross_origin(r"https://(?:-?[a-z]+)+\.example\.com")(text)
    pages = cross_origin("https://*.github.io")(text)

_OF: dict[str, Any] = {
    "http": cross_origin("http://intranet.example.com")(text),
    "null": cross_origin("null")(text),
    "pages": pages,
    "dot": dot,
    "open": open_,
    "dropped": dropped,
    "slow": slow,
    "age": cross_origin(APP, max_age=100_000)(text),
    "star": cross_origin(APP, send_wildcard=True)(text),
    "purge": cross_origin(APP, methods=["GET", "HEAD", "PURGE"])(text),
}
