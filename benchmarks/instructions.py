"""Instructions a request: what the processor executes, without the noise of a clock.

``python -m benchmarks.instructions`` has valgrind's cachegrind count the instructions of two
runs of different length, for each scenario and implementation. Their difference, divided by the
difference of the lengths, is one request: starting Python, importing, setting up and the first
requests are in both runs and fall out. What else the machine does changes nothing: the same
program counts the same. Where objects lie in memory does, by up to 2,000 a request, and the seed
of hashes moves them: so each figure is the mean of several seeds.

What this project adds to bare Flask is held against limits, which are those of CPython 3.11;
other versions execute other instructions for the same code, and are shown without a verdict.
Exits with 1 where a limit is missed.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from platform import python_version
from statistics import mean
from tempfile import TemporaryDirectory
from typing import Final, TypeAlias

from .kits import IMPLEMENTATIONS
from .processes import Process
from .report import table
from .scenarios import SCENARIOS, Scenario
from .sittings import check_answer
from .targets import COUNTED, COUNTED_ON, of_instructions

Counts: TypeAlias = dict[str, dict[str, int]]
"""The instructions of one request, by scenario and implementation."""

WARM: Final = 50
"""The requests that come before, in both runs."""
LENGTHS: Final = (100, 500)
"""How many requests the two runs have."""

MISSING: Final = "left out, because valgrind is not installed"
SEEDS: Final = range(4)
"""The seeds of hashes that a figure is the mean of."""
# Names and sizes of variables, too, move what is in memory: nothing is inherited.
ENVIRONMENT: Final = {"PYTHONHASHSEED": "0"}


def valgrind() -> str | None:
    """Return the path of valgrind; None where it is not installed."""
    return shutil.which("valgrind")


def count(
    names: Iterable[str],
    implementations: Sequence[str] = IMPLEMENTATIONS,
    lengths: tuple[int, int] = LENGTHS,
    seeds: Sequence[int] = SEEDS,
) -> Counts:
    """Return the instructions of one request to each scenario, by implementation.

    Each is the mean of several *seeds* of hashes, from two runs of *lengths* requests.
    Raise ``WorkerError`` where an implementation does not answer as its scenario says.
    """
    scenarios = [SCENARIOS[name] for name in names]
    asked = list(product(implementations, seeds))
    with TemporaryDirectory() as made, ThreadPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(lambda each: _count(*each, scenarios, lengths, Path(made)), asked)
        counts = dict(zip(asked, found, strict=True))
    return {
        each.name: {
            by: round(mean(counts[by, seed][each.name] for seed in seeds))
            for by in implementations
            if by in each.implementations
        }
        for each in scenarios
    }


def _count(
    implementation: str,
    seed: int,
    scenarios: Iterable[Scenario],
    lengths: tuple[int, int],
    directory: Path,
) -> dict[str, int]:
    """Return the instructions of one implementation, for the scenarios that it can do.

    Every run is a fork of one process, so that Python starts once. A fork goes on counting
    from what its parent had counted, which falls out with the rest.
    """
    under = _cachegrind(directory)
    possible = [each for each in scenarios if implementation in each.implementations]
    environment = {**ENVIRONMENT, "PYTHONHASHSEED": str(seed)}
    with Process(implementation, under, environment) as process:
        # What is imported late is compiled by the first who needs it, who would pay for it.
        for each in possible:
            _run(process, each, 1)
        pids = {each.name: [_run(process, each, times) for times in lengths] for each in possible}
    requests = lengths[1] - lengths[0]
    return {
        name: round((executed(directory / str(long)) - executed(directory / str(short))) / requests)
        for name, (short, long) in pids.items()
    }


def _cachegrind(directory: Path) -> list[str]:
    """Return the command that counts what another executes, a file for each process."""
    options = ("--quiet", "--tool=cachegrind", "--cache-sim=no")
    # Into files too goes what valgrind says of its guess at the caches, none of which it simulates.
    files = (f"--cachegrind-out-file={directory}/%p", f"--log-file={directory}/%p.log")
    return [str(valgrind()), *options, *files]


def _run(process: Process, scenario: Scenario, requests: int) -> int:
    """Have a fork build the app of *scenario* and serve *requests*; return its process id."""
    with process.fresh() as fork:
        answer = fork.ask("build", scenario.name)
        check_answer(scenario, process.implementation, answer)
        fork.ask("run", WARM)
        fork.ask("settle")
        fork.ask("run", requests)
    pid: int = answer["pid"]
    return pid


def executed(written: Path) -> int:
    """Return the instructions that a file of cachegrind's sums up."""
    summary = re.search(r"^summary: *(\d+)", written.read_text("utf-8"), re.M)
    if summary is None:
        raise ValueError(f"cachegrind wrote no summary into {written}")
    return int(summary[1])


# -- shown -----------------------------------------------------------------------------


def described(counts: Counts) -> str:
    """Return the table and, where they apply, the limits."""
    verdicts = [f"{target}\n" for target in of_instructions(counts)]
    if not verdicts:
        wanted = ".".join(map(str, COUNTED_ON))
        verdicts = [f"No limits: those are of CPython {wanted}, this is {python_version()}.\n"]
    return f"{table({'instructions': counts})}\n{''.join(verdicts)}"


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.instructions", description=__doc__)
    made.add_argument(
        "--only",
        type=_names,
        default=list(COUNTED),
        metavar="SCENARIO,...",
        help=f"some scenarios instead of {','.join(COUNTED)}",
    )
    return made


def _names(given: str) -> list[str]:
    names = given.split(",")
    unknown = [name for name in names if name not in SCENARIOS]
    if unknown:
        raise argparse.ArgumentTypeError(f"no scenario is called {', '.join(unknown)}")
    return names


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table and the limits; exit with 1 where one is missed."""
    options = parser().parse_args(arguments)
    if not valgrind():
        print(f"Instructions: {MISSING}.")
        return
    counts = count(options.only)
    print(described(counts), end="")
    sys.exit(any(not target.holds for target in of_instructions(counts)))


if __name__ == "__main__":
    main()
