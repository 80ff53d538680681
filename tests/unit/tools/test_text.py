"""Lines of text: files are named relative to a folder, and URLs stay as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from flask_cors.tools.text import here, plain, relative


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/srv/api/app.py:7", "app.py:7"),
        ("CORS(app) at /srv/api/shop/app.py:7", "CORS(app) at shop/app.py:7"),
        ("'/srv/api/app.py'", "'app.py'"),
        ("(/srv/api/app.py)", "(app.py)"),
        ("https://a.example/srv/api/items", "https://a.example/srv/api/items"),
        ("/other/srv/api/app.py", "/other/srv/api/app.py"),
        ("GET https://a.example/", "GET https://a.example/"),
    ],
)
def test_files_are_named_relative_to_a_folder(text: str, shown: str) -> None:
    assert relative(text, "/srv/api/") == shown
    assert plain(text, "/srv/api/") == shown


@pytest.mark.parametrize("folder", ["/", "//", ""])
def test_the_root_is_taken_from_nothing(folder: str) -> None:
    text = "add 'https://a.example' at /app.py:7"
    assert relative(text, folder) == text


def test_the_current_directory_ends_as_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(Path.cwd().anchor))
    assert here() == Path.cwd().anchor
