"""Regular expressions that take exponential time: found by reading them, not by running them.

Knows Python's syntax for them; never matches anything but single characters.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeVar

from ..errors import Report, shorten

_Node = TypeVar("_Node")

# A count above this repeats often enough to be an attack's; below it, it is read as once.
_MOST_COUNTED: Final = 10
# Likewise for what holds a repetition: four of them take the fourth power of a text's length.
_MOST_NESTED: Final = 3
_MOST_POSITIONS: Final = 400
_MOST_WORK: Final = 300_000

_COUNT = re.compile(r"\{(\d*)(,?)(\d*)\}")
_GROUP = re.compile(r"\(\?(?:P<\w+>|[aiLmsux]*(?:-[imsx]+)?:|>|\(\w+\))")
_LOOK = re.compile(r"\(\?<?[=!]")
_SKIPPED = re.compile(r"\(\?(?:#[^)]*|P=\w+|[aiLmsux]+)\)")
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_ESCAPE = re.compile(
    r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}]*\}|0[0-7]{0,2}|[1-9]\d?|.)",
    re.DOTALL,
)
_EMPTY: Final = frozenset("AbBZz123456789")
# All of ASCII, a letter and a character beyond it: enough to see whether two sets overlap.
_ALPHABET: Final = [chr(code) for code in range(128)] + ["\u00e9", "\u2603"]


def find_nested_quantifiers(pattern: str) -> str | None:
    """Return the part of *pattern* whose repetitions can divide a text in many ways.

    ``(a+)+`` and ``(a|a)*`` are found, and ``([a-z]+\\.)+`` is not: the dot leaves one way
    only. Such a part takes time exponential in the length of a text that almost matches.

    Limits: letters are compared without regard to case, and characters beyond ASCII count as
    equal; atomic groups, possessive quantifiers and alternatives of single characters, which
    Python joins into a set, are read as ordinary ones, look-arounds on their own, and back
    references as nothing; a repetition of at most ten times is read as one, and of at most
    three where another is inside it. Parts like ``.*.*``, which take polynomial time, are
    not found. ``None`` too for what does not compile, for verbose patterns, and for those
    too large to be examined.
    """
    try:
        if re.compile(pattern).flags & re.VERBOSE:
            return None
        reader = _Reader(pattern)
        reader.read()
    except (re.error, RecursionError, TooLargeError):
        return None
    found = reader.twice or _ambiguous(reader)
    if not found:
        return None
    spans = [reader.spans[position] for position in _loop_of(reader, found)]
    return pattern[min(start for start, _ in spans) : max(end for _, end in spans)]


def warn_of_nested_quantifiers(pattern: str, report: Report, option: str) -> None:
    """Warn where a client could make *pattern* take time exponential in what it sends."""
    if part := find_nested_quantifiers(pattern):
        reason = (
            f"{shorten(part)} repeats what can be read in many ways, so that 30 characters "
            "of a client can take seconds; write it without a repetition inside another"
        )
        report.warn(option, pattern, reason)


class TooLargeError(Exception):
    """A pattern that is too large to be examined."""


class Positions(NamedTuple):
    """A pattern as an automaton: its characters or sets, which of them begin and end a match.

    ``sets`` hold the bits of ASCII characters; ``follow`` says what can come after each.
    """

    sets: list[int]
    first: list[int]
    last: frozenset[int]
    follow: list[set[int]]


def read_positions(pattern: str) -> Positions:
    """Read a pattern that compiles; every repetition counts as endless.

    Look-arounds, anchors and back references are read as nothing. Raises
    :class:`TooLargeError`.
    """
    reader = _Reader(pattern, most_counted=1, most_nested=1)
    whole = reader.read()
    return Positions(reader.sets, whole.first, frozenset(whole.last), reader.follow)


@dataclass
class _Part:
    """A piece of the pattern: where it may begin and end, whether it may be empty, or repeats."""

    first: list[int] = field(default_factory=list)
    last: list[int] = field(default_factory=list)
    nullable: bool = True
    repeats: bool = False


class _Reader:
    """Reads a pattern into positions: one per character or set, each with its followers."""

    def __init__(
        self, pattern: str, most_counted: int = _MOST_COUNTED, most_nested: int = _MOST_NESTED
    ) -> None:
        self.pattern = pattern
        self.most_counted = most_counted
        self.most_nested = most_nested
        self.at = 0
        self.sets: list[int] = []
        self.spans: list[tuple[int, int]] = []
        self.follow: list[set[int]] = []
        #: A position that follows another in two ways within one repetition.
        self.twice: set[int] = set()

    def read(self) -> _Part:
        # What compiles has no stray bracket, and is read to its end.
        return self._alternatives()

    def _alternatives(self) -> _Part:
        whole = self._sequence()
        while self._next() == "|":
            self.at += 1
            other = self._sequence()
            whole = _Part(
                whole.first + other.first,
                whole.last + other.last,
                whole.nullable or other.nullable,
                whole.repeats or other.repeats,
            )
        return whole

    def _sequence(self) -> _Part:
        whole = _Part()
        while self._next() not in ("", "|", ")"):
            part = self._quantified()
            self._link(whole.last, part.first)
            whole = _Part(
                whole.first + part.first if whole.nullable else whole.first,
                part.last + whole.last if part.nullable else part.last,
                whole.nullable and part.nullable,
                whole.repeats or part.repeats,
            )
        return whole

    def _quantified(self) -> _Part:
        start = self.at
        part = self._atom(start)
        while (bounds := self._quantifier()) is not None:
            least, most = bounds
            often = most > (self.most_nested if part.repeats else self.most_counted)
            if often:
                self._link(part.last, part.first, again=True)
            if part.nullable and least > self.most_counted:
                # Which of so many repetitions are the empty ones can be chosen in many ways.
                self.twice.update(part.first)
            part = _Part(part.first, part.last, part.nullable or least == 0, part.repeats or often)
        for position in part.first:
            begin, end = self.spans[position]
            self.spans[position] = min(begin, start), max(end, self.at)
        return part

    def _quantifier(self) -> tuple[int, float] | None:
        """Read one quantifier: the least and the most count."""
        char = self._next()
        bounds: tuple[int, float]
        if char and char in "*+?":
            self.at += 1
            bounds = (1 if char == "+" else 0), (1 if char == "?" else math.inf)
        elif (count := _COUNT.match(self.pattern, self.at)) and (count[1] or count[3]):
            self.at = count.end()
            most = count[3] or (math.inf if count[2] else count[1])
            bounds = int(count[1] or 0), float(most)
        else:
            return None
        if self._next() in ("?", "+"):  # lazy or possessive
            self.at += 1
        return bounds

    def _atom(self, start: int) -> _Part:
        char = self._next()
        if char == "(":
            return self._group()
        if char in ("^", "$"):
            self.at += 1
            return _Part()
        if char == "[" and (found := _CLASS.match(self.pattern, start)):
            return self._set(found.end())
        if char == "\\" and (found := _ESCAPE.match(self.pattern, start)):
            if self.pattern[start + 1] in _EMPTY:
                self.at = found.end()
                return _Part()
            return self._set(found.end())
        return self._set(start + 1)

    def _group(self) -> _Part:
        if skipped := _SKIPPED.match(self.pattern, self.at):
            self.at = skipped.end()
            return _Part()
        look = _LOOK.match(self.pattern, self.at)
        opening = look or _GROUP.match(self.pattern, self.at)
        self.at = opening.end() if opening else self.at + 1
        inside = self._alternatives()
        self.at += 1
        return _Part() if look else inside

    def _set(self, end: int) -> _Part:
        text = self.pattern[self.at : end]
        position = len(self.sets)
        if position == _MOST_POSITIONS:
            raise TooLargeError
        self.sets.append(_characters(text))
        self.spans.append((self.at, end))
        self.follow.append(set())
        self.at = end
        return _Part([position], [position], False)

    def _link(self, last: Iterable[int], first: Iterable[int], again: bool = False) -> None:
        for here in last:
            for there in first:
                if again and there in self.follow[here]:
                    self.twice.add(here)
                self.follow[here].add(there)

    def _next(self) -> str:
        return self.pattern[self.at : self.at + 1]


def _characters(text: str) -> int:
    """Return the characters that one item of a pattern matches, as bits."""
    if len(text) == 1 and text != ".":
        text = re.escape(text)
    item = re.compile(text, re.IGNORECASE)
    bits = sum(1 << bit for bit, char in enumerate(_ALPHABET) if item.fullmatch(char))
    return bits or 1 << len(_ALPHABET)


def _ambiguous(reader: _Reader) -> set[int]:
    """Return positions of a loop in which one text takes two ways, or nothing.

    Two readings of one text start at one position, part, and meet there again: then each
    repetition doubles the ways (an automaton of exponential ambiguity).
    """
    ahead: dict[tuple[int, int], set[tuple[int, int]]] = {}
    waiting = [(position, position) for position in range(len(reader.sets))]
    work = 0
    while waiting:
        pair = waiting.pop()
        if pair in ahead:
            continue
        work += len(reader.follow[pair[0]]) * len(reader.follow[pair[1]])
        if work > _MOST_WORK:
            return set()
        ahead[pair] = {
            (min(left, right), max(left, right))
            for left in reader.follow[pair[0]]
            for right in reader.follow[pair[1]]
            if reader.sets[left] & reader.sets[right]
        }
        waiting += ahead[pair]
    for component in _components(ahead):
        same = {left for left, right in component if left == right}
        if same and len(same) < len(component):
            return same
    return set()


def _loop_of(reader: _Reader, found: set[int]) -> set[int]:
    """Return the positions that are reached from *found* and lead back to it."""
    graph = dict(enumerate(reader.follow))
    return next(set(part) for part in _components(graph) if found & set(part))


def _components(graph: dict[_Node, set[_Node]]) -> list[list[_Node]]:
    """Return the strongly connected components of *graph* (Kosaraju)."""
    order: list[_Node] = []
    seen: set[_Node] = set()
    for start in graph:
        _visit(graph, start, seen, order)
    back: dict[_Node, set[_Node]] = {node: set() for node in graph}
    for node, after in graph.items():
        for other in after:
            back[other].add(node)
    seen = set()
    found: list[list[_Node]] = []
    for start in reversed(order):
        component: list[_Node] = []
        _visit(back, start, seen, component)
        if component:
            found.append(component)
    return found


def _visit(
    graph: dict[_Node, set[_Node]], start: _Node, seen: set[_Node], order: list[_Node]
) -> None:
    """Append what is reached from *start*, and was not seen, to *order*, deepest first."""
    if start in seen:
        return
    seen.add(start)
    path = [(start, iter(graph[start]))]
    while path:
        node, after = path[-1]
        following = next((other for other in after if other not in seen), None)
        if following is None:
            order.append(node)
            path.pop()
        else:
            seen.add(following)
            path.append((following, iter(graph[following])))
