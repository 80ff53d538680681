"""Origin patterns: what each means, and an immutable index to match against.

Reads the strings it is given. Never looks at a request, so it cannot be fooled by
one; never guesses what a mistyped origin might have meant.
"""

from __future__ import annotations

import inspect
import re
import unicodedata
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Any, Final, NamedTuple, cast

from .backtracking import warn_of_nested_quantifiers
from .errors import REGEX_ERRORS, Report, no_regex, shorten

Predicate = Callable[[str], bool | Awaitable[bool]]
OriginPattern = str | re.Pattern[str] | Predicate

MAX_LENGTH: Final = 512
DEFAULT_PORTS: Final = {"http": "80", "https": "443"}
# Schemes whose documents have an opaque origin: a browser sends "null" for them.
OPAQUE_SCHEMES: Final = frozenset({"about", "data", "file", "javascript"})
# One label, yet nobody can register a name below it (RFC 6761; "internal" by ICANN).
PRIVATE_SUFFIXES: Final = frozenset({"internal", "localhost", "test"})

_LABEL = r"[a-z0-9_\-]+"
_SCHEME = r"[a-z][a-z0-9+.\-]*"
# The ordinary origin, already as a browser writes it: nothing left to check.
_PLAIN = re.compile(
    rf"https?://(?:{_LABEL}\.)*[a-z_\-][a-z0-9_\-]*(?::(?!80$|443$)[1-9][0-9]{{0,3}})?"
)
_PARTS = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*)://(\[[^\]\\]*\]|[^/:@?#,]*)(?::([^/@?#,]*))?(/?)")
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")
_NUMERIC_END = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?")
_PORT = re.compile("[1-9][0-9]{0,4}")
_SENT = re.compile(rf"({_SCHEME})://(\[[0-9a-f:.]+\]|{_HOST.pattern})(:[0-9]{{1,5}})?")
_VISIBLE = re.compile(r"[!-~]+")
_ECHOABLE = re.compile(r"[!-+\--~]+")
_REGEX = re.compile(r"[\\^$?+\[\](){}|]|\.(?=[*+?{])")
# A `*` that repeats one letter is never what its author meant; `\d*` is.
_MISPLACED_STAR = re.compile(r"(?<!\\)[A-Za-z0-9]\*|[\-/:]\*")
_SEPARATOR = re.compile(r"[\s,]+(?=\^?[A-Za-z][A-Za-z0-9+.\-]*\??://|\*|null(?:[\s,]|$))")
# A question mark before the fields of a query makes no regular expression of a URL.
_QUERY = re.compile(r"[^\\^$?+*\[\](){}|]+\?[A-Za-z0-9_.%\-]+=")
_AROUND = " \t\r\n,"
_LIST_THEM = "List the origins; write '*' for any origin, or [] for none."
_EXAMPLE = "https://app.example.com"
_EXAMPLE_WILDCARD = "https://*.example.com"
_JSON = re.compile(r"""\s*[\[{]\s*["'].*[\]}]\s*""", re.DOTALL)


class Match(NamedTuple):
    """How an origin was found: ``kind`` is empty where nothing allowed it.

    ``kind`` is ``any``, ``literal``, ``wildcard``, ``regex`` or ``callable``;
    ``pattern`` the text of the pattern that decided; ``error`` what a callable raised.
    """

    kind: str
    pattern: str = ""
    error: Exception | None = None


ANY: Final = Match("any", "*")
NO_MATCH: Final = Match("")


