"""Remedies: edits of the configuration that might let a page through, to be tried.

Proposes from what failed; whether a proposal helps, and whom it would harm, is for the trials.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any, Final, NamedTuple

from ..errors import REGEX_ERRORS, Source
from ..fetch import is_token
from ..options.schema import DEFAULTS, OPTIONS, Setting
from ..patterns.paths import PathPattern, parse_pattern
from ..resolution.layers import names_around
from ..resolution.marks import Layer, class_of, layers_of
from ..resolution.registry import Rule
from .asking import Asked, Question
from .changes import (
    Draft,
    Edit,
    InvalidEditError,
    added_in_config,
    in_config,
    in_mark,
    in_rules,
    joined,
    parsed,
    rules_of,
    settings_at,
    spots_of,
    with_mark,
    with_resource,
    with_rule,
    without_mark,
)
from .explanation import Change
from .routes import example

#: Proposes edits for what stands in the way of a page now; none where it knows of none.
Plan = Callable[[Draft, Asked], Sequence[Edit]]
_CONFIG: Final = "the config"
_MOST_RULES: Final = 3


class Need(NamedTuple):
    """What the page needs of one option: *values* in its list, or the option set to *given*."""

    option: str
    values: tuple[str, ...] = ()
    given: Any = None


def needs_of(asked: Asked, question: Question) -> list[Need]:
    """Return what stands in the way of the page, from the steps that failed."""
    codes = {step.code: step for step in asked.failed}
    settings, origin = asked.found.settings, str(question.origin)
    named = question.credentials and not asked.grants_credentials
    needs = []
    if "origin-not-allowed" in codes:
        needs.append(Need("origins", (origin,)))
    elif _is_any(settings["origins"], named) and (named or "private-network-off" in codes):
        # Neither credentials nor a private network are for pages of just any origin.
        needs.append(Need("origins", given=[origin]))
    if named:
        needs.append(Need("supports_credentials", given=True))
    if "method-not-allowed" in codes:
        needs.append(Need("methods", codes["method-not-allowed"].values))
    elif "refused" in codes and (values := codes["refused"].values):
        needs.append(Need("methods", values))
    if "headers-not-allowed" in codes:
        names = filter(is_token, codes["headers-not-allowed"].values)
        needs.append(Need("allow_headers", tuple(names)))
    if "private-network-off" in codes:
        needs.append(Need("allow_private_network", given=True))
    return needs


def _is_any(setting: Setting, credentials: bool) -> bool:
    """Return whether origins are open to all, for credentials by a regular expression too."""
    return setting.value.any or (credentials and setting.value.unrelated is not None)


# -- plans where CORS is on ------------------------------------------------------------


def plans_where_on(asked: Asked, question: Question) -> Iterator[Plan]:
    """Yield the plans, the most natural first: where an option is set, then ever nearer."""
    yield lambda draft, now: _where_set(draft, now, question)
    layers = asked.found.layers or ()
    for number in reversed(range(len(layers))):
        yield _at_layer(len(layers) - number, question)
    if not any(layer.mark for layer in layers):
        yield lambda draft, now: _decorated(draft, now, question)


def _where_set(draft: Draft, asked: Asked, question: Question) -> list[Edit]:
    """Edit each option at the place where it is set."""
    edits = _corrected_callable(draft, asked, question)
    for need in needs_of(asked, question):
        setting = asked.found.settings[need.option]
        layer = _place_for(asked, need, setting)
        if layer is None:
            edits.append(_in_config(need, setting))
        else:
            edits.append(_in_layer(draft, layer, need, setting))
    return edits


def _place_for(asked: Asked, need: Need, setting: Setting) -> Layer | None:
    """Return the layer to edit, ``None`` for the config.

    What is not set yet goes next to the origins, since it is granted to these.
    """
    if need.values and setting.source.level != "default":
        return _layer_of(asked, need.option)
    if asked.found.settings["origins"].source.level == "default":
        return next(iter(asked.found.layers or ()), None)
    return _layer_of(asked, "origins")


def _corrected_callable(draft: Draft, asked: Asked, question: Question) -> list[Edit]:
    """Have a callable that failed allow the origin: the same as to list it."""
    failed = next((step for step in asked.failed if step.code == "callable-failed"), None)
    if failed is None:
        return []
    need, setting = Need("origins", (str(question.origin),)), asked.found.settings["origins"]
    layer = _layer_of(asked, "origins")
    edit = _in_config(need, setting) if layer is None else _in_layer(draft, layer, need, setting)
    words = f"{failed.pattern}, so that it returns True or False"
    return [replace(edit, verb="correct", words=words)]


def _at_layer(distance: int, question: Question) -> Plan:
    """Return the plan to set everything in one layer, counted from the farthest."""

    def plan(draft: Draft, asked: Asked) -> list[Edit]:
        layers = asked.found.layers or ()
        if distance > len(layers):
            return []
        layer, settings = layers[-distance], asked.found.settings
        needs = _with_credentials(asked, needs_of(asked, question))
        return [_in_layer(draft, layer, need, settings[need.option]) for need in needs]

    return plan


def _layer_of(asked: Asked, option: str) -> Layer | None:
    """Return the layer that sets an option; ``None`` where the config or nobody does."""
    setting = asked.found.settings[option]
    layers = asked.found.layers or ()
    return next((layer for layer in layers if layer.settings.get(option) is setting), None)


def _with_credentials(asked: Asked, needs: Sequence[Need]) -> list[Need]:
    """Return *needs*, with credentials repeated next to a list of origins.

    They are granted to a list, and do not apply beyond a nearer one.
    """
    lists = any(need.option == "origins" for need in needs)
    again = lists and asked.grants_credentials
    return [*needs, Need("supports_credentials", given=True)] if again else [*needs]


def _in_layer(draft: Draft, layer: Layer, need: Need, setting: Setting) -> Edit:
    sets = need.option in layer.settings
    source = layer.settings[need.option].source if sets else _source_of(layer)
    new = _value(need, setting, source)
    add = sets and bool(need.values)
    change = _change("add" if add else "set", str(source), need, source)
    if layer.mark is not None:
        make = in_mark(layer.mark, need.option, new)
        return Edit(change, *_words(need, need.option, add, f"{need.option}="), make)
    spots = spots_of(draft, layer)
    if not spots:
        raise InvalidEditError(f"it is not known where {layer.place} is set")
    if not _belongs_to_resource(draft, spots[0], need.option):
        spots = [spot._replace(resource=None) for spot in spots]
    make = in_rules(spots, need.option, new)
    return Edit(change, *_words(need, need.option, add, f"{need.option}="), make)


def _belongs_to_resource(draft: Draft, spot: Any, option: str) -> bool:
    """Return whether an option of a resource's layer is to be written in its dictionary."""
    if spot.resource is None:
        return False
    own = settings_at(draft, spot)
    shared = settings_at(draft, spot._replace(resource=None))
    return option in own or (option not in shared and (not shared or "origins" in own))


