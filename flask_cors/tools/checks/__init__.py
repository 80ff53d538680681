"""Findings about an app's CORS: what is worth a look, each under a stable id.

The rules look at the compiled policies and at code objects; no view and no hook runs.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from flask import Flask

from ...errors import ConfigError, CorsWarning
from . import (
    config,
    forgery,
    hooks,
    origins,
    preflights,
    regexes,
    resources,
    shared_urls,
    views,
)
from .finding import SEVERITIES, CheckResult, Finding, NotRun, RuleInfo
from .github import to_github
from .ignore import IGNORE_KEY, UNUSED_ENTRY, Ignored
from .rules import Rule, every_rule
from .sarif import to_sarif
from .subject import Found, NoPoliciesError, Subject

if TYPE_CHECKING:
    from ...runtime.state import State

__all__ = [
    "IGNORE_KEY",
    "RULES",
    "SEVERITIES",
    "CheckResult",
    "Finding",
    "NotRun",
    "RuleInfo",
    "check",
    "to_github",
    "to_sarif",
]

# The modules register their rules when they are imported.
_MODULES: Final = (
    config,
    forgery,
    hooks,
    origins,
    preflights,
    regexes,
    resources,
    shared_urls,
    views,
)

#: Every rule, in the order of the ids.
RULES: Final = tuple(sorted([*(rule.info for rule in every_rule()), UNUSED_ENTRY]))


def check(app: Flask, state: State) -> CheckResult:
    """Run every rule over an app, with its present configuration.

    A rule whose library is missing, or that needs policies where the configuration has
    errors, is listed in ``not_run``.
    """
    subject = _subject_of(app, state)
    found: list[Finding] = []
    not_run: list[NotRun] = []
    for rule in every_rule():
        _run(rule, subject, found, not_run)
    ignored = Ignored.of(app.config)
    ids = [info.id for info in RULES]
    unused = ignored.unused(ids, found, [*(item.id for item in not_run), UNUSED_ENTRY.id])
    found += _findings(UNUSED_ENTRY, unused)
    found = [ignored.apply(item) for item in sorted(found, key=lambda item: item.id)]
    return CheckResult(
        tuple(item for item in found if not item.ignored),
        tuple(item for item in found if item.ignored),
        tuple(not_run),
    )


def _subject_of(app: Flask, state: State) -> Subject:
    """Return *app* as the rules look at it, compiled without the warnings they replace."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CorsWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            return Subject(app, state.policies(), ())
        except ConfigError as error:
            return Subject(app, None, error.problems)


def _run(rule: Rule, subject: Subject, found: list[Finding], not_run: list[NotRun]) -> None:
    try:
        found += _findings(rule.info, rule.find(subject))
    except ModuleNotFoundError as error:
        why = f"{error.name} is not installed: pip install 'Flask-CORS[cli]'"
        not_run.append(NotRun(rule.info.id, why))
    except NoPoliciesError:
        not_run.append(NotRun(rule.info.id, "the configuration has errors (CORS001)"))


def _findings(info: RuleInfo, found: Iterable[Found]) -> Iterator[Finding]:
    for item in found:
        yield Finding(
            id=info.id,
            severity=item.severity or info.severity,
            place=item.place,
            reason=item.reason,
            hint=item.hint,
            file=item.file,
            line=item.line,
        )