@dataclass(frozen=True, eq=False)
class Origins:
    """An immutable index of origin patterns.

    Looking up a literal or wildcard origin costs the same however many there are;
    regular expressions and callables are asked one after the other.
    """

    any: bool = False
    literals: frozenset[str] = frozenset()
    wildcards: frozenset[str] = frozenset()
    depths: tuple[int, ...] = ()
    regexes: tuple[re.Pattern[str], ...] = ()
    callables: tuple[Predicate, ...] = ()

    @property
    def single(self) -> str | None:
        """The one literal origin, where nothing else is allowed."""
        others = self.any or self.wildcards or self.regexes or self.callables
        return next(iter(self.literals)) if len(self.literals) == 1 and not others else None

    @property
    def empty(self) -> bool:
        """Whether no origin is ever allowed."""
        return not (self.any or self.literals or self.wildcards or self.regexes or self.callables)

    def patterns(self) -> list[str]:
        """Return every pattern as text, in the order in which kinds are asked."""
        texts = ["*"] if self.any else []
        texts += sorted(self.literals) + sorted(self.wildcards)
        texts += [regex.pattern for regex in self.regexes]
        return texts + [f"{_name(predicate)}()" for predicate in self.callables]

    def bind(self, ensure_sync: Callable[[Predicate], Predicate]) -> Origins:
        """Return this index with its ``async`` callables made callable from WSGI code."""
        bound = tuple(_bound(predicate, ensure_sync) for predicate in self.callables)
        return self if bound == self.callables else replace(self, callables=bound)

    def match(self, origin: str) -> Match:
        """Find what allows *origin*, the value of a request's ``Origin`` header.

        The comparison ignores case (RFC 6454 section 4 lower-cases scheme and host).
        Values over 512 characters, or not visible ASCII, are matched by ``"*"`` alone.
        """
        if self.any:
            return ANY
        if origin in self.literals:
            return Match("literal", origin)
        if len(origin) > MAX_LENGTH or not _VISIBLE.fullmatch(origin):
            return NO_MATCH
        lower = origin.lower()
        if lower in self.literals:
            return Match("literal", lower)
        if lower == "null":
            return NO_MATCH
        return self._wildcard(lower) or self._regex(origin) or self._ask(origin)

    def _wildcard(self, origin: str) -> Match | None:
        if not self.wildcards or not (parts := _SENT.fullmatch(origin)):
            return None
        for candidate in self._candidates(*parts.groups(default="")):
            if candidate in self.wildcards:
                return Match("wildcard", candidate)
        return None

    def _candidates(self, scheme: str, host: str, port: str) -> Iterable[str]:
        yield f"{scheme}://{host}:*"
        labels = host.split(".")
        for depth in self.depths:
            if depth < len(labels):
                suffix = ".".join(labels[-depth:])
                yield f"{scheme}://*.{suffix}{port}"
                yield f"{scheme}://*.{suffix}:*"
        yield f"{scheme}://*"

    def _regex(self, origin: str) -> Match | None:
        for regex in self.regexes:
            if regex.fullmatch(origin):
                return Match("regex", regex.pattern)
        return None

    def _ask(self, origin: str) -> Match:
        for predicate in self.callables:
            name = f"{_name(predicate)}()"
            try:
                answer = predicate(origin)
            except Exception as error:
                return Match("", name, error)
            if answer is True:
                return Match("callable", name)
            if answer is not False:
                wrong = TypeError(f"it returned {shorten(answer)}, not True or False")
                return Match("", name, wrong)
        return NO_MATCH


def is_echoable(origin: str) -> bool:
    """Return whether *origin* can stand in a response: visible ASCII, no comma."""
    return _ECHOABLE.fullmatch(origin) is not None


def json_items(text: str) -> list[str] | None:
    """Return the strings in *text* where it is a JSON list or object, else ``None``."""
    return re.findall(r"""["']([^"']*)["']""", text) if _JSON.fullmatch(text) else None


def parse_origins(given: object, report: Report, option: str = "origins") -> Origins:
    """Read what was given as ``origins`` into an index; mistakes go to *report*."""
    literals: set[str] = set()
    others: list[str | re.Pattern[str] | Predicate] = []
    for item in _items(given, report, option):
        # The fast path: 100,000 origins are read in a fraction of a second.
        if type(item) is str and len(item) <= MAX_LENGTH and _PLAIN.fullmatch(item):
            literals.add(item)
        elif (pattern := _read_item(item, report, option)) is not None:
            others.append(pattern)
    texts = {pattern for pattern in others if isinstance(pattern, str)}
    wildcards = frozenset(text for text in texts if "*" in text) - {"*"}
    return Origins(
        any="*" in texts,
        literals=frozenset(literals | texts) - wildcards - {"*"},
        wildcards=wildcards,
        depths=tuple(sorted({_depth(text) for text in wildcards if "://*." in text})),
        regexes=tuple(pattern for pattern in others if isinstance(pattern, re.Pattern)),
        callables=tuple(pattern for pattern in others if not isinstance(pattern, str | re.Pattern)),
    )


def _items(given: object, report: Report, option: str) -> Iterable[object]:
    if isinstance(given, str):
        return _split(given, report, option)
    if given is None:
        reason = "None is nearly always an environment variable that is not set"
        report.error(option, given, reason, _LIST_THEM)
        return ()
    if callable(given) or not isinstance(given, Iterable):
        return (given,)
    return (given,) if isinstance(given, bytes | bytearray | Mapping) else given


def _split(text: str, report: Report, option: str) -> Iterable[str]:
    if not text.strip(_AROUND):
        report.error(option, text, "an empty string names no origin", _LIST_THEM)
        return ()
    if (found := json_items(text)) is not None:
        reason = "a JSON list in a string is one string, not a list"
        report.error(option, text, reason, f"Write {', '.join(found)!a}, or a real list.")
        return ()
    return _SEPARATOR.split(text.strip(_AROUND))


# -- one pattern -----------------------------------------------------------------------


class _OriginError(Exception):
    """What is wrong with one pattern; without a hint, the origin it may have meant is."""

    def __init__(self, reason: str, hint: str = "") -> None:
        self.reason = reason
        self.hint = hint


