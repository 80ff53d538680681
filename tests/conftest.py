"""What holds for every test: the package under test is this checkout's, and CI skips nothing."""

from __future__ import annotations

import gc
import os
from collections.abc import Generator, Iterator
from pathlib import Path
from weakref import ref

import pytest

import flask_cors
from flask_cors.resolution import unused
from flask_cors.signals import cors_denied
from tests.rules import RULES

CHECKOUT = Path(__file__).resolve().parents[1]


def pytest_configure() -> None:
    """Stop before the first test when another installation would be tested instead."""
    imported = Path(flask_cors.__file__).resolve().parent
    if imported != CHECKOUT / "flask_cors":
        raise pytest.UsageError(
            f"flask_cors is imported from {imported}, not from {CHECKOUT}: run `make test`"
        )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Stop before the first test when a marker names a rule that is none."""
    named = {(rule, item) for item in items for m in item.iter_markers("rule") for rule in m.args}
    unknown = sorted(f"{item.nodeid}: {rule!r}" for rule, item in named if rule not in RULES)
    if unknown:
        raise pytest.UsageError("rules that tests/rules.py does not list:\n" + "\n".join(unknown))


def pytest_collection_finish() -> None:
    """Let ``gc.collect`` look only at what tests make, not at ten thousand tests as well."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let what a test logged be sent from a worker of pytest-xdist, odd characters included."""
    report = yield
    report.sections = [
        (title, text.encode(errors="backslashreplace").decode()) for title, text in report.sections
    ]
    return report


@pytest.fixture(autouse=True)
def _forget_unused_objects() -> None:
    """Leave no ``CORS`` object of another test for `check` to find."""
    unused._live.clear()
    unused._dropped.clear()


@pytest.fixture(autouse=True)
def _disconnect_receivers() -> Iterator[None]:
    """Leave no receiver, which an example of the documentation may connect, to another test."""
    yield
    for reference in list(cors_denied.receivers.values()):
        cors_denied.disconnect(reference() if isinstance(reference, ref) else reference)


def skipped(config: pytest.Config) -> list[str]:
    """Return the node ids of the tests, and of the modules, that were skipped."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return [report.nodeid for report in reporter.stats.get("skipped", [])] if reporter else []


def skips_fail(config: pytest.Config) -> bool:
    """Tell whether this is a CI run in which a test was skipped."""
    return bool(os.environ.get("CI") and skipped(config))


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if skips_fail(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if skips_fail(config):
        terminalreporter.section("skipped, which CI does not allow", red=True)
        for nodeid in skipped(config):
            terminalreporter.line(nodeid)
