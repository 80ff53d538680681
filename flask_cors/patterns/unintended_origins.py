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
from ipaddress import ip_address
from itertools import islice, product
from typing import Final, NamedTuple

from .match_cost import longest_text
from .origin_syntax import PRIVATE_SUFFIXES
from .regex_items import Item, chars_of, read
from .suffixes import owned

_TOP_LEVEL: Final = frozenset({"com", "community", "io", "net", "org"})

# Classes with no more letters and digits than these are a list of names.
_LISTED: Final = 10
_STRANGERS: Final = (
    "evil", "evil.", "evil-", ".evil.net", "evil.net", "-evil.net", "evil.com",
    "x", ".com", "com", "net", "io", "org", "om", "munity", "-", "8.8.8.8",
    "2606:4700:4700::1111",
)  # fmt: skip
# What names nobody: schemes, and labels that anybody's host may have.
_NO_NAMES: Final = frozenset(
    {
        "http", "https", "s", "ws", "wss", *_TOP_LEVEL,
        "account", "accounts", "admin", "api", "apis", "app", "apps", "assets", "auth", "backend",
        "beta", "blog", "cdn", "client", "dashboard", "data", "demo", "dev", "develop", "docs",
        "files", "frontend", "help", "id", "images", "img", "internal", "live", "local", "login",
        "m", "mail", "media", "mobile", "my", "news", "pay", "portal", "preprod", "preview",
        "prod", "production", "public", "qa", "sandbox", "secure", "server", "service", "shop",
        "site", "sites", "sso", "stage", "staging", "static", "status", "store", "support",
        "test", "testing", "uat", "user", "users", "v1", "v2", "web", "webapp", "www", "www2",
    }
)  # fmt: skip
_SECOND_LEVEL: Final = "ac|co|com|edu|gov|gob|ltd|me|net|ne|nom|or|org|plc|sch"
# The last label of a host, with one before it in countries that have two levels.
_SUFFIX: Final = re.compile(rf"\.(?:(?:{_SECOND_LEVEL})\.)?([a-z][a-z0-9-]*)(?::[0-9]*)?(?= |$)")
_DOMAIN: Final = re.compile(
    rf"(?<![a-z0-9-])(?!(?:{_SECOND_LEVEL})\.)[a-z0-9-]{{2,}}{_SUFFIX.pattern}"
)
# Last labels that are no top-level domain: a stranger has no host there, or only at home.
_NOT_PUBLIC: Final = PRIVATE_SUFFIXES | {
    *("corp", "example", "home", "intranet", "invalid", "lan", "local"),
}
_SHORTEST_NAME: Final = 2
_WHOLE_HOST = re.compile(r"[^/]*://(?:[a-z0-9-]+\.)+[a-z]+(?::[0-9]+)?")
_SINGLES: Final = "xam1-._"
_MOST_TRIED: Final = 200
_MOST_SUGGESTED: Final = 150
_MOST_COPIES: Final = 64
# No real list of names has more repetitions than these.
_FEW: Final = 4

_HOST = re.compile(
    r"(?:https(?!.*:443$)|http(?!.*:80$))://(\[[0-9a-f:]+\]|(?:[a-z0-9_-]+\.)*[a-z0-9-]+)(?::[1-9][0-9]{0,3})?"
)


class _Word(NamedTuple):
    """A text; ``marks`` has a 1 for each character that the pattern spells out."""

    text: str
    marks: str

    def __add__(self, other: object) -> _Word:
        assert isinstance(other, _Word)
        return _Word(self.text + other.text, self.marks + other.marks)

    def times(self, count: int) -> _Word:
        return _Word(self.text * count, self.marks * count)


# No pattern begins so.
_UNREADABLE: Final = "(?"
_EMPTY: Final = _Word("", "")
_SCHEME: Final = _Word("https://", "1" * 8)


def stranger_let_in(regex: re.Pattern[str]) -> str | None:
    """Return an origin that *regex* lets in and that its author cannot have meant.

    ``https://evilexample.com`` for ``https://.*example\\.com``. ``None`` where none was found,
    which proves nothing: a pattern that is read here only in part may still be open.

    Takes less than a millisecond for most patterns. However slow a pattern is, what is tried
    is short enough for about 50,000 steps of the matcher each.
    """
    text = _text_of(regex)
    words, longest = _words(text), longest_text(text)
    for word in words:
        short = len(word.text) <= longest
        if short and regex.fullmatch(word.text) and _is_stranger(word, words):
            return word.text
    return matches_unrelated(regex)


