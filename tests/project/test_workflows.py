"""The public workflows run what is there, over the versions that are promised."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
GITHUB = CHECKOUT / ".github"
WORKFLOWS = {path.stem: path.read_text("utf-8") for path in (GITHUB / "workflows").glob("*.yml")}
PINNED = re.compile(
    r"[\w.-]+/[\w.-]+@(v\d+|release/v\d+|[0-9a-f]{40})|\./\.github/workflows/[\w.]+"
)


def setup_cfg() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(CHECKOUT / "setup.cfg", "utf-8")
    return parser


@pytest.mark.parametrize("name", sorted(WORKFLOWS))
def test_commands_exist(name: str) -> None:
    makefile = (CHECKOUT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([\w-]+):", makefile, re.M))
    assert set(re.findall(r"run: make ([\w-]+)", WORKFLOWS[name])) <= targets
    for script in re.findall(r"run: (\.[\w/]+)$", WORKFLOWS[name], re.M):
        assert (CHECKOUT / script).stat().st_mode & 0o100


@pytest.mark.parametrize("name", sorted(WORKFLOWS))
def test_actions_are_pinned_and_permissions_are_few(name: str) -> None:
    actions = re.findall(r"uses: (\S+)", WORKFLOWS[name])
    assert actions
    assert [action for action in actions if not PINNED.fullmatch(action)] == []
    assert re.search(r"^permissions:\n  contents: read\n", WORKFLOWS[name], re.M)


def test_every_python_of_the_classifiers_is_tested() -> None:
    prefix = "Programming Language :: Python :: 3."
    classifiers = setup_cfg()["metadata"]["classifiers"].splitlines()
    promised = {f"3.{line.removeprefix(prefix)}" for line in classifiers if line.startswith(prefix)}
    tested = dict(re.findall(r'python: "(3\.\d+)", tox: (py\d+)', WORKFLOWS["tests"]))
    assert promised <= tested.keys()
    assert all(env == f"py{python.replace('.', '')}" for python, env in tested.items())


def test_every_flask_of_tox_is_tested() -> None:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(CHECKOUT / "tox.ini", "utf-8")
    tested = re.search(r"tox: \[(.*)\]", WORKFLOWS["tests"])
    assert tested is not None
    assert tested[1] == parser["tox"]["env_list"]


def test_only_the_job_that_publishes_can_sign() -> None:
    release = WORKFLOWS["release"]
    before, _, publish = release.partition("\n  publish:\n")
    assert "id-token" not in before
    assert "id-token: write" in publish
    assert "password" not in publish
    assert "needs: build" in publish
    assert "needs: tests" in before


def test_a_report_asks_for_what_explain_prints() -> None:
    bug = (GITHUB / "ISSUE_TEMPLATE" / "bug.yml").read_text("utf-8")
    asked = bug.partition("id: explain")[2].partition("- type:")[0]
    assert "flask cors explain" in asked
    assert "required: true" in asked
