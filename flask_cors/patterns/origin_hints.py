"""What a mistyped origin may have meant: the hints of errors, and nothing that is obeyed.

Imported when there is an error to explain, so that it costs nobody else.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from .origin_syntax import (
    EXAMPLE_WILDCARD,
    MISPLACED_STAR,
    NUMERIC_END,
    PARTS,
    REGEX,
    SCHEME,
    MisplacedStarError,
    OriginError,
    canonical,
)

_EXAMPLE = "https://app.example.com"


def hint_for(item: object, error: OriginError) -> str:
    """Return what to write in place of *item*."""
    if isinstance(item, str) and isinstance(error, MisplacedStarError):
        return _without_star(item)
    return error.hint or _suggestion(item)


def _without_star(text: str) -> str:
    plain = re.sub(r"[\\^$]", "", text)
    scheme, host, port = _apart(plain)
    below = host.rpartition("*")[2].partition(".")[2]
    domains = (below, host.replace("*", "").strip("-."))
    wildcard = _first_valid(f"{scheme}://*.{domain}{port}" for domain in domains)
    if re.search(REGEX, plain):
        regex = re.sub(MISPLACED_STAR, lambda star: f"{star[0][0]}.*", text)
    else:
        regex = re.escape(f"{scheme}://{host}{port}").replace(r"\*", ".*").replace(r"\-", "-")
    return (
        f"Write the wildcard {wildcard or EXAMPLE_WILDCARD!a}, or, if a regular expression is "
        f"meant, {regex!a}."
    )


def _suggestion(item: object) -> str:
    pieces = re.split(r"[\s,;]+", item) if isinstance(item, str) else ()
    found = [origin for piece in pieces if (origin := _mended(piece))]
    return f"Write {', '.join(map(ascii, found)) or f'for instance {_EXAMPLE!r}'}."


def _mended(piece: str) -> str | None:
    """Return the origin that *piece* is near to: punycode, no path, a scheme."""
    scheme, host, port = _apart(piece)
    start = f"{scheme}://{_punycode(host)}"
    return _first_valid((f"{start}{port}", start))


def _apart(text: str) -> tuple[str, str, str]:
    """Return scheme, host and ``:port`` of *text*, guessing the scheme where none is right."""
    scheme, separator, rest = text.lower().rpartition("://")
    rest = rest if separator else re.sub("^(?:https?:)?/*", "", text.lower())
    authority = re.split(r"[/?#\\]", rest)[0].rpartition("@")[2]
    host, colon, port = authority.partition(":")
    if not re.fullmatch(SCHEME, scheme):
        scheme = "http" if host == "localhost" or re.fullmatch(NUMERIC_END, host) else "https"
    return scheme, host, f"{colon}{port}"


def _first_valid(guesses: Iterable[str]) -> str | None:
    for guess in guesses:
        try:
            if parts := re.fullmatch(PARTS, guess):
                return canonical(guess, parts)
        except OriginError:
            continue
    return None


def _punycode(host: str) -> str:
    labels = unicodedata.normalize("NFKC", host).split(".")
    return ".".join(
        label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in labels
    )
