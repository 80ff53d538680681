"""Hosts that an automaton accepts, and whose owner it does not name.

An owner is *named* where the pattern spells the registrable domain, or the network, out: a
path through the automaton reads it with at most :data:`MOST_CHOICES` choices. A literal
character is one choice, a class as many as it has letters and digits, a repetition without
end has no end of them. The alternatives of ``(a|b)`` are each spelled out.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from typing import Final, NamedTuple, TypeVar

from ...patterns.origin_syntax import DEFAULT_PORTS
from .automaton import BIT, MANY, Automaton, Direction, TooLargeError, bits_of, chars_of
from .hosts import (
    SINGLE,
    UNKNOWN,
    WHOLE,
    Domains,
    Grammar,
    IPv4Addresses,
    IPv6Addresses,
)

_PlaceT = TypeVar("_PlaceT")

MOST_CHOICES: Final = 10
# No one can register a top-level domain, or a host without a dot; but who shares a network
# can take such a name. An unescaped dot or two (``https://app.example.com`` accepts
# ``https://appxexamplexcom``) let nobody in; an unbounded set of them does.
_FORGIVEN: Final = 1000


class Work:
    """A number of steps that are left."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def take(self, steps: int) -> None:
        """Take *steps*; raise :class:`TooLargeError` where fewer are left."""
        self.left -= steps
        if self.left < 0:
            raise TooLargeError


