"""Origins that a regular expression lets in and that its author cannot have meant.

A quick look, without any extra, at the texts that the pattern itself suggests: what is tried
is made of its literal parts, with a stranger's name where the pattern leaves room. An answer
is an origin that really matches; no answer proves nothing. ``flask cors check`` proves it
(``flask_cors.tools.closed``).

Never matches a long text, since a pattern may take exponential time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from ipaddress import ip_address
from itertools import islice, product
from math import comb
from typing import Final, NamedTuple

# One label, yet nobody can register a name below it (RFC 6761; "internal" by ICANN).
_PRIVATE_SUFFIXES: Final = frozenset({"internal", "localhost", "test"})
# Some suffixes under which anybody can get a name, of the many on the public suffix list.
_SHARED_SUFFIXES: Final = frozenset(
    {
        "amplifyapp.com", "appspot.com", "azurestaticapps.net", "azurewebsites.net",
        "blogspot.com", "cloudfront.net", "deno.dev", "firebaseapp.com", "fly.dev",
        "github.io", "gitlab.io", "herokuapp.com", "hf.space", "lovable.app",
        "lovableproject.com", "netlify.app", "ngrok-free.app", "ngrok.app", "ngrok.io",
        "now.sh", "onrender.com", "pages.dev", "railway.app", "repl.co", "replit.app",
        "replit.dev", "run.app", "streamlit.app", "surge.sh", "up.railway.app", "vercel.app",
        "vercel.dev", "web.app", "workers.dev",
    }
)  # fmt: skip
_COUNTRY_SUFFIX = re.compile(r"(?:ac|co|com|edu|gov|gob|net|ne|or|org)\.[a-z]{2}")
_TOP_LEVEL: Final = frozenset({"com", "community", "io", "net", "org"})

_LABEL_SIGNS: Final = "abcdefghijklmnopqrstuvwxyz1023456789-"
# Classes with no more letters and digits than these are a list of names.
_LISTED: Final = 10
_STRANGERS: Final = (
    "evil", "evil.", "evil-", ".evil.net", "evil.net", "-evil.net", "evil.com",
    "x", ".com", "com", "net", "io", "org", "om", "munity", "-", "8.8.8.8",
    "2606:4700:4700::1111",
)  # fmt: skip
_SINGLES: Final = "axm1-._"
_MOST_TRIED: Final = 200
_MOST_SUGGESTED: Final = 150
_MOST_COPIES: Final = 64
# More repetitions than these are not somebody's list of names.
_FEW: Final = 4
# A try may take about this many steps of the matcher; ten million take a second.
_MOST_STEPS: Final = 20_000
_LONGEST: Final = 100
# Each character may be divided from the one before, or not: 2 ** 14 ways behind the scheme.
_AMBIGUOUS_LENGTH: Final = len("https://") + 14

_ATOM = re.compile(
    # A run of literal characters; the last one is apart where it has a quantifier.
    r"(?P<run>(?:\\[./:-]|[A-Za-z0-9:/_-])+)(?![*+?{])"
    r"|(?P<look>\(\?<?[=!])"
    r"|(?P<open>\((?:\?(?:P<\w+>|[aiLmsu]*(?:-[imsx]+)?:|>))?)"
    r"|(?P<nothing>\(\?(?:\#[^)]*|[aiLmsu]+)\)|\\[AZbB]|[\^$])"
    r"|(?P<close>\))"
    r"|(?P<bar>\|)"
    r"|(?P<sign_class>\[\^?\]?(?:\\.|[^\]\\])*\]|\\[wWdDsS]|\.)"
    r"|(?P<unknown>\(\?|\\[1-9A-Za-z])"
    r"|\\?(?P<sign>.)",
    re.DOTALL,
)
_QUANTIFIER = re.compile(r"(?:([*+?])|\{(\d*)(,?)(\d*)\})[?+]?")
_HOST = re.compile(
    r"(?:https(?!.*:443$)|http(?!.*:80$))://(\[[0-9a-f:]+\]|(?:[a-z0-9_-]+\.)*[a-z0-9-]+)(?::[1-9][0-9]{0,3})?"
)


class _UnknownError(Exception):
    """The pattern holds what is not read here."""


class _Word(NamedTuple):
    """A text; ``marks`` has a 1 for each character that the pattern spells out."""

    text: str
    marks: str

    def __add__(self, other: object) -> _Word:
        assert isinstance(other, _Word)
        return _Word(self.text + other.text, self.marks + other.marks)

    def times(self, count: int) -> _Word:
        return _Word(self.text * count, self.marks * count)


_EMPTY: Final = _Word("", "")
_SCHEME: Final = _Word("https://", "1" * 8)


class _Item(NamedTuple):
    """A part of a pattern: literal characters, a class, or the alternatives of a group."""

    text: str
    sign_class: str
    alternatives: Sequence[Sequence[_Item]]
    low: int
    high: int


def stranger_let_in(regex: re.Pattern[str]) -> str | None:
    """Return an origin that *regex* lets in and that its author cannot have meant.

    ``https://evilexample.com`` for ``https://.*example\\.com``. ``None`` where none was found,
    which proves nothing: a pattern that is read here only in part may still be open.

    Takes less than a millisecond for most patterns. However slow a pattern is, what is tried
    is short enough for about 20,000 steps of the matcher each.
    """
    for word in _words(regex.pattern) if not regex.flags & re.VERBOSE else ():
        short = within_bounds(regex.pattern, word.text)
        if short and regex.fullmatch(word.text) and _is_stranger(word):
            return word.text
    return matches_unrelated(regex)


def matches_unrelated(regex: re.Pattern[str]) -> str | None:
    """Return an origin that *regex* lets in though it has nothing to do with the pattern.

    ``https://evil.net`` for ``https?://.*``: such a pattern stands for any origin, as far as
    credentials are concerned. ``None`` where none was found.
    """
    names = [name for name in _UNRELATED if name not in regex.pattern.lower()]
    for origin in _unrelated_origins(names[0], _ports_in(regex.pattern)) if names else ():
        if within_bounds(regex.pattern, origin) and regex.fullmatch(origin):
            return origin
    return None


def tried_origins(pattern: str) -> list[str]:
    """Return texts that *pattern* suggests, whether it matches them or not."""
    unrelated = _unrelated_origins(_UNRELATED[0], _ports_in(pattern))
    words = [word.text for word in _words(pattern)[:_MOST_SUGGESTED]]
    return list(dict.fromkeys([*words, *unrelated]))


def plain_origins(pattern: str) -> list[str]:
    """Return texts that *pattern* suggests and that name no stranger."""
    return [word.text for word in _words(pattern) if "evil" not in word.text]


def within_bounds(pattern: str, text: str) -> bool:
    """Return whether matching *text* is short work, however slow *pattern* may be."""
    return len(text) <= _longest_text(pattern)


# -- origins that have nothing to do with a pattern --------------------------------------

_UNRELATED: Final = ("evil", "stranger", "unrelated")
_UNRELATED_HOSTS: Final = (
    "{}.net", "{}.com", "{}.org", "{}.io", "{}.dev", "{}.app", "www.{}.net", "www.{}.com",
    "{}-1.net", "a.b.{}.net", "8.8.8.8", "[2606:4700:4700::1111]", "{}",
)  # fmt: skip
_USUAL_PORTS: Final = ("", ":3000", ":8080", ":8443")


def _unrelated_origins(name: str, ports: Iterable[str]) -> Iterator[str]:
    for port in ports:
        for host in _UNRELATED_HOSTS:
            for scheme, default in (("https", ":443"), ("http", ":80")):
                if port != default:
                    yield f"{scheme}://{host.format(name)}{port}"


def _ports_in(pattern: str) -> list[str]:
    return [*_USUAL_PORTS, *re.findall(r":[1-9][0-9]{1,4}(?![0-9])", pattern)[:4]]


# -- words that a pattern suggests -------------------------------------------------------


def _words(pattern: str) -> list[_Word]:
    items = _read(pattern)
    if items is None:
        return []
    found: dict[_Word, None] = {}
    for full, alternative in product((True, False), items):
        for word in islice(_variants(alternative, full), _MOST_TRIED):
            found[word if "://" in word.text else _SCHEME + word] = None
    return sorted(found, key=_rank)


def _rank(word: _Word) -> tuple[bool, ...]:
    # A stranger's name with a top-level domain is understood at once.
    return "evil" not in word.text, "." not in word.text, not word.text.startswith("https")


def _variants(items: Sequence[_Item], full: bool) -> Iterator[_Word]:
    """Yield the plainest word, then those in which one part is another than there.

    Where *full* is set, what is optional is there once, but for groups.
    """
    plain = [_plainest(item, full) for item in items]
    yield sum(plain, _EMPTY)
    for place, item in enumerate(items):
        before, after = sum(plain[:place], _EMPTY), sum(plain[place + 1 :], _EMPTY)
        for other in _others(item, full):
            yield before + other + after


def _plainest(item: _Item, full: bool) -> _Word:
    copies = min(item.low, _MOST_COPIES)
    if item.alternatives:
        return sum((_plainest(part, full) for part in item.alternatives[0]), _EMPTY).times(copies)
    one = _spelled(item.text) if item.text else _one_of(item)
    return one.times(max(copies, int(full)))


def _spelled(text: str) -> _Word:
    return _Word(text, "1" * len(text))


def _free(text: str) -> _Word:
    return _Word(text, "0" * len(text))


def _one_of(item: _Item) -> _Word:
    sign = "x" if item.sign_class == "." else _signs_of(item.sign_class)[:1] or "_"
    return _spelled(sign) if item.high == 1 and _is_listed(item.sign_class) else _free(sign)


def _is_listed(sign_class: str) -> bool:
    return len(_signs_of(sign_class).strip("._")) <= _LISTED


def _others(item: _Item, full: bool) -> Iterator[_Word]:
    copies = min(max(item.low, 1), _MOST_COPIES)
    if item.alternatives:
        for alternative in item.alternatives:
            yield from (word.times(copies) for word in _variants(alternative, full))
        if item.high > _FEW:
            one = sum((_plainest(part, full) for part in item.alternatives[0]), _EMPTY)
            yield one.times(copies) + _free(one.text)
    elif item.text:
        yield _spelled(item.text * copies)
        if item.high > _FEW:
            yield _spelled(item.text * copies) + _free(item.text)
    elif item.high > 1:
        yield from map(_free, _STRANGERS)
    elif _is_listed(item.sign_class):
        yield from map(_spelled, _signs_of(item.sign_class))
    else:
        yield from (_free(sign) for sign in _SINGLES if sign in _signs_of(item.sign_class))


@lru_cache(maxsize=256)
def _signs_of(sign_class: str) -> str:
    """Return the signs of a host that a class matches; those of labels first."""
    # Python warns of classes that it may read otherwise one day; any sign is tried there.
    if sign_class == "." or re.search(r".\[|--|&&|\|\||~~", sign_class):
        return f"{_LABEL_SIGNS}._"
    try:
        return "".join(re.findall(sign_class, f"{_LABEL_SIGNS}._", re.IGNORECASE))
    except re.error:
        return ""


# -- reading a pattern -------------------------------------------------------------------


@lru_cache(maxsize=8)
def _read(pattern: str) -> Sequence[Sequence[_Item]] | None:
    try:
        return _Reader(pattern).alternatives()
    except (_UnknownError, RecursionError):
        return None


class _Reader:
    """Reads the part of Python's syntax that matters for suggestions."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._place = 0

    def alternatives(self) -> Sequence[Sequence[_Item]]:
        """Read up to the end of the group that has been entered, or of the pattern."""
        found: list[list[_Item]] = [[]]
        while self._place < len(self._pattern):
            atom = _ATOM.match(self._pattern, self._place)
            if atom is None or atom["unknown"]:
                raise _UnknownError
            self._place = atom.end()
            if atom["close"]:
                break
            if atom["bar"]:
                found.append([])
            elif (item := self._item(atom)) is not None:
                found[-1].append(item)
        return found

    def _item(self, atom: re.Match[str]) -> _Item | None:
        group = self.alternatives() if atom["open"] or atom["look"] else ()
        low, high = self._quantifier()
        if atom["look"] or atom["nothing"]:
            return None
        text = atom["run"] or atom["sign"] or ""
        return _Item(text.replace("\\", "").lower(), atom["sign_class"] or "", group, low, high)

    def _quantifier(self) -> tuple[int, int]:
        found = _QUANTIFIER.match(self._pattern, self._place)
        if not found:
            return 1, 1
        self._place = found.end()
        if found[1]:
            return {"*": (0, 512), "+": (1, 512), "?": (0, 1)}[found[1]]
        low = int(found[2] or 0)
        return low, int(found[4] or 512) if found[3] else low


