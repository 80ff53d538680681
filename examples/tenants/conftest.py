"""A Redis of the test's own, and gunicorn's workers, each of which can be asked by itself."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.client import HTTPResponse
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from redis import Redis

from examples.conftest import ADDRESS, SECONDS, Answer, http, read_until

from . import servers
from .domains import CHANGES
from .servers import gunicorn, redis_server

WORKERS = 3
KEYS = {"kettles": "k-1", "teapots": "t-2"}
# While a worker waits for the rest of a request's headers it takes no other request.
ONE_AT_A_TIME = ("--worker-class", "sync", "--threads", "1")


def until(seen: Callable[[], bool]) -> None:
    """Wait for an event that comes soon; how soon is not asked."""
    deadline = time.monotonic() + SECONDS
    while not seen():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.02)


@dataclass
class Store:
    """A Redis that can die and come back, empty, at the same address."""

    directory: Path
    url: str = ""
    _alive: ExitStack = field(default_factory=ExitStack)

    def start(self) -> None:
        self.url = self._alive.enter_context(redis_server(self.directory))

    def die(self) -> None:
        self._alive.close()

    def hang(self) -> None:
        """Let it take connections, and answer nothing."""
        with Redis.from_url(self.url) as client:
            number = int(client.info("server")["process_id"])
        os.kill(number, signal.SIGSTOP)
        self._alive.callback(os.kill, number, signal.SIGCONT)

    def followers(self) -> int:
        """Return how many processes have subscribed to the changes."""
        with Redis.from_url(self.url) as client:
            ((_, number),) = client.pubsub_numsub(CHANGES)
        return int(number)


@pytest.fixture
def store() -> Iterator[Store]:
    if servers.REDIS is None:
        pytest.skip(servers.HOW_TO_GET)
    # Not tmp_path: the path of a socket may have 107 characters.
    with TemporaryDirectory() as directory:
        found = Store(Path(directory))
        found.start()
        try:
            yield found
        finally:
            found.die()


@dataclass(frozen=True)
class Api:
    """The example behind gunicorn."""

    port: int

    def change(self, method: str, origin: str, tenant: str = "kettles") -> tuple[int, Any]:
        """Change the list as a tenant; return the status and what the answer says."""
        answer = self.send(method, {"origin": origin}, KEYS[tenant])
        return answer.status, json.loads(answer.body)

    def send(self, method: str, body: object, key: str) -> Answer:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        return http(self.port, method, "/domains/", headers, json.dumps(body))

    def ask_each(self, origin: str) -> list[list[tuple[str, str]]]:
        """Ask every worker as a page of *origin*; return the CORS headers of their answers.

        A worker that is slow to wake may miss a round, and another one answers twice.
        """
        found: dict[str, list[tuple[str, str]]] = {}
        until(lambda: self._ask_some(origin, found) == WORKERS)
        return list(found.values())

    def _ask_some(self, origin: str, found: dict[str, list[tuple[str, str]]]) -> int:
        """Ask as many times at once as there are workers; return how many have answered."""
        with ExitStack() as stack:
            started = [stack.enter_context(self._started(origin)) for _ in range(WORKERS)]
            for answer in [_finished(one) for one in started]:
                found[dict(answer.headers)["X-Worker"]] = answer.cors
        return len(found)

    def _started(self, origin: str) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=SECONDS)
        connection.sendall(f"GET /api/items HTTP/1.0\r\nOrigin: {origin}\r\n".encode())
        return connection


def _finished(connection: socket.socket) -> Answer:
    connection.sendall(b"Host: 127.0.0.1\r\n\r\n")
    with contextlib.closing(HTTPResponse(connection)) as response:
        response.begin()
        return Answer(response.status, response.read().decode(), response.getheaders())


Start = Callable[..., Api]


@pytest.fixture
def start(store: Store) -> Iterator[Start]:
    """Return a function that serves the example and waits until all workers follow."""
    with ExitStack() as stack:

        def started(**settings: str) -> Api:
            environment = {
                **os.environ,
                "PYTHONWARNINGS": "error",
                "TENANTS_KEYS": json.dumps(KEYS),
                "TENANTS_REDIS_URL": store.url,
                # So long that nothing but Redis' word can be why a worker follows.
                "TENANTS_TTL": "3600",
                "TENANTS_WAIT": str(SECONDS),
                "TENANTS_TIMEOUT": str(SECONDS),
                **settings,
            }
            bind = ("--bind", "127.0.0.1:0", "--workers", str(WORKERS))
            server = gunicorn(environment, *bind, *ONE_AT_A_TIME, output=subprocess.PIPE)
            port = read_until(stack.enter_context(server), ADDRESS)[0][1]
            until(lambda: store.followers() == WORKERS)
            return Api(int(port))

        yield started
