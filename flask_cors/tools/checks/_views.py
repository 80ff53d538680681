"""Rules about code: marks without effect, headers by hand, methods that others override."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import FunctionType
from typing import Any, Final

from flask import Flask
from flask.views import MethodView

from ...resolution.lost_marks import (
    LostMark,
    functions_of,
    lost_at_registration,
    lost_in_wrapper,
    note_registered,
)
from ...resolution.marks import class_of, mark_of
from ._code import (
    cors_headers_in,
    hooks,
    is_the_apps,
    module_of,
    names_in,
    place_of,
    view_functions,
)
from ._subject import Found, Subject

_PACKAGE: Final = __name__.partition(".")[0]
_BEFORE_OTHERS: Final = ("preprocess_request", "process_response")
# What has to go on being called by an override of each method.
_CALLS: Final = {
    "full_dispatch_request": {"full_dispatch_request", "preprocess_request"},
    "finalize_request": {"finalize_request", "process_response"},
}


def lost_marks(subject: Subject) -> Iterator[Found]:
    yield from _lost(subject, lost_in_wrapper)


def unregistered_marks(subject: Subject) -> Iterator[Found]:
    views = subject.app.view_functions
    note_registered(views.values())
    yield from _lost(subject, lost_at_registration)


def _lost(subject: Subject, find: Callable[[object], LostMark | None]) -> Iterator[Found]:
    for endpoint, view in subject.app.view_functions.items():
        if lost := find(view):
            yield Found(f"the view of {endpoint}", lost.reason, lost.hint, *place_of(view))


def undispatched_marks(subject: Subject) -> Iterator[Found]:
    served: dict[type, set[str]] = {}
    for rule in subject.rules:
        if view_class := class_of(subject.app.view_functions.get(rule.endpoint)):
            served.setdefault(view_class, set()).update(rule.methods or ())
    for view_class, methods in served.items():
        for name, member in _marked_members(view_class):
            if not _is_dispatched(view_class, name, methods):
                yield Found(
                    f"{view_class.__qualname__}.{name}",
                    "Flask never dispatches a request to this method, so its mark has no effect",
                    "Mark the method that serves requests (get, post, ...), or the class.",
                    *place_of(member),
                )


def _marked_members(view_class: type) -> Iterator[tuple[str, object]]:
    for name in sorted({name for base in view_class.__mro__ for name in vars(base)}):
        member = getattr(view_class, name, None)
        if not isinstance(member, type) and mark_of(member):
            yield name, member
    per_method = getattr(view_class, "method_decorators", None)
    for name, decorators in per_method.items() if isinstance(per_method, Mapping) else ():
        if any(map(mark_of, decorators)):
            yield str(name), getattr(view_class, str(name), None)


def _is_dispatched(view_class: type, name: str, methods: Iterable[str]) -> bool:
    if name == "dispatch_request":
        return True
    return issubclass(view_class, MethodView) and name.upper() in methods and name.islower()


def hand_written_headers(subject: Subject) -> Iterator[Found]:
    seen: set[object] = set()
    views = ((f"the view of {name}", view) for name, view in subject.app.view_functions.items())
    for place, target in views:
        yield from _by_hand(place, view_functions(target), seen)
    for name, hook in hooks(subject.app):
        title = getattr(hook, "__qualname__", type(hook).__qualname__)
        yield from _by_hand(f"{name} {title}", functions_of(hook), seen)


def _by_hand(place: str, functions: Iterable[FunctionType], seen: set[object]) -> Iterator[Found]:
    for function in functions:
        code = function.__code__
        if code in seen or not is_the_apps(function):
            continue
        seen.add(code)
        if names := cors_headers_in(code):
            yield Found(
                place,
                f"{', '.join(names)} is written by hand in {function.__qualname__}",
                "Take it away, and say it with the options; a response with a hand-written "
                "Access-Control-Allow-Origin is left as it is.",
                code.co_filename,
                code.co_firstlineno,
            )


def lost_overrides(subject: Subject) -> Iterator[Found]:
    app = subject.app
    for name in _BEFORE_OTHERS:
        current = getattr(app, name)
        if not any(map(_is_ours, functions_of(current))):
            yield _overridden(name, current)
    for name, calls in _CALLS.items():
        current = getattr(app, name)
        if getattr(current, "__func__", None) is getattr(Flask, name):
            continue
        # What an override closes over is reached as well, and names what it calls.
        reached = functions_of(current)
        used = {used for function in reached for used in names_in(function.__code__)}
        if not calls & used:
            yield _overridden(name, current)


def _is_ours(function: FunctionType) -> bool:
    return module_of(function).partition(".")[0] == _PACKAGE


def _overridden(name: str, current: Any) -> Found:
    effect = "headers are no longer put on responses"
    if name in ("preprocess_request", "full_dispatch_request"):
        effect = "preflights no longer arrive"
    return Found(
        f"app.{name}",
        f"it is overridden by {_name(current)}, which does not call what was there: {effect}",
        "Have the override call the method that it replaces, or set that library up before CORS.",
        *place_of(current),
    )


def _name(target: Any) -> str:
    return str(getattr(target, "__qualname__", type(target).__qualname__))
