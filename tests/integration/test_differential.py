"""Every difference from flask-cors 6.0.5 is a row of the compatibility table.

Thousands of random applications are built twice, under flask-cors 6.0.5 in an environment of its
own and under this package, and asked the same. ``pytest -s`` prints how often each row was met.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.integration.differential import cases, compare, environment
from tests.integration.differential.cases import Case, Mark, Request, View
from tests.integration.differential.compare import Answer, Report
from tests.integration.differential.rows import ROWS, UNSEEN

# What the tests of this module share is made once, on one worker.
pytestmark = [pytest.mark.incumbent, pytest.mark.xdist_group("differential")]

CASES = 2600
FEW = 200
SHOWN = 3

A, EVIL = "https://a.example", "https://evil.test"
PREFLIGHT = [["Origin", A], ["Access-Control-Request-Method", "GET"]]
PLAIN = Case(
    apps=[{"origins": A, "max_age": 60, "expose_headers": "X-Total"}],
    views=[View("open", "/open", "/open", None, ["GET"])],
    requests=[
        Request("GET", "/open", [["Origin", A]]),
        Request("GET", "/open", [["Origin", EVIL]]),
        Request("OPTIONS", "/open", PREFLIGHT),
    ],
)


@dataclass(frozen=True)
class Asked:
    """All cases, and what both sides said to them."""

    cases: list[Case]
    old: list[Answer]
    new: list[Answer]


@pytest.fixture(scope="session")
def incumbent() -> Path:
    """Return the interpreter that has flask-cors 6.0.5, made where it is missing."""
    return environment.ensure()


@pytest.fixture(scope="module")
def asked(incumbent: Path) -> Asked:
    """Ask both sides everything, once."""
    written = list(cases.cases(CASES))
    return Asked(written, *compare.ask_both(incumbent, written))


@pytest.fixture(scope="module")
def report(asked: Asked) -> Report:
    """Compare what they said."""
    return compare.compare(asked.cases, asked.old, asked.new)


@pytest.fixture(scope="module")
def plain(incumbent: Path) -> Asked:
    """Ask both sides about one small application."""
    return Asked([PLAIN], *compare.ask_both(incumbent, [PLAIN]))


def about(asked: Asked, new: list[Answer]) -> list[str]:
    """Return what the findings are about when this package had answered *new*."""
    return [finding.about for finding in compare.compare(asked.cases, asked.old, new).findings]


def test_sides_are_what_they_should_be(asked: Asked) -> None:
    old, new = asked.old[0], asked.new[0]
    assert old["version"] == environment.INCUMBENT
    assert Path(old["file"]).is_relative_to(environment.DIRECTORY)
    assert Path(new["file"]).parent == environment.ROOT / "flask_cors"


def test_every_difference_is_a_row(report: Report, incumbent: Path) -> None:
    print(f"\n{report.table()}")
    if report.findings:
        first = {finding.about: finding for finding in reversed(report.findings)}
        shown = [f"{item}\n  {item.smallest(incumbent)}" for item in first.values()][:SHOWN]
        pytest.fail("\n".join([f"{len(report.findings)} findings:", *shown]), pytrace=False)


def test_every_row_is_met(report: Report) -> None:
    assert list(ROWS) == [*range(1, 33), 36]
    assert report.unmet() == set()


def test_rows_that_no_response_shows_have_a_reason(asked: Asked) -> None:
    assert set(UNSEEN) == {23}
    assert asked.old[0]["logger"] == {"level": 30, "handlers": 1}
    assert asked.new[0]["logger"] == {"level": 0, "handlers": 0}


def test_flask_cors_has_no_differences_from_itself_and_is_not_this_package(asked: Asked) -> None:
    old = asked.old[: FEW + 1]
    report = compare.compare(asked.cases[:FEW], old, old)
    assert report.differences == 0
    assert len({finding.seed for finding in report.findings}) > FEW / 2


def test_cases_come_from_the_seed_alone() -> None:
    assert cases.write(7) == cases.write(7)
    assert cases.write(7) != cases.write(8)


def test_descriptions_are_read_back() -> None:
    for case in cases.cases(200):
        assert Case.from_json(case.to_json()) == case


@pytest.mark.parametrize(
    ("request_number", "headers", "expected"),
    [
        (0, {"access-control-allow-origin": ["*"]}, "access-control-allow-origin"),
        (0, {"access-control-allow-origin": [A, A]}, "access-control-allow-origin"),
        (0, {"access-control-allow-credentials": ["true"]}, "access-control-allow-credentials"),
        (0, {"access-control-expose-headers": []}, "access-control-expose-headers"),
        (0, {"access-control-max-age": ["60"]}, "access-control-max-age"),
        (0, {"vary": ["Origin"]}, "vary"),
        (0, {"allow": ["GET"]}, "allow of allow"),
        (1, {"access-control-allow-origin": [EVIL]}, "access-control-allow-origin"),
        (1, {"vary": []}, "vary"),
        (1, {"vary": ["Origin", "Cookie"]}, "vary"),
        (2, {"access-control-allow-methods": ["GET"]}, "access-control-allow-methods"),
        (2, {"access-control-allow-headers": ["X-A"]}, "access-control-allow-headers"),
        (2, {"access-control-max-age": []}, "access-control-max-age"),
        (2, {"allow": ["GET, OPTIONS"]}, "allow of allow"),
        (2, {"access-control-allow-private-network": ["true"]}, "private-network"),
    ],
)
def test_made_up_header_is_found(
    plain: Asked, request_number: int, headers: dict[str, list[str]], expected: str
) -> None:
    assert about(plain, plain.new) == []
    new = copy.deepcopy(plain.new)
    new[1]["answers"][request_number]["headers"].update(headers)
    found = about(plain, new)
    assert found
    assert all(expected in text for text in found)


@pytest.mark.parametrize(
    "changes",
    [
        {"answers": [{"raised": None, "status": 500, "headers": {}}] * 3},
        {"answers": [{"raised": "KeyError", "status": None, "headers": {}}] * 3},
        {"warnings": ["CorsWarning: something"]},
        {"error": {"type": "ValueError", "text": "no", "problems": []}},
        {"error": {"type": "ValueError", "text": "no", "problems": [{"option": "origins"}]}},
    ],
)
def test_made_up_failure_is_found(plain: Asked, changes: dict[str, Any]) -> None:
    assert about(plain, [plain.new[0], {**plain.new[1], **changes}])


def test_finding_is_made_small(incumbent: Path) -> None:
    case = cases.write(11)
    case.views.append(View("odd", "/odd", "/odd", None, ["GET"], mark=Mark({"origins": [A]})))
    request = Request("GET", "/odd", [["Origin", A]])
    finding = compare.Finding(11, case, request, "no such finding", None, None)
    assert "odd" in finding.smallest(incumbent)
