"""Bugs of up to three characters, planted in a copy of the package, and found again.

They show that the oracles see what matters, and that the search reaches it: each is looked
for from the part of the corpus that does not show it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .runs import ROOT, Run, environment, fuzz
from .targets import TARGETS, Target

SECONDS: Final = 60


@dataclass(frozen=True)
class Bug:
    """A mistake: the text that is replaced, wherever in the package it stands, and its harm."""

    target: str
    right: str
    wrong: str
    harm: str

    def __str__(self) -> str:
        return f"{self.target}: {self.harm}"

    def plant(self, directory: Path) -> Path:
        """Copy the package into *directory*, with the bug; return the directory."""
        package = directory / "flask_cors"
        ignored = shutil.ignore_patterns("__pycache__", "templates")
        shutil.copytree(ROOT / "flask_cors", package, ignore=ignored)
        modules = [path for path in package.rglob("*.py") if self.right in path.read_text("utf-8")]
        texts = [path.read_text("utf-8") for path in modules]
        if [text.count(self.right) for text in texts] != [1]:
            raise LookupError(f"{self.right!r} does not stand once in the package: {modules}")
        modules[0].write_text(texts[0].replace(self.right, self.wrong), "utf-8")
        return directory


BUGS: Final = (
    Bug(
        "origins",
        "if depth < len(labels)",
        "if depth <= len(labels)",
        "https://*.example.com matches the apex",
    ),
    Bug(
        "origins",
        r'HOST: Final = rf"{LABEL}(?:\.{',
        r'HOST: Final = rf"{LABEL}(?:.{',
        "an unescaped dot: https://*.example.com matches https://evil.net/x.example.com",
    ),
    Bug(
        "origins",
        'if lower == "null":',
        'if lower == "Null":',
        "a regular expression matches null, which any site can become",
    ),
    Bug("origins", '"[!-~]+"', '"[ -~]+"', "an origin may hold spaces"),
    Bug("origins", "|443$)", "|44$)", "https://a.example:443 is kept, and never matches"),
    Bug(
        "preflights",
        "one and allowed",
        "one or allowed",
        "names that are not allowed, or are no names, are granted",
    ),
    Bug("preflights", "0-9A-Za-z]+", "0-9A-za-z]+", "brackets stand in header names"),
    Bug("preflights", "names &= own", "names |= own", "a header of one method opens another"),
    Bug("preflights", "needed <= {", "needed >= {", "a method that gets less is named"),
    Bug("preflights", r'"[!-+\--~]+"', r'"[!-,\--~]+"', "two origins are echoed"),
    Bug(
        "resources",
        "best.rank < entry.rank",
        "best.rank > entry.rank",
        "a less specific resource wins",
    ),
    Bug(
        "resources",
        "len(last) >= position",
        "len(last) > position",
        "a glob covers fewer paths than it says",
    ),
    Bug(
        "resources",
        "== 2 and not parts[1]",
        "== 2 or not parts[1]",
        "a resource that may not be met is taken for certain",
    ),
    Bug("requests", r'"/\.{1,2}(', r'"/\.{1,1}(', "/api/.. gets headers"),
    Bug(
        "requests",
        'not method or not environ.get("HTTP_ORIGIN")',
        'not method and not environ.get("HTTP_ORIGIN")',
        "what is no preflight is answered like one",
    ),
)


@dataclass(frozen=True)
class Outcome:
    """What became of one bug: inputs left out since they show it at once, and the search."""

    bug: Bug
    left_out: int
    run: Run

    def __str__(self) -> str:
        found = f"found after {self.run.seconds:.1f} s" if self.run.failed else "NOT FOUND"
        bug = self.bug
        return (
            f"{found:<20} {bug} ({bug.right} -> {bug.wrong}; {self.run.tried:,} inputs tried, "
            f"{self.left_out} of the corpus left out)"
        )


def search(bug: Bug, directory: Path, seconds: int = SECONDS) -> Outcome:
    """Plant a bug and fuzz its target until it is found, or the time is over."""
    target = TARGETS[bug.target]
    package = bug.plant(directory / "package")
    inputs = target.inputs()
    shown = set(showing(target, package))
    corpus = [data for place, data in enumerate(inputs) if place not in shown]
    run = fuzz(target, seconds, corpus, directory, package=package)
    return Outcome(bug, len(shown), run)


_REPLAY = """
import sys, warnings
from tests.property.fuzz.targets import TARGETS
warnings.simplefilter("ignore")
target = TARGETS[sys.argv[1]]
for place, data in enumerate(target.inputs()):
    try:
        target.check(data)
    except Exception:
        print(place)
"""


def showing(target: Target, package: Path) -> Iterator[int]:
    """Return the places of the inputs of the corpus that fail with the package in a directory."""
    command = [sys.executable, "-c", _REPLAY, target.name]
    ended = subprocess.run(
        command,
        cwd=package,
        env=environment(package),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return map(int, ended.stdout.split())
