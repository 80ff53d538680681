"""Option values: what may be written for each, read into what the protocol needs.

Knows one value at a time: not where it was said, nor what else was.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, NamedTuple

from .. import fetch
from ..errors import REGEX_ERRORS, Report, no_regex
from ..patterns.origins import json_items

CONFIG_FLAGS: Final = {
    **dict.fromkeys(("true", "1", "yes", "on"), True),
    **dict.fromkeys(("false", "0", "no", "off"), False),
}

_LIST_SEPARATOR = r"[\s,]+"
_REGEX = r"[\\^$?+\[\](){}|*]|\.(?=[*+?{])"


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
        if not fetch.is_token(item):
            _no_token(item, report, option, "method", "'GET, POST'")
        elif method in fetch.FORBIDDEN_METHODS:
            report.warn(option, item, "dropped: no page can send this method")
        else:
            methods.add(method)
    return frozenset(methods)


def parse_allow_headers(given: object, report: Report, option: str) -> HeaderNames:
    """Read request header names and regular expressions over them."""
    names: dict[str, str] = {}
    regexes: list[re.Pattern[str]] = []
    reason = "a header name is a string or a regular expression"
    for item in _items(given, report, option, reason, re.Pattern):
        if item == "*" or (isinstance(item, str) and not re.search(_REGEX, item)):
            if _sendable(item, report, option):
                names[item.lower()] = item
        elif regex := _header_regex(item, report, option):
            regexes.append(regex)
    texts = (*sorted(names.values()), *(regex.pattern for regex in regexes))
    any_name = names.pop("*", None) is not None
    return HeaderNames(any_name, frozenset(names), tuple(regexes), texts)


def parse_expose_headers(given: object, report: Report, option: str) -> tuple[str, ...]:
    """Read response header names a page may read besides the safelisted ones; sorted."""
    names = set()
    for item in _items(given, report, option, "a header name is a string"):
        if not fetch.is_token(item):
            _no_token(item, report, option, "header name", "'X-Total, Link'")
        elif reason := _useless(item, "read", fetch.is_forbidden_response_header):
            report.warn(option, item, reason)
        else:
            names.add(item)
    return tuple(sorted(names))


def parse_flag(given: object, report: Report, option: str) -> bool:
    """Read a bool; 0 and 1 count, strings do not (``"False"`` is true in Python)."""
    if isinstance(given, int) and given in (0, 1):
        return bool(given)
    meant = CONFIG_FLAGS.get(str(given).strip().lower())
    hint = "Write True or False." if meant is None else f"Write {meant}."
    report.error(option, given, "this is not True or False", hint)
    return False


def parse_max_age(given: object, report: Report, option: str) -> int | None:
    """Read a time in whole seconds, 0 (do not cache) included."""
    seconds: object = given
    if isinstance(given, timedelta):
        whole, rest = divmod(given, timedelta(seconds=1))
        seconds = given if rest else whole
    elif isinstance(given, str) and re.fullmatch(r"\s*-?[0-9]{1,12}\s*", given):
        seconds = int(given)
    if isinstance(seconds, int) and not isinstance(seconds, bool) and seconds >= 0:
        return seconds
    negative = isinstance(seconds, int) and seconds < 0
    reason = "it is negative" if negative else "it is no whole number of seconds"
    near = f"{given:.0f}" if isinstance(given, float) and 0 <= given < math.inf else "600"
    hint = f"Write {near}, or timedelta(minutes=10); 0 means that nothing is cached."
    report.error(option, given, reason, hint)
    return None


def _items(given: object, report: Report, option: str, reason: str, *more: type) -> Sequence[Any]:
    kept = []
    for item in _split(given, report, option):
        if isinstance(item, (str, *more)):
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
    if (found := json_items(given)) is None:
        return filter(None, re.split(_LIST_SEPARATOR, given))
    reason = "a JSON list in a string is one string, not a list"
    report.error(option, given, reason, f"Write {', '.join(found)!a}, or a real list.")
    return ()


def _no_token(item: str, report: Report, option: str, what: str, example: str) -> None:
    parts = [part for part in re.split(_LIST_SEPARATOR, item) if fetch.is_token(part)]
    example = ", ".join(map(ascii, parts)) or example
    report.error(option, item, f"this is no {what} (RFC 9110 token)", f"Write {example}.")


def _useless(name: str, verb: str, forbidden: Callable[[str], bool]) -> str:
    if forbidden(name):
        return f"dropped: no page can {verb} this header"
    if name.lower().startswith("access-control-"):
        return "dropped: this header is for browsers, not for pages"
    return ""


def _sendable(item: str, report: Report, option: str) -> bool:
    if not fetch.is_token(item):
        _no_token(item, report, option, "header name", "'X-Requested-With'")
        return False
    reason = _useless(item, "send", fetch.is_forbidden_request_header)
    if reason:
        report.warn(option, item, reason)
    return not reason


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
        report.error(option, item, no_regex(error), "Mend it, or write the header's name.")
        return None
    from ..patterns.redos import warn_of_nested_quantifiers

    warn_of_nested_quantifiers(text, report, option)
    return regex
