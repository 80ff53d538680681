"""The walk over plain objects: no Flask, no requests."""

from __future__ import annotations

import functools
import logging
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from flask_cors.errors import ConfigError, CorsWarning, Report, Source
from flask_cors.options.reader import read_options
from flask_cors.options.schema import DEFAULTS, Setting
from flask_cors.policy.policy import Policy
from flask_cors.resolution.registry import MARK, Level, Mark, Registry, Rule, remember
from flask_cors.resolution.table import Table, UrlMap, UrlRule
from flask_cors.resolution.walk import resolve

A = "https://a.example"
B = "https://b.example"


def said(level: str, **options: Any) -> dict[str, Setting]:
    report = Report(Source("view", level))
    place = "mark" if level == "mark" else "app"
    settings = read_options(options, place, report)
    report.raise_if_any()
    return settings


def rule(**options: Any) -> Rule:
    settings = said("app", **options)
    resources = settings.pop("resources", None)
    return Rule(settings, resources.value if resources else None)


def mark(exempt: bool = False, **options: Any) -> Mark:
    return Mark(said("mark", **options), Source("view", "cross_origin"), exempt)


def put(target: Any, found: Mark) -> Any:
    setattr(target, MARK, found)
    return target


def view(*marks: Mark) -> Callable[[], str]:
    def show() -> str:
        return ""

    for found in marks:
        put(show, found)
    return show


def view_of(view_class: type) -> Any:
    shown = view()
    shown.view_class = view_class  # type: ignore[attr-defined]
    return shown


@dataclass
class Url:
    """A URL rule, as much of it as the table reads."""

    rule: str
    endpoint: str
    methods: Iterable[str] | None = ("GET", "HEAD", "OPTIONS")
    strict_slashes: bool = True
    merge_slashes: bool = True
    build_only: bool = False
    websocket: bool = False
    redirect_to: str | None = None


class Urls:
    def __init__(self, urls: list[Url]) -> None:
        self._urls = urls

    def iter_rules(self, endpoint: str | None = None) -> Iterator[UrlRule]:
        return iter(self._urls)


@dataclass
class App:
    """What a table is compiled from, said plainly."""

    rules: list[Rule] = field(default_factory=list)
    blueprints: list[tuple[str, str, Rule]] = field(default_factory=list)
    views: dict[str, Any] = field(default_factory=dict)
    urls: list[Url] = field(default_factory=list)
    config: dict[str, Any] = field(default_factory=dict)
    bound: list[Any] = field(default_factory=list)

    def table(self) -> Table:
        registry = Registry()
        registry.rules += self.rules
        for name, prefix, said_there in self.blueprints:
            registry.add_blueprint(name, prefix, said_there)
        return Table(registry, self.config, self)

    @property
    def view_functions(self) -> dict[str, Any]:
        return self.views

    @property
    def url_map(self) -> UrlMap:
        return Urls(self.urls)

    def ensure_sync(self, predicate: Any) -> Any:
        self.bound.append(predicate)
        return lambda origin: True


def settings(policy: Policy | None, *names: str) -> dict[str, Any]:
    """Return the values of a policy that no default is behind."""
    assert policy is not None
    return {
        name: setting.value
        for name, setting in policy.settings.items()
        if setting.source.level != "default" and (not names or name in names)
    }


def age(policy: Policy | None) -> Any:
    return None if policy is None else policy.settings["max_age"].value


# -- each option by itself -------------------------------------------------------------


def level(kind: str = "app", found: Mark | None = None, **options: Any) -> Level:
    return Level(kind, kind, said("mark" if found else "app", **options), found)


@pytest.mark.rule("3.nearest")
def test_the_nearest_level_that_sets_an_option_wins() -> None:
    near = level("view", mark(), max_age=1)
    middle = level("blueprint", max_age=2, methods="GET")
    far = level("app", max_age=3, methods="PUT", expose_headers="X")
    found = resolve((near, middle, far), DEFAULTS)
    assert found["max_age"] is near.settings["max_age"]
    assert found["methods"] is middle.settings["methods"]
    assert found["expose_headers"] is far.settings["expose_headers"]
    assert found["origins"] is DEFAULTS["origins"]
    assert found.keys() == DEFAULTS.keys()


@pytest.mark.rule("3.nearest")
def test_no_level_leaves_the_base() -> None:
    assert resolve((), DEFAULTS) == DEFAULTS


ON = {"supports_credentials": True}
OFF = {"supports_credentials": False}
LIST = {"origins": A}


