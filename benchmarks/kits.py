"""The four ways an app gets its CORS headers, behind one face.

A scenario builds its app with a kit and says everything it would say to the library; the bare
kit does nothing of it, the hand-written one does what tutorials do, and the library is flask-cors
or this project, whichever the interpreter finds under the name ``flask_cors``.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from flask import Blueprint, Flask, Response, request

V = TypeVar("V")

BARE: Final = "bare"
HANDWRITTEN: Final = "handwritten"
INCUMBENT: Final = "flask-cors"
PROJECT: Final = "project"

IMPLEMENTATIONS: Final = (BARE, HANDWRITTEN, INCUMBENT, PROJECT)
COMPARED: Final = IMPLEMENTATIONS[1:]
TITLES: Final = {
    BARE: "bare Flask",
    HANDWRITTEN: "hand-written",
    INCUMBENT: "flask-cors 6.0.5",
    PROJECT: "this project",
}


class Kit:
    """No CORS at all, and the base of the others."""

    def __init__(self) -> None:
        self.spent = 0
        """Nanoseconds spent in set-up calls."""

    @contextmanager
    def clock(self) -> Iterator[None]:
        begin = time.perf_counter_ns()
        yield
        self.spent += time.perf_counter_ns() - begin

    def cors(self, target: Flask | Blueprint, **options: Any) -> None:
        """Do what ``CORS(target, **options)`` does."""

    def mark(self, **options: Any) -> Callable[[V], V]:
        """Do what ``@cross_origin(**options)`` does."""
        return lambda view: view

    def snippet(self, app: Flask, allowed: Iterable[str]) -> None:
        """Do what tutorials do, for the whole app."""

    def wildcards(self, domains: Iterable[str]) -> list[Any]:
        """Return what allows every subdomain of each of *domains*."""
        return []


class HandWritten(Kit):
    """The ``after_request`` function that tutorials show."""

    def snippet(self, app: Flask, allowed: Iterable[str]) -> None:
        with self.clock():
            allowed = set(allowed)

        @app.after_request
        def add_cors(response: Response) -> Response:
            origin = request.headers.get("Origin")
            if origin in allowed:
                response.headers["Access-Control-Allow-Origin"] = origin
                response.headers["Vary"] = "Origin"
            return response


class Library(Kit):
    """Whatever is installed as ``flask_cors``."""

    def __init__(self) -> None:
        super().__init__()
        import flask_cors

        self._library: Any = flask_cors

    def cors(self, target: Flask | Blueprint, **options: Any) -> None:
        with self.clock():
            self._library.CORS(target, **options)

    def mark(self, **options: Any) -> Callable[[V], V]:
        def put(view: V) -> V:
            with self.clock():
                marked: V = self._library.cross_origin(**options)(view)
            return marked

        return put


class Incumbent(Library):
    """flask-cors, which knows no wildcard origins: its users write regular expressions."""

    def wildcards(self, domains: Iterable[str]) -> list[Any]:
        return [re.compile(rf"https://[a-z0-9.-]+\.{re.escape(domain)}") for domain in domains]


class Project(Library):
    """This project."""

    def wildcards(self, domains: Iterable[str]) -> list[Any]:
        return [f"https://*.{domain}" for domain in domains]


KITS: Final[dict[str, type[Kit]]] = {
    BARE: Kit,
    HANDWRITTEN: HandWritten,
    INCUMBENT: Incumbent,
    PROJECT: Project,
}
