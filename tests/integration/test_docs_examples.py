"""The documentation's Python examples run, page by page, in the order they are read."""

from __future__ import annotations

import gc
import re
import textwrap
from pathlib import Path

import pytest
from flask import Blueprint, Flask, request
from flask.views import MethodView

import flask_cors

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"^\.\. code-block:: python\n\n((?:(?:    .*)?\n)+)", re.MULTILINE)
PAGES = {path.stem: BLOCK.findall(path.read_text("utf-8")) for path in DOCS.glob("*.rst")}


@pytest.mark.parametrize("page", sorted(page for page, blocks in PAGES.items() if blocks))
def test_examples_run(page: str) -> None:
    names = {name: getattr(flask_cors, name) for name in flask_cors.__all__}
    names |= {"Flask": Flask, "Blueprint": Blueprint, "MethodView": MethodView}
    names |= {"app": Flask("docs"), "request": request, "re": re, "__name__": "docs"}
    for block in PAGES[page]:
        exec(compile(textwrap.dedent(block), f"{page}.rst", "exec"), names)
    app = names["app"]
    if "cors" in app.extensions:
        app.extensions["cors"].table()
    # What an example connected to a signal goes with the example.
    names.clear()
    gc.collect()
