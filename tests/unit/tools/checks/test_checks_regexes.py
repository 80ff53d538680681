"""Rules about regular expressions for origins: CORS007 and CORS032."""

from __future__ import annotations

import re
import sys
from typing import Any

import pytest
from flask import Flask

from flask_cors import CORS
from flask_cors.runtime.hooks import state_of
from flask_cors.tools.checks import Finding, check
from flask_cors.tools.closed import examine

pytestmark = pytest.mark.filterwarnings("ignore:.*(it also matches|every site could read)")


def findings(origins: Any, **options: Any) -> list[Finding]:
    app = Flask(__name__, static_folder=None)
    CORS(app, origins=origins, **options)
    app.add_url_rule("/", "index", lambda: "x")
    found = check(app, state_of(app)).findings
    return [item for item in found if item.id in ("CORS007", "CORS032")]


@pytest.mark.parametrize(
    "pattern",
    [
        r"https://.*example\.com",
        r".*example\.com",
        r"https://\w+example\.com",
        r"https://example\.com.*",
        r"https://example.*",
        r"https://[a-z]+.example\.com",
        r"http://localhost.*",
        r"https://.*\.github\.io",
        r"https?://.*",
        r"https://app.example\.com",
        re.compile(".*"),
    ],
)
def test_an_open_expression_is_one_finding(pattern: Any) -> None:
    (found,) = findings(re.compile(pattern))
    assert (found.severity, found.place) == ("warning", "CORS(app)")
    assert found.file == __file__
    # What is suggested instead is closed.
    written = re.search(r"Write (r?'[^']+')", found.hint)
    if written and "*" not in re.sub(r"[)\].w+]\*", "", written[1]):
        text = eval(written[1])
        assert examine(re.compile(text, re.IGNORECASE)).answer == "closed"


def test_a_witness_is_let_in() -> None:
    pattern = re.compile(r"https://.*example\.com")
    (found,) = findings(pattern)
    witness = re.search(r"lets (\S+) in", found.reason)
    assert witness is not None
    assert pattern.fullmatch(witness[1])


@pytest.mark.parametrize(
    "pattern",
    [
        r"https://[a-z]+\.example\.com",
        r"https://(a|b)\.example\.com(:\d+)?",
        r"http://localhost:\d+",
    ],
)
def test_a_closed_expression_is_none(pattern: str) -> None:
    assert findings(pattern) == []


def test_credentials_make_it_an_error() -> None:
    for pattern in (r"https://.*example\.com", r"https://app.example\.com"):
        (found,) = findings(re.compile(pattern), supports_credentials=True)
        assert found.severity == "error"


def test_what_cannot_be_proved_is_a_note() -> None:
    (found,) = findings(re.compile(r"https://([a-z]+)\.example\.\1"))
    assert (found.id, found.severity) == ("CORS032", "note")
    assert "could not be proved closed" in found.reason


def test_without_the_extra_the_dots_are_found() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "publicsuffixlist", None)
        found = findings(r"https://app.unseen\.example")
    assert [item.id for item in found] == ["CORS007"]
