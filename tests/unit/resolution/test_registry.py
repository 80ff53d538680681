"""What is marked on plain view functions and classes, and how a registry keeps rules."""

from __future__ import annotations

import functools
from typing import Any

import pytest

from flask_cors.errors import ConfigError, Source
from flask_cors.options.schema import Setting
from flask_cors.resolution.registry import (
    MARK,
    Level,
    Mark,
    Registry,
    Rule,
    class_of,
    is_marked,
    levels_of,
    listed,
    lost_mark_of,
    mark_of,
    note_registered,
    placed,
    remember,
    stacked,
)

HERE = Source("view", "cross_origin", "app.py", 7)


def mark(exempt: bool = False, **values: object) -> Mark:
    settings = {name: Setting(value, HERE) for name, value in values.items()}
    return Mark(settings, HERE, exempt)


def put(target: Any, found: Mark) -> Any:
    setattr(target, MARK, found)
    return target


def decorator(found: Mark) -> Any:
    return put(lambda view: view, found)


def view_of(view_class: type) -> Any:
    def view() -> str:
        return ""

    view.view_class = view_class  # type: ignore[attr-defined]
    return view


def described(levels: list[Level]) -> list[tuple[str, str, Mark | None]]:
    return [(level.kind, level.place, level.mark) for level in levels]


def test_a_mark_names_its_decorator() -> None:
    assert (mark().decorator, mark(exempt=True).decorator) == ("cross_origin", "cors_exempt")


def test_a_mark_is_the_same_as_itself_and_bare_ones_are_alike() -> None:
    full = mark(max_age=1)
    assert full.same_as(full)
    assert not full.same_as(mark(max_age=1))
    assert not full.same_as(mark())
    assert not mark().same_as(full)
    assert mark().same_as(mark())
    assert mark(exempt=True).same_as(mark(exempt=True))
    assert not mark().same_as(mark(exempt=True))


def test_a_level_is_exempt_by_its_mark_only() -> None:
    assert Level("view", "f", {}, mark(exempt=True)).exempt
    assert not Level("view", "f", {}, mark()).exempt
    assert not Level("app", "CORS(app)", {}).exempt


def test_the_mark_of_a_function_a_bound_method_and_an_unmarked_object() -> None:
    class Things:
        def show(self) -> str:
            return ""

    found = mark()
    put(Things.show, found)
    assert mark_of(Things.show) is found
    assert mark_of(Things().show) is found
    assert mark_of(len) is None


def test_the_mark_of_a_class_is_its_own_alone() -> None:
    class Base:
        pass

    class Sub(Base):
        pass

    found = put(Base, mark())
    assert mark_of(Base) is getattr(found, MARK)
    assert mark_of(Sub) is None


def test_what_any_attribute_is_read_from_is_not_marked() -> None:
    class Anything:
        def __getattr__(self, name: str) -> str:
            return name

    assert mark_of(Anything()) is None
    assert class_of(Anything()) is None
    assert levels_of(Anything(), "GET") == []


def test_a_function_has_one_level() -> None:
    def show() -> str:
        return ""

    assert levels_of(show, "GET") == []
    found = mark(max_age=1)
    put(show, found)
    (level,) = levels_of(show, None)
    assert (level.kind, level.mark, level.settings) == ("view", found, found.settings)
    assert level.place.endswith("show")


def test_a_view_without_a_name_is_named_by_its_repr() -> None:
    found = mark()
    view = put(functools.partial(lambda: ""), found)
    assert described(levels_of(view, None)) == [("view", repr(view), found)]


@pytest.mark.rule("3.view")
def test_handler_view_class_and_bases_come_in_this_order() -> None:
    class Root:
        pass

    class Left(Root):
        pass

    class Right(Root):
        pass

    class Sub(Left, Right):
        def put(self) -> str:
            return ""

    marks = {target: mark() for target in (Root, Left, Right, Sub)}
    for target, found in marks.items():
        put(target, found)
    of_put, own = mark(), mark(max_age=1)
    put(Sub.put, of_put)
    view = put(view_of(Sub), own)
    bases = [("class", base.__qualname__, marks[base]) for base in (Sub, Left, Right, Root)]
    on_view = ("view", view.__qualname__, own)
    on_put = ("method", f"{Sub.__qualname__}.put", of_put)
    assert described(levels_of(view, "PUT")) == [on_put, on_view, *bases]
    assert described(levels_of(view, "GET")) == [on_view, *bases]
    assert described(levels_of(view, None)) == [on_view, *bases]
    assert [level.settings for level in levels_of(view, None)[:2]] == [own.settings, {}]


