"""Resources: which paths a pattern covers, and which pattern comes first."""

from __future__ import annotations

import re
from typing import Any

import pytest

from flask_cors.errors import CorsWarning, Report, Source
from flask_cors.patterns.paths import (
    EVERYTHING,
    ResourceIndex,
    has_dot_segment,
    parse_pattern,
    parse_resources,
)
from tests.seeds import DOT_PATHS, LITERAL_TEXTS, PLAIN_PATHS, RESOURCES


def index(*patterns: Any) -> ResourceIndex[str]:
    """Return an index in which every pattern stands for its own text."""
    read = [parse_pattern(pattern) for pattern in patterns]
    return ResourceIndex((pattern, pattern.text) for pattern in read)


@pytest.mark.rule("3.globs", "3.exact", "3.regex", "3.path")
@pytest.mark.parametrize(("text", "inside", "outside"), RESOURCES)
def test_a_pattern_covers_what_it_says(
    text: str, inside: tuple[str, ...], outside: tuple[str, ...]
) -> None:
    pattern = parse_pattern(text)
    for path in inside:
        assert pattern.matches(path)
        assert index(text).match(path) == text
        assert path.startswith(pattern.prefix)
        assert pattern.possible(path[:2])
        assert pattern.possible(path)
    for path in outside:
        assert not pattern.matches(path)
        assert index(text).match(path) is None
        assert not pattern.certain(path)


@pytest.mark.rule("3.special", "3.globs")
@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("*", "glob"),
        ("/api/*", "glob"),
        ("/v1.0/*", "glob"),
        ("/api", "exact"),
        ("/v1.0/a-b_c~d", "exact"),
        *((f"/a{char}b*", "regex") for char in "^$?+|"),
        (r"/a\.b*", "regex"),
        ("/a[b]*", "regex"),
        ("/a(b)*", "regex"),
        ("/a{2}b*", "regex"),
        ("/a.*", "regex"),
        ("/a.+", "regex"),
        ("/a.?", "regex"),
        ("/a.{2}", "regex"),
    ],
)
def test_special_characters_tell_a_regex_from_a_glob_and_a_path(text: str, kind: str) -> None:
    pattern = parse_pattern(text)
    assert kind == ("exact" if pattern.exact else "regex" if pattern.regex else "glob")


@pytest.mark.rule("3.special")
@pytest.mark.parametrize("special", ["]", ")", "}", "{x", "[x", "(x"])
def test_every_bracket_is_special(special: str) -> None:
    try:
        pattern = parse_pattern(f"/a{special}")
    except re.error:
        return
    assert pattern.regex is not None


@pytest.mark.rule("3.regex")
def test_a_regex_is_matched_from_the_start_and_case_sensitively() -> None:
    assert parse_pattern("/a+").matches("/aab/c")
    assert not parse_pattern("/a+").matches("/x/aa")
    assert not parse_pattern("/a+").matches("/AA")


def test_a_pattern_that_does_not_compile_says_so() -> None:
    with pytest.raises(re.error, match="unterminated"):
        parse_pattern("/a(b")


# -- the literal text ------------------------------------------------------------------


@pytest.mark.rule("3.order", "3.literal-text")
@pytest.mark.parametrize("compiled", [False, True], ids=["string", "compiled"])
@pytest.mark.parametrize(("text", "literal", "prefix"), LITERAL_TEXTS)
def test_the_literal_text_ends_before_the_first_special_character(
    text: str, literal: str, prefix: str, compiled: bool
) -> None:
    pattern = parse_pattern(re.compile(text) if compiled else text)
    assert (pattern.literal, pattern.prefix) == (literal, prefix)


@pytest.mark.rule("3.literal-text")
@pytest.mark.parametrize("flag", [re.IGNORECASE, re.VERBOSE, re.IGNORECASE | re.DOTALL])
def test_a_flag_that_changes_what_letters_mean_empties_the_literal_text(flag: int) -> None:
    pattern = parse_pattern(re.compile("/a b", flag))
    assert (pattern.literal, pattern.prefix, pattern.whole) == ("", "", False)
    assert not pattern.certain("/a b")


@pytest.mark.rule("3.literal-text")
@pytest.mark.parametrize("flag", [re.DOTALL, re.MULTILINE, re.ASCII])
def test_other_flags_keep_the_literal_text(flag: int) -> None:
    assert parse_pattern(re.compile("/a b", flag)).literal == "/a b"


@pytest.mark.rule("3.order")
@pytest.mark.parametrize(
    ("text", "literal", "prefix"),
    [
        ("/api/*", "/api/", "/api"),
        ("/api*", "/api", "/api"),
        ("*", "", ""),
        ("/a/*/b", "/a/", "/a"),
    ],
)
def test_the_literal_text_of_a_glob_ends_before_its_star(
    text: str, literal: str, prefix: str
) -> None:
    pattern = parse_pattern(text)
    assert (pattern.literal, pattern.prefix) == (literal, prefix)


