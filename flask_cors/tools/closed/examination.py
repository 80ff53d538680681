"""One regular expression is examined: proof, witness, or what has been tried in vain."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, Literal

from flask_cors.patterns.neighbours import stranger_let_in, tried_origins, within_bounds

from .automaton import Automaton, TooLargeError, UnreadableError, automata_of
from .hosts import is_strict, split_origin
from .search import Strangers, TooMuchWorkError, Work, ports_to_try

# Steps to prove an answer, to judge origins that were tried, and to look for more of them;
# a hundred thousand take less than a second.
_MOST_STEPS: Final = 300_000
_MOST_STEPS_JUDGING: Final = 100_000
_MOST_STEPS_LOOKING: Final = 60_000
_MOST_FOUND: Final = 40

Answer = Literal["closed", "open", "unproved"]


@dataclass(frozen=True)
class Verdict:
    """The answer for one regular expression.

    ``answer`` is ``closed`` (proved), ``open`` (``witness`` is an origin that it accepts and
    whose owner it does not name) or ``unproved``: ``reason`` says why, and ``tried`` how many
    origins were tried in vain.
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
        automata = automata_of(regex)
    except TooLargeError:
        return _guess(regex, "it is too large to be examined")
    except UnreadableError:
        return _guess(regex, "its syntax is not known here")
    return _judge(regex, automata)


def _judge(regex: re.Pattern[str], automata: Sequence[Automaton]) -> Verdict:
    nearest = automata[0]
    if witness := _well_known(regex, nearest):
        return Verdict("open", witness)
    for automaton in automata:
        work = Work(_MOST_STEPS // len(automata))
        try:
            stranger = next(_strangers(automaton, work), None)
        except TooMuchWorkError:
            continue
        if stranger is None:
            return Verdict("closed")
        if automaton.exact:
            return Verdict("open", _nicest(automaton) or stranger)
    if nearest.exact:
        return _guess(regex, "examining it would take too long", nearest)
    return _guess(regex, "it holds what no automaton can express, such as a look-around", nearest)


def _strangers(
    automaton: Automaton, work: Work, strict: bool = False, listed: bool = False
) -> Iterator[str]:
    """Yield origins that *automaton* accepts and does not name, each scheme's shortest first."""
    for scheme in ("https", "http"):
        strangers = Strangers(automaton, scheme, work)
        for host in strangers.find(strict, listed=listed):
            for port in ports_to_try(strangers.ports):
                origin = f"{scheme}://{host}{port}"
                if split_origin(origin) and automaton.accepts(origin):
                    yield origin
                    break


def _well_known(regex: re.Pattern[str], automaton: Automaton) -> str | None:
    """Return one of the origins that the pattern suggests; a reader believes it at once."""
    if not automaton.exact:
        return None
    judge = _Judge(automaton)
    accepted = [origin for origin in tried_origins(regex.pattern) if automaton.accepts(origin)]
    for listed in (True, False):
        for origin in accepted:
            if judge.is_stranger(origin, listed):
                return origin
    return None


def _nicest(automaton: Automaton) -> str | None:
    """Return a witness under a public suffix, or at least one that Fetch describes."""
    for listed in (True, False):
        try:
            if found := next(_strangers(automaton, Work(_MOST_STEPS_LOOKING), True, listed), None):
                return found
        except TooMuchWorkError:
            continue
    return None


class _Judge:
    """Says of one origin after the other whether an automaton names its owner."""

    def __init__(self, automaton: Automaton) -> None:
        self._automaton = automaton
        self._work = Work(_MOST_STEPS_JUDGING)
        self._strangers: dict[str, Strangers] = {}

    def is_stranger(self, origin: str, listed: bool = False) -> bool:
        """Return whether the owner of *origin*, which is accepted, is not named.

        With *listed*, only if its host is below a suffix of the public suffix list.
        """
        parts = split_origin(origin)
        if not parts:
            return False
        scheme, host, _ = parts
        try:
            if scheme not in self._strangers:
                self._strangers[scheme] = Strangers(self._automaton, scheme, self._work)
            found = self._strangers[scheme].find(is_strict(host), host, listed)
            return next(found, None) is not None
        except TooMuchWorkError:
            return False


def _guess(regex: re.Pattern[str], reason: str, automaton: Automaton | None = None) -> Verdict:
    """Try origins where nothing can be proved: one that is let in is an answer, too."""
    if automaton is None:
        witness = stranger_let_in(regex)
        return Verdict("open", witness) if witness else Verdict("unproved", None, reason)
    short = [origin for origin in _to_try(regex, automaton) if within_bounds(regex.pattern, origin)]
    accepted = [origin for origin in short if regex.fullmatch(origin)]
    judge = _Judge(automaton)
    for listed in (True, False):
        for origin in accepted:
            if judge.is_stranger(origin, listed):
                return Verdict("open", origin)
    return Verdict("unproved", None, reason, len(short))


def _to_try(regex: re.Pattern[str], automaton: Automaton) -> Iterator[str]:
    yield from tried_origins(regex.pattern)
    for strict in (True, False):
        try:
            yield from islice(_strangers(automaton, Work(_MOST_STEPS_LOOKING), strict), _MOST_FOUND)
        except TooMuchWorkError:
            continue
