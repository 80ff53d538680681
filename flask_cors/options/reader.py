"""Options as they were given: read by their rows, each with where it was said.

Unknown, misplaced and misspelt names end here; what wins along the walk is not known.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any, NamedTuple

from ..errors import Problem, Report, Source, warn
from ..patterns.paths import PathPattern
from .parsers import CONFIG_FLAGS, parse_flag
from .schema import OPTIONS, Option, Setting

# Names people write from memory, which difflib would take for another option.
_SYNONYMS = {
    "allow_origin": "origins",
    "allow_origins": "origins",
    "allowed_origins": "origins",
    "allow_methods": "methods",
    "allowed_methods": "methods",
    "allowed_headers": "allow_headers",
    "header": "allow_headers",
    "exposed_headers": "expose_headers",
    "allow_credentials": "supports_credentials",
    "credentials": "supports_credentials",
}


class Resource(NamedTuple):
    """One entry of ``resources``: a path pattern and the options said for it."""

    pattern: PathPattern
    settings: Mapping[str, Setting]


def read_options(given: Mapping[str, Any], place: str, report: Report) -> dict[str, Setting]:
    """Read the options given at one *place*; mistakes go to *report*.

    ``None`` means that an option is not set there, except for ``origins``.
    """
    settings: dict[str, Setting] = {}
    for key, value in given.items():
        option = _row(key, value, place, report)
        if option is None:
            continue
        if option.name in settings:
            report.error(option.name, value, "it is given twice", f"Keep {option.name}= alone.")
        if option.name == "headers":
            warn(
                "the option 'headers' is now 'allow_headers'; it adds to that one, and under "
                'its default "*" restricts nothing',
                DeprecationWarning,
            )
        settings[option.name] = _read(option, value, report, option.name)
    return settings


def read_config(config: Mapping[str, Any], problems: list[Problem]) -> dict[str, Setting]:
    """Read the ``CORS_*`` keys of ``app.config``."""
    settings: dict[str, Setting] = {}
    for option in OPTIONS.values():
        value = config.get(option.key)
        if option.key not in config or (value is None and option.name != "origins"):
            continue
        if option.parse is parse_flag and isinstance(value, str):
            value = CONFIG_FLAGS.get(value.strip().lower(), value)
        if option.name == "headers":
            warn("CORS_HEADERS is now CORS_ALLOW_HEADERS", DeprecationWarning)
        source = Source("config", option.key)
        settings[option.name] = _read(option, value, Report(source, problems), option.key)
    for key, option_key in misspelt_keys(config):
        warn(f"the config key {key} is no option of CORS; is {option_key} meant?")
    return settings


def _read(option: Option, value: Any, report: Report, name: str) -> Setting:
    read = option.parse(value, report, name)
    if option.name == "resources":
        read = tuple(
            Resource(entry.pattern, read_options(entry.options, "resource", entry.report))
            for entry in read
        )
    return Setting(read, report.source)


def misspelt_keys(config: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the ``CORS_*`` keys that are close to an option's, each with that key."""
    known = [option.key for option in OPTIONS.values()]
    unknown = {key for key in config if isinstance(key, str) and key.startswith("CORS_")}
    near = (
        (key, difflib.get_close_matches(key, known, 1, 0.8))
        for key in sorted(unknown.difference(known))
    )
    return [(key, matches[0]) for key, matches in near if matches]


def _row(key: object, value: object, place: str, report: Report) -> Option | None:
    name = key if isinstance(key, str) else repr(key)
    if name.startswith("CORS_") and name[5:].lower() in OPTIONS:
        report.warn(name, value, f"read as {name[5:].lower()}, the keyword of this option")
        name = name[5:].lower()
    option = OPTIONS.get(name)
    if option is None:
        _unknown(name, value, place, report)
    elif value is None and name != "origins":
        return None
    elif place not in option.places:
        _misplaced(option, value, report)
    else:
        return option
    return None


def _unknown(name: str, value: object, place: str, report: Report) -> None:
    if name == "origin" and value == "*":
        report.warn(name, value, "dropped: the option is origins=, and any origin its default")
        return
    known = [key for key, row in OPTIONS.items() if place in row.places and key != "headers"]
    lower = name.lower().removeprefix("cors_")
    near = [_SYNONYMS[lower]] if lower in _SYNONYMS else difflib.get_close_matches(lower, known, 1)
    hint = f"Write {near[0]}=." if near else f"The options here are {', '.join(sorted(known))}."
    report.error(name, value, "there is no such option", hint)


def _misplaced(option: Option, value: object, report: Report) -> None:
    if option.name == "resources":
        reason = "resources are patterns for the paths of an app or a blueprint"
        hint = "Write CORS(app, resources=...), and give a view's own options to cross_origin."
        report.error(option.name, value, reason, hint)
        return
    where = " or ".join(sorted(option.places))
    reason = f"dropped: it has no effect here, only in the options of a {where}"
    report.warn(option.name, value, reason)