class Items(NamedTuple):
    """States of an automaton, each with the fewest choices that lead to it, sorted."""

    pairs: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, choices: Mapping[int, int]) -> Items:
        return cls(tuple(sorted(choices.items())))

    def free(self) -> Items:
        return Items(tuple((state, 1) for state, _ in self.pairs))

    def forgiven(self) -> Items:
        """Return these for a name outside the public DNS: one that varies is forgiven."""
        return Items(
            tuple(
                (state, max(1, choices // _FORGIVEN) if choices > MOST_CHOICES else choices)
                for state, choices in self.pairs
            )
        )


@dataclass(frozen=True)
class Reading:
    """One way to read hosts: a direction, where it starts, and how far each state is from an end.

    A state without a distance leads to no end.
    """

    direction: Direction
    start: Mapping[int, int]
    distance: Mapping[int, int]
    work: Work
    _known: dict[tuple[Items, str], Items] = field(default_factory=dict)
    _next: dict[Items, int] = field(default_factory=dict)

    def step(self, items: Items, char: str) -> Items:
        """Return the states after *char*."""
        if (items, char) not in self._known:
            self._known[items, char] = self._step(items, char)
        self.work.take(1)
        return self._known[items, char]

    def _step(self, items: Items, char: str) -> Items:
        bit = BIT[char]
        after: dict[int, int] = {}
        for state, choices in items.pairs:
            moves = self.direction.moves(state)
            self.work.take(len(moves))
            for move in moves:
                if move.chars & bit and move.target in self.distance:
                    # An escaped dot names nothing.
                    size = 1 if char == "." else move.class_size
                    total = _rounded(choices * move.choices * size)
                    after[move.target] = min(after.get(move.target, MANY), total)
        return Items.of(after)

    def remaining(self, items: Items) -> int:
        """Return how many characters are still to be read at least."""
        return min(self.distance[state] for state, _ in items.pairs)

    def next_chars(self, items: Items) -> int:
        """Return the characters that can be read, as bits."""
        if items not in self._next:
            self._next[items] = self._next_chars(items)
        return self._next[items]

    def _next_chars(self, items: Items) -> int:
        chars = 0
        for state, _ in items.pairs:
            moves = self.direction.moves(state)
            self.work.take(len(moves))
            for move in moves:
                chars |= move.chars
        return chars

    def accepting(self, items: Items) -> list[int]:
        """Return the choices of those states in which a host can end."""
        return [choices for state, choices in items.pairs if not self.distance[state]]

    def names(self, items: Items) -> bool:
        """Return whether what has been read up to a dot is spelled out by the pattern."""
        return any(
            choices <= MOST_CHOICES and self._goes_on(state) for state, choices in items.pairs
        )

    def _goes_on(self, state: int) -> bool:
        bit = BIT["."]
        return not self.distance[state] or any(
            move.chars & bit and move.target in self.distance
            for move in self.direction.moves(state)
        )


def _rounded(choices: int) -> int:
    # Few different numbers, since each makes a state of its own.
    return next((level for level in _LEVELS if choices <= level), MANY)


_LEVELS: Final = (*range(1, MOST_CHOICES + 1), 100, 1000, MOST_CHOICES * _FORGIVEN)


class Strangers:
    """The hosts of one scheme that an automaton accepts and whose owner it does not name."""

    def __init__(self, automaton: Automaton, scheme: str, work: Work) -> None:
        forward, backward = automaton.forward, automaton.backward
        after_scheme = forward.read(forward.initial(), f"{scheme}://")
        ports = _ports(backward, scheme, work)
        shortest_first = sorted(set(ports.values()), key=lambda port: (len(port), port))
        #: What may follow a host, none first: it may be accepted with one alone.
        self.ports = ["", *(f":{port}" for port in shortest_first if port)]
        self._work = work
        self._ends = (forward, dict.fromkeys(after_scheme, 1))
        self._starts = (backward, {**dict.fromkeys(ports, 1), **backward.initial()})
        self._readings: dict[tuple[str, bool], Reading] = {}

    def find(self, strict: bool, only: str | None = None, listed: bool = False) -> Iterator[str]:
        """Yield hosts, the shortest ones first; with *only*, that host or none.

        With *listed*, only such whose suffix is on the public suffix list.

        Raises :class:`TooLargeError`.
        """
        domains, word = Domains(strict, listed), only[::-1] if only else None
        for host in _walk(self._reading(domains.chars, True), domains, word):
            yield host[::-1]
        reading = self._reading(IPv4Addresses.chars, False)
        yield from _walk(reading, IPv4Addresses(), only)
        reading = self._reading(IPv6Addresses.chars, False)
        yield from _walk(reading, IPv6Addresses(), only)

    def _reading(self, chars: str, backwards: bool) -> Reading:
        if (chars, backwards) not in self._readings:
            one, other = (self._starts, self._ends) if backwards else (self._ends, self._starts)
            self._readings[chars, backwards] = _reading(one, other, chars, self._work)
        return self._readings[chars, backwards]


_End = tuple[Direction, Mapping[int, int]]


def _reading(one: _End, other: _End, chars: str, work: Work) -> Reading:
    direction, start = one
    opposite, final = other
    ends = frozenset(opposite.closed(final))
    mask = bits_of(chars)
    distance = dict.fromkeys(ends, 0)
    waiting = deque(ends)
    while waiting:
        state = waiting.popleft()
        for edge in opposite.edges[state]:
            work.take(1)
            if not (edge.chars & mask if edge.chars else not edge.anchor):
                continue
            far = distance[state] + (1 if edge.chars else 0)
            if far < distance.get(edge.target, far + 1):
                distance[edge.target] = far
                (waiting.append if edge.chars else waiting.appendleft)(edge.target)
    return Reading(direction, start, distance, work)


def _walk(reading: Reading, grammar: Grammar[_PlaceT], word: str | None) -> Iterator[str]:
    """Yield hosts whose owner is not named, the shortest first (A*, by distance to an end)."""
    ages, everything = count(), bits_of(grammar.chars)
    starts = {state: cost for state, cost in reading.start.items() if state in reading.distance}
    first = (grammar.start, Items.of(starts))
    waiting = [(0, next(ages), first, "")] if starts else []
    seen: set[object] = {first}
    while waiting:
        _, _, (place, items), text = heappop(waiting)
        if (word is None or text == word) and _is_unnamed(reading, grammar, place, items):
            yield text
        chars = everything if word is None else bits_of(word[len(text) : len(text) + 1])
        for char, after in _following(reading, items, chars):
            longer = text + char
            for state in _next(reading, grammar, place, items, char, after):
                # A given word may well come to the same state twice.
                key = state if word is None else (state, len(longer))
                if key not in seen:
                    seen.add(key)
                    far = len(longer) + reading.remaining(state[1])
                    heappush(waiting, (far, next(ages), state, longer))


def _following(reading: Reading, items: Items, chars: int) -> Iterator[tuple[str, Items]]:
    reading.work.take(len(items.pairs))
    for char in chars_of(reading.next_chars(items) & chars):
        after = reading.step(items, char)
        if after.pairs:
            yield char, after


def _next(
    reading: Reading,
    grammar: Grammar[_PlaceT],
    place: _PlaceT,
    items: Items,
    char: str,
    after: Items,
) -> Iterator[tuple[_PlaceT, Items]]:
    for following, effect in grammar.read(place, char):
        reading.work.take(1)
        if effect == WHOLE and reading.names(items):
            continue
        if effect == UNKNOWN:
            yield following, reading.step(items.forgiven(), char)
        else:
            yield following, after if grammar.owned(following) else after.free()


def _is_unnamed(reading: Reading, grammar: Grammar[_PlaceT], place: _PlaceT, items: Items) -> bool:
    for effect in grammar.ends(place):
        judged = items.forgiven() if effect == SINGLE else items
        accepting = reading.accepting(judged)
        named = effect in (WHOLE, SINGLE) and min(accepting, default=0) <= MOST_CHOICES
        if accepting and not named:
            return True
    return False


# -- ports -----------------------------------------------------------------------------


class _PortPlace(NamedTuple):
    """Where in a port, read from its end on: ``fits``: the end is not above 65535's."""

    length: int = 0
    fits: bool = True
    last: str = ""
    default: bool = True


def _ports(backward: Direction, scheme: str, work: Work) -> dict[int, str]:
    """Return the states before ``[:port]`` and the end, each with a port that follows it."""
    found = dict.fromkeys(backward.initial(), "")
    waiting = deque((state, _PortPlace(), "") for state in found)
    seen = {(state, place) for state, place, _ in waiting}
    while waiting:
        state, place, port = waiting.popleft()
        for move in backward.moves(state):
            work.take(1)
            if move.chars & BIT[":"] and _is_port(place, scheme):
                found.setdefault(move.target, port)
            for digit in "0123456789":
                after = _digit_before(place, digit, scheme) if move.chars & BIT[digit] else None
                if after and (move.target, after) not in seen:
                    seen.add((move.target, after))
                    waiting.append((move.target, after, digit + port))
    return found


def _digit_before(place: _PortPlace, digit: str, scheme: str) -> _PortPlace | None:
    if place.length == 5:
        return None
    limit = "65535"[4 - place.length]
    default = DEFAULT_PORTS[scheme][::-1]
    return _PortPlace(
        place.length + 1,
        place.fits if digit == limit else digit < limit,
        "0" if digit == "0" else "1",
        place.default and default[place.length : place.length + 1] == digit,
    )


def _is_port(place: _PortPlace, scheme: str) -> bool:
    # A browser leaves the default port out (URL standard, "serialize an origin").
    default = place.default and place.length == len(DEFAULT_PORTS[scheme])
    fits = place.length < 5 or place.fits
    return place.length > 0 and place.last != "0" and fits and not default