def _source_of(layer: Layer) -> Source:
    """Return where a layer is set; its options say so, or else its decorator."""
    origins = layer.settings.get("origins")
    first = origins or next(iter(layer.settings.values()), None)
    if first is not None:
        return first.source
    if layer.mark is not None:
        place = f"{layer.mark.decorator} on {layer.place}"
        return layer.mark.source._replace(level=layer.kind, place=place)
    return Source(layer.kind, layer.place)


def _in_config(need: Need, setting: Setting) -> Edit:
    key = OPTIONS[need.option].key
    add = bool(need.values) and setting.source.level == "config"
    _value(need, setting, setting.source)
    change = _change("add" if add else "set", _CONFIG, need, Source("config", key))
    if add:
        make = added_in_config(need.option, list(need.values))
    else:
        make = in_config(need.option, _whole(need, setting))
    return Edit(change, *_words(need, key, add, f"{key} = "), make)


def _value(need: Need, setting: Setting, source: Source) -> Setting:
    """Return the option's new value, parsed."""
    if not need.values:
        return parsed(need.option, need.given, source)
    added = parsed(need.option, list(need.values), source)
    return Setting(joined(need.option, setting.value, added.value), source)


def _whole(need: Need, setting: Setting) -> Any:
    return need.given if not need.values else [*sorted(setting.value), *need.values]


