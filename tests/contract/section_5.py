"""Section 5, the three kinds of request: each sentence, and the tests that hold it."""

from __future__ import annotations

RULES = [
    (
        "Preflight: OPTIONS with a non-empty Origin and ACRM, on a covered endpoint.",
        [
            "tests/integration/test_preflight.py::test_a_preflight_is_answered_with_200_and_an_empty_body",
            "tests/integration/test_preflight.py::test_without_origin_or_method_it_is_no_preflight",
            "tests/integration/test_preflight.py::test_another_method_is_no_preflight",
            "tests/integration/test_preflight.py::test_an_endpoint_that_is_not_covered_is_left_to_flask",
            "tests/integration/test_preflight.py::test_404_redirect_and_405_are_answered_as_well",
        ],
    ),
    (
        "Answered first thing in Flask's dispatch: after routing and inside every WSGI "
        "middleware (Socket.IO, mounted apps, proxy fixes and prefix strippers keep "
        "what is theirs;",
        [
            "tests/integration/test_preflight.py::test_middleware_keeps_what_is_its_own",
            "tests/integration/test_preflight.py::test_mounted_apps_and_proxy_fixes_keep_what_is_theirs",
            "tests/integration/test_preflight.py::test_apps_that_share_an_environ_do_not_share_decisions",
            "tests/integration/test_preflight.py::test_an_app_that_is_asked_twice_with_one_environ_decides_twice",
            "tests/integration/test_preflight.py::test_a_view_that_asks_its_own_app_anew_keeps_its_decision",
        ],
    ),
    (
        "a host that Flask refuses keeps its 400),",
        [
            "tests/integration/test_preflight.py::test_a_host_that_flask_refuses_keeps_its_400",
            "tests/integration/test_preflight.py::test_trusted_hosts",
        ],
    ),
    (
        "and before any URL preprocessor, before_request function or view",
        [
            "tests/integration/test_preflight.py::test_no_url_preprocessor_runs",
            "tests/integration/test_preflight.py::test_no_hook_of_a_blueprint_refuses_it",
            "tests/integration/test_preflight.py::test_a_preflight_is_answered_with_200_and_an_empty_body",
            "tests/integration/test_preflight.py::test_g_is_empty_and_the_contexts_are_there",
        ],
    ),
    (
        "so no authentication, rate limit or https redirect of the app can refuse it, "
        "in whatever order extensions were set up.",
        [
            "tests/integration/test_preflight.py::test_no_before_request_function_refuses_it",
            "tests/integration/test_decorator_only.py::test_before_request_functions_refuse_no_preflight",
        ],
    ),
    (
        "Status 200, empty body; after_request functions still run.",
        [
            "tests/integration/test_preflight.py::test_a_preflight_is_answered_with_200_and_an_empty_body",
            "tests/integration/test_preflight.py::test_200_is_said_whatever_the_response_class_assumes",
            "tests/integration/test_preflight.py::test_a_denied_preflight_is_answered_too",
            "tests/integration/test_preflight.py::test_after_request_functions_still_run",
        ],
    ),
    (
        "Overriding the documented methods preprocess_request and process_response (and "
        "handle_exception, for debug) on the app object, passing all arguments through "
        "(3.2 adds one), is one way.",
        [
            "tests/integration/test_preflight.py::test_an_argument_more_is_passed_through",
            "tests/integration/test_preflight.py::test_an_argument_more_is_passed_through_with_errors",
            "tests/integration/test_preflight.py::test_a_subclass_that_overrides_the_methods",
            "tests/integration/test_preflight.py::test_an_app_object_whose_methods_are_overridden",
            "tests/integration/test_preflight.py::test_an_override_that_never_calls_the_library_gets_headers_all_the_same",
        ],
    ),
    (
        "Where Flask matched a view's own OPTIONS, and neither that view nor the "
        "endpoint of ACRM is marked, the view answers, status and body (storage servers "
        "need that);",
        [
            "tests/integration/test_own_options.py::test_a_view_that_serves_options_answers_itself",
            "tests/integration/test_own_options.py::test_options_by_one_view_and_the_method_by_another",
            "tests/integration/test_own_options.py::test_a_mark_on_either_view_answers_for_both",
            "tests/integration/test_own_options.py::test_a_blueprint_is_no_mark",
            "tests/integration/test_own_options.py::test_options_of_a_method_view",
            "tests/integration/test_own_options.py::test_options_of_a_marked_method_view",
            "tests/integration/test_own_options.py::test_a_marked_method_beside_options",
            "tests/integration/test_own_options.py::test_options_of_a_view_class",
            "tests/integration/test_own_options.py::test_hooks_run_before_a_view_that_answers_itself",
            "tests/integration/test_own_options.py::test_a_view_that_serves_options_for_a_method_nobody_serves",
        ],
    ),
    (
        "the preflight headers of ACRM's endpoint are added unless it wrote ACAO;",
        [
            "tests/integration/test_own_options.py::test_a_view_that_serves_options_answers_itself",
            "tests/integration/test_own_options.py::test_acao_of_the_view_is_its_own",
            "tests/integration/test_own_options.py::test_options_of_a_method_view_that_is_exempt",
            "tests/integration/test_own_options.py::test_an_exempt_method_beside_options",
            "tests/integration/test_own_options.py::test_an_exempt_view_that_serves_options",
        ],
    ),
    (
        "automatic_options=False on a mark: the request goes on to Flask, and headers "
        "are added only where the view itself serves OPTIONS.",
        [
            "tests/integration/test_own_options.py::test_automatic_options_false_goes_on_to_flask",
            "tests/integration/test_own_options.py::test_automatic_options_false_and_a_view_that_serves_options",
            "tests/integration/test_own_options.py::test_automatic_options_false_of_one_method",
            "tests/integration/test_own_options.py::test_the_config_key_is_the_fallback_of_marks",
            "tests/integration/test_own_options.py::test_a_view_without_any_options_is_answered",
        ],
    ),
    (
        "Actual (any other request with Origin) and non-CORS (no Origin): headers are "
        "set after the view, on every response: 2xx, redirects, abort, 404, 405, 413, "
        "error handlers, unhandled 500, async views, streams, send_file, static files,",
        [
            "tests/integration/test_actual.py::test_an_allowed_origin",
            "tests/integration/test_actual.py::test_a_denied_origin",
            "tests/integration/test_actual.py::test_no_origin",
            "tests/integration/test_actual.py::test_a_body_that_is_too_large",
            "tests/integration/test_actual.py::test_not_modified",
            "tests/integration/test_actual.py::test_a_decorated_view_that_fails_has_the_headers",
            "tests/integration/test_actual.py::test_where_cors_is_off_nothing_is_written",
            "tests/integration/test_own_options.py::test_options_that_is_no_preflight_is_an_actual_request",
            "tests/integration/test_hooks_and_errors.py::test_a_before_request_function_that_answers",
            "tests/integration/test_hooks_and_errors.py::test_a_before_request_function_that_fails",
            "tests/integration/test_hooks_and_errors.py::test_a_url_preprocessor_that_fails",
            "tests/integration/test_hooks_and_errors.py::test_a_failing_after_request_function",
            "tests/integration/test_hooks_and_errors.py::test_an_error_handler_that_fails",
            "tests/integration/test_hooks_and_errors.py::test_an_error_handler_that_aborts",
            "tests/integration/test_hooks_and_errors.py::test_an_unhandled_500_runs_its_handler_and_has_headers",
            "tests/integration/test_hooks_and_errors.py::test_a_view_that_returns_nothing",
            "tests/integration/test_hooks_and_errors.py::test_a_failing_receiver_of_request_started",
            "tests/integration/test_hooks_and_errors.py::test_trapped_http_exceptions",
        ],
    ),
    (
        "a response object that is reused.",
        [
            "tests/integration/test_reused_responses.py::test_each_origin_gets_its_own",
            "tests/integration/test_reused_responses.py::test_each_policy_decides_anew",
            "tests/integration/test_reused_responses.py::test_a_response_that_went_through_a_cache",
            "tests/integration/test_reused_responses.py::test_a_preflight_that_shares_a_response_with_a_view",
            "tests/integration/test_reused_responses.py::test_where_cors_is_off_nothing_of_an_earlier_use_is_left",
        ],
    ),
    (
        "Headers are put on in one place, after the last after_request function, so "
        "that what any code of the app wrote is known by then.",
        [
            "tests/integration/test_hooks_and_errors.py::test_hooks_set_up_before_and_after_see_a_response_without_headers",
            "tests/integration/test_hooks_and_errors.py::test_receivers_of_request_finished_see_the_headers",
            "tests/integration/test_hooks_and_errors.py::test_a_hook_that_returns_another_response",
            "tests/integration/test_actual.py::test_a_hook_that_writes_acao_keeps_its_answer",
            "tests/integration/test_actual.py::test_the_app_is_seen_to_write_acao_in_whatever_order_hooks_are_set_up",
            "tests/integration/test_vary.py::test_a_hook_that_varies",
            "tests/integration/test_vary.py::test_a_session_keeps_its_vary",
        ],
    ),
    (
        "An app that only uses decorators gets the same treatment from its first "
        "request on, without a CORS object (a request_started receiver can install the "
        "two overrides in time).",
        [
            "tests/integration/test_decorator_only.py::test_the_first_request_is_a_preflight",
            "tests/integration/test_decorator_only.py::test_the_first_request_is_an_actual_one",
            "tests/integration/test_decorator_only.py::test_the_first_request_is_denied",
            "tests/integration/test_decorator_only.py::test_the_first_request_fails",
            "tests/integration/test_decorator_only.py::test_the_first_request_is_for_another_view",
            "tests/integration/test_decorator_only.py::test_a_failing_hook_in_the_first_request",
            "tests/integration/test_decorator_only.py::test_view_classes",
            "tests/integration/test_decorator_only.py::test_async_views",
            "tests/integration/test_decorator_only.py::test_an_app_without_marks_is_left_alone",
        ],
    ),
    (
        "With intercept_exceptions, in debug mode an exception that leaves the app "
        "while it serves a cross-origin request from an origin that a literal or "
        "wildcard origin names becomes a plain-text 500 with the traceback and the CORS "
        "headers, and is logged; a page's developer then sees the error and not a \"CORS "
        'error".',
        [
            "tests/integration/test_debug_tracebacks.py::test_a_named_origin_reads_the_traceback",
            "tests/integration/test_debug_tracebacks.py::test_a_decorated_view",
            "tests/integration/test_debug_tracebacks.py::test_after_request_functions_see_it_and_signals_are_sent",
            "tests/integration/test_debug_tracebacks.py::test_a_failing_after_request_function",
            "tests/integration/test_debug_tracebacks.py::test_a_failing_after_request_function_on_a_preflight",
            "tests/integration/test_debug_tracebacks.py::test_handled_errors_are_the_handlers",
            "tests/integration/test_debug_tracebacks.py::test_causes_and_odd_text_are_shown",
            "tests/integration/test_decorator_only.py::test_debug_tracebacks",
        ],
    ),
    (
        'Under a list that holds "*" (any site could read it), with TESTING, for other '
        "requests and outside debug the exception leaves as in Flask;",
        [
            "tests/integration/test_debug_tracebacks.py::test_nobody_else_does",
            "tests/integration/test_debug_tracebacks.py::test_null_is_any_site",
            "tests/integration/test_debug_tracebacks.py::test_no_origin_or_the_same_is_nobodys_affair",
            "tests/integration/test_debug_tracebacks.py::test_a_page_of_the_same_origin_by_fetch_metadata",
            "tests/integration/test_debug_tracebacks.py::test_where_cors_is_off",
            "tests/integration/test_debug_tracebacks.py::test_testing_lets_it_leave",
            "tests/integration/test_debug_tracebacks.py::test_outside_debug_nothing_is_shown",
            "tests/integration/test_debug_tracebacks.py::test_propagated_outside_debug",
            "tests/integration/test_debug_tracebacks.py::test_not_propagated_in_debug",
            "tests/integration/test_debug_tracebacks.py::test_the_config_key",
            "tests/integration/test_hooks_and_errors.py::test_the_handler_of_500_fails",
        ],
    ),
    (
        "a log line says why the browser will speak of CORS.",
        [
            "tests/integration/test_debug_tracebacks.py::test_nobody_else_does",
            "tests/integration/test_debug_tracebacks.py::test_testing_lets_it_leave",
            "tests/integration/test_debug_tracebacks.py::test_propagated_outside_debug",
        ],
    ),
]
