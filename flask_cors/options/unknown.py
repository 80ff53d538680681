"""Unknown options: what is an error, what is dropped, and what to write instead.

Knows the options of one call as they were given, and not the effective policy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ..errors import Report, Trial
from ..patterns.origin_syntax import EXAMPLE
from .meaning import credentials_flag, excludes, meant_by, switches_off
from .names import RESTRICTING, checks, near, near_or_same
from .parsers import is_used_up
from .schema import OPTIONS
from .values import LISTS, flag, holds_options, is_any, is_path, texts_in

# What a server listens at, and no page has as its host.
_ADDRESS: Final = r"localhost|[0-9.]+|\[?[0-9a-f:]*:[0-9a-f:]*\]?"
_KEPT_OUT: Final = {
    "path": "resources",
    "url": "resources",
    "route": "resources",
    "endpoint": "resources",
    "view": "resources",
    "blueprint": "resources",
    "method": "methods",
    "verb": "methods",
    "header": "allow_headers",
}
# Where this value is meant, the misspelt option restricts, and is read.
_SAFE: Final = {"supports_credentials": False, "allow_private_network": False}


def read_unknown(
    name: str, value: object, given: Mapping[str, Any], place: str, report: Report
) -> tuple[str, object] | None:
    """Report that *name* is no option, or return the option and the value that it is read as.

    *given* are all options of the call. What restricts is an error, since leaving it out
    could open what it was to close; what only grants is dropped; a flag that only takes
    away is read.
    """
    if is_used_up(value):
        value = tuple(value)  # type: ignore[arg-type]
    meant = meant_by(name, value)
    switch = credentials_flag(name, value) if meant == "supports_credentials" else flag(value)
    if meant in _SAFE and switch is _SAFE[meant]:
        report.degrade(name, value, f"read as {meant}, the option's name", *_hint({meant: False}))
        return meant, False
    # What keeps something out, or switches CORS off, must not become a call that leaves it on.
    if excludes(name, value) and meant not in _SAFE:
        report.error(name, value, _NO_EXCLUDING, *_list_allowed(name, value))
    elif switches_off(name, value):
        reason = "there is no such option, and CORS would stay on"
        hint = "Leave out the call, or write @cors_exempt above the views that are meant."
        report.error(name, value, reason, hint, {})
    elif flag(value) is True and meant == "origins" and checks(name):
        reason = "there is no such option, and what it was to check may be left unchecked"
        report.error(name, value, reason, *_write_enforce(given))
    elif _asks_for_nothing(name, meant, value):
        _drop_unknown(name, value, place, report)
    elif meant is None and isinstance(value, Mapping | list | tuple) and holds_options(value):
        reason = "there is no such option, and the options in it would be lost"
        report.error(name, value, reason, "Write them as keywords, or **options.", {})
    # What a server listens at, not who may ask.
    elif name.lower() == "host" and re.fullmatch(_ADDRESS, str(value)):
        _drop_unknown(name, value, place, report)
    # By its value alone, since the name is of something else, or of nothing.
    elif meant != near(name) and meant in RESTRICTING and not is_any(meant, value):
        reason = f"there is no such option, and its value looks like {meant}: they would be lost"
        report.error(name, value, reason, *_write_here(meant, value, place))
    elif meant is None or (_needs_no_replacement(meant, value, place) and is_any(meant, value)):
        _drop_unknown(name, value, place, report)
    elif meant in RESTRICTING and not is_any(meant, value):
        reason = f"there is no such option. Was {meant} meant? Without it, {OPTIONS[meant].without}"
        report.error(name, value, reason, *_write_here(meant, value, place))
    elif place not in OPTIONS[meant].places:
        _drop_unknown(name, value, place, report)
    else:
        _drop_near(name, meant, value, given, report)
    return None


_NO_EXCLUDING: Final = (
    "there is no such option, and no option excludes anything: what is not listed is not allowed"
)


def _needs_no_replacement(meant: str, value: object, place: str) -> bool:
    """Return whether nothing is to be written in place of a value that restricts nothing."""
    empty = value is None or value is True or value == ""
    return (empty and meant in LISTS and meant != "origins") or place not in OPTIONS[meant].places


def _asks_for_nothing(name: str, meant: str | None, value: object) -> bool:
    """Return whether nothing is checked, or kept out, though the name is for that; or not set."""
    if meant in LISTS and meant != "origins" and value is None:
        return True
    if excludes(name, True):
        return meant not in _SAFE
    return flag(value) is False and meant == "origins" and checks(name)


def _write_enforce(given: Mapping[str, Any]) -> tuple[str, Mapping[str, object]]:
    """Return the hint to refuse on the server, with the origins that it needs a list of."""
    options = {near_or_same(name): value for name, value in given.items() if value is not True}
    fix: dict[str, object] = {"enforce": True}
    if is_any("origins", options.get("origins", "*")):
        fix["origins"] = [EXAMPLE]
    text, _ = _hint(fix)
    return f"{text[:-1]}, with your own origins." if len(fix) > 1 else text, fix


def _list_allowed(name: str, value: object) -> tuple[str, Mapping[str, object]]:
    """Return the hint to list what is allowed, in place of what is not."""
    paths = value if isinstance(value, Mapping) else texts_in(value)
    words = (option for word, option in _KEPT_OUT.items() if word in name.lower())
    option = next(words, "resources" if any(map(is_path, paths)) else "origins")
    examples = {
        "origins": "origins=['https://app.example.com']",
        "resources": "resources={'/api/*': {}}, or @cors_exempt above the view",
        "methods": "methods=['GET', 'POST']",
        "allow_headers": "allow_headers=['Content-Type']",
    }
    return f"List what is allowed: {examples[option]}.", {}


def _write_here(option: str, value: object, place: str) -> tuple[str, Mapping[str, object]]:
    names = texts_in(value)
    if option == "resources" and names and not any("/" in text for text in names):
        return "Call CORS(blueprint), or write @cross_origin above the views that are meant.", {}
    if place in OPTIONS[option].places:
        return _write(option, value)
    return "Write CORS(app, resources=...), and give a view's own options to cross_origin.", {}


def _drop_unknown(name: str, value: object, place: str, report: Report) -> None:
    known = sorted(key for key, row in OPTIONS.items() if place in row.places and key != "headers")
    hint = f"Leave it out; the options here are {', '.join(known)}."
    report.degrade(name, value, "dropped: there is no such option", hint, {})


def _drop_near(
    name: str, meant: str, value: object, given: Mapping[str, Any], report: Report
) -> None:
    reason = f"dropped: there is no such option; it is called {meant}"
    if meant == "origins":
        reason = f"{reason}, and {_which_origins(name, given)}"
        report.degrade(name, value, reason, *_hint({meant: "*"}))
    elif meant == "supports_credentials" and credentials_flag(name, value) is True:
        report.degrade(name, value, reason, *_write_credentials(given))
    elif meant == "supports_credentials":
        report.degrade(name, value, reason, *_hint({meant: False}))
    else:
        report.degrade(name, value, reason, *_write(meant, value))


def _which_origins(name: str, given: Mapping[str, Any]) -> str:
    others = [key for key in given if key != name and near_or_same(key) == "origins"]
    if others:
        return f"{others[0]}={given[others[0]]!a} applies"
    return "the origins of the next level apply (blueprint, app, CORS_ORIGINS), by default any"


def _write(option: str, value: object) -> tuple[str, Mapping[str, object]]:
    """Return the hint to write *value* for *option*, with what is wrong in it corrected."""
    if callable(value):
        return f"Write {option}=..., with the same function.", {option: value}
    meant = corrected(option, value)
    scratch = Trial()
    if option != "resources" and not is_used_up(meant):
        OPTIONS[option].parse(meant, scratch, option)
    if scratch.problems:
        accepts = OPTIONS[option].accepts.replace("`", "")
        return f"Write {option}=..., which takes {accepts}.", {}
    return _hint({option: meant})


def _hint(fix: Mapping[str, object]) -> tuple[str, Mapping[str, object]]:
    return f"Write {', '.join(f'{name}={value!a}' for name, value in fix.items())}.", fix


def _write_credentials(given: Mapping[str, Any]) -> tuple[str, Mapping[str, object]]:
    """Return the hint for credentials: they need a list of origins, wherever it is missing."""
    options = {near_or_same(name): value for name, value in given.items()}
    lists = options.get("origins", "*")
    fix: dict[str, object] = {"supports_credentials": True}
    resources = options.get("resources")
    if isinstance(resources, Mapping):
        listed = {path: _with_origins(one, lists) for path, one in resources.items()}
        fix |= {"resources": listed} if listed != resources else {}
    elif is_any("origins", lists):
        fix["origins"] = [EXAMPLE]
    if is_any("expose_headers", options.get("expose_headers")):
        fix["expose_headers"] = ["X-Total"]
    text, _ = _hint(fix)
    return f"{text[:-1]}, with your own origins." if EXAMPLE in text else text, fix


def _with_origins(options: Any, outer: object) -> Any:
    if not isinstance(options, Mapping):
        return options
    given = {near_or_same(str(name)): value for name, value in options.items()}
    if not is_any("origins", given.get("origins", outer)):
        return options
    return {**options, "origins": [EXAMPLE]}


# -- values that are corrected on the way ------------------------------------------------


def corrected(option: str, value: object) -> object:
    """Return *value* with every fix that reading it for *option* proposes, or *value*."""
    if option == "resources" or is_used_up(value):
        return value
    scratch = Trial()
    OPTIONS[option].parse(value, scratch, option)
    for problem in (*scratch.problems, *scratch.degraded):
        if problem.fix is not None:
            value = replaced(value, problem.value, problem.fix.get(option, _NOTHING))
    return value


_NOTHING: Final = object()


def replaced(value: object, wrong: object, right: object) -> object:
    """Return *value* with the entry *wrong* replaced by *right*, one entry or several."""
    if isinstance(value, str) or value is wrong:
        return [] if right is _NOTHING else right
    if not isinstance(value, list | tuple | set | frozenset):
        return value
    kept: list[object] = []
    for item in value:
        if item is not wrong and item != wrong:
            kept.append(item)
        elif right is not _NOTHING:
            kept += right if isinstance(right, list) else [right]
    return kept


# -- arguments without a name ------------------------------------------------------------


def hint_for_positional(values: object) -> tuple[str, Mapping[str, object] | None]:
    """Return what to write for an argument that was given without its name."""
    if isinstance(values, Mapping) and values and all(_is_name(key) for key in values):
        options = {near_or_same(key): value for key, value in values.items()}
        return _hint({str(key): corrected(str(key), value) for key, value in options.items()})
    first = values if isinstance(values, str) else next(iter(_listed(values)), None)
    if isinstance(values, Mapping) or (isinstance(first, str) and first.startswith(("/", "^/"))):
        return _hint({"resources": values})
    if isinstance(first, str):
        return _write("origins", values)
    return (
        "Leave it out, or give it with its option's name, as in origins=['https://app.example.com'].",
        {},
    )


def _is_name(key: object) -> bool:
    return isinstance(key, str) and key.isidentifier() and near_or_same(key) is not None


def _listed(values: object) -> Sequence[object]:
    return values if isinstance(values, Sequence) else ()
