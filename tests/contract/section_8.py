"""Section 8, fail fast, fail closed: each rule with the tests that pin it."""

from __future__ import annotations

CONFIG = "tests/integration/test_config_errors.py"
ERRORS = "tests/unit/test_errors.py"
HOOKS = "tests/integration/test_hooks_and_errors.py"
OPTIONS = "tests/unit/options/test_reader.py"
ORIGINS = "tests/unit/patterns/test_origins.py"
RELOAD = "tests/integration/test_reload.py"
RESOLVER = "tests/unit/resolution/test_table.py"
SETUP = "tests/integration/test_setup.py"
VALUES = "tests/unit/options/test_parsers.py"
WRONG_VALUE = f"{CONFIG}::test_a_wrong_value_is_an_error_wherever_it_is_said"

RULES = [
    (
        "ConfigError (a ValueError) holds all problems found in .problems.",
        [
            f"{ERRORS}::test_a_config_error_is_a_value_error",
            f"{ERRORS}::test_several_problems_are_numbered",
            f"{ERRORS}::test_a_report_collects_and_raises_all_at_once",
            f"{CONFIG}::test_all_problems_of_a_call_are_found_at_once",
            f"{CONFIG}::test_all_problems_of_an_app_are_found_at_once",
        ],
    ),
    (
        "Each with option, value, source, reason and a hint that says what to write instead.",
        [
            f"{ERRORS}::test_a_problem_names_option_value_source_reason_and_hint",
            f"{ORIGINS}::test_what_a_hint_says_to_write_is_accepted",
            f"{VALUES}::test_what_a_hint_says_to_write_is_accepted",
            f"{OPTIONS}::test_what_the_hint_for_resources_says_to_write_is_accepted",
            f"{OPTIONS}::test_the_hints_for_credentials_are_accepted",
            WRONG_VALUE,
        ],
    ),
    (
        "Raised when the option is given where one call shows the mistake.",
        [f"{CONFIG}::test_a_mistake_that_one_call_shows_is_raised_by_that_call"],
    ),
    (
        "Else when the policies are compiled.",
        [f"{CONFIG}::test_any_other_mistake_is_raised_when_the_policies_are_compiled"],
    ),
    (
        "Unknown option, with the closest known name.",
        [
            f"{OPTIONS}::test_an_unknown_option_is_an_error_that_names_the_closest",
            f"{OPTIONS}::test_an_option_like_no_other_is_an_error_that_lists_those_of_the_place",
            f"{CONFIG}::test_an_unknown_option_is_an_error_with_the_closest_known_name",
        ],
    ),
    (
        "Unknown positional.",
        [f"{CONFIG}::test_unknown_positional_arguments_are_errors"],
    ),
    ("Wrong type.", [WRONG_VALUE]),
    (
        '"False" as a bool.',
        [f"{CONFIG}::test_a_word_is_no_bool_outside_config", WRONG_VALUE],
    ),
    (
        'Any origin + credentials (list the origins, or say re.compile(".*")).',
        [
            f"{OPTIONS}::test_what_cannot_be_granted_with_credentials",
            f"{CONFIG}::test_what_cannot_go_with_credentials_is_an_error",
            f"{CONFIG}::test_the_default_origins_cannot_go_with_credentials_either",
        ],
    ),
    (
        "null + credentials.",
        [
            f"{OPTIONS}::test_what_cannot_be_granted_with_credentials",
            f"{CONFIG}::test_what_cannot_go_with_credentials_is_an_error",
        ],
    ),
    ("origins=None.", [f"{OPTIONS}::test_origins_none_is_an_error", WRONG_VALUE]),
    (
        "An origin that no browser sends: no scheme, path, user info, white space, non-ASCII host "
        "(hint: its punycode), bad port, bad IP, file:.",
        [
            f"{ORIGINS}::test_a_mistake_says_option_value_source_reason_and_hint",
            f"{ORIGINS}::test_a_hint_names_the_origin_that_was_meant",
            WRONG_VALUE,
        ],
    ),
    (
        "A JSON list in a string.",
        [
            f"{ORIGINS}::test_a_mistake_says_option_value_source_reason_and_hint",
            f"{VALUES}::test_a_mistake_says_option_value_source_reason_and_hint",
            f"{OPTIONS}::test_a_mistake_in_resources_says_value_reason_and_hint",
            WRONG_VALUE,
        ],
    ),
    (
        "A wildcard over a whole top-level domain (localhost, test and internal are none).",
        [
            f"{ORIGINS}::test_a_mistake_says_option_value_source_reason_and_hint",
            f"{ORIGINS}::test_a_wildcard_matches_what_it_says_and_no_neighbour",
            WRONG_VALUE,
        ],
    ),
    (
        "A regex that does not compile.",
        [
            f"{ERRORS}::test_what_re_says_of_a_text_is_escaped",
            f"{OPTIONS}::test_a_mistake_in_resources_says_value_reason_and_hint",
            WRONG_VALUE,
        ],
    ),
    (
        "A method or header name that is not a token.",
        [
            "tests/unit/test_fetch.py::test_a_token_is_made_of_the_77_characters_of_rfc_9110",
            f"{VALUES}::test_a_mistake_says_option_value_source_reason_and_hint",
            WRONG_VALUE,
        ],
    ),
    (
        "* in expose_headers with credentials.",
        [
            f"{OPTIONS}::test_what_cannot_be_granted_with_credentials",
            f"{CONFIG}::test_what_cannot_go_with_credentials_is_an_error",
        ],
    ),
    (
        "A max_age that is negative or not seconds.",
        [f"{VALUES}::test_a_mistake_says_option_value_source_reason_and_hint", WRONG_VALUE],
    ),
    (
        "app = CORS(app) habits: using the object as an app fails with a hint.",
        [f"{CONFIG}::test_the_extension_used_as_an_app_fails_with_a_hint"],
    ),
    (
        "What is harmless is dropped with a warning instead: names that no page can send or read, "
        "Access-Control-* on the wrong side.",
        [
            f"{VALUES}::test_request_headers_that_mean_nothing_are_dropped",
            f"{VALUES}::test_response_headers_that_mean_nothing_are_dropped",
            f"{CONFIG}::test_what_is_harmless_is_a_warning_in_the_name_of_the_calling_code",
        ],
    ),
    (
        "CONNECT/TRACE/TRACK.",
        [
            f"{VALUES}::test_methods_that_no_page_can_send_are_dropped",
            f"{CONFIG}::test_what_is_harmless_is_a_warning_in_the_name_of_the_calling_code",
        ],
    ),
    (
        'origin="*".',
        [
            f"{OPTIONS}::test_origin_star_is_harmless_and_dropped_with_a_warning",
            f"{CONFIG}::test_origin_star_is_dropped_with_a_warning",
        ],
    ),
    (
        "A CORS_* config key that is close to an option's is warned about, never an error.",
        [
            f"{OPTIONS}::test_a_config_key_close_to_an_option_is_warned_about",
            f"{OPTIONS}::test_misspelt_keys_are_found_in_order_and_the_apps_own_are_left_alone",
            f"{CONFIG}::test_a_config_key_close_to_an_option_is_a_warning",
            f"{CONFIG}::test_other_keys_of_config_are_the_apps_own",
        ],
    ),
    (
        "Compiling happens once, before the first request is dispatched or when a command or test "
        "asks; the whole table.",
        [
            f"{CONFIG}::test_the_whole_table_is_compiled_before_any_view_runs",
            f"{SETUP}::test_many_first_requests_at_once_compile_once",
            f"{RELOAD}::test_explaining_before_the_first_request_compiles_nothing_for_good",
        ],
    ),
    (
        "If it fails, no view runs: every request fails with that error, kept until reload().",
        [
            f"{CONFIG}::test_any_other_mistake_is_raised_when_the_policies_are_compiled",
            f"{HOOKS}::test_no_view_runs_and_every_request_fails",
            f"{SETUP}::test_a_failure_is_kept_until_reload",
        ],
    ),
    (
        "Only what can happen counts.",
        [
            f"{CONFIG}::test_what_never_meets_is_not_reported",
            f"{RESOLVER}::test_only_what_surely_happens_is_an_error",
            "tests/unit/patterns/test_paths.py::test_candidates_are_what_such_paths_may_meet",
        ],
    ),
    (
        "A URL without converters is matched against the resources when compiling, once.",
        [
            f"{RESOLVER}::test_resources_are_asked_only_where_the_path_decides",
            f"{RESOLVER}::test_what_is_compiled_is_not_compiled_again",
        ],
    ),
    (
        "Where a URL with converters only might meet a resource, an impossible combination is a "
        "policy that denies, with an error in the log and in check.",
        [
            f"{OPTIONS}::test_an_impossible_policy_denies_and_says_why",
            f"{RESOLVER}::test_what_might_be_met_denies_and_is_logged",
        ],
    ),
    (
        "Equal policies are one object.",
        [f"{RESOLVER}::test_equal_policies_are_one_object"],
    ),
    (
        "An endpoint that appears later is compiled when it is first met, and its errors are its "
        "own: hold no reference to app.url_map or app.view_functions.",
        [
            f"{RESOLVER}::test_an_endpoint_that_appears_later_is_compiled_when_it_is_met",
            f"{RESOLVER}::test_the_errors_of_a_late_endpoint_are_its_own",
            f"{SETUP}::test_a_server_that_swaps_map_and_views",
        ],
    ),
    (
        'app.extensions["cors"].reload() reads app.config again and swaps the compiled table '
        "atomically while requests are served.",
        [
            f"{RELOAD}::test_config_is_read_again",
            f"{RELOAD}::test_requests_are_served_meanwhile",
            f"{SETUP}::test_reload_while_requests_are_served",
        ],
    ),
    (
        "On an error the old one stays.",
        [f"{RELOAD}::test_on_an_error_the_old_policies_stay"],
    ),
]
