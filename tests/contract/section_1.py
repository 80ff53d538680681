"""Section 1, the public surface: each sentence, and the tests that hold it."""

from __future__ import annotations

SURFACE = "tests/integration/test_public_surface.py"
MARKS = "tests/integration/test_marks.py"
VIEWS = "tests/integration/test_views.py"
SETUP = "tests/integration/test_setup.py"
REGISTRY = "tests/unit/resolution/test_registry.py"

RULES = [
    (
        "CORS, cross_origin, cors_exempt, ConfigError and CorsWarning come from flask_cors.",
        [f"{SURFACE}::test_the_package_exports_six_names_and_a_version"],
    ),
    (
        "flask_cors.testing has Browser.",
        [f"{SURFACE}::test_the_browser_is_part_of_the_surface"],
    ),
    (
        'app.extensions["cors"] has explain() and reload().',
        [
            f"{SURFACE}::test_the_extension_is_found_on_the_app",
            f"{SETUP}::test_reload_reads_the_config_again",
        ],
    ),
    (
        "CORS(app_or_blueprint=None, **options) and .init_app(app_or_blueprint, **options).",
        [
            f"{SETUP}::test_the_app_may_be_given_by_name_or_as_current_app",
            f"{SURFACE}::test_positional_arguments_are_an_error",
            f"{SURFACE}::test_what_is_no_app_is_an_error",
            f"{SURFACE}::test_origins_in_the_place_of_the_app_are_an_error",
        ],
    ),
    (
        "One CORS object may serve many apps and blueprints; it never stores an app.",
        [
            f"{SETUP}::test_one_object_serves_many_apps_and_keeps_none",
            "tests/integration/test_blueprints.py::test_one_object_serves_blueprints_and_apps",
        ],
    ),
    (
        "cross_origin(**options) marks a function.",
        [f"{MARKS}::test_a_function_is_marked_bare_or_with_options"],
    ),
    ("It marks an async def.", [f"{MARKS}::test_an_async_function_stays_one"]),
    (
        "It marks a method of a class-based view.",
        [f"{VIEWS}::test_each_method_answers_with_its_own_policy"],
    ),
    (
        "It marks a bound method.",
        [
            f"{MARKS}::test_a_bound_method_is_marked_for_this_object_alone",
            f"{MARKS}::test_a_method_that_is_marked_in_its_class_is_marked_when_bound",
        ],
    ),
    (
        "It marks a View or MethodView class.",
        [
            f"{VIEWS}::test_a_class_is_marked_itself",
            f"{MARKS}::test_a_class_that_is_no_view_cannot_be_marked",
        ],
    ),
    (
        "It works bare (@cross_origin).",
        [
            f"{MARKS}::test_a_function_is_marked_bare_or_with_options",
            f"{VIEWS}::test_a_class_is_marked_bare",
        ],
    ),
    (
        "It works with origins as the only positional argument.",
        [
            f"{MARKS}::test_a_function_is_marked_bare_or_with_options",
            f"{MARKS}::test_a_mistake_is_told_where_it_is_written",
            f"{MARKS}::test_every_mistake_of_one_call_is_told",
        ],
    ),
    (
        "A lone positional callable or class is the view, so a callable origin is given as "
        "origins=.",
        [
            f"{MARKS}::test_a_function_is_marked_bare_or_with_options",
            f"{MARKS}::test_other_callables_are_marked",
            f"{MARKS}::test_a_mistake_is_told_where_it_is_written",
        ],
    ),
    (
        "On a function it returns a new function that carries the mark.",
        [f"{MARKS}::test_a_function_is_not_changed_and_a_new_one_carries_the_mark"],
    ),
    (
        'cross_origin("*")(f) at one URL says nothing about f at another.',
        [f"{MARKS}::test_what_is_said_at_one_url_says_nothing_at_another"],
    ),
    ("A class is marked itself.", [f"{VIEWS}::test_a_class_is_marked_itself"]),
    (
        "Decorators above it that use functools.wraps keep the mark.",
        [f"{MARKS}::test_decorators_above_that_use_wraps_keep_the_mark"],
    ),
    (
        "Above @app.route it has no effect; compiling warns when a view is registered unmarked "
        "while its marked version is registered nowhere.",
        [
            f"{MARKS}::test_above_route_a_mark_has_no_effect_and_compiling_warns",
            f"{MARKS}::test_a_bound_method_above_route_is_warned_of",
            f"{MARKS}::test_a_marked_version_that_is_registered_elsewhere_is_no_mistake",
            f"{REGISTRY}::test_a_mark_is_lost_while_no_app_has_a_view_with_any_made_of_it",
        ],
    ),
    (
        "In a view class's decorators or method_decorators a cross_origin, bare or called, or a "
        "cors_exempt is one mark on the class whose body holds the list.",
        [
            f"{VIEWS}::test_a_decorator_in_a_list_is_one_mark_on_the_class",
            f"{VIEWS}::test_other_decorators_in_the_list",
            f"{VIEWS}::test_two_marks_in_one_list_are_an_error",
            f"{VIEWS}::test_a_mark_on_a_class_and_one_in_its_list_are_an_error",
            f"{REGISTRY}::test_only_the_nearest_list_of_a_class_counts",
        ],
    ),
    (
        "In a mapping by method it is a mark on that method.",
        [f"{VIEWS}::test_a_mapping_by_method_is_a_mark_on_that_method"],
    ),
    (
        "What Flask then puts on the view function is the same mark, not a nearer one.",
        [
            f"{VIEWS}::test_what_a_list_puts_on_the_view_function_is_no_nearer_mark",
            f"{VIEWS}::test_a_view_made_of_a_class_is_marked_above_it",
            f"{REGISTRY}::test_what_a_list_put_on_the_view_function_is_not_a_nearer_mark",
        ],
    ),
    (
        "cors_exempt, used bare, takes a view, a method or a view class out of CORS.",
        [
            f"{MARKS}::test_an_exempt_view_is_left_alone",
            f"{MARKS}::test_exempt_takes_a_view_alone",
            f"{VIEWS}::test_a_class_is_exempt",
            f"{VIEWS}::test_each_method_answers_with_its_own_policy",
        ],
    ),
    (
        "On a function it returns a new function.",
        [f"{MARKS}::test_a_function_is_not_changed_and_a_new_one_carries_the_mark"],
    ),
    (
        "The library then neither adds nor changes a header there.",
        [f"{MARKS}::test_an_exempt_view_is_left_alone"],
    ),
    (
        "The walk of marks ends there.",
        ["tests/unit/resolution/test_table.py::test_the_walk_of_marks_ends_at_an_exempt_one"],
    ),
    (
        "Public besides: flask_cors.signals.cors_denied, __version__, and the old import paths.",
        [
            f"{SURFACE}::test_the_signal",
            f"{SURFACE}::test_the_package_exports_six_names_and_a_version",
            f"{SURFACE}::test_extension_is_the_same_and_needs_no_warning",
            f"{SURFACE}::test_decorator_warns_and_is_the_same",
            f"{SURFACE}::test_header_names_of_core_warn_and_are_the_same",
        ],
    ),
    (
        "Type hints are complete (py.typed; options as a TypedDict with Unpack).",
        [
            f"{SURFACE}::test_the_package_is_typed",
            f"{SURFACE}::test_public_functions_are_annotated",
        ],
    ),
]
