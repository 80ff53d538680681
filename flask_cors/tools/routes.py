"""The effective policy of every route of an app: one row per URL rule and policy.

Asks the table that requests are answered with; decides nothing itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice, product
from typing import Any, Final

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter, RequestRedirect, Rule

from ..patterns.match_cost import longest_text
from ..patterns.paths import PathPattern
from ..patterns.regex_items import samples
from ..policy.policy import Policy
from ..resolution.compile import Policies
from ..resolution.marks import Layers
from ..resolution.table import Route, Target

_MOST_EXAMPLES: Final = 50
_FEWEST_EXAMPLES: Final = 10
_TEXT: Final = "example"
#: A converter in a URL rule: its name, its arguments, and the name of the value.
CONVERTER: Final = re.compile(r"<(?:(\w+)(?:\((.*?)\))?:)?(\w+)>")
_VALUES: Final = {"int": "1", "float": "1.5", "uuid": "00000000-0000-4000-8000-000000000000"}
# What regular expressions in resources ask of a value; words of the expression are tried too.
_MORE_VALUES: Final = {
    "int": ("12", "123", "2024", "12345", "123456", "12345678"),
    "float": ("12.50",),
    "uuid": ("a0a0a0a0-a0a0-4000-a000-a0a0a0a0a0a0",),
    "": (
        *("1", "v1", "a", "A", "ab", "abc", "abcd", "12", "123", "2024", "12345", "A1", "ABC"),
        *("a1", "a-b", "a_b", "a.b", "a.json", "en-US", "2024-01-02", "deadbeef"),
        *("a0" * 16, "a0" * 20),
    ),
}
# Tries for one rule and one resource; thousands of rules share them.
_MOST_TRIED: Final = 300
_FEWEST_TRIED: Final = 20
_MOST_TRIED_IN_ALL: Final = 100_000
# Values for one converter that are made of what an expression matches.
_MOST_FITTED: Final = 40
# Paths that a pattern does not cover, tried with the rule.
_MOST_MISSED: Final = 10
_LONGEST_GLOB: Final = 1_000
_EVERY_METHOD: Final = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")


@dataclass(frozen=True)
class RouteRow:
    """A URL rule, those of its methods that share a policy, and a path where that holds.

    ``policy`` is ``None`` where CORS is off, and ``exempt`` then says whether a
    ``cors_exempt`` is why. ``varies`` says that other paths of the rule may have other
    resources; those that could be found have rows of their own. ``own_options`` says that
    a view serves ``OPTIONS`` itself.
    """

    endpoint: str
    rule: str
    host: str
    methods: tuple[str, ...]
    path: str
    policy: Policy | None
    layers: Layers
    exempt: bool
    varies: bool
    own_options: bool


def overview(app: Flask, policies: Policies, endpoint: str | None = None) -> list[RouteRow]:
    """Return a row for every URL rule, or for those of one *endpoint*, in the app's order.

    A rule has several rows where its methods, or paths it serves, have several policies.
    """
    adapters = Adapters(app)
    # A rule that redirects may have no endpoint: nothing is served there.
    rules = [rule for rule in app.url_map.iter_rules(endpoint) if rule.endpoint is not None]
    tries = max(_FEWEST_TRIED, min(_MOST_TRIED, _MOST_TRIED_IN_ALL // (len(rules) or 1)))
    return [row for rule in rules for row in _rows(policies, adapters.of(rule), rule, tries)]


class Adapters:
    """The URL map of an app, bound to the hosts and subdomains of its rules."""

    def __init__(self, app: Flask) -> None:
        self._map = app.url_map
        self._server = app.config["SERVER_NAME"] or "localhost"
        self._made: dict[str, MapAdapter] = {}

    def of(self, rule: Rule) -> MapAdapter:
        """Return the map as requests for the host of *rule* are matched."""
        return self.at(rule.host or rule.subdomain or "")

    def at(self, host: str) -> MapAdapter:
        """Return the map bound to the host of a row: a whole one, or else a subdomain."""
        found = self._made.get(host)
        if found is None:
            name = example(host)
            if self._map.host_matching:
                found = self._map.bind(name or self._server)
            else:
                found = self._map.bind(self._server, subdomain=name)
            self._made[host] = found
        return found


def shown_methods(rule: Rule) -> list[str]:
    """Return the methods that a rule's view serves: without Flask's automatic OPTIONS."""
    methods = set(_EVERY_METHOD if rule.methods is None else rule.methods)
    if not has_own_options(rule):
        methods.discard("OPTIONS")
    return sorted(methods)


def has_own_options(rule: Rule) -> bool:
    """Return whether a rule's view serves ``OPTIONS`` itself."""
    serves = rule.methods is None or "OPTIONS" in rule.methods
    # Flask sets this attribute; a rule that was put into the URL map has none.
    return serves and not getattr(rule, "provide_automatic_options", False)


