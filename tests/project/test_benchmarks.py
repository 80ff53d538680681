"""The benchmark measures what it says: its statistics, its requests, its table, a short run."""

from __future__ import annotations

import http.client
import json
import random
from collections.abc import Iterator
from pathlib import Path
from statistics import NormalDist
from typing import Any
from urllib.parse import urlsplit
from wsgiref.validate import validator

import numpy as np
import pytest
from flask import Flask
from werkzeug import Request

from benchmarks import __main__ as command
from benchmarks import commands, plots, report, server, serving, targets
from benchmarks.estimates import Estimate, estimate, median_of
from benchmarks.kits import (
    BARE,
    COMPARED,
    HANDWRITTEN,
    IMPLEMENTATIONS,
    INCUMBENT,
    KITS,
    PROJECT,
    TITLES,
)
from benchmarks.processes import Process, WorkerError
from benchmarks.scenarios import SCENARIOS, Scenario, get, preflight
from benchmarks.sittings import Results, Runner, Times, check_alike, check_answer, take_turns
from benchmarks.targets import Target
from benchmarks.wsgi import Ask, environ, repeat, repeat_in_threads, request
from flask_cors.resolution import table as policies_table
from flask_cors.runtime.hooks import state_of

RNG_SEED = 7
INTERVAL = ("median", "low", "high")


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(RNG_SEED)


# -- statistics ------------------------------------------------------------------------


def test_equal_values_leave_no_doubt(rng: np.random.Generator) -> None:
    assert estimate([[4.0] * 9, [4.0] * 5], rng) == Estimate(4.0, 4.0, 4.0)


def test_an_outlier_does_not_move_the_estimate(rng: np.random.Generator) -> None:
    found = estimate([[3.0, *[4.0] * 40, 9000.0]], rng)
    assert found == Estimate(4.0, 4.0, 4.0)


def test_the_interval_is_as_wide_as_the_sample_says(rng: np.random.Generator) -> None:
    # The median of n normal values has a standard error of 1.2533 / sqrt(n).
    values = NormalDist(5.0, 1.0).quantiles(1_001)
    found = estimate([values], rng)
    assert found.median == pytest.approx(5.0)
    assert found.low < 5.0 < found.high
    assert found.high - found.low == pytest.approx(2 * 1.96 * 1.2533 / 1_000**0.5, rel=0.2)


def test_sittings_that_differ_widen_the_interval(rng: np.random.Generator) -> None:
    found = estimate([[1.0] * 50, [2.0] * 50, [3.0] * 50], rng)
    assert (found.low, found.median, found.high) == (1.0, 2.0, 3.0)


def test_a_sitting_without_values_does_not_count(rng: np.random.Generator) -> None:
    assert estimate([[], [2.0]], rng) == Estimate(2.0, 2.0, 2.0)


def test_the_median_is_that_of_all_sittings() -> None:
    assert median_of([[1.0, 2.0], [3.0, 50.0, 60.0]]) == 3.0


# -- requests --------------------------------------------------------------------------


def test_the_environ_is_that_of_the_request() -> None:
    asked = preflight("/items")
    seen = Request(environ(asked))
    assert (seen.method, seen.path, seen.host) == ("OPTIONS", "/items", "api.example")
    assert {name: seen.headers[name] for name in asked.headers} == dict(asked.headers)


def test_without_an_origin_there_is_no_key_for_it() -> None:
    assert environ(get(origin=None)).keys() == environ(get()).keys() - {"HTTP_ORIGIN"}


@pytest.mark.parametrize("implementation", [BARE, HANDWRITTEN, PROJECT])
def test_environ_and_app_keep_to_wsgi(implementation: str) -> None:
    scenario = SCENARIOS["allowed"]
    app = validator(scenario.build(KITS[implementation]()).wsgi_app)
    template = environ(scenario.ask)
    assert request(app, template).body == b"Hello, cross-origin world"
    assert template == environ(scenario.ask) | {
        name: template[name] for name in ("wsgi.input", "wsgi.errors")
    }


