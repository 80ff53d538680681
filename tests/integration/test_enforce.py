"""``enforce``: a cross-origin request that the policy does not allow never reaches a view."""

from __future__ import annotations

import logging
import re
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Blueprint, Flask, Response, abort, g, jsonify, make_response, request
from flask.views import MethodView, View
from werkzeug.exceptions import Forbidden
from werkzeug.middleware.proxy_fix import ProxyFix

from flask_cors import CORS, CrossOriginRefused, cors_exempt, cross_origin
from flask_cors.signals import cors_denied

from .asking import DENIED, NOTHING, OTHER, SITE, allowed, page, preflight

HERE = "https://api.example"
METHODS = ["GET", "POST", "PUT", "DELETE"]

Headers = dict[str, str]

# What sends each request, as browsers write it; the app is at HERE.
SAME: Headers = {"Sec-Fetch-Site": "same-origin", "Origin": HERE}
STRANGE: Headers = {"Sec-Fetch-Site": "cross-site", "Origin": OTHER}
FRIEND: Headers = {"Sec-Fetch-Site": "cross-site", "Origin": SITE}
NULL: Headers = {"Sec-Fetch-Site": "cross-site", "Origin": "null"}
NAMELESS: Headers = {"Sec-Fetch-Site": "cross-site"}


class Sent:
    """What one request came to: its status, its CORS headers and whether a view ran."""

    def __init__(self, response: Any) -> None:
        self.response = response
        self.status = response.status_code
        self.ran = response.headers.get("X-View") == "ran"
        self.cors = {
            name: value
            for name, value in response.headers
            if name == "Vary" or name.startswith("Access-Control-")
        }


def send(app: Flask, method: str, path: str, headers: Headers, **options: Any) -> Sent:
    return Sent(app.test_client().open(path, HERE, method=method, headers=headers, **options))


def ran(*args: object, **kwargs: object) -> tuple[str, Headers]:
    return "ok", {"X-View": "ran"}


def view() -> Callable[..., Any]:
    """Return a view of its own, which says that it ran."""
    made = page()

    def view(**_: object) -> tuple[str, Headers]:
        return ran()

    view.__name__ = view.__qualname__ = made.__name__
    return view


def app_with(path: str = "/", marked: Any = None, **options: Any) -> Flask:
    """Return an app with one view and these options of ``CORS``."""
    app = Flask(__name__)
    app.add_url_rule(path, "view", marked or view(), methods=METHODS)
    CORS(app, **options)
    return app


def refused(sent: Sent) -> bool:
    """Return whether the request was refused; no view may have run then, else one has."""
    assert (sent.status == 403) is not sent.ran, sent.response.text
    return not sent.ran


# -- who is refused -----------------------------------------------------------------------

