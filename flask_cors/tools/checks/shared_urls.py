"""Rules about URLs whose methods have several policies: what one of them keeps from the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final, NamedTuple

from werkzeug.routing import MapAdapter

from ...errors import Source
from ...policy.decide import Served, decide
from ...policy.facts import MAX_REQUEST_HEADERS_COUNT, Limit, Preflight
from ...policy.policy import Policy
from ...resolution.compile import Policies
from ...resolution.table import Target
from ...runtime.hooks import state_of
from ..advice.advise import sentence
from ..advice.drafts import Draft, Edit, InvalidEditError
from ..advice.plans_shared import edits_of
from ..asking import Question
from ..comparing import STRANGER
from ..limits import Limiting, reasons, route_of, views_of
from ..routes import Adapters, RouteRow, served_rule
from ..text import some
from .rules import rule
from .subject import Found, Subject, source_of

# Methods whose requests have a body, and so a Content-Type, which is seldom a safelisted one.
_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
# Names that are asked for where any is allowed.
_USUAL_NAMES: Final = ("content-type", "authorization")
# What keeps pages of an origin out of the method that limits.
_KEPT_OUT: Final = ("off", "origin")


class _Blocked(NamedTuple):
    """A method whose preflights for an origin are granted no header name, and what limits them."""

    row: RouteRow
    method: str
    origin: str
    limits: tuple[Limit, ...]

    @property
    def origins(self) -> Source:
        """Where the origins of the blocked method are set, or CORS is turned on for it."""
        assert self.row.policy is not None  # else nothing is granted to begin with
        source = self.row.policy.settings["origins"].source
        return source_of(self.row.layers[0]) if source.level == "default" else source


@rule("CORS035", "warning", "request headers that another method of the URL never allows")
def unshared_headers(subject: Subject) -> Iterator[Found]:
    """See #cors-preflight-cache: header names are cached for every method of a URL."""
    found: dict[tuple[Source, frozenset[str]], list[_Blocked]] = {}
    adapters = Adapters(subject.app)
    for rows in _by_url(subject.rows):
        adapter = adapters.at(rows[0].host)
        for blocked in _blocked_at([_served_of(row, adapter) for row in rows]):
            codes = frozenset(limit.code for limit in blocked.limits)
            found.setdefault((blocked.origins, codes), []).append(blocked)
    for (source, _), each in found.items():
        yield Found.at(source, _reason(subject, each), _hint(subject, each[0]))


def _by_url(rows: Iterable[RouteRow]) -> Iterator[list[RouteRow]]:
    """Yield the rows of each URL whose methods have several policies."""
    found: dict[tuple[str, str], list[RouteRow]] = {}
    for row in rows:
        found.setdefault((row.host, row.path), []).append(row)
    for at_url in found.values():
        if len({row.policy for row in at_url}) > 1:
            yield at_url


def _served_of(row: RouteRow, adapter: MapAdapter) -> RouteRow:
    """Return a row with the methods alone that no other rule serves before it at this path."""

    def serves(method: str) -> bool:
        found = served_rule(adapter, row.path, method)
        return found is not None and (found.endpoint, found.rule) == (row.endpoint, row.rule)

    return replace(row, methods=tuple(filter(serves, row.methods)))


def _blocked_at(rows: Sequence[RouteRow]) -> Iterator[_Blocked]:
    """Yield, for each row of a URL, the first method that is never granted a header name."""
    served = tuple((method, row.policy) for row in rows for method in row.methods)
    if any(row.own_options or not _is_known(row.policy) for row in rows):
        return
    for row in rows:
        methods = row.methods if row.policy else ()
        found = (_blocked(row, method, served) for method in methods)
        yield from [each for each in found if each][:1]


def _is_known(policy: Policy | None) -> bool:
    """Return whether preflights are answered here, and by no callable's judgement."""
    return policy is None or (policy.automatic_options and not policy.origins.callables)


def _blocked(row: RouteRow, method: str, served: Served) -> _Blocked | None:
    policy = row.policy
    if policy is None or not _asks(policy, method):
        return None
    for origin in _samples(policy, served):
        limits = _limits(policy, method, origin, served)
        # Where the others allow the origin, what differs is for `explain`.
        if any(limit.code in _KEPT_OUT for limit in limits):
            return _Blocked(row, method, origin, limits)
    return None


def _asks(policy: Policy, method: str) -> bool:
    """Return whether pages are meant to send request headers with a method.

    By default any is allowed, which says nothing where a request has no body.
    """
    if not policy.allows_method(method) or policy.origins.empty:
        return False
    is_set = policy.settings["allow_headers"].source.level != "default"
    return method in _WITH_BODY or is_set


