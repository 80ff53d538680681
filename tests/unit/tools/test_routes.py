"""The overview of routes: a row per policy, with a path for which it holds."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from flask_cors import CORS, cors_exempt
from flask_cors.runtime.hooks import state_of
from flask_cors.tools.routes import RouteRow, overview

PAGE = "https://app.example.com"


def rows(app: Flask) -> list[RouteRow]:
    return overview(app, state_of(app).policies())


def make(*rules: str, **options: Any) -> Flask:
    app = Flask(__name__, static_folder=None)
    CORS(app, origins=PAGE, **options)
    for number, rule in enumerate(rules):
        app.add_url_rule(rule, f"v{number}", lambda **values: "x")
    return app


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ("/", "/"),
        ("/a/<int:n>/b", "/a/1/b"),
        ("/<float:n>", "/1.5"),
        ("/<uuid:n>", "/00000000-0000-4000-8000-000000000000"),
        ("/<any(up, down):way>", "/up"),
        ("/<string(length=7):name>.<path:rest>", "/example.example"),
    ],
)
def test_a_path_that_the_rule_serves(rule: str, path: str) -> None:
    app = make(rule)
    (row,) = rows(app)
    assert row.path == path
    assert app.test_client().get(path).status_code == 200


@pytest.mark.parametrize(
    ("rule", "pattern", "path"),
    [
        ("/static/<path:name>", r".*\.js$", "/static/a.js"),
        ("/files/<path:name>", r"^.*\.(csv|xml)$", "/files/a.csv"),
        ("/f/<name>", r".*_private$", "/f/a_private"),
        ("/f/<path:rest>", r".*/(public|shared)/.*", "/f/a/public/a"),
        ("/f/<int:n>", r".*[2-9]$", "/f/2"),
        ("/f/<name>", r"(?i).*/SECRET$", "/f/SECRET"),
        ("/u/<uuid:n>", r"/u/ffff.*", "/u/ffffa000-0000-4000-8000-000000000000"),
        ("/u/<uuid:n>", r".*beef$", "/u/00000000-0000-4000-8000-0000000abeef"),
        ("/<float:n>/x", r"/2\.75/x", "/2.75/x"),
        ("/<v>/<name>/items", r"/v[12]/\w+/items", "/v1/a/items"),
        ("/f/<name>", r"/f/(\w)\1.*", "/f/aa"),
        ("/a/<path:rest>", r".*/internal(/.*)?$", "/a/a/internal/a"),
        ("/<tenant>/api/<x>", "/acme/*", "/acme/api/example"),
        ("/v<int:n>/items", "/v2/*", "/v2/items"),
        ("/v<int:n>.<int:m>/items", "/v2.1/*", "/v2.1/items"),
        ("/<int:a>/x/<int:b>", "/4/*/55", "/4/x/55"),
        ("/<a>/<b>/<c>", "*/c", "/example/example/c"),
        ("/<a>.<b>", "*.json", "/example..json"),
        ("/f/<uuid:x>", "/f/12345678-*", "/f/12345678-0000-4000-8000-000000000000"),
    ],
)
def test_a_path_that_an_expression_covers_wherever_it_begins(
    rule: str, pattern: str, path: str
) -> None:
    covered = {row.path: row.policy is not None for row in rows(make(rule, resources=[pattern]))}
    assert path in covered
    assert sorted(covered.values()) == [False, True]


def test_a_path_that_an_expression_does_not_cover_though_it_covers_the_usual_one() -> None:
    found = rows(make("/f/<name>", resources=[r"/f/[a-z]+$"]))
    assert [(row.path, row.policy is not None) for row in found] == [
        ("/f/example", True),
        ("/f/1", False),
    ]


@pytest.mark.parametrize("matching", ["subdomain", "host"])
def test_paths_of_a_host_or_a_subdomain(matching: str) -> None:
    app = Flask(__name__, static_folder=None, host_matching=matching == "host", static_host=None)
    app.config["SERVER_NAME"] = "shop.example"
    at: dict[str, Any] = {"subdomain": "<user>"}
    if matching == "host":
        at = {"host": "<user>.shop.example"}
    app.add_url_rule("/f/<name>", "f", lambda **values: "x", **at)
    CORS(app, resources={"/f/pub*": {}})
    found = {row.path: row.policy is not None for row in rows(app)}
    assert found == {"/f/example": False, "/f/pubexample": True}


def test_paths_that_meet_different_resources() -> None:
    resources = {"/a/*": {"max_age": 1}, "/b": {}, r"/c/\d": {}, "/a/x/*": {"max_age": 1}}
    found = rows(make("/<path:rest>", resources=resources))
    assert [(row.path, row.policy is not None) for row in found] == [
        ("/example", False),
        ("/b", True),
        ("/a/x/example", True),
        ("/a/example", True),
    ]
    assert all(row.varies for row in found)


@pytest.mark.parametrize(
    ("rule", "resource"),
    [
        ("/u/<int:n>", r"/u/\d{4}"),
        ("/u/<int:n>", r"/u/[1-9]\d{7}$"),
        ("/u/<name>", r"/u/\d+$"),
        ("/u/<name>", r"/u/(red|green)$"),
        ("/u/<name>", r"/u/[A-Z]{3}$"),
        ("/<version>/u/<int:n>", r"/v\d+/u/\d{3}$"),
        ("/<a>/<b>/<c>", r"^/(shop|stock)/\d+/(price|name)$"),
        ("/f/<path:rest>", r"^/f/.*\.json$"),
        ("/u/<name>/x", r"/u/[0-9a-f]{32}/x"),
        ("/<path:rest>", r"^/(?:api|rest)/v[12]/"),
        ("/u/<name>", "/u/1*"),
    ],
)
def test_a_path_that_a_resource_with_an_expression_covers(rule: str, resource: str) -> None:
    found = rows(make(rule, resources=resource))
    assert [row.policy is not None for row in found] == [False, True]
    assert found[1].varies


def test_a_rule_without_methods_has_them_all() -> None:
    app = make()
    app.url_map.add(Rule("/any", endpoint="any"))
    app.view_functions["any"] = lambda: "x"
    (row,) = rows(app)
    assert row.methods == ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")


def test_equal_policies_have_one_row() -> None:
    found = rows(make("/<path:rest>", resources=["/a/*", "/b/*"]))
    assert [row.path for row in found] == ["/example", "/a/example"]


def test_a_path_of_another_rule_is_no_example() -> None:
    found = rows(make("/<path:rest>", "/b", resources=["/b"]))
    assert [(row.endpoint, row.path) for row in found] == [("v0", "/example"), ("v1", "/b")]


def test_where_cors_is_off() -> None:
    app = make("/a", resources="/b")
    app.add_url_rule("/b", "b", cors_exempt(lambda: "x"))
    found = {row.path: (row.policy, row.exempt, row.layers) for row in rows(app)}
    assert found == {"/a": (None, False, ()), "/b": (None, True, ())}


def test_subdomains_and_own_options() -> None:
    app = Flask(__name__, static_folder=None, subdomain_matching=True)
    app.config["SERVER_NAME"] = "example.com"
    CORS(app, origins=PAGE)
    app.add_url_rule("/a", "a", lambda: "x", subdomain="api", methods=["GET", "OPTIONS"])
    (row,) = rows(app)
    assert (row.host, row.methods, row.own_options) == ("api", ("GET", "HEAD", "OPTIONS"), True)


@pytest.mark.filterwarnings("ignore::flask_cors.CorsWarning")
@pytest.mark.parametrize("resource", [r"/u/(\w+)+!$", r"/u/(a{3000}){3000}$", r"/u/(\w|a|b)*x\d$"])
def test_an_expression_that_takes_forever_is_not_tried_with_long_paths(resource: str) -> None:
    found = rows(make("/u/<name>", resources=resource))
    assert found[0].path == "/u/example"
    assert all(len(row.path) < 20 for row in found)
