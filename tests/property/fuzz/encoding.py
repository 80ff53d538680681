"""How an input of the fuzzers is read: text in groups of units, as ASCII has signs for.

Neither sign can stand in a header or matters in a path or pattern; the files of the corpus
stay readable.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

UNIT = "\x1f"
GROUP = "\x1d"


def groups(text: str, count: int) -> list[list[str]]:
    """Return exactly *count* groups of units; those that are missing are empty."""
    found = [group.split(UNIT) if group else [] for group in text.split(GROUP, count - 1)]
    return found + [[]] * (count - len(found))


def encode(*parts: str | Iterable[str]) -> bytes:
    """Return the input that holds these groups."""
    joined = [part if isinstance(part, str) else UNIT.join(part) for part in parts]
    return GROUP.join(joined).encode("utf-8", "surrogateescape")


def decode(data: bytes) -> str:
    """Return what text an input is; bytes that are not UTF-8 become lone surrogates."""
    return data.decode("utf-8", "surrogateescape")


def first(units: Sequence[str], default: str = "") -> str:
    """Return the first unit."""
    return units[0] if units else default
