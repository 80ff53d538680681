"""Resources that miss a route, and the patterns that would cover it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import suppress
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any, Final, NamedTuple

from ...errors import REGEX_ERRORS, Source
from ...options.schema import Setting
from ...patterns.paths import PathPattern, parse_pattern
from ...resolution.layers import names_around
from ...resolution.registry import Rule
from ..asking import Asked, Question
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
from .plans import Plan, where_set

_MOST_RULES: Final = 3


class Miss(NamedTuple):
    """A call of ``CORS`` whose resources miss a path, and one of its patterns.

    ``dead`` says that the pattern covers no route at all; ``settings`` are its own options.
    """

    rule: Rule
    place: str
    source: Source | None
    pattern: PathPattern
    dead: bool
    settings: Mapping[str, Setting]

    @property
    def origins(self) -> Setting | None:
        """The origins that the call sets for this resource, ``None`` where it sets none."""
        return {**self.rule.keywords, **self.settings}.get("origins")


def misses(draft: Draft, endpoint: str | None, path: str) -> list[Miss]:
    """Return the resources that may have been meant to cover *path*, the most similar first.

    They are those that cover no route, and of each call the one with the most similar spelling.
    """
    around = {None, *(names_around(endpoint) if endpoint else ())}
    url_rules = list(draft.app.url_map.iter_rules())
    found: list[Miss] = []
    for spot, rule in rules_of(draft):
        if spot.resource is None and spot.scope in around and rule.resources:
            source = rule.source or (rule.given_resources and rule.given_resources.source)
            every = [
                Miss(
                    rule,
                    f"CORS({spot.scope or 'app'})",
                    source,
                    each.pattern,
                    not any(may_cover(each.pattern, url_rule) for url_rule in url_rules),
                    each.settings,
                )
                for each in rule.resources
            ]
            live = [miss for miss in every if not miss.dead]
            similar = sorted(live, key=lambda miss: -_likeness(miss.pattern.text, path))[:1]
            found += [*(miss for miss in every if miss.dead), *similar]
    unique = {(id(miss.rule), miss.pattern.text): miss for miss in reversed(found)}
    return sorted(
        unique.values(), key=lambda miss: (not miss.dead, -_likeness(miss.pattern.text, path))
    )


def _likeness(pattern: str, path: str) -> float:
    return SequenceMatcher(None, pattern, path, autojunk=False).ratio()


def correcting_plans(draft: Draft, asked: Asked, question: Question) -> Iterator[Plan]:
    """Yield plans to correct a resource that covers no route, and that allows the page."""
    for miss, pattern in _corrected(draft, asked):
        if _allows(miss.origins, question):
            yield _correct(miss, pattern, question)


def resource_plans(draft: Draft, asked: Asked, question: Question) -> Iterator[Plan]:
    """Yield plans for a route that no resource covers."""
    target = asked.found.target
    yield from (_correct(*found, question) for found in _corrected(draft, asked))
    yield from corrections_in_config(draft, asked, question)
    for miss in _one_of_each_call(misses(draft, target.endpoint, target.path)):
        for pattern in patterns_for(draft, target.endpoint, target.path):
            yield _add(miss._replace(dead=False), pattern, question)
    yield from config_plans(draft, asked, question)


def _corrected(draft: Draft, asked: Asked) -> Iterator[tuple[Miss, str]]:
    """Yield the resources that cover no route and were meant for this one, corrected."""
    target = asked.found.target
    for miss in misses(draft, target.endpoint, target.path):
        if miss.dead:
            taken = {each.pattern.text for each in miss.rule.resources or ()}
            texts = corrections(draft, miss.pattern, taken, target.endpoint, target.path)
            yield from ((miss, text) for text in texts)


def _one_of_each_call(found: Iterable[Miss]) -> Iterable[Miss]:
    return list({id(miss.rule): miss for miss in found}.values())[:_MOST_RULES]


def _correct(miss: Miss, pattern: str, question: Question) -> Plan:
    """Correct the pattern of a resource; then edit what else blocks the page."""
    words = f"write {pattern!r} instead of {miss.pattern.text!r} in the resources of "

    def plan(draft: Draft, asked: Asked) -> list[Edit]:
        if all(rule is not miss.rule for _, rule in rules_of(draft)):
            return where_set(draft, asked, question)
        return [_edit(asked, miss, pattern, miss.settings, words)]

    return plan


def _add(miss: Miss, pattern: str, question: Question) -> Plan:
    """Give a call one more resource, with what the page needs and no more."""

    def plan(draft: Draft, asked: Asked) -> list[Edit]:
        if asked.found.layers:
            return where_set(draft, asked, question)
        own = Source("app", f"resource {pattern!a} of {miss.place}")
        # An entry of a list has no options of its own.
        listed = not any(each.settings for each in miss.rule.resources or ())
        alone = listed or _allows(miss.rule.keywords.get("origins"), question)
        needs = [] if alone else needs_anew(question)
        options = ", ".join(f"{need.option!r}: {written(need)}" for need in needs)
        words = f"add {pattern!r}{f': {{{options}}}' if needs else ''} to the resources of "
        return [_edit(asked, miss, pattern, settings_for(needs, {}, own), words)]

    return plan


def _edit(
    asked: Asked, miss: Miss, pattern: str, settings: Mapping[str, Setting], words: str
) -> Edit:
    source = miss.source
    place = str(Source("app", miss.place, *place_of(source)))
    # What is to be changed there next is named by the new pattern.
    own = f"resource {pattern!a} of {miss.place}"
    named = {
        name: Setting(setting.value, setting.source._replace(place=own))
        for name, setting in settings.items()
    }
    why = f"(they do not cover {asked.found.target.path}: {_patterns_of(miss.rule)})"
    action = "set" if miss.dead else "add"
    change = Change(action, place, "resources", repr(pattern), *place_of(source))
    make = with_resource(miss.rule, pattern, named, miss.pattern.text if miss.dead else "")
    return Edit(change, "", f"{words}{place} {why}", make, corrects=miss.dead)


def _allows(origins: Setting | None, question: Question) -> bool:
    """Return whether *origins* name the page's origin, so that it was meant to be allowed."""
    # Callables are asked with a request alone.
    return (
        origins is not None
        and not origins.value.any
        and bool(replace(origins.value, callables=()).match(str(question.origin)).kind)
    )


