"""The soak without load: its plan is what the library does, and its judges find mistakes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from werkzeug.test import Client

from tests.soak import clients, report
from tests.soak.app import Reloader, build
from tests.soak.clients import RAW, Checker, Misbehaving, Raw, Seen
from tests.soak.memory import Growth, Memory
from tests.soak.plan import (
    ALWAYS,
    ASKS,
    BAD,
    BEGUN,
    ENDED,
    EVEN,
    FAULT,
    ODD,
    Answer,
    Ask,
    expected,
    verdict,
)

FIRST = ASKS[0]
WRK = """\
  Latency Distribution
     50%    3.05ms
     75%    3.67ms
     90%    4.54ms
     99%  810.00us
  300000 requests in 300.00s, 523.52KB read
Requests/sec:   1000.00
Status 200: 299000
Status 404: 1000
"""


def asked(app: object, ask: Ask) -> Answer:
    """Send one request of the plan in this process."""
    headers = ask.headers()
    response = Client(app).open(ask.path, method=ask.method, headers=headers)  # type: ignore[arg-type]
    return Answer(response.status_code, list(response.headers))


def answer(ask: Ask, generation: int, begun: int, ended: int) -> Answer:
    """Return what one generation says, as if the request had met others."""
    lines = [*expected(ask, generation), (BEGUN, str(begun)), (ENDED, str(ended))]
    return Answer(ask.status, lines)


@pytest.fixture
def served() -> tuple[object, Reloader]:
    app, reloader = build("cors")
    return reloader.around(app.wsgi_app), reloader


@pytest.mark.parametrize("ask", ASKS, ids=lambda ask: f"{ask.method} {ask.path} {ask.origin}")
def test_every_generation_does_what_is_planned(ask: Ask, served: tuple[object, Reloader]) -> None:
    app, reloader = served
    for bad in (*BAD, *BAD[:1]):
        assert verdict(ask, asked(app, ask), cors=True) == ""
        reloader.good()
        reloader.bad(bad)
    assert (reloader.done, reloader.refused, reloader.fault) == (6, 6, "")


@pytest.mark.parametrize("ask", ASKS[:12:3])
def test_without_cors_there_are_no_headers(ask: Ask) -> None:
    app, reloader = build("bare")
    plain = replace(ask, status=405 if ask.wanted else ask.status)
    plain = replace(plain, status=200 if ask.method == "OPTIONS" else plain.status)
    assert verdict(plain, asked(reloader.around(app.wsgi_app), ask), cors=False) == ""
    assert "cors" not in app.extensions


def test_a_table_that_stays_is_noticed(
    served: tuple[object, Reloader], monkeypatch: pytest.MonkeyPatch
) -> None:
    app, reloader = served
    monkeypatch.setattr("flask_cors.runtime.state.State.reload", lambda self: None)
    asked(app, FIRST)
    reloader.good()
    assert "are those of generation 0, not of 1 to 1" in verdict(
        FIRST, asked(app, FIRST), cors=True
    )
    reloader.bad(BAD[0])
    assert "reload() has taken" in verdict(FIRST, asked(app, FIRST), cors=True)


def test_generations_between_begin_and_end_are_possible() -> None:
    for generation in (4, 5, 6):
        assert verdict(FIRST, answer(FIRST, generation, 4, 6), cors=True) == ""
    for generation in (3, 7):
        assert verdict(FIRST, answer(FIRST, generation, 4, 6), cors=True)


def test_a_mixture_is_noticed() -> None:
    preflight = next(ask for ask in ASKS if ask.wanted == "PUT" and ask.origin == ALWAYS)
    one, other = (dict(expected(preflight, generation)) for generation in (4, 6))
    for name in one:
        if one[name] != other[name]:
            mixed = Answer(200, [*{**one, name: other[name]}.items(), (BEGUN, "4"), (ENDED, "6")])
            assert "fit no generation" in verdict(preflight, mixed, cors=True)


def test_a_wrong_status_and_a_fault_are_noticed() -> None:
    good = answer(FIRST, 0, 0, 0)
    assert "status 500" in verdict(FIRST, good._replace(status=500), cors=True)
    broken = good._replace(headers=[*good.headers, (FAULT, "broken")])
    assert "broken" in verdict(FIRST, broken, cors=True)


def test_consecutive_generations_differ_for_every_origin() -> None:
    for ask in ASKS:
        if ask.covered and ask.origin in (ALWAYS, EVEN, ODD) and ask.status == 200 and not ask.shop:
            assert expected(ask, 4) != expected(ask, 5)


# -- clients ---------------------------------------------------------------------------


class Handler(BaseHTTPRequestHandler):
    """Answers everything alike: as the plan says of the first request, in generation 7."""

    def do_GET(self) -> None:
        self.send_response(200)
        for name, value in [*expected(FIRST, 7), (BEGUN, "7"), (ENDED, "7")]:
            self.send_header(name, value)
        self.send_header("X-Soak-Worker", "12")
        self.send_header("X-Soak-Reloads", "7 6")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@contextmanager
def listening() -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class After(threading.Event):
    """Is set once a client has waited for it a few times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def wait(self, timeout: float | None = None) -> bool:
        self.times -= 1
        if self.times < 0:
            self.set()
        return self.is_set()


