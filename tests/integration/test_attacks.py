"""What attacks on the library found, each mended and kept from coming back."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, Response
from flask.views import MethodView, View
from werkzeug.datastructures import Headers
from werkzeug.routing import Map, Rule

from flask_cors import CORS, CorsWarning, cross_origin

A, B = "https://a.example", "https://b.example"


def make() -> Flask:
    return Flask("found", static_folder=None)


def acao(app: Flask, path: str, method: str = "GET", **headers: str) -> str | None:
    sent = {"Origin": B, **headers}
    found = app.test_client().open(path, method=method, headers=sent).headers
    return found.get("Access-Control-Allow-Origin")


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ("/api//admin", "/api/admin"),
        ("/api//<name>/key", "/api/secret/key"),
        ("/api//secret/<name>", "/api/secret/x"),
    ],
)
def test_a_doubled_slash_in_a_url_rule(rule: str, path: str) -> None:
    app = make()
    strict: dict[str, Any] = {"/api/admin": {"origins": A}, "/api/secret/*": {"origins": A}}
    CORS(app, resources={"/api/*": {"origins": "*"}, **strict})
    app.add_url_rule(rule, "v", lambda name="": "x")
    assert app.test_client().get(path).status_code == 200
    assert acao(app, path) is None


def test_a_known_endpoint_on_another_path_of_a_swapped_url_map() -> None:
    app = make()
    CORS(app, resources={"/open/*": {"origins": "*"}, "/admin/*": {"origins": A}})
    app.add_url_rule("/open/x", "v", lambda: "x")
    assert acao(app, "/open/x") == B
    app.url_map = Map([Rule("/admin/x", endpoint="v", methods=["GET"])])
    assert acao(app, "/admin/x") is None


def test_a_swapped_url_map_on_which_less_can_be_granted() -> None:
    app = make()
    CORS(app, resources={"/open": {"expose_headers": "*"}, "/own": {"origins": A}})
    app.config["CORS_ORIGINS"] = A
    app.add_url_rule("/own", "v", cross_origin(supports_credentials=True)(lambda: "x"))
    assert app.test_client().get("/own", headers={"Origin": A}).status_code == 200
    app.url_map = Map([Rule("/open", endpoint="v", methods=["GET"])])
    with pytest.warns(CorsWarning, match="expose_headers"):
        assert acao(app, "/open", Origin=A) == A
    found = app.test_client().get("/open", headers={"Origin": A}).headers
    assert found["Access-Control-Allow-Credentials"] == "true"
    assert "Access-Control-Expose-Headers" not in found


def test_after_a_map_that_does_not_compile_no_view_runs_until_reload() -> None:
    app, ran = make(), []
    CORS(app, origins=A)
    app.add_url_rule("/own", "v", lambda: ran.append("view") or "x")
    assert acao(app, "/own", Origin=A) == A
    compiled = app.url_map
    app.config["CORS_MAX_AGE"] = "never"
    app.url_map = Map([Rule("/own", endpoint="v")])
    ran.clear()
    for url_map in (app.url_map, compiled, compiled):
        app.url_map = url_map
        assert app.test_client().get("/own", headers={"Origin": A}).status_code == 500
    assert ran == []
    app.config["CORS_MAX_AGE"] = 5
    app.extensions["cors"].reload()
    assert acao(app, "/own", Origin=A) == A


def test_a_handler_of_a_method_that_a_rule_without_methods_serves() -> None:
    class Things(MethodView):
        @cross_origin(A)
        def propfind(self) -> str:
            return "p"

    app = make()
    CORS(app)
    app.url_map.add(Rule("/x", endpoint="v"))
    app.view_functions["v"] = Things.as_view("v")
    assert acao(app, "/x", "PROPFIND") is None


def test_a_helper_of_a_plain_view_is_no_handler() -> None:
    class Things(View):
        methods = ("POST",)

        @cross_origin(A)
        def dispatch_request(self) -> str:
            return "x"

        @cross_origin("*")
        def post(self) -> str:
            return "never called by Flask"

    app = make()
    app.add_url_rule("/x", view_func=Things.as_view("v"))
    assert acao(app, "/x", "POST") is None


def test_alternatives_after_a_comment_in_a_regular_expression() -> None:
    app = make()
    CORS(app, resources={r"/api(?#()|/other": {"origins": A}, "*": {"origins": "*"}})
    app.add_url_rule("/other", "v", lambda: "x")
    assert acao(app, "/other") is None


@pytest.mark.parametrize(
    "options", [{"build_only": True}, {"websocket": True}, {"redirect_to": "/y"}]
)
def test_what_no_request_can_meet_is_no_error(options: dict[str, Any]) -> None:
    app = make()
    CORS(app)
    view = cross_origin(supports_credentials=True)(lambda: "x")
    app.add_url_rule("/x", "v", view, **options)
    app.extensions["cors"].reload()


def test_a_reused_response_whose_note_a_race_lost() -> None:
    # Two threads find no Access-Control-Allow-Origin and both write: the later note hides
    # the earlier one's lines, which then stay as if the app had written them.
    app, shared = make(), Response("x")
    app.add_url_rule("/strict", "s", cross_origin(A)(lambda: shared))
    app.add_url_rule("/open", "o", cross_origin(B, supports_credentials=True)(lambda: shared))

    class Interrupted(Headers):
        waiting = False

        def add(self, *args: Any, **kwargs: Any) -> None:
            if self.waiting:
                self.waiting = False
                acao(app, "/open")  # another thread's whole request, right here
            super().add(*args, **kwargs)

    headers = shared.headers = Interrupted(shared.headers)
    headers.waiting = True
    sent = {"Origin": A}
    first = app.test_client().get("/strict", headers=sent)
    assert first.headers.getlist("Access-Control-Allow-Origin") == [A]
    assert acao(app, "/strict") is None


def test_an_early_answer_does_not_hide_a_failed_compilation() -> None:
    app = make()
    CORS(app)
    app.add_url_rule("/w", "w", cross_origin(supports_credentials=True)(lambda: "x"))
    app.__dict__["preprocess_request"] = lambda *args: "early"
    assert [app.test_client().get("/w").status_code for _ in range(2)] == [500, 500]


def test_an_app_is_not_an_origin() -> None:
    with pytest.warns(CorsWarning, match="an app or a blueprint is not an origin"):
        decorate = cross_origin(make())
    app = make()
    app.add_url_rule("/", "v", decorate(lambda: "x"))
    assert acao(app, "/") == B


@pytest.mark.parametrize("given", [[""], [A, ""]])
def test_an_empty_entry_of_a_list_names_no_origin(given: list[str]) -> None:
    app = make()
    with pytest.warns(CorsWarning, match=r"dropped: an empty string is not an origin"):
        CORS(app, origins=given)
    app.add_url_rule("/", "v", lambda: "x")
    assert acao(app, "/", Origin=B) is None


def test_a_reused_error_response_of_a_failing_hook_is_decided_anew() -> None:
    app, shared = make(), Response("sorry", 500)
    CORS(app, origins=[A, B])
    app.register_error_handler(500, lambda error: shared)
    app.add_url_rule("/", "v", lambda: 1 / 0)

    @app.after_request
    def fails(response: Response) -> Response:
        raise ValueError("a hook that fails")

    client = app.test_client()
    for origin in (A, B, A):
        found = client.get("/", headers={"Origin": origin}).headers
        assert found.getlist("Access-Control-Allow-Origin") == [origin]
        assert found.getlist("Vary") == ["Origin"]