def is_variable(route: Route, rule: Rule) -> bool:
    """Return whether the resources that apply to a rule's requests depend on their paths."""
    return "<" in rule.rule and route.outer is None


def _rows(policies: Policies, adapter: MapAdapter, rule: Rule, tries: int) -> Iterator[RouteRow]:
    route = policies.route(rule.endpoint, rule.rule)
    assert route is not None
    varies = is_variable(route, rule)
    seen: set[tuple[Policy | None, tuple[str, ...]]] = set()
    for path in _examples(route, adapter, rule, tries) if varies else [example(rule.rule)]:
        for row in rows_at(policies, rule, path, varies):
            if (row.policy, row.methods) not in seen:
                seen.add((row.policy, row.methods))
                yield row


def rows_at(policies: Policies, rule: Rule, path: str, varies: bool = True) -> Iterator[RouteRow]:
    """Yield the rows of one path that a URL rule serves, one for each policy."""
    for policy, methods in _by_policy(policies, rule, path).items():
        layers = policies.layers(Target(rule.endpoint, rule.rule, methods[0], path))
        yield RouteRow(
            endpoint=rule.endpoint,
            rule=rule.rule,
            host=rule.host or rule.subdomain or "",
            methods=methods,
            path=path,
            policy=policy,
            layers=layers or (),
            exempt=layers is None,
            varies=varies,
            own_options=has_own_options(rule),
        )


def _by_policy(policies: Policies, rule: Rule, path: str) -> dict[Policy | None, tuple[str, ...]]:
    found: dict[Policy | None, tuple[str, ...]] = {}
    for method in shown_methods(rule):
        policy = policies.policy(Target(rule.endpoint, rule.rule, method, path))
        found[policy] = (*found.get(policy, ()), method)
    return found


def example(rule: str) -> str:
    """Return a path that a URL rule serves, as far as its converters are known."""
    return CONVERTER.sub(lambda found: values_of(found)[0], rule)


def values_of(converter: re.Match[str]) -> list[str]:
    """Return values that a match of :data:`CONVERTER` takes, the usual one first."""
    name, arguments = converter[1], converter[2]
    if name == "any" and arguments:
        return [item.strip(" '\"") for item in arguments.split(",")]
    return [_VALUES.get(name, _TEXT), *_MORE_VALUES.get(name, _MORE_VALUES[""])]


