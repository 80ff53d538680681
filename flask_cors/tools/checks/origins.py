"""Rules about origins, methods, max_age and regular expressions: what is allowed too widely."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib import import_module
from ipaddress import ip_address
from typing import Final

from ...patterns.redos import find_nested_quantifiers
from ...patterns.regex_items import with_escaped_dots
from ...patterns.suffixes import is_listed
from ...policy.decide import SAFE_METHODS
from ..closed import Verdict, examine, suggest_closed
from ..public_suffixes import public_suffix_list
from ..routes import RouteRow
from ..text import some
from .rules import rule
from .subject import Found, Subject, Use, quoted, routes

# Chromium and Firefox cache a preflight's answer for at most this long, in seconds.
CHROMIUM_CAP: Final = 7200
FIREFOX_CAP: Final = 86400

_LONE_DOT = re.compile(r"(?<=\w)\.(?![*+?{])")


@rule("CORS002", "warning", "any origin, outside debug mode")
def any_origin(subject: Subject) -> Iterator[Found]:
    for use in subject.uses("origins"):
        if use.value.any and not subject.app.debug:
            yield use.found(
                f"any site may read the responses of {routes(use.rows)}",
                "List the origins, or ignore this place with the reason that the data is public.",
            )


@rule("CORS003", "warning", "any origin on a view that changes state")
def any_origin_changes_state(subject: Subject) -> Iterator[Found]:
    for use in subject.uses("origins"):
        rows = [row for row in use.rows if _changing(row)]
        if use.value.any and rows:
            yield use.found(
                f"any site may change state through {routes(rows)}",
                "List the origins that may call these views.",
            )


def _changing(row: RouteRow) -> bool:
    # A POST needs no preflight, so no list of methods prevents it.
    return any(
        method == "POST" or (row.policy is not None and row.policy.allows_method(method))
        for method in row.methods
        if method not in SAFE_METHODS
    )


@rule("CORS004", "warning", "an http: origin")
def http_origins(subject: Subject) -> Iterator[Found]:
    for use in subject.uses("origins"):
        patterns = [*use.value.literals, *use.value.wildcards]
        plain = sorted(text for text in patterns if text.startswith("http://"))
        plain = [text for text in plain if not is_local(text)]
        if plain:
            yield use.found(
                f"pages of {some(plain)} come over http:, so anybody on the network can write them",
                "Serve those pages over https, and write https://.",
                "error" if use.credentials else "",
            )


def host_of(pattern: str) -> str:
    """Return the host of an origin or wildcard origin, without the wildcard."""
    host = re.sub(r":(?:\d+|\*)$", "", pattern.partition("://")[2])
    return host.removeprefix("*.").strip("[]")


def is_local(pattern: str) -> bool:
    """Return whether an origin or wildcard origin is one of this machine."""
    host = host_of(pattern)
    if host.rpartition(".")[2] in ("localhost", "test"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@rule("CORS005", "warning", "the origin null")
def null_origin(subject: Subject) -> Iterator[Found]:
    for use in subject.uses("origins"):
        if "null" in use.value.literals:
            yield use.found(
                "every sandboxed frame and every local file has the origin 'null', so any site can "
                f"read {routes(use.rows)}",
                "Leave 'null' out; serve the page from an origin of its own.",
            )


@rule("CORS006", "warning", "a wildcard over a suffix where anybody gets a host")
def public_suffixes(subject: Subject) -> Iterator[Found]:
    known = public_suffix_list()
    for use in subject.uses("origins"):
        for text in sorted(use.value.wildcards):
            if text.endswith("://*") and use.credentials:
                yield use.found(
                    f"{text} is every extension or app of that scheme, with the user's cookies",
                    f"Name your own, as in {text[:-1]}abcdefghijklmnop.",
                    "error",
                )
            suffix = re.sub(r":(?:\d+|\*)$", "", text.partition("://*.")[2])
            public = known.publicsuffix(suffix, accept_unknown=False)
            if suffix and (public == suffix or is_listed(suffix)):
                yield use.found(
                    f"anybody can get a host under {suffix}, so {text} is nearly any site",
                    f"Name your own host, as in {text.replace('*', 'name', 1)}.",
                    "error" if use.credentials else "",
                )


@rule("CORS007", "warning", "an unescaped dot in a regular expression")
def unescaped_dots(subject: Subject) -> Iterator[Found]:
    for use, regex in _origin_regexes(subject):
        fixed = with_escaped_dots(regex.pattern, _LONE_DOT)
        if fixed != regex.pattern and not _is_open(fixed, regex.flags):
            yield use.found(
                f"the unescaped dot in {quoted(regex.pattern)} matches any character",
                f"Write {quoted(fixed)}, or a wildcard such as 'https://*.example.com'.",
                "error" if use.credentials else "",
            )


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
    for use, regex in _origin_regexes(subject):
        verdict = _verdict(regex.pattern, regex.flags)
        fixed = with_escaped_dots(regex.pattern, _LONE_DOT)
        dots_alone = fixed != regex.pattern and not _is_open(fixed, regex.flags)
        if verdict.answer != "closed" and not dots_alone:
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


def _origin_regexes(subject: Subject) -> Iterator[tuple[Use, re.Pattern[str]]]:
    for use in subject.uses("origins"):
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


@rule("CORS017", "note", "methods that no covered route serves")
def unserved_methods(subject: Subject) -> Iterator[Found]:
    for use in subject.uses("methods"):
        if use.is_default:
            continue
        served = {method for row in use.rows for method in row.methods}
        if unserved := sorted(use.value - served - {"*", "OPTIONS"}):
            yield use.found(
                f"it allows {some(unserved)}, which none of its routes serves",
                _served_elsewhere(subject, use, unserved) or "Leave out what no route serves.",
            )


def _served_elsewhere(subject: Subject, use: Use, methods: Sequence[str]) -> str:
    """Return the hint where routes without these options serve the methods; empty without any."""
    own, wanted = set(map(id, use.rows)), set(methods)
    rows = [row for row in subject.rows if id(row) not in own and wanted & {*row.methods}]
    if not rows:
        return ""
    return (
        f"{routes(rows)} serves what is allowed here, but has other options, or none: if these are "
        "meant for it, look why they do not apply (flask cors explain); otherwise leave it out."
    )


@rule("CORS018", "note", "max_age over the browsers' caps")
def long_max_age(subject: Subject) -> Iterator[Found]:
    for use in subject.uses("max_age"):
        if use.value is None or use.value <= CHROMIUM_CAP:
            continue
        capped = f"Chromium caches a preflight's answer for {CHROMIUM_CAP} seconds at most"
        if use.value > FIREFOX_CAP:
            capped += f", Firefox for {FIREFOX_CAP}"
        yield use.found(
            f"max_age={use.value} does less than it says: {capped}",
            f"Write {CHROMIUM_CAP}" + (f" or {FIREFOX_CAP}." if use.value > FIREFOX_CAP else "."),
        )


@rule("CORS028", "note", "preflights without max_age")
def no_max_age(subject: Subject) -> Iterator[Found]:
    uses = [use for use in subject.uses("max_age") if use.value is None]
    rows = [row for use in uses for row in use.rows if _is_asked_first(row)]
    if rows:
        yield Found(
            "CORS_MAX_AGE",
            f"preflights of {routes(rows)} are answered without max_age, so browsers ask again "
            "after five seconds",
            f"Write CORS_MAX_AGE = 600, or max_age=600 at one level; Chromium caches an answer for "
            f"{CHROMIUM_CAP} seconds at most.",
        )


def _is_asked_first(row: RouteRow) -> bool:
    """Return whether pages usually send a preflight, since the route changes state."""
    return row.policy is not None and not row.policy.origins.empty and _changing(row)


@rule("CORS023", "note", "send_wildcard where the origins are named")
def wildcards_not_sent(subject: Subject) -> Iterator[Found]:
    for use in subject.uses("send_wildcard"):
        if use.value and not any(row.policy and row.policy.origins.any for row in use.rows):
            yield use.found(
                f"send_wildcard has no effect on {routes(use.rows)}: the origins are named, and "
                "'*' is sent only where any origin is allowed",
                "Remove send_wildcard; the origin of the request is sent, as it should be.",
            )
