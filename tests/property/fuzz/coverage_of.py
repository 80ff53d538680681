"""Which lines of the package a corpus reaches: ``python -m tests.property.fuzz.coverage_of``.

A process of its own, so that every module is imported under the measurement, and no other
measurement is disturbed. Prints the share of lines, and what is missing, as JSON.
"""

from __future__ import annotations

import importlib
import json
import sys
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import coverage

from .targets import TARGETS, Target


def main() -> None:
    """Print what the corpus of each target reaches."""
    warnings.simplefilter("ignore")
    print(json.dumps({name: reached(target) for name, target in TARGETS.items()}))


def reached(target: Target) -> dict[str, Any]:
    """Replay a corpus; return how much of the lines it answers for is reached, and the rest."""
    forget()
    inputs = [path.read_bytes() for path in target.corpus()]
    measured = measure(lambda: replay(target, inputs))
    lines, missing = 0, {}
    for name in covered(target):
        module = importlib.import_module(f"flask_cors.{name}")
        _, listed, _, unreached, _ = measured.analysis2(module)
        lines += len(listed)
        missing[name] = unreached
    return {"percent": 100 * (1 - sum(map(len, missing.values())) / lines), "missing": missing}


def covered(target: Target) -> list[str]:
    """Return the names of the modules that a target answers for."""
    package = Path(importlib.import_module("flask_cors").__file__ or "").parent
    found = {path for name in target.covers for path in package.glob(f"{name}.py")}
    return sorted(".".join(path.relative_to(package).with_suffix("").parts) for path in found)


def forget() -> None:
    """Have the package, and the targets that use it, imported anew."""
    kept = {__name__, f"{__package__}.targets"}
    for name in list(sys.modules):
        if name.startswith(("flask_cors", f"{__package__}.")) and name not in kept:
            del sys.modules[name]


def measure(call: Callable[[], None]) -> coverage.Coverage:
    measured = coverage.Coverage(data_file=None, config_file=False, source=["flask_cors"])
    measured.exclude("if TYPE_CHECKING:")
    measured.start()
    try:
        call()
    finally:
        measured.stop()
    return measured


def replay(target: Target, inputs: Iterable[bytes]) -> None:
    check = target.check
    for data in inputs:
        check(data)


if __name__ == "__main__":
    main()
