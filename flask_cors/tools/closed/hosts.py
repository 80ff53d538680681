"""The hosts of http and https origins, as grammars that are read character by character.

A grammar decides where the part of a host ends that its owner holds: a registrable domain, or
a network of addresses. It knows nothing of regular expressions.

- Domains (:class:`Domains`) are read from their end on: the public suffix list works so.
- IPv4 and IPv6 addresses are read from their start.

The syntax is that of the URL standard's host serializer; Fetch's ``serialized-host`` (section
3.2, "Origin header") is the same without trailing dots and without characters that DNS lacks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import ClassVar, Final, NamedTuple, Protocol, TypeVar

from ...patterns.origin_syntax import DEFAULT_PORTS, MAX_LENGTH, NUMERIC_END, is_port
from .automaton import HOST_CHARS, LABEL_CHARS
from .suffix_rules import suffix_rules

_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz")
_ALPHANUMERIC: Final = _LETTERS | frozenset("0123456789")
_DIGITS: Final = frozenset("0123456789")
_HEX: Final = frozenset("0123456789abcdef")

# Effects of a character, or of the end of a host, on what has been read up to there.
NOTHING: Final = ""
# The owner's part is whole: a registrable domain, or a network.
WHOLE: Final = "whole"
# A top-level domain has been read that the public suffix list does not know.
UNKNOWN: Final = "unknown"
# A host of one label has been read.
SINGLE: Final = "single"

_PlaceT = TypeVar("_PlaceT")


class Grammar(Protocol[_PlaceT]):
    """A set of hosts, as a machine that may be in several places at once."""

    # Every character that a host may hold.
    chars: ClassVar[str]

    @property
    def start(self) -> _PlaceT:
        """Where a host begins to be read."""
        ...

    def read(self, place: _PlaceT, char: str) -> Iterable[tuple[_PlaceT, str]]:
        """Return where *char* leads to, each with its effect."""
        ...

    def ends(self, place: _PlaceT) -> Iterable[str]:
        """Return the effects with which a host may end at *place*; none where it may not."""
        ...

    def owned(self, place: _PlaceT) -> bool:
        """Return whether *place* is in the part that identifies the owner."""
        ...


# -- domains ---------------------------------------------------------------------------


class DomainPlace(NamedTuple):
    """Where in a domain: ``read`` is what a rule of the public suffix list still goes on from.

    ``first``: in the last label, the top-level domain. ``known``: what follows the label is a
    public suffix. ``whole``: the registrable domain has been read. ``any_label``: a suffix
    whatever the label is. ``edge``: the character that was read last, as far as it matters:
    none, a hyphen, a letter or digit, another. ``dotted``: the host ends in a dot.
    """

    read: str | None
    first: bool = False
    known: bool = False
    whole: bool = False
    any_label: bool = False
    edge: str = ""
    dotted: bool = False


class Domains:
    """Domain names, read from their end on.

    Without *strict*, labels below the registrable domain may hold whatever the URL standard
    lets through; DNS answers for such names too (``a_b``, ``example.com!.evil.net``). With
    *listed*, only names below a suffix of the public suffix list.
    """

    chars: ClassVar[str] = f"{LABEL_CHARS}.{HOST_CHARS}"

    def __init__(self, strict: bool, listed: bool = False) -> None:
        self._strict = strict
        self._listed = listed
        self._rules = suffix_rules()
        self.start = DomainPlace("", first=True)

    def owned(self, place: DomainPlace) -> bool:
        return not place.whole

    def read(self, place: DomainPlace, char: str) -> Iterable[tuple[DomainPlace, str]]:
        if char == ".":
            return self._dot(place)
        if char in _ALPHANUMERIC or char == "-":
            return self._letter(place, char)
        if place.whole and not self._strict:
            return [(place._replace(read=None, edge="_"), NOTHING)]
        return []

    def _letter(self, place: DomainPlace, char: str) -> Iterable[tuple[DomainPlace, str]]:
        # A label neither starts nor ends with a hyphen where registrars are asked.
        if char == "-" and not place.edge and (self._strict or not place.whole):
            return []
        read = self._on_the_list(place, char)
        free = place.any_label or place.known or place.whole or (place.first and char in _LETTERS)
        if read is None and not free:
            return []
        edge = "-" if char == "-" else "x"
        # Not by _replace, which takes twice as long: every letter of a host comes by here.
        _, first, known, whole, any_label, _, dotted = place
        after = DomainPlace(read, first, known, whole, any_label, edge, dotted)
        return [(after, NOTHING)]

    def _on_the_list(self, place: DomainPlace, char: str) -> str | None:
        if place.read is None or not self._rules.begins(place.read + char):
            return None
        return place.read + char

    def _dot(self, place: DomainPlace) -> Iterable[tuple[DomainPlace, str]]:
        if not place.edge:
            # "example.com." is a host of the owner of example.com.
            trailing = place.first and not place.dotted and not self._strict
            return [(place._replace(dotted=True), NOTHING)] if trailing else []
        if not self._label_ends(place) or self._is_private(place):
            return []
        below = self._on_the_list(place, ".")
        after = DomainPlace(below, any_label=bool(below and self._rules.any_label(below)))
        if self._ends_rule(place):
            return [] if place.whole else [(after._replace(known=True), NOTHING)]
        if place.whole:
            return [(after._replace(whole=True), NOTHING)]
        if place.known:
            whole = (after._replace(whole=True), WHOLE)
            return [whole, (after, NOTHING)] if below else [whole]
        if place.first and not self._listed:
            # By the list's last rule, "*", it is a suffix; below `za` there are longer ones, too.
            return [(after._replace(known=True), NOTHING if below else UNKNOWN)]
        # Part of a rule that is not a rule itself (amazonaws.com), and no label of its own.
        return [(after, NOTHING)] if below else []

    def ends(self, place: DomainPlace) -> Iterable[str]:
        if not place.edge or not self._label_ends(place) or self._ends_rule(place):
            return []
        if place.whole:
            return [NOTHING]
        if place.known:
            return [WHOLE]
        return [SINGLE] if place.first and not self._listed else []

    def _is_private(self, place: DomainPlace) -> bool:
        return place.first and bool(place.read) and self._rules.is_private(place.read or "")

    def _label_ends(self, place: DomainPlace) -> bool:
        return place.edge != "-" or (place.whole and not self._strict)

    def _ends_rule(self, place: DomainPlace) -> bool:
        read = place.read
        if place.any_label and not (read and self._rules.is_exception(read)):
            return True
        return read is not None and self._rules.is_rule(read)


# -- addresses -------------------------------------------------------------------------


class IPv4Place(NamedTuple):
    """Where in an IPv4 address; ``first`` is the first number while it matters."""

    number: int = 0
    digits: str = ""
    first: int = -1


class IPv4Addresses:
    """IPv4 addresses that anybody may be given, in networks of 256.

    Those of RFC 1918, loopback, link-local, shared (RFC 6598) and benchmarking addresses,
    and those that no host has, are left out.
    """

    chars: ClassVar[str] = "0123456789."

    def __init__(self) -> None:
        self.start = IPv4Place()

    def owned(self, place: IPv4Place) -> bool:
        return place.number < 3

    def read(self, place: IPv4Place, char: str) -> Iterable[tuple[IPv4Place, str]]:
        if char == ".":
            return self._dot(place)
        number = place.digits + char
        if char not in _DIGITS or place.digits == "0" or int(number) > 255:
            return []
        return [(place._replace(digits=number), NOTHING)]

    def _dot(self, place: IPv4Place) -> Iterable[tuple[IPv4Place, str]]:
        if not place.digits or place.number == 3:
            return []
        number = int(place.digits)
        if place.number == 0:
            own = number in (0, 10, 127) or number >= 224
            matters = number if number in _SPLIT else -1
            return [] if own else [(IPv4Place(1, "", matters), NOTHING)]
        if place.number == 1 and number in _SPLIT.get(place.first, ()):
            return []
        return [(IPv4Place(place.number + 1), WHOLE if place.number == 2 else NOTHING)]

    def ends(self, place: IPv4Place) -> Iterable[str]:
        return [NOTHING] if place.number == 3 and place.digits else []


# First numbers of which only some second numbers are private.
_SPLIT: Final[dict[int, range]] = {
    100: range(64, 128),
    169: range(254, 255),
    172: range(16, 32),
    192: range(168, 169),
    198: range(18, 20),
}


class IPv6Place(NamedTuple):
    """Where in an IPv6 address: ``number`` counts the groups, those left out included.

    ``group``: what has been read of one, an "x" for each digit, or "0".
    ``elided``: "::" has been read; ``colons``: those read since the last group;
    ``embedding``: the address starts with "::", and may hold an IPv4 address.
    """

    number: int = -1
    group: str = ""
    elided: bool = False
    colons: int = 0
    embedding: bool = False
    closed: bool = False


class IPv6Addresses:
    """IPv6 addresses that anybody may be given, in networks of 64 bits.

    Those are 2000::/3, and what starts with "::", which can hold an IPv4 address.
    """

    chars: ClassVar[str] = "[0123456789abcdef:]"

    def __init__(self) -> None:
        self.start = IPv6Place()

    def owned(self, place: IPv6Place) -> bool:
        return place.number < 4 or place.embedding

    def read(self, place: IPv6Place, char: str) -> Iterable[tuple[IPv6Place, str]]:
        if place.closed:
            return []
        if place.number < 0:
            return [(IPv6Place(0), NOTHING)] if char == "[" else []
        if char == "]":
            return self._bracket(place)
        if char == ":":
            return self._colon(place)
        return self._digit(place, char) if char in _HEX else []

    def _digit(self, place: IPv6Place, char: str) -> Iterable[tuple[IPv6Place, str]]:
        full = place.number > 7 or len(place.group) == 4 or place.group == "0"
        if full or (place.number == 0 and (place.colons or not (place.group or char in "23"))):
            return []
        group = "0" if char == "0" and not place.group else f"{place.group}x"
        return [(place._replace(group=group, colons=0), NOTHING)]

    def _colon(self, place: IPv6Place) -> Iterable[tuple[IPv6Place, str]]:
        if place.group:
            short = place.number == 0 and len(place.group) < 4
            return [] if short else [_group_ends(place, place.number + 1)]
        if place.number == 0 and not place.colons:
            return [(place._replace(colons=1, embedding=True), NOTHING)]
        if place.colons == 1 and not place.elided:
            # How many groups are left out (two at least) is settled by what follows.
            longer = place._replace(elided=True, colons=2)
            return [_group_ends(longer, number) for number in range(place.number + 2, 9)]
        return []

    def _bracket(self, place: IPv6Place) -> Iterable[tuple[IPv6Place, str]]:
        last_group = place.number == 7 and place.group
        nothing_more = place.number == 8 and place.colons == 2
        return [(place._replace(closed=True), NOTHING)] if last_group or nothing_more else []

    def ends(self, place: IPv6Place) -> Iterable[str]:
        return ([WHOLE] if place.embedding else [NOTHING]) if place.closed else []


def _group_ends(place: IPv6Place, number: int) -> tuple[IPv6Place, str]:
    whole = place.number < 4 <= number and not place.embedding
    after = place._replace(number=number, group="", colons=max(place.colons, 1))
    return after, WHOLE if whole else NOTHING


# -- whole origins -----------------------------------------------------------------------


_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = rf"{_LABEL}(?:\.{_LABEL})*"
_LOOSE_LABEL = rf"[a-z0-9\-{re.escape(HOST_CHARS)}]{{1,63}}"
_LOOSE_NAME = rf"(?:{_LOOSE_LABEL}\.)*{_LABEL}\.?"
_ORIGIN = re.compile(rf"(https?)://(\[[0-9a-f:]+\]|{_LOOSE_NAME})(?::([1-9][0-9]{{0,4}}))?")


def split_origin(origin: str) -> tuple[str, str] | None:
    """Return scheme and host of an http or https origin; ``None`` where it is not a valid one."""
    parts = _ORIGIN.fullmatch(origin)
    if not parts or len(origin) > MAX_LENGTH:
        return None
    scheme, host, port = parts.groups(default="")
    valid_port = not port or (port != DEFAULT_PORTS[scheme] and is_port(port))
    return (scheme, host) if valid_port and _is_host(host) else None


def _is_host(host: str) -> bool:
    try:
        if host.startswith("["):
            address = IPv6Address(host[1:-1])
            return f"[{address.compressed}]" == host and not (
                address.is_unspecified or address.is_loopback
            )
        if re.fullmatch(NUMERIC_END, host):
            return str(IPv4Address(host)) == host
    except AddressValueError:
        return False
    return len(host) <= 253


def is_strict(host: str) -> bool:
    """Return whether *host* is written as Fetch's ``serialized-host``."""
    return host.startswith("[") or re.fullmatch(_NAME, host) is not None
