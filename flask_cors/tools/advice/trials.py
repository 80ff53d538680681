"""Trials: what a change of the configuration would do to the page that asks, and to all others.

Compiles the change on a copy and asks the same engine as requests do; changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from ... import fetch
from ...policy.decide import Preflight, decide
from ...policy.policy import Policy
from ...resolution.compile import Policies
from ...resolution.table import Target
from ..asking import Asked, Question, ask
from ..routes import RouteRow, overview
from .changes import Compiled, Draft

#: An origin that no configuration names; its domain is reserved for such uses (RFC 6761).
STRANGER: Final = "https://stranger.invalid"
_STRANGERS: Final = (STRANGER, "null")


@dataclass(frozen=True)
class Tried:
    """What a draft came to: the answer to the page, and what speaks against the draft.

    ``objection`` is empty where nothing does. ``cost`` counts what else the draft changes
    for other origins at the route that the page asks for.
    """

    compiled: Compiled
    asked: Asked | None
    objection: str
    cost: int

    @property
    def turned(self) -> bool:
        """Whether the page can read the response now."""
        return self.asked is not None and self.asked.verdict == "readable"


class Trials:
    """Tries drafts for one question about one app."""

    def __init__(self, policies: Policies, start: Draft, question: Question) -> None:
        self.question = question
        self.start = start
        self._policies = policies
        self._app = start.app

    @cached_property
    def _complaints(self) -> frozenset[str]:
        """What the configuration as it is now is warned of; seldom needed, and costly."""
        return self.start.compile().complaints

    @cached_property
    def _rows(self) -> list[RouteRow]:
        return overview(self._app, self._policies)

    @cached_property
    def before(self) -> Asked:
        """What the page gets by the configuration as it is."""
        return ask(self._app, self._policies, self.question)

    def with_question(self, question: Question) -> Trials:
        """Return trials of the same configuration for another question."""
        return Trials(self._policies, self.start, question)

    def ask(self, draft: Draft) -> Tried:
        """Compile a draft and ask it; what speaks against it is looked for by :meth:`judge`."""
        compiled = draft.compile()
        asked = ask(self._app, compiled.policies, self.question) if compiled.policies else None
        return Tried(compiled, asked, "", 0)

    def judge(self, tried: Tried) -> Tried:
        """Return the objection to a draft: a new error, or what it changes for others."""
        compiled = tried.compiled
        if compiled.complaints and (new := compiled.complaints - self._complaints):
            return replace(tried, objection=min(new))
        objection, cost = self._compare(compiled)
        return replace(tried, objection=objection, cost=cost)

    def _compare(self, compiled: Compiled) -> tuple[str, int]:
        """Compare every route with what it was; one that is asked for may change."""
        before, after = self._policies, compiled.policies
        asked = self.before.found.target.endpoint
        cost = 0
        known: dict[tuple[int, int, str], tuple[bool, bool]] = {}
        if after is None:
            return "", 0
        for row in self._all_rows(compiled):
            for method in row.methods:
                target = Target(row.endpoint, row.rule, method, row.path)
                old, new = before.policy(target), after.policy(target)
                key = (id(old), id(new), method)
                if key not in known:
                    known[key] = self._differs(old, new, method)
                others, named = known[key]
                if row.endpoint == asked:
                    cost += others
                elif others or named:
                    who = "other origins" if others else "origins that are allowed"
                    return f"it changes what {who} get of {row.path}", cost
        return "", cost

    def _all_rows(self, compiled: Compiled) -> list[RouteRow]:
        """Return the routes, with other example paths where there are other resources."""
        if compiled.policies is None or compiled.draft.patterns == self.start.patterns:
            return self._rows
        known = {(row.rule, row.path, row.methods) for row in self._rows}
        more = overview(self._app, compiled.policies)
        more = [row for row in more if (row.rule, row.path, row.methods) not in known]
        return [*self._rows, *more]

    def _differs(self, old: Policy | None, new: Policy | None, method: str) -> tuple[bool, bool]:
        """Return whether strangers get something else, and whether a named origin gets less."""
        if old is new:
            return False, False
        wanted = self._wanted(method)
        others = any(
            _rights(old, origin, wanted) != _rights(new, origin, wanted)
            for origin in _STRANGERS
            if origin != self.question.origin and not (_names(old, origin) or _names(new, origin))
        )
        named = not _keeps(old, new) or any(
            _rights(old, origin, wanted) - _rights(new, origin, wanted) for origin in _named(old)
        )
        return others or _asked_elsewhere(old) != _asked_elsewhere(new), named

    def _wanted(self, method: str) -> Preflight:
        names = sorted(name.lower() for name in self.question.headers)
        return Preflight(method, ",".join(names) or None, self.question.private_network)


def _names(policy: Policy | None, origin: str) -> bool:
    return policy is not None and origin in policy.origins.literals


def _named(policy: Policy | None) -> list[str]:
    """Return origins that a policy names: all of its literals are allowed the same."""
    return [] if policy is None else sorted(policy.origins.literals)[:2]


def _keeps(old: Policy | None, new: Policy | None) -> bool:
    """Return whether every origin pattern of *old* is one of *new*, or any origin is."""
    if old is None or (new is not None and new.origins.any):
        return True
    if new is None:
        return old.origins.empty
    before, after = old.origins, new.origins
    return (
        _allows_credentials(old) <= _allows_credentials(new)
        and before.literals <= after.literals
        and before.wildcards <= after.wildcards
        and {regex.pattern for regex in before.regexes}
        <= {regex.pattern for regex in after.regexes}
    )


def _allows_credentials(policy: Policy) -> bool:
    return any(name == fetch.ALLOW_CREDENTIALS for name, _ in policy.on_actual)


def _asked_elsewhere(policy: Policy | None) -> list[object]:
    """Return the callables that decide on origins: they are compared, and not called."""
    return [] if policy is None else list(policy.settings["origins"].value.callables)


def _rights(policy: Policy | None, origin: str, wanted: Preflight) -> frozenset[str]:
    """Return what a page of *origin* may do where *policy* holds, callables left aside."""
    if policy is None:
        return frozenset()
    if policy.origins.callables:
        policy = replace(policy, origins=replace(policy.origins, callables=()))
    actual, asked = decide(policy, origin), decide(policy, origin, wanted)
    rights = {name for name, _ in actual.headers if name != fetch.EXPOSE_HEADERS}
    if asked.headers and asked.grant:
        rights |= {"method"} if asked.grant.method else set()
        rights |= {f"header {name}" for name in asked.grant.headers}
        rights |= {name for name, _ in asked.headers if name == fetch.ALLOW_PRIVATE_NETWORK}
    return frozenset(rights)
