"""Lost marks: why a mark has no effect, found without calling anything or keeping it alive."""

from __future__ import annotations

import functools
import gc
from collections.abc import Callable
from typing import Any
from weakref import ref

import pytest
from flask import Blueprint, Flask

from flask_cors.errors import Source
from flask_cors.resolution.lost_marks import (
    functions_of,
    lost_at_registration,
    lost_in_wrapper,
    lost_mark_of,
    note_marked,
    note_registered,
)
from flask_cors.resolution.marks import Mark
from tests.unit.resolution.plain import mark, put, view, view_of


def show() -> str:
    return ""


def unwrapped(inner: Callable[[], str]) -> Callable[[], str]:
    """Decorate without ``functools.wraps``."""

    def wrapper() -> str:
        return inner()

    return wrapper


# -- marks whose function is registered without them ---------------------------------------


@pytest.mark.rule("1.above-route")
def test_a_mark_is_lost_while_no_app_has_a_view_with_any_made_of_its_function() -> None:
    shown = view()
    first, second = mark(), mark()
    assert lost_mark_of(shown) is None
    note_marked(shown, first)
    assert lost_mark_of(shown) is first
    note_marked(shown, second)
    assert lost_mark_of(shown) is second
    note_registered([view(), view(first)])
    assert lost_mark_of(shown) is None


def test_a_registered_mark_that_was_made_for_nothing_is_passed_over() -> None:
    shown = view()
    note_marked(shown, mark())
    note_registered([view(mark())])
    assert lost_mark_of(shown) is not None


@pytest.mark.rule("1.called-memory")
def test_what_is_remembered_does_not_keep_the_function_alive() -> None:
    shown = view()
    note_marked(shown, mark())
    gone = ref(shown)
    del shown
    gc.collect()
    assert gone() is None


def test_what_cannot_be_weakly_referred_to_is_not_remembered() -> None:
    class Slots:
        __slots__ = ()

        def __call__(self) -> str:
            return ""

    slotted = Slots()
    note_marked(slotted, mark())
    assert lost_mark_of(slotted) is None


def test_what_has_no_hash_has_no_lost_mark() -> None:
    assert lost_mark_of([]) is None


@pytest.mark.rule("1.above-route")
def test_a_view_that_was_registered_before_its_mark() -> None:
    shown, found = view(), Mark({}, Source("view", "cross_origin", "app.py", 7))
    assert lost_at_registration(shown) is None
    note_marked(shown, found)
    lost = lost_at_registration(shown)
    assert lost is not None
    assert lost.reason == (
        "it was registered before the decorator cross_origin at app.py:7 was applied"
    )
    assert lost.hint == "Write cross_origin below @app.route, next to the function."
    assert lost_at_registration(put(shown, mark())) is None


# -- marks behind decorators ---------------------------------------------------------------


@pytest.mark.rule("1.wraps")
def test_a_mark_behind_a_decorator_without_wraps() -> None:
    lost = lost_in_wrapper(unwrapped(view(Mark({}, Source("view", "cross_origin", "app.py", 7)))))
    assert lost is not None
    assert lost.reason == (
        "the decorator cross_origin at app.py:7 is lost below one that does not use functools.wraps"
    )
    assert "functools.wraps" in lost.hint


@pytest.mark.rule("1.wraps")
def test_a_mark_that_is_handed_on_is_not_lost() -> None:
    marked = view(mark())
    assert lost_in_wrapper(marked) is None
    assert lost_in_wrapper(functools.wraps(marked)(unwrapped(marked))) is None
    assert lost_in_wrapper(unwrapped(view())) is None


def test_a_view_class_has_its_marks_on_the_class() -> None:
    class Things:
        pass

    made = view_of(Things)
    inner = view(mark())
    made.__wrapped__ = inner
    assert lost_in_wrapper(made) is None


# -- what is reached through wrappers and closures -----------------------------------------


class Holder:
    def __init__(self, inner: object) -> None:
        self.inner = inner

    def call(self) -> object:
        return self.inner


class Slotted:
    __slots__ = ()

    def call(self) -> str:
        return ""


@pytest.mark.parametrize(
    "made",
    [
        show,
        unwrapped(show),
        unwrapped(unwrapped(show)),
        functools.partial(show),
        functools.partial(unwrapped, show),
        functools.wraps(show)(lambda: ""),
        Holder(show).call,
        Holder(functools.partial(show)).call,
    ],
)
def test_functions_are_reached_through_what_holds_them(made: Any) -> None:
    assert show in list(functions_of(made))


def test_a_method_of_an_object_without_attributes_is_its_function_alone() -> None:
    assert list(functions_of(Slotted().call)) == [Slotted.call]


@pytest.mark.parametrize("made", [Flask("sample"), Blueprint("things", "things")])
def test_apps_and_blueprints_are_not_looked_into(made: Any) -> None:
    made.held = show
    assert show not in list(functions_of(made.add_url_rule))


@pytest.mark.parametrize("made", [None, 5, len, Holder(show), [show]])
def test_what_wraps_nothing_is_passed_over(made: Any) -> None:
    assert list(functions_of(made)) == []


def test_closures_that_hold_each_other_and_names_without_a_value() -> None:
    def one() -> object:
        return two, unset

    def two() -> object:
        return one

    for unset in range(0):  # never bound
        assert unset
    assert set(functions_of(one)) == {one, two}


def test_the_search_is_bounded() -> None:
    made: Callable[[], str] = show
    for _ in range(1000):
        made = unwrapped(made)
    assert 0 < len(list(functions_of(made))) <= 200