class Closing:
    """An app that notes what is done with its responses."""

    def __init__(self) -> None:
        self.closed = 0
        self.environs: list[dict[str, Any]] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Closing:
        environ["seen"] = True
        self.environs.append(environ)
        start_response("204 NO CONTENT", [("X-One", "1"), ("x-one", "2")])
        return self

    def __iter__(self) -> Iterator[bytes]:
        yield b"a"
        yield b"b"

    def close(self) -> None:
        self.closed += 1


def test_a_request_is_whole() -> None:
    app = Closing()
    answer = request(app, {})
    assert (answer.status, answer.body, app.closed) == (204, b"ab", 1)
    assert answer.values("X-One") == ["1", "2"]


def test_repeated_requests_are_whole_and_start_from_the_same_environ() -> None:
    app, template = Closing(), {"PATH_INFO": "/"}
    assert repeat(app, template, 5) > 0
    assert (len(app.environs), app.closed) == (5, 5)
    assert template == {"PATH_INFO": "/"}


def test_each_thread_sends_its_share() -> None:
    app = Closing()
    assert repeat_in_threads(app, {}, 5, 3) > 0
    assert len(app.environs) == 15


# -- scenarios -------------------------------------------------------------------------

SMALL = [name for name, scenario in SCENARIOS.items() if scenario.size <= 10 and scenario.weight]


@pytest.mark.parametrize("implementation", [BARE, HANDWRITTEN, PROJECT])
@pytest.mark.parametrize("name", [name for name in SMALL if not name.startswith("100000")])
def test_every_scenario_answers_as_it_says(name: str, implementation: str) -> None:
    scenario = SCENARIOS[name]
    app = scenario.build(KITS[implementation]())
    answer = request(app.wsgi_app, environ(scenario.ask))
    acao = answer.values("Access-Control-Allow-Origin")
    check_answer(scenario, implementation, {"status": answer.status, "acao": acao})


@pytest.mark.parametrize(
    ("implementation", "answer"),
    [
        (PROJECT, {"status": 200, "acao": []}),
        (PROJECT, {"status": 404, "acao": ["*"]}),
        (BARE, {"status": 200, "acao": ["*"]}),
    ],
)
def test_another_answer_is_not_measured(implementation: str, answer: dict[str, Any]) -> None:
    with pytest.raises(WorkerError, match="allowed"):
        check_answer(SCENARIOS["allowed"], implementation, answer)


def test_the_marks_of_scenarios_name_what_there_is() -> None:
    assert set(targets.SHARE_OF_HANDWRITTEN.keys()) <= SCENARIOS.keys()
    for name, (smallest, _, _) in targets.GROWTH.items():
        assert {name, smallest} <= SCENARIOS.keys()
    for name in targets.SETUP_MS:
        assert SCENARIOS[name].setup
    for panels in plots.PLOTS.values():
        assert all(plots.on_curve(dict(SCENARIOS), curve) for curve in panels)


# -- turns -----------------------------------------------------------------------------


class Greeting:
    """A process that runs on what it is told to run on."""

    def __init__(self, flask: str) -> None:
        self.flask = flask

    def __enter__(self) -> Greeting:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    fresh = __enter__

    def ask(self, name: str, *arguments: Any) -> Any:
        assert (name, arguments) == ("greet", ())
        return {"Flask": self.flask}


def test_processes_that_differ_are_not_compared() -> None:
    alike: Any = {name: Greeting("3.1.3") for name in IMPLEMENTATIONS}
    check_alike(alike)
    with pytest.raises(WorkerError, match=r"flask-cors': {'Flask': '3\.1\.2'}"):
        check_alike(alike | {INCUMBENT: Greeting("3.1.2")})


class Counting:
    """A process whose every request takes a microsecond, and one whose takes longer."""

    def __init__(self, nanoseconds: int) -> None:
        self.nanoseconds = nanoseconds
        self.times: list[int] = []

    def ask(self, name: str, times: int) -> int:
        assert name == "run"
        self.times.append(times)
        return times * self.nanoseconds


