"""Changes to an app's CORS configuration, made on a copy of it and compiled there.

The app, its registry and its config are only read: what is served does not change.
"""

from __future__ import annotations

import copy
import logging
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from threading import get_ident
from typing import Any, Final, NamedTuple

from flask import Flask

from ...errors import LOG, ConfigError, CorsWarning, Problem, Source, Trial
from ...options.parsers import HeaderNames
from ...options.reader import Resource
from ...options.schema import OPTIONS, Setting
from ...patterns.origins import Origins
from ...patterns.paths import parse_pattern
from ...resolution.compile import Policies
from ...resolution.marks import Layer, Mark, OnTrial, class_of, layers_of, mark_of
from ...resolution.registry import Registry, Rule
from ...runtime.endpoint import prefix_matcher
from ..explanation import Change

# Returns the layers of a view's method as a draft has them, given those before.
Reading = Callable[[object, "str | None", "list[Layer]"], "list[Layer]"]
# An endpoint and a URL rule that an edit opens to the page's origin, as its words say.
Opened = tuple["str | None", "str | None"]
_NO_SOURCE: Final = Source("app", "a change on trial")


@dataclass(frozen=True)
class Draft:
    """What an app's policies are compiled from, as it would be after some changes."""

    app: Flask
    registry: Registry
    config: Mapping[str, Any]
    readings: tuple[Reading, ...] = ()
    #: What was dropped when the present policies were compiled.
    degraded: Sequence[Problem] = ()

    @property
    def patterns(self) -> list[str]:
        """The patterns of all resources, as text."""
        blueprints = (each.rules for each in self.registry.blueprints.values())
        rules = chain(self.registry.rules, *blueprints)
        found = [each.pattern.text for rule in rules for each in rule.resources or ()]
        return [*found, repr(self.config.get(OPTIONS["resources"].key))]

    def compile(self) -> Compiled:
        """Compile it; ``messages`` of the result holds all warnings, log lines and errors."""
        views: Any = _App(self.app, self.readings)
        with _recorded_messages() as messages:
            try:
                policies = Policies(self.registry, self.config, views, prefix_matcher(self.app))
            except ConfigError as error:
                messages += map(str, error.problems)
                return Compiled(self, None, frozenset(messages))
        messages += (str(item) for policy in policies.all for item in policy.degraded)
        # No draft changes these, but what their texts say of the origins that hold.
        return Compiled(self, policies, frozenset(messages) - {*map(str, policies.about_keys)})


@dataclass(frozen=True)
class Compiled:
    """A draft's policies; ``policies`` is ``None`` where the draft is in error."""

    draft: Draft
    policies: Policies | None
    messages: frozenset[str]


class _App:
    """Stands in for the app while a draft is compiled: its views, with the draft's decorators."""

    def __init__(self, app: Flask, readings: tuple[Reading, ...]) -> None:
        self.url_map = app.url_map
        self.ensure_sync = app.ensure_sync
        self.view_functions = {
            endpoint: _View(view, readings) for endpoint, view in app.view_functions.items()
        }


class _View(OnTrial):
    def __init__(self, view: object, readings: tuple[Reading, ...]) -> None:
        self._view = view
        self._readings = readings
        if (view_class := class_of(view)) is not None:
            self.view_class = view_class

    def layers(self, method: str | None) -> list[Layer]:
        found = layers_of(self._view, method)
        for read in self._readings:
            found = read(self._view, method, found)
        return found


@contextmanager
def _recorded_messages() -> Iterator[list[str]]:
    """Record the warnings and log lines of this thread, and show none of them."""
    recorded: list[str] = []
    thread = get_ident()

    def discard_ours(record: logging.LogRecord) -> bool:
        ours = record.thread == thread
        recorded.extend([record.getMessage()] if ours else [])
        return not ours

    LOG.addFilter(discard_ours)
    try:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always", CorsWarning)
            warnings.simplefilter("always", DeprecationWarning)
            yield recorded
    finally:
        LOG.removeFilter(discard_ours)
    recorded.extend(str(item.message) for item in warned)


