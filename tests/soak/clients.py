"""The clients of the soak beside wrk: one that checks answers, and one that misbehaves."""

from __future__ import annotations

import http.client
import random
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from tests.soak.plan import ALWAYS, ASKS, BEGUN, ENDED, RELOADS, WORKER, Answer, verdict

PATIENCE: Final = 30.0
# How often a connection of the checking client is closed, so that it meets every worker.
STAYS: Final = 5


@dataclass
class Seen:
    """What the clients saw together."""

    samples: int = 0
    #: Those during which a reload began or ended.
    reloaded: int = 0
    sent_raw: int = 0
    wrong: list[str] = field(default_factory=list)
    unplanned: list[str] = field(default_factory=list)
    #: By worker: the last generation that a response began under, and its reloads.
    workers: dict[str, tuple[int, str]] = field(default_factory=dict)
    #: Held by the client that writes.
    lock: threading.Lock = field(default_factory=threading.Lock, compare=False)

    def note(self, answer: Answer, wrong: str) -> None:
        """Count one answer that was judged."""
        self.samples += 1
        if wrong:
            self.wrong.append(wrong)
        self.reloaded += answer.value(ENDED) != answer.value(BEGUN)
        self.workers[answer.value(WORKER)] = int(answer.value(BEGUN)), answer.value(RELOADS)


@contextmanager
def running(clients: list[Callable[[threading.Event], None]], seen: Seen) -> Iterator[None]:
    """Run each client in a thread until the block ends; one that fails is a fault of the run."""
    stop = threading.Event()

    def run(client: Callable[[threading.Event], None]) -> None:
        try:
            client(stop)
        except Exception as error:
            seen.unplanned.append(f"a client has ended: {error!a}")

    threads = [threading.Thread(target=run, args=[client], daemon=True) for client in clients]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(2 * PATIENCE)


class Checker:
    """Asks what the plan says, at random, and judges every answer, header for header."""

    def __init__(self, port: int, cors: bool, seen: Seen, pause: float) -> None:
        self._port, self._cors, self._seen, self._pause = port, cors, seen, pause

    def __call__(self, stop: threading.Event) -> None:
        while not stop.is_set():
            connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
            try:
                for _ in range(STAYS):
                    self._one(connection)
                    if stop.wait(self._pause):
                        break
            except (http.client.RemoteDisconnected, ConnectionResetError):
                # A server may close a connection that idles; the next one asks again.
                pass
            finally:
                connection.close()

    def _one(self, connection: http.client.HTTPConnection) -> None:
        ask = random.choice(ASKS)
        connection.request(ask.method, ask.path, headers=ask.headers())
        response = connection.getresponse()
        response.read()
        answer = Answer(response.status, response.getheaders())
        wrong = verdict(ask, answer, self._cors)
        with self._seen.lock:
            self._seen.note(answer, wrong)


# -- malformed and aborted requests ----------------------------------------------------

_START: Final = b"GET / HTTP/1.1\r\nHost: soak\r\n"
_ORIGIN: Final = f"Origin: {ALWAYS}\r\n".encode()
_CLOSE: Final = b"Connection: close\r\n\r\n"
_MANY: Final = b"".join(b"X-%d: x\r\n" % number for number in range(200))


@dataclass(frozen=True)
class Raw:
    """Bytes to send, and the statuses that may come back; empty where none need come."""

    name: str
    sent: bytes
    statuses: frozenset[str]
    abort: bool = False


def _raw(name: str, sent: bytes, *statuses: int, abort: bool = False) -> Raw:
    return Raw(name, sent, frozenset(map(str, statuses)), abort)


