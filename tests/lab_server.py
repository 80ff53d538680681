"""A lab that is served by threads of the test: an app, and the pages that ask it."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from flask import Flask
from werkzeug.serving import make_server

from flask_cors.tools.lab.addresses import Addresses, Application, only_this_machine
from flask_cors.tools.lab.page import Lab, create_page
from flask_cors.tools.lab.serving import QuietHandler


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextlib.contextmanager
def serving(application: Application, port: int) -> Iterator[None]:
    """Serve *application* on loopback while the context lasts."""
    server = make_server(
        "127.0.0.1", port, application, threaded=True, request_handler=QuietHandler
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextlib.contextmanager
def lab_of(
    create: Callable[[int], Flask],
    requests: Sequence[Mapping[str, Any]] = (),
    runs_app: bool = True,
) -> Iterator[Lab]:
    """Serve the app that *create* returns for the port of the pages, and those pages."""
    app_port, page_port = free_port(), free_port()
    app = create(page_port)
    addresses = Addresses(f"http://localhost:{app_port}", page_port)
    lab = Lab("shop", addresses, "token", app, requests=requests, runs_app=runs_app)
    served = lab.log.around(app) if runs_app else app
    with (
        serving(only_this_machine(served), app_port),
        serving(only_this_machine(create_page(lab)), page_port),
    ):
        yield lab
