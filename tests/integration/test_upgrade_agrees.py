"""``check --upgrade`` names every kind of change that random apps show against flask-cors 6.0.5."""

from __future__ import annotations

import json
import os
import subprocess
import warnings
from pathlib import Path

import pytest

from flask_cors.runtime.hooks import state_of
from flask_cors.tools.checks.upgrade import upgrade
from tests.integration.differential import environment, upgrades

pytestmark = [pytest.mark.incumbent, pytest.mark.xdist_group("differential")]

APPS = 400


def test_no_change_is_passed_over() -> None:
    interpreter = environment.ensure()
    differing = 0
    for number, old in enumerate(_under(interpreter)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            app = upgrades.make(number)
            new = upgrades.seen(app)
            effects = {change.effect for change in upgrade(app, state_of(app)).changes}
        pairs = [pair for was, now in zip(old, new, strict=True) for pair in _pairs(was, now)]
        differing += any(was is not now for was, now in pairs)
        assert "allows more" in effects or (False, True) not in pairs, number
        assert "allows less" in effects or (True, False) not in pairs, number
    assert differing > APPS / 3


def _pairs(was: upgrades.Page, now: upgrades.Page) -> list[tuple[bool, bool]]:
    assert was[:2] == now[:2]
    return [(bool(old), bool(new)) for old, new in zip(was[2:], now[2:], strict=True)]


def _under(interpreter: Path) -> list[upgrades.Seen]:
    variables = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    program = [str(interpreter), upgrades.__file__, str(APPS)]
    done = subprocess.run(program, capture_output=True, text=True, check=True, env=variables)
    return [[tuple(page) for page in each] for each in json.loads(done.stdout)]
