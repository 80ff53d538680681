"""Rules about regular expressions in origins, header names and resources."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module
from itertools import chain
from typing import Final

from ...patterns.redos import find_nested_quantifiers
from ...patterns.regex_items import with_escaped_dots
from ..closed import Verdict, examine, suggest_closed
from .rules import rule
from .subject import Found, Subject, Use, quoted

_LONE_DOT: Final = re.compile(r"(?<=\w)\.(?![*+?{])")


@rule("CORS007", "warning", "an unescaped dot in a regular expression")
def unescaped_dots(subject: Subject) -> Iterator[Found]:
    for use, regex in _regexes(subject, "origins"):
        if fixed := _with_escaped_dots(regex):
            yield use.found(
                f"the unescaped dot in {quoted(regex.pattern)} matches any character",
                f"Write {quoted(fixed)}, or a wildcard such as 'https://*.example.com'.",
                "error" if use.credentials else "",
            )


def _with_escaped_dots(regex: re.Pattern[str]) -> str:
    """Return the pattern with its dots escaped, if it lacks nothing else; empty otherwise."""
    fixed = with_escaped_dots(regex.pattern, _LONE_DOT)
    return "" if fixed == regex.pattern or _is_open(fixed, regex.flags) else fixed


def _is_open(pattern: str, flags: int) -> bool:
    """Return whether *pattern* lets strangers in, if the extra [cli] is installed."""
    try:
        return _verdict(pattern, flags).answer == "open"
    except ModuleNotFoundError:
        return False


def _verdict(pattern: str, flags: int) -> Verdict:
    # Raised here, since a cached verdict does not show whether the list was installed.
    import_module("publicsuffixlist")
    return _examined(pattern, flags)


@lru_cache(maxsize=1024)
def _examined(pattern: str, flags: int) -> Verdict:
    return examine(re.compile(pattern, flags))


@rule("CORS032", "warning", "a regular expression that lets origins of strangers in")
def open_regexes(subject: Subject) -> Iterator[Found]:
    for use, regex in _regexes(subject, "origins"):
        verdict = _verdict(regex.pattern, regex.flags)
        if verdict.answer != "closed" and not _with_escaped_dots(regex):
            reason, hint = _why_open(regex.pattern, verdict), _closed_hint(regex)
            yield use.found(reason, hint, _severity(use, verdict))


def _why_open(pattern: str, verdict: Verdict) -> str:
    if verdict.answer == "open":
        return f"{quoted(pattern)} lets {verdict.witness} in, which anybody may own"
    tried = f"; {verdict.tried} origins of strangers were tried and not let in"
    reason = f"{quoted(pattern)} could not be proved closed: {verdict.reason}"
    return reason + (tried if verdict.tried else "")


def _closed_hint(regex: re.Pattern[str]) -> str:
    if closed := suggest_closed(regex):
        return f"Write {quoted(closed)}."
    return "List the origins, or write a wildcard of your domain: 'https://*.example.com'."


def _severity(use: Use, verdict: Verdict) -> str:
    if verdict.answer == "unproved":
        return "note"
    return "error" if use.credentials else ""


def _regexes(subject: Subject, *options: str) -> Iterator[tuple[Use, re.Pattern[str]]]:
    for use in chain.from_iterable(map(subject.uses, options)):
        yield from ((use, regex) for regex in use.value.regexes)


@rule("CORS008", "warning", "a resource's regular expression without an end")
def endless_resources(subject: Subject) -> Iterator[Found]:
    for entry in subject.resources():
        if entry.pattern.regex is None:
            continue
        if not re.search(r"(?:\$|\\Z|[*+]\??\)*)$", entry.pattern.text):
            yield entry.found(
                "the regular expression has no end, so it covers every path that goes on after it",
                f"Write {quoted(entry.pattern.text + '$')}, or end it with /.* if that is meant.",
            )


@rule("CORS009", "error", "nested quantifiers")
def nested_quantifiers(subject: Subject) -> Iterator[Found]:
    for use, regex in _regexes(subject, "origins", "allow_headers", "headers"):
        if part := find_nested_quantifiers(regex.pattern):
            yield use.found(*_nested(part))
    for entry in subject.resources():
        if entry.pattern.regex and (part := find_nested_quantifiers(entry.pattern.text)):
            yield entry.found(*_nested(part))


def _nested(part: str) -> tuple[str, str]:
    return (
        f"{quoted(part)} can divide one text in many ways, and takes time exponential in its "
        "length: one request can occupy a worker for hours",
        "Repeat only once, or separate the repetitions by a character that they cannot hold.",
    )
