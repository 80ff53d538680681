"""Follow the README and the first steps as a new user would, in an empty environment.

Every shell line is run, in order, in a new folder; files are written as the page says,
servers are started in the background, and output that a page shows is compared. What is
installed as Flask-CORS is a wheel of this checkout. ``python -m tests.docs_try --help``.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

CHECKOUT = Path(__file__).resolve().parents[1]
PAGES = ("README.md", "docs/first-steps.rst")

BLOCK = re.compile(
    r"^```(\w+)\n(.*?)^```$|^\.\. code-block:: (\w+)\n\n((?:(?:    [^\n]*)?\n)+)", re.M | re.S
)
FILE = re.compile(r"(?:#|<!--) (\w+\.\w+)(?:, in place of line (\d+))?(?: -->)?\n")
SERVER = re.compile(r"flask .*\brun\b|python3? -m http\.server|make demo")
EXIT_CODE = re.compile(r"#.*exit code (\d)")
GAP = "…"
WAIT = 600


class File(NamedTuple):
    """A file that the page tells to save; *line* is the one to replace, 0 for all."""

    name: str
    text: str
    line: int = 0


class Command(NamedTuple):
    """A shell line, and the output the page shows for it."""

    line: str
    output: str = ""

    @property
    def exit_code(self) -> int:
        """The exit code that the line's comment names."""
        found = EXIT_CODE.search(self.line)
        return int(found[1]) if found else 0


class FollowError(Exception):
    """A page cannot be followed."""


def steps(page: str) -> Iterator[File | Command]:
    """Yield what a page, in Markdown or reStructuredText, tells its reader to do."""
    for block in BLOCK.finditer(page):
        language, text = block[1] or block[3], block[2] or _dedented(block[4])
        if file := FILE.match(text):
            yield File(file[1], text[file.end() :] if file[2] else text, int(file[2] or 0))
        elif language == "sh":
            yield from (Command(line) for line in text.splitlines() if line.strip())
        elif language == "console":
            yield from _session(text)


def _dedented(text: str) -> str:
    return re.sub(r"^    ", "", text.strip("\n") + "\n", flags=re.M)


def _session(text: str) -> Iterator[Command]:
    for part in re.split(r"^\$ ", text, flags=re.M)[1:]:
        line, _, output = part.partition("\n")
        yield Command(line, output.strip("\n"))


def same(shown: str, printed: str) -> bool:
    """Tell whether *printed* is what a page shows, with a gap for what differs."""
    pattern = re.escape(shown).replace(re.escape(GAP), ".*")
    return (
        re.fullmatch(pattern, "\n".join(map(str.rstrip, printed.strip().splitlines())), re.S)
        is not None
    )