def _examples(route: Route, adapter: MapAdapter, rule: Rule, tries: int) -> Sequence[str]:
    """Return paths of a rule to which different resources may apply."""
    start = rule.rule.partition("<")[0]
    paths = [example(rule.rule)]
    patterns = (pattern for scope in route.scopes for pattern, _ in scope)
    wanted = [pattern for pattern in patterns if pattern.possible(start)]
    most = max(_FEWEST_EXAMPLES, min(_MOST_EXAMPLES, tries // 2))
    for pattern in wanted[:most]:
        covered = (
            path for path in _covered_by(pattern, rule, tries) if serves(adapter, path, rule)
        )
        paths += islice(covered, 1)
        if pattern.matches(paths[0]) and not pattern.certain(start):
            missed = (path for path in _paths_of(rule, pattern, tries) if _misses(pattern, path))
            tried = islice(missed, _MOST_MISSED)
            paths += islice((path for path in tried if serves(adapter, path, rule)), 1)
    return list(dict.fromkeys(paths))


def _covered_by(pattern: PathPattern, rule: Rule, tries: int) -> Iterator[str]:
    """Yield paths that a pattern covers and that the rule may serve."""
    if pattern.exact:
        yield pattern.text
        return
    if pattern.regex is None:
        most, likely = _LONGEST_GLOB, iter([pattern.text.replace("*", _TEXT)])
    else:
        # It may take exponential time: `check` reports that, and must not be held up by it.
        most = longest_text(pattern.text)
        likely = chain([pattern.literal + _TEXT], _samples_of(pattern.regex, most))
    tried = chain(likely, islice(_paths_of(rule, pattern, tries), tries))
    rooted = (path for path in tried if path.startswith("/") and len(path) <= most)
    yield from filter(pattern.matches, rooted)


def _misses(pattern: PathPattern, path: str) -> bool:
    """Return whether a pattern does not cover a path, as far as a short match shows."""
    short = pattern.regex is None or len(path) <= longest_text(pattern.text)
    return short and not pattern.matches(path)


def _paths_of(rule: Rule, pattern: PathPattern, tries: int) -> Iterator[str]:
    """Yield paths of a rule, those with the most usual values first."""
    words = re.findall(r"[A-Za-z0-9][A-Za-z0-9-]*", pattern.text)
    return paths_with(rule, _pieces(pattern, rule.rule.partition("<")[0]), words, tries)


def paths_with(
    rule: Rule, pieces: Sequence[str], words: Sequence[str], tries: int
) -> Iterator[str]:
    """Yield paths of a rule in whose values there are *pieces*, usual values, or *words*."""
    values = []
    for found in CONVERTER.finditer(rule.rule):
        usual, *more = values_of(found)
        fitted = list(dict.fromkeys(value for piece in pieces for value in _fit(found, piece)))
        values.append(
            [usual, *fitted[:_MOST_FITTED], *more, *(words if found[1] not in _VALUES else ())]
        )
    if not values:
        return
    most = round(tries ** (1 / len(values))) + 1
    for chosen in sorted(product(*(range(len(each[:most])) for each in values)), key=sum):
        each = iter([options[number] for options, number in zip(values, chosen, strict=True)])
        yield CONVERTER.sub(lambda found, each=each: next(each), rule.rule)  # type: ignore[misc]


def _pieces(pattern: PathPattern, start: str) -> list[str]:
    """Return parts of texts that a pattern covers, which values may hold."""
    found: dict[str, None] = {}
    if pattern.regex is None:
        for part in pattern.text.removeprefix(start).split("*"):
            found |= dict.fromkeys((*part.split("/"), *re.split(r"\W+", part)))
    else:
        for text in _samples_of(pattern.regex, longest_text(pattern.text)):
            rest = text.removeprefix(start).strip("/")
            segments = rest.split("/")
            found |= dict.fromkeys((rest, segments[-1], segments[0]))
    return list(filter(None, found))


@lru_cache(maxsize=1024)
def _samples_of(regex: re.Pattern[str], longest: int) -> tuple[str, ...]:
    return tuple(samples(regex, longest))


def _fit(converter: re.Match[str], piece: str) -> Iterator[str]:
    """Yield values of a converter that begin with, end in or are *piece*, as far as it takes it."""
    name = converter[1]
    if name in ("int", "float"):
        number = r"\d+" if name == "int" else r"\d+\.\d+"
        yield from re.findall(number, piece)
    elif name == "uuid":
        uuid = _VALUES["uuid"]
        if begins := re.match(r"[0-9a-f]{1,8}", piece):
            yield begins[0] + uuid[len(begins[0]) :]
        if ends := re.search(r"[0-9a-f]{1,12}\Z", piece):
            yield uuid[: -len(ends[0])] + ends[0]
    elif name == "path" or "/" not in piece:
        yield from (piece, f"{_TEXT}{piece}", f"{piece}{_TEXT}")
        if name == "path":
            yield f"{_TEXT}/{piece}/{_TEXT}"


def serves(adapter: MapAdapter, path: str, rule: Rule) -> bool:
    """Return whether a URL rule serves a path, and no other rule before it."""
    return served_rule(adapter, path, shown_methods(rule)[0]) is rule


def served_rule(adapter: MapAdapter, path: str, method: str) -> Rule | None:
    """Return the URL rule that serves a path and a method, ``None`` without one."""
    try:
        found: tuple[Any, Any] = adapter.match(path, method, return_rule=True)
    except (HTTPException, RequestRedirect):
        return None
    rule: Rule = found[0]
    return rule


def policies_of(rows: Iterable[RouteRow]) -> list[Policy]:
    """Return the policies of *rows*, those of most routes first."""
    counts: dict[Policy, int] = {}
    for row in rows:
        if row.policy is not None:
            counts[row.policy] = counts.get(row.policy, 0) + 1
    return sorted(counts, key=lambda policy: -counts[policy])
