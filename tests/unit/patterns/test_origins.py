"""Origins: what each pattern means, what it matches, and what is said of mistakes."""

from __future__ import annotations

import asyncio
import gc
import re
import sys
import tracemalloc
import warnings
from collections.abc import Callable, Iterator
from dataclasses import FrozenInstanceError
from functools import cache, partial
from typing import Any

import pytest

from flask_cors.errors import CorsWarning, Problem, Report, Source
from flask_cors.patterns.origin_syntax import MAX_LENGTH
from flask_cors.patterns.origins import (
    ANY,
    NO_MATCH,
    Origins,
    is_echoable,
    json_items,
    parse_origins,
)
from tests.hints import written
from tests.seeds import (
    BAD_ORIGINS,
    DROPPED_ORIGINS,
    LISTS,
    LITERALS,
    NORMALISED,
    ODD_ORIGINS,
    REGEXES,
    WILDCARDS,
)

EMPTY: tuple[object, ...] = (False, frozenset(), (), ())
SOURCE = Source("app", "CORS(app)", "app.py", 7)
# For patterns that are warned about, where the warning is not what is tested.
QUIET = pytest.mark.filterwarnings("ignore::flask_cors.errors.CorsWarning")


def parsed(given: object) -> tuple[Origins, list[Problem]]:
    report = Report(SOURCE)
    return parse_origins(given, report), report.problems


def read(given: object) -> Origins:
    origins, problems = parsed(given)
    assert problems == []
    return origins


# -- what each pattern means -----------------------------------------------------------


@pytest.mark.rule("2.origins", "7.string", "7.origin", "7.hosts")
@pytest.mark.parametrize(("text", "canonical"), LITERALS)
def test_an_origin_as_browsers_send_it_is_read_as_it_stands(text: str, canonical: str) -> None:
    origins = read(text)
    assert origins.literals == {canonical}
    assert origins.match(canonical) == ("literal", canonical, None)
    assert origins.match(canonical.upper()) == ("literal", canonical, None)
    assert (origins.any, origins.wildcards, origins.regexes, origins.callables) == EMPTY


@pytest.mark.rule("7.normalised", "7.path", "7.leading-star")
@pytest.mark.parametrize(("text", "canonical"), NORMALISED)
def test_slash_default_port_and_case_are_normalised_with_a_warning(
    text: str, canonical: str
) -> None:
    message = re.escape(
        f"origins={text!a} (CORS(app) at app.py:7): read as {canonical!r}; write it like this"
    )
    with pytest.warns(CorsWarning, match=f"^{message}$"):
        origins = read(text)
    assert origins.literals | origins.wildcards == {canonical}


def test_the_origin_of_electron_is_an_origin() -> None:
    origins = read("app://.")
    assert origins.literals == {"app://."}
    assert origins.match("app://.").kind == "literal"
    assert parsed("https://.")[1]


@pytest.mark.rule("2.origins", "7.any")
def test_star_matches_any_origin_well_formed_or_not() -> None:
    origins = read("*")
    assert origins.any
    for origin in ("https://a.example", "null", "example.com", "ä b", "x" * 1000):
        assert origins.match(origin) is ANY
    assert (origins.literals, origins.wildcards) == (frozenset(), frozenset())
    assert ANY == ("any", "*", None)


@pytest.mark.rule("7.any", "7.echo-length")
def test_what_is_echoed_is_visible_ascii_without_comma_or_space() -> None:
    echoable = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) != ",")
    assert is_echoable(echoable)
    assert is_echoable("example.com")
    assert is_echoable("x" * 512)
    assert not is_echoable("x" * 513)
    for char in (",", " ", "\x7f", "\n", "\x00", "ä", "\u202e"):
        assert not is_echoable(f"a{char}b")
        assert not is_echoable(f"ab{char}")
    assert not is_echoable("")


@pytest.mark.rule("2.origins", "7.wildcard", "8.top-level")
@pytest.mark.parametrize(("text", "inside", "outside"), WILDCARDS)
def test_a_wildcard_matches_what_it_says_and_no_neighbour(
    text: str, inside: tuple[str, ...], outside: tuple[str, ...]
) -> None:
    origins = read(text)
    assert origins.wildcards == {text}
    for origin in inside:
        assert origins.match(origin) == ("wildcard", text, None)
    for origin in outside:
        assert origins.match(origin) is NO_MATCH


@pytest.mark.rule("7.wildcard")
def test_wildcards_of_several_depths_are_found_side_by_side() -> None:
    origins = read(["https://*.a.b.example", "https://*.example.com", "http://localhost:*"])
    assert origins.depths == (2, 3)
    assert origins.match("https://x.y.a.b.example").pattern == "https://*.a.b.example"
    assert origins.match("https://x.example.com").pattern == "https://*.example.com"
    assert origins.match("https://a.b.example") is NO_MATCH


@pytest.mark.rule("2.origins", "7.regex", "7.whole")
@QUIET
@pytest.mark.parametrize(("text", "inside", "outside"), REGEXES)
@pytest.mark.parametrize("compiled", [False, True], ids=["string", "compiled"])
def test_the_whole_origin_must_match_a_regular_expression(
    text: str, inside: tuple[str, ...], outside: tuple[str, ...], compiled: bool
) -> None:
    origins = read(re.compile(text, re.IGNORECASE) if compiled else text)
    assert [regex.pattern for regex in origins.regexes] == [text]
    for origin in inside:
        assert origins.match(origin) == ("regex", text, None)
    for origin in outside:
        assert origins.match(origin) is NO_MATCH


