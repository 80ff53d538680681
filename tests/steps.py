"""Counts what a regular expression does: the characters that a backtracking matcher looks at.

Python's own matcher backtracks in the same order and keeps no memory of what failed, so
that its time grows as this count does; and a count is the same on every machine.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import product
from typing import Any

if sys.version_info >= (3, 11):
    from re import _parser as parser  # type: ignore[attr-defined]
else:
    import sre_parse as parser

Rest = Callable[[int], bool]

_CATEGORIES = {
    "CATEGORY_DIGIT": r"\d",
    "CATEGORY_NOT_DIGIT": r"\D",
    "CATEGORY_SPACE": r"\s",
    "CATEGORY_NOT_SPACE": r"\S",
    "CATEGORY_WORD": r"\w",
    "CATEGORY_NOT_WORD": r"\W",
}
_POSITIONS = {
    "AT_BEGINNING": "^",
    "AT_BEGINNING_STRING": r"\A",
    "AT_BOUNDARY": r"\b",
    "AT_NON_BOUNDARY": r"\B",
    "AT_END": "$",
    "AT_END_STRING": r"\Z",
}
_SINGLE = {"LITERAL", "NOT_LITERAL", "ANY", "IN"}


class TooManyStepsError(Exception):
    """The limit is passed."""


class Matcher:
    """Matches one pattern as Python does, and counts; raises ``TooManyStepsError`` at a limit."""

    def __init__(self, pattern: str | re.Pattern[str], limit: int = 10**6) -> None:
        compiled = re.compile(pattern)
        self._items = list(parser.parse(compiled.pattern, compiled.flags))
        self._flags = compiled.flags
        self._limit = limit
        self._text = ""
        self._groups: dict[int, tuple[int, int]] = {}
        self.steps = 0

    def count(self, text: str, method: str = "fullmatch") -> int:
        """Return how many steps *method* takes on *text*; ``search`` tries every start."""
        self.matches(text, method)
        return self.steps

    def matches(self, text: str, method: str = "fullmatch") -> bool:
        """Match as the method of a compiled pattern does, and count."""
        self._text, self.steps, self._groups = text, 0, {}
        last = len(text)
        starts = [0] if method in ("match", "fullmatch") else range(last + 1)
        ends: Rest = (lambda at: at == last) if method == "fullmatch" else (lambda at: True)
        return any(self._match(self._items, 0, start, ends) for start in starts)

    def _look(self) -> None:
        self.steps += 1
        if self.steps > self._limit:
            raise TooManyStepsError

    def _match(self, items: list[Any], number: int, at: int, rest: Rest) -> bool:
        while number < len(items):
            op, argument = items[number]
            if str(op) in _SINGLE:
                if not self._is(op, argument, at):
                    return False
                at += 1
                number += 1
                continue
            after = lambda end, n=number + 1: self._match(items, n, end, rest)  # noqa: E731
            return self._group(str(op), argument, at, after)
        return rest(at)

    def _is(self, op: Any, argument: Any, at: int) -> bool:
        self._look()
        return at < len(self._text) and self._holds(str(op), argument, self._text[at])

    def _holds(self, op: str, argument: Any, char: str) -> bool:
        if op == "ANY":
            return bool(self._flags & re.DOTALL) or char != "\n"
        if op != "IN":
            return self._same(chr(argument), char) == (op == "LITERAL")
        found = any(self._member(*each, char) for each in argument)
        return found != (str(argument[0][0]) == "NEGATE")

    def _member(self, op: Any, argument: Any, char: str) -> bool:
        if str(op) == "LITERAL":
            return self._same(chr(argument), char)
        if str(op) == "RANGE":
            cases = {char, char.lower(), char.upper()} if self._flags & re.IGNORECASE else {char}
            return any(len(each) == 1 and argument[0] <= ord(each) <= argument[1] for each in cases)
        if str(op) == "CATEGORY":
            return re.fullmatch(_CATEGORIES[str(argument)], char) is not None
        return False

    def _same(self, wanted: str, char: str) -> bool:
        return wanted == char or (
            bool(self._flags & re.IGNORECASE) and wanted.lower() == char.lower()
        )

    def _group(self, op: str, argument: Any, at: int, after: Rest) -> bool:
        handler: Callable[[Any, int, Rest], bool] = getattr(self, f"_{op.lower()}")
        return handler(argument, at, after)

    def _branch(self, argument: Any, at: int, after: Rest) -> bool:
        return any(self._match(list(each), 0, at, after) for each in argument[1])

    def _subpattern(self, argument: Any, at: int, after: Rest) -> bool:
        number, added, removed, items = argument
        flags = self._flags, (self._flags | added) & ~removed

        def close(end: int) -> bool:
            before, self._flags = self._groups.get(number), flags[0]
            self._groups[number] = at, end
            if after(end):
                return True
            self._flags = flags[1]
            self._groups.pop(number)
            if before is not None:
                self._groups[number] = before
            return False

        self._flags = flags[1]
        found = self._match(list(items), 0, at, close)
        self._flags = flags[0]
        return found

    def _max_repeat(self, argument: Any, at: int, after: Rest) -> bool:
        least, most, items = argument
        if len(items) == 1 and str(items[0][0]) in _SINGLE:
            return self._run(least, most, items[0], at, after)
        return self._repeat(least, most, list(items), 0, at, after)

    _min_repeat = _max_repeat  # the order of trying differs, and on failure all is tried

    def _run(self, least: int, most: int, item: Any, at: int, after: Rest) -> bool:
        end = at
        while end - at < most and self._is(*item, end):
            end += 1
        return any(after(each) for each in range(end, at + least - 1, -1))

    def _repeat(
        self, least: int, most: int, items: list[Any], done: int, at: int, after: Rest
    ) -> bool:
        def again(end: int) -> bool:
            return end > at and self._repeat(least, most, items, done + 1, end, after)

        self._look()
        if done < least:
            more: Rest = lambda end: self._repeat(  # noqa: E731
                least, most, items, done + 1, end, after
            )
            return self._match(items, 0, at, more)
        return (done < most and self._match(items, 0, at, again)) or after(at)

    def _atomic_group(self, argument: Any, at: int, after: Rest) -> bool:
        ends: list[int] = []
        self._match(list(argument), 0, at, lambda end: ends.append(end) or True)
        return bool(ends) and after(ends[0])

    def _possessive_repeat(self, argument: Any, at: int, after: Rest) -> bool:
        ends: list[int] = []
        self._max_repeat(argument, at, lambda end: ends.append(end) or True)
        return bool(ends) and after(ends[0])

    def _at(self, argument: Any, at: int, after: Rest) -> bool:
        self._look()
        found = re.compile(_POSITIONS[str(argument)], self._flags & re.MULTILINE)
        return found.match(self._text, at) is not None and after(at)

    def _assert(self, argument: Any, at: int, after: Rest) -> bool:
        return self._ahead(argument, at) and after(at)

    def _assert_not(self, argument: Any, at: int, after: Rest) -> bool:
        return not self._ahead(argument, at) and after(at)

    def _ahead(self, argument: Any, at: int) -> bool:
        direction, items = argument
        start = at if direction > 0 else at - items.getwidth()[0]
        return start >= 0 and self._match(list(items), 0, start, lambda end: True)

    def _groupref(self, argument: Any, at: int, after: Rest) -> bool:
        self._look()
        if argument not in self._groups:
            return False
        start, end = self._groups[argument]
        same = self._text[start:end]
        return self._text.startswith(same, at) and after(at + len(same))

    def _groupref_exists(self, argument: Any, at: int, after: Rest) -> bool:
        number, yes, no = argument
        chosen = yes if number in self._groups else no
        return after(at) if chosen is None else self._match(list(chosen), 0, at, after)


# -- hostile texts ---------------------------------------------------------------------


def characters(pattern: str) -> list[str]:
    """Return the characters that matter to a pattern: one or two of each kind it tells apart."""
    kinds: dict[tuple[bool, ...], list[str]] = {}
    items = re.findall(r"\[\^?\]?(?:\\.|[^\]\\])*\]|\\[wdsWDS]|\\.|[^\\(){}|*+?]", pattern)
    tests = [_compiled(item) for item in dict.fromkeys(items)]
    for char in [*map(chr, range(32, 127)), "\n", "\u00e9"]:
        kind = tuple(bool(test and test.fullmatch(char)) for test in tests)
        kinds.setdefault(kind, []).append(char)
    return [char for kind, found in kinds.items() for char in found[: 1 + any(kind)]]


def _compiled(item: str) -> re.Pattern[str] | None:
    try:
        return re.compile(item)
    except re.error:
        return None


def pumps(pattern: str, longest: int = 2, most: int = 12) -> list[str]:
    """Return short texts whose repetition may take long: words over what matters."""
    found = characters(pattern)[:most]
    return [
        "".join(word) for length in range(1, longest + 1) for word in product(found, repeat=length)
    ]


def hostile(
    pattern: str, times: int, prefixes: Iterable[str] = ("",), longest: int = 2
) -> Iterator[tuple[str, str]]:
    """Yield texts that almost match, each with the name of what is repeated in it."""
    for pump in pumps(pattern, longest):
        for prefix in prefixes:
            for suffix in ("", "\x00", "!"):
                yield f"{prefix!r} + {pump!r} * n + {suffix!r}", f"{prefix}{pump * times}{suffix}"


def worst(
    pattern: str | re.Pattern[str],
    times: int,
    method: str = "fullmatch",
    prefixes: Iterable[str] = ("",),
    limit: int = 10**6,
    longest: int = 2,
) -> tuple[int, str]:
    """Return the most steps that a hostile text takes, at most *limit*, and that text's name."""
    matcher = Matcher(pattern, limit)
    text = pattern if isinstance(pattern, str) else pattern.pattern
    found = (0, "")
    for name, tried in hostile(text, times, list(prefixes), longest):
        try:
            found = max(found, (matcher.count(tried, method), name))
        except TooManyStepsError:
            return limit, name
    return found
