"""The measuring side's view of the measured processes: which interpreter, and how to talk."""

from __future__ import annotations

import functools
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from tests.integration.differential import environment

from .kits import INCUMBENT

ROOT: Final = Path(__file__).resolve().parents[1]

# The checkout comes last, so that the incumbent's flask_cors is the one that is installed there;
# without -I the path begins with the working directory, which may be the checkout too.
_START = (
    "import sys; sys.path[:] = [*filter(None, sys.path), sys.argv[1]]; "
    "from {module} import main; main(*sys.argv[2:])"
)


@functools.cache
def interpreter(implementation: str) -> str:
    """Return the interpreter of an implementation; flask-cors has an environment of its own."""
    return str(environment.ensure()) if implementation == INCUMBENT else sys.executable


def command(implementation: str, module: str, *arguments: str, flag: str = "-I") -> list[str]:
    """Return the command that runs ``main(*arguments)`` of *module* for an implementation.

    *flag* says what Python ignores: everything around it, unless something else is given.
    """
    start = _START.format(module=module)
    return [interpreter(implementation), flag, "-c", start, str(ROOT), *arguments]


class WorkerError(RuntimeError):
    """A measured process died, or did something else than was to be measured."""


class Process:
    """A worker process, seen from outside; its commands are the methods of ``worker.Worker``.

    *under* is a program that runs the interpreter, with its arguments. The process then gets
    *environment* and nothing else, and Python heeds it.
    """

    def __init__(
        self,
        implementation: str,
        under: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.implementation = implementation
        flag = "-I" if environment is None else "-s"
        self._process = subprocess.Popen(
            [*under, *command(implementation, "benchmarks.worker", implementation, flag=flag)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
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
