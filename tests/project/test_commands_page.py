"""The page about the commands keeps step with them."""

from __future__ import annotations

import ast
import re
import textwrap
from pathlib import Path

import pytest

from flask_cors.cli import cors
from flask_cors.tools.checks import RULES
from flask_cors.tools.probe import Limits
from tests.integration.test_cli_golden import CASES

CHECKOUT = Path(__file__).resolve().parents[2]
PAGE = (CHECKOUT / "docs" / "commands.rst").read_text("utf-8")
GOLDEN = CHECKOUT / "tests" / "golden"


def test_every_rule_is_listed_with_its_severity() -> None:
    listed = re.findall(r"   \* - (CORS\d{3})\n     - (\w+)\n", PAGE)
    assert listed == [(rule.id, rule.severity) for rule in RULES]


def test_every_command_and_option_is_named() -> None:
    for name, command in cors.commands.items():
        section = PAGE.partition(f"\n{name}\n{'-' * len(name)}\n")[2].partition("\n---")[0]
        assert section, name
        for parameter in command.params:
            for option in parameter.opts if parameter.param_type_name == "option" else ():
                assert option in section or option == "--output", (name, option)


@pytest.mark.parametrize("name", ["routes-sources", "explain-blocked", "check-wide"])
def test_the_output_that_is_shown_is_that_of_the_command(name: str) -> None:
    caption = f"   :caption: flask cors {' '.join(CASES[name][0])}\n"
    shown = re.search(rf"^{re.escape(caption)}\n((?:   .*\n|\n)+)", PAGE, re.M)
    assert shown
    output = (GOLDEN / f"{name}.txt").read_text("utf-8")
    assert textwrap.dedent(shown[1]).strip("\n") == output.strip("\n")


def test_the_bounds_are_those_of_the_probe() -> None:
    assert Limits() == Limits(seconds=10, requests=12, body=64 * 1024)
    for words in ("ten seconds", "twelve requests", "64 KiB"):
        assert words in PAGE


def test_the_recipes_compile() -> None:
    blocks = re.findall(r"\.\. code-block:: python\n\n((?:    .*\n|\n)+)", PAGE)
    assert len(blocks) == 3
    for block in blocks:
        ast.parse("".join(line[4:] if line.strip() else line for line in block.splitlines(True)))