@pytest.mark.rule("3.credentials", "3.credentials-pass")
@pytest.mark.parametrize(
    ("levels", "source"),
    [
        ([{}, ON], 1),
        ([{}, LIST, ON], "base"),
        ([LIST, {}, ON], "base"),
        ([LIST, ON], "base"),
        ([LIST | ON, {}], 0),
        ([LIST | ON, LIST | OFF], 0),
        ([ON, LIST], 0),
        ([LIST, ON, LIST | ON], "base"),
        ([{}, LIST | ON, LIST], 1),
        ([LIST, OFF, ON], 1),
        ([LIST, ON, OFF], 2),
        ([OFF, LIST | ON], 0),
        ([LIST, OFF], 1),
        ([], "base"),
        ([LIST, {}], "base"),
    ],
)
@pytest.mark.parametrize("of_config", [True, False])
def test_credentials_are_granted_to_a_list_of_origins(
    levels: list[dict[str, Any]], source: int | str, of_config: bool
) -> None:
    config = Setting(of_config, Source("config", "CORS_SUPPORTS_CREDENTIALS"))
    walk = [level("blueprint", **options) for options in levels]
    found = resolve(walk, {**DEFAULTS, "supports_credentials": config})["supports_credentials"]
    if isinstance(source, int):
        assert found is walk[source].settings["supports_credentials"]
    else:
        assert found is config


@pytest.mark.rule("2.places")
def test_automatic_options_of_config_is_the_fallback_of_marks_alone() -> None:
    config = Setting(False, Source("config", "CORS_AUTOMATIC_OPTIONS"))
    base = {**DEFAULTS, "automatic_options": config}
    assert resolve((level("app"),), base)["automatic_options"] is DEFAULTS["automatic_options"]
    assert resolve((level("view", mark()), level("app")), base)["automatic_options"] is config
    own = level("view", mark(), automatic_options=True)
    assert resolve((own,), base)["automatic_options"] is own.settings["automatic_options"]


# -- the walk --------------------------------------------------------------------------


@pytest.mark.rule("3.blueprint")
def test_mark_blueprint_parent_app_and_config() -> None:
    app = App(
        rules=[rule(origins=A, max_age=4, expose_headers="X")],
        blueprints=[("p", "/p", rule(max_age=3)), ("p.c", "/p/c", rule(max_age=2))],
        views={name: view() for name in ("p.c.e", "p.e", "e", "p.d.e")}
        | {"p.c.m": view(mark(max_age=1))},
        urls=[Url(f"/{name}", name) for name in ("p.c.m", "p.c.e", "p.e", "e", "p.d.e")],
        config={"CORS_METHODS": "GET", "CORS_MAX_AGE": 9},
    )
    table = app.table()
    ages = {url.endpoint: age(table.policy(url.endpoint, "GET", url.rule)) for url in app.urls}
    assert ages == {"p.c.m": 1, "p.c.e": 2, "p.e": 3, "e": 4, "p.d.e": 3}
    policy = table.policy("p.c.m", "GET", "/p.c.m")
    assert settings(policy, "methods", "expose_headers") == {
        "methods": frozenset({"GET"}),
        "expose_headers": ("X",),
    }
    kinds = [
        [found.kind for found in table.levels(url.endpoint, "GET", url.rule) or ()]
        for url in app.urls
    ]
    assert kinds == [
        ["view", "blueprint", "blueprint", "app"],
        ["blueprint", "blueprint", "app"],
        ["blueprint", "app"],
        ["app"],
        ["blueprint", "app"],
    ]


@pytest.mark.rule("3.source")
def test_every_option_knows_its_source() -> None:
    app = App(
        rules=[rule(methods="GET", resources={"/e": {"expose_headers": "X"}})],
        views={"e": view(mark(max_age=1))},
        urls=[Url("/e", "e")],
        config={"CORS_ORIGINS": A},
    )
    policy = app.table().policy("e", "GET", "/e")
    assert policy is not None
    told = {name: str(setting.source) for name, setting in policy.settings.items()}
    assert told["max_age"].startswith("mark on view.<locals>.show")
    assert told["methods"] == "app"
    assert told["expose_headers"] == "resource '/e' of app"
    assert told["origins"] == "CORS_ORIGINS"
    assert told["always_send"] == "the defaults"
    assert policy.settings["max_age"].source.level == "view"
    walk = app.table().levels("e", "GET", "/e") or ()
    assert [found.place for found in walk] == ["view.<locals>.show", "CORS(app) for '/e'"]


@pytest.mark.rule("3.source")
def test_the_places_of_app_and_blueprint() -> None:
    app = App(
        rules=[rule()],
        blueprints=[("b", "", rule()), ("c", "", rule(resources="/c/*"))],
        views={"b.e": view(), "c.e": view()},
        urls=[Url("/b", "b.e"), Url("/c", "c.e")],
    )
    walks = [app.table().levels(url.endpoint, "GET", url.rule) or () for url in app.urls]
    assert [[(found.kind, found.place) for found in walk] for walk in walks] == [
        [("blueprint", "CORS(b)"), ("app", "CORS(app)")],
        [("blueprint", "CORS(c) for '/c/*'"), ("app", "CORS(app)")],
    ]


