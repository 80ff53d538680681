"""Function calls a request: what the hot path costs, without the noise of a clock.

``python -m benchmarks.calls`` counts the calls, in Python and into C, that this project adds to
a request of bare Flask, and holds them against the budget that ``call_budget.json`` holds for
this version of Flask; ``--record`` makes what was counted the budget.
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
    calls = 0

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    with _undisturbed():
        before = sys.getprofile()
        sys.setprofile(note)
        try:
            action()
        finally:
            sys.setprofile(before)
    return calls - 1  # the last call is the one that ends the counting


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


def flask_version() -> str:
    """Return the minor version of Flask, whose own calls are what a request is held against."""
    return ".".join(version("Flask").split(".")[:2])


def recorded() -> dict[str, dict[str, int]]:
    """Return the budgets by Flask's minor version, the newest last."""
    found: dict[str, dict[str, int]] = json.loads(BUDGET.read_text("utf-8"))
    return found


def budget() -> dict[str, int]:
    """Return the budget for this version of Flask; without one, the newest version's."""
    found = recorded()
    return found.get(flask_version()) or found[list(found)[-1]]


def record(calls: dict[str, int]) -> None:
    """Make *calls* the budget for this version of Flask."""
    found = sorted({**recorded(), flask_version(): calls}.items())
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
