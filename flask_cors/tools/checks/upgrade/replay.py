"""What 6.0.5 granted on the routes of an app, asked for sample origins and compared with now.

A safety net below the rows, which look for one difference each: what none of them reports is
reported here. Covers origins, credentials, methods and request headers of responses that succeed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import islice
from typing import Any, Final, NamedTuple

from .... import fetch
from ....errors import REGEX_ERRORS, Source
from ....options.parsers import is_used_up
from ....options.schema import DEFAULTS, OPTIONS
from ....patterns.unintended_origins import plain_origins, stranger_let_in, within_bounds
from ....policy.decide import decide
from ....policy.policy import Policy
from ....resolution.marks import Layer
from ...comparing import STRANGER, without_callables
from ...routes import RouteRow
from ...text import some
from ..subject import Found, Subject, routes, source_of
from .changes import LESS, MORE, Change, Effect
from .incumbent import Resources, is_plain, matches_origin
from .origin_rows import is_origin
from .written import keywords_at

_MOST_SAMPLES: Final = 60
_SAMPLES_OF_REGEX: Final = 6
_HEADER: Final = "stranger"
_SAMPLE_HEADERS: Final = (_HEADER, "x-custom", "content-type", "authorization")
_CREDENTIALS: Final = "supports_credentials"


class _Granted(NamedTuple):
    """What a route granted: the layers that answered, each with its options as written."""

    layers: tuple[Layer, ...]
    options: tuple[Mapping[str, Any], ...]

    def allows(self, origin: str) -> bool:
        """Return whether one of the layers allowed *origin*."""
        return any(_allows_origin(each, origin) for each in self.options)

    def answering(self, origin: str) -> Mapping[str, Any]:
        """Return the options of the first layer that allowed *origin*."""
        return next((each for each in self.options if _allows_origin(each, origin)), {})

    def allows_credentials(self, origin: str) -> bool:
        """Return whether pages of *origin* got credentials."""
        return bool(self.answering(origin).get(_CREDENTIALS))

    def allows_header(self, origin: str, name: str) -> bool:
        """Return whether pages of *origin* could send the header *name*."""
        items = _items(self.answering(origin).get("allow_headers", "*"))
        return "*" in items or any(_matches(item, name) for item in items)

    def methods(self, origin: str) -> frozenset[str]:
        """Return the methods that preflights of *origin* named."""
        given = self.answering(origin).get("methods", DEFAULTS["methods"].value)
        texts = [item for item in _items(given) if isinstance(item, str)]
        return frozenset(re.findall(r"[^\s,]+", ",".join(texts).upper()))


def unnamed_differences(subject: Subject, named: Sequence[Change]) -> Iterator[Effect]:
    """Yield what the routes grant differently from 6.0.5, and no row has named.

    Compares origins and credentials, and methods and request headers for one of the origins.
    """
    groups: dict[tuple[Any, ...], tuple[_Granted, list[RouteRow]]] = {}
    for row in subject.rows:
        # A decorated class failed under 6.0.5.
        if row.exempt or any(layer.kind == "class" for layer in row.layers):
            continue
        old = _granted(subject, row)
        key = (*map(id, old.layers), id(row.policy))
        groups.setdefault(key, (old, []))[1].append(row)
    for old, rows in groups.values():
        for effect, option, what in _compare(old, rows[0].policy):
            place = _place(old, rows[0].policy, option)
            if not _is_named(effect, (place, *map(source_of, old.layers)), named):
                keep = "Set the intended options there."
                yield Effect(effect, Found.at(place, f"on {routes(rows)} {what}", keep))


# -- what 6.0.5 granted ------------------------------------------------------------------


def _granted(subject: Subject, row: RouteRow) -> _Granted:
    marked = next((layer for layer in row.layers if layer.mark is not None), None)
    layers = (marked,) if marked else tuple(_answering(subject, row))
    return _Granted(layers, tuple(_written(subject, layer) for layer in layers))


def _answering(subject: Subject, row: RouteRow) -> Iterator[Layer]:
    """Yield the layers that answered in turn: of each ``CORS`` object, the resource it chose."""
    route = subject.policies.route(row.endpoint, row.rule)
    for scope in route.scopes if route else ():
        objects: dict[int, list[Any]] = {}
        # Of several objects the last answers first.
        for pattern, layer in scope.as_given():
            objects.setdefault(id(layer.source), []).append((pattern, layer))
        for resources in objects.values():
            found = Resources(resources).match(row.path)
            if found is not None:
                yield found[1]


def _written(subject: Subject, layer: Layer) -> Mapping[str, Any]:
    """Return the options of a layer as they were written, over the config's."""
    config = subject.app.config if layer.kind != "blueprint" else {}
    outer = {name: config.get(row.key) for name, row in OPTIONS.items()}
    outer = {name: value for name, value in outer.items() if value is not None}
    own = {name: setting.given for name, setting in layer.settings.items()}
    # A `None` is not set here, and was a value there.
    callers = ("cross_origin",) if layer.mark else ("CORS", "init_app")
    unset = dict.fromkeys(keywords_at(source_of(layer), callers) & OPTIONS.keys() - own.keys())
    return {**outer, **unset, **own}


def _items(given: object) -> list[Any]:
    if given is None:
        return []
    if isinstance(given, str) or not isinstance(given, Iterable):
        return [given]
    # What can be read once was used up before it was matched.
    return [] if is_used_up(given) else list(given)


def _allows_origin(options: Mapping[str, Any], origin: str) -> bool:
    items = _items(options.get("origins", "*"))
    return "*" in items or ".*" in items or any(_matches(item, origin) for item in items)


