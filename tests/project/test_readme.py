"""The README's examples, each pasted into an empty file."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from flask_cors.options.schema import OPTIONS

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)

# What shows that an example does what its text says: a request, and its CORS headers.
CHECK = """
client = app.test_client()
response = client.open({path!r}, method={method!r}, headers={headers!r})
found = {{name: value for name, value in response.headers
         if name.startswith("Access-Control-") or name == "Vary"}}
assert found == {expected!r}, found
"""
APP = "https://app.example.com"
ECHOED = {"Access-Control-Allow-Origin": APP, "Vary": "Origin"}
ONE = {"Access-Control-Allow-Origin": APP}
CREDENTIALS = {**ECHOED, "Access-Control-Allow-Credentials": "true"}
PREFLIGHT = {
    **ONE,
    "Access-Control-Allow-Methods": "GET, HEAD, PUT",
    "Access-Control-Allow-Headers": "content-type",
}
PUT = {
    "Origin": APP,
    "Access-Control-Request-Method": "PUT",
    "Access-Control-Request-Headers": "content-type",
}


def run(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    file = folder / "app.py"
    file.write_text(code, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-W", "error", str(file)], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("block", "method", "path", "headers", "expected"),
    [
        (0, "GET", "/", {"Origin": APP}, ECHOED),
        (1, "GET", "/api/x", {"Origin": APP}, CREDENTIALS),
        (1, "GET", "/api/x", {"Origin": "https://evil.example"}, {"Vary": "Origin"}),
        (1, "GET", "/public/x", {"Origin": APP}, ECHOED),
        (2, "GET", "/api/items", {"Origin": APP}, ONE),
        (3, "GET", "/open", {"Origin": APP}, ECHOED),
        (3, "GET", "/items", {"Origin": APP}, ONE),
        (3, "OPTIONS", "/items", PUT, PREFLIGHT),
        (3, "DELETE", "/items", {"Origin": APP}, {}),
        (4, "GET", "/", {"Origin": "https://admin.example.com"},
         {"Access-Control-Allow-Origin": "https://admin.example.com", "Vary": "Origin"}),
        (6, "GET", "/items", {"Origin": APP}, ONE),
    ],
)  # fmt: skip
def test_example_does_what_it_says(
    block: int, method: str, path: str, headers: object, expected: object, tmp_path: Path
) -> None:
    check = CHECK.format(path=path, method=method, headers=headers, expected=expected)
    done = run(BLOCKS[block] + check, tmp_path)
    assert done.returncode == 0, done.stderr


def test_explain_prints_the_walk_and_the_verdict(tmp_path: Path) -> None:
    done = run(BLOCKS[5], tmp_path)
    assert done.returncode == 0, done.stderr
    assert "blocked by CORS policy" in done.stdout
    # The file's path may be wrapped anywhere.
    shown = "".join(done.stdout.split())
    assert re.search(r"origins=https://app\.example\.com\(app:CORS\(app\)at.*app\.py:5\)", shown)


def test_every_example_is_tried() -> None:
    assert len(BLOCKS) == 7


def test_error_reads_as_shown(tmp_path: Path) -> None:
    shown = re.search(r"flask_cors\.errors\.ConfigError: (.*?)```", README, re.DOTALL)
    assert shown is not None
    code = "from flask import Flask\nfrom flask_cors import CORS\n\napp = Flask(__name__)\n"
    done = run(f'{code}CORS(app, origin="{APP}")\n', tmp_path)
    printed = done.stderr.strip().splitlines()[-1].replace(f"{tmp_path}/", "/srv/")
    assert printed.partition(": ")[2] == " ".join(shown[1].split())


def test_option_table_has_every_option() -> None:
    rows = set(re.findall(r"^\| `(\w+)` \|", README, re.MULTILINE))
    assert rows == set(OPTIONS) - {"headers"}
