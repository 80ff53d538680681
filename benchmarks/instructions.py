"""Instructions a request: what the processor executes, without the noise of a clock.

``python -m benchmarks.instructions`` has valgrind's cachegrind count the instructions of two
runs of different length, for each scenario and implementation. Their difference, divided by the
difference of the lengths, is one request: starting Python, importing, setting up and the first
requests are in both runs and fall out. The counts vary by about one in a thousand from run to run,
and do not depend on what else the machine does, so that they can be checked anywhere.

What this project adds to bare Flask is held against limits, which are those of CPython 3.11;
other versions execute other instructions for the same code, and are shown without a verdict.
Exits with 1 where a limit is missed.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeAlias

from .kits import BARE, COMPARED, IMPLEMENTATIONS, PROJECT, TITLES
from .processes import Process
from .scenarios import SCENARIOS
from .sittings import check_answer
from .targets import BEYOND_BARE, Target, of_instructions

Counts: TypeAlias = dict[str, dict[str, int]]
"""The instructions of one request, by scenario and implementation."""

WARM: Final = 50
"""The requests that come before, in both runs."""
LENGTHS: Final = (100, 500)
"""How many requests the two runs have."""

MISSING: Final = "left out, because valgrind is not installed"
# Names and sizes of variables, too, move what is in memory: nothing is inherited.
ENVIRONMENT: Final = {"PYTHONHASHSEED": "0"}


def valgrind() -> str | None:
    """Return the path of valgrind; None where it is not installed."""
    return shutil.which("valgrind")


def count(names: Sequence[str], lengths: tuple[int, int] = LENGTHS) -> Counts:
    """Return the instructions of one request to each scenario, by implementation.

    Raise ``WorkerError`` where an implementation does not answer as its scenario says.
    """
    with TemporaryDirectory() as made, ThreadPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(lambda each: _count(each, names, lengths, Path(made)), IMPLEMENTATIONS)
        by_implementation = dict(zip(IMPLEMENTATIONS, found, strict=True))
    return {
        name: {each: by_implementation[each][name] for each in IMPLEMENTATIONS} for name in names
    }


def _count(
    implementation: str, names: Sequence[str], lengths: tuple[int, int], directory: Path
) -> dict[str, int]:
    """Return the instructions of one implementation.

    Every run is a fork of one process, so that Python starts once. A fork goes on counting
    from what its parent had counted, which falls out with the rest.
    """
    under = _cachegrind(directory)
    with Process(implementation, under, ENVIRONMENT) as process:
        pids = {name: [_run(process, name, length) for length in lengths] for name in names}
    totals = {name: [executed(directory / str(pid)) for pid in pids[name]] for name in names}
    requests = lengths[1] - lengths[0]
    return {name: round((total[1] - total[0]) / requests) for name, total in totals.items()}


def _cachegrind(directory: Path) -> list[str]:
    """Return the command that counts what another executes, a file for each process."""
    # No cache is simulated: naming three spares a warning that their sizes were guessed.
    caches = ("--cache-sim=no", "--I1=32768,8,64", "--D1=32768,8,64", "--LL=8388608,16,64")
    options = ("--quiet", "--tool=cachegrind", *caches)
    return [str(valgrind()), *options, f"--cachegrind-out-file={directory}/%p"]


def _run(process: Process, name: str, requests: int) -> int:
    """Have a fork build a scenario's app and serve *requests*; return its process id."""
    with process.fresh() as fork:
        answer = fork.ask("build", name)
        check_answer(SCENARIOS[name], process.implementation, answer)
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
    lines = [*table(counts), "", *map(str, of_instructions(counts))]
    if lines[-1] == "":
        lines.append(f"The limits are those of CPython 3.11; this is {platform.python_version()}.")
    return "\n".join(lines) + "\n"


def table(counts: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    """Yield the lines of the table: bare requests, and what the others add to them."""
    heads = "".join(f"{TITLES[name]:>17}" for name in COMPARED)
    yield f"{'instructions beyond bare Flask':<30}{'bare':>9}{heads}"
    for name, found in counts.items():
        beyond = "".join(f"{found[each] - found[BARE]:>17,}" for each in COMPARED)
        yield f"{SCENARIOS[name].title:<30}{found[BARE]:>9,}{beyond}"


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.instructions", description=__doc__)
    made.add_argument(
        "--only",
        type=_names,
        default=list(BEYOND_BARE),
        metavar="SCENARIO,...",
        help=f"some scenarios instead of {','.join(BEYOND_BARE)}",
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
