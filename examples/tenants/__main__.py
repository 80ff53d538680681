"""Serve the example on loopback until Ctrl-C: ``python -m examples.tenants``.

Starts a Redis of its own, or uses the one that --redis names, and gunicorn with its workers.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from .servers import NoRedisError, gunicorn, redis_server

# The example's tenants and the keys by which they are known.
KEYS = {"kettles": "kettles-key", "teapots": "teapots-key"}


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until Ctrl-C; exit with a message where Redis cannot be started."""
    options = parser().parse_args(arguments)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt):
        try:
            serve(options)
        except NoRedisError as error:
            sys.exit(str(error))


def serve(options: argparse.Namespace) -> None:
    """Serve until gunicorn ends, or ``KeyboardInterrupt``."""
    with contextlib.ExitStack() as stack:
        url = options.redis or stack.enter_context(own_redis())
        environment = {"TENANTS_KEYS": json.dumps(KEYS), **os.environ, "TENANTS_REDIS_URL": url}
        bind = ("--bind", f"127.0.0.1:{options.port}", "--workers", str(options.workers))
        print(greeting(options.port), flush=True)
        process = stack.enter_context(gunicorn(environment, *bind))
        sys.exit(process.wait())


@contextlib.contextmanager
def own_redis() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as directory, redis_server(Path(directory)) as url:
        yield url


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    found = argparse.ArgumentParser("python -m examples.tenants", description=__doc__)
    found.add_argument("--port", type=int, default=8720, help="default: %(default)s")
    found.add_argument("--workers", type=int, default=3, help="default: %(default)s")
    found.add_argument("--redis", metavar="URL", help="a Redis that runs already")
    return found


def greeting(port: int) -> str:
    """Return what to try, in another terminal."""
    address = f"http://127.0.0.1:{port}"
    body = '{"origin": "https://shop.example"}'
    return "\n".join(
        [
            "Let the pages of https://shop.example read the API:",
            "  curl -H 'Authorization: Bearer kettles-key' --json \\",
            f"    '{body}' {address}/domains/",
            "Ask as such a page:",
            f"  curl -i -H 'Origin: https://shop.example' {address}/api/items",
            "Stop letting them:",
            "  curl -X DELETE -H 'Authorization: Bearer kettles-key' --json \\",
            f"    '{body}' {address}/domains/",
            "Ctrl-C ends the servers.",
        ]
    )


if __name__ == "__main__":
    main()
