"""Resource patterns: which paths each covers, and an immutable index over them.

Compares paths, as Flask routes them; what a resource grants is not known here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Generic, NamedTuple, TypeVar

from ..errors import REGEX_ERRORS, Report, no_regex
from .origins import json_items

T = TypeVar("T")

# A dot is special only where it is plainly meant for "any character".
_SPECIAL: Final = r"[\\^$?+\[\](){}|]|\.(?=[*+?{])"
_STOPS: Final = frozenset("^$?+[](){}|*")
_QUANTIFIERS: Final = frozenset("*+?{")
# An escaped character, a comment or a set, in which no character is special; or a character.
_TOKEN: Final = r"\\.|\(\?#[^)]*\)|\[\^?\]?(?:\\.|[^\]\\])*\]|."
_SEPARATOR: Final = r"[\s,]+(?=\^?/|\*)"
_DOT_SEGMENT: Final = re.compile(r"/\.{1,2}(?:/|\Z)")


def has_dot_segment(path: str) -> bool:
    """Return whether *path* has a ``.`` or ``..`` segment, which no page needs."""
    return "/." in path and _DOT_SEGMENT.search(path) is not None


class PathPattern(NamedTuple):
    """One resource pattern.

    ``literal`` is the text before the first special character, which orders the
    patterns; ``prefix`` is what every covered path starts with. ``whole`` says
    that everything which starts with ``literal`` is covered, ``compiled`` that the regular
    expression was not given as a string.
    """

    text: str
    literal: str
    prefix: str
    whole: bool = False
    parts: tuple[str, ...] = ()
    regex: re.Pattern[str] | None = None
    compiled: bool = False

    @property
    def exact(self) -> bool:
        """Whether this is one path and no pattern."""
        return not self.parts and self.regex is None

    def matches(self, path: str) -> bool:
        """Return whether *path*, decoded once and case-sensitive, is covered."""
        if self.regex is not None:
            return self.regex.match(path) is not None
        if not self.parts:
            return path == self.text
        # "/api/*" is "/api" as well.
        return _glob(self.parts, path) or (
            self.text.endswith("/*") and _glob(self.parts, f"{path}/")
        )

    def certain(self, start: str) -> bool:
        """Return whether every path that starts with *start* is covered."""
        return self.whole and start.startswith(self.literal)

    def possible(self, start: str) -> bool:
        """Return whether some path that starts with *start* may be covered."""
        # A glob covers what starts with its literal text, or the text without its last "/".
        known = self.literal if self.parts else self.prefix
        return known.startswith(start) or start.startswith(known)


# Converters of Flask's, and of other frameworks'.
_OF_URL_RULES: Final = r"<[^<>/]+>|(?<=/):[A-Za-z_]\w*"
EVERYTHING: Final = PathPattern("*", "", "", whole=True, parts=("", ""))


def parse_pattern(given: str | re.Pattern[str]) -> PathPattern:
    """Read one pattern: an exact path, a glob, or a regular expression.

    Raises one of ``REGEX_ERRORS`` where a regular expression does not compile.
    """
    if isinstance(given, re.Pattern):
        return _regex(given)._replace(compiled=True)
    if re.search(_SPECIAL, given):
        return _regex(re.compile(given))
    if "*" not in given:
        return PathPattern(given, given, given)
    parts = tuple(given.split("*"))
    whole = len(parts) == 2 and not parts[1]
    return PathPattern(given, parts[0], parts[0].removesuffix("/"), whole, parts)


def _regex(regex: re.Pattern[str]) -> PathPattern:
    literal, prefix, rest = _literal_text(regex)
    whole = literal == prefix and rest in ("", ".*") and "(?#" not in regex.pattern
    return PathPattern(regex.pattern, literal, prefix, whole, regex=regex)


def _literal_text(regex: re.Pattern[str]) -> tuple[str, str, str]:
    """Return the literal text, the part of it without dots, and what follows it."""
    pattern = regex.pattern
    if regex.flags & (re.IGNORECASE | re.VERBOSE) or _has_alternatives(pattern):
        return "", "", pattern
    pattern = _up_to_comment(pattern)
    position = 1 if pattern.startswith("^") else 0
    literal = prefix = ""
    dotted = False
    while (step := _literal_step(pattern, position)) and not _quantified(pattern, position + step):
        dotted = dotted or pattern[position] == "."
        literal += pattern[position + step - 1]
        prefix = prefix if dotted else literal
        position += step
    return literal, prefix, pattern[position:]


def _up_to_comment(pattern: str) -> str:
    """End a pattern at its first comment: a quantifier after it belongs to what comes before it."""
    tokens = re.finditer(_TOKEN, pattern, re.DOTALL)
    comment = next((token.start() for token in tokens if token[0].startswith("(?#")), None)
    return pattern if comment is None else f"{pattern[:comment]}*"


def _literal_step(pattern: str, position: int) -> int:
    """Return how many characters the literal character at *position* takes, or 0."""
    char = pattern[position : position + 1]
    if char == "\\":
        escaped = pattern[position + 1 : position + 2]
        return 0 if escaped.isalnum() else 2
    return 0 if not char or char in _STOPS else 1


def _quantified(pattern: str, position: int) -> bool:
    return pattern[position : position + 1] in _QUANTIFIERS


def _has_alternatives(pattern: str) -> bool:
    depth = 0
    for token in re.findall(_TOKEN, pattern, re.DOTALL):
        depth += (token == "(") - (token == ")")
        if token == "|" and depth == 0:
            return True
    return False


def _glob(parts: Sequence[str], path: str) -> bool:
    first, *middle, last = parts
    if not path.startswith(first):
        return False
    position = len(first)
    for part in middle:
        position = path.find(part, position)
        if position < 0:
            return False
        position += len(part)
    return len(path) - len(last) >= position and path.endswith(last)


class _Entry(NamedTuple):
    rank: int
    pattern: PathPattern
    payload: Any
    number: int


class ResourceIndex(Generic[T]):
    """Finds the resource of a path among many.

    *entries* pair a pattern with its value, in the order that decides a tie.
    Exact paths come first, then the pattern with the longest literal text.
    """

    def __init__(self, entries: Iterable[tuple[PathPattern, T]]) -> None:
        numbered = ((*entry, number) for number, entry in enumerate(entries))
        ordered = sorted(numbered, key=lambda entry: _order(entry[0]))
        self._entries = [_Entry(rank, *entry) for rank, entry in enumerate(ordered)]
        self._exact: dict[str, _Entry] = {}
        self._buckets: dict[str, list[_Entry]] = {}
        for entry in self._entries:
            if entry.pattern.exact:
                self._exact.setdefault(entry.pattern.text, entry)
            else:
                self._buckets.setdefault(entry.pattern.prefix, []).append(entry)
        self._lengths = sorted(set(map(len, self._buckets)), reverse=True)

    def __iter__(self) -> Iterator[tuple[PathPattern, T]]:
        return ((entry.pattern, entry.payload) for entry in self._entries)

    def shadowed(self) -> Iterator[tuple[T, T]]:
        """Yield each value that no path reaches, with the one that takes all of its paths.

        Found are those that come after a glob, or after everything, with the same literal text.
        """
        whole: dict[str, _Entry] = {}
        for entry in self._entries:
            pattern = entry.pattern
            start = pattern.literal or "/"  # as every path begins
            taken_by = whole.get(start)
            if pattern.exact:
                taken_by = self._exact[pattern.text]
            if taken_by is not None and taken_by is not entry:
                yield entry.payload, taken_by.payload
            elif not pattern.exact and pattern.certain(start):
                whole[start] = entry

    def as_given(self) -> list[tuple[PathPattern, T]]:
        """Return the entries in the order in which they were given."""
        ordered = sorted(self._entries, key=lambda entry: entry.number)
        return [(entry.pattern, entry.payload) for entry in ordered]

    def match(self, path: str, other: str | None = None) -> T | None:
        """Return the value for *path*, or ``None`` where no pattern covers it.

        *other* is another spelling of the path, for exact paths alone.
        """
        best = self._exact.get(path)
        if best is None and other is not None:
            best = self._exact.get(other)
        if best is None:
            for length in self._lengths:
                for entry in self._buckets.get(path[:length], ()):
                    if best is not None and best.rank < entry.rank:
                        break
                    if entry.pattern.matches(path):
                        best = entry
                        break
        return None if best is None else best.payload

    def candidates(self, start: str) -> tuple[list[T], bool]:
        """Return the values that may apply to paths that begin with *start*, in their order.

        The flag says whether one of these, the last, applies wherever no other does; the
        list then ends there, since nothing behind it is ever reached.
        """
        found: list[T] = []
        for entry in self._entries:
            if entry.pattern.exact:
                if entry.pattern.text.startswith(start):
                    found.append(entry.payload)
            elif entry.pattern.possible(start):
                found.append(entry.payload)
                if entry.pattern.certain(start):
                    return found, True
        return found, False


def _order(pattern: PathPattern) -> tuple[bool, int]:
    return not pattern.exact, -len(pattern.literal)


# -- what is written as ``resources`` ---------------------------------------------------


class Entry(NamedTuple):
    """One entry of ``resources``: its options as they were given, and where."""

    pattern: PathPattern
    options: Mapping[str, Any]
    report: Report


_EXAMPLE: Final[Mapping[str, Any]] = {"/api/*": {"origins": "https://app.example.com"}}
_URL: Final = r"([A-Za-z][A-Za-z0-9+.\-]*://[^/?#]*)(.*)"


def parse_resources(given: object, report: Report, option: str) -> tuple[Entry, ...]:
    """Read ``resources``: patterns, or patterns with the options of each, still to be read."""
    entries = _entries(given, report, option)
    read = (_entry(pattern, options, report, option) for pattern, options in entries)
    return tuple(entry for entry in read if entry is not None)


def _entries(given: object, report: Report, option: str) -> Iterable[tuple[object, object]]:
    if isinstance(given, str):
        if json_items(given) is None:
            return ((text, {}) for text in re.split(_SEPARATOR, given.strip(" \t\r\n,")))
        reason = "this is JSON in a string, which is read as one pattern"
        report.error(option, given, reason, "Write json.loads(...) around it.", _loaded(given))
        return ()
    if isinstance(given, re.Pattern):
        return [(given, {})]
    if isinstance(given, Mapping):
        return given.items()
    if isinstance(given, Iterable) and not isinstance(given, bytes | bytearray):
        return ((item, {}) for item in given)
    kind = type(given).__name__
    reason = f"resources are a dict, a list, a string or a regular expression, not {kind}"
    report.error(option, given, reason, f"Write for instance { {**_EXAMPLE}!a}.", _fix(_EXAMPLE))
    return ()


def _loaded(text: str) -> Mapping[str, object] | None:
    try:
        return _fix(json.loads(text))
    except ValueError:
        return None


def _fix(resources: object) -> Mapping[str, object]:
    return {"resources": resources}


def _entry(given: object, options: object, report: Report, option: str) -> Entry | None:
    pattern = _path_pattern(given, options, report, option)
    if pattern is None:
        return None
    if not isinstance(options, Mapping):
        _not_options(pattern.text, options, report, option)
        return None
    source = report.source._replace(place=f"resource {pattern.text!a} of {report.source.place}")
    return Entry(pattern, options, report.at(source))


def _not_options(text: str, options: object, report: Report, option: str) -> None:
    reason = "each pattern takes a dictionary of options"
    meant: dict[str, object] = {text: {}}
    if isinstance(options, str | list | tuple):
        meant = {text: {"origins": options}}
    if text.isidentifier():
        # {"origins": "*"}: the options themselves, without a path.
        reason = f"{text!a} is not a path, and {reason}"
        meant = {"/*": {text: options}}
    report.error(option, {text: options}, reason, f"Write {meant!a}.", _fix(meant))


def _path_pattern(
    given: object, options: object, report: Report, option: str
) -> PathPattern | None:
    if not isinstance(given, str | re.Pattern) or isinstance(getattr(given, "pattern", ""), bytes):
        reason = "a resource is a string or a regular expression over strings"
        hint = "Write for instance '/api/*'."
        report.error(option, given, reason, hint, _fix("/api/*"))
        return None
    try:
        pattern = parse_pattern(given)
    except REGEX_ERRORS as error:
        hint = "Correct it, or write a path ('/api/items') or a glob ('/api/*')."
        report.error(option, given, no_regex(error), hint, _fix("/api/*"))
        return None
    if pattern.regex is not None:
        from .redos import warn_of_nested_quantifiers

        warn_of_nested_quantifiers(pattern.text, report, option)
    elif converter := re.search(_OF_URL_RULES, pattern.text):
        # Whoever writes this has copied the route.
        reason = "a resource is no URL rule: a converter in it stands for its own characters"
        glob = f"{pattern.text[: converter.start()]}*"
        fix = {glob: dict(options)} if isinstance(options, Mapping) and options else glob
        report.degrade(option, pattern.text, reason, f"Write {fix!a}.", _fix(fix))
    covers = pattern.prefix[:1] in ("", "/") and pattern.text != ""
    # What has no dictionary of options is an error, which names the pattern as well.
    if not covers and isinstance(options, Mapping):
        _covers_nothing(pattern.text, options, report, option)
    return pattern


def _covers_nothing(text: str, options: Mapping[Any, Any], report: Report, option: str) -> None:
    """Warn about a pattern that no path matches: a URL, or a path without its slash."""
    if url := re.fullmatch(_URL, text.replace("\\", "").lstrip("^")):
        origin, path = url.groups()
        path = path.rstrip("$") if path.strip("/*.$") else "/*"
        listed = {path: {"origins": origin.lower(), **options}}
        reason = "this is a URL, and a resource is a path: it covers nothing"
        report.degrade(option, text, reason, f"Write {listed!a}.", _fix(listed))
        return
    path = f"/{text}" if text.strip("/*") else "/*"
    meant = {path: dict(options)} if options else path
    reason = "it covers nothing, since a path starts with '/'"
    report.degrade(option, text, reason, f"Write {meant!a}.", _fix(meant))
