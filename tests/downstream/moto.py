"""moto's own tests of its server, from its source distribution."""

from __future__ import annotations

import os
import subprocess
import tarfile
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from tests.downstream.environments import HERE, Environment
from tests.downstream.sessions import Outcomes

_PATTERN: Final = "test_server.py"
_MORE: Final = (
    "tests/test_core/test_account_id_resolution.py",
    "tests/test_moto_api/state_manager/servermode/test_inmemory_server.py",
    "tests/test_s3/test_multiple_accounts_server.py",
    "tests/test_utilities/test_threaded_server.py",
)
# moto asks its users to set these, so that no test could reach a real account.
_VARIABLES: Final = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
}
_KINDS: Final = {"failure": "failed", "error": "failed", "skipped": "skipped"}


def sources(environment: Environment, release: str) -> Path:
    """Return the directory of moto's source distribution, fetched where it is missing."""
    directory = environment.directory / f"moto-{release}"
    if not directory.exists():
        target = str(environment.directory)
        only = ["--no-deps", "--no-binary", "moto"]
        environment.pip("download", *only, "--dest", target, f"moto=={release}")
        with tarfile.open(environment.directory / f"moto-{release}.tar.gz") as archive:
            archive.extractall(environment.directory, filter="data")
    return directory


def outcomes(environment: Environment, release: str, directory: Path) -> Outcomes:
    """Run the tests, and return what became of each."""
    root = sources(environment, release)
    tests = sorted(str(path.relative_to(root)) for path in (root / "tests").rglob(_PATTERN))
    report = directory / "report.xml"
    options = ["-q", "-p", "no:cacheprovider", "-p", "resolve_localhost", f"--junitxml={report}"]
    done = subprocess.run(
        [environment.program("python"), "-m", "pytest", *options, *tests, *_MORE],
        cwd=root,
        env={**os.environ, **_VARIABLES, "PYTHONPATH": str(HERE / "plugins")},
        capture_output=True,
        text=True,
        check=False,
    )
    if not report.exists():
        raise SystemExit(f"moto's tests did not run:\n{done.stdout}{done.stderr}")
    return read(report)


def read(report: Path) -> Outcomes:
    """Read pytest's report."""
    return {
        f"{case.get('classname')}::{case.get('name')}": next(
            (_KINDS[child.tag] for child in case if child.tag in _KINDS), "passed"
        )
        for case in ElementTree.parse(report).iter("testcase")
    }
