"""Known holes of flask-cors and of a port of it, as requests that once went through them.

Knows nothing of either library but ``CORS(app, **options)``, so that one script shows a hole
under the version that had it and its absence here. Run as a script, it says what the
``flask_cors`` that is imported answers::

    python -m pip install --no-deps --target old flask-cors==4.0.1
    PYTHONPATH=old .venv-incumbent/bin/python tests/conformance/advisories.py
"""

from __future__ import annotations

import io
import json
import logging
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from flask import Flask
from werkzeug.test import EnvironBuilder, run_wsgi_app

import flask_cors
from flask_cors import CORS

SITE = "https://trusted.example"
EVIL = "https://evil.example"
FORGED = "CRITICAL flask_cors: all is lost"

Headers = Mapping[str, str]
#: The library keeps out: no CORS header, and no Vary of its own.
NOTHING: Headers = {}
#: A denial under a list of origins.
DENIED: Headers = {"Vary": "Origin"}
ALL = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"


class Answer(NamedTuple):
    """What came back: the status, the CORS headers and Vary, and what was logged."""

    status: int
    cors: list[tuple[str, str]]
    log: str

    @property
    def forged(self) -> bool:
        """Whether a client wrote a line of the log, or to the terminal that shows it."""
        lines = self.log.removesuffix("\n").split("\n")
        marked = all(line.startswith("log: ") for line in lines if self.log)
        return not marked or any(not line.isprintable() for line in lines)


@dataclass(frozen=True)
class Attack:
    """One attack: an app's options, a request as it is on the wire, and what it gets here.

    ``shown_by`` is a version that shows the hole; empty where none that runs under this
    Flask does. ``hole`` is the header line that is the hole; empty where it is in the log.
    """

    of: str
    variant: str
    why: str
    options: Mapping[str, Any]
    target: str = "/"
    method: str = "GET"
    fields: Headers = field(default_factory=lambda: {"Origin": EVIL})
    expected: Headers = field(default_factory=lambda: DENIED)
    shown_by: str = ""
    hole: tuple[str, str] = ("", "")

    def __str__(self) -> str:
        return f"{self.of}: {self.variant}"

    def shows(self, answer: Answer) -> bool:
        """Return whether *answer* has the hole."""
        return self.hole in answer.cors if self.hole[0] else answer.forged


def make_app(attack: Attack) -> Flask:
    """Build an app with one view for every path, since resources alone decide."""
    app = Flask("attacked", static_folder=None)
    app.url_map.merge_slashes = False
    CORS(app, **attack.options)
    app.add_url_rule("/", "root", lambda: "secret", methods=["GET", "PUT"])
    app.add_url_rule("/<path:rest>", "all", lambda rest: "secret", methods=["GET", "PUT"])
    return app


def environ_of(attack: Attack) -> dict[str, Any]:
    """Return the environ that a server makes of the request (PEP 3333): decoded once."""
    environ = EnvironBuilder(method=attack.method).get_environ()
    environ["PATH_INFO"] = unquote_to_bytes(attack.target).decode("latin-1")
    environ["REQUEST_URI"] = environ["RAW_URI"] = attack.target
    for name, value in attack.fields.items():
        environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
    return environ


