"""The registry: what the ``CORS`` objects of an app and its blueprints were given."""

from __future__ import annotations

from typing import Any

import pytest

from flask_cors.errors import Problem, Report, Source
from flask_cors.options.schema import Setting
from flask_cors.resolution.registry import Registry, Rule
from tests.unit.resolution.plain import A, B, given, rule

CONSTRUCTOR = Source("app", "CORS(...)")
INIT_APP = Source("app", "init_app(...)")


def setting(value: object, source: Source = CONSTRUCTOR) -> Setting:
    return Setting(value, source)


@pytest.mark.rule("3.app")
def test_options_of_init_app_win_over_those_of_the_constructor() -> None:
    first = Rule({"max_age": setting(1), "methods": setting("GET")}, None)
    second = Rule({"max_age": setting(2, INIT_APP)}, None)
    assert first.with_options(second).keywords == {
        "max_age": setting(2, INIT_APP),
        "methods": setting("GET"),
    }
    assert first.keywords["max_age"] == setting(1)


@pytest.mark.rule("3.app")
def test_resources_of_init_app_replace_those_of_the_constructor() -> None:
    first, second, none = rule(resources="/a"), rule(resources="/b"), rule()
    for one, other, expected in [(first, second, "/b"), (first, none, "/a"), (none, second, "/b")]:
        (resource,) = one.with_options(other).resources or ()
        assert resource.pattern.text == expected
    assert none.with_options(none).resources is None


def test_resources_that_name_no_path_replace_others() -> None:
    assert rule(resources="/a").with_options(rule(resources=[])).resources == ()


def test_what_has_no_effect_is_kept_of_both_calls() -> None:
    one = Problem("a", 1, CONSTRUCTOR, "why", "what")
    two = Problem("b", 2, INIT_APP, "why", "what")
    both = Rule({}, None, None, [one]).with_options(Rule({}, None, None, [two]))
    assert both.degraded == (one, two)


@pytest.mark.rule("2.lists-read")
def test_lists_are_read_as_they_are_when_policies_are_compiled() -> None:
    origins: list[str] = [A]
    kept = Rule(given("app", origins=origins), None)
    origins.append(B)
    report = Report(CONSTRUCTOR)
    now = kept.current(report)
    assert now.keywords["origins"].value.literals == {A, B}
    assert kept.keywords["origins"].value.literals == {A}
    assert report.problems == []


@pytest.mark.rule("2.lists-read")
def test_resources_are_read_as_they_are_when_policies_are_compiled() -> None:
    resources: dict[str, Any] = {"/a": {}}
    kept = rule(resources=resources)
    resources["/b"] = {"max_age": 7}
    found = kept.current(Report(CONSTRUCTOR)).resources or ()
    assert [resource.pattern.text for resource in found] == ["/a", "/b"]
    assert found[1].settings["max_age"].value == 7
    assert len(kept.resources or ()) == 1


def test_mistakes_in_a_changed_list_are_reported() -> None:
    methods = ["GET"]
    kept = Rule(given("app", methods=methods), None)
    methods.append("NO TOKEN")
    report = Report(CONSTRUCTOR)
    kept.current(report)
    assert [problem.option for problem in report.problems] == ["methods"]


def test_an_unchanged_rule_keeps_its_settings() -> None:
    kept = rule(origins=[A], resources=["/a"])
    now = kept.current(Report(CONSTRUCTOR))
    assert now.keywords is kept.keywords
    assert now.resources == kept.resources


def test_the_rules_of_a_blueprint_are_kept_in_order() -> None:
    registry = Registry()
    first, second, other = Rule({}, None), Rule({}, ()), Rule({}, None)
    registry.add_blueprint("a.b", "/p", first)
    registry.add_blueprint("c", "", other)
    registry.add_blueprint("a.b", "/p", second)
    found = [(one.name, one.prefix, one.rules) for one in registry.blueprints.values()]
    assert found == [("a.b", "/p", [first, second]), ("c", "", [other])]
    assert registry.rules == []
