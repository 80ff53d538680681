"""What an explanation holds, and how it reads as text.

Plain data: asks nothing and decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from ..errors import Source
from ..options.parsers import HeaderNames
from ..options.schema import OPTIONS, Setting
from ..patterns.origins import Origins
from ..policy.steps import Step
from .app_code import Writer
from .text import Line, page_of

_MOST_PATTERNS = 10


@dataclass(frozen=True)
class EffectiveOption:
    """An option's effective value as text, where it is set, and what was dropped of it."""

    name: str
    value: str
    source: Source
    dropped: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        source = self.source._asdict()
        return {"name": self.name, "value": self.value, "source": source, "dropped": self.dropped}

    @property
    def note(self) -> str:
        """What was dropped, in words; empty where nothing was."""
        return f"{self.dropped} was dropped" if self.dropped else ""

    def __str__(self) -> str:
        source = self.source
        place = source.level if source.level == "default" else f"{source.level}: {source}"
        note = f"; {self.note}" if self.dropped else ""
        return f"{self.name} = {self.value}  ({place}{note})"


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


class Change(NamedTuple):
    """One edit of the configuration: what is to be done, where, to which option.

    ``action`` is ``add`` (to the values that are there), ``set``, ``call``, ``decorate`` or
    ``remove``; ``value`` is what is to be written; ``option`` may be empty.
    """

    action: str
    place: str
    option: str
    value: str
    file: str | None = None
    line: int | None = None


class Advice(NamedTuple):
    """What would turn the verdict: a sentence, and the edits of the configuration, if any.

    The edits have been compiled and asked. ``known`` says why there is no advice, where every
    change that was tried fails.
    """

    text: str = ""
    changes: tuple[Change, ...] = ()
    known: str = ""


def _no_advice() -> Advice:
    return Advice()


@dataclass(frozen=True)
class Explanation:
    """What a request would be answered and why; ``str()`` reads as a report.

    ``verdict`` is ``readable``, ``blocked``, ``same-origin``, without an origin ``no-origin``,
    ``refused`` where ``enforce`` has the server answer with 403 and no view runs, or
    ``undecided`` where code of the app answers the preflight, or, named in ``writers``, writes or
    removes Access-Control-Allow-Origin; ``otherwise`` is then the verdict of the options alone.
    ``message`` is what a browser's console would say, and ``problem`` the check that fails, as
    ``flask_cors.testing`` names it. ``status`` is the one that Flask answers with where no view
    would run, and ``why_status`` says why. ``off`` says why CORS is off here: ``exempt``,
    ``dot segment``, ``not covered``, or ``nowhere`` where it is on for no route of the app; it
    is empty where CORS is on. ``lost_mark`` says what to do about a decorator of the view that
    has no effect, and is empty where there is none. ``assumed`` says which host was assumed.
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
    problem: str = ""
    status: int | None = None
    why_status: str = ""
    otherwise: str = ""
    writers: tuple[Writer, ...] = ()
    assumed: str = ""
    preflight: tuple[str, ...] = ()
    ask_advice: Callable[[], Advice] = field(default=_no_advice, compare=False, repr=False)

    @property
    def allowed(self) -> bool:
        """Whether a page of this origin can read the response, as far as that is known."""
        return self.verdict not in ("blocked", "refused", "undecided")

    @property
    def outcome(self) -> str:
        """The verdict, and the status where it is known: ``readable, 404: no route ...``."""
        return f"{self.verdict}, {self.status}: {self.why_status}" if self.status else self.verdict

    @cached_property
    def tried(self) -> Advice:
        """The change that turns the verdict; it is looked for and tried when first asked for."""
        return self.ask_advice()

    @property
    def advice(self) -> str:
        """The change that would turn the verdict, in words; empty where there is none."""
        return self.tried.text

    def to_dict(self, advice: bool = True) -> dict[str, Any]:
        """Return all of it as plain data, for JSON; no change is tried without *advice*."""
        found = {name: value for name, value in vars(self).items() if name in _PLAIN}
        tried = self.tried if advice else Advice()
        return {
            **found,
            "walk": [asdict(step) for step in self.walk],
            "options": [option.to_dict() for option in self.options],
            "exchanges": [
                {
                    **asdict(exchange),
                    "steps": [step.to_dict() for step in exchange.steps],
                    "answer": exchange.answer,
                }
                for exchange in self.exchanges
            ],
            "writers": [writer._asdict() for writer in self.writers],
            "advice": tried.text,
            "changes": [change._asdict() for change in tried.changes],
            "known": tried.known,
        }

    def lines(self, every_option: bool = False) -> Iterator[Line]:
        """Yield the report: verdict, status and advice first, then what led to them.

        Options that have their default are left out without *every_option*.
        """
        yield from _verdict_lines(self)
        yield from _preflight_lines(self)
        yield from _walk_lines(self, every_option)
        for exchange in self.exchanges:
            yield from _exchange_lines(exchange)

    def __str__(self) -> str:
        return page_of(self.lines())


_PLAIN = frozenset(Explanation.__dataclass_fields__) - {"ask_advice"}


def effective_options(settings: Mapping[str, Setting]) -> Iterable[EffectiveOption]:
    """Yield a policy's options as text, each with its source, in the documented order."""
    return (effective_option(name, setting) for name, setting in shown_settings(settings))


