"""The Flask extension: ``CORS``, the decorators, and the overrides that serve them.

A preflight is answered in ``preprocess_request``; headers are put on in
``process_response``. Both ask the same table and the same ``decide``.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, overload
from weakref import WeakKeyDictionary

from flask import Blueprint, Flask, request_started
from flask.views import View

from .errors import ConfigError, Problem, Report, Source, caller, raise_if, warn
from .options import OPTIONS, Setting, conflicts, read_options
from .registry import (
    MARK,
    Mark,
    Rule,
    class_of,
    is_marked,
    listed,
    lost_mark_of,
    mark_of,
    remember,
    stacked,
)
from .state import AppCORS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask.blueprints import BlueprintSetupState
    from typing_extensions import Unpack

    from .options import AppOptions, MarkOptions
    from .origins import OriginPattern

V = TypeVar("V", bound=Callable[..., Any])


_installing = Lock()


def state_of(app: Flask) -> AppCORS:
    """Return the app's state; the first call installs it."""
    with _installing:
        state = app.extensions.get("cors")
        if not isinstance(state, AppCORS):
            state = AppCORS(app)
            state.override()
            # Last of all: other threads go on with their request once it is there.
            app.extensions["cors"] = state
        return state


# -- CORS ------------------------------------------------------------------------------


class CORS:
    """Say who may read an app's or a blueprint's responses across origins.

    ``CORS(app, **options)``, ``CORS(blueprint, **options)``, or ``CORS(**options)`` and
    then ``init_app``. One object may serve many apps and blueprints. Options are
    explained in the documentation; a mistake raises :class:`ConfigError` with all
    problems that can be seen in the call.
    """

    def __init__(
        self,
        app_or_blueprint: Flask | Blueprint | None = None,
        *misplaced: NoReturn,
        app: Flask | Blueprint | None = None,
        **options: Unpack[AppOptions],
    ) -> None:
        target = app_or_blueprint if app is None else app
        self._settings: Mapping[str, Setting] = _read(target, misplaced, options)
        _check(self._settings)
        if target is not None:
            self._tell(target, self._settings)

    def init_app(
        self,
        app_or_blueprint: Flask | Blueprint | None = None,
        *misplaced: NoReturn,
        app: Flask | Blueprint | None = None,
        **options: Unpack[AppOptions],
    ) -> None:
        """Apply to an app or a blueprint; *options* win over the constructor's.

        Raises ``AssertionError`` once the app has handled its first request.
        """
        target = app_or_blueprint if app is None else app
        settings = _read(target, misplaced, options)
        self._tell(target, {**self._settings, **settings})

    def _tell(self, target: object, settings: Mapping[str, Setting]) -> None:
        _check(settings)
        if isinstance(target, Flask):
            app = _real(target)
            _check_setup_finished(app)
            state_of(app).add(_rule(settings))
        elif isinstance(target, Blueprint):
            kept = dict(settings)
            if kept.pop("intercept_exceptions", None):
                warn("intercept_exceptions has no effect on a blueprint; give it to CORS(app)")
            _record(target, functools.partial(_tell_of_blueprint, _rule(kept)))
        else:
            raise _not_a_target(target)

    def __call__(self, *args: object, **kwargs: object) -> None:
        raise NotAnAppError("__call__")

    def __getattr__(self, name: str) -> Any:
        if name in _MADE_BY_APPS or (hasattr(Flask, name) and not name.startswith("_")):
            raise NotAnAppError(name)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")


# What people ask an app for and the class itself does not have.
_MADE_BY_APPS = {"blueprints", "cli", "config", "extensions", "json", "url_map", "view_functions"}


class NotAnAppError(ConfigError, AttributeError):
    """The habit ``app = CORS(app)``."""

    def __init__(self, name: str) -> None:
        reason = "CORS(app) returns the extension and not the app"
        hint = "Write CORS(app) on a line of its own, and keep the name app for the app."
        source = _source("app", f"app.{name}")
        super().__init__([Problem("app", "CORS(app)", source, reason, hint)])


def _record(blueprint: Blueprint, tell: Callable[[BlueprintSetupState], None]) -> None:
    try:
        blueprint.record(tell)
    except AssertionError as error:
        raise AssertionError(
            f"CORS({blueprint.name}) can no longer be called: the blueprint is registered. "
            f"Call CORS({blueprint.name}) before app.register_blueprint({blueprint.name})."
        ) from error


