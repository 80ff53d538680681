"""Target: resource patterns and their index, against patterns read by hand, one by one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from flask_cors.errors import REGEX_ERRORS, Report, Source
from flask_cors.options.reader import read_options
from flask_cors.patterns.paths import PathPattern, ResourceIndex, has_dot_segment, parse_pattern
from tests import seeds
from tests.property.fuzz.encoding import decode, encode, groups
from tests.property.fuzz.naive import is_special, is_tame

MOST_PATTERNS = 6
MOST_PATHS = 8
# What may stand for all of ``resources``, and is wrong, is written as a word.
WRONG: dict[str, Any] = {
    "py:5": 5,
    "py:bytes": b"/a",
    "py:json": '["/a", "/b"]',
    "py:regex": [re.compile(b"/a")],
    "py:none": [None],
    "py:options": {"/a": ["https://a.example"]},
    "py:open": {"/a": None},
}
# The text before the first special character: a whole letter, not one that is quantified.
LITERAL = re.compile(r"\^?((?:(?:\\[^A-Za-z0-9]|[^\\^$?+*\[\](){}|])(?![*+?{]))*)", re.DOTALL)


def parse(text: str) -> tuple[PathPattern, str | re.Pattern[str]] | None:
    """Return a pattern and what it was given as; ``None`` where it does not compile."""
    try:
        given = re.compile(text[3:], re.IGNORECASE) if text.startswith("re:") else text
        return parse_pattern(given), given
    except REGEX_ERRORS:
        assert text.startswith("re:") or is_special(text), text
        return None


def check(data: bytes) -> None:
    """Parse the patterns of the first group, and look for the paths of the second."""
    texts, paths = groups(decode(data), 2)
    for text in WRONG.keys() & texts:
        assert all(read(WRONG[text])[1] or [""]), text
    check_written([text for text in texts[:MOST_PATTERNS] if is_tame(text)])
    parsed = [found for text in texts[:MOST_PATTERNS] if is_tame(text) and (found := parse(text))]
    for pattern, given in parsed:
        check_pattern(pattern, given)
    patterns = [pattern for pattern, _ in parsed]
    index = ResourceIndex((pattern, rank) for rank, pattern in enumerate(patterns))
    for path in paths[:MOST_PATHS]:
        segments = path.split("/")[1:]
        assert has_dot_segment(path) == ("." in segments or ".." in segments), path
        for pattern, given in parsed:
            assert pattern.matches(path) == covers(given, path), (given, path)
            check_starts(pattern, path)
        check_index(index, patterns, path)


def read(given: object) -> tuple[list[str], list[str]]:
    """Return the patterns of what is written as ``resources``, and what is wrong with it."""
    report = Report(Source("app", "CORS(app)"))
    settings = read_options({"resources": given}, "app", report)
    found = settings["resources"].value if "resources" in settings else ()
    return [entry.pattern.text for entry in found], [problem.hint for problem in report.problems]


def check_written(texts: list[str]) -> None:
    """A list, a dictionary and one string name the patterns that they hold."""
    given = [found[1] for text in texts if (found := parse(text))]
    names = list(map(text_of, given))
    assert read(given) == (names, []), given
    options = {each: {"max_age": 5} for each in given}
    assert read(options) == (list(map(text_of, options)), []), given
    if plain := [text for text in names if re.fullmatch(r"[/*][^\s,]*", text)]:
        assert read(", ".join(plain)) == (plain, []), plain
    wrong = [text for text in texts if not text.startswith("re:") and parse(text) is None]
    hints = read(wrong)[1]
    assert len(hints) == len(wrong), wrong
    assert all(hints), wrong


def text_of(given: str | re.Pattern[str]) -> str:
    return given if isinstance(given, str) else given.pattern


def check_pattern(pattern: PathPattern, given: str | re.Pattern[str]) -> None:
    """Compare the kind of a pattern, and its literal text, with the reading by hand."""
    text = given if isinstance(given, str) else given.pattern
    assert pattern.text == text
    if isinstance(given, str) and not is_special(given):
        assert pattern.regex is None
        assert pattern.exact == ("*" not in given)
        assert pattern.literal == given.partition("*")[0]
        return
    assert not pattern.exact
    assert pattern.regex == (given if isinstance(given, re.Pattern) else re.compile(given))
    literal = LITERAL.match(text)
    # What a "|" divides, or a flag makes of letters, is left to the checks of what is covered.
    if literal and isinstance(given, str) and text.isascii() and not set(text) & set("|?"):
        assert pattern.literal == re.sub(r"\\(.)", r"\1", literal[1], flags=re.DOTALL), given


def covers(given: str | re.Pattern[str], path: str) -> bool:
    """Return whether a pattern covers a path, read by hand."""
    if isinstance(given, re.Pattern):
        return given.match(path) is not None
    if is_special(given):
        return re.compile(given).match(path) is not None
    if "*" not in given:
        return path == given
    whole = ".*".join(map(re.escape, given.split("*")))
    found = re.fullmatch(whole, path, re.DOTALL)
    if given.endswith("/*"):
        found = found or re.fullmatch(whole, f"{path}/", re.DOTALL)
    return found is not None


def check_starts(pattern: PathPattern, path: str) -> None:
    """What a pattern says of the starts of paths holds for a path that has the start."""
    covered = pattern.matches(path)
    for end in {0, len(path) // 2, len(path)}:
        start = path[:end]
        assert covered or not pattern.certain(start), (pattern, path, start)
        assert not covered or pattern.possible(start) or pattern.exact, (pattern, path, start)
    if covered:
        assert path.startswith(pattern.prefix), (pattern, path)


def check_index(index: ResourceIndex[int], patterns: Sequence[PathPattern], path: str) -> None:
    """The index finds what a search through all patterns finds, and lists it beforehand."""
    # What another one takes whole is never found.
    for lost, _ in index.shadowed() if path.startswith("/") else ():
        assert index.match(path) != lost, (patterns[lost], path)
    covering = [rank for rank, pattern in enumerate(patterns) if pattern.matches(path)]
    first = min(covering, key=lambda rank: order(patterns[rank], rank)) if covering else None
    found = index.match(path)
    assert found == first, (patterns, path, found, first)
    for end in {0, len(path) // 2, len(path)}:
        candidates, certain = index.candidates(path[:end])
        assert found is None or found in candidates, (patterns, path, end)
        assert found is not None or not certain, (patterns, path, end)


def order(pattern: PathPattern, rank: int) -> tuple[bool, int, int]:
    return not pattern.exact, -len(pattern.literal), rank


def corpus() -> Iterator[bytes]:
    """Make inputs of what pins the rules elsewhere."""
    for text, inside, outside in seeds.RESOURCES:
        yield encode([text], [*inside[:4], *outside[:4]])
        yield encode([text, "*", "/a*"], [*inside[:2], *outside[:2]])
    for text, literal, prefix in seeds.LITERAL_TEXTS:
        yield encode([text, f"re:{text}"], [literal, prefix, f"{literal}x"])
    yield encode(["/a", "/*"], seeds.DOT_PATHS)
    yield encode(["/a*", "/.*"], seeds.PLAIN_PATHS)
    yield encode(["/*"], seeds.PLAIN_PATHS[MOST_PATHS:])
    yield encode(["/api/*", "/api/v1/*", "/api/v1", "/*/v1", "/api/.+"], ["/api/v1", "/api", "/b"])
    yield encode(["/*", "/(a|b)/.*", "/x", "re:/x"], ["/a/b", "/x"])
    yield encode(["/users/<id>", "/t/:name"], ["/users/7", "/t/x"])
    yield encode(["/(", "re:(", "/a{1"], ["/a"])
    for word in WRONG:
        yield encode([word], ["/a"])
