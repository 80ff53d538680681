"""Options as they were given: read by their rows, each with where it is set.

Unknown, misplaced and misspelt names end here; what wins along the walk is not known.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from ..errors import Report, Source, warn_at
from ..patterns.paths import PathPattern
from .parsers import CONFIG_FLAGS, is_used_up, parse_flag
from .schema import DEFAULTS, OPTIONS, Option, Setting


class Resource(NamedTuple):
    """One entry of ``resources``: a path pattern and the options set for it."""

    pattern: PathPattern
    settings: Mapping[str, Setting]


# -- keywords ------------------------------------------------------------------------------


def read_options(given: Mapping[str, Any], place: str, report: Report) -> dict[str, Setting]:
    """Read the options given at one *place*; mistakes go to *report*.

    ``None`` means that an option is not set there, except for ``origins``.
    """
    settings: dict[str, Setting] = {}
    for key, value in given.items():
        read = _row(key, value, given, place, report)
        if read is None:
            continue
        option, value = read
        if option.name in settings:
            fix = {option.name: value}
            hint = f"Use {option.name}= only."
            report.error(option.name, value, "it is given twice", hint, fix)
        if option.name == "headers":
            message = (
                "the option 'headers' is now 'allow_headers'; it adds to that one, and under "
                'its default "*" restricts nothing'
            )
            warn_at(report.source, message, DeprecationWarning)
        settings[option.name] = _read(option, value, report, option.name)
    return settings


def _read(option: Option, value: Any, report: Report, name: str) -> Setting:
    if is_used_up(value):
        value = tuple(value)
    read = option.parse(value, report, name)
    if option.name == "resources":
        read = tuple(
            Resource(entry.pattern, read_options(entry.options, "resource", entry.report))
            for entry in read
        )
    snapshot = _copied(value) if _can_change(value) else None
    return Setting(read, report.source, snapshot, value)


def _can_change(value: object) -> bool:
    """Return whether *value* may hold something else when policies are compiled."""
    if isinstance(value, str | bytes | tuple | frozenset):
        return False
    return isinstance(value, Iterable) and not callable(value)


def _copied(value: object) -> object:
    """Return a copy of what *value* holds: equal, later, only where nothing has changed."""
    if isinstance(value, Mapping):
        return [(key, _copied(held)) for key, held in value.items()]
    return list(value) if isinstance(value, Iterable) and _can_change(value) else value


def current(settings: Mapping[str, Setting], report: Report) -> Mapping[str, Setting]:
    """Return *settings* as their lists are now: themselves, where none has changed.

    To be called once for each set of options whenever policies are compiled. Mistakes in
    what has changed go to *report*, under the source of the option.
    """
    changed = {
        name: _read(OPTIONS[name], setting.given, report.at(setting.source), name)
        for name, setting in settings.items()
        if setting.snapshot is not None and _copied(setting.given) != setting.snapshot
    }
    return {**settings, **changed} if changed else settings


def _row(
    key: object, value: object, given: Mapping[Any, Any], place: str, report: Report
) -> tuple[Option, object] | None:
    name = key if isinstance(key, str) else repr(key)
    if name.startswith("CORS_") and name[5:].lower() in OPTIONS:
        report.warn(name, value, f"read as {name[5:].lower()}, the keyword of this option")
        name = name[5:].lower()
    option = OPTIONS.get(name)
    if option is None:
        # What it was meant to be is not needed where every name is right.
        from .unknown import read_unknown

        named = {key: value for key, value in given.items() if isinstance(key, str)}
        read = read_unknown(name, value, named, place, report)
        return read and (OPTIONS[read[0]], read[1])
    if value is None and name != "origins":
        return None
    if place in option.places:
        return option, value
    _misplaced(option, value, report)
    return None


_IN_WORDS: Final = {
    "app": "CORS(app)",
    "blueprint": "CORS(blueprint)",
    "mark": "cross_origin",
    "resource": "a resource",
}


def _misplaced(option: Option, value: object, report: Report) -> None:
    if option.name == "resources":
        reason = "resources are patterns for the paths of an app or a blueprint"
        hint = "Write CORS(app, resources=...), and give a view's own options to cross_origin."
        report.error(option.name, value, reason, hint, {})
        return
    where = " or ".join(_IN_WORDS[place] for place in sorted(option.places))
    reason = f"dropped: it has no effect here, only in {where}"
    report.degrade(option.name, value, reason, "Leave it out here.", {})


# -- app.config ----------------------------------------------------------------------------


class ConfigSettings(Mapping[str, Setting]):
    """The effective option of every name, from ``CORS_*`` in ``app.config`` or the defaults.

    A value of the config is read, and judged, when it is asked for the first time: what no
    route needs fails nothing. Mistakes go to *report*, whose source is not used.
    """

    def __init__(self, config: Mapping[str, Any], report: Report) -> None:
        given = {name: config.get(row.key) for name, row in OPTIONS.items() if row.key in config}
        self._given = {
            name: value for name, value in given.items() if value is not None or name == "origins"
        }
        self._report = report
        self._read: dict[str, Setting] = {}

    def __getitem__(self, name: str) -> Setting:
        if name not in self._given:
            return DEFAULTS[name]
        if name not in self._read:
            self._read[name] = _read_config(OPTIONS[name], self._given[name], self._report)
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(OPTIONS)

    def __len__(self) -> int:
        return len(OPTIONS)

    @property
    def names(self) -> Sequence[str]:
        """The names of the options that the config sets; none is read for this."""
        return tuple(self._given)


def read_config(config: Mapping[str, Any], report: Report) -> ConfigSettings:
    """Return what ``app.config`` sets, read when it is needed."""
    return ConfigSettings(config, report)


def judge_keys(config: Mapping[str, Any], report: Report, without_origins: str = "") -> None:
    """Warn about config keys that are no options and look like one.

    *without_origins* says what holds where ``origins`` was meant, and is not set.
    """
    for key in switched_off_by(config):
        reason = "this config key is not an option of Flask-CORS, and CORS stays on"
        hint = "If it is meant for Flask-CORS, leave out the call of CORS instead."
        report.at(Source("config", key)).degrade(key, config[key], reason, hint, {})
    for key, option_key in misspelt_keys(config):
        source = Source("config", key)
        name = OPTIONS[option_key[5:].lower()].name
        reason = "this config key is not an option of Flask-CORS, and is ignored"
        if name == "origins" and without_origins:
            reason = f"{reason}, so {without_origins}"
        hint = f"If it is meant for Flask-CORS, write {option_key}."
        fix = _fix_of(name, config[key])
        report.at(source).degrade(key, config[key], reason, hint, fix)


def _fix_of(name: str, value: object) -> dict[str, object]:
    """Return the option that a key of another library sets, as a fix: its flags for any origin."""
    from .values import LISTS

    if isinstance(value, bool) and name in LISTS:
        return {name: "*"} if value else {}
    return {name: value}


def _read_config(option: Option, value: Any, report: Report) -> Setting:
    report = report.at(Source("config", option.key))
    if option.parse is parse_flag and isinstance(value, str):
        value = CONFIG_FLAGS.get(value.strip().lower(), value)
    if option.name in _SAFE_UNSET and _is_unset(value):
        reason = "an empty value counts as not set"
        report.degrade(option.key, value, reason, "Set it, or leave the key out.", {})
        return DEFAULTS[option.name]
    if option.name == "headers":
        text = "CORS_HEADERS is now CORS_ALLOW_HEADERS"
        warn_at(report.source, text, DeprecationWarning, report.shown_at)
    return _read(option, value, report, option.key)._replace(snapshot=None)


# Options without which nothing is open that they could close: an environment variable that is not
# set, read with a default of "", must not stop the app.
_SAFE_UNSET: Final = frozenset(
    {
        "supports_credentials", "allow_private_network", "send_wildcard", "always_send",
        "vary_header", "automatic_options", "intercept_exceptions", "max_age",
    }
)  # fmt: skip


def _is_unset(value: object) -> bool:
    """Return whether a value of the config is what an environment variable without one leaves."""
    return isinstance(value, str) and value.strip().lower() in ("", "none", "null")


def misspelt_keys(config: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the ``CORS_*`` keys that are not options but close to one, each with its key.

    Keys of other libraries are among them.
    """
    known = [option.key for option in OPTIONS.values()]
    near = ((key, _nearest(key, known)) for key in _unknown_keys(config))
    return [(key, option_key) for key, option_key in near if option_key]


