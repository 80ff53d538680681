"""URL rules, as far as resolution reads them: the methods, paths and hosts that each serves.

Rules come in as plain objects with the attributes of ``werkzeug.routing.Rule``; no request is
matched here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from ..options.schema import DEFAULT_METHODS
from .layers import names_around, other_spelling


class UrlRule(Protocol):
    """What is read of a URL rule (``werkzeug.routing.Rule``)."""

    rule: str
    endpoint: Any
    methods: Any
    host: Any
    subdomain: Any
    strict_slashes: Any
    merge_slashes: Any
    build_only: Any
    websocket: Any
    redirect_to: Any


class UrlMap(Protocol):
    """What is read of a URL map (``werkzeug.routing.Map``)."""

    def iter_rules(self, endpoint: str | None = None) -> Iterator[UrlRule]: ...


def methods_of(rule: UrlRule) -> Iterable[str]:
    """Return the methods that a URL rule serves; one without any serves them all."""
    methods: Iterable[str] = DEFAULT_METHODS if rule.methods is None else rule.methods
    return methods


def reaches_a_view(rule: UrlRule) -> bool:
    """Return whether requests reach a view by this rule (``werkzeug.routing.Rule``)."""
    return not (rule.build_only or rule.websocket or rule.redirect_to is not None)


def literal_beginning(rule: UrlRule) -> tuple[str, bool]:
    """Return the text before a rule's first converter, and whether that is the whole path."""
    start, converter, _ = rule.rule.partition("<")
    return _merged(rule, start), not converter


def served_paths(rule: UrlRule) -> tuple[str, ...]:
    """Return the paths that a URL rule without converters serves without a redirect."""
    path = _merged(rule, rule.rule)
    return (path,) if rule.strict_slashes or path == "/" else (path, other_spelling(path))


def hosts_of(blueprints: Iterable[str], rules: Iterable[UrlRule]) -> dict[str, frozenset[str]]:
    """Return the hosts, or subdomains, of the URL rules of each blueprint."""
    found: dict[str, set[str]] = {name: set() for name in blueprints}
    for rule in rules if found else ():
        for name in names_around(rule.endpoint):
            if name in found:
                found[name].add(rule.host or rule.subdomain or "")
    return {name: frozenset(hosts) for name, hosts in found.items()}


def _merged(rule: UrlRule, path: str) -> str:
    """Return a rule's path as it is requested: Werkzeug merges slashes before it matches."""
    return re.sub("/{2,}", "/", path) if "//" in path and rule.merge_slashes else path
