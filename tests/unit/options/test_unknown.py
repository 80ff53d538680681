"""Names that are no option: which are errors, which are dropped, which are read."""

from __future__ import annotations

import re

import pytest

from flask_cors.errors import Problem, Report, Trial
from flask_cors.options.names import near
from flask_cors.options.unknown import read_unknown

PAGE = "https://app.example.com"


def asked(name: str, value: object, **others: object) -> tuple[object, Report]:
    report = Trial()
    return read_unknown(name, value, {name: value, **others}, "app", report), report


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
@pytest.mark.parametrize("value", [True, 1, "true"])
def test_a_misspelt_enforce_is_an_error(name: str, value: object) -> None:
    problem = error(name, value)
    assert near(name) == "enforce"
    assert problem.hint.startswith("Write enforce=")


@pytest.mark.rule("8.unknown-option")
@pytest.mark.parametrize(
    "name", ["check_origin", "verify_origins", "strict_origin", "require_same_origin"]
)
def test_a_flag_that_wants_the_origin_checked_is_an_error(
    name: str,
) -> None:
    problem = error(name, True)
    assert problem.fix == {"enforce": True, "origins": ["https://app.example.com"]}
    _, report = asked(name, True, origins=[PAGE])
    assert report.problems[0].fix == {"enforce": True}


@pytest.mark.rule("8.unknown-option")
@pytest.mark.parametrize(
    ("name", "value", "listed"),
    [
        ("blocked_origins", [PAGE], "origins"),
        ("blacklist", PAGE, "origins"),
        ("deny", [PAGE], "origins"),
        ("exclude", ["/admin"], "resources"),
        ("exclude_paths", ["/admin"], "resources"),
        ("excluded_urls", ["/admin"], "resources"),
        ("skip_routes", ["/admin"], "resources"),
        ("ignore_paths", ["/admin"], "resources"),
        ("forbidden_methods", ["DELETE"], "methods"),
        ("disallow_verbs", ["DELETE"], "methods"),
        ("deny_headers", ["X-Secret"], "allow_headers"),
        ("reject_unknown", True, "origins"),
        ("skip", ["/admin"], "resources"),
        ("exclude", "/admin", "resources"),
        ("exclude", {"/admin": {}}, "resources"),
        ("ignore", ["/admin"], "resources"),
        ("exempt", ["https://a.example"], "origins"),
        ("without_endpoints", ["admin"], "resources"),
        ("unless", ["/admin"], "resources"),
        ("non_cors_paths", ["/admin"], "resources"),
        ("protected_paths", ["/admin/*"], "resources"),
        # A function that says what is kept out.
        ("blocked_origins", "x".__eq__, "origins"),
        ("exclude_paths", "/admin".__eq__, "resources"),
        ("unless", "x".__eq__, "origins"),
        ("skip_if", "x".__eq__, "origins"),
        ("nonpublic_paths", "x".__eq__, "resources"),
        ("no_methods", ["DELETE"], "methods"),
        ("remove_methods", ["DELETE"], "methods"),
        ("omit_headers", ["X-A"], "allow_headers"),
        ("untrusted_origins", [PAGE], "origins"),
        ("banned", ["a.example"], "origins"),
    ],
)
def test_an_option_that_keeps_something_out_is_an_error_that_asks_for_a_list(
    name: str, value: object, listed: str
) -> None:
    problem = error(name, value)
    assert problem.hint.startswith(f"List what is allowed: {listed}=")


@pytest.mark.rule("8.unknown-option")
@pytest.mark.parametrize(
    ("name", "value", "fix"),
    [
        (
            "cors_config",
            {"/api/*": {"origins": PAGE}},
            {"resources": {"/api/*": {"origins": PAGE}}},
        ),
        ("url_pattern", "/api/*", {"resources": "/api/*"}),
        ("only", ["/api/*"], {"resources": ["/api/*"]}),
        ("frontend", "localhost:3000", {"origins": "http://localhost:3000"}),
        ("allowed_sites", [PAGE], {"origins": [PAGE]}),
        ("http_verbs", ["GET"], {"methods": ["GET"]}),
        ("accept_headers", ["X-A"], {"allow_headers": ["X-A"]}),
        ("validator", len, {"origins": len}),
        ("endpoints", ["api.index"], {}),
        ("blueprints", ["api"], {}),
        ("supported_methods", ["GET"], {"methods": ["GET"]}),
        ("allowed_verbs", ["GET"], {"methods": ["GET"]}),
        ("supported_headers", ["X-A"], {"allow_headers": ["X-A"]}),
        ("accepted_header", ["X-A"], {"allow_headers": ["X-A"]}),
        ("allowed_orgins", ["a.example"], {"origins": ["https://a.example"]}),
        ("allow_from", ["a.example"], {"origins": ["https://a.example"]}),
        ("website", "a.example", {"origins": "https://a.example"}),
        ("policies", {"a": {"origins": [PAGE]}}, {}),
        ("rules", [{"origins": [PAGE]}], {}),
        ("configs", [{"/api/*": {"origins": PAGE}}], {}),
        ("by_site", {PAGE: {"methods": ["GET"]}}, {}),
        ("scope", "/api", {"resources": "/api"}),
    ],
)
def test_what_restricts_by_another_name_is_an_error(name: str, value: object, fix: object) -> None:
    assert error(name, value).fix == fix