@dataclass
class Reader:
    """A new user with a folder, a shell, and some terminals that servers run in."""

    folder: Path
    environment: dict[str, str]
    checkout: Path
    servers: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def follow(self, page: str) -> int:
        """Do all that *page* says; return the number of shell lines."""
        found = list(steps(page))
        for step in found:
            self.save(step) if isinstance(step, File) else self.run(step)
        return sum(isinstance(step, Command) for step in found)

    def save(self, file: File) -> None:
        path = self.folder / file.name
        text = file.text
        if file.line:
            lines = path.read_text("utf-8").splitlines(keepends=True)
            text = "".join([*lines[: file.line - 1], file.text, *lines[file.line :]])
        path.write_text(text, "utf-8")

    def run(self, command: Command) -> None:
        print(f"$ {command.line}", flush=True)
        if SERVER.search(command.line):
            self._serve(command.line)
            return
        state = self.folder.parent / "environment"
        # What a line does to its shell, such as activating an environment, lasts.
        script = f"{command.line}\ncode=$?; env -0 > {state}; exit $code"
        done = self._shell(script, self._place(command.line), stdout=subprocess.PIPE)
        printed = self._output(done, command)
        if done.returncode != command.exit_code:
            raise FollowError(f"exit code {done.returncode}: {command.line}\n{printed}")
        if command.output and not same(command.output, printed):
            raise FollowError(f"{command.line} prints\n{printed}\nand not\n{command.output}")
        pairs = (item.partition("=") for item in state.read_text().split("\0") if item)
        self.environment = {name: value for name, _, value in pairs}

    def _place(self, line: str) -> Path:
        return self.checkout if line.startswith("make ") else self.folder

    def _shell(self, script: str, place: Path, stdout: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            ["bash", "-c", script],
            cwd=place,
            env=self.environment,
            stdout=stdout,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def _output(self, process: subprocess.Popen[bytes], command: Command) -> str:
        try:
            return process.communicate(timeout=WAIT)[0].decode()
        except subprocess.TimeoutExpired:
            stop(process)
            raise FollowError(f"not done after {WAIT} s: {command.line}") from None

    def _serve(self, line: str) -> None:
        """Start a server in a terminal of its own, in place of the same one before."""
        if line in self.servers:
            stop(self.servers.pop(line))
        log = self.folder.parent / f"terminal-{len(self.servers)}"
        with log.open("wb") as output:
            process = self._shell(f"exec {line}", self._place(line), stdout=output.fileno())
        self.servers[line] = process
        deadline = time.monotonic() + WAIT
        while time.monotonic() < deadline and process.poll() is None:
            if answers(log.read_text("utf-8")):
                return
            time.sleep(0.2)
        raise FollowError(f"no server: {line}\n{log.read_text('utf-8')}")

    def leave(self) -> None:
        """Stop the servers."""
        for process in self.servers.values():
            stop(process)


def answers(printed: str) -> bool:
    """Tell whether the first address that a server printed answers."""
    found = re.search(r"http://[\w.:]+/?", printed)
    if found is None:
        return False
    try:
        with urllib.request.urlopen(found[0], timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process and what it started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
    process.wait(20)


def output_of(*command: str, cwd: Path = CHECKOUT) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def clean_environment(wheels: Path, options: argparse.Namespace) -> dict[str, str]:
    """Return this environment without its Python; pip finds the wheel of this checkout."""
    dropped = {
        "VIRTUAL_ENV",
        "PYTHONPATH",
        "PYTHONHOME",
        "FLASK_APP",
        "MAKEFLAGS",
        "MAKELEVEL",
        "CI",
    }
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    links = output_of(sys.executable, "-m", "pip", "config", "get", "global.find-links")
    python = Path(sys.base_prefix) / "bin"
    places = [part for part in kept["PATH"].split(os.pathsep) if ".venv" not in part]
    kept |= {
        "PATH": os.pathsep.join([str(python), *places]),
        "PIP_FIND_LINKS": f"{wheels} {links}".strip(),
        "PIP_CONSTRAINT": str(CHECKOUT / "requirements" / "constraints.txt"),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PYTHONUNBUFFERED": "1",
        "COLUMNS": "90",
    }
    if options.wheels:
        kept |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": f"{wheels} {options.wheels.resolve()}"}
    return kept if options.whole else kept | {"PYTEST_ARGS": "tests/project/test_readme.py"}


@contextmanager
def reader(root: Path, wheels: Path, options: argparse.Namespace) -> Iterator[Reader]:
    """Set up a new user's folder and a copy of the checkout."""
    folder = root / "work"
    folder.mkdir(parents=True)
    user = Reader(folder, clean_environment(wheels, options), root.parent / "checkout")
    try:
        yield user
    finally:
        user.leave()


def copy_checkout(target: Path) -> None:
    """Copy what git knows, or would, of this checkout."""
    names = output_of("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    for name in filter(None, names.split("\0")):
        if (CHECKOUT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(CHECKOUT / name, target / name)


def prepared(page: str, environment: Mapping[str, str], root: Path) -> dict[str, str]:
    """Return *environment*, with a new Python environment where the page makes none."""
    if "-m venv" in page:
        return dict(environment)
    home = root / "venv"
    subprocess.run([Path(sys.base_prefix) / "bin" / "python3", "-m", "venv", home], check=True)
    return {**environment, "PATH": f"{home / 'bin'}{os.pathsep}{environment['PATH']}"}


def main() -> int:
    """Follow the pages, and say which cannot be followed."""
    parser = argparse.ArgumentParser("python -m tests.docs_try", description=__doc__)
    parser.add_argument("pages", nargs="*", default=PAGES, help="pages, else %(default)s")
    parser.add_argument("--wheels", type=Path, help="install from this folder alone, offline")
    parser.add_argument("--whole", action="store_true", help="let 'make test' run all tests")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="docs-try-", ignore_cleanup_errors=True) as temporary:
        root = Path(temporary)
        wheels = root / "wheels"
        build = [
            sys.executable,
            "-m",
            "build",
            "--wheel",
            "--no-isolation",
            "--outdir",
            str(wheels),
        ]
        copy_checkout(root / "checkout")
        subprocess.run(build, cwd=root / "checkout", check=True, stdout=subprocess.DEVNULL)
        for name in options.pages:
            page = (CHECKOUT / name).read_text("utf-8")
            print(f"== {name}", flush=True)
            with reader(root / name.replace("/", "-"), wheels, options) as user:
                user.environment = prepared(page, user.environment, user.folder.parent)
                try:
                    print(f"== {name}: {user.follow(page)} shell lines", flush=True)
                except FollowError as error:
                    print(f"{name}: {error}", file=sys.stderr)
                    return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