@pytest.mark.rule("3.handler")
def test_dispatch_request_stands_for_unmarked_handlers() -> None:
    class Things:
        def dispatch_request(self) -> str:
            return ""

        def put(self) -> str:
            return ""

        def get(self) -> str:
            return ""

    every, of_put = mark(), mark(max_age=1)
    put(Things.dispatch_request, every)
    put(Things.put, of_put)
    view, name = view_of(Things), Things.__qualname__
    assert described(levels_of(view, "PUT")) == [("method", f"{name}.put", of_put)]
    for method in ("GET", "DELETE"):
        told = described(levels_of(view, method))
        assert told == [("method", f"{name}.dispatch_request", every)]
    assert levels_of(view, None) == []


def test_head_uses_get_unless_there_is_a_head() -> None:
    class Short:
        def get(self) -> str:
            return ""

    class Full(Short):
        def head(self) -> str:
            return ""

    found = mark()
    put(Short.get, found)
    told = described(levels_of(view_of(Short), "HEAD"))
    assert told == [("method", f"{Short.__qualname__}.get", found)]
    assert levels_of(view_of(Full), "HEAD") == []
    assert len(levels_of(view_of(Full), "GET")) == 1


def test_a_list_in_a_class_is_a_mark_on_the_class_whose_body_holds_it() -> None:
    found = mark(max_age=1)

    class Base:
        decorators = (len, decorator(found))

    class Sub(Base):
        pass

    assert listed(Sub) == [(Base, "decorators", found)]
    level = ("class", f"{Base.__qualname__}.decorators", found)
    assert described(levels_of(view_of(Sub), None)) == [level]


@pytest.mark.rule("1.decorators-list")
def test_only_the_nearest_list_of_a_class_counts() -> None:
    class Base:
        decorators = (decorator(mark()),)

    class Sub(Base):
        decorators = ()

    assert listed(Sub) == []
    assert levels_of(view_of(Sub), "GET") == []


def test_a_list_for_methods_is_a_mark_on_the_class_too() -> None:
    found = mark()

    class Things:
        method_decorators = (decorator(found),)

    assert listed(Things) == [(Things, "method_decorators", found)]
    level = ("class", f"{Things.__qualname__}.method_decorators", found)
    assert described(levels_of(view_of(Things), "GET")) == [level]


@pytest.mark.parametrize("value", [None, 5])
def test_what_is_no_list_of_decorators_is_passed_over(value: object) -> None:
    class Things:
        decorators = value
        method_decorators = value

    assert listed(Things) == []
    assert levels_of(view_of(Things), "GET") == []


def test_a_mapping_by_method_is_a_mark_on_the_method() -> None:
    found = mark()

    class Things:
        method_decorators = {"get": [len, decorator(found)]}  # noqa: RUF012

        def get(self) -> str:
            return ""

        def put(self) -> str:
            return ""

    assert listed(Things) == []
    level = ("method", f"{Things.__qualname__}.get", found)
    assert described(levels_of(view_of(Things), "GET")) == [level]
    assert described(levels_of(view_of(Things), "HEAD")) == [level]
    assert levels_of(view_of(Things), "PUT") == []
    assert levels_of(view_of(Things), None) == []


@pytest.mark.rule("1.same-mark")
@pytest.mark.parametrize("bare", [True, False])
def test_what_a_list_put_on_the_view_function_is_not_a_nearer_mark(bare: bool) -> None:
    found = mark() if bare else mark(max_age=1)

    class Things:
        decorators = (decorator(found),)

    view = put(view_of(Things), mark() if bare else found)
    level = ("class", f"{Things.__qualname__}.decorators", found)
    assert described(levels_of(view, None)) == [level]


