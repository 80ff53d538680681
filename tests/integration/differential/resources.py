"""Which resource of a ``CORS`` object covers a path, and in which order each side looks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from tests.integration.differential.readings import Options, guessed, listed, starts


@dataclass(frozen=True)
class Resource:
    """One resource of one ``CORS`` object, with the options of its dictionary."""

    pattern: Any
    options: Options
    owner: int
    number: int

    @property
    def text(self) -> str:
        """The pattern as text."""
        is_compiled = isinstance(self.pattern, re.Pattern)
        return str(self.pattern.pattern if is_compiled else self.pattern)

    @property
    def is_glob(self) -> bool:
        """Whether the design reads the pattern as a glob."""
        return (
            isinstance(self.pattern, str)
            and "*" in self.text
            and not set(self.text) & set("\\^$?+[](){}|")
            and ".*" not in self.text
        )

    @property
    def is_exact(self) -> bool:
        """Whether the design reads the pattern as one exact path."""
        special = set(self.text) & set("\\^$?+[](){}|*")
        return isinstance(self.pattern, str) and not special

    def old_match(self, path: str) -> bool:
        """Tell whether flask-cors matches the path."""
        return starts(self.pattern, unquote(path))

    def new_match(self, path: str) -> bool:
        """Tell whether the design's reading matches the path."""
        if self.is_exact:
            return self.text == path
        if self.is_glob:
            below = self.text.removesuffix("/*")
            spans = re.escape(below).replace(r"\*", ".*")
            return bool(re.fullmatch(spans + ("(/.*)?" if below != self.text else ""), path, re.S))
        return bool(re.match(self.pattern, path))

    @property
    def literal(self) -> int:
        """The length of the literal text at the pattern's start, as the design counts it."""
        if isinstance(self.pattern, re.Pattern) and self.pattern.flags & re.IGNORECASE:
            return 0
        if self.is_glob:
            return self.text.index("*")
        found = re.match(r"\^?((?:[^\\^$.?*+\[\](){}|]|\.(?![*+?{]))*)", self.text)
        return len(found[1]) if found else 0


def resources_of(options: Options, owner: int, fallback: Any = None) -> list[Resource]:
    """Return the resources that one ``CORS`` object names."""
    value = options.get("resources", fallback)
    if value is None:
        return [Resource("*", {}, owner, 0)]
    pairs = value.items() if isinstance(value, dict) else [(item, {}) for item in listed(value)]
    return [Resource(pattern, said, owner, number) for number, (pattern, said) in enumerate(pairs)]


def old_order(options: Options, resources: list[Resource], fallback: Any = None) -> list[Resource]:
    """Sort one object's resources as flask-cors does: only a dictionary's are sorted."""
    if not isinstance(options.get("resources", fallback), dict):
        return resources

    def key(resource: Resource) -> tuple[int, int, int, int]:
        text = ".*" if resource.text == "*" else resource.text
        slashes, length = -text.count("/"), -len(text)
        if isinstance(resource.pattern, re.Pattern):
            return (1, 0, slashes, length)
        guess = int(isinstance(guessed(text), re.Pattern))
        return (guess, guess, slashes, length)

    return sorted(resources, key=key)


def new_order(resources: Iterable[Resource]) -> list[Resource]:
    """Sort the resources of all objects as the design does."""

    def key(resource: Resource) -> tuple[bool, int, int, int]:
        literal = 0 if resource.is_exact else -resource.literal
        return (not resource.is_exact, literal, -resource.owner, resource.number)

    return sorted(resources, key=key)