@pytest.mark.rule("3.resource-covers")
def test_cors_is_off_where_no_level_covers() -> None:
    app = App(
        rules=[rule(max_age=1, resources="/api/*")],
        blueprints=[("b", "/b", rule(max_age=2, resources="/b/api/*"))],
        views={"e": view(), "b.e": view(), "b.m": view(mark())},
        urls=[Url("/e", "e"), Url("/b/e", "b.e"), Url("/b/m", "b.m")],
    )
    table = app.table()
    assert table.policy("e", "GET", "/e") is None
    assert table.policy("b.e", "GET", "/b/e") is None
    assert table.levels("e", "GET", "/e") == ()
    marked = table.policy("b.m", "GET", "/b/m")
    assert settings(marked) == {}


@pytest.mark.rule("3.covered")
def test_a_mark_alone_turns_cors_on() -> None:
    app = App(views={"m": view(mark()), "e": view()}, urls=[Url("/m", "m"), Url("/e", "e")])
    table = app.table()
    assert settings(table.policy("m", "GET", "/m")) == {}
    assert table.policy("e", "GET", "/e") is None
    assert table.marked("m", "GET")
    assert table.marked("m", None)
    assert not table.marked("e", "GET")
    assert not table.marked(None, "GET")
    assert not table.exempts("m", "GET")
    assert not table.exempts("e", "GET")


def test_an_exempt_view_has_no_policy() -> None:
    app = App(rules=[rule()], views={"e": view(mark(exempt=True))}, urls=[Url("/e", "e")])
    table = app.table()
    assert table.policy("e", "GET", "/e") is None
    assert table.levels("e", "GET", "/e") is None
    assert table.exempts("e", "GET")
    assert not table.marked("e", "GET")


@pytest.mark.rule("3.exempt-or-mark")
def test_exempt_and_marked_handlers_of_one_class() -> None:
    class Things:
        def get(self) -> str:
            return ""

        def put(self) -> str:
            return ""

        def delete(self) -> str:
            return ""

    put(Things, mark(max_age=5))
    put(Things.put, mark(exempt=True))
    put(Things.delete, mark(max_age=6))
    app = App(
        rules=[rule(max_age=7)],
        views={"v": view_of(Things)},
        urls=[Url("/v", "v", ("GET", "PUT", "DELETE", "OPTIONS", "HEAD"))],
    )
    table = app.table()
    ages = [age(table.policy("v", method, "/v")) for method in ("GET", "HEAD", "DELETE", "OPTIONS")]
    assert ages == [5, 5, 6, 5]
    assert table.policy("v", "PUT", "/v") is None
    assert age(table.policy("v", None, "/v")) == 5
    assert table.exempts("v", "PUT")
    assert not table.exempts("v", "DELETE")
    assert not table.marked("v", "PUT")
    assert table.marked("v", "DELETE")


@pytest.mark.rule("1.exempt-ends")
def test_the_walk_of_marks_ends_at_an_exempt_one() -> None:
    class Base:
        pass

    class Things(Base):
        def put(self) -> str:
            return ""

    put(Base, mark(expose_headers="X"))
    put(Things, mark(exempt=True))
    put(Things.put, mark(methods="PUT"))
    app = App(
        rules=[rule(max_age=1)],
        views={"v": view_of(Things)},
        urls=[Url("/v", "v", ("GET", "PUT"))],
    )
    table = app.table()
    assert settings(table.policy("v", "PUT", "/v")) == {"methods": frozenset({"PUT"}), "max_age": 1}
    assert table.policy("v", "GET", "/v") is None
    assert table.policy("v", None, "/v") is None


def test_a_rule_without_methods_serves_every_method() -> None:
    class Things:
        def put(self) -> str:
            return ""

    put(Things.put, mark(max_age=1))
    app = App(rules=[rule()], views={"v": view_of(Things)}, urls=[Url("/v", "v", None)])
    table = app.table()
    assert age(table.policy("v", "PUT", "/v")) == 1
    assert age(table.policy("v", "GET", "/v")) is None
    assert table.every_rule_has_options


def test_whether_every_rule_serves_options() -> None:
    assert App(urls=[Url("/", "e"), Url("/x", "e", ("OPTIONS",))]).table().every_rule_has_options
    table = App(urls=[Url("/", "e"), Url("/x", "e", ("GET",))]).table()
    assert table.every_rule_has_options is False
    assert not App(urls=[Url("/x", "e", ())]).table().every_rule_has_options


@pytest.mark.rule("3.dot-segments")
@pytest.mark.parametrize("path", ["/a/../e", "/./e", "/e/..", "/.", "/.."])
def test_a_path_with_a_dot_segment_is_covered_by_nothing(path: str) -> None:
    app = App(rules=[rule()], views={"e": view(mark())}, urls=[Url("/<path:x>", "e")])
    table = app.table()
    for endpoint in ("e", None):
        assert table.levels(endpoint, "GET", path) is None
        assert table.policy(endpoint, "GET", path) is None
    assert table.policy("e", "GET", "/.e/e.") is not None