def matches_unrelated(regex: re.Pattern[str]) -> str | None:
    """Return an origin that *regex* lets in though it has nothing to do with the pattern.

    ``https://evil.net`` for ``https?://.*``: such a pattern counts as any origin, as far as
    credentials are concerned. ``None`` where none was found.
    """
    text = _text_of(regex)
    longest, literal = longest_text(text), text.lower().replace("\\", "")
    names = [name for name in _UNRELATED if name not in literal]
    for origin in _unrelated_origins(names[0], _ports_in(text)) if names else ():
        short = len(origin) <= longest
        host = re.sub(r":[0-9]+$", "", origin.partition("://")[2])
        if short and regex.fullmatch(origin) and host not in literal:
            return origin
    return None


def names_no_host(regex: re.Pattern[str]) -> bool:
    """Return whether a pattern requires no text but that of schemes and top-level domains.

    Such a pattern may match any origin, in ways that were not tried, and so may one that cannot
    be read here.
    """
    alternatives = read(_text_of(regex))
    if alternatives is None:
        return True
    # An alternative without anything matches no origin.
    return any(_names_nothing(_required(items)) for items in alternatives if items)


def _names_nothing(text: str) -> bool:
    # As https://x.com, however short its name is, or the domain of all hosts that match.
    if _WHOLE_HOST.fullmatch(text) or _DOMAIN.search(text):
        return False
    if any(found[1] in _NOT_PUBLIC for found in _SUFFIX.finditer(text)):
        return False  # no stranger has a host there
    names = set(re.findall(r"[a-z0-9]+", _SUFFIX.sub(" ", text))) - _NO_NAMES
    # A bracket is that of an IPv6 address.
    return "[" not in text and sum(map(len, names)) < _SHORTEST_NAME


def _required(items: Sequence[Item]) -> str:
    """Return the literal text that every match holds, with a space for what may vary."""
    return "".join(_required_of(item) for item in items)


def _required_of(item: Item) -> str:
    if not item.low or item.char_class:
        return " "
    if not item.alternatives:
        return item.text.lower()
    texts = [_required(items) for items in item.alternatives]
    # The alternative that names least may be the one that is there.
    return next((text for text in texts if _names_nothing(text)), texts[0])


def tried_origins(regex: re.Pattern[str]) -> list[str]:
    """Return texts that *regex* suggests, whether it matches them or not."""
    text = _text_of(regex)
    words = [word.text for word in _words(text)[:_MOST_SUGGESTED]]
    return list(dict.fromkeys([*words, *_unrelated_origins(_UNRELATED[0], _ports_in(text))]))


def plain_origins(regex: re.Pattern[str]) -> list[str]:
    """Return texts that *regex* suggests and that hold no stranger's name."""
    return [word.text for word in _words(_text_of(regex)) if "evil" not in word.text]


def within_bounds(regex: re.Pattern[str], text: str) -> bool:
    """Return whether matching *text* is short work, however slow *regex* may be."""
    return len(text) <= longest_text(_text_of(regex))


def _text_of(regex: re.Pattern[str]) -> str:
    """Return the pattern without the white space and the comments of a verbose one."""
    if not regex.flags & re.VERBOSE:
        return regex.pattern
    # White space in a class stays where it is; such a pattern is not read.
    if re.search(r"\[[^\]]*[\s#]", regex.pattern):
        return _UNREADABLE
    kept = re.sub(r"(\\.)|\s+|#[^\n]*", lambda found: found[1] or "", regex.pattern)
    return re.sub(r"^\(\?[aiLmsux]+\)", "", kept)


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
    items = read(pattern)
    if items is None:
        return []
    found: dict[_Word, None] = {}
    for full, alternative in product((True, False), items):
        for word in islice(_variants(alternative, full), _MOST_TRIED):
            found[word if "://" in word.text else _SCHEME + word] = None
            found[_with_scheme(word)] = None
    return sorted(found, key=_rank)


def _with_scheme(word: _Word) -> _Word:
    """Return a word with the scheme that a page has, where the pattern spells none."""
    scheme, separator, rest = word.text.partition("://")
    if separator and scheme in ("http", "https"):
        return word
    if not separator:
        scheme, separator, rest = word.text.partition(":")
    marks = word.marks[len(word.text) - len(rest) :] if separator else word.marks
    return _SCHEME + _Word(rest if separator else word.text, marks)


