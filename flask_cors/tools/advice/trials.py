"""Trials: what a change of the configuration would do to the page that asks, and to all others.

Compiles the change on a copy and asks the same engine as requests do; changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, NamedTuple

from ...errors import Source
from ...policy.facts import MAX_REQUEST_HEADERS_COUNT, Preflight
from ...policy.policy import Policy
from ...resolution.compile import Policies
from ...resolution.marks import Layer
from ...resolution.table import Target
from ..asking import Asked, Question, ask, hidden_layer
from ..comparing import (
    STRANGER,
    allows_all_of,
    allows_origins_of,
    callables_of,
    names,
    rights_of,
    some_named,
)
from ..routes import RouteRow, overview
from .drafts import Compiled, Draft, Opened

_STRANGERS: Final = (STRANGER, "null")
# What a change gives to others that are listed weighs more than what strangers notice.
_LIFTS: Final = 100
_ONE_CACHE: Final = "since a browser keeps them for every method of a URL"
# Stands for all other names where a policy allows any header.
_ANY_HEADER: Final = "x-any-header"


@dataclass(frozen=True)
class Tried:
    """The result of a draft: the answer to the page, and why the draft is not to be proposed.

    ``objection`` is empty where it may be. ``cost`` counts what else the draft changes for other
    origins at the route that the page asks for; ``closes`` says that some of them can read it
    now, and no longer could.
    """

    compiled: Compiled
    asked: Asked | None
    objection: str = ""
    cost: int = 0
    closes: bool = False

    @property
    def turned(self) -> bool:
        """Whether the page can read the response now."""
        return self.asked is not None and self.asked.verdict == "readable"


class _Held(NamedTuple):
    """The policy of a method, and where a URL has several, those of all its methods.

    A browser caches the header names of a preflight for the URL, so that each method limits what
    a preflight for the others grants (#cors-preflight-cache).
    """

    policy: Policy | None
    served: tuple[tuple[str, Policy | None], ...]


class _Changes(NamedTuple):
    """What a draft changes at a route for strangers, and for origins that some policy lists.

    - ``strangers``: whether origins that no policy lists get something else
    - ``less`` and ``more``: whether some origin may do less, or more
    - ``more_for_listed``: whether an origin that was allowed before, other than the page's, may do
      more
    - ``limited``: whether ``less`` is so although the route's own policy allows all that it did:
      the policies of other methods of its URL limit it
    - ``closes``: whether the route's policy no longer allows every origin that it did
    - ``lifts``: whether an origin that was listed before may do more
    """

    strangers: bool = False
    less: bool = False
    limited: bool = False
    more: bool = False
    closes: bool = False
    lifts: bool = False
    more_for_listed: bool = False


class Trials:
    """Tries drafts for one question about one app."""

    def __init__(self, policies: Policies, start: Draft, question: Question) -> None:
        self.question = question
        self.start = start
        self._policies = policies
        self._app = start.app

    @cached_property
    def _messages(self) -> frozenset[str]:
        """The warnings and errors of the present configuration; seldom needed, and costly."""
        return self.start.compile().messages

    @cached_property
    def _rows(self) -> list[RouteRow]:
        return overview(self._app, self._policies)

    @cached_property
    def hidden(self) -> Layer | None:
        """The wider resource that lists the page's origin, and that a more specific one hides.

        Then others are listed in the more specific one, with rights of their own.
        """
        return hidden_layer(self._policies, self.before.found, self.question.origin)

    @cached_property
    def before(self) -> Asked:
        """What the page gets by the configuration as it is."""
        return ask(self._app, self._policies, self.question)

    def with_question(self, question: Question) -> Trials:
        """Return trials of the same configuration for another question."""
        return Trials(self._policies, self.start, question)

    def ask(self, draft: Draft) -> Tried:
        """Compile a draft and ask it; :meth:`judge` looks for objections."""
        compiled = draft.compile()
        asked = ask(self._app, compiled.policies, self.question) if compiled.policies else None
        return Tried(compiled, asked)

    def judge(
        self,
        tried: Tried,
        announced: Policies | None = None,
        opened: Set[Opened] = frozenset(),
    ) -> Tried:
        """Return *tried*, which lets the page through, with its objection: a new error, or harm.

        *announced* are the policies after an edit whose words say what it does to other routes;
        words also say of those *opened* that they are opened to the page.
        """
        compiled = tried.compiled
        if compiled.messages and (new := compiled.messages - self._messages):
            return replace(tried, objection=min(new))
        return self._compared(tried, announced or self._policies, opened)

    def _compared(self, tried: Tried, announced: Policies, opened: Set[Opened]) -> Tried:
        """Compare every route with what it was; one that is asked for may change."""
        compiled, before, after = tried.compiled, self._policies, tried.compiled.policies
        assert after is not None  # they have been asked
        target = self.before.found.target
        here, asked_for = announced.policy(target), before.policy(target)
        cost, closes, why = 0, False, ""
        known: dict[tuple[_Held, _Held, _Held, str], _Changes] = {}
        for places in _by_url(self._all_rows(compiled)):
            held = (_held(policies, places) for policies in (before, announced, after))
            for place, *(old, now, new) in zip(places, *held, strict=True):
                key = (old, now, new, place.method or "")
                if key not in known:
                    known[key] = self._changes(*key)
                changes = known[key]
                # Of one endpoint, other rules and paths with other resources are other routes.
                if (place.endpoint, place.rule) == (target.endpoint, target.rule) and (
                    old.policy is asked_for or place.path == target.path
                ):
                    cost += changes.strangers + _LIFTS * changes.lifts
                    closes = closes or changes.closes
                elif changes.strangers:
                    why = f"it changes what other origins get of {place.path}"
                elif changes.limited:
                    why = f"it limits the headers of {place.method} {place.path}, {_ONE_CACHE}"
                elif changes.less:
                    why = f"it takes from origins that are allowed something of {place.path}"
                elif (place.endpoint, place.rule) in opened:
                    if changes.more_for_listed:
                        why = f"it gives origins that are allowed {place.path} more than now"
                elif changes.more and not _is_one_place(here, now.policy, new.policy):
                    why = f"it opens {place.path} to origins that are not allowed there"
                if why:
                    return replace(tried, objection=why)
        return replace(tried, cost=cost, closes=closes)

    def _all_rows(self, compiled: Compiled) -> list[RouteRow]:
        """Return the routes, with other example paths where there are other resources."""
        if compiled.policies is None or compiled.draft.patterns == self.start.patterns:
            return self._rows
        known = {(row.rule, row.path, row.methods) for row in self._rows}
        more = overview(self._app, compiled.policies)
        more = [row for row in more if (row.rule, row.path, row.methods) not in known]
        return [*self._rows, *more]

    def _changes(self, was: _Held, announced: _Held, becomes: _Held, method: str) -> _Changes:
        """Return what a draft changes; *announced* is what the words of an edit say already."""
        if was == becomes:
            return _Changes()
        wanted = self._wanted(method, was, becomes)
        old, now, new = was.policy, announced.policy, becomes.policy

        def rights(held: _Held, origin: str) -> frozenset[str]:
            return rights_of(held.policy, origin, wanted, held.served)

        page = self.question.origin
        strangers = any(
            rights(was, origin) != rights(becomes, origin)
            for origin in _STRANGERS
            if origin != page and not any(names(each, origin) for each in (old, now, new))
        )
        kept = allows_all_of(new, old, method)
        less = not kept or any(
            rights(was, origin) - rights(becomes, origin) for origin in some_named(old)
        )
        origins = {*some_named(now), *some_named(new), *([page] if page else [])}
        more = not allows_all_of(now, new, method) or any(
            rights(becomes, origin) - rights(announced, origin) for origin in origins
        )
        called = callables_of(old) != callables_of(new)
        closes = not allows_origins_of(new, old)
        lifted = [each for each in some_named(old) if rights(becomes, each) - rights(was, each)]
        lifts = self.hidden is not None and bool(lifted)
        for_listed = any(origin != page for origin in lifted)
        return _Changes(strangers or called, less, less and kept, more, closes, lifts, for_listed)

    def _wanted(self, method: str, *held: _Held) -> Preflight:
        """Return a preflight for the headers of the page, and all that a shared URL grants."""
        names = {name.lower() for name in self.question.headers}
        for policy in {policy for each in held for _, policy in each.served if policy}:
            allowed = policy.allow_headers
            names |= {_ANY_HEADER} if allowed.any else allowed.names
        some = sorted(names)[:MAX_REQUEST_HEADERS_COUNT]
        return Preflight(method, ",".join(some) or None, self.question.private_network)


def _by_url(rows: Iterable[RouteRow]) -> Iterable[list[Target]]:
    """Return what the routes serve, with those at the same host and path together."""
    found: dict[tuple[str, str], list[Target]] = {}
    for row in rows:
        targets = (Target(row.endpoint, row.rule, method, row.path) for method in row.methods)
        found.setdefault((row.host, row.path), []).extend(targets)
    return found.values()


def _held(policies: Policies, places: Sequence[Target]) -> list[_Held]:
    """Return what holds for the methods of one URL."""
    found = [policies.policy(place) for place in places]
    served: tuple[tuple[str, Policy | None], ...] = ()
    if len({*found}) > 1:
        methods = [place.method or "" for place in places]
        served = tuple(zip(methods, found, strict=True))
    return [_Held(policy, served) for policy in found]


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
