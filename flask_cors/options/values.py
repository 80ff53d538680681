"""What the value of a misspelt option says: whether it is a path, a flag, or restricts anything.

Reads the value as it was given; which option is meant is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from .names import RESTRICTING, near_or_same
from .parsers import CONFIG_FLAGS

#: Options that take lists: `True` says that anything is allowed.
LISTS: Final = frozenset({"origins", "resources", "methods", "allow_headers", "expose_headers"})
#: What begins an origin.
URL: Final = re.compile(r"(?:https?|[a-z-]+-extension|app|capacitor|ionic|tauri)://", re.IGNORECASE)
_EVERYTHING: Final = frozenset(
    {"", "*", "/*", "/.*", ".*", "/", r"^/.*", r"^/.*$", r"^.*", r"^.*$", "/**"}
)
_ANY: Final = frozenset({"*", ".*", "^.*", "^.*$", "all", "any"})


def texts_in(value: object) -> list[str]:
    """Return the texts that a value holds, without those of mappings."""
    return [item for item in held_by(value) if isinstance(item, str)]


def held_by(value: object, depth: int = 3) -> Iterator[object]:
    """Yield what a value holds in collections, but for mappings; a text of bytes as text.

    What can be read only once is not read.
    """
    if isinstance(value, bytes | bytearray):
        yield value.decode("latin-1")
    elif isinstance(value, str | Mapping) or not isinstance(value, Collection) or not depth:
        yield value
    else:
        for each in value:
            yield from held_by(each, depth - 1)


def holds_resources(value: object) -> bool:
    """Return whether a value has paths as keys, or is a list of patterns."""
    if isinstance(value, Mapping):
        return any(isinstance(key, re.Pattern) or key == "*" or is_path(key) for key in value)
    if isinstance(value, str):
        return is_path(value) and re.search(r"[*^]|\.\+", value) is not None
    return any(map(is_path, texts_in(value)))


def is_path(text: object) -> bool:
    """Return whether a text begins as a path does, or as an expression for paths."""
    return isinstance(text, str) and re.match(r"\^?(?:\.\*)?\\?/", text) is not None


def is_any(option: str, value: object) -> bool:
    """Return whether *value* allows all that *option* could restrict."""
    if option == "enforce":
        return flag(value) is False
    if value is True:
        return option in LISTS
    value = value.pattern if isinstance(value, re.Pattern) else value
    if option == "resources":
        return value is None or covers_everything(value)
    if isinstance(value, str) and value.strip().lower() in _ANY:
        return True
    items = re.split(r"[\s,]+", value) if isinstance(value, str) else value
    return isinstance(items, list | tuple | set | frozenset) and "*" in items


def covers_everything(value: object) -> bool:
    """Return whether resources hold every path, with options that restrict nothing."""
    if isinstance(value, str):
        return value in _EVERYTHING
    if isinstance(value, Mapping):
        return bool(value) and all(
            pattern in _EVERYTHING and isinstance(options, Mapping) and restricts_nothing(options)
            for pattern, options in value.items()
        )
    return any(text in _EVERYTHING for text in texts_in(value))


def restricts_nothing(options: Mapping[Any, Any]) -> bool:
    """Return whether no option in a mapping restricts anything."""
    return not any(_restricts(str(name), value) for name, value in options.items())


def _restricts(name: str, value: object) -> bool:
    meant = near_or_same(name)
    return meant in RESTRICTING and not is_any(meant or "", value)


def holds_options(value: object) -> bool:
    """Return whether a value holds options that restrict, or origins, in tables at any depth."""
    if isinstance(value, Mapping):
        hosts = [*map(str, value), *(each for each in value.values() if isinstance(each, str))]
        urls = any(map(URL.match, hosts))
        return urls or not restricts_nothing(value) or any(map(holds_options, value.values()))
    tables = value if isinstance(value, list | tuple) else ()
    return any(
        isinstance(each, Mapping) and (holds_resources(each) or holds_options(each))
        for each in tables
    ) or any(map(URL.match, texts_in(value)))


def flag(value: object) -> object:
    """Return a value, or the word for it in the config, as a flag; ``None`` where it is none."""
    if isinstance(value, str):
        return CONFIG_FLAGS.get(value.strip().lower())
    return bool(value) if isinstance(value, int) and value in (0, 1) else None