# -- resources -------------------------------------------------------------------------


@pytest.mark.rule("3.credentials-alone")
def test_keywords_and_resources_of_one_object_are_one_level() -> None:
    app = App(
        rules=[rule(supports_credentials=True, max_age=1, resources={"/e": {"origins": A}})],
        views={"e": view()},
        urls=[Url("/e", "e")],
    )
    table = app.table()
    policy = table.policy("e", "GET", "/e")
    assert settings(policy, "supports_credentials", "max_age") == {
        "supports_credentials": True,
        "max_age": 1,
    }
    assert len(table.levels("e", "GET", "/e") or ()) == 1


@pytest.mark.rule("3.one-list")
def test_the_resources_of_several_objects_are_one_list() -> None:
    first = rule(max_age=1, methods="GET", resources={"/a/*": {}, "/b": {}, "/*/c": {}})
    second = rule(max_age=2, resources={"/a/b/*": {}, "/b": {}})
    third = rule(max_age=3)
    app = App(rules=[first, second, third])
    table = app.table()
    paths = ["/a/b/x", "/a/x", "/b", "/c", "/x/c"]
    ages = [age(table.policy(None, "GET", path)) for path in paths]
    assert ages == [2, 1, 2, 3, 1]
    assert settings(table.policy(None, "GET", "/a/b/x")) == {"max_age": 2}


@pytest.mark.rule("3.later-first")
@pytest.mark.parametrize("pattern", ["*", re.compile(".*"), ".*"])
def test_of_tied_patterns_the_later_object_comes_first(pattern: Any) -> None:
    def ages(*rules: Rule) -> Any:
        return age(App(rules=list(rules)).table().policy(None, None, "/"))

    assert ages(rule(max_age=1), rule(max_age=2)) == 2
    assert ages(rule(max_age=1, resources=[pattern]), rule(max_age=2)) == 2
    assert ages(rule(max_age=1), rule(max_age=2, resources=[pattern])) == 2
    assert ages(rule(max_age=1, resources=["/"]), rule(max_age=2, resources=["/"])) == 2


@pytest.mark.rule("3.config-resources")
def test_config_names_the_resources_of_objects_that_name_none() -> None:
    config = {"CORS_RESOURCES": {"/api/*": {"expose_headers": "X"}}}
    app = App(
        rules=[rule(max_age=1), rule(max_age=2, resources="/own")],
        blueprints=[("b", "/b", rule(max_age=3))],
        config=config,
        views={"b.e": view()},
        urls=[Url("/b", "b.e")],
    )
    table = app.table()
    assert settings(table.policy(None, None, "/api/x"), "max_age", "expose_headers") == {
        "max_age": 1,
        "expose_headers": ("X",),
    }
    assert table.policy(None, None, "/other") is None
    assert age(table.policy(None, None, "/own")) == 2
    assert age(table.policy("b.e", "GET", "/b")) == 3


@pytest.mark.rule("3.config-resources")
def test_config_resources_alone_turn_nothing_on() -> None:
    table = App(config={"CORS_RESOURCES": "/api/*"}).table()
    assert table.policy(None, None, "/api/x") is None


def test_no_resources_are_no_path() -> None:
    assert App(rules=[rule(resources=[])]).table().policy(None, None, "/") is None


# -- paths without an endpoint ---------------------------------------------------------


def nearest(blueprints: Iterable[tuple[str, str]], *paths: str) -> list[str | None]:
    told = [(name, prefix, rule(expose_headers=f"X-{name}")) for name, prefix in blueprints]
    table = App(rules=[rule(expose_headers="X-app")], blueprints=told).table()
    found = [table.policy(None, None, path) for path in paths]
    return [policy.settings["expose_headers"].value[0][2:] if policy else None for policy in found]


@pytest.mark.rule("4.404")
def test_a_404_starts_at_the_longest_prefix_by_segments() -> None:
    prefixes = [("long", "/a/b"), ("short", "/a"), ("root", "/"), ("none", ""), ("z", "/Z/")]
    paths = ["/a/b/c", "/a/b", "/a/bc", "/a", "/ab", "/a/c/b", "/", "/x", "/Z", "/Z/x", "/a//b"]
    app, long, short = "app", "long", "short"
    expected = [long, long, short, short, app, short, app, app, "z", "z", short]
    assert nearest([("x", "/X/X")], "/X/X/y", "/X", "/") == ["x", app, app]
    assert nearest(prefixes, *paths) == expected


