"""Ask both sides, take every difference apart, and find the rows that explain it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.integration.differential.cases import UNASKED, Case, Request
from tests.integration.differential.facts import Facts
from tests.integration.differential.readings import HEADERS, VARY, Headers
from tests.integration.differential.rows import ROWS, UNSEEN, Difference, explaining, words
from tests.integration.differential.shrink import shrink

WORKER = Path(__file__).with_name("worker.py")
Answer = dict[str, Any]
Surprise = tuple[str, Any, Any, Any]
NOTHING: Answer = {"raised": None, "status": None, "headers": {}}


def ask(interpreter: Path | str, cases: Iterable[Case], path: str | None = None) -> list[Answer]:
    """Run a worker on all cases; return its greeting, then one answer a case.

    ``path`` goes first on the worker's import path, so that a copy of the library can be asked.
    """
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    environment.update({"PYTHONPATH": path} if path else {})
    asked = "".join(json.dumps(case.to_json()) + "\n" for case in cases)
    said = subprocess.run(
        [str(interpreter), str(WORKER)],
        input=asked,
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        cwd=WORKER.parent,
    )
    if said.returncode:
        raise RuntimeError(f"the worker under {interpreter} failed:\n{said.stderr}")
    return [json.loads(line) for line in said.stdout.splitlines()]


def ask_both(
    incumbent: Path, cases: Sequence[Case], path: str | None = None
) -> tuple[list[Answer], list[Answer]]:
    """Ask flask-cors and this package at the same time."""
    with ThreadPoolExecutor(2) as pool:
        old = pool.submit(ask, incumbent, cases)
        new = pool.submit(ask, sys.executable, cases, path)
        return old.result(), new.result()


@dataclass(frozen=True)
class Finding:
    """What no row explains: all that is needed to see it again."""

    seed: int
    case: Case
    request: Request | None
    about: str
    old: Any
    new: Any
    wanted: Any = None

    def __str__(self) -> str:
        lines = [f"seed {self.seed}: {self.about}: {self.old!r} became {self.new!r}"]
        lines += [f"  wanted: {self.wanted!r}"] if self.wanted is not None else []
        return "\n".join(lines)

    def smallest(self, incumbent: Path, path: str | None = None) -> str:
        """Return the smallest description that still shows this, as JSON."""
        case = replace(
            self.case, requests=[self.request] if self.request else [Request("GET", "/", [])]
        )

        def holds(cases: list[Case]) -> list[bool]:
            old, new = ask_both(incumbent, cases, path)
            each = zip(cases, old[1:], new[1:], strict=True)
            return [self.about in abouts(smaller, *answers) for smaller, *answers in each]

        return json.dumps(shrink(case, holds), sort_keys=True)


def abouts(case: Case, old: Answer, new: Answer) -> set[str]:
    """Return what the findings of one case are about; a broken description has none."""
    report = Report()
    try:
        compare_case(report, 0, case, old, new)
    except (ArithmeticError, AttributeError, LookupError, StopIteration, TypeError, ValueError):
        return set()
    return {finding.about for finding in report.findings}


@dataclass
class Report:
    """What a comparison found: how often each row explained, and what none did."""

    requests: int = 0
    differences: int = 0
    alone: Counter[int] = field(default_factory=Counter)
    shared: Counter[int] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    def explain(self, seed: int, request: Request | None, difference: Difference) -> None:
        """Count the rows that explain a difference, or keep it as a finding."""
        self.differences += 1
        rows = explaining(difference)
        (self.alone if len(rows) == 1 else self.shared).update(rows)
        if not rows:
            about = f"{difference.step} of {difference.what}"
            self.findings.append(
                Finding(seed, difference.case, request, about, difference.old, difference.new)
            )

    def wonder(self, seed: int, facts: Facts, surprises: Iterable[Surprise]) -> None:
        """Keep as findings what a side answered and its reading does not give."""
        for about, old, new, wanted in surprises:
            asked = (facts.case, facts.request)
            self.findings.append(Finding(seed, *asked, about, old, new, wanted or "nothing"))

    def table(self) -> str:
        """Return the summary: a line a row."""
        lines = [f"{self.requests} requests, {self.differences} differences", "row  alone shared"]
        for number, row in ROWS.items():
            said = (row.__doc__ or "").splitlines()[0]
            lines.append(f"{number:>3} {self.alone[number]:>6} {self.shared[number]:>6}  {said}")
        hidden = [f"row {number} cannot show: {reason}" for number, reason in UNSEEN.items()]
        unasked = [f"not asked: {thing}" for thing in UNASKED]
        return "\n".join([*lines, *hidden, *unasked, f"unexplained: {len(self.findings)}"])

    def unmet(self) -> set[int]:
        """Return the rows that no difference needed: none was explained by them alone."""
        return set(ROWS) - set(self.alone)


def line(answer: Answer, header: str) -> str | None:
    """Return a header's lines as one text, or ``None``."""
    return " | ".join(answer["headers"].get(header, ())) or None


