"""One self-contained page: routes and origins with the verdicts, their explanations, findings.

Asks ``explain`` and ``check``; decides nothing itself.
"""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from flask import Flask
from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from werkzeug.exceptions import HTTPException

from ..errors import Source, visible
from ..fetch import SAFELISTED_METHODS
from ..options.schema import Setting
from ..patterns.origins import Origins
from ..policy.decide import decide
from ..policy.facts import Preflight
from ..policy.policy import Policy
from ..resolution.compile import Policies
from ..runtime.denials import which_app
from .checks import check
from .explain import explain
from .explanation import Explanation, effective_option, shown_settings
from .routes import Adapters, RouteRow, overview, policies_of
from .text import here, relative

if TYPE_CHECKING:
    from ..runtime.state import State

STRANGER: Final = "https://stranger.example"
_MOST_COLUMNS: Final = 5
_FIRST_COLUMNS: Final = 3
# An explanation takes about 2 kB and a millisecond; beyond these the page names the command.
_MOST_EXPLAINED: Final = 300
# A change is tried at all routes; where there are more, the command says what to change.
_MOST_TRIED: Final = 2000
_CODES: Final = {"readable": "r", "blocked": "b", "refused": "x", "same-origin": "s"}


def render(app: Flask, state: State) -> str:
    """Return the page as HTML; it loads nothing and needs no network.

    Raises ``ConfigError`` where the configuration has errors.
    """
    compiled = state.policies()
    matrix = Matrix(app, compiled, frozenset(state.hand_written))
    result = check(app, state)
    return _template().render(
        name=visible(app.name),
        data=matrix.to_dict(),
        columns=matrix.columns,
        has_own=matrix.has_own,
        routes=len({(row.host, row.rule, row.endpoint) for row in matrix.rows}),
        policies=len(matrix.policies),
        findings=_from_here([vars(found) for found in result.findings]),
        ignored=_from_here([vars(found) for found in result.ignored]),
        not_run=result.reasons_not_run(),
    )


@cache
def _template() -> Template:
    loader = PackageLoader("flask_cors.tools")
    templates = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    return templates.get_template("report.html")


def to_show(explanation: Explanation, advice: bool = True) -> dict[str, Any]:
    """Return an explanation as ``explanation.js`` shows it; *advice* is as for ``to_dict``."""
    data = {**explanation.to_dict(advice), "preflight": explanation.preflight}
    found: dict[str, Any] = _from_here(data)
    return found


def _from_here(data: Any) -> Any:
    """Return plain data to be shown, its files named relative to the current directory."""
    return _without(here(), data)


def _without(folder: str, data: Any) -> Any:
    if isinstance(data, str):
        return visible(relative(data, folder))
    if isinstance(data, Mapping):
        return {key: _without(folder, item) for key, item in data.items()}
    return [_without(folder, item) for item in data] if isinstance(data, list | tuple) else data


class Sample(NamedTuple):
    """An origin to ask for, and the pattern of a policy that it is an example of."""

    origin: str
    pattern: str