def switched_off_by(config: Mapping[str, Any]) -> list[str]:
    """Return the ``CORS_*`` keys that no option has, and that are to switch CORS off."""
    from .meaning import switches_off

    return [key for key in _unknown_keys(config) if switches_off(key, config[key])]


def _unknown_keys(config: Mapping[str, Any]) -> list[str]:
    known = {option.key for option in OPTIONS.values()}
    keys = {key for key in config if isinstance(key, str) and _OF_CORS.match(key)}
    # Of another spelling, a key without a value is not even meant to set anything.
    return sorted(key for key in keys - known if key.startswith("CORS_") or config[key] is not None)


# However they are spelled; Flask's own keys are in capitals, with underscores.
_OF_CORS: Final = re.compile(r"(?:flask[_.-]?)?cors|access.control.allow.origin$", re.IGNORECASE)


def _nearest(key: str, known: Sequence[str]) -> str | None:
    from .names import plain, synonym

    name = plain(re.sub(r"^(?:flask[_.-]?)?cors[_.-]?", "", key, flags=re.IGNORECASE))
    meant = name if name in OPTIONS else synonym(name)
    if meant is None and _ORIGINS_BY_NAME.fullmatch(name):
        meant = "enforce" if name.startswith("enforce") else "origins"
    if meant:
        return OPTIONS[meant].key
    close = difflib.get_close_matches(key, known, 1, 0.8) if key.startswith("CORS_") else ()
    return next(iter(close), None)


_ALLOWED: Final = (
    "allow(?:ed)?|permit(?:ted)?|accept(?:ed)?|trusted|valid|enforced?|access_control_allow"
)
# Names that say who is allowed; those that only have the word in them may be the app's own.
_ORIGINS_BY_NAME: Final = re.compile(
    rf"(?:{_ALLOWED})_origins?(?:_list)?|origins?_(?:{_ALLOWED}|list|regex|check)"
)
