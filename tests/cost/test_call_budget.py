"""The hot path calls no more functions than recorded; a guard that no clock can disturb.

Who makes a request dearer on purpose records the new budget, with
``python -m benchmarks.calls --record``, and says why.
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from flask import Flask

from benchmarks import calls
from benchmarks.kits import PROJECT, Project
from benchmarks.scenarios import SCENARIOS

CHECKOUT = Path(__file__).resolve().parents[2]
BLINKER = tuple(map(int, version("blinker").split(".")[:2]))


@pytest.mark.rule("11.calls")
@pytest.mark.skipif(BLINKER < (1, 8), reason="blinker's signals called more functions before 1.8")
@pytest.mark.skipif(
    calls.versions() not in calls.recorded(),
    reason=f"no budget for {calls.versions()}: python -m benchmarks.calls --record",
)
def test_a_request_calls_no_more_than_recorded() -> None:
    # In a process of its own: the marks of other tests' views have receivers left behind.
    command = [sys.executable, "-m", "benchmarks.calls"]
    result = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    assert [line.split()[0] for line in result.stdout.splitlines()] == list(calls.GUARDED)


def test_every_guarded_scenario_has_a_budget() -> None:
    assert {"Flask 2.3, Python 3.11", "Flask 3.1, Python 3.11"} <= set(calls.recorded())
    for budget in calls.recorded().values():
        assert set(budget) == set(calls.GUARDED)
    assert set(calls.GUARDED) <= set(SCENARIOS)


def test_calls_into_python_and_c_are_counted() -> None:
    def nothing() -> None:
        pass

    assert calls.count(nothing) == 1
    assert calls.count(lambda: nothing()) == 2
    assert calls.count(lambda: len("") + abs(0)) == 3


def test_counting_leaves_the_profiler_as_it_was() -> None:
    seen: list[str] = []

    def profiler(_frame: object, event: str, _argument: object) -> None:
        seen.append(event)

    sys.setprofile(profiler)
    try:
        calls.count(dict)
        assert sys.getprofile() is profiler
    finally:
        sys.setprofile(None)
    assert seen


def test_the_count_is_the_same_every_time() -> None:
    assert calls.calls_of("allowed", PROJECT) == calls.calls_of("allowed", PROJECT)


def test_one_more_call_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    before = calls.calls_of("allowed", PROJECT)
    cors = Project.cors

    def with_one_more(kit: Project, target: Flask, **options: object) -> None:
        cors(kit, target, **options)
        process = target.process_response
        monkeypatch.setattr(target, "process_response", lambda response: process(response))

    monkeypatch.setattr(Project, "cors", with_one_more)
    assert calls.calls_of("allowed", PROJECT) == before + 1


@pytest.fixture
def seven_calls(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, int]:
    """What is counted; the budget of these versions is one call short, the others' is not."""
    counted: dict[str, int] = dict.fromkeys(calls.GUARDED, 7)
    budgets = {
        "Flask 1.0, Python 3.10": counted,
        calls.versions(): {**counted, calls.GUARDED[0]: 6},
    }
    monkeypatch.setattr(calls, "BUDGET", tmp_path / "budget.json")
    monkeypatch.setattr(calls, "counted", lambda: counted)
    calls.BUDGET.write_text(json.dumps(budgets))
    return counted


@pytest.mark.usefixtures("seven_calls")
def test_a_call_too_many_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="True"):
        calls.main([])
    assert "allowed         7 of 6" in capsys.readouterr().out.splitlines()


def test_what_is_counted_becomes_the_budget(seven_calls: dict[str, int]) -> None:
    with pytest.raises(SystemExit, match="False"):
        calls.main(["--record"])
    assert calls.recorded() == {
        "Flask 1.0, Python 3.10": seven_calls,
        calls.versions(): seven_calls,
    }


@pytest.mark.usefixtures("seven_calls")
def test_versions_without_a_budget_are_held_against_the_newest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    newest = calls.budget()
    monkeypatch.setattr(calls, "versions", lambda: "Flask 9.0, Python 3.99")
    assert calls.budget() == newest
