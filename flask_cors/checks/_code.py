"""The code behind views and hooks: which functions are reached, and what they hold.

Reads closures and code objects; never calls anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from types import CellType, CodeType, FunctionType, MethodType
from typing import Any, Final

from flask import Flask

from .. import fetch
from ..registry import class_of

_MOST_FUNCTIONS: Final = 200
_NOT_THE_APPS: Final = ("flask", "werkzeug", "flask_cors")
_WRITTEN: Final = {
    name.lower(): name
    for name in (
        fetch.ALLOW_ORIGIN,
        fetch.ALLOW_CREDENTIALS,
        fetch.ALLOW_METHODS,
        fetch.ALLOW_HEADERS,
        fetch.ALLOW_PRIVATE_NETWORK,
        fetch.EXPOSE_HEADERS,
        fetch.MAX_AGE,
    )
}


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


def view_functions(view: object) -> Iterator[FunctionType]:
    """Yield the functions behind a view function, handlers of its view class included."""
    yield from functions_of(view)
    view_class = class_of(view)
    for base in view_class.__mro__ if view_class else ():
        for member in vars(base).values():
            yield from functions_of(member)


def hooks(app: Flask) -> Iterator[tuple[str, object]]:
    """Yield the functions that are called before and after requests, and on errors."""
    for name in ("before_request_funcs", "after_request_funcs", "teardown_request_funcs"):
        for functions in getattr(app, name, {}).values():
            yield from ((name.removesuffix("_funcs"), function) for function in functions)
    for by_code in app.error_handler_spec.values():
        for handlers in by_code.values():
            yield from (("errorhandler", handler) for handler in handlers.values())


def module_of(function: FunctionType) -> str:
    """Return the name of the module that holds a function's code, whatever it wraps."""
    return str(function.__globals__.get("__name__", ""))


def is_the_apps(function: FunctionType) -> bool:
    """Return whether a function is neither Flask's nor this package's."""
    return module_of(function).partition(".")[0] not in _NOT_THE_APPS


def cors_headers_in(code: CodeType) -> list[str]:
    """Return the names of CORS response headers among the constants of *code*."""
    found = (_WRITTEN.get(text.lower()) for text in _strings(code.co_consts))
    return sorted({name for name in found if name})


def _strings(constants: Iterable[Any]) -> Iterator[str]:
    for constant in constants:
        if isinstance(constant, str):
            yield constant
        elif isinstance(constant, CodeType):
            yield from _strings(constant.co_consts)
        elif isinstance(constant, tuple | frozenset):
            yield from _strings(constant)


def names_in(code: CodeType) -> Iterator[str]:
    """Yield the names of attributes and globals that *code* uses."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from names_in(constant)


def place_of(function: object) -> tuple[str | None, int | None]:
    """Return file and line of a function, ``None`` where they are not known."""
    for found in functions_of(function):
        if is_the_apps(found):
            return found.__code__.co_filename, found.__code__.co_firstlineno
    return None, None
