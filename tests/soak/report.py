"""What a soak found: its figures, and which of them are off."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from benchmarks.serving import Load, LoadError, read_wrk
from tests.soak.clients import Seen
from tests.soak.memory import Growth
from tests.soak.plan import ASKS


class Limits(NamedTuple):
    """What a run must reach, and by how many percent a worker may grow."""

    requests: float
    samples: float
    growth: float


WHOLE: Final = 300
FULL: Final = Limits(200_000, 5_000, 5.0)
# Below this many seconds a run asks for a quarter of its share: it shows that all works, and
# a machine that does something else at that moment is no fault. Caches are still being filled.
SHORT: Final = 120
SHORT_SHARE: Final = 0.25
SHORT_GROWTH: Final = 25.0
PLANNED: Final = frozenset(str(ask.status) for ask in ASKS)
_MOST_SHOWN: Final = 10


@dataclass(frozen=True)
class Soak:
    """One app under load, and what everybody saw of it."""

    worker_class: str
    kind: str
    seconds: int
    wrk: str
    seen: Seen
    memory: Mapping[int, Growth]

    @property
    def load(self) -> Load:
        """What wrk measured."""
        return read_wrk(self.wrk, any_status=True)

    @property
    def statuses(self) -> dict[str, int]:
        """How often wrk met each status."""
        return {
            status: int(count) for status, count in re.findall(r"Status (\d+): (\d+)", self.wrk)
        }

    @property
    def requests(self) -> int:
        """All requests, of all clients."""
        return self.load.requests + self.seen.samples + self.seen.sent_raw

    @property
    def unplanned(self) -> int:
        """Responses whose status is none of the planned ones."""
        others = (count for status, count in self.statuses.items() if status not in PLANNED)
        return sum(others) + len(self.seen.unplanned)


def limits(seconds: int) -> Limits:
    """Return the limits of a run of so many seconds."""
    short = seconds < SHORT
    share = seconds / WHOLE * (SHORT_SHARE if short else 1)
    growth = SHORT_GROWTH if short else FULL.growth
    return Limits(FULL.requests * share, FULL.samples * share, growth)


def faults(soak: Soak) -> list[str]:
    """Return what is off, a line each; an app without CORS is there for its times alone."""
    try:
        count = soak.requests
    except LoadError as error:
        return [f"wrk: {error}"]
    found = soak.seen.unplanned + soak.seen.wrong
    if soak.unplanned > len(soak.seen.unplanned):
        found.append(f"statuses that are not planned: {soak.statuses}")
    return found if soak.kind == "bare" else [*found, *_figures_off(soak, count)]


def _figures_off(soak: Soak, count: int) -> Iterator[str]:
    wanted = limits(soak.seconds)
    if count < wanted.requests:
        yield f"{count} requests are fewer than {wanted.requests:.0f}"
    if soak.seen.samples < wanted.samples:
        yield f"{soak.seen.samples} samples are fewer than {wanted.samples:.0f}"
    if sorted(map(str, soak.memory)) != sorted(soak.seen.workers):
        yield f"workers came or went: {sorted(soak.memory)}, {sorted(soak.seen.workers)}"
    for process, memory in soak.memory.items():
        if memory.percent > wanted.growth:
            yield f"worker {process} grew by {memory.percent:.1f} %, limit {wanted.growth:g} %"
    for worker, (begun, _) in soak.seen.workers.items():
        if not begun:
            yield f"worker {worker} was never reloaded"


def described(soak: Soak, bare: Soak) -> str:
    """Return the figures as text, those of the app without CORS beside them."""
    found = faults(soak) + faults(bare)
    verdict = [f"OFF: {line}" for line in found[:_MOST_SHOWN]] or ["all figures are as planned"]
    if len(found) > _MOST_SHOWN:
        verdict.append(f"and {len(found) - _MOST_SHOWN} more")
    return "\n".join([*_lines(soak, bare), *verdict, ""])


def _lines(soak: Soak, bare: Soak) -> list[str]:
    seen = soak.seen
    try:
        load, beside = soak.load, bare.load
    except LoadError as error:
        return [f"{soak.worker_class}: wrk: {error}"]
    lines = [
        f"{soak.worker_class}, {len(soak.memory)} workers, {soak.seconds} s",
        f"  requests          {soak.requests:,} ({load.requests_per_second:,.0f} a second by wrk)",
        f"  aborted/malformed {seen.sent_raw:,}",
        f"  statuses          {soak.statuses}; unplanned: {soak.unplanned}",
        f"  samples           {seen.samples:,}, {seen.reloaded:,} of them met a reload; "
        f"wrong headers: {len(seen.wrong)}",
        f"  p50, p99          {load.p50_ms:.2f}, {load.p99_ms:.2f} ms; without CORS "
        f"{beside.p50_ms:.2f}, {beside.p99_ms:.2f} ms",
    ]
    for worker, growth in soak.memory.items():
        begun, reloads = seen.workers.get(str(worker), (0, "0 0"))
        good, refused = reloads.split()
        lines.append(
            f"  worker            {growth.early:.1f} MiB early, {growth.late:.1f} at the end "
            f"({growth.percent:+.1f} %); {good} reloads, {refused} refused; generation {begun}"
        )
    return lines
