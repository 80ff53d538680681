"""Blueprints: nested, renamed, registered again, in several apps, with resources."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Blueprint, Flask, abort

from flask_cors import CORS, ConfigError, CorsWarning, cors_exempt, cross_origin

from .asking import DENIED, NOTHING, OTHER, SITE, allowed, ask, echoed, granted, page, preflight


def blueprint(name: str = "b", prefix: str | None = None, **options: Any) -> Blueprint:
    found = Blueprint(name, __name__, url_prefix=prefix)
    found.add_url_rule("/x", view_func=page())
    if options:
        CORS(found, **options)
    return found


@pytest.mark.rule("3.blueprint", "3.covered")
def test_a_blueprint_covers_its_views_and_no_others() -> None:
    app = Flask(__name__)
    app.register_blueprint(blueprint("open", "/open", origins=SITE))
    app.register_blueprint(blueprint("plain", "/plain"))
    app.add_url_rule("/x", view_func=page())
    assert ask(app, "/open/x") == (200, "ok", allowed())
    assert ask(app, "/open/x", origin=OTHER).cors == DENIED
    assert preflight(app, "/open/x", "GET").cors == granted()
    assert ask(app, "/plain/x").cors == NOTHING
    assert ask(app, "/x").cors == NOTHING


@pytest.mark.rule("3.blueprint")
def test_parents_are_walked_outwards() -> None:
    app = Flask(__name__)
    outer = blueprint("outer", "/outer", origins=[SITE, OTHER], max_age=1, expose_headers="X")
    middle = blueprint("middle", "/middle")
    inner = blueprint("inner", "/inner", origins=SITE)
    middle.register_blueprint(inner)
    outer.register_blueprint(middle)
    app.register_blueprint(outer)
    CORS(app, methods="GET")
    assert ask(app, "/outer/middle/inner/x").cors == allowed(expose="X")
    assert preflight(app, "/outer/middle/inner/x", "GET").cors == granted(methods="GET", max_age=1)
    assert ask(app, "/outer/middle/x", origin=OTHER).cors == allowed(OTHER, vary=True, expose="X")
    assert ask(app, "/outer/x", origin=OTHER).cors == allowed(OTHER, vary=True, expose="X")


@pytest.mark.rule("3.blueprint")
def test_a_child_alone_is_covered() -> None:
    app = Flask(__name__)
    parent, child = blueprint("parent", "/parent"), blueprint("child", "/child", origins=SITE)
    parent.register_blueprint(child)
    app.register_blueprint(parent)
    assert ask(app, "/parent/child/x").cors == allowed()
    assert ask(app, "/parent/x").cors == NOTHING
    assert ask(app, "/parent/child/missing").cors == allowed()


@pytest.mark.rule("3.blueprint")
def test_a_renamed_blueprint_registered_again() -> None:
    app = Flask(__name__)
    child = blueprint("child", "/child", max_age=1)
    one, two = blueprint("one", "/one", origins=SITE), blueprint("two", "/two", origins=OTHER)
    one.register_blueprint(child, name="renamed")
    two.register_blueprint(child, url_prefix="/moved")
    app.register_blueprint(one)
    app.register_blueprint(two)
    app.register_blueprint(child, name="third", url_prefix="/third")
    assert preflight(app, "/one/child/x", "GET").cors == granted(max_age=1)
    assert preflight(app, "/two/moved/x", "GET", OTHER).cors == granted(OTHER, max_age=1)
    assert preflight(app, "/third/x", "GET").cors == granted(vary=True, max_age=1)
    assert ask(app, "/one/child/missing", origin=OTHER).cors == DENIED
    assert ask(app, "/two/moved/missing", origin=OTHER).cors == allowed(OTHER)


@pytest.mark.rule("3.blueprint")
def test_one_blueprint_in_two_apps() -> None:
    shared = blueprint("b", "/b", expose_headers="X")
    one, two = Flask(__name__), Flask(__name__)
    one.config["CORS_ORIGINS"] = SITE
    CORS(two, origins=OTHER)
    one.register_blueprint(shared)
    two.register_blueprint(shared)
    assert ask(one, "/b/x").cors == allowed(expose="X")
    assert ask(two, "/b/x").cors == DENIED
    assert ask(two, "/b/x", origin=OTHER).cors == allowed(OTHER, expose="X")


@pytest.mark.rule("1.many-apps")
def test_one_object_serves_blueprints_and_apps() -> None:
    cors = CORS(origins=SITE)
    app, other = Flask(__name__), Flask(__name__)
    first, second = blueprint("first", "/first"), blueprint("second", "/second")
    cors.init_app(first)
    cors.init_app(second, max_age=1)
    cors.init_app(other, max_age=2)
    app.register_blueprint(first)
    app.register_blueprint(second)
    other.add_url_rule("/x", view_func=page())
    assert preflight(app, "/first/x", "GET").cors == granted()
    assert preflight(app, "/second/x", "GET").cors == granted(max_age=1)
    assert preflight(other, "/x", "GET").cors == granted(max_age=2)
    assert ask(app, "/missing").cors == NOTHING


@pytest.mark.rule("3.resource-covers")
def test_resources_of_a_blueprint_are_whole_paths() -> None:
    app = Flask(__name__)
    within = blueprint("b", "/b", resources={"/b/x": {"origins": SITE}})
    within.add_url_rule("/y", view_func=page())
    app.register_blueprint(within)
    app.register_blueprint(within, name="again", url_prefix="/again")
    assert ask(app, "/b/x").cors == allowed()
    assert ask(app, "/b/y").cors == NOTHING
    assert ask(app, "/again/x").cors == NOTHING


def test_marks_are_more_specific_than_the_blueprint() -> None:
    app = Flask(__name__)
    within = blueprint("b", "/b", origins=SITE, expose_headers="X")
    within.add_url_rule("/marked", view_func=cross_origin(OTHER)(page()))
    within.add_url_rule("/exempt", view_func=cors_exempt(page()))
    app.register_blueprint(within)
    CORS(app)
    assert ask(app, "/b/marked", origin=OTHER).cors == allowed(OTHER, expose="X")
    assert ask(app, "/b/exempt").cors == NOTHING


@pytest.mark.rule("4.readable")
def test_errors_of_a_blueprint_are_readable() -> None:
    app = Flask(__name__)
    within = blueprint("b", "/b", origins=SITE)
    within.add_url_rule("/abort", view_func=lambda: abort(404), endpoint="abort")
    app.register_blueprint(within)
    CORS(app, origins=OTHER)
    for path, status in (("/b/abort", 404), ("/b/missing", 404), ("/b", 404)):
        answer = ask(app, path)
        assert (answer.status, answer.cors) == (status, allowed())
    assert ask(app, "/b/x", "PUT")[::2] == (405, allowed())
    assert preflight(app, "/b/missing", "GET")[::2] == (200, granted())
    assert ask(app, "/bb/missing").cors == DENIED
    assert ask(app, "/missing", origin=OTHER).cors == allowed(OTHER)


@pytest.mark.rule("4.404")
def test_a_404_starts_at_the_longest_prefix() -> None:
    app = Flask(__name__)
    app.register_blueprint(blueprint("root", "/", origins=OTHER, max_age=1))
    app.register_blueprint(blueprint("short", "/a", max_age=2))
    app.register_blueprint(blueprint("silent", "/a/b/c"))
    app.register_blueprint(blueprint("long", "/a/b", max_age=3))
    app.register_blueprint(blueprint("tie", "/a/b/", max_age=4))
    app.register_blueprint(blueprint("user", "/<user>/files", max_age=5))
    CORS(app, origins=SITE)
    ages = {"/a/b/c/q": 3, "/a/b/q": 3, "/a/bq": 2, "/a/q": 2, "/me/files/q": 5, "/a/files": 5}
    for path, age in ages.items():
        assert preflight(app, path, "GET").cors == granted(max_age=age), path
    assert preflight(app, "/q", "GET").cors == granted()
    assert ask(app, "/x", origin=OTHER).cors == allowed(OTHER)


@pytest.mark.rule("4.404")
def test_a_404_goes_outwards_where_the_blueprint_says_nothing() -> None:
    app = Flask(__name__)
    parent = blueprint("parent", "/parent", origins=SITE)
    child = blueprint("child", "/child", origins=OTHER, resources="/parent/child/api/*")
    parent.register_blueprint(child)
    app.register_blueprint(parent)
    CORS(app, origins="https://app.example", resources="/app/*")
    assert ask(app, "/parent/child/api/q", origin=OTHER).cors == allowed(OTHER)
    assert ask(app, "/parent/child/q").cors == allowed()
    assert ask(app, "/q").cors == NOTHING


def test_set_up_after_registration_is_refused_by_flask() -> None:
    app = Flask(__name__)
    within = blueprint("b", "/b")
    app.register_blueprint(within)
    with pytest.raises(AssertionError, match=r"before app\.register_blueprint\(b\)"):
        CORS(within)


def test_mistakes_are_reported_at_the_blueprint() -> None:
    within = Blueprint("b", __name__)
    with pytest.raises(ConfigError, match="is not an origin") as caught:
        CORS(within, origins="")
    assert caught.value.problems[0].source.level == "blueprint"
    assert caught.value.problems[0].source.place == "CORS(b)"


def test_what_only_an_app_can_have_is_dropped_with_a_warning() -> None:
    app = Flask(__name__)
    one, two = blueprint("one", "/one"), blueprint("two", "/two")
    with pytest.warns(CorsWarning, match="intercept_exceptions"):
        CORS(one, intercept_exceptions=False)
    cors = CORS(intercept_exceptions=False)
    with pytest.warns(CorsWarning, match="intercept_exceptions has no effect on a blueprint"):
        cors.init_app(two)
    app.register_blueprint(one)
    app.register_blueprint(two)
    assert ask(app, "/two/x").cors == echoed()
    explained = app.extensions["cors"].explain("GET", "/two/x", SITE)
    levels = {option.name: option.source.level for option in explained.options}
    assert levels["intercept_exceptions"] == "default"


def test_a_blueprint_at_a_subdomain() -> None:
    app = Flask(__name__, subdomain_matching=True)
    app.config["SERVER_NAME"] = "site.test"
    within = Blueprint("b", __name__, subdomain="api")
    within.add_url_rule("/x", view_func=page())
    within.add_url_rule("/slash/", view_func=page())
    CORS(within, origins=SITE)
    app.register_blueprint(within)
    assert ask(app, "/x", base_url="http://api.site.test").cors == allowed()
    assert ask(app, "/slash", base_url="http://api.site.test")[::2] == (308, allowed())
    assert ask(app, "/x", base_url="http://site.test")[::2] == (404, NOTHING)
