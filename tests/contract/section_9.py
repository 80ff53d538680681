"""Section 9, seeing what happens: each sentence, and the tests that hold it."""

from __future__ import annotations

RULES = [
    (
        "Logger flask_cors: no handlers, no levels set by the library.",
        [
            "tests/integration/test_logging_and_signals.py::test_importing_sets_no_handler_and_no_level",
        ],
    ),
    (
        "A denial is one line with its reason (INFO; WARNING in debug mode),",
        [
            "tests/integration/test_logging_and_signals.py::test_a_denial_is_one_line",
            "tests/integration/test_logging_and_signals.py::test_the_line_says_where_the_rule_was_said",
            "tests/integration/test_logging_and_signals.py::test_a_denied_preflight_is_one_line",
            "tests/integration/test_logging_and_signals.py::test_what_is_allowed_is_not_logged",
            "tests/integration/test_hooks_and_errors.py::test_a_failing_after_request_function",
            "tests/integration/test_hooks_and_errors.py::test_a_failing_after_request_function_on_a_preflight",
            "tests/integration/test_hooks_and_errors.py::test_an_after_request_function_that_fails_once",
        ],
    ),
    (
        "client text only as repr.",
        [
            "tests/integration/test_logging_and_signals.py::test_client_text_stands_as_its_repr",
            "tests/unit/policy/test_decide.py::test_client_text_stands_as_its_repr",
            "tests/unit/policy/test_decide.py::test_long_lists_of_names_are_cut",
        ],
    ),
    (
        "Same-origin requests that carry Origin are not denials.",
        [
            "tests/integration/test_logging_and_signals.py::test_the_same_origin_is_no_denial",
            "tests/integration/test_logging_and_signals.py::test_another_scheme_or_port_is_another_origin",
            "tests/integration/test_debug_tracebacks.py::test_no_origin_or_the_same_is_nobodys_affair",
        ],
    ),
    (
        "Signals (blinker namespace): cors_denied(app, decision=…),",
        [
            "tests/integration/test_logging_and_signals.py::test_a_denial_is_signalled_once",
            "tests/integration/test_logging_and_signals.py::test_receivers_may_be_async",
            "tests/integration/test_logging_and_signals.py::test_the_signal_has_a_name",
        ],
    ),
    (
        "free when nobody listens.",
        [
            "tests/integration/test_logging_and_signals.py::test_reasons_are_not_worked_out_for_nobody",
        ],
    ),
    (
        "explain(method, path, origin, …) answers with the same engine the requests use:",
        [
            "tests/integration/test_explain.py::test_it_agrees_with_what_requests_get",
            "tests/integration/test_explain.py::test_it_agrees_before_and_after_the_first_request",
            "tests/integration/test_explain.py::test_no_view_and_no_hook_runs",
            "tests/integration/test_explain.py::test_nothing_is_logged_and_nothing_signalled",
        ],
    ),
    (
        "endpoint,",
        [
            "tests/integration/test_explain.py::test_which_url",
            "tests/integration/test_explain.py::test_dots_are_resolved_as_in_a_browser",
            "tests/integration/test_explain.py::test_where_cors_is_taken_out",
            "tests/integration/test_explain.py::test_what_it_says_of_an_allowed_request",
            "tests/integration/test_explain.py::test_not_found_and_method_not_allowed",
            "tests/integration/test_explain.py::test_a_redirect_is_followed",
            "tests/integration/test_explain.py::test_an_endpoint_that_is_not_covered",
        ],
    ),
    (
        "effective options each with its source,",
        [
            "tests/integration/test_explain.py::test_every_effective_option_has_its_source",
            "tests/integration/test_explain.py::test_long_lists_of_origins_are_cut",
            "tests/integration/test_explain.py::test_a_mark_that_sets_nothing_is_told",
        ],
    ),
    (
        "every step of the protocol with its Fetch clause,",
        [
            "tests/integration/test_explain.py::test_what_it_says_of_an_allowed_request",
            "tests/unit/policy/test_decide.py::test_the_steps_without_an_origin",
            "tests/unit/policy/test_decide.py::test_the_steps_of_an_allowed_origin",
            "tests/unit/policy/test_decide.py::test_the_steps_with_credentials",
            "tests/unit/policy/test_decide.py::test_the_steps_of_a_denied_origin",
            "tests/unit/policy/test_decide.py::test_the_steps_of_a_preflight",
            "tests/unit/policy/test_decide.py::test_the_steps_of_a_preflight_that_asks_too_much",
        ],
    ),
    (
        "the headers,",
        [
            "tests/integration/test_explain.py::test_it_agrees_with_what_requests_get",
            "tests/integration/test_explain.py::test_what_it_says_of_an_allowed_request",
        ],
    ),
    (
        "the verdict.",
        [
            "tests/integration/test_explain.py::test_what_it_says_of_an_allowed_request",
            "tests/integration/test_explain.py::test_a_denied_origin",
            "tests/integration/test_explain.py::test_a_refused_method_and_header",
            "tests/integration/test_explain.py::test_the_same_origin",
            "tests/integration/test_explain.py::test_no_origin",
            "tests/integration/test_explain.py::test_an_origin_that_no_browser_sends",
            "tests/integration/test_explain.py::test_an_origin_that_cannot_be_echoed",
            "tests/integration/test_explain.py::test_a_method_that_no_page_sends",
            "tests/integration/test_explain.py::test_credentials_without_permission",
            "tests/integration/test_explain.py::test_private_networks",
            "tests/integration/test_explain.py::test_private_networks_do_not_loosen_methods",
            "tests/integration/test_explain.py::test_it_is_plain_data",
            "tests/integration/test_explain.py::test_it_reads_as_a_report",
        ],
    ),
]
