"""What the figures must show: the limits that this project sets itself."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from .commands import APPS
from .kits import BARE, HANDWRITTEN, INCUMBENT, PROJECT
from .report import Figures, median_us, ratio
from .scenarios import SCENARIOS

SHARE_OF_HANDWRITTEN: Final = {
    "allowed": 1.0,
    "denied": 1.0,
    "no-origin": 1.0,
    "decorated": 1.5,
    "decorated-app": 1.5,
    "class": 1.5,
    "blueprint": 1.0,
}
"""What an actual request may cost, as a share of the hand-written function's allowed request."""
SHARE_OF_INCUMBENT: Final = 0.2
"""The share of flask-cors' overhead that an allowed request may have."""
SHARE_OF_OPTIONS: Final = 0.9

GROWTH: Final = {
    "100000-origins": ("1-origins", 1.2, 1.0),
    "100000-and-10000-origins": ("1-and-1-origins", 1.2, 1.0),
    "5000-endpoints": ("1-endpoints", 1.2, 1.0),
    "200-blueprints": ("blueprint", 1.2, 1.0),
    "1000-glob": ("1-glob", 2.0, 0.0),
}
"""The smallest that a scenario is held against, by what factor it may cost more, or, where
that is more, by how many microseconds."""

SETUP_MS: Final = {"5000-endpoints": 100.0, "100000-origins": 300.0}
COMPILE_MS: Final = {"5000-decorated": 200.0}
MEMORY_MIB: Final = 25.0
IMPORT_MS: Final = 10.0
COMMAND_S: Final = 3.0

COUNTED_ON: Final = (3, 11)
"""The Python that the limits of instructions are for."""
BEYOND_BARE: Final[Mapping[str, int | None]] = {
    "allowed": 28_000,
    "denied": 28_000,
    "no-origin": 22_000,
    "decorated": 44_000,
    "preflight": None,
}
"""The instructions that a scenario may add to bare Flask; a preflight saves some."""
COUNTED: Final = (*BEYOND_BARE, "enforce")
"""The scenarios whose instructions have limits."""
ENFORCE: Final = 3_000
"""The instructions that ``enforce`` may add to an allowed request."""
PREFLIGHT_SHARE: Final = 0.85
"""The share of the instructions of Flask's own ``OPTIONS`` that a preflight may have."""


@dataclass(frozen=True)
class Target:
    """A limit, and what was measured."""

    title: str
    measured: float
    limit: float

    @property
    def holds(self) -> bool:
        return self.measured <= self.limit

    def as_dict(self) -> dict[str, Any]:
        """Return the fields and the verdict."""
        return {**asdict(self), "measured": round(self.measured, 3), "holds": self.holds}

    def __str__(self) -> str:
        verdict = "holds " if self.holds else "MISSED"
        return f"{verdict} {self.title:<66}{self.measured:>9.3f} ≤ {self.limit:.3f}"


def targets(figures: Figures) -> list[Target]:
    """Return the targets for which there are figures."""
    requests, counted = figures["requests"], figures.get("instructions")
    counts = counted if isinstance(counted, dict) else {}
    return [*_actual(requests), *of_instructions(counts), *_growth(requests), *_once(figures)]


def of_instructions(counts: Mapping[str, Mapping[str, int]]) -> Iterator[Target]:
    """Yield the targets of the instructions counted, by scenario; none on another Python."""
    if sys.version_info[:2] != COUNTED_ON:
        return
    if {"allowed", "enforce"} <= counts.keys():
        more = counts["enforce"][PROJECT] - counts["allowed"][PROJECT]
        yield Target("enforce, allowed: instructions beyond the same without", more, ENFORCE)
    for name, found in counts.items():
        title = f"{SCENARIOS[name].title}: instructions"
        if most := BEYOND_BARE.get(name):
            yield Target(f"{title} beyond bare Flask", found[PROJECT] - found[BARE], most)
        elif name in BEYOND_BARE:
            share = found[PROJECT] / found[BARE]
            yield Target(f"{title}, share of Flask's own OPTIONS", share, PREFLIGHT_SHARE)


def _actual(requests: Figures) -> Iterator[Target]:
    allowed = requests.get("allowed")
    for name, limit in SHARE_OF_HANDWRITTEN.items() if allowed else ():
        if found := requests.get(name):
            share = median_us(found, PROJECT) / median_us(allowed, HANDWRITTEN)
            yield Target(f"{found['title']}: share of hand-written, allowed", share, limit)
    for name in filter(requests.get, SHARE_OF_HANDWRITTEN):
        found = requests[name]
        share = ratio(found, INCUMBENT)
        if share is not None and PROJECT in SCENARIOS[name].headers_from:
            yield Target(f"{found['title']}: share of flask-cors", share, SHARE_OF_INCUMBENT)
    if found := requests.get("preflight"):
        share = found["total_us"][PROJECT] / found["total_us"][BARE]
        yield Target("preflight: share of Flask's own OPTIONS", share, SHARE_OF_OPTIONS)


def _growth(requests: Figures) -> Iterator[Target]:
    for name, (smallest, factor, plus) in GROWTH.items():
        if name in requests and smallest in requests:
            base = median_us(requests[smallest], PROJECT)
            measured = median_us(requests[name], PROJECT)
            limit = max(factor * base, base + plus)
            yield Target(f"{requests[name]['title']}: µs, against the smallest", measured, limit)


def _once(figures: Figures) -> Iterator[Target]:
    for name in filter(figures.get("setup", {}).get, SETUP_MS):
        found = figures["setup"][name]
        taken = found["beyond_bare_ms"][PROJECT]
        yield Target(f"{found['title']}: ms to set up and compile", taken, SETUP_MS[name])
    for name in filter(figures.get("setup", {}).get, COMPILE_MS):
        found = figures["setup"][name]
        yield Target(f"{found['title']}: ms to compile", found["compile_ms"], COMPILE_MS[name])
    if memory := figures.get("memory"):
        taken = memory[PROJECT]["python_mib"]
        yield Target("100,000 literal origins: MiB", taken, MEMORY_MIB)
    for factory, found in figures.get("commands_s", {}).items():
        for name, taken in found.items():
            if name.startswith("cors"):
                yield Target(f"{name}, 5,000 routes {APPS[factory]}: s", taken, COMMAND_S)
    if imported := figures.get("import_ms"):
        yield Target("ms to import after Flask", imported[PROJECT], IMPORT_MS)
