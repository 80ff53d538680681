"""The state of an app's CORS: not compiled yet, compiled, or failed.

Holds the registry, compiles it, and swaps what was compiled in one step while requests are
served.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final
from weakref import WeakSet, ref

from flask import Flask, request_finished

from ..errors import ConfigError
from ..resolution.compile import Policies
from ..resolution.lock import LOCKS
from ..resolution.registry import Registry, Rule
from .decisions import Compiled
from .endpoint import prefix_matcher

# Not "cors": apps store objects of their own under that key.
KEY: Final = "flask_cors"


class NotCompiled:
    """The policies of an app before they are used for the first time."""

    __slots__ = ()

    def url_map(self) -> object:
        """Return no URL map, so that there is another one than what was compiled for."""
        return None


class Reloaded(NotCompiled):
    """Policies that were compiled before the first request, which gets the app ready."""

    __slots__ = ("compiled",)

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled


class Failed(NotCompiled):
    """Policies that could not be compiled: every request fails with this error."""

    __slots__ = ("_error",)

    def __init__(self, error: Exception) -> None:
        self._error = error

    def again(self) -> Exception:
        """Return the error to raise, without the tracebacks of earlier requests."""
        if isinstance(self._error, ConfigError):
            return ConfigError(self._error.problems)
        return self._error.with_traceback(None)


class State:
    """The CORS of one app."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.registry = Registry()
        self.current: Compiled | NotCompiled = NotCompiled()
        #: Called once, before the policies of the app are used for its first request.
        self.before_compiling: Callable[[], None] = _nothing
        #: The endpoints on whose responses the app wrote Access-Control-Allow-Origin.
        self.hand_written: set[str] = set()

    def add(self, rule: Rule) -> None:
        """Add the rule of a ``CORS`` object for the app; what was compiled is discarded."""
        WITH_RULES.add(self)
        with LOCKS.compile:
            self.registry.rules.append(rule)
            self.current = NotCompiled()

    def add_blueprint(self, name: str, prefix: str, rule: Rule) -> None:
        """Add the rule of a ``CORS`` object for a blueprint, registered as *name*."""
        with LOCKS.compile:
            self.registry.add_blueprint(name, prefix, rule)
            self.current = NotCompiled()

    def policies(self) -> Policies:
        """Return the compiled policies; before the first request, as they are set up now.

        Raises :class:`ConfigError` with all problems.
        """
        current = self.current
        if isinstance(current, Reloaded):
            current = current.compiled
        return current.policies if isinstance(current, Compiled) else self._compile().policies

    def reload(self) -> None:
        """Read ``app.config`` again and swap the policies; on an error the old ones stay.

        Raises :class:`ConfigError` with all problems.
        """
        with LOCKS.compile:
            compiled = self._compile()
            first = type(self.current) in (NotCompiled, Reloaded)
            self.current = Reloaded(compiled) if first else compiled

    def compiled(self) -> Compiled:
        """Return what was compiled for the app's URL map, compiled now for another one.

        Raises :class:`ConfigError`, or what else it failed with, until :meth:`reload`.
        """
        current = self.current
        if isinstance(current, Compiled) and current.url_map() is self.app.url_map:
            return current
        with LOCKS.compile:
            current = self.current
            if isinstance(current, Failed):
                raise current.again()
            if isinstance(current, Compiled) and current.url_map() is self.app.url_map:
                return current
            self.before_compiling()
            self.before_compiling = _nothing
            if isinstance(current, Reloaded) and current.compiled.url_map() is self.app.url_map:
                self.current = current.compiled
                return current.compiled
            try:
                self.current = current = self._compile()
            except Exception as error:
                self.current = Failed(error)
                raise
            return current

    def _compile(self) -> Compiled:
        app = self.app
        receivers = partial(request_finished.receivers_for, app)
        policies = Policies(self.registry, app.config, app, prefix_matcher(app), receivers)
        return Compiled(policies, ref(app.url_map))


def _nothing() -> None:
    """Do nothing before compiling again."""


def installed(app: Flask) -> State | None:
    """Return the app's state, ``None`` where it has none yet."""
    found = app.extensions.get(KEY)
    return found if isinstance(found, State) else None


#: The states of apps that ``CORS`` was called on; asked where it may have been the wrong app.
WITH_RULES: Final[WeakSet[State]] = WeakSet()
