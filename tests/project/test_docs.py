"""The pages that must keep step with the code, and the links that leave them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.project.test_import_direction import ROWS

CHECKOUT = Path(__file__).resolve().parents[2]
PAGE = (Path(__file__).resolve().parents[2] / "docs" / "migrating.rst").read_text("utf-8")
DIFFERENCES = range(1, 39)


def test_each_difference_has_one_section_with_old_new_and_reason() -> None:
    section = r"^\.\. _compat-(\d+):\n\n\1\. .+\n~+\n\n:6\.0\.5: [^:][\s\S]+?^:Now: [\s\S]+?^:Why: "
    found = re.findall(section, PAGE, re.M)
    assert sorted(map(int, found)) == list(DIFFERENCES)


def test_the_overview_lists_every_difference() -> None:
    overview = PAGE[: PAGE.index("The numbers are stable")].partition("list-table")[2]
    assert {int(number) for number in re.findall(r"<#compat-(\d+)>", overview)} == set(DIFFERENCES)


def test_a_reference_shows_the_number_it_leads_to() -> None:
    references = re.findall(r"`(\d+) <#compat-(\d+)>`__", PAGE)
    assert references
    assert [shown for shown, target in references if shown != target] == []


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "SECURITY.md"])
def test_links_within_the_checkout_lead_somewhere(name: str) -> None:
    text = (CHECKOUT / name).read_text("utf-8")
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    assert [target for target in targets if not (CHECKOUT / target).exists()] == []


def test_the_design_lists_every_folder_in_the_order_of_imports() -> None:
    page = (CHECKOUT / "docs" / "design.rst").read_text("utf-8")
    table = page.partition("* - Folder or module\n")[2].partition("\nWhy\n")[0]
    first = re.findall(r"^    \* - (.+)$", table, re.M)
    listed = [name for cell in first for name in re.findall(r"``(\w+)", cell)]
    rows = [row.name for row in ROWS if row.name != "__init__"]
    assert listed == rows, "a new folder needs a row in docs/design.rst"
    without_flask = table.partition("*with Flask*")[0]
    assert not [row.name for row in ROWS if row.flask and f"* - ``{row.name}" in without_flask]


def test_the_targets_that_pages_name_exist() -> None:
    pages = [*CHECKOUT.glob("*.md"), *(CHECKOUT / "docs").glob("*.rst")]
    command = re.compile(r"^ *\$? ?make ([a-z][\w-]*)|`make\s([a-z][\w-]*)", re.M)
    named = {
        one or other for page in pages for one, other in command.findall(page.read_text("utf-8"))
    }
    targets = re.findall(r"^([\w-]+):", (CHECKOUT / "Makefile").read_text("utf-8"), re.M)
    assert {"test", "demo", "docs-try"} <= named <= set(targets)
