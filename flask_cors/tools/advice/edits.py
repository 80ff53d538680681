"""Edits that give a page what it needs, at one place of the configuration, and their words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from flask import Flask

from ...errors import Source
from ...options.parsers import HeaderNames
from ...options.schema import DEFAULTS, OPTIONS, Setting
from ...patterns.origins import Origins
from ...resolution.marks import Layer, class_of
from ...resolution.table import Target
from ..explanation import Change
from ..text import some
from .drafts import (
    Draft,
    Edit,
    InvalidEditError,
    added_in_config,
    in_config,
    in_mark,
    in_rules,
    joined,
    parsed,
    settings_at,
    spots_of,
    with_mark,
)
from .needs import Need

CONFIG: Final = "the config"


def layer_edit(draft: Draft, layer: Layer, need: Need, setting: Setting) -> Edit:
    """Return the edit that gives the page what it needs in one layer."""
    sets = need.option in layer.settings
    source = layer.settings[need.option].source if sets else _source_of(layer)
    new = _value_of(need, setting, source)
    add = sets and bool(need.values)
    change = _change_of("add" if add else "set", str(source), need, setting, source)
    before = f"{need.option}="
    if layer.mark is not None:
        make = in_mark(layer.mark, need.option, new)
    elif spots := spots_of(draft, layer):
        if not _belongs_to_resource(draft, spots[0], need.option):
            spots = [spot._replace(resource=None) for spot in spots]
        elif spots[0].resource is not None:
            before = f'"{need.option}": '
        make = in_rules(spots, need.option, new)
    else:
        raise InvalidEditError(f"it is not known where {layer.place} is set")
    if add:
        return Edit(change, *_added(draft, need, source, need.option), make)
    return Edit(change, *_set(need, setting, before), make)


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
    source = layer.source or Source(layer.kind, layer.place)
    return source._replace(level=layer.kind, place=layer.place)


def config_edit(draft: Draft, need: Need, setting: Setting) -> Edit:
    """Return the edit that gives the page what it needs in ``app.config``."""
    key = OPTIONS[need.option].key
    add = bool(need.values) and setting.source.level == "config"
    source = Source("config", key)
    _value_of(need, setting, source)  # raises where the option does not take it
    if add:
        change = _change_of("add", CONFIG, need, setting, source)
        make = added_in_config(need.option, list(need.values))
        return Edit(change, *_added(draft, need, source, key), make)
    change = _change_of("set", CONFIG, need, setting, source)
    given = [*sorted(setting.value), *need.values] if need.values else need.given
    return Edit(change, *_set(need, setting, f"{key} = "), in_config(need.option, given))


def mark_edit(
    app: Flask, target: Target, needs: Sequence[Need], effective: Mapping[str, Setting]
) -> Edit:
    """Return the edit that puts ``cross_origin`` on the view of *target*, or on its class."""
    endpoint = str(target.endpoint)
    view = app.view_functions[endpoint]
    view_class = class_of(view)
    place = f"the class {view_class.__name__}" if view_class else f"the route of {endpoint}"
    where = f"on {place}" if view_class else f"below {place}"
    call = f"@cross_origin({_arguments(needs, effective)})"
    source = Source("class" if view_class else "view", f"cross_origin on {place}")
    change = Change("decorate", place, "", call)
    make = with_mark(view, settings_for(needs, effective, source))
    others = _other_rules(app, view, target.rule)
    more = f", which serves {some(others)} too" if others else ""
    return Edit(change, "put", f"{call} {where}{more}", make, announces_all=bool(others))


def _other_rules(app: Flask, view: object, rule: str | None) -> list[str]:
    """Return the other URL rules that a decorator on a view, or on its class, applies to."""
    view_class = class_of(view)
    found: dict[str, None] = {}
    for endpoint, other in app.view_functions.items():
        own = class_of(other)
        same = own is not None and issubclass(own, view_class) if view_class else other is view
        if same:
            found |= dict.fromkeys(each.rule for each in app.url_map.iter_rules(endpoint))
    return [text for text in found if text != rule]


def settings_for(
    needs: Iterable[Need], effective: Mapping[str, Setting], source: Source
) -> dict[str, Setting]:
    """Return the options that a new call or decorator sets, parsed."""
    base = effective or DEFAULTS
    return {need.option: _value_of(need, base[need.option], source) for need in needs}


def _value_of(need: Need, setting: Setting, source: Source) -> Setting:
    """Return the option's new value, parsed."""
    if not need.values:
        return parsed(need.option, need.given, source)
    added = parsed(need.option, list(need.values), source)
    return Setting(joined(need.option, setting.value, added.value), source)


def _set(need: Need, setting: Setting, before: str) -> tuple[str, str]:
    """Return verb and words for an option that is set."""
    return "write", f"{before}{written(need, setting)}"


def _added(draft: Draft, need: Need, source: Source, name: str) -> tuple[str, str]:
    """Return verb and words for entries of a list; one that was mistyped there is corrected."""
    for problem in draft.degraded:
        same = (problem.source.place, problem.source.line) == (source.place, source.line)
        if same and problem.fix and (*problem.fix.values(),) == need.values:
            return "write", f"{need.values[0]!r} instead of {problem.value!r} in {name}"
    return "add", f"{', '.join(map(repr, need.values))} to {name}"


def written(need: Need, setting: Setting | None = None) -> str:
    """Return a value as it is to be written; *setting* is what is effective now.

    What is added goes with what is there; dots stand for callables, which have no text.
    """
    if not need.values:
        return repr(need.given)
    present = _present((setting or DEFAULTS[need.option]).value)
    texts = ["..."] if present is None else [text for text in present if text not in need.values]
    shown = [each if each == "..." else repr(each) for each in texts]
    return f"[{', '.join([*shown, *map(repr, need.values)])}]"


def _present(value: Any) -> list[Any] | None:
    """Return the entries of a list as they may be written; ``None`` where they cannot."""
    if isinstance(value, Origins):
        plain = [*sorted(value.literals), *sorted(value.wildcards), *value.regexes]
        return None if value.callables else plain
    return list(value.texts) if isinstance(value, HeaderNames) else sorted(value)


def _arguments(needs: Sequence[Need], effective: Mapping[str, Setting]) -> str:
    """Return options as they stand in a decorator; origins alone need no name."""
    if [need.option for need in needs] == ["origins"]:
        return written(needs[0], effective.get("origins"))
    return ", ".join(f"{need.option}={written(need, effective.get(need.option))}" for need in needs)


def _change_of(action: str, place: str, need: Need, setting: Setting, source: Source) -> Change:
    value = ", ".join(map(repr, need.values)) if action == "add" else written(need, setting)
    return Change(action, place, need.option, value, source.file, source.line)