# The options, who asks, and the methods that are refused.
UNSAFE = {"POST", "PUT", "DELETE"}
EVERY = {*UNSAFE, "GET", "HEAD"}
NONE: set[str] = set()
WHO: list[tuple[str, dict[str, Any], Headers, set[str]]] = [
    ("a page of this origin", {"origins": []}, SAME, NONE),
    ("a typed address", {"origins": []}, {"Sec-Fetch-Site": "none"}, NONE),
    ("no-referrer", {"origins": []}, {**SAME, "Origin": "null"}, NONE),
    ("no browser", {"origins": []}, {}, NONE),
    ("an old browser, own page", {"origins": []}, {"Origin": HERE}, NONE),
    ("an old browser, a stranger", {"origins": []}, {"Origin": OTHER}, EVERY),
    ("a stranger", {"origins": []}, STRANGE, EVERY),
    ("a stranger, a list", {"origins": [SITE]}, STRANGE, EVERY),
    ("a sibling", {"origins": [SITE]}, {**STRANGE, "Sec-Fetch-Site": "same-site"}, EVERY),
    ("a link, an image, a form of GET", {"origins": [SITE]}, NAMELESS, UNSAFE),
    ("null", {"origins": [SITE]}, NULL, EVERY),
    ("null, allowed", {"origins": ["null"]}, NULL, NONE),
    ("a friend", {"origins": [SITE]}, FRIEND, NONE),
    ("a friend, a regex", {"origins": r"https://site\.example"}, FRIEND, NONE),
    ("a friend, a callable", {"origins": lambda origin: origin == SITE}, FRIEND, NONE),
    ("a stranger, a callable", {"origins": lambda origin: origin == SITE}, STRANGE, EVERY),
    ("nobody, a callable", {"origins": lambda origin: True}, NAMELESS, UNSAFE),
    ("a friend, some methods", {"origins": SITE, "methods": "PUT"}, FRIEND, {"POST", "DELETE"}),
    ("a friend, any method", {"origins": SITE, "methods": "*"}, FRIEND, NONE),
    ("any origin", {"origins": "*"}, STRANGE, NONE),
    ("any origin, null", {"origins": "*"}, NULL, NONE),
    ("any origin, a missing one", {"origins": "*"}, NAMELESS, NONE),
    ("any origin, by default", {}, NAMELESS, NONE),
    ("any origin, some methods", {"methods": ["GET", "PUT"]}, NAMELESS, {"POST", "DELETE"}),
    ("off", {"origins": [], "enforce": False}, STRANGE, NONE),
    ("off by default", {"origins": [], "enforce": None}, STRANGE, NONE),
]


@pytest.mark.rule(
    "5.refused",
    "5.same-origin",
    "5.cross-origin",
    "5.refused-methods",
    "5.refused-reads",
    "5.enforce-wildcard",
    "2.enforce",
)
@pytest.mark.parametrize(
    ("options", "headers", "methods"), [row[1:] for row in WHO], ids=[row[0] for row in WHO]
)
def test_who_is_refused(options: dict[str, Any], headers: Headers, methods: set[str]) -> None:
    app = app_with(**{"enforce": True, **options})
    found = {method for method in EVERY if refused(send(app, method, "/", headers))}
    assert found == methods
    assert send(app, "OPTIONS", "/", headers).status == 200


@pytest.mark.rule("5.refused-response")
def test_a_refusal_has_the_headers_of_its_policy_and_is_not_stored() -> None:
    app = app_with(origins=[SITE, OTHER], methods="PUT", enforce=True)
    sent = send(app, "POST", "/", FRIEND)
    assert (sent.status, sent.cors) == (403, allowed(SITE, vary=True))
    assert sent.response.headers["Cache-Control"] == "no-store"
    sent = send(app, "POST", "/", NULL)
    assert (sent.status, sent.cors) == (403, DENIED)
    assert sent.response.headers["Cache-Control"] == "no-store"
    assert "A page of &#39;null&#39; may not send this POST request" in sent.response.text


# -- levels ---------------------------------------------------------------------------------


class Things(MethodView):
    """Each method says that it ran; one is open."""

    def get(self) -> Any:
        return ran()

    def put(self) -> Any:
        return ran()

    @cross_origin(SITE, enforce=True)
    def delete(self) -> Any:
        return ran()

    @cors_exempt
    def post(self) -> Any:
        return ran()


class Marked(cross_origin([], enforce=True)(Things)):  # type: ignore[misc]
    """The class refuses; what its methods' decorators say comes first."""


class Plain(View):
    methods = METHODS

    def dispatch_request(self) -> Any:
        return ran()


@pytest.mark.parametrize("debug", [False, True])
def test_a_refusal_names_the_servers_host_in_debug_mode_alone(debug: bool) -> None:
    app = app_with(origins=[], enforce=True)
    app.debug = debug
    headers = {"Origin": "https://api.example"}
    body = app.test_client().post("/", base_url="http://10.0.0.7:8000", headers=headers).text
    assert ("10.0.0.7" in body) is debug
    assert "ProxyFix" in body