@pytest.mark.rule("8.unknown-option")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        # A letter wrong, and a value that allows nothing.
        ("orgins", False),
        ("methdos", False),
        # What a value holds, at any depth.
        ("clients", [re.compile(r"https://a\.example")]),
        ("partners", ((PAGE,),)),
        ("frontend", [PAGE.encode()]),
        ("frontend", f'["{PAGE}"]'),
        ("wildcard", re.compile(r"https://.*\.app\.example")),
        ("allow_wildcard", False),
        ("path_prefix", "/api"),
        ("limit_to", [PAGE]),
        ("callback", len),
        ("sameOrigin", True),
        ("no_cors", True),
        ("enforce_methods", ["POST"]),
    ],
)
def test_what_restricts_is_an_error_whatever_holds_it(name: str, value: object) -> None:
    assert error(name, value)


@pytest.mark.rule("8.unknown-option")
@pytest.mark.parametrize(("name", "value"), [("enabled", False), ("disabled", True)])
def test_a_flag_that_was_to_switch_cors_off_is_an_error(name: str, value: object) -> None:
    problem = error(name, value)
    assert problem.reason == "there is no such option, and CORS would stay on"


@pytest.mark.rule("8.unknown-option")
def test_options_in_a_mapping_by_an_unknown_name_are_an_error() -> None:
    problem = error("config", {"origins": [PAGE]})
    assert "**options" in problem.hint


@pytest.mark.rule("8.unknown-option")
@pytest.mark.parametrize("value", [[], PAGE.__eq__, 0])
@pytest.mark.parametrize(
    "name", ["known_origins", "stripe_origins", "node_origins", "blockchain_origins"]
)
def test_letters_of_another_word_keep_nothing_out(name: str, value: object) -> None:
    assert "Was origins meant?" in error(name, value).reason


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
        ("allow_all", True),
        ("allow_all_headers", True),
        ("all_methods", True),
        ("allow_cors", True),
        ("allow_websockets", True),
        ("allow_pna", True),
        ("url_prefix", ""),
        ("url_prefix", None),
        ("resource", None),
        ("resource", "^.*$"),
        ("origin_regex", re.compile(".*")),
        ("allowed_origins", "all"),
        ("trust_proxy", 1),
        ("template", "index.html"),
        ("on_error", print),
        ("cookie_name", "session"),
        ("cookie_secure", True),
        ("docs_url", "https://docs.a.example"),
        ("redis_url", "redis://localhost"),
        ("check_origin", False),
        ("blocked_origins", []),
        ("on_denied", print),
        ("rejected_handler", print),
        ("deny", "none"),
        ("allow_methods", None),
    ],
)
def test_what_restricts_nothing_is_dropped_with_a_warning(name: str, value: object) -> None:
    assert dropped(name, value).reason.startswith("dropped: there is no such option")


@pytest.mark.rule("8.unknown-harmless")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("support_credentials", False),
        ("disable_credentials", True),
        ("no_cookies", "true"),
        ("credentials", "omit"),
        ("allow_auth", False),
        ("disallow_credentials", True),
        ("exclude_credentials", True),
        ("noCredentials", True),
        ("disablecredentials", True),
        ("never_cookies", True),
        ("strip_cookies", True),
        ("no_auth", True),
        ("session", False),
        ("credentials", "none"),
        ("credentials", ""),
        ("allow_credentials", 0),
    ],
)
def test_a_misspelt_flag_that_only_takes_away_is_read(name: str, value: object) -> None:
    read, report = asked(name, value)
    assert read == ("supports_credentials", False)
    assert report.problems == []


# -- what is to be written ---------------------------------------------------------------


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
