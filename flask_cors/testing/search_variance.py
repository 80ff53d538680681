"""``No-Vary-Search``: which parts of a query a cached response does not depend on.

Follows draft-ietf-httpbis-no-vary-search. Compares URLs; caches nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, unquote_plus, urlsplit

# The parts of a dictionary of RFC 9651, "Structured Field Values for HTTP".
_KEY: Final = r"[a-z*][a-z0-9_.*-]*"
_STRING: Final = r'"(?:[ !#-\[\]-~]|\\["\\])*"'
_TOKEN: Final = r"[A-Za-z*][A-Za-z0-9!#$%&'*+.^_`|~:/-]*"
_ITEM: Final = (
    rf"(?:{_STRING}|{_TOKEN}|\?[01]|@?-?[0-9]{{1,15}}(?:\.[0-9]{{1,3}})?|:[A-Za-z0-9+/=]*:)"
)
_PARAMETERS: Final = rf"(?:; *{_KEY}(?:={_ITEM})?)*"
_ITEMS: Final = rf"\( *(?:{_ITEM}{_PARAMETERS}(?: +{_ITEM}{_PARAMETERS})*)? *\)"
_MEMBER: Final = re.compile(
    rf"(?P<key>{_KEY})(?:=(?:(?P<items>{_ITEMS})|(?P<item>{_ITEM})))?{_PARAMETERS}"
)
_IN_LIST: Final = re.compile(f"({_ITEM}){_PARAMETERS}")

# A boolean, the items of an inner list, or an item of another kind.
_Value = bool | list[str] | str


@dataclass(frozen=True)
class SearchVariance:
    """What of a query matters: all parameters but the ``ignored``, or the ``kept`` alone."""

    ignored: frozenset[str]
    kept: frozenset[str] | None
    minds_order: bool

    def are_equivalent(self, url: str, other: str) -> bool:
        """Return whether two URLs differ in nothing that matters."""
        places = [urlsplit(each)._replace(query="") for each in (url, other)]
        return places[0] == places[1] and self._matters(url) == self._matters(other)

    def _matters(self, url: str) -> list[tuple[str, str]]:
        pairs = [
            pair
            for pair in parse_qsl(urlsplit(url).query, keep_blank_values=True)
            if (pair[0] not in self.ignored if self.kept is None else pair[0] in self.kept)
        ]
        # The order of values under one key always matters.
        return pairs if self.minds_order else sorted(pairs, key=lambda pair: pair[0])


def search_variance(header: str | None) -> SearchVariance | None:
    """Read ``No-Vary-Search``; return ``None`` where every query is another one."""
    members = _dictionary(header or "")
    by_order, params = members.get("key-order", False), members.get("params", False)
    ignored = frozenset[str]() if isinstance(params, bool) else _names(params)
    excepted = members.get("except", [])
    if "except" in members and params is not True:
        return None
    kept = _names(excepted)
    if not isinstance(by_order, bool) or ignored is None or kept is None:
        return None
    if not (by_order or params is True or ignored):
        return None
    return SearchVariance(ignored, kept if params is True else None, not by_order)


def _names(value: _Value) -> frozenset[str] | None:
    """Return the names of parameters in a list, ``None`` where it is no list of strings."""
    if not isinstance(value, list) or not all(item.startswith('"') for item in value):
        return None
    plain = (re.sub(r"\\(.)", r"\1", item[1:-1]) for item in value)
    return frozenset(map(unquote_plus, plain))


def _dictionary(text: str) -> Mapping[str, _Value]:
    """Parse a dictionary of RFC 9651; one with an error anywhere is empty."""
    found: dict[str, _Value] = {}
    text = text.strip(" ")
    while member := _MEMBER.match(text):
        found[member["key"]] = _value(member["items"], member["item"])
        rest = text[member.end() :].lstrip(" \t")
        if not rest:
            return found
        if rest[0] != ",":
            break
        text = rest[1:].lstrip(" \t")
    return {}


def _value(items: str | None, item: str | None) -> _Value:
    if items is not None:
        return [match[1] for match in _IN_LIST.finditer(items)]
    if item is None or item.startswith("?"):
        return item != "?0"
    return item
