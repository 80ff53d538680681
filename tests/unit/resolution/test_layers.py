"""What the rules of an app and its blueprints set for a path, and in whose area a URL lies."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pytest

from flask_cors.resolution.layers import (
    AMBIGUOUS_AREA,
    Areas,
    Scope,
    combinations,
    compile_scope,
    match_all,
    names_around,
    other_spelling,
)
from flask_cors.resolution.marks import Layer, Layers
from flask_cors.resolution.registry import BlueprintRules, Rule
from tests.unit.resolution.plain import covers, rule


def scope(*rules: Rule, **default: Any) -> Scope:
    return compile_scope("app", "CORS(app)", rules, **default)


def ages(layers: Layers) -> list[Any]:
    return [layer.settings["max_age"].value for layer in layers]


def age_at(path: str, *rules: Rule) -> Any:
    found = ages(match_all([scope(*rules)], path))
    return found[0] if found else None


# -- resources of one app or blueprint -----------------------------------------------------


@pytest.mark.rule("3.resource-covers")
def test_a_rule_without_resources_covers_everything() -> None:
    (layer,) = match_all([scope(rule(max_age=1))], "/any/path")
    assert (layer.kind, layer.place, ages((layer,))) == ("app", "CORS(app)", [1])


@pytest.mark.rule("3.credentials-alone")
def test_keywords_and_resources_of_one_object_are_one_layer() -> None:
    of_app = rule(max_age=1, methods="GET", resources={"/a": {"methods": "PUT"}})
    (layer,) = match_all([scope(of_app)], "/a")
    assert layer.place == "CORS(app) for '/a'"
    assert layer.settings["max_age"].value == 1
    assert layer.settings["methods"].value == frozenset({"PUT"})


@pytest.mark.rule("3.resource-covers")
def test_no_resource_that_matches_is_no_layer() -> None:
    assert match_all([scope(rule(max_age=1, resources="/a"))], "/b") == ()
    assert match_all([scope(rule(resources=[]))], "/") == ()
    assert match_all([scope()], "/") == ()


@pytest.mark.rule("3.one-list")
def test_the_resources_of_several_objects_are_one_list() -> None:
    rules = [
        rule(max_age=1, resources={"/a/*": {}, "/b": {}, "/*/c": {}}),
        rule(max_age=2, resources={"/a/b/*": {}, "/b": {}}),
        rule(max_age=3),
    ]
    paths = ["/a/b/x", "/a/x", "/b", "/c", "/x/c"]
    assert [age_at(path, *rules) for path in paths] == [2, 1, 2, 3, 1]


@pytest.mark.rule("3.later-first")
@pytest.mark.parametrize("pattern", ["*", re.compile(".*"), ".*"])
def test_of_tied_patterns_the_later_object_comes_first(pattern: Any) -> None:
    one, two = {"max_age": 1}, {"max_age": 2}
    assert age_at("/", rule(**one), rule(**two)) == 2
    assert age_at("/", rule(**one, resources=[pattern]), rule(**two)) == 2
    assert age_at("/", rule(**one), rule(**two, resources=[pattern])) == 2
    assert age_at("/", rule(**one, resources=["/"]), rule(**two, resources=["/"])) == 2


@pytest.mark.rule("3.config-resources")
def test_the_default_is_for_rules_that_name_no_resources() -> None:
    default = rule(resources={"/api/*": {"max_age": 5}}).resources
    found = scope(rule(methods="GET"), rule(max_age=2, resources="/own"), default=default)
    assert ages(match_all([found], "/api/x")) == [5]
    assert ages(match_all([found], "/own")) == [2]
    assert match_all([found], "/other") == ()
    assert match_all([scope(default=default)], "/api/x") == ()


def test_every_scope_that_covers_a_path_is_a_layer_nearest_first() -> None:
    near, far = scope(rule(max_age=1, resources="/a")), scope(rule(max_age=2))
    assert ages(match_all([near, far], "/a")) == [1, 2]
    assert ages(match_all([near, far], "/b")) == [2]


@pytest.mark.rule("3.both-spellings")
@pytest.mark.parametrize(("resource", "path"), [("/a", "/a/"), ("/a/", "/a")])
def test_an_exact_resource_is_both_spellings_where_both_are_served(
    resource: str, path: str
) -> None:
    found = [scope(rule(max_age=1, resources=resource))]
    assert ages(match_all(found, path, both=True)) == [1]
    assert match_all(found, path) == ()
    assert other_spelling(path) == resource


@pytest.mark.rule("3.both-spellings")
def test_of_two_exact_resources_the_spelling_that_is_asked_for_wins() -> None:
    found = [scope(rule(max_age=1, resources="/a"), rule(max_age=2, resources="/a/"))]
    assert [ages(match_all(found, path, both=True)) for path in ("/a", "/a/")] == [[1], [2]]


# -- what the paths of a URL with converters may meet --------------------------------------


def met(scopes: Iterable[Scope], start: str) -> set[tuple[Any, ...]]:
    return {tuple(ages(layers)) for layers in combinations([*scopes], start)}


@pytest.mark.rule("8.can-happen")
def test_what_paths_that_begin_alike_may_meet_in_all_scopes_together() -> None:
    near = scope(rule(resources={"/a/b": {"max_age": 1}, "/a/c*": {"max_age": 2}}))
    far = scope(rule(max_age=3))
    assert met([near], "/a/") == {(1,), (2,), ()}
    assert met([near, far], "/a/") == {(1, 3), (2, 3), (3,)}
    assert met([near, far], "/b/") == {(3,)}
    assert met([near], "/b/") == {()}
    assert met([], "/a/") == {()}


def test_what_lies_behind_a_resource_that_is_certain_is_never_met() -> None:
    found = scope(rule(resources={"/a/*": {"max_age": 1}}), rule(max_age=2))
    assert met([found], "/a/") == {(1,)}


@pytest.mark.parametrize(("size", "compiled"), [(44, 44 * 44), (50, 0)])
def test_more_combinations_than_are_worth_it_are_none(size: int, compiled: int) -> None:
    options = {f"/a/{number}": {"max_age": number} for number in range(size - 1)}
    scopes = [scope(rule(resources=options)) for _ in range(2)]
    assert len(combinations(scopes, "/a/")) == compiled


# -- blueprints ----------------------------------------------------------------------------


@pytest.mark.rule("3.blueprint")
def test_the_names_of_the_blueprints_around_an_endpoint() -> None:
    assert list(names_around("a.b.view")) == ["a.b", "a"]
    assert list(names_around("a.b.")) == ["a.b", "a"]
    assert list(names_around("view")) == []
    # Werkzeug's rules that redirect have no endpoint, and others may have any object.
    assert list(names_around(None)) == []
    assert list(names_around(("a.b", "view"))) == []


def areas(*prefixes: tuple[str, str], hosts: dict[str, set[str]] | None = None) -> Areas:
    blueprints = [BlueprintRules(name, prefix) for name, prefix in prefixes]
    known = hosts or {}
    found = {name: frozenset(known.get(name, {""})) for name, _ in prefixes}
    return Areas(blueprints, found, covers)


def find(found: Areas, path: str, host: str | None = "") -> tuple[list[str], bool]:
    names, certain = found.find(host, path)
    return [*names], certain


@pytest.mark.rule("4.404")
def test_the_longest_prefix_by_segments_wins() -> None:
    found = areas(("long", "/a/b"), ("short", "/a"), ("root", "/"), ("none", ""), ("z", "/Z/"))
    paths = ["/a/b/c", "/a/b", "/a/bc", "/a", "/ab", "/a/c/b", "/", "/x", "/Z", "/Z/x", "/a//b"]
    expected: list[list[str]] = [
        *(["long"], ["long"], ["short"], ["short"], [], ["short"]),
        *([], [], ["z"], ["z"], ["short"]),
    ]
    assert [find(found, path) for path in paths] == [(names, True) for names in expected]


@pytest.mark.rule("4.404")
def test_a_prefix_alone_with_several_segments() -> None:
    found = areas(("x", "/X/X"))
    assert [find(found, path)[0] for path in ("/X/X/y", "/X", "/", "")] == [["x"], [], [], []]


@pytest.mark.rule("4.404")
def test_parents_are_around_their_blueprint() -> None:
    found = areas(("p", "/p"), ("p.c", "/p/c"))
    assert find(found, "/p/c/x") == (["p.c", "p"], True)
    assert find(found, "/p/x") == (["p"], True)


@pytest.mark.rule("4.404", "4.404-unclear")
def test_of_a_tie_the_first_registered_is_taken_and_it_is_not_certain() -> None:
    assert find(areas(("one", "/a"), ("two", "/a/")), "/a/x") == (["one"], False)
    assert find(areas(("any", "/<x>"), ("other", "/<y>")), "/b") == (["any"], False)
    assert find(areas(("one", "/a"), ("two", "/a"), ("deep", "/a/b")), "/a/b") == (["deep"], True)


@pytest.mark.rule("4.404", "4.404-unclear")
@pytest.mark.parametrize("first", ["any", "a"])
def test_a_prefix_with_a_converter_ties_with_one_without(first: str) -> None:
    prefixes = [("any", "/<x>"), ("a", "/a")]
    found = areas(*(prefixes if first == "any" else reversed(prefixes)))
    assert find(found, "/a/x") == ([first], False)
    assert find(found, "/b") == (["any"], True)


@pytest.mark.rule("4.404")
def test_converters_are_part_of_a_prefix() -> None:
    found = areas(("deep", "/<x>/b"), ("a", "/a"), ("file", "/files/<kind>/<y>"))
    paths = ["/a/b/c", "/a/c", "/q/b", "/q/c", "/q", "/files/v1/x/y", "/files/v1"]
    names = [find(found, path)[0] for path in paths]
    assert names == [["deep"], ["a"], ["deep"], [], [], ["file"], []]


@pytest.mark.rule("4.404-host")
def test_the_host_of_the_routes_is_part_of_an_area() -> None:
    found = areas(
        ("api", "/v1"),
        ("admin", "/v1"),
        ("both", "/v2"),
        hosts={"api": {"api"}, "admin": {"admin"}, "both": {"api", "admin"}},
    )
    assert find(found, "/v1/x", "api") == (["api"], True)
    assert find(found, "/v1/x", "admin") == (["admin"], True)
    assert find(found, "/v1/x", "other") == ([], True)
    assert find(found, "/v2/x", "admin") == (["both"], True)


@pytest.mark.rule("4.404-host")
def test_a_longer_prefix_on_another_host_does_not_count() -> None:
    found = areas(("long", "/a/b"), ("short", "/a"), hosts={"long": {"one"}, "short": {"two"}})
    assert find(found, "/a/b", "two") == (["short"], True)


@pytest.mark.rule("4.404-unclear")
def test_a_host_that_cannot_be_compared_is_not_certain() -> None:
    several = areas(("one", "/a"), ("two", "/b"), hosts={"one": {"<tenant>"}, "two": {"x"}})
    assert find(several, "/a/x", "x") == (["one"], False)
    assert find(several, "/b/x", None) == (["two"], False)
    assert find(areas(("one", "/a"), hosts={"one": set()}), "/a", "x") == (["one"], False)


@pytest.mark.rule("4.404-unclear")
def test_the_layer_of_doubt_takes_credentials_away() -> None:
    assert isinstance(AMBIGUOUS_AREA, Layer)
    assert {name: found.value for name, found in AMBIGUOUS_AREA.settings.items()} == {
        "supports_credentials": False
    }
