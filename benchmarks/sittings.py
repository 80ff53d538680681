"""The measuring of requests: four processes take turns.

A sitting is one pass over the scenarios with four new interpreters. In each of its rounds
every implementation has one block of requests, in random order, and what counts is the
difference from bare Flask's block of the same round: whatever slows the machine for longer
slows both. None has more turns than another, since who has just been served from a cache of the
processor is served faster.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from .kits import BARE, IMPLEMENTATIONS
from .processes import Process, WorkerError
from .scenarios import Scenario

BLOCK = 400
"""The requests of a block, alike for all, since the first ones of a block are slower."""
LONGEST_NS = 64_000_000
"""What a block may take; only those that take many times what bare Flask does have less."""
FEWEST_ROUNDS = 3
WARM_BLOCKS = 2


@dataclass
class Times:
    """What one scenario took, by implementation.

    Setting up, and of that compiling, in milliseconds for each sitting; requests, whole and beyond
    bare Flask, in microseconds for each block of each sitting.
    """

    setups: dict[str, list[float]] = field(default_factory=dict)
    compiles: dict[str, list[float]] = field(default_factory=dict)
    totals: dict[str, list[list[float]]] = field(default_factory=dict)
    overheads: dict[str, list[list[float]]] = field(default_factory=dict)

    def begin_sitting(self, implementations: Iterable[str]) -> None:
        """Open a list for every implementation."""
        for name in implementations:
            self.totals.setdefault(name, []).append([])
            self.overheads.setdefault(name, []).append([])

    def add(self, name: str, bare: float, compared: float) -> None:
        """Note one pair of blocks."""
        self.totals[BARE][-1].append(bare)
        self.totals[name][-1].append(compared)
        self.overheads[name][-1].append(compared - bare)


Results: TypeAlias = dict[str, Times]
"""The times of each scenario, by its name."""


class Runner:
    """A worker that is warm, with the number of requests that make a block."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._times = 1
        for _ in range(1 + WARM_BLOCKS):
            took = self.block() * 1_000
            self._times = max(1, min(BLOCK, int(LONGEST_NS / took)))

    def block(self) -> float:
        """Run one block and return the microseconds a request took."""
        took: int = self._process.ask("run", self._times)
        return took / self._times / 1_000


def sit(
    scenarios: Sequence[Scenario], seconds: float, results: Results, rng: random.Random
) -> None:
    """Measure all *scenarios*, in random order and in about *seconds*, with new interpreters."""
    weights = sum(scenario.weight for scenario in scenarios) or 1
    with ExitStack() as stack:
        processes = {name: stack.enter_context(Process(name)) for name in IMPLEMENTATIONS}
        check_alike(processes)
        for scenario in rng.sample(scenarios, len(scenarios)):
            taking_part = {name: processes[name] for name in scenario.implementations}
            times = results.setdefault(scenario.name, Times())
            measure(scenario, taking_part, seconds * scenario.weight / weights, times, rng)


def measure(
    scenario: Scenario,
    processes: dict[str, Process],
    seconds: float,
    times: Times,
    rng: random.Random,
) -> None:
    """Measure one scenario for about *seconds*, in fresh forks."""
    with ExitStack() as stack:
        for name, process in processes.items():
            fork = stack.enter_context(process.fresh())
            answer = fork.ask("build", scenario.name)
            check_answer(scenario, name, answer)
            times.setups.setdefault(name, []).append(answer["setup_ns"] / 1e6)
            times.compiles.setdefault(name, []).append(answer["compile_ns"] / 1e6)
        if scenario.weight:
            runners = {name: Runner(process) for name, process in processes.items()}
            times.begin_sitting(runners)
            take_turns(runners, seconds, times, rng)


def take_turns(
    runners: dict[str, Runner],
    seconds: float,
    times: Times,
    rng: random.Random,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Give every implementation one block a round, in random order."""
    end = clock() + seconds
    names = list(runners)
    rounds = 0
    while rounds < FEWEST_ROUNDS or clock() < end:
        rng.shuffle(names)
        took = {name: runners[name].block() for name in names}
        for name in names:
            if name != BARE:
                times.add(name, took[BARE], took[name])
        rounds += 1


def check_alike(processes: Mapping[str, Process]) -> None:
    """Refuse to compare processes that differ in Python, Flask or Werkzeug."""
    versions = {name: versions_of(process) for name, process in processes.items()}
    if any(found != versions[BARE] for found in versions.values()):
        raise WorkerError(f"the environments differ: {versions}")


def versions_of(process: Process) -> dict[str, str]:
    """Return the versions of what a process runs on."""
    with process.fresh() as fork:
        versions: dict[str, str] = fork.ask("greet")
    return versions


def check_answer(scenario: Scenario, implementation: str, answer: dict[str, Any]) -> None:
    """Refuse to measure what does not answer as the scenario says."""
    wanted = implementation in scenario.headers_from
    if answer["status"] != 200 or bool(answer["acao"]) != wanted:
        raise WorkerError(f"{scenario.name}: {implementation} answers {answer}")
