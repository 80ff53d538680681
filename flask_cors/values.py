"""Option values: what may be written for each, read into what the protocol needs.

Knows one value at a time: not where it was said, nor what else was.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from . import fetch
from .errors import Report

CONFIG_FLAGS: Final = {
    **dict.fromkeys(("true", "1", "yes", "on"), True),
    **dict.fromkeys(("false", "0", "no", "off"), False),
}

_LIST_SEPARATOR = re.compile(r"[\s,]+")
_REGEX = re.compile(r"[\\^$?+\[\](){}|*]|\.(?=[*+?{])")


@dataclass(frozen=True)
class HeaderNames:
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
        if not fetch.is_token(method):
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
        if item == "*" or (isinstance(item, str) and not _REGEX.search(item)):
            if item == "*" or _sendable(item, report, option):
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
        elif fetch.is_forbidden_response_header(item) or _is_cors_header(item):
            report.warn(option, item, "dropped: no page can read this header")
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
        seconds = given.total_seconds()
        seconds = int(seconds) if seconds == int(seconds) else given
    elif isinstance(given, str) and re.fullmatch(r"\s*-?[0-9]{1,12}\s*", given):
        seconds = int(given)
    if isinstance(seconds, int) and not isinstance(seconds, bool) and seconds >= 0:
        return seconds
    negative = isinstance(seconds, int) and seconds < 0
    whole = f"{given:.0f}" if isinstance(given, float) and given >= 0 else "600"
    report.error(
        option,
        given,
        "it is negative" if negative else "it is no whole number of seconds",
        f"Write {whole}, or timedelta(minutes=10); 0 means that nothing is cached.",
    )
    return None


def _items(given: object, report: Report, option: str, reason: str, *more: type) -> Sequence[Any]:
    items: Iterable[object]
    if isinstance(given, str):
        items = filter(None, _LIST_SEPARATOR.split(given))
    elif isinstance(given, more):
        items = (given,)
    elif isinstance(given, Iterable) and not isinstance(given, bytes | Mapping):
        items = given
    else:
        items = (given,)
    kept = []
    for item in items:
        if isinstance(item, (str, *more)):
            kept.append(item)
        else:
            report.error(
                option, item, f"{reason}, not {type(item).__name__}", "Write a string or a list."
            )
    return kept


def _no_token(item: str, report: Report, option: str, what: str, example: str) -> None:
    parts = [part for part in _LIST_SEPARATOR.split(item) if fetch.is_token(part)]
    example = ", ".join(map(repr, parts)) or example
    report.error(option, item, f"this is no {what} (RFC 9110 token)", f"Write {example}.")


def _is_cors_header(name: str) -> bool:
    return name.lower().startswith("access-control-")


def _sendable(item: str, report: Report, option: str) -> bool:
    if not fetch.is_token(item):
        _no_token(item, report, option, "header name", "'X-Requested-With'")
        return False
    if fetch.is_forbidden_request_header(item) or _is_cors_header(item):
        report.warn(option, item, "dropped: no page sends this header")
        return False
    return True


def _header_regex(
    item: str | re.Pattern[Any], report: Report, option: str
) -> re.Pattern[str] | None:
    text = item if isinstance(item, str) else item.pattern
    flags = 0 if isinstance(item, str) else item.flags
    if not isinstance(text, str):
        report.error(option, item, "this is a regular expression over bytes", "Use a str.")
        return None
    try:
        return re.compile(text, flags | re.IGNORECASE)
    except re.error as error:
        report.error(
            option,
            item,
            f"it is read as a regular expression and does not compile: {error}",
            "Mend it, or write the header's name.",
        )
        return None
