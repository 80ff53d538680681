"""How flask-cors 6.0.5 reads patterns for origins and paths, as it behaves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, TypeVar

from ....patterns.paths import PathPattern

T = TypeVar("T")

# One of these makes it take a string for a regular expression, of which a match of the
# beginning is enough.
_GUESSED: Final = frozenset("*\\]?$^[]()")


def matches_origin(pattern: str, origin: str) -> bool:
    """Return whether the string *pattern* allows *origin* in 6.0.5."""
    return _matches(pattern, origin, re.IGNORECASE)


def winner(resources: Sequence[tuple[PathPattern, T]], path: str) -> tuple[PathPattern, T] | None:
    """Return the resource that *path* gets in 6.0.5, of those in one dictionary."""
    ordered = sorted(resources, key=lambda entry: _order(entry[0]))
    return next((entry for entry in ordered if _covers(entry[0], path)), None)


def _covers(pattern: PathPattern, path: str) -> bool:
    if pattern.regex is not None:
        return pattern.regex.match(path) is not None
    return _matches(_fixed(pattern.text), path)


def _order(pattern: PathPattern) -> tuple[int, int, int, int]:
    text = _fixed(pattern.text)
    guessed = bool(_GUESSED.intersection(text))
    # A compiled expression comes before one that is guessed from a string; which of the two
    # it was is no longer known, so a string is assumed.
    return (guessed, guessed, -text.count("/"), -len(text))


def _fixed(text: str) -> str:
    return ".*" if text == "*" else text


def _matches(pattern: str, text: str, flags: int = 0) -> bool:
    if not _GUESSED.intersection(pattern):
        return pattern.lower() == text.lower() if flags else pattern == text
    try:
        return re.match(pattern, text, flags) is not None
    except re.error:
        return False
