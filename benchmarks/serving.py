"""An app behind a real server: gunicorn on loopback, and wrk to load it.

The benchmark and the soak share it. The server runs in the interpreter that it is given and
finds gunicorn here; it imports the app in its workers, after they were forked and, where
their class does so, patched.
"""

from __future__ import annotations

import importlib
import json
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

CONNECTIONS: Final = 8
THREADS: Final = 4

_UNITS: Final = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True)
class Server:
    """A server that is running: its URL, without a slash, its port, and its process."""

    url: str
    port: int
    pid: int

    def workers(self) -> list[int]:
        """Return the process ids of its workers, on Linux."""
        listed = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text("ascii")
        return sorted(map(int, listed.split()))


@contextmanager
def serving(
    command: Callable[..., list[str]],
    factory: str,
    *arguments: str,
    worker_class: str = "gthread",
    workers: int = 1,
    threads: int = THREADS,
    loglevel: str = "warning",
) -> Iterator[Server]:
    """Serve what *factory* (``module:function``) makes of *arguments*, with gunicorn.

    *command* returns the command that runs ``main(*arguments)`` of a module. The socket
    listens before the server starts, so that no request is refused and no port has to be
    guessed.
    """
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listening:
        listening.set_inheritable(True)
        settings = {
            "bind": f"fd://{listening.fileno()}",
            "workers": workers,
            "worker_class": worker_class,
            "threads": threads,
            "loglevel": loglevel,
            # New in gunicorn 25: one path in the user's home, which several would fight for.
            "control_socket_disable": True,
        }
        described = (sysconfig.get_path("purelib"), factory, json.dumps(settings), *arguments)
        process = subprocess.Popen(command(__name__, *described), pass_fds=[listening.fileno()])
        port = listening.getsockname()[1]
        try:
            yield Server(f"http://127.0.0.1:{port}", port, process.pid)
        finally:
            process.terminate()
            process.wait()


def main(libraries: str, factory: str, settings: str, *arguments: str) -> None:
    """Be the server; *libraries* is the directory that holds gunicorn."""
    sys.path.append(libraries)
    from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped, unused-ignore]

    class Gunicorn(BaseApplication):  # type: ignore[misc, unused-ignore]
        def load_config(self) -> None:
            for name, value in json.loads(settings).items():
                if name in self.cfg.settings:
                    self.cfg.set(name, value)

        def load(self) -> Any:
            module, _, function = factory.partition(":")
            return getattr(importlib.import_module(module), function)(*arguments)

    Gunicorn().run()


# -- load ------------------------------------------------------------------------------


class LoadError(RuntimeError):
    """wrk saw errors, so that its figures mean nothing."""


@dataclass(frozen=True)
class Load:
    """What wrk saw; the times are those until a response was there, in milliseconds."""

    requests: int
    requests_per_second: float
    p50_ms: float
    p99_ms: float


def has_wrk() -> bool:
    """Tell whether wrk is installed."""
    return shutil.which("wrk") is not None


def load(url: str, seconds: int, headers: Mapping[str, str]) -> Load:
    """Load *url* with wrk; raise ``LoadError`` where a request failed."""
    lines = [argument for item in headers.items() for argument in ("-H", ": ".join(item))]
    return read_wrk(run_wrk(url, seconds, lines))


def run_wrk(
    url: str, seconds: int, options: Sequence[str] = (), arguments: Sequence[str] = ()
) -> str:
    """Load *url* from one thread, over a few connections that stay open; return the report.

    *arguments* are those of the script that *options* may name.
    """
    command = ["wrk", "--latency", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", *options, url]
    ended = subprocess.run(
        [*command, "--", *arguments] if arguments else command,
        capture_output=True,
        text=True,
        check=True,
        timeout=seconds + 60,
    )
    return ended.stdout


def read_wrk(text: str, any_status: bool = False) -> Load:
    """Read wrk's report; raise ``LoadError`` where a connection, or a request, failed."""
    errors = "Socket errors" if any_status else "Socket errors|Non-2xx"
    if failed := re.search(f"({errors}).*", text):
        raise LoadError(failed[0])
    count = re.search(r"(\d+) requests in", text)
    rate = re.search(r"Requests/sec: +([\d.]+)", text)
    if not count or not rate:
        raise LoadError(text)
    return Load(int(count[1]), float(rate[1]), _slower_than(50, text), _slower_than(99, text))


def _slower_than(percent: int, text: str) -> float:
    found = re.search(rf" {percent}% +([\d.]+)(us|ms|s) *\n", text)
    if not found:
        raise LoadError(text)
    return float(found[1]) * _UNITS[found[2]]
