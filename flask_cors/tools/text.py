"""Lines of text, for a terminal and for ``str()``: escaped, shortened, wrapped.

Knows no terminal: colours are names, which a caller may leave out.
"""

from __future__ import annotations

import os
import re
import shutil
import textwrap
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

# Starts where a name starts, so that a long text is read once.
_ENCLOSING: Final = re.compile(r"(?<![\w.])(?:[\w.]*<locals>\.)+")
_MOST_WRAPPED: Final = 10_000
_NARROWEST: Final = 20
_MOST_NAMED: Final = 5


class Line(NamedTuple):
    """One line; what does not fit goes on below, indented by *hang* more."""

    text: str = ""
    style: str = ""
    indent: int = 0
    hang: int = 0

    def wrapped(self, width: int) -> list[str]:
        """Return the line as one or more of at most *width* characters."""
        room = max(width - self.indent, _NARROWEST)
        before = " " * self.indent
        return [before + part if part else "" for part in self._parts(room)]

    def _parts(self, room: int) -> list[str]:
        if len(self.text) <= room:
            return [self.text.rstrip()]
        if len(self.text) > _MOST_WRAPPED:
            return [self.text]  # textwrap copies what is left of a word for each line
        hang = " " * self.hang
        return textwrap.wrap(self.text, room, subsequent_indent=hang, break_on_hyphens=False)


def here() -> str:
    """Return the current directory, as it begins the paths of files in it."""
    return os.path.join(Path.cwd(), "")


def plain(text: object, folder: str, *, only_ascii: bool = False) -> str:
    """Return *text* with every character escaped that cannot be printed as itself.

    Files below *folder* are named relative to it.
    """
    shown = relative(str(text), folder)
    if "<locals>" in shown:
        # A view that is defined in a function has that function in its name.
        shown = _ENCLOSING.sub("", shown)
    return escaped(shown, only_ascii=only_ascii)


def relative(text: str, folder: str) -> str:
    """Return *text* with the files below *folder* named relative to it; URLs stay as they are.

    A file's name begins the text, or stands after a space, a quote or a bracket.
    """
    if len(folder.strip("/")) == 0:
        return text
    return re.sub(rf"(?<![^\s'\"(\[]){re.escape(folder)}", "", text)


def escaped(shown: str, *, only_ascii: bool = False) -> str:
    """Return *shown* with what is unprintable escaped, or with *only_ascii* all but ASCII."""
    if shown.isprintable() and (shown.isascii() or not only_ascii):
        return shown
    return "".join(
        char if char.isprintable() and (char.isascii() or not only_ascii) else _escaped(char)
        for char in shown
    )


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def page_of(lines: Iterable[Line]) -> str:
    """Return *lines* as one text without control characters, as wide as the terminal."""
    folder, width = here(), shutil.get_terminal_size().columns
    shown = (line._replace(text=plain(line.text, folder)).wrapped(width) for line in lines)
    return "\n".join(part for parts in shown for part in parts)


def some(names: Sequence[str], separator: str = ", ") -> str:
    """Name the first few of *names*, and how many more there are."""
    shown = list(dict.fromkeys(names))
    rest = len(shown) - _MOST_NAMED
    more = f" and {rest} more" if rest > 0 else ""
    return separator.join(shown[:_MOST_NAMED]) + more
