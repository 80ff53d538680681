"""The compiler: every walk made once, all problems at once, and endpoints that appear later."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from flask_cors.errors import ConfigError, CorsWarning, Problem, Source
from flask_cors.resolution import compile as compiler
from flask_cors.resolution.compile import Policies
from flask_cors.resolution.marks import Layer, Mark
from flask_cors.resolution.registry import Rule
from tests.unit.resolution.plain import (
    A,
    App,
    B,
    Url,
    age,
    decorator,
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


def degraded(policies: Policies) -> list[str]:
    return [problem.option for problem in policies.degraded]


def compiled(app: App, *warned: str) -> Policies:
    """Compile *app*, which warns of each of *warned* once, in this order, and of nothing else."""
    if not warned:
        return app.policies()
    with pytest.warns(CorsWarning) as caught:
        policies = app.policies()
    assert len(caught) == len(warned), [str(entry.message) for entry in caught]
    for entry, text in zip(caught, warned, strict=True):
        assert text in str(entry.message)
    return policies


# -- problems ------------------------------------------------------------------------------


@pytest.mark.rule("8.all-problems")
def test_all_problems_are_raised_at_once_and_each_once() -> None:
    app = App(
        rules=[rule(max_age=1), rule(resources="/c")],
        views={"a": view(), "b": view(), "c": view()},
        urls=[Url("/a", "a"), Url("/b", "b"), Url("/c", "c")],
        config={"CORS_MAX_AGE": "soon", "CORS_ORIGINS": None},
    )
    with pytest.raises(ConfigError) as caught:
        app.policies()
    assert sorted(problem.option for problem in caught.value.problems) == [
        "CORS_MAX_AGE",
        "CORS_ORIGINS",
    ]


@pytest.mark.rule("8.unneeded-config")
def test_a_value_of_the_config_that_no_route_needs_is_not_judged() -> None:
    app = App(
        rules=[rule(origins=A)],
        views={"a": view(mark(max_age=1))},
        urls=[Url("/a", "a")],
        config={"CORS_ORIGINS": None, "CORS_MAX_AGE": "soon"},
    )
    assert age(policy_at(app.policies(), "a", "GET", "/a")) == 1


@pytest.mark.rule("2.lists-read", "3.config-time")
def test_lists_are_read_when_policies_are_compiled() -> None:
    origins, of_mark = [A], ["GET"]
    app = App(
        rules=[rule(origins=origins)],
        views={"e": view(mark(methods=of_mark))},
        urls=[Url("/e", "e")],
    )
    origins.append(B)
    of_mark.append("PUT")
    policy = policy_at(app.policies(), "e", "GET", "/e")
    assert policy is not None
    assert policy.origins.literals == {A, B}
    assert policy.methods == {"GET", "PUT"}


@pytest.mark.rule("8.all-problems")
def test_mistakes_in_lists_that_changed_are_raised() -> None:
    origins, of_mark = [A], ["GET"]
    app = App(
        rules=[rule(origins=origins)],
        views={"e": view(mark(methods=of_mark))},
        urls=[Url("/e", "e")],
    )
    origins.append("https://a b.example")
    of_mark.append("NO TOKEN")
    with pytest.raises(ConfigError) as caught:
        app.policies()
    options = {problem.option for problem in caught.value.problems}
    assert options == {"origins", "methods"}


@pytest.mark.rule("3.stacked", "compat.35")
def test_two_marks_on_one_class_are_warned_about_once_and_the_innermost_decides() -> None:
    class Things:
        decorators = (decorator(mark(max_age=1)), decorator(mark(max_age=2)))

    app = App(
        rules=[rule(max_age=3)],
        views={"v": view_of(Things)},
        urls=[Url("/v", "v"), Url("/w", "v")],
    )
    policies = compiled(app, "is on the same object, and wins")
    assert age(policy_at(policies, "v", "GET", "/v")) == 1
    assert degraded(policies) == ["cross_origin"]


def test_what_a_call_has_warned_about_is_kept_and_not_warned_about_again() -> None:
    one = Problem("a", 1, Source("app", "CORS(app)"), "why", "what")
    two = Problem("b", 2, Source("view", "cross_origin"), "why", "what")
    marked = Mark({}, Source("view", "cross_origin"), degraded=[two])
    app = App(
        rules=[Rule({}, None, None, [one]), Rule({}, None, None, [one])],
        blueprints=[("b", "/b", Rule({}, None, None, [one]))],
        views={"e": view(marked)},
        urls=[Url("/e", "e"), Url("/f", "e")],
    )
    assert app.policies().degraded == [one, two]


# -- what cannot be granted together -------------------------------------------------------


@pytest.mark.rule("8.credentials-any", "compat.1")
def test_credentials_of_any_origin_are_dropped_with_one_warning() -> None:
    app = App(
        rules=[rule(supports_credentials=True)],
        views={"a": view(), "b": view()},
        urls=[Url("/a", "a"), Url("/b", "b")],
    )
    policies = compiled(app, "any origin is allowed")
    policy = policy_at(policies, "a", "GET", "/a")
    assert policy is not None
    assert not policy.credentials
    assert policy.origins.any
    assert degraded(policies) == ["supports_credentials"]


def met(*urls: Url, resource: str, view_class: type | None = None) -> bool:
    """Return whether a view with credentials surely meets what exposes ``*``."""
    found = mark(origins=A, supports_credentials=True)
    app = App(
        rules=[rule(resources={resource: {"expose_headers": "*"}})],
        views={"e": view_of(view_class) if view_class else view(found)},
        urls=list(urls),
    )
    try:
        app.policies()
    except CorsWarning as warning:
        return "expose_headers" in str(warning)
    return False


@pytest.mark.rule("8.can-happen")
@pytest.mark.parametrize(
    ("url", "resource", "sure"),
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
def test_only_what_surely_happens_is_warned_about(url: str, resource: str, sure: bool) -> None:
    assert met(Url(url, "e"), resource=resource) is sure


@pytest.mark.rule("8.can-happen")
def test_each_url_of_an_endpoint_counts() -> None:
    assert met(Url("/a", "e"), Url("/b", "e"), resource="/b")
    assert met(Url("/<x>", "e"), Url("/b", "e"), resource="/b")
    assert not met(Url("/a", "e"), Url("/b", "e"), resource="/c")


@pytest.mark.parametrize("off", ["build_only", "websocket"])
def test_a_rule_by_which_no_request_reaches_a_view_does_not_count(off: str) -> None:
    url = Url("/b", "e")
    setattr(url, off, True)
    assert not met(url, resource="/b")
    assert not met(Url("/b", "e", redirect_to="/c"), resource="/b")


@pytest.mark.rule("8.can-happen")
def test_a_method_counts_only_at_the_urls_that_serve_it() -> None:
    class Things:
        def get(self) -> str:
            return ""

        def put(self) -> str:
            return ""

    put(Things.put, mark(origins=A, supports_credentials=True))
    one = Url("/a", "e", ("GET", "PUT"))
    assert not met(one, Url("/b", "e", ("GET",)), resource="/b", view_class=Things)
    assert met(one, Url("/b", "e", ("PUT",)), resource="/b", view_class=Things)
    assert met(one, Url("/b/<x>", "e", ("PUT",)), resource="/b/*", view_class=Things)


@pytest.mark.rule("4.405")
def test_the_marks_of_a_405_count_at_every_url() -> None:
    class Things:
        def get(self) -> str:
            return ""

    put(Things, mark(origins=A, supports_credentials=True))
    put(Things.get, mark(supports_credentials=False))
    assert met(Url("/a", "e", ("GET",)), resource="/a", view_class=Things)


@pytest.mark.rule("1.exempt")
def test_exempt_views_meet_nothing() -> None:
    app = App(
        rules=[rule(supports_credentials=True)],
        views={"e": view(mark(exempt=True))},
        urls=[Url("/e", "e"), Url("/e/<x>", "e")],
    )
    assert app.policies().all == ()


@pytest.mark.rule("8.might-meet")
def test_what_might_be_met_is_degraded_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    app = App(
        rules=[rule(resources={"/a/b": {"expose_headers": "*"}, "/a/c": {"max_age": 1}})],
        views={"e": view(mark(origins=A, supports_credentials=True))},
        urls=[Url("/a/<x>", "e")],
    )
    with caplog.at_level(logging.ERROR, "flask_cors"):
        policies = app.policies()
    (record,) = caplog.records
    assert record.getMessage().startswith("Less is allowed than configured: expose_headers='*'")
    assert len(policies.all) == 3
    less = policy_at(policies, "e", "GET", "/a/b", "/a/<x>")
    assert less is not None
    assert [problem.option for problem in less.degraded] == ["expose_headers"]
    assert less.credentials
    assert less.settings["expose_headers"].value == ()
    fine = [policy_at(policies, "e", "GET", path, "/a/<x>") for path in ("/a/c", "/a/d")]
    assert [policy.degraded for policy in fine if policy] == [(), ()]
    assert [age(policy) for policy in fine] == [1, None]
    assert len(policies.all) == 3
    assert len(caplog.records) == 1


@pytest.mark.rule("8.might-meet")
def test_what_a_request_meets_first_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    policies = App(rules=[rule(supports_credentials=True)]).policies()
    with caplog.at_level(logging.ERROR, "flask_cors"):
        less = policy_at(policies, None, None, "/missing")
        assert policy_at(policies, None, None, "/other") is less
    assert less is not None
    assert [problem.option for problem in less.degraded] == ["supports_credentials"]
    assert len(caplog.records) == 1


# -- how many policies, and when -----------------------------------------------------------


def combining(sizes: tuple[int, int], *urls: str) -> App:
    """Return an app of which a URL with a converter meets about the product of *sizes*."""
    options = [{f"/a/{number}": {"max_age": number} for number in range(size)} for size in sizes]
    return App(
        rules=[rule(resources=options[0])],
        blueprints=[("b", "/a", rule(resources=options[1]))],
        views={"b.e": view(mark())},
        urls=[Url(url, "b.e") for url in urls],
    )


def test_more_combinations_than_are_compiled_wait_for_a_request() -> None:
    policies = combining((50, 50), "/a/<x>").policies()
    assert policies.all == ()
    assert age(policy_at(policies, "b.e", "GET", "/a/7", "/a/<x>")) == 7
    assert len(policies.all) == 1


def test_as_many_combinations_as_are_worth_it_are_compiled() -> None:
    assert len(combining((39, 49), "/a/<x>").policies().all) > 1


def test_a_plain_url_says_nothing_of_one_with_too_many_combinations() -> None:
    policies = combining((50, 50), "/a/<x>", "/a").policies()
    assert age(policy_at(policies, "b.e", "GET", "/a")) is None
    assert age(policy_at(policies, "b.e", "GET", "/a/7", "/a/<x>")) == 7


@pytest.mark.rule("8.one-object")
def test_equal_policies_are_one_object() -> None:
    shared = mark(max_age=1)
    numbers = range(20)
    app = App(
        rules=[rule(origins=A, resources={f"/{number}/*": {} for number in numbers})],
        views={f"e{number}": view() for number in numbers}
        | {f"m{number}": view(shared) for number in numbers},
        urls=[Url(f"/{number}/x", f"e{number}") for number in numbers]
        + [Url(f"/{number}/y/<x>", f"e{number}") for number in numbers]
        + [Url(f"/{number}/z", f"m{number}") for number in numbers],
    )
    policies = app.policies()
    first = policy_at(policies, "e1", "GET", "/1/x")
    assert policy_at(policies, "e1", "GET", "/1/y/q", "/1/y/<x>") is first
    assert policy_at(policies, "e7", "GET", "/7/x") is first
    assert len(policies.all) == 2


@pytest.mark.rule("8.once", "8.matched-once")
def test_what_is_compiled_is_not_compiled_again(monkeypatch: pytest.MonkeyPatch) -> None:
    app = App(rules=[rule(max_age=1)], views={"e": view()}, urls=[Url("/e", "e")])
    policies = app.policies()
    before = policies.all
    monkeypatch.delattr(compiler, "resolve")
    assert policy_at(policies, "e", "GET", "/e") is before[0]
    assert policy_at(policies, None, None, "/missing") is before[0]
    assert policies.all == before


def test_marks_of_views_with_one_name_are_told_apart() -> None:
    app = App(
        views={"one": view(mark(max_age=1)), "two": view(mark(max_age=2))},
        urls=[Url("/one", "one"), Url("/two", "two")],
    )
    policies = app.policies()
    assert age(policy_at(policies, "one", "GET", "/one")) == 1
    assert age(policy_at(policies, "two", "GET", "/two")) == 2


# -- URL rules -----------------------------------------------------------------------------


def test_whether_every_rule_serves_options() -> None:
    def every(*urls: Url) -> bool:
        return App(urls=[*urls]).policies().every_rule_has_options

    assert every()
    assert every(Url("/", "e"), Url("/x", "e", ("OPTIONS",)))
    assert every(Url("/x", "e", None))
    assert not every(Url("/", "e"), Url("/x", "e", ("GET",)))
    assert not every(Url("/x", "e", ()))


def test_only_the_text_before_the_first_converter_is_sure() -> None:
    app = App(rules=[rule(resources="/a/*")], views={"e": view()}, urls=[Url("/<x>/<y>", "e")])
    policies = app.policies()
    assert policy_at(policies, "e", "GET", "/a/q", "/<x>/<y>") is not None
    assert policy_at(policies, "e", "GET", "/b/q", "/<x>/<y>") is None


@pytest.mark.rule("3.both-spellings")
@pytest.mark.parametrize("url", ["/a", "/a/"])
def test_a_rule_without_strict_slashes_serves_two_paths(url: str) -> None:
    app = App(
        rules=[rule(max_age=1, resources={"/a": {}}), rule(max_age=2, resources={"/a/": {}})],
        views={"e": view()},
        urls=[Url(url, "e", strict_slashes=False)],
    )
    policies = app.policies()
    assert [age(policy_at(policies, "e", "GET", path, url)) for path in ("/a", "/a/")] == [1, 2]
    assert met(Url("/b", "e", strict_slashes=False), resource="/b/")
    assert met(Url("/b/", "e", strict_slashes=False), resource="/b")
    assert not met(Url("/b", "e"), resource="/b/")


def test_the_root_is_one_path() -> None:
    app = App(
        rules=[rule(max_age=1, resources="/")],
        views={"e": view()},
        urls=[Url("/", "e", strict_slashes=False)],
    )
    policies = app.policies()
    assert len(policies.all) == 1
    assert age(policy_at(policies, "e", "GET", "/")) == 1


def test_slashes_are_merged_as_the_url_map_does() -> None:
    merged, kept = Url("/a//b", "e"), Url("/a//b", "e", merge_slashes=False)
    assert met(merged, resource="/a/b")
    assert not met(kept, resource="/a/b")
    assert met(kept, resource="/a//b")


@pytest.mark.parametrize(
    ("automatic", "plain"), [([True, True], True), ([True, False], False), ([False], False)]
)
def test_a_mark_notes_whether_flask_answers_every_options_request(
    automatic: list[bool], plain: bool
) -> None:
    found = mark()
    assert found.leaves_options is None
    urls = [
        Url(f"/{number}", "e", provide_automatic_options=flag)
        for number, flag in enumerate(automatic)
    ]
    App(views={"e": view(found)}, urls=urls).policies()
    assert found.leaves_options is plain


def test_a_mark_of_two_views_is_plain_only_where_both_are() -> None:
    found = mark()
    App(
        views={"own": view(found), "flask": view(found)},
        urls=[Url("/o", "own", provide_automatic_options=False), Url("/f", "flask")],
    ).policies()
    assert found.leaves_options is False


# -- callables -----------------------------------------------------------------------------


@pytest.mark.rule("7.callable")
def test_callables_are_bound_to_the_app_once_per_policy() -> None:
    async def tenants(origin: str) -> bool:
        return origin == A

    app = App(rules=[rule(origins=[tenants])], views={"e": view()}, urls=[Url("/e", "e")])
    policies = app.policies()
    policy = policy_at(policies, "e", "GET", "/e")
    assert policy_at(policies, None, None, "/") is policy
    assert app.bound == [tenants]
    assert policy is not None
    assert policy.origins.match(A).kind == "callable"


def test_an_async_callable_that_flask_cannot_run_denies_with_a_warning() -> None:
    async def tenants(origin: str) -> bool:
        return True

    def refuse(func: Any) -> Any:
        raise RuntimeError("Install Flask with the 'async' extra")

    app = App(
        rules=[rule(origins=[A, tenants], resources=["/e", "/f"])],
        views={"e": view(), "x": view()},
        urls=[Url("/e", "e")],
    )
    app.ensure_sync = refuse  # type: ignore[method-assign]
    policies = compiled(app, "Install flask[async]")
    (problem,) = policies.degraded
    assert (problem.option, problem.source.place) == ("origins", "app")
    policy = policy_at(policies, None, None, "/f")
    assert policy is policy_at(policies, "e", "GET", "/e")
    assert policy is not None
    assert policy.degraded == (problem,)
    assert policy.origins.match(A).kind == "literal"
    assert not policy.origins.match(B).kind


# -- endpoints that appear later -----------------------------------------------------------


@pytest.mark.rule("8.late-endpoint")
def test_an_endpoint_that_appears_later_is_compiled_on_first_use() -> None:
    app = App(rules=[rule(max_age=1)])
    policies = app.policies()
    app.views["late"] = view(mark(max_age=2))
    app.urls.append(Url("/late", "late", ("GET",)))
    assert age(policy_at(policies, "late", "GET", "/late")) == 2
    assert policies.marks_of("late", "/late", "GET")
    assert policies.route("late", "/late") is policies.route("late", "/late")
    assert not policies.every_rule_has_options


@pytest.mark.rule("4.late-rule")
def test_a_url_rule_that_appears_later_meets_its_own_resources() -> None:
    app = App(
        rules=[rule(max_age=1, resources="/a"), rule(max_age=2, resources="/b")],
        views={"e": view()},
        urls=[Url("/a", "e")],
    )
    policies = app.policies()
    app.urls.append(Url("/b", "e"))
    assert age(policy_at(policies, "e", "GET", "/a")) == 1
    assert age(policy_at(policies, "e", "GET", "/b")) == 2
    assert age(policy_at(policies, "e", "GET", "/a")) == 1


@pytest.mark.rule("8.late-endpoint")
def test_a_rule_that_the_url_map_lost_again_is_covered_by_what_is_around_it() -> None:
    app = App(rules=[rule(max_age=1, resources="/gone")])
    policies = app.policies()
    assert policy_at(policies, "e", "GET", "/gone") is None


@pytest.mark.rule("8.late-endpoint")
def test_the_errors_of_a_late_endpoint_are_its_own(caplog: pytest.LogCaptureFixture) -> None:
    methods = ["GET"]
    app = App(rules=[rule(max_age=1)], views={"e": view()}, urls=[Url("/e", "e")])
    policies = app.policies()
    late = mark(methods=methods)
    methods.append("NO TOKEN")
    app.views["m"] = view(late)
    app.urls += [Url("/m", "m")]
    with caplog.at_level(logging.ERROR, "flask_cors"):
        found = policy_at(policies, "m", "GET", "/m")
        assert policy_at(policies, "m", "GET", "/m") is found
    assert found is not None
    assert "NO TOKEN" not in found.methods
    (record,) = caplog.records
    assert record.getMessage().startswith("This option is ignored at the endpoint 'm': methods=")
    assert age(policy_at(policies, "e", "GET", "/e")) == 1


@pytest.mark.rule("8.late-endpoint")
def test_credentials_of_any_origin_at_a_late_endpoint(caplog: pytest.LogCaptureFixture) -> None:
    app = App()
    policies = app.policies()
    app.views["m"] = view(mark(supports_credentials=True))
    app.urls += [Url("/m", "m")]
    with caplog.at_level(logging.ERROR, "flask_cors"):
        found = policy_at(policies, "m", "GET", "/m")
    assert found is not None
    assert not found.credentials
    assert degraded(policies) == ["supports_credentials"]


def test_an_endpoint_without_a_view_is_covered_by_what_is_around_it() -> None:
    policies = App(rules=[rule(max_age=1)], urls=[Url("/e", "e")]).policies()
    assert age(policy_at(policies, "e", "GET", "/e")) == 1


# -- functions that are called -------------------------------------------------------------


def test_the_marks_that_the_walk_finds_are_known() -> None:
    class Things:
        def get(self) -> str:
            return ""

        def put(self) -> str:
            return ""

    class Special(Things):
        def get(self) -> str:
            return ""

    of_get, of_put, bare, full, exempt = (
        mark(),
        mark(max_age=2),
        mark(),
        mark(max_age=1),
        mark(True),
    )
    put(Things.get, of_get)
    put(Things.put, of_put)
    exempt.overrides = overridden = mark(max_age=3)
    methods = ("GET", "PUT")
    app = App(
        views={
            "v": view_of(Things),
            "s": view_of(Special),
            "b": view(bare),
            "f": view(full),
            "x": view(exempt),
        },
        urls=[
            Url("/v", "v", methods),
            Url("/s", "s", methods),
            Url("/b", "b"),
            Url("/f", "f"),
            Url("/x", "x"),
        ],
    )
    policies = app.policies()
    assert policies.is_of_view("v", "GET", of_get)
    assert not policies.is_of_view("v", "PUT", of_get)
    assert policies.is_of_view("v", "PUT", of_put)
    assert not policies.is_of_view("v", "TRACE", of_put)
    assert policies.is_of_view("s", "PUT", of_put)
    assert not policies.is_of_view("s", "GET", of_get)
    assert policies.is_of_view("f", "GET", full)
    assert policies.is_of_view("f", "TRACE", full)
    assert policies.is_of_view("b", "GET", mark())
    assert not policies.is_of_view("f", "GET", mark(max_age=1))
    assert not policies.is_of_view("f", "GET", bare)
    assert policies.is_of_view("x", "GET", exempt)
    assert policies.is_of_view("x", "GET", overridden)
    assert not policies.is_of_view("gone", "GET", bare)


@pytest.mark.rule("1.called-decides")
def test_the_mark_of_a_called_function_is_on_top_of_what_is_around_the_view() -> None:
    app = App(
        rules=[rule(max_age=1, methods="GET")],
        blueprints=[("b", "/b", rule(max_age=2, expose_headers="X"))],
        views={"b.e": view(mark(max_age=3, allow_headers="Y"))},
        urls=[Url("/b", "b.e")],
        config={"CORS_ORIGINS": A},
    )
    policies = app.policies()
    called = mark(max_age=4)
    found = policies.called(
        Layer("view", called.source.place, called.settings, called), target("b.e", "GET", "/b")
    )
    assert set_in(found, "max_age", "methods", "expose_headers") == {
        "max_age": 4,
        "methods": frozenset({"GET"}),
        "expose_headers": ("X",),
    }
    assert found.allow_headers.any
    assert found.origins.literals == {A}
    assert kinds(layers_at(policies, "b.e", "GET", "/b")) == ["view", "blueprint", "app"]


@pytest.mark.rule("1.called-memory")
def test_the_policy_of_a_called_function_is_kept_nowhere() -> None:
    policies = App(rules=[rule(max_age=1)], views={"e": view()}, urls=[Url("/e", "e")]).policies()
    before = policies.all
    for _ in range(3):
        called = mark(max_age=4)
        layer = Layer("view", "f", called.settings, called)
        assert age(policies.called(layer, target("e", "GET", "/e"))) == 4
    assert policies.all == before
    assert age(policy_at(policies, "e", "GET", "/e")) == 1


class Growing(App):
    """An app to which another thread adds a rule while its rules are counted."""

    grows = False

    def iter_rules(self, endpoint: str | None = None) -> Any:
        """Fail as Werkzeug does."""
        if self.grows:
            raise RuntimeError("dictionary changed size during iteration")
        return iter(self.urls)

    @property
    def url_map(self) -> Any:
        """The URL map."""
        return self


@pytest.mark.rule("4.late-rule")
def test_a_rule_that_is_added_while_the_rules_are_counted() -> None:
    app = Growing(views={"e": view()}, urls=[Url("/e", "e")])
    policies = app.policies()
    assert policies.knows_all_rules
    app.grows = True
    assert not policies.knows_all_rules


@pytest.mark.parametrize(("number", "whole"), [(1_000, True), (1_001, False)])
def test_very_many_rules_are_not_counted(number: int, whole: bool) -> None:
    app = Growing(views={"e": view()}, urls=[Url(f"/e{n}", "e") for n in range(number)])
    assert app.policies().knows_all_rules is whole
