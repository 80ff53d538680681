"""Debian's Chromium under Playwright: pages on many origins, and what their scripts see.

Knows how to ask a browser; judges nothing.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Frame, Page, sync_playwright

EXECUTABLE = os.environ.get("CHROMIUM") or shutil.which("chromium")
HOW_TO_GET = "these tests drive Chromium: apt-get install chromium, or set CHROMIUM to its path"

#: The oldest version that behaves as ``CHROMIUM`` in flask_cors/testing/traits.py says. An older
#: one sends other requests, of media and after redirects for instance.
OLDEST = 156

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--ignore-certificate-errors",
    "--host-resolver-rules=MAP *.test 127.0.0.1",
]

# Run sequences of requests side by side; a sequence's requests follow each other.
RUN = """
async (sequences) => {
  const visible = async (response) => ({
    type: response.type, url: response.url, status: response.status, ok: response.ok,
    redirected: response.redirected, headers: [...response.headers],
    text: await response.text(),
  });
  const upload = (url, init) => new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open(init.method, url);
    xhr.withCredentials = init.credentials === 'include';
    for (const [name, value] of init.headers) xhr.setRequestHeader(name, value);
    xhr.upload.addEventListener('progress', () => {});
    xhr.onerror = () => reject(new TypeError('Failed to fetch'));
    xhr.onload = () => resolve({
      type: null, url: xhr.responseURL, status: xhr.status,
      ok: xhr.status >= 200 && xhr.status <= 299, redirected: null,
      headers: xhr.getAllResponseHeaders().split('\\r\\n').filter(Boolean).map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon), line.slice(colon + 2)];
      }),
      text: xhr.responseText,
    });
    xhr.send(init.body);
  });
  const one = async ({url, init, uploads}) => {
    const started = Date.now() / 1000;
    try {
      const seen = uploads ? await upload(url, init) : await visible(await fetch(url, init));
      return {started, seen, error: null};
    } catch (error) {
      return {started, seen: null, error: String(error)};
    }
  };
  const all = async (sequence) => {
    const results = [];
    for (const request of sequence) results.push(await one(request));
    return results;
  };
  return Promise.all(sequences.map(all));
}
"""


@cache
def version() -> int:
    """Return the major version of the Chromium that is installed."""
    assert EXECUTABLE is not None
    said = subprocess.run([EXECUTABLE, "--version"], capture_output=True, text=True, check=True)
    found = re.search(r"(\d+)\.\d+", said.stdout)
    assert found, said.stdout
    return int(found[1])


def missing() -> str:
    """Return why the browser that the model describes cannot be asked; empty where it can."""
    if EXECUTABLE is None:
        return HOW_TO_GET
    if version() < OLDEST:
        return f"this is Chromium {version()}, and {OLDEST} or later is compared with the model"
    return ""


@dataclass
class Chromium:
    """A running browser; ``console`` holds what its pages logged since it was cleared."""

    context: BrowserContext
    console: list[ConsoleMessage] = field(default_factory=list)

    def page(self, url: str) -> Page:
        """Open *url* in a tab of its own."""
        page = self.context.new_page()
        page.on("console", lambda message: self.console.append(message))
        page.goto(url)
        return page

    def sandboxed(self, url: str) -> Frame:
        """Open *url* and return a sandboxed frame in it, whose origin is ``null``."""
        page = self.page(url)
        page.set_content('<iframe sandbox="allow-scripts" srcdoc="<p>sandboxed"></iframe>')
        frame = page.frames[1]
        frame.wait_for_load_state()
        return frame

    def run(self, page: Page | Frame, sequences: Sequence[Any]) -> list[list[dict[str, Any]]]:
        """Send each sequence's requests from *page*, the sequences side by side."""
        results: list[list[dict[str, Any]]] = page.evaluate(RUN, list(sequences))
        return results


@contextlib.contextmanager
def running(*, third_party_cookies: bool = True) -> Iterator[Chromium]:
    """Start Chromium with a fresh profile."""
    # Debian's package blocks third-party cookies unless the profile says otherwise.
    preferences = {"profile": {"cookie_controls_mode": 0 if third_party_cookies else 1}}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        default = Path(profile) / "Default"
        default.mkdir()
        (default / "Preferences").write_text(json.dumps(preferences))
        with sync_playwright() as playwright:
            context = playwright.chromium.launch_persistent_context(
                profile, executable_path=EXECUTABLE, args=ARGUMENTS
            )
            try:
                yield Chromium(context)
            finally:
                context.close()
