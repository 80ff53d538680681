"""How flask-cors 6.0.5 reads patterns for origins and paths, as it behaves."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final, Generic, TypeVar

from ....patterns.paths import PathPattern

T = TypeVar("T")

# One of these makes it take a string for a regular expression, of which a match of the
# beginning is enough.
_GUESSED: Final = frozenset("*\\]?$^[]()")


def is_plain(text: str) -> bool:
    """Return whether 6.0.5 takes a string for plain text."""
    return not _GUESSED.intersection(text)


def matches_origin(pattern: str, origin: str) -> bool:
    """Return whether the string *pattern* allows *origin* in 6.0.5, or a header of that name."""
    if is_plain(pattern):
        return pattern.lower() == origin.lower()
    try:
        return re.match(pattern, origin, re.IGNORECASE) is not None
    except re.error:
        return False


class Resources(Generic[T]):
    """The resources of one dictionary, as 6.0.5 sorts and matches them."""

    def __init__(self, resources: Iterable[tuple[PathPattern, T]]) -> None:
        ordered = sorted(resources, key=lambda entry: _order(entry[0]))
        self._entries = [(_matcher(entry[0]), entry) for entry in ordered]

    def match(self, path: str) -> tuple[PathPattern, T] | None:
        """Return the resource that *path* gets, with its pattern."""
        return next((entry for covers, entry in self._entries if covers(path)), None)


def _matcher(pattern: PathPattern) -> Callable[[str], object]:
    if pattern.regex is not None and pattern.compiled:
        return pattern.regex.match
    text = _fixed(pattern.text)
    if is_plain(text):
        return text.__eq__
    try:
        return re.compile(text).match
    except re.error:
        return frozenset[str]().__contains__


def _order(pattern: PathPattern) -> tuple[int, int, int, int]:
    text = _fixed(pattern.text)
    guessed = not pattern.compiled and not is_plain(text)
    return (guessed or pattern.compiled, guessed, -text.count("/"), -len(text))


def _fixed(text: str) -> str:
    return ".*" if text == "*" else text
