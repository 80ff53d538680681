"""Serve an app and the lab's pages on loopback, and again whenever the code changes.

Werkzeug's development server and its reloader do the work. The sockets of the pages are
opened once and inherited, so that a page finds the lab again after each reload.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import secrets
import socket
import threading
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, is_running_from_reloader, make_server, run_simple

from .addresses import Addresses, Application, is_this_machine, only_this_machine
from .page import Lab, create_page

_LOOPBACK: Final = "127.0.0.1"
_LOOPBACK_6: Final = "::1"
_INHERITED: Final = "FLASK_CORS_LAB"


class PortError(Exception):
    """A port that cannot be listened on: one line that says what to do."""


@dataclass(frozen=True)
class Choice:
    """What the command line asks for; ``server`` is the origin of an app that runs elsewhere."""

    app_port: int
    page_port: int
    server: str = ""
    reload: bool = True
    requests: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class Opened:
    """The ports, the token, and the sockets without the one that ``run_simple`` opens.

    ``sockets`` holds pairs of what is served, ``app`` or ``page``, and a file descriptor.
    """

    app_port: int
    page_port: int
    token: str
    sockets: Sequence[tuple[str, int]] = field(default=())


class QuietHandler(WSGIRequestHandler):
    """Log no requests: those of the lab's own scripts would hide those of the app."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing."""


def serve(choice: Choice, load: Callable[[], Flask], say: Callable[[str], None]) -> None:
    """Serve until interrupted; raise :class:`PortError` where a port cannot be had.

    *load* returns the app. An app that cannot be loaded is an error at first; after a change
    of the code its error is shown until the next change.
    """
    if is_first_process():
        app = load()
        opened = _open(choice)
        lab = _lab(choice, opened, app, "")
        say(greeting(lab))
    else:
        opened = _inherited()
        lab = _lab(choice, opened, *_loaded(load))
    served = {"app": _guarded(lab), "page": only_this_machine(create_page(lab))}
    if not (is_first_process() and choice.reload):
        for what, number in opened.sockets:
            _serve_in_thread(what, number, served[what])
    main = "page" if choice.server else "app"
    run_simple(
        _LOOPBACK,
        opened.page_port if choice.server else opened.app_port,
        served[main],
        use_reloader=choice.reload,
        threaded=True,
        request_handler=_handler(main),
    )


def is_first_process() -> bool:
    """Return whether this is the process that was started, not one that the reloader did."""
    return not is_running_from_reloader()


def _loaded(load: Callable[[], Flask]) -> tuple[Flask | None, str]:
    try:
        return load(), ""
    except Exception as error:
        traceback.print_exc()
        return None, f"The app cannot be loaded: {type(error).__name__}: {error}"


def _lab(choice: Choice, opened: Opened, app: Flask | None, problem: str) -> Lab:
    address = choice.server or f"http://{_host(app)}:{opened.app_port}"
    return Lab(
        name=app.name if app else "the app",
        addresses=Addresses(address, opened.page_port),
        token=opened.token,
        app=app,
        problem=problem,
        runs_app=not choice.server,
        requests=choice.requests,
    )


def _host(app: Flask | None) -> str:
    """Return the name that the app is reached under: ``SERVER_NAME`` where that is of here."""
    name = ((app.config["SERVER_NAME"] if app else None) or "").partition(":")[0]
    return name if name and is_this_machine(name) else "localhost"


def _guarded(lab: Lab) -> Application:
    app = lab.app
    if app is None:
        return _failing(lab.problem)
    return only_this_machine(lab.log.around(app), app.config["SERVER_NAME"] or "")


def _failing(problem: str) -> Application:
    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("500 Internal Server Error", [("Content-Type", "text/plain; charset=utf-8")])
        return [f"{problem}\n".encode()]

    return answer


def _handler(what: str) -> type[WSGIRequestHandler]:
    return QuietHandler if what == "page" else WSGIRequestHandler


