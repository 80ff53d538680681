"""Where this package differs from flask-cors 6.0.5, and what is kept: the test of each."""

from __future__ import annotations

COMPAT = "tests/integration/test_compat.py"

RULES = [
    (
        "1: any origin with credentials is a ConfigError.",
        [f"{COMPAT}::test_1_credentials_are_dropped_under_any_origin"],
    ),
    (
        "2: a regex origin matches the whole origin.",
        [f"{COMPAT}::test_2_a_regex_matches_the_whole_origin"],
    ),
    (
        "3: https://*.a.com is a wildcard origin.",
        [f"{COMPAT}::test_3_a_star_after_the_scheme_is_a_wildcard"],
    ),
    ("4: /api/* is a glob.", [f"{COMPAT}::test_4_a_star_in_a_resource_is_a_glob"]),
    (
        "5: resources are ordered by literal prefix.",
        [f"{COMPAT}::test_5_the_resource_with_the_longest_literal_prefix_wins"],
    ),
    (
        "6: the path is decoded once, and one with a dot segment gets no headers.",
        [f"{COMPAT}::test_6_the_path_is_decoded_once"],
    ),
    (
        "7: an unknown option is a ConfigError with the closest name.",
        [f"{COMPAT}::test_7_an_unknown_option_is_an_error_where_a_restriction_may_be_lost"],
    ),
    (
        "8: the first positional argument of cross_origin is origins, more is an error.",
        [f"{COMPAT}::test_8_the_first_argument_of_cross_origin_is_origins"],
    ),
    (
        "9: each option of a decorated view is resolved along the levels.",
        [f"{COMPAT}::test_9_a_mark_leaves_what_it_does_not_say_to_the_levels_around_it"],
    ),
    (
        "10: CORS_* config is the fallback of CORS(blueprint).",
        [f"{COMPAT}::test_10_config_is_the_fallback_of_a_blueprint"],
    ),
    (
        "11: one policy per request, and a denial is final.",
        [f"{COMPAT}::test_11_a_denial_is_final"],
    ),
    ("12: methods compare exactly.", [f"{COMPAT}::test_12_methods_compare_exactly"]),
    ("13: Vary is complete, in one line.", [f"{COMPAT}::test_13_vary_is_complete_and_one_line"]),
    (
        "14: no origin is sent where several are listed and none was asked.",
        [f"{COMPAT}::test_14_no_origin_is_picked_out_of_several"],
    ),
    (
        "15: Access-Control-Allow-Private-Network is on preflights, true or absent.",
        [f"{COMPAT}::test_15_private_network_is_true_on_preflights_or_absent"],
    ),
    ("16: max_age=0 is sent.", [f"{COMPAT}::test_16_a_max_age_of_zero_is_sent"]),
    (
        "17: preflights are answered before any code of the app, without Allow.",
        [f"{COMPAT}::test_17_preflights_are_answered_before_any_code_of_the_app"],
    ),
    (
        "18: a preflight uses the endpoint that will serve the request.",
        [f"{COMPAT}::test_18_a_preflight_is_about_the_endpoint_that_will_serve_the_request"],
    ),
    (
        "19: async views, bound methods and classes work, and no function is changed.",
        [f"{COMPAT}::test_19_async_views_bound_methods_and_classes_work"],
    ),
    (
        "20: errors, 404, 405 and redirects carry headers, and so do their preflights.",
        [f"{COMPAT}::test_20_errors_are_readable"],
    ),
    (
        "21: the word False is false in config and an error elsewhere.",
        [f"{COMPAT}::test_21_the_word_false_is_false_in_config_and_an_error_elsewhere"],
    ),
    ("22: a callable origin works.", [f"{COMPAT}::test_22_a_callable_decides"]),
    ("23: logging is left alone.", [f"{COMPAT}::test_23_logging_is_left_alone"]),
    ("24: what cannot work is a ConfigError.", [f"{COMPAT}::test_24_what_cannot_work_is_an_error"]),
    (
        "25: harmless spellings are normalised or dropped with a warning.",
        [f"{COMPAT}::test_25_harmless_spellings_are_put_right_with_a_warning"],
    ),
    ("26: origins=None is a ConfigError.", [f"{COMPAT}::test_26_origins_none_is_an_error"]),
    (
        "27: debug tracebacks are readable by named origins.",
        [f"{COMPAT}::test_27_tracebacks_are_readable_by_named_origins_in_debug_mode"],
    ),
    (
        "28: headers adds to allow_headers, deprecated.",
        [f"{COMPAT}::test_28_headers_adds_to_allow_headers"],
    ),
    (
        "29: Access-Control-Expose-Headers is not on preflights.",
        [f"{COMPAT}::test_29_expose_headers_is_not_on_preflights"],
    ),
    ("30: only * and null match the origin null.", [f"{COMPAT}::test_30_null_must_be_named"]),
    ("31: .* is a regex.", [f"{COMPAT}::test_31_dot_star_is_a_regex"]),
    (
        "32: an option in a place where it does nothing is warned of.",
        [f"{COMPAT}::test_32_an_option_where_it_does_nothing_is_warned_of"],
    ),
    (
        "kept: CORS(app) allows any origin without credentials and echoes it.",
        [f"{COMPAT}::test_kept_any_origin_is_echoed_without_credentials"],
    ),
    ("kept: always_send.", [f"{COMPAT}::test_kept_always_send"]),
    (
        "kept: methods and header lists are sorted and joined with a comma and a space.",
        [f"{COMPAT}::test_kept_lists_are_sorted_and_joined"],
    ),
    ("kept: 200 on preflights.", [f"{COMPAT}::test_kept_a_preflight_is_a_200"]),
    ("kept: the view's own ACAO wins.", [f"{COMPAT}::test_kept_the_views_own_header_wins"]),
    (
        "kept: views with their own OPTIONS answer themselves.",
        [f"{COMPAT}::test_kept_views_with_their_own_options_answer_themselves"],
    ),
    ("kept: anchored regexes.", [f"{COMPAT}::test_kept_anchored_regexes"]),
    (
        "kept: clients that send a bare host.",
        [f"{COMPAT}::test_kept_clients_that_send_a_bare_host"],
    ),
    (
        "kept: ValueError for a bad resources.",
        [f"{COMPAT}::test_kept_bad_resources_are_a_value_error"],
    ),
    (
        "kept: __version__ and the import paths.",
        [f"{COMPAT}::test_kept_the_version_and_the_import_paths"],
    ),
]