RAW: Final = (
    # What is malformed ends in a refusal, or in silence.
    _raw("no HTTP at all", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    _raw("no version", b"GET /\r\n\r\n", 400),
    _raw("wrong version", b"GET / HTTP/9.9\r\nHost: soak\r\n\r\n", 400, 505),
    _raw("no colon", _START + b"Origin " + ALWAYS.encode() + b"\r\n" + _CLOSE, 400),
    _raw("space before a colon", _START + b"Origin : x\r\n" + _CLOSE, 400),
    _raw("folded Origin", _START + _ORIGIN + b" .evil.example\r\n" + _CLOSE, 400),
    _raw("NUL in Origin", _START + b"Origin: https://a\x00.example\r\n" + _CLOSE, 400),
    _raw("bare CR in Origin", _START + b"Origin: x\rAccess: y\r\n" + _CLOSE, 400),
    _raw("method no token", b"G{}T / HTTP/1.1\r\nHost: soak\r\n" + _CLOSE, 400),
    _raw("long line", b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: soak\r\n" + _CLOSE, 400, 414),
    _raw("long field", _START + b"Origin: " + b"a" * 20000 + b"\r\n" + _CLOSE, 400, 431),
    _raw("many fields", _START + _MANY + _CLOSE, 400, 431),
    _raw("wrong length", _START + b"Content-Length: x\r\n" + _CLOSE, 400),
    _raw("two lengths", _START + b"Content-Length: 1\r\nContent-Length: 2\r\n" + _CLOSE, 400),
    # What is odd is answered as it must be.
    _raw("two Origins", _START + _ORIGIN + b"Origin: https://b.example\r\n" + _CLOSE, 200),
    _raw("Origin of latin-1", _START + b"Origin: https://\xe9\xff.example\r\n" + _CLOSE, 200),
    _raw("empty Origin", _START + b"Origin:\r\n" + _CLOSE, 200),
    _raw("long Origin", _START + b"Origin: https://" + b"a." * 3000 + b"b\r\n" + _CLOSE, 200),
    _raw("HTTP/1.0", b"GET / HTTP/1.0\r\n" + _ORIGIN + b"\r\n", 200),
    _raw(
        "names without end",
        b"OPTIONS / HTTP/1.1\r\nHost: soak\r\n"
        + _ORIGIN
        + b"Access-Control-Request-Method: PUT\r\n"
        b"Access-Control-Request-Headers: " + b"x," * 3500 + b"\r\n" + _CLOSE,
        200,
    ),
    # What is given up: in the middle of a request, and before its answer.
    _raw("half a line", b"GET / HT", abort=True),
    _raw("half a head", _START + b"Orig", abort=True),
    _raw("no body", _START + b"Content-Length: 9\r\n\r\nab", abort=True),
    _raw("not waiting", b"GET /slow HTTP/1.1\r\nHost: soak\r\n" + _ORIGIN + _CLOSE, abort=True),
    _raw(
        "not waiting for a stream", b"GET /stream HTTP/1.1\r\nHost: soak\r\n" + _CLOSE, abort=True
    ),
    _raw("not waiting twice", (_START + _ORIGIN + b"\r\n") * 2, abort=True),
)


class Misbehaving:
    """Sends malformed and aborted requests, over connections of their own."""

    def __init__(self, port: int, seen: Seen, pause: float) -> None:
        self._port, self._seen, self._pause = port, seen, pause

    def __call__(self, stop: threading.Event) -> None:
        while not stop.wait(self._pause):
            raw = random.choice(RAW)
            said = send(self._port, raw)
            self._seen.sent_raw += 1
            if wrong := misplaced(raw, said):
                self._seen.unplanned.append(wrong)


def send(port: int, raw: Raw) -> bytes:
    """Send *raw* and return all that comes back; an aborted request waits for nothing."""
    connected = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    with connected as connection, suppress(ConnectionError):
        connection.sendall(raw.sent)
        if raw.abort:
            # No orderly end: the server sees a reset.
            reset = struct.pack("ii", 1, 0)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
            return b""
        with suppress(OSError):  # of a connection that the server has given up by now
            connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))
    return b""


def misplaced(raw: Raw, said: bytes) -> str:
    """Return what is wrong with what came back; empty where nothing is."""
    head = said.partition(b"\r\n\r\n")[0]
    status = head[9:12].decode("ascii", "replace")
    if raw.abort or (not said and "200" not in raw.statuses):
        return ""
    if status not in raw.statuses:
        return f"{raw.name}: status {status!r}, not {' or '.join(sorted(raw.statuses))}"
    allowed = f"Access-Control-Allow-Origin: {ALWAYS}".encode()
    for line in head.split(b"\r\n")[1:]:
        grants = line.lower().startswith(b"access-control-allow-origin")
        if grants and (line != allowed or raw.name not in MAY_READ):
            return f"{raw.name}: {line!r}"
    return ""


# Of these the origin is one that every generation allows.
MAY_READ: Final = frozenset({"HTTP/1.0", "names without end"})
