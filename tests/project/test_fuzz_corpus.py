"""The fuzzers' corpus without the fuzzers: it passes, it reaches the parsers, it finds bugs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.property.fuzz.planted import BUGS, Bug, showing
from tests.property.fuzz.runs import ROOT
from tests.property.fuzz.targets import TARGETS, Target

# What the tests of this module share is made once, on one worker.
pytestmark = pytest.mark.xdist_group("fuzz-corpus")

ALL = pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)


@pytest.fixture(scope="module")
def reached() -> dict[str, dict[str, object]]:
    """Measure in a process of its own, so that no other measurement is disturbed."""
    command = [sys.executable, "-m", "tests.property.fuzz.coverage_of"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    found: dict[str, dict[str, object]] = json.loads(ended.stdout)
    return found


@ALL
@pytest.mark.filterwarnings("ignore")
def test_every_input_passes(target: Target) -> None:
    for data in target.inputs():
        target.check(data)


@ALL
def test_the_corpus_reaches_the_parser(
    target: Target, reached: dict[str, dict[str, float]]
) -> None:
    assert reached[target.name]["percent"] >= target.enough, reached[target.name]["missing"]


@ALL
def test_the_corpus_is_small(target: Target) -> None:
    sizes = [path.stat().st_size for path in target.corpus()]
    assert 0 < len(sizes) <= 100
    assert max(sizes) <= target.longest
    assert max(map(len, target.seeds)) <= target.longest


def distance(one: str, other: str) -> int:
    """Return how many characters are put in, taken out or replaced (Levenshtein)."""
    row = list(range(len(other) + 1))
    for place, char in enumerate(one, 1):
        before, row[0] = row[0], place
        for column, against in enumerate(other, 1):
            before, row[column] = (
                row[column],
                min(row[column] + 1, row[column - 1] + 1, before + (char != against)),
            )
    return row[-1]


@pytest.mark.parametrize("bug", BUGS, ids=str)
def test_a_planted_bug_is_small_and_can_be_planted(bug: Bug, tmp_path: Path) -> None:
    assert 0 < distance(bug.right, bug.wrong) <= 3
    package = bug.plant(tmp_path) / "flask_cors"
    changed = [path for path in package.rglob("*.py") if bug.wrong in path.read_text("utf-8")]
    for path in changed:
        compile(path.read_text("utf-8"), str(path), "exec")
    assert changed


@ALL
def test_the_oracles_see_a_planted_bug(target: Target, tmp_path: Path) -> None:
    bug = next(bug for bug in BUGS if bug.target == target.name)
    assert not list(showing(target, ROOT))
    assert list(showing(target, bug.plant(tmp_path)))
