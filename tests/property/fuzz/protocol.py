"""The CORS protocol written down by hand, as headers that must come back; no library."""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

TCHAR = frozenset("!#$%&'*+-.^_`|~" + string.digits + string.ascii_letters)
VISIBLE = frozenset(map(chr, range(0x21, 0x7F)))
# Beyond these nothing of Access-Control-Request-Headers is granted.
LONGEST = 8192
MOST_NAMES = 256
DEFAULT_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})


class Asked(NamedTuple):
    """What of a request the protocol looks at; ``None`` is a header that is not there."""

    method: str = "GET"
    origin: str | None = None
    wanted_method: str | None = None
    wanted_headers: str | None = None
    network: bool = False

    @property
    def is_preflight(self) -> bool:
        return self.method == "OPTIONS" and bool(self.origin) and bool(self.wanted_method)


@dataclass(frozen=True)
class Rules:
    """What an app of the fuzzers says to ``CORS``, read by hand."""

    origins: Callable[[str], bool]
    header: Callable[[str], bool]
    methods: frozenset[str] = DEFAULT_METHODS
    any: bool = False
    single: str | None = None
    credentials: bool = False
    expose: str = ""
    max_age: str = ""
    send_wildcard: bool = False
    always_send: bool = True
    network: bool = False


def is_token(text: str) -> bool:
    return text != "" and set(text) <= TCHAR


def headers(rules: Rules, asked: Asked) -> list[tuple[str, str]]:
    """Return the lines of CORS that must come back, sorted; ``Vary`` apart."""
    allow = allow_origin(rules, asked)
    if allow is None:
        return []
    found = {"Access-Control-Allow-Origin": allow}
    if rules.credentials:
        found["Access-Control-Allow-Credentials"] = "true"
    if asked.is_preflight:
        found |= granted(rules, asked)
    elif rules.expose:
        found["Access-Control-Expose-Headers"] = rules.expose
    return sorted(found.items())


def allow_origin(rules: Rules, asked: Asked) -> str | None:
    if not asked.origin:
        if not rules.always_send:
            return None
        return "*" if rules.any else rules.single
    if not rules.origins(asked.origin):
        return None
    echoable = set(asked.origin) <= VISIBLE - {","}
    return "*" if rules.any and (rules.send_wildcard or not echoable) else asked.origin


def granted(rules: Rules, asked: Asked) -> dict[str, str]:
    """Return what a preflight is granted beside its origin."""
    method = asked.wanted_method or ""
    found = {}
    if allows_method(rules, method):
        found["Access-Control-Allow-Methods"] = (
            method if "*" in rules.methods else ", ".join(sorted(rules.methods))
        )
        if rules.max_age:
            found["Access-Control-Max-Age"] = rules.max_age
        if names := sorted(filter(rules.header, wanted_names(asked.wanted_headers))):
            found["Access-Control-Allow-Headers"] = ", ".join(names)
    if asked.network and rules.network:
        found["Access-Control-Allow-Private-Network"] = "true"
    return found


Served = list[tuple[str, Rules | None]]
SAFELISTED = ("GET", "HEAD", "POST")


def headers_beside(rules: Rules, asked: Asked, served: Served) -> list[tuple[str, str]]:
    """Return the lines for a preflight of a URL that serves these methods, each by its rules.

    What a browser stores of the answer must not let another method of the URL through.
    """
    found = dict(headers(rules, asked))
    if "Access-Control-Allow-Methods" not in found:
        return sorted(found.items())
    methods = {asked.wanted_method or ""} - {"*"}
    names = listed(found, "Access-Control-Allow-Headers")
    for method, own in served:
        lines = dict(headers(own, asked._replace(wanted_method=method))) if own else {}
        if granted := "Access-Control-Allow-Methods" in lines:
            names &= listed(lines, "Access-Control-Allow-Headers")
        if granted and all(found[name] == lines.get(name) for name in PERMISSIONS & found.keys()):
            methods.add(method)
        elif method in SAFELISTED and method != asked.wanted_method:
            names = set()
    found["Access-Control-Allow-Methods"] = ", ".join(sorted(methods))
    found.pop("Access-Control-Allow-Headers", None)
    if names:
        found["Access-Control-Allow-Headers"] = ", ".join(sorted(names))
    return sorted(found.items())


