"""Ask Chromium and the model the same questions, and list where their answers differ."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count, zip_longest
from random import Random
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Frame, Page

from flask_cors.testing import CHROMIUM, Browser, Exchange, NetworkError
from tests.conformance.cases import Ask, Case, Pairs, pages
from tests.conformance.chromium import Chromium, running
from tests.conformance.server import Addresses, Log, serving

# What the standard speaks of; the rest is the browser's name and taste.
COMPARED = re.compile(
    r"accept|accept-language|access-control-request-.*|authorization|cache-control|"
    r"content-(language|length|type)|device-memory|downlink|dpr|if-(modified-since|none-match)|"
    r"origin|pragma|referer|rtt|save-data|viewport-width|width|x-.*",
)
# The standard's text is compared on the request itself: Chromium sends less of it with a
# preflight, and forgets where a redirect came from.
METADATA = re.compile(r"sec-fetch-(dest|mode|site)")
OWN_LANGUAGE = ("accept-language", "en-US,en;q=0.9")
# What a console says of a failure; after a reason of CORS comes FAILED as well.
REASON = re.compile("Access to |Fetch API cannot load|Mixed Content|Unsafe attempt|Failed to load")
FAILED = "Failed to load resource: net::ERR_FAILED"
# Chromium's list of schemes differs from build to build.
SCHEMES = re.compile(r"(only supported for protocol schemes: ).*")

# Of several refused headers Chromium names any, in the order of a hash table.
REFUSED = re.compile(r"(Request header field )\S+( is not allowed)")

Outcome = dict[str, Any]


class Cases:
    """The WSGI application behind the differential test: each case has a path of its own."""

    def __init__(self) -> None:
        self.current: dict[str, Case] = {}

    def set(self, cases: Iterable[Case]) -> None:
        self.current = {f"c{case.number}": case for case in cases}

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        case = self.current.get(_case_name(environ["PATH_INFO"]))
        if case is None:
            start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", "15")])
            return [b"<!doctype html>"]
        try:
            return case.application(environ, start_response)
        except RuntimeError:
            # As a server answers when the application fails.
            start_response("500 Internal Server Error", [("Content-Length", "0")])
            return []


def _case_name(path: str) -> str:
    return path.split("/")[1]


@dataclass
class Seen:
    """What one case came to: a page's view of each answer, the wire, the console, the jar."""

    outcomes: list[Outcome] = field(default_factory=list)
    wire: list[Any] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    cookies: set[Any] = field(default_factory=set)


@dataclass
class Disagreement:
    """A case in which Chromium and the model differ, and in what."""

    case: Case
    chromium: Seen
    model: Seen

    def __str__(self) -> str:
        lines = [f"case {self.case.number}, on a page of {self.case.page}"]
        lines += [f"  asks {ask}" for ask in self.case.asks]
        lines += [f"  {line}" for line in str(self.case.application).splitlines()]
        for name in ("outcomes", "wire", "console"):
            both = zip_longest(getattr(self.chromium, name), getattr(self.model, name))
            differing = [pair for pair in both if pair[0] != pair[1]]
            for real, modelled in differing[:3]:
                lines += [f"  {name}, Chromium: {real}", f"  {name}, model:    {modelled}"]
        for who, cookies in (
            ("Chromium", self.chromium.cookies - self.model.cookies),
            ("model", self.model.cookies - self.chromium.cookies),
        ):
            lines += [f"  cookie only in {who}: {cookie}" for cookie in sorted(cookies)]
        lines += [f"  {line}" for line in _misjudged(self.case, self.chromium)]
        return "\n".join(lines)


@dataclass
class Tally:
    """What a run came to: pairs asked, failing steps of the standard, options, verdicts."""

    pairs: int = 0
    steps: Counter[str] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[bool] = field(default_factory=Counter)
    disagreements: list[Disagreement] = field(default_factory=list)