def at_config(app: Flask) -> None:
    app.config["CORS_ENFORCE"] = True
    app.add_url_rule("/x", view_func=view(), methods=METHODS)
    CORS(app, origins=SITE)


def at_config_as_text(app: Flask) -> None:
    at_config(app)
    app.config["CORS_ENFORCE"] = "yes"


def at_app(app: Flask) -> None:
    app.add_url_rule("/x", view_func=view(), methods=METHODS)
    CORS(app, origins=SITE, enforce=True)


def at_resource(app: Flask) -> None:
    app.add_url_rule("/<path:rest>", view_func=view(), methods=METHODS)
    CORS(app, resources={"/x": {"origins": SITE, "enforce": True}, "/*": {"origins": []}})


def at_blueprint(app: Flask) -> None:
    blueprint = Blueprint("bp", __name__)
    blueprint.add_url_rule("/x", view_func=view(), methods=METHODS)
    CORS(blueprint, origins=SITE, enforce=True)
    app.register_blueprint(blueprint)


def at_parent(app: Flask) -> None:
    parent, child = Blueprint("parent", __name__), Blueprint("child", __name__)
    child.add_url_rule("/x", view_func=view(), methods=METHODS)
    CORS(parent, enforce=True)
    CORS(child, origins=SITE)
    parent.register_blueprint(child)
    app.register_blueprint(parent)


def at_function(app: Flask) -> None:
    app.add_url_rule("/x", view_func=cross_origin(SITE, enforce=True)(view()), methods=METHODS)


def at_class(app: Flask) -> None:
    marked = cross_origin(SITE, enforce=True)(type("Own", (Plain,), {}))
    app.add_url_rule("/x", view_func=marked.as_view("own"))


def at_method(app: Flask) -> None:
    class Own(MethodView):
        put = cross_origin(SITE, enforce=True)(view())
        get = post = delete = put

        def dispatch_request(self, **kwargs: Any) -> Any:
            return ran()

    app.add_url_rule("/x", view_func=Own.as_view("own"))


def at_late_view(app: Flask) -> None:
    app.add_url_rule("/first", view_func=view())
    CORS(app, origins=SITE, enforce=True)
    app.test_client().get("/first")
    late(app, view())


def at_late_mark(app: Flask) -> None:
    app.add_url_rule("/first", view_func=view())
    CORS(app, origins="*")
    app.test_client().get("/first")
    late(app, cross_origin(SITE, enforce=True)(view()))


def at_swapped_map(app: Flask) -> None:
    at_app(app)
    app.test_client().get("/x")
    other = Flask(__name__)
    other.add_url_rule("/x", view_func=view(), methods=METHODS)
    app.url_map, app.view_functions = other.url_map, other.view_functions


def late(app: Flask, function: Any) -> None:
    """Register a view while the app runs, as some servers do."""
    rule = app.url_rule_class("/x", endpoint="late", methods=METHODS)
    rule.provide_automatic_options = False  # type: ignore[attr-defined]
    app.url_map.add(rule)
    app.view_functions["late"] = function


LEVELS = [
    at_config,
    at_config_as_text,
    at_app,
    at_resource,
    at_blueprint,
    at_parent,
    at_function,
    at_class,
    at_method,
    at_late_view,
    at_late_mark,
    at_swapped_map,
]


@pytest.mark.rule("5.refused", "5.enforce-app", "2.enforce")
@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.__name__)
def test_every_level(level: Callable[[Flask], None]) -> None:
    app = Flask(__name__)
    level(app)
    for method in METHODS:
        assert refused(send(app, method, "/x", STRANGE))
        assert not refused(send(app, method, "/x", FRIEND))
        assert not refused(send(app, method, "/x", SAME))
        assert not refused(send(app, method, "/x", {}))
        assert refused(send(app, method, "/x", NAMELESS)) == (method != "GET")


def opened_by_mark(app: Flask) -> None:
    app.add_url_rule("/x", view_func=cross_origin(OTHER)(view()), methods=METHODS)


