"""Target: the parser of origins and patterns, and the index, against the reading by hand."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from typing import Any

from flask_cors.errors import REGEX_ERRORS, Report, Source
from flask_cors.patterns.origins import Origins, is_echoable, parse_origins
from tests import seeds
from tests.property.fuzz import naive
from tests.property.fuzz.encoding import decode, encode, groups

MOST_PATTERNS = 6
MOST_ORIGINS = 8
MOST_NEAR = 3
# What no pattern but "*" or "null" may match, however wide it is.
ALWAYS_ASKED = ("null", "https://a b.example")
# Each character of a regular expression is looked at closely when it is read.
LONGEST_REGEX = 40
# What is no text is written as a word.
WRONG: dict[str, Any] = {
    "py:None": None,
    "py:5": 5,
    "py:bytes": b"https://a.example",
    "py:regex": re.compile(b"https://a"),
}


class Fails:
    """A callable that raises for one origin and answers with no bool for another."""

    def __call__(self, origin: str) -> Any:
        if origin == "https://raises.example":
            raise LookupError(origin)
        return "yes" if origin == "https://yes.example" else False


OBJECTS: dict[str, Any] = {**WRONG, "py:fails": Fails()}


def allowing(origin: str) -> Any:
    return lambda asked: asked == origin


def allowing_later(origin: str) -> Any:
    async def asked_later(asked: str) -> bool:
        return asked == origin

    return asked_later


def run(call: Any) -> Any:
    """Make an ``async`` callable that never waits callable, as Flask's ``ensure_sync`` does."""

    def ran(origin: str) -> Any:
        try:
            call(origin).send(None)
        except StopIteration as ended:
            return ended.value

    return ran


def item(text: str) -> Any:
    """Return what a unit stands for: an object, a callable, a compiled regex, or itself.

    "def:" and "async:" are followed by the origin that a callable allows.
    """
    if text.startswith("def:"):
        return allowing(text[4:])
    if text.startswith("async:"):
        return allowing_later(text[6:])
    if text.startswith("re:"):
        try:
            return re.compile(text[3:])
        except REGEX_ERRORS:
            return text
    return OBJECTS.get(text, text)


