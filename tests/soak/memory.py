"""The memory of each worker while it is under load."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

_PAGE: Final = os.sysconf("SC_PAGESIZE")
# Samples around a moment; one alone may fall into a request that holds much.
_AROUND: Final = 5


class Growth(NamedTuple):
    """Resident MiB of a worker, early and at the end."""

    early: float
    late: float

    @property
    def percent(self) -> float:
        return 100 * (self.late - self.early) / self.early


class Memory:
    """Samples resident memory; early is after a fifth of the time, a minute of five."""

    def __init__(self, workers: Callable[[], list[int]], seconds: int) -> None:
        self._workers, self._seconds = workers, seconds
        self._samples: dict[int, list[tuple[float, float]]] = {}

    def __call__(self, stop: threading.Event) -> None:
        begin = time.monotonic()
        while not stop.wait(min(1.0, self._seconds / 50)):
            now = time.monotonic() - begin
            # After the load nothing is sampled: idle workers may give memory back.
            if now <= self._seconds:
                for worker in self._workers():
                    self._samples.setdefault(worker, []).append((now, resident(worker)))

    def figures(self) -> dict[int, Growth]:
        """Return early and late memory by worker, of those that were there all the time."""
        early = self._seconds / 5
        found = {}
        for worker, samples in self._samples.items():
            near = sorted(samples, key=lambda sample: abs(sample[0] - early))[:_AROUND]
            last = samples[-_AROUND:]
            found[worker] = Growth(*(median(size for _, size in part) for part in (near, last)))
        return found


def resident(process: int) -> float:
    """Return the MiB that a process holds in memory."""
    pages = Path(f"/proc/{process}/statm").read_text("ascii").split()[1]
    return int(pages) * _PAGE / 2**20