def _words(need: Need, name: str, add: bool, before: str) -> tuple[str, str]:
    if add:
        return "add", f"{', '.join(map(repr, need.values))} to {name}"
    return "write", f"{before}{_written(need)}"


def _written(need: Need) -> str:
    """Return a value as it is to be written; the dots stand for what is there."""
    if need.values:
        return f"[..., {', '.join(map(repr, need.values))}]"
    return repr(need.given)


def _change(action: str, place: str, need: Need, source: Source) -> Change:
    value = ", ".join(map(repr, need.values)) if action == "add" else _written(need)
    return Change(action, place, need.option, value, source.file, source.line)


# -- plans where CORS is off, and for one view alone -------------------------------------


def _decorated(draft: Draft, asked: Asked, question: Question) -> list[Edit]:
    """Put the decorator on a view that has none."""
    endpoint = asked.found.target.endpoint
    view = draft.app.view_functions.get(endpoint or "")
    if view is None:
        return []
    needs = _with_credentials(asked, needs_of(asked, question)) if asked.found.policy else []
    return [_new_mark(view, str(endpoint), needs or _needs_anew(question), asked.found.settings)]


def _needs_anew(question: Question) -> list[Need]:
    """Return what a page needs where nothing is set yet."""
    needs = [Need("origins", given=[question.origin])]
    if question.credentials:
        needs.append(Need("supports_credentials", given=True))
    method = question.method
    if method not in DEFAULTS["methods"].value and method.upper() not in DEFAULTS["methods"].value:
        needs.append(Need("methods", (method.upper(),)))
    if question.private_network:
        needs.append(Need("allow_private_network", given=True))
    return needs


def _settings(
    needs: Iterable[Need], effective: Mapping[str, Setting], source: Source
) -> dict[str, Setting]:
    base = effective or DEFAULTS
    return {need.option: _value(need, base[need.option], source) for need in needs}


def _new_mark(
    view: object, endpoint: str, needs: Sequence[Need], effective: Mapping[str, Setting]
) -> Edit:
    view_class = class_of(view)
    place = f"the class {view_class.__name__}" if view_class else f"the route of {endpoint}"
    where = f"on {place}" if view_class else f"below {place}"
    call = f"@cross_origin({_arguments(needs)})"
    source = Source("class" if view_class else "view", f"cross_origin on {place}")
    change = Change("decorate", place, "", call)
    make = with_mark(view, _settings(needs, effective, source))
    return Edit(change, "put", f"{call} {where}", make)


def _arguments(needs: Sequence[Need]) -> str:
    """Return options as they stand in a decorator; origins alone need no name."""
    if [need.option for need in needs] == ["origins"]:
        return _written(needs[0])
    return ", ".join(f"{need.option}={_written(need)}" for need in needs)


def plans_where_off(draft: Draft, asked: Asked, off: str, question: Question) -> Iterator[Plan]:
    """Yield the plans that switch CORS on for the route."""
    if off == "exempt":
        yield lambda draft, now: _without_exemption(draft, now, question)
        yield lambda draft, now: _instead_of_exemption(draft, now, question)
        return
    yield from _resource_plans(draft, asked, question)
    if off == "nowhere" and not any(True for _ in rules_of(draft)):
        yield lambda draft, now: _whole_app(draft, now, question)
    yield lambda draft, now: _switched_on(draft, now, question)


def _switched_on(draft: Draft, asked: Asked, question: Question) -> list[Edit]:
    """Decorate the view; where CORS is on by now, edit what else stands in the way."""
    if asked.found.policy:
        return _where_set(draft, asked, question)
    return _decorated(draft, asked, question)


