"""Take the README's picture of the report: ``.venv/bin/python docs/screenshot.py``.

Needs Chromium, as the browser tests do, and Pillow, which matplotlib brings along.
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from examples.views import app  # noqa: E402
from flask_cors.runtime.hooks import state_of  # noqa: E402
from flask_cors.tools.report import render  # noqa: E402
from tests.conformance.chromium import EXECUTABLE  # noqa: E402

PICTURE = CHECKOUT / "docs" / "_static" / "report.png"
SIZE = {"width": 1200, "height": 780}
COLORS = 64


def main() -> None:
    """Render the report of an example and keep a picture of its first screen."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page = Path(folder) / "report.html"
        page.write_text(render(app, state_of(app)), "utf-8")
        browser = playwright.chromium.launch(executable_path=EXECUTABLE, args=["--no-sandbox"])
        tab = browser.new_page(viewport=SIZE)
        tab.goto(page.as_uri())
        shot = tab.screenshot()
        browser.close()
    PICTURE.parent.mkdir(exist_ok=True)
    picture = Image.open(io.BytesIO(shot)).convert("RGB").quantize(COLORS)
    picture.save(PICTURE, optimize=True)
    print(f"{PICTURE.relative_to(CHECKOUT)}: {PICTURE.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