@pytest.mark.rule("7.regex")
@QUIET
def test_case_is_ignored_in_a_string_and_kept_in_a_compiled_regex() -> None:
    assert read(r"https://\w+\.example").match("HTTPS://A.EXAMPLE").kind == "regex"
    origins = read(re.compile(r"https://[A-Z]\.example"))
    assert origins.match("https://A.example").kind == "regex"
    assert origins.match("https://a.example") is NO_MATCH


@pytest.mark.rule("7.null")
def test_only_star_and_null_match_null() -> None:
    asked: list[str] = []
    origins = read([re.compile(".*"), lambda origin: asked.append(origin) or True])
    for spelling in ("null", "NULL", "Null"):
        assert origins.match(spelling) is NO_MATCH
        assert read("null").match(spelling) == ("literal", "null", None)
    assert asked == []


@pytest.mark.rule("7.odd-origins")
@pytest.mark.parametrize("origin", ODD_ORIGINS)
def test_odd_origins_of_requests_match_star_alone(origin: str) -> None:
    everything: list[Any] = [re.compile(".*", re.DOTALL), lambda _: True, "https://*.a.example"]
    assert read(everything).match(origin) is NO_MATCH
    assert read("*").match(origin) is ANY


@pytest.mark.rule("7.odd-origins")
def test_an_origin_of_512_characters_is_still_looked_at() -> None:
    longest = "https://" + "a." * 248 + "example.ab"[: MAX_LENGTH - 504]
    assert len(longest) == MAX_LENGTH == 512
    assert read(re.compile(".*")).match(longest).kind == "regex"
    assert read(re.compile(".*")).match(f"{longest}a") is NO_MATCH
    assert read(longest).match(longest).kind == "literal"


# -- callables -------------------------------------------------------------------------


@pytest.mark.rule("2.origins", "7.callable")
@QUIET
def test_a_callable_is_asked_when_nothing_else_matched() -> None:
    asked: list[str] = []

    def allowed(origin: str) -> bool:
        asked.append(origin)
        return origin == "https://B.example"

    origins = read(["https://a.example", r"https://r\d", "https://*.w.example", allowed])
    for origin in ("https://a.example", "https://r1", "https://x.w.example"):
        assert origins.match(origin).kind in ("literal", "regex", "wildcard")
    assert asked == []
    name = "test_a_callable_is_asked_when_nothing_else_matched.<locals>.allowed()"
    assert origins.match("https://B.example") == ("callable", name, None)
    assert origins.match("https://b.example") is NO_MATCH
    assert asked == ["https://B.example", "https://b.example"]


@pytest.mark.rule("7.callable-cache")
def test_an_answer_is_never_cached() -> None:
    answers = iter([True, False, True])
    origins = read(lambda _: next(answers))
    kinds = [origins.match("https://a.example").kind for _ in range(3)]
    assert kinds == ["callable", "", "callable"]


class Unprintable:
    def __repr__(self) -> str:
        raise LookupError


@pytest.mark.rule("7.callable-denies")
@pytest.mark.parametrize("answer", [None, 0, 1, "yes", [], ["x"], object(), object, bool])
def test_anything_but_a_bool_denies_at_once(answer: object) -> None:
    asked: list[str] = []
    origins = read([lambda _: answer, lambda origin: asked.append(origin) or True])
    match = origins.match("https://a.example")
    assert (match.kind, type(match.error)) == ("", TypeError)
    assert str(match.error) == f"it returned {answer!a}, not True or False"
    assert "<lambda>()" in match.pattern
    assert asked == []


def test_an_answer_that_cannot_be_shown_denies_as_well() -> None:
    match = read(lambda _: Unprintable()).match("https://a.example")
    assert match.kind == ""
    assert str(match.error) == "it returned Unprintable, not True or False"


def test_a_class_as_a_callable_returns_no_bool() -> None:
    match = read(Unprintable).match("https://a.example")
    assert (match.kind, type(match.error)) == ("", TypeError)


@pytest.mark.rule("7.callable-denies")
def test_an_exception_in_a_callable_denies_at_once() -> None:
    def broken(origin: str) -> bool:
        raise LookupError(origin)

    match = read([broken, lambda _: True]).match("https://a.example")
    assert match.kind == ""
    assert match.pattern.endswith("broken()")
    assert isinstance(match.error, LookupError)


@pytest.mark.rule("7.callable")
def test_callables_are_asked_in_turn_until_one_says_yes() -> None:
    class Tenant:
        def __call__(self, origin: str) -> bool:
            return origin.startswith("https://")

    origins = read([lambda _: False, Tenant()])
    name = "test_callables_are_asked_in_turn_until_one_says_yes.<locals>.Tenant()"
    assert origins.match("https://a.example").pattern == name
    assert origins.match("http://a.example") is NO_MATCH


def test_what_can_be_called_is_not_read_as_a_list() -> None:
    class Tenants(list[str]):
        def __call__(self, origin: str) -> bool:
            return origin in self

    origins = read(Tenants(["https://a.example"]))
    assert origins.literals == frozenset()
    assert origins.match("https://a.example").kind == "callable"


