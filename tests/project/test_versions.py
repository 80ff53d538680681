"""The oldest versions that are promised are those that ``tox run -e minimum`` tests."""

from __future__ import annotations

import re
from configparser import ConfigParser
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version

CHECKOUT = Path(__file__).resolve().parents[2]
TESTED_EXTRAS = ("bench", "cli", "test")


def bounds() -> dict[str, Version]:
    """Return the lower bounds of what the tests need, by the package's name."""
    setup = ConfigParser()
    setup.read(CHECKOUT / "setup.cfg", "utf-8")
    extras = setup["options.extras_require"]
    lines = [setup["options"]["install_requires"], *(extras[name] for name in TESTED_EXTRAS)]
    found = [Requirement(line) for line in "\n".join(lines).split("\n") if line]
    return {
        requirement.name.lower(): Version(str(requirement.specifier).removeprefix(">="))
        for requirement in found
        if requirement.name != "Flask-CORS"
    }


def pins() -> dict[str, Version]:
    text = (CHECKOUT / "requirements" / "minimum.txt").read_text("utf-8")
    return {name.lower(): Version(pin) for name, pin in re.findall(r"^([\w-]+)==(.+)$", text, re.M)}


def test_each_lower_bound_is_pinned() -> None:
    pinned = pins()
    wrong = {
        name: bound
        for name, bound in bounds().items()
        if name not in pinned or pinned[name].release[: len(bound.release)] != bound.release
    }
    assert wrong == {}


def test_nothing_else_is_pinned_but_what_flask_needs() -> None:
    flask = {"blinker", "click", "itsdangerous", "jinja2", "werkzeug"}
    assert pins().keys() - bounds().keys() == flask
