"""The decorators ``cross_origin`` and ``cors_exempt``.

They store a mark on a function or class; the walk reads it when policies are compiled. An app
without a ``CORS`` object, whose views are decorated, is found at its first request.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar, overload
from weakref import WeakKeyDictionary

from flask import (
    Blueprint,
    Flask,
    Request,
    Response,
    has_request_context,
    request,
    request_started,
)
from flask.views import MethodView, View

from .errors import ConfigError, Problem, Report, Source, source_here, warn
from .extension import of
from .options.reader import read_options
from .options.schema import OPTIONS
from .resolution.lost_marks import lost_mark_of, note_marked
from .resolution.marks import (
    MARK,
    Mark,
    class_of,
    innermost,
    is_marked,
    listed,
    mark_of,
    stacked,
)
from .runtime import called_functions, hooks, state

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import CodeType

    from typing_extensions import Unpack

    from .options.schema import MarkOptions
    from .patterns.origin_syntax import OriginPattern

# Who calls a view that has no decorator above its mark, and in what a view class's handler is
# called: ``as_view`` makes one of two functions.
_DISPATCH: Final = Flask.dispatch_request.__code__
_BY_METHOD: Final = MethodView.dispatch_request.__code__
_AS_VIEW: Final = {
    type("", (View,), {"init_every_request": each}).as_view("").__code__  # type: ignore[attr-defined]
    for each in (True, False)
}
_frame: Final = sys._getframe

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
    """Set options for a view: ``@cross_origin`` or ``@cross_origin(origins, **options)``.

    Accepts a function, an ``async def``, a method of a view class, a bound method, or a
    ``View`` or ``MethodView`` class, and belongs below ``@app.route``. For a function it
    returns a new function; a class is changed and returned. Options that are not given come
    from the class, the blueprint, the app, the config or the defaults. Raises
    :class:`ConfigError` with all problems of the call.
    """
    _watch()
    if args and isinstance(args[0], Flask | Blueprint):
        args = _without_app(args)
    if len(args) == 1 and not options and callable(args[0]):
        return _put_mark(args[0], Mark({}, source_here("view", "cross_origin")))
    report = Report(source_here("view", "cross_origin"))
    given = dict(options)
    if args:
        _take_positional(args, given, report)
    settings = read_options(given, "mark", report)
    report.raise_if_any()
    mark = Mark(settings, report.source, degraded=report.degraded, positional=bool(args))
    return _Decorator(mark)


def _without_app(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Drop the app in ``@cross_origin(app)``: it is not an origin, and restricts nothing."""
    report = Report(source_here("view", "cross_origin"))
    reason = "dropped: an app or a blueprint is not an origin"
    report.degrade("cross_origin", args[0], reason, "Write @cross_origin().", {})
    return args[1:]


def _take_positional(args: Sequence[object], given: dict[str, Any], report: Report) -> None:
    if callable(args[0]):
        hint = "Write origins=<the callable>; to decorate a view, write @cross_origin above it."
        report.error("origins", args[0], "a callable here would be the view", hint)
    elif "origins" in given:
        report.error("origins", args[0], "it is given twice", "Use origins= only.")
    else:
        given["origins"] = args[0]
    for extra in args[1:]:
        reason = "only origins can be given without a name"
        report.error("positional argument", extra, reason, f"Write one of {_names()} before it.")


def _names() -> str:
    known = (name for name, row in OPTIONS.items() if "mark" in row.places)
    return ", ".join(f"{name}=" for name in known if name != "headers")


def cors_exempt(view: V) -> V:
    """Take a view, a method or a view class out of CORS, at every level.

    The library then neither adds nor changes a header there. Used bare; on a function it
    returns a new function.
    """
    _watch()
    if not callable(view):
        source = source_here("view", "cors_exempt")
        reason = "cors_exempt accepts only the view"
        raise ConfigError(
            [Problem("cors_exempt", view, source, reason, "Write @cors_exempt above the view.")]
        )
    marked: V = _put_mark(view, Mark({}, source_here("view", "cors_exempt"), exempt=True))
    return marked


# A bare decorator in a class's list is recognised by the mark that it would put.
setattr(cross_origin, MARK, Mark({}, Source("class", "cross_origin")))
setattr(cors_exempt, MARK, Mark({}, Source("class", "cors_exempt"), exempt=True))