# -- what is a stranger ------------------------------------------------------------------


def _is_stranger(word: _Word) -> bool:
    """Return whether somebody else can have the host of *word*, and the pattern names it not."""
    parts = _HOST.fullmatch(word.text)
    if not parts:
        return False
    host, marks = parts[1], word.marks[parts.start(1) : parts.end(1)]
    if re.fullmatch(r"\[.*|(?:.*\.)?[0-9]+", host):
        return _is_strange_address(host, marks)
    labels = host.split(".")
    if len(labels) == 1:
        return host == "evil" and "1" not in marks
    owned = _owned(labels)
    last = marks[-len(labels[-1]) :]
    real = labels[-1] in _TOP_LEVEL if "0" in last else labels[-1].isalpha()
    if not owned or not real or labels[-1] in _PRIVATE_SUFFIXES:
        return False
    name = owned.partition(".")[0]
    valid = not (name.startswith("-") or name.endswith("-")) and "_" not in name
    return valid and _varies(owned, marks[-len(owned) :])


def _varies(name: str, marks: str) -> bool:
    return any(mark == "0" and sign != "." for sign, mark in zip(name, marks, strict=True))


def _owned(labels: Sequence[str]) -> str:
    """Return the registrable domain, as far as it can be told without the whole list."""
    for depth in (3, 2):
        suffix = ".".join(labels[-depth:])
        if suffix in _SHARED_SUFFIXES or _COUNTRY_SUFFIX.fullmatch(suffix):
            return ".".join(labels[-depth - 1 :]) if len(labels) > depth else ""
    return ".".join(labels[-2:])


