"""Fuzzing processes from outside: start one for a target, and read what libFuzzer says."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .targets import Target

ROOT: Final = Path(__file__).resolve().parents[3]
FOUND: Final = ROOT / "build" / "fuzz"
# One input may take this long; and a process may hold this much.
TIMEOUT: Final = 10
MEMORY_MIB: Final = 1024


@dataclass(frozen=True)
class Run:
    """What one process did: inputs tried, seconds taken, and the input that failed, if any."""

    tried: int
    seconds: float
    failed: Path | None
    said: str

    @property
    def ok(self) -> bool:
        """Whether the process ran to its end, and found nothing."""
        return self.failed is None and "Done " in self.said


def fuzz(
    target: Target,
    seconds: int,
    corpus: Iterable[bytes],
    directory: Path,
    *,
    package: Path = ROOT,
    arguments: Sequence[str] = (),
) -> Run:
    """Fuzz for some seconds, starting from *corpus*; what is found lies in *directory*.

    *package* is the directory from which ``flask_cors`` is imported.
    """
    written = directory / "corpus"
    write(corpus, written)
    dictionary = directory / "words"
    dictionary.write_text("".join(f'"{word}"\n' for word in target.words), encoding="ascii")
    options = {
        "max_total_time": seconds,
        "max_len": target.longest,
        "timeout": TIMEOUT,
        "rss_limit_mb": MEMORY_MIB,
        "dict": dictionary,
        "artifact_prefix": f"{directory}/",
        "print_final_stats": 1,
    }
    flags = [f"-{name}={value}" for name, value in options.items()]
    started = time.monotonic()
    ended = start(target, [*flags, *arguments, str(written)], package, seconds)
    taken = time.monotonic() - started
    directory.joinpath("log").write_text(ended, encoding="utf-8")
    tried = re.findall(r"number_of_executed_units: (\d+)", ended)
    artifacts = [
        path for path in directory.iterdir() if re.match("(crash|timeout|oom)-", path.name)
    ]
    return Run(int(tried[-1]) if tried else 0, taken, next(iter(artifacts), None), ended)


def start(target: Target, arguments: Sequence[str], package: Path, seconds: int) -> str:
    """Run one process and return what it said; it is ended where it does not end by itself."""
    ended = subprocess.run(
        [sys.executable, "-m", "tests.property.fuzz.engine", target.name, *arguments],
        cwd=package,
        env=environment(package),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=seconds + 120,
        check=False,
    )
    return ended.stdout.decode(errors="replace")


def environment(package: Path) -> dict[str, str]:
    """Return an environment in which ``flask_cors`` is the one in *package*."""
    path = os.pathsep.join(map(str, dict.fromkeys([package, ROOT])))
    return os.environ | {"PYTHONPATH": path}


def write(corpus: Iterable[bytes], directory: Path) -> None:
    """Write inputs as libFuzzer names them."""
    directory.mkdir(parents=True, exist_ok=True)
    for data in corpus:
        digest = hashlib.sha1(data, usedforsecurity=False).hexdigest()
        directory.joinpath(digest).write_bytes(data)