def opened_by_exempt(app: Flask) -> None:
    app.add_url_rule("/x", view_func=cors_exempt(view()), methods=METHODS)


def opened_by_blueprint(app: Flask) -> None:
    blueprint = Blueprint("bp", __name__)
    blueprint.add_url_rule("/x", view_func=view(), methods=METHODS)
    CORS(blueprint, origins=OTHER)
    app.register_blueprint(blueprint)


def opened_by_blueprint_off(app: Flask) -> None:
    blueprint = Blueprint("bp", __name__)
    blueprint.add_url_rule("/x", view_func=view(), methods=METHODS)
    CORS(blueprint, enforce=False)
    app.register_blueprint(blueprint)


def opened_by_resource(app: Flask) -> None:
    app.add_url_rule("/x", view_func=view(), methods=METHODS)
    CORS(app, resources={"/x": {"origins": OTHER, "enforce": True}})


def opened_by_mark_off(app: Flask) -> None:
    app.add_url_rule("/x", view_func=cross_origin(enforce=False)(view()), methods=METHODS)


OPENED = [
    opened_by_mark,
    opened_by_exempt,
    opened_by_blueprint,
    opened_by_blueprint_off,
    opened_by_resource,
    opened_by_mark_off,
]


@pytest.mark.rule("5.enforce-app")
@pytest.mark.parametrize("opened", OPENED, ids=lambda opened: opened.__name__)
def test_a_more_specific_level_opens(opened: Callable[[Flask], None]) -> None:
    app = Flask(__name__)
    opened(app)
    app.add_url_rule("/closed", view_func=view(), methods=METHODS)
    CORS(app, origins=[], enforce=True)
    for method in METHODS:
        assert not refused(send(app, method, "/x", STRANGE))
        assert refused(send(app, method, "/closed", STRANGE))


@pytest.mark.rule("5.enforce-app")
def test_methods_of_a_class_each_have_their_own_policy() -> None:
    app = Flask(__name__)
    app.add_url_rule("/x", view_func=Marked.as_view("things"))
    found = {method for method in EVERY if refused(send(app, method, "/x", FRIEND))}
    assert found == {"GET", "HEAD", "PUT"}
    found = {method for method in EVERY if refused(send(app, method, "/x", STRANGE))}
    assert found == {"GET", "HEAD", "PUT", "DELETE"}


@pytest.mark.rule("5.enforce-app")
@pytest.mark.parametrize(
    "cover",
    [
        lambda app: CORS(app, resources={"/api/*": {"origins": SITE}}),
        lambda app: CORS(Blueprint("nowhere", __name__), origins=SITE),
        lambda app: app.add_url_rule("/marked", view_func=cross_origin(SITE)(view())),
    ],
    ids=["resources", "blueprint", "decorator"],
)
def test_routes_without_cors_are_governed_by_the_config_alone(cover: Any) -> None:
    app = Flask(__name__)
    cover(app)
    app.add_url_rule("/plain", view_func=view(), methods=METHODS)
    app.add_url_rule("/hook", view_func=cors_exempt(view()), methods=METHODS)
    app.config.update(CORS_ENFORCE=True, CORS_ORIGINS=[SITE])
    for headers in (FRIEND, STRANGE):
        for method in METHODS:
            sent = send(app, method, "/plain", headers)
            assert refused(sent)
            assert sent.cors == NOTHING
            assert sent.response.headers["Cache-Control"] == "no-store"
            assert not refused(send(app, method, "/hook", headers))
    assert not refused(send(app, "GET", "/plain", NAMELESS))
    assert not refused(send(app, "POST", "/plain", SAME))
    assert not refused(send(app, "POST", "/plain", {}))


