"""What goes wrong in a configuration: the problems, and the error and warning.

Knows how a problem reads; never looks for one.
"""

from __future__ import annotations

import copyreg
import logging
import os
import re
import sys
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, NamedTuple

#: The logger of the package; it sets no handler and no level.
LOG: Final = logging.getLogger("flask_cors")

# What re.compile raises: also for too large a repetition, and too deep a nesting.
REGEX_ERRORS = (re.error, OverflowError, RecursionError)
_PACKAGE = f"{Path(__file__).parent}{os.sep}"


class Source(NamedTuple):
    """Where something was said.

    ``level`` is one of ``method``, ``view``, ``class``, ``blueprint``, ``app``,
    ``config`` and ``default``; ``place`` names it as its author would (``CORS(app)``,
    ``resource '/api/*'``, ``CORS_ORIGINS``); ``file`` and ``line`` are ``None`` where
    they are not known.
    """

    level: str
    place: str
    file: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        return self.place if self.file is None else f"{self.place} at {self.file}:{self.line}"


class Problem(NamedTuple):
    """One mistake: which option, what was given and where, why not, and what to write."""

    option: str
    value: object
    source: Source
    reason: str
    hint: str

    def __str__(self) -> str:
        said = f"{self.option}={shorten(self.value)} ({self.source})"
        return printable(f"{said}: {self.reason}. {self.hint}")


class ConfigError(ValueError):
    """A CORS configuration that cannot be meant.

    ``problems`` holds every :class:`Problem` that was found, not only the first.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(*self.problems)

    def __str__(self) -> str:
        if len(self.problems) == 1:
            return str(self.problems[0])
        lines = (f"  {number}. {problem}" for number, problem in enumerate(self.problems, 1))
        return "\n".join([f"{len(self.problems)} problems in the CORS configuration:", *lines])

    def __reduce__(self) -> tuple[Any, ...]:
        # Subclasses are made from other arguments, so no __init__ is called again.
        return copyreg.__newobj__, (type(self), *self.args), vars(self)  # type: ignore[attr-defined]


class CorsWarning(UserWarning):
    """Something in a CORS configuration that is harmless but cannot do what it says."""


class Report:
    """Collects the problems of one place, so that all are raised at once."""

    def __init__(self, source: Source, problems: list[Problem] | None = None) -> None:
        self.source = source
        self.problems: list[Problem] = [] if problems is None else problems

    def error(self, option: str, value: object, reason: str, hint: str) -> None:
        """Note one mistake."""
        self.problems.append(Problem(option, value, self.source, reason, hint))

    def warn(self, option: str, value: object, reason: str) -> None:
        """Warn of something harmless, in the name of the code that said it."""
        warn(f"{option}={shorten(value)} ({self.source}): {reason}")

    def raise_if_any(self) -> None:
        """Raise one :class:`ConfigError` with all problems, if there are any."""
        raise_if(self.problems)


def raise_if(problems: Iterable[Problem]) -> None:
    """Raise one :class:`ConfigError` with all *problems*, if there are any."""
    if found := tuple(problems):
        raise ConfigError(found)


def no_regex(error: Exception) -> str:
    """Return the reason that a text is no regular expression."""
    return f"it is read as a regular expression and does not compile: {printable(str(error))}"


def printable(text: str) -> str:
    """Escape all of *text* but printable ASCII, so that no terminal obeys it."""
    return "".join(char if " " <= char <= "~" else ascii(char)[1:-1] for char in text)


def visible(text: str) -> str:
    """Escape what is not shown as itself: controls, marks of direction, half characters."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or char == "\n" else ascii(char)[1:-1] for char in text
    )


def shorten(value: object, limit: int = 120) -> str:
    """Return the ``repr`` of *value* as printable ASCII of at most *limit* characters."""
    text = ascii(value)
    return text if len(text) <= limit else f"{text[: limit - 3]}..."


def caller() -> tuple[str, int, int]:
    """Return file, line and depth of the nearest frame outside this package."""
    frame = sys._getframe(1)
    depth = 1
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
        depth += 1
    return frame.f_code.co_filename, frame.f_lineno, depth


def warn(message: str, category: type[Warning] = CorsWarning) -> None:
    """Warn in the name of the code that called into this package."""
    warnings.warn(printable(message), category, stacklevel=caller()[2])


def said_at(level: str, place: str) -> Source:
    """Return the source for what the calling code says at *place*."""
    file, line, _ = caller()
    return Source(level, place, file, line)
