"""Run the benchmark: ``python -m benchmarks --help``."""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np

from . import commands, costs, instructions, plots, report, server, serving
from .processes import ROOT
from .report import Figures
from .scenarios import SCENARIOS, Scenario
from .sittings import Results, sit
from .targets import COUNTED, SHARE_OF_HANDWRITTEN, targets

SECONDS = 240.0
SITTINGS = 5
AGAIN = 8
"""How many more sittings, for each of all scenarios, those have that the targets are about."""
ROUGH = 60.0
"""With fewer seconds than this everything is repeated less often."""
BUSY = 1.5
"""The load before a run above which its output warns of itself; a run leaves about 1 behind."""
RESULTS = ROOT / "benchmarks" / "results"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the table, and write it with its figures and plots."""
    options = parser().parse_args(arguments)
    rough = options.seconds < ROUGH
    chosen = select(options.only)
    sittings = options.sittings or (1 if rough else SITTINGS)
    figures = measure(chosen, options.seconds, sittings)
    if not options.only:
        add_costs(figures, rough)
    figures["targets"] = [target.as_dict() for target in targets(figures)]
    text = described(figures)
    print(text, end="")
    if directory := destination(options):
        write(figures, text, directory)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    made.add_argument(
        "--seconds",
        type=float,
        default=SECONDS,
        help=f"time for the requests of all scenarios; setting up comes on top ({SECONDS:g}; "
        f"less than {ROUGH:g} is a rough run)",
    )
    made.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="SCENARIO",
        help=f"a scenario, or a pattern like '*-origins'; may be repeated: {', '.join(SCENARIOS)}",
    )
    made.add_argument(
        "--sittings",
        type=int,
        help=f"how often to start over with new processes ({SITTINGS}; 1 in a rough run)",
    )
    made.add_argument(
        "--output",
        type=Path,
        help="directory for the results (benchmarks/results; none in a rough run and with --only)",
    )
    return made


def destination(options: argparse.Namespace) -> Path | None:
    """Return where the results go; a rough run or a few scenarios do not replace the recorded."""
    asked: Path | None = options.output
    return asked or (None if options.only or options.seconds < ROUGH else RESULTS)


def select(patterns: Iterable[str]) -> list[Scenario]:
    """Return the scenarios that are meant; raise ``SystemExit`` for a pattern without any."""
    chosen: dict[str, Scenario] = {}
    for pattern in patterns or ["*"]:
        found = {name: each for name, each in SCENARIOS.items() if fnmatchcase(name, pattern)}
        if not found:
            raise SystemExit(f"no scenario is called {pattern}; there are: {', '.join(SCENARIOS)}")
        chosen |= found
    return list(chosen.values())


def measure(scenarios: Sequence[Scenario], seconds: float, sittings: int) -> Figures:
    """Measure requests and set-up in as many sittings."""
    machine = report.machine()
    results: Results = {}
    often = [scenario for scenario in scenarios if scenario.name in SHARE_OF_HANDWRITTEN]
    repeats = AGAIN * sittings if often and sittings > 1 else 0
    share = 2 if repeats else 1
    for _ in range(sittings):
        sit(scenarios, seconds / share / sittings, results, random.Random())
    for _ in range(repeats):
        sit(often, seconds / share / repeats, results, random.Random())
    return {
        "machine": machine,
        "seconds": seconds,
        "sittings": sittings,
        "sittings_of_actual": sittings + repeats,
        "requests": report.requests_figures(results, np.random.default_rng()),
        "setup": report.setup_figures(results),
    }


def add_costs(figures: Figures, rough: bool) -> None:
    """Add what is measured apart from the scenarios."""
    found = instructions.valgrind()
    figures["instructions"] = instructions.count(COUNTED) if found else instructions.MISSING
    figures["memory"] = costs.memory()
    figures["import_ms"] = costs.import_ms(3 if rough else 15)
    figures["commands_s"] = commands.seconds(1 if rough else 3)
    rounds, seconds = (1, 1) if rough else (4, 2)
    if serving.has_wrk():
        figures["gunicorn"] = server.throughput(rounds, seconds, random.Random())
    else:
        figures["gunicorn"] = "left out, because wrk is not installed"


def described(figures: Figures) -> str:
    """Return table and targets, under a line that says how they came about."""
    said = figures["machine"]
    lines = [
        f"Python {said['Python']}, {said['cores']} cores, {said['processor']}; "
        f"{figures['seconds']:g} s, sittings: {figures['sittings']}, of actual requests: "
        f"{figures['sittings_of_actual']}"
    ]
    if figures["seconds"] < ROUGH:
        lines.append("A rough run: its figures and verdicts mean little.")
    if said["load"] > BUSY:
        lines.append(f"The machine was busy (load {said['load']}): these figures mean little.")
    head = "\n".join(lines)
    verdicts = "".join(f"{target}\n" for target in targets(figures))
    return f"{head}\n\n{report.table(figures)}\n{verdicts}"


def write(figures: Figures, text: str, directory: Path) -> None:
    """Write table, figures and plots."""
    directory.mkdir(parents=True, exist_ok=True)
    directory.joinpath("table.txt").write_text(text, encoding="utf-8")
    shown = json.dumps(figures, indent=1, ensure_ascii=False) + "\n"
    directory.joinpath("results.json").write_text(shown, encoding="utf-8")
    plots.draw(figures["requests"], directory)


if __name__ == "__main__":
    main()
