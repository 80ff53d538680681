"""Advice for an explanation: what would turn the verdict.

A change of the configuration is compiled on a copy and asked before it is shown: it turns the
verdict that was asked for, breaks no other route and opens none to other origins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from difflib import get_close_matches
from itertools import islice
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from ... import fetch
from ...policy.facts import MAX_REQUEST_HEADERS_COUNT, MAX_REQUEST_HEADERS_LENGTH
from ...resolution.lost_marks import functions_of, lost_mark_of
from ...resolution.marks import mark_of
from ..asking import NOT_SENDABLE, Asked, Question
from ..explanation import Advice, Change, Explanation
from ..limits import NOT_SHARED
from ..routes import example
from .drafts import Draft, Edit, InvalidEditError, Opened, with_mark
from .plans import Plan, plans_where_on
from .plans_off import plans_where_off
from .plans_shared import on_every_view
from .resources import correcting_plans
from .trials import Trials, Tried

# The verdicts that a change could turn.
_TO_TURN: Final = ("blocked", "refused")
# One edit may show the next thing that is missing; no plan needs more rounds than options.
_MOST_ROUNDS: Final = 4
_MOST_PLANS: Final = 12


# -- what the page, or the person who asks, can do -----------------------------------------


def look_for(explanation: Explanation, asked: Asked, trials: Trials) -> Advice:
    """Look for what turns the verdict, and try it.

    Empty where nothing is blocked by CORS.
    """
    missing = ""
    if explanation.status == 404 and not explanation.off:
        missing = f"Check the URL: no route serves this path.{_nearest(trials, asked)}"
    elif explanation.status == 405 and asked.found.served:
        served = ", ".join(asked.found.served)
        missing = f"Check the method: this path serves {served}, and not {explanation.method}."
    if explanation.verdict == "undecided" and explanation.otherwise == "blocked":
        text = _for_the_app(explanation, asked, trials).text
        return Advice(known=f"If that code leaves the response alone: {_lowered(text)}")
    if explanation.verdict not in _TO_TURN:
        return Advice(missing if explanation.verdict == "readable" else "")
    if explanation.lost_mark and _would_help(explanation, trials):
        return Advice(explanation.lost_mark)
    if text := _for_the_page(explanation, asked, trials):
        return Advice(text)
    found = _for_the_app(explanation, asked, trials)
    if explanation.verdict == "refused" and any(map(_lets_in, found.changes)):
        text = f"If you trust pages of {explanation.origin}: {_lowered(found.text)}"
        return found._replace(text=text)
    if missing and found.text:
        read = f"To let the page read the {explanation.status}"
        text = f"{missing} {read}: {_lowered(found.text)}"
        return found._replace(text=text)
    return found


def _lowered(text: str) -> str:
    """Return a sentence as the second part of another one."""
    return f"{text[:1].lower()}{text[1:]}"


def _lets_in(change: Change) -> bool:
    """Return whether a change adds an origin."""
    return change.option == "origins" or change.action in ("call", "decorate")


def _would_help(explanation: Explanation, trials: Trials) -> bool:
    """Return whether the decorator that has no effect would let the page read the response."""
    view = trials.start.app.view_functions.get(explanation.endpoint or "")
    marks = (mark_of(function) for function in functions_of(view))
    mark = next(filter(None, marks), None) or lost_mark_of(view)
    if mark is None or mark.exempt:
        return False
    return trials.ask(with_mark(view, mark.settings)(trials.start)).turned


def _for_the_app(explanation: Explanation, asked: Asked, trials: Trials) -> Advice:
    if _is_written_small(asked):
        method = trials.question.method.upper()
        text = f"Write the method in capitals in the page, {method!r}: browsers send it unchanged"
        return _after(explanation, trials, replace(trials.question, method=method), text)
    if names := _of_responses(asked, trials.question):
        kept = {name: value for name, value in trials.question.headers.items() if name not in names}
        what = "it is a header of responses" if len(names) == 1 else "they are headers of responses"
        text = f"Remove {' and '.join(names)} from the page's request: {what}"
        return _after(explanation, trials, replace(trials.question, headers=kept), text)
    return _tried(explanation, asked, trials)


def _for_the_page(explanation: Explanation, asked: Asked, trials: Trials) -> str:
    """Return what to do where no option of the app is the cause; empty elsewhere."""
    if explanation.problem == NOT_SENDABLE:
        return "Ask for an origin, a method and headers that a page can send."
    if explanation.problem == "mixed-content":
        return _over_https(explanation)
    if explanation.off == "dot segment":
        return "Ask for the path without its . and .. segments."
    if explanation.off and explanation.endpoint is None:
        known = "no route serves this path, and no CORS object covers it"
        return f"Check the URL: {known}.{_nearest(trials, asked)}"
    last = explanation.exchanges[-1]
    if urlsplit(last.url).netloc != urlsplit(explanation.url).netloc:
        return (
            f"Have the page ask {last.url} itself: after a redirect to another server a browser "
            "sends the origin 'null'."
        )
    return "" if explanation.off else _beyond_lists(explanation, asked, trials.question)


def _over_https(explanation: Explanation) -> str:
    """Return what to do where a page that came over https is led to plain http."""
    if explanation.url.startswith("https:"):
        return (
            "The app redirects to plain http: behind a proxy that ends TLS, wrap app.wsgi_app in "
            "werkzeug's ProxyFix, or have the page ask the address that it redirects to."
        )
    return (
        "Serve the API over https, or open the page over http; behind a proxy that ends TLS, wrap "
        "app.wsgi_app in werkzeug's ProxyFix."
    )


def _beyond_lists(explanation: Explanation, asked: Asked, question: Question) -> str:
    """Return what to do where adding to an option's list is not it; empty where it is."""
    codes = {step.code for step in asked.failed}
    if explanation.origin == "null" and (codes or question.credentials):
        return (
            "Serve the page from an origin of its own: every sandboxed frame and local file has "
            "the origin 'null', so a list that holds it is open to any site."
        )
    if "headers-too-many" in codes:
        most = f"{MAX_REQUEST_HEADERS_COUNT}, of {MAX_REQUEST_HEADERS_LENGTH} characters"
        return f"Send fewer request headers: at most {most}."
    last = explanation.exchanges[-1]
    if not codes and last.kind == "preflight" and last.answered_by == "app":
        return (
            "The preflight reaches the app (automatic_options=False, or a view that serves "
            "OPTIONS itself): let that view answer it with status 200 and the CORS headers."
        )
    return ""


