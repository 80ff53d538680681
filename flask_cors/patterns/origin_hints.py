"""What a mistyped origin may have meant: the hints of errors, and nothing that is obeyed.

Imported when there is an error to explain, so that other apps do not pay for it. Every regular
expression that is proposed here is closed: it matches no host that anybody else can register.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from .emptiness import can_match_origin
from .origin_syntax import (
    EXAMPLE,
    HOST,
    NUMERIC_END,
    PARTS,
    REGEX,
    SCHEME,
    MisplacedStarError,
    OriginError,
    OriginPattern,
    canonical,
    without_star_label,
)
from .suffixes import is_shared, owned
from .unintended_origins import stranger_let_in

_IPV4_PARTS: Final = 4
_TOP_LEVEL: Final = frozenset({"com", "io", "net", "org"})
_RESERVED: Final = frozenset({"com", "net", "org"})  # example.com and so on, by RFC 2606
_IPV4_LIKE: Final = r"(?:[0-9*]+\.){3}[0-9*]+"
# A mistyped scheme: "https//", "http:\\", "htps://"; no port follows.
_TYPED: Final = r"(?i)\bhttps?(?:[;,.]?//+|:[/\\]+)|\b[htps]{3,8}://|(?<![^\s,])https?:(?=[a-z*])"
_LABEL_STAR: Final = "[^.]*"
# What a shell, a template or a format string would fill in.
_PLACEHOLDER: Final = r"\$\{|\$[A-Za-z_(]|\{\{?\s*[A-Za-z_]|%\(\w+\)s|(?<!\(\?P)<[A-Za-z_]"
# localhost, or a name with a dot or a port, and a slash at the end at most.
_HOST_AND_PORT: Final = r"(?i)(?:localhost|[a-z0-9_\-]+(?=[.:])(?:\.[a-z0-9_\-]+)*)(?::\d+)?/?"
_ANY_HINT: Final = f"Write '*' for any origin, or list the origins: {EXAMPLE!r}."

Fix = OriginPattern | list[OriginPattern]


class Hint(NamedTuple):
    """What to write instead of one entry: in words, and as data (``None``: leave it out)."""

    text: str
    fix: Fix | None


def hint_for(item: object, error: OriginError) -> Hint:
    """Return what to write in place of *item*."""
    twice = isinstance(item, str) and re.match(r"(?i)https?://https?:/*\w", item)
    if error.hint and not twice:
        return Hint(error.hint, error.fix)
    if not isinstance(item, str):
        return Hint(f"Write for instance {EXAMPLE!r}.", EXAMPLE)
    if isinstance(error, MisplacedStarError):
        return _for_star(re.sub(r"[\\^$]", "", item), item)
    if special := _for_word(item):
        return special
    found = origins_near(item)
    if not found:
        return Hint(f"Write for instance {EXAMPLE!r}.", EXAMPLE)
    return Hint(f"Write {', '.join(map(ascii, found))}.", found[0] if len(found) == 1 else [*found])


def origins_near(text: str) -> list[str]:
    """Return the valid origins that the pieces of *text* are near to."""
    text = re.sub(_TYPED, lambda found: f"http{'s' if 's' in found[0].lower() else ''}://", text)
    text = re.sub(r"(?i)(?:https?://)+(?=https?://)", "", text)
    pieces = list(filter(None, re.split(r"[\s,;'\"`\[\](){}|]+", text)))
    mixed = len({"://" in piece for piece in pieces}) > 1 and not re.search("['\"]", text)
    if mixed and not all(map(_is_whole, pieces)):
        return []  # it may be one host, torn apart: `https://app.exam ple.com`
    return list(dict.fromkeys(origin for piece in pieces if (origin := _corrected(piece))))


def without_scheme(text: str) -> tuple[list[str], list[str]] | None:
    """Return the hosts without a scheme in a list of origins, and the whole list with schemes.

    ``None`` where *text* is no such list: a comma alone may stand for a dot, and white space alone
    in the middle of a host, but for hosts that are nobody else's.
    """
    pieces = re.split(r"[\s,]+", text)
    spaced = re.findall(r"(?:,\s+|\n)(?=[^\s,])", text)
    bare = [piece for piece in pieces if "://" not in piece and piece not in ("*", "null")]
    listed = len(spaced) == len(pieces) - 1 or all(map(_is_whole, bare))
    if not bare or len(pieces) == 1 or not listed:
        return None
    if not all(re.fullmatch(_HOST_AND_PORT, piece) for piece in bare):
        return None
    found = [_corrected(piece) if piece in bare else piece for piece in pieces]
    whole = [origin for origin in found if origin is not None]
    return (bare, whole) if len(whole) == len(found) else None


def _is_whole(piece: str) -> bool:
    """Return whether a piece is an origin by itself, or a host that is nobody else's."""
    host = re.split("[:/]", piece)[0]
    return "://" in piece or host == "localhost" or ("." in host and _is_local(host))


