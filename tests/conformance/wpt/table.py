"""The table of cases that stand for web-platform-tests: read from JSON, written anew as facts.

A file holds groups. A group names the test whose facts it states and the clause of the standard
that decides, and has one case, whose ``<column>`` places are filled from the group's ``rows``
and from every combination of ``each``. ``{own}`` and its like are origins with a path, so that
the same rows can be asked of a real browser.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
# Of the plain run; a real browser's have ports.
ORIGINS = {
    "own": "http://www.shop.test",
    "port": "http://www.shop.test:8080",
    "sibling": "http://api.shop.test",
    "other": "http://api.other.test",
    "own-tls": "https://www.shop.test",
    "sibling-tls": "https://api.shop.test",
    "other-tls": "https://api.other.test",
    "third-tls": "https://api.third.test",
    "machine": "http://localhost:8080",
}


@dataclass(frozen=True)
class Row:
    """One case: a page, what the server answers by path, what is asked, and what comes of it."""

    test: str
    clause: str
    number: int
    page: str
    server: Mapping[str, Any]
    asks: tuple[Mapping[str, Any], ...]
    setup: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.test}-{self.number}"


def rows() -> Iterator[Row]:
    """Yield all cases of all files, in their order."""
    for path in sorted(FOLDER.glob("*.json")):
        for group in json.loads(path.read_text("utf-8")):
            yield from _rows_of(group)


def _rows_of(group: Mapping[str, Any]) -> Iterator[Row]:
    columns = group.get("columns", [])
    each = group.get("each", {})
    lines = group.get("rows", [[]])
    for number, (line, *drawn) in enumerate(product(lines, *each.values())):
        if len(line) != len(columns):
            raise ValueError(f"{group['test']}: a row of {len(line)} for {columns}: {line}")
        case = fill(group["case"], dict(zip([*columns, *each], [*line, *drawn], strict=True)))
        asks = case["asks"] if "asks" in case else [case["ask"]]
        yield Row(
            test=group["test"],
            clause=group["clause"],
            number=number,
            page=case.get("page", "{own}"),
            server=case.get("server", {}),
            asks=tuple(asks),
            setup=case.get("setup", {}),
        )


def fill(template: Any, values: Mapping[str, Any]) -> Any:
    """Return *template* with its ``<column>`` places filled; one alone keeps its type."""
    if isinstance(template, str):
        if template[1:-1] in values and template == f"<{template[1:-1]}>":
            return values[template[1:-1]]
        for name, value in values.items():
            template = template.replace(f"<{name}>", str(value))
        return template
    if isinstance(template, list):
        return [fill(item, values) for item in template]
    if isinstance(template, dict):
        return {fill(key, values): fill(value, values) for key, value in template.items()}
    return template


def located(template: Any, origins: Mapping[str, str], path: str = "") -> Any:
    """Return *template* with ``{own}`` and its like replaced by origins, each with *path*.

    ``{own!}`` is the origin alone, ``{own:host}`` its host and port with the path.
    """
    if isinstance(template, str):
        for name, origin in origins.items():
            template = template.replace(f"{{{name}}}", origin + path)
            template = template.replace(f"{{{name}!}}", origin)
            host = origin.partition("://")[2]
            template = template.replace(f"{{{name}:host}}", host + path)
        return template
    if isinstance(template, list | tuple):
        return [located(item, origins, path) for item in template]
    if isinstance(template, Mapping):
        return {
            located(key, origins, path): located(value, origins, path)
            for key, value in template.items()
        }
    return template
