"""The lines that the migration page says to change raise or warn; the new ones do neither."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from flask_cors import CORS, ConfigError, CorsWarning, cross_origin
from flask_cors.runtime.hooks import state_of

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "migrating.rst").read_text("utf-8")
PAIR = re.compile(r"^    # before: (.+)\n    (.+)$", re.M)
AFTER = re.compile(r"^    # before, .+\n    (.+)$", re.M)


def run(line: str) -> None:
    app = Flask("migrated")
    names: dict[str, Any] = {"app": app, "CORS": CORS, "cross_origin": cross_origin, "re": re}
    exec(textwrap.dedent(line), names)
    if "cors" in app.extensions:
        state_of(app).policies()


@pytest.mark.parametrize(("before", "after"), PAIR.findall(PAGE))
def test_the_old_line_raises_or_warns_and_the_new_one_does_not(before: str, after: str) -> None:
    # In this suite a warning is raised.
    with pytest.raises((ConfigError, CorsWarning, DeprecationWarning)):
        run(before)
    run(after)


@pytest.mark.parametrize("after", AFTER.findall(PAGE))
def test_what_means_the_same_as_before_is_accepted(after: str) -> None:
    run(after)


def test_the_pairs_are_found() -> None:
    assert (len(PAIR.findall(PAGE)), len(AFTER.findall(PAGE))) == (12, 4)
