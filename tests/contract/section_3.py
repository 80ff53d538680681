"""Section 3, levels: each sentence, and the tests that hold it.

"Which resource" has a table of its own.
"""

from __future__ import annotations

LEVELS = "tests/integration/test_levels.py"
VIEWS = "tests/integration/test_views.py"
BLUEPRINTS = "tests/integration/test_blueprints.py"
SETUP = "tests/integration/test_setup.py"
RESOLVER = "tests/unit/resolution/test_table.py"
REGISTRY = "tests/unit/resolution/test_registry.py"

RULES = [
    (
        "Each option is resolved by itself: the first level that sets it wins.",
        [
            f"{LEVELS}::test_every_option_comes_from_the_nearest_level_that_sets_it",
            f"{RESOLVER}::test_the_nearest_level_that_sets_an_option_wins",
            f"{RESOLVER}::test_no_level_leaves_the_base",
        ],
    ),
    (
        "supports_credentials=True of a mark, a blueprint or a CORS object does not pass a "
        "nearer level that sets origins; that level says it again.",
        [
            f"{LEVELS}::test_credentials_are_granted_to_a_list_of_origins",
            f"{LEVELS}::test_credentials_of_an_outer_level_do_not_make_a_nearer_any_origin_an_error",
            f"{RESOLVER}::test_credentials_are_granted_to_a_list_of_origins",
        ],
    ),
    (
        "Each mark, class and blueprint counts alone.",
        [
            f"{LEVELS}::test_a_class_and_its_base_count_alone",
            f"{LEVELS}::test_credentials_are_granted_to_a_list_of_origins",
        ],
    ),
    (
        "A CORS object's keywords and its resources count as one.",
        [
            f"{LEVELS}::test_keywords_and_resources_of_one_object_count_as_one",
            f"{RESOLVER}::test_keywords_and_resources_of_one_object_are_one_level",
        ],
    ),
    (
        "False always passes.",
        [
            f"{LEVELS}::test_credentials_are_granted_to_a_list_of_origins",
            f"{RESOLVER}::test_credentials_are_granted_to_a_list_of_origins",
        ],
    ),
    (
        "So does CORS_SUPPORTS_CREDENTIALS, which is said to the whole app.",
        [
            f"{LEVELS}::test_credentials_are_granted_to_a_list_of_origins",
            f"{LEVELS}::test_credentials_of_an_outer_level_do_not_make_a_nearer_any_origin_an_error",
        ],
    ),
    (
        "Every effective option knows the level it came from: level, place, file and line.",
        [
            f"{LEVELS}::test_explain_tells_the_source_of_every_option",
            f"{RESOLVER}::test_every_option_knows_its_source",
            f"{RESOLVER}::test_the_places_of_app_and_blueprint",
            f"{REGISTRY}::test_a_placed_level_names_its_place_in_every_source",
        ],
    ),
    (
        "1. The mark on the handler method of a class-based view, else on dispatch_request.",
        [
            f"{VIEWS}::test_each_method_answers_with_its_own_policy",
            f"{VIEWS}::test_a_mark_on_dispatch_request_stands_for_unmarked_methods",
            f"{REGISTRY}::test_dispatch_request_stands_for_unmarked_handlers",
        ],
    ),
    (
        "2. The mark on the view function, or on the view class, then its bases in MRO order.",
        [
            f"{LEVELS}::test_the_mark_of_a_view_is_nearer_than_its_class_and_the_bases",
            f"{VIEWS}::test_bases_are_walked_in_mro_order",
            f"{VIEWS}::test_a_subclass_inherits_and_says_more",
            f"{REGISTRY}::test_handler_view_class_and_bases_come_in_this_order",
        ],
    ),
    (
        "3. The blueprint, then its parents outwards (nested, renamed and repeatedly registered "
        "blueprints included).",
        [
            f"{BLUEPRINTS}::test_a_blueprint_covers_its_views_and_no_others",
            f"{BLUEPRINTS}::test_parents_are_walked_outwards",
            f"{BLUEPRINTS}::test_a_child_alone_is_covered",
            f"{BLUEPRINTS}::test_a_renamed_blueprint_registered_again",
            f"{BLUEPRINTS}::test_one_blueprint_in_two_apps",
            f"{RESOLVER}::test_mark_blueprint_parent_app_and_config",
        ],
    ),
    (
        "4. The app: the matching resource's dictionary, then the keyword arguments of that CORS "
        "object (init_app over constructor).",
        [
            "tests/integration/test_resources_app.py::test_a_resource_with_options_of_its_own",
            f"{LEVELS}::test_keywords_win_over_config_and_init_app_over_the_constructor",
            f"{SETUP}::test_one_object_serves_many_apps_and_keeps_none",
        ],
    ),
    (
        "5. CORS_* in app.config, also under a CORS(blueprint) or a decorator.",
        [
            f"{LEVELS}::test_config_is_read_when_compiling",
            f"{LEVELS}::test_config_stands_under_a_blueprint_and_a_mark",
        ],
    ),
    ("6. The defaults.", [f"{LEVELS}::test_the_defaults"]),
    (
        "CORS is on for an endpoint when one of levels 1-4 covers it.",
        [
            f"{RESOLVER}::test_a_mark_alone_turns_cors_on",
            f"{LEVELS}::test_config_alone_turns_nothing_on",
            f"{BLUEPRINTS}::test_a_blueprint_covers_its_views_and_no_others",
        ],
    ),
    (
        "Level 4 (and a blueprint with resources) covers it only where a resource matches the "
        "path; where none matches, that CORS object says nothing, keywords included.",
        [
            f"{LEVELS}::test_a_level_covers_only_where_a_resource_matches",
            f"{BLUEPRINTS}::test_resources_of_a_blueprint_are_whole_paths",
            f"{RESOLVER}::test_cors_is_off_where_no_level_covers",
        ],
    ),
    (
        "CORS_RESOURCES is the default of resources for CORS(app) only.",
        [
            f"{LEVELS}::test_config_resources_are_the_default_of_the_app_object_only",
            f"{RESOLVER}::test_config_names_the_resources_of_objects_that_name_none",
            f"{RESOLVER}::test_config_resources_alone_turn_nothing_on",
        ],
    ),
    (
        "One request, one policy. A denial is final: no outer level gets another try.",
        [f"{LEVELS}::test_a_denial_is_final"],
    ),
    (
        "The nearest of cross_origin and cors_exempt wins.",
        [
            f"{LEVELS}::test_the_nearest_of_exempt_and_marked_wins",
            f"{RESOLVER}::test_exempt_and_marked_handlers_of_one_class",
        ],
    ),
    (
        "Both, or two marks, stacked on one object is a ConfigError.",
        [
            f"{LEVELS}::test_two_marks_on_one_object_are_an_error",
            f"{REGISTRY}::test_two_marks_on_one_class_are_an_error",
            f"{REGISTRY}::test_two_marks_on_one_method_are_an_error",
        ],
    ),
    (
        "Several CORS objects on one app: their resources form one list, no resources being the "
        "pattern *.",
        [
            f"{LEVELS}::test_several_objects_make_one_list_of_resources",
            f"{LEVELS}::test_several_objects_on_one_blueprint",
            f"{RESOLVER}::test_the_resources_of_several_objects_are_one_list",
        ],
    ),
    (
        "For the same pattern, and on a tie in the order, the later object comes first.",
        [
            f"{LEVELS}::test_the_later_of_two_objects_for_everything_comes_first",
            f"{RESOLVER}::test_of_tied_patterns_the_later_object_comes_first",
        ],
    ),
    (
        "CORS(app) after the first request raises, as Flask's own set-up does.",
        [f"{SETUP}::test_set_up_after_the_first_request_is_refused_with_what_to_do"],
    ),
    (
        "Before, it discards what was compiled.",
        [f"{SETUP}::test_set_up_before_it_discards_what_was_compiled"],
    ),
]
