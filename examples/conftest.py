"""Run the examples as their readers do: as programs, asked over HTTP."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)")
SECONDS = 30


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; ``cors`` holds its CORS headers and ``Vary``, sorted."""

    status: int
    body: str
    headers: list[tuple[str, str]]

    @property
    def cors(self) -> list[tuple[str, str]]:
        return sorted(line for line in self.headers if is_about_cors(line[0]))


def is_about_cors(name: str) -> bool:
    return name.lower() == "vary" or name.lower().startswith("access-control-")


def http(
    port: int,
    method: str,
    path: str,
    headers: Mapping[str, str] | None = None,
    body: str | None = None,
) -> Answer:
    """Send one request to a server on loopback."""
    connection = HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    with contextlib.closing(connection):
        connection.request(method, path, body=body, headers=dict(headers or {}))
        response = connection.getresponse()
        return Answer(response.status, response.read().decode(), response.getheaders())


@dataclass(frozen=True)
class Served:
    """An example that is being served."""

    port: int

    def ask(self, method: str, path: str, **headers: str) -> Answer:
        """Send a request; ``access_control_request_method=`` names that header."""
        return http(
            self.port,
            method,
            path,
            {name.replace("_", "-").title(): value for name, value in headers.items()},
        )

    def preflight(self, path: str, origin: str, method: str, headers: str | None = None) -> Answer:
        """Send a CORS-preflight request."""
        names = {} if headers is None else {"access_control_request_headers": headers}
        return self.ask(
            "OPTIONS", path, origin=origin, access_control_request_method=method, **names
        )


def python(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    """Start Python in the checkout, with warnings as errors and no other FLASK_* variables."""
    outer = {name: value for name, value in os.environ.items() if not name.startswith("FLASK_")}
    return subprocess.Popen(
        [sys.executable, "-u", "-W", "error", *arguments],
        cwd=CHECKOUT,
        env={**outer, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def read_until(process: subprocess.Popen[str], pattern: re.Pattern[str]) -> list[re.Match[str]]:
    """Read what a program prints, and return the matches of the first line that has any."""
    assert process.stdout is not None
    read = []
    for line in process.stdout:
        read.append(line)
        if found := list(pattern.finditer(line)):
            return found
    pytest.fail(f"the program ended: {''.join(read)}")


def finish(process: subprocess.Popen[str]) -> str:
    """Wait until a program ends by itself, and return what it printed."""
    try:
        return process.communicate(timeout=SECONDS)[0]
    finally:
        process.kill()


def end(process: subprocess.Popen[str]) -> None:
    """End a program that still runs."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    process.communicate(timeout=SECONDS)


Serve = Callable[..., Served]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Return a function that serves a module's application as ``flask run`` does."""
    with contextlib.ExitStack() as stack:

        def start(module: str, **environment: str) -> Served:
            command = ("-m", "flask", "--app", module, "run", "--port", "0")
            process = python(*command, **environment)
            stack.callback(end, process)
            return Served(int(read_until(process, ADDRESS)[0][1]))

        yield start
