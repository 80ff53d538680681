"""Origin patterns: what each means, and an immutable index to match against.

Reads the strings it is given. Never looks at a request, so it cannot be fooled by
one; never guesses what a mistyped origin might have meant.
"""

from __future__ import annotations

import inspect
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Any, Final, NamedTuple

from .errors import Report, shorten

Predicate = Callable[[str], Any]
OriginPattern = str | re.Pattern[str] | Predicate

MAX_LENGTH: Final = 512
DEFAULT_PORTS: Final = {"http": "80", "https": "443"}
# Schemes whose documents have an opaque origin: a browser sends "null" for them.
OPAQUE_SCHEMES: Final = frozenset({"about", "blob", "data", "file", "filesystem", "javascript"})
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
_SENT = re.compile(rf"({_SCHEME})://(\[[0-9a-f:.]+\]|{_LABEL}(?:\.{_LABEL})*)(:[0-9]{{1,5}})?")
_VISIBLE = re.compile(r"[!-~]+")
_ECHOABLE = re.compile(r"[!-+\--~]+")
_REGEX = re.compile(r"[\\^$?+\[\](){}|]|\.(?=[*+?{])")
# A `*` that repeats one letter is never what its author meant; `\d*` is.
_MISPLACED_STAR = re.compile(r"(?<!\\)[A-Za-z0-9]\*|[\-/:]\*")
_SEPARATOR = re.compile(r"[\s,]+(?=\^?[A-Za-z][A-Za-z0-9+.\-]*\??://|\*|null(?:[\s,]|$))")
_EXAMPLE = "https://app.example.com"
_EXAMPLE_WILDCARD = "https://*.example.com"
_JSON_LIST = re.compile(r"""\s*\[\s*["'].*\]\s*""", re.DOTALL)


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
        return texts + [_name(predicate) for predicate in self.callables]

    def bind(self, ensure_sync: Callable[[Predicate], Predicate]) -> Origins:
        """Return this index with its ``async`` callables made callable from WSGI code."""
        if not any(map(_is_async, self.callables)):
            return self
        bound = (
            ensure_sync(_async_part(predicate)) if _is_async(predicate) else predicate
            for predicate in self.callables
        )
        return replace(self, callables=tuple(bound))

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
            try:
                answer = predicate(origin)
            except Exception as error:
                return Match("", _name(predicate), error)
            if answer is True:
                return Match("callable", _name(predicate))
            if answer is not False:
                wrong = TypeError(f"it returned {shorten(answer)}, not True or False")
                return Match("", _name(predicate), wrong)
        return NO_MATCH


def is_echoable(origin: str) -> bool:
    """Return whether *origin* can stand in a response: visible ASCII, no comma."""
    return _ECHOABLE.fullmatch(origin) is not None


def parse_origins(given: object, report: Report, option: str = "origins") -> Origins:
    """Read what was given as ``origins`` into an index; mistakes go to *report*."""
    literals: set[str] = set()
    wildcards: set[str] = set()
    regexes: list[re.Pattern[str]] = []
    callables: list[Predicate] = []
    reader = _Reader(option, report)
    for item in _items(given, reader):
        # The fast path: 100,000 origins are read in a fraction of a second.
        if type(item) is str and _PLAIN.fullmatch(item):
            literals.add(item)
            continue
        pattern = reader.read(item)
        if isinstance(pattern, re.Pattern):
            regexes.append(pattern)
        elif callable(pattern):
            callables.append(pattern)
        elif pattern is not None:
            (wildcards if "*" in pattern and pattern != "*" else literals).add(pattern)
    return Origins(
        any="*" in literals,
        literals=frozenset(literals - {"*"}),
        wildcards=frozenset(wildcards),
        depths=tuple(sorted({_depth(text) for text in wildcards if "://*." in text})),
        regexes=tuple(regexes),
        callables=tuple(callables),
    )


def _items(given: object, reader: _Reader) -> Iterable[object]:
    if given is None:
        reader.error(
            None,
            "None is nearly always an environment variable that is not set",
            'List the origins; write "*" for any origin or [] for none.',
        )
        return ()
    if isinstance(given, str):
        return _split(given, reader)
    if isinstance(given, re.Pattern) or callable(given):
        return (given,)
    if isinstance(given, Iterable) and not isinstance(given, bytes | bytearray | Mapping):
        return given
    reader.error(
        given,
        f"an origin is a string, a regular expression or a callable, not {_type(given)}",
        f"Write for instance [{_EXAMPLE!r}].",
    )
    return ()


