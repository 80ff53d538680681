"""The public suffix list, to be read from the right, one character after the other."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from functools import lru_cache

from ...patterns.origin_syntax import PRIVATE_SUFFIXES
from ...patterns.suffixes import SHARED_SUFFIXES


class SuffixRules:
    """The rules of the list, written backwards: ``ku.oc`` for ``co.uk``, ``kc.*``, ``kc.www!``.

    What has been read of a host, from its end on, is asked for as it is: backwards.
    """

    def __init__(self, rules: Iterable[str]) -> None:
        self._rules = frozenset(rule[::-1] for rule in [*rules, *PRIVATE_SUFFIXES])
        self._sorted = sorted(self._rules)

    def begins(self, read: str) -> bool:
        """Return whether a rule goes on with, or ends in, *read*."""
        place = bisect_left(self._sorted, read)
        return place < len(self._sorted) and self._sorted[place].startswith(read)

    def is_rule(self, read: str) -> bool:
        """Return whether *read* is a public suffix by a rule without a star.

        ``*.kobe.jp`` implies that ``kobe.jp`` is one, too.
        """
        return read in self._rules or f"{read}.*" in self._rules

    def is_private(self, read: str) -> bool:
        """Return whether *read* is a suffix below which no one can register a name."""
        return read[::-1] in PRIVATE_SUFFIXES

    def any_label(self, read: str) -> bool:
        """Return whether every label that follows *read*, a dot at its end, is part of a suffix."""
        return f"{read}*" in self._rules

    def is_exception(self, read: str) -> bool:
        """Return whether *read* is an exception of such a rule."""
        return f"{read}!" in self._rules


@lru_cache(maxsize=1)
def suffix_rules() -> SuffixRules:
    """Return the rules of the list that the extra ``[cli]`` brings along.

    Those of companies count as well: anybody can get a name under ``github.io``.
    """
    from publicsuffixlist import PSLFILE  # of the extra [cli]

    with open(PSLFILE, encoding="utf-8") as lines:
        rules = [line.strip().lower().partition(" ")[0] for line in lines]
    rules += SHARED_SUFFIXES
    return SuffixRules(
        rule if rule.isascii() else _punycode(rule)
        for rule in rules
        if rule and not rule.startswith("//")
    )


def _punycode(rule: str) -> str:
    # "!" and "*." are no part of a name, but are ASCII: the codec leaves them as they are.
    return rule.encode("idna").decode("ascii")
