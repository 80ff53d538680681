"""What goes wrong in a configuration: the problems, and the error and warning.

Knows how a problem reads; never looks for one.
"""

from __future__ import annotations

import copyreg
import logging
import re
import sys
import warnings
from collections.abc import Iterable, Mapping
from types import FrameType
from typing import Any, Final, NamedTuple

#: The logger of the package; it sets no handler and no level.
LOG: Final = logging.getLogger("flask_cors")
#: The name that flask-cors logs requests under: what silences it silences denials here, too.
CORE_LOG: Final = LOG.getChild("core")

# What re.compile raises: also for too large a repetition, and too deep a nesting.
REGEX_ERRORS = (re.error, OverflowError, RecursionError)

_PACKAGE: Final = __name__.rpartition(".")[0]
# Where the nearest frame is of one of these, the caller's code has no frames (it is compiled).
_NOT_USERS: Final = (
    *("_frozen_importlib", "_frozen_importlib_external", "importlib", "runpy"),
    *("click", "flask", "werkzeug"),
)
# Which warnings of lines that are not being run were shown: see warnings.warn_explicit.
_SHOWN: Final[dict[str | tuple[str, type[Warning], int], int]] = {}


class Source(NamedTuple):
    """Where an option is set; ``str()`` is the place, with file and line where they are known."""

    #: ``method``, ``view``, ``class``, ``blueprint``, ``app``, ``config`` or ``default``.
    level: str
    #: The place in words: ``CORS(app)``, ``resource '/api/*' of CORS(app)``, ``CORS_ORIGINS``.
    place: str
    #: The file of the call, ``None`` where it is not known, as for the config.
    file: str | None = None
    #: The line in that file, from 1; ``None`` with ``file``.
    line: int | None = None

    @property
    def is_resource(self) -> bool:
        """Whether this is the dictionary of a resource, where keywords are keys."""
        return self.place.startswith("resource ")

    def __str__(self) -> str:
        return self.place if self.file is None else f"{self.place} at {self.file}:{self.line}"


class Problem(NamedTuple):
    """One mistake in a configuration; ``str()`` is all of it in one line of printable ASCII."""

    #: The keyword or the config key, as it was written.
    option: str
    #: The value that was given, or the entry of a list that is wrong.
    value: object
    #: Where the option is set.
    source: Source
    #: What is wrong, as a sentence without its full stop.
    reason: str
    #: What to write, as one or more sentences.
    hint: str
    #: The hint as data: the options to write at the same place instead of ``option=value``, or
    #: instead of the entry. Empty: leave it out. ``None``: only its author can know.
    fix: Mapping[str, object] | None = None

    def __str__(self) -> str:
        given = f"{self.option}={shorten(self.value)} ({self.source})"
        return printable(f"{given}: {self.reason}. {self.hint}".rstrip())


