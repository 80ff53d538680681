"""``CORS_CHECK_IGNORE``: findings that are accepted, by rule and by place, each with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from ...errors import shorten
from .finding import Finding, RuleInfo
from .subject import Found

IGNORE_KEY: Final = "CORS_CHECK_IGNORE"
UNUSED_ENTRY: Final = RuleInfo("CORS022", "warning", "an ignored id or place that ignores nothing")

_EXAMPLE: Final = "{'CORS002': {'CORS(api)': 'the reason'}}"
_EVERYWHERE: Final = ""


@dataclass(frozen=True)
class Ignored:
    """The entries of ``CORS_CHECK_IGNORE``: reasons by id and place, ``""`` for every place."""

    reasons: Mapping[tuple[str, str], str]
    wrong_type: str = ""

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Ignored:
        """Read the key from the app's *config*."""
        given = config.get(IGNORE_KEY, {})
        if not isinstance(given, Mapping):
            return cls({}, type(given).__name__)
        return cls({(id_, place): _text(why) for id_, place, why in _entries(given)})

    def apply(self, finding: Finding) -> Finding:
        """Return *finding*, with the reason where it is ignored."""
        reason = self.reasons.get((finding.id, finding.place))
        reason = reason or self.reasons.get((finding.id, _EVERYWHERE))
        return replace(finding, ignored=reason) if reason else finding

    def unused(
        self, known: Iterable[str], found: Iterable[Finding], not_run: Iterable[str]
    ) -> Iterator[Found]:
        """Yield the entries that ignore nothing.

        *known* are the ids of all rules; a rule in *not_run* may well have something to ignore.
        """
        if self.wrong_type:
            reason = f"it is a {self.wrong_type}, not a dictionary of ids, places and reasons"
            yield Found(IGNORE_KEY, reason, f"Write {_EXAMPLE}.")
        places = {(item.id, item.place) for item in found}
        used = places | {(id_, _EVERYWHERE) for id_, _ in places}
        silent, ids = set(not_run), sorted(known)
        for (id_, place), reason in self.reasons.items():
            where = f"{IGNORE_KEY}[{shorten(id_)}]" + (f"[{shorten(place)}]" if place else "")
            if id_ not in ids:
                yield Found(where, "there is no such rule", f"The ids are {ids[0]} to {ids[-1]}.")
            elif not reason:
                why = "there is no reason, so nothing is ignored"
                yield Found(where, why, f"Write the reason: {_EXAMPLE}.")
            elif (id_, place) not in used and id_ not in silent:
                yield Found(where, "there is nothing to ignore any more", "Remove the entry.")


def _entries(given: Mapping[Any, Any]) -> Iterator[tuple[str, str, object]]:
    for id_, value in given.items():
        if isinstance(value, Mapping):
            yield from ((str(id_), str(place), why) for place, why in value.items())
        else:
            yield str(id_), _EVERYWHERE, value


def _text(reason: object) -> str:
    return reason.strip() if isinstance(reason, str) else ""
