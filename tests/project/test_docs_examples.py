"""The documentation's Python examples run, page by page, in the order they are read."""

from __future__ import annotations

import re
import sys
import textwrap
from pathlib import Path
from types import ModuleType

import pytest
from flask import Blueprint, Flask, request
from flask.views import MethodView

import flask_cors
from flask_cors.runtime.hooks import state_of

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"^( *)\.\. code-block:: python\n\n((?:(?:\1    .*)?\n)+)", re.MULTILINE)
# A block that begins with a file's name is that file, which later blocks may import.
FILE = re.compile(r"# (\w+)\.py\n")
PAGES = {
    path.stem: [block for _, block in BLOCK.findall(path.read_text("utf-8"))]
    for path in DOCS.glob("*.rst")
}
# Run by tests of their own: one needs the packages that it is about, one shows headers.
ELSEWHERE = {"ecosystem", "options"}


@pytest.mark.parametrize("page", sorted({page for page in PAGES if PAGES[page]} - ELSEWHERE))
def test_examples_run(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    names = {name: getattr(flask_cors, name) for name in flask_cors.__all__}
    names |= {"Flask": Flask, "Blueprint": Blueprint, "MethodView": MethodView}
    names |= {"app": Flask("docs"), "request": request, "re": re, "__name__": "docs"}
    for block in PAGES[page]:
        text = textwrap.dedent(block)
        exec(compile(text, f"{page}.rst", "exec"), names)
        if file := FILE.match(text):
            monkeypatch.setitem(sys.modules, file[1], ModuleType(file[1]))
            vars(sys.modules[file[1]]).update(names)
    app = names["app"]
    if "cors" in app.extensions:
        state_of(app).policies()
