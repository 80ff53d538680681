"""Differences in the reading of origins: what is a pattern, and what it matches."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ....options.values import texts_in
from ....patterns.origin_syntax import OriginError, read_pattern
from ....patterns.unintended_origins import plain_origins, within_bounds
from ....policy.policy import Policy
from ...comparing import matches_a_pattern
from ...text import some
from ..subject import Found, Subject, Use, quoted, routes
from .changes import HEADERS, LESS, MORE, Effect, row
from .incumbent import is_plain, matches_origin

# What may follow a match of the beginning: another host, a port, more of a name.
_PORT: Final = ":8443"
_LONGER: Final = (".evil.net", _PORT, "evil", "8")
_UNSAFE: Final = "letting other hosts in again is not safe"
_ENDS: Final = re.compile(r"(?<!\\)(?:\$|\\Z|\.\*\)*)$")


@row(1, "any origin with credentials: the credentials are dropped")
def any_origin_with_credentials(subject: Subject) -> Iterator[Effect]:
    problems = (
        policy.dropped_credentials for policy in subject.policies.all if not _were_apart(policy)
    )
    for problem in {str(item): item for item in problems if item}.values():
        found = Found.of(problem)
        yield Effect(LESS, found._replace(reason=f"every site got credentials; {found.reason}"))


def _were_apart(policy: Policy) -> bool:
    """Return whether 6.0.5 did not combine the two: a blueprint's own options stood alone."""
    names = ("origins", "supports_credentials")
    levels = {policy.settings[name].source.level for name in names} - {"default"}
    return "blueprint" in levels and len(levels) > 1


@row(2, "a regular expression must match the whole origin")
def whole_origins(subject: Subject) -> Iterator[Effect]:
    for use in subject.uses("origins"):
        for regex in _taken_for_regexes(use):
            if _ENDS.search(regex.pattern):
                continue
            longer = _longer_origins(use, regex)
            if longer is None or longer:
                matched = f"{quoted(regex.pattern)} matched every origin that begins so"
                example = f", such as {longer[0]}" if longer else ""
                what = f"{matched}{example}; it must match the whole origin"
                yield Effect(LESS, use.found(what, _keep_ports(regex.pattern, longer)))


def _taken_for_regexes(use: Use) -> list[re.Pattern[str]]:
    """Return the regular expressions that 6.0.5 did not take for plain text."""
    plain = set(filter(is_plain, texts_in(use.setting.given)))
    return [regex for regex in use.value.regexes if regex.pattern not in plain]


def _longer_origins(use: Use, regex: re.Pattern[str]) -> list[str] | None:
    """Return origins that begin as *regex* asks and are not allowed now.

    ``None`` where the expression could not be read.
    """
    begins = [text for text in plain_origins(regex) if within_bounds(regex, text)]
    texts = [f"{text}{more}" for text in begins if regex.fullmatch(text) for more in _LONGER]
    if not texts:
        return None
    return [text for text in texts if is_origin(text) and not matches_a_pattern(use.value, text)]


def _keep_ports(pattern: str, longer: list[str] | None) -> str:
    if longer is not None and not any(text.endswith(_PORT) for text in longer):
        return f"{_UNSAFE.capitalize()}."
    return f"If any port is meant, write {quoted(f'{pattern}(:[0-9]+)?')}; {_UNSAFE}."


@row(3, "a string with * after :// is a wildcard origin")
def wildcards(subject: Subject) -> Iterator[Effect]:
    for use in subject.uses("origins"):
        for text in sorted(use.value.wildcards):
            apex = text.replace("://*.", "://").replace(":*", ":3000")
            lost = matches_origin(text, apex) and not matches_a_pattern(use.value, apex)
            if "://*." in text and lost:
                what = f"{text!r} allowed {apex} too, and all that begins so, and does not"
                yield Effect(LESS, use.found(what, f"If it is meant, add {apex!r} to the origins."))
            sample = text.replace("://*", "://x").replace(":*", ":3000")
            if matches_origin(text, sample):
                longer = filter(is_origin, (apex.removesuffix(":3000") + more for more in _LONGER))
                matched = [each for each in longer if matches_origin(text, each)]
                if not all(matches_a_pattern(use.value, each) for each in matched):
                    begins = f"{text!r} matched every origin that begins so"
                    what = f"{begins}; it matches origins such as {sample}"
                    yield Effect(LESS, use.found(what, f"{_UNSAFE.capitalize()}."))
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
        for regex in _taken_for_regexes(use):
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
    for text in sorted(set(texts_in(use.setting.given))):
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
        for text in sorted(set(texts_in(use.setting.given))):
            origin = _normalised(text)
            if origin is None or origin == text or origin not in use.value.literals:
                continue
            if is_plain(text) and matches_origin(text, origin):
                continue
            if matches_origin(text, origin):
                what = f"{text!r} allowed every origin that begins so; it is read as {origin!r}"
                yield Effect(LESS, use.found(what, f"Write {origin!r}, and what else is meant."))
            else:
                what = f"{text!r} never matched; it is read as {origin!r}, which a browser sends"
                yield Effect(MORE, use.found(what, f"Write {origin!r}, or remove it."))


def _normalised(text: str) -> str | None:
    """Return the origin that *text* is read as; ``None`` where it is read as something else."""
    try:
        pattern = read_pattern(text)
    except OriginError:
        return None
    return pattern if isinstance(pattern, str) and "*" not in pattern else None


def is_origin(text: str) -> bool:
    """Return whether a browser may send *text* as ``Origin``."""
    return _normalised(text) == text
