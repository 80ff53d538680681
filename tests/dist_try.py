"""Try what was built: install the wheel into an empty environment and run its quick start.

``python -m tests.dist_try dist`` prints sizes and times, and fails where the sdist lacks
tests or documentation, the wheel brings anything but Flask along, or the README's first
example does not do what it says.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
IN_SDIST = (
    "README.md",
    "CHANGES.rst",
    "LICENSE",
    "Makefile",
    "docs/conf.py",
    "docs/first-steps.rst",
    "examples/app.py",
    "flask_cors/py.typed",
    "requirements/constraints.txt",
    "tests/conftest.py",
    "tests/unit/patterns/test_origins.py",
)
ASK = """
response = app.test_client().get("/", headers={"Origin": "https://anybody.example"})
assert response.headers["Access-Control-Allow-Origin"] == "https://anybody.example"
assert response.headers["Vary"] == "Origin"
"""


def main(folder: Path) -> int:
    """Try the wheel and the sdist in *folder*."""
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    missing = set(IN_SDIST) - names_in(sdist)
    if missing:
        print(f"{sdist.name} lacks {', '.join(sorted(missing))}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(temporary)
        python = empty_environment(home)
        started = time.perf_counter()
        pip(python, "install", "--quiet", str(wheel))
        seconds = time.perf_counter() - started
        brought = installed(python)
        quick_start(python, home)
    with zipfile.ZipFile(wheel) as archive:
        unpacked = sum(item.file_size for item in archive.infolist())
    print(f"{wheel.name}: {kilobytes(wheel)} kB, {unpacked // 1000} kB installed")
    print(f"{sdist.name}: {kilobytes(sdist)} kB")
    print(f"installed with {', '.join(brought)} in {seconds:.1f} s; the quick start runs")
    return 0


def names_in(sdist: Path) -> set[str]:
    with tarfile.open(sdist) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


def empty_environment(home: Path) -> Path:
    """Make an environment that has nothing but pip; return its Python."""
    subprocess.run([sys.executable, "-m", "venv", str(home / "venv")], check=True)
    return home / "venv" / "bin" / "python"


def pip(python: Path, *arguments: str) -> str:
    command = [str(python), "-m", "pip", "--disable-pip-version-check", *arguments]
    if arguments[0] == "install":
        command += ["--constraint", str(CHECKOUT / "requirements" / "constraints.txt")]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return str(done.stdout)


def installed(python: Path) -> list[str]:
    """Return what came along with the wheel."""
    lines = pip(python, "list", "--format=freeze").splitlines()
    names = {line.partition("==")[0] for line in lines}
    return sorted(names - {"pip", "setuptools", "Flask-CORS"}, key=str.lower)


def quick_start(python: Path, home: Path) -> None:
    """Run the README's first example, and ask it as a page does."""
    readme = (CHECKOUT / "README.md").read_text("utf-8")
    example = re.search(r"^```python\n(.*?)^```$", readme, re.M | re.S)
    assert example is not None
    script = home / "quick_start.py"
    script.write_text(example[1] + ASK, "utf-8")
    subprocess.run([python, "-W", "error", script], cwd=home, check=True)


def kilobytes(file: Path) -> int:
    return file.stat().st_size // 1000


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
