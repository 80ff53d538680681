"""What two policies grant, compared: what a change removes from origins, or grants them.

Asks ``decide`` as requests do; callables among the origins are compared, and not called.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from .. import fetch
from ..patterns.origins import Origins
from ..policy.decide import decide
from ..policy.facts import Preflight
from ..policy.policy import Policy

#: An origin that no configuration names; its domain is reserved for such uses (RFC 6761).
STRANGER: Final = "https://stranger.invalid"
# What `enforce` takes from a page whose origin is not allowed.
_SERVED: Final = "its unsafe requests are served"
# All literals of a policy are allowed the same: two of them show it, also where one is asked for.
_MOST_NAMED: Final = 2


def names(policy: Policy | None, origin: str) -> bool:
    """Return whether a policy lists *origin* by its name."""
    return policy is not None and origin in policy.origins.literals


def some_named(policy: Policy | None) -> list[str]:
    """Return origins that a policy names: all of its literals are allowed the same."""
    return [] if policy is None else sorted(policy.origins.literals)[:_MOST_NAMED]


def allows_all_of(new: Policy | None, old: Policy | None, method: str) -> bool:
    """Return whether *new* allows all that *old* does.

    Origins, *method*, request headers, exposed headers, credentials and private networks count;
    for how long a preflight is cached does not.
    """
    if old is None or old.origins.empty:
        return True
    return new is not None and allows_origins_of(new, old) and _grants_all_of(new, old, method)


def allows_origins_of(new: Policy | None, old: Policy | None) -> bool:
    """Return whether *new* allows every origin that *old* does."""
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


def _grants_all_of(new: Policy, old: Policy, method: str) -> bool:
    """Return whether *new* grants its origins all that *old* grants to its own."""
    before, after = old.allow_headers, new.allow_headers
    return (
        old.credentials <= new.credentials
        and old.allow_private_network <= new.allow_private_network
        and (not old.allows_method(method) or new.allows_method(method))
        and (after.any or (not before.any and set(before.texts) <= set(after.texts)))
        and _exposed(old) <= _exposed(new)
    )


def _exposed(policy: Policy) -> set[str]:
    return {name.lower() for name in policy.settings["expose_headers"].value}


def callables_of(policy: Policy | None) -> list[object]:
    """Return the callables that decide on origins: they are compared, and not called."""
    return [] if policy is None else list(policy.settings["origins"].value.callables)


def rights_of(
    policy: Policy | None,
    origin: str,
    wanted: Preflight,
    served: Iterable[tuple[str, Policy | None]] = (),
) -> frozenset[str]:
    """Return what a page of *origin* may do where *policy* applies; callables are not called.

    *served* are the policies of all methods of the URL, where these are not the same.
    """
    if policy is None:
        return frozenset({_SERVED})
    policy = without_callables(policy)
    others = tuple((method, own and without_callables(own)) for method, own in served)
    actual, asked = decide(policy, origin), decide(policy, origin, wanted, others)
    rights = {name for name, _ in actual.headers if name != fetch.EXPOSE_HEADERS}
    if not policy.enforce or fetch.ALLOW_ORIGIN in rights:
        rights.add(_SERVED)
    if asked.headers and asked.grant:
        if asked.grant.method:
            rights |= {"method", *(f"header {name}" for name in asked.grant.headers)}
        rights |= {name for name, _ in asked.headers if name == fetch.ALLOW_PRIVATE_NETWORK}
    return frozenset(rights)


def without_callables(policy: Policy) -> Policy:
    """Return *policy* as it is without the callables among its origins."""
    if not policy.origins.callables:
        return policy
    return replace(policy, origins=replace(policy.origins, callables=()))


def matches_a_pattern(origins: Origins, origin: str) -> bool:
    """Return whether *origins* allow *origin* without asking a callable."""
    return bool(replace(origins, callables=()).match(origin).kind)
