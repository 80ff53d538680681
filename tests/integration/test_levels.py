"""Levels: what is said nearest wins, option by option, and one policy answers."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Blueprint, Flask
from flask.views import MethodView

from flask_cors import CORS, CorsWarning, cors_exempt, cross_origin, of
from flask_cors.resolution.marks import mark_of

from .asking import DENIED, NOTHING, OTHER, SITE, allowed, ask, echoed, granted, page, preflight


def layered(**of_mark: Any) -> Flask:
    """Return an app that says something at every level."""
    app = Flask(__name__)
    app.config.update(CORS_MAX_AGE=60, CORS_METHODS="PUT", CORS_EXPOSE_HEADERS="X-Config")
    parent = Blueprint("parent", __name__, url_prefix="/parent")
    child = Blueprint("child", __name__, url_prefix="/child")

    class Things(MethodView):
        @cross_origin(allow_headers="X-Method", **of_mark)
        def put(self) -> str:
            return "put"

        def patch(self) -> str:
            return "patch"

    class Marked(cross_origin(expose_headers="X-Class")(Things)):  # type: ignore[misc]
        pass

    child.add_url_rule("/things", view_func=Marked.as_view("things"))
    child.add_url_rule("/plain", view_func=page(), methods=["PUT"])
    CORS(child, max_age=30, allow_headers="X-Child")
    CORS(parent, origins=[SITE, OTHER], max_age=40)
    CORS(app, expose_headers="X-App", resources={"/parent/*": {"send_wildcard": True}})
    parent.register_blueprint(child)
    app.register_blueprint(parent)
    app.add_url_rule("/plain", view_func=page())
    return app


@pytest.mark.rule("3.nearest")
def test_every_option_comes_from_the_nearest_level_that_sets_it() -> None:
    app = layered()
    asked = "X-Method, X-Child"
    method = preflight(app, "/parent/child/things", "PUT", names=asked)
    assert method.cors == granted(vary=True, methods="PUT", headers="X-Method", max_age=30)
    plain = preflight(app, "/parent/child/plain", "PUT", names=asked)
    assert plain.cors == granted(vary=True, methods="PUT", headers="X-Child", max_age=30)
    actual = ask(app, "/parent/child/things", "PUT")
    assert actual.cors == allowed(vary=True, expose="X-Class")
    assert ask(app, "/parent/child/plain", "PUT").cors == allowed(vary=True, expose="X-App")
    assert ask(app, "/plain").cors == NOTHING


@pytest.mark.rule("3.source")
def test_explain_tells_the_source_of_every_option() -> None:
    told = layered(methods="PUT").extensions["cors"].explain("PUT", "/parent/child/things", SITE)
    sources = {option.name: option.source for option in told.options}
    levels = {name: source.level for name, source in sources.items()}
    assert levels == {
        "origins": "blueprint",
        "methods": "method",
        "allow_headers": "method",
        "expose_headers": "class",
        "supports_credentials": "default",
        "max_age": "blueprint",
        "send_wildcard": "app",
        "always_send": "default",
        "vary_header": "default",
        "allow_private_network": "default",
        "enforce": "default",
        "automatic_options": "default",
        "intercept_exceptions": "default",
    }
    assert sources["methods"].place.endswith("Marked.put")
    assert {sources[name].file for name in ("origins", "methods", "send_wildcard")} == {__file__}
    assert all(sources[name].line for name in ("origins", "methods", "send_wildcard"))
    assert [step.level for step in told.walk] == [
        "method",
        "class",
        "blueprint",
        "blueprint",
        "app",
    ]


@pytest.mark.rule("3.view")
def test_the_mark_of_a_view_is_more_specific_than_its_class_and_the_bases() -> None:
    app = Flask(__name__)

    @cross_origin(max_age=3, methods="GET", expose_headers="X-Base")
    class Base(MethodView):
        def get(self) -> str:
            return "get"

    @cross_origin(max_age=2, methods="POST")
    class Things(Base):
        pass

    app.add_url_rule("/class", view_func=Things.as_view("class"))
    app.add_url_rule("/view", view_func=cross_origin(max_age=1)(Things.as_view("view")))
    post = {"methods": "POST", "vary": True}
    assert preflight(app, "/class", "POST").cors == granted(**post, max_age=2)  # type: ignore[arg-type]
    assert preflight(app, "/view", "POST").cors == granted(**post, max_age=1)  # type: ignore[arg-type]
    assert ask(app, "/view").cors == echoed(expose="X-Base")


@pytest.mark.rule("3.defaults")
def test_the_defaults() -> None:
    app = Flask(__name__)
    CORS(app)
    app.add_url_rule("/", view_func=page())
    assert ask(app, "/").cors == echoed()
    assert ask(app, "/", origin=None).cors == allowed("*")
    asked = preflight(app, "/", "PUT", names="X-B, X-A")
    assert asked.cors == granted(vary=True, headers="X-A, X-B")


# -- app.config ------------------------------------------------------------------------


@pytest.mark.rule("3.config", "3.config-time")
@pytest.mark.parametrize("when", ["before", "after"])
def test_config_is_read_when_compiling(when: str) -> None:
    app = Flask(__name__)
    app.add_url_rule("/", view_func=page())
    if when == "before":
        app.config["CORS_ORIGINS"] = SITE
    CORS(app)
    if when == "after":
        app.config["CORS_ORIGINS"] = SITE
    assert ask(app, "/").cors == allowed()
    assert ask(app, "/", origin=OTHER).cors == DENIED
    assert ask(app, "/", origin=None).cors == allowed()


@pytest.mark.rule("3.config")
def test_config_stands_under_a_blueprint_and_a_mark() -> None:
    app = Flask(__name__)
    app.config.update(CORS_ORIGINS=SITE, CORS_EXPOSE_HEADERS="X-Config")
    blueprint = Blueprint("b", __name__)
    CORS(blueprint, max_age=1)
    blueprint.add_url_rule("/blueprint", view_func=page())
    app.register_blueprint(blueprint)
    app.add_url_rule("/mark", view_func=cross_origin(max_age=2)(page()))
    for path in ("/blueprint", "/mark"):
        assert ask(app, path).cors == allowed(expose="X-Config")
        assert ask(app, path, origin=OTHER).cors == DENIED
    assert preflight(app, "/blueprint", "GET").cors == granted(max_age=1)
    assert preflight(app, "/mark", "GET").cors == granted(max_age=2)


@pytest.mark.rule("3.covered")
def test_config_alone_turns_nothing_on() -> None:
    app = Flask(__name__)
    app.config["CORS_ORIGINS"] = SITE
    app.add_url_rule("/", view_func=page())
    app.add_url_rule("/mark", view_func=cross_origin(page()), endpoint="mark")
    assert ask(app, "/").cors == NOTHING
    assert ask(app, "/mark").cors == allowed()


@pytest.mark.rule("3.app")
def test_keywords_win_over_config_and_init_app_over_the_constructor() -> None:
    app = Flask(__name__)
    app.config.update(CORS_MAX_AGE=3, CORS_METHODS="PUT", CORS_EXPOSE_HEADERS="X-Config")
    cors = CORS(max_age=1, methods="GET")
    cors.init_app(app, max_age=2)
    app.add_url_rule("/", view_func=page())
    assert preflight(app, "/", "GET").cors == granted(vary=True, methods="GET", max_age=2)
    assert ask(app, "/").cors == echoed(expose="X-Config")


# -- credentials -----------------------------------------------------------------------


def credentials_app(
    mark: dict[str, Any] | None = None,
    blueprint: dict[str, Any] | None = None,
    app: dict[str, Any] | None = None,
    config: bool | None = None,
) -> Flask:
    found = Flask(__name__, static_folder=None)
    within = Blueprint("b", __name__)
    if config is not None:
        found.config["CORS_SUPPORTS_CREDENTIALS"] = config
    if blueprint is not None:
        CORS(within, **blueprint)
    if app is not None:
        CORS(found, **app)
    within.add_url_rule("/", view_func=page() if mark is None else cross_origin(**mark)(page()))
    found.register_blueprint(within)
    return found


ON = {"supports_credentials": True}
OFF = {"supports_credentials": False}
LIST = {"origins": [SITE]}


@pytest.mark.rule("3.credentials", "3.credentials-alone", "3.credentials-pass")
@pytest.mark.parametrize(
    ("levels", "credentials"),
    [
        ({"app": LIST | ON}, True),
        ({"blueprint": {}, "app": LIST | ON}, True),
        ({"mark": {}, "blueprint": {}, "app": LIST | ON}, True),
        ({"mark": ON, "app": LIST}, True),
        ({"blueprint": ON, "app": LIST}, True),
        ({"mark": LIST, "app": {"origins": [OTHER]} | ON}, False),
        ({"mark": LIST, "blueprint": LIST | ON}, False),
        ({"blueprint": LIST, "app": LIST | ON}, False),
        ({"mark": LIST, "blueprint": ON}, False),
        ({"mark": LIST | ON, "blueprint": LIST}, True),
        ({"mark": LIST, "blueprint": LIST, "app": ON}, False),
        ({"mark": OFF, "app": LIST | ON}, False),
        ({"blueprint": OFF, "mark": LIST, "config": True}, False),
        ({"mark": LIST, "config": True}, True),
        ({"blueprint": LIST, "app": ON, "config": True}, True),
        ({"app": LIST, "config": True}, True),
        ({"app": LIST | OFF, "config": True}, False),
        ({"app": LIST | ON, "config": False}, True),
    ],
)
def test_credentials_are_granted_to_a_list_of_origins(
    levels: dict[str, Any], credentials: bool
) -> None:
    app = credentials_app(**levels)
    more = {"credentials": "true"} if credentials else {}
    assert ask(app, "/").cors == allowed(**more)
    assert preflight(app, "/", "GET").cors == granted(**more)


@pytest.mark.rule("3.credentials-alone")
def test_a_class_and_its_base_count_alone() -> None:
    app = Flask(__name__)

    @cross_origin(supports_credentials=True)
    class Base(MethodView):
        def get(self) -> str:
            return "get"

        @cross_origin(origins=SITE)
        def put(self) -> str:
            return "put"

    @cross_origin(origins=SITE)
    class Listed(Base):
        pass

    @cross_origin(origins=SITE, supports_credentials=True)
    class Both(Base):
        pass

    app.add_url_rule("/listed", view_func=Listed.as_view("listed"))
    app.add_url_rule("/both", view_func=Both.as_view("both"))
    assert ask(app, "/listed").cors == allowed()
    assert ask(app, "/both").cors == allowed(credentials="true")
    assert ask(app, "/both", "PUT").cors == allowed()


@pytest.mark.rule("3.credentials-alone")
def test_keywords_and_resources_of_one_object_count_as_one() -> None:
    app = Flask(__name__, static_folder=None)
    CORS(app, supports_credentials=True, resources={"/": {"origins": SITE}})
    app.add_url_rule("/", view_func=page())
    assert ask(app, "/").cors == allowed(credentials="true")


@pytest.mark.rule("3.credentials", "3.credentials-pass")
def test_credentials_of_an_outer_level_do_not_make_a_more_specific_any_origin_an_error() -> None:
    app = Flask(__name__)
    CORS(app, origins=SITE, supports_credentials=True)
    app.add_url_rule("/public", view_func=cross_origin("*")(page()))
    assert ask(app, "/public", origin=OTHER).cors == echoed(OTHER)
    app = Flask(__name__)
    CORS(app, origins=SITE)
    app.config.update(CORS_SUPPORTS_CREDENTIALS=True, TESTING=True)
    app.add_url_rule("/public", view_func=cross_origin("*")(page()))
    with pytest.warns(CorsWarning, match="is dropped: any origin is allowed"):
        assert ask(app, "/public", origin=OTHER).cors == echoed(OTHER)


# -- where CORS is on ------------------------------------------------------------------


@pytest.mark.rule("3.resource-covers")
def test_a_level_covers_only_where_a_resource_matches() -> None:
    app = Flask(__name__)
    inner = Blueprint("inner", __name__, url_prefix="/inner")
    CORS(inner, max_age=1, resources="/inner/api/*")
    CORS(app, origins=SITE, max_age=2, resources=["/api/*", "/inner/*"])
    inner.add_url_rule("/api/x", view_func=page())
    inner.add_url_rule("/x", view_func=page(), endpoint="x")
    app.register_blueprint(inner)
    app.add_url_rule("/api/x", view_func=page())
    app.add_url_rule("/x", view_func=page(), endpoint="x")
    app.add_url_rule("/mark", view_func=cross_origin(page()))
    assert preflight(app, "/inner/api/x", "GET").cors == granted(max_age=1)
    assert preflight(app, "/inner/x", "GET").cors == granted(max_age=2)
    assert preflight(app, "/api/x", "GET").cors == granted(max_age=2)
    assert preflight(app, "/x", "GET").cors == NOTHING
    assert preflight(app, "/mark", "GET").cors == granted(vary=True)


@pytest.mark.rule("3.config-resources")
def test_config_resources_are_the_default_of_the_app_object_only() -> None:
    app = Flask(__name__)
    app.config["CORS_RESOURCES"] = {"/api/*": {"origins": SITE}}
    blueprint = Blueprint("b", __name__, url_prefix="/b")
    CORS(blueprint)
    CORS(app, expose_headers="X")
    blueprint.add_url_rule("/x", view_func=page())
    app.register_blueprint(blueprint)
    app.add_url_rule("/api/x", view_func=page())
    app.add_url_rule("/x", view_func=page(), endpoint="x")
    app.add_url_rule("/mark", view_func=cross_origin(page()))
    assert ask(app, "/api/x").cors == allowed(expose="X")
    assert ask(app, "/x").cors == NOTHING
    assert ask(app, "/b/x").cors == echoed()
    assert ask(app, "/mark").cors == echoed()


@pytest.mark.rule("3.final")
def test_a_denial_is_final() -> None:
    app = Flask(__name__)
    strict = Blueprint("strict", __name__, url_prefix="/strict")
    CORS(strict, origins=SITE)
    CORS(app)
    CORS(app, resources={"/one": {"origins": SITE}})
    strict.add_url_rule("/x", view_func=page())
    app.register_blueprint(strict)
    app.add_url_rule("/mark", view_func=cross_origin(SITE)(page()))
    app.add_url_rule("/one", view_func=page(), endpoint="one")
    for path in ("/strict/x", "/mark", "/one"):
        assert ask(app, path, origin=OTHER).cors == DENIED
        assert preflight(app, path, "GET", OTHER).cors == DENIED
        assert ask(app, path).cors == allowed()


# -- cors_exempt and stacked marks -----------------------------------------------------


@pytest.mark.rule("3.exempt-or-mark")
def test_the_nearest_of_exempt_and_marked_wins() -> None:
    app = Flask(__name__)
    CORS(app, origins=SITE)

    @cors_exempt
    class Closed(MethodView):
        def get(self) -> str:
            return "get"

        @cross_origin(expose_headers="X")
        def put(self) -> str:
            return "put"

    @cross_origin(expose_headers="X")
    class Open(MethodView):
        def get(self) -> str:
            return "get"

        @cors_exempt
        def put(self) -> str:
            return "put"

    @cross_origin(max_age=1)
    class Reopened(Closed):
        pass

    app.add_url_rule("/closed", view_func=Closed.as_view("closed"))
    app.add_url_rule("/open", view_func=Open.as_view("open"))
    app.add_url_rule("/reopened", view_func=Reopened.as_view("reopened"))
    assert ask(app, "/closed").cors == NOTHING
    assert ask(app, "/closed", "PUT").cors == allowed(expose="X")
    assert preflight(app, "/closed", "GET").cors == NOTHING
    assert preflight(app, "/closed", "PUT").cors == granted(methods="PUT")
    assert ask(app, "/open").cors == allowed(expose="X")
    assert ask(app, "/open", "PUT").cors == NOTHING
    assert preflight(app, "/open", "PUT").cors == NOTHING
    assert preflight(app, "/reopened", "GET").cors == granted(methods="GET, HEAD, PUT", max_age=1)


@pytest.mark.parametrize(
    ("outer", "inner"),
    [
        (cross_origin(SITE), cross_origin(OTHER)),
        (cross_origin, cross_origin),
        (cross_origin, cors_exempt),
        (cors_exempt, cross_origin(SITE)),
        (cors_exempt, cors_exempt),
    ],
)
def test_of_two_marks_on_one_object_the_inner_decides(outer: Any, inner: Any) -> None:
    class Things(MethodView):
        def get(self) -> str:
            return "get"

    for view in (page(), Things, Things().get, Things.get):
        once = inner(view)
        mark = mark_of(once)
        with pytest.warns(CorsWarning, match="is on the same object, and wins"):
            twice = outer(once)
        exempt = cors_exempt in (outer, inner)
        found = mark_of(twice)
        assert found is not None
        assert (found is mark, found.exempt) == (not exempt or inner is cors_exempt, exempt)
        if view is Things:
            del Things.__flask_cors__  # type: ignore[attr-defined]


# -- several CORS objects --------------------------------------------------------------


@pytest.mark.rule("3.one-list")
def test_several_objects_make_one_list_of_resources() -> None:
    app = Flask(__name__)
    CORS(app, origins=SITE, max_age=1, resources={"/a/*": {}, "/same": {}, re.compile("/r.*"): {}})
    CORS(app, expose_headers="X")
    CORS(app, origins=SITE, max_age=2, resources={"/same": {}, "/a/b/*": {}, "/r": {}})
    for name in ("a/x", "a/b/x", "same", "r", "rx", "x"):
        app.add_url_rule(f"/{name}", view_func=page(), endpoint=name)
    assert preflight(app, "/a/x", "GET").cors == granted(max_age=1)
    assert preflight(app, "/a/b/x", "GET").cors == granted(max_age=2)
    assert preflight(app, "/same", "GET").cors == granted(max_age=2)
    assert preflight(app, "/r", "GET").cors == granted(max_age=2)
    assert preflight(app, "/rx", "GET").cors == granted(max_age=1)
    assert preflight(app, "/x", "GET").cors == granted(vary=True)
    assert ask(app, "/a/x").cors == allowed()


@pytest.mark.rule("3.later-first")
def test_the_later_of_two_objects_for_everything_comes_first() -> None:
    app = Flask(__name__)
    CORS(app, origins=SITE, max_age=1)
    CORS(app, origins=OTHER)
    app.add_url_rule("/", view_func=page())
    assert ask(app, "/").cors == DENIED
    assert preflight(app, "/", "GET", OTHER).cors == granted(OTHER)


@pytest.mark.rule("3.one-list")
def test_several_objects_on_one_blueprint() -> None:
    app = Flask(__name__)
    blueprint = Blueprint("b", __name__, url_prefix="/b")
    CORS(blueprint, origins=SITE)
    CORS(blueprint, origins=OTHER, resources="/b/x")
    blueprint.add_url_rule("/x", view_func=page())
    blueprint.add_url_rule("/y", view_func=page(), endpoint="y")
    app.register_blueprint(blueprint)
    assert ask(app, "/b/x").cors == DENIED
    assert ask(app, "/b/y").cors == allowed()


@pytest.mark.rule("3.order", "3.later-first")
@pytest.mark.parametrize(
    ("calls", "logged"),
    [
        ([{"resources": {"/*": {"origins": "*"}, "/(a|b)/.*": {"origins": SITE}}}], True),
        ([{"resources": {"/(a|b)/.*": {"origins": SITE}, "/*": {"origins": "*"}}}], False),
        ([{"origins": SITE, "enforce": True}, {"origins": SITE}], True),
        ([{"origins": SITE}, {}], True),
        ([{"origins": SITE}, {"origins": OTHER}], False),
    ],
)
def test_a_resource_that_restricts_and_is_never_reached_is_logged(
    calls: list[dict[str, Any]], logged: bool, caplog: pytest.LogCaptureFixture
) -> None:
    app = Flask("sample")
    for options in calls:
        CORS(app, **options)
    of(app).explain("GET", "/")
    texts = [record.getMessage() for record in caplog.records]
    assert any("never applies: CORS(app)" in text for text in texts) == logged
