"""Names that are no option: which are errors, which are dropped, which are read."""

from __future__ import annotations

from typing import Any

import pytest

from flask_cors.errors import Problem, Report, Trial
from flask_cors.options.names import near, read_unknown, synonym

PAGE = "https://app.example.com"


def asked(name: str, value: object) -> tuple[object, Report]:
    report = Trial()
    return read_unknown(name, value, {name: value}, "app", report), report


def error(name: str, value: object) -> Problem:
    read, report = asked(name, value)
    assert read is None
    assert report.degraded == []
    (problem,) = report.problems
    return problem


def dropped(name: str, value: object) -> Problem:
    read, report = asked(name, value)
    assert read is None
    assert report.problems == []
    (problem,) = report.degraded
    return problem


# -- errors: a restriction would be lost -------------------------------------------------


@pytest.mark.rule("8.unknown-option")
@pytest.mark.parametrize(
    "name",
    [
        *("origin", "allow_origins", "allowed_domain", "white_list", "allowlist", "trusted"),
        *("domains_regex", "host", "restrict_to", "only_from", "domains"),
    ],
)
def test_a_list_of_origins_by_another_name_is_an_error_that_names_origins(name: str) -> None:
    problem = error(name, [PAGE])
    assert problem.fix == {"origins": [PAGE]}


@pytest.mark.rule("8.unknown-option")
@pytest.mark.parametrize("name", ["frontend", "clients", "peer", "spa"])
@pytest.mark.parametrize("value", [PAGE, [PAGE], {PAGE}, (None, "HTTP://localhost:3000")])
def test_a_name_that_is_near_nothing_with_origins_as_its_value_is_an_error(
    name: str, value: object
) -> None:
    problem = error(name, value)
    assert "looks like origins" in problem.reason
    assert "origins=" in problem.hint


@pytest.mark.rule("8.unknown-option")
@pytest.mark.parametrize("name", ["enforced", "enforcing", "force", "force_cors", "enforec"])
def test_a_misspelt_enforce_is_an_error(name: str) -> None:
    problem = error(name, True)
    assert problem.fix == {"enforce": True}


@pytest.mark.rule("8.unknown-option")
@pytest.mark.parametrize(
    "name", ["check_origin", "verify_origins", "strict_origin", "require_same_origin"]
)
def test_a_flag_that_wants_the_origin_checked_is_an_error(
    name: str,
) -> None:
    assert error(name, True).fix == {"enforce": True}


@pytest.mark.rule("8.unknown-option")
@pytest.mark.parametrize(
    ("name", "value", "listed"),
    [
        ("blocked_origins", [PAGE], "origins"),
        ("blacklist", PAGE, "origins"),
        ("deny", [PAGE], "origins"),
        ("exclude", ["/admin"], "origins"),
        ("exclude_paths", ["/admin"], "resources"),
        ("excluded_urls", ["/admin"], "resources"),
        ("skip_routes", ["/admin"], "resources"),
        ("ignore_paths", ["/admin"], "resources"),
        ("forbidden_methods", ["DELETE"], "methods"),
        ("disallow_verbs", ["DELETE"], "methods"),
        ("deny_headers", ["X-Secret"], "allow_headers"),
        ("reject_unknown", True, "origins"),
    ],
)
def test_an_option_that_keeps_something_out_is_an_error_that_asks_for_a_list(
    name: str, value: object, listed: str
) -> None:
    problem = error(name, value)
    assert problem.hint.startswith(f"List what is allowed: {listed}=")


@pytest.mark.rule("8.unknown-option")
def test_options_in_a_mapping_by_an_unknown_name_are_an_error() -> None:
    problem = error("config", {"origins": [PAGE]})
    assert "**options" in problem.hint


# -- dropped: nothing is lost ------------------------------------------------------------


@pytest.mark.rule("8.unknown-harmless")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("static_folder", "/x"),
        ("ignore_case", True),
        ("skip_preflight", True),
        ("block", None),
        ("exclude_paths", []),
        ("enforced", False),
        ("config", {"origins": "*"}),
        ("config", {}),
        ("support_credentials", True),
        ("origin", "*"),
        ("debug", True),
        ("ignore_errors", True),
        ("skip", True),
        ("force_https", True),
        ("host", "0.0.0.0"),
        ("host", "localhost"),
        ("host", "::1"),
    ],
)
def test_what_restricts_nothing_is_dropped_with_a_warning(name: str, value: object) -> None:
    assert dropped(name, value).reason.startswith("dropped: there is no such option")


@pytest.mark.rule("8.unknown-harmless")
def test_a_misspelt_flag_that_only_takes_away_is_read() -> None:
    read, report = asked("support_credentials", False)
    assert read == ("supports_credentials", False)
    assert report.problems == []


# -- which option was meant --------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "option"),
    [
        ("Access-Control-Allow-Origin", "origins"),
        ("CORS_ORIGIN", "origins"),
        ("verbs", "methods"),
        ("url_prefix", "resources"),
        ("exposed_headers", "expose_headers"),
        ("max-age", "max_age"),
        ("enforcement", "enforce"),
        ("enforce_origins", "origins"),
        ("template", None),
    ],
)
def test_the_nearest_option_of_a_name(name: str, option: str | None) -> None:
    assert near(name) == option


@pytest.mark.parametrize(
    ("name", "option"), [("whitelist", "origins"), ("WHITELIST", "origins"), ("originz", None)]
)
def test_a_synonym_has_no_letter_wrong(name: str, option: Any) -> None:
    assert synonym(name) == option


@pytest.mark.parametrize("name", ["url", "hosts", "host", "methods_", "paths"])
def test_an_origin_is_an_origin_whatever_the_name_is_near_to(name: str) -> None:
    assert error(name, PAGE).fix == {"origins": PAGE}


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("request_headers", 5, "Write allow_headers=..., which takes"),
        ("enforced", "x", "Write enforce=..., which takes bool."),
    ],
)
def test_a_hint_does_not_repeat_a_value_that_the_option_refuses(
    name: str, value: object, hint: str
) -> None:
    assert error(name, value).hint.startswith(hint)