def _for_word(text: str) -> Hint | None:
    """Return the hint for what is no host at all: a placeholder, or a word of another format."""
    if re.search(_PLACEHOLDER, text):
        return Hint(f"Write the value, as in {EXAMPLE!r}: nothing is filled in here.", EXAMPLE)
    word = text.strip().strip("'\"").lower()
    if word in ("all", "any", "everyone", "everything"):
        return Hint(_ANY_HINT, "*")
    if word in ("undefined", "true", "nan"):
        return Hint(f"Write the origins that are allowed, as in {EXAMPLE!r}.", EXAMPLE)
    if word in ("self", "same-origin", "none", "no", "false", "off", "nil"):
        return Hint("Leave it out: pages of the app's own origin need no CORS.", None)
    return None


def _corrected(piece: str) -> str | None:
    """Return the origin that *piece* is near to: punycode, no path, a scheme."""
    if piece.lower() == "null":
        return "null"
    if not re.search(r"\w", piece):
        return "*" if "*" in piece else None
    scheme, host, port = _apart(piece)
    start = f"{scheme}://{_punycode(without_star_label(host))}"
    port = ":*" if "*" in port else port
    return _first_valid((f"{start}{port}", start))


def _apart(text: str) -> tuple[str, str, str]:
    """Return scheme, host and ``:port`` of *text*, guessing the scheme where none is right."""
    scheme, _, rest = text.lower().rpartition("://")
    authority = re.split(r"[/?#\\]", rest.lstrip("/"))[0].rpartition("@")[2]
    host, colon, port = authority.partition(":")
    if not re.fullmatch(SCHEME, scheme):
        scheme = "http" if _is_local(host) else "https"
    return scheme, host, f"{colon}{port}"


def _is_local(host: str) -> bool:
    """Return whether a host is on the developer's network, where https is rare."""
    numeric = re.fullmatch(NUMERIC_END, host) is not None
    return numeric or "." not in host or host.endswith((".localhost", ".local", ".test"))


def _first_valid(guesses: Iterable[str]) -> str | None:
    for guess in guesses:
        try:
            if parts := re.fullmatch(PARTS, guess):
                origin = canonical(parts)
                # Others have hosts there: no hint opens it to them.
                below = re.fullmatch(r".*://\*\.([^:]+).*", origin)
                return None if below and is_shared(below[1]) else origin
        except OriginError:
            continue
    return None


def _punycode(host: str) -> str:
    # What browsers drop, and what they take for a dot (UTS 46).
    visible = "".join(char for char in host if unicodedata.category(char) != "Cf")
    labels = re.split(r"[.\u3002]", unicodedata.normalize("NFKC", visible))
    return ".".join(
        label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in labels
    )


# -- a * where none is allowed ------------------------------------------------------------


def _for_star(plain: str, text: str) -> Hint:
    if re.search(REGEX, re.sub(r"\.(?=\*)", "", plain)):
        return _for_regex(plain, text)
    scheme, host, port = _apart(plain)
    if not re.search(r"\w", host):
        return Hint(_ANY_HINT, "*")
    if "*" in plain.partition("://")[0] and "://" in plain:
        return _list_of([f"https://{host}{port}", f"http://{host}{port}"])
    return _for_port(scheme, host, port) or _for_labels(scheme, host, port)


def _for_port(scheme: str, host: str, port: str) -> Hint | None:
    """Return a hint where the host is complete, and the star comes after it."""
    end = ":*" if "*" in port and not re.fullmatch(r":[0-9]{4,5}\*", port) else port.rstrip("*")
    known = re.sub(r"\.?\*\Z", "", host)
    if "*" in known:
        return None
    if known == host:
        return _list_of([f"{scheme}://{host}{end}"])
    if known == "localhost" or re.fullmatch(_IPV4_LIKE, known):
        return _list_of([f"{scheme}://{known}:*"])
    last = known.rpartition(".")[2]
    # `my.co*` may be the beginning of my.com, which is somebody else's.
    complete = last in _TOP_LEVEL
    if "." in known and not host.endswith(".*") and complete:
        return _list_of([f"{scheme}://{known}{end}"])
    return None


def _for_labels(scheme: str, host: str, port: str) -> Hint:
    labels = [label for label in host.replace("..", ".").split(".") if label]
    if labels[-1] == "*" and all(re.fullmatch("[0-9]+", label) for label in labels[:-1]):
        labels += ["*"] * (_IPV4_PARTS - len(labels))
    last = max(number for number, label in enumerate(labels) if "*" in label)
    below = labels[last + 1 :]
    numbers = re.fullmatch(_IPV4_LIKE, ".".join(labels)) is not None
    regex = _closed_regex(scheme, labels, port, "[0-9]{1,3}" if numbers else "")
    if numbers and any("*" in label and label != "*" for label in labels):
        regex = None  # 1*.168.1.1 is not one network
    wildcard = _wildcard(scheme, ".".join(below), port)
    if regex and wildcard and _is_closed_below(below):
        hint = f"Write the wildcard {wildcard!a}, or, for these hosts alone, the regular expression"
        return Hint(f"{hint} {regex!a}.", regex)
    if regex and numbers:
        return Hint(f"Write the regular expression {regex!a}.", regex)
    if re.fullmatch(r"\*[a-z0-9][a-z0-9-]*", labels[0]) and last == 0 and len(below) == 1:
        domain = f"{labels[0][1:]}.{below[0]}"
        if not is_shared(domain) and _first_valid([f"{scheme}://*.{domain}{port}"]):
            return _list_of([f"{scheme}://{domain}{port}", f"{scheme}://*.{domain}{port}"])
    return _example_of(scheme, labels, port)


