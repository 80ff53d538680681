"""Names that are no options: what each may have meant, and what is to be written.

Knows the options of one call as they were given, and not the effective policy.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from ..errors import Report, Trial
from ..patterns.origin_hints import EXAMPLE
from .parsers import CONFIG_FLAGS
from .schema import OPTIONS

# Names people write from memory, which difflib would take for another option, or for none.
_SYNONYMS: Final = {
    **dict.fromkeys(
        (
            *("allow_origin", "allow_origins", "allowed_origin", "allowed_origins", "domains"),
            *("allow_origin_regex", "origin_regex", "origin_regexes", "origins_regex", "domain"),
            *("allowed_domains", "allowed_hosts", "hosts", "whitelist", "origin_whitelist"),
            *("origins_whitelist", "allow_origin_func", "origin_func", "allowed_origin_regexes"),
            *("allowed_domain", "domain_regex", "domains_regex", "allowed_host", "host"),
            *("white_list", "allow_list", "allowlist", "trusted", "restrict_to", "only_from"),
        ),
        "origins",
    ),
    **dict.fromkeys(("allow_methods", "allow_method", "allowed_methods", "verbs"), "methods"),
    **dict.fromkeys(
        ("allowed_headers", "allow_header", "allowed_header", "header", "request_headers"),
        "allow_headers",
    ),
    **dict.fromkeys(("path", "paths", "routes", "route", "urls", "url", "url_prefix"), "resources"),
    **dict.fromkeys(("exposed_headers", "exposed_header", "expose"), "expose_headers"),
    **dict.fromkeys(
        ("allow_credentials", "allow_cookies", "credentials", "with_credentials"),
        "supports_credentials",
    ),
    "preflight_max_age": "max_age",
    "urls_regex": "resources",
    "origin_allow_all": "origins",
    "allow_all_origins": "origins",
}
_WORDS: Final = {
    "method": "methods",
    "resource": "resources",
    "credential": "supports_credentials",
    "expos": "expose_headers",
    "header": "allow_headers",
}
# Leaving one of these out may open what it was to close.
_RESTRICTING: Final = frozenset({"origins", "resources", "methods", "allow_headers", "enforce"})
# What is named so is to be kept out; no option does that.
_EXCLUDING: Final = re.compile(
    r"(?:^|_)(?:block|blacklist|deny|denied|disallow|exclud|forbid|reject)"
    r"|(?:ignor|skip)\w*_(?:path|url|route|endpoint|view|origin|host|domain|method|header)"
)
# A flag that is named so wants a check of the origin: that is what `enforce` does.
_CHECKING: Final = re.compile(r"check|verif|validat|strict|requir|enforc|same_|only|force")
# What a server listens at, and no page has as its host.
_ADDRESS: Final = r"localhost|[0-9.]+|\[?[0-9a-f:]*:[0-9a-f:]*\]?"
_KEPT_OUT: Final = {
    "path": "resources",
    "url": "resources",
    "route": "resources",
    "method": "methods",
    "verb": "methods",
    "header": "allow_headers",
}
# Where this value is meant, the misspelt option restricts, and is read.
_SAFE: Final = {"supports_credentials": False, "allow_private_network": False}
_EVERYTHING: Final = frozenset({"*", "/*", "/.*", ".*", "/", r"^/.*", r"^/.*$", "/**"})


def synonym(name: str) -> str | None:
    """Return the option that people call *name*, where no letter is wrong."""
    return _SYNONYMS.get(name.lower())


def near(name: str) -> str | None:
    """Return the option that *name*, which is none, was most likely meant to be."""
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    plain = plain.removeprefix("cors_").removeprefix("access_control_")
    if plain in _SYNONYMS:
        return _SYNONYMS[plain]
    if re.fullmatch(r"enforc\w*|forced?(?:_cors)?", plain) and "origin" not in plain:
        return "enforce"
    if "origin" in plain:
        return "origins"
    known = [option for option in OPTIONS if option != "headers"]
    close = difflib.get_close_matches(plain, known, 1)
    return close[0] if close else _of_word(plain)


def _of_word(plain: str) -> str | None:
    """Return the option that a name is about by one of its words, such as ``api_methods``."""
    return next((option for word, option in _WORDS.items() if word in plain), None)


def is_any(option: str, value: object) -> bool:
    """Return whether *value* restricts nothing: it is what holds where nothing is set."""
    if option == "resources":
        return _covers_everything(value)
    if option == "enforce":
        return _flag(value) is False
    if option == "origins" and (value is True or value == ".*"):
        return True
    items = re.split(r"[\s,]+", value) if isinstance(value, str) else value
    return isinstance(items, list | tuple | set | frozenset) and "*" in items


def _covers_everything(value: object) -> bool:
    if isinstance(value, str):
        return value in _EVERYTHING
    if isinstance(value, Mapping):
        return bool(value) and all(
            pattern in _EVERYTHING and isinstance(options, Mapping) and _restricts_nothing(options)
            for pattern, options in value.items()
        )
    return isinstance(value, list | tuple | set) and any(item in _EVERYTHING for item in value)


def _restricts_nothing(options: Mapping[Any, Any]) -> bool:
    return all(
        (meant := near(str(name))) not in _RESTRICTING or is_any(meant or "", value)
        for name, value in options.items()
    )


# -- what to do about one ----------------------------------------------------------------


def read_unknown(
    name: str, value: object, given: Mapping[str, Any], place: str, report: Report
) -> tuple[str, object] | None:
    """Report that *name* is no option, or return the option and the value that it is read as.

    *given* are all options of the call. What restricts is an error, since leaving it out
    could open what it was to close; what only grants is dropped; a flag that only takes
    away is read.
    """
    meant = near(name)
    if value and _excludes(name):
        report.error(name, value, _NO_EXCLUDING, *_list_allowed(name))
    elif value is True and meant == "origins" and _CHECKING.search(name.lower()):
        reason = "there is no such option, and what it was to check may be left unchecked"
        report.error(name, value, reason, *_hint({"enforce": True}))
    elif meant is None and isinstance(value, Mapping) and not _restricts_nothing(value):
        reason = "there is no such option, and the options in it would be lost"
        report.error(name, value, reason, "Write them as keywords, or **options.", {})
    elif name.lower() == "host" and re.fullmatch(_ADDRESS, str(value)):
        _drop_unknown(name, value, place, report)
    elif meant not in ("origins", "enforce") and _holds_origins(value):
        reason = "there is no such option, and its value looks like origins: they would be lost"
        report.error(name, value, reason, *_write_here("origins", value, place))
    elif meant is None or (place not in OPTIONS[meant].places and is_any(meant, value)):
        _drop_unknown(name, value, place, report)
    elif meant in _RESTRICTING and not is_any(meant, value):
        reason = f"there is no such option; {meant} was meant, and without it {_MORE[meant]}"
        report.error(name, value, reason, *_write_here(meant, value, place))
    elif place not in OPTIONS[meant].places:
        _drop_unknown(name, value, place, report)
    elif meant in _SAFE and _flag(value) is _SAFE[meant]:
        report.degrade(name, value, f"read as {meant}, the option's name", *_hint({meant: False}))
        return meant, False
    else:
        _drop_near(name, meant, value, given, report)
    return None


#: What is allowed where a restricting option is lost.
_MORE: Final = {
    "origins": "more origins are allowed",
    "resources": "more paths are open",
    "methods": "more methods are allowed",
    "allow_headers": "more headers are allowed",
    "enforce": "nothing is refused",
}
_NO_EXCLUDING: Final = (
    "there is no such option, and none that keeps something out: what is not listed is not allowed"
)


def _excludes(name: str) -> bool:
    return _EXCLUDING.search(re.sub(r"[^a-z0-9]+", "_", name.lower())) is not None


def _list_allowed(name: str) -> tuple[str, Mapping[str, object]]:
    """Return the hint to list what is allowed, in place of what is not."""
    words = (option for word, option in _KEPT_OUT.items() if word in name.lower())
    option = next(words, "origins")
    examples = {
        "origins": "origins=['https://app.example.com']",
        "resources": "resources={'/api/*': {}}, or @cors_exempt above the view",
        "methods": "methods=['GET', 'POST']",
        "allow_headers": "allow_headers=['Content-Type']",
    }
    return f"List what is allowed: {examples[option]}.", {}


def _holds_origins(value: object) -> bool:
    items = [value] if isinstance(value, str) else value
    return isinstance(items, list | tuple | set | frozenset) and any(
        isinstance(item, str) and re.match(r"[a-z][a-z0-9+.-]*://", item, re.IGNORECASE)
        for item in items
    )


def _write_here(option: str, value: object, place: str) -> tuple[str, Mapping[str, object]]:
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
    elif meant == "supports_credentials":
        report.degrade(name, value, reason, *_write_credentials(given))
    else:
        report.degrade(name, value, reason, *_write(meant, value))


def _which_origins(name: str, given: Mapping[str, Any]) -> str:
    others = [key for key in given if key != name and near_or_same(key) == "origins"]
    if others:
        return f"{others[0]}={given[others[0]]!a} applies"
    return "the origins of the next level apply (blueprint, app, CORS_ORIGINS), by default any"


def near_or_same(name: str) -> str | None:
    """Return the option called *name*, or the one that was most likely meant."""
    return name if name in OPTIONS else near(name)


def _write(option: str, value: object) -> tuple[str, Mapping[str, object]]:
    """Return the hint to write *value* for *option*, with what is wrong in it corrected."""
    meant = corrected(option, value)
    scratch = Trial()
    if option != "resources" and not _is_used_up(meant):
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
    return text if len(fix) == 1 else f"{text[:-1]}, with your own origins.", fix


def _with_origins(options: Any, outer: object) -> Any:
    if not isinstance(options, Mapping):
        return options
    given = {near_or_same(str(name)): value for name, value in options.items()}
    if not is_any("origins", given.get("origins", outer)):
        return options
    return {**options, "origins": [EXAMPLE]}


def _flag(value: object) -> object:
    if isinstance(value, str):
        return CONFIG_FLAGS.get(value.strip().lower())
    return value if isinstance(value, bool) else None


# -- values that are corrected on the way ------------------------------------------------


def corrected(option: str, value: object) -> object:
    """Return *value* with every fix that reading it for *option* proposes, or *value*."""
    if option == "resources" or _is_used_up(value):
        return value
    scratch = Trial()
    OPTIONS[option].parse(value, scratch, option)
    for problem in (*scratch.problems, *scratch.degraded):
        if problem.fix is not None:
            value = replaced(value, problem.value, problem.fix.get(option, _NOTHING))
    return value


_NOTHING: Final = object()


def _is_used_up(value: object) -> bool:
    return isinstance(value, Iterable) and iter(value) is value


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
