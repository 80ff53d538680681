"""How each side reads the options of one level, and the headers that follow from them.

``Old`` is flask-cors 6.0.5 as it behaves, ``New`` is the design. Both are written from documents
and from observed behaviour alone, so that neither library checks itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.integration.differential.cases import Case, Request
from tests.integration.differential.worker import decode

ACAO = "access-control-allow-origin"
ACAC = "access-control-allow-credentials"
ACAM = "access-control-allow-methods"
ACAH = "access-control-allow-headers"
ACEH = "access-control-expose-headers"
ACMA = "access-control-max-age"
PRIVATE = "access-control-allow-private-network"
VARY = "vary"
HEADERS = (ACAO, ACAC, ACAM, ACAH, ACEH, ACMA, PRIVATE, VARY)

ALL_METHODS = ("GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE")
DEFAULTS: dict[str, Any] = {
    "origins": "*",
    "methods": ALL_METHODS,
    "allow_headers": "*",
    "expose_headers": None,
    "supports_credentials": False,
    "max_age": None,
    "send_wildcard": False,
    "automatic_options": True,
    "vary_header": True,
    "resources": "*",
    "intercept_exceptions": True,
    "always_send": True,
    "allow_private_network": False,
}
FALSE = frozenset({"false", "0", "no", "off"})
SAFELISTED = frozenset({"GET", "HEAD", "POST"})
FORBIDDEN_METHODS = frozenset({"CONNECT", "TRACE", "TRACK"})
SAME_ORIGIN = "http://localhost"

NO_TOKEN = "X Bad"

Options = Mapping[str, Any]
Headers = dict[str, str | None]


def listed(value: Any) -> list[Any]:
    """Return a value that may be one or many as a list, as it was written."""
    if value is None:
        return []
    return [value] if isinstance(value, str | re.Pattern) or callable(value) else list(value)


def configured(case: Case) -> dict[str, Any]:
    """Return what ``app.config`` says, by option."""
    return {name[5:].lower(): decode(value) for name, value in case.config.items()}


def truth(value: Any) -> bool:
    """Read a boolean as it may be written in ``app.config``."""
    return value.lower() not in FALSE if isinstance(value, str) else bool(value)


# Patterns, as the incumbent reads them


def guessed(pattern: Any, flags: int = 0) -> Any:
    """Return a compiled pattern where the incumbent guesses one, else the text."""
    if isinstance(pattern, str):
        pattern = ".*" if pattern == "*" else pattern
        return re.compile(pattern, flags) if set(pattern) & set("*\\]?$^[]()") else pattern
    return pattern


def starts(pattern: Any, text: str, flags: int = 0) -> bool:
    """Tell whether the incumbent matches: a prefix for a regex, the same text for the rest."""
    pattern = guessed(pattern, flags)
    if isinstance(pattern, re.Pattern):
        return bool(pattern.match(text))
    said = str(pattern)
    return said.casefold() == text.casefold() if flags else said == text


# Origins, as the design reads them


@dataclass(frozen=True)
class Origin:
    """One origin pattern: its kind is any, literal, wildcard, regex or callable."""

    kind: str
    what: Any

    def allows(self, origin: str) -> bool:
        """Tell whether the pattern allows an ``Origin`` header."""
        if self.kind in ("any", "nothing"):
            return self.kind == "any"
        if self.kind == "literal":
            return bool(self.what == origin.lower())
        if self.kind == "callable":
            return origin != "null" and bool(self.what(origin))
        if self.kind == "wildcard":
            return bool(wildcard(self.what).fullmatch(origin.lower()))
        return origin != "null" and bool(re.fullmatch(self.what, origin))


NOTHING = Origin("nothing", None)
"""An origin without a scheme, which is dropped."""


def wildcard(text: str) -> re.Pattern[str]:
    """Return the regular expression that a wildcard origin stands for."""
    escaped = re.escape(text.lower())
    escaped = escaped.replace(re.escape("://*."), r"://([a-z0-9_-]+\.)+")
    return re.compile(re.sub(r":\\\*$", r"(:[0-9]{1,5})?", escaped))


def tidy(origin: str) -> str:
    """Return a literal origin without path, default port and upper case."""
    lowered = re.sub(r"(?<=[^:/])/.*", "", origin.lower())
    if lowered.startswith("https://"):
        return lowered.removesuffix(":443")
    return lowered.removesuffix(":80") if lowered.startswith("http://") else lowered


def read_origin(item: Any) -> Origin:
    """Return one item of ``origins`` as the design reads it."""
    if isinstance(item, re.Pattern):
        return Origin("regex", item)
    if not isinstance(item, str):
        return Origin("callable", item)
    if item == "*":
        return Origin("any", None)
    if re.fullmatch(r"[a-z]+://(\*\.)?[a-z0-9.-]+(:\*|:\d+)?", item) and "*" in item:
        return Origin("wildcard", item)
    if set(item) & set("\\^$?+[](){}|*"):
        return Origin("regex", re.compile(item, re.IGNORECASE))
    return Origin("literal", tidy(item)) if "://" in item or item == "null" else NOTHING


@dataclass(frozen=True)
class Origins:
    """The option ``origins``, read as the design says."""

    patterns: tuple[Origin, ...]

    @classmethod
    def read(cls, value: Any) -> Origins:
        """Read an option's value; the same pattern twice is one."""
        found = dict.fromkeys(read_origin(item) for item in listed(value))
        return cls(tuple(item for item in found if item != NOTHING))

    def has(self, kind: str) -> bool:
        """Tell whether a pattern of this kind is there."""
        return any(pattern.kind == kind for pattern in self.patterns)

    @property
    def are_all(self) -> bool:
        """Whether these are too many for credentials: a regex in a string that stands for all."""
        regexes = [item.what for item in self.patterns if item.kind == "regex"]
        texts = [regex.pattern for regex in regexes if regex.flags & re.IGNORECASE]
        return self.has("any") or ".*" in texts

    @property
    def single(self) -> str | None:
        """The one literal origin, where there is exactly one."""
        literals = [pattern.what for pattern in self.patterns if pattern.kind == "literal"]
        return literals[0] if len(literals) == 1 else None

    def allow(self, origin: str) -> bool:
        """Tell whether any pattern allows the origin."""
        return any(pattern.allows(origin) for pattern in self.patterns)

    def names(self, origin: str) -> bool:
        """Tell whether a literal or wildcard origin allows the origin."""
        named = [pattern for pattern in self.patterns if pattern.kind in ("literal", "wildcard")]
        return any(pattern.allows(origin) for pattern in named)


