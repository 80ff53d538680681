"""What an upgrade from flask-cors 6.0.5 changes: the changes, and the rows they belong to.

A row is one numbered difference of the migration page. To add one:

- Write a function below ``@row`` in one of the modules of this folder; a new module goes into
  ``_MODULES`` in ``__init__.py``.
- Yield the place of the effective setting, and the effect that clients see: ``replay`` reports what
  differs and has no row for this place and effect.
- For a value that is dropped, add a branch to ``row_of``.
- Write the section of the migration page, with its label ``compat-NN``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final, NamedTuple

from ..finding import CheckResult, Finding, RuleInfo
from ..subject import Found, Subject

LESS: Final = "allows less"
MORE: Final = "allows more"
HEADERS: Final = "other headers"
WARNS: Final = "warns"
FAILS: Final = "does not start"
#: The effects, the gravest first.
EFFECTS: Final = (FAILS, MORE, LESS, HEADERS, WARNS)

_SEVERITIES: Final = {FAILS: "error", MORE: "warning", LESS: "warning"}
_NUMBER: Final = "COMPAT{:02}"


@dataclass(frozen=True)
class Change:
    """One thing that differs from flask-cors 6.0.5 in an app.

    ``row`` is the number of the difference on the migration page, 0 for a warning that belongs
    to none; ``keep`` says how to keep the old behaviour, or why that is not safe.
    """

    row: int
    effect: str
    place: str
    what: str
    keep: str
    file: str | None = None
    line: int | None = None

    def to_finding(self) -> Finding:
        """Return the change as a finding, for SARIF and annotations."""
        severity = _SEVERITIES.get(self.effect, "note")
        reason = f"{self.effect}: {self.what}"
        id_ = _NUMBER.format(self.row)
        return Finding(id_, severity, self.place, reason, self.keep, self.file, self.line)


@dataclass(frozen=True)
class UpgradeResult:
    """All changes of an app; ``unseen`` are the rows that the app's configuration cannot show."""

    changes: tuple[Change, ...]
    unseen: tuple[Row, ...]

    @property
    def nothing_changes(self) -> bool:
        """Whether clients get the same as before, as far as the app shows it."""
        return all(change.effect == WARNS for change in self.changes)

    def counts(self) -> dict[str, int]:
        """Return how many changes have each effect, those that occur alone."""
        found = [change.effect for change in self.changes]
        return {effect: found.count(effect) for effect in EFFECTS if effect in found}

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain data, for JSON."""
        return {
            "nothing_changes": self.nothing_changes,
            "changes": [asdict(change) for change in self.changes],
            "unseen": [{"row": row.number, "title": row.title} for row in self.unseen],
        }

    def to_check(self) -> CheckResult:
        """Return the changes as findings."""
        return CheckResult(tuple(change.to_finding() for change in self.changes), (), ())


class Effect(NamedTuple):
    """What a row's function found: a change without what the row itself knows."""

    effect: str
    found: Found

    def to_change(self, number: int) -> Change:
        """Return the change of row *number*."""
        place, what, keep, file, line, _ = self.found
        return Change(number, self.effect, place, what, keep, file, line)


Find = Callable[[Subject], Iterable[Effect]]


class Row(NamedTuple):
    """A numbered difference, its title, and the function that looks for it in an app."""

    number: int
    title: str
    find: Find | None

    @property
    def info(self) -> RuleInfo:
        """The row as a rule, for SARIF."""
        return RuleInfo(_NUMBER.format(self.number), "warning", self.title)


_rows: dict[int, Row] = {}


def row(number: int, title: str) -> Callable[[Find], Find]:
    """Register the function below as the one that looks for row *number*; see :func:`add`."""

    def register(find: Find) -> Find:
        add(number, title, find)
        return find

    return register


def add(number: int, title: str, find: Find | None) -> None:
    """Register a row, without a function where nothing in an app shows the difference.

    Raises ``ValueError`` where its number is taken.
    """
    if number in _rows:
        raise ValueError(f"there is a row {number} already")
    _rows[number] = Row(number, title, find)


def every_row() -> list[Row]:
    """Return the rows in the order of their numbers."""
    return [_rows[number] for number in sorted(_rows)]


WARNING: Final = RuleInfo(_NUMBER.format(0), "note", "a warning, or a difference without a number")
