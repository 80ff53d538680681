"""The measured side: one process for each implementation and scenario.

It reads one JSON command a line and writes one JSON answer a line. The interpreter it runs in
decides which ``flask_cors`` it finds. Every scenario is served by a fork of its own, because a
library may leave something behind in a process (a signal's receiver, say) that the next
scenario would pay for.
"""

from __future__ import annotations

import gc
import json
import os
import platform
import sys
import time
import tracemalloc
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from .kits import KITS, Kit
from .scenarios import SCENARIOS
from .wsgi import environ, repeat, repeat_in_threads, request

STATM = Path("/proc/self/statm")
BLOCKS = 1_000
"""How many blocks of a size are made of which every second is free: more than a request needs."""


class Worker:
    """Builds a scenario's app with one kit and sends it requests."""

    def __init__(self, implementation: str) -> None:
        self.kit = KITS[implementation]()

    def greet(self) -> dict[str, str]:
        """Say what this process runs on; both sides of a comparison must agree."""
        return {
            "Python": platform.python_version(),
            "Flask": version("Flask"),
            "Werkzeug": version("Werkzeug"),
        }

    def build(self, name: str) -> dict[str, Any]:
        """Build the app, serve the first request, and say how long CORS took to set up.

        That is the time in the set-up calls and in the first request, when this project
        compiles, and that in the first request alone; building Flask's URL map is left out.
        """
        scenario = SCENARIOS[name]
        app = scenario.build(self.kit)
        app.url_map.update()
        # A full collection that building the app has made due is no cost of setting up CORS.
        gc.collect()
        template = environ(scenario.ask)
        begin = time.perf_counter_ns()
        answer = request(app.wsgi_app, template)
        first = time.perf_counter_ns() - begin
        self.app, self.scenario, self.template = app, scenario, template
        return {
            "status": answer.status,
            "acao": answer.values("Access-Control-Allow-Origin"),
            "setup_ns": self.kit.spent + first,
            "compile_ns": first,
            "pid": os.getpid(),
        }

    def run(self, times: int) -> int:
        """Send *times* requests and return the nanoseconds.

        Where the scenario has threads, each sends as many as fit, and the time is scaled.
        """
        threads = self.scenario.threads
        if threads == 1:
            return repeat(self.app, self.template, times)
        each = max(1, times // threads)
        took = repeat_in_threads(self.app, self.template, each, threads)
        return took * times // (each * threads)

    def settle(self) -> None:
        """Make a request cost the same wherever in memory its objects happen to lie.

        Leave free blocks of each size in memory that stays in use: else it depends on where
        things lie whether a request has Python's allocator begin and give up a pool, a
        thousand instructions and more. And take what there is out of the garbage
        collector's sight: a full collection would weigh more than the requests around it.
        """
        self.blocks = [_spaced(size) for size in range(16, 513, 16)]
        gc.collect()
        gc.freeze()

    def memory(self, name: str, trace: bool) -> dict[str, Any]:
        """Build the app, serve a request, and say what stays behind.

        Counted with the strings of the origins, of which only the app keeps any. With *trace*,
        the bytes that Python allocated; without, those the process holds of the machine, if
        it tells, and the nanoseconds that a full garbage collection takes.
        """
        if trace:
            tracemalloc.start()
        before = _held(trace)
        self.build(name)
        after = _held(trace)
        begin = time.perf_counter_ns()
        gc.collect()
        took = time.perf_counter_ns() - begin
        grown = None if before is None or after is None else after - before
        return {"bytes": grown, "collection_ns": took}


def _spaced(size: int) -> list[object]:
    """Return blocks of *size* bytes, each with a free one beside it."""
    makers: dict[int, Callable[[], object]] = {16: object, 32: lambda: float("1.5")}
    overhead = b"".__sizeof__()
    make = makers.get(size, lambda: bytes(size - overhead))
    return [make() for _ in range(BLOCKS)][::2]


def _held(trace: bool) -> int | None:
    gc.collect()
    if trace:
        return tracemalloc.get_traced_memory()[0]
    if not STATM.exists():
        return None
    return int(STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def serve(worker: Worker, commands: BinaryIO, out: TextIO) -> None:
    """Answer every command with what the method of its name returns, until ``end``."""
    methods: dict[str, Callable[..., Any]] = {
        method.__name__: method
        for method in (worker.greet, worker.build, worker.run, worker.settle, worker.memory)
    }
    for line in commands:
        name, arguments = json.loads(line)
        if name == "end":
            return
        out.write(json.dumps(methods[name](*arguments)) + "\n")
        out.flush()


def main(implementation: str) -> None:
    """Fork for every line ``begin``; the fork takes the lines up to ``end``.

    Standard input is read without a buffer, so that a fork finds the lines meant for it.
    """
    out, sys.stdout = sys.stdout, sys.stderr
    warm_up(implementation)
    with open(sys.stdin.fileno(), "rb", buffering=0, closefd=False) as commands:
        while commands.readline():
            child = os.fork()
            if not child:
                serve(Worker(implementation), commands, out)
                os._exit(0)
            if os.waitpid(child, 0)[1]:
                raise SystemExit(1)


def warm_up(implementation: str) -> None:
    """Import the library, and have Flask do what it does in any process's first request."""
    KITS[implementation]()
    scenario = SCENARIOS["allowed"]
    request(scenario.build(Kit()), environ(scenario.ask))
