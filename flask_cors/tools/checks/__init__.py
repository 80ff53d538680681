"""Findings about an app's CORS: what is worth a look, each under a stable id.

The rules look at the compiled policies and at code objects; no view and no hook runs.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from flask import Flask

from ...errors import ConfigError, CorsWarning
from . import _config, _origins, _resources, _views
from ._config import IGNORE_KEY, ignored_ids, ignored_in_vain
from ._finding import SEVERITIES, CheckResult, Finding, NotRun, RuleInfo
from ._sarif import to_sarif
from ._subject import Found, NoTableError, Subject

if TYPE_CHECKING:
    from ...resolution.compile import Policies
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
    "to_sarif",
]

_RUN: Final[tuple[tuple[RuleInfo, Callable[[Subject], Iterable[Found]]], ...]] = (
    (RuleInfo("CORS001", "error", "an error in the configuration"), _config.config_errors),
    (RuleInfo("CORS002", "warning", "any origin, outside debug mode"), _origins.any_origin),
    (
        RuleInfo("CORS003", "warning", "any origin on a view that changes state"),
        _origins.any_origin_changes_state,
    ),
    (RuleInfo("CORS004", "warning", "an http: origin"), _origins.http_origins),
    (RuleInfo("CORS005", "warning", "the origin null"), _origins.null_origin),
    (
        RuleInfo("CORS006", "warning", "a wildcard over a suffix where anybody gets a host"),
        _origins.public_suffixes,
    ),
    (
        RuleInfo("CORS007", "warning", "an unescaped dot in a regular expression"),
        _origins.unescaped_dots,
    ),
    (
        RuleInfo("CORS008", "warning", "a resource's regular expression without an end"),
        _origins.endless_resources,
    ),
    (RuleInfo("CORS009", "error", "nested quantifiers"), _origins.nested_quantifiers),
    (RuleInfo("CORS010", "warning", "a resource that matches no route"), _resources.unmatched),
    (RuleInfo("CORS011", "warning", "a resource that is shadowed"), _resources.shadowed),
    (
        RuleInfo("CORS012", "note", "resources that overlap, with different policies"),
        _resources.overlapping,
    ),
    (
        RuleInfo("CORS013", "error", "an impossible combination that may be met"),
        _config.possible_conflicts,
    ),
    (RuleInfo("CORS014", "error", "a mark lost behind a decorator"), _views.lost_marks),
    (
        RuleInfo("CORS015", "error", "a mark on a method that is never dispatched"),
        _views.undispatched_marks,
    ),
    (
        RuleInfo("CORS016", "error", "a view registered without its mark"),
        _views.unregistered_marks,
    ),
    (
        RuleInfo("CORS017", "note", "methods that no covered route serves"),
        _origins.unserved_methods,
    ),
    (RuleInfo("CORS018", "note", "max_age over the browsers' caps"), _origins.long_max_age),
    (RuleInfo("CORS019", "warning", "a misspelt config key"), _config.misspelt),
    (
        RuleInfo("CORS020", "warning", "CORS headers written by hand"),
        _views.hand_written_headers,
    ),
    (
        RuleInfo("CORS021", "error", "a method of the app that another library overrode"),
        _views.lost_overrides,
    ),
    (
        RuleInfo("CORS023", "note", "send_wildcard where the origins are named"),
        _origins.wildcards_not_sent,
    ),
    (RuleInfo("CORS024", "note", "CORS is on for no route"), _resources.on_nowhere),
)
_IN_VAIN: Final = RuleInfo("CORS022", "warning", "an ignored id that ignores nothing")

#: Every rule, in the order of the ids.
RULES: Final = tuple(sorted([*(info for info, _ in _RUN), _IN_VAIN]))


def check(app: Flask, state: State, table: Policies | None = None) -> CheckResult:
    """Run every rule over an app, as its configuration stands now, or as *table* has it.

    A rule whose library is missing, or that needs policies where the configuration has
    errors, is listed in ``not_run``.
    """
    subject = Subject(app, table, ()) if table else _subject(app, state)
    found: list[Finding] = []
    not_run: list[NotRun] = []
    for info, rule in _RUN:
        try:
            found += _findings(info, rule(subject))
        except ModuleNotFoundError as error:
            why = f"{error.name} is not installed: pip install 'Flask-CORS[cli]'"
            not_run.append(NotRun(info.id, why))
        except NoTableError:
            not_run.append(NotRun(info.id, "the configuration has errors (CORS001)"))
    reasons = ignored_ids(app.config)
    known = {info.id for info in RULES}
    # A rule that did not run may well have something to ignore.
    met = {item.id for item in found} | {item.id for item in not_run} | {_IN_VAIN.id}
    found += _findings(_IN_VAIN, ignored_in_vain(app.config, known, met))
    found.sort(key=lambda item: item.id)
    return _result(found, reasons, not_run)


def _subject(app: Flask, state: State) -> Subject:
    with warnings.catch_warnings():
        # What compiling warns of has rules of its own.
        warnings.simplefilter("ignore", CorsWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            return Subject(app, state.policies(), ())
        except ConfigError as error:
            return Subject(app, None, error.problems)


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


def _result(
    found: Iterable[Finding], reasons: dict[str, str], not_run: Iterable[NotRun]
) -> CheckResult:
    kept = tuple(item for item in found if item.id not in reasons)
    ignored = tuple(replace(item, ignored=reasons[item.id]) for item in found if item.id in reasons)
    return CheckResult(kept, ignored, tuple(not_run))
