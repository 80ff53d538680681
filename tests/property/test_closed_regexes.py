"""Closed, open and what the quick look finds, against brute force over a pool of origins.

Which domains a pattern names is worked out here from the parts that it is made of, and not
from the pattern. That its automaton accepts what ``re`` accepts is checked text by text, and
against a second implementation of regular languages, interegular.
"""

from __future__ import annotations

import itertools
import re
from typing import Any

from hypothesis import assume, example, given
from hypothesis import strategies as st
from interegular import parse_pattern
from publicsuffixlist import PublicSuffixList

from flask_cors.patterns.unintended_origins import stranger_let_in, within_bounds
from flask_cors.tools.closed import examine, suggest_closed
from flask_cors.tools.closed.automaton import automata_of
from tests.property.profile import search

SUFFIXES = PublicSuffixList(accept_unknown=False)

# Stands for text that a pattern leaves open.
FREE = "\0"

# The parts of patterns: the text for the regex, and what it spells out.
LITERALS = [
    (part, part.replace("\\", ""))
    for part in ["a", "b", "ab", "com", "net", "co", "uk", "github", "io", r"\.", r"\.", "-", "x"]
]
OPEN_PARTS = [".", ".*", ".+", "[a-z]", "[a-z]+", r"\w*", "[^.]+", r"\w{1,6}", ".{0,20}", "[^/]*"]
PORTS = ["", "", r"(?::\d+)?", ":3000", ":.*"]

Part = tuple[str, frozenset[str]]

literal = st.sampled_from(LITERALS).map(lambda part: (part[0], frozenset({part[1]})))


def open_part(text: str) -> Part:
    """Return a part that leaves text open; a dot stands for itself where it is one character."""
    words = {FREE} | ({""} if re.search(r"\*|\{0", text) else set())
    return text, frozenset(words | ({"."} if text in (".", ".+") else set()))


free = st.sampled_from(OPEN_PARTS).map(open_part)


def joined(parts: list[Part]) -> Part:
    words = itertools.product(*(words for _, words in parts))
    return "".join(text for text, _ in parts), frozenset(map("".join, words))


def alternatives(parts: list[Part]) -> Part:
    text = "|".join(text for text, _ in parts)
    return f"(?:{text})", frozenset().union(*(words for _, words in parts))


def repeated(inner: Part, quantifier: str) -> Part:
    text, words = inner
    again = {"?": {""}, "*": {"", FREE}, "+": {f"{word}{FREE}" for word in words}}[quantifier]
    kept = words if quantifier != "*" else frozenset()
    return f"(?:{text}){quantifier}", frozenset(kept | again)


def grown(inner: st.SearchStrategy[Part]) -> st.SearchStrategy[Part]:
    return (
        st.lists(inner, min_size=1, max_size=4).map(joined)
        | st.lists(inner, min_size=2, max_size=3).map(alternatives)
        | st.builds(repeated, inner, st.sampled_from("?*+"))
    )


hosts = st.recursive(literal | free, grown, max_leaves=7)
ends = st.sampled_from([r"\.com", r"\.co\.uk", r"\.github\.io", "", r"\.example\.net", "com"])


@st.composite
def patterns(draw: Any) -> Part:
    text, words = draw(hosts)
    end, port = draw(ends), draw(st.sampled_from(PORTS))
    spelled = end.replace("\\", "")
    # Not every word is followed: a pattern of that many is another test.
    assume(len(words) < 200)
    scheme = draw(st.sampled_from(["https://", "https?://"]))
    return f"{scheme}{text}{end}{port}", frozenset(f"/{word}{spelled}" for word in words)


def named(words: frozenset[str]) -> set[str]:
    """Return the registrable domains that are spelled out behind a place where one can begin."""
    found = set()
    for word in words:
        starts = [match.end() for match in re.finditer(rf"[/.{FREE}]", word)]
        found |= {word[start:] for start in starts if FREE not in word[start:]}
    return found


LABELS = ["a", "b", "ab", "x", "a-b", "com", "zz9"]
ENDS = ["com", "net", "co.uk", "uk", "github.io", "io", "example.net"]
POOL = [
    f"{scheme}://{host}{port}"
    for end in ENDS
    for host in [
        *(f"{label}.{end}" for label in LABELS),
        *(f"{one}.{two}.{end}" for one, two in itertools.product(LABELS[:5], LABELS)),
        end,
    ]
    for scheme, port in [("https", ""), ("http", ":3000")]
]


def owner(origin: str) -> str | None:
    host = re.sub(r":\d+$", "", origin.partition("://")[2])
    return SUFFIXES.privatesuffix(host.removesuffix("."))


