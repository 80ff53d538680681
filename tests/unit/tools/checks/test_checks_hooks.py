"""Rules about hooks: CORS020, CORS025 and CORS026."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Blueprint, Flask, Response, g, request
from flask.typing import ResponseReturnValue

from flask_cors import CORS
from flask_cors.runtime.hooks import state_of
from flask_cors.tools.checks import Finding, check

APP = "https://app.example.com"


def covered() -> Flask:
    app = Flask(__name__, static_folder=None)
    CORS(app, origins=APP)
    app.add_url_rule("/", "index", lambda: "x")
    return app


def findings(app: Flask, *ids: str) -> list[Finding]:
    return [found for found in check(app, state_of(app)).findings if found.id in ids]


# -- headers that a hook looks for -----------------------------------------------------


def closes(response: Response) -> Response:
    if request.path.startswith("/internal"):
        response.headers.pop("Access-Control-Allow-Origin", None)
    return response


def fills_in(response: Response) -> Response:
    if "Access-Control-Allow-Origin" not in response.headers:
        response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def looks(response: Response) -> Response:
    response.headers["X-Open"] = str(response.access_control_allow_origin)
    return response


@pytest.mark.parametrize(
    ("hook", "line", "words", "hint"),
    [
        (closes, 2, "closes removes Access-Control-Allow-Origin", "@cors_exempt on the views"),
        (fills_in, 1, "it finds none and may write its own on every response", "origins="),
        (looks, 1, "looks for Access-Control-Allow-Origin", "resources="),
    ],
)
@pytest.mark.parametrize("on", ["app", "blueprint"])
def test_a_hook_that_looks_for_headers(
    hook: Callable[[Response], Response], line: int, words: str, hint: str, on: str
) -> None:
    app = covered()
    if on == "app":
        app.after_request(hook)
    else:
        blueprint = Blueprint("api", __name__, url_prefix="/api")
        blueprint.after_request(hook)
        app.register_blueprint(blueprint)
    (found,) = findings(app, "CORS020", "CORS025")
    assert (found.id, found.severity) == ("CORS025", "warning")
    assert found.place == f"after_request {hook.__name__}"
    assert (found.file, found.line) == (__file__, hook.__code__.co_firstlineno + line)
    assert words in found.reason
    assert hint in found.hint


def test_a_hook_that_only_writes_is_hand_written() -> None:
    def writes(response: Response) -> Response:
        response.access_control_allow_origin = "*"
        return response

    app = covered()
    app.after_request(writes)
    (found,) = findings(app, "CORS020", "CORS025")
    assert found.id == "CORS020"
    assert found.reason.startswith("Access-Control-Allow-Origin is written by hand in ")


# -- hooks that come in pairs ----------------------------------------------------------


def start() -> None:
    g.start = time.monotonic()


def start_on_request() -> None:
    request.start = 1  # type: ignore[attr-defined]


def stop(response: Response) -> Response:
    response.headers["X-Time"] = str(g.start)
    return response


def stop_on_request(response: Response) -> Response:
    response.headers["X-Time"] = str(request.start)  # type: ignore[attr-defined]
    return response


def close(error: BaseException | None) -> None:
    del g.start


def stop_safely(response: Response) -> Response:
    response.headers["X-Time"] = str(g.get("start"))
    return response


def set_after(response: Response) -> Response:
    g.start = 0
    return response


def test_an_after_request_function_of_a_pair() -> None:
    app = covered()
    app.before_request(start)
    app.after_request(stop)
    (found,) = findings(app, "CORS026")
    assert (found.severity, found.place) == ("warning", "after_request stop")
    assert (found.file, found.line) == (__file__, stop.__code__.co_firstlineno + 1)
    assert found.hint.startswith("Write g.get('start')")


def test_a_pair_on_the_request() -> None:
    app = covered()
    app.before_request(start_on_request)
    app.after_request(stop_on_request)
    (found,) = findings(app, "CORS026")
    assert found.hint.startswith("Write getattr(request, 'start', None)")


@pytest.mark.parametrize("register", ["teardown_request", "teardown_appcontext"])
def test_a_teardown_function_of_a_pair(register: str) -> None:
    app = covered()
    app.before_request(start)
    getattr(app, register)(close)
    assert [found.place for found in findings(app, "CORS026")] == [f"{register} close"]


def test_a_pair_across_a_blueprint_and_a_url_preprocessor() -> None:
    app = covered()
    blueprint = Blueprint("api", __name__, url_prefix="/api")
    blueprint.url_value_preprocessor(lambda endpoint, values: start())
    blueprint.after_request(stop)
    app.register_blueprint(blueprint)
    assert [found.place for found in findings(app, "CORS026")] == ["after_request stop"]


def _set_up(app: Flask, *hooks: str) -> Flask:
    known: dict[str, Callable[[], Any]] = {
        "start": lambda: app.before_request(start),
        "stop": lambda: app.after_request(stop),
        "stop_safely": lambda: app.after_request(stop_safely),
        "set_after": lambda: app.after_request(set_after),
    }
    for name in hooks:
        known[name]()
    return app


@pytest.mark.parametrize(
    "hooks", [("stop",), ("start", "stop_safely"), ("start", "stop", "set_after"), ("start",)]
)
def test_what_is_no_pair(hooks: tuple[str, ...]) -> None:
    assert findings(_set_up(covered(), *hooks), "CORS026") == []


def test_without_cors_no_preflight_is_answered() -> None:
    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/", "index", lambda: "x")
    assert findings(_set_up(app, "start", "stop"), "CORS026") == []


def test_a_before_request_function_may_return_a_response() -> None:
    def login() -> ResponseReturnValue | None:
        g.user = 1
        return None

    def log(response: Response) -> Response:
        response.headers["X-User"] = str(g.user)
        return response

    app = covered()
    app.before_request(login)
    app.after_request(log)
    assert len(findings(app, "CORS026")) == 1
