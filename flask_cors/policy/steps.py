"""How a decision came about: the steps of the protocol as data, and each as a sentence.

A step carries a code, values and the clause of the standard. Programs read these; the
sentences, which are made here and nowhere else, are for people.
"""

from __future__ import annotations

from typing import Any, Final, Literal, NamedTuple, Protocol, get_args

from .. import fetch
from ..errors import Source, shorten
from ..options.schema import HeaderLines, Setting
from ..patterns.origins import Match
from .facts import (
    MAX_REQUEST_HEADERS_COUNT,
    MAX_REQUEST_HEADERS_LENGTH,
    Grant,
    Limit,
    LimitCode,
    Preflight,
)
from .policy import Policy

Code = Literal[
    "no-origin",
    "any-origin-allowed",
    "origin-allowed",
    "origin-not-allowed",
    "callable-failed",
    "method-allowed",
    "method-not-allowed",
    "headers-allowed",
    "headers-not-allowed",
    "headers-not-shared",
    "headers-too-many",
    "private-network-on",
    "private-network-off",
    "credentials-on",
    "credentials-off",
    "vary-named",
    "vary-not-needed",
    "vary-left-alone",
    "refused",
]
#: Every code, in the order in which steps are listed.
CODES: Final[tuple[Code, ...]] = get_args(Code)

_FETCH: Final = "https://fetch.spec.whatwg.org/#"
_PRIVATE_NETWORK: Final = "https://wicg.github.io/private-network-access/#cors-preflight"
# A sentence for a log names this many values; the step itself holds all of them.
_MOST_SHOWN: Final = 10


class _Row(NamedTuple):
    """What every step of a code shares: title, clause, whether it went well, its sentence.

    ``failed`` is the sentence where the step fails for this page although ``ok`` is the rule.
    """

    name: str
    clause: str
    ok: bool
    sentence: str
    failed: str = ""


_CHECK: Final = ("CORS check", f"{_FETCH}concept-cors-check")
_METHOD: Final = ("method", f"{_FETCH}cors-preflight-fetch-0")
_HEADERS: Final = ("request headers", f"{_FETCH}cors-preflight-fetch-0")
_NETWORK: Final = ("private network", _PRIVATE_NETWORK)
_CREDENTIALS: Final = ("credentials", f"{_FETCH}cors-protocol-and-credentials")
_ENFORCE: Final = (
    "enforce",
    "https://w3c.github.io/webappsec-fetch-metadata/#sec-fetch-site-header",
)
_CACHES: Final = ("caches", f"{_FETCH}cors-protocol-and-http-caches")

_ROWS: Final[dict[Code, _Row]] = {
    "no-origin": _Row(
        "CORS request",
        f"{_FETCH}cors-request",
        True,
        "the request has no Origin header, so browsers apply no CORS check",
    ),
    "any-origin-allowed": _Row(*_CHECK, True, "the origin {values} is allowed, as any origin is"),
    "origin-allowed": _Row(
        *_CHECK, True, "the origin {values} is allowed by the {kind} {pattern!r}"
    ),
    "origin-not-allowed": _Row(
        *_CHECK, False, "the origin {values} is not among the allowed ones ({source})"
    ),
    "callable-failed": _Row(
        *_CHECK, False, "the origin {values} is refused, since {pattern} failed: {detail}"
    ),
    "method-allowed": _Row(*_METHOD, True, "the method {values} is allowed ({source})"),
    "method-not-allowed": _Row(
        *_METHOD, False, "the method {values} is not among the allowed ones ({source})"
    ),
    "headers-allowed": _Row(*_HEADERS, True, "the request headers {values} are allowed"),
    "headers-not-allowed": _Row(
        *_HEADERS, False, "the request headers {values} are not allowed ({source})"
    ),
    "headers-not-shared": _Row(
        *_HEADERS,
        False,
        "the request headers {values} are allowed for this method, but not for every method of the "
        "URL, for which browsers cache the names: {limits}",
    ),
    "headers-too-many": _Row(
        *_HEADERS,
        False,
        f"more than {MAX_REQUEST_HEADERS_COUNT} request headers, or {MAX_REQUEST_HEADERS_LENGTH} "
        "characters of them, are requested at once: none is allowed, whatever the options are",
    ),
    "private-network-on": _Row(
        *_NETWORK, True, "access to a private network is requested, and allowed"
    ),
    "private-network-off": _Row(
        *_NETWORK, False, "access to a private network is requested, and not allowed"
    ),
    "credentials-on": _Row(
        *_CREDENTIALS, True, "cookies and HTTP authentication may be used ({source})"
    ),
    "credentials-off": _Row(
        *_CREDENTIALS,
        True,
        "cookies and HTTP authentication may not be used ({source}{detail})",
        "the page sends credentials, but cookies and HTTP authentication may not be used "
        "({source}{detail})",
    ),
    "vary-named": _Row(*_CACHES, True, "Vary names Origin"),
    "vary-not-needed": _Row(
        *_CACHES, True, "the answer is the same for every origin, so Vary need not name Origin"
    ),
    "vary-left-alone": _Row(
        *_CACHES,
        True,
        "Vary is not changed (vary_header=False), even where it should name Origin",
    ),
    "refused": _Row(
        *_ENFORCE,
        False,
        "the server refuses the request with 403, and the view does not run{detail}",
    ),
}


