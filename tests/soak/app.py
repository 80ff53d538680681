"""The app of the soak, and what a worker does to it while it serves: ``reload()``, for ever."""

from __future__ import annotations

import itertools
import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from flask import Blueprint, Flask, Response

from flask_cors import CORS, ConfigError, cors_exempt
from tests.soak.plan import BAD, BEGUN, ENDED, FAULT, RELOADS, VARIED, WORKER, config

PACE = 0.05


def make(kind: str) -> Any:
    """Return the WSGI app of a worker: ``cors``, or ``bare`` without CORS."""
    logging.getLogger("flask_cors").disabled = True
    app, reloader = build(kind)
    app.logger.disabled = True
    if kind == "cors":
        reloader.start()
    return reloader.around(app.wsgi_app)


def build(kind: str) -> tuple[Flask, Reloader]:
    """Return the app, and what reloads it once it is started."""
    app = Flask("soak")
    shop = Blueprint("shop", __name__, url_prefix="/shop")
    shop.add_url_rule("/things", "things", seen, methods=["GET", "PUT"])
    add_views(app)
    # Without CORS there is no mark either: a marked view would bring the library in.
    app.add_url_rule("/exempt", "exempt", cors_exempt(seen) if kind == "cors" else seen)
    reloader = Reloader(app)
    if kind == "cors":
        CORS(app)
        CORS(shop, origins=["https://*.shop.example"])
    app.register_blueprint(shop)
    return app, reloader


def add_views(app: Flask) -> None:
    app.add_url_rule("/", "index", seen, methods=["GET", "PUT"])
    app.add_url_rule("/slash/", "slash", seen)
    for view in (slow, varied, stream, boom):
        app.add_url_rule(f"/{view.__name__}", view_func=view)


def seen() -> str:
    return "seen"


def slow() -> str:
    # Long enough for a reload to come between the begin and the end of a request.
    time.sleep(PACE / 2)
    return "seen"


def varied() -> Response:
    return Response("seen", headers=VARIED)


def stream() -> Iterator[str]:
    yield from ("se", "en")


def boom() -> str:
    raise LookupError("boom")


class Reloader:
    """Reloads a worker's configuration again and again, every second time a bad one.

    ``done`` is the last generation whose ``reload()`` has returned, ``tried`` the last one
    whose has begun.
    """

    def __init__(self, app: Flask) -> None:
        self.done = self.tried = 0
        self.refused = 0
        self.fault = ""
        self._app = app
        app.config.update(config(0))

    def start(self) -> None:
        """Begin; a thread, or a greenlet where the worker's class has patched threads."""
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        try:
            for bad in itertools.cycle(BAD):
                time.sleep(PACE / 2)
                self.good()
                time.sleep(PACE / 2)
                self.bad(bad)
        except Exception as error:
            self.fault = f"the reloading has ended: {error!a}"

    def good(self) -> None:
        """Reload with the next generation."""
        self.tried += 1
        self._app.config.update(config(self.tried))
        self._app.extensions["cors"].reload()
        self.done = self.tried

    def bad(self, bad: dict[str, Any]) -> None:
        """Reload with what must be refused."""
        self._app.config.update(bad)
        try:
            self._app.extensions["cors"].reload()
        except ConfigError:
            self.refused += 1
        else:
            self.fault = f"reload() has taken {bad}"

    def around(self, app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
        """Return *app* with the header lines that the judges read."""
        worker = str(os.getpid())

        def wrapper(environ: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
            begun = self.done

            def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
                reloads = f"{self.done} {self.refused}"
                headers += [(WORKER, worker), (BEGUN, str(begun)), (ENDED, str(self.tried))]
                headers += [(RELOADS, reloads)]
                headers += [(FAULT, self.fault)] if self.fault else []
                return start_response(status, headers, *error)

            return app(environ, start)

        return wrapper
