"""An environment for each project, and in it one flask_cors or the other.

Knows where things are installed, and nothing of what is checked.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
ROOT: Final = HERE.parents[1]
INCUMBENT: Final = "flask-cors==6.0.5"
_SOURCE: Final = (
    "LICENSE",
    "README.md",
    "flask_cors",
    "pyproject.toml",
    "pytest_flask_cors.py",
    "setup.cfg",
    "setup.py",
)
_WHICH: Final = "import flask_cors as f; print(f.__version__, f.__file__)"


@dataclass(frozen=True)
class Environment:
    """A virtual environment of one project: ``.venv-downstream-<name>`` in the checkout."""

    name: str

    @property
    def directory(self) -> Path:
        return ROOT / f".venv-downstream-{self.name}"

    @property
    def requirements(self) -> Path:
        return HERE / "requirements" / f"{self.name}.txt"

    def program(self, name: str) -> str:
        """Return the path of a program that is installed here."""
        return str(self.directory / "bin" / name)

    def ensure(self) -> None:
        """Install the requirements, unless these very ones are installed."""
        wanted = f"{sys.version}\n{self.requirements.read_text('utf-8')}"
        stamp = self.directory / ".ready"
        if stamp.exists() and stamp.read_text("utf-8") == wanted:
            return
        venv.create(self.directory, clear=True, with_pip=True)
        self.pip("install", "--requirement", str(self.requirements))
        stamp.write_text(wanted, encoding="utf-8")

    def pip(self, *arguments: str) -> None:
        """Run pip, which says nothing unless it fails."""
        command = [self.program("python"), "-m", "pip", "--disable-pip-version-check"]
        done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"pip {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")

    def put(self, flask_cors: str) -> str:
        """Install a flask_cors in the place of the other, and return its version."""
        self.pip("install", "--no-deps", "--force-reinstall", flask_cors)
        said = subprocess.check_output([self.program("python"), "-I", "-c", _WHICH], text=True)
        version, _, path = said.strip().partition(" ")
        if not Path(path).is_relative_to(self.directory):
            raise SystemExit(f"{self.name} would use another flask_cors: {path}")
        return version


def build_wheel(directory: Path) -> str:
    """Build a wheel from a copy of this checkout, and return its path."""
    source = directory / "source"
    source.mkdir()
    for name in _SOURCE:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, source / name)
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "wheel"]
    options = ["--no-deps", "--no-build-isolation", "--wheel-dir", str(directory)]
    subprocess.run([*command, *options, str(source)], check=True)
    (wheel,) = directory.glob("*.whl")
    return str(wheel)
