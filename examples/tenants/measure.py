"""What a change and a long list cost: ``python -m examples.tenants.measure``.

Changes are made in an example that is being served, by ``python -m examples.tenants`` in
another terminal. ``--origins 1000000`` fills a Redis of its own instead.
"""

from __future__ import annotations

import argparse
import json
import time
import timeit
from contextlib import closing
from http.client import HTTPConnection
from statistics import median

from redis import Redis

from .__main__ import KEYS, own_redis
from .domains import ORIGINS, connect

BATCH = 10_000

HEADERS = {"Authorization": f"Bearer {KEYS['kettles']}", "Content-Type": "application/json"}
BODY = json.dumps({"origin": "https://measured.example"})


def main() -> None:
    """Add and remove a domain in turns, and print how long the answers took."""
    parser = argparse.ArgumentParser("python -m examples.tenants.measure", description=__doc__)
    parser.add_argument("--port", type=int, default=8720, help="default: %(default)s")
    parser.add_argument("--times", type=int, default=500, help="default: %(default)s")
    parser.add_argument("--origins", type=int, help="measure a list of so many origins instead")
    options = parser.parse_args()
    if options.origins:
        with own_redis() as url, connect(url, timeout=60) as redis:
            measure_list(redis, options.origins)
        return
    with closing(HTTPConnection("127.0.0.1", options.port)) as connection:
        methods = [("POST", "DELETE")[number % 2] for number in range(options.times)]
        took = sorted(milliseconds(connection, method) for method in methods)
    slow = took[int(0.99 * len(took))]
    print(
        f"{len(took)} changes: median {median(took):.1f} ms, p99 {slow:.1f}, longest {took[-1]:.1f}"
    )


def measure_list(redis: Redis, number: int) -> None:
    """Print what a list takes in Redis, and how long a lookup takes."""
    before = redis.info("memory")["used_memory"]
    for start in range(0, number, BATCH):
        batch = range(start, min(start + BATCH, number))
        redis.hset(ORIGINS, mapping={f"https://shop-{i}.example": f"t{i}" for i in batch})
    size = (redis.info("memory")["used_memory"] - before) / 2**20
    lookups = timeit.repeat(lambda: redis.hexists(ORIGINS, "https://shop-7.example"), number=1000)
    # The least is Redis' own; what is beyond it is what else the machine does.
    print(f"{number} origins: {size:.0f} MiB, and a lookup takes {1000 * min(lookups):.0f} µs")


def milliseconds(connection: HTTPConnection, method: str) -> float:
    """Change the list, and return how long it took until all workers followed."""
    started = time.perf_counter()
    connection.request(method, "/domains/", BODY, HEADERS)
    with connection.getresponse() as response:
        response.read()
        if response.status != 200:
            raise SystemExit(f"not all workers followed: {response.status}")
    return 1000 * (time.perf_counter() - started)


if __name__ == "__main__":
    main()
