"""``CORS_CHECK_IGNORE``: by id and by place, each with a reason."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Blueprint, Flask

from flask_cors import CORS
from flask_cors.runtime.hooks import state_of
from flask_cors.tools.checks import CheckResult, check


def two_open_blueprints(**config: Any) -> CheckResult:
    app = Flask(__name__, static_folder=None)
    app.config.update(config)
    for name in ("public", "oops"):
        blueprint = Blueprint(name, __name__, url_prefix=f"/{name}")
        blueprint.add_url_rule("/", "index", lambda: "x")
        CORS(blueprint, origins="*")
        app.register_blueprint(blueprint)
    return check(app, state_of(app))


def test_one_place_is_ignored_and_no_other() -> None:
    reasons = {"CORS002": {"CORS(public)": " open data "}}
    result = two_open_blueprints(CORS_CHECK_IGNORE=reasons)
    assert [(item.id, item.place) for item in result.findings] == [("CORS002", "CORS(oops)")]
    (ignored,) = result.ignored
    assert (ignored.place, ignored.ignored) == ("CORS(public)", "open data")


def test_an_id_alone_is_ignored_everywhere() -> None:
    result = two_open_blueprints(CORS_CHECK_IGNORE={"CORS002": "open data"})
    assert (result.findings, len(result.ignored)) == ((), 2)


def test_a_place_has_its_own_reason() -> None:
    reasons = {"CORS002": {"CORS(public)": "one", "CORS(oops)": "two"}}
    result = two_open_blueprints(CORS_CHECK_IGNORE=reasons)
    assert {item.place: item.ignored for item in result.ignored} == {
        "CORS(public)": "one",
        "CORS(oops)": "two",
    }


@pytest.mark.parametrize(
    ("ignore", "place", "words"),
    [
        ({"CORS002": {"CORS(gone)": "x"}}, "['CORS002']['CORS(gone)']", "nothing to ignore"),
        ({"CORS002": {"CORS(public)": " "}}, "['CORS002']['CORS(public)']", "no reason"),
        ({"CORS002": {"CORS(public)": None}}, "['CORS002']['CORS(public)']", "no reason"),
        ({"CORS2": {"CORS(public)": "x"}}, "['CORS2']['CORS(public)']", "no such rule"),
        ({"CORS004": {"CORS(public)": "x"}}, "['CORS004']['CORS(public)']", "nothing to ignore"),
    ],
)
def test_a_place_that_ignores_nothing(ignore: Any, place: str, words: str) -> None:
    found = two_open_blueprints(CORS_CHECK_IGNORE=ignore).findings[-1]
    assert (found.id, found.place) == ("CORS022", f"CORS_CHECK_IGNORE{place}")
    assert words in found.reason
