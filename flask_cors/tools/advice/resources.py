"""Resources that miss a route, and the patterns that would cover it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
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
from ..explanation import Change
from ..routes import example
from .changes import (
    Draft,
    Edit,
    added_in_config,
    in_config,
    rules_of,
    with_resource,
)
from .edits import CONFIG, value_of
from .needs import Need
from .plans import Plan, where_set

_MOST_RULES: Final = 3


class Miss(NamedTuple):
    """A call of ``CORS`` whose resources miss a path, and the nearest of its patterns."""

    rule: Rule
    place: str
    source: Source | None
    nearest: PathPattern
    settings: Mapping[str, Setting]


def misses(draft: Draft, endpoint: str | None, path: str) -> list[Miss]:
    """Return the calls whose resources might have covered *path*, the nearest first."""
    around = {None, *(names_around(endpoint) if endpoint else ())}
    found: dict[int, Miss] = {}
    for spot, rule in rules_of(draft):
        if spot.resource is None and spot.scope in around and rule.resources:
            best = max(rule.resources, key=lambda each: _likeness(each.pattern.text, path))
            place = f"CORS({spot.scope or 'app'})"
            miss = Miss(rule, place, rule.late and rule.late.source, best.pattern, best.settings)
            found.setdefault(id(rule), miss)
    return sorted(found.values(), key=lambda miss: -_likeness(miss.nearest.text, path))


def _likeness(pattern: str, path: str) -> float:
    return SequenceMatcher(None, pattern, path, autojunk=False).ratio()


def resource_plans(draft: Draft, asked: Asked, question: Question) -> Iterator[Plan]:
    target = asked.found.target
    for miss in misses(draft, target.endpoint, target.path)[:_MOST_RULES]:
        for pattern in patterns_for(draft, miss.nearest, target.endpoint, target.path):
            yield _resource_plan(miss, pattern, question)
    yield from config_plans(draft, asked, question)


def _resource_plan(miss: Miss, pattern: str, question: Question) -> Plan:
    def plan(draft: Draft, asked: Asked) -> list[Edit]:
        if asked.found.layers:
            return where_set(draft, asked, question)
        return [_more_resources(draft, asked, miss, pattern, question)]

    return plan


def _more_resources(
    draft: Draft, asked: Asked, miss: Miss, pattern: str, question: Question
) -> Edit:
    """Give a call one more resource, or correct one that covers no route."""
    path, text = asked.found.target.path, miss.nearest.text
    wrong = not any(map(miss.nearest.matches, _paths(draft)))
    source = miss.source
    file, line = (source.file, source.line) if source else (None, None)
    place = str(Source("app", miss.place, file, line))
    # What is to be changed there next is named by the new pattern.
    own = f"resource {pattern!a} of {miss.place}"
    settings = {
        name: Setting(setting.value, setting.source._replace(place=own))
        for name, setting in {**miss.settings, **_lets_in(miss, question)}.items()
    }
    words = _resource_words(miss, pattern, place, path, wrong, question)
    change = Change("set" if wrong else "add", place, "resources", repr(pattern), *place_of(source))
    make = with_resource(miss.rule, pattern, settings, text if wrong else "")
    return Edit(change, "", words, make)


def _resource_words(
    miss: Miss, pattern: str, place: str, path: str, wrong: bool, question: Question
) -> str:
    text = miss.nearest.text
    if wrong:
        words = f"write {pattern!r} instead of {text!r} in the resources of {place}"
    else:
        same = f" with the options of {text!r}" if miss.settings else ""
        words = f"add {pattern!r}{same} to the resources of {place}"
    if _lets_in(miss, question):
        words = f"{words}, with {question.origin!r} among its origins"
    return f"{words} (they do not cover {path}: {_patterns_of(miss.rule)})"


def place_of(source: Source | None) -> tuple[str | None, int | None]:
    """Return file and line of a source, ``None`` each where they are not known."""
    return (source.file, source.line) if source else (None, None)


def _patterns_of(rule: Rule) -> str:
    texts = [repr(resource.pattern.text) for resource in rule.resources or ()]
    return ", ".join(texts[:3]) + (", ..." if len(texts) > 3 else "")


def _lets_in(miss: Miss, question: Question) -> dict[str, Setting]:
    """Return what the new resource sets, so that the page's origin is among its origins."""
    origins = {**miss.rule.keywords, **miss.settings}.get("origins")
    # Callables are asked with a request alone; a list with one more origin is right anyway.
    if origins is None or replace(origins.value, callables=()).match(str(question.origin)).kind:
        return {}
    return {"origins": value_of(Need("origins", (str(question.origin),)), origins, origins.source)}


def _paths(draft: Draft) -> list[str]:
    """Return the paths of the app's routes, and a stand-in for each converter."""
    return [example(rule.rule) for rule in draft.app.url_map.iter_rules()]


def patterns_for(draft: Draft, nearest: PathPattern, endpoint: str | None, path: str) -> list[str]:
    """Return patterns that cover *path*, those most like *nearest* first."""
    own = (rule.rule for rule in draft.app.url_map.iter_rules() if rule.endpoint == endpoint)
    texts = [*_corrections(nearest.text, path), *(re.sub(r"<[^<>]+>", "*", rule) for rule in own)]
    found = []
    for text in dict.fromkeys([*texts, path]):
        with suppress(*REGEX_ERRORS):
            if parse_pattern(text).matches(path):
                found.append(text)
    return found


def _corrections(text: str, path: str) -> Iterator[str]:
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


def config_plans(draft: Draft, asked: Asked, question: Question) -> Iterator[Plan]:
    """Yield plans for ``CORS_RESOURCES``, the default of every call without resources."""
    given, path = draft.config.get("CORS_RESOURCES"), asked.found.target.path
    if not given or not any(rule.resources is None for _, rule in rules_of(draft)):
        return
    for pattern in patterns_for(draft, parse_pattern(path), asked.found.target.endpoint, path):
        yield _config_plan(given, pattern, question)


def _config_plan(given: Any, pattern: str, question: Question) -> Plan:
    def plan(draft: Draft, asked: Asked) -> list[Edit]:
        if asked.found.policy:
            return where_set(draft, asked, question)
        return [_more_in_config(asked, given, pattern)]

    return plan


def _more_in_config(asked: Asked, given: Any, pattern: str) -> Edit:
    change = Change("add", CONFIG, "resources", repr(pattern))
    known = f"add {pattern!r} to CORS_RESOURCES, which does not cover {asked.found.target.path}"
    if isinstance(given, Mapping):
        options: Any = next(iter(given.values()), {})
        return Edit(change, "", known, in_config("resources", {**given, pattern: options}))
    return Edit(change, "", known, added_in_config("resources", [pattern]))
