"""CORS under load, while it is reloaded: ``python -m tests.soak --help``."""

from __future__ import annotations

import argparse
import functools
import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.kits import PROJECT
from benchmarks.processes import command
from benchmarks.serving import has_wrk, run_wrk, serving
from tests.soak.clients import Checker, Misbehaving, Seen, running
from tests.soak.memory import Memory
from tests.soak.plan import ASKS, Ask
from tests.soak.report import Soak, described, faults

SECONDS = 300
CLASSES = ("gthread", "gevent")
WORKERS = 2
SCRIPT = Path(__file__).with_name("load.lua")
# Of the load of each client beside wrk; together some 50 requests a second.
PAUSE = 0.04
WARM_UP = 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Soak each class of workers; return 0 only if every figure is as it should be."""
    options = parser().parse_args(arguments)
    if missing := lacking():
        print(missing, file=sys.stderr)
        return 2
    wrong = 0
    for name in options.worker_class or CLASSES:
        bare = soak(name, "bare", max(options.seconds // 5, 2))
        loaded = soak(name, "cors", options.seconds)
        print(described(loaded, bare), flush=True)
        wrong += len(faults(loaded)) + len(faults(bare))
    return 1 if wrong else 0


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    made.add_argument(
        "--seconds",
        type=int,
        default=SECONDS,
        help=f"for each class ({SECONDS}); the app without CORS takes a fifth on top",
    )
    made.add_argument("--worker-class", action="append", choices=CLASSES, help="may be repeated")
    return made


def lacking() -> str:
    """Return what is not installed, and how to get it."""
    if not has_wrk():
        return "wrk is not installed: apt-get install wrk"
    if importlib.util.find_spec("gevent") is None:
        return "gevent is not installed: pip install '.[soak]'"
    return "" if Path("/proc/self/statm").exists() else "the memory of workers is read on Linux"


def soak(worker_class: str, kind: str, seconds: int) -> Soak:
    """Serve the app, load it from all sides, and return what was seen."""
    seen = Seen()
    with serving(
        functools.partial(command, PROJECT),
        "tests.soak.app:make",
        kind,
        worker_class=worker_class,
        workers=WORKERS,
        loglevel="error",  # every malformed request is a warning
    ) as server:
        # Every worker imports the app, compiles and fills its caches before anything counts.
        load(server.url, min(seconds, WARM_UP))
        memory = Memory(server.workers, seconds)
        cors = kind == "cors"
        checkers = [Checker(server.port, cors, seen, PAUSE) for _ in range(2)]
        with running([*checkers, Misbehaving(server.port, seen, PAUSE), memory], seen):
            said = load(server.url, seconds)
        return Soak(worker_class, kind, seconds, said, seen, memory.figures())


def load(url: str, seconds: int) -> str:
    """Send the requests of the plan with wrk, and return its report."""
    return run_wrk(url, seconds, ["-s", str(SCRIPT)], list(map(line, ASKS)))


def line(ask: Ask) -> str:
    """Return a request as wrk's script reads it."""
    headers = (f"{name}: {value}" for name, value in ask.headers().items())
    return "\n".join([ask.method, ask.path, *headers])


if __name__ == "__main__":
    sys.exit(main())
