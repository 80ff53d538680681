"""What a resource that covers no route was most likely meant to be.

``check`` names the correction, and ``explain`` tries it, so both say the same.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from flask import Flask
from werkzeug.routing import Rule

from ..errors import REGEX_ERRORS
from ..patterns.paths import PathPattern, parse_pattern
from ..resolution.url_rules import served_paths
from .routes import CONVERTER, example

_ALMOST_THE_SAME: Final = 0.85


class Correction(NamedTuple):
    """A pattern to write instead, and how it was found: ``prefix``, ``below`` or ``nearest``.

    ``paths`` are some that it covers. It is empty where only the nearest route is known.
    """

    kind: str
    pattern: str
    paths: tuple[str, ...]


def covering(rule: str) -> str:
    """Return the pattern that covers every path of a URL rule."""
    return CONVERTER.sub("*", rule)


def may_cover(pattern: PathPattern, rule: Rule) -> bool:
    """Return whether a pattern may cover a path of a URL rule, as far as that can be known."""
    start, converter, _ = rule.rule.partition("<")
    if not converter:
        return any(map(pattern.matches, served_paths(rule)))
    return pattern.text.startswith(start) if pattern.exact else pattern.possible(start)


def paths_of_app(app: Flask) -> dict[str, str]:
    """Return a path for each URL rule of *app*, with the pattern that covers all of its paths."""
    return {example(rule.rule): covering(rule.rule) for rule in app.url_map.iter_rules()}


def correction_of(pattern: PathPattern, paths: Mapping[str, str]) -> Correction | None:
    """Return what to write instead of a pattern that covers none of *paths*.

    *paths* are those that it may have meant, each with the pattern that covers its route.
    """
    return _with_prefix(pattern, paths) or _below(pattern, paths) or _nearest(pattern, paths)


def _with_prefix(pattern: PathPattern, paths: Iterable[str]) -> Correction | None:
    """Return the pattern with the URL prefix of a blueprint, which is often what is missing."""
    for path in paths:
        for slash in range(1, len(path)):
            if path[slash] == "/" and pattern.matches(path[slash:]):
                return Correction("prefix", _prefixed(path[:slash], pattern), (path,))
    return None


def _prefixed(prefix: str, pattern: PathPattern) -> str:
    if pattern.regex is None:
        return f"{prefix}{pattern.text}"
    anchor = "^" if pattern.text.startswith("^") else ""
    return f"{anchor}{re.escape(prefix)}{pattern.text.removeprefix('^')}"


def _below(pattern: PathPattern, paths: Iterable[str]) -> Correction | None:
    """Return the glob for an exact path that only other routes are below."""
    start = f"{pattern.text.rstrip('/')}/"
    below = tuple(path for path in paths if pattern.exact and path.startswith(start))
    return Correction("below", f"{start}*", below) if below and start not in below else None


def _nearest(pattern: PathPattern, paths: Mapping[str, str]) -> Correction | None:
    """Return the route, or the beginning of routes, with the most similar spelling."""
    if pattern.regex is not None:
        near = difflib.get_close_matches(pattern.literal, paths, 1)
        return Correction("nearest", "", (paths[near[0]],)) if near else None
    end = "/*" if pattern.text.endswith("/*") else ""
    choices = {path: path for path in paths.values()}
    if end:
        choices = {start: f"{start}{end}" for path in paths for start in _beginnings(path)}
    written = f"/{pattern.text.removesuffix(end).lstrip('/')}"
    by_lower = {path.lower(): path for path in reversed(choices)}
    near = difflib.get_close_matches(written.lower(), by_lower, 1)
    if near and near[0].count("/") != written.count("/") and not written.endswith(near[0]):
        # Other segments are another path, unless there are more before them, or a slash is missing.
        near = difflib.get_close_matches(written.lower(), near, 1, _ALMOST_THE_SAME)
    if not near:
        return None
    better = choices[by_lower[near[0]]]
    try:
        read = parse_pattern(better)
    except REGEX_ERRORS:  # a path may hold what a pattern takes for a regular expression
        return None
    covers = next((path for path in paths if read.matches(path)), None)
    return Correction("nearest", better, (covers,)) if covers else None


def _beginnings(path: str) -> Iterator[str]:
    parts = path.split("/")
    yield from ("/".join(parts[:end]) for end in range(2, len(parts) + 1))
