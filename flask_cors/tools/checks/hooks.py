"""Rules about hooks: headers written by hand, headers that are not there yet, paired hooks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import FunctionType
from typing import Any

import flask

from ... import fetch
from ...resolution.lost_marks import functions_of
from ...resolution.static_analysis import (
    REMOVES,
    WRITES,
    attributes_of,
    cors_headers_in,
    instead_of,
    is_the_apps,
    title_of,
    uses_of_allow_origin,
)
from ..app_code import AFTER, BEFORE, all_hooks, expecting, hooks_of, view_functions
from .rules import rule
from .subject import Found, Subject


@rule("CORS020", "warning", "CORS headers written by hand")
def hand_written_headers(subject: Subject) -> Iterator[Found]:
    seen: set[object] = {found.use.function.__code__ for found in expecting(subject.app)}
    views = ((f"the view of {name}", view) for name, view in subject.app.view_functions.items())
    for place, target in views:
        yield from _by_hand(place, view_functions(target), seen)
    for name, hook in all_hooks(subject.app):
        yield from _by_hand(f"{name} {title_of(hook)}", functions_of(hook), seen)


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
                "Remove it and set the options instead; a response with a hand-written "
                "Access-Control-Allow-Origin stays as it is.",
                code.co_filename,
                code.co_firstlineno,
            )


@rule("CORS025", "warning", "a hook that looks for CORS headers, which are written after it")
def hooks_without_headers(subject: Subject) -> Iterator[Found]:
    for kind, hook, use in expecting(subject.app):
        does = "removes" if use.verb == REMOVES else "looks for"
        effect = "so it finds none"
        if any(other.verb == WRITES for other in uses_of_allow_origin(hook)):
            effect = "so it finds none and may write its own on every response"
        reason = (
            f"{use.function.__qualname__} {does} {fetch.ALLOW_ORIGIN}, but the headers are written "
            f"after the last hook, {effect}"
        )
        place = f"{kind} {title_of(hook)}"
        yield Found(place, reason, instead_of(use), use.file, use.line)


@rule("CORS026", "warning", "a hook that reads what only a before_request function sets")
def paired_hooks(subject: Subject) -> Iterator[Found]:
    if not any(row.policy for row in subject.rows):
        return  # no preflight is answered
    for name, holder in (("g", flask.g), ("request", flask.request)):
        before = _written(hooks_of(subject.app, BEFORE), holder)
        after = [*hooks_of(subject.app, AFTER), *_teardown_appcontext(subject.app)]
        only_before = before - _written(after, holder)
        for kind, hook in after:
            yield from _unset(kind, hook, name, holder, only_before)


def _teardown_appcontext(app: flask.Flask) -> Iterator[tuple[str, object]]:
    return (("teardown_appcontext", function) for function in app.teardown_appcontext_funcs)


def _written(hooks: Iterable[tuple[str, object]], holder: object) -> set[str]:
    return {name for _, hook in hooks for name in attributes_of(hook, holder).written}


def _unset(
    kind: str, hook: object, name: str, holder: Any, only_before: set[str]
) -> Iterator[Found]:
    for attribute, (file, line) in attributes_of(hook, holder).read.items():
        if attribute not in only_before:
            continue
        default = f"g.get({attribute!r})"
        if name == "request":
            default = f"getattr(request, {attribute!r}, None)"
        yield Found(
            f"{kind} {title_of(hook)}",
            f"it reads {name}.{attribute}, which only a before_request function sets; preflights "
            "are answered before these run, so it fails on each",
            f"Write {default}, and do nothing where it is None.",
            file,
            line,
        )