def test_the_literal_text_of_a_path_is_all_of_it() -> None:
    pattern = parse_pattern("/a.b")
    assert (pattern.literal, pattern.prefix, pattern.exact) == ("/a.b", "/a.b", True)


# -- order -----------------------------------------------------------------------------


@pytest.mark.rule("3.order", "3.literal-text")
@pytest.mark.parametrize(
    ("patterns", "path", "first"),
    [
        # exact paths first, wherever they stand
        (("/a/*", "/a/b"), "/a/b", "/a/b"),
        (("/a/b/c.*", "/a/b"), "/a/b", "/a/b"),
        # then the longest literal text, compiled or not
        (("*", "/api/*", "/api/v1/*"), "/api/v1/x", "/api/v1/*"),
        (("*", "/api/*", "/api/v1/*"), "/api/v2", "/api/*"),
        (("*", "/api/*", "/api/v1/*"), "/other", "*"),
        (("/api/*", re.compile("/api/v1")), "/api/v1/x", "/api/v1"),
        ((re.compile("/api"), "/api/v1/*"), "/api/v1/x", "/api/v1/*"),
        ((r"/api/\w+", "/api/v*"), "/api/v1", "/api/v*"),
        (("/api/v*", r"/api/\w+"), "/api/v1", "/api/v*"),
        # a leading ^ and escapes do not end the literal text
        (("/api/v1*", r"^/api/v1\.0$"), "/api/v1.0", r"^/api/v1\.0$"),
        # dots count, although they match any character
        (("/a.b/*", "/a.b/c.d.+"), "/a.b/c.dx", "/a.b/c.d.+"),
        (("/axb/c*", "/a.b/cc.?"), "/axb/cc", "/a.b/cc.?"),
        (("/axb/ccc*", "/a.b/cc.?"), "/axb/ccc", "/axb/ccc*"),
        # a quantified character is not part of it
        (("/api*", "/apis?"), "/apis", "/api*"),
        # alternatives and flags have none
        (("/a*", "/a|/abc"), "/abc", "/a*"),
        (("/a*", "(?i)/abc"), "/abc", "/a*"),
        # then the declared order
        (("/a/*", "/a/.*"), "/a/b", "/a/*"),
        (("/a/.*", "/a/*"), "/a/b", "/a/.*"),
        (("/x|/a", "(?i)/a"), "/a", "/x|/a"),
        (("(?i)/a", "/x|/a"), "/a", "(?i)/a"),
    ],
)
def test_the_first_pattern_in_order_decides(patterns: Any, path: str, first: str) -> None:
    assert index(*patterns).match(path) == first


@pytest.mark.rule("3.order")
def test_the_first_of_equal_patterns_decides() -> None:
    for text in ("/a", "/a/*", "/a.*"):
        pattern = parse_pattern(text)
        found = ResourceIndex([(pattern, "first"), (parse_pattern(text), "second")])
        assert found.match("/a") == "first"
        assert [payload for _, payload in found] == ["first", "second"]


def test_the_index_lists_its_entries_in_order() -> None:
    texts = [pattern.text for pattern, _ in index("*", "/a|/b", "/api/*", "/z", "/api/v1/*")]
    assert texts == ["/z", "/api/v1/*", "/api/*", "*", "/a|/b"]


def test_no_resource_covers_a_path_of_an_empty_index() -> None:
    assert index().match("/") is None
    assert index().candidates("/") == ([], False)


def test_everything_is_the_pattern_star() -> None:
    star = parse_pattern("*")
    assert (EVERYTHING.text, EVERYTHING.literal, EVERYTHING.parts) == (
        "*",
        star.literal,
        star.parts,
    )
    assert EVERYTHING.certain("")
    assert EVERYTHING.matches("/a\n/b")
    assert not EVERYTHING.exact


def test_a_thousand_resources_are_not_tried_one_after_the_other() -> None:
    tried: list[str] = []

    class Spy(str):
        __slots__ = ()

        def startswith(self, *args: Any) -> bool:
            tried.append(args[0])
            return super().startswith(*args)

    found = index("*", *(f"/r{number}/*" for number in range(1000)))
    assert found.match(Spy("/r500/x")) == "/r500/*"
    assert len(tried) < 10


# -- what paths with converters may meet -----------------------------------------------