@dataclass
class Session:
    """One running Chromium with a page on each origin."""

    chromium: Chromium
    at: Addresses
    log: Log
    served: Cases
    third_party_cookies: bool
    tally: Tally
    _pages: dict[str, Page | Frame] = field(default_factory=dict)

    def open(self) -> None:
        """Open the pages."""
        for name, origin in pages(self.at).items():
            if origin == "null":
                self._pages[name] = self.chromium.sandboxed(f"{pages(self.at)['shop']}/")
            else:
                self._pages[name] = self.chromium.page(f"{origin}/")

    def run(self, cases: Sequence[Case]) -> None:
        """Run a batch; the cases of one page run side by side."""
        self.served.set(cases)
        real = self._ask_chromium(cases)
        for case in cases:
            modelled = self._ask_model(case, real[case.number])
            # Messages of the page and of the network overtake each other.
            real[case.number].console.sort()
            modelled.console.sort()
            for outcome in real[case.number].outcomes:
                del outcome["started"]
            if real[case.number] != modelled or _misjudged(case, real[case.number]):
                self.tally.disagreements.append(Disagreement(case, real[case.number], modelled))
            self._count(case)

    def _count(self, case: Case) -> None:
        self.tally.pairs += len(case.asks)
        for label in case.labels:
            self.tally.labels[label] += len(case.asks)
        self.tally.verdicts.update(verdict for verdict in _verdicts(case) if verdict is not None)

    def _ask_chromium(self, cases: Sequence[Case]) -> dict[int, Seen]:
        self._set_cookies(cases)
        self.chromium.console.clear()
        self.log.take()
        seen = {case.number: Seen() for case in cases}
        for name, page in self._pages.items():
            of_page = [case for case in cases if case.page == name]
            results = self.chromium.run(page, [[init_of(a) for a in c.asks] for c in of_page])
            for case, outcomes in zip(of_page, results, strict=True):
                seen[case.number].outcomes = [_real_outcome(outcome) for outcome in outcomes]
        by_name = {f"c{number}": entry for number, entry in seen.items()}
        for exchange in self.log.take():
            name = _case_name(urlsplit(exchange.request.url).path)
            # A page's icon may be asked for at any time.
            if name in by_name:
                by_name[name].wire.append(_wire(exchange, name))
        for name, text in self._console():
            by_name[name].console.append(text)
        for cookie in map(dict, self.chromium.context.cookies()):
            owner = re.search(r"c\d+", str(cookie["name"]))
            if owner:
                by_name[owner[0]].cookies.add(_real_cookie(cookie))
        return seen

    def _set_cookies(self, cases: Sequence[Case]) -> None:
        self.chromium.context.clear_cookies()
        seeds = []
        for case in cases:
            for url, line in case.cookies:
                name, value, *_ = re.split(r"=|; ", line)
                path = re.search(r"Path=([^;]*)", line)
                site = re.search(r"SameSite=(\w+)", line)
                seeds.append(
                    {
                        "name": name,
                        "value": value,
                        "domain": urlsplit(url).hostname,
                        "path": path[1] if path else "/",
                        "secure": "; Secure" in line,
                        "sameSite": site[1] if site else "Lax",
                    }
                )
        if seeds:
            self.chromium.context.add_cookies(seeds)  # type: ignore[arg-type]

    def _console(self) -> Iterator[tuple[str, str]]:
        """Yield the reasons that the pages logged for each case."""
        for page in self._pages.values():
            page.evaluate("0")
        explained: set[str] = set()
        for message in self.chromium.console:
            found = re.search(r"/(c\d+)/", f"{message.text} {message.location['url']}")
            if not found or "responded with a status" in message.text:
                continue
            if message.text == FAILED and found[1] in explained:
                explained.remove(found[1])
            elif REASON.match(message.text):
                yield found[1], _words(message.text)
                if message.text.startswith("Access to "):
                    explained.add(found[1])

    def _ask_model(self, case: Case, real: Seen) -> Seen:
        seen = Seen()
        now = [real.outcomes[0]["started"]]
        browser = Browser(
            self.served,
            origin=pages(self.at)[case.page],
            traits=replace(CHROMIUM, third_party_cookies=self.third_party_cookies),
            clock=lambda: now[0],
        )
        for url, line in case.cookies:
            browser.cookies.set(url, line)
        for ask, outcome in zip(case.asks, real.outcomes, strict=True):
            now[0] = outcome["started"]
            seen.outcomes.append(self._model_outcome(browser, ask, seen.console))
        name = f"c{case.number}"
        seen.wire = [_wire(exchange, name) for exchange in browser.exchanges]
        seen.cookies = {
            (c.name, c.value, c.domain, c.path, c.secure, c.http_only, c.same_site)
            for c in browser.cookies
        }
        return seen

    def _model_outcome(self, browser: Browser, ask: Ask, console: list[str]) -> Outcome:
        try:
            response = browser.fetch(
                ask.url,
                method=ask.method,
                headers=ask.headers,
                data=ask.body,
                credentials=ask.credentials,
                mode=ask.mode,
                redirect=ask.redirect,
                upload_listener=ask.uploads,
                referrer_policy=ask.referrer_policy,
                integrity=ask.integrity,
                cache=ask.cache,
            )
        except NetworkError as error:
            self.tally.steps[f"{'preflight: ' if error.preflight else ''}{error.step}"] += 1
            if str(error) != "Failed to fetch":
                console.append(_words(str(error)))
            return {"error": True}
        except TypeError:
            return {"error": True}
        return {
            "error": False,
            "type": None if ask.uploads else response.type,
            "url": response.url,
            "status": response.status,
            "ok": response.ok,
            "redirected": None if ask.uploads else response.redirected,
            "headers": dict(response.headers),
            "text": response.text,
        }


