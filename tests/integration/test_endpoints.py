"""Which endpoint a request is about: the matched one, or the one that would serve it."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from flask import Flask, abort, current_app, request
from flask.views import MethodView
from werkzeug.routing import BaseConverter, Rule, ValidationError

from flask_cors import CORS, cors_exempt, cross_origin
from flask_cors.runtime.hooks import state_of
from flask_cors.tools.routes import overview

from .asking import (
    DENIED,
    METHODS,
    NOTHING,
    OTHER,
    SITE,
    allowed,
    ask,
    echoed,
    granted,
    page,
    preflight,
)


def marked(age: int, origins: str = SITE) -> Any:
    return cross_origin(origins, max_age=age)(page(str(age)))


def two_endpoints(**options: Any) -> Flask:
    """Return an app with two endpoints at one URL."""
    app = Flask(__name__)
    app.add_url_rule("/", view_func=marked(1), endpoint="read", methods=["GET"], **options)
    app.add_url_rule("/", view_func=marked(2), endpoint="write", methods=["POST", "PUT"], **options)
    return app


# -- actual requests and preflights ----------------------------------------------------


@pytest.mark.rule("4.actual")
def test_an_actual_request_is_about_the_endpoint_that_flask_matched() -> None:
    app = Flask(__name__)
    app.add_url_rule("/", view_func=cross_origin(SITE)(page("get")), endpoint="get")
    app.add_url_rule("/", view_func=page("post"), endpoint="post", methods=["POST"])
    assert ask(app, "/") == (200, "get", allowed())
    assert ask(app, "/", "HEAD") == (200, "", allowed())
    assert ask(app, "/", "POST") == (200, "post", NOTHING)


@pytest.mark.rule("4.preflight")
@pytest.mark.parametrize("automatic", [True, False])
def test_a_preflight_is_about_the_endpoint_that_would_serve_the_method(automatic: bool) -> None:
    app = two_endpoints(provide_automatic_options=automatic)
    for method, age in (("GET", 1), ("HEAD", 1), ("POST", 2), ("PUT", 2)):
        answer = preflight(app, "/", method)
        expected = granted(methods="GET, HEAD, POST, PUT", max_age=age)
        assert (answer.status, answer.text, answer.cors) == (200, "", expected)


@pytest.mark.rule("4.preflight")
def test_the_endpoint_of_options_says_nothing_of_other_methods() -> None:
    app = Flask(__name__)
    app.add_url_rule("/", view_func=marked(1), endpoint="get")
    app.add_url_rule("/", view_func=page(), endpoint="post", methods=["POST"])
    assert preflight(app, "/", "GET").cors == granted(methods="GET, HEAD", max_age=1)
    assert preflight(app, "/", "POST").cors == NOTHING


@pytest.mark.rule("4.actual")
def test_an_options_request_that_is_no_preflight_is_an_actual_one() -> None:
    app = two_endpoints()
    assert ask(app, "/", "OPTIONS")[::2] == (200, allowed())
    empty = {"Access-Control-Request-Method": ""}
    assert ask(app, "/", "OPTIONS", headers=empty)[::2] == (200, allowed())
    alone = {"Access-Control-Request-Method": "GET"}
    assert ask(app, "/", "OPTIONS", None, headers=alone)[::2] == (200, allowed())


@pytest.mark.rule("4.preflight")
def test_the_method_asked_for_is_found_as_flask_would_serve_it() -> None:
    class Things(MethodView):
        @cross_origin(SITE, methods="*")
        def patch(self) -> str:
            return "patch"

    app = Flask(__name__)
    app.add_url_rule("/", view_func=Things.as_view("things"))
    CORS(app, methods="GET")
    assert preflight(app, "/", "PATCH").cors == granted(methods="PATCH")
    assert preflight(app, "/", "patch").cors == granted(methods="patch")
    assert ask(app, "/", "patch") == (200, "patch", allowed())


def test_two_urls_of_one_endpoint_answer_by_their_paths() -> None:
    app = Flask(__name__)
    show = page()
    app.add_url_rule("/a", "show", show)
    app.add_url_rule("/b/<x>", "show", show)
    CORS(app, resources={"/a": {"origins": SITE}, "/b/*": {"origins": OTHER}})
    assert ask(app, "/a").cors == allowed()
    assert ask(app, "/b/x").cors == DENIED
    assert ask(app, "/b/x", origin=OTHER).cors == allowed(OTHER)


@pytest.mark.rule("4.preflight")
def test_a_more_specific_url_without_options_is_found() -> None:
    app = Flask(__name__)
    app.add_url_rule("/<name>", view_func=marked(1), endpoint="name")
    app.add_url_rule(
        "/<int:number>",
        view_func=marked(2),
        endpoint="number",
        provide_automatic_options=False,
    )
    assert preflight(app, "/x", "GET").cors == granted(max_age=1)
    assert preflight(app, "/5", "GET").cors == granted(max_age=2)
    assert ask(app, "/5").text == "2"


def test_a_view_that_serves_options_by_a_rule_of_its_own_answers_itself() -> None:
    app = Flask(__name__)
    app.url_map.add(Rule("/", endpoint="own"))
    app.view_functions["own"] = page("own")
    CORS(app, origins=SITE)
    assert ask(app, "/", "DELETE") == (200, "own", allowed())
    assert preflight(app, "/", "DELETE") == (200, "own", granted())


def test_a_rule_for_any_method_uses_the_marks_of_methods() -> None:
    class Things(MethodView):
        @cross_origin(SITE, max_age=1)
        def get(self) -> str:
            return "get"

        @cors_exempt
        def put(self) -> str:
            return "put"

    app = Flask(__name__)
    app.url_map.add(Rule("/", endpoint="things"))
    app.view_functions["things"] = Things.as_view("things")
    CORS(app)
    assert ask(app, "/").cors == allowed()
    assert ask(app, "/", "PUT") == (200, "put", NOTHING)
    # The view answers a preflight of any other method itself.
    assert preflight(app, "/", "GET").cors == granted(methods="GET, HEAD", max_age=1)


# -- redirects -------------------------------------------------------------------------


@pytest.mark.rule("4.redirect", "4.readable")
def test_a_redirect_is_about_the_endpoint_and_path_redirected_to() -> None:
    app = Flask(__name__)
    app.add_url_rule("/slash/", view_func=marked(1), endpoint="slash")
    app.add_url_rule("/plain/", view_func=page(), endpoint="plain")
    app.add_url_rule("/two/parts", view_func=marked(2), endpoint="parts")
    app.add_url_rule("/äh/<x>/", view_func=page(), endpoint="x")
    CORS(app, resources={"/plain/": {"origins": SITE}, "/äh/% ü/": {"origins": SITE}})
    assert ask(app, "/slash")[::2] == (308, allowed())
    assert ask(app, "/slash", origin=OTHER).cors == DENIED
    assert preflight(app, "/slash", "GET")[::2] == (200, granted(max_age=1))
    assert ask(app, "/plain")[::2] == (308, allowed())
    assert ask(app, "/two//parts")[::2] == (308, allowed())
    assert ask(app, "/äh/%25%20ü")[::2] == (308, allowed())


@pytest.mark.rule("4.redirect")
def test_a_preflight_of_a_redirect_whose_target_has_no_options() -> None:
    app = Flask(__name__)
    app.add_url_rule("/slash/", view_func=marked(1), provide_automatic_options=False)
    assert ask(app, "/slash")[::2] == (308, allowed())
    assert preflight(app, "/slash", "GET")[::2] == (200, granted(max_age=1))


@pytest.mark.rule("4.redirect")
def test_a_redirect_by_an_alias_and_one_to_a_default() -> None:
    app = Flask(__name__)
    app.add_url_rule("/all/", defaults={"page": 1}, view_func=marked(1), endpoint="all")
    app.add_url_rule("/all/page/<int:page>", endpoint="all")
    app.url_map.add(Rule("/moved", endpoint="moved", redirect_to="all/"))
    assert ask(app, "/all/page/1")[::2] == (308, allowed())
    assert ask(app, "/all/page/2")[::2] == (200, allowed())
    assert ask(app, "/moved")[::2] == (308, allowed())


@pytest.mark.rule("4.redirect")
def test_a_rule_without_an_endpoint_redirects() -> None:
    # Werkzeug's rules need none where they redirect; flask-cors never looked at it.
    app = Flask(__name__)
    app.add_url_rule("/new", view_func=marked(1))
    app.url_map.add(Rule("/old", redirect_to="/new"))
    app.url_map.add(Rule("/old/<int:number>", redirect_to="/elsewhere"))
    CORS(app, resources={"/*": {"origins": OTHER}})
    assert ask(app, "/new")[::2] == (200, allowed())
    assert ask(app, "/old")[::2] == (308, allowed())
    assert preflight(app, "/old", "GET").cors == granted(max_age=1)
    assert ask(app, "/old/1", origin=OTHER)[::2] == (308, allowed(OTHER))
    assert [row.rule for row in overview(app, state_of(app).policies())] == [
        "/static/<path:filename>",
        "/new",
    ]


@pytest.mark.rule("4.redirect")
@pytest.mark.parametrize(
    "target", ["http://elsewhere.example/x", "http://localhost/outside", "/mounted-not/x"]
)
def test_a_redirect_to_elsewhere_is_answered_as_a_404(target: str) -> None:
    app = Flask(__name__)
    app.add_url_rule("/x", view_func=marked(1))
    app.add_url_rule("/outside", view_func=marked(2))
    app.url_map.add(Rule("/moved", endpoint="moved", redirect_to=target))
    CORS(app, origins=OTHER)
    mounted = {"base_url": "http://localhost/mounted"}
    assert ask(app, "/moved", **mounted)[::2] == (308, DENIED)
    assert ask(app, "/moved", origin=OTHER, **mounted).cors == allowed(OTHER)
    assert preflight(app, "/moved", "GET", OTHER, **mounted).cors == granted(OTHER)


@pytest.mark.rule("4.redirect")
def test_a_redirect_within_a_mounted_app_stays_there() -> None:
    app = Flask(__name__)
    app.add_url_rule("/slash/", view_func=marked(1))
    assert ask(app, "/slash", base_url="http://localhost/mounted")[::2] == (308, allowed())
    assert preflight(app, "/slash", "GET", base_url="http://localhost/mounted/").cors == granted(
        max_age=1
    )


def test_redirects_in_a_circle_end() -> None:
    app = Flask(__name__)
    app.url_map.add(Rule("/a", endpoint="a", redirect_to="b"))
    app.url_map.add(Rule("/b", endpoint="b", redirect_to="a"))
    CORS(app, origins=SITE)
    assert ask(app, "/a")[::2] == (308, allowed())


def test_redirects_are_followed_so_far_and_no_further() -> None:
    app = Flask(__name__)
    for number in range(6):
        app.url_map.add(Rule(f"/{number}", endpoint=f"{number}", redirect_to=f"{number + 1}"))
    app.add_url_rule("/6", view_func=marked(1), methods=["POST"])
    CORS(app, origins=OTHER)
    assert ask(app, "/2")[::2] == (308, allowed())
    assert ask(app, "/1", origin=OTHER)[::2] == (308, allowed(OTHER))
    assert ask(app, "/0", "POST", OTHER)[::2] == (308, allowed(OTHER))
    assert ask(app, "/1", "POST")[::2] == (308, allowed())


# -- 405 -------------------------------------------------------------------------------


@pytest.mark.rule("4.405")
@pytest.mark.parametrize(
    ("methods", "chosen"),
    [
        (["DELETE", "PATCH", "PUT", "POST", "GET"], "GET"),
        (["DELETE", "PATCH", "PUT", "POST"], "POST"),
        (["DELETE", "PATCH", "PUT"], "PUT"),
        (["DELETE", "PATCH"], "PATCH"),
        (["PURGE", "DELETE", "COPY"], "DELETE"),
        (["PURGE", "LOCK", "COPY"], "COPY"),
        (["PURGE", "OPTIONS"], "OPTIONS"),
    ],
)
def test_a_405_is_about_the_endpoint_that_comes_first(methods: list[str], chosen: str) -> None:
    app = Flask(__name__)
    for age, method in enumerate(methods):
        app.add_url_rule(
            "/",
            view_func=marked(age),
            endpoint=method,
            methods=[method],
            provide_automatic_options=False,
        )
    assert ask(app, "/", "MKCOL")[::2] == (405, allowed())
    served = {*methods, "HEAD"} if "GET" in methods else {*methods}
    named = ", ".join(sorted(served & {*METHODS.split(", ")}))
    expected = granted(methods=named, max_age=methods.index(chosen))
    assert preflight(app, "/", "MKCOL").cors == without_method(expected)
    assert preflight(app, "/", chosen).cors == (
        expected if chosen not in ("PURGE", "COPY") else without_method(expected)
    )


def without_method(found: dict[str, str]) -> dict[str, str]:
    """Return what is left of a preflight's headers where its method is not allowed."""
    return {name: found[name] for name in ("Access-Control-Allow-Origin",)}


