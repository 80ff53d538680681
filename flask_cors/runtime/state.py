"""The state of an app's CORS: not compiled yet, compiled, or failed.

Holds the registry, compiles it, and swaps what was compiled in one step while requests are
served.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple
from weakref import ref

from flask import Flask

from ..errors import ConfigError
from ..resolution.compile import Policies
from ..resolution.lock import LOCKS
from ..resolution.registry import Registry, Rule
from .decisions import Memory
from .endpoint import prefix_matcher

# Not "cors": apps store objects of their own under that key.
KEY: Final = "flask_cors"


class Compiled(NamedTuple):
    """The policies of an app, and the decisions made by them.

    ``url_map`` returns the URL map that they were compiled for: some servers swap it. It is not
    kept alive, nor read, only recognised.
    """

    policies: Policies
    memory: Memory
    url_map: Callable[[], Any]


class Failed(NamedTuple):
    """Policies that could not be compiled: every request fails with this error."""

    error: Exception

    def again(self) -> Exception:
        """Return the error to raise, without the tracebacks of earlier requests."""
        if isinstance(self.error, ConfigError):
            return ConfigError(self.error.problems)
        return self.error.with_traceback(None)


class State:
    """The CORS of one app."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.registry = Registry()
        #: ``None`` where nothing is compiled yet.
        self.current: Compiled | Failed | None = None
        #: The endpoints on whose responses the app wrote Access-Control-Allow-Origin.
        self.hand_written: set[str] = set()

    def add(self, rule: Rule) -> None:
        """Add what a ``CORS`` object says to the app; what was compiled is discarded."""
        with LOCKS.compile:
            self.registry.rules.append(rule)
            self.current = None

    def add_blueprint(self, name: str, prefix: str, rule: Rule) -> None:
        """Add what a ``CORS`` object says to a blueprint, registered as *name*."""
        with LOCKS.compile:
            self.registry.add_blueprint(name, prefix, rule)
            self.current = None

    def policies(self) -> Policies:
        """Return the compiled policies; before the first request, as they are set up now.

        Raises :class:`ConfigError` with all problems.
        """
        current = self.current
        return current.policies if isinstance(current, Compiled) else self._compile().policies

    def reload(self) -> None:
        """Read ``app.config`` again and swap the policies; on an error the old ones stay.

        Raises :class:`ConfigError` with all problems.
        """
        with LOCKS.compile:
            self.current = self._compile()

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
            if current is None or current.url_map() is not self.app.url_map:
                try:
                    self.current = current = self._compile()
                except Exception as error:
                    self.current = Failed(error)
                    raise
            return current

    def _compile(self) -> Compiled:
        app = self.app
        policies = Policies(self.registry, app.config, app, prefix_matcher(app))
        return Compiled(policies, Memory(), ref(app.url_map))


def installed(app: Flask) -> State | None:
    """Return the app's state, ``None`` where it has none yet."""
    found = app.extensions.get(KEY)
    return found if isinstance(found, State) else None