def run(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args: asyncio.run(function(*args))


async def async_predicate(origin: str) -> bool:
    return origin == "https://a.example"


class AsyncTenant:
    async def __call__(self, origin: str) -> bool:
        return origin == "https://a.example"


@pytest.mark.rule("7.callable")
@pytest.mark.parametrize(
    ("predicate", "name"),
    [
        (async_predicate, "async_predicate()"),
        (AsyncTenant(), "AsyncTenant.__call__()"),
        (partial(async_predicate), "partial()"),
    ],
)
def test_async_callables_are_bound_and_keep_their_names(predicate: Any, name: str) -> None:
    origins = read([predicate, lambda _: False])
    bound = origins.bind(run)
    assert bound.match("https://a.example").kind == "callable"
    assert bound.match("https://b.example") is NO_MATCH
    assert bound.match("https://a.example").pattern == name
    assert bound.callables[1] is origins.callables[1]


def test_an_async_callable_that_cannot_be_bound_denies_and_the_others_are_kept() -> None:
    def refuse(function: Any) -> Any:
        raise RuntimeError("Install Flask with the 'async' extra.")

    origins = read(["https://b.example", async_predicate, lambda _: True]).bind(refuse)
    assert origins.unanswered == ("async_predicate()",)
    assert origins.match("https://b.example").kind == "literal"
    match = origins.match("https://a.example")
    assert (match.kind, match.pattern) == ("", "async_predicate()")
    assert str(match.error) == "Install Flask with the 'async' extra."


@pytest.mark.rule("7.callable")
def test_binding_without_async_callables_changes_nothing() -> None:
    origins = read(["https://a.example", lambda _: True])
    assert origins.bind(run) is origins


# -- lists -----------------------------------------------------------------------------


@pytest.mark.rule("2.lists", "2.split-origins")
@pytest.mark.parametrize(("text", "patterns"), LISTS)
def test_a_list_in_a_string_is_split_before_origins_only(
    text: str, patterns: tuple[str, ...]
) -> None:
    assert tuple(read(text).patterns()) == patterns


@pytest.mark.rule("2.origins")
@pytest.mark.parametrize("make", [list, tuple, set, frozenset, iter])
def test_any_iterable_will_do(make: Callable[[Any], Any]) -> None:
    assert read(make(["https://a.example", "null"])).literals == {"https://a.example", "null"}


@pytest.mark.rule("2.iterables")
def test_a_generator_is_used_up_by_one_reading() -> None:
    def origins() -> Iterator[str]:
        yield "https://a.example"

    given = origins()
    assert read(given).literals == {"https://a.example"}
    assert read(given).empty


@QUIET
def test_patterns_are_listed_in_the_order_in_which_kinds_are_asked() -> None:
    origins = read([async_predicate, r"b\d", "https://*.x.example", "null", "http://a", "*"])
    assert origins.patterns() == [
        "*",
        "http://a",
        "null",
        "https://*.x.example",
        r"b\d",
        "async_predicate()",
    ]


@QUIET
def test_an_empty_list_is_nobody() -> None:
    origins = read([])
    assert origins.empty
    assert origins.patterns() == []
    assert origins.match("https://a.example") is NO_MATCH
    for some in ("*", "null", "https://*.example.com", "a.+", [len]):
        assert not read(some).empty


@QUIET
def test_single_is_the_one_literal_where_nothing_else_is_allowed() -> None:
    assert read("https://a.example").single == "https://a.example"
    assert read(["https://a.example", "https://a.example"]).single == "https://a.example"
    for others in ("https://b.example", "*", "https://*.b.example", r"b\d", len):
        assert read(["https://a.example", others]).single is None
    assert read([]).single is None
    assert read("*").single is None


@pytest.mark.rule("7.string")
def test_the_index_is_immutable() -> None:
    with pytest.raises(FrozenInstanceError):
        read("*").any = False  # type: ignore[misc]


def test_strings_inside_json_are_found() -> None:
    assert json_items('["a", "b"]') == ["a", "b"]
    assert json_items(" ['a',\n'b'] ") == ["a", "b"]
    assert json_items('{"a": "b"}') == ["a", "b"]
    assert json_items("[https://a.example, https://b.example]") == [
        "https://a.example",
        "https://b.example",
    ]
    assert json_items(" [] ") == []
    assert json_items("[a-z]") is None
    assert json_items("a") is None


# -- mistakes --------------------------------------------------------------------------


def item_of(given: object, words: str) -> object:
    """Return what the problem names: of a list, the item that holds the mistake."""
    if isinstance(given, list):
        return given[-1]
    whole = not isinstance(given, str) or words == "an empty string is not an origin"
    return given if whole else given.strip(" ,")  # type: ignore[attr-defined]


@pytest.mark.rule(
    "7.origin",
    "7.star-elsewhere",
    "8.origins-empty",
    "8.no-origin",
    "8.json",
    "8.top-level",
    "8.quotes",
)
@pytest.mark.parametrize(("given", "words"), BAD_ORIGINS)
def test_a_mistake_says_option_value_source_reason_and_hint(given: object, words: str) -> None:
    origins, problems = parsed(given)
    assert len(problems) == 1
    problem = problems[0]
    assert problem.option == "origins"
    assert problem.value == item_of(given, words)
    assert problem.source is SOURCE
    assert words in problem.reason
    assert problem.hint.endswith(".")
    assert origins.literals <= {"https://a.example"}
    assert (origins.any, origins.wildcards, origins.regexes, origins.callables) == EMPTY
    text = str(problem)
    assert text.isascii()
    assert text.isprintable()


@pytest.mark.rule("8.all-problems")
@pytest.mark.parametrize(("given", "words"), BAD_ORIGINS)
def test_what_a_hint_says_to_write_is_accepted(given: object, words: str) -> None:
    hint = parsed(given)[1][0].hint
    advice = written(hint)
    assert advice
    for value in advice:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            read(value)


# What the author most likely meant stands in the hint.
EXAMPLE = "Write for instance 'https://app.example.com'."
MEANT = [
    ("app.example.com", "Write 'https://app.example.com'."),
    ("localhost:3000", "Write 'http://localhost:3000'."),
    ("127.0.0.1:5000", "Write 'http://127.0.0.1:5000'."),
    ("myhost", "Write 'http://myhost'."),
    ("pi.local:8080", "Write 'http://pi.local:8080'."),
    ("1password.example", "Write 'https://1password.example'."),
    ("localhosts.example", "Write 'https://localhosts.example'."),
    ("http:app.example.com", "Write 'http://app.example.com'."),
    ("HTTP:/app.example.com", "Write 'http://app.example.com'."),
    ("//App.example.com/x", "Write 'https://app.example.com'."),
    ("*.example.com", "Write 'https://*.example.com'."),
    (".*.example.com", "Write 'https://*.example.com'."),
    ("localhost:*", "Write 'http://localhost:*'."),
    ("*.*", "Write '*'."),
    ("*.com", "Write for instance 'https://app.example.com'."),
    ("a.example, b.example", "Write 'https://a.example, https://b.example'."),
    ("https://u:p@a.example:8443/x", "Write 'https://a.example:8443'."),
    ("https://a.example;https://b.example", "Write 'https://a.example', 'https://b.example'."),
    ("https://bücher.example:8443", "Write 'https://xn--bcher-kva.example:8443'."),
    ("https://BÜCHER.example", "Write 'https://xn--bcher-kva.example'."),
    ("bücher.example", "Write 'https://xn--bcher-kva.example'."),
    ("https://a.example:0", "Write 'https://a.example', or 'https://a.example:*' for any port."),
    ("http://[0::1]:8000", "Write 'http://[::1]:8000'."),
    ("https://*.com", "Name the domain, as in 'https://*.example.com'."),
    ("'https://a.example'", "Write 'https://a.example'."),
    ("*.vercel.app", "Write for instance 'https://app.example.com'."),
    ("htps://*.github.io", "Write for instance 'https://app.example.com'."),
    ("*.example.org", "Write 'https://*.example.org'."),
    ("http://http://a.example", "Write 'http://a.example'."),
    ("https://a\u3002example", "Write 'https://a.example'."),
    ('"https://a.example","b.example"', "Write 'https://a.example', 'https://b.example'."),
]


@pytest.mark.rule("8.no-origin")
@QUIET
@pytest.mark.parametrize(("text", "hint"), MEANT)
def test_a_hint_names_the_origin_that_was_meant(text: str, hint: str) -> None:
    report = Report(SOURCE)
    parse_origins(text, report)
    (problem,) = (*report.problems, *report.degraded)
    assert problem.hint == hint


@pytest.mark.rule("8.no-origin")
@QUIET
@pytest.mark.parametrize(
    ("given", "option", "reason", "hint"),
    [
        (
            "http://localhost:8000, localhost:3000",
            "CORS_ORIGINS",
            "'localhost:3000' has no scheme, and browsers always send one",
            "Write CORS_ORIGINS = 'http://localhost:8000, http://localhost:3000'.",
        ),
        (
            "http://localhost:8000,localhost:3000",
            "origins",
            "'localhost:3000' has no scheme, and browsers always send one",
            "Write 'http://localhost:8000, http://localhost:3000'.",
        ),
        (
            "https://a.example, b.example, https://c.example\nd.example:81",
            "origins",
            "'b.example' and 'd.example:81' have no scheme, and browsers always send one",
            "Write 'https://a.example, https://b.example, https://c.example, "
            "https://d.example:81'.",
        ),
        (
            ["http://localhost:8000, localhost:3000"],
            "origins",
            "'localhost:3000' has no scheme, and browsers always send one",
            "Write 'http://localhost:8000', 'http://localhost:3000'.",
        ),
        (
            "localhost:3000, localhost:8000",
            "CORS_ORIGINS",
            "dropped: 'localhost:3000' and 'localhost:8000' have no scheme, and browsers always "
            "send one",
            "Write CORS_ORIGINS = 'http://localhost:3000, http://localhost:8000'.",
        ),
        # A comma may stand for a dot, and white space may be in the middle of a host.
        (
            "https://app,example.com",
            "origins",
            "this is not a valid origin: a browser sends scheme, host and port",
            EXAMPLE,
        ),
        ("https://a.exam ple.com", "origins", "white space is never part of an origin", EXAMPLE),
        (
            "https://a.example, my host",
            "origins",
            "white space is never part of an origin",
            EXAMPLE,
        ),
    ],
)
def test_a_host_without_a_scheme_among_several(
    given: Any, option: str, reason: str, hint: str
) -> None:
    report = Report(SOURCE)
    parse_origins(given, report, option)
    (problem,) = (*report.problems, *report.degraded)
    assert (problem.reason, problem.hint) == (reason, hint)
    again = Report(SOURCE)
    parse_origins((problem.fix or {})["origins"], again, option)
    assert (again.problems, again.degraded) == ([], [])


OTHERS = ": others can have names like these."
ANY_HINT = "Write '*' for any origin, or list the origins: 'https://app.example.com'."
WILDCARD = (
    "Write the wildcard 'https://*.example.com', or, for these hosts alone, the regular expression"
)
STARS = [
    ("https://api*.example.com", rf"{WILDCARD} 'https://api[^.]*\\.example\\.com'."),
    ("https://a.b*.example.com", rf"{WILDCARD} 'https://a\\.b[^.]*\\.example\\.com'."),
    ("https://a-*.example.com", rf"{WILDCARD} 'https://a-[^.]*\\.example\\.com'."),
    ("https://*-a.example.com", rf"{WILDCARD} 'https://[^.]*-a\\.example\\.com'."),
    ("https://app.*.example.com", rf"{WILDCARD} 'https://app\\.[^.]+\\.example\\.com'."),
    ("https://*.*.example.com", rf"{WILDCARD} 'https://[^.]+\\.[^.]+\\.example\\.com'."),
    ("https://api*.example.com/x", rf"{WILDCARD} 'https://api[^.]*\\.example\\.com'."),
    (r"https:\/\/*.example.com$", rf"{WILDCARD} 'https://[^.]+\\.example\\.com'."),
    (r"^https://*\.example\.com$", rf"{WILDCARD} 'https://[^.]+\\.example\\.com'."),
    ("https://*example.com", "Write 'https://example.com', 'https://*.example.com'."),
    ("https://.*example.com", "Write 'https://example.com', 'https://*.example.com'."),
    ("https://*-example.com", f"List the hosts, as in 'https://example.com'{OTHERS}"),
    ("https://*-staging*.com", f"List the hosts, as in 'https://example.com'{OTHERS}"),
    ("http://localhost*", "Write 'http://localhost:*'."),
    ("http://localhost.*", "Write 'http://localhost:*'."),
    ("http://localhost:30*", "Write 'http://localhost:*'."),
    ("http://localhost:3000*", "Write 'http://localhost:3000'."),
    ("http://127.0.0.1*", "Write 'http://127.0.0.1:*'."),
    ("https://example.com*", "Write 'https://example.com'."),
    ("http*://a.b.example", "Write 'https://a.b.example', 'http://a.b.example'."),
    ("*://a.b.example", "Write 'https://a.b.example', 'http://a.b.example'."),
    ("http://192.168.*.*", r"Write the regular expression 'http://192\\.168\\.[0-9]{1,3}\\.[0-9]{1,3}'."),
    ("/*", ANY_HINT),
    ("/.*", ANY_HINT),
    ("https://*.*", ANY_HINT),
    ("http://.*:3000", ANY_HINT),
    # Others can have such names too, so that no pattern is proposed.
    ("https://shop.*", f"List the hosts, as in 'https://shop.example'{OTHERS}"),
    ("https://*.shop.*", f"List the hosts, as in 'https://*.shop.example'{OTHERS}"),
    ("https://api.*.com", f"List the hosts, as in 'https://api.example.com'{OTHERS}"),
    ("https://api.shop-*.com", f"List the hosts, as in 'https://api.example.com'{OTHERS}"),
    ("https://mysite.com.au*", f"List the hosts, as in 'https://mysite.com.example'{OTHERS}"),
    ("https://api.dev*", f"List the hosts, as in 'https://api.example'{OTHERS}"),
    ("http://1*.168.1.1", f"List the hosts, as in 'https://app.example.com'{OTHERS}"),
    ("https://shop.com.*", f"List the hosts, as in 'https://shop.com.example'{OTHERS}"),
    ("http://8.8.*", f"List the hosts, as in 'https://app.example.com'{OTHERS}"),
    ("http://192.168.*", r"Write the regular expression 'http://192\\.168\\.[0-9]{1,3}\\.[0-9]{1,3}'."),
    ("https://my-*.vercel.app", f"List the hosts, as in 'https://app.example.com'{OTHERS}"),
    ("https://my-*.co.uk", f"List the hosts, as in 'https://app.example.com'{OTHERS}"),
    ("https://my.co*", f"List the hosts, as in 'https://my.example'{OTHERS}"),
    ("https://my.com*", "Write 'https://my.com'."),
    (
        "https://(a|b)-x*.example.com",
        r"Write the wildcard 'https://*.example.com', or the regular expression 'https://(a|b)-x[^.]*\\.example\\.com'.",
    ),
]  # fmt: skip


@pytest.mark.rule("7.star-elsewhere", "7.hints-closed")
@pytest.mark.parametrize(("text", "hint"), STARS)
def test_a_misplaced_star_shows_the_wildcard_and_a_closed_regex(text: str, hint: str) -> None:
    origins, (problem,) = parsed(text)
    assert problem.hint == hint
    scheme = "a * cannot stand for a scheme, or part of one"
    assert problem.reason == scheme if "*://" in text else problem.reason.startswith("a * stands")
    assert origins.empty


# -- what is left out, and what is warned about ------------------------------------------


@pytest.mark.rule("8.no-scheme")
@pytest.mark.parametrize(("given", "words"), DROPPED_ORIGINS)
def test_what_is_like_no_origin_is_dropped_and_the_list_stays_a_list(
    given: object, words: str
) -> None:
    report = Report(SOURCE)
    with pytest.warns(CorsWarning, match=words):
        origins = parse_origins(given, report)
    assert report.problems == []
    assert not origins.any
    assert origins.literals <= {"https://a.example"}
    (problem,) = report.degraded
    assert problem.reason.startswith("dropped: ")
    assert problem.fix == {} or set(problem.fix or ()) == {"origins"}


DEAD = [
    (r"example\.com$", "Write 'https://example.com'."),
    ("https://^foo", "Write 'https://foo'."),
    (r"localhost:\d+", "Write 'http://localhost:*'."),
    (r"(www\.)?example\.com", "Write 'https://example.com'."),
    (r"https://a\.example/x$", "Write 'https://a.example'."),
]


@pytest.mark.rule("7.no-match")
@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize(("pattern", "hint"), DEAD)
def test_a_regex_that_no_origin_matches_is_warned_about(
    pattern: str, hint: str, compiled: bool
) -> None:
    report = Report(SOURCE)
    with pytest.warns(CorsWarning, match="it can match no origin"):
        parse_origins([re.compile(pattern) if compiled else pattern], report)
    (problem,) = report.degraded
    assert (problem.value, problem.hint) == (pattern, hint)


@pytest.mark.rule("8.credentials-unintended")
@pytest.mark.parametrize(
    ("text", "stranger"),
    [
        (r"https://.*example\.com", "example.com"),
        (r"https://[a-z]+\.vercel\.app", "vercel.app"),
        (r"https://api.example\.com", "example.com"),
    ],
)
def test_a_string_that_lets_neighbours_in_is_warned_about_with_one(
    text: str, stranger: str
) -> None:
    with pytest.warns(CorsWarning, match=f"it also matches '[^']*{re.escape(stranger)}'"):
        origins = read(text)
    assert [regex.pattern for regex in origins.regexes] == [text]
    assert origins.unrelated is None
    read(re.compile(text))  # taken at its word


@pytest.mark.rule("8.credentials-unintended")
@pytest.mark.parametrize("text", [r"^https://x\.com$", r"https?://t\.co", r"http://a\.b:8080"])
def test_a_short_host_that_is_spelled_out_is_a_host(text: str) -> None:
    assert read(text).unrelated is None


@pytest.mark.parametrize(
    ("text", "suffix"),
    [
        ("https://*.herokuapp.com", "herokuapp.com"),
        ("https://*.github.io:*", "github.io"),
        ("http://*.co.uk", "co.uk"),
        ("https://*.ngrok.io:8443", "ngrok.io"),
        ("https://*.team.gitpod.io", "team.gitpod.io"),
        ("https://*.windows.net", "windows.net"),
    ],
)
def test_a_wildcard_where_anybody_gets_a_host_is_warned_about(text: str, suffix: str) -> None:
    own = text.replace("*", "your-name", 1)
    message = f"anybody can get a host under {suffix!r}; name yours: {own!r}"
    with pytest.warns(CorsWarning, match=re.escape(message)):
        assert read(text).wildcards == {text}


@pytest.mark.parametrize(
    "text", ["https://*.example.com", "https://*.my-shop.herokuapp.com", "http://*.localhost:*"]
)
def test_a_wildcard_of_an_own_domain_is_not(text: str) -> None:
    assert read(text).wildcards == {text}


@pytest.mark.parametrize("text", ["https?://.*", ".*", r"https://[^/]+", r"https://.*:\d+"])
def test_a_string_that_matches_anything_stands_for_any_origin(text: str) -> None:
    origins = read(text)
    assert not origins.any
    pattern, stranger = origins.unrelated or ("", "")
    assert pattern == text
    assert origins.match(stranger).kind == "regex"
    assert read(re.compile(text)).unrelated is None
    assert origins.bind(run).unrelated == origins.unrelated


# Each of these matches `https://attacker.net`, and is too slow, or too strange, to be tried.
NAMELESS = [
    r"(https?://.*)+",
    "((.+)+)+",
    "(.*)*",
    "(.|..|...)*",
    r"https?://(\w+[.-]?\w*)*\.\w+",
    r"(https?://)(([a-zA-Z0-9]+)*[-.]?)+",
    r"(?:https?://)?(?:[^@\n]+@)?(?:www\.)?([^:/\n?]+)+",
    r"https?://([a-z0-9-]{1,63}\.){1,10}[a-z]{2,63}",
    "(x)?(?(1)y|.*)",
    r"https?://(?:www\.|(?!www))[a-z0-9][a-z0-9-]+[a-z0-9]\.[^\s]{2,}|www\.[^\s]{2,}",
]


@pytest.mark.rule("8.credentials-any")
@pytest.mark.filterwarnings("ignore::flask_cors.CorsWarning")
@pytest.mark.parametrize("text", NAMELESS)
def test_a_string_that_names_no_host_stands_for_any_origin(text: str) -> None:
    origins = read(text)
    assert origins.match("https://attacker.net").kind == "regex"
    assert origins.unrelated
    assert origins.unrelated[0] == text


# A suffix, and labels that everybody's host may have, name nobody.
@pytest.mark.rule("8.credentials-any")
@pytest.mark.filterwarnings("ignore::flask_cors.CorsWarning")
@pytest.mark.parametrize(
    ("text", "stranger"),
    [
        (r"https://.*\.de", "https://evil.de"),
        (r"https://[a-z0-9-]+\.co\.uk", "https://evil.co.uk"),
        (r"https://(.+\.)?[^.]+\.eu$", "https://evil.eu"),
        (r"https://[a-z]+\.(de|fr|it)", "https://evil.fr"),
        (r"https://\w+\.\w+\.dev", "https://a.evil.dev"),
        (r"https://(.+)-(.+)\.dev", "https://a-evil.dev"),
        (r"https://.*\.com\.br(:\d+)?", "https://evil.com.br:1"),
        (r"https://.+\.(co\.uk|com)", "https://evil.co.uk"),
        (r"https://app\..*\.com", "https://app.evil.com"),
        (r"https://(app|api)\.(.*)\.net", "https://api.evil.net"),
        (r"https://app\.(.+)", "https://app.evil.org"),
        (r"^https?://(dev|staging|prod)\.(\w+)\.io$", "https://dev.evil.io"),
        (r"https://my.*\.com", "https://my-evil.com"),
        (r"https?://.*\.info:\d+", "https://evil.info:1"),
    ],
)
def test_a_string_that_names_nobody_stands_for_any_origin(text: str, stranger: str) -> None:
    origins = read(text)
    assert origins.match(stranger).kind == "regex"
    assert origins.unrelated


@pytest.mark.filterwarnings("ignore::flask_cors.CorsWarning")
@pytest.mark.parametrize(
    "text",
    [
        r"https://.*\.internal",
        r"https://.*\.dev\.test(:\d+)?",
        r"https://(.*\.)?shop\.de",
        r"https://(www\.)?bbc\.co\.uk",
        r"https://([a-z]+-?)+\.example\.com",
        r"^http://\[::1\](:[0-9]+)?$",
        r"http://192\.168\.\d+\.\d+(:\d+)?",
        r"chrome-extension://[a-p]+",
        r"(https://(app|admin)\.a\.example|http://localhost:\d+)",
        r"https?:\/\/(.+\.)?mysite\.(com|org)",
    ],
)
def test_a_string_that_names_a_host_does_not(text: str) -> None:
    assert read(text).unrelated is None


# One mistake of each kind, word for word.
THEM = (
    "List the origins, as in ['https://app.example.com']; write '*' for any origin, or [] for none."
)
KINDS = "an origin is a string, a regular expression or a callable"
BRACKETS = [
    "https://abc[::1]:90",
    "http://[example]:90",
    "http://[zz]:90",
    "http://[a-z]",
    "https://[::g]",
    "http://[::1]x",
]
EXACT = [
    (None, "None is nearly always an environment variable that is not set", THEM),
    ("", "an empty string is not an origin", THEM),
    (5, f"{KINDS}, not int", EXAMPLE),
    (
        '["https://a.example", "null"]',
        "a JSON list in a string is one string, not a list",
        "Write 'https://a.example, null', or the list ['https://a.example', 'null'].",
    ),
    (
        "https://u@a.example",
        "a browser sends no user info in an origin",
        "Write 'https://a.example'.",
    ),
    (
        "http://[zz]:90",
        "brackets around a host, or with a colon in them, are for an IPv6 address",
        "Write for instance 'http://[::1]:8000'.",
    ),
    (
        "https://xn--f.example",
        "'xn--f' is not the ASCII form (punycode) of any name",
        "Write the name as a browser does: 'https://xn--bcher-kva.example'.",
    ),
    (
        ["https://a.example "],
        "white space is never part of an origin",
        "Write 'https://a.example'.",
    ),
    (
        "https://ä.example",
        "browsers send a host's ASCII form (punycode)",
        "Write 'https://xn--4ca.example'.",
    ),
    (
        "https://a.example:x",
        "'x' is not a port: a number from 1 to 65535, without leading zeros",
        "Write 'https://a.example', or 'https://a.example:*' for any port.",
    ),
    (
        "http://1.2.3",
        "a browser writes no such IPv4 address: Expected 4 octets in '1.2.3'",
        "Write four decimal numbers, as in 'http://127.0.0.1:8000'.",
    ),
    (
        "http://[::1%1]",
        "'[::1%1]' is not an IPv6 address: a browser sends no zone",
        "Write for instance 'http://[::1]:8000'.",
    ),
    (
        "http://[::0]:81",
        "a browser writes this address as [::]",
        "Write 'http://[::]:81'.",
    ),
    ("https://a~.example", "'a~.example' is not a host name", EXAMPLE),
    (
        "file:///x",
        "a browser sends 'null' for file: pages",
        "Serve the page over http and write 'http://localhost:8000', or write 'null'.",
    ),
    (
        "https://*.com",
        "this would allow every site under the top-level domain 'com'",
        "Name the domain, as in 'https://*.example.com'.",
    ),
    (
        "https://*.1.2",
        "'1.2' is not a domain that has subdomains",
        "Write for instance 'https://*.example.com'.",
    ),
    (
        "https://*",
        "this would allow every https site",
        "Write '*' for any origin, or a wildcard such as 'https://*.example.com' or "
        "'https://localhost:*'.",
    ),
    (
        "app://*:1",
        "this would allow every app site",
        "Write '*' for any origin, or a wildcard such as 'app://*'.",
    ),
    (
        "https://" + "a" * 505,
        "an origin of more than 512 characters is never matched",
        EXAMPLE,
    ),
    (
        "https://(a",
        "it is read as a regular expression and does not compile: "
        "missing ), unterminated subpattern at position 8",
        "Correct it, or write a wildcard: 'https://*.example.com'.",
    ),
]


@pytest.mark.rule("7.brackets")
@pytest.mark.parametrize("text", BRACKETS)
def test_brackets_around_a_host_are_no_character_class(text: str) -> None:
    (problem,) = parsed(text)[1]
    assert "IPv6" in problem.reason
    assert problem.hint.startswith("Write ")


@pytest.mark.rule("7.brackets")
def test_other_brackets_are_a_character_class() -> None:
    origins = read(r"https://[a-z]+\.example\.com")
    assert origins.match("https://app.example.com").kind == "regex"
    assert not origins.match("https://a1.example.com").kind


@pytest.mark.parametrize(("given", "reason", "hint"), EXACT)
def test_the_words_of_each_mistake(given: object, reason: str, hint: str) -> None:
    (problem,) = parsed(given)[1]
    assert (problem.reason, problem.hint) == (reason, hint)


@pytest.mark.rule("7.wildcard")
def test_whole_schemes_are_a_wildcard_of_apps_and_an_error_for_the_web() -> None:
    assert read("chrome-extension://*").wildcards == {"chrome-extension://*"}
    (problem,) = parsed("http://*")[1]
    assert written(problem.hint) == ["*", "http://*.example.com", "http://localhost:*"]
    (problem,) = parsed("capacitor://*:80")[1]
    assert written(problem.hint) == ["*", "capacitor://*"]


def test_a_regex_over_bytes_is_a_mistake() -> None:
    (problem,) = parsed([re.compile(b"x")])[1]
    assert problem.reason == "a regular expression over bytes cannot match a header"
    assert problem.hint == "Write it over str: 'x'."
    assert problem.fix == {"origins": re.compile("x")}


def test_all_mistakes_of_a_list_are_found_and_the_rest_is_kept() -> None:
    origins, problems = parsed(["https://a.example", "https://c.example:0", "https://d/ ", len])
    assert [problem.value for problem in problems] == ["https://c.example:0", "https://d/ "]
    assert origins.literals == {"https://a.example"}
    assert origins.callables == (len,)


def test_the_option_is_named_as_it_was_written() -> None:
    report = Report(SOURCE)
    parse_origins("https://a b", report, "CORS_ORIGINS")
    assert report.problems[0].option == "CORS_ORIGINS"
    assert set(report.problems[0].fix or ()) == {"origins"}


def test_a_str_subclass_is_read_as_its_text() -> None:
    class Text(str):
        __slots__ = ()

    origins = read(
        [Text("*"), Text("null"), Text("https://a.example"), Text("https://*.b.example")]
    )
    assert origins.any
    assert {type(text) for text in origins.literals | origins.wildcards} == {str}


# -- cost ------------------------------------------------------------------------------


def multi_tenant(count: int) -> list[str]:
    literals = [f"https://tenant-{number}.example.com" for number in range(count)]
    return literals + [f"https://*.t{number}.example.net" for number in range(count // 10)]


@cache
def read_tenants(count: int) -> Origins:
    return read(multi_tenant(count))


def steps_of(function: Callable[[], object]) -> int:
    """Count the lines of Python that a call runs, which no other process can change."""
    steps = 0

    def trace(*_: object) -> Any:
        nonlocal steps
        steps += 1
        return trace

    before = sys.gettrace()
    # A collection in between would run, and count, the finalizers of other tests' objects.
    gc.collect()
    gc.disable()
    sys.settrace(trace)
    try:
        function()
    finally:
        sys.settrace(before)
        gc.enable()
    return steps


@pytest.mark.rule("7.cost")
@pytest.mark.parametrize(
    "origin", ["https://tenant-1.example.com", "https://x.t1.example.net", "https://nobody.example"]
)
def test_a_match_costs_the_same_among_few_and_among_many(origin: str) -> None:
    few, many = read_tenants(20), read_tenants(20_000)
    assert few.match(origin) == many.match(origin)
    assert steps_of(lambda: few.match(origin)) == steps_of(lambda: many.match(origin))


@pytest.mark.rule("7.cost")
def test_a_hundred_thousand_origins_are_small() -> None:
    given = multi_tenant(100_000)
    tracemalloc.start()
    try:
        origins = read(given)
        size, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(origins.literals) == 100_000
    assert {type(text) for text in origins.literals} == {str}
    assert size < 10_000_000


@pytest.mark.parametrize("text", ["git+ssh://user@host", "web+app://a b"])
def test_the_plus_of_a_scheme_makes_no_regular_expression(text: str) -> None:
    report = Report(SOURCE)
    assert not parse_origins([text], report).regexes
    assert [problem.value for problem in report.problems] == [text]