@pytest.mark.rule("4.405")
def test_a_405_is_the_same_in_every_process() -> None:
    program = (
        "from flask import Flask\n"
        "from flask_cors import cross_origin\n"
        "app = Flask('x')\n"
        "for method in ('LOCK', 'PURGE', 'COPY', 'MOVE'):\n"
        "    view = cross_origin(f'https://{method.lower()}.example')(lambda: '')\n"
        "    app.add_url_rule('/', method, view, methods=[method])\n"
        "answer = app.test_client().get('/')\n"
        "print(answer.status_code, answer.headers['Access-Control-Allow-Origin'])\n"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": str(seed)},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in range(3)
    }
    assert told == {"405 https://copy.example\n"}


@pytest.mark.rule("4.405", "4.readable")
def test_marks_on_methods_do_not_count_in_a_405() -> None:
    @cross_origin(SITE)
    class Things(MethodView):
        @cross_origin(OTHER)
        def get(self) -> str:
            return "get"

        @cors_exempt
        def post(self) -> str:
            return "post"

    app = Flask(__name__)
    app.add_url_rule("/", view_func=Things.as_view("things"))
    assert ask(app, "/", "PUT")[::2] == (405, allowed())
    assert preflight(app, "/", "PUT")[::2] == (200, granted(methods="PUT"))