def _whole_app(draft: Draft, asked: Asked, question: Question) -> list[Edit]:
    if asked.found.policy:
        return _where_set(draft, asked, question)
    needs = _needs_anew(question)
    source = Source("app", "CORS(app)")
    arguments = ", ".join(f"{need.option}={_written(need)}" for need in needs)
    call = f"CORS(app, {arguments})"
    change = Change("call", "the app", "", call)
    return [
        Edit(change, "call", f"{call} for the whole app", with_rule(_settings(needs, {}, source)))
    ]


def _exempting(draft: Draft, asked: Asked) -> Layer | None:
    view = draft.app.view_functions.get(asked.found.target.endpoint or "")
    found = layers_of(view, asked.found.target.method)
    return next((layer for layer in found if layer.exempt), None)


def _without_exemption(draft: Draft, asked: Asked, question: Question) -> list[Edit]:
    layer = _exempting(draft, asked) if asked.found.layers is None else None
    if layer is None or layer.mark is None:
        return _switched_on(draft, asked, question)
    place = layer.place
    if layer.kind == "view":
        place = f"the view of {asked.found.target.endpoint}"
    source = layer.mark.source
    change = Change("remove", place, "", "cors_exempt", source.file, source.line)
    return [Edit(change, "remove", f"cors_exempt from {place}", without_mark(layer.mark))]


def _instead_of_exemption(draft: Draft, asked: Asked, question: Question) -> list[Edit]:
    layer = _exempting(draft, asked)
    view = draft.app.view_functions.get(asked.found.target.endpoint or "")
    if asked.found.policy:
        return _where_set(draft, asked, question)
    if asked.found.layers is not None or layer is None or layer.kind == "method":
        return []
    removal = _without_exemption(draft, asked, question)
    mark = _new_mark(view, str(asked.found.target.endpoint), _needs_anew(question), {})
    return [*removal, mark]


# -- resources that miss a route ---------------------------------------------------------


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


def _resource_plans(draft: Draft, asked: Asked, question: Question) -> Iterator[Plan]:
    target = asked.found.target
    for miss in misses(draft, target.endpoint, target.path)[:_MOST_RULES]:
        for pattern in patterns_for(draft, miss.nearest, target.endpoint, target.path):
            yield _resource_plan(miss, pattern, question)
    yield from _config_plans(draft, asked, question)


def _resource_plan(miss: Miss, pattern: str, question: Question) -> Plan:
    def plan(draft: Draft, asked: Asked) -> list[Edit]:
        if asked.found.layers:
            return _where_set(draft, asked, question)
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
    return {"origins": _value(Need("origins", (str(question.origin),)), origins, origins.source)}


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


def _config_plans(draft: Draft, asked: Asked, question: Question) -> Iterator[Plan]:
    """Yield plans for ``CORS_RESOURCES``, the default of every call without resources."""
    given, path = draft.config.get("CORS_RESOURCES"), asked.found.target.path
    if not given or not any(rule.resources is None for _, rule in rules_of(draft)):
        return
    for pattern in patterns_for(draft, parse_pattern(path), asked.found.target.endpoint, path):
        yield _config_plan(given, pattern, question)


def _config_plan(given: Any, pattern: str, question: Question) -> Plan:
    def plan(draft: Draft, asked: Asked) -> list[Edit]:
        if asked.found.policy:
            return _where_set(draft, asked, question)
        return [_more_in_config(asked, given, pattern)]

    return plan


def _more_in_config(asked: Asked, given: Any, pattern: str) -> Edit:
    change = Change("add", _CONFIG, "resources", repr(pattern))
    known = f"add {pattern!r} to CORS_RESOURCES, which does not cover {asked.found.target.path}"
    if isinstance(given, Mapping):
        options: Any = next(iter(given.values()), {})
        return Edit(change, "", known, in_config("resources", {**given, pattern: options}))
    return Edit(change, "", known, added_in_config("resources", [pattern]))