def parse(given: Any) -> tuple[Origins, Report]:
    report = Report(Source("app", "CORS(app)"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return parse_origins(given, report), report


def refused(report: Report) -> bool:
    """Return whether something was an error, or was left out."""
    return bool(report.problems) or any(
        problem.reason.startswith("dropped") for problem in report.degraded
    )


def check(data: bytes) -> None:
    """Parse the patterns of the first group, and match the origins of the second."""
    patterns, origins = groups(decode(data), 2)
    patterns = [text for text in patterns[:MOST_PATTERNS] if is_short(text)]
    origins = origins[:MOST_ORIGINS]
    items = [item(text) for text in patterns]
    index, report = parse(items)
    for problem in (*report.problems, *report.degraded):
        assert problem.hint, problem
        assert problem.reason, problem
        assert str(problem).isprintable(), problem
    alone = [check_item(each) for each in items]
    kept = [each for each, found in zip(items, alone, strict=True) if not found.empty]
    check_list(kept, [found for found in alone if not found.empty], index)
    for origin in [*origins, *near(patterns), *ALWAYS_ASKED]:
        check_match(kept, index, origin)
    check_text(patterns)
    for variant in variants(patterns):
        check_item(variant)


def variants(patterns: list[str]) -> set[str]:
    """Return other ways to write the first origin: a default port, a slash, upper case."""
    text = patterns[0] if patterns else ""
    if naive.read(text)[0] not in ("literal", "wildcard"):
        return set()
    return {f"{text}:80", f"{text}:443", f"{text}/", text.upper()}


def near(patterns: list[str]) -> set[str]:
    """Return origins that a pattern may take for its own: the apex, and longer ones."""
    texts = patterns[:MOST_NEAR]
    found = {text.replace("*.", "").replace(":*", "") for text in texts}
    found |= {text.replace("*", "a") for text in texts}
    return found | {f"{text.replace('*', '1')}.evil.net" for text in texts}


def is_short(text: str) -> bool:
    return len(text) <= LONGEST_REGEX or not naive.is_special(text)


def check_item(given: Any) -> Origins:
    """Compare what one item is read as with the reading by hand; return its own index."""
    index, report = parse([given])
    if not isinstance(given, str):
        wrong = any(given is each for each in WRONG.values())
        assert refused(report) == index.empty == wrong, given
        assert refused(parse(given)[1]) == wrong, given
        return index
    kind, text = naive.read(given)
    assert index.any == (kind == "any"), given
    assert index.literals == ({text} if kind == "literal" else set()), given
    assert index.wildcards == ({text} if kind == "wildcard" else set()), given
    if kind == "regex" and not refused(report):
        assert index.regexes == (re.compile(given, re.IGNORECASE),), given
    else:
        assert refused(report) == index.empty, given
        assert not index.regexes, given
    return index


def check_list(kept: list[Any], alone: list[Origins], index: Origins) -> None:
    """A list is what its items are; what is wrong in it takes nothing away from the others."""
    assert index.any == any(each.any for each in alone)
    assert index.literals == frozenset().union(*(each.literals for each in alone))
    assert index.wildcards == frozenset().union(*(each.wildcards for each in alone))
    assert index.regexes == tuple(regex for each in alone for regex in each.regexes)
    assert index.callables == tuple(call for each in alone for call in each.callables)
    assert len(index.depths) <= len(index.wildcards)
    assert index.empty == (not kept)
    single = kept[0] if len(set(map(id, kept))) == 1 else None
    if isinstance(single, str) and naive.read(single)[0] == "literal":
        assert index.single == naive.read(single)[1]
    assert len(index.patterns()) <= len(kept)


def check_match(kept: list[Any], index: Origins, origin: str) -> None:
    """The index finds an origin if, and only if, one of the items names it."""
    if any(not tame(each) for each in kept):
        return
    match = index.bind(run).match(origin)
    assert (match.kind or None) == expected_kind(kept, origin), (kept, origin, match)
    if match.kind in ("literal", "wildcard"):
        assert naive.matches(match.pattern, origin), (kept, origin, match)
    echoable = 0 < len(origin) <= 512 and not set(origin) - ECHOABLE
    assert is_echoable(origin) == echoable, origin


ECHOABLE = frozenset(map(chr, range(0x21, 0x7F))) - {","}


def tame(given: Any) -> bool:
    text = getattr(given, "pattern", given)
    return naive.is_tame(text) if isinstance(text, str) else True


def expected_kind(kept: list[Any], origin: str) -> str | None:
    """Return what should allow *origin*, asking every item."""
    texts = [each for each in kept if isinstance(each, str)]
    read = [naive.read(text) for text in texts]
    if ("any", "*") in read:
        return "any"
    for kind in ("literal", "wildcard"):
        if any(each == kind and naive.matches(text, origin) for each, text in read):
            return kind
    if not naive.is_sent(origin) or origin.lower() == "null":
        return None
    regexes = [each for each in kept if isinstance(each, re.Pattern)]
    regexes += [
        re.compile(text, re.IGNORECASE)
        for text, (kind, _) in zip(texts, read, strict=True)
        if kind == "regex"
    ]
    if any(re.fullmatch(regex, origin) for regex in regexes):
        return "regex"
    return asked(kept, origin)


def asked(kept: list[Any], origin: str) -> str | None:
    for each in kept:
        if isinstance(each, Fails):
            if origin in ("https://raises.example", "https://yes.example"):
                return None
        elif callable(each) and (each if "later" not in each.__name__ else run(each))(origin):
            return "callable"
    return None


def check_text(patterns: list[str]) -> None:
    """Origins in one string, between commas or spaces, are what they are in a list."""
    for text in patterns[:1]:
        parse(text)
    plain = [text for text in patterns if naive.read(text)[0] in ("any", "literal", "wildcard")]
    for separator in (", ", " ", ",\t"):
        # Case counts for this: a list is split before "null", and "Null" is normalised alone.
        listed = [text if text.lower() != "null" else "null" for text in plain]
        if listed:
            as_text, as_list = parse(separator.join(listed))[0], parse(listed)[0]
            assert as_text.patterns() == as_list.patterns(), listed


def corpus() -> Iterator[bytes]:
    """Make inputs of what pins the rules elsewhere."""
    for text, origin in seeds.LITERALS + seeds.NORMALISED:
        yield encode([text], [origin, f"{origin}.evil.net", f"x{origin}"])
    for text, inside, outside in seeds.WILDCARDS + seeds.REGEXES:
        for start in range(0, len(outside) or 1, 6):
            yield encode([text], [*inside[:2], *outside[start : start + 6]])
    for given, _ in seeds.BAD_ORIGINS + seeds.DROPPED_ORIGINS:
        if isinstance(given, str) and len(given) < 550:
            yield encode([given], ["https://a.example"])
    for text, meant in seeds.LISTS:
        yield encode([text], meant)
        yield encode(meant, ["https://a.example", "null"])
    yield encode(
        ["https://a.example"], [origin for origin in seeds.ODD_ORIGINS if len(origin) < 99]
    )
    long = "https://" + "a." * 250 + "example"
    yield encode([long], [long])
    for word in (
        *OBJECTS,
        "async:https://b.example",
        "def:https://b.example",
        r"re:https://[ab]\.example",
        "re:x",
    ):
        yield encode([word, "https://c.example"], ["https://b.example", "https://yes.example"])
    yield encode(["py:fails", "def:https://c.example"], ["https://raises.example"])
