"""Rules about the configuration: what cannot be combined, is misspelt, or ignored in vain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ...errors import Problem, shorten
from ...options.reader import misspelt_keys
from ._subject import Found, Subject

IGNORE_KEY: Final = "CORS_CHECK_IGNORE"


def config_errors(subject: Subject) -> Iterator[Found]:
    yield from map(_of_problem, subject.problems)


def possible_conflicts(subject: Subject) -> Iterator[Found]:
    problems = {str(item): item for policy in subject.table.all for item in policy.degraded}
    yield from map(_of_problem, problems.values())


def _of_problem(problem: Problem) -> Found:
    source = problem.source
    reason = f"{problem.option}={shorten(problem.value)}: {problem.reason}"
    return Found(source.place, reason, problem.hint, source.file, source.line)


def misspelt(subject: Subject) -> Iterator[Found]:
    for key, meant in misspelt_keys(subject.app.config):
        yield Found(key, "this config key is no option of CORS", f"Is {meant} meant?")


def ignored_ids(config: Mapping[str, Any]) -> dict[str, str]:
    """Return the ids that the config ignores, each with its reason."""
    given = config.get(IGNORE_KEY)
    items = given.items() if isinstance(given, Mapping) else ()
    return {str(id_): why.strip() for id_, why in items if isinstance(why, str) and why.strip()}


def _span(ids: set[str]) -> str:
    return f"{min(ids)} to {max(ids)}"


def ignored_in_vain(config: Mapping[str, Any], known: set[str], found: set[str]) -> Iterator[Found]:
    """Yield the entries of the config's list that ignore nothing."""
    given = config.get(IGNORE_KEY, {})
    if not isinstance(given, Mapping):
        yield Found(
            IGNORE_KEY,
            f"it is a {type(given).__name__}, and no dictionary of ids with reasons",
            "Write {'CORS002': 'the reason'}.",
        )
        return
    reasons = ignored_ids(config)
    for id_ in map(str, given):
        place = f"{IGNORE_KEY}[{shorten(id_)}]"
        if id_ not in known:
            yield Found(place, "there is no rule of this id", f"The ids are {_span(known)}.")
        elif id_ not in reasons:
            yield Found(place, "there is no reason, so it is not ignored", "Write the reason.")
        elif id_ not in found:
            yield Found(place, "there is nothing to ignore any more", "Take the entry away.")
