"""What is marked on plain view functions and classes, and the layers that the marks make."""

from __future__ import annotations

import functools
import gc
from typing import Any
from weakref import ref

import pytest
from flask.views import MethodView, View

from flask_cors.errors import Problem, Source
from flask_cors.options.schema import Setting
from flask_cors.resolution.marks import (
    Layer,
    Mark,
    class_of,
    innermost,
    is_dispatched_by_method,
    is_marked,
    layers_of,
    listed,
    mark_of,
    marked_methods,
    marks_of_view,
    placed,
    stacked,
)
from tests.unit.resolution.plain import decorator, put, view_of

HERE = Source("view", "cross_origin", "app.py", 7)


def mark(exempt: bool = False, **values: object) -> Mark:
    settings = {name: Setting(value, HERE) for name, value in values.items()}
    return Mark(settings, HERE, exempt)


def described(layers: list[Layer]) -> list[tuple[str, str, Mark | None]]:
    return [(layer.kind, layer.place, layer.mark) for layer in layers]


def noted(view: object, method: str | None) -> list[Problem]:
    problems: list[Problem] = []
    layers_of(view, method, problems.append)
    return problems


# -- marks ---------------------------------------------------------------------------------


def test_a_mark_names_its_decorator() -> None:
    assert (mark().decorator, mark(exempt=True).decorator) == ("cross_origin", "cors_exempt")


@pytest.mark.rule("1.same-mark")
def test_a_mark_is_the_same_as_itself_and_bare_ones_are_equal() -> None:
    full = mark(max_age=1)
    assert full.same_as(full)
    assert not full.same_as(mark(max_age=1))
    assert not full.same_as(mark())
    assert not mark().same_as(full)
    assert mark().same_as(mark())
    assert mark(exempt=True).same_as(mark(exempt=True))
    assert not mark().same_as(mark(exempt=True))


@pytest.mark.rule("1.called-memory")
def test_a_mark_does_not_keep_its_function_alive() -> None:
    def show() -> str:
        return ""

    found = mark()
    assert found.target is None
    found.set_target(show)
    assert found.target is not None
    assert found.target() is show
    gone = ref(show)
    del show
    gc.collect()
    assert gone() is None


def test_what_cannot_be_weakly_referred_to_is_no_target() -> None:
    found = mark()
    found.set_target(object())
    assert found.target is None


def test_a_layer_is_exempt_by_its_mark_only() -> None:
    assert Layer("view", "f", {}, mark(exempt=True)).exempt
    assert not Layer("view", "f", {}, mark()).exempt
    assert not Layer("app", "CORS(app)", {}).exempt


@pytest.mark.rule("1.method", "1.bound-method")
def test_the_mark_of_a_function_a_bound_method_and_an_unmarked_object() -> None:
    class Things:
        def show(self) -> str:
            return ""

    found = mark()
    put(Things.show, found)
    assert mark_of(Things.show) is found
    assert mark_of(Things().show) is found
    assert mark_of(len) is None


@pytest.mark.rule("1.view-class")
def test_the_mark_of_a_class_is_its_own_alone() -> None:
    class Base:
        pass

    class Sub(Base):
        pass

    found = mark()
    put(Base, found)
    assert mark_of(Base) is found
    assert mark_of(Sub) is None


def test_what_any_attribute_is_read_from_is_not_marked() -> None:
    class Anything:
        def __getattr__(self, name: str) -> str:
            return name

    assert mark_of(Anything()) is None
    assert class_of(Anything()) is None
    assert layers_of(Anything(), "GET") == []
    assert marks_of_view(Anything()) == ()


# -- the layers of a view ------------------------------------------------------------------


def test_a_function_has_one_layer() -> None:
    def show() -> str:
        return ""

    assert layers_of(show, "GET") == []
    found = mark(max_age=1)
    put(show, found)
    (layer,) = layers_of(show, None)
    assert (layer.kind, layer.mark, layer.settings) == ("view", found, found.settings)
    assert layer.place.endswith("show")


def test_a_view_without_a_name_is_named_by_its_repr() -> None:
    found = mark()
    view = put(functools.partial(lambda: ""), found)
    assert described(layers_of(view, None)) == [("view", repr(view), found)]