def _nearest(trials: Trials, asked: Asked) -> str:
    """Return a sentence about the route whose path is most like the one that is asked for."""
    path = asked.found.target.path
    rules = {example(rule.rule): rule.rule for rule in trials.start.app.url_map.iter_rules()}
    near = get_close_matches(path, sorted(rules), 1, 0.5)
    return f" The nearest route is {rules[near[0]]}." if near and near[0] != path else ""


def _is_written_small(asked: Asked) -> bool:
    """Return whether a method fails since it is not in capitals, which options always are.

    Browsers send all but six methods as the page writes them (#concept-method-normalize).
    """
    refused = (step.values for step in asked.failed if step.code == "method-not-allowed")
    return any(method != method.upper() for method, *_ in refused)


def _of_responses(asked: Asked, question: Question) -> list[str]:
    """Return the headers of the page that are refused, and that only responses have."""
    refused = {
        name.lower()
        for step in asked.failed
        if step.code == "headers-not-allowed"
        for name in step.values
    }
    wrong = refused & fetch.CORS_RESPONSE_HEADERS.keys()
    return [name for name in question.headers if name.lower() in wrong]


def _after(explanation: Explanation, trials: Trials, question: Question, text: str) -> Advice:
    """Have the page change its request as *text* says; then see what else is needed."""
    again = trials.with_question(question)
    now = again.before
    if now.verdict == "readable":
        return Advice(f"{text}.")
    if now.verdict not in _TO_TURN:
        return Advice()
    more = _tried(explanation, now, again)
    return more._replace(text=f"{text}; and {_lowered(more.text)}") if more.text else more


# -- what a change of the configuration can do ---------------------------------------------


_CLOSES: Final = (
    "With this change, pages of other origins, which can read the response now, could no longer "
    "read it: list the origins that should."
)


class Remedy(NamedTuple):
    """A change that was tried: the edits, and what came out."""

    edits: tuple[Edit, ...]
    tried: Tried

    @property
    def corrects(self) -> bool:
        """Whether a resource that covers no route is corrected: then the route is meant."""
        return any(edit.corrects for edit in self.edits)