@pytest.mark.parametrize(("nanoseconds", "times"), [(1_000, 400), (160_000, 400), (640_000, 100)])
def test_a_block_is_as_long_for_all_that_are_not_much_slower(nanoseconds: int, times: int) -> None:
    process: Any = Counting(nanoseconds)
    runner = Runner(process)
    assert runner.block() == pytest.approx(nanoseconds / 1_000)
    assert process.times[-1] == times


class Turn:
    """A runner that notes when it was its turn."""

    def __init__(self, name: str, turns: list[str]) -> None:
        self.name, self.turns = name, turns

    def block(self) -> float:
        self.turns.append(self.name)
        return 40.0 + IMPLEMENTATIONS.index(self.name)


def test_everybody_has_one_block_a_round() -> None:
    turns: list[str] = []
    runners: Any = {name: Turn(name, turns) for name in IMPLEMENTATIONS}
    times = Times()
    times.begin_sitting(runners)
    ticks = iter(range(100))
    take_turns(runners, 7, times, random.Random(RNG_SEED), lambda: next(ticks))
    rounds = [tuple(turns[start : start + 4]) for start in range(0, len(turns), 4)]
    assert len(rounds) > 4
    assert all(sorted(names) == sorted(IMPLEMENTATIONS) for names in rounds)
    assert len(set(rounds)) > 2
    expected = [[float(place)] * len(rounds) for place in (1, 2, 3)]
    assert [times.overheads[name][0] for name in COMPARED] == expected
    assert times.totals[BARE] == [[40.0] * 3 * len(rounds)]


# -- what is shown ---------------------------------------------------------------------


def figures_of(scenario: Scenario, *overheads: float) -> dict[str, Any]:
    """Return a scenario's figures with the overheads given for each compared one."""
    found = dict(zip(COMPARED, overheads, strict=True))
    return {
        "title": scenario.title,
        "total_us": {BARE: 40.0} | {name: 40.0 + value for name, value in found.items()},
        "overhead_us": {
            name: {"median": value, "low": value - 0.1, "high": value + 0.1}
            for name, value in found.items()
        },
        "pairs": 12,
    }


def all_figures() -> dict[str, Any]:
    """Return figures of a whole run in which every target holds."""
    measured = [scenario for scenario in SCENARIOS.values() if scenario.weight]
    requests = {scenario.name: figures_of(scenario, 4.5, 34.0, 4.0) for scenario in measured}
    requests["preflight"] = figures_of(SCENARIOS["preflight"], 4.5, 24.0, -8.0)
    setup = {
        scenario.name: {
            "title": scenario.title,
            "beyond_bare_ms": {HANDWRITTEN: 1.0, INCUMBENT: 2.0, PROJECT: 3.0},
            "compile_ms": 2.0,
        }
        for scenario in SCENARIOS.values()
        if scenario.setup
    }
    once = {"python_mib": 9.0, "process_mib": None, "collection_ms": 2.0}
    return {
        "requests": requests,
        "setup": setup,
        "memory": dict.fromkeys(IMPLEMENTATIONS, once),
        "import_ms": {INCUMBENT: 5.0, PROJECT: 6.0},
        "commands_s": {name: dict.fromkeys(commands.COMMANDS, 2.5) for name in commands.APPS},
        "gunicorn": {
            name: {"requests_per_second": 1234.5, "p99_ms": 7.25} for name in IMPLEMENTATIONS
        },
    }


def lines_of(figures: dict[str, Any]) -> list[str]:
    """Return the table's lines, with runs of spaces made one."""
    return [" ".join(line.split()) for line in report.table(figures).splitlines()]


