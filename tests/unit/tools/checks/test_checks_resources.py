"""Rules about resources: CORS010 names the nearest route, CORS011 the other line."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Blueprint, Flask

from flask_cors import CORS
from flask_cors.patterns.paths import parse_pattern
from flask_cors.runtime.hooks import state_of
from flask_cors.tools.checks import Finding, check

APP = "https://app.example.com"
pytestmark = pytest.mark.filterwarnings("ignore:.*covers nothing")


def app_with(resources: Any, *paths: str) -> Flask:
    app = Flask(__name__, static_folder=None)
    CORS(app, origins=APP, resources=resources)
    for number, path in enumerate(paths):
        app.add_url_rule(path, f"view{number}", lambda **values: "x")
    return app


def findings(app: Flask, id_: str) -> list[Finding]:
    return [found for found in check(app, state_of(app)).findings if found.id == id_]


# -- what matches nothing --------------------------------------------------------------


@pytest.mark.parametrize(
    ("resource", "paths", "hint"),
    [
        ("/itmes", ["/items"], "The nearest route is /items: write '/items'."),
        ("/items", ["/items/"], "The nearest route is /items/: write '/items/'."),
        ("/Items", ["/items"], "The nearest route is /items: write '/items'."),
        ("items", ["/items"], "The nearest route is /items: write '/items'."),
        ("/apii/*", ["/api/a"], "The nearest route is /api/a: write '/api/*'."),
        ("/API/*", ["/api/a"], "The nearest route is /api/a: write '/api/*'."),
        ("/itmes/7", ["/items/<int:n>"], "The nearest route is /items/1: write '/items/*'."),
        ("/itmes/*", ["/items/<int:n>"], "The nearest route is /items/1: write '/items/*'."),
        (r"/itms/\d+", ["/items/<int:n>"], "The nearest route is /items/*; correct the pattern."),
    ],
)
def test_the_nearest_route_is_named(resource: str, paths: list[str], hint: str) -> None:
    app = app_with(resource, *paths)
    (found,) = findings(app, "CORS010")
    assert found.hint == hint
    assert found.file == __file__
    written = re.search(r"write '(.+)'", hint)
    if written:
        assert findings(app_with(written[1], *paths), "CORS010") == []


def test_routes_below_an_exact_path_are_named() -> None:
    (found,) = findings(app_with("/api", "/api/a", "/api/b"), "CORS010")
    assert found.hint == (
        "Routes below it are /api/a, /api/b: write '/api/*' to cover every path below it, or "
        "name the paths."
    )
    (found,) = findings(app_with("/", "/api/a"), "CORS010")
    assert found.hint.startswith("Routes below it are /api/a: write '/*' to cover every path")


@pytest.mark.parametrize("resource", ["/nowhere", "/nowhere/*", r"/no\d"])
def test_nothing_is_near(resource: str) -> None:
    (found,) = findings(app_with(resource, "/items"), "CORS010")
    assert found.hint.startswith("Correct the pattern, or remove it")


def test_a_resource_of_a_blueprint_that_covers_a_route_of_the_app() -> None:
    app = Flask(__name__, static_folder=None)
    api = Blueprint("api", __name__, url_prefix="/api")
    api.add_url_rule("/a", "a", lambda: "x")
    CORS(api, origins=APP, resources="/items")
    app.register_blueprint(api)
    app.add_url_rule("/items", "items", lambda: "x")
    (found,) = findings(app, "CORS010")
    assert found.hint.startswith("It covers /items, which does not belong to the blueprint")


@pytest.mark.parametrize("resource", ["/items/*", r"/items/\d+$", r"^/items/.*", "/items/7"])
def test_a_prefixed_pattern_covers_what_is_meant(resource: str) -> None:
    (found,) = findings(app_with(resource, "/v1.0/items/7", "/v1x0/items/7"), "CORS010")
    written = re.search(r"Write (r?'[^']+')", found.hint)
    assert written is not None
    pattern = parse_pattern(eval(written[1]))
    assert pattern.matches("/v1.0/items/7")
    assert not pattern.matches("/v1x0/items/7")


# -- what is shadowed ------------------------------------------------------------------


def test_the_shadowing_resource_is_named_with_its_line() -> None:
    app = app_with({r"/v\d$": {}, r"/v\d+$": {"max_age": 1}}, "/v1")
    (found,) = findings(app, "CORS011")
    assert found.place == r"CORS(app) for '/v\\d+$'"
    assert re.fullmatch(
        r"every path that it covers is taken by CORS\(app\) for '/v\\\\d\$' at .+:\d+", found.reason
    )
    assert __file__ in found.reason


def test_a_route_with_converters_is_taken_too() -> None:
    app = app_with({"/a/*": {}, "/a/b*": {"max_age": 1}, "/a/bc*": {}}, "/a/<path:p>")
    assert findings(app, "CORS011") == []
    app = app_with({r"/a/.*": {}, "/a/*": {"max_age": 1}}, "/a/<path:p>")
    (found,) = findings(app, "CORS011")
    assert "taken by CORS(app) for '/a/.*' at" in found.reason
    assert "on a tie, the later CORS object, and in one call what is named first" in found.hint


def test_a_second_object_for_the_whole_app() -> None:
    app = Flask(__name__, static_folder=None)
    CORS(app)
    CORS(app, origins=APP)
    app.add_url_rule("/", "index", lambda: "x")
    (found,) = findings(app, "CORS011")
    assert (found.file, found.place) == (__file__, "CORS(app)")
    assert found.line
    assert f"{__file__}:{found.line + 1}" in found.reason
    assert found.hint.startswith("Use one CORS object for the whole app")
