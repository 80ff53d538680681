"""The page "When a page says blocked", read: each entry's steps and the browsers' words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "blocked.rst").read_text("utf-8")
BROWSERS = ("Chromium", "Firefox", "Safari")
ENTRY = re.compile(r"^\.\. _blocked-([\w-]+):\n\n(.+)\n~+\n\n((?::\w+: .+\n(?:    .+\n)*)+)", re.M)
FIELD = re.compile(r"^:(\w+): (.+\n(?:    .+\n)*)", re.M)
# What stands for the part of a message that differs from case to case.
GAP = "…"


@dataclass(frozen=True)
class Entry:
    """One entry: the step of the model, and the fields, each on one line."""

    step: str
    title: str
    fields: dict[str, str]

    def words(self, browser: str = "Chromium") -> str:
        """Return a browser's words, with gaps; empty where the page has none."""
        return self.fields.get(browser, "").strip("`")

    def matches(self, message: str) -> bool:
        """Tell whether *message*, from a console, holds Chromium's words."""
        pattern = re.escape(self.words()).replace(re.escape(GAP), ".*?")
        return re.search(f"(?:^|: ){pattern}", message.strip(), re.S) is not None


def entries() -> dict[str, Entry]:
    """Return the page's entries by step."""
    return {
        step: Entry(step, title, {name: _line(text) for name, text in FIELD.findall(body)})
        for step, title, body in ENTRY.findall(PAGE)
    }


def index_of(browser: str) -> dict[str, set[str]]:
    """Return the steps that the page's list of a browser's words leads to."""
    section = PAGE.partition(f"\n{browser}'s words\n---")[2].partition("\n---")[0]
    items = (_line(item) for item in re.split(r"^-   ", section, flags=re.M)[1:])
    return {
        words.strip("`"): set(re.findall(r"<#blocked-([\w-]+)>", references))
        for words, references in (item.split("``: ", 1) for item in items)
    }


def _line(text: str) -> str:
    return " ".join(text.split())