@pytest.mark.rule("4.404")
def test_a_404_takes_the_first_registered_of_equal_prefixes() -> None:
    assert nearest([("one", "/a"), ("two", "/a/")], "/a/x") == ["one"]
    assert nearest([("any", "/<x>"), ("a", "/a")], "/a/x", "/b") == ["any", "any"]
    assert nearest([("a", "/a"), ("any", "/<x>")], "/a/x", "/b") == ["a", "any"]
    assert nearest([("any", "/<x>"), ("other", "/<y>")], "/b") == ["any"]


@pytest.mark.rule("4.404")
def test_a_converter_in_a_prefix_stands_for_one_segment() -> None:
    prefixes = [("deep", "/<x>/b"), ("a", "/a"), ("file", "/files/v<int:x>/<y>")]
    paths = ["/a/b/c", "/a/c", "/q/b", "/q/c", "/q", "/files/v1/x/y", "/files/v1"]
    assert nearest(prefixes, *paths) == ["deep", "a", "deep", "app", "app", "file", "app"]


@pytest.mark.rule("4.404")
def test_a_404_goes_outwards_over_parents_and_the_app() -> None:
    app = App(
        rules=[rule(max_age=1)],
        blueprints=[
            ("p", "/p", rule(methods="GET")),
            ("p.c", "/p/c", rule(expose_headers="X", resources="/p/c/api/*")),
        ],
    )
    table = app.table()
    kinds = [
        [found.kind for found in table.levels(None, None, path) or ()]
        for path in ("/p/c/api/x", "/p/c/x", "/x")
    ]
    assert kinds == [["blueprint", "blueprint", "app"], ["blueprint", "app"], ["app"]]


# -- compiling -------------------------------------------------------------------------


def test_all_problems_are_raised_at_once_and_each_once() -> None:
    class Things:
        decorators = (put(lambda: "", mark()), put(lambda: "", mark()))

    app = App(
        rules=[rule(supports_credentials=True)],
        views={"a": view(), "b": view(), "v": view_of(Things)},
        urls=[Url("/a", "a"), Url("/b", "b"), Url("/v", "v")],
        config={"CORS_MAX_AGE": "soon"},
    )
    with pytest.raises(ConfigError) as caught:
        app.table()
    assert [problem.option for problem in caught.value.problems] == [
        "CORS_MAX_AGE",
        "origins",
        "cross_origin",
    ]


def meets(*urls: Url, resource: str, view_class: type | None = None) -> bool:
    """Return whether a view with credentials is said to meet what exposes ``*``."""
    found = mark(origins=A, supports_credentials=True)
    app = App(
        rules=[rule(resources={resource: {"expose_headers": "*"}})],
        views={"e": view_of(view_class) if view_class else view(found)},
        urls=list(urls),
    )
    try:
        app.table()
    except ConfigError as error:
        return [problem.option for problem in error.problems] == ["expose_headers"]
    return False


@pytest.mark.rule("8.can-happen")
@pytest.mark.parametrize(
    ("url", "resource", "met"),
    [
        ("/a", "/b/*", False),
        ("/a", "/a", True),
        ("/a", "*", True),
        ("/a/<x>", "/b/*", False),
        ("/a/<x>", "/a/*", True),
        ("/<x>", "*", True),
        ("/<x>", ".*", True),
        ("/a/<x>", "/a/b", False),
        ("/a<x>", "/ab/*", False),
    ],
)
def test_only_what_surely_happens_is_an_error(url: str, resource: str, met: bool) -> None:
    assert meets(Url(url, "e"), resource=resource) is met


def test_each_url_of_an_endpoint_counts() -> None:
    assert meets(Url("/a", "e"), Url("/b", "e"), resource="/b")
    assert meets(Url("/<x>", "e"), Url("/b", "e"), resource="/b")
    assert not meets(Url("/a", "e"), Url("/b", "e"), resource="/c")


def test_a_method_counts_only_at_the_urls_that_serve_it() -> None:
    class Things:
        def get(self) -> str:
            return ""

        def put(self) -> str:
            return ""

    put(Things.put, mark(origins=A, supports_credentials=True))
    one = Url("/a", "e", ("GET", "PUT"))
    assert not meets(one, Url("/b", "e", ("GET",)), resource="/b", view_class=Things)
    assert meets(one, Url("/b", "e", ("PUT",)), resource="/b", view_class=Things)
    assert meets(one, Url("/b/<x>", "e", ("PUT",)), resource="/b/*", view_class=Things)


@pytest.mark.rule("4.405")
def test_the_marks_of_a_405_count_at_every_url() -> None:
    class Things:
        def get(self) -> str:
            return ""

    put(Things, mark(origins=A, supports_credentials=True))
    put(Things.get, mark(supports_credentials=False))
    assert meets(Url("/a", "e", ("GET",)), resource="/a", view_class=Things)


