"""Function calls a request: what the hot path costs, without the noise of a clock.

``python -m benchmarks.calls`` counts the calls, in Python and into C, that this project adds to
a request of bare Flask, and holds them against the budget that ``call_budget.json`` holds for
these versions of Flask and Python; ``--record`` makes what was counted the budget.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from types import FrameType
from typing import Final

from .kits import BARE, KITS, PROJECT
from .scenarios import SCENARIOS
from .wsgi import environ, repeat

GUARDED: Final = ("allowed", "no-origin", "preflight", "decorated")
BUDGET: Final = Path(__file__).with_name("call_budget.json")
WARM_REQUESTS: Final = 20


def count(action: Callable[[], object]) -> int:
    """Return how many functions *action* calls, itself included."""
    calls: list[str] = []

    # A list, since Python 3.10 sets the variables of the frame that is profiled back.
    def note(_frame: FrameType, event: str, _argument: object) -> None:
        if event in ("call", "c_call"):
            calls.append(event)

    with _undisturbed():
        before = sys.getprofile()
        sys.setprofile(note)
        try:
            action()
        finally:
            sys.setprofile(before)
    return len(calls) - 1  # the last call is the one that ends the counting


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep the garbage collector, and what it finalises, out of the counting."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def calls_of(scenario: str, implementation: str) -> int:
    """Return the calls of one request to a scenario's app once it is warm."""
    described = SCENARIOS[scenario]
    app = described.build(KITS[implementation]())
    template = environ(described.ask)
    repeat(app, template, WARM_REQUESTS)
    return count(lambda: repeat(app, template, 1))


def counted() -> dict[str, int]:
    """Return the calls that this project adds to each request; negative where it saves some.

    Bare Flask comes first and decorated views last: a mark has the library listen to a signal
    of every app, which would count for the others too.
    """
    bare = {scenario: calls_of(scenario, BARE) for scenario in GUARDED}
    return {scenario: calls_of(scenario, PROJECT) - bare[scenario] for scenario in GUARDED}


def versions() -> str:
    """Return the minor versions of Flask and Python, whose own calls differ from one to another."""
    flask = ".".join(version("Flask").split(".")[:2])
    return f"Flask {flask}, Python {sys.version_info.major}.{sys.version_info.minor}"


def recorded() -> dict[str, dict[str, int]]:
    """Return the budgets by the versions of Flask and Python, the newest last."""
    found: dict[str, dict[str, int]] = json.loads(BUDGET.read_text("utf-8"))
    return found


def budget() -> dict[str, int]:
    """Return the budget for these versions; without one, the newest versions'."""
    found = recorded()
    return found.get(versions()) or found[list(found)[-1]]


def record(calls: dict[str, int]) -> None:
    """Make *calls* the budget for these versions."""
    found = sorted({**recorded(), versions(): calls}.items())
    BUDGET.write_text(json.dumps(dict(found), indent=4) + "\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the calls beside the budget; exit with 1 where they are over it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.calls", description=__doc__)
    parser.add_argument("--record", action="store_true", help="make what is counted the budget")
    found = counted()
    if parser.parse_args(arguments).record:
        record(found)
    limits = budget()
    for scenario, calls in found.items():
        print(f"{scenario:<12}{calls:>5} of {limits[scenario]}")
    sys.exit(any(calls > limits[scenario] for scenario, calls in found.items()))


if __name__ == "__main__":
    main()
