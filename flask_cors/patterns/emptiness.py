"""Regular expressions that can match no origin at all, such as ``example\\.com$``.

Decides from the pattern alone, and answers that it may match wherever this is not certain.
"""

from __future__ import annotations

import re
from typing import Final

from .redos import Positions, TooLargeError, read_positions
from .regex_items import ESCAPE_OR_CLASS

_ANCHOR_INSIDE: Final = r"[^(|^]\^|\$[^)|$]"
_BACK_REFERENCE: Final = r"\\[1-9]|\(\?P=|\(\?\("

# The grammar of an origin, as states: how each goes on with a class of characters.
_SCHEME: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-"
# Forbidden in a host (URL standard, "forbidden domain code points"), but for brackets and colons.
_OUTSIDE: Final = "/?#@\\ <>^|%"
_START, _IN_SCHEME, _COLON, _SLASH, _SLASHES, _IN_HOST = range(6)


def can_match_origin(regex: re.Pattern[str]) -> bool:
    """Return whether *regex* may match some origin as a whole; ``True`` if uncertain."""
    pattern = regex.pattern
    if regex.flags & re.VERBOSE or re.search(_BACK_REFERENCE, pattern):
        return True
    bare = ESCAPE_OR_CLASS.sub("x", pattern)
    if "|" not in bare and "(" not in bare and re.search(_ANCHOR_INSIDE, bare):
        return False
    try:
        return _reaches_an_origin(read_positions(pattern))
    except (TooLargeError, RecursionError, re.error):
        return True


def _reaches_an_origin(positions: Positions) -> bool:
    waiting = [(position, _START) for position in positions.first]
    seen = set(waiting)
    while waiting:
        position, state = waiting.pop()
        for following in _NEXT[state]:
            if not positions.sets[position] & _BITS[state, following]:
                continue
            if following == _IN_HOST and position in positions.last:
                return True
            new = {(after, following) for after in positions.follow[position]} - seen
            seen |= new
            waiting += new
    return False


def _bits(characters: str) -> int:
    return sum(1 << ord(character) for character in set(characters))


_ALL: Final = (1 << 128) - 1
_NEXT: Final = {
    _START: (_IN_SCHEME,),
    _IN_SCHEME: (_IN_SCHEME, _COLON),
    _COLON: (_SLASH,),
    _SLASH: (_SLASHES,),
    _SLASHES: (_IN_HOST,),
    _IN_HOST: (_IN_HOST,),
}
_BITS: Final = {
    (_START, _IN_SCHEME): _bits(_SCHEME),
    (_IN_SCHEME, _IN_SCHEME): _bits(_SCHEME),
    (_IN_SCHEME, _COLON): _bits(":"),
    (_COLON, _SLASH): _bits("/"),
    (_SLASH, _SLASHES): _bits("/"),
    (_SLASHES, _IN_HOST): _ALL & ~_bits(_OUTSIDE),
    (_IN_HOST, _IN_HOST): _ALL & ~_bits(_OUTSIDE),
}
