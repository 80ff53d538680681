"""Make a case that shows a finding as small as it can be."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

from tests.integration.differential.cases import Case

Holds = Callable[[list[Case]], list[bool]]
EMPTY: tuple[Any, ...] = (None, False, 0, "", [], {})
KEPT = frozenset({"name", "rule", "path", "method", "kind", "place", "prefix"})


def paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the place of every part of a JSON value, the large parts first."""
    keys = (
        list(value)
        if isinstance(value, dict)
        else range(len(value))
        if isinstance(value, list)
        else ()
    )
    for key in keys:
        yield (*at, key)
    for key in keys:
        yield from paths(value[key], (*at, key))


def without(value: dict[str, Any], at: tuple[Any, ...]) -> dict[str, Any]:
    """Return a copy without the part at one place."""
    smaller = copy.deepcopy(value)
    inner: Any = smaller
    for key in at[:-1]:
        inner = inner[key]
    del inner[at[-1]]
    return smaller


def reductions(described: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the descriptions that lack one part, where they are descriptions still."""
    for at in paths(described):
        if at[-1] in KEPT or (isinstance(at[-1], str) and at[-1].startswith("$")):
            continue
        smaller = without(described, at)
        try:
            Case.from_json(smaller)
        except (TypeError, KeyError):
            continue
        yield smaller


def shrink(case: Case, holds: Holds, rounds: int = 40) -> dict[str, Any]:
    """Return the smallest description found for which *holds* is still true."""
    described = tidied(case.to_json())
    for _ in range(rounds):
        tries = list(reductions(described))
        kept = holds([Case.from_json(smaller) for smaller in tries])
        found = next((smaller for smaller, yes in zip(tries, kept, strict=True) if yes), None)
        if found is None:
            return described
        described = tidied(found)
    return described


def tidied(value: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is empty or false in descriptions of cases, views and what they do."""
    described = {key: item for key, item in value.items() if item not in EMPTY}
    for view in described.get("views", []):
        view["does"] = {key: it for key, it in view.get("does", {}).items() if it not in EMPTY}
    return described
