"""``flask cors check --upgrade``: what an app does differently from flask-cors 6.0.5.

Looks at the compiled policies and at code objects; no view and no hook runs.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from flask import Flask

from ....errors import ConfigError, CorsWarning
from ...app_code import has_hooks_after
from ..subject import Found, Subject
from . import hook_rows, option_rows, origin_rows, route_rows
from .changes import (
    EFFECTS,
    FAILS,
    WARNING,
    WARNS,
    Change,
    Effect,
    Row,
    UpgradeResult,
    every_row,
)
from .near_paths import UpgradeSubject
from .replay import unnamed_differences

if TYPE_CHECKING:
    from ....runtime.state import State

__all__ = ["EFFECTS", "ROWS", "Change", "UpgradeResult", "upgrade"]

# The modules register their rows when they are imported.
_MODULES: Final = (hook_rows, option_rows, origin_rows, route_rows)

#: Every row as a rule, for SARIF.
ROWS: Final = (WARNING, *(row.info for row in every_row()))


def upgrade(
    app: Flask, state: State, issued: Sequence[warnings.WarningMessage] = ()
) -> UpgradeResult:
    """Return what changes for an app, with its present configuration.

    *issued* are the warnings that were issued while the app was set up. Where the
    configuration has errors, these are the changes: the app does not start.
    """
    unseen = tuple(row for row in every_row() if row.find is None)
    with warnings.catch_warnings(record=True) as compiling:
        warnings.simplefilter("always")
        try:
            subject = UpgradeSubject(app, state.policies(), ())
        except ConfigError as error:
            failing = (
                Effect(FAILS, Found.of(problem)).to_change(option_rows.row_of(problem))
                for problem in error.problems
            )
            return UpgradeResult(tuple(failing), unseen)
    found = [*_changes(subject)]
    found += [effect.to_change(0) for effect in unnamed_differences(subject, found)]
    found += _warnings([*issued, *compiling], found)
    unseen = tuple(row for row in every_row() if row in unseen or _may_be_unseen(row, app, found))
    order = {effect: number for number, effect in enumerate(EFFECTS)}
    found.sort(key=lambda change: (order[change.effect], change.row))
    return UpgradeResult(tuple(dict.fromkeys(found)), unseen)


def _may_be_unseen(row: Row, app: Flask, found: Sequence[Change]) -> bool:
    """Return whether the app has hooks, and what they did with the headers was not seen."""
    shown = any(change.row == row.number for change in found)
    return row.number == hook_rows.LOOKED and not shown and has_hooks_after(app)


def _changes(subject: Subject) -> Iterator[Change]:
    for row in every_row():
        if row.find is not None:
            yield from (effect.to_change(row.number) for effect in row.find(subject))


def _warnings(
    issued: Iterable[warnings.WarningMessage], found: Sequence[Change]
) -> Iterator[Change]:
    """Yield the warnings of this package that no change covers."""
    places = {(change.file, change.line) for change in found}
    known = [change.what.partition(": ")[2] or change.what for change in found]
    for item in issued:
        text = str(item.message)
        if (item.filename, item.lineno) in places:
            continue
        if issubclass(item.category, CorsWarning) and not any(what in text for what in known):
            # A warning about the config knows no line.
            is_known = not item.filename.startswith("<")
            place = "a warning" if is_known else item.filename.strip("<>")
            where = (item.filename, item.lineno) if is_known else (None, None)
            yield Change(0, WARNS, place, text.rstrip("."), "Follow what the warning says.", *where)
