"""The code of an app: the functions of its views, and its hooks.

Finds functions; what they do is read by ``resolution.code``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import FunctionType

from flask import Flask, request_finished

from ...resolution.code import Expecting, hooks_after, hooks_that_expect_headers, is_the_apps
from ...resolution.lost_marks import functions_of
from ...resolution.marks import class_of

# What a preflight does not run through, and what it does.
BEFORE: tuple[str, ...] = ("url_value_preprocessors", "before_request_funcs")
AFTER: tuple[str, ...] = ("after_request_funcs", "teardown_request_funcs")


def view_functions(view: object) -> Iterator[FunctionType]:
    """Yield the functions behind a view function, handlers of its view class included."""
    yield from functions_of(view)
    view_class = class_of(view)
    for base in view_class.__mro__ if view_class else ():
        for member in vars(base).values():
            yield from functions_of(member)


def hooks_of(app: Flask, names: Iterable[str]) -> Iterator[tuple[str, object]]:
    """Yield the hooks of an app and its blueprints, each with the name of its decorator.

    *names* are attributes of the app such as ``after_request_funcs``.
    """
    for name in names:
        for functions in getattr(app, name, {}).values():
            yield from ((name.removesuffix("_funcs"), function) for function in functions)


def all_hooks(app: Flask) -> Iterator[tuple[str, object]]:
    """Yield the functions that run before and after requests, and on errors."""
    yield from hooks_of(app, ("before_request_funcs", *AFTER))
    for by_code in app.error_handler_spec.values():
        for handlers in by_code.values():
            yield from (("errorhandler", handler) for handler in handlers.values())


def expecting(app: Flask) -> list[Expecting]:
    """Return the hooks that look for Access-Control-Allow-Origin, which is written after them."""
    return hooks_that_expect_headers(app, request_finished.receivers_for(app))


def has_hooks_after(app: Flask) -> bool:
    """Return whether code of the app has a response after its view."""
    return any(hooks_after(app, request_finished.receivers_for(app)))


def place_of(function: object) -> tuple[str | None, int | None]:
    """Return file and line of a function, ``None`` where they are not known."""
    for found in functions_of(function):
        if is_the_apps(found):
            return found.__code__.co_filename, found.__code__.co_firstlineno
    return None, None
