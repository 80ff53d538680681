"""The README's table of speed shows the recorded results; UPDATE_GOLDEN=1 writes it anew."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
README = CHECKOUT / "README.md"
RESULTS = CHECKOUT / "benchmarks" / "results" / "results.json"
START, END = "<!-- speed -->\n", "<!-- /speed -->"

ROWS = {
    "allowed": "an allowed origin",
    "denied": "a denied one",
    "preflight": "a preflight",
    "decorated": "a decorated view",
    "1000-glob": "1,000 resources",
    "100000-origins": "100,000 origins",
}
COLUMNS = {
    "handwritten": "hand-written hook",
    "flask-cors": "flask-cors 6.0.5",
    "project": "this project",
}


def table() -> Iterator[str]:
    """Yield the lines of the table, from the recorded results."""
    requests = json.loads(RESULTS.read_text("utf-8"))["requests"]
    yield "| | " + " | ".join(COLUMNS.values()) + " |"
    yield "|---" + "|--:" * len(COLUMNS) + "|"
    for name, title in ROWS.items():
        overheads = requests[name]["overhead_us"]
        cells = (f"{overheads[column]['median']:,.1f}" for column in COLUMNS)
        yield f"| {title} | " + " | ".join(cells) + " |"


def test_the_table_shows_the_recorded_results() -> None:
    text = README.read_text("utf-8")
    before, _, rest = text.partition(START)
    shown, _, after = rest.partition(END)
    expected = "".join(f"{line}\n" for line in table())
    if os.environ.get("UPDATE_GOLDEN"):
        README.write_text(f"{before}{START}{expected}{END}{after}", "utf-8")
        return
    assert shown == expected
