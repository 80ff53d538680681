"""What a check finds: findings, the rules they belong to, and the result of a run."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final, NamedTuple

SEVERITIES: Final = ("note", "warning", "error")


class RuleInfo(NamedTuple):
    """One rule: its stable id, its severity, and what it looks for in a few words."""

    id: str
    severity: str
    title: str


@dataclass(frozen=True)
class Finding:
    """One thing that is worth a look.

    ``place`` names what it is about; ``file`` and ``line`` are ``None`` where they are not
    known. ``ignored`` is the reason given in ``CORS_CHECK_IGNORE``, empty without one.
    """

    id: str
    severity: str
    place: str
    reason: str
    hint: str
    file: str | None = None
    line: int | None = None
    ignored: str = ""


class NotRun(NamedTuple):
    """A rule that did not run, and why."""

    id: str
    reason: str


@dataclass(frozen=True)
class CheckResult:
    """What a run of all rules found; ``not_run`` lists the rules that could not run."""

    findings: tuple[Finding, ...]
    ignored: tuple[Finding, ...]
    not_run: tuple[NotRun, ...]

    def at_least(self, severity: str) -> list[Finding]:
        """Return the findings of *severity* (``note``, ``warning``, ``error``) and above."""
        level = SEVERITIES.index(severity)
        return [found for found in self.findings if SEVERITIES.index(found.severity) >= level]

    def reasons_not_run(self) -> dict[str, list[str]]:
        """Return the ids of the rules that could not run, by the reason."""
        found: dict[str, list[str]] = {}
        for id_, reason in self.not_run:
            found.setdefault(reason, []).append(id_)
        return found

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain data, for JSON."""
        return {
            "findings": [asdict(found) for found in self.findings],
            "ignored": [asdict(found) for found in self.ignored],
            "not_run": [found._asdict() for found in self.not_run],
        }
