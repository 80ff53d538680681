"""JSON as a page writes and reads it: ``JSON.stringify`` and ``JSON.parse`` (ECMA-262).

Python's module writes other spaces, numbers and escapes, and reads numbers that are none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from math import isfinite
from typing import Any, NoReturn

from .scalars import with_pairs_joined


def stringify(value: object) -> str:
    """Return *value* as the text that a page sends; raise :class:`TypeError` for what is none."""
    try:
        return _text(value)
    except RecursionError:
        raise TypeError("a cyclic structure has no JSON") from None


def parse(text: str) -> Any:
    """Return what *text* stands for; raise :class:`ValueError` where a page's parser would."""
    return json.loads(text, parse_constant=_refuse)


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"not JSON: {word}")


def _text(value: object) -> str:
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, Mapping):
        return "{" + ",".join(map(_member, value.items())) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_text, value)) + "]"
    raise TypeError(f"{type(value).__name__} has no JSON: {value!r}")


def _member(pair: tuple[object, object]) -> str:
    """Write a property; its key is a string, or a scalar that becomes one."""
    key, value = pair
    if isinstance(key, Mapping | list | tuple):
        raise TypeError(f"not a key: {key!r}")
    return f"{_quoted(key if isinstance(key, str) else _text(key))}:{_text(value)}"


def _quoted(text: str) -> str:
    """Quote *text*; half of a surrogate pair is escaped, since UTF-8 cannot hold it."""
    quoted = json.dumps(with_pairs_joined(text), ensure_ascii=False)
    return re.sub("[\ud800-\udfff]", lambda half: f"\\u{ord(half[0]):04x}", quoted)


def _number(number: float) -> str:
    """Write *number* as ``Number.prototype.toString`` does: plain from 1e-6 to 1e21."""
    if not isfinite(number):
        return "null"
    shortest = float.__repr__(number)
    if 1e-6 <= abs(number) < 1e21:
        return format(Decimal(shortest), "f").removesuffix(".0")
    return re.sub("(e[+-])0", r"\1", shortest) if number else "0"
