"""The table: policies by look-up only, for what was compiled."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from flask_cors.resolution.compile import Policies
from flask_cors.resolution.layers import AMBIGUOUS_AREA
from flask_cors.resolution.table import NOT_COMPILED, Route, Table, Target
from tests.unit.resolution.plain import (
    A,
    App,
    Url,
    age,
    kinds,
    layers_at,
    mark,
    policy_at,
    put,
    rule,
    set_in,
    target,
    view,
    view_of,
)


def asked(table: Table, endpoint: str | None, method: str | None, path: str, url: str = "") -> Any:
    """Return what the table alone answers."""
    return table.policy(endpoint, url or path, method, path, "")


# -- look-up only --------------------------------------------------------------------------


@pytest.mark.rule("8.matched-once")
def test_a_policy_that_was_compiled_is_looked_up() -> None:
    app = App(rules=[rule(max_age=1)], views={"e": view()}, urls=[Url("/e", "e")])
    policies = app.policies()
    (only,) = policies.all
    assert asked(policies.table, "e", "GET", "/e") is only
    assert asked(policies.table, "e", "PUT", "/e") is only
    assert policies.all == (only,)


@pytest.mark.rule("8.late-endpoint")
def test_what_is_not_compiled_says_so() -> None:
    table = App(rules=[rule()], views={"e": view()}, urls=[Url("/e", "e")]).policies().table
    assert asked(table, "late", "GET", "/late") is NOT_COMPILED
    assert asked(table, "e", "GET", "/late") is NOT_COMPILED
    assert asked(table, None, "GET", "/missing") is not None


def test_a_combination_that_was_not_compiled_says_so() -> None:
    resources = {"/a/*": {"max_age": 1}, "/b/*": {"max_age": 2}}
    table = App(rules=[rule(resources=resources)]).policies().table
    assert table.policy(None, None, None, "/a/x", "") is NOT_COMPILED
    assert table.policy(None, None, None, "/c", "") is None


def test_the_table_holds_no_builder() -> None:
    table = App(rules=[rule()]).policies().table
    held = [getattr(table, name) for name in Table.__slots__]
    assert not any(isinstance(value, App | Policies) for value in held)
    assert not hasattr(table, "__dict__")


@pytest.mark.rule("8.matched-once")
def test_what_does_not_depend_on_the_path_is_one_look_up(monkeypatch: pytest.MonkeyPatch) -> None:
    app = App(
        rules=[rule(max_age=1, resources="/e/*")],
        views={"e": view(), "x": view(mark(exempt=True)), "off": view()},
        urls=[Url("/e/<x>", "e"), Url("/e", "x"), Url("/off", "off")],
    )
    table = app.policies().table
    monkeypatch.delattr(Route, "layers")
    assert age(asked(table, "e", "GET", "/e/q", "/e/<x>")) == 1
    assert age(asked(table, "e", "HEAD", "/e/q", "/e/<x>")) == 1
    assert asked(table, "e", "GET", "/e/./q", "/e/<x>") is None
    assert asked(table, "x", "GET", "/e") is None
    assert asked(table, "off", "GET", "/off") is None


@dataclass(frozen=True)
class Counting:
    """A scope that counts how often it is asked."""

    inner: Any
    asked: list[str] = field(default_factory=list)

    def match(self, path: str, other: str | None = None) -> Any:
        self.asked.append(path)
        return self.inner.match(path, other)


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
    policies = app.policies()
    routes = policies.table.routes
    counting = Counting(routes["fixed", "/a/b"].scopes[0])
    for route in routes.values():
        route.scopes = (counting,)  # type: ignore[assignment]
    wide = ("/c/q", "/c/<x>")
    assert age(policy_at(policies, "fixed", "GET", "/a/b")) == 1
    assert age(policy_at(policies, "wide", "GET", *wide)) == 2
    assert age(policy_at(policies, "wide", "PUT", *wide)) == 2
    assert age(policy_at(policies, "two", "GET", "/a/b")) == 1
    assert policy_at(policies, "two", "GET", "/a/c") is None
    assert age(policy_at(policies, "mixed", "GET", "/a/b")) == 1
    assert kinds(layers_at(policies, "wide", None, *wide)) == ["app"]
    assert counting.asked == []
    assert policy_at(policies, "mixed", "GET", "/a/q", "/a/<x>") is None
    assert set(counting.asked) == {"/a/q"}


@pytest.mark.rule("3.handler")
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
    policies = app.policies()
    ages = [age(policy_at(policies, "v", method, "/a", "/<x>")) for method in ("PUT", "GET", None)]
    assert ages == [1, 2, 2]
    assert age(policy_at(policies, "v", "PUT", "/c", "/<x>")) == 1
    assert policy_at(policies, "v", "GET", "/c", "/<x>") is None
    found = [kinds(layers_at(policies, "v", method, "/a", "/<x>")) for method in ("PUT", "GET")]
    assert found == [["method", "app"], ["app"]]


# -- the walk ------------------------------------------------------------------------------


@pytest.mark.rule("3.nearest", "3.blueprint", "3.app", "3.config")
def test_mark_blueprint_parent_app_and_config() -> None:
    names = ["p.c.m", "p.c.e", "p.e", "e", "p.d.e"]
    app = App(
        rules=[rule(origins=A, max_age=4, expose_headers="X")],
        blueprints=[("p", "/p", rule(max_age=3)), ("p.c", "/p/c", rule(max_age=2))],
        views={name: view() for name in names[1:]} | {"p.c.m": view(mark(max_age=1))},
        urls=[Url(f"/{name}", name) for name in names],
        config={"CORS_METHODS": "GET", "CORS_MAX_AGE": 9},
    )
    policies = app.policies()
    ages = [age(policy_at(policies, name, "GET", f"/{name}")) for name in names]
    assert ages == [1, 2, 3, 4, 3]
    policy = policy_at(policies, "p.c.m", "GET", "/p.c.m")
    assert set_in(policy, "methods", "expose_headers") == {
        "methods": frozenset({"GET"}),
        "expose_headers": ("X",),
    }
    assert [kinds(layers_at(policies, name, "GET", f"/{name}")) for name in names] == [
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
    policies = app.policies()
    policy = policy_at(policies, "e", "GET", "/e")
    assert policy is not None
    sources = {name: str(setting.source) for name, setting in policy.settings.items()}
    assert sources["max_age"].startswith("mark on view.<locals>.show")
    assert sources["methods"] == "app"
    assert sources["expose_headers"] == "resource '/e' of app"
    assert sources["origins"] == "CORS_ORIGINS"
    assert sources["always_send"] == "the defaults"
    assert policy.settings["max_age"].source.level == "view"
    walk = layers_at(policies, "e", "GET", "/e") or ()
    assert [found.place for found in walk] == ["view.<locals>.show", "CORS(app) for '/e'"]


@pytest.mark.rule("3.source")
def test_the_places_of_app_and_blueprint() -> None:
    app = App(
        rules=[rule()],
        blueprints=[("b", "", rule()), ("c", "", rule(resources="/c/*"))],
        views={"b.e": view(), "c.e": view()},
        urls=[Url("/b", "b.e"), Url("/c", "c.e")],
    )
    policies = app.policies()
    walks = [layers_at(policies, url.endpoint, "GET", url.rule) or () for url in app.urls]
    assert [[(found.kind, found.place) for found in walk] for walk in walks] == [
        [("blueprint", "CORS(b)"), ("app", "CORS(app)")],
        [("blueprint", "CORS(c) for '/c/*'"), ("app", "CORS(app)")],
    ]


@pytest.mark.rule("3.covered", "3.resource-covers")
def test_cors_is_off_where_no_layer_covers() -> None:
    app = App(
        rules=[rule(max_age=1, resources="/api/*")],
        blueprints=[("b", "/b", rule(max_age=2, resources="/b/api/*"))],
        views={"e": view(), "b.e": view(), "b.m": view(mark())},
        urls=[Url("/e", "e"), Url("/b/e", "b.e"), Url("/b/m", "b.m")],
    )
    policies = app.policies()
    assert policy_at(policies, "e", "GET", "/e") is None
    assert policy_at(policies, "b.e", "GET", "/b/e") is None
    assert layers_at(policies, "e", "GET", "/e") == ()
    assert set_in(policy_at(policies, "b.m", "GET", "/b/m")) == {}


@pytest.mark.rule("3.covered")
def test_a_mark_alone_turns_cors_on() -> None:
    app = App(views={"m": view(mark()), "e": view()}, urls=[Url("/m", "m"), Url("/e", "e")])
    policies = app.policies()
    assert set_in(policy_at(policies, "m", "GET", "/m")) == {}
    assert policy_at(policies, "e", "GET", "/e") is None
    assert policies.marks_of("m", "/m", "GET")
    assert policies.marks_of("m", "/m", None)
    assert policies.marks_of("e", "/e", "GET") == ()
    assert policies.marks_of(None, None, "GET") == ()


@pytest.mark.rule("1.exempt")
def test_an_exempt_view_has_no_policy() -> None:
    app = App(rules=[rule()], views={"e": view(mark(exempt=True))}, urls=[Url("/e", "e")])
    policies = app.policies()
    assert policy_at(policies, "e", "GET", "/e") is None
    assert layers_at(policies, "e", "GET", "/e") is None
    assert policies.marks_of("e", "/e", "GET") is None


@pytest.mark.rule("3.exempt-or-mark", "3.handler")
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
    policies = app.policies()
    methods = ("GET", "HEAD", "DELETE", "OPTIONS", None)
    assert [age(policy_at(policies, "v", method, "/v")) for method in methods] == [5, 5, 6, 5, 5]
    assert policy_at(policies, "v", "PUT", "/v") is None
    assert policies.marks_of("v", "/v", "PUT") is None
    assert kinds(policies.marks_of("v", "/v", "DELETE")) == ["method", "class"]


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
    policies = app.policies()
    of_put = policy_at(policies, "v", "PUT", "/v")
    assert set_in(of_put) == {"methods": frozenset({"PUT"}), "max_age": 1}
    assert policy_at(policies, "v", "GET", "/v") is None
    assert policy_at(policies, "v", None, "/v") is None


def test_a_rule_without_methods_serves_every_method() -> None:
    class Things:
        def put(self) -> str:
            return ""

    put(Things.put, mark(max_age=1))
    app = App(rules=[rule()], views={"v": view_of(Things)}, urls=[Url("/v", "v", None)])
    policies = app.policies()
    assert age(policy_at(policies, "v", "PUT", "/v")) == 1
    assert age(policy_at(policies, "v", "GET", "/v")) is None
    assert policies.every_rule_has_options


@pytest.mark.rule("3.dot-segments")
@pytest.mark.parametrize("path", ["/a/../e", "/./e", "/e/..", "/.", "/.."])
def test_a_path_with_a_dot_segment_is_covered_by_nothing(path: str) -> None:
    app = App(rules=[rule()], views={"e": view(mark())}, urls=[Url("/<path:x>", "e")])
    policies = app.policies()
    for endpoint in ("e", None):
        found = target(endpoint, "GET", path, "/<path:x>")
        assert policies.layers(found) is None
        assert policies.policy(found) is None
        assert policies.table.layers_around(found) == ()
    assert policy_at(policies, "e", "GET", "/.e/e.", "/<path:x>") is not None


# -- paths that no endpoint serves ---------------------------------------------------------


@pytest.mark.rule("4.404")
def test_a_404_goes_outwards_over_parents_and_the_app() -> None:
    app = App(
        rules=[rule(max_age=1)],
        blueprints=[
            ("p", "/p", rule(methods="GET")),
            ("p.c", "/p/c", rule(expose_headers="X", resources="/p/c/api/*")),
        ],
        views={"p.e": view(), "p.c.e": view()},
        urls=[Url("/p", "p.e"), Url("/p/c", "p.c.e")],
    )
    policies = app.policies()
    found = [kinds(layers_at(policies, None, None, path)) for path in ("/p/c/api/x", "/p/c", "/x")]
    assert found == [["blueprint", "blueprint", "app"], ["blueprint", "app"], ["app"]]


def tied(**options: Any) -> App:
    return App(
        rules=[rule(supports_credentials=True, origins=A)],
        blueprints=[("one", "/a", rule(**options)), ("two", "/a", rule())],
        views={"one.e": view(), "two.e": view()},
        urls=[Url("/a/1", "one.e"), Url("/a/2", "two.e")],
    )


@pytest.mark.rule("4.404-unclear")
def test_where_it_is_not_certain_in_which_area_a_404_lies_no_credentials_are_granted() -> None:
    policies = tied(max_age=1, supports_credentials=True, origins=A).policies()
    layers = layers_at(policies, None, None, "/a/x") or ()
    assert layers[0] is AMBIGUOUS_AREA
    policy = policy_at(policies, None, None, "/a/x")
    assert policy is not None
    assert not policy.credentials
    assert age(policy) == 1
    served = policy_at(policies, "one.e", "GET", "/a/1")
    assert served is not None
    assert served.credentials
    of_app = policy_at(policies, None, None, "/b")
    assert of_app is not None
    assert of_app.credentials


@pytest.mark.rule("4.404-unclear")
def test_where_nothing_covers_a_404_doubt_turns_nothing_on() -> None:
    app = tied(resources=[])
    app.rules, app.blueprints[1] = [], ("two", "/a", rule(resources=[]))
    policies = app.policies()
    assert layers_at(policies, None, None, "/a/x") == ()
    assert policy_at(policies, None, None, "/a/x") is None


@pytest.mark.rule("4.404-host")
def test_the_hosts_of_the_routes_tell_where_a_404_lies() -> None:
    app = tied(max_age=1)
    app.urls = [Url("/a/1", "one.e", subdomain="one"), Url("/a/2", "two.e", host="two")]
    policies = app.policies()
    found = [policy_at(policies, None, None, "/a/x", host=host) for host in ("one", "two", "x")]
    assert [policy and policy.credentials for policy in found] == [True, True, True]
    assert [age(policy) for policy in found] == [1, None, None]
    walk = layers_at(policies, None, None, "/a/x", host="x")
    assert kinds(walk) == ["app"]


def test_layers_around_a_view_are_those_of_a_404_where_no_route_is_known() -> None:
    app = App(
        rules=[rule(max_age=1)],
        blueprints=[("b", "/b", rule(max_age=2))],
        views={"b.e": view(mark(max_age=3))},
        urls=[Url("/b", "b.e")],
    )
    table = app.policies().table
    around = table.layers_around(target("b.e", "GET", "/b"))
    assert kinds(around) == ["blueprint", "app"]
    assert kinds(table.layers_around(target("gone", "GET", "/b"))) == ["blueprint", "app"]
    assert kinds(table.layers_around(Target(None, None, None, "/", ""))) == ["app"]