def test_a_405_of_an_exempt_view_is_left_alone() -> None:
    app = Flask(__name__)
    app.add_url_rule("/", view_func=cors_exempt(page()))
    CORS(app)
    assert ask(app, "/", "PUT")[::2] == (405, NOTHING)
    assert preflight(app, "/", "PUT")[::2] == (200, NOTHING)


def test_a_405_behind_a_redirect() -> None:
    app = Flask(__name__)
    app.add_url_rule("/", view_func=marked(1), endpoint="index", methods=["POST"])
    app.add_url_rule("/slash/", view_func=marked(2), endpoint="slash", methods=["POST"])
    app.add_url_rule("/slash", view_func=marked(3), endpoint="plain", methods=["PUT"])
    assert ask(app, "/slash", "DELETE")[::2] == (405, allowed())
    assert preflight(app, "/slash", "DELETE").status == 200


# -- 404 -------------------------------------------------------------------------------


@pytest.mark.rule("4.404", "4.readable")
def test_a_404_is_about_the_app() -> None:
    app = Flask(__name__)
    app.add_url_rule("/<int:number>", view_func=marked(1))
    CORS(app, origins=OTHER, resources=["/api/*", "/x"])
    assert ask(app, "/api/missing", origin=OTHER)[::2] == (404, allowed(OTHER))
    assert ask(app, "/api/missing")[::2] == (404, DENIED)
    assert preflight(app, "/api/missing", "PUT", OTHER)[::2] == (200, granted(OTHER))
    assert ask(app, "/x", origin=OTHER)[::2] == (404, allowed(OTHER))
    assert ask(app, "/missing", origin=OTHER)[::2] == (404, NOTHING)
    assert preflight(app, "/missing", "PUT", OTHER)[::2] == (404, NOTHING)