# What the headers are for given options


class Old:
    """The headers that flask-cors 6.0.5 gives a request under some options."""

    def __init__(self, options: Options, request: Request) -> None:
        self.options = options
        self.request = request

    @property
    def items(self) -> list[Any]:
        """The items of ``origins``."""
        value = self.options["origins"]
        return [None] if value is None else listed(value)

    @property
    def any(self) -> bool:
        """Whether any origin is allowed in the incumbent's eyes."""
        return any(item in ("*", ".*") for item in self.items if isinstance(item, str))

    @property
    def literals(self) -> list[str]:
        """The origins that it does not take for regular expressions."""
        return sorted(
            item for item in self.items if isinstance(item, str) and isinstance(guessed(item), str)
        )

    def allow_origin(self) -> str | None:
        """Return Access-Control-Allow-Origin."""
        origin = self.request.get("Origin")
        if origin and self.any and self.options["send_wildcard"]:
            return "*"
        if origin:
            matched = any(starts(item, origin, re.IGNORECASE) for item in self.items)
            return origin if matched else None
        if not self.options["always_send"]:
            return None
        if self.any:
            return None if self.options["supports_credentials"] else "*"
        return self.literals[0] if self.literals else None

    def passes(self) -> bool:
        """Tell whether this is a preflight whose method passes."""
        asked = self.request.get("Access-Control-Request-Method").upper()
        return bool(asked and self.request.method == "OPTIONS" and asked in self.methods())

    def methods(self) -> str:
        """Return the methods as they are sent."""
        value = self.options["methods"]
        return (value if isinstance(value, str) else ", ".join(sorted(value))).upper()

    def allow_headers(self) -> str | None:
        """Return Access-Control-Allow-Headers."""
        asked = self.request.get("Access-Control-Request-Headers")
        names = [name.strip() for name in asked.split(",")] if asked else []
        patterns = listed(self.options["allow_headers"])
        kept = [
            name
            for name in names
            if any(starts(pattern, name, re.IGNORECASE) for pattern in patterns)
        ]
        return ", ".join(sorted(kept)) or None

    def max_age(self) -> str | None:
        """Return Access-Control-Max-Age."""
        value = self.options["max_age"]
        if isinstance(value, timedelta):
            return str(int(value.total_seconds()))
        return str(value) if value else None

    def headers(self) -> Headers:
        """Return all CORS headers but Vary, absent ones as ``None``."""
        headers: Headers = dict.fromkeys(HEADERS)
        headers[ACAO] = self.allow_origin()
        if headers[ACAO] is None:
            return headers
        exposed = self.options["expose_headers"]
        headers[ACEH] = ", ".join(sorted(listed(exposed))) or None
        headers[ACAC] = "true" if self.options["supports_credentials"] else None
        if self.request.get("Access-Control-Request-Private-Network") == "true":
            headers[PRIVATE] = "true" if self.options["allow_private_network"] else "false"
        if self.passes():
            headers[ACAM] = self.methods()
            headers[ACAH] = self.allow_headers()
            headers[ACMA] = self.max_age()
        return headers

    def varies(self) -> bool:
        """Tell whether ``Vary: Origin`` is added."""
        sent = self.allow_origin()
        if sent in (None, "*") or not self.options["vary_header"]:
            return False
        several = len(self.items) > 1 or (not self.request.get("Origin") and len(self.literals) > 1)
        return several or any(isinstance(guessed(item), re.Pattern) for item in self.items)


