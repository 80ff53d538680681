"""The apps of ``scenarios`` behind gunicorn, loaded in turns."""

from __future__ import annotations

import functools
import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from statistics import median
from typing import Any, Final

from .kits import IMPLEMENTATIONS, KITS
from .processes import command
from .scenarios import SCENARIOS
from .serving import Load, load, serving

SCENARIO: Final = "allowed"


@contextmanager
def scenario(implementation: str, name: str = SCENARIO) -> Iterator[str]:
    """Serve a scenario's app in the implementation's interpreter and yield its URL."""
    start = functools.partial(command, implementation)
    with serving(start, f"{__name__}:app_of", implementation, name) as server:
        yield server.url


def app_of(implementation: str, name: str) -> Any:
    """Return a scenario's app, in a worker."""
    return SCENARIOS[name].build(KITS[implementation]())


def throughput(rounds: int, seconds: int, rng: random.Random) -> dict[str, dict[str, float]]:
    """Load the four servers in turns, in random order; return the medians by implementation."""
    ask = SCENARIOS[SCENARIO].ask
    seen: dict[str, list[Load]] = {name: [] for name in IMPLEMENTATIONS}
    with ExitStack() as stack:
        urls = {name: stack.enter_context(scenario(name)) for name in IMPLEMENTATIONS}
        for url in urls.values():
            load(url + ask.path, 1, ask.headers)
        for _ in range(rounds):
            for name in rng.sample(IMPLEMENTATIONS, len(IMPLEMENTATIONS)):
                seen[name].append(load(urls[name] + ask.path, seconds, ask.headers))
    return {
        name: {
            "requests_per_second": round(median(each.requests_per_second for each in loads), 1),
            "p99_ms": round(median(each.p99_ms for each in loads), 2),
        }
        for name, loads in seen.items()
    }
