"""Resources that miss a route, and the patterns that would cover it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import suppress
from difflib import SequenceMatcher
from typing import Any, Final, NamedTuple

from ...errors import REGEX_ERRORS, Source
from ...options.reader import Resource
from ...options.schema import Setting
from ...patterns.paths import PathPattern, parse_pattern
from ...resolution.layers import names_around
from ...resolution.registry import Rule
from ...resolution.table import Target
from ..asking import Asked, Question
from ..comparing import matches_a_pattern
from ..corrections import correction_of, covering, may_cover, paths_of_app
from ..explanation import Change
from .drafts import (
    Draft,
    Edit,
    added_in_config,
    in_config,
    rules_of,
    with_resource,
)
from .edits import CONFIG, settings_for, written
from .needs import needs_anew
from .plans import Plan, switched_on, where_set

_MOST_RULES: Final = 3


class Miss(NamedTuple):
    """A call of ``CORS`` whose resources miss a path, and one of them.

    ``dead`` says that this resource covers no route at all.
    """

    rule: Rule
    place: str
    resource: Resource
    dead: bool

    @property
    def text(self) -> str:
        """The pattern of the resource as it was written."""
        return self.resource.pattern.text

    @property
    def source(self) -> Source:
        """Where the call is."""
        return (self.rule.source or Source("app", ""))._replace(place=self.place)

    @property
    def origins(self) -> Setting | None:
        """The origins that the call sets for this resource, ``None`` where it sets none."""
        return {**self.rule.keywords, **self.resource.settings}.get("origins")


def _misses(draft: Draft, target: Target) -> list[Miss]:
    """Return the resources that may have been meant for the path, the most similar first.

    They are those that cover no route, and of each call the one with the most similar spelling.
    """
    around = {None, *(names_around(target.endpoint) if target.endpoint else ())}
    url_rules = list(draft.app.url_map.iter_rules())
    every = [
        Miss(
            rule,
            f"CORS({spot.scope or 'app'})",
            each,
            dead=not any(may_cover(each.pattern, url_rule) for url_rule in url_rules),
        )
        for spot, rule in rules_of(draft)
        if spot.resource is None and spot.scope in around
        for each in rule.resources or ()
    ]
    every.sort(key=lambda miss: (not miss.dead, -_likeness(miss.text, target.path)))
    found: dict[tuple[int, str], Miss] = {}
    for miss in every:
        found.setdefault((id(miss.rule), miss.text if miss.dead else ""), miss)
    return list(found.values())


def _likeness(pattern: str, path: str) -> float:
    return SequenceMatcher(None, pattern, path, autojunk=False).ratio()


def correcting_plans(draft: Draft, asked: Asked, question: Question) -> Iterator[Plan]:
    """Yield plans to correct a resource that covers no route, and that allows the page."""
    for miss, pattern in _corrected(draft, asked):
        if _allows(miss.origins, question):
            yield _correct(miss, pattern)


def resource_plans(draft: Draft, asked: Asked) -> Iterator[Plan]:
    """Yield plans for a route that no resource covers."""
    target = asked.found.target
    yield from (_correct(*found) for found in _corrected(draft, asked))
    yield from _corrections_in_config(draft, target)
    calls = {id(miss.rule): miss for miss in _misses(draft, target)}
    for miss in [*calls.values()][:_MOST_RULES]:
        for pattern in _patterns_for(draft, target):
            yield _add(miss._replace(dead=False), pattern)
    yield from _additions_in_config(draft, target)


def _corrected(draft: Draft, asked: Asked) -> Iterator[tuple[Miss, str]]:
    """Yield the resources that cover no route and were meant for this one, corrected."""
    for miss in _misses(draft, asked.found.target):
        if miss.dead:
            taken = {each.pattern.text for each in miss.rule.resources or ()}
            texts = _corrections(draft, asked.found.target, miss.resource.pattern, taken)
            yield from ((miss, text) for text in texts)


def _correct(miss: Miss, pattern: str) -> Plan:
    """Correct the pattern of a resource; then edit what else blocks the page."""
    words = f"write {pattern!r} instead of {miss.text!r} in the resources of "

    def plan(draft: Draft, asked: Asked, question: Question) -> list[Edit]:
        if all(rule is not miss.rule for _, rule in rules_of(draft)):
            return where_set(draft, asked, question)
        return [_edit(asked, miss, pattern, miss.resource.settings, words)]

    return plan


def _add(miss: Miss, pattern: str) -> Plan:
    """Give a call one more resource, with what the page needs and no more."""

    def plan(draft: Draft, asked: Asked, question: Question) -> list[Edit]:
        own = Source("app", f"resource {pattern!a} of {miss.place}")
        # An entry of a list has no options of its own.
        listed = not any(each.settings for each in miss.rule.resources or ())
        alone = listed or _allows(miss.rule.keywords.get("origins"), question)
        needs = [] if alone else needs_anew(question)
        options = ", ".join(f"{need.option!r}: {written(need)}" for need in needs)
        words = f"add {pattern!r}{f': {{{options}}}' if needs else ''} to the resources of "
        return [_edit(asked, miss, pattern, settings_for(needs, {}, own), words)]

    return switched_on(plan)


def _edit(
    asked: Asked, miss: Miss, pattern: str, settings: Mapping[str, Setting], words: str
) -> Edit:
    source, place = miss.source, str(miss.source)
    # What is to be changed there next is named by the new pattern.
    own = f"resource {pattern!a} of {miss.place}"
    named = {
        name: Setting(setting.value, setting.source._replace(place=own))
        for name, setting in settings.items()
    }
    why = f"(they do not cover {asked.found.target.path}: {_patterns_of(miss.rule)})"
    action = "set" if miss.dead else "add"
    change = Change(action, place, "resources", repr(pattern), source.file, source.line)
    make = with_resource(miss.rule, pattern, named, miss.text if miss.dead else "")
    return Edit(change, "", f"{words}{place} {why}", make, corrects=miss.dead)


def _allows(origins: Setting | None, question: Question) -> bool:
    """Return whether *origins* name the page's origin, so that it was meant to be allowed."""
    return (
        origins is not None
        and not origins.value.any
        and matches_a_pattern(origins.value, str(question.origin))
    )


