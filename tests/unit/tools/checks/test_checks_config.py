"""Rules about the configuration: CORS019, CORS027, CORS029, CORS030 and CORS031; CORS028."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

import pytest
from flask import Blueprint, Flask

from flask_cors import CORS, cross_origin
from flask_cors.errors import Problem, Source
from flask_cors.resolution import unused as registry
from flask_cors.runtime.hooks import state_of
from flask_cors.tools.checks import Finding, check
from flask_cors.tools.checks.config import OTHER_LIBRARIES

APP = "https://app.example.com"


def view() -> str:
    return "x"


def covered(served: Sequence[str] = ("GET",), **options: Any) -> Flask:
    app = Flask(__name__, static_folder=None)
    CORS(app, **{"origins": APP, **options})
    app.add_url_rule("/", "index", view, methods=list(served))
    return app


def findings(app: Flask, *ids: str) -> list[Finding]:
    return [found for found in check(app, state_of(app)).findings if found.id in ids]


# -- CORS objects without an app -------------------------------------------------------


@pytest.fixture(autouse=True)
def empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_live", {})
    monkeypatch.setattr(registry, "_dropped", {})


def test_an_object_that_was_forgotten() -> None:
    app = covered()
    cors = CORS(origins="https://b.example.com")
    (found,) = findings(app, "CORS027")
    assert (found.severity, found.place, found.file) == ("warning", "CORS()", __file__)
    assert "init_app(app)" in found.hint
    cors.init_app(app)
    assert findings(app, "CORS027") == []


def test_an_object_that_nobody_kept() -> None:
    CORS(origins=APP)
    (found,) = findings(covered(), "CORS027")
    assert found.line is not None


def test_an_object_of_another_project_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    other = ModuleType("shop")
    other.__file__ = "/srv/shop/__init__.py"
    other.__path__ = ["/srv/shop"]
    monkeypatch.setitem(sys.modules, "shop", other)
    app = Flask("shop", root_path="/srv/shop", static_folder=None)
    CORS(app, origins=APP)
    app.add_url_rule("/", "index", view)
    kept = CORS(origins=APP)
    CORS(origins=APP)
    assert findings(app, "CORS027") == []
    del kept


# -- config keys -----------------------------------------------------------------------


@pytest.mark.parametrize("key", sorted(OTHER_LIBRARIES))
def test_a_key_of_another_library(key: str) -> None:
    app = covered()
    app.config[key] = [APP]
    (found,) = findings(app, "CORS019", "CORS030")
    assert (found.id, found.place) == ("CORS030", key)
    assert found.hint == f"Write {OTHER_LIBRARIES[key]}, and remove {key}."


# -- what is degraded ------------------------------------------------------------------


def problem(option: str) -> Problem:
    source = Source("app", "CORS(app)", "shop.py", 3)
    return Problem(option, "app.example.com", source, "no scheme", "Write https://.")


def test_what_is_dropped_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    app = covered()
    state = state_of(app)
    policies = state.policies()
    foreign = problem("CORS_WHITELIST")._replace(source=Source("config", "CORS_WHITELIST"))
    policies.degraded += [problem("origins"), problem("origins"), foreign]
    monkeypatch.setattr(state, "policies", lambda: policies)
    (found,) = findings(app, "CORS031")
    assert (found.severity, found.place, found.file, found.line) == (
        "warning",
        "CORS(app)",
        "shop.py",
        3,
    )
    assert found.reason == "origins='app.example.com': no scheme"
    assert found.hint == "Write https://."


@pytest.mark.filterwarnings("ignore:.*every site could read")
def test_what_cannot_be_granted_together_is_one_finding() -> None:
    app = covered(origins="*", supports_credentials=True)
    (found,) = findings(app, "CORS013", "CORS031")
    assert (found.id, found.severity, found.place) == ("CORS013", "error", "CORS(app)")
    assert "every site could read a user's data" in found.reason


# -- cookies ---------------------------------------------------------------------------


def with_session(origins: Any = APP, credentials: bool = True, **config: Any) -> Flask:
    app = covered(origins=origins, supports_credentials=credentials)
    app.config.update(SECRET_KEY="secret", **config)
    return app


@pytest.mark.parametrize(
    ("config", "place", "words"),
    [
        ({}, "SESSION_COOKIE_SAMESITE", "is not set, which browsers read as 'Lax'"),
        ({"SESSION_COOKIE_SAMESITE": "Lax"}, "SESSION_COOKIE_SAMESITE", "is 'Lax'"),
        ({"SESSION_COOKIE_SAMESITE": "Strict"}, "SESSION_COOKIE_SAMESITE", "is 'Strict'"),
        ({"SESSION_COOKIE_SAMESITE": "None"}, "SESSION_COOKIE_SECURE", "browsers drop"),
        ({"SESSION_COOKIE_SECURE": True}, "SESSION_COOKIE_SAMESITE", "is not set"),
        ({"SERVER_NAME": "api.example.net"}, "SESSION_COOKIE_SAMESITE", "is not set"),
    ],
)
def test_a_session_cookie_that_does_not_leave(
    config: dict[str, Any], place: str, words: str
) -> None:
    (found,) = findings(with_session(**config), "CORS029")
    assert (found.severity, found.place) == ("warning", place)
    assert words in found.reason
    assert APP in found.reason


@pytest.mark.parametrize("origins", [r"https://[a-z]+\.example\.org", lambda origin: True])
def test_origins_that_are_not_known_may_be_another_site(origins: Any) -> None:
    app = with_session(origins=[origins], SERVER_NAME="api.example.com")
    assert len(findings(app, "CORS029")) == 1


@pytest.mark.parametrize(
    "app",
    [
        with_session(SESSION_COOKIE_SAMESITE="None", SESSION_COOKIE_SECURE=True),
        with_session(SESSION_COOKIE_SAMESITE="none", SESSION_COOKIE_SECURE=True),
        # Werkzeug writes Secure on every partitioned cookie.
        with_session(SESSION_COOKIE_SAMESITE="None", SESSION_COOKIE_PARTITIONED=True),
        with_session(SERVER_NAME="api.example.com:8443"),
        with_session(origins="https://*.example.com", SERVER_NAME="api.example.com"),
        with_session(origins=["http://localhost:3000", "http://127.0.0.1:*"]),
        with_session(credentials=False),
        covered(supports_credentials=True),
    ],
)
def test_sessions_that_work_or_are_not_there(app: Flask) -> None:
    assert findings(app, "CORS029") == []


def test_sites_without_the_list_of_public_suffixes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "publicsuffixlist", None)
    assert findings(with_session(SERVER_NAME="api.example.com"), "CORS029") == []
    assert len(findings(with_session(SERVER_NAME="api.example.net"), "CORS029")) == 1


# -- max_age ---------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_preflights_without_max_age_are_a_note(method: str) -> None:
    (found,) = findings(covered([method]), "CORS028")
    assert (found.severity, found.place) == ("note", "CORS(app)")
    assert (found.file, bool(found.line)) == (__file__, True)
    assert f"{method} /" in found.reason
    assert "five seconds" in found.reason


@pytest.mark.parametrize(
    "app",
    [
        covered(["GET"]),
        covered(["PUT"], max_age=600),
        covered(["PUT"], max_age=0),
        covered(["PUT"], origins=[]),
        covered(["PUT"], methods=["GET"]),
    ],
)
def test_routes_that_need_no_max_age(app: Flask) -> None:
    assert findings(app, "CORS028") == []


# -- places ----------------------------------------------------------------------------


def test_defaults_are_found_where_they_are_left() -> None:
    app = Flask(__name__, static_folder=None)
    api = Blueprint("api", __name__, url_prefix="/api")
    api.add_url_rule("/x", "x", view)
    CORS(api)
    app.register_blueprint(api)
    app.add_url_rule("/bare", "bare", cross_origin(view))
    found = findings(app, "CORS002")
    assert [item.place for item in found] == ["CORS(api)", "cross_origin on view"]
    assert found[1].file == __file__


def test_each_of_several_calls_on_one_line_is_looked_at() -> None:
    app = Flask(__name__, static_folder=None)
    listed = {"/a": APP, "/b": re.compile("https://.*"), "/c": "*", "/d": "*"}
    for path, origins in listed.items():
        app.add_url_rule(path, path[1:], view, methods=["POST"])
        CORS(app, resources=path, origins=origins, supports_credentials=origins != "*")
    found = findings(app, "CORS002", "CORS003", "CORS032")
    assert [(item.id, item.severity) for item in found] == [
        ("CORS002", "warning"),
        ("CORS003", "warning"),
        ("CORS032", "error"),
    ]


# -- what holds where origins was meant ----------------------------------------------------


@pytest.mark.parametrize(
    ("key", "rule_id"), [("CORS_ORIGN", "CORS019"), ("CORS_ALLOWED_ORIGINS", "CORS030")]
)
def test_a_key_that_was_meant_for_origins_says_what_holds(key: str, rule_id: str) -> None:
    reasons = []
    for origins in (None, APP):
        app = Flask(__name__, static_folder=None)
        app.config.update({key: APP, **({"CORS_ORIGINS": origins} if origins else {})})
        app.add_url_rule("/", "index", view)
        CORS(app)
        reasons += [found.reason for found in findings(app, rule_id)]
    without, with_origins = reasons
    assert without == f"{with_origins}, so every origin is allowed"


def test_a_key_of_another_library_is_not_to_replace_a_list_that_is_set() -> None:
    app = Flask(__name__, static_folder=None)
    app.config.update(CORS_ALLOWED_ORIGINS="*", CORS_ORIGINS=APP)
    app.add_url_rule("/", "index", view)
    CORS(app)
    (found,) = findings(app, "CORS030")
    assert found.hint == "CORS_ORIGINS is set, and is used: remove CORS_ALLOWED_ORIGINS."
