"""The functions behind a view: those it wraps or closes over, and a mark that is lost there.

Reads wrappers and closures; never calls anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from types import CellType, FunctionType, MethodType
from typing import Final, NamedTuple

from .registry import class_of, is_marked, lost_mark_of, mark_of

_MOST_FUNCTIONS: Final = 200


class LostMark(NamedTuple):
    """A mark that was put on a view and has no effect: why, and what to do about it."""

    reason: str
    hint: str


def lost_in_wrapper(view: object) -> LostMark | None:
    """Return the mark that lies behind a decorator which does not hand it on."""
    if is_marked(view) or class_of(view):
        return None
    mark = next((mark for inner in functions_of(view) if (mark := mark_of(inner))), None)
    return (
        None
        if mark is None
        else LostMark(
            f"the mark of {mark.source} is lost behind a decorator without functools.wraps",
            "Put functools.wraps on that decorator's wrapper, or cross_origin above the decorator.",
        )
    )


def lost_at_registration(view: object) -> LostMark | None:
    """Return the mark that was put on a view only after it was registered."""
    mark = None if is_marked(view) else lost_mark_of(view)
    return (
        None
        if mark is None
        else LostMark(
            f"it was registered before the mark of {mark.source} was put on",
            "Write cross_origin below @app.route, next to the function.",
        )
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
    # An app or a blueprint holds everybody's functions, and is nobody's wrapper.
    return hasattr(method.__self__, "__dict__") and not hasattr(method.__self__, "add_url_rule")


def _content(cell: CellType) -> object:
    try:
        return cell.cell_contents
    except ValueError:  # a name that has no value yet
        return None


def _callables(items: Iterable[object]) -> list[object]:
    return [item for item in items if isinstance(item, FunctionType | MethodType | partial)]
