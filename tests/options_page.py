"""The sections of docs/options.rst, written from the rows of the options and their examples."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from flask import Flask, request

from flask_cors import CORS, cross_origin
from flask_cors.options.schema import OPTIONS, Option

FILE = Path(__file__).resolve().parents[1] / "docs" / "options.rst"

PLACES = {
    "mark": "`cross_origin`",
    "resource": "a resource's dictionary",
    "blueprint": "`CORS(blueprint)`",
    "app": "`CORS(app)`",
}
WHEN = {
    "actual": "but not on preflights",
    "preflight": "on preflights of an allowed method",
    "always": "wherever the origin is allowed",
}
_LABEL = re.compile(r"^\.\. _option-(\w+):\n", re.M)
# What the row of an option writes ends with a list of fields.
_FIELDS = re.compile(r"^(?::.*\n)+\n", re.M)
BLOCK = re.compile(r"^\.\. code-block:: (\w+)\n\n((?:    .*\n|\n(?=\n*    ))+)", re.M)


def described(option: Option) -> str:
    """Return the beginning of an option's section; its row, and this, write single backticks."""
    places = ", ".join(words for place, words in PLACES.items() if place in option.places)
    title = f"`{option.name}`"
    fields = {
        "Accepts": option.accepts,
        "Default": option.shown_default,
        "Given to": places,
        "In `app.config`": f"`{option.key}`",
    }
    if option.emit:
        fields["Sends"] = f"`{option.emit.header}`, {WHEN[option.emit.when]}"
    lines = [f".. _option-{option.name}:", "", title, "~" * (len(title) + 2), "", option.doc, ""]
    lines += [f":{name}: {text}" for name, text in fields.items()]
    return "\n".join(lines).replace("`", "``") + "\n"


def split(page: str) -> tuple[str, dict[str, str]]:
    """Return the page before its sections, and what each option's has after its fields."""
    before, *parts = _LABEL.split(page)
    bodies = (_FIELDS.split(part, maxsplit=1)[-1] for part in parts[1::2])
    return before, dict(zip(parts[::2], bodies, strict=True))


def updated(page: str) -> str:
    """Return the page as the rows and the examples make it."""
    before, bodies = split(page)
    parts = [
        described(option) + "\n" + _answered(bodies.get(name, ""))
        for name, option in OPTIONS.items()
    ]
    return before + "".join(parts)


def blocks(body: str) -> dict[str, str]:
    """Return an option's example and listing, by the name of their language."""
    return {language: textwrap.dedent(text) for language, text in BLOCK.findall(body)}


def _answered(body: str) -> str:
    """Return an option's text with the responses that the requests of its listing get."""
    found = blocks(body)
    if not {"python", "text"} <= found.keys():
        return body
    listing = "\n".join(_exchanged(_application(found["python"]), found["text"]))
    old = textwrap.indent(found["text"], "    ")
    return body.replace(old, textwrap.indent(listing, "    "))


def _application(code: str) -> Flask:
    """Return an application with the example's configuration and a view at ``/items``."""
    app = Flask("shop", static_folder=None)
    names = {"app": app, "CORS": CORS, "cross_origin": cross_origin}
    exec(code, names | {"request": request, "timedelta": timedelta})
    app.add_url_rule("/items", "items", lambda: "lamp", methods=["GET", "POST", "PUT"])
    app.add_url_rule("/other", "other", lambda: "x")
    return app


def _exchanged(app: Flask, listing: str) -> Iterator[str]:
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
