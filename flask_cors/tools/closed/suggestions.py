"""What to write in place of an open regular expression: proved closed, or nothing.

A few rewritings are tried, each the repair of one common mistake; every result goes through
the same question as the pattern itself, and has to accept an origin that the pattern accepts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, product
from typing import Final

from ...patterns.origin_syntax import PRIVATE_SUFFIXES
from ...patterns.regex_items import with_escaped_dots
from ...patterns.unintended_origins import plain_origins, within_bounds
from .examination import examine
from .hosts import split_origin
from .suffix_rules import suffix_rules

_LONE_DOT = re.compile(r"(?<=[\w*+?)}#])\.(?![*+?{])")
_WIDE: Final = r"(?:\.|\\[wWSD]|\[(?:\\.|[^\]\\])*\])[*+]\??"
_WIDE_BEFORE_NAME = re.compile(rf"(?<=://)\(?(?:\?:)?{_WIDE}\)?\??(?=[a-z0-9])", re.IGNORECASE)
_WIDE_AT_END = re.compile(rf"(?<=[\w)])\(?(?:\?:)?{_WIDE}\)?\??$")
_NO_SCHEME = re.compile(rf"\(?(?:\?:)?{_WIDE}\)?\??(?=(?:\\\.)?[a-z0-9])", re.IGNORECASE)
_MOST_EXAMINED: Final = 4
_SUBDOMAINS: Final = r"([^.]+\.)*"
_PORT: Final = r"(:\d+)?"
_WILDCARD = re.compile(r"(https?)://(?:\.[*+]|\(\.[*+]\))\\\.((?:[a-z0-9-]+|\\\.|\\-)+)")
_LITERAL = re.compile(r"https?://(?:[a-z0-9:-]|\\[./-])+")


def suggest_closed(regex: re.Pattern[str]) -> str | None:
    """Return an origin, a wildcard or a regex to write in place of *regex*, which is open.

    It has been proved closed as an item of ``origins``, where case is ignored, and
    accepts an origin that *regex* accepts. ``None`` where *regex* is closed, and where it
    is not clear what is meant.
    """
    if examine(regex).answer == "closed":
        return None
    texts = dict.fromkeys(_rewritten(regex.pattern))
    kept = (text for text in texts if text != regex.pattern and _keeps_meaning(regex, text))
    closed = (text for text in islice(kept, _MOST_EXAMINED) if _is_closed(text))
    return next(map(_shortest, closed), None)


def _is_closed(text: str) -> bool:
    return examine(re.compile(text, re.IGNORECASE)).answer == "closed"


def _keeps_meaning(regex: re.Pattern[str], text: str) -> bool:
    try:
        rewritten = re.compile(text, re.IGNORECASE)
    except re.error:
        return False
    return any(
        within_bounds(regex, origin)
        and within_bounds(rewritten, origin)
        and rewritten.fullmatch(origin)
        and regex.fullmatch(origin)
        and _is_somebodys(origin)
        for origin in plain_origins(rewritten)
    )


def _is_somebodys(origin: str) -> bool:
    """Return whether *origin* can be meant: a registrable domain, an address, ``localhost``."""
    parts = split_origin(origin)
    if not parts:
        return False
    last = parts[1].rpartition(".")[2]
    listed = "." in parts[1] and suffix_rules().is_rule(last[::-1])
    return listed or last in PRIVATE_SUFFIXES or last.isdigit() or last.endswith("]")


# -- rewritings --------------------------------------------------------------------------


def _rewritten(pattern: str) -> Iterator[str]:
    """Yield *pattern* with one or more mistakes repaired, the fewest and plainest first."""
    text = re.sub(r"^(?:\^|\\A)|(?:\$|\\Z)$", "", pattern).replace(r"\/", "/")
    steps = (_with_scheme, _escaped_dots, _whole_labels, _ended)
    choices = sorted(product((False, True), repeat=len(steps)), key=sum)
    for chosen in choices:
        result = text
        for wanted, step in zip(chosen, steps, strict=True):
            result = step(result) if wanted else result
        yield result


def _with_scheme(text: str) -> str:
    """Write the scheme out: ``.*example\\.com`` begins where it likes."""
    if "://" in text or not _NO_SCHEME.match(text):
        return text
    return f"https?://{text}"


def _escaped_dots(text: str) -> str:
    """Escape the dots that are meant as dots."""
    return with_escaped_dots(text, _LONE_DOT)


def _whole_labels(text: str) -> str:
    """Allow whole labels before a name, and nothing that becomes part of it."""
    return _WIDE_BEFORE_NAME.sub(lambda _: _SUBDOMAINS, text)


def _ended(text: str) -> str:
    """Let nothing follow the host but a port."""
    return _WIDE_AT_END.sub(lambda _: _PORT, text)


def _shortest(text: str) -> str:
    """Return a wildcard or an origin where *text* is one, written as a regex."""
    if wildcard := _WILDCARD.fullmatch(text):
        host = wildcard[2].replace("\\", "")
        return f"{wildcard[1]}://*.{host}"
    return text.replace("\\", "") if _LITERAL.fullmatch(text) else text
