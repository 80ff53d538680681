"""The Flask extension: ``CORS``, and ``flask_cors.of(app)``.

Registers options for applications and blueprints. What happens in a request is in ``runtime``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from flask import Blueprint, Flask

from .errors import ConfigError, Problem, Report, source_here, warn
from .options.reader import read_options
from .resolution.registry import Rule
from .resolution.unused import note_made, note_used
from .runtime.hooks import state_of

if TYPE_CHECKING:
    from flask.blueprints import BlueprintSetupState
    from typing_extensions import Unpack

    from .options.schema import AppOptions
    from .tools.checks import CheckResult
    from .tools.explain import Explanation

V = TypeVar("V", bound=Callable[..., Any])


# -- CORS ------------------------------------------------------------------------------


class CORS:
    """Register which origins may read the responses of an app or a blueprint.

    Write ``CORS(app, **options)``, ``CORS(blueprint, **options)``, or ``CORS(**options)`` and
    then ``init_app``. One object may serve many apps and blueprints. The options, with types and
    defaults, are on the page "Options"; without any, every origin may read, without credentials.

    Raises :class:`~flask_cors.ConfigError` with all problems of the call, and ``AssertionError``
    once the app has handled its first request or the blueprint is registered.
    """

    # What the constructor was given; nothing where that of a subclass does not call this one's,
    # which flask-cors did not need either.
    _given: Mapping[str, Any] = MappingProxyType({})
    _rule = Rule({}, None)

    def __init__(
        self,
        app_or_blueprint: Flask | Blueprint | None = None,
        *misplaced: NoReturn,
        app: Flask | Blueprint | None = None,
        **options: Unpack[AppOptions],
    ) -> None:
        target = app_or_blueprint if app is None else app
        self._given = options
        self._rule = _read(target, misplaced, options)
        if target is None:
            note_made(self, source_here("app", "CORS()"))
        else:
            # As in flask-cors: a subclass may override it, and add or change options.
            self.init_app(target, **options)

    def init_app(
        self,
        app_or_blueprint: Flask | Blueprint | None = None,
        *misplaced: NoReturn,
        app: Flask | Blueprint | None = None,
        **options: Unpack[AppOptions],
    ) -> None:
        """Apply to an app or a blueprint; *options* win over the constructor's.

        Raises as the constructor does.
        """
        target = app_or_blueprint if app is None else app
        # What the constructor was given is read, and warned about, once.
        known = self._given
        more = {
            name: value
            for name, value in options.items()
            if name not in known or value is not known[name]
        }
        self._add(target, self._rule.with_options(_read(target, misplaced, more)))

    def _add(self, target: object, rule: Rule) -> None:
        note_used(self)
        if isinstance(target, Flask):
            app = _real(target)
            _check_setup_finished(app)
            of(app)
            state_of(app).add(rule)
        elif isinstance(target, Blueprint):
            if "intercept_exceptions" in rule.keywords:
                warn("intercept_exceptions has no effect on a blueprint; give it to CORS(app)")
                kept = {**rule.keywords}
                del kept["intercept_exceptions"]
                rule = rule._replace(keywords=kept)
            _record(target, functools.partial(_add_to_blueprint, rule))
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
    """Raised where a ``CORS`` object is used as if it were the app (``app = CORS(app)``)."""

    def __init__(self, name: str) -> None:
        reason = "CORS(app) returns the extension and not the app"
        hint = "Write CORS(app) on a line of its own, and keep the name app for the app."
        source = source_here("app", f"app.{name}")
        super().__init__([Problem("app", "CORS(app)", source, reason, hint)])


def _record(blueprint: Blueprint, add: Callable[[BlueprintSetupState], None]) -> None:
    try:
        blueprint.record(add)
    except AssertionError as error:
        raise AssertionError(
            f"CORS({blueprint.name}) can no longer be called: the blueprint is registered. "
            f"Call CORS({blueprint.name}) before app.register_blueprint({blueprint.name})."
        ) from error


def _add_to_blueprint(rule: Rule, setup: BlueprintSetupState) -> None:
    """Register a rule of a blueprint at each of its registrations, under its full dotted name."""
    name = f"{setup.name_prefix}.{setup.name}".lstrip(".")
    app: Any = setup.app
    of(app)
    state_of(app).add_blueprint(name, setup.url_prefix or "", rule)


def _read(target: object, misplaced: Sequence[object], options: Any) -> Rule:
    place = "blueprint" if isinstance(target, Blueprint) else "app"
    name = target.name if isinstance(target, Blueprint) else "app"
    report = Report(source_here(place, f"CORS({name})"))
    for value in misplaced:
        from .options.unknown import hint_for_positional

        reason = "CORS takes the app or the blueprint, and options by keyword only"
        report.error("positional argument", value, reason, *hint_for_positional(value))
    settings = read_options(options, place, report)
    report.raise_if_any()
    resources = settings.pop("resources", None)
    return Rule(settings, resources and resources.value, resources, report.degraded, report.source)


def _real(app: Flask) -> Flask:
    # current_app is a proxy; the overrides outlive its context.
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
    source = source_here("app", "CORS(...)")
    return ConfigError([Problem("app_or_blueprint", target, source, reason, hint)])


# -- explain, check, reload -------------------------------------------------------


class AppCORS:
    """The CORS of one app: ``flask_cors.of(app)``, and ``app.extensions["cors"]``."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def reload(self) -> None:
        """Read ``app.config`` again and swap the policies; on an error the old ones stay.

        Raises :class:`~flask_cors.ConfigError` with all problems.
        """
        state_of(self._app).reload()

    def explain(
        self,
        method: str,
        path: str,
        origin: str | None = None,
        *,
        headers: Mapping[str, str] | Iterable[str] = (),
        credentials: bool = False,
        private_network: bool = False,
        base_url: str | None = None,
    ) -> Explanation:
        """Explain how a request would be answered, with the code that answers requests.

        *path* may hold a query or be a whole URL; *headers* are those that the page sets,
        names alone or with values. No view and no hook runs, but callable origins are
        asked, and teardown functions run. Raises :class:`~flask_cors.ConfigError` where the
        configuration has problems.
        """
        # The browser model is not needed to serve requests.
        from .tools.explain import explain

        state = state_of(self._app)
        return explain(
            self._app,
            state.policies(),
            state.hand_written,
            method,
            path,
            origin,
            headers=headers,
            credentials=credentials,
            private_network=private_network,
            base_url=base_url,
        )

    def check(self) -> CheckResult:
        """Find what is too wide, without effect, or not what it looks like.

        No view and no hook runs; an error in the configuration is a finding, and is not raised.
        """
        # The rules are not needed to serve requests.
        from .tools.checks import check

        return check(self._app, state_of(self._app))


def of(app: Flask) -> AppCORS:
    """Return the object of *app* with ``explain()``, ``check()`` and ``reload()``.

    Works for every app, one whose views alone are decorated included, before its first
    request as well as after it.

    Raises :class:`~flask_cors.ConfigError` for what is no Flask app.
    """
    app = _real(app)
    if not isinstance(app, Flask):
        raise _not_a_target(app)
    state_of(app)
    found = app.extensions.get("cors")
    if not isinstance(found, AppCORS):
        found = AppCORS(app)
        app.extensions.setdefault("cors", found)
    return found
