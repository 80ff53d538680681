"""How long a text a regular expression may be tried with: it may take exponential time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from math import comb
from typing import Final, NamedTuple

from .regex_items import Item, all_items, chars_of, read

# A try may take about this many steps of the matcher; ten million take a second.
_MOST_STEPS: Final = 50_000
_MOST_LOOPS: Final = 30
_LONGEST: Final = 100
# Repetitions up to this are counted one by one.
_COUNTED: Final = 10


@lru_cache(maxsize=1024)
def longest_text(pattern: str) -> int:
    """Return the length up to which a text takes at most about :data:`_MOST_STEPS` steps.

    The estimate errs on the side of caution; 0 where the pattern cannot be read.
    """
    alternatives = read(pattern)
    if alternatives is None:
        return 0
    cost = _cost(alternatives, 1)
    scheme = len("https://") if re.match(r"\^?https?\??:", pattern) else 0
    lengths = range(_LONGEST, 0, -1)
    return next((scheme + length for length in lengths if cost.fits(length)), 0)


class _Cost(NamedTuple):
    """How many ways there may be to divide a text among the parts of a pattern.

    ``choices``: between alternatives, and with or without an optional part. ``loops``: parts
    that take as much as they like. ``ambiguous``: a repetition may end at every character.
    """

    choices: int
    loops: int
    ambiguous: bool

    def fits(self, length: int) -> bool:
        if self.choices > _MOST_STEPS or self.loops > _MOST_LOOPS:
            return False
        steps = self.choices * comb(length + self.loops, self.loops)
        return steps * (2**length if self.ambiguous else 1) <= _MOST_STEPS


def _cost(alternatives: Sequence[Sequence[Item]], times: int) -> _Cost:
    """Return the cost of *alternatives*, which occur *times* times in the pattern."""
    choices, loops, ambiguous = _power(len(alternatives), times), 0, False
    for item in (item for items in alternatives for item in items):
        if item.high > _COUNTED and item.high != item.low:
            loops += times
        else:
            choices = min(choices * _power(item.high - item.low + 1, times), _MOST_STEPS + 1)
        if item.alternatives:
            fixed = 1 if item.high > _COUNTED and item.high != item.low else max(item.high, 1)
            inner = _cost(item.alternatives, times * fixed)
            choices = min(choices * inner.choices, _MOST_STEPS + 1)
            loops, ambiguous = loops + inner.loops, ambiguous or inner.ambiguous
            ambiguous = ambiguous or _is_ambiguous(item)
    return _Cost(choices, loops, ambiguous)


def _power(base: int, exponent: int) -> int:
    """Return *base* to the power of *exponent*, but no more than matters."""
    power: int = base ** min(exponent, 20)
    return min(power, _MOST_STEPS + 1)


def _is_ambiguous(item: Item) -> bool:
    """Return whether a repetition may divide a text in more than one way.

    A character at its end, or start, that it holds nowhere else leaves one way; so do alternatives
    that begin with different characters.
    """
    if item.high <= _COUNTED:
        return False
    varying = any(inner.high != inner.low for inner in all_items(item.alternatives))
    if len(item.alternatives) > 1:
        starts = [items[0].text[:1].lower() if items else "" for items in item.alternatives]
        return varying or "" in starts or len(set(starts)) < len(starts)
    items = item.alternatives[0]
    return varying and not (items and any(_separates(items, place) for place in (0, -1)))


def _separates(items: Sequence[Item], place: int) -> bool:
    end = items[place]
    if end.alternatives or end.low != 1 or end.high != 1:
        return False
    text = end.text.lower()
    chars = text[place] if text else chars_of(end.char_class)
    others = [item for item in all_items([items]) if item is not end]
    once = not text or text.count(chars) == 1
    return once and not any(_may_hold(item, chars) for item in others)


def _may_hold(item: Item, chars: str) -> bool:
    held = item.text.lower() + (chars_of(item.char_class) if item.char_class else "")
    return not set(chars).isdisjoint(held)
