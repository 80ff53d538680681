"""The code of an app: the functions of its views and hooks, and what they hold.

Reads code objects; never calls anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import CodeType, FunctionType
from typing import Any, Final

from flask import Flask

from ... import fetch
from ...resolution.lost_marks import functions_of
from ...resolution.marks import class_of

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