def test_a_row_shows_median_interval_and_both_ratios() -> None:
    requests = {"allowed": figures_of(SCENARIOS["allowed"], 4.5, 24.0, 3.0)}
    head, row = lines_of({"requests": requests})
    assert head.endswith("bare hand-written flask-cors 6.0.5 this project ×hand ×f-c")
    assert row.startswith("CORS(app, origins), allowed 40.0 4.5 [4.4 4.6] 24.0 [23.9 24.1]")
    assert row.endswith("3.0 [2.9 3.1] 0.67 0.12")


def test_what_is_not_known_is_a_dash() -> None:
    found = figures_of(SCENARIOS["callable"], -0.2, 24.0, 3.0)
    del found["overhead_us"][INCUMBENT]
    row = lines_of({"requests": {"callable": found}})[1]
    assert row == "callable origin 40.0 -0.2 [-0.3 -0.1] – 3.0 [2.9 3.1] – –"


def test_large_overheads_are_shown_without_decimals() -> None:
    found = figures_of(SCENARIOS["allowed"], 4.5, 20123.4, 3.0)
    assert "20123 [20123 20124]" in lines_of({"requests": {"allowed": found}})[1]


def test_the_table_shows_everything_in_columns() -> None:
    text = report.table(all_figures())
    for part in text.split("\n\n"):
        widths = {len(line) for line in part.splitlines()}
        assert len(widths) == 1
        assert max(widths) < 100
    assert "1,000 literal origins" in text
    assert "10 literal origins" not in text
    lines = lines_of(all_figures())
    assert "5,000 decorated views 1.0 2.0 3.0" in lines
    assert "MiB allocated by Python 9.0 9.0 9.0" in lines
    assert "MiB the process grew by – – –" in lines
    assert "ms to import after Flask – 5.0 6.0" in lines
    assert "in 200 blueprints 2.50 2.50 2.50 2.50" in lines
    assert "requests a second 1,234.5 1,234.5 1,234.5 1,234.5" in lines


def test_the_table_says_why_gunicorn_was_left_out() -> None:
    lines = lines_of({"gunicorn": "left out, because wrk is not installed"})
    assert lines[-1] == "gunicorn under wrk: left out, because wrk is not installed"


@pytest.fixture
def results() -> Results:
    """Two scenarios that took the same; this project's blocks and the snippet's cross over."""
    totals = {BARE: [[40.0, 42.0]], HANDWRITTEN: [[44.0]], INCUMBENT: [[60.0]], PROJECT: [[43.0]]}
    overheads: dict[str, list[list[float]]] = {
        BARE: [[]],
        HANDWRITTEN: [[4.0, 5.0, 9.0]],
        INCUMBENT: [[20.0] * 3],
        PROJECT: [[3.0, 9.0, 5.0]],
    }
    setups = {BARE: [0.5], HANDWRITTEN: [0.6], INCUMBENT: [1.5], PROJECT: [2.75]}
    compiles = {name: [0.5] for name in (BARE, *COMPARED)}
    return {name: Times(setups, compiles, totals, overheads) for name in ("denied", "allowed")}


def test_figures_come_from_the_samples(results: Results, rng: np.random.Generator) -> None:
    found = report.requests_figures(results, rng)
    assert list(found) == ["allowed", "denied"]
    totals = {BARE: 41.0, HANDWRITTEN: 44.0, INCUMBENT: 60.0, PROJECT: 43.0}
    assert found["allowed"]["total_us"] == totals
    assert found["allowed"]["overhead_us"][INCUMBENT] == dict.fromkeys(INTERVAL, 20.0)
    assert found["allowed"]["overhead_us"][PROJECT] == {"median": 5.0, "low": 3.0, "high": 9.0}
    assert found["allowed"]["pairs"] == 3


def test_set_up_is_what_bare_flask_does_not_take(results: Results) -> None:
    assert report.setup_figures(results) == {
        "allowed": {
            "title": SCENARIOS["allowed"].title,
            "beyond_bare_ms": {HANDWRITTEN: 0.1, INCUMBENT: 1.0, PROJECT: 2.25},
            "compile_ms": 0.0,
        }
    }