class Matrix:
    """Routes × origins: the verdict of each, and the explanations behind them.

    ``columns`` hold samples of the policies that most routes have, a stranger and ``null``.
    A route whose policy allows none of them by name is asked for an origin of its own.
    """

    def __init__(self, app: Flask, compiled: Policies, hand_written: frozenset[str]) -> None:
        self.rows = overview(app, compiled)
        #: The command that explains a request, as it finds this app.
        self.command = shlex.join(["flask", *which_app(app), "cors", "explain"])
        self.policies = policies_of(self.rows)
        fixed = (Sample(STRANGER, STRANGER), Sample("null", "null"))
        samples = {sample.origin: sample for sample in (*self._samples(), *fixed)}
        self.columns = list(samples.values())
        self.origins = list(samples)
        #: Whether a route is asked for an origin that is no column.
        self.has_own = any(self._own(row) for row in self.rows)
        self._known: dict[object, tuple[list[str], list[list[int]]]] = {}
        self._judge = _Judge(app, compiled, hand_written, _own_options(self.rows))

    def _samples(self) -> list[Sample]:
        """Return what the policies allow by name: of each the first, then other kinds."""
        found = [samples_of(policy.origins) for policy in self.policies]
        first = [sample for samples in found for sample in samples[:1]]
        others = [sample for samples in found for sample in samples[1:]]
        # A policy of many routes has both of its kinds shown before rare ones have one.
        wanted = dict.fromkeys([*first[:_FIRST_COLUMNS], *others, *first[_FIRST_COLUMNS:]])
        return list(wanted)[:_MOST_COLUMNS]

    def _own(self, row: RouteRow) -> str | None:
        """Return an origin that a row's policy names, where none of them is a column."""
        samples = samples_of(row.policy.origins) if row.policy else ()
        if any(sample.origin in self.origins for sample in samples):
            return None
        return samples[0].origin if samples else None

    def verdict(self, row: RouteRow, method: str, origin: str) -> str:
        """Return what a page of *origin* gets: ``blocked``, say, or ``refused``."""
        return self._judge.verdicts(row, origin)[row.methods.index(method)]

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain data; texts that repeat are named by number."""
        indexed = _Indexed()
        policies = [
            [indexed.option(name, setting) for name, setting in shown_settings(policy.settings)]
            for policy in self.policies
        ]
        numbers = {policy: number for number, policy in enumerate(self.policies)}
        return {
            "command": visible(self.command),
            "origins": _from_here(self.origins),
            "hasOwn": self.has_own,
            "routes": [self._route(row, numbers) for row in self.rows],
            "policies": policies,
            "strings": _from_here(list(indexed.strings)),
            "sources": _from_here([source._asdict() for source in indexed.sources]),
            "explanations": self._judge.explanations,
        }

    def _route(self, row: RouteRow, numbers: dict[Policy, int]) -> dict[str, Any]:
        own = self._own(row)
        cells, explanations = self._judged(row, [own, *self.origins])
        return {
            "endpoint": visible(row.endpoint),
            "rule": visible(f"{row.host} {row.rule}" if row.host else row.rule),
            "methods": [visible(method) for method in row.methods],
            "path": visible(row.path),
            "policy": None if row.policy is None else numbers[row.policy],
            "off": "" if row.policy else "exempt" if row.exempt else "not covered",
            "varies": row.varies,
            "own": visible(own or ""),
            "named": _named(row, own),
            "cells": cells,
            "explanations": explanations,
        }

    def _judged(
        self, row: RouteRow, origins: Sequence[str | None]
    ) -> tuple[list[str], list[list[int]]]:
        """Return the codes of the verdicts and the numbers of the explanations, by origin."""
        key: object = id(row)
        if row.policy is not None and len(self._judge.shared_methods(row)) == len(row.methods):
            key = (row.policy, tuple(row.methods))
        if key not in self._known:
            self._known[key] = (
                [self._codes(row, origin) if origin else "" for origin in origins],
                [
                    [self._judge.explanation_number(row, method, origin) for method in row.methods]
                    if origin
                    else []
                    for origin in origins
                ],
            )
        return self._known[key]

    def _codes(self, row: RouteRow, origin: str) -> str:
        return "".join(_CODES[verdict] for verdict in self._judge.verdicts(row, origin))


class _Indexed:
    """Texts and sources by number; most policies share most of their settings."""

    def __init__(self) -> None:
        self.strings: dict[str, int] = {}
        self.sources: dict[Source, int] = {}
        self._known: dict[int, tuple[int, int, int, int]] = {}

    def option(self, name: str, setting: Setting) -> tuple[int, int, int, int]:
        """Return the numbers of an option's name, value, source and of what was dropped."""
        # The policies that hold the settings outlive this object, so no id is used twice.
        known = self._known.get(id(setting))
        if known is None:
            option = effective_option(name, setting)
            known = self._known[id(setting)] = (
                self.strings.setdefault(option.name, len(self.strings)),
                self.strings.setdefault(option.value, len(self.strings)),
                self.sources.setdefault(option.source, len(self.sources)),
                self.strings.setdefault(option.dropped, len(self.strings)),
            )
        return known


def _named(row: RouteRow, own: str | None) -> str:
    """Return in words which origins are allowed, where no other one is asked for."""
    if row.policy is None or own:
        return "" if own else "CORS is off"
    if row.policy.origins.any:
        return "any origin"
    return "as shown" if samples_of(row.policy.origins) else "none can be named"


def samples_of(origins: Origins) -> list[Sample]:
    """Return an origin of each kind that *origins* allow by name: literal, wildcard, regex."""
    literals = [Sample(origin, origin) for origin in sorted(origins.literals)]
    wildcards = [Sample(_of_wildcard(each), each) for each in sorted(origins.wildcards)]
    regexes = (Sample(_of_regex(each.pattern), each.pattern) for each in origins.regexes)
    matched = [each for each in regexes if origins.match(each.origin).kind == "regex"]
    return [*literals[:1], *wildcards[:1], *matched[:1]]


def _of_wildcard(wildcard: str) -> str:
    scheme, _, host = wildcard.partition("://")
    if scheme not in ("http", "https"):
        return f"{scheme}://{host.replace('*', 'abcdefghijklmnop')}"
    name = host.replace("*.", "www.", 1)
    return f"{scheme}://{name.removesuffix(':*')}" + (":8080" if name.endswith(":*") else "")


def _of_regex(pattern: str) -> str:
    """Guess a text that a regular expression matches."""
    text = re.sub(r"^\^|\$$|\\Z$", "", pattern).replace("s?://", "s://")
    text = re.sub(r"\.[*+]\??|\[[^\]]*\][*+]?|\\[wd][*+]?", "1", text).replace("\\", "")
    return re.sub(r"\((?:\?:)?([^()|]*)[^()]*\)\??", r"\1", text)