def _rank(word: _Word) -> tuple[bool, ...]:
    # A stranger's name with a top-level domain is understood at once.
    return "evil" not in word.text, "." not in word.text, not word.text.startswith("https")


def _variants(items: Sequence[Item], full: bool) -> Iterator[_Word]:
    """Yield the plainest word, then those in which one part is another than there.

    Where *full* is set, what is optional is there once, but for groups.
    """
    plain = [_plainest(item, full) for item in items]
    yield sum(plain, _EMPTY)
    for place, item in enumerate(items):
        before, after = sum(plain[:place], _EMPTY), sum(plain[place + 1 :], _EMPTY)
        for other in _others(item, full):
            yield before + other + after


def _plainest(item: Item, full: bool) -> _Word:
    copies = min(item.low, _MOST_COPIES)
    if item.alternatives:
        return sum((_plainest(part, full) for part in item.alternatives[0]), _EMPTY).times(copies)
    one = _spelled(item.text.lower()) if item.text else _one_of(item)
    return one.times(max(copies, int(full)))


def _spelled(text: str) -> _Word:
    return _Word(text, "1" * len(text))


def _free(text: str) -> _Word:
    return _Word(text, "0" * len(text))


def _one_of(item: Item) -> _Word:
    if item.char_class == "." and item.low == item.high == 1:
        return _spelled(".")  # as its author read it
    char = "x" if item.char_class == "." else chars_of(item.char_class)[:1] or "_"
    return _spelled(char) if item.high == 1 and _is_listed(item.char_class) else _free(char)


def _is_listed(char_class: str) -> bool:
    return len(chars_of(char_class).strip("._")) <= _LISTED


def _others(item: Item, full: bool) -> Iterator[_Word]:
    copies = min(max(item.low, 1), _MOST_COPIES)
    if not item.high:
        return
    if item.alternatives:
        for alternative in item.alternatives:
            yield from (word.times(copies) for word in _variants(alternative, full))
        if item.high > _FEW:
            one = sum((_plainest(part, full) for part in item.alternatives[0]), _EMPTY)
            yield one.times(copies) + _free(one.text)
    elif item.text:
        text = item.text.lower()
        yield _spelled(text * copies)
        if item.high > _FEW:
            yield _spelled(text * copies) + _free(text)
    elif item.high > 1:
        yield from map(_free, _STRANGERS)
    elif _is_listed(item.char_class):
        yield from map(_spelled, chars_of(item.char_class))
    else:
        yield from (_free(char) for char in _SINGLES if char in chars_of(item.char_class))


# -- what is a stranger ------------------------------------------------------------------


def _is_stranger(word: _Word, words: Iterable[_Word]) -> bool:
    """Return whether *word* has a host that others can have, and none of *words* names it."""
    found = _owner(word)
    if not found or not _varies(*found):
        return False
    others = (other for other in words if found[0] in other.text)
    owners = (owner for owner in map(_owner, others) if owner and owner[0] == found[0])
    return all(_varies(*owner) for owner in owners)


def _owner(word: _Word) -> tuple[str, str] | None:
    """Return the registrable domain, or the network, of a word, with its marks.

    ``None`` where it has none that a stranger could have.
    """
    parts = _HOST.fullmatch(word.text)
    if not parts:
        return None
    host, marks = parts[1], word.marks[parts.start(1) : parts.end(1)]
    if re.fullmatch(r"\[.*|(?:.*\.)?[0-9]+", host):
        return _network(host, marks)
    if "." not in host:
        return (host, marks) if host == "evil" and "1" not in marks else None
    return _domain(host, marks)


def _domain(host: str, marks: str) -> tuple[str, str] | None:
    own, last = owned(host.split(".")), host.rpartition(".")[2]
    real = last in _TOP_LEVEL if "0" in marks[-len(last) :] else last.isalpha()
    name = own.partition(".")[0]
    valid = re.fullmatch(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?", name)
    if not valid or not real or last in PRIVATE_SUFFIXES:
        return None
    return own, marks[-len(own) :]


def _varies(name: str, marks: str) -> bool:
    return any(mark == "0" and char != "." for char, mark in zip(name, marks, strict=True))


def _network(host: str, marks: str) -> tuple[str, str] | None:
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return None
    length = host.rindex(":" if address.version == 6 else ".")
    return (host[:length], marks[:length]) if address.is_global else None
