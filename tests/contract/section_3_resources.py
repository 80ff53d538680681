"""Section 3, "Which resource": each rule with the tests that pin it."""

from __future__ import annotations

TESTS = "tests/unit/patterns/test_paths.py"
COVERS = f"{TESTS}::test_a_pattern_covers_what_it_says"
FIRST = f"{TESTS}::test_the_first_pattern_in_order_decides"
LITERAL = f"{TESTS}::test_the_literal_text_ends_before_the_first_special_character"

RULES = [
    (
        "Special characters are \\ ^ $ ? + [ ] ( ) { } |, and . only before *, +, ? or {.",
        [
            f"{TESTS}::test_special_characters_tell_a_regex_from_a_glob_and_a_path",
            f"{TESTS}::test_every_bracket_is_special",
        ],
    ),
    (
        '"*" alone, and a pattern whose only special thing is *, are globs over the whole path.',
        [COVERS, f"{TESTS}::test_special_characters_tell_a_regex_from_a_glob_and_a_path"],
    ),
    ("/api/* is /api, /api/ and all below, never /api-internal.", [COVERS]),
    ("/v1.0/* is a glob.", [COVERS]),
    ("A string without special characters and without * is that exact path.", [COVERS]),
    (
        "Anything else is a regular expression matched from the start of the path.",
        [f"{TESTS}::test_a_regex_is_matched_from_the_start_and_case_sensitively", COVERS],
    ),
    ("Order: exact paths.", [FIRST]),
    (
        "Then by the length of the literal text before the first special character or *, longest "
        "first, compiled or not.",
        [FIRST, LITERAL, f"{TESTS}::test_the_literal_text_of_a_glob_ends_before_its_star"],
    ),
    (
        "Then the declared order.",
        [FIRST, f"{TESTS}::test_the_first_of_equal_patterns_decides"],
    ),
    ("A glob's * spans slashes.", [COVERS]),
    ("A leading ^ and escaped characters do not end the literal text.", [LITERAL, FIRST]),
    ("A character with a quantifier is not part of it.", [LITERAL, FIRST]),
    (
        "A | outside groups, or a flag that changes what letters mean, makes it empty.",
        [
            LITERAL,
            f"{TESTS}::test_a_flag_that_changes_what_letters_mean_empties_the_literal_text",
            f"{TESTS}::test_other_flags_keep_the_literal_text",
        ],
    ),
    (
        "What is matched is request.path: decoded once, case-sensitive.",
        [
            COVERS,
            "tests/integration/test_resources_app.py::test_the_path_is_decoded_once_and_case_counts",
        ],
    ),
    (
        "A path with a . or .. segment gets no CORS headers at any level.",
        [
            f"{TESTS}::test_a_dot_segment_is_seen",
            f"{TESTS}::test_dots_within_a_segment_are_none",
            "tests/unit/resolution/test_table.py::test_a_path_with_a_dot_segment_is_covered_by_nothing",
            "tests/integration/test_resources_app.py::test_a_path_with_a_dot_segment_gets_no_headers",
        ],
    ),
]
