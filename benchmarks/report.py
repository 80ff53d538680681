"""From samples to what is shown: the figures as JSON has them, and the table."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import Any, Final

import numpy as np

from .commands import APPS, COMMANDS
from .estimates import estimate, median_of
from .kits import BARE, COMPARED, HANDWRITTEN, IMPLEMENTATIONS, INCUMBENT, PROJECT, TITLES
from .scenarios import SCENARIOS, Scenario
from .sittings import Results, Times

Figures = dict[str, Any]


# -- figures ---------------------------------------------------------------------------


def requests_figures(results: Results, rng: np.random.Generator) -> Figures:
    """Return the figures of each scenario's requests, in the order of the table."""
    measured = [name for name in SCENARIOS if name in results and results[name].totals]
    return {name: _figures(SCENARIOS[name], results, rng) for name in measured}


def _figures(scenario: Scenario, results: Results, rng: np.random.Generator) -> Figures:
    times = results[scenario.name]
    overheads = {name: estimate(times.overheads[name], rng) for name in _compared(times)}
    return {
        "title": scenario.title,
        "total_us": {name: round(median_of(times.totals[name]), 2) for name in times.totals},
        "overhead_us": {name: found.as_dict() for name, found in overheads.items()},
        "pairs": len([one for sitting in times.overheads[PROJECT] for one in sitting]),
    }


def _compared(times: Times) -> list[str]:
    return [name for name in COMPARED if name in times.overheads]


def setup_figures(results: Results) -> Figures:
    """Return the milliseconds of setting up beyond bare Flask, for the scenarios that say so."""
    return {
        name: {
            "title": scenario.title,
            "beyond_bare_ms": _beyond_bare(results[name].setups),
            "compile_ms": _beyond_bare(results[name].compiles)[PROJECT],
        }
        for name, scenario in SCENARIOS.items()
        if scenario.setup and name in results
    }


def _beyond_bare(taken: Mapping[str, list[float]]) -> dict[str, float]:
    bare = median(taken[BARE])
    return {name: round(median(taken[name]) - bare, 2) for name in COMPARED if name in taken}


def machine() -> dict[str, Any]:
    """Say on what this is measured, and how busy that is with other things."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "Python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1),
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


# -- table -----------------------------------------------------------------------------


def median_us(figures: Figures, name: str) -> float:
    """Return the median overhead of an implementation in a scenario's figures."""
    found: float = figures["overhead_us"][name]["median"]
    return found


def ratio(figures: Figures, against: str) -> float | None:
    """Return this project's overhead as a share of another implementation's."""
    if against not in figures["overhead_us"] or median_us(figures, against) <= 0:
        return None
    return median_us(figures, PROJECT) / median_us(figures, against)


def table(figures: Figures) -> str:
    """Return all figures as text, at most 99 columns wide."""
    parts = (
        _requests(figures),
        _instructions(figures),
        _setups(figures),
        _once(figures),
        _commands(figures),
        _served(figures),
    )
    return "\n\n".join("\n".join(part) for part in map(list, parts) if part) + "\n"


def _requests(figures: Figures) -> Iterator[str]:
    if figures.get("requests"):
        heads = "".join(f"{TITLES[name]:>17}" for name in COMPARED)
        yield f"{'µs a request beyond bare Flask':<30}{'bare':>6}{heads}{'×hand':>6}{'×f-c':>6}"
    for name, found in figures.get("requests", {}).items():
        if SCENARIOS[name].row:
            yield _row(found)


def _row(found: Figures) -> str:
    cells = (_interval(found["overhead_us"].get(name)) for name in COMPARED)
    shares = (_share(ratio(found, HANDWRITTEN)), _share(ratio(found, INCUMBENT)))
    return (
        f"{found['title']:<30}{found['total_us'][BARE]:>6.1f}"
        f"{''.join(cells)}{shares[0]:>6}{shares[1]:>6}"
    )


def _interval(found: Mapping[str, float] | None) -> str:
    if found is None:
        return f"{'–':>17}"
    digits = 1 if max(map(abs, found.values())) < 100 else 0
    median, low, high = (f"{found[name]:.{digits}f}" for name in ("median", "low", "high"))
    return f" {f'{median} [{low} {high}]':>16}"


def _share(value: float | None) -> str:
    return "–" if value is None or value < 0 else f"{value:.2f}"


def _instructions(figures: Figures) -> Iterator[str]:
    counted = figures.get("instructions")
    if isinstance(counted, str):
        yield f"instructions: {counted}"
    elif counted:
        heads = "".join(f"{TITLES[name]:>17}" for name in COMPARED)
        yield f"{'instructions beyond bare Flask':<31}{'bare':>9}{heads}"
        for name, found in counted.items():
            beyond = "".join(_beyond(found, each) for each in COMPARED)
            yield f"{SCENARIOS[name].title:<31}{found[BARE]:>9,}{beyond}"


def _beyond(found: Mapping[str, int], implementation: str) -> str:
    return (
        f"{found[implementation] - found[BARE]:>17,}" if implementation in found else f"{'–':>17}"
    )


def _setups(figures: Figures) -> Iterator[str]:
    if figures.get("setup"):
        yield _heads("ms to set up and compile", COMPARED)
    for found in figures.get("setup", {}).values():
        yield _cells(found["title"], found["beyond_bare_ms"], COMPARED)


def _once(figures: Figures) -> Iterator[str]:
    if memory := figures.get("memory"):
        yield _heads("100,000 origins in memory", COMPARED)
        for key, title in MEMORY_ROWS.items():
            yield _cells(title, {name: memory[name][key] for name in COMPARED}, COMPARED)
    if imported := figures.get("import_ms"):
        yield _cells("ms to import after Flask", imported, COMPARED)


MEMORY_ROWS: Final = {
    "python_mib": "MiB allocated by Python",
    "process_mib": "MiB the process grew by",
    "collection_ms": "ms of a garbage collection",
}


def _commands(figures: Figures) -> Iterator[str]:
    if found := figures.get("commands_s"):
        yield f"{'s, whole, 5,000 routes':<30}" + "".join(f"{name:>17}" for name in COMMANDS)
        for factory, title in APPS.items():
            cells = (f"{found[factory][name]:>17.2f}" for name in COMMANDS)
            yield f"{title:<30}{''.join(cells)}"


def _served(figures: Figures) -> Iterator[str]:
    served = figures.get("gunicorn")
    if isinstance(served, str):
        yield f"gunicorn under wrk: {served}"
    elif served:
        yield _heads("gunicorn under wrk", IMPLEMENTATIONS)
        for key, title in (("requests_per_second", "requests a second"), ("p99_ms", "p99, ms")):
            yield _cells(title, {name: served[name][key] for name in served}, IMPLEMENTATIONS)


def _heads(title: str, names: tuple[str, ...]) -> str:
    return f"{title:<30}" + "".join(f"{TITLES[name]:>17}" for name in names)


def _cells(title: str, values: Mapping[str, float | None], names: tuple[str, ...]) -> str:
    found = (values.get(name) for name in names)
    return f"{title:<30}" + "".join(
        f"{'–' if value is None else f'{value:,.1f}':>17}" for value in found
    )