def ask(attack: Attack) -> Answer:
    """Build the app, send the request, and keep what is logged meanwhile at any level."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logging.Formatter("log: %(name)s: %(message)s"))
    app = make_app(attack)
    logger = logging.getLogger("flask_cors")
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        body, status, headers = run_wsgi_app(app, environ_of(attack))
        list(body)
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
    found = [line for line in headers if line[0] == "Vary" or line[0].startswith("Access-Control-")]
    return Answer(int(status.split()[0]), sorted(found), written.getvalue())


def preflight(origin: str = EVIL, **fields: str) -> Headers:
    """Return the fields of a preflight that asks for PUT; ``_`` in a name stands for ``-``."""
    asked = {"Origin": origin, "Access-Control-Request-Method": "PUT"}
    return asked | {name.replace("_", "-"): value for name, value in fields.items()}


# -- the paths -------------------------------------------------------------------------

LEAK = ("Access-Control-Allow-Origin", EVIL)
OPEN: Mapping[str, Any] = {"origins": "*"}
STRICT: Mapping[str, Any] = {"origins": [SITE, "https://www.trusted.example"]}


def on_path(
    of: str, resources: Mapping[Any, Any], expected: Headers, *rows: tuple[str, str, str, str]
) -> Iterator[Attack]:
    """Yield attacks on one list of resources: variant, target, why, and who shows it."""
    for variant, target, why, shown_by in rows:
        yield Attack(
            of,
            variant,
            why,
            {"resources": resources},
            target,
            expected=expected,
            shown_by=shown_by,
            hole=LEAK,
        )


def traversal() -> Iterator[Attack]:
    """Yield CVE-2020-25032: a path is matched before its dot segments mean anything."""
    rows = (
        ("plain", "/api/../private/key", "the open prefix stands in front of another path"),
        ("at the end", "/api/..", "a dot segment needs no slash behind it"),
        ("one dot", "/api/./key", "a path that is not canonical is none of a page's"),
        ("dots of both kinds", "/api/./../private/key", "one dot must not hide two"),
        ("deeper", "/api/v1/../../private/key", "as many segments up as were gone down"),
        ("doubled slash", "/api//../private/key", "an empty segment before the dots"),
        ("encoded", "/api/%2e%2e/private/key", "servers decode dots"),
        ("encoded, upper case", "/api/%2E%2E/private/key", "hexadecimal digits have two cases"),
        ("half encoded", "/api/.%2e/private/key", "browsers keep a dot and %2e apart, servers not"),
        ("encoded slash", "/api/..%2fprivate/key", "a browser sends ..%2f as it stands"),
        ("all encoded", "/api/%2e%2e%2fprivate%2fkey", "decoded at once it is the plain form"),
    )
    yield from on_path(
        "CVE-2020-25032",
        {"/api/*": OPEN, "/private/*": STRICT},
        NOTHING,
        *((*row, "6.0.5") for row in rows),
    )
    yield from on_path(
        "CVE-2020-25032",
        {"/api/*": OPEN},
        NOTHING,
        ("decoded twice", "/%2561pi/key", "Flask routes /%61pi/key, which is not /api", "6.0.5"),
        ("slash decoded twice", "/api%252fkey", "Flask routes /api%2fkey, one segment", "6.0.5"),
        ("dots decoded twice", "/%252e/../api/key", "what is decoded twice goes up twice", ""),
    )
    yield Attack(
        "CVE-2020-25032",
        "preflight",
        "a preflight is no way round",
        {"resources": {"/api/*": OPEN, "/private/*": STRICT}},
        "/api/../private/key",
        "OPTIONS",
        preflight(),
        NOTHING,
        "6.0.5",
        LEAK,
    )


def plus() -> Iterator[Attack]:
    """Yield CVE-2024-6844: a path's plus is read as a space, as in a form."""
    of = "CVE-2024-6844"
    yield from on_path(
        of,
        {r"/a\+b/.*": STRICT, "/*": OPEN},
        DENIED,
        ("plain", "/a+b/key", "the strict resource is missed, the open one answers", "5.0.1"),
        ("encoded", "/a%2Bb/key", "an encoded plus is the same plus", "5.0.1"),
        ("encoded, lower case", "/a%2bb/key", "hexadecimal digits have two cases", "5.0.1"),
    )
    yield from on_path(
        of,
        {re.compile(r"/a\+b/.*"): STRICT, "*": OPEN},
        DENIED,
        ("compiled", "/a+b/key", "a compiled pattern gets the same path", "5.0.1"),
    )
    yield from on_path(
        of,
        {"/a b/*": OPEN},
        NOTHING,
        ("taken for a space", "/a+b/key", "the open resource covers a space, not a plus", "5.0.1"),
    )
    yield from on_path(
        of,
        {"/a%2Bb/*": STRICT, "/a%41/*": STRICT, "/a%/*": STRICT, "*": OPEN},
        DENIED,
        ("encoded twice", "/a%252Bb/key", "decoded once it is /a%2Bb, which is strict", "6.0.5"),
        ("a letter encoded twice", "/a%2541/key", "no plus is needed to be decoded twice", "6.0.5"),
        ("a percent sign", "/a%25/key", "a lone percent sign stays one", ""),
    )