def test_every_target_is_looked_at() -> None:
    found = targets.targets(all_figures())
    # Each actual request against hand-written, and what is allowed against flask-cors.
    requests = 2 * len(targets.SHARE_OF_HANDWRITTEN) - 2
    assert len(found) == requests + 1 + len(targets.GROWTH) + len(targets.SETUP_MS) + 6 + 3
    assert [target.title for target in found if not target.holds] == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("requests/denied/overhead_us/project/median", 4.6),
        ("requests/class/overhead_us/flask-cors/median", 19.9),
        ("requests/decorated/overhead_us/project/median", 6.8),
        ("requests/preflight/total_us/project", 36.1),
        ("requests/100000-origins/overhead_us/project/median", 5.1),
        ("requests/1000-glob/overhead_us/project/median", 8.1),
        ("setup/5000-endpoints/beyond_bare_ms/project", 100.1),
        ("setup/100000-origins/beyond_bare_ms/project", 300.1),
        ("setup/5000-decorated/compile_ms", 200.1),
        ("memory/project/python_mib", 25.1),
        ("import_ms/project", 10.1),
        ("commands_s/in_blueprints/cors check", 3.1),
    ],
)
def test_a_missed_target_is_reported(path: str, value: float) -> None:
    figures = json.loads(json.dumps(all_figures()))
    *way, last = path.split("/")
    inner = figures
    for key in way:
        inner = inner[key]
    inner[last] = value
    missed = [target for target in targets.targets(figures) if not target.holds]
    assert len(missed) == 1
    assert str(missed[0]).startswith("MISSED")


def test_a_target_says_what_was_measured() -> None:
    target = Target("ms to import after Flask", 6.0, 10.0)
    assert " ".join(str(target).split()) == "holds ms to import after Flask 6.000 ≤ 10.000"
    assert target.as_dict() == {
        "title": "ms to import after Flask",
        "measured": 6.0,
        "limit": 10.0,
        "holds": True,
    }