def same(header: str, one: str | None, other: str | None) -> bool:
    """Compare two values of a header; ``Vary`` is one line of words in any order."""
    if header != VARY:
        return one == other
    return words(one) == words(other) and " | " not in f"{one}{other}"


def steps(facts: Facts, old: Answer, new: Answer, wanted: Headers) -> Iterator[Difference]:
    """Yield the steps of all differences between two answers."""
    case = facts.case
    if outcome(old) != outcome(new):
        yield Difference(case, "status", "status", outcome(old), outcome(new), facts)
    if old["raised"] or new["raised"]:
        return
    if sorted_words(old, "allow") != sorted_words(new, "allow"):
        yield Difference(case, "allow", "allow", line(old, "allow"), line(new, "allow"), facts)
    middle = facts.middle()
    for header in HEADERS:
        before, after = line(old, header), line(new, header)
        if before == after:
            continue
        between = middle[header]
        if before != between and not (header == VARY and same(header, before, between)):
            yield Difference(case, "reading", header, before, between, facts)
        if not same(header, between, wanted[header]):
            yield Difference(case, "walk", header, between, after, facts)


def sorted_words(answer: Answer, header: str) -> list[str]:
    """Return the words of a list header, sorted."""
    return sorted(words(line(answer, header)))


def old_surprises(facts: Facts, old: Answer, new: Answer) -> Iterator[Surprise]:
    """Yield what flask-cors answered and this test's reading of it does not give."""
    for header, wanted in facts.old_expected().items():
        sent = line(old, header)
        if not old["raised"] and sent != wanted:
            yield f"flask-cors's {header}, as this test knows it", sent, line(new, header), wanted


def new_surprises(facts: Facts, old: Answer, new: Answer) -> Iterator[Surprise]:
    """Yield what this package answered and the design does not give."""
    for header, wanted in facts.new_expected().items():
        sent = line(new, header)
        if not new["raised"] and not same(header, sent, wanted):
            yield f"the design's {header}", line(old, header), sent, wanted
    if outcome(new) != facts.new_status():
        yield "the design's status", outcome(old), outcome(new), facts.new_status()


def outcome(answer: Answer) -> Any:
    """Return an answer's status, or the name of what was raised."""
    return answer["raised"] or answer["status"]


def compare_request(report: Report, seed: int, facts: Facts, old: Answer, new: Answer) -> None:
    """Compare two answers to one request, and each with what its side's reading gives."""
    report.requests += 1
    report.wonder(seed, facts, old_surprises(facts, old, new))
    report.wonder(seed, facts, new_surprises(facts, old, new))
    for difference in steps(facts, old, new, facts.new_expected()):
        report.explain(seed, facts.request, difference)


def compare_case(report: Report, seed: int, case: Case, old: Answer, new: Answer) -> None:
    """Compare all that two workers said to one case."""
    for warning in set(new["warnings"]) - set(old["warnings"]):
        report.explain(seed, None, Difference(case, "warning", "warning", None, warning))
    if old["error"] or new["error"]:
        compare_errors(report, seed, case, old["error"], new["error"])
    routes = old["routes"] or new["routes"]
    for number, request in enumerate(case.requests if not new["error"] else ()):
        facts = Facts(case, request, routes[number], new["routes"][number])
        if old["error"]:
            said = new["answers"][number]
            report.wonder(seed, facts, new_surprises(facts, NOTHING, said))
        else:
            compare_request(report, seed, facts, old["answers"][number], new["answers"][number])


def compare_errors(
    report: Report, seed: int, case: Case, old: Answer | None, new: Answer | None
) -> None:
    """Compare two set-ups of which one at least was refused: each problem needs a row."""
    if old and new and old["type"] == new["type"]:
        return
    before, after = (error["text"] if error else None for error in (old, new))
    options = [problem["option"] for problem in new["problems"]] if new else []
    for option in options or ["set-up"]:
        report.explain(seed, None, Difference(case, "error", option, before, after))


def compare(
    cases: Sequence[Case], old: Sequence[Answer], new: Sequence[Answer], first: int = 0
) -> Report:
    """Compare two workers' answers, the greetings first; *first* is the first case's seed."""
    report = Report()
    loggers = [greeting["logger"] for greeting in (old[0], new[0])]
    if loggers[0] != loggers[1]:
        report.explain(0, None, Difference(Case(), "logger", "logger", *loggers))
    each = zip(cases, old[1:], new[1:], strict=True)
    for seed, (case, before, after) in enumerate(each, first):
        compare_case(report, seed, case, before, after)
    return report
