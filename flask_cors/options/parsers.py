"""Option values: what may be written for each, read into what the protocol needs.

Knows one value at a time: not where it is set, nor which others are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, NamedTuple

from .. import fetch
from ..errors import REGEX_ERRORS, Report, no_regex
from ..patterns.origins import json_items, not_a_list, option_name

CONFIG_FLAGS: Final = {
    **dict.fromkeys(("true", "1", "yes", "on"), True),
    **dict.fromkeys(("false", "0", "no", "off"), False),
}

_LIST_SEPARATOR: Final = r"[\s,]+"
_REGEX: Final = r"[\\^$?+\[\](){}|*]|\.(?=[*+?{])"
# A media type is what a Content-Type header holds, and never the name of a header.
_MEDIA_TYPE: Final = r"[\w.+*-]+/[\w.+*-]+"
_DASHES: Final = r"\s*[-\u2010-\u2015\u2212]\s*"
#: The methods that are allowed by default, in the order in which they are shown.
METHODS: Final = ("GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE")


class HeaderNames(NamedTuple):
    """What ``allow_headers`` allows; names are compared without regard to case."""

    any: bool = False
    names: frozenset[str] = frozenset()
    regexes: tuple[re.Pattern[str], ...] = ()
    texts: tuple[str, ...] = ()

    def allows(self, name: str) -> bool:
        """Return whether a page may send the request header *name*."""
        return (
            self.any
            or name.lower() in self.names
            or any(regex.match(name) for regex in self.regexes)
        )

    def __or__(self, other: HeaderNames) -> HeaderNames:
        return HeaderNames(
            self.any or other.any,
            self.names | other.names,
            self.regexes + other.regexes,
            (*self.texts, *(text for text in other.texts if text not in self.texts)),
        )


def parse_methods(given: object, report: Report, option: str) -> frozenset[str]:
    """Read method names (RFC 9110 section 9.1), upper-cased; ``"*"`` stays as it is."""
    methods = set()
    for item in _items(given, report, option, "a method is a string"):
        method = item.upper()
        if not fetch.is_token(item) or item[0] in "'`":
            _not_a_method(item, report, option)
        elif method in fetch.FORBIDDEN_METHODS:
            report.warn(option, item, "dropped: no page can send this method")
        elif len(names := _methods_in(item)) > 1:
            # "GET|POST" is a token; flask-cors found both in it, as it looked for substrings.
            hint, fix = _listing(names, option)
            report.degrade(option, item, "dropped: this is the name of one method", hint, fix)
        else:
            methods.add(method)
    return frozenset(methods)


def _not_a_method(item: str, report: Report, option: str) -> None:
    hint, fix = _listing(_methods_in(item) or ["GET", "POST"], option)
    report.error(option, item, "this is not a method name (an RFC 9110 token)", hint, fix)


def _methods_in(text: str) -> list[str]:
    """Return the usual methods that *text* names, each once."""
    names = (part.upper() for part in re.split(r"[^A-Za-z]+", text))
    return list(dict.fromkeys(name for name in names if name in METHODS))


def _listing(names: list[str], option: str) -> tuple[str, dict[str, object]]:
    return f"Write {', '.join(map(ascii, names))}.", {option_name(option): names}


def parse_allow_headers(given: object, report: Report, option: str) -> HeaderNames:
    """Read request header names and regular expressions over them."""
    names: dict[str, str] = {}
    regexes: list[re.Pattern[str]] = []
    reason = "a header name is a string or a regular expression"
    for item in _items(given, report, option, reason, re.Pattern):
        if isinstance(item, str) and _is_literal(item):
            if _is_name(item, report, option, "send", fetch.is_forbidden_request_header):
                names[item.lower()] = item
        elif regex := _header_regex(item, report, option):
            regexes.append(regex)
    texts = (*sorted(names.values()), *(regex.pattern for regex in regexes))
    any_name = names.pop("*", None) is not None
    return HeaderNames(any_name, frozenset(names), tuple(regexes), texts)


def _is_literal(item: str) -> bool:
    return item == "*" or not re.search(_REGEX, item) or bool(re.fullmatch(_MEDIA_TYPE, item))


def parse_expose_headers(given: object, report: Report, option: str) -> tuple[str, ...]:
    """Read response header names a page may read in addition to the safelisted ones; sorted."""
    items = _items(given, report, option, "a header name is a string")
    check = fetch.is_forbidden_response_header
    names = [item for item in items if _is_name(item, report, option, "read", check)]
    # Of two spellings the first is sent.
    return tuple(sorted({name.lower(): name for name in reversed(names)}.values()))


def _is_name(
    item: str, report: Report, option: str, verb: str, forbidden: Callable[[str], bool]
) -> bool:
    """Return whether *item* is a header name that a page can use; warn where it is dropped."""
    if not fetch.is_token(item) or item[0] in "'`":
        _not_a_header(item, report, option)
        return False
    if forbidden(item):
        report.warn(option, item, f"dropped: no page can {verb} this header")
        return False
    return True


def _not_a_header(item: str, report: Report, option: str) -> None:
    names = _names_in(item)
    hint = f"Write {', '.join(map(ascii, names))}." if names else "Leave it out."
    fix = {option_name(option): names} if names else {}
    reason = "dropped: this is not a header name (an RFC 9110 token)"
    if re.fullmatch(_MEDIA_TYPE, item):
        reason = "dropped: this is a media type, which the header Content-Type holds"
    report.degrade(option, item, reason, hint, fix)


def _names_in(text: str) -> list[str]:
    """Return the header names that *text* may mean: ``Content-Type`` in ``Content- Type: x``."""
    if re.fullmatch(_MEDIA_TYPE, text.strip()):
        return ["Content-Type"]
    close = re.sub(_DASHES, "-", text.partition(":")[0])
    parts = (part.strip("'\"`-") for part in re.split(r"[\s,;]+", close))
    return [part for part in parts if part and fetch.is_token(part)]


def parse_flag(given: object, report: Report, option: str) -> bool:
    """Read a bool; 0 and 1 count, strings do not (``"False"`` is true in Python)."""
    if isinstance(given, int) and given in (0, 1):
        return bool(given)
    meant = CONFIG_FLAGS.get(str(given).strip().lower())
    hint = "Write True or False." if meant is None else f"Write {meant}."
    fix = None if meant is None else {option_name(option): meant}
    report.error(option, given, "this is not True or False", hint, fix)
    return False


def parse_max_age(given: object, report: Report, option: str) -> int | None:
    """Read a time in whole seconds, 0 (do not cache) included."""
    seconds = _seconds(given)
    if seconds is not None and 0 <= seconds <= _LONGEST_AGE:
        return seconds
    if seconds is None:
        reason = "it is not a whole number of seconds"
    else:
        reason = "it is negative" if seconds < 0 else "no browser keeps anything for so long"
    near = round(given) if isinstance(given, float) and 0 <= given <= _LONGEST_AGE else 600
    hint = f"Write {near}, or timedelta(minutes=10); with 0 nothing is cached."
    report.error(option, given, reason, hint, {option_name(option): near})
    return None


# Some more than the longest timedelta; a header with hundreds of digits is no use.
_LONGEST_AGE: Final = 10**14


def _seconds(given: object) -> int | None:
    """Return a number of seconds, which may be negative, or ``None``."""
    if isinstance(given, timedelta):
        whole, rest = divmod(given, timedelta(seconds=1))
        return None if rest else whole
    if isinstance(given, str):
        found = re.fullmatch(r"\s*(-?[0-9]{1,18})(?:\.0+)?\s*", given)
        return int(found[1]) if found else None
    if isinstance(given, float) and given.is_integer():
        return int(given)
    return given if isinstance(given, int) and not isinstance(given, bool) else None


# -- lists -----------------------------------------------------------------------------


def _items(given: object, report: Report, option: str, reason: str, *more: type) -> Sequence[Any]:
    kept = []
    for item in _split(given, report, option):
        if item is None or (isinstance(item, str) and not item.strip()):
            hint = "If an environment variable is not set, set it; otherwise leave the entry out."
            report.degrade(option, item, "dropped: the entry is empty", hint, {})
        elif isinstance(item, (str, *more)):
            kept.append(item)
        else:
            hint = "Write a string, or a list of strings."
            report.error(option, item, f"{reason}, not {type(item).__name__}", hint)
    return kept


def _split(given: object, report: Report, option: str) -> Iterable[object]:
    if not isinstance(given, str):
        if isinstance(given, bytes | bytearray | Mapping) or not isinstance(given, Iterable):
            return (given,)
        return given
    if (found := json_items(given)) is not None:
        not_a_list(given, found, report, option)
        return ()
    if re.search(r"[\w-]:|\s-|-\s", given):
        # "Content-Type: application/json" and "Content- Type" are one entry each.
        return [item for part in given.split(",") if (item := part.strip())]
    return filter(None, re.split(_LIST_SEPARATOR, given))


# -- regular expressions -----------------------------------------------------------------


def _header_regex(
    item: str | re.Pattern[Any], report: Report, option: str
) -> re.Pattern[str] | None:
    text = item if isinstance(item, str) else item.pattern
    flags = 0 if isinstance(item, str) else item.flags
    if not isinstance(text, str):
        report.error(option, item, "this is a regular expression over bytes", "Use a str.")
        return None
    try:
        regex = re.compile(text, flags | re.IGNORECASE)
    except REGEX_ERRORS as error:
        hint = "Correct it, or write the header's name."
        report.error(option, item, no_regex(error), hint)
        return None
    from ..patterns.redos import warn_of_nested_quantifiers

    warn_of_nested_quantifiers(text, report, option)
    return regex


def is_used_up(value: object) -> bool:
    """Return whether *value* can be iterated but once, as a generator can."""
    return isinstance(value, Iterator)