def test_the_plots_have_four_lines_each_and_do_not_change(tmp_path: Path) -> None:
    requests = all_figures()["requests"]
    (tmp_path / "again").mkdir()
    drawn = plots.draw(requests, tmp_path)
    assert [path.name for path in drawn] == ["origins.svg", "resources.svg", "routes.svg"]
    for path in drawn:
        text = path.read_text("utf-8")
        assert all(f">{title}</text>" in text for title in TITLES.values())
        assert len(text) < 60_000
    for one, other in zip(drawn, plots.draw(requests, tmp_path / "again"), strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_a_plot_without_figures_is_not_drawn(tmp_path: Path) -> None:
    requests = {"1-endpoints": figures_of(SCENARIOS["1-endpoints"], 4.5, 24.0, 3.0)}
    assert plots.draw(requests, tmp_path) == [tmp_path / "routes.svg"]


# -- commands --------------------------------------------------------------------------


@pytest.mark.parametrize("factory", commands.APPS)
def test_the_commands_see_5000_routes(factory: str) -> None:
    app: Flask = getattr(commands, factory)()
    rules = list(app.url_map.iter_rules())
    policies = state_of(app).policies()
    assert len(rules) == 5_000
    assert all(
        policies.policy(policies_table.Target(rule.endpoint, rule.rule, "GET", rule.rule))
        for rule in rules
    )


# -- server ----------------------------------------------------------------------------

WRK = """\
Running 1s test @ http://127.0.0.1:8000/
  1 threads and 8 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     3.24ms    1.20ms  14.90ms   84.11%
    Req/Sec     2.49k   113.60     2.66k    70.00%
  Latency Distribution
     50%    3.05ms
     75%    3.67ms
     90%    4.54ms
     99%  810.00us
  2482 requests in 1.00s, 523.52KB read
Requests/sec:   2479.88
Transfer/sec:    523.07KB
"""


def test_wrk_is_understood() -> None:
    assert serving.read_wrk(WRK) == serving.Load(2482, 2479.88, 3.05, 0.81)


def test_a_load_may_have_any_status_where_it_is_asked_for() -> None:
    assert serving.read_wrk(WRK + "  Non-2xx or 3xx responses: 12\n", any_status=True).requests


@pytest.mark.parametrize(
    "text",
    [
        WRK + "  Non-2xx or 3xx responses: 12\n",
        WRK + "  Socket errors: connect 0, read 3, write 0, timeout 0\n",
        "unable to connect to 127.0.0.1:8000 Connection refused\n",
    ],
)
def test_a_load_with_errors_is_none(text: str) -> None:
    with pytest.raises(serving.LoadError):
        serving.read_wrk(text)


def test_a_scenario_is_served() -> None:
    with server.scenario(PROJECT) as url:
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
        asked: Ask = SCENARIOS[server.SCENARIO].ask
        connection.request(asked.method, asked.path, headers=dict(asked.headers))
        answer = connection.getresponse()
        assert answer.read() == b"Hello, cross-origin world"
        assert answer.getheader("Access-Control-Allow-Origin") == asked.headers["Origin"]
        connection.close()


# -- runs ------------------------------------------------------------------------------


def test_scenarios_are_chosen_by_name_and_pattern() -> None:
    chosen = [scenario.name for scenario in command.select(["preflight", "1*-glob"])]
    assert chosen == ["preflight", "1-glob", "10-glob", "100-glob", "1000-glob"]
    assert command.select([]) == list(SCENARIOS.values())
    with pytest.raises(SystemExit, match="no scenario is called prefight"):
        command.select(["prefight"])


@pytest.mark.parametrize(
    ("arguments", "directory"),
    [
        ([], command.RESULTS),
        (["--only", "allowed"], None),
        (["--seconds", "10"], None),
        (["--seconds", "10", "--output", "there"], Path("there")),
        (["--only", "allowed", "--output", "there"], Path("there")),
    ],
)
def test_a_few_scenarios_do_not_replace_the_results(
    arguments: list[str], directory: Path | None
) -> None:
    assert command.destination(command.parser().parse_args(arguments)) == directory


def described(load: float, seconds: float) -> str:
    machine = report.machine() | {"load": load}
    how = {"machine": machine, "seconds": seconds, "sittings": 1, "sittings_of_actual": 5}
    return command.described(how | {"requests": {}})


@pytest.mark.parametrize(("load", "warned"), [(0.3, False), (2.5, True)])
def test_a_busy_machine_is_reported(load: float, warned: bool) -> None:
    assert ("The machine was busy (load 2.5)" in described(load, 60)) is warned


@pytest.mark.parametrize(("seconds", "rough"), [(59.0, True), (60.0, False)])
def test_a_rough_run_is_reported(seconds: float, rough: bool) -> None:
    assert ("A rough run" in described(0.3, seconds)) is rough


def test_a_worker_that_dies_is_noticed() -> None:
    with (
        pytest.raises(WorkerError, match="bare has died"),
        Process(BARE) as process,
        process.fresh() as fork,
    ):
        fork.ask("build", "no such scenario")


def test_a_run_of_one_second(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    only = ["--only", "allowed", "--only", "threads", "--only", "1-endpoints"]
    command.main(["--seconds", "1", *only, "--output", str(tmp_path)])
    printed = capsys.readouterr().out
    assert (tmp_path / "table.txt").read_text("utf-8") == printed
    figures = json.loads((tmp_path / "results.json").read_text("utf-8"))
    assert list(figures["requests"]) == ["allowed", "threads", "1-endpoints"]
    for found in figures["requests"].values():
        assert found["pairs"] >= 3
        assert set(found["total_us"]) == set(IMPLEMENTATIONS)
        assert all(total > 0 for total in found["total_us"].values())
    assert set(figures["setup"]["allowed"]["beyond_bare_ms"]) == set(COMPARED)
    assert (tmp_path / "routes.svg").exists()
