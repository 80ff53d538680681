"""Serve the lab on loopback until Ctrl-C: ``python -m examples.lab``."""

from __future__ import annotations

import argparse
import contextlib
import errno
import logging
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence

from werkzeug.serving import make_server

from .addresses import Addresses
from .api import create_api
from .page import create_page

LOOPBACK = "127.0.0.1"
API_PORT = 8701
PAGE_PORT = 8700


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until Ctrl-C; exit with a message where a port cannot be had."""
    options = parser().parse_args(arguments)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    with (
        listening(options.api_port, "--api-port") as api_socket,
        listening(options.page_port, "--page-port") as page_socket,
        contextlib.suppress(KeyboardInterrupt),
    ):
        serve(api_socket, page_socket)


def serve(api_socket: socket.socket, page_socket: socket.socket) -> None:
    """Serve both applications until ``KeyboardInterrupt``."""
    log_denials()
    addresses = Addresses(port_of(api_socket), port_of(page_socket))
    api = create_api(addresses)
    with serving(api, api_socket), serving(create_page(addresses, api), page_socket):
        print(greeting(addresses), flush=True)
        threading.Event().wait()


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    found = argparse.ArgumentParser("python -m examples.lab", description=__doc__)
    for name, default in (("--api-port", API_PORT), ("--page-port", PAGE_PORT)):
        found.add_argument(
            name,
            type=port,
            default=default,
            metavar="PORT",
            help="0 takes any free port (default: %(default)s)",
        )
    return found


def port(text: str) -> int:
    """Read a port number; ``argparse`` turns ``ValueError`` into its message."""
    number = int(text)
    if not 0 <= number <= 65535:
        raise ValueError(text)
    return number


def listening(number: int, option: str) -> socket.socket:
    """Return a socket that listens on a port of loopback, and nowhere else."""
    try:
        return socket.create_server((LOOPBACK, number))
    except OSError as error:
        used = error.errno == errno.EADDRINUSE
        reason = "it is in use" if used else error.strerror
        sys.exit(
            f"The lab cannot listen on port {number} of {LOOPBACK}: {reason}.\n"
            f"Choose another port: make demo DEMO_ARGS='{option} {number + 10}', or "
            f"python -m examples.lab {option} 0 for any free one."
        )


def port_of(listener: socket.socket) -> int:
    """Return the port that a socket listens on."""
    number: int = listener.getsockname()[1]
    return number


@contextlib.contextmanager
def serving(application: Callable[..., Iterable[bytes]], listener: socket.socket) -> Iterator[None]:
    """Serve *application* in threads while the context lasts."""
    server = make_server(
        LOOPBACK, port_of(listener), application, threaded=True, fd=listener.fileno()
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()


def log_denials() -> None:
    """Show the log lines of denials, and none for each request."""
    logging.basicConfig(format="%(name)s: %(message)s")
    logging.getLogger("flask_cors").setLevel(logging.INFO)
    logging.getLogger("werkzeug").setLevel(logging.WARNING)


def greeting(addresses: Addresses) -> str:
    """Return what is printed once the lab can be visited."""
    return "\n".join(
        [
            f"Open {addresses.same_site}/ in a browser.",
            f"  The same page on another site than the API: {addresses.cross_site}/",
            f"  The API that it asks: {addresses.api}",
            "Denials are logged here, and the traceback of one view that fails on purpose.",
            "Ctrl-C ends the lab.",
        ]
    )


if __name__ == "__main__":
    main()
