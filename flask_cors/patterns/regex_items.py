"""Reads the part of Python's regular expressions that people write for origins and paths.

For suggestions and estimates: a pattern that holds anything else is not read at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice, product
from typing import Final, NamedTuple

from ..errors import REGEX_ERRORS

#: An escaped character, or a class: what is in it has no special meaning.
ESCAPE_OR_CLASS: Final = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
#: More repetitions than this count as any number.
UNBOUNDED: Final = 512
_LABEL_CHARS: Final = "abcdefghijklmnopqrstuvwxyz1023456789-"
_SAMPLE_CHARS: Final = "a1A-_./ z0ZmM23456789"
_MOST_SAMPLES: Final = 100
_MOST_COPIES: Final = 64

_ATOM: Final = re.compile(
    # A run of literal characters; the last one is apart where it has a quantifier.
    r"(?P<run>(?:\\[./:-]|[A-Za-z0-9:/_-])+)(?![*+?{])"
    r"|(?P<look>\(\?<?[=!])"
    r"|(?P<open>\((?:\?(?:P<\w+>|[aiLmsu]*(?:-[imsx]+)?:|>)|(?!\?)))"
    r"|(?P<nothing>\(\?(?:\#[^)]*|[aiLmsu]+)\)|\\[1-9AZbB]|[\^$])"
    r"|(?P<close>\))"
    r"|(?P<bar>\|)"
    r"|(?P<char_class>\[\^?\]?(?:\\.|[^\]\\])*\]|\\[wWdDsS]|\.)"
    r"|(?P<unknown>\(\?|\\[0A-Za-z])"
    r"|\\?(?P<char>.)",
    re.DOTALL,
)
_QUANTIFIER: Final = re.compile(r"(?:([*+?])|\{(\d*)(,?)(\d*)\})[?+]?")


class Item(NamedTuple):
    """A part of a pattern: literal characters, a class, or the alternatives of a group.

    It may occur from ``low`` to ``high`` times.
    """

    text: str
    char_class: str
    alternatives: Sequence[Sequence[Item]]
    low: int
    high: int


class _UnknownError(Exception):
    """The pattern holds what is not read here."""


@lru_cache(maxsize=8)
def read(pattern: str) -> Sequence[Sequence[Item]] | None:
    """Return the alternatives of a pattern, each a sequence of items, or ``None``."""
    try:
        return _Reader(pattern).alternatives()
    except (_UnknownError, RecursionError):
        return None


def all_items(alternatives: Sequence[Sequence[Item]]) -> Iterator[Item]:
    """Yield every item, those within groups after their group."""
    for items in alternatives:
        for item in items:
            yield item
            yield from all_items(item.alternatives)


class _Reader:
    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._place = 0

    def alternatives(self) -> Sequence[Sequence[Item]]:
        """Read up to the end of the group that has been entered, or of the pattern."""
        found: list[list[Item]] = [[]]
        while self._place < len(self._pattern):
            atom = _ATOM.match(self._pattern, self._place)
            if atom is None or atom["unknown"]:
                raise _UnknownError
            self._place = atom.end()
            if atom["close"]:
                break
            if atom["bar"]:
                found.append([])
            elif (item := self._item(atom)) is not None:
                found[-1].append(item)
        return found

    def _item(self, atom: re.Match[str]) -> Item | None:
        group = self.alternatives() if atom["open"] or atom["look"] else ()
        low, high = self._quantifier()
        if atom["nothing"]:
            return None
        if atom["look"]:
            # Nothing of the text, but it takes its time.
            low, high = 0, 0
        text = atom["run"] or atom["char"] or ""
        return Item(text.replace("\\", ""), atom["char_class"] or "", group, low, high)

    def _quantifier(self) -> tuple[int, int]:
        found = _QUANTIFIER.match(self._pattern, self._place)
        if not found:
            return 1, 1
        self._place = found.end()
        if found[1]:
            return {"*": (0, UNBOUNDED), "+": (1, UNBOUNDED), "?": (0, 1)}[found[1]]
        low = int(found[2] or 0)
        return low, int(found[4] or UNBOUNDED) if found[3] else low


def with_escaped_dots(pattern: str, lone_dot: re.Pattern[str]) -> str:
    """Return *pattern* with a backslash before each dot that *lone_dot* finds.

    It is searched in the pattern with ``#`` for each character of an escape or a class.
    """
    bare = ESCAPE_OR_CLASS.sub(lambda found: "#" * len(found[0]), pattern)
    for dot in reversed([found.start() for found in lone_dot.finditer(bare)]):
        pattern = f"{pattern[:dot]}\\{pattern[dot:]}"
    return pattern


# -- characters and samples --------------------------------------------------------------


@lru_cache(maxsize=256)
def chars_of(char_class: str) -> str:
    """Return the characters of a host that a class matches; those of labels first."""
    # Python warns of classes that it may read otherwise one day; any character is tried there.
    if char_class == "." or re.search(r".\[|--|&&|\|\||~~", char_class):
        return f"{_LABEL_CHARS}._"
    try:
        return "".join(re.findall(char_class, f"{_LABEL_CHARS}._", re.IGNORECASE))
    except REGEX_ERRORS:
        return ""


def samples(regex: re.Pattern[str], longest: int) -> Iterator[str]:
    """Yield texts that *regex* matches from their beginning, as far as it can be read.

    None is longer than *longest*, since a match may take exponential time. Verbose patterns are
    not read.
    """
    alternatives = None if regex.flags & re.VERBOSE else read(regex.pattern)
    for text in islice(_texts(alternatives or ()), _MOST_SAMPLES):
        if len(text) <= longest and regex.match(text):
            yield text


def _texts(alternatives: Sequence[Sequence[Item]]) -> Iterator[str]:
    for items in alternatives:
        for parts in product(*map(_texts_of, items)):
            yield "".join(parts)


def _texts_of(item: Item) -> list[str]:
    if not item.high:
        return [""]
    copies = min(max(item.low, 1), _MOST_COPIES)
    if item.alternatives:
        found = [text * copies for text in islice(_texts(item.alternatives), _MOST_SAMPLES)]
    else:
        found = [(item.text or _char_of(item.char_class)) * copies]
    return found if item.low else [*found, ""]


@lru_cache(maxsize=256)
def _char_of(char_class: str) -> str:
    try:
        chars = (char for char in _SAMPLE_CHARS if re.fullmatch(char_class, char))
        return next(chars, "")
    except REGEX_ERRORS:
        return ""
