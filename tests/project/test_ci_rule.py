"""In CI a skipped test is a failure; elsewhere it is only a skipped test."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]

ONE_SKIPPED = """
import unittest

@unittest.skip("not here")
def test_left_out():
    pass
"""

MODULE_SKIPPED = """
import pytest

pytest.importorskip("no_such_module_anywhere")
"""

NONE_SKIPPED = """
def test_runs():
    pass
"""


WORKERS = [[], ["-p", "xdist.plugin", "-n", "2"]]


def run(
    source: str, folder: Path, workers: Sequence[str] = (), **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run pytest over *source* and a passing test, with the suite's own conftest."""
    (folder / "test_sample.py").write_text(source)
    (folder / "test_passing.py").write_text(NONE_SKIPPED)
    kept = {name: value for name, value in os.environ.items() if name != "CI"}
    options = ["-p", "tests.conftest", "-p", "no:cacheprovider", f"--rootdir={folder}", *workers]
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-c", os.devnull, *options, str(folder)],
        cwd=CHECKOUT,
        env=kept | environment | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("workers", WORKERS, ids=["alone", "workers"])
@pytest.mark.parametrize(
    ("source", "name"),
    [(ONE_SKIPPED, "test_sample.py::test_left_out"), (MODULE_SKIPPED, "test_sample.py")],
    ids=["test", "module"],
)
def test_a_skip_fails_a_ci_run(source: str, name: str, workers: list[str], tmp_path: Path) -> None:
    result = run(source, tmp_path, workers, CI="true")
    assert result.returncode == pytest.ExitCode.TESTS_FAILED, result.stdout
    told = result.stdout.partition("skipped, which CI does not allow")[2].splitlines()
    assert name in told
    assert "1 skipped" in result.stdout.splitlines()[-1]


def test_a_skip_passes_elsewhere(tmp_path: Path) -> None:
    result = run(ONE_SKIPPED, tmp_path)
    assert result.returncode == pytest.ExitCode.OK, result.stdout
    assert "which CI does not allow" not in result.stdout


@pytest.mark.parametrize("workers", WORKERS, ids=["alone", "workers"])
def test_a_ci_run_without_skips_passes(workers: list[str], tmp_path: Path) -> None:
    result = run(NONE_SKIPPED, tmp_path, workers, CI="true")
    assert result.returncode == pytest.ExitCode.OK, result.stdout
