"""One self-contained page: routes and origins with the verdicts, their explanations, findings.

Asks ``explain`` and ``check``; decides nothing itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from flask import Flask
from jinja2 import Environment, PackageLoader, StrictUndefined

from . import explain as explaining
from .advice import advise, preflight_reasons
from .checks import check
from .errors import Source
from .fetch import SAFELISTED_METHODS
from .options import Policy
from .origins import Origins
from .overview import RouteRow, effective_options, overview, policies_of
from .protocol import Preflight, decide
from .resolver import Table

if TYPE_CHECKING:
    from .state import AppCORS

STRANGER: Final = "https://stranger.example"
_MOST_COLUMNS: Final = 5
# An explanation takes about 2 kB and a millisecond; beyond these the page names the command.
_MOST_EXPLAINED: Final = 300
_CODES: Final = {"readable": "r", "blocked": "b", "same-origin": "s"}


def render(app: Flask, state: AppCORS) -> str:
    """Return the page as HTML; it loads nothing and needs no network.

    Raises ``ConfigError`` where the configuration has errors.
    """
    table = state.table()
    matrix = Matrix(app, table, frozenset(state.hand_written))
    result = check(app, state, table)
    templates = Environment(
        loader=PackageLoader("flask_cors"), autoescape=True, undefined=StrictUndefined
    )
    return templates.get_template("report.html").render(
        name=app.name,
        data=matrix.to_dict(),
        origins=matrix.origins,
        routes=len(matrix.rows),
        policies=len(matrix.policies),
        findings=result.findings,
        ignored=result.ignored,
        not_run=result.not_run,
    )


class Matrix:
    """Routes × origins: the verdict of each, and the explanations behind them.

    ``origins`` are representatives of the policies that most routes have, a stranger and
    ``null``; each route is also asked for an origin of its own policy, where one is named.
    """

    def __init__(self, app: Flask, table: Table, hand_written: frozenset[str]) -> None:
        self.rows = overview(app, table)
        self.policies = policies_of(self.rows)
        self.origins = list(dict.fromkeys([*self._representatives(), STRANGER, "null"]))
        self._judge = _Judge(app, table, hand_written, _own_options(self.rows))

    def _representatives(self) -> list[str]:
        found = (representative(policy.origins) for policy in self.policies)
        return list(dict.fromkeys(filter(None, found)))[:_MOST_COLUMNS]

    def verdict(self, row: RouteRow, method: str, origin: str) -> str:
        """Return what a page of *origin* gets: ``readable``, ``blocked`` or ``same-origin``."""
        return self._judge.verdict(row, method, origin)

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain data; texts that repeat are named by number."""
        strings: dict[str, int] = {}
        sources: dict[Source, int] = {}
        policies = [
            [
                (
                    strings.setdefault(option.name, len(strings)),
                    strings.setdefault(option.value, len(strings)),
                    sources.setdefault(option.source, len(sources)),
                )
                for option in effective_options(policy)
            ]
            for policy in self.policies
        ]
        numbers = {policy: number for number, policy in enumerate(self.policies)}
        return {
            "origins": self.origins,
            "routes": [self._route(row, numbers) for row in self.rows],
            "policies": policies,
            "strings": list(strings),
            "sources": [asdict(source) for source in sources],
            "explanations": self._judge.explanations,
        }

    def _route(self, row: RouteRow, numbers: dict[Policy, int]) -> dict[str, Any]:
        own = representative(row.policy.origins) if row.policy else None
        asked = [own, *self.origins]
        return {
            "endpoint": row.endpoint,
            "rule": f"{row.host} {row.rule}" if row.host else row.rule,
            "methods": row.methods,
            "path": row.path,
            "policy": None if row.policy is None else numbers[row.policy],
            "off": "" if row.policy else "exempt" if row.exempt else "not covered",
            "varies": row.varies,
            "own": own or "",
            "named": _named(row),
            "cells": [
                "".join(_CODES[self.verdict(row, method, origin)] for method in row.methods)
                if origin
                else ""
                for origin in asked
            ],
            "told": [
                [self._judge.told(row, method, origin) for method in row.methods] if origin else []
                for origin in asked
            ],
        }