def _example_of(scheme: str, labels: Sequence[str], port: str) -> Hint:
    """Return the hint to list the hosts: which are the author's own is not known.

    The example is nobody's host: the domain is ``example``, or in ``.example`` (RFC 2606).
    """
    names = [label.replace("*", "name", 1).replace("*", "") for label in labels]
    if labels[0] == "*" and len(labels) > 2:
        names[0] = "*"
    if "*" in labels[-1]:
        names[-1] = "example"
    elif "*" in labels[-2] and labels[-1] in _RESERVED:
        names[-2] = "example"
    own = labels[: len(names)][-len(owned(names).split(".")) :]
    nobodys = "example" in names[-2:] or not any("*" in label for label in own)
    numbers = all(re.fullmatch("[0-9*]+", label) for label in labels)
    guess = f"{scheme}://{'.'.join(names)}{port}"
    example = _first_valid([guess] if nobodys and not numbers else []) or EXAMPLE
    return Hint(f"List the hosts, as in {example!a}: others can have names like these.", example)


def _closed_regex(scheme: str, labels: Sequence[str], port: str, number: str) -> str | None:
    parts = (
        (number or "[^.]+") if label == "*" else re.escape(label).replace(r"\*", _LABEL_STAR)
        for label in labels
    )
    end = "(:[0-9]+)?" if "*" in port else port
    host = r"\.".join(parts).replace(r"\-", "-")
    return _if_closed(f"{scheme}://{host}{end}")


def _is_closed_below(labels: Sequence[str]) -> bool:
    return _if_closed(rf"https://[^.]+\.{re.escape('.'.join(labels))}") is not None


def _wildcard(scheme: str, below: str, port: str) -> str | None:
    """Return the wildcard for what is below a domain, where that is one owner's."""
    shared = not re.fullmatch(HOST, below) or "." not in below or is_shared(below)
    return None if shared else _first_valid([f"{scheme}://*.{below}{port}"])


def _if_closed(regex: str) -> str | None:
    try:
        compiled = re.compile(regex, re.IGNORECASE)
    except re.error:
        return None
    return regex if can_match_origin(compiled) and not stranger_let_in(compiled) else None


def _for_regex(plain: str, text: str) -> Hint:
    """Return a hint for a regular expression in which a ``*`` repeats one letter."""
    scheme, host, port = _apart(plain)
    below = re.split(r"[*+?)\]}]", host)[-1].partition(".")[2].strip(".")
    wildcard = _wildcard(scheme, below, port)
    regex = re.sub(r"(?<!\\)([A-Za-z0-9\-])\*", rf"\1{_LABEL_STAR}", text)
    regex = re.sub(r"(?<=[/:])\*", "[^.]+", regex)
    closed = _if_closed(re.sub(r"(?<!\\)(?<!\[\^)\.(?![*+?{])", r"\\.", regex))
    if wildcard and closed and "." in below:
        hint = f"Write the wildcard {wildcard!a}, or the regular expression {closed!a}."
        return Hint(hint, closed)
    if wildcard:
        return Hint(f"Write the wildcard {wildcard!a}.", wildcard)
    return Hint(f"List the hosts, as in {EXAMPLE!r}.", EXAMPLE)


def _list_of(guesses: Sequence[str]) -> Hint:
    found: list[OriginPattern] = [origin for one in guesses if (origin := _first_valid([one]))]
    if not found:
        return Hint(f"List the hosts, as in {EXAMPLE!r}.", EXAMPLE)
    return Hint(f"Write {', '.join(map(ascii, found))}.", found[0] if len(found) == 1 else [*found])


# -- a regular expression that matches nothing -------------------------------------------


def hint_for_dead(pattern: str) -> Hint:
    """Return what to write for a regular expression that no origin matches."""
    if special := _for_word(pattern):
        return special
    found = [
        origin for origin in origins_near(re.sub(r"\\d[+*]", "*", _plain(pattern))) if origin != "*"
    ]
    if found:
        return _list_of(found)
    return Hint(f"Write the whole origin, as in {EXAMPLE!r}.", EXAMPLE)


def _plain(pattern: str) -> str:
    return re.sub(r"\([^()]*\)\?|\\(?=[.\-/:])|[\^$]", "", pattern)
