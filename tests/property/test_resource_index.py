"""Resources: the index finds what a linear scan in the documented order finds, for any path."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from flask_cors.patterns.paths import PathPattern, ResourceIndex, has_dot_segment, parse_pattern
from tests.property.profile import search

SEGMENTS = ["api", "api-internal", "a", "b", "v1", "v1.0", "v2", "admin", "x y", "ü", "A", ""]
segments = st.sampled_from(SEGMENTS)
paths = st.builds(lambda parts: f"/{'/'.join(parts)}", st.lists(segments, max_size=4))
globs = st.builds(
    lambda path, tail: path + tail, paths, st.sampled_from(["*", "/*", "*b", "/*/admin", "*/*"])
)
regexes = st.sampled_from(
    [
        r"/api/\w+",
        r"^/api/v[12]",
        r"/a.*",
        r"/a|/b",
        r"/api/.+/admin$",
        r"/ap(i|x)?",
        r"/v1\.0/",
        "/v1.0/(a|b)?",
        re.compile("/API", re.IGNORECASE),
        re.compile("/b(?#()|/a"),
    ]
)
patterns = st.just("*") | paths | globs | regexes


def covers(given: Any, path: str) -> bool:
    """Return whether a pattern covers a path, as its documentation has it."""
    if isinstance(given, re.Pattern):
        return given.match(path) is not None
    if re.search(r"[\\^$?+\[\](){}|]|\.[*+?{]", given):
        return re.match(given, path) is not None
    if "*" not in given:
        return bool(given == path)
    glob = ".*".join(map(re.escape, given.split("*")))
    below = f"(?s:{glob})"
    return any(re.fullmatch(below, each) for each in [path, f"{path}/"][: 1 + given.endswith("/*")])


def in_order(drawn: list[Any]) -> list[tuple[PathPattern, int]]:
    """Return exact paths, then by the literal text, longest first, then as declared."""
    read = [(parse_pattern(given), number) for number, given in enumerate(drawn)]
    return sorted(read, key=lambda entry: (not entry[0].exact, -len(entry[0].literal)))


@search(400)
@given(patterns, paths)
def test_a_pattern_covers_what_it_says(given: Any, path: str) -> None:
    assert parse_pattern(given).matches(path) == covers(given, path)


@search(400)
@given(st.lists(patterns, max_size=12), st.lists(paths, min_size=1, max_size=6))
@example(["/v1.0*", "/v1.0/(a|b)?"], ["/v1.0/a"])
@example(["/a.b/(x|y)", "/a*", "/a.b*"], ["/a.b/x", "/axb/x"])
def test_the_index_finds_what_a_linear_scan_does(drawn: list[Any], asked: list[str]) -> None:
    read = [(parse_pattern(given), number) for number, given in enumerate(drawn)]
    index: ResourceIndex[int] = ResourceIndex(read)
    for path in asked:
        matching = (number for _, number in in_order(drawn) if covers(drawn[number], path))
        assert index.match(path) == next(matching, None)


@search(400)
@given(st.lists(patterns, max_size=12), paths, st.lists(segments, max_size=3))
def test_what_a_path_meets_was_foreseen(drawn: list[Any], start: str, rest: list[str]) -> None:
    """Compiling asks which resources the paths of a URL rule may meet; none may be missing."""
    read = [(parse_pattern(given), number) for number, given in enumerate(drawn)]
    index: ResourceIndex[int] = ResourceIndex(read)
    found, certain = index.candidates(start)
    for path in (start, f"{start}{'/'.join(rest)}", f"{start}/{'/'.join(rest)}"):
        met = index.match(path)
        assert met in found or (met is None and not certain)


@search(400)
@given(st.text("/.a%", max_size=12))
def test_a_dot_segment_is_seen_wherever_it_stands(path: str) -> None:
    assert has_dot_segment(f"/{path}") == bool({".", ".."} & set(path.split("/")))
