"""Trials: what a change of the configuration would do to the page that asks, and to all others.

Compiles the change on a copy and asks the same engine as requests do; changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, NamedTuple

from ...errors import Source
from ...policy.decide import Preflight
from ...policy.policy import Policy
from ...resolution.compile import Policies
from ...resolution.table import Target
from ..asking import Asked, Question, ask
from ..comparing import (
    STRANGER,
    callables_of,
    keeps,
    keeps_origins,
    names,
    rights_of,
    some_named,
)
from ..routes import RouteRow, overview
from .changes import Compiled, Draft

_STRANGERS: Final = (STRANGER, "null")


@dataclass(frozen=True)
class Tried:
    """What a draft came to: the answer to the page, and what speaks against the draft.

    ``objection`` is empty where nothing does. ``cost`` counts what else the draft changes
    for other origins at the route that the page asks for; ``closes`` says that these can read it
    now, and could no longer.
    """

    compiled: Compiled
    asked: Asked | None
    objection: str
    cost: int
    closes: bool = False

    @property
    def turned(self) -> bool:
        """Whether the page can read the response now."""
        return self.asked is not None and self.asked.verdict == "readable"


class _Changes(NamedTuple):
    """What a draft changes at a route: for strangers, and for origins that are named somewhere."""

    strangers: bool
    less: bool
    more: bool
    closes: bool


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

    def judge(self, tried: Tried, announced: Policies | None = None) -> Tried:
        """Return the objection to a draft: a new error, or what it changes for others.

        *announced* are the policies after an edit whose words say what it does to other routes.
        """
        compiled = tried.compiled
        if compiled.complaints and (new := compiled.complaints - self._complaints):
            return replace(tried, objection=min(new))
        objection, cost, closes = self._compare(compiled, announced or self._policies)
        return replace(tried, objection=objection, cost=cost, closes=closes)

    def _compare(self, compiled: Compiled, announced: Policies) -> tuple[str, int, bool]:
        """Compare every route with what it was; one that is asked for may change."""
        before, after = self._policies, compiled.policies
        target = self.before.found.target
        here, asked_for = announced.policy(target), before.policy(target)
        cost, closes, why = 0, False, ""
        known: dict[tuple[int, int, int, str], _Changes] = {}
        if after is None:
            return "", 0, False
        for row in self._all_rows(compiled):
            for method in row.methods:
                place = Target(row.endpoint, row.rule, method, row.path)
                old, now, new = before.policy(place), announced.policy(place), after.policy(place)
                key = (id(old), id(now), id(new), method)
                if key not in known:
                    known[key] = self._changes(old, now, new, method)
                changes = known[key]
                # Of one endpoint, other rules and paths with other resources are other routes.
                if (row.endpoint, row.rule) == (target.endpoint, target.rule) and (
                    old is asked_for or row.path == target.path
                ):
                    cost += changes.strangers
                    closes = closes or changes.closes
                elif changes.strangers:
                    why = f"it changes what other origins get of {row.path}"
                elif changes.less:
                    why = f"it takes from origins that are allowed something of {row.path}"
                elif changes.more and not _is_one_place(here, now, new):
                    why = f"it opens {row.path} to origins that are not allowed there"
                if why:
                    return why, cost, closes
        return "", cost, closes

    def _all_rows(self, compiled: Compiled) -> list[RouteRow]:
        """Return the routes, with other example paths where there are other resources."""
        if compiled.policies is None or compiled.draft.patterns == self.start.patterns:
            return self._rows
        known = {(row.rule, row.path, row.methods) for row in self._rows}
        more = overview(self._app, compiled.policies)
        more = [row for row in more if (row.rule, row.path, row.methods) not in known]
        return [*self._rows, *more]

    def _changes(
        self, old: Policy | None, now: Policy | None, new: Policy | None, method: str
    ) -> _Changes:
        """Return what *new* changes; *now* holds what the words of an edit say besides."""
        if old is new:
            return _Changes(False, False, False, False)
        wanted = self._wanted(method)

        def rights(policy: Policy | None, origin: str) -> frozenset[str]:
            return rights_of(policy, origin, wanted)

        page = self.question.origin
        strangers = any(
            rights(old, origin) != rights(new, origin)
            for origin in _STRANGERS
            if origin != page and not any(names(each, origin) for each in (old, now, new))
        )
        less = not keeps(old, new, method) or any(
            rights(old, origin) - rights(new, origin) for origin in some_named(old)
        )
        origins = {*some_named(now), *some_named(new), *([page] if page else [])}
        more = not keeps(new, now, method) or any(
            rights(new, origin) - rights(now, origin) for origin in origins
        )
        called = callables_of(old) != callables_of(new)
        closes = not keeps_origins(old, new)
        return _Changes(strangers or called, less, more, closes)

    def _wanted(self, method: str) -> Preflight:
        names = sorted(name.lower() for name in self.question.headers)
        return Preflight(method, ",".join(names) or None, self.question.private_network)


def _is_one_place(here: Policy | None, now: Policy | None, new: Policy | None) -> bool:
    """Return whether what changes at a route is written where it is for the one asked for.

    Then nobody can change one without the other, and whoever reads the advice knows it.
    """
    if here is None or now is None or new is None:
        return False
    changed = [
        name for name in new.settings if new.settings[name].value != now.settings[name].value
    ]
    return all(_place(here, name) == _place(now, name) for name in changed)


def _place(policy: Policy, option: str) -> tuple[Source, ...]:
    """Return where an option is set; one that is not set yet is written next to the origins."""
    source, origins = policy.settings[option].source, policy.settings["origins"].source
    return (source, origins) if source.level == "default" else (source,)
