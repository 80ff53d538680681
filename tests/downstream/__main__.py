"""Known users of flask-cors, with this checkout in its place: ``make downstream``.

For each project the same is done under flask-cors 6.0.5 and under a wheel built from this
checkout. Exits with 1 where an outcome differs and is not meant to.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.downstream import suites
from tests.downstream.environments import INCUMBENT, Environment, build_wheel
from tests.downstream.servers import serving
from tests.downstream.sessions import MENDED, SESSIONS, Outcomes, Session

NAMES = (*suites.SUITES, *SESSIONS)


@dataclass(frozen=True)
class Side:
    """What was seen of a project under one flask_cors."""

    version: str
    outcomes: Outcomes
    seconds: float

    @property
    def summary(self) -> str:
        counted = Counter(outcome.partition(":")[0] for outcome in self.outcomes.values())
        said = ", ".join(f"{number} {outcome}" for outcome, number in sorted(counted.items()))
        return f"{said} ({self.seconds:.0f} s)"


@dataclass(frozen=True)
class Result:
    """Both sides of a project."""

    name: str
    release: str
    theirs: Side
    ours: Side

    @property
    def changed(self) -> dict[str, tuple[str, str]]:
        """Return what is not the same on both sides, by label."""
        labels = sorted(self.theirs.outcomes.keys() | self.ours.outcomes.keys())
        pairs = {
            label: (self.theirs.outcomes.get(label, "-"), self.ours.outcomes.get(label, "-"))
            for label in labels
        }
        return {label: pair for label, pair in pairs.items() if pair[0] != pair[1]}

    @property
    def verdict(self) -> str:
        """Return "same", "differs", or how many outcomes differ as they are meant to."""
        if not all(is_mended(label, pair) for label, pair in self.changed.items()):
            return "differs"
        return f"same, but for {len(self.changed)} mended" if self.changed else "same"


def is_mended(label: str, pair: tuple[str, str]) -> bool:
    """Tell whether an outcome differs, and is meant to."""
    return label in MENDED and MENDED[label][:2] == pair


def main(arguments: Sequence[str] | None = None) -> None:
    """Check the projects, print a table, and exit with 1 where an outcome differs by mistake."""
    parser = argparse.ArgumentParser("python -m tests.downstream", description=__doc__)
    parser.add_argument("projects", nargs="*", metavar="project", help=", ".join(NAMES))
    parser.add_argument("-v", "--verbose", action="store_true", help="print every outcome")
    options = parser.parse_args(arguments)
    if unknown := set(options.projects) - set(NAMES):
        parser.error(f"no such project: {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory() as directory:
        wheel = build_wheel(Path(directory))
        results = [check(name, wheel) for name in options.projects or NAMES]
    for result in results if options.verbose else []:
        print_outcomes(result)
    print_table(results)
    for result in results:
        print_changes(result)
    sys.exit(any(result.verdict == "differs" for result in results))


def check(name: str, wheel: str) -> Result:
    """See a project under both sides."""
    environment = Environment(name)
    started = time.monotonic()
    environment.ensure()
    print(f"{name}: installed after {time.monotonic() - started:.0f} s", flush=True)
    release = release_of(environment)
    theirs, ours = (see(environment, release, which) for which in (INCUMBENT, wheel))
    return Result(name, release, theirs, ours)


def release_of(environment: Environment) -> str:
    """Return the release of the project that its requirements pin."""
    lines = environment.requirements.read_text("utf-8").splitlines()
    return next(line for line in lines if line.startswith(f"{environment.name}==")).split("==")[1]


def see(environment: Environment, release: str, flask_cors: str) -> Side:
    """See a project under one side."""
    version = environment.put(flask_cors)
    started = time.monotonic()
    run: Callable[[Environment, str, Path], Outcomes]
    run = suites.outcomes if environment.name in suites.SUITES else served
    with tempfile.TemporaryDirectory() as directory:
        outcomes = run(environment, release, Path(directory))
    return Side(version, outcomes, time.monotonic() - started)


def served(environment: Environment, _release: str, directory: Path) -> Outcomes:
    """Start a project's server, and use it as pages of other origins do."""
    with serving(environment, directory) as port:
        session = Session(port)
        SESSIONS[environment.name](session)
    return session.outcomes


def print_outcomes(result: Result) -> None:
    for label, outcome in result.ours.outcomes.items():
        print(f"{result.name}: {label}: {outcome}")


def print_changes(result: Result) -> None:
    for label, pair in result.changed.items():
        why = f" ({MENDED[label][2]})" if is_mended(label, pair) else ""
        print(f"{result.name}: {label}: {pair[0]}, and now {pair[1]}{why}")


def print_table(results: Sequence[Result]) -> None:
    first = results[0]
    head = ("", f"flask-cors {first.theirs.version}", f"flask-cors {first.ours.version}", "")
    rows = [head] + [
        (
            f"{result.name} {result.release}",
            result.theirs.summary,
            result.ours.summary,
            result.verdict,
        )
        for result in results
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        )


if __name__ == "__main__":
    main()