class New:
    """The headers that the design gives a request under some options."""

    def __init__(
        self,
        options: Options,
        request: Request,
        preflight: bool,
        others: Iterable[tuple[str, New | None]] = (),
    ) -> None:
        """*others*: what each method of the URL would get, where they have several policies."""
        self.options = options
        self.request = request
        self.preflight = preflight
        self.origins = Origins.read(options["origins"])
        self.others = dict(others)

    def flag(self, name: str) -> bool:
        """Return a boolean option; credentials are for no origins but listed ones."""
        dropped = name == "supports_credentials" and self.origins.are_all
        return truth(self.options[name]) and not dropped

    def allow_origin(self) -> str | None:
        """Return Access-Control-Allow-Origin."""
        origin = self.request.get("Origin")
        if origin and not self.origins.allow(origin):
            return None
        if origin:
            return "*" if self.origins.has("any") and self.flag("send_wildcard") else origin
        if not self.flag("always_send"):
            return None
        if self.origins.has("any"):
            return None if self.flag("supports_credentials") else "*"
        return self.origins.single

    def methods(self) -> list[str]:
        """Return the methods that can be allowed, sorted."""
        said = {method.upper() for method in listed(self.options["methods"])}
        return sorted(said - FORBIDDEN_METHODS)

    def passes(self) -> bool:
        """Tell whether this is a preflight whose method is allowed."""
        asked = self.request.get("Access-Control-Request-Method")
        return self.preflight and asked in self.methods()

    def allow_headers(self) -> str | None:
        """Return Access-Control-Allow-Headers."""
        asked = self.request.get("Access-Control-Request-Headers")
        names = [name.strip() for name in asked.split(",")] if asked else []
        patterns = [*listed(self.options["allow_headers"]), *listed(self.options.get("headers"))]
        kept = [name for name in names if self._allows_header(patterns, name)]
        return ", ".join(sorted(kept)) or None

    def _allows_header(self, patterns: list[Any], name: str) -> bool:
        if "*" in patterns:
            return True
        usable = [item for item in patterns if item not in ("Origin", NO_TOKEN)]
        return any(starts(pattern, name, re.IGNORECASE) for pattern in usable)

    def exposed(self) -> str | None:
        """Return Access-Control-Expose-Headers."""
        names = listed(self.options["expose_headers"])
        return ", ".join(sorted(name for name in names if not unreadable(name))) or None

    @staticmethod
    def seconds(value: Any) -> str | None:
        """Return Access-Control-Max-Age for a value of the option."""
        if isinstance(value, timedelta):
            value = int(value.total_seconds())
        return None if value is None else str(value)

    def headers(self) -> Headers:
        """Return all CORS headers but Vary, absent ones as ``None``."""
        headers: Headers = dict.fromkeys(HEADERS)
        headers[ACAO] = self.allow_origin()
        if headers[ACAO] is None:
            return headers
        granted = self.flag("supports_credentials") and headers[ACAO] != "null"
        headers[ACAC] = "true" if granted else None
        headers[ACEH] = None if self.preflight else self.exposed()
        asks = self.request.get("Access-Control-Request-Private-Network") == "true"
        if self.preflight and asks and self.flag("allow_private_network"):
            headers[PRIVATE] = "true"
        if self.passes():
            headers[ACAM] = ", ".join(self.methods())
            headers[ACAH] = self.allow_headers()
            headers[ACMA] = self.seconds(self.options["max_age"])
            if self.others:
                self._limit(headers)
        return headers

    def _limit(self, headers: Headers) -> None:
        """Leave what every method named, or sent without a preflight, grants as well."""
        asked = self.request.get("Access-Control-Request-Method")
        methods = {asked}
        names = set(filter(None, (headers[ACAH] or "").split(", ")))
        for method, other in self.others.items():
            found = other.headers() if other else dict.fromkeys(HEADERS)
            if found[ACAM]:
                names &= set((found[ACAH] or "").split(", "))
            lacks = any(headers[name] and not found[name] for name in (ACAM, ACAC, PRIVATE))
            if not lacks:
                methods.add(method)
            elif method in SAFELISTED - {asked}:
                names = set()
        headers[ACAM] = ", ".join(sorted(methods))
        headers[ACAH] = ", ".join(sorted(names)) or None

    def varies(self) -> bool:
        """Tell whether another ``Origin`` would have changed the headers."""
        sent = self.allow_origin()
        if not self.flag("vary_header") or not self.origins.patterns or sent == "*":
            return False
        if self.flag("always_send") and len(self.origins.patterns) == 1:
            return sent is None or sent != self.origins.single
        return True


def unreadable(name: str) -> bool:
    """Tell whether no page can read a response header of this name."""
    return name.lower() == "set-cookie" or name == NO_TOKEN