def test_the_config_alone_enforces_from_the_first_request_on_where_a_handler_is_marked() -> None:
    app = Flask("handler", static_folder=None)
    app.config["CORS_ENFORCE"] = True
    app.add_url_rule("/", "view", lambda: "ran", methods=["POST"])
    app.register_error_handler(404, cross_origin("*")(lambda error: ("not found", 404)))
    answers = [app.test_client().post("/", headers=STRANGE).status_code for _ in range(2)]
    assert answers == [403, 403]
    assert app.test_client().post("/", headers=SAME).status_code == 200


def test_a_cors_object_says_nothing_where_no_resource_matches() -> None:
    app = app_with("/plain", resources={"/api/*": {}}, origins=[], enforce=True)
    assert not refused(send(app, "POST", "/plain", STRANGE))


# -- requests of every kind -------------------------------------------------------------------


@pytest.mark.rule("5.enforce-app")
@pytest.mark.parametrize(
    "path", ["/files/..%2fx", "/files/a/..%2fx", "/files/.%2fx", "/files/..%2f"]
)
@pytest.mark.parametrize(
    "options",
    [
        {"origins": [], "enforce": True},
        {"resources": {"/files/*": {"origins": SITE, "enforce": True}}},
        {"resources": {"/files/*": {}, "/x": {}}, "enforce": True, "origins": [SITE]},
    ],
    ids=["app", "resource", "keywords"],
)
def test_a_dot_segment_is_no_way_around(options: dict[str, Any], path: str) -> None:
    app = app_with("/files/<path:rest>", **options)
    for headers in (STRANGE, NAMELESS, {"Origin": OTHER}):
        assert refused(send(app, "POST", path, headers))
    assert refused(send(app, "GET", path, STRANGE))
    assert not refused(send(app, "POST", path, SAME))
    assert not refused(send(app, "POST", path, {}))


@pytest.mark.parametrize(
    ("mark", "is_refused"),
    [
        (cross_origin(SITE, enforce=True), True),
        (cross_origin(SITE, enforce=False), False),
        (cors_exempt, False),
        (cross_origin(SITE), True),
    ],
)
def test_a_dot_segment_where_the_view_is_marked(mark: Any, is_refused: bool) -> None:
    app = app_with("/files/<path:rest>", mark(view()), origins=[], enforce=True)
    assert refused(send(app, "POST", "/files/..%2fx", STRANGE)) is is_refused


def test_a_dot_segment_where_nothing_enforces() -> None:
    app = app_with("/files/<path:rest>", origins=[])
    app.add_url_rule("/other", view_func=cross_origin(SITE, enforce=True)(view()))
    assert not refused(send(app, "POST", "/files/..%2fx", STRANGE))


@pytest.mark.rule("5.enforce-rest")
def test_404_405_and_redirects_stay_what_they_are() -> None:
    app = app_with("/folder/", origins=[], enforce=True)
    assert send(app, "POST", "/nowhere", STRANGE).status == 404
    assert send(app, "PATCH", "/folder/", STRANGE).status == 405
    assert send(app, "POST", "/folder", STRANGE).status == 308
    assert refused(send(app, "POST", "/folder/", STRANGE))


@pytest.mark.rule("5.enforce-rest")
def test_preflights_are_answered_as_ever() -> None:
    app = app_with(origins=SITE, enforce=True)
    assert preflight(app, "/", "PUT").cors["Access-Control-Allow-Origin"] == SITE
    sent = preflight(app, "/", "PUT", OTHER)
    assert (sent.status, sent.cors) == (200, DENIED)


@pytest.mark.rule("5.enforce-rest")
def test_a_views_own_options_runs() -> None:
    app = Flask(__name__)
    app.add_url_rule("/x", view_func=view(), methods=["OPTIONS", "PUT"])
    CORS(app, origins=[], enforce=True)
    assert send(app, "OPTIONS", "/x", STRANGE).ran
    asked = {**STRANGE, "Access-Control-Request-Method": "PUT"}
    assert send(app, "OPTIONS", "/x", asked).ran
    assert refused(send(app, "PUT", "/x", STRANGE))