# -- edits -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Edit:
    """One change: how it is made on a draft, and how it is described.

    ``verb`` and ``words`` become a sentence, together with those of other edits at the same
    place. ``corrects`` says that the edit corrects a resource that covers no route, and
    ``announces_all`` that the words name what it does to other routes. ``opens`` holds the
    endpoints and URL rules that the words say it opens to the page's origin.
    """

    change: Change
    verb: str
    words: str
    make: Callable[[Draft], Draft]
    corrects: bool = False
    announces_all: bool = False
    opens: frozenset[Opened] = frozenset()


class InvalidEditError(ValueError):
    """A value that the option does not take."""


def parsed(option: str, given: object, source: Source) -> Setting:
    """Return *given* as it is read for an option; raises :class:`InvalidEditError`."""
    report = Trial()
    value = OPTIONS[option].parse(given, report, option)
    if found := (*report.problems, *report.degraded):
        raise InvalidEditError(str(found[0]))
    return Setting(value, source)


def joined(option: str, old: Any, new: Any) -> Any:
    """Return an option's parsed value *old* with *new* added to it."""
    if isinstance(old, Origins):
        return replace(old, literals=old.literals | new.literals)
    if isinstance(old, HeaderNames | frozenset):
        return old | new
    raise InvalidEditError(f"nothing can be added to {option}")


def in_config(option: str, given: Any) -> Callable[[Draft], Draft]:
    """Return how a key of ``app.config`` is set."""
    return lambda draft: replace(draft, config={**draft.config, OPTIONS[option].key: given})


def added_in_config(option: str, items: list[str]) -> Callable[[Draft], Draft]:
    """Return how *items* are added to the list in a key of ``app.config``."""

    def make(draft: Draft) -> Draft:
        given: Any = draft.config.get(OPTIONS[option].key)
        if isinstance(given, str):
            given = ", ".join([given, *items])
        elif isinstance(given, Iterable) and not callable(given):
            given = [*given, *items]
        else:
            given = [given, *items]
        return in_config(option, given)(draft)

    return make


class Spot(NamedTuple):
    """The options of one call of ``CORS``, or of one of its resources.

    ``scope`` is ``None`` for the app, else the name of a blueprint's registration.
    """

    scope: str | None
    rule: int
    resource: int | None = None


def spots_of(draft: Draft, layer: Layer) -> list[Spot]:
    """Return where a layer of the draft's policies is set: the resource, or else the call.

    There are several where one blueprint is registered several times.
    """
    # Calls in one line, such as a loop's, have equal sources, but each call has its own.
    return [
        spot
        for spot, rule in rules_of(draft)
        if rule.source is layer.source and spot.resource == _resource_of(rule, layer)
    ]


def _resource_of(rule: Rule, layer: Layer) -> int | None:
    """Return the number of the resource that a layer is of; ``None`` where the call has none."""
    ends = [f" for {resource.pattern.text!r}" for resource in rule.resources or ()]
    return next((number for number, end in enumerate(ends) if layer.place.endswith(end)), None)


def rules_of(draft: Draft) -> Iterator[tuple[Spot, Rule]]:
    """Yield every call, and for each of its resources the call again, with their spots."""
    scopes: list[tuple[str | None, Any]] = [(None, draft.registry)]
    scopes += draft.registry.blueprints.items()
    for scope, found in scopes:
        for number, rule in enumerate(found.rules):
            yield Spot(scope, number), rule
            for place in range(len(rule.resources or ())):
                yield Spot(scope, number, place), rule


def _rule_at(draft: Draft, spot: Spot) -> Rule:
    found = draft.registry if spot.scope is None else draft.registry.blueprints[spot.scope]
    return found.rules[spot.rule]


def settings_at(draft: Draft, spot: Spot) -> Mapping[str, Setting]:
    """Return the options that are set at a spot."""
    rule = _rule_at(draft, spot)
    if spot.resource is None or rule.resources is None:
        return rule.keywords
    return rule.resources[spot.resource].settings


def in_rules(spots: Iterable[Spot], option: str, new: Setting) -> Callable[[Draft], Draft]:
    """Return how an option is set at each of the spots."""

    def make(draft: Draft) -> Draft:
        registry = _copied(draft.registry)
        made: dict[int, Rule] = {}
        for spot in spots:
            found = registry if spot.scope is None else registry.blueprints[spot.scope]
            rule = found.rules[spot.rule]
            # One call stays one call, however often its blueprint is registered.
            made.setdefault(id(rule), _edited(rule, spot.resource, option, new))
            found.rules[spot.rule] = made[id(rule)]
        return replace(draft, registry=registry)

    return make