def _named(row: RouteRow) -> str:
    """Say in words which origins are allowed, for where none can be named."""
    if row.policy is None:
        return "CORS is off"
    return "any origin" if row.policy.origins.any else "none can be named"


def representative(origins: Origins) -> str | None:
    """Return an origin that *origins* allow by name; ``None`` where none can be told."""
    if origins.literals:
        return min(origins.literals)
    for wildcard in sorted(origins.wildcards):
        scheme, _, host = wildcard.partition("://")
        if scheme not in ("http", "https"):
            return f"{scheme}://{host.replace('*', 'abcdefghijklmnop')}"
        name = host.replace("*.", "www.", 1)
        return f"{scheme}://{name.removesuffix(':*')}" + (":8080" if name.endswith(":*") else "")
    for regex in origins.regexes:
        text = re.sub(r"^\^|\$$|\\Z$", "", regex.pattern).replace("s?://", "s://")
        text = re.sub(r"\.[*+]\??|\[[^\]]*\][*+]?|\\[wd][*+]?", "1", text).replace("\\", "")
        text = re.sub(r"\((?:\?:)?([^()|]*)[^()]*\)\??", r"\1", text)
        if regex.fullmatch(text) and text.isascii():
            return text
    return None


def _own_options(rows: Iterable[RouteRow]) -> frozenset[str]:
    return frozenset(row.rule for row in rows if row.own_options)


@cache
def _reasons(method: str) -> list[str]:
    return preflight_reasons(method, {})


@dataclass
class _Judge:
    """Asks ``explain`` for verdicts, once for each kind of answer.

    Two requests that get the same headers get the same verdict, whatever their policies.
    """

    app: Flask
    table: Table
    hand_written: frozenset[str]
    own_options: frozenset[str]
    explanations: list[dict[str, Any]] = field(default_factory=list)
    _verdicts: dict[object, str] = field(default_factory=dict)
    _numbers: dict[object, int] = field(default_factory=dict)

    def verdict(self, row: RouteRow, method: str, origin: str) -> str:
        key = self._kind(row, method, origin)
        if key not in self._verdicts:
            self._verdicts[key] = self._explain(row, method, origin).verdict
        return self._verdicts[key]

    def _kind(self, row: RouteRow, method: str, origin: str) -> object:
        """Return what the verdict depends on; requests of one kind get the same."""
        policy = row.policy
        if row.rule in self.own_options or row.host or (policy and policy.origins.callables):
            return id(row), method, origin
        place = (method, origin == "null", origin.partition("//")[0], self._is_own(origin))
        if policy is None:
            return place, row.exempt
        answers = [decide(policy, origin)]
        if method not in SAFELISTED_METHODS:
            answers.append(decide(policy, origin, Preflight(method)))
        sent = [
            [(name, value == origin or value) for name, value in answer.headers]
            for answer in answers
        ]
        return place, policy.automatic_options, repr(sent)

    def _is_own(self, origin: str) -> bool:
        name = self.app.config["SERVER_NAME"] or "localhost"
        return origin.partition("://")[2] == name

    def told(self, row: RouteRow, method: str, origin: str) -> int:
        """Return the number of an explanation for these options, -1 where there are too many."""
        key = (row.policy or id(row), row.rule in self.own_options and id(row), method, origin)
        if key not in self._numbers:
            if len(self.explanations) == _MOST_EXPLAINED:
                return -1
            self._numbers[key] = len(self.explanations)
            told = self._explain(row, method, origin)
            kept = told.to_dict()
            del kept["options"]
            extra = {"preflight": _reasons(method), "advice": advise(told)}
            self.explanations.append({**kept, **extra, "path": row.path})
        return self._numbers[key]

    def _explain(self, row: RouteRow, method: str, origin: str) -> explaining.Explanation:
        base = f"http://{row.host}" if row.host else None
        return explaining.explain(
            self.app, self.table, self.hand_written, method, row.path, origin, base_url=base
        )