@pytest.mark.rule("3.view", "3.handler")
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
    assert described(layers_of(view, "PUT")) == [on_put, on_view, *bases]
    assert described(layers_of(view, "GET")) == [on_view, *bases]
    assert described(layers_of(view, None)) == [on_view, *bases]
    assert [layer.settings for layer in layers_of(view, None)[:2]] == [own.settings, {}]
    assert set(marks_of_view(view)) == {own, of_put, *marks.values()}


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
    assert described(layers_of(view, "PUT")) == [("method", f"{name}.put", of_put)]
    for method in ("GET", "DELETE"):
        found = described(layers_of(view, method))
        assert found == [("method", f"{name}.dispatch_request", every)]
    assert layers_of(view, None) == []


@pytest.mark.rule("4.head")
def test_head_uses_get_unless_there_is_a_head() -> None:
    class Short:
        def get(self) -> str:
            return ""

    class Full(Short):
        def head(self) -> str:
            return ""

    found = mark()
    put(Short.get, found)
    layers = described(layers_of(view_of(Short), "HEAD"))
    assert layers == [("method", f"{Short.__qualname__}.get", found)]
    assert layers_of(view_of(Full), "HEAD") == []
    assert len(layers_of(view_of(Full), "GET")) == 1


@pytest.mark.rule("3.handler")
def test_handlers_by_method_are_those_of_a_method_view_alone() -> None:
    class Plain(View):
        def dispatch_request(self) -> str:
            return ""

        def post(self) -> str:
            return ""

    class Methods(MethodView):
        def post(self) -> str:
            return ""

    put(Plain.post, mark())
    put(Methods.post, mark())
    assert not is_dispatched_by_method(Plain)
    assert is_dispatched_by_method(Methods)
    assert layers_of(view_of(Plain), "POST") == []
    assert len(layers_of(view_of(Methods), "POST")) == 1
    assert marked_methods(view_of(Plain)) == set()
    assert marked_methods(view_of(Methods)) == {"POST"}
    assert marked_methods(lambda: "") == set()


# -- lists of decorators -------------------------------------------------------------------


@pytest.mark.rule("1.decorators-list")
def test_a_list_in_a_class_is_a_mark_on_the_class_whose_body_holds_it() -> None:
    found = mark(max_age=1)

    class Base:
        decorators = (len, decorator(found))

    class Sub(Base):
        pass

    assert listed(Sub) == [(Base, "decorators", found)]
    layer = ("class", f"{Base.__qualname__}.decorators", found)
    assert described(layers_of(view_of(Sub), None)) == [layer]
    assert set(marks_of_view(view_of(Sub))) == {found}


@pytest.mark.rule("1.decorators-list")
def test_only_the_nearest_list_of_a_class_counts() -> None:
    class Base:
        decorators: tuple[Any, ...] = (decorator(mark()),)

    class Sub(Base):
        decorators = ()

    assert listed(Sub) == []
    assert layers_of(view_of(Sub), "GET") == []


@pytest.mark.rule("1.decorators-list")
def test_a_list_for_methods_is_a_mark_on_the_class_too() -> None:
    found = mark()

    class Things:
        method_decorators = (decorator(found),)

    assert listed(Things) == [(Things, "method_decorators", found)]
    layer = ("class", f"{Things.__qualname__}.method_decorators", found)
    assert described(layers_of(view_of(Things), "GET")) == [layer]


@pytest.mark.parametrize("value", [None, 5])
def test_what_is_no_list_of_decorators_is_passed_over(value: object) -> None:
    class Things:
        decorators = value
        method_decorators = value

    assert listed(Things) == []
    assert layers_of(view_of(Things), "GET") == []
    assert marks_of_view(view_of(Things)) == ()


@pytest.mark.rule("1.decorators-mapping")
def test_a_mapping_by_method_is_a_mark_on_the_method() -> None:
    found = mark()

    class Things:
        method_decorators = {"get": [len, decorator(found)]}  # noqa: RUF012

        def get(self) -> str:
            return ""

        def put(self) -> str:
            return ""

    assert listed(Things) == []
    layer = ("method", f"{Things.__qualname__}.get", found)
    assert described(layers_of(view_of(Things), "GET")) == [layer]
    assert described(layers_of(view_of(Things), "HEAD")) == [layer]
    assert layers_of(view_of(Things), "PUT") == []
    assert layers_of(view_of(Things), None) == []
    assert marks_of_view(view_of(Things)) == (found,)


