"""Each rule of the contract has a test, and the index of them is current."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rules import CHECKOUT, INDEX, RULES, SECTIONS, faults, index, read_markers

HELD = {rule: ["tests/test_a.py::test_a"] for rule in RULES}


def test_every_rule_has_a_test() -> None:
    assert faults(read_markers(CHECKOUT)) == []


def test_the_index_is_current() -> None:
    current = index(read_markers(CHECKOUT))
    assert INDEX.read_text("utf-8") == current, "run python -m tests.rules"


def test_an_id_is_a_section_and_a_name() -> None:
    sections = [rule.partition(".")[0] for rule in RULES]
    assert list(dict.fromkeys(sections)) == list(SECTIONS)
    assert sorted(sections, key=list(SECTIONS).index) == sections


def test_what_is_wrong_is_found() -> None:
    first = next(iter(HELD))
    assert faults(HELD) == []
    assert faults({rule: HELD[rule] for rule in HELD if rule != first}) == [f"{first}: no test"]
    assert faults(HELD | {"6.x": ["t"]}) == ["6.x: no such rule, in t"]


def test_markers_are_read_from_functions_classes_and_parameters(tmp_path: Path) -> None:
    source = """
import pytest

@pytest.mark.rule("a", "b")
@pytest.mark.parametrize("x", [1, pytest.param(2, marks=pytest.mark.rule("c"))])
def test_one(x): ...

@pytest.mark.rule("a")
class TestMore:
    @pytest.mark.rule("a", "d")
    def test_two(self): ...

def test_none(): ...
"""
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_x.py").write_text(source)
    one, two = "tests/test_x.py::test_one", "tests/test_x.py::TestMore::test_two"
    assert read_markers(tmp_path) == {"a": [one, two], "b": [one], "c": [one], "d": [two]}


def test_an_unknown_rule_stops_the_run(tmp_path: Path) -> None:
    source = "import pytest\n\n@pytest.mark.rule('6.no-such')\ndef test_it():\n    pass\n"
    (tmp_path / "test_sample.py").write_text(source)
    options = ["-p", "tests.conftest", "-p", "no:cacheprovider", "-c", os.devnull]
    result = subprocess.run(
        [sys.executable, "-m", "pytest", *options, f"--rootdir={tmp_path}", str(tmp_path)],
        cwd=CHECKOUT,
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == pytest.ExitCode.USAGE_ERROR, result.stdout
    assert "test_sample.py::test_it: '6.no-such'" in result.stderr