def test_exempt_views_meet_nothing() -> None:
    app = App(
        rules=[rule(supports_credentials=True)],
        views={"e": view(mark(exempt=True))},
        urls=[Url("/e", "e"), Url("/e/<x>", "e")],
    )
    assert app.table().policies == ()


def test_what_might_be_met_denies_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    app = App(
        rules=[rule(resources={"/a/b": {"expose_headers": "*"}, "/a/c": {"max_age": 1}})],
        views={"e": view(mark(origins=A, supports_credentials=True))},
        urls=[Url("/a/<x>", "e")],
    )
    with caplog.at_level(logging.ERROR, "flask_cors"):
        table = app.table()
    (record,) = caplog.records
    assert record.getMessage().startswith("CORS is denied where this is met: expose_headers='*'")
    assert len(table.policies) == 3
    denied = table.policy("e", "GET", "/a/b")
    assert denied is not None
    assert [problem.option for problem in denied.problems] == ["expose_headers"]
    assert denied.origins.empty
    fine = [table.policy("e", "GET", path) for path in ("/a/c", "/a/d")]
    assert [policy.problems for policy in fine if policy] == [(), ()]
    assert [age(policy) for policy in fine] == [1, None]
    assert len(table.policies) == 3
    assert len(caplog.records) == 1


def test_more_combinations_than_can_be_compiled_wait_until_they_are_met() -> None:
    parts = [{f"/a/{number}": {"max_age": number} for number in range(50)} for _ in range(2)]
    app = App(
        rules=[rule(resources=parts[0])],
        blueprints=[("b", "/a", rule(resources=parts[1]))],
        views={"b.e": view(mark())},
        urls=[Url("/a/<x>", "b.e")],
    )
    table = app.table()
    assert table.policies == ()
    assert age(table.policy("b.e", "GET", "/a/7")) == 7
    assert len(table.policies) == 1


def test_as_many_combinations_as_can_be_compiled_are() -> None:
    parts = [{f"/a/{number}": {"max_age": number} for number in range(49)} for _ in range(2)]
    parts[0].pop("/a/0")
    parts[0] = dict(list(parts[0].items())[:39])
    app = App(
        rules=[rule(resources=parts[0])],
        blueprints=[("b", "/a", rule(resources=parts[1]))],
        views={"b.e": view(mark())},
        urls=[Url("/a/<x>", "b.e")],
    )
    assert len(app.table().policies) > 1


@pytest.mark.rule("8.one-object")
def test_equal_policies_are_one_object() -> None:
    shared = mark(max_age=1)
    app = App(
        rules=[rule(origins=A, resources={f"/{number}/*": {} for number in range(20)})],
        views={f"e{number}": view() for number in range(20)}
        | {f"m{number}": view(shared) for number in range(20)},
        urls=[Url(f"/{number}/x", f"e{number}") for number in range(20)]
        + [Url(f"/{number}/y/<x>", f"e{number}") for number in range(20)]
        + [Url(f"/{number}/z", f"m{number}") for number in range(20)],
    )
    table = app.table()
    first = table.policy("e1", "GET", "/1/x")
    assert table.policy("e1", "GET", "/1/y/q") is first
    assert table.policy("e7", "GET", "/7/x") is first
    assert len(table.policies) == 2


@pytest.mark.rule("8.matched-once")
def test_what_is_compiled_is_not_compiled_again(monkeypatch: pytest.MonkeyPatch) -> None:
    app = App(rules=[rule(max_age=1)], views={"e": view()}, urls=[Url("/e", "e")])
    table = app.table()
    before = table.policies
    monkeypatch.delattr("flask_cors.resolution.table.resolve")
    assert table.policy("e", "GET", "/e") is before[0]
    assert table.policy(None, None, "/missing") is before[0]
    assert table.policies == before


def test_marks_of_views_with_one_name_are_told_apart() -> None:
    app = App(
        views={"one": view(mark(max_age=1)), "two": view(mark(max_age=2))},
        urls=[Url("/one", "one"), Url("/two", "two")],
    )
    table = app.table()
    assert age(table.policy("one", "GET", "/one")) == 1
    assert age(table.policy("two", "GET", "/two")) == 2


def test_only_the_text_before_the_first_converter_is_sure() -> None:
    app = App(rules=[rule(resources="/a/*")], views={"e": view()}, urls=[Url("/<x>/<y>", "e")])
    table = app.table()
    assert table.policy("e", "GET", "/a/q") is not None
    assert table.policy("e", "GET", "/b/q") is None


def test_a_plain_url_says_nothing_of_one_with_too_many_combinations() -> None:
    parts = [{f"/a/{number}": {"max_age": number} for number in range(50)} for _ in range(2)]
    app = App(
        rules=[rule(resources=parts[0])],
        blueprints=[("b", "/a", rule(resources=parts[1]))],
        views={"b.e": view(mark())},
        urls=[Url("/a/<x>", "b.e"), Url("/a", "b.e")],
    )
    table = app.table()
    assert age(table.policy("b.e", "GET", "/a")) is None
    assert age(table.policy("b.e", "GET", "/a/7")) == 7


