"""Origin patterns: an immutable index to match against, and how a list becomes one.

Reads the strings it is given. Never looks at a request, so it cannot be fooled by
one; never guesses what a mistyped origin might have meant.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from ..errors import Report, shorten
from .origin_syntax import (
    EXAMPLE,
    HOST,
    LABEL,
    MAX_LENGTH,
    PORT,
    SCHEME,
    OriginError,
    Predicate,
    is_port,
    read_pattern,
)

# The ordinary origin, already as a browser writes it: nothing left to check.
_PLAIN = re.compile(
    rf"(?!.*[/.]xn--)https?://(?:{LABEL}\.)*[a-z_\-][a-z0-9_\-]*(?::(?!80$|443$)[1-9][0-9]{{0,3}})?"
)
_SENT = rf"({SCHEME})://(\[[0-9a-f:.]+\]|{HOST})(:{PORT})?"
_VISIBLE = re.compile(r"[!-~]+")
_ECHOABLE = re.compile(r"[!-+\--~]+")
_SEPARATOR = r"[\s,]+(?=\^?[A-Za-z][A-Za-z0-9+.\-]*\??://|\*|null(?:[\s,]|$))"
_AROUND = " \t\r\n,"
_LIST_THEM = f"List the origins, as in [{EXAMPLE!r}]; write '*' for any origin, or [] for none."
_JSON = r"""\s*(?:\[\s*(?:["'].*|[A-Za-z][A-Za-z0-9+.\-]*://.*)?\]|\{\s*["'].*\})\s*"""


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


@dataclass(frozen=True, eq=False, repr=False)
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
    #: A regular expression, given as a string, that matches origins which have nothing to do
    #: with it, and one of these, or "" where it names no host at all: as far as credentials are
    #: concerned, it counts as any origin.
    unrelated: tuple[str, str] | None = None
    #: The names of the async callables that cannot be asked, as the app has no asgiref.
    unanswered: tuple[str, ...] = ()

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
        """Return this index with its ``async`` callables made callable from WSGI code.

        *ensure_sync* is Flask's, which raises ``RuntimeError`` where asgiref is not installed;
        a callable that cannot be asked denies, and is among ``unanswered``.
        """
        failed: list[str] = []
        bound = tuple(_bound(predicate, ensure_sync, failed) for predicate in self.callables)
        if bound == self.callables:
            return self
        return replace(self, callables=bound, unanswered=tuple(failed))

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
        if not self.wildcards or not (parts := re.fullmatch(_SENT, origin)):
            return None
        if parts[3] and not is_port(parts[3][1:]):
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
                return Match("", name, _not_a_bool(answer))
        return NO_MATCH


def is_echoable(origin: str) -> bool:
    """Return whether *origin* can be sent in a response: short, visible ASCII, no comma."""
    return len(origin) <= MAX_LENGTH and _ECHOABLE.fullmatch(origin) is not None


def json_items(text: str) -> list[str] | None:
    """Return the strings in *text* where it is a list or object as JSON, else ``None``.

    A list whose quotes were lost on the way (``[https://a.example]``) counts as well.
    """
    if not re.fullmatch(_JSON, text, re.DOTALL):
        return None
    if quoted := re.findall(r"""["']([^"']*)["']""", text):
        return quoted
    return [item for item in re.split(r"[\s,]+", text.strip(" \t\r\n[]{}")) if item]


def not_a_list(text: str, found: Sequence[str], report: Report, option: str) -> None:
    """Report a JSON list in a string, whose items are *found*."""
    reason = "a JSON list in a string is one string, not a list"
    hint = f"Write {', '.join(found)!a}, or the list {found!a}." if found else "Write []."
    report.error(option, text, reason, hint, {option_name(option): list(found)})


def option_name(name: str) -> str:
    """Return the name of an option that may be given as its config key."""
    return name[5:].lower() if name.startswith("CORS_") else name


def parse_origins(given: object, report: Report, option: str = "origins") -> Origins:
    """Read what was given as ``origins`` into an index; mistakes go to *report*."""
    literals: set[str] = set()
    others: list[str | re.Pattern[str] | Predicate] = []
    unrelated: tuple[str, str] | None = None
    for item in _items(given, report, option):
        # The fast path: 100,000 origins are read in a fraction of a second.
        if type(item) is str and len(item) <= MAX_LENGTH and _PLAIN.fullmatch(item):
            literals.add(item)
        elif (pattern := _read_item(item, report, option)) is not None:
            others.append(pattern)
            if isinstance(pattern, re.Pattern):
                unrelated = _examine(item, pattern, report, option) or unrelated
            elif isinstance(pattern, str) and "://*." in pattern:
                _warn_if_shared(item, pattern, report, option)
    texts = {pattern for pattern in others if isinstance(pattern, str)}
    wildcards = frozenset(text for text in texts if "*" in text) - {"*"}
    return Origins(
        any="*" in texts,
        literals=frozenset(literals | texts) - wildcards - {"*"},
        wildcards=wildcards,
        depths=tuple(sorted({_depth(text) for text in wildcards if "://*." in text})),
        regexes=tuple(pattern for pattern in others if isinstance(pattern, re.Pattern)),
        callables=tuple(pattern for pattern in others if not isinstance(pattern, str | re.Pattern)),
        unrelated=unrelated,
    )


def _items(given: object, report: Report, option: str) -> Iterable[object]:
    if isinstance(given, str):
        return _split(given, report, option)
    if given is None:
        reason = "None is nearly always an environment variable that is not set"
        report.error(option, given, reason, _LIST_THEM, {option_name(option): [EXAMPLE]})
        return ()
    if callable(given) or not isinstance(given, Iterable):
        return (given,)
    return (given,) if isinstance(given, bytes | bytearray | Mapping) else given


def _split(text: str, report: Report, option: str) -> Iterable[str]:
    if not text.strip(_AROUND):
        reason = "an empty string is not an origin"
        report.error(option, text, reason, _LIST_THEM, {option_name(option): [EXAMPLE]})
        return ()
    if (found := json_items(text)) is not None:
        from .origin_hints import origins_near

        meant = [origin for item in found for origin in origins_near(item)]
        not_a_list(text, meant, report, option)
        return ()
    items = re.split(_SEPARATOR, text.strip(_AROUND))
    if any(re.search(r"[\s,]", item) for item in items):
        from .origin_hints import without_scheme

        if several := without_scheme(text.strip(_AROUND)):
            _report_bare(text, several, report, option, ", ".join)
            return ()
    return items


def _report_bare(
    text: str,
    found: tuple[Sequence[str], Sequence[str]],
    report: Report,
    option: str,
    joined: Callable[[Sequence[str]], object] = list,
) -> None:
    """Report a text of several origins, of which some have no scheme; all are dropped.

    Origins are split before a scheme alone, as a regular expression may hold a comma. So it is an
    error where one has a scheme, and was not read.
    """
    bare, whole = found
    names = " and ".join(map(ascii, bare))
    verb = "has" if len(bare) == 1 else "have"
    reason = f"{names} {verb} no scheme, and browsers always send one"
    what = joined(whole)
    start = f"{option} = " if option.startswith("CORS_") else ""
    hint = f"Write {start}{what!a}." if isinstance(what, str) else ""
    hint = hint or f"Write {', '.join(map(ascii, whole))}."
    fix = {option_name(option): what}
    if len(bare) == len(whole):
        report.degrade(option, text, f"dropped: {reason}", hint, fix)
    else:
        report.error(option, text, reason, hint, fix)


def _read_item(
    item: object, report: Report, option: str
) -> str | re.Pattern[str] | Predicate | None:
    try:
        pattern = read_pattern(item)
    except OriginError as error:
        _report(item, error, report, option)
        return None
    if isinstance(pattern, str) and pattern != item:
        report.warn(option, item, f"read as {pattern!a}; write it like this")
    return pattern


def _report(item: object, error: OriginError, report: Report, option: str) -> None:
    from .origin_hints import hint_for, without_scheme

    if isinstance(item, str) and not error.drops and (found := without_scheme(item)):
        _report_bare(item, found, report, option)
        return
    text, meant = hint_for(item, error)
    fix = {} if meant is None else {option_name(option): meant}
    if error.drops:
        report.degrade(option, item, f"dropped: {error.reason}", text, fix)
    else:
        report.error(option, item, error.reason, text, fix)


def _examine(
    item: object, regex: re.Pattern[str], report: Report, option: str
) -> tuple[str, str] | None:
    """Warn about a regular expression that is slow, matches nothing, or lets unintended origins in.

    Returns the pattern, and an origin that it matches, where this has nothing to do with it;
    without an origin where the pattern names no host, and none was found.
    """
    from .emptiness import can_match_origin
    from .redos import warn_of_nested_quantifiers
    from .unintended_origins import matches_unrelated, names_no_host, stranger_let_in

    warn_of_nested_quantifiers(regex.pattern, report, option)
    if not can_match_origin(regex):
        _report_dead(regex, report, option)
    # A compiled one is taken at its word, and ``flask cors check`` examines it.
    if not isinstance(item, str):
        return None
    if (unrelated := matches_unrelated(regex)) or names_no_host(regex):
        return regex.pattern, unrelated or ""
    if stranger := stranger_let_in(regex):
        advice = "list the hosts, or write a wildcard of your domain: 'https://*.example.com'"
        report.warn(option, item, f"it also matches {stranger!a}; {advice}")
    return None


def _warn_if_shared(item: object, wildcard: str, report: Report, option: str) -> None:
    """Warn about a wildcard under whose domain anybody can get a host, as far as is known."""
    from .suffixes import is_listed, owned

    domain = wildcard.partition("://*.")[2].partition(":")[0]
    if "." in domain and (is_listed(domain) or not owned(domain.split("."))):
        own = wildcard.replace("*", "your-name", 1)
        report.warn(option, item, f"anybody can get a host under {domain!a}; name yours: {own!a}")


def _report_dead(regex: re.Pattern[str], report: Report, option: str) -> None:
    from .origin_hints import hint_for_dead

    text, meant = hint_for_dead(regex.pattern)
    reason = "it can match no origin: it must match scheme, host and port together, as in 'https://app.example.com'"
    report.degrade(option, regex.pattern, reason, text, {option_name(option): meant})


def _depth(wildcard: str) -> int:
    return wildcard.partition("://*.")[2].count(".") + 1


# -- callables -------------------------------------------------------------------------


def _bound(
    predicate: Predicate, ensure_sync: Callable[[Predicate], Predicate], failed: list[str]
) -> Predicate:
    call = getattr(predicate, "__call__", None)  # noqa: B004 - the method itself is wanted
    asynchronous = call if inspect.iscoroutinefunction(call) else predicate
    if not inspect.iscoroutinefunction(asynchronous):
        return predicate
    name = _name(asynchronous)
    try:
        answer = ensure_sync(asynchronous)
    except RuntimeError as error:
        failed.append(f"{name}()")
        answer = _refusal(str(error))

    def ask(origin: str) -> Any:
        return answer(origin)

    ask.__qualname__ = name
    return ask


def _refusal(reason: str) -> Predicate:
    def refuse(origin: str) -> bool:
        raise RuntimeError(reason)

    return refuse


def _not_a_bool(answer: object) -> TypeError:
    try:
        shown = shorten(answer)
    except Exception:
        shown = type(answer).__name__
    return TypeError(f"it returned {shown}, not True or False")


def _name(predicate: Predicate) -> str:
    return getattr(predicate, "__qualname__", None) or type(predicate).__qualname__
