"""Enumerations of WebIDL (https://webidl.spec.whatwg.org/#idl-enums).

Knows words; sends nothing.
"""

from __future__ import annotations

from typing import get_args


def check_words(**given: tuple[object, object]) -> None:
    """Raise :class:`TypeError` for an argument that is none of its words, as a page's API does.

    Each argument is given with the ``Literal`` that lists its words.
    """
    for name, (word, kind) in given.items():
        words = get_args(kind)
        if word not in words:
            raise TypeError(f"{name}={word!r}: write one of {', '.join(map(repr, words))}")
