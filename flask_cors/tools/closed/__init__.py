"""Whether a regular expression for origins is closed, answered with certainty or a witness.

A pattern is *closed* where it names the owner of every http and https origin that it accepts:

- It spells the registrable domain out (``example.com``, ``example.co.uk``, by the public
  suffix list, with the suffixes of companies such as ``github.io``). A class of up to ten
  letters and digits is such a list of names; ``.``, ``[a-z]`` and what is repeated is none.
- For an IPv4 address it spells the first three numbers out, for an IPv6 address the first four
  groups. Private, loopback and link-local addresses need not be named.
- Names below ``localhost``, ``test`` and ``internal`` need not be named: nobody can register
  one. Other names outside the public DNS (``printer``, ``printer.lan``) are anybody's on a
  network; an unbounded set of them is open.

Other schemes belong to browser extensions and app shells and are not judged, as in the
wildcard ``chrome-extension://*``.

The pattern is read into an automaton and the hosts it accepts are searched, so an answer needs
a bounded number of steps whatever the pattern is. Needs the extra ``[cli]``.
"""

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

__all__ = ["Verdict", "examine"]

# Steps for one pattern, and for one origin that is tried.
_MOST_STEPS: Final = 300_000
_MOST_STEPS_TRIED: Final = 20_000
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
    for automaton in automata:
        work = Work(_MOST_STEPS)
        try:
            stranger = next(_strangers(automaton, work), None)
        except TooMuchWorkError:
            continue
        if stranger is None:
            return Verdict("closed")
        if automaton.exact:
            return Verdict("open", _nicest(regex, automaton) or stranger)
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


def _nicest(regex: re.Pattern[str], automaton: Automaton) -> str | None:
    """Return a witness that a reader believes at once, or at least one that Fetch describes."""
    judge = _Judge(automaton)
    for origin in tried_origins(regex.pattern):
        if automaton.accepts(origin) and judge.is_stranger(origin):
            return origin
    for listed in (True, False):
        try:
            if found := next(_strangers(automaton, Work(_MOST_STEPS), True, listed), None):
                return found
        except TooMuchWorkError:
            continue
    return None


class _Judge:
    """Says of one origin after the other whether an automaton names its owner."""

    def __init__(self, automaton: Automaton) -> None:
        self._automaton = automaton
        self._work = Work(0)
        self._strangers: dict[str, Strangers] = {}

    def is_stranger(self, origin: str) -> bool:
        """Return whether the owner of *origin*, which is accepted, is not named."""
        parts = split_origin(origin)
        if not parts:
            return False
        scheme, host, _ = parts
        self._work.left = _MOST_STEPS_TRIED
        try:
            if scheme not in self._strangers:
                self._strangers[scheme] = Strangers(self._automaton, scheme, self._work)
            found = self._strangers[scheme].find(is_strict(host), only=host)
            return next(found, None) is not None
        except TooMuchWorkError:
            return False


def _guess(regex: re.Pattern[str], reason: str, automaton: Automaton | None = None) -> Verdict:
    """Try origins where nothing can be proved: one that is let in is an answer, too."""
    if automaton is None:
        witness = stranger_let_in(regex)
        return Verdict("open", witness) if witness else Verdict("unproved", None, reason)
    judge = _Judge(automaton)
    tried = 0
    for origin in _to_try(regex, automaton):
        if not within_bounds(regex.pattern, origin):
            continue
        tried += 1
        if regex.fullmatch(origin) and judge.is_stranger(origin):
            return Verdict("open", origin)
    return Verdict("unproved", None, reason, tried)


def _to_try(regex: re.Pattern[str], automaton: Automaton) -> Iterator[str]:
    yield from tried_origins(regex.pattern)
    for strict in (True, False):
        try:
            yield from islice(_strangers(automaton, Work(_MOST_STEPS), strict), _MOST_FOUND)
        except TooMuchWorkError:
            continue
