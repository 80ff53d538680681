"""Reads a hint as its reader would: what does it say to write?"""

from __future__ import annotations

import ast
import json
import re
from datetime import timedelta
from typing import Any

_STRING = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
_EXPRESSION = re.compile(
    rf"(?:re\.compile|timedelta)\([^)]*\)|\{{.*\}}|\[(?:{_STRING})?\]|{_STRING}|\b\d+\b|\bTrue\b|\bFalse\b"
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
    """Return the names of the options that a hint says to write."""
    return re.findall(r"\b([a-z_]+)=", hint)


def loaded(text: str) -> Any:
    """Do what "Write json.loads(...) around it." says."""
    return json.loads(text)
