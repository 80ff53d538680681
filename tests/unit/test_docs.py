"""The pages that must keep step with the code: the differences from 6.x."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "migrating.rst").read_text("utf-8")
DIFFERENCES = range(1, 33)


def test_each_difference_has_one_section_with_old_new_and_reason() -> None:
    section = r"^\.\. _compat-(\d+):\n\n\1\. .+\n~+\n\n:6\.0\.5: [^:][\s\S]+?^:Now: [\s\S]+?^:Why: "
    found = re.findall(section, PAGE, re.M)
    assert sorted(map(int, found)) == list(DIFFERENCES)


def test_the_overview_lists_every_difference() -> None:
    overview = PAGE[: PAGE.index("The numbers are stable")].partition("list-table")[2]
    assert {int(number) for number in re.findall(r"<compat-(\d+)>", overview)} == set(DIFFERENCES)


def test_a_reference_shows_the_number_it_leads_to() -> None:
    references = re.findall(r":ref:`(\d+) <compat-(\d+)>`", PAGE)
    assert references
    assert [shown for shown, target in references if shown != target] == []
