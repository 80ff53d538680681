"""Examines one regular expression: a proof, a witness, or how many origins were tried."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, Literal

from ...patterns.unintended_origins import stranger_let_in, tried_origins, within_bounds
from .automaton import Automaton, TooLargeError, UnreadableError, automata_of
from .hosts import is_strict, split_origin
from .search import Strangers, Work

# Steps to prove an answer, to judge origins that were tried, and to look for more of them;
# a hundred thousand take less than a second.
_MOST_STEPS: Final = 200_000
_MOST_STEPS_JUDGING: Final = 60_000
_MOST_STEPS_LOOKING: Final = 40_000
_MOST_FOUND: Final = 40

_TOO_LARGE: Final = "it is too large to be examined"
_NO_AUTOMATON: Final = "it holds what no automaton can express, such as a look-around"

Answer = Literal["closed", "open", "unproved"]


@dataclass(frozen=True)
class Verdict:
    """The answer for one regular expression.

    ``answer`` is ``closed`` (proved), ``open`` (``witness`` is an origin that it accepts and
    whose owner it does not name) or ``unproved``: ``reason`` says why, and ``tried`` how many
    origins were tried and not accepted.
    """

    answer: Answer
    witness: str | None = None
    reason: str = ""
    tried: int = 0


def examine(regex: re.Pattern[str]) -> Verdict:
    """Return whether *regex*, matched against whole origins, is closed.

    Origins are compared in lower case, as browsers send them, with the flags of *regex*.
    """
    try:
        return _judge(regex, automata_of(regex))
    except TooLargeError:
        return _guess(regex, _TOO_LARGE)
    except UnreadableError:
        return _guess(regex, "its syntax is not known here")


def _judge(regex: re.Pattern[str], automata: Sequence[Automaton]) -> Verdict:
    most_exact = automata[0]
    if witness := _first_stranger(regex, most_exact, tried_origins(regex)):
        return Verdict("open", witness)
    reason = _TOO_LARGE if most_exact.exact else _NO_AUTOMATON
    for automaton in automata:
        try:
            found = list(islice(_candidates(automaton, Work(_MOST_STEPS // len(automata))), 1))
        except TooLargeError:
            continue
        if not found:
            return Verdict("closed")
        if automaton.exact:
            origins = _valid(automaton, _nicest(automaton)) or _valid(automaton, found)
            if origins:
                return Verdict("open", origins[0])
            reason = "what was found are no valid hosts"
    return _guess(regex, reason, most_exact)


def _candidates(
    automaton: Automaton, work: Work, strict: bool = False, listed: bool = False
) -> Iterator[list[str]]:
    """Yield what may be origins that *automaton* accepts and does not name, the shortest first.

    Each is a host with those ports that may follow it. It need not be valid: the search does
    not count the characters of a label.
    """
    for scheme in ("https", "http"):
        strangers = Strangers(automaton, scheme, work)
        for host in strangers.find(strict, listed=listed):
            yield [f"{scheme}://{host}{port}" for port in strangers.ports]


def _valid(automaton: Automaton, candidates: Iterable[list[str]]) -> list[str]:
    """Return of each candidate the first origin that a browser may send and that is accepted."""
    accepted = (
        next((text for text in texts if split_origin(text) and automaton.accepts(text)), None)
        for texts in candidates
    )
    return [origin for origin in accepted if origin]


def _nicest(automaton: Automaton) -> list[list[str]]:
    """Return a candidate under a public suffix, or at least one that Fetch describes."""
    for listed in (True, False):
        work = Work(_MOST_STEPS_LOOKING)
        try:
            if found := list(islice(_candidates(automaton, work, True, listed), 1)):
                return found
        except TooLargeError:
            continue
    return []


def _first_stranger(
    regex: re.Pattern[str], automaton: Automaton, origins: Iterable[str]
) -> str | None:
    """Return the first of *origins* that *regex* accepts and whose owner it does not name."""
    judge = _Judge(automaton)
    accepted = [origin for origin in origins if _accepts(regex, automaton, origin)]
    for listed in (True, False):
        for origin in accepted:
            if judge.is_stranger(origin, listed):
                return origin
    return None


def _accepts(regex: re.Pattern[str], automaton: Automaton, origin: str) -> bool:
    # Only an exact automaton can replace the pattern, which may take exponential time.
    if not automaton.accepts(origin):
        return False
    return automaton.exact or (within_bounds(regex, origin) and bool(regex.fullmatch(origin)))


class _Judge:
    """Whether an automaton names the owners of origins, within a number of steps for all."""

    def __init__(self, automaton: Automaton) -> None:
        self._automaton = automaton
        self._work = Work(_MOST_STEPS_JUDGING)
        self._strangers: dict[str, Strangers] = {}

    def is_stranger(self, origin: str, listed: bool) -> bool:
        """Return whether the owner of *origin*, which is accepted, is not named.

        With *listed*, only if its host is below a suffix of the public suffix list.
        """
        parts = split_origin(origin)
        if not parts:
            return False
        scheme, host = parts
        try:
            if scheme not in self._strangers:
                self._strangers[scheme] = Strangers(self._automaton, scheme, self._work)
            found = self._strangers[scheme].find(is_strict(host), host, listed)
            return next(found, None) is not None
        except TooLargeError:
            return False


def _guess(regex: re.Pattern[str], reason: str, automaton: Automaton | None = None) -> Verdict:
    """Try origins where nothing can be proved: one that is let in is an answer, too."""
    if automaton is None:
        witness = stranger_let_in(regex)
        return Verdict("open", witness) if witness else Verdict("unproved", None, reason)
    found = _more_origins(automaton)
    if witness := _first_stranger(regex, automaton, found):
        return Verdict("open", witness)
    tried = [origin for origin in [*tried_origins(regex), *found] if within_bounds(regex, origin)]
    return Verdict("unproved", None, reason, len(tried))


def _more_origins(automaton: Automaton) -> list[str]:
    """Return origins that *automaton* accepts: the pattern may accept one of them, too."""
    found: list[str] = []
    for strict in (True, False):
        work = Work(_MOST_STEPS_LOOKING)
        try:
            for texts in islice(_candidates(automaton, work, strict), _MOST_FOUND):
                found += _valid(automaton, [texts])
        except TooLargeError:
            continue
    return found