def _tell_of_blueprint(rule: Rule, setup: BlueprintSetupState) -> None:
    """Note a rule of a blueprint at each registration, under its full dotted name."""
    name = f"{setup.name_prefix}.{setup.name}".lstrip(".")
    app: Any = setup.app
    state_of(app).add_blueprint(name, setup.url_prefix or "", rule)


def _read(target: object, misplaced: Sequence[object], options: Any) -> dict[str, Setting]:
    place = "blueprint" if isinstance(target, Blueprint) else "app"
    name = target.name if isinstance(target, Blueprint) else "app"
    report = Report(_source(place, f"CORS({name})"))
    for value in misplaced:
        reason = "CORS takes the app or the blueprint, and options by keyword only"
        keyword = "resources" if isinstance(value, dict) else "origins"
        report.error("positional argument", value, reason, f"Write {keyword}=...")
    settings = read_options(options, place, report)
    report.raise_if_any()
    return settings


def _check(settings: Mapping[str, Setting]) -> None:
    """Raise for what cannot be granted together, as far as one object's options show."""
    rule = _rule(settings)
    if rule.resources is None:
        raise_if(conflicts(rule.keywords))
        return
    merged = ({**rule.keywords, **resource.settings} for resource in rule.resources)
    raise_if(problem for settings in merged for problem in conflicts(settings))


def _rule(settings: Mapping[str, Setting]) -> Rule:
    keywords = {name: setting for name, setting in settings.items() if name != "resources"}
    resources = settings.get("resources")
    return Rule(keywords, resources.value if resources else None)


def _source(level: str, place: str) -> Source:
    file, line, _ = caller()
    return Source(level, place, file, line)


def _real(app: Flask) -> Flask:
    # current_app is a proxy; the overrides outlive the context that it stands for.
    unwrap = getattr(app, "_get_current_object", None)
    return unwrap() if unwrap else app


def _check_setup_finished(app: Flask) -> None:
    try:
        app.errorhandler(500)  # a set-up method: refuses late calls, and does nothing yet
    except AssertionError as error:
        raise AssertionError(
            "CORS(app) can no longer be called: the app has handled its first request, and "
            "its policies are compiled. Call CORS(app) while the app is set up; change "
            "app.config and call app.extensions['cors'].reload() for later changes."
        ) from error


def _not_a_target(target: object) -> ConfigError:
    hint = "Write CORS(app), with the Flask object."
    if isinstance(target, str | list | tuple | set | dict):
        hint = "Write CORS(app, origins=...)."
    reason = f"CORS takes a Flask app or a blueprint, not {type(target).__name__}"
    source = _source("app", "CORS(...)")
    return ConfigError([Problem("app_or_blueprint", target, source, reason, hint)])


# -- marks -----------------------------------------------------------------------------


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
        return _put_mark(args[0], Mark({}, _source("view", "cross_origin")))
    report = Report(_source("view", "cross_origin"))
    given = dict(options)
    if args:
        _take_positional(args, given, report)
    settings = read_options(given, "mark", report)
    report.raise_if_any()
    raise_if(conflicts(settings))
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
        source = _source("view", "cors_exempt")
        reason = "cors_exempt takes the view and nothing else"
        raise ConfigError(
            [Problem("cors_exempt", view, source, reason, "Write @cors_exempt above the view.")]
        )
    marked: V = _put_mark(view, Mark({}, _source("view", "cors_exempt"), exempt=True))
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
    def call(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    async def call_async(*args: Any, **kwargs: Any) -> Any:
        return await view(*args, **kwargs)

    wrapper = call_async if inspect.iscoroutinefunction(view) else call
    functools.update_wrapper(wrapper, view)
    setattr(wrapper, MARK, mark)
    remember(view, mark)
    return wrapper


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
    request_started.connect(_install_where_marked)


def _install_where_marked(app: Flask, **_: object) -> None:
    views = app.view_functions
    if "cors" in app.extensions or _unmarked.get(app) == len(views):
        return
    # A lost mark is warned of when the policies are compiled.
    if any(is_marked(view) or lost_mark_of(view) for view in views.values()):
        state_of(app)
    else:
        _unmarked[app] = len(views)