def place_of(source: Source | None) -> tuple[str | None, int | None]:
    """Return file and line of a source, ``None`` each where they are not known."""
    return (source.file, source.line) if source else (None, None)


def _patterns_of(rule: Rule) -> str:
    texts = [repr(resource.pattern.text) for resource in rule.resources or ()]
    return ", ".join(texts[:3]) + (", ..." if len(texts) > 3 else "")


def corrections(
    draft: Draft, pattern: PathPattern, taken: Set[str], endpoint: str | None, path: str
) -> list[str]:
    """Return what to write instead of a pattern that covers no route, so that it covers *path*.

    The first is what ``check`` names, where that covers the path. There is none where the
    pattern was not meant for it: nothing that is like it covers the path, or the same list
    has that already (*taken*).
    """
    own = {rule.rule for rule in draft.app.url_map.iter_rules() if rule.endpoint == endpoint}
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


def patterns_for(draft: Draft, endpoint: str | None, path: str) -> list[str]:
    """Return patterns that cover *path*, the one of its route first."""
    rules = (rule.rule for rule in draft.app.url_map.iter_rules() if rule.endpoint == endpoint)
    return _covering([*map(covering, rules), path], path)


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


def corrections_in_config(draft: Draft, asked: Asked, question: Question) -> Iterator[Plan]:
    """Yield plans to correct a pattern of ``CORS_RESOURCES`` that covers no route."""
    given, target = draft.config.get("CORS_RESOURCES"), asked.found.target
    if not given or not any(rule.resources is None for _, rule in rules_of(draft)):
        return
    url_rules = list(draft.app.url_map.iter_rules())
    listed = _as_list(given)
    for text in listed:
        pattern = _read(text)
        if pattern is None or any(may_cover(pattern, each) for each in url_rules):
            continue
        for better in corrections(draft, pattern, {*listed}, target.endpoint, target.path):
            yield _config_correction(given, text, better, question)


def _config_correction(given: Any, text: str, better: str, question: Question) -> Plan:
    if isinstance(given, Mapping):
        new: Any = {better if each == text else each: one for each, one in given.items()}
    else:
        new = [better if each == text else each for each in _as_list(given)]

    def plan(draft: Draft, asked: Asked) -> list[Edit]:
        if draft.config.get("CORS_RESOURCES") != given:
            return where_set(draft, asked, question)
        change = Change("set", CONFIG, "resources", repr(better))
        why = f"(it does not cover {asked.found.target.path})"
        words = f"write {better!r} instead of {text!r} in CORS_RESOURCES {why}"
        return [Edit(change, "", words, in_config("resources", new), corrects=True)]

    return plan


def _as_list(given: Any) -> list[Any]:
    return [given] if isinstance(given, str | re.Pattern) else [*given]


def _read(text: object) -> PathPattern | None:
    """Return a pattern of the config, ``None`` where it cannot be read."""
    with suppress(*REGEX_ERRORS):
        return parse_pattern(text) if isinstance(text, str | re.Pattern) else None
    return None


def config_plans(draft: Draft, asked: Asked, question: Question) -> Iterator[Plan]:
    """Yield plans for ``CORS_RESOURCES``, the default of every call without resources."""
    given, target = draft.config.get("CORS_RESOURCES"), asked.found.target
    if not given or not any(rule.resources is None for _, rule in rules_of(draft)):
        return
    for pattern in patterns_for(draft, target.endpoint, target.path):
        yield _config_plan(given, pattern, question)


def _config_plan(given: Any, pattern: str, question: Question) -> Plan:
    def plan(draft: Draft, asked: Asked) -> list[Edit]:
        if asked.found.policy:
            return where_set(draft, asked, question)
        return [_more_in_config(asked, given, pattern, question)]

    return plan


def _more_in_config(asked: Asked, given: Any, pattern: str, question: Question) -> Edit:
    change = Change("add", CONFIG, "resources", repr(pattern))
    why = f"to CORS_RESOURCES, which does not cover {asked.found.target.path}"
    if isinstance(given, Mapping):
        needs = needs_anew(question)
        options = {need.option: list(need.values) or need.given for need in needs}
        make = in_config("resources", {**given, pattern: options})
        return Edit(change, "", f"add {pattern!r}: {options!r} {why}", make)
    return Edit(change, "", f"add {pattern!r} {why}", added_in_config("resources", [pattern]))
