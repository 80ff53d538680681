"""Rules about URLs whose methods have several policies: CORS035."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Blueprint, Flask
from flask.views import MethodView

from flask_cors import CORS, cors_exempt, cross_origin
from flask_cors.runtime.hooks import state_of
from flask_cors.tools.checks import Finding, check
from flask_cors.tools.routes import overview

PAGE = "http://localhost:3000"
OTHER = "https://other.example.com"


def findings(app: Flask) -> list[Finding]:
    return [item for item in check(app, state_of(app)).findings if item.id == "CORS035"]


def make(get: Any = None, post: Any = None, method: str = "POST", **config: Any) -> Flask:
    app = Flask(__name__, static_folder=None)
    app.config.update(config)

    def orders() -> str:
        return "orders"

    def add() -> str:
        return "added"

    app.add_url_rule("/orders", view_func=get(orders) if get else orders)
    app.add_url_rule("/orders", view_func=post(add) if post else add, methods=[method])
    return app


@pytest.mark.parametrize(
    ("get", "post", "why", "hint"),
    [
        (
            None,
            cross_origin(PAGE),
            "has no CORS",
            f"Put @cross_origin(['{PAGE}']) below the route of orders, which opens GET, HEAD "
            f"/orders to {PAGE}, or serve POST at a URL of its own.",
        ),
        (
            cors_exempt,
            cross_origin(PAGE),
            "is taken out of CORS by cors_exempt",
            "Allow the same for every method of the URL, or serve POST at a URL of its own.",
        ),
        (cross_origin(OTHER), cross_origin([PAGE, OTHER]), f"does not allow {PAGE}", "In cross_"),
        (cross_origin(PAGE), cross_origin("*"), "does not allow any origin", "Allow the same "),
        (None, cross_origin("https://*.example.com"), "has no CORS", "Put @cross_origin"),
    ],
)
def test_a_method_whose_headers_another_one_never_allows(
    get: Any, post: Any, why: str, hint: str
) -> None:
    (found,) = findings(make(get, post))
    assert found.severity == "warning"
    assert found.place.startswith("cross_origin on ")
    assert (found.file, bool(found.line)) == (__file__, True)
    assert f"POST /orders (add at {__file__}:" in found.reason
    assert f"GET, HEAD /orders (orders at {__file__}:" in found.reason
    assert f") {why}; browsers cache" in found.reason
    assert found.hint.startswith(hint)


def test_following_the_hint_leaves_no_finding() -> None:
    assert findings(make(cross_origin([PAGE]), cross_origin(PAGE))) == []


@pytest.mark.parametrize(
    "app",
    [
        make(),
        make(cross_origin("*"), cross_origin(PAGE)),
        # The same origins and headers: what else differs is for `explain`.
        make(cross_origin(PAGE), cross_origin(PAGE, supports_credentials=True)),
        make(cross_origin(PAGE, methods="GET"), cross_origin(PAGE)),
        make(cross_origin([PAGE, OTHER]), cross_origin(PAGE, max_age=5)),
        # Public data, and a form of the app's own pages: its GET needs no header.
        make(cross_origin("*"), None),
        make(cross_origin(PAGE), cors_exempt, "PUT"),
        # PUT has a permission of its own.
        make(cross_origin(PAGE), None, "PUT"),
        # Who is allowed is only known when it is asked.
        make(cross_origin(origins=lambda origin: True), cross_origin(PAGE)),
        # No header name is allowed at all.
        make(None, cross_origin(PAGE, allow_headers=[])),
        make(None, cross_origin([])),
        make(None, cross_origin(PAGE, automatic_options=False)),
    ],
)
def test_no_finding(app: Flask) -> None:
    assert findings(app) == []


def test_a_list_of_headers_shows_that_get_is_to_get_them() -> None:
    app = make(cross_origin(PAGE, allow_headers="Authorization"), None)
    (found,) = findings(app)
    assert f"with GET /orders (orders at {__file__}:" in found.reason


def test_one_place_is_one_finding_for_all_of_its_routes() -> None:
    app = Flask(__name__, static_folder=None)
    api = Blueprint("api", __name__)
    CORS(api, origins=[PAGE])
    for name in ("a", "b"):
        app.add_url_rule(f"/{name}", f"get_{name}", lambda: "x")
        api.add_url_rule(f"/{name}", f"post_{name}", lambda: "x", methods=["POST"])
    app.register_blueprint(api)
    (found,) = findings(app)
    assert "POST /a (api.post_a at " in found.reason
    assert "POST /b (api.post_b at " in found.reason
    assert found.place == "CORS(api)"


def test_no_decorator_is_proposed_that_opens_other_urls() -> None:
    app = make(None, cross_origin(PAGE))
    app.add_url_rule("/all", "orders")
    (found,) = findings(app)
    assert "cross_origin" not in found.hint


class Orders(MethodView):
    def get(self) -> str:
        return "orders"

    @cross_origin(PAGE)
    def post(self) -> str:
        return "added"


def test_a_decorated_method_of_a_class() -> None:
    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/orders", view_func=Orders.as_view("orders"))
    (found,) = findings(app)
    assert found.hint == (
        f"Put @cross_origin(['{PAGE}']) on the class Orders, which opens GET, HEAD /orders to "
        f"{PAGE}, or serve POST at a URL of its own."
    )


def test_a_rule_that_another_one_comes_before_limits_nothing() -> None:
    app = Flask(__name__, static_folder=None)
    api = cross_origin(PAGE)(lambda **_: "x")
    app.add_url_rule("/<name>", "api", api, methods=["GET", "POST"])
    app.add_url_rule("/<path:rest>", "page", lambda rest: rest)
    assert {row.path for row in overview(app, state_of(app).policies())} == {"/example"}
    assert findings(app) == []
