"""The measuring side's view of the measured processes: which interpreter, and how to talk."""

from __future__ import annotations

import functools
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from tests.integration.differential import environment

from .kits import INCUMBENT

ROOT: Final = Path(__file__).resolve().parents[1]

# The checkout comes last, so that flask_cors is what is installed beside the interpreter.
_START = "import sys; sys.path.append(sys.argv[1]); from {module} import main; main(*sys.argv[2:])"


@functools.cache
def interpreter(implementation: str) -> str:
    """Return the interpreter of an implementation; flask-cors has an environment of its own."""
    return str(environment.ensure()) if implementation == INCUMBENT else sys.executable


def command(implementation: str, module: str, *arguments: str) -> list[str]:
    """Return the command that runs ``main(*arguments)`` of *module* for an implementation."""
    start = _START.format(module=module)
    return [interpreter(implementation), "-I", "-c", start, str(ROOT), *arguments]


class WorkerError(RuntimeError):
    """A measured process died, or did something else than was to be measured."""


class Process:
    """A worker process, seen from outside; its commands are the methods of ``worker.Worker``."""

    def __init__(self, implementation: str) -> None:
        self.implementation = implementation
        self._process = subprocess.Popen(
            command(implementation, "benchmarks.worker", implementation),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Process:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is not None:
            self._process.kill()
        self._process.communicate()

    @contextmanager
    def fresh(self) -> Iterator[Process]:
        """Have the commands of the block served by a fork of the process."""
        self._send("begin")
        yield self
        self.tell("end")

    def tell(self, name: str, *arguments: Any) -> None:
        """Send a command without waiting for its answer."""
        self._send(json.dumps([name, arguments]))

    def _send(self, line: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def answer(self) -> Any:
        """Wait for the answer to the oldest command."""
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise WorkerError(f"the process of {self.implementation} has died")
        return json.loads(line)

    def ask(self, name: str, *arguments: Any) -> Any:
        """Send a command and wait for its answer."""
        self.tell(name, *arguments)
        return self.answer()