@pytest.mark.rule("5.enforce-rest")
def test_a_marked_function_that_is_only_called_refuses_nothing() -> None:
    inner = cross_origin(SITE, enforce=True)(view())
    app = Flask(__name__)
    app.add_url_rule("/x", "x", lambda: inner(), methods=METHODS)
    assert send(app, "POST", "/x", STRANGE).ran


def test_static_files(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    app = Flask(__name__, static_folder=tmp_path)
    CORS(app, origins=SITE, enforce=True)
    path = f"{app.static_url_path}/a.txt"
    assert send(app, "GET", path, STRANGE).status == 403
    for headers in (FRIEND, SAME, NAMELESS, {}):
        sent = send(app, "GET", path, headers)
        assert sent.status == 200
        sent.response.close()


@pytest.mark.rule("5.refused-reads")
@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Origin": HERE}, 200), ({"Origin": SITE}, 200), ({"Origin": OTHER}, 403), ({}, 200)],
)
def test_a_websocket_handshake(headers: Headers, status: int) -> None:
    app = Flask(__name__)
    # As Flask-Sock registers its routes.
    app.add_url_rule("/socket", view_func=view(), websocket=True)
    CORS(app, origins=SITE, enforce=True)
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", **headers}
    assert send(app, "GET", "/socket", upgrade).status == status


class Override:
    """Take the method from a header, as a middleware for old clients does."""

    def __init__(self, wsgi_app: Any) -> None:
        self.wsgi_app = wsgi_app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        environ["REQUEST_METHOD"] = environ.get(
            "HTTP_X_HTTP_METHOD_OVERRIDE", environ["REQUEST_METHOD"]
        )
        return self.wsgi_app(environ, start_response)


@pytest.mark.parametrize(
    ("headers", "is_refused"), [(NAMELESS, True), (STRANGE, True), (FRIEND, False), (SAME, False)]
)
def test_the_method_that_the_view_sees_counts(headers: Headers, is_refused: bool) -> None:
    app = app_with(origins=SITE, enforce=True)
    app.wsgi_app = Override(app.wsgi_app)  # type: ignore[method-assign]
    as_delete = {**headers, "X-HTTP-Method-Override": "DELETE"}
    assert refused(send(app, "GET", "/", as_delete)) is is_refused


def test_a_proxy_without_proxy_fix() -> None:
    app = app_with(origins=[], enforce=True)
    behind = {"Origin": "https://shop.example"}
    sent = send(app, "POST", "/", behind)
    assert refused(sent)
    assert "werkzeug.middleware.proxy_fix.ProxyFix" in sent.response.text
    assert not refused(send(app, "POST", "/", {**behind, "Sec-Fetch-Site": "same-origin"}))
    app.wsgi_app = ProxyFix(app.wsgi_app, x_host=1)  # type: ignore[method-assign]
    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "shop.example"}
    assert not refused(send(app, "POST", "/", {**behind, **forwarded}))


# -- before any hook ----------------------------------------------------------------------------


@pytest.mark.rule("5.refused")
def test_no_hook_and_no_view_runs() -> None:
    app = app_with("/<name>", origins=[], enforce=True)
    calls: list[str] = []
    app.before_request(lambda: calls.append("before_request"))
    app.url_value_preprocessor(lambda endpoint, values: calls.append("preprocessor"))
    assert send(app, "POST", "/x", STRANGE).status == 403
    assert calls == []
    assert send(app, "POST", "/x", SAME).ran
    assert calls == ["preprocessor", "before_request"]


@pytest.mark.rule("5.refused")
@pytest.mark.parametrize("of", [403, Forbidden, CrossOriginRefused])
def test_error_handlers_render_it(of: Any) -> None:
    app = app_with(origins=SITE, enforce=True)

    @app.errorhandler(of)
    def render(error: CrossOriginRefused) -> tuple[Response, int]:
        return jsonify(origin=error.decision.origin, code=error.code), 418

    sent = send(app, "POST", "/", STRANGE)
    assert (sent.status, sent.response.json) == (418, {"origin": OTHER, "code": 403})
    assert sent.response.headers["Cache-Control"] == "no-store"
    assert sent.cors == DENIED