def _matches(item: object, text: str) -> bool:
    if isinstance(item, re.Pattern):
        return within_bounds(item, text) and item.match(text) is not None
    if not isinstance(item, str):
        return False
    if is_plain(item):
        return item.lower() == text.lower()
    try:
        return within_bounds(re.compile(item), text) and matches_origin(item, text)
    except REGEX_ERRORS:
        return False


# -- compared with now ---------------------------------------------------------------------


def _compare(old: _Granted, policy: Policy | None) -> Iterator[tuple[str, str, str]]:
    """Yield what differs: the effect, the option, and what it is in words."""
    # Callables are a row of their own, and are not called.
    policy = policy and without_callables(policy)
    samples = list(islice(dict.fromkeys(filter(is_origin, _samples(old, policy))), _MOST_SAMPLES))
    found: dict[tuple[str, str, str], list[str]] = {kind: [] for kind in _KINDS}
    both: list[str] = []
    for origin in samples:
        was, now = old.allows(origin), _grants(policy, origin, fetch.ALLOW_ORIGIN)
        if was is not now:
            found[_MORE_ORIGINS if now else _LESS_ORIGINS].append(origin)
        elif was:
            both.append(origin)
            granted = _grants(policy, origin, fetch.ALLOW_CREDENTIALS)
            if old.allows_credentials(origin) is not granted:
                found[_MORE_CREDENTIALS if granted else _LESS_CREDENTIALS].append(origin)
    for (effect, option, words), origins in found.items():
        if origins:
            yield effect, option, f"pages of {some(origins)} {words}"
    if both and policy is not None:
        yield from _compare_headers(old, policy, both[0])
        yield from _compare_methods(old, policy, both[0])


_MORE_ORIGINS: Final = (MORE, "origins", "are allowed now, and were not before")
_LESS_ORIGINS: Final = (LESS, "origins", "are not allowed now, and were before")
_MORE_CREDENTIALS: Final = (MORE, _CREDENTIALS, "get credentials, and got none before")
_LESS_CREDENTIALS: Final = (LESS, _CREDENTIALS, "get no credentials, and got some before")
_KINDS: Final = (_MORE_ORIGINS, _LESS_ORIGINS, _MORE_CREDENTIALS, _LESS_CREDENTIALS)


def _compare_headers(old: _Granted, policy: Policy, origin: str) -> Iterator[tuple[str, str, str]]:
    names = {*_SAMPLE_HEADERS}
    for each in old.options:
        for item in _items(each.get("allow_headers", "*")):
            if isinstance(item, str):
                names.update(name for name in re.split(r"[\s,]+", item) if name.isascii())
    names = {name.lower() for name in names if re.fullmatch(r"[A-Za-z0-9-]+", name)}
    names = {name for name in names if not fetch.is_forbidden_request_header(name)}
    was = {name for name in names if old.allows_header(origin, name)}
    now = {name for name in names if policy.allow_headers.allows(name)}
    yield from _compare_names("allow_headers", was, now)


def _compare_methods(old: _Granted, policy: Policy, origin: str) -> Iterator[tuple[str, str, str]]:
    was, now = old.methods(origin), policy.methods
    if "*" not in was | now:  # that is a row of its own
        yield from _compare_names("methods", was - set(fetch.FORBIDDEN_METHODS), now)


def _compare_names(option: str, was: Set[str], now: Set[str]) -> Iterator[tuple[str, str, str]]:
    if more := now - was:
        yield MORE, option, f"preflights allow {_names(more)} now, and did not before"
    if less := was - now:
        yield LESS, option, f"preflights do not allow {_names(less)} now, and did before"


def _names(names: Set[str]) -> str:
    return "any header" if _HEADER in names else some(sorted(names))


def _grants(policy: Policy | None, origin: str, name: str) -> bool:
    """Return whether the answer to a page of *origin* has the header *name*."""
    decision = policy and decide(policy, origin)
    return bool(decision and decision.allowed and name in dict(decision.headers))


def _samples(old: _Granted, policy: Policy | None) -> Iterator[str]:
    """Yield origins that the options of both versions name or suggest, and a stranger's."""
    yield STRANGER
    yield "null"
    for each in old.options:
        for item in _items(each.get("origins", "*")):
            yield from _samples_of(item)
    if policy is not None:
        yield from sorted(policy.origins.literals)
        for text in sorted(policy.origins.wildcards):
            yield text.replace("://*.", "://x.").replace(":*", ":3000")
            yield text.replace("://*.", "://").replace(":*", "")
        for regex in policy.origins.regexes:
            yield from _samples_of(regex)


def _samples_of(item: object) -> Iterator[str]:
    if isinstance(item, str) and is_plain(item):
        yield item
        yield f"{item}:8443"
        return
    try:
        regex = re.compile(item) if isinstance(item, str) else item
    except REGEX_ERRORS:
        return
    if not isinstance(regex, re.Pattern) or isinstance(regex.pattern, bytes):
        return
    if stranger := stranger_let_in(regex):
        yield stranger
    for text in islice(plain_origins(regex), _SAMPLES_OF_REGEX):
        yield text
        yield f"{text}:8443"


# -- what the rows have named ------------------------------------------------------------


def _place(old: _Granted, policy: Policy | None, option: str) -> Source:
    if policy is not None:
        return policy.settings[option].source
    return source_of(old.layers[0]) if old.layers else Source("app", "the app")


def _is_named(effect: str, places: Iterable[Source], named: Sequence[Change]) -> bool:
    """Return whether a change with this effect is reported for one of the *places*."""
    known = {(change.file, change.line) for change in named if change.effect == effect}
    texts = {change.place for change in named if change.effect == effect}
    return any(
        (each.file is not None and (each.file, each.line) in known) or each.place in texts
        for each in places
    )
