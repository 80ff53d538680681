"""The instructions of a request are counted as they are said to be, and held against limits."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks import __main__ as command
from benchmarks import commands, costs, instructions, report, serving
from benchmarks.kits import BARE, COMPARED, HANDWRITTEN, INCUMBENT, PROJECT
from benchmarks.processes import Process
from benchmarks.scenarios import SCENARIOS
from benchmarks.targets import (
    BEYOND_BARE,
    COUNTED,
    COUNTED_ON,
    ENFORCE,
    PREFLIGHT_SHARE,
    of_instructions,
)

BARE_COUNT = 300_000


@pytest.fixture
def counted_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (*COUNTED_ON, 7))


def counts(**beyond: int) -> instructions.Counts:
    """Return counts of as much beyond bare Flask for every compared implementation."""
    compared = {name: dict.fromkeys(COMPARED, BARE_COUNT + more) for name, more in beyond.items()}
    return {name: {BARE: BARE_COUNT, **found} for name, found in compared.items()}


def test_the_limits_are_of_scenarios_that_there_are() -> None:
    assert set(COUNTED) <= SCENARIOS.keys()
    assert [name for name, most in BEYOND_BARE.items() if most is None] == ["preflight"]


@pytest.mark.usefixtures("counted_python")
@pytest.mark.parametrize("name", [name for name, most in BEYOND_BARE.items() if most])
@pytest.mark.parametrize(("more", "holds"), [(0, True), (1, False)])
def test_the_limit_of_an_actual_request(name: str, more: int, holds: bool) -> None:
    most = BEYOND_BARE[name]
    assert most
    [target] = of_instructions(counts(**{name: most + more}))
    assert (target.measured, target.limit, target.holds) == (most + more, most, holds)


@pytest.mark.usefixtures("counted_python")
@pytest.mark.parametrize(("more", "holds"), [(0, True), (1, False)])
def test_the_limit_of_a_preflight_is_a_share(more: int, holds: bool) -> None:
    saved = round(BARE_COUNT * (PREFLIGHT_SHARE - 1))
    [target] = of_instructions(counts(preflight=saved + more))
    assert (target.limit, target.holds) == (PREFLIGHT_SHARE, holds)


@pytest.mark.usefixtures("counted_python")
@pytest.mark.parametrize(("more", "holds"), [(0, True), (1, False)])
def test_the_limit_of_enforce_is_beyond_the_same_request_without_it(more: int, holds: bool) -> None:
    most = BEYOND_BARE["allowed"]
    assert most
    found = of_instructions(counts(allowed=most, enforce=most + ENFORCE + more))
    assert [(t.measured, t.limit, t.holds) for t in found] == [
        (ENFORCE + more, ENFORCE, holds),
        (most, most, True),
    ]


@pytest.mark.usefixtures("counted_python")
def test_a_scenario_without_a_limit_has_no_target() -> None:
    assert list(of_instructions(counts(callable=1))) == []


def test_another_python_has_no_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 99, 0))
    assert list(of_instructions(counts(allowed=10**6))) == []
    assert "No limits: those are of CPython 3.11" in instructions.described(counts(allowed=10**6))


def test_the_table_has_columns_and_dashes() -> None:
    found = counts(allowed=28_000, preflight=-70_000)
    found["callable"] = {BARE: 1, HANDWRITTEN: 2, PROJECT: 3}
    lines = report.table({"instructions": found}).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert lines[1].split()[-4:] == ["300,000", "28,000", "28,000", "28,000"]
    assert lines[3].split()[-4:] == ["1", "1", "–", "2"]


def test_the_table_says_why_instructions_were_left_out() -> None:
    lines = report.table({"instructions": instructions.MISSING}).splitlines()
    assert lines == ["instructions: left out, because valgrind is not installed"]


def test_a_summary_is_read(tmp_path: Path) -> None:
    written = tmp_path / "1"
    written.write_text("events: Ir\nfn=main\n4 17\nsummary: 603817475\n", encoding="utf-8")
    assert instructions.executed(written) == 603_817_475
    written.write_text("events: Ir\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no summary"):
        instructions.executed(written)


def test_scenarios_are_named_in_one_argument(capsys: pytest.CaptureFixture[str]) -> None:
    parser = instructions.parser()
    assert parser.parse_args([]).only == list(COUNTED)
    assert parser.parse_args(["--only", "allowed,denied"]).only == ["allowed", "denied"]
    with pytest.raises(SystemExit):
        parser.parse_args(["--only", "allowed,dennied"])
    assert "no scenario is called dennied" in capsys.readouterr().err


def test_without_valgrind_nothing_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(instructions, "valgrind", lambda: None)
    instructions.main([])
    assert capsys.readouterr().out == (
        "Instructions: left out, because valgrind is not installed.\n"
    )


@pytest.mark.usefixtures("counted_python")
@pytest.mark.parametrize(("more", "status"), [(0, 0), (1, 1)])
def test_a_missed_limit_is_the_exit_status(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], more: int, status: int
) -> None:
    monkeypatch.setattr(instructions, "valgrind", lambda: "valgrind")
    monkeypatch.setattr(instructions, "count", lambda names: counts(allowed=28_000 + more))
    with pytest.raises(SystemExit) as ended:
        instructions.main(["--only", "allowed"])
    assert ended.value.code == status
    assert ("MISSED" in capsys.readouterr().out) is bool(status)


def test_a_whole_run_counts_all_that_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(instructions, "valgrind", lambda: "valgrind")
    monkeypatch.setattr(instructions, "count", lambda names: asked.extend(names))
    monkeypatch.setattr(costs, "memory", dict)
    monkeypatch.setattr(costs, "import_ms", lambda _: {})
    monkeypatch.setattr(commands, "seconds", lambda _: {})
    monkeypatch.setattr(serving, "has_wrk", lambda: False)
    figures: report.Figures = {}
    command.add_costs(figures, rough=True)
    assert asked == list(COUNTED)


@pytest.mark.parametrize("implementation", [PROJECT, INCUMBENT])
def test_a_counted_process_answers_as_any(implementation: str) -> None:
    with Process(implementation, environment=instructions.ENVIRONMENT) as process:
        assert instructions._run(process, SCENARIOS["allowed"], 1) > 0
