"""What each command prints, byte for byte; ``UPDATE_GOLDEN=1`` writes the files anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.cli import ScriptInfo

from flask_cors.cli import cors
from tests.golden.app import make_app

CHECKOUT = Path(__file__).parents[2]
FOLDER = CHECKOUT / "tests" / "golden"
PAGE = "https://app.example.com"
ITEM = "/api/items/3"

CASES = {
    "routes-wide": (["routes"], 140, "utf-8", 0),
    "routes-narrow": (["routes"], 60, "utf-8", 0),
    "routes-ascii": (["routes"], 140, "ascii", 0),
    "routes-sources": (["routes", "--sources", "--endpoint", "api.items"], 100, "utf-8", 0),
    "explain-readable": (["explain", "GET", ITEM, "--origin", PAGE], 100, "utf-8", 0),
    "explain-blocked": (
        ["explain", "PUT", ITEM, "--origin", "https://evil.example", "--header", "X-A"],
        100,
        "utf-8",
        1,
    ),
    "explain-narrow": (
        ["explain", "GET", "/", "--origin", "null", "--credentials"],
        60,
        "ascii",
        1,
    ),
    "explain-off": (["explain", "DELETE", "/api/internal", "--origin", PAGE], 100, "utf-8", 1),
    "explain-missing": (["explain", "GET", "/no/such/page", "--origin", PAGE], 100, "utf-8", 1),
    "check-wide": (["check"], 140, "utf-8", 1),
    "check-narrow": (["check"], 50, "ascii", 1),
}


@pytest.mark.parametrize("name", CASES)
def test_golden(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    args, columns, charset, code = CASES[name]
    monkeypatch.chdir(CHECKOUT)
    # What a terminal or a CI service says of itself is not what is tested here.
    for variable in ("FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(variable, raising=False)
    result = CliRunner(charset=charset, env={"COLUMNS": str(columns)}).invoke(
        cors, args, obj=ScriptInfo(create_app=make_app)
    )
    file = FOLDER / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(result.output, "utf-8")
    assert result.output == file.read_text("utf-8")
    assert (result.exit_code, "\x1b" in result.output) == (code, False)
    assert charset != "ascii" or result.output.isascii()
    assert max(map(len, result.output.splitlines())) <= columns


def test_every_file_has_a_case() -> None:
    assert {file.stem for file in FOLDER.glob("*.txt")} == set(CASES)