def test_the_checking_client_judges_what_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = Seen()
    with listening() as port:
        monkeypatch.setattr(clients, "ASKS", [FIRST])
        Checker(port, True, seen, 0)(After(12))
        assert (seen.samples, seen.wrong, seen.workers) == (13, [], {"12": (7, "7 6")})
        monkeypatch.setattr(clients, "ASKS", [ASKS[1]])
        Checker(port, True, seen, 0)(After(1))
    assert len(seen.wrong) == 2


def test_the_misbehaving_client_compares_statuses(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = Seen()
    odd = Raw("odd", b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", frozenset({"400"}))
    with listening() as port:
        monkeypatch.setattr(clients, "RAW", [odd])
        Misbehaving(port, seen, 0)(After(3))
        assert clients.send(port, replace(odd, abort=True)) == b""
    assert (seen.sent_raw, seen.unplanned) == (3, ["odd: status '200', not 400"] * 3)


def test_an_origin_that_is_granted_to_what_is_malformed_is_noticed() -> None:
    raw = next(raw for raw in RAW if raw.name == "two Origins")
    said = b"HTTP/1.1 200 OK\r\nVary: Origin\r\n\r\n"
    assert clients.misplaced(raw, said) == ""
    granted = said.replace(b"Vary: Origin", b"Access-Control-Allow-Origin: https://b.example")
    assert "Access-Control-Allow-Origin" in clients.misplaced(raw, granted)


def test_a_client_that_fails_fails_the_run() -> None:
    def broken(stop: threading.Event) -> None:
        raise LookupError("broken")

    seen = Seen()
    with clients.running([broken], seen):
        pass
    assert seen.unplanned == ["a client has ended: LookupError('broken')"]


# -- figures ---------------------------------------------------------------------------


def soak(**changes: object) -> report.Soak:
    """Return a soak of five minutes in which every figure is as planned."""
    seen = Seen(samples=6000, sent_raw=500, workers={"12": (5000, "5000 4999")})
    good = report.Soak("gthread", "cors", 300, WRK, seen, {12: Growth(40.0, 41.0)})
    return replace(good, **changes)  # type: ignore[arg-type]


def test_figures_that_are_as_planned() -> None:
    assert report.faults(soak()) == []
    text = report.described(soak(), soak(kind="bare", memory={}))
    assert "requests          306,500 (1,000 a second by wrk)" in text
    assert "40.0 MiB early, 41.0 at the end (+2.5 %); 5000 reloads, 4999 refused" in text
    assert text.splitlines()[-1] == "all figures are as planned"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"wrk": WRK + "  Socket errors: connect 0, read 3, write 0, timeout 0\n"}, "read 3"),
        ({"wrk": WRK + "Status 502: 3\n"}, "statuses that are not planned"),
        ({"wrk": WRK.replace("300000 requests", "190000 requests")}, "fewer than 200000"),
        ({"memory": {12: Growth(40.0, 42.2)}}, "grew by 5.5 %, limit 5 %"),
        ({"memory": {12: Growth(40.0, 40.0), 13: Growth(40.0, 40.0)}}, "came or went"),
        ({"seen": Seen(samples=4999, workers={"12": (1, "1 1")})}, "fewer than 5000"),
        ({"seen": Seen(samples=6000, workers={"12": (0, "0 0")})}, "was never reloaded"),
        ({"seen": Seen(samples=6000, wrong=["w"], workers={"12": (1, "1 1")})}, "w"),
        ({"seen": Seen(samples=6000, unplanned=["u"], workers={"12": (1, "1 1")})}, "u"),
    ],
)
def test_a_figure_that_is_off_is_reported(changes: dict[str, object], words: str) -> None:
    found = report.faults(soak(**changes))
    assert len(found) == 1
    assert words in found[0]
    assert f"OFF: {found[0]}" in report.described(soak(**changes), soak(kind="bare"))


def test_a_short_run_asks_for_a_quarter_of_its_share() -> None:
    whole, short = report.limits(300), report.limits(10)
    assert whole == (200_000, 5_000, 5.0)
    assert short == pytest.approx((200_000 / 120, 5_000 / 120, 25.0))


def test_an_app_without_cors_is_not_held_to_the_figures() -> None:
    assert report.faults(soak(kind="bare", seen=Seen(samples=1), memory={})) == []


def test_memory_is_that_of_early_and_of_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes, now = iter(range(1, 100)), iter(range(100))
    monkeypatch.setattr("tests.soak.memory.resident", lambda worker: next(sizes))
    monkeypatch.setattr("tests.soak.memory.time.monotonic", lambda: next(now))
    memory = Memory(lambda: [12], 50)
    memory(After(60))
    assert memory.figures() == {12: Growth(10, 48)}