def _tried(explanation: Explanation, asked: Asked, trials: Trials) -> Advice:
    good, rejected = remedies_for(explanation.off, asked, trials)
    if not good:
        known = "No change of one option would let the page read the response."
        if any(each.code == NOT_SHARED for each in asked.failed):
            known = f"{known} Serve {explanation.method} at a URL of its own."
        if rejected:
            why, text = rejected[0].tried.objection, sentence(rejected[0].edits)
            known = f"{known} Rejected, because {why}: {text[:-1]}."
        return Advice(known=known)
    best, *others = good
    text = sentence(best.edits)
    if others and ";" not in text:
        text = f"{text[:-1]}, or {_lowered(sentence(others[-1].edits))}"
    changes = tuple(edit.change for edit in best.edits)
    notes = [_CLOSES] if best.tried.closes else []
    notes += [_once_for_all(each) for each in rejected if _is_dropped_there(asked, each)][:1]
    return Advice(text, changes, " ".join(notes))


def _is_dropped_there(asked: Asked, remedy: Remedy) -> bool:
    """Return whether a change is one of the place whose credentials are dropped for all routes."""
    policy = asked.found.policy
    dropped = policy.dropped_credentials if policy else None
    return dropped is not None and all(
        (edit.change.file, edit.change.line) == (dropped.source.file, dropped.source.line)
        for edit in remedy.edits
    )


def _once_for_all(remedy: Remedy) -> str:
    """Return a change that is not proposed as it takes from others; warnings name its form."""
    text = _lowered(sentence(remedy.edits))[:-1]
    return (
        f"To change it for every route of that call: {text}. But {remedy.tried.objection}: list "
        "every origin that is to read these routes."
    )


def remedies_for(off: str, asked: Asked, trials: Trials) -> tuple[list[Remedy], list[Remedy]]:
    """Return the changes that help and harm nothing, the best first, and those that harm.

    There are several where CORS is off, since it cannot be known which is meant.
    """
    start = trials.start
    several = off in ("not covered", "nowhere")
    plans = plans_where_off(start, asked, off) if off else _where_on(asked, trials)
    good: list[Remedy] = []
    rejected: list[Remedy] = []
    for plan in islice(plans, _MOST_PLANS):
        found = _carried_out(plan, asked, trials)
        if found is None:
            continue
        if found.tried.objection:
            rejected.append(found)
            continue
        good.append(found)
        if not several and not found.tried.cost:
            break
    # The first is the most natural; one that changes less for others goes before it.
    good.sort(key=lambda found: 0 if found.corrects else found.tried.cost)
    return (good if several else good[:1]), rejected


def _where_on(asked: Asked, trials: Trials) -> Iterator[Plan]:
    yield from correcting_plans(trials.start, asked, trials.question)
    plans = list(plans_where_on(asked))
    yield from plans
    if any(each.code in ("credentials-off", NOT_SHARED) for each in asked.failed):
        yield from map(on_every_view, plans)


def _carried_out(plan: Plan, asked: Asked, trials: Trials) -> Remedy | None:
    """Follow a plan until the page can read the response; ``None`` where it never can."""
    draft: Draft = trials.start
    edits: list[Edit] = []
    announced, opened = None, frozenset[Opened]()
    for _ in range(_MOST_ROUNDS):
        try:
            more = plan(draft, asked, trials.question)
        except InvalidEditError:
            return None
        if not more:
            return None
        for edit in more:
            draft = edit.make(draft)
        edits += more
        opened = opened.union(*(edit.opens for edit in more))
        tried = trials.ask(draft)
        if any(edit.corrects or edit.announces_all for edit in more):
            announced = tried.compiled.policies
        if tried.turned:
            return Remedy(tuple(edits), trials.judge(tried, announced, opened))
        if tried.asked is None:
            return None
        asked = tried.asked
    return None


def sentence(edits: Iterable[Edit]) -> str:
    """Return edits as one sentence, those at one place together."""
    listed: dict[str, dict[str, list[str]]] = {}
    single: list[str] = []
    for edit in edits:
        if edit.verb in ("add", "write", "correct"):
            listed.setdefault(edit.change.place, {}).setdefault(edit.verb, []).append(edit.words)
        else:
            single.append(f"{edit.verb} {edit.words}".strip())
    parts = [", and ".join(dict.fromkeys(single))] if single else []
    for place, verbs in listed.items():
        todo = (f"{verb} {' and '.join(texts)}" for verb, texts in verbs.items())
        parts.append(f"in {place}, {', and '.join(todo)}")
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}." if text else ""