def letter_case() -> Iterator[Attack]:
    """Yield CVE-2024-6866: paths are compared without regard to case."""
    of = "CVE-2024-6866"
    yield from on_path(
        of,
        {"/public/*": OPEN},
        NOTHING,
        ("upper", "/PUBLIC/key", "Flask routes another path", "5.0.1"),
        ("one letter", "/Public/key", "one letter makes another path", "5.0.1"),
        ("encoded", "/%50ublic/key", "an encoded letter is a letter", "5.0.1"),
    )
    yield from on_path(
        of,
        {"/public/key": OPEN},
        NOTHING,
        ("an exact path", "/Public/Key", "an exact path is exact", "5.0.1"),
    )
    yield from on_path(
        of,
        {"/public/.*": OPEN},
        NOTHING,
        ("a regular expression", "/PUBLIC/key", "no flag was asked for", "5.0.1"),
    )
    yield from on_path(
        of,
        {"/kiosk/status/*": OPEN},
        NOTHING,
        ("Kelvin sign", "/%E2%84%AAiosk/status/key", "its lower case is a k", "5.0.1"),
        ("long s", "/kiosk/%C5%BFtatus/key", "its upper case is an S", "5.0.1"),
    )
    yield from on_path(
        of,
        {"/admin/*": OPEN, "/Admin/*": STRICT},
        DENIED,
        ("two resources", "/Admin/key", "the strict one covers this path alone", "5.0.1"),
    )


def order() -> Iterator[Attack]:
    """Yield CVE-2024-6839: the wider of two patterns is asked first."""
    of, key = "CVE-2024-6839", "/api/private/key"
    rows: list[tuple[str, str, dict[Any, Any], str]] = [
        (
            "an exact path behind a longer pattern",
            "an exact path is nearer than any pattern",
            {"/api/private/key": STRICT, "/api/[a-z]+/[a-z]+/?": OPEN},
            "5.0.1",
        ),
        (
            "a longer pattern",
            "length says nothing of how much a pattern covers",
            {"/api/private/.*": STRICT, "/api/[a-zA-Z0-9_-]+/.*": OPEN},
            "6.0.5",
        ),
        (
            "more slashes",
            "nor does the number of slashes",
            {"/api/private.*": STRICT, "/api/[a-z]+/[a-z]+": OPEN},
            "6.0.5",
        ),
        (
            "a compiled pattern",
            "nor whether it was compiled",
            {"/api/private/.*": STRICT, re.compile("/api/.*"): OPEN},
            "6.0.5",
        ),
        (
            "a glob behind a regular expression",
            "nor which kind of pattern it is",
            {"/api/private/*": STRICT, r"/[\w]+/[\w]+/[\w]+": OPEN},
            "6.0.5",
        ),
        (
            "alternatives",
            "an alternative may hold a long literal, and cover everything beside it",
            {"/api/private/.*": STRICT, "/api/somewhere/else/entirely|/.*": OPEN},
            "6.0.5",
        ),
    ]
    for variant, why, resources, shown_by in rows:
        yield from on_path(of, resources, DENIED, (variant, key, why, shown_by))
        last = dict(reversed(resources.items()))
        yield from on_path(of, last, DENIED, (f"{variant}, strict last", key, why, shown_by))
    yield from on_path(
        of,
        {"/api/*": OPEN},
        NOTHING,
        ("a neighbour", "/api-internal/key", "/api/* is /api and what is below it", "6.0.5"),
    )


