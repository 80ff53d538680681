"""Lost marks: those that were put on a view and have no effect, why, and what to do.

``cross_origin`` returns a new function. A view that is registered without it, since the decorator
is above ``@app.route``, can only be found by the function that the mark was made for; one
behind a decorator without ``functools.wraps`` by what that decorator closes over. Reads wrappers
and closures; never calls anything, and holds no references.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from types import CellType, FunctionType, MethodType
from typing import Any, Final, NamedTuple
from weakref import WeakKeyDictionary, WeakSet

from .marks import Mark, class_of, is_marked, mark_of

_MOST_FUNCTIONS: Final = 200

# The functions that were marked, each with its last mark.
_made: WeakKeyDictionary[Any, Mark] = WeakKeyDictionary()
# Of these functions, those of which some app has a marked version: one may serve several apps.
_registered: WeakSet[Any] = WeakSet()


class LostMark(NamedTuple):
    """A mark that was put on a view and has no effect: why, and what to do about it."""

    reason: str
    hint: str


def note_marked(target: Callable[..., Any], mark: Mark) -> None:
    """Note that a marked version of the function *target* was made."""
    mark.set_target(target)
    with suppress(TypeError):  # not weakly referable: a view that is lost is not found
        _made[target] = mark


def note_registered(views: Iterable[object]) -> None:
    """Note which marked functions are registered, of the views of an app."""
    for view in views:
        mark = mark_of(view)
        target = mark.target() if mark and mark.target else None
        if target is not None:
            _registered.add(target)


def lost_mark_of(view: object) -> Mark | None:
    """Return the last mark made for the function *view*, where no app has a marked version."""
    try:
        return None if view in _registered else _made.get(view)
    except TypeError:  # not hashable, so never marked
        return None


def lost_in_wrapper(view: object) -> LostMark | None:
    """Return the mark below a decorator that does not keep it."""
    if is_marked(view) or class_of(view):
        return None
    mark = next((mark for inner in functions_of(view) if (mark := mark_of(inner))), None)
    if mark is None:
        return None
    return LostMark(
        f"the decorator {mark.source} is lost below one that does not use functools.wraps",
        "Put functools.wraps on that decorator's wrapper, or cross_origin above the decorator.",
    )


def lost_at_registration(view: object) -> LostMark | None:
    """Return the mark that was put on a view only after it was registered."""
    mark = None if is_marked(view) else lost_mark_of(view)
    if mark is None:
        return None
    return LostMark(
        f"it was registered before the decorator {mark.source} was applied",
        "Write cross_origin below @app.route, next to the function.",
    )


def functions_of(target: object) -> Iterator[FunctionType]:
    """Yield the functions that are reached from *target* through wrappers and closures."""
    waiting: list[object] = [target]
    seen: set[int] = set()
    while waiting and len(seen) < _MOST_FUNCTIONS:
        item = waiting.pop(0)
        if id(item) in seen:
            continue
        seen.add(id(item))
        if isinstance(item, FunctionType):
            yield item
        waiting += _inside(item)


def _inside(item: object) -> Iterable[object]:
    if isinstance(item, partial):
        return [item.func, *item.args]
    if isinstance(item, MethodType):
        return [item.__func__, *_callables(vars(item.__self__).values() if _has_vars(item) else ())]
    if isinstance(item, FunctionType):
        cells = (_content(cell) for cell in item.__closure__ or ())
        return [getattr(item, "__wrapped__", None), *_callables(cells)]
    return []


def _has_vars(method: MethodType) -> bool:
    # An app or a blueprint holds functions of all views, and wraps none of them.
    return hasattr(method.__self__, "__dict__") and not hasattr(method.__self__, "add_url_rule")


def _content(cell: CellType) -> object:
    try:
        return cell.cell_contents
    except ValueError:  # a name that has no value yet
        return None


def _callables(items: Iterable[object]) -> list[object]:
    return [item for item in items if isinstance(item, FunctionType | MethodType | partial)]