def test_a_handlers_own_cache_control_stays() -> None:
    app = app_with(origins=[], enforce=True)
    shared = Response("no", 403, {"Cache-Control": "private"})
    app.register_error_handler(403, lambda error: shared)
    assert send(app, "POST", "/", STRANGE).response.headers["Cache-Control"] == "private"


@pytest.mark.rule("5.refused-response")
@pytest.mark.parametrize("value", ["public, max-age=300", "max-age=60", "no-cache"])
def test_no_shared_cache_stores_a_refusal_as_the_app_has_it_store_pages(value: str) -> None:
    app = app_with(origins=[], enforce=True)

    @app.after_request
    def store(response: Response) -> Response:
        response.headers["Cache-Control"] = value
        return response

    assert send(app, "GET", "/", STRANGE).response.headers.getlist("Cache-Control") == ["no-store"]
    assert send(app, "GET", "/", {}).response.headers["Cache-Control"] == value


@pytest.mark.rule("1.called-decides")
def test_enforce_on_a_function_that_other_code_calls_is_an_error_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = Flask("sample")
    marked = cross_origin([], enforce=True)(ran)
    app.add_url_rule("/", "index", lambda: marked(), methods=["POST"])
    for _ in range(2):
        assert send(app, "POST", "/", STRANGE).ran
    found = [record for record in caplog.records if record.levelname == "ERROR"]
    assert len(found) == 1
    assert "enforce=True (cross_origin at " in found[0].getMessage()
    assert "has no effect: other code calls this function" in found[0].getMessage()


def test_a_response_that_a_handler_shares_is_not_changed() -> None:
    app = app_with(origins=[], enforce=True)
    app.add_url_rule("/own", view_func=lambda: abort(403))
    shared = Response("no", 403)
    app.register_error_handler(403, lambda error: shared)
    assert send(app, "POST", "/", STRANGE).response.headers["Cache-Control"] == "no-store"
    assert "Cache-Control" not in shared.headers
    assert "Cache-Control" not in send(app, "GET", "/own", {}).response.headers


def test_a_403_of_the_app_is_left_alone() -> None:
    app = app_with("/x", origins=SITE, enforce=True)
    app.add_url_rule("/own", view_func=lambda: abort(403))
    sent = send(app, "GET", "/own", FRIEND)
    assert (sent.status, sent.cors) == (403, allowed(SITE))
    assert "Cache-Control" not in sent.response.headers


