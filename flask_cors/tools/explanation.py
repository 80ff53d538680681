"""What an explanation holds, and how it reads as text.

Plain data: asks nothing and decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..errors import Source, shorten
from ..options.parsers import HeaderNames
from ..options.schema import OPTIONS, Setting
from ..patterns.origins import Origins
from ..policy.decide import Step

_MOST_PATTERNS = 10


@dataclass(frozen=True)
class EffectiveOption:
    """An option's effective value as text, and where it was said."""

    name: str
    value: str
    source: Source

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {"name": self.name, "value": self.value, "source": self.source._asdict()}


@dataclass(frozen=True)
class WalkStep:
    """One level of the walk: which, where, and the options that it sets."""

    level: str
    place: str
    sets: tuple[str, ...]


@dataclass(frozen=True)
class ExplainedExchange:
    """One request of the page, and what the library makes of it.

    ``answered_by`` is ``flask_cors`` for a preflight that is answered before any code of
    the app, else ``app``; ``status`` is ``None`` where a view would decide on it.
    """

    kind: str
    method: str
    url: str
    endpoint: str | None
    answered_by: str
    status: int | None
    headers: tuple[tuple[str, str], ...]
    vary: bool
    steps: tuple[Step, ...]

    @property
    def answer(self) -> str:
        """Who answers, in words."""
        if self.answered_by == "flask_cors":
            return f"{self.status}, from Flask-CORS"
        return f"{self.status}, from Flask" if self.status else "what the app answers"


@dataclass(frozen=True)
class Explanation:
    """What a request would be answered and why; ``str()`` reads as a report.

    ``verdict`` is ``readable``, ``blocked``, ``same-origin`` or, without an origin,
    ``no-origin``; ``message`` is what a browser's console would say. ``off`` says why CORS
    is off here: ``exempt``, ``dot segment``, ``not covered``, or ``nowhere`` where it is on
    for no route of the app; it is empty where CORS is on. ``lost_mark`` says what to do
    about a mark of the view that has no effect, and is empty where there is none.
    """

    method: str
    url: str
    origin: str | None
    endpoint: str | None
    covered: bool
    walk: tuple[WalkStep, ...]
    options: tuple[EffectiveOption, ...]
    exchanges: tuple[ExplainedExchange, ...]
    verdict: str
    message: str = ""
    notes: tuple[str, ...] = ()
    credentials: bool = False
    off: str = ""
    lost_mark: str = ""

    @property
    def allowed(self) -> bool:
        """Whether a page of this origin could read the response."""
        return self.verdict != "blocked"

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain data, for JSON."""
        found = asdict(self)
        found["options"] = [option.to_dict() for option in self.options]
        for exchange, shown in zip(self.exchanges, found["exchanges"], strict=True):
            shown["answer"] = exchange.answer
            shown["steps"] = [step._asdict() for step in exchange.steps]
        return found

    def __str__(self) -> str:
        return "\n".join(_lines(self))


def effective_options(settings: Mapping[str, Setting]) -> Iterable[EffectiveOption]:
    """Yield a policy's options as text, each with its source, in the documented order."""
    return (effective_option(name, setting) for name, setting in shown_settings(settings))


def shown_settings(settings: Mapping[str, Setting]) -> Iterable[tuple[str, Setting]]:
    """Yield the settings that are worth showing, in the documented order of the options."""
    for name in OPTIONS:
        setting = settings.get(name)
        # The 1.x name adds to allow_headers, and is worth a line only where somebody uses it.
        unused = name == "headers" and setting is not None and setting.source.level == "default"
        if setting is not None and name != "resources" and not unused:
            yield name, setting


def effective_option(name: str, setting: Setting) -> EffectiveOption:
    """Return one option as text, with its source."""
    return EffectiveOption(name, show(setting.value), setting.source)


def show(value: object) -> str:
    """Return an option's value as its author might have written it."""
    if isinstance(value, Origins):
        patterns = value.patterns()
        rest = len(patterns) - _MOST_PATTERNS
        more = [f"and {rest} more"] if rest > 0 else []
        return ", ".join(patterns[:_MOST_PATTERNS] + more) or "none"
    if isinstance(value, HeaderNames):
        return ", ".join(value.texts) or "none"
    if isinstance(value, frozenset | tuple):
        return ", ".join(sorted(value)) or "none"
    return "none" if value is None else str(value)


def _lines(told: Explanation) -> Iterable[str]:
    yield f"{told.method} {told.url} from {shorten(told.origin)}: {told.verdict}"
    yield f"  {told.message}"
    yield f"endpoint: {told.endpoint or 'none (404)'}"
    for step in told.walk:
        yield f"  {step.level}: {step.place} sets {', '.join(step.sets) or 'nothing'}"
    for option in told.options:
        yield f"  {option.name} = {option.value}  [{option.source}]"
    for exchange in told.exchanges:
        yield f"{exchange.kind}: {exchange.method} {exchange.url} -> {exchange.answer}"
        for found in exchange.steps:
            state = "ok   " if found.ok else "FAILS"
            yield f"  {state}  {found.name}: {found.text} <{found.clause}>"
        for name, value in exchange.headers:
            yield f"  {name}: {value}"
    for note in told.notes:
        yield f"note: {note}"
