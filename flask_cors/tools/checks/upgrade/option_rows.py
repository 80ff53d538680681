"""Differences in the other options, and in what is dropped with a warning."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ....errors import Problem
from ....options.parsers import CONFIG_FLAGS, HeaderNames, parse_flag
from ....options.schema import OPTIONS
from ....policy.policy import Policy
from ...text import some
from ..subject import Found, Subject, Use
from .changes import HEADERS, LESS, MORE, WARNS, Effect, add, row


def _set(subject: Subject, option: str) -> Iterator[Use]:
    """Yield the uses of an option that is set."""
    return (use for use in subject.uses(option) if not use.is_default)


def row_of(problem: Problem) -> int:
    """Return the row that a mistake belongs to, by its option and value."""
    option, value = problem.option.removeprefix("CORS_").lower(), problem.value
    if option in ("cross_origin", "cors_exempt"):
        return 35
    if option == "positional argument":
        return 8
    if option not in OPTIONS:
        return 7
    if value is None or value == "":
        return 26
    if option == "supports_credentials" or (value == "*" and option == "expose_headers"):
        return 1
    return 24


def _dropped(subject: Subject, number: int) -> Iterator[Effect]:
    """Yield what is dropped with a warning, of one row."""
    for problem in subject.policies.degraded:
        if row_of(problem) == number:
            yield Effect(WARNS, Found.of(problem))


add(7, "an unknown option is dropped or an error", partial(_dropped, number=7))
add(24, "what can never match is dropped or an error", partial(_dropped, number=24))
add(26, "None and an empty string are no origins", partial(_dropped, number=26))


@row(35, "of two decorators on one view the inner one decides")
def stacked_decorators(subject: Subject) -> Iterator[Effect]:
    for _, found in _dropped(subject, 35):
        what = f"{found.reason}; preflights were answered by the outer one"
        yield Effect(HEADERS, found._replace(reason=what))


@row(15, "Access-Control-Allow-Private-Network on preflights alone")
def private_network(subject: Subject) -> Iterator[Effect]:
    for use in _set(subject, "allow_private_network"):
        if use.value:
            what = "Access-Control-Allow-Private-Network is sent on preflights alone"
            yield Effect(HEADERS, use.found(what, "Nothing needs to be done."))


@row(16, "max_age=0 is sent")
def zero_max_age(subject: Subject) -> Iterator[Effect]:
    for use in _set(subject, "max_age"):
        if use.value == 0:
            what = "max_age=0 was dropped; Access-Control-Max-Age: 0 asks before every request"
            keep = "Without max_age, browsers cache preflights for 5 seconds."
            yield Effect(HEADERS, use.found(what, keep))


@row(21, "'False' in the config is false")
def false_in_words(subject: Subject) -> Iterator[Effect]:
    for name, option in OPTIONS.items():
        written = subject.app.config.get(option.key)
        if option.parse is not parse_flag or not isinstance(written, str) or not written:
            continue
        used = any(use.source.level == "config" for use in subject.uses(name))
        # The effective value may be False since it cannot be granted together with another.
        if used and CONFIG_FLAGS.get(written.strip().lower()) is False:
            what = f"{option.key} = {written!r} was true, as every string is; it is False"
            effect = LESS if name.startswith(("supports", "allow")) else HEADERS
            keep = f"Write {option.key} = True if it is to stay on."
            yield Effect(effect, Found(option.key, what, keep))


@row(27, "errors carry the headers whatever intercept_exceptions is")
def intercepted_exceptions(subject: Subject) -> Iterator[Effect]:
    for use in _set(subject, "intercept_exceptions"):
        if not use.value:
            what = "with intercept_exceptions=False, errors had no CORS headers; they carry them"
            keep = "Nothing needs to be done: a page sees the status of an error."
            yield Effect(HEADERS, use.found(what, keep))


@row(28, "headers= adds to allow_headers")
def old_name(subject: Subject) -> Iterator[Effect]:
    for use in _set(subject, "headers"):
        more = any(_adds(row.policy, use.value) for row in use.rows if row.policy)
        what = "the name of 1.x was ignored; it adds to allow_headers"
        if not more:
            what += ", which allows these headers already"
        old, new = "headers=", "allow_headers="
        if use.source.level == "config":
            old, new = "CORS_HEADERS", "CORS_ALLOW_HEADERS"
        yield Effect(MORE if more else WARNS, use.found(what, f"Remove {old}, or write {new}."))


def _adds(policy: Policy, headers: HeaderNames) -> bool:
    """Return whether *headers* allow any that ``allow_headers`` alone does not."""
    own = policy.settings["allow_headers"].value
    return not own.any and not (headers.names <= own.names and headers.regexes == ())


@row(29, "Access-Control-Expose-Headers not on preflights")
def exposed_on_preflights(subject: Subject) -> Iterator[Effect]:
    for use in _set(subject, "expose_headers"):
        if use.value:
            what = f"{some(use.value)} was sent on preflights too, where it means nothing"
            yield Effect(HEADERS, use.found(what, "Nothing needs to be done."))


# What nothing but requests, or the reading of code, can show.
add(6, "a path is decoded once, and one with a . or .. segment gets no CORS headers", None)
add(12, "methods compare exactly: ET was allowed where GET is", None)
add(13, "Vary: Origin is complete, and one line", None)
add(20, "404, 405, redirects and errors in decorated views carry the headers", None)
add(23, "the level and the handlers of the logger are left alone", None)
add(32, "an option in a place where it has no effect is warned about", None)
add(34, "app.config and lists are read before the first request, not in CORS(app)", None)
add(38, "an Origin over 512 characters, or not visible ASCII, matches '*' alone", None)
