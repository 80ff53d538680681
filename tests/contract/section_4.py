"""Section 4, which endpoint a request is about: each sentence, and the tests that hold it."""

from __future__ import annotations

ENDPOINTS = "tests/integration/test_endpoints.py"
BLUEPRINTS = "tests/integration/test_blueprints.py"
RESOLVER = "tests/unit/resolution/test_table.py"
VIEWS = "tests/integration/test_views.py"

RULES = [
    (
        "Actual request: the endpoint Flask matched.",
        [
            f"{ENDPOINTS}::test_an_actual_request_is_about_the_endpoint_that_flask_matched",
            f"{ENDPOINTS}::test_an_options_request_that_is_no_preflight_is_an_actual_one",
            f"{ENDPOINTS}::test_a_404_of_a_view_is_about_the_view",
        ],
    ),
    (
        "Preflight: the endpoint that would serve the method in ACRM, so two endpoints on one URL "
        "answer with their own policies.",
        [
            f"{ENDPOINTS}::test_a_preflight_is_about_the_endpoint_that_would_serve_the_method",
            f"{ENDPOINTS}::test_the_endpoint_of_options_says_nothing_of_other_methods",
            f"{ENDPOINTS}::test_a_more_specific_url_without_options_is_found",
            f"{ENDPOINTS}::test_the_method_asked_for_is_found_as_flask_would_serve_it",
        ],
    ),
    (
        "Two methods of a MethodView answer with their own policies.",
        [f"{VIEWS}::test_each_method_answers_with_its_own_policy"],
    ),
    (
        "Redirect (trailing slash): the endpoint and path redirected to.",
        [
            f"{ENDPOINTS}::test_a_redirect_is_about_the_endpoint_and_path_redirected_to",
            f"{ENDPOINTS}::test_a_preflight_of_a_redirect_whose_target_has_no_options",
            f"{ENDPOINTS}::test_a_redirect_by_an_alias_and_one_to_a_default",
            f"{ENDPOINTS}::test_a_redirect_within_a_mounted_app_stays_there",
            f"{ENDPOINTS}::test_a_redirect_to_elsewhere_is_answered_as_a_404",
        ],
    ),
    (
        "405: the endpoint that serves the path with the first of GET, POST, PUT, PATCH, DELETE, "
        "then in alphabetical order.",
        [f"{ENDPOINTS}::test_a_405_is_about_the_endpoint_that_comes_first"],
    ),
    (
        "Never what a set yields: workers must agree.",
        [f"{ENDPOINTS}::test_a_405_is_the_same_in_every_process"],
    ),
    (
        "Marks on methods do not count then.",
        [
            f"{ENDPOINTS}::test_marks_on_methods_do_not_count_in_a_405",
            f"{RESOLVER}::test_the_marks_of_a_405_count_at_every_url",
        ],
    ),
    (
        "HEAD without a method of its own uses get's mark.",
        [f"{VIEWS}::test_head_uses_the_mark_of_get_without_a_head_of_its_own"],
    ),
    (
        "404: the walk starts at the blueprint with a CORS object whose URL prefix, other than "
        "the root, is the longest match by segments.",
        [
            f"{BLUEPRINTS}::test_a_404_starts_at_the_longest_prefix",
            f"{RESOLVER}::test_a_404_starts_at_the_longest_prefix_by_segments",
            f"{RESOLVER}::test_a_converter_in_a_prefix_stands_for_one_segment",
        ],
    ),
    (
        "The first registered on a tie.",
        [
            f"{BLUEPRINTS}::test_a_404_starts_at_the_longest_prefix",
            f"{RESOLVER}::test_a_404_takes_the_first_registered_of_equal_prefixes",
        ],
    ),
    (
        "It goes outwards.",
        [
            f"{BLUEPRINTS}::test_a_404_goes_outwards_where_the_blueprint_says_nothing",
            f"{RESOLVER}::test_a_404_goes_outwards_over_parents_and_the_app",
        ],
    ),
    ("Without one, at the app.", [f"{ENDPOINTS}::test_a_404_is_about_the_app"]),
    (
        "Errors are readable by the page, and a preflight never turns a 404, 405 or redirect into "
        'a "CORS error".',
        [
            f"{BLUEPRINTS}::test_errors_of_a_blueprint_are_readable",
            f"{ENDPOINTS}::test_a_404_is_about_the_app",
            f"{ENDPOINTS}::test_a_redirect_is_about_the_endpoint_and_path_redirected_to",
            f"{ENDPOINTS}::test_marks_on_methods_do_not_count_in_a_405",
        ],
    ),
]
