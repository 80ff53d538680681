"""Enumerations of WebIDL (https://webidl.spec.whatwg.org/#idl-enums).

Knows words; sends nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, get_args

_INSTEAD: Final = {"body": "data= for text, bytes or a form, or json= for JSON"}


def refuse_unknown(method: str, given: Iterable[str]) -> None:
    """Raise :class:`TypeError` for arguments that *method* does not have, as Python does.

    Names that the standard has and the model does not come with what to write.
    """
    for name in given:
        text = f"{method}() got an unexpected keyword argument {name!r}"
        raise TypeError(f"{text}: write {_INSTEAD[name]}" if name in _INSTEAD else text)


def check_words(**given: tuple[object, object]) -> None:
    """Raise :class:`TypeError` for an argument that is none of its words, as a page's API does.

    Each argument is given with the ``Literal`` that lists its words.
    """
    for name, (word, kind) in given.items():
        words = get_args(kind)
        if word not in words:
            raise TypeError(f"{name}={word!r}: write one of {', '.join(map(repr, words))}")
