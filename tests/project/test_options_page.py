"""Each option has an example on its page, and the headers shown are the headers sent.

``UPDATE_GOLDEN=1`` writes the responses of the page anew.
"""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask, request

import flask_cors
from flask_cors import CORS, cross_origin
from flask_cors.options.schema import OPTIONS

FILE = Path(__file__).resolve().parents[2] / "docs" / "options.rst"
PAGE = FILE.read_text("utf-8")
SECTION = re.compile(r"^\.\. described-option:: (\w+)\n((?:\n|    .*\n)+)", re.M)
BLOCK = re.compile(r"^    \.\. code-block:: (\w+)\n\n((?:        .*\n|\n(?=\n*        ))+)", re.M)
SECTIONS = dict(SECTION.findall(PAGE))


def blocks(section: str) -> dict[str, str]:
    """Return an option's example and listing, by the name of their language."""
    return {language: textwrap.dedent(text) for language, text in BLOCK.findall(section)}


def application(code: str) -> Flask:
    """Return an application with the example's configuration and a view at ``/items``."""
    app = Flask("shop", static_folder=None)
    names = {"app": app, "CORS": CORS, "cross_origin": cross_origin}
    exec(code, names | {"request": request, "timedelta": timedelta})
    app.add_url_rule("/items", "items", lambda: "lamp", methods=["GET", "POST", "PUT"])
    app.add_url_rule("/other", "other", lambda: "x")
    return app


def exchanged(app: Flask, listing: str) -> Iterator[str]:
    """Send the requests of a listing; yield each with its response."""
    for asked in re.findall(r"(?:^> .*\n)+", listing, re.M):
        first, *lines = asked.replace("> ", "").splitlines()
        method, path = first.split()
        headers = dict(line.split(": ", 1) for line in lines)
        response = app.test_client().open(path, method=method, headers=headers)
        shown = [
            f"{name}: {value}"
            for name, value in response.headers
            if name.startswith(("Access-Control-", "CORS-")) or name == "Vary"
        ]
        yield asked + "".join(f"< {line}\n" for line in [response.status, *shown])


def listed(section: str) -> str:
    """Return the listing that an option's example makes."""
    found = blocks(section)
    return "\n".join(exchanged(application(found["python"]), found["text"]))


def updated(page: str) -> str:
    """Return the page with the listings that its examples make."""
    for section in SECTIONS.values():
        old = BLOCK.findall(section)[1][1]
        new = textwrap.indent(listed(section), " " * 8)
        page = page.replace(section, section.replace(old.rstrip("\n") + "\n", new))
    return page


def test_every_option_is_described_once() -> None:
    assert [name for name, _ in SECTION.findall(PAGE)] == list(OPTIONS)


@pytest.mark.filterwarnings("ignore:the option 'headers':DeprecationWarning")
def test_the_headers_shown_are_those_sent() -> None:
    current = updated(PAGE)
    if os.environ.get("UPDATE_GOLDEN"):
        FILE.write_text(current, "utf-8")
        return
    assert current == PAGE


def test_the_other_examples_run() -> None:
    app = Flask("shop")
    for text in re.findall(r"^\.\. code-block:: python\n\n((?:    .*\n)+)", PAGE, re.M):
        exec(textwrap.dedent(text), {"app": app, "CORS": CORS})
    flask_cors.of(app).reload()