def test_what_is_met_first_by_a_request_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    table = App(rules=[rule(supports_credentials=True)]).table()
    with caplog.at_level(logging.ERROR, "flask_cors"):
        denied = table.policy(None, None, "/missing")
        assert table.policy(None, None, "/other") is denied
    assert denied is not None
    assert [problem.option for problem in denied.problems] == ["origins"]
    assert len(caplog.records) == 1


@pytest.mark.parametrize("url", ["/a", "/a/"])
def test_a_rule_without_strict_slashes_serves_two_paths(url: str) -> None:
    app = App(
        rules=[rule(max_age=1, resources={"/a": {}}), rule(max_age=2, resources={"/a/": {}})],
        views={"e": view()},
        urls=[Url(url, "e", strict_slashes=False)],
    )
    table = app.table()
    assert [age(table.policy("e", "GET", path)) for path in ("/a", "/a/")] == [1, 2]
    assert meets(Url("/b", "e", strict_slashes=False), resource="/b/")
    assert meets(Url("/b/", "e", strict_slashes=False), resource="/b")
    assert not meets(Url("/b", "e"), resource="/b/")


def test_the_root_is_one_path() -> None:
    app = App(rules=[rule()], views={"e": view()}, urls=[Url("/", "e", strict_slashes=False)])
    route = app.table().route("e")
    assert list(route.by_path) == ["/"]


@dataclass(frozen=True)
class Counting:
    """A scope that counts how often it is asked."""

    inner: Any
    asked: list[str] = field(default_factory=list)

    def match(self, path: str) -> Any:
        self.asked.append(path)
        return self.inner.match(path)


@pytest.mark.rule("8.matched-once")
def test_resources_are_asked_only_where_the_path_decides() -> None:
    app = App(
        rules=[rule(resources={"/a/b": {"max_age": 1}, "/c/*": {"max_age": 2}})],
        views={name: view() for name in ("fixed", "wide", "two", "mixed")},
        urls=[
            Url("/a/b", "fixed"),
            Url("/c/<x>", "wide"),
            Url("/a/b", "two"),
            Url("/a/c", "two"),
            Url("/a/<x>", "mixed"),
            Url("/a/b", "mixed"),
        ],
    )
    table = app.table()
    counting = Counting(table.route("fixed").scopes[0])
    wide = table.route("wide")
    for name in app.views:
        table.route(name).scopes = (counting,)  # type: ignore[assignment]
    paths = [("fixed", "/a/b", 1), ("wide", "/c/q", 2), ("two", "/a/b", 1), ("mixed", "/a/b", 1)]
    for endpoint, path, expected in paths:
        assert age(table.policy(endpoint, "GET", path)) == expected
    assert table.policy("two", "GET", "/a/c") is None
    assert age(table.policy("wide", "PUT", "/c/q")) == 2
    assert [found.kind for found in wide.levels(None, "/c/q") or ()] == ["app"]
    assert counting.asked == []
    assert table.policy("mixed", "GET", "/a/q") is None
    assert counting.asked == ["/a/q"]


def test_what_does_not_depend_on_the_path_is_one_look_up(monkeypatch: pytest.MonkeyPatch) -> None:
    app = App(
        rules=[rule(max_age=1, resources="/e/*")],
        views={"e": view(), "x": view(mark(exempt=True)), "off": view()},
        urls=[Url("/e/<x>", "e"), Url("/e", "x"), Url("/off", "off")],
    )
    table = app.table()
    monkeypatch.delattr("flask_cors.resolution.table.Route.levels")
    assert age(table.policy("e", "GET", "/e/q")) == 1
    assert age(table.policy("e", "HEAD", "/e/q")) == 1
    assert table.policy("e", "GET", "/e/./q") is None
    assert table.policy("x", "GET", "/e") is None
    assert table.policy("off", "GET", "/off") is None


def test_methods_count_where_the_path_decides_as_well() -> None:
    class Things:
        def put(self) -> str:
            return ""

    put(Things.put, mark(max_age=1))
    app = App(
        rules=[rule(max_age=2, resources=["/a", "/b"])],
        views={"v": view_of(Things)},
        urls=[Url("/<x>", "v", ("GET", "PUT"))],
    )
    table = app.table()
    ages = [age(table.policy("v", method, "/a")) for method in ("PUT", "GET", None)]
    assert ages == [1, 2, 2]
    assert age(table.policy("v", "PUT", "/c")) == 1
    assert table.policy("v", "GET", "/c") is None
    kinds = [[found.kind for found in table.levels("v", m, "/a") or ()] for m in ("PUT", "GET")]
    assert kinds == [["method", "app"], ["app"]]


