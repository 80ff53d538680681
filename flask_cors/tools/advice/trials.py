"""Trials: what a change of the configuration would do to the page that asks, and to all others.

Compiles the change on a copy and asks the same engine as requests do; changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, NamedTuple

from ... import fetch
from ...errors import Source
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
# What `enforce` takes from a page whose origin is not allowed.
_SERVED: Final = "its unsafe requests are served"


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
        here = announced.policy(target)
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
                if row.endpoint == target.endpoint:
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
            return _rights(policy, origin, wanted)

        page = self.question.origin
        strangers = any(
            rights(old, origin) != rights(new, origin)
            for origin in _STRANGERS
            if origin != page and not any(_names(each, origin) for each in (old, now, new))
        )
        less = not keeps(old, new, method) or any(
            rights(old, origin) - rights(new, origin) for origin in _named(old)
        )
        origins = {*_named(now), *_named(new), *([page] if page else [])}
        more = not keeps(new, now, method) or any(
            rights(new, origin) - rights(now, origin) for origin in origins
        )
        called = _asked_elsewhere(old) != _asked_elsewhere(new)
        closes = not _keeps_origins(old, new)
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


def _names(policy: Policy | None, origin: str) -> bool:
    return policy is not None and origin in policy.origins.literals


def _named(policy: Policy | None) -> list[str]:
    """Return origins that a policy names: all of its literals are allowed the same."""
    return [] if policy is None else sorted(policy.origins.literals)[:2]


def keeps(old: Policy | None, new: Policy | None, method: str) -> bool:
    """Return whether *new* allows all that *old* does.

    Origins, *method*, request headers, credentials and private networks count; what a page may
    read, and for how long a preflight is kept, is not compared.
    """
    if old is None or old.origins.empty:
        return True
    return _keeps_origins(old, new) and new is not None and _keeps_rights(old, new, method)


def _keeps_origins(old: Policy | None, new: Policy | None) -> bool:
    if old is None or old.origins.empty:
        return True
    if new is None:
        return False
    before, after = old.origins, new.origins
    return after.any or (
        not before.any
        and before.literals <= after.literals
        and before.wildcards <= after.wildcards
        and {regex.pattern for regex in before.regexes}
        <= {regex.pattern for regex in after.regexes}
    )


def _keeps_rights(old: Policy, new: Policy, method: str) -> bool:
    """Return whether *new* grants its origins all that *old* grants to its own."""
    before, after = old.allow_headers, new.allow_headers
    return (
        old.credentials <= new.credentials
        and old.allow_private_network <= new.allow_private_network
        and (method not in old.methods or method in new.methods)
        and (after.any or (not before.any and set(before.texts) <= set(after.texts)))
    )


def _asked_elsewhere(policy: Policy | None) -> list[object]:
    """Return the callables that decide on origins: they are compared, and not called."""
    return [] if policy is None else list(policy.settings["origins"].value.callables)


def _rights(policy: Policy | None, origin: str, wanted: Preflight) -> frozenset[str]:
    """Return what a page of *origin* may do where *policy* holds, callables left aside."""
    if policy is None:
        return frozenset({_SERVED})
    if policy.origins.callables:
        policy = replace(policy, origins=replace(policy.origins, callables=()))
    actual, asked = decide(policy, origin), decide(policy, origin, wanted)
    rights = {name for name, _ in actual.headers if name != fetch.EXPOSE_HEADERS}
    if not policy.enforce or fetch.ALLOW_ORIGIN in rights:
        rights.add(_SERVED)
    if asked.headers and asked.grant:
        rights |= {"method"} if asked.grant.method else set()
        rights |= {f"header {name}" for name in asked.grant.headers}
        rights |= {name for name, _ in asked.headers if name == fetch.ALLOW_PRIVATE_NETWORK}
    return frozenset(rights)
