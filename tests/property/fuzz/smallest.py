"""The smallest corpus: inputs that together take every step that all of them take."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from types import FrameType
from typing import Any

Step = tuple[str, int, int]


def smallest(check: Callable[[bytes], None], inputs: Iterable[bytes]) -> list[bytes]:
    """Return a few small inputs whose steps from line to line are those of all *inputs*."""
    ordered = sorted(set(inputs), key=lambda data: (len(data), data))
    taken = {data: steps(lambda data=data: check(data)) for data in ordered}  # type: ignore[misc]
    kept: list[bytes] = []
    seen: set[Step] = set()
    for data in ordered:
        if not taken[data] <= seen:
            kept.append(data)
            seen |= taken[data]
    # An early one may be covered by later ones together; the largest go first.
    for data in reversed(kept.copy()):
        others = set().union(*(taken[other] for other in kept if other != data))
        if taken[data] <= others:
            kept.remove(data)
    return kept


def steps(call: Callable[[], object]) -> set[Step]:
    """Return the steps from line to line within the package that a call takes."""
    found: set[Step] = set()

    def enter(frame: FrameType, event: str, argument: Any) -> Any:
        name = frame.f_globals.get("__name__", "")
        if not name.startswith("flask_cors"):
            return None
        last = 0

        def step(frame: FrameType, event: str, argument: Any) -> Any:
            nonlocal last
            found.add((name, last, frame.f_lineno))
            last = frame.f_lineno
            return step

        return step(frame, event, argument)

    before = sys.gettrace()
    sys.settrace(enter)
    try:
        call()
    finally:
        sys.settrace(before)
    return found
