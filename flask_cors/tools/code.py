"""The code of an app that decides on Access-Control-Allow-Origin of one response.

Knows which functions Flask calls for a request; what they do is read by ``resolution.code``, and
nothing is called.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from flask import Flask
from werkzeug.exceptions import HTTPException, default_exceptions
from werkzeug.middleware.proxy_fix import ProxyFix

from ..resolution.code import READS, can_answer, title_of, uses_of_allow_origin
from ..resolution.layers import names_around
from ..resolution.lost_marks import functions_of
from ..resolution.marks import class_of
from ..runtime.state import WITH_RULES

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
    called += [("middleware", _called_of(each)) for each in middleware(app)]
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


def middleware(app: Flask) -> list[object]:
    """Return what wraps ``app.wsgi_app``, from the outside in, as far as attributes show it."""
    found: list[object] = []
    current: object = app.wsgi_app
    while not _is_own(current, app) and len(found) < _MOST_WRAPPERS:
        found.append(current)
        inside = (getattr(current, name, None) for name in _INSIDE)
        current = next((each for each in inside if callable(each)), None)
        if current is None:
            break
    return found


def changing_middleware(app: Flask) -> list[str]:
    """Return the middleware that may answer a request, or change headers, each with its place.

    Werkzeug's ProxyFix is none.
    """
    return [_place_of(each) for each in middleware(app) if not isinstance(each, ProxyFix)]


def _is_own(application: object, app: Flask) -> bool:
    """Return whether this is the app's own method, maybe of a subclass."""
    return getattr(application, "__self__", None) is app


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