@search(150)
@given(patterns())
def test_closed_and_open_are_not_contradicted(pattern: Part) -> None:
    text, words = pattern
    regex = re.compile(text, re.IGNORECASE)
    # Brute force would take exponential time where the pattern does.
    assume(within_bounds(regex, max(POOL, key=len)))
    verdict, names = examine(regex), named(words)
    accepted = {owner(origin) for origin in POOL if regex.fullmatch(origin)} - {None}
    if verdict.answer == "closed":
        assert accepted <= names
    else:
        assert verdict.answer == "open"
        assert verdict.witness
        assert regex.fullmatch(verdict.witness)
        assert owner(verdict.witness) not in names
    if not accepted <= names:
        assert verdict.answer == "open"


@search(150)
@given(patterns())
def test_the_quick_look_does_not_accuse_what_is_closed(pattern: Part) -> None:
    regex = re.compile(pattern[0], re.IGNORECASE)
    if found := stranger_let_in(regex):
        assert regex.fullmatch(found)
        assert examine(regex).answer == "open"


@search(40)
@given(patterns())
def test_a_suggestion_is_closed(pattern: Part) -> None:
    suggestion = suggest_closed(re.compile(pattern[0], re.IGNORECASE))
    if suggestion and "*." not in suggestion.partition("://")[2][:2]:
        assert examine(re.compile(suggestion, re.IGNORECASE)).answer == "closed"


# -- automata --------------------------------------------------------------------------

ATOMS = ["a", "b", "B", ".", "[ab]", "[^a]", r"\w", r"\W", "[a-c]", r"\.", "-", r"[\w-]", "[^-.]"]
ANCHORS = ["^", "$", r"\A", r"\Z"]
pieces = st.builds(
    lambda atom, count: atom + count,
    st.sampled_from(ATOMS),
    st.sampled_from(["", "", "*", "+", "?", "{2}", "{0,2}", "{1,}", "*?", "+?"]),
)


def composed(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return (
        st.lists(inner, max_size=3).map("".join)
        | st.lists(inner, min_size=1, max_size=3).map("|".join).map("(?:{})".format)
        | st.builds("({}){}".format, inner, st.sampled_from(["", "*", "?", "{1,2}"]))
    )


regexes = st.recursive(pieces, composed, max_leaves=6)
texts = st.text("abc.-1_", max_size=6)


@search(400)
@given(regexes, st.lists(texts, max_size=12), st.booleans())
def test_an_automaton_accepts_what_the_regex_accepts(
    pattern: str, inputs: list[str], ignore: bool
) -> None:
    regex = re.compile(pattern, re.IGNORECASE if ignore else 0)
    automaton = automata_of(regex)[0]
    assert automaton.exact
    for text in inputs:
        assert automaton.accepts(text) is bool(regex.fullmatch(text)), text


@search(200)
@example("$^", ["a"])  # no origin is empty, so the one text that it matches is not asked for
@given(
    st.lists(regexes | st.sampled_from(ANCHORS), max_size=4).map("".join),
    st.lists(texts.filter(bool)),
)
def test_anchors_hold_wherever_they_stand(pattern: str, inputs: list[str]) -> None:
    regex = re.compile(pattern)
    automaton = automata_of(regex)[0]
    for text in inputs:
        assert automaton.accepts(text) is bool(regex.fullmatch(text)), text


LOOKS = [
    r"(?=a)",
    r"(?!b)",
    r"(?<=a)",
    r"(?<!b)",
    r"\b",
    r"\B",
    r"(a|b)\1",
    r"(?=.*c$)",
    "(x)?(?(1)a|b)",
]


@search(300)
@given(st.lists(pieces | st.sampled_from(LOOKS), max_size=5), st.lists(texts, max_size=20))
def test_what_is_widened_accepts_no_less(parts: list[str], inputs: list[str]) -> None:
    # Groups are numbered, so only one part with a reference is kept.
    numbered = [part for part in parts if "1" in part][1:]
    regex = re.compile("".join(part for part in parts if part not in numbered))
    for text in inputs:
        if regex.fullmatch(text):
            assert all(automaton.accepts(text) for automaton in automata_of(regex))


@search(100)
@given(regexes, st.lists(texts, max_size=20))
def test_a_second_implementation_agrees(pattern: str, inputs: list[str]) -> None:
    automaton, other = automata_of(re.compile(pattern))[0], parse_pattern(pattern).to_fsm()
    for text in inputs:
        assert automaton.accepts(text) is other.accepts(text), text
