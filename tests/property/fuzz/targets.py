"""The targets: what each checks, where its corpus lies, and which code it must reach."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

CORPUS: Final = Path(__file__).with_name("corpus")


@dataclass(frozen=True)
class Target:
    """One target: ``check`` and ``corpus`` of the module that has its name.

    *longest* limits an input, in bytes. *covers* names, as patterns, the modules of the
    package of whose lines its corpus reaches *enough* per cent. *words* is what the grammar is
    made of, escaped as libFuzzer wants it. The module is imported late: the package must be
    instrumented before anything imports it.
    """

    name: str
    about: str
    longest: int
    covers: tuple[str, ...]
    words: tuple[str, ...]
    enough: float = 95

    @property
    def check(self) -> Callable[[bytes], None]:
        """What judges one input; raises where the library is wrong."""
        found: Callable[[bytes], None] = self._module.check
        return found

    @property
    def seeds(self) -> Iterator[bytes]:
        """Inputs made of ``tests/seeds.py``."""
        found: Iterator[bytes] = self._module.corpus()
        return found

    def inputs(self) -> list[bytes]:
        """Return what a search starts from: the corpus, and what pins the rules elsewhere."""
        return list(dict.fromkeys([path.read_bytes() for path in self.corpus()] + [*self.seeds]))

    @property
    def _module(self) -> Any:
        return importlib.import_module(f"tests.property.fuzz.{self.name}")

    @property
    def directory(self) -> Path:
        """Where the corpus lies."""
        return CORPUS / self.name

    def corpus(self) -> list[Path]:
        """Return the files of the corpus, in a fixed order."""
        return sorted(self.directory.glob("*"))


# What every target's words are put together from: the signs of an input, and white space.
_SIGNS = ("\\x1f", "\\x1d", " ", "\\x09", "\\x0a")
_ALL = (
    Target(
        "origins",
        "origins, patterns and their index",
        longest=1100,
        covers=("patterns/origin*",),
        words=(
            *("://", "https://", "http", "null", "*", "*.", ":*", ":443", ":80", "localhost"),
            *(".example", "[::1]", ".*", "\\\\.", "+", "(", ")", "?", "/", "\\xc3\\xa9", "\\x7f"),
            *_SIGNS,
        ),
    ),
    Target(
        "preflights",
        "decide, and Access-Control-Request-Headers",
        longest=600,
        covers=("policy/decide",),
        words=(
            *(",", "x-a", "X-B", "content-type", "*", "[", ":", "\\x00", "\\xff", "GET", "PUT"),
            *("X-M", "null", "https://a.example", ".w.example", "true", *_SIGNS),
        ),
    ),
    Target(
        "resources",
        "resource patterns and their index",
        longest=300,
        covers=("patterns/paths",),
        words=(
            *("/", "*", "/*", ".*", "/.", "/..", "//", "re:", "^", "$", "?", "+", "{2}", "|"),
            *("(", ")", "[", "]", "\\\\", "/a", *_SIGNS),
        ),
    ),
    Target(
        "requests",
        "whole requests through WSGI",
        longest=600,
        covers=("runtime/decisions", "runtime/endpoint"),
        words=(
            *("OPTIONS", "GET", "PUT", "X-M", "HEAD", "/api/", "/api/open", "/files/", "/slash"),
            *("/items/", "/v1/x", "/.", "/..", "//", "%2e", "\\xff", "\\x0d", "\\x00", ",", "x-a"),
            *("https://a.example", "https://b.example", "null", ".w.example", "true", *_SIGNS),
        ),
        # The rest is for hosts that Flask refuses, and for a memory that is full.
        enough=90,
    ),
)
TARGETS: Final = {target.name: target for target in _ALL}