@pytest.mark.rule("4.actual")
def test_a_404_of_a_view_is_about_the_view() -> None:
    app = Flask(__name__)

    @app.route("/")
    @cross_origin(SITE)
    def show() -> None:
        abort(404)

    CORS(app, origins=OTHER)
    assert ask(app, "/")[::2] == (404, allowed())


def test_a_host_that_flask_refuses_keeps_its_400() -> None:
    app = Flask(__name__)
    app.config.update(TRUSTED_HOSTS=["good.test"])
    app.add_url_rule("/", view_func=marked(1))
    CORS(app, origins=SITE)
    assert ask(app, "/", base_url="http://good.test")[::2] == (200, allowed())
    if ask(app, "/", base_url="http://evil.test").status == 200:
        return  # Flask 2.3 and 3.0 trust every host
    assert ask(app, "/", base_url="http://evil.test")[::2] == (400, allowed())
    assert preflight(app, "/", "GET", base_url="http://evil.test").status == 400


# -- converters ------------------------------------------------------------------------


def test_converters_run_inside_the_request() -> None:
    class Known(BaseConverter):
        def to_python(self, value: str) -> str:
            if not request.path or value not in current_app.config["KNOWN"]:
                raise ValidationError
            return value

    app = Flask(__name__)
    app.config["KNOWN"] = {"a"}
    app.url_map.converters["known"] = Known
    app.add_url_rule("/<known:x>/", view_func=marked(1), methods=["POST"])
    CORS(app, origins=OTHER)
    assert ask(app, "/a/", "POST").cors == allowed()
    assert preflight(app, "/a/", "POST").cors == granted(max_age=1)
    assert preflight(app, "/a", "POST").cors == granted(max_age=1)
    assert ask(app, "/b/", "POST", OTHER)[::2] == (404, allowed(OTHER))
    told = app.extensions["cors"].explain("POST", "/a/", SITE)
    assert told.verdict == "readable"


