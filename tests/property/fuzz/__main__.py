"""Coverage-guided fuzzing of what reads clients' text: ``python -m tests.property.fuzz --help``."""

from __future__ import annotations

import argparse
import importlib.util
import shutil
import sys
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

from .planted import BUGS, SECONDS, search
from .runs import FOUND, Run, fuzz, write
from .smallest import smallest
from .targets import TARGETS, Target

DEFAULT = 600
MOST_SHOWN = 40


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz, or look for planted bugs; return 0 only if all is as it should be."""
    options = parser().parse_args(arguments)
    if importlib.util.find_spec("atheris") is None:
        print("atheris is not installed: it has wheels for Linux on x86-64 alone", file=sys.stderr)
        return 2
    if options.planted:
        return planted(options.seconds or SECONDS)
    chosen = [TARGETS[name] for name in options.target or TARGETS]
    if options.minimise:
        for target in chosen:
            minimise(target, options.seconds or DEFAULT)
        return 0
    runs = [fuzzed(target, options.seconds or DEFAULT) for target in chosen]
    return 0 if all(run.ok for run in runs) else 1


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(prog="python -m tests.property.fuzz", description=__doc__)
    made.add_argument("--seconds", type=int, help=f"for each target ({DEFAULT}; a bug {SECONDS})")
    made.add_argument("--target", action="append", choices=list(TARGETS), help="may be repeated")
    made.add_argument("--planted", action="store_true", help="find bugs planted in a copy")
    made.add_argument(
        "--minimise", action="store_true", help="fuzz, and renew the corpus with what was reached"
    )
    return made


def fuzzed(target: Target, seconds: int) -> Run:
    """Fuzz one target from its corpus and its seeds, and print a line about it."""
    directory = FOUND / target.name
    shutil.rmtree(directory, ignore_errors=True)
    run = fuzz(target, seconds, target.inputs(), directory)
    print(described(target, run), flush=True)
    return run


def described(target: Target, run: Run) -> str:
    """Return a line about a run, and what libFuzzer said where something is wrong."""
    line = f"{target.name:<11} {target.about}: {run.tried:,} inputs in {run.seconds:.0f} s"
    if run.ok:
        return f"{line}, nothing found"
    said = run.said.partition("=== Uncaught")[2] or run.said
    last = "\n".join(said.splitlines()[-MOST_SHOWN:])
    return f"{last}\n{line}, FAILED; the input lies in {run.failed}"


def planted(seconds: int) -> int:
    """Look for each planted bug; return 1 if one was not found in time."""
    outcomes = []
    for bug in BUGS:
        with tempfile.TemporaryDirectory() as directory:
            outcomes.append(search(bug, Path(directory), seconds))
            print(outcomes[-1], flush=True)
    return 0 if all(outcome.run.failed for outcome in outcomes) else 1


def minimise(target: Target, seconds: int) -> None:
    """Fuzz, and keep the smallest inputs that together reach what all reach."""
    run = fuzzed(target, seconds)
    if not run.ok:
        return
    reached = [path.read_bytes() for path in (FOUND / target.name / "corpus").iterdir()]
    warnings.simplefilter("ignore")
    found = {*target.inputs(), *reached}
    kept = smallest(target.check, found)
    shutil.rmtree(target.directory, ignore_errors=True)
    write(kept, target.directory)
    print(f"{target.name}: {len(kept)} of {len(found)} inputs kept", flush=True)


if __name__ == "__main__":
    sys.exit(main())