def _split(text: str, reader: _Reader) -> Iterable[str]:
    if not text.strip(" \t\r\n,"):
        reader.error(
            text,
            "an empty string names no origin",
            'List the origins; write "*" for any origin or [] for none.',
        )
        return ()
    if _JSON_LIST.fullmatch(text):
        names = re.findall(r"""["']([^"']*)["']""", text)
        reader.error(
            text,
            "a JSON list in a string is one string, not a list",
            f"Write {', '.join(names)!r}, or a real list.",
        )
        return ()
    return _SEPARATOR.split(text.strip(" \t\r\n,"))


@dataclass(frozen=True)
class _Reader:
    """Reads one pattern at a time and says what is wrong with it."""

    option: str
    report: Report

    def error(self, value: object, reason: str, hint: str) -> None:
        self.report.error(self.option, value, reason, hint)

    def read(self, item: object) -> str | re.Pattern[str] | Predicate | None:
        if isinstance(item, str):
            return self._text(item)
        if isinstance(item, re.Pattern):
            return self._compiled(item)
        if callable(item):
            return item
        hint = f"Write for instance {_EXAMPLE!r}."
        if item is None:
            hint = "Is an environment variable not set? Leave the entry out, or write an origin."
        self.error(
            item,
            f"an origin is a string, a regular expression or a callable, not {_type(item)}",
            hint,
        )
        return None

    def _compiled(self, item: re.Pattern[Any]) -> re.Pattern[str] | None:
        if isinstance(item.pattern, str):
            return item
        self.error(
            item,
            "a regular expression over bytes cannot match a header",
            "Compile it from a str.",
        )
        return None

    def _text(self, text: str) -> str | re.Pattern[str] | None:
        if text in ("*", "null"):
            return text
        if re.search(r"\s", text):
            hint = f"Write {text.strip()!r}." if _PLAIN.fullmatch(text.strip()) else ""
            self.error(text, "white space is never part of an origin", hint or "Write a list.")
            return None
        parts = _PARTS.fullmatch(text)
        if parts and (":" in parts[2] or not _REGEX.search(text.partition("://")[2])):
            return self._origin(text, parts)
        if _MISPLACED_STAR.search(text):
            self._star(text)
            return None
        if _REGEX.search(text):
            return self._compile(text)
        self._no_origin(text)
        return None

    def _compile(self, text: str) -> re.Pattern[str] | None:
        try:
            return re.compile(text, re.IGNORECASE)
        except re.error as error:
            self.error(
                text,
                f"it is read as a regular expression and does not compile: {error}",
                "Mend it, or write a wildcard such as 'https://*.example.com'.",
            )
            return None

    def _star(self, text: str) -> None:
        plain = text.replace("\\", "")
        scheme, _, host = plain.partition("://")
        _, dot, domain = host.partition("*")[2].partition(".")
        wildcard = f"{scheme}://*.{domain}" if dot and "*" not in domain else _EXAMPLE_WILDCARD
        regex = re.escape(plain).replace(r"\*", ".*").replace(r"\-", "-")
        self.error(
            text,
            f"a * stands for whole labels ({_EXAMPLE_WILDCARD!r}) or for a port "
            "('http://localhost:*'), nowhere else",
            f"Write the wildcard {wildcard!r}, or, if a regular expression is meant, {regex!r}.",
        )

    def _no_origin(self, text: str) -> None:
        scheme, separator, rest = text.partition("://")
        if not separator:
            scheme, rest = "", re.sub(r"^(?:https?:)?/+", "", text)
        if scheme.lower() in OPAQUE_SCHEMES:
            self._opaque(text, scheme)
            return
        authority = re.split(r"[/?#,]", rest)[0].rpartition("@")[2].lower()
        scheme = scheme or ("http" if authority.startswith("localhost") else "https")
        parts = _PARTS.fullmatch(f"{scheme}://{authority}")
        good = parts and _HOST.fullmatch(parts[2].removeprefix("*."))
        reason = "there is no scheme, and browsers always send one"
        if separator:
            reason = "a browser sends scheme, host and port; no user info, path, query or fragment"
        self.error(text, reason, f"Write {parts[0] if good and parts else _EXAMPLE!r}.")

    def _opaque(self, text: str, scheme: str) -> None:
        self.error(text, f"a browser sends 'null' for {scheme}: pages", "Write 'null'.")

    def _origin(self, text: str, parts: re.Match[str]) -> str | None:
        scheme, host, port = parts[1].lower(), parts[2].lower(), parts[3]
        if scheme in OPAQUE_SCHEMES:
            self._opaque(text, scheme)
            return None
        good = self._port_ok(text, scheme, host, port) and self._host_ok(text, scheme, host, port)
        if not good:
            return None
        shown = "" if port is None or port == DEFAULT_PORTS.get(scheme) else f":{port}"
        canonical = f"{scheme}://{host}{shown}"
        if canonical != text:
            self.report.warn(
                self.option, text, f"read as {canonical!r}, which is what a browser sends"
            )
        return canonical

    def _port_ok(self, text: str, scheme: str, host: str, port: str | None) -> bool:
        if port is None or port == "*":
            return True
        if re.fullmatch("[1-9][0-9]{0,4}", port) and int(port) <= 65535:
            return True
        self.error(
            text,
            f"{port!r} is no port: a number from 1 to 65535 without leading zeros",
            f"Write {f'{scheme}://{host}'!r}, or {f'{scheme}://{host}:*'!r} for any port.",
        )
        return False

    def _host_ok(self, text: str, scheme: str, host: str, port: str | None) -> bool:
        if host == "*":
            return self._whole_scheme_ok(text, scheme, port)
        if host.startswith("["):
            return self._ipv6_ok(text, scheme, host)
        if host.startswith("*."):
            return self._wildcard_ok(text, scheme, host[2:])
        if "*" in host:
            self._star(text)
            return False
        if not host.isascii():
            self.error(
                text,
                "browsers send a host's ASCII form (punycode)",
                f"Write {f'{scheme}://{_punycode(host)}'!r}.",
            )
            return False
        if not _HOST.fullmatch(host):
            self.error(text, f"{host!r} is no host name", f"Write for instance {_EXAMPLE!r}.")
            return False
        return self._ipv4_ok(text, scheme, host)

    def _whole_scheme_ok(self, text: str, scheme: str, port: str | None) -> bool:
        if scheme not in DEFAULT_PORTS and port is None:
            return True
        self.error(
            text,
            f"this would be every {scheme} site",
            'Write "*" for any origin, or a wildcard such as '
            f"{f'{scheme}://*.example.com'!r} or {f'{scheme}://localhost:*'!r}.",
        )
        return False

    def _wildcard_ok(self, text: str, scheme: str, suffix: str) -> bool:
        if not _HOST.fullmatch(suffix) or suffix.endswith(".") or _NUMERIC_END.fullmatch(suffix):
            self.error(
                text,
                f"{suffix!r} is no domain whose subdomains could be meant",
                f"Write for instance {f'{scheme}://*.example.com'!r}.",
            )
            return False
        if "." in suffix or suffix in PRIVATE_SUFFIXES:
            return True
        self.error(
            text,
            f"this would be every site under the top-level domain {suffix!r}",
            f"Name the domain: {f'{scheme}://*.example.{suffix}'!r}.",
        )
        return False

    def _ipv4_ok(self, text: str, scheme: str, host: str) -> bool:
        if scheme not in DEFAULT_PORTS or not _NUMERIC_END.fullmatch(host):
            return True
        try:
            IPv4Address(host)
        except AddressValueError as error:
            self.error(
                text,
                f"{host!r} is no IPv4 address as a browser writes it: {error}",
                "Write four decimal numbers, as in 'http://127.0.0.1:8000'.",
            )
            return False
        return True

    def _ipv6_ok(self, text: str, scheme: str, host: str) -> bool:
        try:
            shown = f"[{_ipv6(IPv6Address(host[1:-1]))}]"
        except AddressValueError as error:
            self.error(
                text,
                f"{host!r} is no IPv6 address: {error}",
                "Write for instance 'http://[::1]:8000'.",
            )
            return False
        if shown != host:
            self.error(
                text,
                f"a browser writes this address as {shown}",
                f"Write {f'{scheme}://{shown}'!r}.",
            )
        return shown == host


def _ipv6(address: IPv6Address) -> str:
    # The URL standard's serializer never writes an IPv4 tail; Python's does since 3.13.
    if mapped := address.ipv4_mapped:
        return f"::ffff:{int(mapped) >> 16:x}:{int(mapped) & 0xFFFF:x}"
    return address.compressed


def _punycode(host: str) -> str:
    labels = unicodedata.normalize("NFKC", host).lower().split(".")
    return ".".join(
        label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in labels
    )


def _depth(wildcard: str) -> int:
    host = wildcard.partition("://*.")[2].partition(":")[0]
    return host.count(".") + 1


def _is_async(predicate: Predicate) -> bool:
    return inspect.iscoroutinefunction(_async_part(predicate))


def _async_part(predicate: Predicate) -> Predicate:
    call = getattr(predicate, "__call__", None)  # noqa: B004 - the method itself is wanted
    return call if inspect.iscoroutinefunction(call) else predicate


def _name(predicate: Predicate) -> str:
    name = getattr(predicate, "__qualname__", None) or type(predicate).__qualname__
    return f"{name}()"


def _type(value: object) -> str:
    return type(value).__name__