@pytest.mark.rule("1.same-mark")
@pytest.mark.parametrize("bare", [True, False])
def test_what_a_list_put_on_the_view_function_is_not_a_more_specific_mark(bare: bool) -> None:
    found = mark() if bare else mark(max_age=1)

    class Things:
        decorators = (decorator(found),)

    view = put(view_of(Things), mark() if bare else found)
    layer = ("class", f"{Things.__qualname__}.decorators", found)
    assert described(layers_of(view, None)) == [layer]


# -- several marks on one object -----------------------------------------------------------


@pytest.mark.rule("3.stacked", "compat.35")
def test_the_innermost_of_several_marks_decides() -> None:
    first, second = mark(max_age=1), mark(max_age=2)
    assert innermost([first, second]) is first
    assert innermost([second, first, first]) is second
    assert innermost([first]) is first


@pytest.mark.rule("3.stacked")
def test_an_exempt_mark_among_several_decides() -> None:
    exempt = mark(exempt=True)
    assert innermost([mark(), exempt, mark()]) is exempt
    assert innermost([exempt, mark(exempt=True)]) is exempt


@pytest.mark.rule("3.stacked")
@pytest.mark.parametrize("method", ["GET", None])
def test_two_lists_of_one_class_are_one_layer_and_a_problem(method: str | None) -> None:
    inner, outer = mark(max_age=1), mark(max_age=2)

    class Things:
        decorators = (decorator(inner),)
        method_decorators = (decorator(outer),)

    view = view_of(Things)
    assert described(layers_of(view, method)) == [
        ("class", f"{Things.__qualname__}.decorators", inner)
    ]
    (problem,) = noted(view, method)
    assert (problem.option, problem.value) == ("cross_origin", f"{Things.__qualname__}.decorators")
    assert str(inner.source) in problem.reason


@pytest.mark.rule("3.stacked")
def test_a_list_and_the_mark_of_its_class_are_one_layer_and_a_problem() -> None:
    in_list, own = mark(max_age=1), mark(max_age=2)

    class Things:
        decorators = (decorator(in_list),)

    put(Things, own)
    view, name = view_of(Things), Things.__qualname__
    assert described(layers_of(view, "GET")) == [("class", name, in_list)]
    (problem,) = noted(view, "GET")
    assert problem.value == name


@pytest.mark.rule("3.stacked")
def test_two_marks_on_one_method_are_one_layer_and_a_problem() -> None:
    in_list, own = mark(max_age=1), mark(max_age=2)

    class Things:
        method_decorators = {"get": [decorator(in_list)]}  # noqa: RUF012

        def get(self) -> str:
            return ""

    put(Things.get, own)
    view, place = view_of(Things), f"{Things.__qualname__}.get"
    assert described(layers_of(view, "GET")) == [("method", place, own)]
    assert [problem.value for problem in noted(view, "GET")] == [place]
    assert noted(view, "PUT") == []


def test_one_mark_that_is_found_twice_is_no_problem() -> None:
    found = mark(max_age=1)

    class Things:
        decorators = (decorator(found), decorator(found))

    assert noted(view_of(Things), "GET") == []


@pytest.mark.rule("3.stacked")
def test_the_problem_of_two_marks_names_both_and_the_one_that_decides() -> None:
    second = Mark({}, Source("view", "cross_origin", "app.py", 9))
    assert str(stacked("show", (mark(), second))) == (
        "cross_origin='show' (cross_origin at app.py:9): without effect: cross_origin "
        "(cross_origin at app.py:7) is on the same object, and wins. "
        "Use one of the two, with all options."
    )
    exempt = Mark({}, Source("view", "cors_exempt", "app.py", 8), exempt=True)
    problem = stacked("show", (mark(), exempt))
    assert problem.option == "cross_origin"
    assert problem.reason.startswith("without effect: cors_exempt (cors_exempt at app.py:8)")


@pytest.mark.rule("3.source")
def test_a_placed_layer_names_its_place_in_every_source() -> None:
    found = mark(max_age=1, methods="GET")
    layer = placed(Layer("method", "Things.put", found.settings, found))
    assert (layer.kind, layer.place, layer.mark) == ("method", "Things.put", found)
    source = Source("method", "cross_origin on Things.put", "app.py", 7)
    assert layer.settings == {"max_age": Setting(1, source), "methods": Setting("GET", source)}


# -- whether a view is marked --------------------------------------------------------------


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
        decorators: Any = (decorator(mark(max_age=1)), decorator(mark(max_age=2)))

    assert is_marked(view_of(Things))
