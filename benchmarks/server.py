"""The apps behind a real server: gunicorn on loopback, and wrk to load it.

``serving`` is for whatever needs an app of ``scenarios`` under gunicorn, this benchmark or a
soak. The server runs in the implementation's own interpreter and finds gunicorn here.
"""

from __future__ import annotations

import random
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

from .kits import IMPLEMENTATIONS, KITS
from .processes import command
from .scenarios import SCENARIOS

SCENARIO: Final = "allowed"
CONNECTIONS: Final = 8
THREADS: Final = 4

_UNITS: Final = {"us": 0.001, "ms": 1.0, "s": 1000.0}


class LoadError(RuntimeError):
    """wrk saw errors, so that its figures mean nothing."""


@dataclass(frozen=True)
class Load:
    """What wrk saw."""

    requests_per_second: float
    p99_ms: float


@contextmanager
def serving(
    implementation: str,
    scenario: str = SCENARIO,
    *,
    workers: int = 1,
    threads: int = THREADS,
) -> Iterator[str]:
    """Serve a scenario's app with gunicorn on loopback and yield its URL, without a slash.

    The socket listens before the server starts, so that no request is refused and no port
    has to be guessed.
    """
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.set_inheritable(True)
        described = (implementation, scenario, listening.fileno(), workers, threads)
        process = subprocess.Popen(
            command(
                implementation,
                "benchmarks.server",
                sysconfig.get_path("purelib"),
                *map(str, described),
            ),
            pass_fds=[listening.fileno()],
        )
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            process.terminate()
            process.wait()


def main(
    libraries: str, implementation: str, scenario: str, listening: str, workers: str, threads: str
) -> None:
    """Be the server; *libraries* is the directory that holds gunicorn."""
    sys.path.append(libraries)
    from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped, unused-ignore]

    options = {
        "bind": f"fd://{listening}",
        "workers": int(workers),
        "worker_class": "gthread",
        "threads": int(threads),
        "loglevel": "warning",
    }

    class Server(BaseApplication):  # type: ignore[misc, unused-ignore]
        def load_config(self) -> None:
            for name, value in options.items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            return SCENARIOS[scenario].build(KITS[implementation]())

    Server().run()


# -- load ------------------------------------------------------------------------------


def has_wrk() -> bool:
    """Tell whether wrk is installed."""
    return shutil.which("wrk") is not None


def load(url: str, seconds: int, headers: Mapping[str, str]) -> Load:
    """Load *url* with wrk from one thread, over a few connections that stay open."""
    lines = [argument for item in headers.items() for argument in ("-H", ": ".join(item))]
    options = ["--latency", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", *lines]
    said = subprocess.run(["wrk", *options, url], capture_output=True, text=True, check=True)
    return read_wrk(said.stdout)


def read_wrk(text: str) -> Load:
    """Read wrk's report; raise ``LoadError`` where a request failed."""
    if failed := re.search(r"(Socket errors|Non-2xx).*", text):
        raise LoadError(failed[0])
    rate = re.search(r"Requests/sec: +([\d.]+)", text)
    slow = re.search(r" 99% +([\d.]+)(us|ms|s)\n", text)
    if not rate or not slow:
        raise LoadError(text)
    return Load(float(rate[1]), float(slow[1]) * _UNITS[slow[2]])


def throughput(rounds: int, seconds: int, rng: random.Random) -> dict[str, dict[str, float]]:
    """Load the four servers in turns, in random order; return the medians by implementation."""
    ask = SCENARIOS[SCENARIO].ask
    seen: dict[str, list[Load]] = {name: [] for name in IMPLEMENTATIONS}
    with ExitStack() as stack:
        urls = {name: stack.enter_context(serving(name)) for name in IMPLEMENTATIONS}
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