def _patterns_of(rule: Rule) -> str:
    texts = [repr(resource.pattern.text) for resource in rule.resources or ()]
    return ", ".join(texts[:3]) + (", ..." if len(texts) > 3 else "")


def _corrections(draft: Draft, target: Target, pattern: PathPattern, taken: Set[str]) -> list[str]:
    """Return what to write instead of a pattern that covers no route, to cover the target's path.

    The first is what ``check`` names, where that covers the path. There is none where the
    pattern was not meant for it: nothing that is like it covers the path, or the same list
    has that already (*taken*).
    """
    own, path = _rules_of_endpoint(draft, target), target.path
    mine = {path: covering(next(iter(own), path))}
    by_check = correction_of(pattern, paths_of_app(draft.app))
    by_route = correction_of(pattern, mine)
    like = [each.pattern for each in (by_check, by_route) if each and each.kind != "nearest"]
    if by_check and by_check.kind == "nearest":
        like.append(by_check.pattern or by_check.paths[0])
    like = _covering([*like, *_spellings(pattern.text, path)], path)
    # Where these would harm others, one that covers less may not.
    narrower = _covering([*map(covering, own), path], path) if like else []
    return [] if taken & {*like[:1]} else [text for text in (*like, *narrower) if text not in taken]


def _patterns_for(draft: Draft, target: Target) -> list[str]:
    """Return patterns that cover the target's path, the one of its route first."""
    rules = _rules_of_endpoint(draft, target)
    return _covering([*map(covering, rules), target.path], target.path)


def _rules_of_endpoint(draft: Draft, target: Target) -> list[str]:
    every = draft.app.url_map.iter_rules()
    return [rule.rule for rule in every if rule.endpoint == target.endpoint]


