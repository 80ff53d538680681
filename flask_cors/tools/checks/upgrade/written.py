"""The source code where an option is set, as far as the file can be read."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Sequence
from functools import lru_cache

from ....errors import Source


def keywords_at(source: Source, names: Sequence[str]) -> set[str]:
    """Return the names of the keywords in the call of one of *names* at *source*.

    Empty where the line has several of these calls.
    """
    calls = _calls_at(source, names)
    found = calls[0].keywords if len(calls) == 1 else ()
    return {keyword.arg for keyword in found if keyword.arg}


def _calls_at(source: Source, names: Sequence[str]) -> list[ast.Call]:
    """Return the calls of one of *names* that begin in the line of *source*."""
    calls = _calls_in(source.file).get(source.line, ()) if source.file and source.line else ()
    return [
        call for call in calls if getattr(call.func, "id", getattr(call.func, "attr", "")) in names
    ]


@lru_cache(maxsize=64)
def _calls_in(file: str) -> dict[int, list[ast.Call]]:
    """Return the calls in a file by the line that they begin in, which a traceback names."""
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except (SyntaxError, ValueError):
        return {}
    found: dict[int, list[ast.Call]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            found.setdefault(node.lineno, []).append(node)
    return found
