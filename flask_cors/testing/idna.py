"""Host names beyond ASCII, by UTS 46 (https://www.unicode.org/reports/tr46/, not transitional).

The standard library knows IDNA 2003, to which ``faß.example`` is ``fass.example``, and has no
mapping table of UTS 46. Here that table is derived from the Unicode database of this Python;
letters that are newer than it are refused. Left out of RFC 5892's contextual rules are the
joining types: a zero width non-joiner may stand between any two Arabic letters. Knows texts;
sends nothing.
"""

from __future__ import annotations

import re
from unicodedata import bidirectional, category, combining, normalize

# What the older, transitional processing maps, and the current one keeps.
_SHARP_S, _FINAL_SIGMA, _NON_JOINER, _JOINER = "\u00df\u03c2\u200c\u200d"
_CAPITAL_SHARP_S = "\u1e9e"
_DOTS = re.compile("[\u3002\uff0e\uff61]")
# Invisible characters that the mapping leaves out.
_IGNORED = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u2064\u206a-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0100-\U000e01ef]"
)
# Controls, format characters, spaces, private and unassigned characters, and surrogates.
_DISALLOWED_KINDS = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})
# Ideographic description, and characters that stand for what is missing.
_DISALLOWED = re.compile("[\u2ff0-\u2fff\ufffc\ufffd]")
# The combining class of a virama.
_VIRAMA = 9


def to_ascii(domain: str) -> str:
    """Return *domain* in ASCII (``#concept-domain-to-ascii``).

    Raise :class:`ValueError` for what is no domain.
    """
    lower = domain.lower()
    if domain.isascii() and not re.search(r"(^|\.)xn--", lower):
        return lower
    mapped = normalize("NFC", "".join(map(_mapped, _DOTS.sub(".", domain))))
    labels = [(label, _unicode(label)) for label in mapped.split(".")]
    if any(bidirectional(char) in ("R", "AL", "AN") for _, label in labels for char in label):
        for _, label in labels:
            _check_direction(label)
    return ".".join(label if label.isascii() else _punycode(label) for label, _ in labels)


def _mapped(char: str) -> str:
    """Map one character (UTS 46 section 4, step 1): fold case and compatibility variants."""
    if char in (_SHARP_S, _FINAL_SIGMA, _NON_JOINER, _JOINER):
        return char
    if char == _CAPITAL_SHARP_S:
        return _SHARP_S
    if _IGNORED.match(char):
        return ""
    mapped = normalize("NFKC", normalize("NFKC", char).casefold())
    if char != "." and _DOTS.sub(".", mapped).count("."):
        raise ValueError(f"not a character of a domain: {char!r}")
    return mapped


def _punycode(label: str) -> str:
    return "xn--" + label.encode("punycode").decode("ascii")


def _unicode(label: str) -> str:
    """Return *label* decoded; raise :class:`ValueError` for an invalid one.

    What is decoded has to be what it would be mapped to, so that a name has one spelling.
    """
    decoded = label
    if label.startswith("xn--"):
        decoded = label[4:].encode("ascii").decode("punycode")
        mapped = normalize("NFC", "".join(map(_mapped, decoded)))
        if decoded.isascii() or mapped != decoded or _punycode(decoded) != label:
            raise ValueError(f"not a label in Punycode: {label!r}")
    if not decoded.isascii():
        _check_label(decoded)
    return decoded


def _check_label(label: str) -> None:
    """Check the validity criteria of UTS 46 section 4.1, without hyphens and ASCII rules."""
    if "." in label or category(label[0]).startswith("M"):
        raise ValueError(f"not a label: {label!r}")
    for place, char in enumerate(label):
        if char in (_JOINER, _NON_JOINER):
            is_valid = _may_join(label, place)
        else:
            is_valid = category(char) not in _DISALLOWED_KINDS and not _DISALLOWED.match(char)
        # ASCII is for the host parser to judge.
        if not is_valid and not char.isascii():
            raise ValueError(f"not a character of a domain: {char!r}")


def _may_join(label: str, place: int) -> bool:
    """Follow RFC 5892 appendix A.1 and A.2."""
    before, after = label[:place], label[place + 1 :]
    if before and combining(before[-1]) == _VIRAMA:
        return True
    # Vowel signs do not count.
    letters = [[char for char in part if bidirectional(char) != "NSM"] for part in (before, after)]
    around = [*letters[0][-1:], *letters[1][:1]]
    return label[place] == _NON_JOINER and list(map(bidirectional, around)) == ["AL", "AL"]


def _check_direction(label: str) -> None:
    """Follow the Bidi rule of RFC 5893 section 2."""
    kinds = list(map(bidirectional, label))
    if not kinds:
        return
    ends = [kind for kind in kinds if kind != "NSM"][-1:]
    neutral = {"BN", "CS", "EN", "ES", "ET", "NSM", "ON"}
    if kinds[0] in ("R", "AL"):
        is_valid = set(kinds) <= {"R", "AL", "AN", *neutral} and not {"AN", "EN"} <= set(kinds)
        is_valid = is_valid and set(ends) <= {"R", "AL", "EN", "AN"}
    else:
        is_valid = kinds[0] == "L" and set(kinds) <= {"L", *neutral} and set(ends) <= {"L", "EN"}
    if not is_valid:
        raise ValueError(f"a label of both directions: {label!r}")