def _covering(texts: Iterable[str], path: str) -> list[str]:
    found = []
    for text in dict.fromkeys(texts):
        with suppress(*REGEX_ERRORS):
            if text and parse_pattern(text).matches(path):
                found.append(text)
    return found


def _spellings(text: str, path: str) -> Iterator[str]:
    """Yield a pattern without some of its first segments, with some of the path's, or longer."""
    anchor = "^" if text.startswith("^") else ""
    bare = text.removeprefix("^")
    bare = bare if bare.startswith("/") else f"/{bare}"
    starts = [number for number, char in enumerate(bare) if char == "/"]
    yield from (anchor + bare[number:] for number in starts[:-1] if bare[number:] != "/*")
    slashes = [number for number, char in enumerate(path) if char == "/" and number]
    yield from (f"{anchor}{path[:number]}{bare}" for number in slashes)
    if "*" not in bare and bare != "/":
        yield f"{bare.rstrip('/')}/*"
    if bare.lower() != bare:
        yield anchor + bare.lower()


def _resources_in_config(draft: Draft) -> Any:
    """Return ``CORS_RESOURCES``, the default of every call without resources; ``None`` without."""
    used = any(rule.resources is None for _, rule in rules_of(draft))
    return draft.config.get("CORS_RESOURCES") if used else None


def _corrections_in_config(draft: Draft, target: Target) -> Iterator[Plan]:
    """Yield plans to correct a pattern of ``CORS_RESOURCES`` that covers no route."""
    given, url_rules = _resources_in_config(draft), list(draft.app.url_map.iter_rules())
    listed = _as_list(given) if given else []
    for text in listed:
        pattern = _read(text)
        if pattern is None or any(may_cover(pattern, each) for each in url_rules):
            continue
        for better in _corrections(draft, target, pattern, {*listed}):
            yield _correct_in_config(given, text, better)


def _correct_in_config(given: Any, text: str, better: str) -> Plan:
    if isinstance(given, Mapping):
        new: Any = {better if each == text else each: one for each, one in given.items()}
    else:
        new = [better if each == text else each for each in _as_list(given)]

    def plan(draft: Draft, asked: Asked, question: Question) -> list[Edit]:
        change = Change("set", CONFIG, "resources", repr(better))
        why = f"(it does not cover {asked.found.target.path})"
        words = f"write {better!r} instead of {text!r} in CORS_RESOURCES {why}"
        return [Edit(change, "", words, in_config("resources", new), corrects=True)]

    return switched_on(plan)


def _as_list(given: Any) -> list[Any]:
    return [given] if isinstance(given, str | re.Pattern) else [*given]


def _read(text: object) -> PathPattern | None:
    """Return a pattern of the config, ``None`` where it cannot be read."""
    with suppress(*REGEX_ERRORS):
        return parse_pattern(text) if isinstance(text, str | re.Pattern) else None
    return None


def _additions_in_config(draft: Draft, target: Target) -> Iterator[Plan]:
    """Yield plans for one more pattern in ``CORS_RESOURCES``."""
    given = _resources_in_config(draft)
    for pattern in _patterns_for(draft, target) if given else ():
        yield _add_in_config(given, pattern)


def _add_in_config(given: Any, pattern: str) -> Plan:
    def plan(draft: Draft, asked: Asked, question: Question) -> list[Edit]:
        more, make = repr(pattern), added_in_config("resources", [pattern])
        if isinstance(given, Mapping):
            needs = needs_anew(question)
            options = {need.option: list(need.values) or need.given for need in needs}
            more, make = f"{more}: {options!r}", in_config("resources", {**given, pattern: options})
        change = Change("add", CONFIG, "resources", repr(pattern))
        why = f"which does not cover {asked.found.target.path}"
        return [Edit(change, "", f"add {more} to CORS_RESOURCES, {why}", make)]

    return switched_on(plan)
