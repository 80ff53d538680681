"""Section 7, origins: each rule with the tests that pin it."""

from __future__ import annotations

TESTS = "tests/unit/patterns/test_origins.py"
MISTAKE = f"{TESTS}::test_a_mistake_says_option_value_source_reason_and_hint"
WILDCARD = f"{TESTS}::test_a_wildcard_matches_what_it_says_and_no_neighbour"
HOOKS = "tests/integration/test_hooks_and_errors.py"

RULES = [
    (
        "Read from the string alone, never guessed from the request.",
        [
            f"{TESTS}::test_an_origin_as_browsers_send_it_is_read_as_it_stands",
            f"{TESTS}::test_the_index_is_immutable",
        ],
    ),
    (
        '"*": any origin, well-formed or not.',
        [f"{TESTS}::test_star_matches_any_origin_well_formed_or_not"],
    ),
    (
        "It is echoed if it is visible ASCII without comma or space, else * is sent.",
        [
            f"{TESTS}::test_what_is_echoed_is_visible_ascii_without_comma_or_space",
            "tests/unit/policy/test_decide.py::test_a_request_with_an_origin",
        ],
    ),
    (
        "An origin: scheme://host[:port], or null.",
        [f"{TESTS}::test_an_origin_as_browsers_send_it_is_read_as_it_stands", MISTAKE],
    ),
    (
        "Compared after lower-casing.",
        [f"{TESTS}::test_an_origin_as_browsers_send_it_is_read_as_it_stands"],
    ),
    (
        "A trailing slash, a default port and upper case are normalised with a warning.",
        [f"{TESTS}::test_slash_default_port_and_case_are_normalised_with_a_warning"],
    ),
    (
        "Hosts may hold _; browser extensions and app shells have schemes of their own.",
        [f"{TESTS}::test_an_origin_as_browsers_send_it_is_read_as_it_stands"],
    ),
    (
        "A wildcard origin: https://*.example.com (one or more labels, not the apex), "
        "http://localhost:* (any port), both.",
        [WILDCARD, f"{TESTS}::test_wildcards_of_several_depths_are_found_side_by_side"],
    ),
    (
        "Or scheme://* for a scheme other than http and https.",
        [WILDCARD, f"{TESTS}::test_whole_schemes_are_a_wildcard_of_apps_and_an_error_for_the_web"],
    ),
    (
        "Strict grammar; any other * right after a letter, digit, -, / or : is an error that "
        "shows the wildcard and the regex.",
        [f"{TESTS}::test_a_misplaced_star_shows_the_wildcard_and_the_regex", MISTAKE],
    ),
    (
        "A regular expression: any other string with a regex character (case ignored), or a "
        "compiled one.",
        [
            f"{TESTS}::test_the_whole_origin_must_match_a_regular_expression",
            f"{TESTS}::test_case_is_ignored_in_a_string_and_kept_in_a_compiled_regex",
        ],
    ),
    (
        "The whole origin must match.",
        [f"{TESTS}::test_the_whole_origin_must_match_a_regular_expression"],
    ),
    ('Only "*" and "null" match null.', [f"{TESTS}::test_only_star_and_null_match_null"]),
    (
        "A callable, plain or async, asked when nothing above matched.",
        [
            f"{TESTS}::test_a_callable_is_asked_when_nothing_else_matched",
            f"{TESTS}::test_callables_are_asked_in_turn_until_one_says_yes",
            f"{TESTS}::test_async_callables_are_bound_and_keep_their_names",
            f"{TESTS}::test_binding_without_async_callables_changes_nothing",
        ],
    ),
    (
        "No hook of the app has run on a preflight: request and current_app are there, g is empty.",
        ["tests/integration/test_preflight.py::test_g_is_empty_and_the_contexts_are_there"],
    ),
    (
        "Anything but a bool, or an exception, denies at once and is logged.",
        [
            f"{TESTS}::test_anything_but_a_bool_denies_at_once",
            f"{TESTS}::test_an_exception_in_a_callable_denies_at_once",
            f"{HOOKS}::test_anything_but_a_bool_denies_and_is_logged",
            f"{HOOKS}::test_a_callable_that_fails_denies_and_is_logged_once",
        ],
    ),
    (
        "Answers are never cached by the library.",
        [
            f"{TESTS}::test_an_answer_is_never_cached",
            f"{HOOKS}::test_answers_are_never_kept",
        ],
    ),
    (
        "A request's Origin of over 512 characters, or not visible ASCII, matches nothing else.",
        [
            f"{TESTS}::test_odd_origins_of_requests_match_star_alone",
            f"{TESTS}::test_an_origin_of_512_characters_is_still_looked_at",
        ],
    ),
    (
        "Cost must not grow with the number of literal or wildcard origins.",
        [
            f"{TESTS}::test_a_match_costs_the_same_among_few_and_among_many",
            f"{TESTS}::test_a_hundred_thousand_origins_are_small",
        ],
    ),
]