class ConfigError(ValueError):
    """A CORS configuration in which a restriction may be lost.

    ``problems`` is a tuple of every :class:`~flask_cors.errors.Problem` that was found.
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
    """A mistake in a CORS configuration because of which less is granted, or nothing changes.

    ``python -W error::UserWarning`` turns each into an error, and so does
    ``pytest -W error::flask_cors.CorsWarning``.
    """


class Report:
    """Collects what is wrong at one place.

    ``problems`` are raised together, in one :class:`ConfigError`; ``degraded`` are those
    because of which less is granted than was written. They have been warned about.
    """

    def __init__(
        self,
        source: Source,
        problems: list[Problem] | None = None,
        degraded: list[Problem] | None = None,
        shown_at: Source | None = None,
    ) -> None:
        self.source = source
        #: The line to which warnings point where a source has none, as in ``app.config``.
        self.shown_at = shown_at
        self.problems: list[Problem] = [] if problems is None else problems
        self.degraded: list[Problem] = [] if degraded is None else degraded

    def at(self, source: Source) -> Report:
        """Return a report for another place that collects into the same lists."""
        return Report(source, self.problems, self.degraded, self.shown_at)

    def error(
        self,
        option: str,
        value: object,
        reason: str,
        hint: str,
        fix: Mapping[str, object] | None = None,
    ) -> None:
        """Note a mistake because of which a restriction may be lost."""
        hint = as_written(hint, fix, self.source)
        self.problems.append(Problem(option, value, self.source, reason, hint, fix))

    def degrade(
        self,
        option: str,
        value: object,
        reason: str,
        hint: str,
        fix: Mapping[str, object] | None = None,
    ) -> None:
        """Note, and warn about, a mistake because of which less is granted."""
        hint = as_written(hint, fix, self.source)
        problem = Problem(option, value, self.source, reason, hint, fix)
        self.degraded.append(problem)
        self._show(problem)

    def _show(self, problem: Problem) -> None:
        warn_about(problem, self.shown_at)

    def warn(self, option: str, value: object, reason: str) -> None:
        """Warn about a harmless mistake."""
        text = f"{option}={shorten(value)} ({self.source}): {reason}"
        warn_at(self.source, text, instead=self.shown_at)

    def raise_if_any(self) -> None:
        """Raise one :class:`ConfigError` with all problems, if there are any."""
        raise_if(self.problems)


class Trial(Report):
    """Collects what is wrong with a value that is only being considered, and never warns."""

    def __init__(self) -> None:
        super().__init__(Source("default", "a trial"))

    def _show(self, problem: Problem) -> None:
        """Do not warn."""

    def warn(self, option: str, value: object, reason: str) -> None:
        """Pass over a harmless mistake."""


def raise_if(problems: Iterable[Problem]) -> None:
    """Raise one :class:`ConfigError` with all *problems*, if there are any."""
    if found := tuple(problems):
        raise ConfigError(found)


def as_written(hint: str, fix: Mapping[str, object] | None, source: Source) -> str:
    """Return *hint* with the options of *fix* as they are written where *source* is.

    Hints have them as keywords, ``origins=…``; in the dictionary of a resource they are keys.
    """
    for name in fix or () if source.is_resource else ():
        hint = re.sub(rf"(?<![\w?&]){re.escape(name)}=", f'"{name}": ', hint)
    return hint


def no_regex(error: Exception) -> str:
    """Return the reason that a text is not a regular expression."""
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


# -- the user's file and line ------------------------------------------------------------


def caller() -> FrameType | None:
    """Return the nearest frame outside this package, or ``None``.

    Frames are known by their module's name: paths are of no use where the package is frozen,
    in an archive, or compiled elsewhere. Compiled code has no frames at all.
    """
    frame: FrameType | None = sys._getframe(0)
    while frame is not None and _is_of(_PACKAGE, frame):
        frame = frame.f_back
    return frame


def source_here(level: str, place: str) -> Source:
    """Return the source of what the calling code sets at *place*."""
    frame = caller()
    if frame is None or not _is_users(frame):
        return Source(level, place)
    return Source(level, place, frame.f_code.co_filename, frame.f_lineno)


def warn(message: str, category: type[Warning] = CorsWarning) -> None:
    """Warn, pointing at the line that called into this package."""
    _warn(caller(), message, category)


def warn_about(problem: Problem, instead: Source | None = None) -> None:
    """Warn about *problem*, pointing at the line that set the option; else see :func:`warn_at`."""
    warn_at(problem.source, str(problem), instead=instead)


def warn_at(
    source: Source,
    message: str,
    category: type[Warning] = CorsWarning,
    instead: Source | None = None,
) -> None:
    """Warn, pointing at the line of *source*, which may have been run long ago.

    Where it has no line, as in ``app.config``, the warning points at the one of *instead*, or
    names its place, and never a line of Flask's that happens to be running.
    """
    frame = caller()
    if source.file is None and instead is not None:
        source = instead
    if source.file is not None and source.line is not None:
        where = source.file, source.line
    else:
        where = "app.config" if source.level == "config" else f"<{printable(source.place)}>", 0
    if _is_at(frame, source) or (not where[1] and frame is not None and _is_users(frame)):
        _warn(frame, message, category)
    else:
        warnings.warn_explicit(printable(message), category, *where, registry=_SHOWN)


def _warn(frame: FrameType | None, message: str, category: type[Warning]) -> None:
    if frame is None:
        warnings.warn(printable(message), category, stacklevel=1)
        return
    # A level for warnings.warn cannot be counted: compiled code has no frames.
    names = frame.f_globals
    warnings.warn_explicit(
        printable(message),
        category,
        frame.f_code.co_filename,
        frame.f_lineno,
        names.get("__name__") or "<string>",
        names.setdefault("__warningregistry__", {}),
    )


def _is_users(frame: FrameType) -> bool:
    return not any(_is_of(package, frame) for package in _NOT_USERS)


def _is_of(package: str, frame: FrameType) -> bool:
    name = str(frame.f_globals.get("__name__", ""))
    return name == package or name.startswith(f"{package}.")


def _is_at(frame: FrameType | None, source: Source) -> bool:
    if frame is None:
        return False
    return (frame.f_code.co_filename, frame.f_lineno) == (source.file, source.line)
