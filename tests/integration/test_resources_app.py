"""Resources over an app: which paths each covers, and which of several wins."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from flask_cors import CORS, ConfigError, CorsWarning

from .asking import NOTHING, SITE, allowed, ask, granted, page, preflight


def everything(resources: Any, **options: Any) -> Flask:
    """Return an app that serves every path, covered by *resources*."""
    app = Flask(__name__, static_folder=None)
    app.url_map.merge_slashes = False
    view = page()
    app.add_url_rule("/", "page", view)
    app.add_url_rule("/<path:path>", "page", view)
    CORS(app, origins=SITE, resources=resources, **options)
    return app


def covered(resources: Any, *paths: str) -> dict[str, bool]:
    app = everything(resources)
    answers = {path: ask(app, path).cors for path in paths}
    assert all(found in (allowed(), NOTHING) for found in answers.values())
    return {path: found == allowed() for path, found in answers.items()}


def test_an_empty_list_covers_nothing() -> None:
    assert covered([], "/", "/a") == {"/": False, "/a": False}


@pytest.mark.rule("3.app")
def test_a_resource_with_options_of_its_own() -> None:
    options = {"max_age": 1, "methods": "PUT", "expose_headers": "X"}
    app = everything({"/a/*": options, "/b": {}}, max_age=2)
    assert preflight(app, "/a/x", "PUT").cors == granted(methods="PUT", max_age=1)
    assert ask(app, "/a/x").cors == allowed(expose="X")
    assert preflight(app, "/b", "PUT").cors == granted(max_age=2)
    assert preflight(app, "/c", "PUT").cors == NOTHING


@pytest.mark.rule("3.path")
def test_the_path_is_decoded_once_and_case_counts() -> None:
    app = everything(["/public/*", "/tür", "/50%25", "/a b"])
    inside = ["/public/x", "/%70ublic/x", "/t%C3%BCr", "/50%2525", "/a%20b"]
    assert [ask(app, path).cors for path in inside] == [allowed()] * len(inside)
    outside = ["/%2570ublic/x", "/PUBLIC/x", "/50%25"]
    assert [ask(app, path).cors for path in outside] == [NOTHING] * len(outside)


@pytest.mark.rule("3.dot-segments")
@pytest.mark.parametrize(
    "path",
    ["/public/../admin", "/public/./x", "/public/..", "/.", "/public/..%2Fadmin", "/public/%2e%2e"],
)
def test_a_path_with_a_dot_segment_gets_no_headers(path: str) -> None:
    app = everything("*")
    assert ask(app, path).cors == NOTHING
    assert ask(app, path, origin=None).cors == NOTHING
    assert preflight(app, path, "GET").cors == NOTHING


@pytest.mark.parametrize("path", ["/public/...", "/.well-known/x", "/a.", "/a/.b", "/a..b/c"])
def test_dots_that_are_no_segment_are_dots(path: str) -> None:
    assert ask(everything("*"), path).cors == allowed()


@pytest.mark.parametrize("given", [7, {"/a": 7}, {"/a": [SITE]}, [7], "/(", {7: {}}, b"/a"])
def test_bad_resources_are_a_value_error(given: Any) -> None:
    with pytest.raises(ValueError, match="resources") as caught:
        CORS(Flask(__name__), resources=given)
    assert isinstance(caught.value, ConfigError)


def test_a_resource_that_covers_nothing_is_warned_of() -> None:
    app = Flask(__name__)
    with pytest.warns(CorsWarning, match="it covers nothing, since a path starts with '/'"):
        CORS(app, resources="api")


@pytest.mark.parametrize(("url", "wrong"), [("/a", False), ("/b/x", True), ("/<x>", False)])
def test_only_resources_that_surely_meet_a_view_are_warned_about(url: str, wrong: bool) -> None:
    app = Flask(__name__, static_folder=None)
    app.config.update(TESTING=True, CORS_SUPPORTS_CREDENTIALS=True)
    app.add_url_rule(url, view_func=page())
    CORS(app, origins=SITE, resources={"/b/*": {"expose_headers": "*"}, "/a": {}})
    if wrong:
        with pytest.warns(CorsWarning, match=r"expose_headers='\*' .* dropped"):
            ask(app, "/a")
    else:
        assert ask(app, "/a").cors == allowed(credentials="true")


@pytest.mark.rule("3.both-spellings")
@pytest.mark.parametrize("resource", ["/a", "/a/"])
def test_an_exact_path_is_both_spellings_where_the_rule_serves_both(resource: str) -> None:
    app = Flask(__name__)
    app.add_url_rule("/a/", view_func=page(), strict_slashes=False)
    app.add_url_rule("/ab", view_func=page())
    CORS(app, resources={resource: {"origins": SITE}})
    served = [ask(app, path)[::2] for path in ("/a", "/a/", "/ab")]
    assert served == [(200, allowed()), (200, allowed()), (200, NOTHING)]