def _verdicts(case: Case) -> list[bool | None]:
    """Return for each request whether it is meant to succeed, ``None`` if that is not known."""
    if case.meaning is None:
        return [None] * len(case.asks)
    return [case.meaning.verdict(ask, case.asks[:at]) for at, ask in enumerate(case.asks)]


def _misjudged(case: Case, real: Seen) -> list[str]:
    """Return where Chromium's answers are not what the configuration means."""
    lines = []
    for ask, outcome, verdict in zip(case.asks, real.outcomes, _verdicts(case), strict=True):
        if case.meaning is None or verdict is None:
            continue
        if verdict == outcome["error"]:
            lines.append(f"meant to be {'readable' if verdict else 'refused'}: {ask}")
        elif verdict and outcome["status"] in (200, 401, 403):
            visible = {"x-one", "etag"} & outcome["headers"].keys()
            if visible != case.meaning.visible(ask):
                lines.append(f"meant to show {case.meaning.visible(ask)}, not {visible}: {ask}")
    return lines


def _words(text: str) -> str:
    return REFUSED.sub(r"\1…\2", SCHEMES.sub(r"\1…", text))


def init_of(ask: Ask) -> dict[str, Any]:
    """Return *ask* for the script in the page."""
    return {
        "url": ask.url,
        "uploads": ask.uploads,
        "init": {
            "method": ask.method,
            "headers": [list(pair) for pair in ask.headers],
            "credentials": ask.credentials,
            "mode": ask.mode,
            "redirect": ask.redirect,
            "body": ask.body,
            "referrerPolicy": ask.referrer_policy,
            "integrity": ask.integrity,
            "cache": ask.cache,
        },
    }


def _real_outcome(result: dict[str, Any]) -> Outcome:
    outcome = {"started": result["started"], "error": result["error"] is not None}
    if result["seen"] is not None:
        outcome |= result["seen"]
        outcome["headers"] = dict(result["seen"]["headers"])
    return outcome


def _wire(exchange: Exchange, name: str) -> Any:
    """Return what is compared of a request to the case *name*."""
    request = exchange.request
    is_first = not exchange.preflight and request.url.endswith("/0")
    headers: dict[str, str] = {}
    for key, value in _compared(request.headers, name, is_first):
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    ordered = tuple(sorted(headers.items()))
    return (exchange.preflight, request.method, request.url, ordered, request.body)


def _compared(headers: Pairs, name: str, is_first: bool) -> Iterator[tuple[str, str]]:
    """Yield the headers that the standard speaks of, of the cookies those of the case."""
    for key, value in headers:
        lower = key.lower()
        if lower == "cookie":
            own = [item for item in value.split("; ") if re.search(rf"{name}\D", item)]
            if own:
                yield lower, "; ".join(own)
        elif METADATA.fullmatch(lower):
            if is_first:
                yield lower, value
        elif COMPARED.fullmatch(lower) and (lower, value) != OWN_LANGUAGE:
            yield lower, value


def _real_cookie(cookie: Any) -> Any:
    return (
        cookie["name"],
        cookie["value"],
        cookie["domain"].removeprefix("."),
        cookie["path"],
        cookie["secure"],
        cookie["httpOnly"],
        cookie["sameSite"].lower(),
    )


Draw = Callable[[int, Random, Addresses], Case]

# Few enough that cookies of one site (180) and preflights (1024) are never evicted.
BATCH = 20
PAIRS_PER_SESSION = 1000


def compare(pairs: int, seed: str, draws: Sequence[Draw], *, third_party_cookies: bool) -> Tally:
    """Ask Chromium and the model at least *pairs* questions, of all kinds in *draws*."""
    tally = Tally()
    served = Cases()
    log = Log()
    numbers = count()
    with serving(served, log) as at:
        while tally.pairs < pairs:
            until = min(pairs, tally.pairs + PAIRS_PER_SESSION)
            with running(third_party_cookies=third_party_cookies) as chromium:
                session = Session(chromium, at, log, served, third_party_cookies, tally)
                session.open()
                while tally.pairs < until:
                    session.run([_draw(next(numbers), seed, draws, at) for _ in range(BATCH)])
    return tally


def _draw(number: int, seed: str, draws: Sequence[Draw], at: Addresses) -> Case:
    return draws[number % len(draws)](number, Random(f"{seed}-{number}"), at)
