"""Differences in the reading of origins: what is a pattern, and what it matches."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ....patterns.origin_syntax import OriginError, read_pattern
from ..subject import Found, Subject, Use, quoted, routes, some
from .changes import HEADERS, LESS, MORE, Effect, row
from .incumbent import is_plain, matches_origin
from .option_rows import change_of, dropped

_ENDS: Final = re.compile(r"(?<!\\)(?:\$|\\Z|\.\*\)*)$")


@row(1, "any origin with credentials: the credentials are dropped")
def any_origin_with_credentials(subject: Subject) -> Iterator[Effect]:
    problems = (policy.dropped_credentials for policy in subject.table.all)
    for problem in {str(item): item for item in problems if item}.values():
        change = change_of(problem, LESS)
        what = f"every site got credentials; {change.what}"
        yield Effect(LESS, Found(change.place, what, change.keep, change.file, change.line))


@row(2, "a regular expression must match the whole origin")
def whole_origins(subject: Subject) -> Iterator[Effect]:
    for use in subject.uses("origins"):
        plain = {text for text in _written(use) if is_plain(text)}
        for regex in use.value.regexes:
            if not _ENDS.search(regex.pattern) and regex.pattern not in plain:
                yield Effect(
                    LESS,
                    use.found(
                        f"{quoted(regex.pattern)} matched every origin that begins so; it must "
                        "match the whole origin",
                        f"If any port is meant, write {quoted(f'{regex.pattern}(:[0-9]+)?')}; "
                        "letting other hosts in again is not safe.",
                    ),
                )


@row(3, "a string with * after :// is a wildcard origin")
def wildcards(subject: Subject) -> Iterator[Effect]:
    for use in subject.uses("origins"):
        for text in sorted(use.value.wildcards):
            apex = text.replace("://*.", "://").replace(":*", ":3000")
            if "://*." in text and matches_origin(text, apex):
                what = f"{text!r} allowed {apex} too, and all that begins so, and does not"
                yield Effect(LESS, use.found(what, f"If it is meant, add {apex!r} to the origins."))
            sample = text.replace("://*", "://x").replace(":*", ":3000")
            if matches_origin(text, sample):
                matched = f"{text!r} matched every origin that begins so"
                what = f"{matched}; it matches origins such as {sample}"
                yield Effect(LESS, use.found(what, "Letting other hosts in again is not safe."))
            else:
                what = f"{text!r} was a regular expression that refused {sample}; it allows it"
                keep = "If not all of them are meant, list the origins one by one."
                yield Effect(MORE, use.found(what, keep))


@row(14, "no arbitrary origin on requests without Origin")
def no_arbitrary_origin(subject: Subject) -> Iterator[Effect]:
    for use in subject.uses("origins"):
        rows = [row for row in use.rows if row.policy and row.policy.always_send]
        if rows and not use.value.any and len(use.value.literals) > 1:
            yield Effect(
                HEADERS,
                use.found(
                    f"requests without Origin got {min(use.value.literals)} on {routes(rows)}; "
                    "they get no Access-Control-Allow-Origin",
                    "Nothing needs to be done: browsers that read it send Origin.",
                ),
            )


@row(22, "a callable decides about an origin")
def callables(subject: Subject) -> Iterator[Effect]:
    for use in subject.uses("origins"):
        if use.value.callables:
            what = "a callable among the origins never matched; now it is asked"
            keep = "If nothing is to be allowed, remove it from the origins."
            yield Effect(MORE, use.found(what, keep))


@row(30, "no regular expression matches the origin null")
def null_by_regex(subject: Subject) -> Iterator[Effect]:
    for use in subject.uses("origins"):
        for regex in use.value.regexes:
            if regex.match("null"):
                what = f"{quoted(regex.pattern)} allowed 'null', which every sandboxed frame sends"
                keep = "If it is meant, add 'null' to the origins; credentials are never granted."
                yield Effect(LESS, use.found(what, keep))


@row(31, "'.*' is a regular expression")
def dot_star(subject: Subject) -> Iterator[Effect]:
    for use in subject.uses("origins"):
        if any(regex.pattern == ".*" for regex in use.value.regexes):
            what = "'.*' was '*'; requests without Origin get no Access-Control-Allow-Origin"
            yield Effect(HEADERS, use.found(what, "Write origins='*'."))


@row(37, "methods='*', several origins in one string and IPv6 origins work")
def what_works_now(subject: Subject) -> Iterator[Effect]:
    for use in subject.uses("methods"):
        if "*" in use.value:
            what = "methods='*' was the name of a method; it now allows any method"
            yield Effect(MORE, use.found(what, "List the methods."))
    for use in subject.uses("origins"):
        yield from _origins_that_work_now(use)


def _origins_that_work_now(use: Use) -> Iterator[Effect]:
    numbers = sorted(text for text in use.value.literals if "[" in text)
    if numbers:
        what = f"{some(numbers)} never matched, being read as a regular expression"
        yield Effect(MORE, use.found(what, "Remove what is not to be allowed."))
    patterns = set(use.value.patterns())
    for text in sorted(_written(use)):
        if is_plain(text) and any(regex.pattern == text for regex in use.value.regexes):
            what = f"{text!r} was plain text, which no origin is; it is a regular expression"
            yield Effect(MORE, use.found(what, "List the origins that are meant."))
        several = [part for part in re.split(r"[\s,]+", text) if part in patterns]
        if len(several) > 1:
            what = f"{some(several)} were one string that matched nothing"
            yield Effect(MORE, use.found(what, "Remove what is not to be allowed."))


@row(25, "an origin is normalised; what no page can send or read is dropped")
def normalised_origins(subject: Subject) -> Iterator[Effect]:
    for use in subject.uses("origins"):
        for text in sorted(_written(use)):
            origin = _normalised(text)
            if origin == text or origin not in use.value.literals:
                continue
            if matches_origin(text, origin):
                what = f"{text!r} allowed every origin that begins so; it is read as {origin!r}"
                yield Effect(LESS, use.found(what, f"Write {origin!r}, and what else is meant."))
            else:
                what = f"{text!r} never matched; it is read as {origin!r}, which a browser sends"
                yield Effect(MORE, use.found(what, f"Write {origin!r}, or remove it."))
    yield from dropped(subject, 25)


def _written(use: Use) -> set[str]:
    """Return the strings that origins were written as."""
    given = use.setting.given
    items = [given] if isinstance(given, str) else given
    listed = items if isinstance(items, list | tuple | set | frozenset) else ()
    return {item for item in listed if isinstance(item, str)}


def _normalised(text: str) -> str:
    try:
        pattern = read_pattern(text)
    except OriginError:
        return text
    return pattern if isinstance(pattern, str) else text
