"""The nginx configuration of the page about gateways does what the page says."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import textwrap
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from flask import Flask, abort
from werkzeug.serving import make_server

from flask_cors import CORS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "gateways.rst").read_text("utf-8")
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
SITE, OTHER = "https://app.example.com", "https://other.example.com"
ALLOWED = ("access-control-allow-origin", SITE)
VARY = ("vary", "Origin")

AROUND = """
{user} daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b;
  fastcgi_temp_path {folder}/c; uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  {shown}
}}
"""


def shown(port: int, app: int) -> str:
    """Return the page's configuration, listening and passing on to these ports."""
    block = re.search(r"\.\. code-block:: nginx\n\n((?:    .*\n|\n)+)", PAGE)
    assert block is not None
    text = textwrap.dedent(block[1]).replace("127.0.0.1:8000", f"127.0.0.1:{app}")
    return text.replace("server {", f"server {{ listen 127.0.0.1:{port};")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def nginx(folder: Path, app: int) -> Iterator[str]:
    """Run nginx before *app*; yield its address."""
    if NGINX is None:
        pytest.skip("nginx is not installed: apt-get install nginx-light")
    port = free_port()
    user = "user root;" if os.geteuid() == 0 else ""
    text = AROUND.format(user=user, folder=folder, shown=shown(port, app))
    (folder / "nginx.conf").write_text(text)
    command = [NGINX, "-e", str(folder / "error.log"), "-p", str(folder)]
    process = subprocess.Popen([*command, "-c", str(folder / "nginx.conf")])
    try:
        wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def wait_for(port: int) -> None:
    for _ in range(100):
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("nginx did not start")


@contextmanager
def application() -> Iterator[int]:
    """Serve an application with CORS; yield its port."""
    app = Flask(__name__, static_folder=None)
    CORS(app, origins=SITE)
    app.add_url_rule("/", "index", lambda: "fine")
    app.add_url_rule("/broken", "broken", lambda: abort(502))
    running = make_server("127.0.0.1", 0, app)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    try:
        yield running.server_port
    finally:
        running.shutdown()
        thread.join()
        running.server_close()


def ask(url: str, origin: str) -> tuple[int, list[tuple[str, str]]]:
    """Return the status, and every line of CORS headers and ``Vary``."""
    response = httpx.get(url, headers={"Origin": origin}, trust_env=False)
    lines = response.headers.multi_items()
    found = [line for line in lines if line[0].startswith("access-control-") or line[0] == "vary"]
    return response.status_code, sorted(found)


def test_what_the_application_answers_passes_unchanged(tmp_path: Path) -> None:
    with application() as app, nginx(tmp_path, app) as address:
        assert ask(address, SITE) == (200, [ALLOWED])
        assert ask(address, OTHER) == (200, [VARY])
        assert ask(f"{address}/broken", SITE) == (502, [ALLOWED])


def test_an_error_of_nginx_is_readable_where_it_says_so(tmp_path: Path) -> None:
    with nginx(tmp_path, free_port()) as address:
        assert ask(address, SITE) == (503, [ALLOWED, VARY])
        assert ask(address, OTHER) == (503, [VARY])
