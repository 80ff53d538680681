"""The page about the options is what their rows say, and the headers shown are the headers sent.

``UPDATE_GOLDEN=1`` writes the page anew.
"""

from __future__ import annotations

import os
import re
import textwrap

import pytest
from flask import Flask

import flask_cors
from flask_cors import CORS
from flask_cors.options.schema import OPTIONS
from tests.options_page import BLOCK, FILE, split, updated

PAGE = FILE.read_text("utf-8")


def test_every_option_is_described_once_with_an_example() -> None:
    _, bodies = split(PAGE)
    assert list(bodies) == list(OPTIONS)
    for name, body in bodies.items():
        assert [language for language, _ in BLOCK.findall(body)] == ["python", "text"], name


@pytest.mark.filterwarnings("ignore:the option 'headers':DeprecationWarning")
def test_the_page_is_current() -> None:
    current = updated(PAGE)
    if os.environ.get("UPDATE_GOLDEN"):
        FILE.write_text(current, "utf-8")
        return
    assert current == PAGE, "UPDATE_GOLDEN=1 writes it anew"


def test_the_other_examples_run() -> None:
    app = Flask("shop")
    before, _ = split(PAGE)
    for text in re.findall(r"^\.\. code-block:: python\n\n((?:    .*\n)+)", before, re.M):
        exec(textwrap.dedent(text), {"app": app, "CORS": CORS})
    flask_cors.of(app).reload()
