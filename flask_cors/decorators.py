"""Marks: the decorators that say what a view, a method or a view class grants.

What is said is kept by the registry. An app whose views alone are marked is found at its
first request.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import TYPE_CHECKING, Any, TypeVar, overload
from weakref import WeakKeyDictionary

from flask import Blueprint, Flask, request_started
from flask.views import View

from .errors import ConfigError, Problem, Report, Source, said_at
from .extension import of
from .options.reader import read_options
from .options.schema import OPTIONS
from .resolution.registry import (
    MARK,
    Mark,
    class_of,
    is_marked,
    listed,
    lost_mark_of,
    mark_of,
    remember,
    stacked,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from typing_extensions import Unpack

    from .options.schema import MarkOptions
    from .patterns.origin_syntax import OriginPattern

V = TypeVar("V", bound=Callable[..., Any])


class _Decorator:
    """What ``cross_origin(...)`` returns: puts one mark on a view, or on a view class."""

    def __init__(self, mark: Mark) -> None:
        setattr(self, MARK, mark)

    def __call__(self, view: V) -> V:
        marked: V = _put_mark(view, getattr(self, MARK))
        return marked


@overload
def cross_origin(view: V, /) -> V: ...
@overload
def cross_origin(
    patterns: str | Iterable[OriginPattern] = ..., /, **options: Unpack[MarkOptions]
) -> Callable[[V], V]: ...
def cross_origin(*args: Any, **options: Any) -> Any:
    """Mark a view: ``@cross_origin`` or ``@cross_origin(origins, **options)``.

    Takes a function, an ``async def``, a method of a view class, a bound method, or a
    ``View`` or ``MethodView`` class. On a function it returns a new function, which
    carries the mark; a class is marked itself. Stands below ``@app.route``. What is not
    said here is resolved along the walk. Raises :class:`ConfigError`.
    """
    _watch()
    if len(args) == 1 and not options and callable(args[0]):
        return _put_mark(args[0], Mark({}, said_at("view", "cross_origin")))
    report = Report(said_at("view", "cross_origin"))
    given = dict(options)
    if args:
        _take_positional(args, given, report)
    settings = read_options(given, "mark", report)
    report.raise_if_any()
    return _Decorator(Mark(settings, report.source))


def _take_positional(args: Sequence[object], given: dict[str, Any], report: Report) -> None:
    if callable(args[0]):
        hint = "Write origins=<the callable>; a view stands alone: @cross_origin."
        report.error("origins", args[0], "a callable here would be the view", hint)
    elif "origins" in given:
        report.error("origins", args[0], "it is given twice", "Keep origins= alone.")
    else:
        given["origins"] = args[0]
    for extra in args[1:]:
        reason = "only origins can be given without a name"
        report.error("positional argument", extra, reason, f"Write one of {_names()} before it.")


def _names() -> str:
    known = (name for name, row in OPTIONS.items() if "mark" in row.places)
    return ", ".join(f"{name}=" for name in known if name != "headers")


def cors_exempt(view: V) -> V:
    """Take a view, a method or a view class out of CORS, whatever covers it.

    The library then neither adds nor changes a header there. Used bare; on a function it
    returns a new function.
    """
    _watch()
    if not callable(view):
        source = said_at("view", "cors_exempt")
        reason = "cors_exempt takes the view and nothing else"
        raise ConfigError(
            [Problem("cors_exempt", view, source, reason, "Write @cors_exempt above the view.")]
        )
    marked: V = _put_mark(view, Mark({}, said_at("view", "cors_exempt"), exempt=True))
    return marked


# A decorator that stands bare in a class's list is recognised by the mark it would put.
setattr(cross_origin, MARK, Mark({}, Source("class", "cross_origin")))
setattr(cors_exempt, MARK, Mark({}, Source("class", "cors_exempt"), exempt=True))


def _put_mark(view: Any, mark: Mark) -> Any:
    if _is_dispatched(view):
        # Flask-RESTful applies a class's method_decorators at every request; the mark
        # lies on the class, and was read when the policies were compiled.
        return view
    if isinstance(view, Flask | Blueprint):
        hint = "Write CORS(app), or mark the views."
        reason = "an app or a blueprint is no view"
        raise ConfigError([Problem("cross_origin", view, mark.source, reason, hint)])
    present = mark_of(view)
    name = getattr(view, "__qualname__", repr(view))
    if present is not None and not _from_list(view, present):
        raise ConfigError([stacked(name, present, mark)])
    if not isinstance(view, type):
        return _marked_copy(view, mark)
    if not issubclass(view, View):
        reason = "a class is marked only if it is a View or MethodView"
        hint = "Mark the view function, or derive the class from flask.views.MethodView."
        raise ConfigError([Problem(mark.decorator, name, mark.source, reason, hint)])
    setattr(view, MARK, mark)
    return view


def _marked_copy(view: Callable[..., Any], mark: Mark) -> Callable[..., Any]:
    copied = _copy(view)
    functools.update_wrapper(copied, view)
    setattr(copied, MARK, mark)
    remember(view, mark)
    return copied


def _copy(view: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that does what *view* does: that of a function costs no call more."""
    # A decorator may pass itself off as the function that it wraps.
    if type(view) is FunctionType:
        name, defaults, closure = view.__name__, view.__defaults__, view.__closure__
        copied = FunctionType(view.__code__, view.__globals__, name, defaults, closure)
        copied.__kwdefaults__ = view.__kwdefaults__
        return copied

    def call(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    async def call_async(*args: Any, **kwargs: Any) -> Any:
        return await view(*args, **kwargs)

    return call_async if inspect.iscoroutinefunction(view) else call


def _from_list(view: object, mark: Mark) -> bool:
    """Return whether a view function's mark was put there from its class's lists."""
    view_class = class_of(view)
    return view_class is not None and any(mark.same_as(entry) for _, _, entry in listed(view_class))


def _is_dispatched(view: Any) -> bool:
    """Return whether this is a handler of a view object that is about to be called."""
    handler = inspect.unwrap(view, stop=lambda inner: isinstance(_owner(inner), View))
    owner = _owner(handler)
    return isinstance(owner, View) and hasattr(owner, "method_decorators")


def _owner(method: object) -> object:
    return getattr(method, "__self__", None)


# -- apps without a CORS object --------------------------------------------------------

# How many views an app had when none of them was marked.
_unmarked: WeakKeyDictionary[Flask, int] = WeakKeyDictionary()


def _watch() -> None:
    """Have apps whose views are marked found at their first request."""
    # A weak reference would be looked through in every request.
    request_started.connect(_install_where_marked, weak=False)


def _install_where_marked(app: Flask, **_: object) -> None:
    if "cors" in app.extensions:
        return
    views = app.view_functions
    if _unmarked.get(app) == len(views):
        return
    # A lost mark is warned of when the policies are compiled.
    if any(is_marked(view) or lost_mark_of(view) for view in views.values()):
        of(app)
    else:
        _unmarked[app] = len(views)
