"""The code of an app: its middleware, hooks and views, and those that write a CORS header.

Finds functions and calls none; what they do is read by ``resolution.static_analysis``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import FunctionType
from typing import Final, NamedTuple

from flask import Flask, request_finished
from werkzeug.exceptions import HTTPException, default_exceptions
from werkzeug.middleware.proxy_fix import ProxyFix

from ..resolution.layers import names_around
from ..resolution.lost_marks import functions_of
from ..resolution.marks import class_of
from ..resolution.static_analysis import (
    READS,
    Expecting,
    can_answer,
    hooks_after,
    hooks_that_expect_headers,
    is_the_apps,
    title_of,
    uses_of_allow_origin,
)
from ..runtime.state import WITH_RULES

# The hooks that a preflight does not run through, and those that it does.
BEFORE: Final = ("url_value_preprocessors", "before_request_funcs")
AFTER: Final = ("after_request_funcs", "teardown_request_funcs")
# How middleware calls what it wraps; attributes of other names are not followed.
_INSIDE: Final = ("app", "wsgi_app", "application", "wrapped", "upstream", "_app", "_wsgi_app")
_MOST_WRAPPERS: Final = 20
_HANDLERS: Final = ("get", "head", "post", "put", "delete", "patch", "options", "trace")


class Writer(NamedTuple):
    """A function of the app that writes or removes Access-Control-Allow-Origin, and where.

    ``what`` is what Flask calls it for: ``view``, ``before_request``, ``after_request`` or
    ``errorhandler``; ``middleware`` is around the app.
    """

    what: str
    name: str
    file: str
    line: int

    def __str__(self) -> str:
        return f"the {self.what} function {self.name} at {self.file}:{self.line}"


def writers(
    app: Flask, endpoint: str | None, method: str | None, *, short: bool, error: int | None
) -> list[Writer]:
    """Return the functions that decide on Access-Control-Allow-Origin of a response.

    With *short* the request is answered before any view, as preflights are, so that
    functions of ``after_request`` alone see it; *error* is the status of an answer without a view.
    """
    called: list[tuple[str, object]] = []
    called += [("middleware", _called_of(each)) for each in _middleware(app)]
    called += _hooks(app, endpoint, short, error)
    if endpoint is not None and not short and error is None:
        view = app.view_functions.get(endpoint)
        called += [("view", target) for target in _view(view, method)]
    found = (_writer(what, target) for what, target in called)
    return list(dict.fromkeys(filter(None, found)))


def _writer(what: str, target: object) -> Writer | None:
    uses = (use for use in uses_of_allow_origin(target) if use.verb != READS)
    use = next(uses, None)
    return Writer(what, title_of(target), use.file, use.line) if use else None


def wsgi_chain(app: Flask) -> list[object]:
    """Return ``app.wsgi_app`` and what it wraps, from the outside in, as attributes show it.

    The last is a method of the app, unless some middleware hides what it wraps.
    """
    chain: list[object] = [app.wsgi_app]
    while not is_own(chain[-1], app) and len(chain) < _MOST_WRAPPERS:
        inside = (getattr(chain[-1], name, None) for name in _INSIDE)
        found = next((each for each in inside if callable(each)), None)
        if found is None:
            break
        chain.append(found)
    return chain


def is_own(application: object, app: Flask) -> bool:
    """Return whether this is a method of the app itself, maybe of a subclass of Flask."""
    return getattr(application, "__self__", None) is app


def _middleware(app: Flask) -> list[object]:
    return [each for each in wsgi_chain(app) if not is_own(each, app)]


def changing_middleware(app: Flask) -> list[str]:
    """Return the middleware that may answer a request, or change headers, each with its place.

    Werkzeug's ProxyFix is none.
    """
    return [_place_of(each) for each in _middleware(app) if not isinstance(each, ProxyFix)]


def _called_of(application: object) -> object:
    """Return the function that is called: of an object, the method of its class."""
    is_function = hasattr(application, "__code__")
    return application if is_function else vars(type(application)).get("__call__", application)


def _place_of(application: object) -> str:
    code = getattr(application, "__code__", None)
    name = getattr(application, "__qualname__", type(application).__qualname__)
    call = code or getattr(_called_of(application), "__code__", None)
    return f"{name} at {call.co_filename}:{call.co_firstlineno}" if call else name


def other_apps(app: Flask) -> list[str]:
    """Return the calls of ``CORS`` on other Flask objects of the app's module, with their places.

    Where the app has none, it was often called on the wrong one.
    """
    others = [each for each in WITH_RULES if each.app is not app]
    rules = [
        rule
        for each in others
        if each.app.import_name == app.import_name
        for rule in each.registry.rules
    ]
    return sorted({str(rule.source) for rule in rules if rule.source})


def handler_of_options(app: Flask, endpoint: str) -> str:
    """Return what answers ``OPTIONS`` for an endpoint, with its place."""
    view = app.view_functions[endpoint]
    handler = getattr(class_of(view), "options", None)
    return _titled(handler or view)


def answering(app: Flask, endpoint: str | None) -> list[str]:
    """Return the ``before_request`` functions of a request that can answer it before its view."""
    found = (hook for kind, hook in _hooks(app, endpoint, False, None) if kind == "before_request")
    return list(dict.fromkeys(_titled(hook) for hook in found if can_answer(hook)))


def _titled(function: object) -> str:
    for found in functions_of(function):
        code = found.__code__
        return f"{title_of(function)} at {code.co_filename}:{code.co_firstlineno}"
    return title_of(function)


def _hooks(
    app: Flask, endpoint: str | None, short: bool, error: int | None
) -> Iterator[tuple[str, object]]:
    """Yield the hooks that Flask calls for a request, each with what it is called for."""
    scopes = [None, *names_around(endpoint)] if endpoint else [None]
    kinds = ("after_request",) if short else ("before_request", "after_request")
    for kind in kinds:
        by_scope: Mapping[str | None, Iterable[object]] = getattr(app, f"{kind}_funcs", {})
        for scope in scopes:
            yield from ((kind, function) for function in by_scope.get(scope, ()))
    if error is not None and not short:
        for scope in scopes:
            yield from (("errorhandler", handler) for handler in _handlers(app, scope, error))


def _handlers(app: Flask, scope: str | None, status: int) -> Iterator[object]:
    raised = default_exceptions.get(status, HTTPException)
    for code, handlers in app.error_handler_spec.get(scope, {}).items():
        if code in (None, status):
            yield from (handler for kind, handler in handlers.items() if issubclass(raised, kind))


def _view(view: object, method: str | None) -> Iterator[object]:
    """Yield a view function and the members of its class but for handlers of other methods."""
    yield view
    view_class = class_of(view)
    handler = method.lower() if method else ""
    names = {handler, "get"} if handler == "head" else {handler}
    for base in view_class.__mro__ if view_class else ():
        for name, member in vars(base).items():
            if callable(member) and (not handler or name not in _HANDLERS or name in names):
                yield member


# -- functions of views, and hooks, by themselves ------------------------------------------


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
