"""Rules about origins, methods, max_age and regular expressions: what is allowed too widely."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from typing import Any, Final

from ...patterns.redos import find_nested_quantifiers
from .subject import Found, Subject, Use, quoted, routes, some

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
# Chromium and Firefox keep a preflight's answer no longer than these, in seconds.
CHROMIUM_CAP: Final = 7200
FIREFOX_CAP: Final = 86400

_ESCAPED_OR_CLASS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_LONE_DOT = re.compile(r"(?<=\w)\.(?![*+?{])")


def any_origin(subject: Subject) -> Iterator[Found]:
    for use in subject.uses("origins"):
        if use.value.any and not subject.app.debug:
            yield use.found(
                f"any site may read the responses of {routes(use.rows)}",
                "List the origins, or ignore this id with the reason that the data is public.",
            )


def any_origin_changes_state(subject: Subject) -> Iterator[Found]:
    for use in subject.uses("origins"):
        rows = [row for row in use.rows if _changing(row)]
        if use.value.any and rows:
            yield use.found(
                f"any site may change state through {routes(rows)}",
                "List the origins that may call these views.",
            )


def _changing(row: Any) -> bool:
    allowed = row.policy.methods
    # A POST needs no preflight, so no list of methods keeps it away.
    return any(
        method == "POST" or method in allowed or "*" in allowed
        for method in row.methods
        if method not in SAFE_METHODS
    )


def http_origins(subject: Subject) -> Iterator[Found]:
    for use in subject.uses("origins"):
        patterns = [*use.value.literals, *use.value.wildcards]
        plain = sorted(text for text in patterns if text.startswith("http://") and _remote(text))
        if plain:
            yield use.found(
                f"pages of {some(plain)} come over http:, so anybody on the network can write them",
                "Serve those pages over https, and write https://.",
                "error" if use.credentials else "",
            )


def _remote(origin: str) -> bool:
    host = re.sub(r":(?:\d+|\*)$", "", origin.partition("://")[2])
    if host.rpartition(".")[2] in ("localhost", "test"):
        return False
    try:
        return not ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return True


def null_origin(subject: Subject) -> Iterator[Found]:
    for use in subject.uses("origins"):
        if "null" in use.value.literals:
            yield use.found(
                "every sandboxed frame and every local file has the origin 'null', so any site can "
                f"read {routes(use.rows)}",
                "Leave 'null' out; serve the page from an origin of its own.",
            )


def public_suffixes(subject: Subject) -> Iterator[Found]:
    from publicsuffixlist import PublicSuffixList  # of the extra [cli]

    known: Any = PublicSuffixList(accept_unknown=False)
    for use in subject.uses("origins"):
        for text in sorted(use.value.wildcards):
            suffix = re.sub(r":(?:\d+|\*)$", "", text.partition("://*.")[2])
            if suffix and known.publicsuffix(suffix) == suffix:
                yield use.found(
                    f"anybody can get a host under {suffix}, so {text} is nearly any site",
                    f"Name your own host, as in {text.replace('*', 'name', 1)}.",
                    "error" if use.credentials else "",
                )


def unescaped_dots(subject: Subject) -> Iterator[Found]:
    for use, regex in _origin_regexes(subject):
        bare = _ESCAPED_OR_CLASS.sub(lambda found: "#" * len(found[0]), regex.pattern)
        dots = [found.start() for found in _LONE_DOT.finditer(bare)]
        if dots:
            mended = regex.pattern
            for dot in reversed(dots):
                mended = f"{mended[:dot]}\\{mended[dot:]}"
            yield use.found(
                f"the unescaped dot in {quoted(regex.pattern)} matches any character",
                f"Write {quoted(mended)}, or a wildcard such as 'https://*.example.com'.",
            )


def _origin_regexes(subject: Subject) -> Iterator[tuple[Use, re.Pattern[str]]]:
    for use in subject.uses("origins"):
        yield from ((use, regex) for regex in use.value.regexes)


def endless_resources(subject: Subject) -> Iterator[Found]:
    for entry in subject.resources():
        if entry.pattern.regex is None:
            continue
        if not re.search(r"(?:\$|\\Z|[*+]\??\)*)$", entry.pattern.text):
            yield entry.found(
                "the regular expression has no end, so it covers every path that goes on after it",
                f"Write {quoted(entry.pattern.text + '$')}, or end it with /.* if that is meant.",
            )


def nested_quantifiers(subject: Subject) -> Iterator[Found]:
    for use, regex in _origin_regexes(subject):
        if part := find_nested_quantifiers(regex.pattern):
            yield use.found(*_nested(part))
    for name in ("allow_headers", "headers"):
        for use in subject.uses(name):
            for regex in use.value.regexes:
                if part := find_nested_quantifiers(regex.pattern):
                    yield use.found(*_nested(part))
    for entry in subject.resources():
        if entry.pattern.regex and (part := find_nested_quantifiers(entry.pattern.text)):
            yield entry.found(*_nested(part))


def _nested(part: str) -> Sequence[str]:
    return (
        f"{quoted(part)} can divide one text in many ways, and takes time exponential in its "
        "length: one request can occupy a worker for hours",
        "Repeat only once, or separate the repetitions by a character that they cannot hold.",
    )


def unserved_methods(subject: Subject) -> Iterator[Found]:
    for use in subject.uses("methods"):
        if use.source.level == "default":
            continue
        served = {method for row in use.rows for method in row.methods}
        if unserved := sorted(use.value - served - {"*", "OPTIONS"}):
            yield use.found(
                f"it allows {some(unserved)}, which none of its routes serves",
                "Leave out what no route serves.",
            )


def long_max_age(subject: Subject) -> Iterator[Found]:
    for use in subject.uses("max_age"):
        if use.value is None or use.value <= CHROMIUM_CAP:
            continue
        capped = f"Chromium keeps a preflight's answer for {CHROMIUM_CAP} seconds at most"
        if use.value > FIREFOX_CAP:
            capped += f", Firefox for {FIREFOX_CAP}"
        yield use.found(
            f"max_age={use.value} does less than it says: {capped}",
            f"Write {CHROMIUM_CAP}" + (f" or {FIREFOX_CAP}." if use.value > FIREFOX_CAP else "."),
        )


def wildcards_not_sent(subject: Subject) -> Iterator[Found]:
    for use in subject.uses("send_wildcard"):
        if use.value and not any(row.policy and row.policy.origins.any for row in use.rows):
            yield use.found(
                f"send_wildcard has no effect on {routes(use.rows)}: the origins are named, and "
                "'*' is sent only where any origin is allowed",
                "Take send_wildcard away; the origin that asks is sent, as it should be.",
            )
