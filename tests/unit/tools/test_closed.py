"""A regular expression is closed, or open with a witness, or not proved and says so."""

from __future__ import annotations

import re
import time

import pytest
from publicsuffixlist import PublicSuffixList

from flask_cors.tools.closed import Verdict, examine, suggest_closed
from flask_cors.tools.closed import examination as examination_module
from flask_cors.tools.closed.automaton import UnreadableError
from flask_cors.tools.closed.hosts import WHOLE, Domains, IPv6Addresses, split_origin
from flask_cors.tools.closed.suffix_rules import SuffixRules
from tests.unit.tools.closed_patterns import (
    CLOSED_ADVERSARIAL,
    CLOSED_IN_USE,
    OPEN_ADVERSARIAL,
    OPEN_IN_USE,
)

SUFFIXES = PublicSuffixList()

# What a browser sends: Fetch, "Origin header", serialized-origin; "_" and other characters that the
# URL standard lets through, and a trailing dot, are added.
ORIGIN = re.compile(
    r"https?://(?:\[[0-9a-f:]+\]|(?:[a-z0-9_!$&'()*+,;=~-]{1,63}\.)*[a-z0-9-]{1,63}\.?)"
    r"(?::[1-9][0-9]{0,4})?"
)

# The classes are meant as Python warns of: they hold a bracket, or two hyphens.
pytestmark = pytest.mark.filterwarnings("ignore:Possible:FutureWarning")


def compiled(pattern: str) -> re.Pattern[str]:
    """Return *pattern* as the library compiles a regex that is given as a string."""
    return re.compile(pattern, re.IGNORECASE)


def host_of(origin: str) -> str:
    return re.sub(r":\d+$", "", origin.partition("://")[2])


def is_below(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")


def test_the_table_holds_two_hundred_patterns() -> None:
    closed = {*CLOSED_IN_USE, *CLOSED_ADVERSARIAL}
    opened = {pattern for pattern, _ in [*OPEN_IN_USE, *OPEN_ADVERSARIAL]}
    assert (len(closed), len(opened), closed & opened) == (100, 100, set())


@pytest.mark.rule("7.closed")
@pytest.mark.parametrize("pattern", [*CLOSED_IN_USE, *CLOSED_ADVERSARIAL])
def test_closed(pattern: str) -> None:
    assert examine(compiled(pattern)) == Verdict("closed")


@pytest.mark.rule("7.closed")
@pytest.mark.parametrize(("pattern", "named"), [*OPEN_IN_USE, *OPEN_ADVERSARIAL])
def test_open(pattern: str, named: tuple[str, ...]) -> None:
    regex = compiled(pattern)
    verdict = examine(regex)
    assert verdict.answer == "open"
    witness = verdict.witness or ""
    assert regex.fullmatch(witness)
    assert ORIGIN.fullmatch(witness)
    assert split_origin(witness)
    assert not any(is_below(host_of(witness), domain) for domain in named)


@pytest.mark.parametrize(
    ("pattern", "witness"),
    [
        (r"https://.*example\.com", "https://evilexample.com"),
        (r"https://example\.com.*", "https://example.com.evil.net"),
        (r"https://.*\.github\.io", "https://evil.github.io"),
        (r"https://app.example\.com", "https://appxexample.com"),
        (r"https?://.*", "https://evil.net"),
        (r"https://.*:8443", "https://evil.net:8443"),
        (r"https://.*\bexample\.com", "https://evil-example.com"),
        (r"http://(?:\d+\.){3}\d+", "http://1.1.1.1"),
        (r"http://\w+:3000", "http://evil:3000"),
        # No origin that the pattern suggests is accepted: the search finds one.
        (r"https://x[^.]z\w{3}q\.com", "https://xazaaaq.com"),
        (r"https://(?:example|x[a-z]y)\.[b-f]e", "https://xay.be"),
        (r"http://\[2a0[a-f]:[0-9a-f]{4}::[a-f]{4}\]", "http://[2a0a:aaaa::aaaa]"),
        (r"https://[^a-z0-9.-]\.[a-z]{2,9}!\.x[a-z]\.com", "https://_.evil!.xa.com"),
    ],
)
def test_a_witness_is_understood_at_once(pattern: str, witness: str) -> None:
    assert examine(compiled(pattern)).witness == witness


@pytest.mark.rule("7.closed")
@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        (r"https://(?:[a-z]+\b)*example\.com", "look-around"),
        (r"https://(?!.*\.(?:com|net|org))(?=.*\.com$|.*\.net$).*", "look-around"),
        # A label of 64 characters is no valid one, which is beyond what is counted.
        (r"https://[a-z]{64}\.com", "no valid hosts"),
        (r"https://((a?){200}){300}\.com", "too large"),
    ],
)
def test_not_proved_says_so_and_what_was_tried(pattern: str, reason: str) -> None:
    verdict = examine(compiled(pattern))
    assert (verdict.answer, verdict.witness) == ("unproved", None)
    assert reason in verdict.reason