def test_an_adapter_of_the_apps_own_may_be_missing() -> None:
    class Bare(Flask):
        adapters = 0

        def create_url_adapter(self, request: Any) -> Any:
            self.adapters += 1
            return None if self.adapters > 1 else super().create_url_adapter(request)

    app = Bare(__name__)
    app.add_url_rule("/", view_func=marked(1))
    CORS(app)
    assert ask(app, "/", "PUT")[::2] == (405, echoed())


@pytest.mark.rule("4.late-rule")
@pytest.mark.parametrize("path", ["/v", "/v/<name>"])
def test_a_rule_that_is_added_for_another_method_has_the_marks_of_its_handler(path: str) -> None:
    @cross_origin(OTHER)
    class Items(MethodView):
        def get(self, **values: str) -> str:
            return "read"

        @cross_origin(SITE, enforce=True)
        def delete(self, **values: str) -> str:
            return "deleted"

    app = Flask(__name__)
    app.add_url_rule(path, view_func=Items.as_view("items"), methods=["GET"])
    # So that with a converter the policy depends on the path of each request.
    CORS(app, resources={"/v/a": {"max_age": 1}})
    asked = path.replace("<name>", "a")
    assert ask(app, asked, origin=OTHER) == (200, "read", allowed(OTHER))
    app.url_map.add(Rule(path, endpoint="items", methods=["DELETE"]))
    assert ask(app, asked, "DELETE", OTHER).status == 403
    assert ask(app, asked, "DELETE") == (200, "deleted", allowed())
    assert preflight(app, asked, "DELETE", OTHER).cors == DENIED
    assert ask(app, asked, origin=OTHER) == (200, "read", allowed(OTHER))
    assert ask(app, asked, "PURGE", OTHER).status == 405
