"""A regular expression as a finite automaton over the characters of an origin.

Python's own parser reads the pattern, so that nothing is read differently from what will
match. What no automaton can express (look-around, back references, word boundaries) is
widened: the automaton then accepts more than the pattern, never less, and says so.

Nothing here matches a pattern against a text, so no pattern can take exponential time.
"""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any, Final, NamedTuple

# What an origin is made of: what the URL standard leaves in a host ("forbidden domain code
# point"), and the characters between scheme, host and port. A browser sends lower case.
LABEL_CHARS: Final = "abcdefghijklmnopqrstuvwxyz0123456789-"
HOST_CHARS: Final = "!\"$&'()*+,;=`{}~_"
ALPHABET: Final = f"{LABEL_CHARS}.:/[]{HOST_CHARS}"
BIT: Final[Mapping[str, int]] = {char: 1 << place for place, char in enumerate(ALPHABET)}
EVERYTHING: Final = (1 << len(ALPHABET)) - 1


def bits_of(chars: str) -> int:
    """Return *chars* as a set of bits; what is in no origin is left out."""
    return sum(BIT.get(char, 0) for char in set(chars))


def chars_of(bits: int) -> Iterator[str]:
    """Yield the characters of a set of bits, in the order of :data:`ALPHABET`."""
    while bits:
        lowest = bits & -bits
        yield ALPHABET[lowest.bit_length() - 1]
        bits ^= lowest


# A number of choices that means "without end".
MANY: Final = 10**7
# No origin is longer, so that a longer repetition is one without end.
_LONGEST_REPETITION: Final = 512
# No real list of names has more optional repetitions than these.
_FEW_REPETITIONS: Final = 4
_MOST_STATES: Final = 40_000
_MOST_CACHED: Final = 300_000

_CATEGORIES: Final = {
    "CATEGORY_DIGIT": r"\d",
    "CATEGORY_NOT_DIGIT": r"\D",
    "CATEGORY_SPACE": r"\s",
    "CATEGORY_NOT_SPACE": r"\S",
    "CATEGORY_WORD": r"\w",
    "CATEGORY_NOT_WORD": r"\W",
}
_ANCHORS: Final = {
    "AT_BEGINNING": "^",
    "AT_BEGINNING_STRING": "^",
    "AT_END": "$",
    "AT_END_STRING": "$",
}

_Node = tuple[Any, Any]


class TooLargeError(Exception):
    """The pattern needs a larger automaton, or more steps, than one pattern may take."""


class UnreadableError(Exception):
    """Python's parser is not where it was, or yields what is not known here."""


class Edge(NamedTuple):
    """A step between two states.

    ``chars`` is the set of characters that it reads (bits of :data:`BIT`), 0 for none;
    ``choices`` how many ways there were to write this step; ``anchor`` is ``^`` or ``$``
    where the step is possible only at the start or the end of the origin.
    """

    target: int
    chars: int
    choices: int
    anchor: str


class Move(NamedTuple):
    """A step that reads a character, with the steps before it that read none."""

    chars: int
    target: int
    choices: int
    class_size: int


class Direction:
    """An automaton as it is read from one of its ends. Results are cached."""

    def __init__(self, edges: Sequence[Sequence[Edge]], first: int, anchor: str) -> None:
        self.edges = edges
        self._first = first
        self._anchor = anchor
        self._closures: dict[int, Mapping[int, int]] = {}
        self._moves: dict[int, tuple[Move, ...]] = {}
        self._read: dict[tuple[frozenset[int], str], frozenset[int]] = {}
        self._cached = 0

    def initial(self) -> Mapping[int, int]:
        """Return the states before the first character, each with its fewest choices.

        The anchors of this end can be passed there.
        """
        return self._closure(self._first, self._anchor)

    def closure(self, state: int) -> Mapping[int, int]:
        """Return the states reached without a character, each with its fewest choices."""
        if state not in self._closures:
            self._closures[state] = self._closure(state, "")
        return self._closures[state]

    def _closure(self, state: int, anchor: str) -> dict[int, int]:
        found = {state: 1}
        waiting = [state]
        while waiting:
            here = waiting.pop()
            for edge in self.edges[here]:
                if edge.chars or edge.anchor not in ("", anchor):
                    continue
                choices = min(found[here] * edge.choices, MANY)
                if choices < found.get(edge.target, MANY + 1):
                    found[edge.target] = choices
                    waiting.append(edge.target)
        self._cached += len(found)
        if self._cached > _MOST_CACHED:
            raise TooLargeError
        return found

    def moves(self, state: int) -> tuple[Move, ...]:
        """Return what can be read from *state* on."""
        if state not in self._moves:
            self._moves[state] = tuple(
                Move(edge.chars, edge.target, choices, edge.choices)
                for here, choices in self.closure(state).items()
                for edge in self.edges[here]
                if edge.chars
            )
        return self._moves[state]

    def read(self, states: Iterable[int], text: str) -> frozenset[int]:
        """Return the states after *text*."""
        reached = frozenset(states)
        for char in text:
            if (reached, char) not in self._read:
                self._read[reached, char] = self._after(reached, BIT.get(char, 0))
            reached = self._read[reached, char]
        return reached

    def _after(self, states: Iterable[int], bit: int) -> frozenset[int]:
        moves = (move for state in states for move in self.moves(state))
        return frozenset(move.target for move in moves if move.chars & bit)

    def closed(self, states: Iterable[int]) -> set[int]:
        """Return *states* and all that are reached from them without a character."""
        return {reached for state in states for reached in self.closure(state)}


