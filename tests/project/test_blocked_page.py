"""The page about blocked requests and the browser model say the same."""

from __future__ import annotations

import re

import pytest

from flask_cors.testing.errors import CORS_STEPS, OTHER_STEPS
from tests.blocked_page import BROWSERS, GAP, PAGE, entries, index_of

STEPS = CORS_STEPS | OTHER_STEPS
ENTRIES = entries()
# Chromium's list of schemes differs from build to build.
SCHEMES = re.compile(r"(protocol schemes: ).+(?=\.$)")


def with_gaps(words: str) -> str:
    """Return the model's words with a gap for each value."""
    words = words.replace("an insecure {resource} '", "an insecure resource '")
    words = re.sub(r"\{origin\}/|\{\w+\}", GAP, words.strip())
    return SCHEMES.sub(rf"\1{GAP}", words)


def test_every_step_of_the_model_has_an_entry() -> None:
    assert ENTRIES.keys() == STEPS.keys()


@pytest.mark.parametrize("step", sorted(STEPS))
def test_chromiums_words_are_those_of_the_model(step: str) -> None:
    assert ENTRIES[step].words() == with_gaps(STEPS[step].words)


@pytest.mark.parametrize("step", sorted(STEPS))
def test_an_entry_says_clause_cause_and_fix(step: str) -> None:
    fields = ENTRIES[step].fields
    clause = f"<https://fetch.spec.whatwg.org/#{STEPS[step].section}>"
    assert fields["Step"] == f"`{step} {clause}`__"
    assert fields["Cause"].endswith(".")
    assert fields["Fix"].endswith(".")


def test_entries_of_cors_come_first() -> None:
    steps = list(ENTRIES)
    assert set(steps[: len(CORS_STEPS)]) == set(CORS_STEPS)


@pytest.mark.parametrize("browser", BROWSERS)
def test_a_browsers_list_leads_to_the_entries_with_its_words(browser: str) -> None:
    found: dict[str, set[str]] = {}
    for entry in ENTRIES.values():
        if words := entry.words(browser):
            found.setdefault(words, set()).add(entry.step)
    assert index_of(browser) == found


def test_nothing_of_the_page_is_overlooked() -> None:
    assert len(re.findall(r"^\.\. _blocked-", PAGE, re.M)) == len(ENTRIES)
    assert PAGE.count(":Chromium: ") == len(ENTRIES)
