"""In CI a skipped test is a failure; elsewhere it is only a skipped test."""

from __future__ import annotations

import os
import subprocess
import sys
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


def run(source: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run pytest over *source* and a passing test, with the suite's own conftest."""
    (folder / "test_sample.py").write_text(source)
    (folder / "test_passing.py").write_text(NONE_SKIPPED)
    kept = {name: value for name, value in os.environ.items() if name != "CI"}
    options = ["-p", "tests.conftest", "-p", "no:cacheprovider", f"--rootdir={folder}"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-c", os.devnull, *options, str(folder)],
        cwd=CHECKOUT,
        env=kept | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("source", [ONE_SKIPPED, MODULE_SKIPPED], ids=["test", "module"])
def test_a_skip_fails_a_ci_run(source: str, tmp_path: Path) -> None:
    result = run(source, tmp_path, CI="true")
    assert result.returncode == pytest.ExitCode.TESTS_FAILED, result.stdout
    assert "skipped, which CI does not allow" in result.stdout
    assert "1 skipped" in result.stdout.splitlines()[-1]


def test_the_skipped_test_is_named(tmp_path: Path) -> None:
    result = run(ONE_SKIPPED, tmp_path, CI="true")
    assert "test_sample.py::test_left_out" in result.stdout.splitlines()


def test_a_skip_passes_elsewhere(tmp_path: Path) -> None:
    result = run(ONE_SKIPPED, tmp_path)
    assert result.returncode == pytest.ExitCode.OK, result.stdout
    assert "which CI does not allow" not in result.stdout


def test_a_ci_run_without_skips_passes(tmp_path: Path) -> None:
    result = run(NONE_SKIPPED, tmp_path, CI="true")
    assert result.returncode == pytest.ExitCode.OK, result.stdout