@dataclass(frozen=True)
class Automaton:
    """What a regular expression accepts as a whole origin.

    Where ``exact`` is false it accepts all that the expression does, and more.
    """

    forward: Direction
    backward: Direction
    exact: bool

    def accepts(self, text: str) -> bool:
        """Return whether *text*, in lower case and not empty, is accepted."""
        reached = self.forward.closed(self.forward.read(self.forward.initial(), text))
        return not reached.isdisjoint(self.backward.initial())


def automata_of(regex: re.Pattern[str]) -> list[Automaton]:
    """Return automata that each accept at least what *regex* does, the most exact one first.

    A positive look-around between the parts of the pattern gives one more: everything that
    has the text which it asks for. An origin that *regex* accepts is accepted by all.

    Raises :class:`TooLargeError`, or :class:`UnreadableError` where the pattern cannot be
    read here.
    """
    try:
        nodes, flags = _parse(regex)
        return [_build(variant, flags) for variant in _variants(nodes)]
    except RecursionError:
        raise TooLargeError from None


def _parse(regex: re.Pattern[str]) -> tuple[list[_Node], int]:
    try:
        parser: Any = import_module("re._parser" if sys.version_info >= (3, 11) else "sre_parse")
        with warnings.catch_warnings():
            # They were shown when the pattern was compiled.
            warnings.simplefilter("ignore")
            tree = parser.parse(regex.pattern, regex.flags)
        return list(tree), tree.state.flags
    except (ImportError, AttributeError) as error:
        raise UnreadableError(str(error)) from None


_ANYTHING: Final = ("ANYTHING", None)


def _variants(nodes: list[_Node]) -> list[list[_Node]]:
    found = [nodes]
    for place, (operator, value) in enumerate(nodes):
        if str(operator) == "ASSERT":
            direction, inner = value
            if direction > 0:
                found.append([*nodes[:place], *inner, _ANYTHING])
            else:
                found.append([_ANYTHING, *inner, *nodes[place + 1 :]])
    return found[:4]


def _build(nodes: list[_Node], flags: int) -> Automaton:
    builder = _Builder()
    last = builder.sequence(nodes, builder.state(), _Context(flags))
    backward: list[list[Edge]] = [[] for _ in builder.edges]
    for source, edges in enumerate(builder.edges):
        for edge in edges:
            backward[edge.target].append(edge._replace(target=source))
    exact = builder.exact and not any(node is _ANYTHING for node in nodes)
    return Automaton(Direction(builder.edges, 0, "^"), Direction(backward, last, "$"), exact)


class _Context(NamedTuple):
    flags: int
    repeated: bool = False