def _own_options(rows: Iterable[RouteRow]) -> frozenset[str]:
    return frozenset(row.rule for row in rows if row.own_options)


def _sent(policy: Policy, method: str, origin: str) -> str:
    """Return the headers that any allowed origin gets."""
    answers = [decide(policy, origin)]
    if method not in SAFELISTED_METHODS:
        answers.append(decide(policy, origin, Preflight(method)))
    return repr(
        [[(name, value == origin or value) for name, value in item.headers] for item in answers]
    )


@dataclass
class _Judge:
    """Asks ``explain`` for verdicts, once for each kind of answer.

    Two requests that get the same headers get the same verdict, also where their policies differ.
    """

    app: Flask
    compiled: Policies
    hand_written: frozenset[str]
    own_options: frozenset[str]
    explanations: list[dict[str, Any]] = field(default_factory=list)
    _verdicts: dict[object, str] = field(default_factory=dict)
    _places: dict[str, tuple[object, ...]] = field(default_factory=dict)
    _numbers: dict[object, int] = field(default_factory=dict)
    _shared: dict[int, frozenset[str]] = field(default_factory=dict)
    _explained_row: RouteRow | None = None
    _explained: dict[tuple[str, str], Explanation] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._adapters = Adapters(self.app)
        self._rules = Counter(rule.rule for rule in self.app.url_map.iter_rules())
        self._routes = self._rules.total()

    def verdicts(self, row: RouteRow, origin: str) -> list[str]:
        """Return the verdict for each method of a row."""
        found = []
        for method, kind in zip(row.methods, self._kinds(row, origin), strict=True):
            verdict = self._verdicts.get(kind)
            if verdict is None:
                explanation = self._explain(row, method, origin)
                # The page shows what the options decide; the explanation names other code.
                verdict = self._verdicts[kind] = explanation.otherwise or explanation.verdict
            found.append(verdict)
        return found

    def _kinds(self, row: RouteRow, origin: str) -> list[object]:
        """Return what each method's verdict depends on; requests of one kind get the same."""
        shared = self.shared_methods(row)
        return [
            self._kind(row, method, origin) if method in shared else (id(row), method, origin)
            for method in row.methods
        ]

    def _kind(self, row: RouteRow, method: str, origin: str) -> object:
        policy, place = row.policy, self._place(origin)
        if policy is None:
            return method, place, row.exempt
        place = (*place, policy.automatic_options, policy.enforce)
        if not policy.origins.match(origin).kind:
            return method, place, "denied"
        return method, place, _sent(policy, method, origin)

    def shared_methods(self, row: RouteRow) -> frozenset[str]:
        """Return the methods that get what other rows of such a policy get."""
        found = self._shared.get(id(row))
        if found is None:
            alone = row.rule in self.own_options or row.host
            if alone or (row.policy and row.policy.origins.callables):
                found = frozenset()
            elif "<" not in row.rule and self._rules[row.rule] == 1:
                found = frozenset(row.methods)
            else:
                found = frozenset(method for method in row.methods if self._reaches(row, method))
            self._shared[id(row)] = found
        return found

    def _reaches(self, row: RouteRow, method: str) -> bool:
        """Return whether a request to the row's path is the row's: another rule may take it."""
        try:
            rule, _ = self._adapters.at(row.host).match(row.path, method, return_rule=True)
        except HTTPException:
            return False
        return bool(rule.endpoint == row.endpoint)

    def _place(self, origin: str) -> tuple[object, ...]:
        """Return what of an origin a verdict depends on, apart from the policy."""
        found = self._places.get(origin)
        if found is None:
            scheme, _, host = origin.partition("://")
            here = self.app.config["SERVER_NAME"] or "localhost"
            found = self._places[origin] = (origin == "null", scheme, host == here)
        return found

    def explanation_number(self, row: RouteRow, method: str, origin: str) -> int:
        """Return the number of an explanation for these options, -1 where there are too many."""
        alone = method not in self.shared_methods(row) and id(row)
        key = (row.policy or id(row), alone, method, origin)
        if key not in self._numbers:
            if len(self.explanations) == _MOST_EXPLAINED:
                return -1
            self._numbers[key] = len(self.explanations)
            explanation = self._explain(row, method, origin)
            tried = len(self.explanations) * self._routes <= _MOST_TRIED
            kept = to_show(explanation, advice=tried)
            del kept["options"]
            self.explanations.append({**kept, "path": visible(row.path)})
        return self._numbers[key]

    def _explain(self, row: RouteRow, method: str, origin: str) -> Explanation:
        """Ask for an explanation, of one row once: verdicts come first, then what explains them."""
        if row is not self._explained_row:
            self._explained_row, self._explained = row, {}
        found = self._explained.get((method, origin))
        if found is None:
            base = f"http://{row.host}" if row.host else None
            found = self._explained[method, origin] = explain(
                self.app, self.compiled, self.hand_written, method, row.path, origin, base_url=base
            )
        return found
