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


def matches_origin(pattern: str, origin: str) -> bool:
    """Return whether the string *pattern* allows *origin* in 6.0.5."""
    if not _GUESSED.intersection(pattern):
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
    if pattern.regex is not None:
        return pattern.regex.match
    text = _fixed(pattern.text)
    if not _GUESSED.intersection(text):
        return text.__eq__
    try:
        return re.compile(text).match
    except re.error:
        return frozenset[str]().__contains__


def _order(pattern: PathPattern) -> tuple[int, int, int, int]:
    text = _fixed(pattern.text)
    guessed = bool(_GUESSED.intersection(text))
    # A compiled expression comes before one that is guessed from a string; which of the two
    # it was is no longer known, so a string is assumed.
    return (guessed, guessed, -text.count("/"), -len(text))


def _fixed(text: str) -> str:
    return ".*" if text == "*" else text