def test_what_is_not_proved_has_been_tried() -> None:
    assert examine(compiled(r"https://(?:[a-z]+\b)*example\.com")).tried > 20


def test_too_large_for_an_automaton_may_still_have_a_witness() -> None:
    names = "|".join(f"{number:x}{'a' * 30}" for number in range(1500))
    assert examine(compiled(rf"https://(?:{names})\.com|https://.*")).witness == "https://evil.net"


def test_a_parser_that_is_not_known_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(_: re.Pattern[str]) -> None:
        raise UnreadableError("re._parser")

    monkeypatch.setattr(examination_module, "automata_of", unreadable)
    closed = examine(compiled(r"https://.*\.example\.com"))
    assert closed == Verdict("unproved", None, "its syntax is not known here")
    assert examine(compiled(r"https://.*example\.com")).witness == "https://evilexample.com"


def test_the_flags_of_a_compiled_regex_count() -> None:
    assert examine(re.compile(r"HTTPS://.*")).answer == "closed"
    assert examine(re.compile(r"HTTPS://.*", re.IGNORECASE)).answer == "open"
    # The long s is an s without regard to case.
    assert examine(re.compile(r"http\u017f://.*", re.IGNORECASE)).answer == "open"
    assert examine(re.compile(r"http\u017f://.*", re.IGNORECASE | re.ASCII)).answer == "closed"


@pytest.mark.parametrize(
    "pattern",
    [
        "https://" + ".*" * 30 + "(?!x)com",
        r"https://(a|b){14}a(a|b)*\.[x-z]{9}",
        r"https://(a|b)*a(a|b){14}c\.[x-z]{9}",
        r"https://(?=(a+)+$)(([a-z]+)+)+\.x",
        r"https://(((a|b?)?){60}){60}(?=x)y",
        r"(?=.*a.{14}b)(?=.*b.{14}a)https://.*\.[x-z]{9}",
        "https://(?:" + "|".join(f"{number}x" for number in range(3000)) + r")\.com",
    ],
)
def test_the_time_for_one_pattern_is_bounded(pattern: str) -> None:
    # Three seconds of a processor at most, where this was measured; a hang takes hours.
    start = time.process_time()
    examine(compiled(pattern))
    assert time.process_time() - start < 60


# -- suggestions -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "suggestion"),
    [
        (r"https://.*example\.com", r"https://([^.]+\.)*example\.com"),
        (r".*example\.com", r"https?://([^.]+\.)*example\.com"),
        (r"https://example\.com.*", r"https://example\.com(:\d+)?"),
        (r"http://localhost.*", r"http://localhost(:\d+)?"),
        (r"https://[a-z]+.example\.com", r"https://[a-z]+\.example\.com"),
        (r"https://.*.example.com", "https://*.example.com"),
        (r"^https:\/\/app.example.com$", "https://app.example.com"),
        (r".*\.example\.com.*", r".*\.example\.com(:\d+)?"),
        # It cannot be told what is meant, or every repair stays open.
        (r"https://example.*", None),
        (r"https://.*\.github\.io", None),
        (r"https://\w+example\.com", None),
        (r"https?://.*", None),
        (r".*", None),
        # It is closed already.
        (r"https://.*\.example\.com", None),
    ],
)
def test_suggestions(pattern: str, suggestion: str | None) -> None:
    assert suggest_closed(compiled(pattern)) == suggestion


@pytest.mark.parametrize("pattern", [pattern for pattern, _ in [*OPEN_IN_USE, *OPEN_ADVERSARIAL]])
def test_a_suggestion_is_closed_and_keeps_an_origin(pattern: str) -> None:
    suggestion = suggest_closed(compiled(pattern))
    if suggestion is None or suggestion.startswith("https://*.") or "\\" not in suggestion:
        return
    assert examine(compiled(suggestion)).answer == "closed"
    assert re.search(r"ample|localhost|127|\.com", suggestion, re.IGNORECASE)


# -- hosts -----------------------------------------------------------------------------