def test_a_hook_that_expects_another_does_not_break_the_refusal(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = app_with(origins=[], enforce=True)
    app.before_request(lambda: setattr(g, "started", 1.0))

    @app.after_request
    def timing(response: Response) -> Response:
        response.headers["X-Started"] = str(g.started)
        return response

    @app.teardown_request
    def close(error: BaseException | None) -> None:
        g.started.hex()

    with caplog.at_level(logging.ERROR, "flask_cors"):
        assert send(app, "POST", "/", STRANGE).status == 403
        assert send(app, "POST", "/", STRANGE).status == 403
    assert len(caplog.messages) == 2
    assert "raised on a preflight or a refused request" in caplog.text
    assert "timing" in caplog.messages[0]
    assert "close" in caplog.messages[1]
    assert send(app, "POST", "/", SAME).response.headers["X-Started"] == "1.0"


def test_a_callable_is_asked_once() -> None:
    asked: list[str] = []

    def known(origin: str) -> bool:
        asked.append(origin)
        return origin == SITE

    app = app_with(origins=known, enforce=True)
    assert not refused(send(app, "POST", "/", FRIEND))
    assert refused(send(app, "POST", "/", STRANGE))
    assert asked == [SITE, OTHER]
    assert not refused(send(app, "POST", "/", {}))
    assert asked == [SITE, OTHER]


def test_a_callable_is_asked_after_the_hooks_where_nothing_is_enforced() -> None:
    app = app_with(origins=lambda origin: bool(g.get("known")))
    app.add_url_rule("/closed", view_func=cross_origin([], enforce=True)(view()))
    app.before_request(lambda: setattr(g, "known", True))
    assert send(app, "POST", "/", FRIEND).cors == allowed(SITE, vary=True)


def test_a_callable_that_fails_refuses(caplog: pytest.LogCaptureFixture) -> None:
    def broken(origin: str) -> bool:
        raise LookupError("no database")

    app = app_with(origins=broken, enforce=True)
    with caplog.at_level(logging.ERROR, "flask_cors"):
        assert refused(send(app, "POST", "/", FRIEND))
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_an_async_view_does_not_run() -> None:
    app = Flask(__name__)

    async def pay() -> Any:
        return ran()

    app.add_url_rule("/", view_func=pay, methods=["POST"])
    CORS(app, origins=[], enforce=True)
    assert refused(send(app, "POST", "/", STRANGE))
    assert send(app, "POST", "/", SAME).ran


def test_reload_turns_it_on() -> None:
    app = app_with(origins=[])
    assert send(app, "POST", "/", STRANGE).ran
    app.config["CORS_ENFORCE"] = True
    assert send(app, "POST", "/", STRANGE).ran
    app.extensions["cors"].reload()
    assert refused(send(app, "POST", "/", STRANGE))


# -- reporting -----------------------------------------------------------------------------------


@pytest.fixture
def heard() -> Iterator[list[Any]]:
    """Return the decisions that the signal was sent with."""
    found: list[Any] = []

    def note(sender: Flask, decision: Any) -> None:
        found.append(decision)

    with cors_denied.connected_to(note):
        yield found


@pytest.mark.rule("5.refused-response")
@pytest.mark.parametrize("headers", [STRANGE, NULL, NAMELESS])
def test_a_refusal_is_logged_and_signalled_once(
    headers: Headers, heard: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    app = app_with(origins=SITE, enforce=True)
    with caplog.at_level(logging.INFO, "flask_cors"):
        assert refused(send(app, "POST", "/", headers))
    (record,) = caplog.records
    assert record.levelname == "INFO"
    assert record.getMessage().startswith("CORS refused: 'POST' '/': A page of ")
    assert [decision.origin for decision in heard] == [headers.get("Origin")]


def test_debug_mode_says_why_in_the_response() -> None:
    app = app_with(origins=SITE, enforce=True)
    app.debug = True
    text = "A page of 'https://other.example' may not send this POST request to this server."
    assert send(app, "POST", "/", STRANGE).response.headers["CORS-Explanation"] == text
    app.debug = False
    assert "CORS-Explanation" not in send(app, "POST", "/", STRANGE).response.headers


def test_the_docs_way_to_only_report(caplog: pytest.LogCaptureFixture) -> None:
    """What would be refused is logged by the same policy, before ``enforce`` is on."""
    text = (Path(__file__).parents[2] / "docs" / "csrf.rst").read_text("utf-8")
    (block,) = re.findall(r"^    from flask_cors\.signals .*?(?=^\S)", text, re.M | re.S)
    app = app_with(origins=SITE)
    names = {"app": app, "request": request}
    exec(textwrap.dedent(block), names)
    assert send(app, "POST", "/", FRIEND).ran
    assert send(app, "POST", "/", SAME).ran
    assert preflight(app, "/", "PUT", OTHER).cors == DENIED
    assert caplog.messages == []
    assert send(app, "POST", "/", STRANGE).ran
    assert caplog.messages == [f"enforce would refuse POST / from {OTHER!r}"]


def test_request_is_still_the_apps() -> None:
    """The refused request can be looked at by a handler."""
    app = app_with(origins=[], enforce=True)
    app.register_error_handler(403, lambda error: make_response(request.method, 403))
    assert send(app, "PUT", "/", STRANGE).response.text == "PUT"
