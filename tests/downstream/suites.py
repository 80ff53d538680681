"""Projects' own tests, from their source distributions."""

from __future__ import annotations

import os
import subprocess
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from tests.downstream.environments import HERE, Environment
from tests.downstream.sessions import Outcomes

_KINDS: Final = {"failure": "failed", "error": "failed", "skipped": "skipped"}


@dataclass(frozen=True)
class Suite:
    """The tests of a project that are run: patterns of paths, and what pytest is told."""

    tests: tuple[str, ...]
    options: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)


SUITES: Final = {
    "moto": Suite(
        (
            "tests/**/test_server.py",
            "tests/test_core/test_account_id_resolution.py",
            "tests/test_moto_api/state_manager/servermode/test_inmemory_server.py",
            "tests/test_s3/test_multiple_accounts_server.py",
            "tests/test_utilities/test_threaded_server.py",
        ),
        ("-p", "resolve_localhost"),
        # moto asks its users to set these, so that no test could reach a real account.
        {
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_DEFAULT_REGION": "us-east-1",
        },
    ),
    # Its API is a blueprint under ``CORS(api)``. It has no settings of pytest, nor needs ours.
    "ihatemoney": Suite(("ihatemoney/tests/api_test.py",), ("-c", os.devnull, "--rootdir=.")),
}


def sources(environment: Environment, release: str) -> Path:
    """Return the directory of a source distribution, fetched where it is missing."""
    name = environment.name
    directory = environment.directory / f"{name}-{release}"
    if not directory.exists():
        target = str(environment.directory)
        only = ["--no-deps", "--no-binary", name]
        environment.pip("download", *only, "--dest", target, f"{name}=={release}")
        with tarfile.open(environment.directory / f"{name}-{release}.tar.gz") as archive:
            archive.extractall(environment.directory, filter="data")
    return directory


def outcomes(environment: Environment, release: str, directory: Path) -> Outcomes:
    """Run the tests, and return what became of each."""
    root, suite = sources(environment, release), SUITES[environment.name]
    tests = sorted({str(path.relative_to(root)) for p in suite.tests for path in root.glob(p)})
    report = directory / "report.xml"
    options = ["-q", "-p", "no:cacheprovider", *suite.options, f"--junitxml={report}"]
    done = subprocess.run(
        [environment.program("python"), "-m", "pytest", *options, *tests],
        cwd=root,
        env={**os.environ, **suite.variables, "PYTHONPATH": str(HERE / "plugins")},
        capture_output=True,
        text=True,
        check=False,
    )
    if not report.exists():
        raise SystemExit(
            f"the tests of {environment.name} did not run:\n{done.stdout}{done.stderr}"
        )
    return read(report)


def read(report: Path) -> Outcomes:
    """Read pytest's report."""
    return {
        f"{case.get('classname')}::{case.get('name')}": next(
            (_KINDS[child.tag] for child in case if child.tag in _KINDS), "passed"
        )
        for case in ElementTree.parse(report).iter("testcase")
    }
