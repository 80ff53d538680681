"""Resources: any paths are found as a reading by hand finds them, one pattern after the other.

The reading, and what is compared, is that of the fuzzer ``tests/property/fuzz/resources.py``;
here Hypothesis draws patterns and paths that have much in common.
"""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from tests.property.fuzz.encoding import encode
from tests.property.fuzz.resources import check
from tests.property.profile import search

SEGMENTS = [
    "api",
    "api-internal",
    "a",
    "b",
    "v1",
    "v1.0",
    "v2",
    "admin",
    "x y",
    "ü",
    "A",
    "",
    ".",
    "..",
]
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
        "re:/API",
        "re:/b(?#()|/a",
    ]
)
patterns = st.just("*") | paths | globs | regexes


@search(400)
@given(st.lists(patterns, max_size=6), st.lists(paths, min_size=1, max_size=8))
@example(["/v1.0*", "/v1.0/(a|b)?"], ["/v1.0/a"])
@example(["/a.b/(x|y)", "/a*", "/a.b*"], ["/a.b/x", "/axb/x"])
def test_paths_are_found_as_a_reading_by_hand_finds_them(
    given: list[str], asked: list[str]
) -> None:
    check(encode(given, asked))