class _Builder:
    """Adds states for one node of the parse tree after the other."""

    def __init__(self) -> None:
        self.edges: list[list[Edge]] = []
        self.exact = True
        self._groups: dict[int, tuple[Sequence[_Node], _Context]] = {}

    def state(self) -> int:
        if len(self.edges) >= _MOST_STATES:
            raise TooLargeError
        self.edges.append([])
        return len(self.edges) - 1

    def sequence(self, nodes: Iterable[_Node], start: int, context: _Context) -> int:
        """Add *nodes* after the state *start*; return the state after them."""
        for operator, value in nodes:
            start = self._node(str(operator), value, start, context)
        return start

    def _node(self, operator: str, value: Any, start: int, context: _Context) -> int:
        if operator in ("LITERAL", "NOT_LITERAL", "ANY", "IN"):
            return self._character(operator, value, start, context)
        if operator in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            self.exact &= operator != "POSSESSIVE_REPEAT"
            low, high, nodes = value
            return self._repeat(low, high, nodes, start, context)
        if operator == "ANYTHING":
            return self._repeat(0, MANY, [("ANY", None)], start, context)
        if operator == "SUBPATTERN":
            return self._group(value, start, context)
        if operator == "BRANCH":
            return self._branch(value[1], start, context)
        if operator == "AT" and (anchor := _ANCHORS.get(str(value))):
            return self._step(start, anchor=anchor)
        if operator == "FAILURE":
            return self.state()
        self.exact = False
        return self._widened(operator, value, start, context)

    def _widened(self, operator: str, value: Any, start: int, context: _Context) -> int:
        if operator in ("AT", "ASSERT", "ASSERT_NOT"):
            return start
        if operator == "ATOMIC_GROUP":
            return self.sequence(value, start, context)
        if operator == "GROUPREF":
            nodes, within = self._groups[value]
            # Where the group has been compared without regard to case, so is its repetition.
            flags = within.flags | context.flags & re.IGNORECASE
            return self.sequence(nodes, start, within._replace(flags=flags))
        if operator == "GROUPREF_EXISTS":
            return self._branch([value[1], value[2] or []], start, context)
        raise UnreadableError(operator)

    def _step(
        self, start: int, end: int | None = None, chars: int = 0, choices: int = 1, anchor: str = ""
    ) -> int:
        target = self.state() if end is None else end
        self.edges[start].append(Edge(target, chars, choices, anchor))
        return target

    def _character(self, operator: str, value: Any, start: int, context: _Context) -> int:
        chars = _chars(operator, value, context.flags)
        if not chars:
            return self.state()
        return self._step(start, chars=chars, choices=_size(chars))

    def _group(self, value: Any, start: int, context: _Context) -> int:
        number, added, removed, nodes = value
        within = context._replace(flags=(context.flags | added) & ~removed)
        if number is not None:
            self._groups[number] = (nodes, within)
        return self.sequence(nodes, start, within)

    def _branch(self, alternatives: Sequence[Any], start: int, context: _Context) -> int:
        end = self.state()
        choices = len(alternatives) if context.repeated else 1
        for nodes in alternatives:
            self._step(self.sequence(nodes, self._step(start, choices=choices), context), end)
        return end

    def _repeat(self, low: int, high: int, nodes: Any, start: int, context: _Context) -> int:
        within = context._replace(repeated=context.repeated or int(high) > 1)
        if low > _LONGEST_REPETITION:
            low, self.exact = _LONGEST_REPETITION, False
        for _ in range(low):
            start = self.sequence(nodes, start, within)
        if int(high) - low <= _LONGEST_REPETITION:
            return self._optional(int(high) - low, nodes, start, within)
        return self._loop(nodes, start, within)

    def _optional(self, most: int, nodes: Any, start: int, context: _Context) -> int:
        choices = MANY if most > _FEW_REPETITIONS else 1
        end = self._step(start)
        for _ in range(most):
            inside = self.sequence(nodes, self._step(start, choices=choices), context)
            start = self._step(inside, choices=choices)
            self._step(start, end)
        return end

    def _loop(self, nodes: Any, start: int, context: _Context) -> int:
        hub = self._step(start)
        # Both ends cost: an automaton is read from either of them.
        inside = self.sequence(nodes, self._step(hub, choices=MANY), context)
        self._step(inside, hub, choices=MANY)
        return self._step(hub)


def _size(chars: int) -> int:
    return max(1, sum(1 for char in LABEL_CHARS if chars & BIT[char]))


def _chars(operator: str, value: Any, flags: int) -> int:
    """Return which characters of an origin one node matches, as bits."""
    if operator == "ANY":
        return EVERYTHING
    if operator == "LITERAL" and value < 128:
        char = chr(value)
        return BIT.get(char.lower() if flags & re.IGNORECASE else char, 0)
    items = value if operator == "IN" else [(operator, value)]
    return _chars_of_class("".join(map(_class_item, items)), flags & (re.IGNORECASE | re.ASCII))


def _class_item(item: _Node) -> str:
    operator, value = str(item[0]), item[1]
    if operator == "NEGATE":
        return "^"
    if operator == "RANGE":
        return rf"\U{value[0]:08x}-\U{value[1]:08x}"
    if operator == "CATEGORY" and str(value) in _CATEGORIES:
        return _CATEGORIES[str(value)]
    if operator in ("LITERAL", "NOT_LITERAL"):
        return ("^" if operator == "NOT_LITERAL" else "") + rf"\U{value:08x}"
    raise UnreadableError(operator)


@lru_cache(maxsize=1024)
def _chars_of_class(text: str, flags: int) -> int:
    # One character at a time: Python decides what its class matches, case included.
    one = re.compile(f"[{text}]", flags)
    return sum(bit for char, bit in BIT.items() if one.match(char))
