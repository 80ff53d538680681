"""``CORS`` objects that no app and no blueprint was given: where each was made.

Knows places in code; the objects themselves are not referenced.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple
from weakref import ref

from ..errors import Source

_MOST_DROPPED: Final = 100

_live: dict[ref[Any], Source] = {}
# A CORS(origins=...) on a line of its own is gone at once, and is the same mistake.
_dropped: dict[Source, None] = {}


class Unused(NamedTuple):
    """The place where an unused object was made, and whether the object still exists."""

    source: Source
    exists: bool


def note_made(cors: object, source: Source) -> None:
    """Note that a ``CORS`` object was made at *source*, without an app or a blueprint."""
    _live[ref(cors, _drop)] = source


def note_used(cors: object) -> None:
    """Note that a ``CORS`` object was given an app or a blueprint."""
    source = _live.pop(ref(cors), None)
    if source is not None:
        _dropped.pop(source, None)


def unused() -> Iterator[Unused]:
    """Yield where the objects were made that nothing was given to so far, by file and line."""
    found = {source: Unused(source, False) for source in list(_dropped)}
    found.update((source, Unused(source, True)) for source in list(_live.values()))
    yield from sorted(found.values(), key=lambda item: (item.source.file or "", item.source.line))


def _drop(gone: ref[Any]) -> None:
    source = _live.pop(gone, None)
    if source is not None and len(_dropped) < _MOST_DROPPED:
        _dropped[source] = None