# -- private networks, logs, and the origin --------------------------------------------


def private_network() -> Iterator[Attack]:
    """Yield CVE-2024-6221: the private network is open to public pages by default."""
    wanted = "Access-Control-Request-Private-Network"
    shared = {"of": "CVE-2024-6221", "shown_by": "4.0.1"}
    hole = ("Access-Control-Allow-Private-Network", "true")
    echo = {"Access-Control-Allow-Origin": EVIL, "Vary": "Origin"}
    granted = {**echo, "Access-Control-Allow-Methods": ALL}
    asked = preflight() | {wanted: "true"}
    why = "nothing was configured, so the network stays closed"
    yield Attack(
        variant="preflight",
        why=why,
        options={},
        method="OPTIONS",
        fields=asked,
        expected=granted,
        hole=hole,
        **shared,
    )
    yield Attack(
        variant="actual request",
        why="the header belongs to preflights",
        options={},
        fields={"Origin": EVIL, wanted: "true"},
        expected=echo,
        hole=hole,
        **shared,
    )
    yield Attack(
        variant="one origin",
        why="an allowed origin is not thereby allowed into the network",
        options={"origins": EVIL},
        method="OPTIONS",
        fields=asked,
        expected={key: value for key, value in granted.items() if key != "Vary"},
        hole=hole,
        **shared,
    )
    yield Attack(
        variant="resource",
        why="a resource that says nothing of it opens nothing",
        options={"resources": {"/*": {"origins": [EVIL, SITE]}}},
        method="OPTIONS",
        fields=asked,
        expected=granted,
        hole=hole,
        **shared,
    )
    yield Attack(
        variant="a stranger, where it is on",
        why="whom the origins leave out the network leaves out",
        options={"origins": [SITE], "allow_private_network": True},
        method="OPTIONS",
        fields=asked,
        hole=hole,
        of="CVE-2024-6221",
    )


def log_lines() -> Iterator[Attack]:
    """Yield CVE-2024-1681: a client writes lines into the log."""
    endings = {
        "CR LF": ("%0d%0a", "two lines for one"),
        "LF": ("%0a", "a line feed is enough"),
        "CR": ("%0d", "terminals write over the line"),
        "NEL": ("%c2%85", "a line end beyond ASCII"),
        "line separator": ("%e2%80%a8", "a line end of Unicode"),
        "escape": ("%1b[2K%1b[1G", "terminals clear the line"),
        "C1 control": ("%c2%9b2K", "an escape in one character"),
        "backspaces": ("%08" * 30, "terminals move back over the line"),
        "bidirectional": ("%e2%80%ae", "what follows is shown in reverse"),
    }
    for variant, (ending, why) in endings.items():
        yield Attack(
            "CVE-2024-1681",
            f"path, {variant}",
            why,
            {"origins": STRICT["origins"]},
            f"/x{ending}{FORGED}",
            shown_by="4.0.0",
        )
    for name in ("Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers"):
        for variant, text in (("CR LF", "\r\n"), ("escape", "\x1b[2K"), ("C1 control", "\x9b2K")):
            forging = preflight() | {name: f"https://x{text}{FORGED}"}
            if name != "Origin":
                forging["Origin"] = SITE
            expected = {
                "Origin": DENIED,
                "Access-Control-Request-Method": granted_to_site(),
                "Access-Control-Request-Headers": granted_to_site("GET, PUT"),
            }[name]
            yield Attack(
                "CVE-2024-1681",
                f"{name}, {variant}",
                "what a server lets through is escaped all the same",
                {**STRICT, "methods": "GET, PUT", "allow_headers": "X-A"},
                "/",
                "OPTIONS",
                forging,
                expected,
                "6.0.5" if name == "Origin" else "",
            )


def granted_to_site(methods: str = "") -> Headers:
    """Return what a preflight of the listed origin gets; no methods: none that it asked for."""
    found = {"Access-Control-Allow-Origin": SITE, "Vary": "Origin"}
    return found | ({"Access-Control-Allow-Methods": methods} if methods else {})


