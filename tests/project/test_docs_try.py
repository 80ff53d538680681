"""What `make docs-try` makes of a page: its files, its shell lines, the output it shows."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.docs_try import CHECKOUT, PAGES, Command, File, FollowError, Reader, same, steps

MARKDOWN = """
```sh
make demo    # serves
flask check  # bad news; exit code 1
```
```python
# shop.py
x = 1
```
```python
print("no file")
```
"""
RST = """
.. code-block:: console

    $ one
    first
      second
    $ two

.. code-block:: python

    # shop.py, in place of line 2
    x = 2

.. code-block:: text

    $ no command

.. code-block:: html

    <!-- index.html -->
    <p>

Text.
"""


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    folder = tmp_path / "work"
    folder.mkdir()
    return Reader(folder, dict(os.environ), tmp_path)


def test_markdown_has_lines_and_files() -> None:
    assert list(steps(MARKDOWN)) == [
        Command("make demo    # serves"),
        Command("flask check  # bad news; exit code 1"),
        File("shop.py", "# shop.py\nx = 1\n"),
    ]


def test_restructured_text_has_output_and_changes() -> None:
    assert list(steps(RST)) == [
        Command("one", "first\n  second"),
        Command("two"),
        File("shop.py", "x = 2\n", 2),
        File("index.html", "<!-- index.html -->\n<p>\n"),
    ]


def test_the_exit_code_is_that_of_the_comment() -> None:
    assert [Command("a").exit_code, Command("a # exit code 1").exit_code] == [0, 1]


@pytest.mark.parametrize(
    ("shown", "printed", "expected"),
    [
        ("a\nb", "a  \nb\n", True),
        ("a\n…\nz", "a\nb\nc\nz", True),
        ("in … s", "in 0.1 s", True),
        ("a", "b", False),
        ("a", "a\nb", False),
    ],
)
def test_output_is_compared_but_for_gaps(shown: str, printed: str, expected: bool) -> None:
    assert same(shown, printed) is expected


def test_a_line_changes_the_shell_and_the_files(reader: Reader) -> None:
    reader.follow(MARKDOWN.partition("```sh")[0] + MARKDOWN.partition("```\n")[2])
    reader.save(File("shop.py", "x = 2\n", 2))
    reader.run(Command("export SHOP=open"))
    reader.run(Command("echo $SHOP; cat shop.py", "open\n# shop.py\nx = 2"))


@pytest.mark.parametrize("command", [Command("false"), Command("echo a", "b")])
def test_a_wrong_line_is_reported(reader: Reader, command: Command) -> None:
    with pytest.raises(FollowError, match=command.line):
        reader.run(command)


@pytest.mark.parametrize("page", PAGES)
def test_the_pages_have_shell_lines(page: str) -> None:
    found = list(steps((CHECKOUT / page).read_text("utf-8")))
    assert sum(isinstance(step, Command) for step in found) >= 10
    assert any(isinstance(step, File) and step.name == "shop.py" for step in found)
