"""Which endpoint a request is about: what serves it, or would serve it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, Request, request
from werkzeug.exceptions import BadRequest
from werkzeug.routing import BaseConverter, Rule

from flask_cors.resolution.table import Target
from flask_cors.runtime.endpoint import (
    is_refused,
    own_options,
    prefix_matcher,
    target_for,
    target_of,
    target_of_preflight,
)


class Tenant(BaseConverter):
    """A converter of the app that spans two segments."""

    part_isolating = False
    regex = r"[a-z]+/[0-9]+"


def make_app(**options: Any) -> Flask:
    app = Flask("sample", **options)
    app.url_map.converters["tenant"] = Tenant
    for path, endpoint, methods in [
        ("/", "index", ["GET"]),
        ("/items", "items", ["GET", "POST"]),
        ("/items", "change", ["PUT", "DELETE"]),
        ("/dir/", "dir", ["GET"]),
        ("/files/<path:name>", "files", ["GET"]),
        ("/odd", "odd", ["ZAP", "FOO"]),
        ("/last", "last", ["DELETE", "PATCH"]),
    ]:
        app.add_url_rule(path, endpoint, lambda **_: "x", methods=methods)
    return app


def at(app: Flask, path: str, method: str, ask: Callable[[Request], Any], **options: Any) -> Any:
    with app.test_request_context(path, method=method, **options):
        current: Request = request._get_current_object()  # type: ignore[attr-defined]
        return ask(current)


def target(path: str, method: str, app: Flask | None = None, **options: Any) -> Target:
    app = app or make_app()
    found: Target = at(app, path, method, lambda req: target_of(app, req), **options)
    return found


def wanted(path: str, method: str, app: Flask | None = None, **options: Any) -> Target:
    """Return the target of a method at a path, searched in the URL map."""
    app = app or make_app()
    found: Target = at(app, path, "OPTIONS", lambda req: target_for(app, req, method), **options)
    return found


# -- actual requests -----------------------------------------------------------------------


@pytest.mark.rule("4.actual", "3.path")
def test_an_actual_request_is_about_what_flask_matched() -> None:
    assert target("/items", "GET") == ("items", "/items", "GET", "/items", None)
    assert target("/items", "PUT") == ("change", "/items", "PUT", "/items", None)
    found = target("/files/a%20b?c=d", "HEAD")
    assert found == ("files", "/files/<path:name>", "HEAD", "/files/a b", None)


@pytest.mark.rule("4.redirect")
def test_a_redirect_is_about_where_it_leads() -> None:
    assert target("/dir", "GET") == ("dir", "/dir/", "GET", "/dir/", None)
    assert target("/dir?q=1", "GET").endpoint == "dir"


@pytest.mark.rule("4.405")
@pytest.mark.parametrize(
    ("path", "method", "endpoint"),
    [
        ("/items", "PATCH", "items"),
        ("/last", "GET", "last"),
        ("/odd", "GET", "odd"),
        ("/items", "BREW", "items"),
    ],
)
def test_a_405_is_about_the_first_method_that_is_served(
    path: str, method: str, endpoint: str
) -> None:
    assert target(path, method) == (endpoint, path, None, path, None)


@pytest.mark.rule("4.405")
def test_of_other_methods_the_first_by_the_alphabet_is_taken() -> None:
    app = Flask("sample")
    app.add_url_rule("/odd", "zap", lambda: "x", methods=["ZAP"])
    app.add_url_rule("/odd", "foo", lambda: "x", methods=["FOO"])
    app.add_url_rule("/mixed", "delete", lambda: "x", methods=["DELETE"])
    app.add_url_rule("/mixed", "brew", lambda: "x", methods=["BREW"])
    for rule in app.url_map.iter_rules():
        rule.methods = (rule.methods or set()) - {"OPTIONS"}
    assert target("/odd", "GET", app).endpoint == "foo"
    assert target("/mixed", "GET", app).endpoint == "delete"


@pytest.mark.rule("4.404")
def test_what_werkzeug_does_not_redirect_is_a_404() -> None:
    assert make_app().test_client().put("/dir").status_code == 404
    assert target("/dir", "PUT") == (None, None, None, "/dir", "")


@pytest.mark.rule("4.404")
def test_a_404_is_about_a_path_alone() -> None:
    assert target("/missing", "GET") == (None, None, None, "/missing", "")


@pytest.mark.rule("4.404-host")
def test_a_404_knows_its_subdomain_or_its_host() -> None:
    app = make_app(subdomain_matching=True)
    app.config["SERVER_NAME"] = "example.com"
    found = target("/missing", "GET", app, base_url="http://api.example.com")
    assert found.host == "api"
    by_host = make_app(host_matching=True, static_host="static.example")
    found = target("/missing", "GET", by_host, base_url="http://api.example.com:81")
    assert found.host == "api.example.com:81"


@pytest.mark.rule("4.404-unclear")
def test_a_404_of_a_host_that_flask_refuses_has_no_host() -> None:
    app = make_app()

    def refuse(req: object) -> Any:
        raise BadRequest

    def ask(req: Request) -> Target:
        app.create_url_adapter = refuse  # type: ignore[method-assign, assignment]
        req.url_rule = None
        return target_of(app, req)

    assert at(app, "/missing", "GET", ask) == (None, None, None, "/missing", None)


# -- preflights ----------------------------------------------------------------------------


@pytest.mark.rule("4.preflight")
@pytest.mark.parametrize(
    ("path", "method", "endpoint", "found"),
    [
        ("/items", "PUT", "change", "PUT"),
        ("/items", "POST", "items", "POST"),
        ("/items", "PATCH", "items", None),
        ("/missing", "PUT", None, None),
    ],
)
def test_what_would_serve_a_method(
    path: str, method: str, endpoint: str | None, found: str | None
) -> None:
    app = make_app()
    for every in (True, False):
        answer = preflighted(app, path, method, every)
        assert (answer.endpoint, answer.method, answer.path) == (endpoint, found, path)


def preflighted(app: Flask, path: str, method: str, every: bool) -> Target:
    """Return the target of a preflight; *every* rule of the app serves ``OPTIONS``, or not."""

    def ask(req: Request) -> Target:
        return target_of_preflight(app, req, method, every)

    found: Target = at(app, path, "OPTIONS", ask)
    return found


@pytest.mark.rule("4.preflight")
def test_where_some_rule_serves_no_options_the_url_map_is_searched() -> None:
    app = Flask("sample")
    first = Rule("/x", endpoint="first", methods=["PUT"])
    app.url_map.add(first)
    assert first.methods == {"PUT"}
    app.add_url_rule("/x", "second", lambda: "x", methods=["PUT"])
    app.view_functions["first"] = lambda: "x"
    assert preflighted(app, "/x", "PUT", True).endpoint == "second"
    assert preflighted(app, "/x", "PUT", False).endpoint == "first"


@pytest.mark.rule("4.redirect")
def test_a_preflight_of_a_redirect() -> None:
    assert wanted("/dir", "GET") == ("dir", "/dir/", "GET", "/dir/", None)


@pytest.mark.rule("4.redirect")
def test_redirects_below_a_mount_point() -> None:
    assert wanted("/dir", "GET", base_url="http://localhost/app").endpoint == "dir"
    assert wanted("/dir", "GET", base_url="http://localhost/app/").path == "/dir/"


@pytest.mark.rule("4.redirect")
def test_a_redirect_to_elsewhere_or_without_end_is_no_endpoint() -> None:
    app = make_app()
    app.url_map.add(Rule("/away", endpoint="away", redirect_to="http://elsewhere.example/items"))
    app.url_map.add(Rule("/round", endpoint="round", redirect_to="/round"))
    app.url_map.add(Rule("/two", endpoint="two", redirect_to="/dir"))
    for path in ("/away", "/round"):
        assert wanted(path, "GET", app) == (None, None, None, path, "")
    assert wanted("/two", "GET", app).endpoint == "dir"


def test_a_redirect_at_a_host_that_is_none() -> None:
    app = make_app()

    def ask(req: Request) -> Target:
        app.create_url_adapter = lambda request: app.url_map.bind("[half")  # type: ignore[method-assign]
        return target_for(app, req, "GET")

    assert at(app, "/dir", "OPTIONS", ask).endpoint is None


@pytest.mark.rule("4.head", "6.methods-exact")
def test_methods_are_looked_up_as_the_url_map_does() -> None:
    assert wanted("/items", "HEAD")[:3] == ("items", "/items", "HEAD")
    assert wanted("/items", "put")[:3] == ("change", "/items", "PUT")


# -- what Flask says of a request ----------------------------------------------------------


@pytest.mark.rule("5.own-options")
def test_a_view_that_serves_options_itself() -> None:
    app = make_app()
    app.add_url_rule("/own", "own", lambda: "x", methods=["OPTIONS"])
    own = at(app, "/own", "OPTIONS", own_options)
    assert own is not None
    assert own.endpoint == "own"
    assert at(app, "/items", "OPTIONS", own_options) is None
    assert at(app, "/missing", "OPTIONS", own_options) is None


@pytest.mark.rule("5.host")
def test_what_flask_refused_before_routing() -> None:
    app = make_app()
    assert not at(app, "/items", "GET", is_refused)
    assert not at(app, "/items", "BREW", is_refused)
    assert not at(app, "/missing", "GET", is_refused)
    assert not at(app, "/dir", "GET", is_refused)

    def refused(req: Request) -> bool:
        req.routing_exception = BadRequest()
        return is_refused(req)

    assert at(app, "/items", "GET", refused)


# -- URL prefixes with converters ----------------------------------------------------------


@pytest.mark.rule("4.404")
@pytest.mark.parametrize(
    ("prefix", "path", "covered"),
    [
        ("/<name>", "/a", True),
        ("/<name>", "/a/b/c", True),
        ("/<name>", "/", False),
        ("/<int:number>/x", "/7/x", True),
        ("/<int:number>/x", "/a/x", False),
        ("/<int:number>/x", "/7/xy", False),
        ("/v<int:number>/", "/v1/b", True),
        ("/v<int:number>/", "/v1", True),
        ("/<tenant:name>/x", "/abc/7/x/y", True),
        ("/<tenant:name>/x", "/abc/x/y", False),
        ("/<any(a, b):letter>", "/b/x", True),
        ("/<any(a, b):letter>", "/c/x", False),
    ],
)
def test_prefixes_are_matched_as_the_url_map_would(prefix: str, path: str, covered: bool) -> None:
    covers = prefix_matcher(make_app())
    assert covers(prefix, path) is covered
    assert covers(prefix, path) is covered
