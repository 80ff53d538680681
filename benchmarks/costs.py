"""What is paid once: the import, and the memory of a long allow-list."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from contextlib import ExitStack
from statistics import median
from typing import Any, Final

from .kits import IMPLEMENTATIONS, INCUMBENT, PROJECT
from .processes import Process, interpreter
from .scenarios import MEMORY

MIB: Final = 2**20

_IMPORT = """
import time, flask
begin = time.perf_counter_ns()
import flask_cors
print(time.perf_counter_ns() - begin)
"""


def import_ms(repeats: int) -> dict[str, float]:
    """Return the milliseconds of ``import flask_cors`` after ``import flask``, by library."""
    libraries = (INCUMBENT, PROJECT)
    for name in libraries:
        _import_once(name)  # leaves the byte code behind
    taken: dict[str, list[float]] = {name: [] for name in libraries}
    for _ in range(repeats):
        for name in libraries:
            taken[name].append(_import_once(name))
    return {name: round(median(values), 2) for name, values in taken.items()}


def _import_once(implementation: str) -> float:
    command = [interpreter(implementation), "-I", "-c", _IMPORT]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(said.stdout) / 1e6


def memory() -> dict[str, dict[str, float | None]]:
    """Return what an allow-list of 100,000 origins leaves in memory, by implementation.

    ``python_mib`` is what Python allocated and did not free, ``process_mib`` how much the
    process grew (``None`` where the system does not say), ``collection_ms`` what a full
    garbage collection takes then.
    """
    with ExitStack() as stack:
        processes = {name: stack.enter_context(Process(name)) for name in IMPLEMENTATIONS}
        return {name: _memory_of(process) for name, process in processes.items()}


def _memory_of(process: Process) -> dict[str, float | None]:
    said: Mapping[bool, Any] = {trace: _ask(process, trace) for trace in (True, False)}
    return {
        "python_mib": _mib(said[True]["bytes"]),
        "process_mib": _mib(said[False]["bytes"]),
        "collection_ms": round(said[False]["collection_ns"] / 1e6, 2),
    }


def _ask(process: Process, trace: bool) -> Any:
    with process.fresh() as fork:
        return fork.ask("memory", MEMORY, trace)


def _mib(count: int | None) -> float | None:
    return None if count is None else round(count / MIB, 2)
