"""What 6.0.5 granted on the routes of an app, asked for sample origins and compared with now.

A net below the rows that look for one difference each: what none of them names is reported
here. Covers origins, credentials and request headers of responses that succeed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
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
from ...comparing import STRANGER
from ...routes import RouteRow
from ...text import some
from ..subject import Found, Subject, routes, source_of
from .changes import LESS, MORE, Change, Effect
from .incumbent import Resources, is_origin, is_plain, matches_origin
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

    Origins, credentials, and request headers for one of the origins; what else a preflight or
    a response names is for the rows.
    """
    groups: dict[tuple[Any, ...], tuple[_Granted, list[RouteRow]]] = {}
    for row in subject.rows:
        if row.exempt or _failed(row):
            continue
        old = _granted(subject, row)
        key = (*map(id, old.layers), id(row.policy))
        groups.setdefault(key, (old, []))[1].append(row)
    for old, rows in groups.values():
        for effect, option, what in _compare(old, rows[0].policy):
            place = _place(old, rows[0].policy, option)
            if not _is_named(effect, (place, *map(source_of, old.layers)), named):
                what = f"on {routes(rows)} {what}"
                keep = "Set the intended options there."
                yield Effect(effect, Found(place.place, what, keep, place.file, place.line))


def _failed(row: RouteRow) -> bool:
    """Return whether the view failed under 6.0.5: a decorated class."""
    return any(layer.kind == "class" for layer in row.layers)


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
    valid = filter(is_origin, _samples(old, policy))
    samples = list(islice(dict.fromkeys(valid), _MOST_SAMPLES))
    more: list[str] = []
    less: list[str] = []
    secrets: list[str] = []
    lost: list[str] = []
    for origin in samples:
        was, now = old.allows(origin), _granted_by(policy, origin, fetch.ALLOW_ORIGIN)
        if was is not now:
            (more if now else less).append(origin)
        elif was:
            is_granted = _granted_by(policy, origin, fetch.ALLOW_CREDENTIALS)
            if old.allows_credentials(origin) is not is_granted:
                (secrets if is_granted else lost).append(origin)
    if more:
        yield MORE, "origins", f"pages of {some(more)} are allowed now, and were not before"
    if less:
        yield LESS, "origins", f"pages of {some(less)} are not allowed now, and were before"
    if secrets:
        yield (
            MORE,
            _CREDENTIALS,
            f"pages of {some(secrets)} get credentials, and got none before",
        )
    if lost:
        yield (
            LESS,
            _CREDENTIALS,
            f"pages of {some(lost)} get no credentials, and got some before",
        )
    allowed = (origin for origin in samples if old.allows(origin))
    both = next(filter(partial(_granted_by, policy, name=fetch.ALLOW_ORIGIN), allowed), None)
    if both and policy is not None:
        yield from _compare_headers(old, policy, both)
        yield from _compare_methods(old, policy, both)


def _compare_headers(old: _Granted, policy: Policy, origin: str) -> Iterator[tuple[str, str, str]]:
    names = {*_SAMPLE_HEADERS}
    for each in old.options:
        for item in _items(each.get("allow_headers", "*")):
            if isinstance(item, str):
                names.update(name for name in re.split(r"[\s,]+", item) if name.isascii())
    names = {name.lower() for name in names if re.fullmatch(r"[A-Za-z0-9-]+", name)}
    names = {name for name in names if not fetch.is_forbidden_request_header(name)}
    now = {name for name in names if policy.allow_headers.allows(name)}
    was = {name for name in names if old.allows_header(origin, name)}
    if more := now - was:
        yield MORE, "allow_headers", f"preflights allow {_names(more)} now, and did not before"
    if less := was - now:
        yield LESS, "allow_headers", f"preflights do not allow {_names(less)} now, and did before"


def _names(names: set[str]) -> str:
    return "any header" if _HEADER in names else some(sorted(names))


def _compare_methods(old: _Granted, policy: Policy, origin: str) -> Iterator[tuple[str, str, str]]:
    was, now = old.methods(origin), policy.methods
    if "*" in now or "*" in was:
        return  # a row of its own
    if more := now - was:
        yield MORE, "methods", f"preflights allow {some(sorted(more))} now, and did not before"
    if less := was - now - set(fetch.FORBIDDEN_METHODS):
        yield LESS, "methods", f"preflights do not allow {some(sorted(less))} now, and did before"


def _granted_by(policy: Policy | None, origin: str, name: str) -> bool:
    """Return whether the answer to a page of *origin* has the header *name*."""
    if policy is None:
        return False
    # Callables are a row of their own, and are not called.
    policy = replace(policy, origins=replace(policy.origins, callables=()))
    decision = decide(policy, origin)
    return decision.allowed and any(line[0] == name for line in decision.headers)


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
