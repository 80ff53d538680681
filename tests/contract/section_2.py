"""Section 2, options: each rule with the tests that pin it."""

from __future__ import annotations

OPTIONS = "tests/unit/options/test_reader.py"
ORIGINS = "tests/unit/patterns/test_origins.py"
VALUES = "tests/unit/options/test_parsers.py"
ERRORS = "tests/integration/test_config_errors.py"

RULES = [
    (
        "Named alike everywhere: keyword, key of a resource's dictionary, app config key.",
        [
            f"{OPTIONS}::test_an_option_is_named_alike_everywhere",
            f"{OPTIONS}::test_every_place_reads_the_options_of_its_row",
            f"{OPTIONS}::test_config_reads_every_key_and_no_other",
        ],
    ),
    (
        '"None" means "not set here".',
        [f"{OPTIONS}::test_none_means_not_set_here_wherever_it_stands"],
    ),
    (
        "But for origins: an explicit None is an error.",
        [
            f"{OPTIONS}::test_origins_none_is_an_error",
            f"{ERRORS}::test_a_wrong_value_is_an_error_wherever_it_is_said",
        ],
    ),
    (
        'origins: "*", origin, wildcard origin, regex, compiled regex, callable, or an iterable.',
        [
            f"{ORIGINS}::test_star_matches_any_origin_well_formed_or_not",
            f"{ORIGINS}::test_an_origin_as_browsers_send_it_is_read_as_it_stands",
            f"{ORIGINS}::test_a_wildcard_matches_what_it_says_and_no_neighbour",
            f"{ORIGINS}::test_the_whole_origin_must_match_a_regular_expression",
            f"{ORIGINS}::test_a_callable_is_asked_when_nothing_else_matched",
            f"{ORIGINS}::test_any_iterable_will_do",
        ],
    ),
    (
        'methods: method(s); "*" is whatever is asked for.',
        [
            f"{VALUES}::test_methods_are_upper_cased_and_may_be_one_string",
            f"{OPTIONS}::test_methods_star_is_answered_with_the_one_asked_for",
        ],
    ),
    (
        'allow_headers: name(s), regex(es), "*".',
        [
            f"{VALUES}::test_header_names_are_compared_without_regard_to_case",
            f"{VALUES}::test_header_regexes_match_from_the_start_without_regard_to_case",
            f"{VALUES}::test_star_allows_any_header",
        ],
    ),
    ("expose_headers: name(s).", [f"{VALUES}::test_exposed_headers_are_sorted"]),
    (
        "supports_credentials, send_wildcard, always_send, vary_header, automatic_options, "
        "allow_private_network, intercept_exceptions: bool.",
        [
            f"{VALUES}::test_a_bool_is_a_bool_or_zero_or_one",
            f"{OPTIONS}::test_flags_that_are_off_by_default_can_be_switched_on",
            f"{OPTIONS}::test_flags_that_are_on_by_default_can_be_switched_off",
            f"{OPTIONS}::test_automatic_options_reaches_the_policy",
        ],
    ),
    (
        "max_age: timedelta, whole number of seconds, digits.",
        [f"{VALUES}::test_max_age_is_a_whole_number_of_seconds"],
    ),
    (
        "resources: dict, list, string, compiled regex.",
        [f"{OPTIONS}::test_resources_may_be_a_string_a_list_a_regex_or_a_dict"],
    ),
    (
        "The defaults of the table.",
        [
            f"{OPTIONS}::test_the_defaults_are_what_the_rows_say",
            f"{OPTIONS}::test_a_policy_of_the_defaults",
        ],
    ),
    (
        "automatic_options is for marks, with config as their fallback; intercept_exceptions "
        "for an app; resources for an app or a blueprint.",
        [
            f"{OPTIONS}::test_the_rows_are_the_options_of_the_contract_with_their_places_and_defaults",
            "tests/unit/resolution/test_table.py::test_automatic_options_of_config_is_the_fallback_of_marks_alone",
        ],
    ),
    (
        "An option given where it has no effect is dropped with a CorsWarning.",
        [
            f"{OPTIONS}::test_an_option_without_effect_is_dropped_with_a_warning",
            f"{ERRORS}::test_an_option_without_effect_is_dropped_with_a_warning",
        ],
    ),
    (
        "resources in a mark or in a resource is an error.",
        [
            f"{OPTIONS}::test_resources_of_a_mark_or_a_resource_are_an_error",
            f"{ERRORS}::test_resources_in_a_mark_or_a_resource_are_an_error",
        ],
    ),
    (
        "methods are upper-cased when read.",
        [f"{VALUES}::test_methods_are_upper_cased_and_may_be_one_string"],
    ),
    (
        "headers and CORS_HEADERS are accepted with a DeprecationWarning.",
        [
            f"{OPTIONS}::test_headers_is_accepted_as_deprecated",
            f"{OPTIONS}::test_config_headers_is_accepted_as_deprecated",
            f"{ERRORS}::test_headers_is_deprecated_in_the_name_of_the_calling_code",
        ],
    ),
    (
        'They add to allow_headers; under the default "*" they change nothing.',
        [f"{OPTIONS}::test_headers_add_to_allow_headers_and_change_nothing_under_star"],
    ),
    (
        "Lists may be written as one string separated by commas or white space.",
        [
            f"{ORIGINS}::test_a_list_in_a_string_is_split_before_origins_only",
            f"{VALUES}::test_methods_are_upper_cased_and_may_be_one_string",
            f"{VALUES}::test_exposed_headers_are_sorted",
            f"{OPTIONS}::test_resources_may_be_a_string_a_list_a_regex_or_a_dict",
        ],
    ),
    (
        "Origins are split only before scheme://, * and null, since a regex may hold a comma.",
        [f"{ORIGINS}::test_a_list_in_a_string_is_split_before_origins_only"],
    ),
    (
        "An iterable is read once, when it is given.",
        [f"{ORIGINS}::test_a_generator_is_used_up_by_one_reading"],
    ),
    (
        "In app.config, booleans may be the strings true/false/1/0/yes/no/on/off.",
        [
            f"{OPTIONS}::test_bools_of_config_may_be_words",
            f"{VALUES}::test_config_knows_four_words_each",
            f"{ERRORS}::test_a_word_is_a_bool_in_config",
        ],
    ),
    (
        "Anywhere else a bool is a bool, or 0 or 1.",
        [
            f"{VALUES}::test_a_bool_is_a_bool_or_zero_or_one",
            f"{OPTIONS}::test_words_for_bools_count_in_config_alone",
            f"{ERRORS}::test_a_word_is_no_bool_outside_config",
        ],
    ),
    (
        "A keyword spelled as its config key is taken for the option, with a warning.",
        [
            f"{OPTIONS}::test_a_keyword_spelled_as_its_config_key_is_taken_with_a_warning",
            f"{ERRORS}::test_a_keyword_spelled_as_a_config_key_is_taken_with_a_warning",
        ],
    ),
]