def _is_strange_address(host: str, marks: str) -> bool:
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return False
    network = marks[: host.rindex(":" if address.version == 6 else ".")]
    return address.is_global and _varies(host[: len(network)], network)


# -- bounds ------------------------------------------------------------------------------


@lru_cache(maxsize=8)
def _longest_text(pattern: str) -> int:
    """Return the length up to which a text takes at most about :data:`_MOST_STEPS` steps."""
    items = _read(pattern)
    if items is None:
        return _AMBIGUOUS_LENGTH
    flat = list(_all_items(items))
    loops = sum(1 for item in flat if item.high > _LISTED)
    if any(_is_ambiguous(item) for item in flat):
        return _AMBIGUOUS_LENGTH
    fitting = (length for length in range(_LONGEST, 8, -1) if comb(length, loops) <= _MOST_STEPS)
    return _LONGEST if loops < 2 else next(fitting, 8)


def _all_items(alternatives: Sequence[Sequence[_Item]]) -> Iterator[_Item]:
    for items in alternatives:
        for item in items:
            yield item
            yield from _all_items(item.alternatives)


def _is_ambiguous(item: _Item) -> bool:
    """Return whether a repetition may divide a text in more than one way.

    A sign at its end, or start, that it holds nowhere else leaves one way.
    """
    if not item.alternatives or item.high <= 1:
        return False
    if len(item.alternatives) > 1:
        return any(inner.high > 1 for inner in _all_items(item.alternatives))
    items = item.alternatives[0]
    if not any(inner.high > 1 or inner.low == 0 for inner in _all_items([items])):
        return False
    return not any(_separates(items, place) for place in (0, -1))


def _separates(items: Sequence[_Item], place: int) -> bool:
    end = items[place]
    if not end.text or end.low != 1 or end.high != 1:
        return False
    sign = end.text[place]
    others = [item for item in _all_items([items]) if item is not end]
    return end.text.count(sign) == 1 and not any(
        sign in item.text or (item.sign_class and sign in _signs_of(item.sign_class))
        for item in others
    )