def _serve_in_thread(what: str, number: int, application: Application) -> None:
    with socket.socket(fileno=os.dup(number)) as found:
        host = _LOOPBACK_6 if found.family == socket.AF_INET6 else _LOOPBACK
        port = found.getsockname()[1]
    server = make_server(
        host, port, application, threaded=True, request_handler=_handler(what), fd=number
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()


# -- ports -----------------------------------------------------------------------------


def _open(choice: Choice) -> Opened:
    """Open the sockets, and note them for the processes that the reloader starts."""
    _refuse_one_port(choice)
    with contextlib.ExitStack() as on_error:
        apps, app_port = ([], 0) if choice.server else _listeners(choice.app_port, "--port")
        on_error.callback(_close, apps)
        pages, page_port = _listeners(choice.page_port, "--page-port")
        # run_simple opens this one itself; that it can be had was tried out here.
        (pages if choice.server else apps).pop(0).close()
        sockets = [("app", each) for each in apps] + [("page", each) for each in pages]
        for _, each in sockets:
            each.set_inheritable(True)
        numbers = [(what, each.detach()) for what, each in sockets]
    opened = Opened(app_port, page_port, secrets.token_urlsafe(24), numbers)
    os.environ[_INHERITED] = json.dumps(vars(opened))
    return opened


def _close(sockets: Iterable[socket.socket]) -> None:
    for each in sockets:
        each.close()  # does nothing where it is detached


def _inherited() -> Opened:
    return Opened(**json.loads(os.environ[_INHERITED]))


def _listeners(port: int, option: str) -> tuple[list[socket.socket], int]:
    """Listen on a port of ``127.0.0.1``, and of ``::1``, which browsers try first.

    Where another program has the port of ``::1``, a page of ``localhost`` would be its.
    """
    try:
        first = socket.create_server((_LOOPBACK, port))
    except OSError as error:
        raise _port_error(error, port, option) from None
    number: int = first.getsockname()[1]
    try:
        return [first, socket.create_server((_LOOPBACK_6, number), family=socket.AF_INET6)], number
    except OSError as error:
        if error.errno == errno.EADDRINUSE and port:
            first.close()
            raise _port_error(error, port, option) from None
        return [first], number  # no IPv6 on this machine


def _refuse_one_port(choice: Choice) -> None:
    """Raise :class:`PortError` where the app and the pages would have one port of this machine."""
    app_port, options = choice.app_port, "--port or --page-port"
    if choice.server:
        parts = urlsplit(choice.server)
        app_port = parts.port or 80 if is_this_machine(parts.netloc) else 0
        options = "--page-port"
    if app_port and app_port == choice.page_port:
        raise PortError(
            f"The app and the pages of the lab cannot both have port {app_port}: they need two "
            f"origins. Choose another port with {options}."
        )


def _port_error(error: OSError, port: int, option: str) -> PortError:
    in_use = error.errno == errno.EADDRINUSE
    reason = "it is in use" if in_use else str(error.strerror)
    text = f"The lab cannot listen on port {port}: {reason}. Choose another port with {option}"
    if option == "--port":
        text += f", or write --server http://localhost:{port} for an app that already runs there"
    elif in_use:
        text += (
            ". To have the origin of a front end that runs there, stop it first: the pages of the "
            "lab then use its port"
        )
    return PortError(f"{text}.")


def greeting(lab: Lab) -> str:
    """Return what is printed once the lab can be visited."""
    port = lab.addresses.page_port
    where = "runs at" if not lab.runs_app else "is served at"
    return "\n".join(
        [
            f"{lab.name} {where} {lab.addresses.app}",
            f"Open http://localhost:{port}/ in a browser to send requests to it as a page",
            f"of another origin. The page is also at http://127.0.0.1:{port}/ (a different site)",
            f"and at http://app.localhost:{port}/ (any name before .localhost).",
            "For development only, never for production: nothing is reachable from other machines.",
        ]
    )