def _put_mark(view: Any, mark: Mark) -> Any:
    if _is_dispatched(view):
        # Flask-RESTful applies a class's method_decorators at every request; the mark
        # is on the class, and was read when the policies were compiled.
        return view
    if isinstance(view, Flask | Blueprint):
        hint = "Write CORS(app), or decorate the views."
        reason = "an app or a blueprint is not a view"
        raise ConfigError([Problem("cross_origin", view, mark.source, reason, hint)])
    name = getattr(view, "__qualname__", repr(view))
    present = mark_of(view)
    if present is not None and not _from_list(view, present):
        warn(str(stacked(name, (present, mark))))
        mark = innermost((present, mark))
        if mark is present:
            return view
    if mark.exempt:
        mark.overrides = present
    if not isinstance(view, type):
        return _marked(view, mark)
    if not issubclass(view, View):
        reason = "a class can be decorated only if it is a View or MethodView"
        hint = "Decorate the view function, or derive the class from flask.views.MethodView."
        raise ConfigError([Problem(mark.decorator, name, mark.source, reason, hint)])
    setattr(view, MARK, mark)
    return view


def _marked(view: Callable[..., Any], mark: Mark) -> Callable[..., Any]:
    """Return a function that calls *view* and carries the mark.

    While a request is served it returns a ``Response``, so that decorators above it and callers
    can use one, and notes on the request whose mark that response is of. Where Flask itself calls
    the view nothing is in between, and Flask makes the response.
    """

    def call(*args: Any, **kwargs: Any) -> Any:
        if mark.leaves_options and ((by := _frame(1).f_code) is _DISPATCH or _is_of_class(by)):
            return view(*args, **kwargs) if args or kwargs else view()
        request = called_functions.request_served()
        if request is None:
            return view(*args, **kwargs)
        if request.method == "OPTIONS" and _is_automatic(request, mark):
            return _finish(
                request,
                mark,
                called_functions.default_options_response(called_functions.app_served()),
            )
        return _finish(request, mark, view(*args, **kwargs))

    async def call_async(*args: Any, **kwargs: Any) -> Any:
        request = called_functions.request_served()
        if request is None:
            return await view(*args, **kwargs)
        if request.method == "OPTIONS" and _is_automatic(request, mark):
            return _finish(
                request,
                mark,
                called_functions.default_options_response(called_functions.app_served()),
            )
        return _finish(request, mark, await view(*args, **kwargs))

    marked = call_async if _is_async(view) else call
    functools.update_wrapper(marked, view)
    setattr(marked, MARK, mark)
    note_marked(view, mark)
    return marked


def _is_of_class(caller: CodeType) -> bool:
    """Return whether a view class calls its handler, and Flask calls that class directly."""
    try:
        if caller is _BY_METHOD:
            return _frame(4).f_code is _DISPATCH and _frame(3).f_code in _AS_VIEW
        return caller in _AS_VIEW and _frame(3).f_code is _DISPATCH
    except ValueError:  # there are no more callers: a greenlet starts here
        return False


def _is_automatic(request: Request, mark: Mark) -> bool:
    """Return whether Flask answers this ``OPTIONS`` request, so that the view does not run.

    As in flask-cors, a view with ``automatic_options`` runs for no ``OPTIONS`` request.
    """
    if mark.exempt:
        return False
    app = called_functions.app_served()
    policies = hooks.state_of(app).compiled().policies
    return called_functions.is_automatic(policies, app, request, mark)


def _finish(request: Request, mark: Mark, returned: Any) -> Response:
    """Make a response of what the view returned, and note whose mark it is of."""
    app = called_functions.app_served()
    if state.KEY not in app.extensions:
        hooks.state_of(app)
    response: Response = app.make_response(returned)
    called_functions.note(request, response, mark)
    return response


def _is_async(view: Any) -> bool:
    return inspect.iscoroutinefunction(view) or inspect.iscoroutinefunction(
        getattr(view, "__call__", None)  # noqa: B004 - the method itself is wanted
    )


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
    try:
        if state.KEY in app.extensions:
            return
    except AttributeError:  # other libraries send Flask's signal, too, for what is no Flask app
        return
    if not isinstance(app, Flask):
        return
    if app.config.get("CORS_ENFORCE"):
        # It protects routes that nothing covers, so no mark on a view is waited for.
        of(app)
        return
    views = app.view_functions
    # As many views as before may include another one; the one that is asked for matters now.
    asked = views.get(request.endpoint or "") if has_request_context() else None
    if _unmarked.get(app) == len(views) and not (asked and is_marked(asked)):
        return
    # A lost mark is warned of when the policies are compiled.
    if any(is_marked(view) or lost_mark_of(view) for view in views.values()):
        of(app)
    else:
        _unmarked[app] = len(views)
