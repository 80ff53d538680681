"""What a resource that covers no route was most likely meant to be."""

from __future__ import annotations

import pytest
from flask import Flask

from flask_cors.patterns.paths import parse_pattern
from flask_cors.tools.corrections import Correction, correction_of, covering, paths_of_app

PATHS = {"/api/items": "/api/items", "/api/items/1": "/api/items/*", "/admin/users": "/admin/users"}


@pytest.mark.parametrize(
    ("written", "kind", "meant"),
    [
        ("/items", "prefix", "/api/items"),
        ("/items/*", "prefix", "/api/items/*"),
        (r"^/users$", "prefix", r"^/admin/users$"),
        ("/admin", "below", "/admin/*"),
        ("/api/", "below", "/api/*"),
        ("/", "below", "/*"),
        ("/Admin/*", "nearest", "/admin/*"),
        ("/admins/*", "nearest", "/admin/*"),
        ("/admin/user", "nearest", "/admin/users"),
        ("api/*", "nearest", "/api/*"),
        ("/apiitems/*", "nearest", "/api/items/*"),
        (r"^/admn/users\d$", "nearest", ""),
    ],
)
def test_what_was_meant(written: str, kind: str, meant: str) -> None:
    found = correction_of(parse_pattern(written), PATHS)
    assert found is not None
    assert (found.kind, found.pattern) == (kind, meant)
    assert not meant or all(map(parse_pattern(meant).matches, found.paths))


@pytest.mark.parametrize("written", ["/nowhere/*", "/x", r"^/other\d+$", "/administrators/*"])
def test_nothing_is_near(written: str) -> None:
    assert correction_of(parse_pattern(written), PATHS) is None


def test_a_path_that_reads_as_a_broken_regular_expression_is_no_correction() -> None:
    assert correction_of(parse_pattern("/a(b)"), {}) is None
    assert correction_of(parse_pattern("/axb"), {"/a(b": "/a(b"}) is None


def test_the_paths_of_an_app_have_their_covering_patterns() -> None:
    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/a/<int:n>/b/<path:rest>", "a")
    assert paths_of_app(app) == {"/a/1/b/example": "/a/*/b/*"}
    assert covering("/x/<any(a,b):kind>") == "/x/*"
    assert Correction("below", "/x/*", ()).paths == ()