@pytest.mark.rule("8.can-happen")
@pytest.mark.parametrize(
    ("patterns", "start", "found", "certain"),
    [
        (("*", "/api/*"), "/api/", ["/api/*"], True),
        (("*", "/api/*"), "/ap", ["/api/*", "*"], True),
        (("*", "/api/*"), "/other/", ["*"], True),
        (("/api/*",), "/other/", [], False),
        # a glob is never met by what only looks like it
        (("/api/*",), "/api-internal/", [], False),
        (("/api/*",), "/api", ["/api/*"], False),
        (("/a/*/b",), "/a/", ["/a/*/b"], False),
        (("/a/*/b",), "/ab/", [], False),
        (("/items/1", "/items/*"), "/items/", ["/items/1", "/items/*"], True),
        (("/items/1", "/items"), "/items/", ["/items/1"], False),
        ((r"/api/v\d", "/api/*"), "/api/", [r"/api/v\d", "/api/*"], True),
        (("/api/",), "/api/", ["/api/"], False),
        ((r"^/api\-x/.*",), "/api-x/", [r"^/api\-x/.*"], True),
        ((r"^/api\-x/",), "/api-x/y", [r"^/api\-x/"], True),
        ((re.compile(r"/api/"),), "/api/x", ["/api/"], True),
        ((re.compile(r"/api/$"),), "/api/", ["/api/$"], False),
        # a dot is any character, so its literal text says nothing for certain
        (("/v1.0.*",), "/v1.0/", ["/v1.0.*"], False),
        (("/v1.0.*",), "/v1x0/", ["/v1.0.*"], False),
        (("/v1.0.*",), "/v2", [], False),
        (("*", "/a|/b"), "/c", ["*"], True),
        (("/a|/b", "*"), "/c", ["/a|/b", "*"], True),
        (("(?i)/api/.*",), "/API/", ["(?i)/api/.*"], False),
    ],
)
def test_candidates_are_what_such_paths_may_meet(
    patterns: Any, start: str, found: list[str], certain: bool
) -> None:
    assert index(*patterns).candidates(start) == (found, certain)


# -- dot segments ----------------------------------------------------------------------


@pytest.mark.rule("3.dot-segments")
@pytest.mark.parametrize("path", DOT_PATHS)
def test_a_dot_segment_is_seen(path: str) -> None:
    assert has_dot_segment(path)


@pytest.mark.rule("3.dot-segments")
@pytest.mark.parametrize("path", PLAIN_PATHS)
def test_dots_within_a_segment_are_none(path: str) -> None:
    assert not has_dot_segment(path)


@pytest.mark.rule("3.regex")
@pytest.mark.parametrize("text", ["/api/.(?#one letter)/public", "/api/.(?#one)(?#letter)/public"])
def test_what_follows_a_comment_is_part_of_the_pattern(text: str) -> None:
    index = ResourceIndex([(parse_pattern(text), "public"), (parse_pattern("/api/*"), "rest")])
    assert index.match("/api/accounts") == "rest"
    assert index.match("/api/x/public") == "public"
    assert index.candidates("/api/") == (["public", "rest"], True)


@pytest.mark.parametrize(
    ("texts", "pairs"),
    [
        (["/*", "/(api|admin)/.*"], [("/(api|admin)/.*", "/*")]),
        (["/(api|admin)/.*", "/*"], []),
        (["/*", r"(?i)/API/.*"], [(r"(?i)/API/.*", "/*")]),
        (["/api/*", r"/api/\w+", "/api/v1/*"], [(r"/api/\w+", "/api/*")]),
        (["*", "/.*"], [("*", "/.*")]),
        (["/x", "/y", "/x"], [("/x", "/x")]),
        (["/a/*", "/b/.*", r"/c/\d", "/x"], []),
    ],
)
def test_what_no_path_reaches(texts: list[str], pairs: list[tuple[str, str]]) -> None:
    entries = [(parse_pattern(text), (text, number)) for number, text in enumerate(texts)]
    found = [(lost[0], by[0]) for lost, by in ResourceIndex(entries).shadowed()]
    assert found == pairs


@pytest.mark.parametrize(
    ("text", "glob"),
    [
        ("/users/<id>", "/users/*"),
        ("/users/<int:id>/posts", "/users/*"),
        ("/users/:id", "/users/*"),
        ("/a/<path:rest>/*", "/a/*"),
    ],
)
def test_a_url_rule_is_no_resource(text: str, glob: str) -> None:
    report = Report(Source("app", "CORS(app)"))
    with pytest.warns(CorsWarning, match="a resource is no URL rule"):
        parse_resources({text: {"origins": "*"}, "/x": {}}, report, "resources")
    (problem,) = report.degraded
    assert (problem.value, problem.fix) == (text, {"resources": {glob: {"origins": "*"}}})
    with pytest.warns(CorsWarning, match="a resource is no URL rule"):
        parse_resources([text, "/x", "/t:x", "/a<b"], Report(Source("app", "x")), "resources")
