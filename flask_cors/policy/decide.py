"""The CORS protocol: from the facts of a request and a policy to a decision.

No input, no output, no Flask. Section ids are those of the Fetch standard.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from .. import fetch
from ..options.parsers import HeaderNames
from ..options.schema import HeaderLines
from ..patterns.origins import NO_MATCH, Match, is_echoable
from .facts import Grant, Limit, LimitCode, Preflight
from .policy import Policy, without_credentials

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
# Seconds, without Access-Control-Max-Age (#cors-preflight-fetch-0).
_CACHED_BY_DEFAULT: Final = 5
_VARY: Final = (fetch.VARY, fetch.ORIGIN)


class AnsweredElsewhere(NamedTuple):
    """The policy of a method whose preflight is not answered here.

    The app answers it, or where the app answers this one, the library does. The method is never
    named. But browsers cache the header names of both answers together (#cors-preflight-cache),
    so that each limits the other.
    """

    policy: Policy


#: The methods that a URL serves, each with its own policy, ``None`` where CORS is off there.
Served = tuple[tuple[str, Policy | AnsweredElsewhere | None], ...]


@dataclass(frozen=True, eq=False)
class Decision:
    """The result of the CORS protocol for one request.

    - ``headers``: the lines to send, without ``Vary``
    - ``vary``: whether ``Vary`` must name ``Origin``; ``lines`` are the headers with it
    - ``allowed``: whether the origin is allowed and, on preflights, all that is requested
    - ``denied``: whether there is an origin, and it is not allowed
    - ``notable``: whether a denial, or dropped credentials, are to be reported
    - ``lasting``: whether the same request would get the same decision: no callable was called
    """

    policy: Policy
    origin: str | None
    match: Match
    headers: HeaderLines
    vary: bool
    lines: HeaderLines
    allowed: bool
    denied: bool
    notable: bool
    lasting: bool
    preflight: Preflight | None = None
    grant: Grant | None = None

    @property
    def allow_origin(self) -> str | None:
        """The value of Access-Control-Allow-Origin, or ``None``."""
        return self.headers[0][1] if self.headers else None

    @property
    def reason(self) -> str:
        """Why the request is denied, in one sentence; empty where it is not."""
        if not self.denied:
            return ""
        from .steps import reason

        return reason(self)


def decide(
    policy: Policy,
    origin: str | None,
    preflight: Preflight | None = None,
    served: Served = (),
) -> Decision:
    """Decide on a request; *origin* is the value of ``Origin``, ``None`` without it.

    *served* is given for a preflight of a URL whose methods do not all have *policy*.
    """
    # An empty Origin is sent by no browser (#origin-header), and is as if there were none.
    origin = origin or None
    match = policy.origins.match(origin) if origin else NO_MATCH
    allow_origin = _allow_origin(policy, origin, match) if origin else _without_origin(policy)
    vary = policy.vary_header and _varies(policy, allow_origin)
    grant = None if preflight is None else _grant(policy, preflight)
    headers: HeaderLines = ()
    if preflight and grant and served and origin and allow_origin is not None:
        grant = _limited(policy, origin, preflight, grant, served)
    if allow_origin is not None:
        lines = _accompanying(policy, preflight, grant)
        # Any sandboxed frame has the origin "null" (HTML, "opaque origins"): no credentials.
        if policy.credentials and allow_origin.lower() == "null":
            lines = without_credentials(lines)
        headers = ((fetch.ALLOW_ORIGIN, allow_origin), *lines)
    allowed = bool(match.kind) and (grant is None or (grant.method and not grant.refused))
    return Decision(
        policy=policy,
        origin=origin,
        match=match,
        headers=headers,
        vary=vary,
        lines=(*headers, _VARY) if vary else headers,
        allowed=allowed,
        denied=origin is not None and not allowed,
        notable=origin is not None and (not allowed or policy.dropped_credentials is not None),
        lasting=not (origin and _asks_callables(policy, served)),
        preflight=preflight,
        grant=grant,
    )


def refuses(decision: Decision, method: str) -> bool:
    """Return whether ``enforce`` refuses a cross-origin request of *method*.

    Requests with a safe method (RFC 9110 section 9.2.1) and without ``Origin`` are those that
    every page may make: links, images, scripts. ``"*"`` allows every origin, a missing one too.
    """
    policy = decision.policy
    origin_allowed = policy.origins.any or bool(decision.match.kind)
    if method in SAFE_METHODS:
        return decision.origin is not None and not origin_allowed
    return not (origin_allowed and policy.allows_method(method))


def _asks_callables(policy: Policy, served: Served) -> bool:
    others = (_policy_of(own) for _, own in served)
    return any(own.origins.callables for own in (policy, *others) if own is not None)


def _policy_of(own: Policy | AnsweredElsewhere | None) -> Policy | None:
    return own.policy if isinstance(own, AnsweredElsewhere) else own


def _allow_origin(policy: Policy, origin: str, match: Match) -> str | None:
    """Return what a CORS check takes: "*", or the origin byte for byte (#concept-cors-check)."""
    if not match.kind:
        return None
    if match.kind == "any" and (policy.send_wildcard or not is_echoable(origin)):
        return "*"
    return origin


def _without_origin(policy: Policy) -> str | None:
    """Return what a response to no CORS request says (#cors-request).

    It may be cached and serve a page later (#cors-protocol-and-http-caches).
    """
    if not policy.always_send:
        return None
    if policy.origins.any:
        return "*"
    literals = policy.origins.literals
    return next(iter(literals)) if len(literals) == 1 else None


def _varies(policy: Policy, allow_origin: str | None) -> bool:
    """Return whether another ``Origin`` would have changed the headers.

    See #cors-protocol-and-http-caches: only ``*``, or one origin that is always sent,
    makes a response that a cache may hand to everybody.
    """
    if allow_origin is None:
        return not policy.origins.empty
    return allow_origin != "*" and not (policy.always_send and allow_origin == policy.single)


def _grant(policy: Policy, preflight: Preflight) -> Grant:
    """Return what of a preflight the policy allows (#cors-preflight-fetch-0)."""
    method = policy.allows_method(preflight.method) and fetch.is_token(preflight.method)
    if not preflight.headers:
        return Grant(method, (), ())
    if preflight.has_too_many_headers:
        return Grant(method, (), (preflight.headers,))
    return Grant(method, *_split_headers(preflight.headers, policy.allow_headers))


def _limited(
    policy: Policy,
    origin: str,
    preflight: Preflight,
    grant: Grant,
    served: Served,
) -> Grant:
    """Limit what a preflight grants to what each method's own preflight would grant.

    A browser caches every method and header name of the answer for the URL
    (#cors-preflight-cache), and then sends other requests without asking. A safelisted method
    needs no entry of its own (#cors-preflight-fetch-0), so that the header names alone would let
    it through: every method that is named or safelisted has to allow them. Entries made with
    credentials serve requests without them, too (#concept-cache-match): a method that is not
    granted credentials is not named together with one that is, and a name has to be allowed by
    every method that any preflight grants, since the two may come from two preflights. All entries
    of an answer are cached for one time: where callables decide on a method, which may change their
    minds, it is not named for longer than it asks for, and its time holds for the header names.
    """
    if not grant.method:
        return grant
    needed = _permissions(policy, origin, preflight)
    # To a browser "*" is every method, not the one that is asked for.
    methods, names = {preflight.method} - {"*"}, set(grant.headers)
    limiting: list[Limit] = []
    own_age = seconds = _seconds_cached(policy)
    for method, served_by in served:
        own = _policy_of(served_by)
        found = None if own is None else decide(own, origin, preflight._replace(method=method))
        own_names = None if found is None else _names_granted(found)
        if own_names is not None:
            if lacking := tuple(name for name in grant.headers if name not in own_names):
                limiting.append(Limit(method, "headers", lacking))
            names &= own_names
        named = own_names is not None and not isinstance(served_by, AnsweredElsewhere)
        shorter = False
        if own is not None and own_names is not None and own.origins.callables:
            shorter = _seconds_cached(own) < own_age
            seconds = min(seconds, _seconds_cached(own))
        if found is not None and named and needed <= {*found.headers}:
            if not shorter:
                methods.add(method)
        elif method in fetch.SAFELISTED_METHODS and method != preflight.method:
            names.clear()
            limiting.append(Limit(method, _why_limited(found, named, needed)))
    lost = tuple(name for name in grant.headers if name not in names)
    refused = (*grant.refused, *lost)
    by = tuple(limiting) if lost else ()
    limit = seconds if names and seconds < own_age else None
    return Grant(True, tuple(sorted(names)), refused, tuple(sorted(methods)), by, limit)


def _why_limited(found: Decision | None, named: bool, needed: set[tuple[str, str]]) -> LimitCode:
    """Return why a safelisted method of the URL is not granted what is asked for another one."""
    if found is None:
        return "off"
    if found.allow_origin is None:
        return "origin"
    if found.grant is None or not found.grant.method:
        return "method"
    if not named:
        return "elsewhere"
    lacking = {name for name, _ in needed - {*found.headers}}
    return "credentials" if fetch.ALLOW_CREDENTIALS in lacking else "private-network"


def _seconds_cached(policy: Policy) -> int:
    """Return for how long browsers cache what a preflight grants (#http-access-control-max-age)."""
    seconds: int | None = policy.settings["max_age"].value
    return _CACHED_BY_DEFAULT if seconds is None else seconds


def _permissions(policy: Policy, origin: str, preflight: Preflight) -> set[tuple[str, str]]:
    """Return the lines of a preflight that permit more than a method or a header name."""
    found = set()
    if policy.credentials and origin.lower() != "null":
        found.add((fetch.ALLOW_CREDENTIALS, "true"))
    if preflight.private_network and policy.allow_private_network:
        found.add((fetch.ALLOW_PRIVATE_NETWORK, "true"))
    return found


def _names_granted(decision: Decision) -> set[str] | None:
    """Return the header names that a preflight grants, ``None`` where it grants no method."""
    if decision.allow_origin is None or decision.grant is None or not decision.grant.method:
        return None
    return set(decision.grant.headers)


def _split_headers(value: str, allowed: HeaderNames) -> tuple[tuple[str, ...], tuple[str, ...]]:
    granted: list[str] = []
    refused: list[str] = []
    # Empty items of a list are ignored (RFC 9110 section 5.6.1).
    for item in value.split(","):
        if name := item.strip(" \t"):
            # A name that is not a token is never echoed: it is not a header name. And to a browser
            # "*" is every name, so a regex that matches it would allow more than its text.
            one = fetch.is_token(name) and (name != "*" or allowed.any)
            good = one and allowed.allows(name)
            (granted if good else refused).append(name)
    return tuple(sorted(granted)), tuple(refused)


def _accompanying(policy: Policy, preflight: Preflight | None, grant: Grant | None) -> HeaderLines:
    """Return the headers that accompany Access-Control-Allow-Origin (#http-responses)."""
    if preflight is None or grant is None:
        return policy.on_actual
    lines = policy.on_granted if grant.method else policy.on_preflight
    # What follows is read in #cors-preflight-fetch-0; "*" is spelled out, since with credentials
    # it is the method of that name (#http-access-control-allow-methods).
    if grant.method and grant.methods is not None:
        lines = tuple(line for line in lines if line[0] != fetch.ALLOW_METHODS)
        lines += ((fetch.ALLOW_METHODS, ", ".join(grant.methods)),)
    elif grant.method and "*" in policy.methods:
        lines += ((fetch.ALLOW_METHODS, preflight.method),)
    if grant.method and grant.headers:
        lines += ((fetch.ALLOW_HEADERS, ", ".join(grant.headers)),)
    if grant.max_age is not None:
        lines = tuple(line for line in lines if line[0] != fetch.MAX_AGE)
        lines += ((fetch.MAX_AGE, str(grant.max_age)),)
    # https://wicg.github.io/private-network-access/#cors-preflight
    if preflight.private_network and policy.allow_private_network:
        lines += ((fetch.ALLOW_PRIVATE_NETWORK, "true"),)
    return lines
