"""What ``make downstream`` makes of outcomes; the projects themselves are not needed here."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from flask import Flask, request
from flask.typing import ResponseReturnValue
from werkzeug.serving import make_server

from flask_cors import CORS
from tests.downstream import __main__ as command
from tests.downstream import environments, servers, suites
from tests.downstream.__main__ import NAMES, Result, Side
from tests.downstream.sessions import MENDED, PAGE, SESSIONS, STRANGER, Outcomes, Session

LABEL, (OLD, NEW, _) = next(iter(MENDED.items()))


def result(theirs: Outcomes, ours: Outcomes) -> Result:
    return Result("sample", "1.0", Side("6.0.5", theirs, 1.0), Side("7.0.0", ours, 1.0))


@pytest.mark.parametrize(
    ("theirs", "ours", "verdict"),
    [
        ({"a": "read: 200"}, {"a": "read: 200"}, "same"),
        ({"a": "read: 200"}, {"a": "read: 500"}, "differs"),
        ({"a": "passed"}, {}, "differs"),
        ({}, {"a": "passed"}, "differs"),
        ({LABEL: OLD}, {LABEL: NEW}, "same, but for 1 mended"),
        ({LABEL: NEW}, {LABEL: NEW}, "same"),
        ({LABEL: NEW}, {LABEL: OLD}, "differs"),
        ({LABEL: OLD, "a": "1"}, {LABEL: NEW, "a": "2"}, "differs"),
    ],
)
def test_verdicts(theirs: Outcomes, ours: Outcomes, verdict: str) -> None:
    assert result(theirs, ours).verdict == verdict


@pytest.mark.parametrize(("ours", "code"), [("read: 200", False), ("read: 500", True)])
def test_a_difference_is_printed_and_fails(
    ours: str, code: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = result({"GET /": "read: 200"}, {"GET /": ours})
    monkeypatch.setattr(command, "build_wheel", lambda _directory: "sample.whl")
    monkeypatch.setattr(command, "check", lambda _name, _wheel: seen)
    with pytest.raises(SystemExit) as ended:
        command.main(["moto"])
    assert ended.value.code is code
    printed = capsys.readouterr().out
    assert "sample 1.0  1 read (1 s)" in printed
    assert ("sample: GET /: read: 200, and now read: 500" in printed) is code


def test_every_project_has_its_parts() -> None:
    assert set(SESSIONS) == set(servers.COMMANDS)
    for name in NAMES:
        environment = environments.Environment(name)
        assert re.fullmatch(r"[\da.]+", command.release_of(environment))
        pinned = environment.requirements.read_text("utf-8").lower()
        assert "flask-cors==" not in pinned


def test_the_wheel_is_this_checkout(tmp_path: Path) -> None:
    assert Path(environments.build_wheel(tmp_path)).name == "flask_cors-7.0.0-py3-none-any.whl"


def test_reports_of_pytest_are_read(tmp_path: Path) -> None:
    sample = tmp_path / "test_sample.py"
    sample.write_text(
        "import pytest\n"
        "def test_good(): pass\n"
        "def test_bad(): assert False\n"
        "@pytest.mark.skip\n"
        "def test_out(): pass\n"
    )
    report = tmp_path / "report.xml"
    options = ["-q", "-p", "no:cacheprovider", f"--junitxml={report}", f"--rootdir={tmp_path}"]
    subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(sample)],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert suites.read(report) == {
        "test_sample::test_good": "passed",
        "test_sample::test_bad": "failed",
        "test_sample::test_out": "skipped",
    }


def test_names_below_localhost_are_resolved() -> None:
    script = (
        "import resolve_localhost, socket; resolve_localhost.pytest_configure();"
        "print(socket.getaddrinfo('a.b.localhost', 80)[0][4][0],"
        " socket.getaddrinfo(b'a.localhost', 80)[0][4][0])"
    )
    plugins = str(environments.HERE / "plugins")
    said = subprocess.check_output([sys.executable, "-c", script], cwd=plugins, text=True)
    assert said.split() == ["127.0.0.1", "127.0.0.1"]


def test_a_session_notes_what_a_page_sees() -> None:
    app = Flask("sample")
    CORS(app, origins=PAGE)

    @app.put("/things")
    def change() -> ResponseReturnValue:
        return {"changed": request.get_json()}

    server = make_server("127.0.0.1", 0, app)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        session = Session(server.server_port)
        answer = session.fetch(PAGE, "/things?a=1", method="PUT", json=[7])
        session.fetch(STRANGER, "/things", method="PUT", json=[7])
        session.fetch(PAGE, "/nowhere")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert answer is not None
    assert answer.json() == {"changed": [7]}
    assert session.outcomes == {
        f"PUT /things for {PAGE}": "read: 200",
        f"PUT /things for {STRANGER}": "blocked: allow-origin-missing",
        f"GET /nowhere for {PAGE}": "read: 404",
    }
