"""Section 6, headers: each sentence, and the tests that hold it."""

from __future__ import annotations

RULES = [
    (
        "ACAO, origin allowed: the request's Origin, byte for byte; * if any origin is "
        "allowed and send_wildcard",
        [
            "tests/unit/policy/test_decide.py::test_a_request_with_an_origin",
            "tests/integration/test_actual.py::test_any_origin_by_default",
            "tests/integration/test_actual.py::test_an_allowed_origin",
            "tests/integration/test_actual.py::test_a_denied_origin",
        ],
    ),
    (
        "ACAO, no Origin, always_send: * if any origin is allowed and no credentials; "
        "the origin if exactly one literal is configured; else none",
        [
            "tests/unit/policy/test_decide.py::test_a_request_without_an_origin",
            "tests/integration/test_actual.py::test_any_origin_by_default",
            "tests/integration/test_actual.py::test_no_origin",
        ],
    ),
    (
        "ACAC, with ACAO, credentials on: true",
        [
            "tests/unit/policy/test_decide.py::test_a_request_with_an_origin",
            "tests/unit/policy/test_decide.py::test_a_request_without_an_origin",
            "tests/unit/policy/test_decide.py::test_a_preflight_with_credentials",
            "tests/unit/policy/test_decide.py::test_a_denied_origin_gets_nothing_on_a_preflight",
            "tests/integration/test_preflight.py::test_everything_that_can_be_granted",
        ],
    ),
    (
        "ACEH, with ACAO, not on preflights: sorted, comma separated",
        [
            "tests/unit/policy/test_decide.py::test_an_actual_response_has_no_preflight_headers",
            "tests/unit/policy/test_decide.py::test_a_preflight",
            "tests/unit/policy/test_decide.py::test_a_request_without_an_origin",
            "tests/integration/test_actual.py::test_an_allowed_origin",
            "tests/integration/test_actual.py::test_a_denied_origin",
        ],
    ),
    (
        "ACAM, ACMA, preflight, ACRM allowed: sorted methods (*: the one asked for); "
        "seconds, 0 included",
        [
            "tests/unit/policy/test_decide.py::test_a_preflight",
            "tests/unit/policy/test_decide.py::test_what_is_granted",
            "tests/integration/test_preflight.py::test_everything_that_can_be_granted",
        ],
    ),
    (
        "ACAH, preflight, ACRM allowed, ACRH given: those asked for that are allowed, "
        "as the client wrote them, sorted",
        [
            "tests/unit/policy/test_decide.py::test_a_preflight",
            "tests/unit/policy/test_decide.py::test_what_is_granted",
            "tests/integration/test_preflight.py::test_everything_that_can_be_granted",
        ],
    ),
    (
        "Access-Control-Allow-Private-Network, preflight that asks for it, option on: "
        "true; otherwise absent",
        [
            "tests/unit/policy/test_decide.py::test_a_preflight",
            "tests/unit/policy/test_decide.py::test_an_actual_response_has_no_preflight_headers",
            "tests/unit/policy/test_decide.py::test_a_denied_origin_gets_nothing_on_a_preflight",
            "tests/integration/test_preflight.py::test_everything_that_can_be_granted",
        ],
    ),
    (
        "Never two ACAO values.",
        [
            "tests/integration/test_actual.py::test_a_view_that_writes_acao_keeps_its_answer",
            "tests/integration/test_actual.py::test_two_lines_of_one_header_never_contradict",
            "tests/integration/test_bad_input.py::test_no_value_of_a_header_makes_an_error",
            "tests/integration/test_bad_input.py::test_several_origins_are_nobody",
        ],
    ),
    (
        "A response on which the app itself wrote ACAO (view, error handler, hook) is "
        "its own and stays as it is,",
        [
            "tests/integration/test_actual.py::test_a_view_that_writes_acao_keeps_its_answer",
            "tests/integration/test_actual.py::test_an_error_handler_that_writes_acao_keeps_its_answer",
            "tests/integration/test_actual.py::test_a_hook_that_writes_acao_keeps_its_answer",
            "tests/integration/test_logging_and_signals.py::test_where_the_app_answers_itself_nothing_is_denied",
        ],
    ),
    (
        "and explain says so.",
        [
            "tests/integration/test_explain.py::test_a_response_that_is_the_apps_own",
            "tests/integration/test_explain.py::test_an_error_handler_that_answers_itself",
        ],
    ),
    (
        "What the extension wrote on an earlier use of the same response object is "
        "taken back and decided anew.",
        [
            "tests/integration/test_reused_responses.py::test_each_origin_gets_its_own",
            "tests/integration/test_reused_responses.py::test_each_policy_decides_anew",
            "tests/integration/test_reused_responses.py::test_the_apps_own_vary_is_kept",
            "tests/integration/test_reused_responses.py::test_origin_that_the_app_adds_later_is_its_own",
            "tests/integration/test_reused_responses.py::test_vary_that_the_app_replaces_is_its_own",
            "tests/integration/test_reused_responses.py::test_lines_written_by_hand_come_back",
            "tests/integration/test_reused_responses.py::test_acao_that_the_app_writes_on_a_used_response_is_its_own",
            "tests/integration/test_reused_responses.py::test_an_expose_line_of_the_app_is_kept",
            "tests/integration/test_reused_responses.py::test_where_cors_is_off_nothing_of_an_earlier_use_is_left",
        ],
    ),
    (
        "Methods compare exactly and case-sensitively (Fetch normalises only DELETE, "
        "GET, HEAD, OPTIONS, POST, PUT);",
        [
            "tests/unit/policy/test_decide.py::test_a_preflight",
            "tests/integration/test_actual.py::test_a_method_is_compared_exactly",
        ],
    ),
    (
        "header names case-insensitively.",
        [
            "tests/unit/policy/test_decide.py::test_a_preflight",
            "tests/unit/policy/test_decide.py::test_what_is_granted",
        ],
    ),
    (
        "ACRH is read over several lines, in linear time, with a bound on count and "
        "length (over it: no ACAH);",
        [
            "tests/unit/policy/test_decide.py::test_request_headers_have_bounds",
            "tests/unit/policy/test_decide.py::test_request_headers_are_read_in_linear_time",
            "tests/integration/test_bad_input.py::test_too_many_request_headers_get_no_acah",
            "tests/integration/test_bad_input.py::test_request_headers_over_several_lines",
        ],
    ),
    (
        "invalid tokens are never echoed.",
        [
            "tests/unit/policy/test_decide.py::test_a_preflight",
            "tests/integration/test_bad_input.py::test_request_headers_over_several_lines",
            "tests/integration/test_bad_input.py::test_no_value_of_a_header_makes_an_error",
        ],
    ),
    (
        "Vary: Origin on every response whose CORS headers another Origin would have "
        "changed: allowed, denied and without Origin alike.",
        [
            "tests/integration/test_vary.py::test_which_responses_vary",
            "tests/integration/test_vary.py::test_a_single_origin_in_another_spelling_varies",
            "tests/unit/policy/test_decide.py::test_a_request_with_an_origin",
            "tests/unit/policy/test_decide.py::test_a_request_without_an_origin",
            "tests/unit/policy/test_decide.py::test_a_policy_that_cannot_be_combined_denies",
        ],
    ),
    (
        "Left out, on preflights too, where * is sent and, with always_send, where the "
        "one literal origin is sent exactly as configured.",
        [
            "tests/unit/policy/test_decide.py::test_vary_is_left_out_on_preflights_too",
            "tests/unit/policy/test_decide.py::test_a_request_with_an_origin",
            "tests/integration/test_vary.py::test_which_responses_vary",
            "tests/integration/test_vary.py::test_where_origin_does_not_count_vary_is_untouched",
        ],
    ),
    (
        "All Vary lines that are there are read and kept, one merged line is written "
        "(Werkzeug's response.vary reads only the first).",
        [
            "tests/integration/test_vary.py::test_every_line_is_kept_in_one",
            "tests/integration/test_vary.py::test_a_session_keeps_its_vary",
            "tests/integration/test_vary.py::test_a_session_and_a_line_of_the_view",
            "tests/integration/test_vary.py::test_a_hook_that_varies",
        ],
    ),
    (
        "vary_header=False: Vary is never touched.",
        [
            "tests/integration/test_vary.py::test_which_responses_vary",
            "tests/integration/test_vary.py::test_where_origin_does_not_count_vary_is_untouched",
            "tests/unit/policy/test_decide.py::test_vary_header_off_is_told",
        ],
    ),
]
