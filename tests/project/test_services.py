"""The files that services and pre-commit read name what is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks.targets import COUNTED_ON

CHECKOUT = Path(__file__).resolve().parents[2]
NIGHTLY = (CHECKOUT / ".github" / "workflows" / "nightly.yml").read_text("utf-8")
DEPENDABOT = (CHECKOUT / ".github" / "dependabot.yml").read_text("utf-8")
READ_THE_DOCS = (CHECKOUT / ".readthedocs.yaml").read_text("utf-8")
HOOKS = (CHECKOUT / ".pre-commit-config.yaml").read_text("utf-8")


@pytest.mark.parametrize("target", ["fuzz", "browser-fuzz", "soak", "bench", "bench-instructions"])
def test_the_long_runs_are_whole_at_night(target: str) -> None:
    [arguments] = re.findall(rf"run: make {target}((?: .+)?)$", NIGHTLY, re.M)
    assert "--seconds" not in arguments


def test_the_nightly_runs_are_not_started_by_changes() -> None:
    started_by = NIGHTLY.partition("\non:\n")[2].partition("\npermissions:")[0]
    assert re.findall(r"^  ([\w-]+):", started_by, re.M) == ["schedule", "workflow_dispatch"]


def test_the_bench_runs_in_the_python_of_its_limits() -> None:
    bench = NIGHTLY.partition("\n  bench:\n")[2]
    assert f"container: python:{'.'.join(map(str, COUNTED_ON))}-" in bench
    assert "valgrind" in bench


def test_dependabot_leaves_the_oldest_versions_alone() -> None:
    pip = DEPENDABOT.partition("package-ecosystem: pip\n")[2]
    directory = re.search(r"directory: /(\S+)", pip)
    excluded = re.search(r"exclude-paths: \[(\S+)\]", pip)
    assert directory
    assert excluded
    kept = {path.name for path in (CHECKOUT / directory[1]).iterdir()} - {excluded[1]}
    assert kept == {"constraints.txt"}


def test_read_the_docs_builds_what_make_docs_builds() -> None:
    assert "fail_on_warning: true" in READ_THE_DOCS
    for path in re.findall(r"(?:configuration:|--constraint) (\S+)", READ_THE_DOCS):
        assert (CHECKOUT / path).is_file()
    [extra] = re.findall(r'"\.\[(\w+)\]"', READ_THE_DOCS)
    assert f"\n{extra} =\n" in (CHECKOUT / "setup.cfg").read_text("utf-8")


def test_the_hooks_do_what_make_format_and_make_check_do() -> None:
    makefile = (CHECKOUT / "Makefile").read_text("utf-8")
    for command in re.findall(r"entry: \.venv/bin/python -m (ruff .+)$", HOOKS, re.M):
        assert f"$(BIN)/python -m {command} .\n" in makefile
    [typed] = re.findall(r"-m mypy (.+)$", HOOKS, re.M)
    assert f"TYPED := {typed} " in makefile
