"""How long a text a regular expression may be tried with: it may take exponential time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from math import comb
from typing import Final, NamedTuple

from .regex_items import Item, all_items, read, signs_of

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
    effort = _effort(alternatives, 1)
    scheme = len("https://") if re.match(r"\^?https?\??:", pattern) else 0
    lengths = range(_LONGEST, 0, -1)
    return next((scheme + length for length in lengths if effort.fits(length)), 0)


class _Effort(NamedTuple):
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


def _effort(alternatives: Sequence[Sequence[Item]], times: int) -> _Effort:
    """Return the effort of *alternatives*, which occur *times* times in the pattern."""
    choices, loops, ambiguous = _power(len(alternatives), times), 0, False
    for item in (item for items in alternatives for item in items):
        if item.high > _COUNTED and item.high != item.low:
            loops += times
        else:
            choices = min(choices * _power(item.high - item.low + 1, times), _MOST_STEPS + 1)
        if item.alternatives:
            fixed = 1 if item.high > _COUNTED and item.high != item.low else max(item.high, 1)
            inner = _effort(item.alternatives, times * fixed)
            choices = min(choices * inner.choices, _MOST_STEPS + 1)
            loops, ambiguous = loops + inner.loops, ambiguous or inner.ambiguous
            ambiguous = ambiguous or _is_ambiguous(item)
    return _Effort(choices, loops, ambiguous)


def _power(base: int, exponent: int) -> int:
    """Return *base* to the power of *exponent*, but no more than matters."""
    power: int = base ** min(exponent, 20)
    return min(power, _MOST_STEPS + 1)


def _is_ambiguous(item: Item) -> bool:
    """Return whether a repetition may divide a text in more than one way.

    A sign at its end, or start, that it holds nowhere else leaves one way; so do alternatives
    that begin with different signs.
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
    signs = text[place] if text else signs_of(end.sign_class)
    others = [item for item in all_items([items]) if item is not end]
    once = not text or text.count(signs) == 1
    return once and not any(_may_hold(item, signs) for item in others)


def _may_hold(item: Item, signs: str) -> bool:
    held = item.text.lower() + (signs_of(item.sign_class) if item.sign_class else "")
    return not set(signs).isdisjoint(held)