def prefix() -> Iterator[Attack]:
    """Yield CVE-2026-37737: a regular expression is matched against the start alone."""
    literal, below = r"https://trusted\.example", r"https://.*\.trusted\.example"
    compiled = re.compile(literal)
    rows: list[tuple[str, Any, str, str, str]] = [
        ("longer host", literal, f"{SITE}.evil.example", "the whole origin must match", "6.0.5"),
        ("longer label", literal, f"{SITE}s", "no dot is needed to be longer", "6.0.5"),
        ("port", literal, f"{SITE}:8080", "another port is another origin", "6.0.5"),
        ("user info", literal, f"{SITE}@evil.example", "what follows @ is the host", "6.0.5"),
        ("path", literal, f"{SITE}/x", "no origin has a path", "6.0.5"),
        ("compiled", compiled, f"{SITE}.evil.example", "compiled patterns alike", "6.0.5"),
        (
            "alternatives",
            rf"https://a\.example|{literal}",
            f"{SITE}.evil.example",
            "each alternative must match to the end",
            "6.0.5",
        ),
        (
            "first alternative",
            rf"{literal}|https://a\.example",
            f"{SITE}.evil.example",
            "an anchor put behind the last alternative leaves the first open",
            "6.0.5",
        ),
        (
            "subdomains",
            below,
            "https://x.trusted.example.evil.example",
            "the usual way to write subdomains",
            "6.0.5",
        ),
        (
            "a star",
            ["https://*.trusted.example"],
            "https://xtrusted.example.evil.example",
            "a wildcard origin is no regular expression",
            "6.0.5",
        ),
        (
            "a star without a dot",
            ["https://*.trusted.example"],
            "https://xtrusted.example",
            "nor does its dot stand for any character",
            "6.0.5",
        ),
        ("line feed", rf"^{literal}$", f"{SITE}\n", "a $ matches before a last line feed", ""),
        ("case", literal.upper(), f"{SITE}.EVIL.example", "without regard to case", "6.0.5"),
        ("null", rf"null|{literal}", "null", "any sandboxed frame has this origin", "6.0.5"),
        ("longer null", rf"null|{literal}", "nullable://x", "null is matched as a whole", "6.0.5"),
        ("in a list", [SITE, literal], f"{SITE}.evil.example", "one pattern of many", "6.0.5"),
    ]
    for variant, origins, origin, why, shown_by in rows:
        for method in ("GET", "OPTIONS"):
            yield Attack(
                "CVE-2026-37737",
                variant if method == "GET" else f"{variant}, preflight",
                why,
                {"origins": origins, "supports_credentials": True},
                "/",
                method,
                {"Origin": origin} if method == "GET" else preflight(origin),
                DENIED,
                shown_by,
                ("Access-Control-Allow-Origin", origin),
            )


ATTACKS: tuple[Attack, ...] = (
    *traversal(),
    *log_lines(),
    *private_network(),
    *order(),
    *plus(),
    *letter_case(),
    *prefix(),
)


def results() -> Iterator[tuple[Attack, bool]]:
    """Yield every attack, and whether it succeeds."""
    for attack in ATTACKS:
        try:
            yield attack, attack.shows(ask(attack))
        except Exception:  # an old version may refuse the options, or fail
            yield attack, False


def main() -> None:
    """Say which attacks succeed against the ``flask_cors`` that is imported."""
    found = list(results())
    if "--json" in sys.argv:
        print(json.dumps({str(attack): shown for attack, shown in found}))
        return
    for of in dict.fromkeys(attack.of for attack in ATTACKS):
        shown = [shown for attack, shown in found if attack.of == of]
        print(f"{of}: {sum(shown)} of {len(shown)} attacks succeed")
    print(f"all: {sum(shown for _, shown in found)} of {len(found)}, against {flask_cors.__file__}")


if __name__ == "__main__":
    main()
