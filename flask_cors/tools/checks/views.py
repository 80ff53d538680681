"""Rules about views: decorators without effect, and methods of the app that others override."""

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
from ...resolution.static_analysis import module_of, names_in, title_of
from ..app_code import place_of
from .rules import rule
from .subject import Found, Subject

_PACKAGE: Final = __name__.partition(".")[0]
_BEFORE_OTHERS: Final = ("preprocess_request", "process_response")
# What has to go on being called by an override of each method.
_CALLS: Final = {
    "full_dispatch_request": {"full_dispatch_request", "preprocess_request"},
    "finalize_request": {"finalize_request", "process_response"},
}


@rule("CORS014", "error", "a @cross_origin that another decorator loses")
def lost_marks(subject: Subject) -> Iterator[Found]:
    yield from _lost(subject, lost_in_wrapper)


@rule("CORS016", "error", "a view registered without its @cross_origin")
def unregistered_marks(subject: Subject) -> Iterator[Found]:
    views = subject.app.view_functions
    note_registered(views.values())
    yield from _lost(subject, lost_at_registration)


def _lost(subject: Subject, find: Callable[[object], LostMark | None]) -> Iterator[Found]:
    for endpoint, view in subject.app.view_functions.items():
        if lost := find(view):
            yield Found(f"the view of {endpoint}", lost.reason, lost.hint, *place_of(view))


@rule("CORS015", "error", "a decorated method that is never dispatched")
def undispatched_marks(subject: Subject) -> Iterator[Found]:
    served: dict[type, set[str]] = {}
    for url_rule in subject.url_rules:
        if view_class := class_of(subject.app.view_functions.get(url_rule.endpoint)):
            served.setdefault(view_class, set()).update(url_rule.methods or ())
    for view_class, methods in served.items():
        for name, member in _marked_members(view_class):
            if not _is_dispatched(view_class, name, methods):
                yield Found(
                    f"{view_class.__qualname__}.{name}",
                    "Flask never dispatches a request to this method; its decorator has no effect",
                    "Decorate the method that serves requests (get, post, ...), or the class.",
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


@rule("CORS021", "error", "a method of the app that another library overrode")
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
    effect = "responses no longer get CORS headers"
    if name in ("preprocess_request", "full_dispatch_request"):
        effect = "preflights no longer arrive"
    return Found(
        f"app.{name}",
        f"it is overridden by {title_of(current)}, which does not call what was there: {effect}",
        "Have the override call the method that it replaces, or set that library up before CORS.",
        *place_of(current),
    )
