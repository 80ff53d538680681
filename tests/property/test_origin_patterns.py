"""Origin patterns: each matches what it says, and an index of many matches what each would.

What a pattern says is read here by hand, character by character, without the library.
"""

from __future__ import annotations

import re
import string
from typing import Any

from hypothesis import assume, example, given
from hypothesis import strategies as st

from flask_cors.errors import Report, Source
from flask_cors.patterns.origins import Origins, parse_origins
from tests.property.profile import search

LABEL = string.ascii_lowercase + string.digits + "_-"
DIGITS = set(string.digits)
# What an attacker puts beside a host, and what browsers put into one.
TRICKS = [".", "-", "_", ":", "/", "@", "*", "%", ",", "\\", "[", "]", "\n", "x", "1", ":1", "é"]


def is_label(text: str) -> bool:
    return text != "" and set(text) <= set(LABEL)


def parts_of(origin: str) -> tuple[str, str, str] | None:
    """Return scheme, host and port of an origin as browsers send it, or ``None``."""
    scheme, separator, rest = origin.partition("://")
    if not separator or len(origin) > 512:
        return None
    host, colon, port = rest.partition(":")
    labels = host.removesuffix(".").split(".")
    if not all(map(is_label, labels)) or not scheme:
        return None
    if colon and not (set(port) <= DIGITS and port[:1] != "0" and 1 <= int(port or 0) <= 65535):
        return None
    return scheme, host, port


def says(pattern: str, origin: str) -> bool:
    """Return whether a literal or wildcard origin means *origin*, read by hand."""
    if any(not "!" <= char <= "~" for char in origin):
        return False
    lower = origin.lower()
    if "*" not in pattern:
        return lower == pattern
    found = parts_of(lower)
    if found is None:
        return False
    scheme, _, rest = pattern.partition("://")
    host, _, port = rest.partition(":")
    if found[0] != scheme or port not in ("*", found[2]):
        return False
    return host == found[1] or (
        host.startswith("*.") and found[1].endswith(host[1:]) and len(found[1]) > len(host[1:])
    )


# -- strategies ------------------------------------------------------------------------

labels = st.text(LABEL, min_size=1, max_size=6)
# A last label that is a number would make an IPv4 address of the host.
domains = st.builds(
    lambda inner, last: ".".join([*inner, f"a{last}"]), st.lists(labels, max_size=3), labels
)
schemes = st.sampled_from(["http", "https", "app", "chrome-extension"])
ports = st.sampled_from(["", ":1", ":3000", ":65535"])
literals = st.builds(lambda *parts: "{}://{}{}".format(*parts), schemes, domains, ports)
wildcards = st.builds(
    lambda scheme, host, port: f"{scheme}://*.b.{host}{port}",
    schemes,
    domains,
    st.sampled_from(["", ":3000", ":*"]),
) | st.builds("{}://{}:*".format, schemes, domains)
patterns = literals | wildcards | st.just("null")


@st.composite
def near(draw: Any, pattern: str) -> str:
    """Draw an origin that the pattern means, or one a small step away from it."""
    sub = draw(st.lists(labels, min_size=1, max_size=3))
    origin = pattern.replace("://*.", f"://{'.'.join(sub)}.").replace(":*", draw(ports))
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(origin)))
        cut = draw(st.integers(0, 2))
        put = draw(st.sampled_from(["", *TRICKS]) | labels)
        origin = origin[:at] + put + origin[at + cut :]
    return draw(st.sampled_from([str, str.upper, str.title]))(origin)


pairs = patterns.flatmap(lambda pattern: st.tuples(st.just(pattern), near(pattern)))


def read(given: Any) -> Origins:
    report = Report(Source("app", "test"))
    index = parse_origins(given, report)
    assert report.problems == []
    return index


# -- one pattern -----------------------------------------------------------------------


@search(500)
@given(pairs)
@example(("https://*.b.ax", "https://b.ax"))
@example(("https://*.b.ax", "https://x.b.ax."))
@example(("https://*.b.ax:*", "https://x.b.ax:123456"))
@example(("http://ax:*", "http://ax:"))
def test_a_pattern_matches_what_it_says(drawn: tuple[str, str]) -> None:
    pattern, origin = drawn
    assert bool(read([pattern]).match(origin).kind) == says(pattern, origin)


@search(200)
@given(patterns, st.data())
def test_it_never_matches_a_longer_or_shorter_host(pattern: str, data: st.DataObject) -> None:
    """Whatever is put before or behind the host, or taken away, another host results."""
    origin = data.draw(near(pattern).filter(lambda found: says(pattern, found)))
    index = read([pattern])
    assert index.match(origin).kind
    assume(origin.lower() != "null")
    scheme, _, rest = origin.partition("://")
    host, colon, port = rest.partition(":")
    more = data.draw(labels)
    longer = [f"{host}.{more}", f"{host}{more}", f"{host}-", f"{host}.", f"{host}@{more}"]
    shorter = [host[:-1], host[:-2], host.rpartition(".")[0]]
    before = [] if "*" in pattern else [f"{more}.{host}", f"{more}{host}", host[1:]]
    for other in (*longer, *shorter, *before, pattern.partition("://*.")[2] or host[1:]):
        assert not index.match(f"{scheme}://{other}{colon}{port}").kind, other


# -- many ------------------------------------------------------------------------------

regexes = st.sampled_from(
    [
        r"https://[a-z]+\.b\.ax",
        re.compile(r"http://.*"),
        r"https?://a\d*(:\d+)?",
        re.compile("null|app://ax"),
    ]
)
indexes = st.lists(patterns | regexes, min_size=1, max_size=12)


def linear(given: list[Any], origin: str) -> bool:
    """Ask each pattern alone, one after the other."""
    return any(read([pattern]).match(origin).kind for pattern in given)


@search(200)
@given(indexes, st.data())
def test_an_index_matches_what_a_linear_scan_does(given: list[Any], data: st.DataObject) -> None:
    index = read(given)
    written = [pattern for pattern in given if isinstance(pattern, str) and "\\" not in pattern]
    for _ in range(4):
        origin = data.draw(st.sampled_from([*written, "https://x.b.ax"]).flatmap(near))
        match = index.match(origin)
        assert bool(match.kind) == linear(given, origin)
        if match.kind in ("literal", "wildcard"):
            assert match.pattern in written
            assert says(match.pattern, origin)
        for pattern in written:
            assert not says(pattern, origin) or match.kind in ("literal", "wildcard")


@search(200)
@given(indexes, st.text(max_size=40) | st.text(LABEL + ":/.*@", max_size=600))
@example([r"https://[a-z]+\.b\.ax"], f"https://{'a' * 600}.b.ax")
@example(["https://*.b.ax"], f"https://{'a.' * 300}b.ax")
@example([re.compile(".*")], "https://a\u00e9.ax")
def test_no_text_makes_a_match_fail(given: list[Any], origin: str) -> None:
    match = read(given).match(origin)
    assert match.error is None
    if len(origin) > 512 or any(not "!" <= char <= "~" for char in origin):
        assert not match.kind