def _edited(rule: Rule, place: int | None, option: str, new: Setting) -> Rule:
    if place is None or rule.resources is None:
        return rule._replace(keywords={**rule.keywords, option: new})
    resources = list(rule.resources)
    old = resources[place]
    resources[place] = Resource(old.pattern, {**old.settings, option: new})
    # The list that was given is not to be read again instead.
    return rule._replace(resources=resources, given_resources=None)


def with_resource(
    old: Rule, pattern: str, settings: Mapping[str, Setting], instead_of: str = ""
) -> Callable[[Draft], Draft]:
    """Return how a call of ``CORS`` gets one more resource, or one with another pattern."""
    kept = [each for each in old.resources or () if each.pattern.text != instead_of]
    more = Resource(parse_pattern(pattern), settings)
    new = old._replace(resources=[*kept, more], given_resources=None)

    def make(draft: Draft) -> Draft:
        registry = _copied(draft.registry)
        for rules in (registry.rules, *(each.rules for each in registry.blueprints.values())):
            rules[:] = [new if rule is old else rule for rule in rules]
        return replace(draft, registry=registry)

    return make


def with_rule(settings: Mapping[str, Setting]) -> Callable[[Draft], Draft]:
    """Return how one more ``CORS`` object for the whole app is written."""

    def make(draft: Draft) -> Draft:
        registry = _copied(draft.registry)
        registry.rules.append(Rule(settings, None, source=_NO_SOURCE))
        return replace(draft, registry=registry)

    return make


def _copied(registry: Registry) -> Registry:
    new = copy.copy(registry)
    new.rules = list(registry.rules)
    new.blueprints = {name: copy.copy(found) for name, found in registry.blueprints.items()}
    for found in new.blueprints.values():
        found.rules = list(found.rules)
    return new


class _EditedMark(Mark):
    """A decorator with other options; ``was`` is the one in the code."""

    def __init__(self, mark: Mark, option: str, new: Setting) -> None:
        super().__init__({**mark.settings, option: new}, mark.source)
        self.was = _written(mark)


def _written(mark: Mark | None) -> Mark | None:
    return mark.was if isinstance(mark, _EditedMark) else mark


def in_mark(old: Mark, option: str, new: Setting) -> Callable[[Draft], Draft]:
    """Return how an option of a decorator is set, wherever the decorator is used."""
    made: dict[Mark, Mark] = {}

    def edited(layer: Layer) -> Layer:
        if layer.mark is None or _written(layer.mark) is not _written(old):
            return layer
        mark = made.setdefault(layer.mark, _EditedMark(layer.mark, option, new))
        return Layer(layer.kind, layer.place, mark.settings, mark)

    def read(view: object, method: str | None, layers: list[Layer]) -> list[Layer]:
        return [edited(layer) for layer in layers]

    return lambda draft: replace(draft, readings=(*draft.readings, read))


def without_mark(old: Mark) -> Callable[[Draft], Draft]:
    """Return how a decorator is removed, wherever it is used."""

    def read(view: object, method: str | None, layers: list[Layer]) -> list[Layer]:
        return [layer for layer in layers if _written(layer.mark) is not _written(old)]

    return lambda draft: replace(draft, readings=(*draft.readings, read))


def with_mark(target: object, settings: Mapping[str, Setting]) -> Callable[[Draft], Draft]:
    """Return how a view function, or the class behind it, gets ``cross_origin``."""
    mark = Mark(settings, _NO_SOURCE)
    view_class = class_of(target)
    place = getattr(view_class or target, "__qualname__", "")
    layer = Layer("class" if view_class else "view", place, settings, mark)

    def read(view: object, method: str | None, layers: list[Layer]) -> list[Layer]:
        own = class_of(view)
        same = own is not None and issubclass(own, view_class) if view_class else view is target
        if not same:
            return layers
        # A class's mark comes after those on its methods and its subclasses, before its bases'.
        inner_classes = own.__mro__[: own.__mro__.index(view_class)] if own and view_class else ()
        marks = [mark for mark in map(mark_of, inner_classes) if mark is not None]
        inner = [each for each in layers if each.kind in ("method", "view") or each.mark in marks]
        return [*inner, layer, *layers[len(inner) :]]

    return lambda draft: replace(draft, readings=(*draft.readings, read))
