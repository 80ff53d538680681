"""The example's servers: a Redis of its own, and gunicorn in front of the application."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Final

REDIS: Final = shutil.which("redis-server")
HOW_TO_GET: Final = "redis-server is missing; on Debian: apt-get install redis-server"
SECONDS: Final = 30


class NoRedisError(RuntimeError):
    """Redis did not start."""


@contextlib.contextmanager
def redis_server(directory: Path) -> Iterator[str]:
    """Run Redis in *directory*, on a socket there and nowhere else, and yield its URL.

    It keeps nothing: when it has ended, the list is gone.
    """
    if REDIS is None:
        raise NoRedisError(HOW_TO_GET)
    path = directory / "redis.sock"
    # A socket's path is short: at most 107 characters on Linux.
    options = {"port": "0", "unixsocket": str(path), "unixsocketperm": "700"}
    options |= {"save": "", "appendonly": "no", "daemonize": "no", "dir": str(directory)}
    arguments = [word for name, value in options.items() for word in (f"--{name}", value)]
    with _running([REDIS, *arguments], stdout=subprocess.PIPE) as process:
        _await_ready(process)
        yield f"unix://{path}"


def _await_ready(process: subprocess.Popen[str]) -> None:
    """Read Redis' log until it accepts connections."""
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if "ready to accept connections" in line.lower():
            return
    raise NoRedisError(f"redis-server ended:\n{''.join(said)}")


def gunicorn(
    environment: Mapping[str, str], *arguments: str, output: int | IO[str] | None = None
) -> contextlib.AbstractContextManager[subprocess.Popen[str]]:
    """Return a context in which gunicorn serves the application as ``gunicorn_conf`` says."""
    interpreter = [sys.executable, "-u", *(f"-W{option}" for option in sys.warnoptions)]
    configured = ["-m", "gunicorn", "-c", "python:examples.tenants.gunicorn_conf"]
    return _running([*interpreter, *configured, *arguments], stdout=output, env=dict(environment))


@contextlib.contextmanager
def _running(
    command: list[str],
    *,
    stdout: int | IO[str] | None,
    env: Mapping[str, str] | None = None,
) -> Iterator[subprocess.Popen[str]]:
    """Run a program while the context lasts, away from the terminal's Ctrl-C."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=None if stdout is None else subprocess.STDOUT,
        env=env,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.communicate(timeout=SECONDS)
        finally:
            process.kill()