def test_callables_are_bound_to_the_app_once_per_policy() -> None:
    async def tenants(origin: str) -> bool:
        return origin == A

    app = App(rules=[rule(origins=[tenants])], views={"e": view()}, urls=[Url("/e", "e")])
    table = app.table()
    policy = table.policy("e", "GET", "/e")
    assert table.policy(None, None, "/") is policy
    assert app.bound == [tenants]
    assert policy is not None
    assert policy.origins.match(A).kind == "callable"


def test_an_async_callable_that_flask_cannot_run_is_an_error() -> None:
    async def tenants(origin: str) -> bool:
        return True

    def refuse(predicate: Any) -> Any:
        raise RuntimeError("Install Flask with the 'async' extra")

    app = App(
        rules=[rule(origins=[A, tenants], resources=["/e", "/f"])],
        views={"e": view(), "x": view()},
        urls=[Url("/e", "e")],
    )
    app.ensure_sync = refuse  # type: ignore[method-assign]
    with pytest.raises(ConfigError, match=r"Install flask\[async\]") as caught:
        app.table()
    (problem,) = caught.value.problems
    assert (problem.option, problem.source.place) == ("origins", "app")
    assert A in str(problem.value)
    assert problem.hint == "Install flask[async], or let the callable be a plain function."
    assert problem.reason == "an async callable cannot be asked without Flask's extra 'async'"
    app.urls = []
    denied = app.table().policy(None, None, "/f")
    assert denied is not None
    assert denied.problems == (problem,)
    assert denied.origins.empty


# -- endpoints that appear later -------------------------------------------------------


@pytest.mark.rule("8.late-endpoint")
def test_an_endpoint_that_appears_later_is_compiled_when_it_is_met() -> None:
    app = App(rules=[rule(max_age=1)])
    table = app.table()
    app.views["late"] = view(mark(max_age=2))
    app.urls.append(Url("/late", "late", ("GET",)))
    assert age(table.policy("late", "GET", "/late")) == 2
    assert table.marked("late", "GET")
    assert table.route("late") is table.route("late")
    assert not table.every_rule_has_options


@pytest.mark.rule("8.late-endpoint")
def test_the_errors_of_a_late_endpoint_are_its_own(caplog: pytest.LogCaptureFixture) -> None:
    class Things:
        decorators = (put(lambda: "", mark()), put(lambda: "", mark()))

    app = App(rules=[rule(max_age=1)], views={"e": view()}, urls=[Url("/e", "e")])
    table = app.table()
    app.views["v"] = view_of(Things)
    app.views["m"] = view(mark(supports_credentials=True))
    app.urls += [Url("/v", "v"), Url("/m", "m")]
    with caplog.at_level(logging.ERROR, "flask_cors"):
        assert table.policy("v", "GET", "/v") is None
        denied = table.policy("m", "GET", "/m")
    assert denied is not None
    assert [problem.option for problem in denied.problems] == ["origins"]
    told = [record.getMessage() for record in caplog.records]
    assert [text.partition("=")[0] for text in told] == [
        "CORS is off for the endpoint 'v': cross_origin",
        "CORS is off for the endpoint 'm': origins",
    ]
    assert table.policy("v", "GET", "/v") is None
    assert len(caplog.records) == 2
    assert age(table.policy("e", "GET", "/e")) == 1


def test_an_endpoint_without_a_view_is_covered_by_what_is_around_it() -> None:
    table = App(rules=[rule(max_age=1)], urls=[Url("/e", "e")]).table()
    assert age(table.policy("e", "GET", "/e")) == 1


# -- lost marks ------------------------------------------------------------------------


def test_a_view_registered_without_its_mark_is_warned_of() -> None:
    shown = view()
    remember(shown, mark())
    with pytest.warns(CorsWarning) as caught:
        App(views={"e": shown}).table()
    (entry,) = caught
    assert str(entry.message) == (
        "the view view.<locals>.show is registered without the mark of cross_origin: "
        "write cross_origin below @app.route, next to the function"
    )


def test_a_view_without_a_name_is_named_by_its_repr() -> None:
    shown = functools.partial(view())
    remember(shown, mark())
    with pytest.warns(CorsWarning) as caught:
        App(views={"e": shown}).table()
    assert repr(shown) in str(caught[0].message)


def test_a_view_whose_mark_is_registered_too_is_not_warned_of() -> None:
    shown, made = view(), mark()
    remember(shown, made)
    App(views={"plain": shown, "marked": view(made), "other": view()}).table()


def test_a_view_whose_mark_another_app_has_is_not_warned_of() -> None:
    shown, made = view(), mark()
    remember(shown, made)
    App(views={"marked": view(made)}).table()
    App(views={"plain": shown}).table()


def test_a_marked_view_of_which_another_was_made_is_not_warned_of() -> None:
    shown = view(mark())
    remember(shown, mark())
    App(views={"e": shown}).table()