def registrable(host: str) -> str | None:
    """Return what the grammar reads as the registrable domain of *host*."""
    grammar = Domains(strict=True)
    places = {(grammar.start, "")}
    for place, char in enumerate(reversed(host), 1):
        places = {
            (after, host[len(host) - place + 1 :] if effect == WHOLE else domain)
            for before, domain in places
            for after, effect in grammar.read(before, char)
        }
    ends = {
        host if effect == WHOLE else domain
        for place, domain in places
        for effect in grammar.ends(place)
    }
    assert len(ends) <= 1
    return next(iter(ends), None)


@pytest.mark.parametrize(
    "host",
    [
        "example.com",
        "a.example.com",
        "example.co.uk",
        "b.a.example.co.uk",
        "co.uk",
        "github.io",
        "me.github.io",
        "a.me.github.io",
        "amazonaws.com",
        "x.amazonaws.com",
        "s3.amazonaws.com",
        "bucket.s3.amazonaws.com",
        "a.bucket.s3.amazonaws.com",
        "s.amazonaws.com",
        "www.ck",
        "a.www.ck",
        "x.ck",
        "a.x.ck",
        "b.a.x.ck",
        "city.kobe.jp",
        "a.city.kobe.jp",
        "x.kobe.jp",
        "a.x.kobe.jp",
        "kobe.jp",
        "example.xn--p1ai",
        "a-b.xn--p1ai",
    ],
)
def test_the_registrable_domain_is_that_of_the_list(host: str) -> None:
    assert registrable(host) == SUFFIXES.privatesuffix(host)


def test_every_rule_of_the_list_is_read_as_the_list_reads_it() -> None:
    rules = sorted(SUFFIXES._publicsuffix)
    for rule in rules:
        name = rule.lstrip("!").replace("*", "any")
        for host in (f"a.b.{name}", f"b.{name}"):
            if host.isascii():
                assert registrable(host) == SUFFIXES.privatesuffix(host), host


@pytest.mark.parametrize("host", ["a.b.co.za", "b.co.za", "a.b.za", "a.b.school.za", "x.nowhere"])
def test_a_top_level_domain_may_have_no_rule_of_its_own(host: str) -> None:
    assert registrable(host) == SUFFIXES.privatesuffix(host)


def test_hosts_below_the_suffixes_of_such_a_domain_are_found() -> None:
    verdict = examine(compiled(r"https://.*mysite\.co\.za"))
    assert (verdict.answer, examine(compiled(r"https://(.*\.)?mysite\.co\.za")).answer) == (
        "open",
        "closed",
    )


def test_a_rule_is_asked_for_backwards() -> None:
    rules = SuffixRules(["com", "co.uk", "*.ck", "!www.ck"])
    assert rules.begins("ku.o")
    assert not rules.begins("ku.x")
    assert (rules.is_rule("ku.oc"), rules.is_rule("kc"), rules.is_rule("ku")) == (True, True, False)
    assert rules.any_label("kc.")
    assert rules.is_exception("kc.www")
    assert rules.is_private("tsohlacol")


@pytest.mark.parametrize(
    ("address", "is_read"),
    [
        ("[2001:db8::1]", True),
        ("[2001:db8:1:2:3:4:5:6]", True),
        ("[2001::]", True),
        ("[2001:1:2:3:4:5::]", True),
        ("[::ffff:a00:1]", True),
        ("[2001:db8::1::2]", False),
        ("[2001:db8:1:2:3:4:5]", False),
        ("[2001:db8:1:2:3:4:5:6:7]", False),
        ("[2001:01::]", False),
        ("[2001:12345::]", False),
        ("[:1]", False),
        ("[fd00::1]", False),
        ("[2::1]", False),
        ("[2001::]x", False),
        ("2001::", False),
    ],
)
def test_ipv6_addresses(address: str, is_read: bool) -> None:
    grammar = IPv6Addresses()
    places = {grammar.start}
    for char in address:
        places = {after for place in places for after, _ in grammar.read(place, char)}
    assert any(list(grammar.ends(place)) for place in places) is is_read


@pytest.mark.parametrize(
    "text",
    [
        "https://example.com:443",
        "http://example.com:80",
        "https://example.com:65536",
        "https://1.2.3",
        "https://1.2.3.256",
        "https://[::1]",
        "https://[1::2::3]",
        "https://EXAMPLE.com",
        "https://example.com/",
        "ftp://example.com",
        "https://" + "a." * 260 + "com",
        "https://" + ".".join(["a" * 63] * 4) + ".com",
    ],
)
def test_what_is_no_origin_is_no_witness(text: str) -> None:
    assert split_origin(text) is None
