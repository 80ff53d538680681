"""Strings of a page on their way to UTF-8 (https://infra.spec.whatwg.org/#strings).

A page's strings may hold halves of surrogate pairs, as Python's may; UTF-8 has none.
"""

from __future__ import annotations


def with_pairs_joined(text: str) -> str:
    """Return *text* with each surrogate pair as the one character that it stands for."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def scalar_value_string(text: str) -> str:
    """Return *text* with U+FFFD for each half of a surrogate pair (a WebIDL ``USVString``)."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def utf8(text: str) -> bytes:
    """Encode *text* as UTF-8 after :func:`scalar_value_string`."""
    return scalar_value_string(text).encode()