PERMISSIONS = {"Access-Control-Allow-Credentials", "Access-Control-Allow-Private-Network"}


def listed(lines: dict[str, str], name: str) -> set[str]:
    return set(filter(None, lines.get(name, "").split(", ")))


def allows_method(rules: Rules, method: str) -> bool:
    return method in rules.methods or ("*" in rules.methods and is_token(method))


def wanted_names(value: str | None) -> list[str]:
    """Return the names that are asked for and are tokens; none where there are too many."""
    items = (value or "").split(",")
    if len(value or "") > LONGEST or len(items) > MOST_NAMES:
        return []
    return [name for item in items if is_token(name := item.strip(" \t"))]


def varies(rules: Rules, asked: Asked) -> bool:
    """Return whether ``Vary`` must name ``Origin``: another one would have changed the headers."""
    allow = allow_origin(rules, asked)
    return allow != "*" and not (rules.always_send and allow is not None and allow == rules.single)


def is_valid(name: str, value: str) -> bool:
    """Return whether a line can stand in a response: a token, and visible ASCII with spaces."""
    return is_token(name) and value == value.strip() and set(value) <= VISIBLE | {" "}


# -- what the fuzzers' apps say --------------------------------------------------------

A, B = "https://a.example", "https://b.example"

LISTED = (A, "http://localhost:3000")


def from_list(origin: str) -> bool:
    """Read a list: two literals, ``https://*.w.example`` and a regex over [xy]."""
    lower = origin.lower()
    labels = lower.removeprefix("https://").removesuffix(".w.example").split(".")
    wildcard = lower.startswith("https://") and lower.endswith(".w.example")
    inside = all(label and set(label) <= LABEL for label in labels)
    regex = set(origin) <= VISIBLE and bool(re.fullmatch(r"(?i)https://[xy]+\.r\.example", origin))
    return lower in LISTED or (wildcard and inside and len(origin) <= 512) or regex


LABEL = frozenset(string.ascii_lowercase + string.digits + "_-")


def from_names(name: str) -> bool:
    """Read a list of header names: ``X-A``, ``Content-Type``, and what starts with ``X-B``."""
    return name.lower() in ("x-a", "content-type") or name.lower().startswith("x-b")


POLICIES: tuple[tuple[dict[str, object], Rules], ...] = (
    ({}, Rules(lambda origin: True, is_token, any=True)),
    (
        {
            "origins": [*LISTED, "https://*.w.example", r"https://[xy]+\.r\.example"],
            "methods": ["GET", "PUT", "X-M"],
            "allow_headers": ["X-A", "Content-Type", r"X-B.*"],
            "expose_headers": ["X-Total", "Link"],
            "supports_credentials": True,
            "max_age": 600,
            "allow_private_network": True,
        },
        Rules(
            from_list,
            from_names,
            methods=frozenset({"GET", "PUT", "X-M"}),
            credentials=True,
            expose="Link, X-Total",
            max_age="600",
            network=True,
        ),
    ),
    (
        {"origins": A, "methods": "*", "allow_headers": [], "max_age": 0},
        Rules(
            lambda origin: origin.lower() == A,
            lambda name: False,
            methods=frozenset({"*"}),
            single=A,
            max_age="0",
        ),
    ),
    (
        {"send_wildcard": True, "always_send": False, "methods": "POST", "expose_headers": "*"},
        Rules(
            lambda origin: True,
            is_token,
            methods=frozenset({"POST"}),
            any=True,
            expose="*",
            send_wildcard=True,
            always_send=False,
        ),
    ),
    (
        {"origins": ["null", B], "always_send": False},
        Rules(lambda origin: origin.lower() in ("null", B), is_token, always_send=False),
    ),
)
