"""The source code where an option is set, as far as the file can be read."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator, Sequence
from functools import lru_cache

from ....errors import Source


def calls_at(source: Source, name: str = "") -> Iterator[ast.Call]:
    """Yield the calls that begin in the line of *source*, those of a function *name* alone."""
    if source.file is None or source.line is None:
        return
    for call in _calls_in(source.file).get(source.line, ()):
        called = getattr(call.func, "id", getattr(call.func, "attr", ""))
        if not name or called == name:
            yield call


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


def has_position(source: Source, name: str) -> bool:
    """Return whether the call of *name* at *source* has a positional argument."""
    calls = calls_at(source, name)
    return any(not isinstance(item, ast.Starred) for call in calls for item in call.args)


def keywords_at(source: Source, names: Sequence[str]) -> set[str]:
    """Return the names of the keywords in the call of one of *names* at *source*.

    Empty where the line has several of these calls.
    """
    calls = [call for name in names for call in calls_at(source, name)]
    found = calls[0].keywords if len(calls) == 1 else ()
    return {keyword.arg for keyword in found if keyword.arg}