def shown_settings(settings: Mapping[str, Setting]) -> Iterable[tuple[str, Setting]]:
    """Yield the settings that are worth showing, in the documented order of the options."""
    for name in OPTIONS:
        setting = settings.get(name)
        # The 1.x name adds to allow_headers, and is worth a line only where somebody uses it.
        unused = name == "headers" and setting is not None and setting.source.level == "default"
        if setting is None or name == "resources" or unused:
            continue
        if name == "allow_headers" and "headers" in settings and not setting.value.any:
            setting = setting._replace(value=setting.value | settings["headers"].value)
        yield name, setting


def effective_option(name: str, setting: Setting) -> EffectiveOption:
    """Return one option as text, with its source."""
    return EffectiveOption(name, show(setting.value), setting.source, setting.dropped)


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


# -- as text ---------------------------------------------------------------------------

_COLORS = {"blocked": "red", "refused": "red", "undecided": "yellow"}


def _verdict_lines(explanation: Explanation) -> Iterator[Line]:
    yield Line(
        f"{explanation.method} {explanation.url} from {explanation.origin or 'no origin'}", "bold"
    )
    color = _COLORS.get(explanation.verdict, "green")
    if explanation.status:
        yield Line(explanation.outcome, color)
        yield Line(explanation.message)
    else:
        yield Line(f"{explanation.outcome}: {explanation.message}", color)
    if explanation.advice:
        yield Line(f"To change that: {explanation.advice}", "bold")
    notes = (explanation.tried.known, *explanation.notes, explanation.assumed)
    yield from (Line(f"Note: {note}") for note in notes if note)


def _preflight_lines(explanation: Explanation) -> Iterator[Line]:
    yield Line()
    yield Line(
        "A browser sends a preflight first:" if explanation.preflight else "No preflight is needed."
    )
    yield from (Line(f"- {reason}", indent=2, hang=2) for reason in explanation.preflight)


def _walk_lines(explanation: Explanation, every_option: bool) -> Iterator[Line]:
    yield Line()
    yield Line(f"Endpoint: {explanation.endpoint or 'none (404)'}", "bold")
    for number, step in enumerate(explanation.walk, 1):
        sets = f"sets {', '.join(step.sets)}" if step.sets else "sets nothing"
        yield Line(f"{number}. {step.level}: {step.place} {sets}", indent=2, hang=3)
    if not explanation.options:
        return
    shown = [item for item in explanation.options if every_option or item.source.level != "default"]
    yield Line("Effective options:", "bold")
    yield from (Line(str(option), indent=2, hang=2) for option in shown)
    if rest := len(explanation.options) - len(shown):
        which = f"The other {rest}" if shown else f"All {rest}"
        yield Line(f"{which} have their defaults; --all shows them.", indent=2)


def _exchange_lines(exchange: ExplainedExchange) -> Iterator[Line]:
    yield Line()
    title = "Preflight" if exchange.kind == "preflight" else "Request"
    yield Line(f"{title}: {exchange.method} {exchange.url} -> {exchange.answer}", "bold")
    for step in exchange.steps:
        state, color = ("ok", "green") if step.ok else ("FAILS", "red")
        yield Line(f"{state:5}  {step.name}: {step.text}", color, indent=2, hang=7)
        yield Line(step.clause, indent=9)
    headers = [*exchange.headers, *([("Vary", "Origin")] if exchange.vary else [])]
    if headers:
        yield Line("Headers that are added:", indent=2)
    yield from (Line(f"{name}: {value}", indent=4, hang=2) for name, value in headers)