@pytest.mark.parametrize("method", ["GET", None])
def test_two_marks_on_one_class_are_an_error(method: str | None) -> None:
    class Things:
        decorators = (decorator(mark(max_age=1)),)
        method_decorators = (decorator(mark(exempt=True)),)

    with pytest.raises(ConfigError) as caught:
        levels_of(view_of(Things), method)
    (problem,) = caught.value.problems
    assert problem.option == "cors_exempt"
    assert problem.value == f"{Things.__qualname__}.decorators"
    put(Things, Mark({}, Source("class", "the first mark")))
    with pytest.raises(ConfigError, match="marked already by the first mark") as caught:
        levels_of(view_of(Things), method)
    assert caught.value.problems[0].value == Things.__qualname__


def test_two_marks_on_one_method_are_an_error() -> None:
    class Things:
        method_decorators = {"get": [decorator(mark(max_age=1))]}  # noqa: RUF012

        def get(self) -> str:
            return ""

    put(Things.get, mark(max_age=2))
    with pytest.raises(ConfigError, match=r"Things\.get"):
        levels_of(view_of(Things), "GET")
    assert levels_of(view_of(Things), "PUT") == []


def test_the_problem_of_two_marks_says_where_both_are() -> None:
    second = Mark({}, Source("view", "cross_origin", "app.py", 9))
    assert str(stacked("show", mark(), second)) == (
        "cross_origin='show' (cross_origin at app.py:9): it is marked already by cross_origin at "
        "app.py:7, and one object takes one mark. Keep one of the two, with all its options."
    )


@pytest.mark.rule("3.source")
def test_a_placed_level_names_its_place_in_every_source() -> None:
    found = mark(max_age=1, methods="GET")
    level = placed(Level("method", "Things.put", found.settings, found))
    assert (level.kind, level.place, level.mark) == ("method", "Things.put", found)
    source = Source("method", "cross_origin on Things.put", "app.py", 7)
    assert level.settings == {"max_age": Setting(1, source), "methods": Setting("GET", source)}


def test_a_view_is_marked_wherever_a_mark_lies() -> None:
    def show() -> str:
        return ""

    assert not is_marked(show)
    assert is_marked(put(show, mark()))

    class Base:
        def dispatch_request(self) -> str:
            return ""

    class Methods(Base):
        methods = ("GET", "PUT")

        def put(self) -> str:
            return ""

    assert not is_marked(view_of(Base))
    assert not is_marked(view_of(Methods))
    put(Methods.put, mark())
    assert is_marked(view_of(Methods))
    put(Base.dispatch_request, mark())
    assert is_marked(view_of(Base))

    class Short:
        def get(self) -> str:
            return ""

    put(Short.get, mark())
    assert is_marked(view_of(Short))


def test_a_view_marked_twice_is_marked() -> None:
    class Things:
        decorators = (decorator(mark(max_age=1)), decorator(mark(max_age=2)))

    assert is_marked(view_of(Things))


@pytest.mark.rule("1.above-route")
def test_a_mark_is_lost_while_no_app_has_a_view_with_any_made_of_it() -> None:
    def show() -> str:
        return ""

    first, second = mark(), mark()
    assert lost_mark_of(show) is None
    remember(show, first)
    assert lost_mark_of(show) is first
    remember(show, second)
    assert lost_mark_of(show) is second
    note_registered([mark(), first])
    assert lost_mark_of(show) is None


def test_what_cannot_be_weakly_referred_to_is_not_remembered() -> None:
    class Slots:
        __slots__ = ()

        def __call__(self) -> str:
            return ""

    view = Slots()
    remember(view, mark())
    assert lost_mark_of(view) is None


def test_a_registry_keeps_the_rules_of_a_blueprint_in_order() -> None:
    registry = Registry()
    first, second, other = Rule({}, None), Rule({}, ()), Rule({}, None)
    registry.add_blueprint("a.b", "/p", first)
    registry.add_blueprint("c", "", other)
    registry.add_blueprint("a.b", "/p", second)
    told = [(found.name, found.prefix, found.rules) for found in registry.blueprints.values()]
    assert told == [("a.b", "/p", [first, second]), ("c", "", [other])]