#: What keeps a method of the URL from the header names that are allowed for another one.
_LIMITS: Final[dict[LimitCode, str]] = {
    "off": "CORS is off",
    "origin": "the origin is not allowed",
    "headers": "{values} is not allowed",
    "method": "the method is not allowed",
    "credentials": "credentials are not allowed",
    "private-network": "access to a private network is not allowed",
    "elsewhere": "its preflight is answered by other code",
}


class Step(NamedTuple):
    """One step of the protocol: what was checked, and how it ended.

    ``values`` are the client's: the origin, the method or the names of request headers.
    ``option`` is the option that decided and ``source`` the place where it is set;
    ``pattern`` the origin pattern or callable that matched or failed, and ``kind`` which
    sort of pattern that is; ``detail`` what a callable raised, or why credentials are dropped;
    ``limits`` are the other methods of the URL because of which header names are not allowed.
    """

    code: Code
    ok: bool
    values: tuple[str, ...] = ()
    option: str = ""
    source: Source | None = None
    pattern: str = ""
    kind: str = ""
    detail: str = ""
    limits: tuple[Limit, ...] = ()

    @property
    def name(self) -> str:
        """The title of this part of the protocol, such as ``CORS check``."""
        return _ROWS[self.code].name

    @property
    def clause(self) -> str:
        """The address of the clause of the standard."""
        return _ROWS[self.code].clause

    @property
    def text(self) -> str:
        """The step in one sentence of printable ASCII, client text as its ``repr``."""
        row = _ROWS[self.code]
        sentence = row.failed if row.ok and not self.ok else row.sentence
        lists = {"values": _listed(self.values), "limits": _listed_limits(self.limits)}
        return sentence.format(**{**self._asdict(), **lists})

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain data, the sentence included."""
        source = None if self.source is None else self.source._asdict()
        limits = [{**limit._asdict(), "values": list(limit.values)} for limit in self.limits]
        lists = {"values": list(self.values), "limits": limits}
        found = {**self._asdict(), "source": source, **lists}
        return {"name": self.name, "clause": self.clause, **found, "text": self.text}


class Decided(Protocol):
    """What is read of a decision."""

    @property
    def policy(self) -> Policy: ...
    @property
    def origin(self) -> str | None: ...
    @property
    def match(self) -> Match: ...
    @property
    def headers(self) -> HeaderLines: ...
    @property
    def vary(self) -> bool: ...
    @property
    def allow_origin(self) -> str | None: ...
    @property
    def preflight(self) -> Preflight | None: ...
    @property
    def grant(self) -> Grant | None: ...


def steps(decision: Decided) -> list[Step]:
    """Return how a decision came about, step by step."""
    if decision.origin is None:
        return [_step("no-origin"), _vary(decision)]
    found = [_origin(decision, decision.origin)]
    if decision.preflight and decision.grant:
        found += _granted(decision.policy, decision.preflight, decision.grant)
    if decision.allow_origin is not None:
        setting = decision.policy.settings["supports_credentials"]
        # What is sent counts: an option may be on, and not be granted to this origin.
        sent = any(name == fetch.ALLOW_CREDENTIALS for name, _ in decision.headers)
        code: Code = "credentials-on" if sent else "credentials-off"
        step = _step(code, option="supports_credentials", setting=setting)
        detail = f": {setting.dropped} is dropped, since any origin is allowed"
        found.append(step._replace(detail=detail) if setting.dropped else step)
    return [*found, _vary(decision)]


def reason(decision: Decided) -> str:
    """Return the sentence of the first step that fails; empty where none does."""
    return next((step.text for step in steps(decision) if not step.ok), "")


def refusal(decision: Decided, method: str) -> Step:
    """Return the step of a request that the server refuses because of ``enforce``.

    It names the method where the origin is allowed, and the method is not.
    """
    setting = decision.policy.settings["enforce"]
    detail = f" ({setting.source})" if setting.value else ""
    values = (method,) if decision.match.kind or decision.policy.origins.any else ()
    return _step("refused", *values, option="enforce", setting=setting)._replace(detail=detail)


def _step(code: Code, *values: str, option: str = "", setting: Setting | None = None) -> Step:
    source = None if setting is None else setting.source
    return Step(code, _ROWS[code].ok, values, option, source)


def _origin(decision: Decided, origin: str) -> Step:
    """Return how the origin was matched (#concept-cors-check compares with what is sent)."""
    match, policy = decision.match, decision.policy
    code, detail = _judged(match)
    setting = policy.settings["origins"]
    found = _step(code, origin, option="origins", setting=setting)
    return found._replace(pattern=match.pattern, kind=match.kind, detail=detail)


def _judged(match: Match) -> tuple[Code, str]:
    if match.kind:
        return "any-origin-allowed" if match.kind == "any" else "origin-allowed", ""
    if match.error is not None:
        return "callable-failed", shorten(match.error)
    return "origin-not-allowed", ""


def _granted(policy: Policy, preflight: Preflight, grant: Grant) -> list[Step]:
    """Return how what a preflight asks for was judged (#cors-preflight-fetch, steps 7 on)."""
    methods, headers = policy.settings["methods"], policy.settings["allow_headers"]
    code: Code = "method-allowed" if grant.method else "method-not-allowed"
    found = [_step(code, preflight.method, option="methods", setting=methods)]
    if preflight.has_too_many_headers:
        found.append(_step("headers-too-many"))
    elif grant.refused:
        # What the policy itself allows is refused for the sake of the URL's other methods.
        shared = [name for name in grant.refused if grant.limiting and _allows(policy, name)]
        own = [name for name in grant.refused if name not in shared]
        if own:
            step = _step("headers-not-allowed", *own, option="allow_headers", setting=headers)
            found.append(step)
        if shared:
            step = _step("headers-not-shared", *shared, option="allow_headers", setting=headers)
            found.append(step._replace(limits=grant.limiting))
    elif grant.headers:
        names = grant.headers
        found.append(_step("headers-allowed", *names, option="allow_headers", setting=headers))
    if preflight.private_network:
        setting = policy.settings["allow_private_network"]
        code = "private-network-on" if setting.value else "private-network-off"
        found.append(_step(code, option="allow_private_network", setting=setting))
    return found


def _allows(policy: Policy, name: str) -> bool:
    return fetch.is_token(name) and policy.allow_headers.allows(name)


def _vary(decision: Decided) -> Step:
    """Return whether caches must separate responses by origin (#cors-protocol-and-http-caches)."""
    setting = decision.policy.settings["vary_header"]
    code: Code = "vary-named" if decision.vary else "vary-not-needed"
    code = code if decision.policy.vary_header else "vary-left-alone"
    return _step(code, option="vary_header", setting=setting)


def _listed_limits(limits: tuple[Limit, ...]) -> str:
    """Return why methods limit header names, those with one reason together."""
    methods: dict[str, list[str]] = {}
    for limit in limits:
        why = _LIMITS[limit.code].format(values=_listed(limit.values))
        methods.setdefault(why, []).append(limit.method)
    return "; ".join(f"{why} for {', '.join(names)}" for why, names in methods.items())


def _listed(values: tuple[str, ...]) -> str:
    shown = [shorten(value) for value in values[:_MOST_SHOWN]]
    rest = len(values) - len(shown)
    return ", ".join([*shown, f"and {rest} more"] if rest else shown)