def _read_item(
    item: object, report: Report, option: str
) -> str | re.Pattern[str] | Predicate | None:
    try:
        pattern = _read(item)
    except _OriginError as error:
        report.error(option, item, error.reason, error.hint or _suggestion(item))
        return None
    if isinstance(pattern, str) and pattern != item:
        report.warn(option, item, f"read as {pattern!a}, which is what a browser sends")
    if isinstance(pattern, re.Pattern):
        warn_of_nested_quantifiers(pattern.pattern, report, option)
    return pattern


def _read(item: object) -> str | re.Pattern[str] | Predicate:
    if isinstance(item, str):
        return _read_text(item)
    if isinstance(item, re.Pattern):
        if isinstance(item.pattern, str):
            return item
        raise _OriginError("a regular expression over bytes cannot match a header", "Use a str.")
    if callable(item):
        return cast("Predicate", item)
    reason = "an origin is a string, a regular expression or a callable"
    unset = "Is an environment variable not set? Leave the entry out." if item is None else ""
    raise _OriginError(f"{reason}, not {type(item).__name__}", unset)


def _read_text(text: str) -> str | re.Pattern[str]:
    if text == "*":
        return "*"
    if text.lower() == "null":
        return "null"
    if not text:
        unset = "Is an environment variable not set? Leave the entry out."
        raise _OriginError("an empty string names no origin", unset)
    if re.search(r"\s", text):
        raise _OriginError("white space is never part of an origin")
    if (scheme := text.partition(":")[0].lower()) in OPAQUE_SCHEMES:
        hint = "Serve the page over http and write 'http://localhost:8000', or write 'null'."
        raise _OriginError(f"a browser sends 'null' for {scheme}: pages", hint)
    parts = _PARTS.fullmatch(text)
    if parts and (":" in parts[2] or not _REGEX.search(text, parts.start(2))):
        return _canonical(text, parts)
    if _MISPLACED_STAR.search(text):
        raise _misplaced_star(text)
    if _REGEX.search(text) and not _QUERY.match(text):
        try:
            return re.compile(text, re.IGNORECASE)
        except REGEX_ERRORS as error:
            raise _OriginError(
                no_regex(error), f"Mend it, or write {_EXAMPLE_WILDCARD!r}."
            ) from None
    if "://" not in text:
        raise _OriginError("there is no scheme, and browsers always send one")
    raise _OriginError(
        "a browser sends scheme, host and port: no user info, path, query or fragment"
    )


def _canonical(text: str, parts: re.Match[str]) -> str:
    """Return the origin, or wildcard origin, as a browser would write it."""
    scheme, host, port = parts[1].lower(), parts[2].lower(), parts[3]
    end = "" if port is None or port == DEFAULT_PORTS.get(scheme) else f":{port}"
    if len(text) > MAX_LENGTH:
        raise _OriginError(f"an origin of more than {MAX_LENGTH} characters is never matched")
    if not text.isascii():
        raise _OriginError("browsers send a host's ASCII form (punycode)")
    if host == "*":
        _check_whole_scheme(scheme, port)
    elif host.startswith("["):
        _check_ipv6(scheme, host, end)
    elif host.startswith("*."):
        _check_wildcard(scheme, host[2:])
    elif "*" in host:
        raise _misplaced_star(text)
    else:
        _check_host(scheme, host)
    if port not in (None, "*") and not (_PORT.fullmatch(port) and int(port) <= 65535):
        start = f"{scheme}://{host}"
        hint = f"Write {start!a}, or {f'{start}:*'!a} for any port."
        raise _OriginError(f"{port!a} is no port: a number from 1 to 65535, no leading zeros", hint)
    return f"{scheme}://{host}{end}"


def _check_whole_scheme(scheme: str, port: str | None) -> None:
    if scheme not in DEFAULT_PORTS and port is None:
        return
    wildcards = [f"{scheme}://*.example.com", f"{scheme}://localhost:*"]
    if scheme not in DEFAULT_PORTS:
        wildcards = [f"{scheme}://*"]
    hint = f"Write '*' for any origin, or a wildcard such as {' or '.join(map(ascii, wildcards))}."
    raise _OriginError(f"this would be every {scheme} site", hint)


def _check_wildcard(scheme: str, suffix: str) -> None:
    if not _HOST.fullmatch(suffix) or suffix.endswith(".") or _NUMERIC_END.fullmatch(suffix):
        reason = f"{suffix!a} is no domain whose subdomains could be meant"
        raise _OriginError(reason, f"Write for instance {f'{scheme}://*.example.com'!a}.")
    if "." not in suffix and suffix not in PRIVATE_SUFFIXES:
        reason = f"this would be every site under the top-level domain {suffix!a}"
        raise _OriginError(reason, f"Name the domain: {f'{scheme}://*.example.{suffix}'!a}.")


