"""Rules about origins: who is allowed too widely."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address

from ...patterns.suffixes import is_listed
from ...policy.decide import SAFE_METHODS
from ..public_suffixes import public_suffix_list
from ..routes import RouteRow
from ..text import some
from .rules import rule
from .subject import Found, Subject, routes


@rule("CORS002", "warning", "any origin, outside debug mode")
def any_origin(subject: Subject) -> Iterator[Found]:
    for use in subject.uses("origins"):
        if use.value.any and not subject.app.debug:
            yield use.found(
                f"any site may read the responses of {routes(use.rows)}",
                "List the origins, or ignore this place with the reason that the data is public.",
            )


@rule("CORS003", "warning", "any origin on a view that changes state")
def any_origin_changes_state(subject: Subject) -> Iterator[Found]:
    for use in subject.uses("origins"):
        rows = [row for row in use.rows if changes_state(row)]
        if use.value.any and rows:
            yield use.found(
                f"any site may change state through {routes(rows)}",
                "List the origins that may call these views.",
            )


def changes_state(row: RouteRow) -> bool:
    """Return whether pages may use a method of the route that changes state."""
    # A POST needs no preflight, so no list of methods prevents it.
    return any(
        method == "POST" or (row.policy is not None and row.policy.allows_method(method))
        for method in row.methods
        if method not in SAFE_METHODS
    )


@rule("CORS004", "warning", "an http: origin")
def http_origins(subject: Subject) -> Iterator[Found]:
    for use in subject.uses("origins"):
        patterns = sorted([*use.value.literals, *use.value.wildcards])
        plain = [text for text in patterns if text.startswith("http://") and not is_local(text)]
        if plain:
            yield use.found(
                f"pages of {some(plain)} come over http:, so anybody on the network can write them",
                "Serve those pages over https, and write https://.",
                "error" if use.credentials else "",
            )


def host_of(pattern: str) -> str:
    """Return the host of an origin or wildcard origin, without the wildcard."""
    host = re.sub(r":(?:\d+|\*)$", "", pattern.partition("://")[2])
    return host.removeprefix("*.").strip("[]")


def is_local(pattern: str) -> bool:
    """Return whether an origin or wildcard origin is one of this machine."""
    host = host_of(pattern)
    if host.rpartition(".")[2] in ("localhost", "test"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@rule("CORS005", "warning", "the origin null")
def null_origin(subject: Subject) -> Iterator[Found]:
    for use in subject.uses("origins"):
        if "null" in use.value.literals:
            yield use.found(
                "every sandboxed frame and every local file has the origin 'null', so any site can "
                f"read {routes(use.rows)}",
                "Leave 'null' out; serve the page from an origin of its own.",
            )


@rule("CORS006", "warning", "a wildcard over a suffix where anybody gets a host")
def public_suffixes(subject: Subject) -> Iterator[Found]:
    known = public_suffix_list()
    for use in subject.uses("origins"):
        for text in sorted(use.value.wildcards):
            if text.endswith("://*") and use.credentials:
                yield use.found(
                    f"{text} is every extension or app of that scheme, with the user's cookies",
                    f"Name your own, as in {text[:-1]}abcdefghijklmnop.",
                    "error",
                )
            suffix = host_of(text) if "://*." in text else ""
            public = known.publicsuffix(suffix, accept_unknown=False)
            if suffix and (public == suffix or is_listed(suffix)):
                yield use.found(
                    f"anybody can get a host under {suffix}, so {text} is nearly any site",
                    f"Name your own host, as in {text.replace('*', 'name', 1)}.",
                    "error" if use.credentials else "",
                )


@rule("CORS023", "note", "send_wildcard where the origins are named")
def wildcards_not_sent(subject: Subject) -> Iterator[Found]:
    for use in subject.uses("send_wildcard"):
        if use.value and not any(row.policy and row.policy.origins.any for row in use.rows):
            yield use.found(
                f"send_wildcard has no effect on {routes(use.rows)}: the origins are named, and "
                "'*' is sent only where any origin is allowed",
                "Remove send_wildcard; the origin of the request is sent, as it should be.",
            )
