"""The code of an app that decides on Access-Control-Allow-Origin of one response.

Knows which functions Flask calls for a request; what they do is read by ``resolution.code``, and
nothing is called.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from flask import Flask
from werkzeug.exceptions import HTTPException, default_exceptions

from ..resolution.code import READS, can_answer, title_of, uses_of_allow_origin
from ..resolution.layers import names_around
from ..resolution.lost_marks import functions_of
from ..resolution.marks import class_of

_HANDLERS: Final = ("get", "head", "post", "put", "delete", "patch", "options", "trace")


class Writer(NamedTuple):
    """A function of the app that writes or removes Access-Control-Allow-Origin, and where.

    ``what`` is what Flask calls it for: ``view``, ``before_request``, ``after_request`` or
    ``errorhandler``.
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
    called = list(_hooks(app, endpoint, short, error))
    if endpoint is not None and not short and error is None:
        view = app.view_functions.get(endpoint)
        called += [("view", target) for target in _view(view, method)]
    found = (_writer(what, target) for what, target in called)
    return list(dict.fromkeys(filter(None, found)))


def _writer(what: str, target: object) -> Writer | None:
    uses = (use for use in uses_of_allow_origin(target) if use.verb != READS)
    use = next(uses, None)
    return Writer(what, title_of(target), use.file, use.line) if use else None


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