def _check_host(scheme: str, host: str) -> None:
    if not _HOST.fullmatch(host):
        raise _OriginError(f"{host!a} is no host name")
    if scheme in DEFAULT_PORTS and _NUMERIC_END.fullmatch(host):
        try:
            IPv4Address(host)
        except AddressValueError as error:
            hint = "Write four decimal numbers, as in 'http://127.0.0.1:8000'."
            raise _OriginError(f"a browser writes no such IPv4 address: {error}", hint) from None


def _check_ipv6(scheme: str, host: str, end: str) -> None:
    try:
        if "%" in host:
            raise AddressValueError("a browser sends no zone")
        shown = f"[{_ipv6(IPv6Address(host[1:-1]))}]"
    except AddressValueError as error:
        hint = "Write for instance 'http://[::1]:8000'."
        raise _OriginError(f"{host!a} is no IPv6 address: {error}", hint) from None
    if shown != host:
        hint = f"Write {f'{scheme}://{shown}{end}'!a}."
        raise _OriginError(f"a browser writes this address as {shown}", hint)


def _ipv6(address: IPv6Address) -> str:
    # The URL standard's serializer never writes an IPv4 tail; Python's does since 3.13.
    if mapped := address.ipv4_mapped:
        return f"::ffff:{int(mapped) >> 16:x}:{int(mapped) & 0xFFFF:x}"
    return address.compressed


# -- what may have been meant ----------------------------------------------------------


def _misplaced_star(text: str) -> _OriginError:
    plain = re.sub(r"[\\^$]", "", text)
    scheme, host, port = _apart(plain)
    below = host.rpartition("*")[2].partition(".")[2]
    domains = (below, host.replace("*", "").strip("-."))
    wildcard = _first_valid(f"{scheme}://*.{domain}{port}" for domain in domains)
    if _REGEX.search(plain):
        regex = _MISPLACED_STAR.sub(lambda star: f"{star[0][0]}.*", text)
    else:
        regex = re.escape(f"{scheme}://{host}{port}").replace(r"\*", ".*").replace(r"\-", "-")
    return _OriginError(
        f"a * stands for whole labels ({_EXAMPLE_WILDCARD!r}) or for a port "
        "('http://localhost:*'), nowhere else",
        f"Write the wildcard {wildcard or _EXAMPLE_WILDCARD!a}, or, if a regular expression is "
        f"meant, {regex!a}.",
    )


def _suggestion(item: object) -> str:
    pieces = re.split(r"[\s,;]+", item) if isinstance(item, str) else ()
    found = [origin for piece in pieces if (origin := _mended(piece))]
    return f"Write {', '.join(map(ascii, found)) or f'for instance {_EXAMPLE!r}'}."


def _mended(piece: str) -> str | None:
    """Return the origin that *piece* is near to: punycode, no path, a scheme."""
    scheme, host, port = _apart(piece)
    start = f"{scheme}://{_punycode(host)}"
    return _first_valid((f"{start}{port}", start))


def _apart(text: str) -> tuple[str, str, str]:
    """Return scheme, host and ``:port`` of *text*, guessing the scheme where none is right."""
    scheme, separator, rest = text.lower().rpartition("://")
    rest = rest if separator else re.sub("^(?:https?:)?/*", "", text.lower())
    authority = re.split(r"[/?#\\]", rest)[0].rpartition("@")[2]
    host, colon, port = authority.partition(":")
    if not re.fullmatch(_SCHEME, scheme):
        scheme = "http" if host == "localhost" or _NUMERIC_END.fullmatch(host) else "https"
    return scheme, host, f"{colon}{port}"


def _first_valid(guesses: Iterable[str]) -> str | None:
    for guess in guesses:
        try:
            if parts := _PARTS.fullmatch(guess):
                return _canonical(guess, parts)
        except _OriginError:
            continue
    return None


def _punycode(host: str) -> str:
    labels = unicodedata.normalize("NFKC", host).split(".")
    return ".".join(
        label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in labels
    )


def _depth(wildcard: str) -> int:
    return wildcard.partition("://*.")[2].count(".") + 1


# -- callables -------------------------------------------------------------------------


def _bound(predicate: Predicate, ensure_sync: Callable[[Predicate], Predicate]) -> Predicate:
    call = getattr(predicate, "__call__", None)  # noqa: B004 - the method itself is wanted
    asynchronous = call if inspect.iscoroutinefunction(call) else predicate
    if not inspect.iscoroutinefunction(asynchronous):
        return predicate
    answer = ensure_sync(asynchronous)

    def ask(origin: str) -> Any:
        return answer(origin)

    ask.__qualname__ = _name(asynchronous)
    return ask


def _name(predicate: Predicate) -> str:
    return getattr(predicate, "__qualname__", None) or type(predicate).__qualname__
