"""Does what a hint says: in words, as its reader would, and as data."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from flask_cors.errors import Problem

_STRING = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
_EXPRESSION = re.compile(
    rf"(?:re\.compile|timedelta)\([^)]*\)|\{{.*\}}|\[(?:{_STRING})?(?:, {_STRING})*\]|{_STRING}"
    r"|\b\d+\b|\bTrue\b|\bFalse\b"
)
_NAMES = {"re": re, "timedelta": timedelta}


def written(hint: str) -> list[Any]:
    """Return the values that a hint says to write, as Python reads them."""
    return [_value(found) for found in _EXPRESSION.findall(hint)]


def _value(text: str) -> Any:
    if text.startswith(("re.", "timedelta")):
        return eval(text, dict(_NAMES))  # what the library's own hint says to write
    return ast.literal_eval(text)


def renamed(hint: str) -> list[str]:
    """Return the names of the options that a hint says to write, as keywords or as keys."""
    return re.findall(r'\b([a-z_]+)(?:=|": )', hint)


def loaded(text: str) -> Any:
    """Do what "Write json.loads(...) around it." says."""
    return json.loads(text)


# -- the fix of a problem ----------------------------------------------------------------


def followed(options: Mapping[str, Any], problems: Iterable[Problem]) -> dict[str, Any]:
    """Return *options* with the fix of every problem in its place, once."""
    fixed = dict(options)
    for problem in problems:
        if problem.fix is None:
            continue
        place = re.match(r"resource '(.*?)' of", problem.source.place)
        if place and place[1] in fixed.get("resources", {}):
            resources = fixed["resources"]
            fixed["resources"] = {**resources, place[1]: _fixed(resources[place[1]], problem)}
        else:
            fixed = _fixed(fixed, problem)
    return fixed


def _fixed(options: Mapping[str, Any], problem: Problem) -> dict[str, Any]:
    name = problem.option.removeprefix("CORS_").lower()
    name = name if name in options else problem.option
    fix = dict(problem.fix or {})
    given = options.get(name)
    kept = {key: value for key, value in options.items() if key != name}
    if isinstance(given, list | tuple) and problem.value in given and given != problem.value:
        right = fix.pop(name, [])
        whole: list[Any] = []
        for item in given:
            new = right if item == problem.value else item
            whole += new if isinstance(new, list) else [new]
        return {**kept, name: whole, **fix}
    if isinstance(given, Mapping) and name == "resources" and problem.value in list(given):
        others = {key: value for key, value in given.items() if key != problem.value}
        return {**kept, name: {**others, **fix[name]}}
    return {**kept, **fix}