def _samples(policy: Policy, served: Served) -> Iterator[str]:
    """Yield origins that *policy* allows: one for each other policy that does not allow it."""
    listed = sorted(policy.origins.literals - {"null"})
    listed += [text.replace("*", "name", 1) for text in sorted(policy.origins.wildcards)]
    listed += [STRANGER] if policy.origins.any else []
    yield from listed[:1]
    for _, other in served:
        if isinstance(other, Policy):
            kept_out = (each for each in listed if not other.origins.match(each).kind)
            yield from islice(kept_out, 1)


def _limits(policy: Policy, method: str, origin: str, served: Served) -> tuple[Limit, ...]:
    """Return what keeps every header name from a method; empty where one is granted."""
    allowed = policy.allow_headers
    names = sorted(allowed.names) or list(_USUAL_NAMES if allowed.any else ())
    wanted = Preflight(method, ",".join(names[:MAX_REQUEST_HEADERS_COUNT]) or None)
    alone, grant = decide(policy, origin, wanted), decide(policy, origin, wanted, served).grant
    if not (alone.grant and alone.grant.headers) or grant is None or grant.headers:
        return ()
    return grant.limiting


# -- words -----------------------------------------------------------------------------


def _reason(subject: Subject, found: Sequence[_Blocked]) -> str:
    app, first = subject.app, found[0]
    page, them = (f"pages of {first.origin}", first.origin)
    if first.origin == STRANGER:
        page, them = "pages of most origins", "any origin"
    routes = [_named(subject, each) for each in found]
    views = _views(subject, first)
    why = [why for view in views for why in reasons(app, subject.policies, view, them)]
    return (
        f"{page} can send no request header, such as Content-Type: application/json, with "
        f"{some(routes, '; ')}: {'; '.join(why)}; browsers cache header names for every method of "
        "a URL"
    )


def _named(subject: Subject, blocked: _Blocked) -> str:
    row = blocked.row
    rules = subject.app.url_map.iter_rules(row.endpoint)
    rule = next(each for each in rules if each.rule == row.rule)
    return route_of(subject.app, rule, [blocked.method])


def _views(subject: Subject, blocked: _Blocked) -> list[Limiting]:
    return views_of(subject.app, _target(blocked.row, blocked.method), blocked.limits)


def _hint(subject: Subject, blocked: _Blocked) -> str:
    apart = f"serve {blocked.method} at a URL of its own"
    if change := _change(subject, blocked):
        return f"{change[:-1]}, or {apart}."
    return f"Allow the same for every method of the URL, or {apart}."


def _change(subject: Subject, blocked: _Blocked) -> str:
    """Return what to write, where it helps and changes the views that limit alone."""
    policy, policies = blocked.row.policy, subject.policies
    if blocked.origin == STRANGER or policy is None:
        return ""
    registry = state_of(subject.app).registry
    draft = Draft(subject.app, registry, dict(subject.app.config), degraded=policies.degraded)
    question = Question(blocked.method, "", blocked.origin, {}, policy.credentials)
    wanted = _target(blocked.row, blocked.method)
    edits: list[Edit] = []
    try:
        for view in _views(subject, blocked):
            edits += edits_of(view, draft, policies, wanted, question)
    except InvalidEditError:
        return ""
    for edit in edits:
        draft = edit.make(draft)
    after = draft.compile().policies if edits else None
    solved = after is not None and _is_solved(subject, blocked, after)
    return sentence(edits) if solved else ""


def _target(row: RouteRow, method: str) -> Target:
    return Target(row.endpoint, row.rule, method, row.path)


def _is_solved(subject: Subject, blocked: _Blocked, after: Policies) -> bool:
    """Return whether the header names are allowed, and only the views that limit have changed."""
    limiting = {(view.target.endpoint, view.target.rule) for view in _views(subject, blocked)}
    adapter = Adapters(subject.app).at(blocked.row.host)
    served: list[tuple[str, Policy | None]] = []
    for row in subject.rows:
        if (row.host, row.path) == (blocked.row.host, blocked.row.path):
            methods = _served_of(row, adapter).methods
            served += [(method, after.policy(_target(row, method))) for method in methods]
        for method in row.methods:
            new = after.policy(_target(row, method))
            if (row.endpoint, row.rule) not in limiting and not _are_equal(row.policy, new):
                return False
    policy = after.policy(_target(blocked.row, blocked.method))
    limits = policy and _limits(policy, blocked.method, blocked.origin, tuple(served))
    return policy is not None and not limits


def _are_equal(old: Policy | None, new: Policy | None) -> bool:
    if old is None or new is None:
        return old is new
    return old.values == new.values
