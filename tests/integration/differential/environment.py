"""The incumbent's environment: flask-cors 6.0.5 beside this checkout's versions of the rest.

Run as a script it makes ``.venv-incumbent`` at the root of the checkout, or within tox's own
environment; what is already there and right is left alone, so that a second run needs no network.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from importlib.metadata import version
from pathlib import Path

INCUMBENT = "6.0.5"
ROOT = Path(__file__).resolve().parents[3]
# An environment of tox has versions of its own, and so an incumbent of its own.
DIRECTORY = Path(os.environ.get("TOX_ENV_DIR", ROOT)) / ".venv-incumbent"
SHARED = ("Flask", "Werkzeug", "asgiref", "blinker")

_VERSIONS = "import sys, importlib.metadata as m; print(*map(m.version, sys.argv[1:]))"


def interpreter() -> Path:
    """Return the environment's interpreter, made or not."""
    return DIRECTORY.joinpath(
        *(("Scripts", "python.exe") if sys.platform == "win32" else ("bin", "python"))
    )


def wanted() -> list[str]:
    """Return the requirements: the incumbent, and what must be the same on both sides."""
    return [f"flask-cors=={INCUMBENT}", *(f"{name}=={version(name)}" for name in SHARED)]


def is_ready() -> bool:
    """Tell whether the environment holds exactly what is wanted."""
    if not interpreter().exists():
        return False
    names, versions = zip(*(requirement.split("==") for requirement in wanted()), strict=True)
    command = [str(interpreter()), "-I", "-c", _VERSIONS, *names]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    return said.stdout.split() == list(versions)


def ensure() -> Path:
    """Make the environment where it is missing or wrong, and return its interpreter."""
    if not is_ready():
        venv.create(DIRECTORY, clear=True, with_pip=True)
        DIRECTORY.joinpath(".gitignore").write_text("*\n")
        pip = [str(interpreter()), "-m", "pip", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", *wanted()], check=True)
    return interpreter()


if __name__ == "__main__":
    print(ensure())
