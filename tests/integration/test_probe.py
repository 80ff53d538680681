"""The probe through real proxies: who is at fault is said right, and every bound holds."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import jsonschema
import pytest
from flask import Flask, abort, redirect, request
from flask.testing import FlaskCliRunner
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from flask_cors import CORS
from flask_cors.cli import cors
from flask_cors.tools.probe import Limits, ProbeError, probe

# What the tests of this module share is made once, on one worker.
pytestmark = pytest.mark.xdist_group("probe")

PAGE = "https://app.example.com"
OTHER = "https://other.example.com"
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")

CONFIG = """
{user} daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b;
  fastcgi_temp_path {folder}/c; uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  proxy_cache_path {folder}/cache keys_zone=kept:1m;
  server {{
    listen 127.0.0.1:{port};
    proxy_set_header Host $host;
    location / {{ proxy_pass http://127.0.0.1:{app}; }}
    location /twice/ {{
      proxy_pass http://127.0.0.1:{app}/; add_header Access-Control-Allow-Origin "*" always;
    }}
    location /https/ {{ return 301 https://$host$request_uri; }}
    location /login/ {{ return 302 /signin; }}
    location /slash/ {{ rewrite ^(.*[^/])$ $1/ permanent; proxy_pass http://127.0.0.1:{app}/; }}
    location /broken/ {{ return 500; }}
    location /auth/ {{
      auth_basic "closed"; auth_basic_user_file {folder}/users; proxy_pass http://127.0.0.1:{app}/;
    }}
    location /few/ {{
      if ($request_method = OPTIONS) {{ return 405; }}
      proxy_pass http://127.0.0.1:{app}/;
    }}
    location /error/ {{
      proxy_pass http://127.0.0.1:{app}/bare/;
      add_header Access-Control-Allow-Origin $http_origin;
    }}
    location /down/ {{ proxy_pass http://127.0.0.1:1/; }}
    location /cached/ {{
      proxy_pass http://127.0.0.1:{app}/; proxy_cache kept; proxy_cache_valid 200 1m;
      proxy_ignore_headers Vary; proxy_hide_header Vary;
    }}
    location /novary/ {{ proxy_pass http://127.0.0.1:{app}/; proxy_hide_header Vary; }}
    location /gone/ {{ return 404; }}
    location /away/ {{ return 302 http://localhost:{port}/data; }}
    location /signin/ {{ return 302 /data; }}
    location /stripped/ {{
      if ($request_method = PUT) {{ return 200; }}
      proxy_pass http://127.0.0.1:{app}/;
    }}
  }}
}}
"""


def make_app() -> Flask:
    app = Flask(__name__, static_folder=None)
    CORS(app, origins=[PAGE, OTHER], resources=r"/(?!bare/|slow|drip|beside|to-|said|refused).*")
    CORS(app, origins=[PAGE, "https://*.beside.example"], resources="/beside/*")

    @app.get("/beside/data")
    def beside() -> str:
        return "beside"

    @app.get("/to-elsewhere")
    def to_elsewhere() -> Response:
        answer = redirect(f"http://localhost:{request.environ['SERVER_PORT']}/data")
        answer.headers["Access-Control-Allow-Origin"] = request.headers.get("Origin", "*")
        return answer

    @app.get("/said")
    def said() -> tuple[str, int, dict[str, str]]:
        return "", 200, {"CORS-Explanation": "'https://a.example' is not in origins (app.py:3)"}

    @app.get("/refused")
    def refused() -> tuple[str, int, dict[str, str]]:
        reason = {"CORS-Explanation": request.args["why"]} if "why" in request.args else {}
        return "", 403, {"Cache-Control": "no-store", **reason}

    @app.route("/data", methods=["GET", "PUT"])
    def data() -> str:
        return "data"

    @app.get("/bare/broken")
    def broken() -> None:
        abort(500)

    @app.get("/bare/data")
    def bare() -> str:
        return "bare"

    @app.get("/round")
    def round_() -> Response:
        return redirect(f"/round?{len(request.query_string) + 1}")

    @app.get("/away")
    def away() -> Response:
        return redirect("http://127.0.0.1:2/login")

    @app.get("/slow")
    def slow() -> str:
        time.sleep(1)
        return "late"

    @app.get("/drip")
    def drip() -> Response:
        def parts() -> Iterator[bytes]:
            for _ in range(20):
                time.sleep(0.1)
                yield b"x"

        return Response(parts())

    @app.get("/large")
    def large() -> Response:
        return Response(b"x" * 65536 for _ in range(64))

    return app


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@pytest.fixture(scope="module", autouse=True)
def no_proxy() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_PROXY", "127.0.0.1")
        patch.setenv("no_proxy", "127.0.0.1")
        yield


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    running = make_server("127.0.0.1", 0, make_app(), threaded=True)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    thread.join()
    running.server_close()


@pytest.fixture(scope="module")
def nginx(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if NGINX is None:
        pytest.skip("nginx is not installed: apt-get install nginx-light")
    folder = tmp_path_factory.mktemp("nginx")
    (folder / "users").write_text("nobody:x\n")
    port = free_port()
    # Workers of another user could not write below the folder.
    user = "user root;" if os.geteuid() == 0 else ""
    text = CONFIG.format(user=user, folder=folder, port=port, app=server.rpartition(":")[2])
    (folder / "nginx.conf").write_text(text)
    command = [NGINX, "-e", str(folder / "error.log"), "-p", str(folder)]
    process = subprocess.Popen([*command, "-c", str(folder / "nginx.conf")])
    wait_for(port)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(10)


@pytest.fixture(scope="module")
def one() -> Iterator[str]:
    """Serve an app that allows one origin, which it always sends."""
    app = Flask(__name__, static_folder=None)
    CORS(app, origins=PAGE)
    app.add_url_rule("/data", "data", lambda: "data")
    running = make_server("127.0.0.1", 0, app)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    thread.join()
    running.server_close()


@contextmanager
def serving(answer: bytes) -> Iterator[str]:
    """Serve *answer*, byte for byte, until the block ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    over = threading.Event()

    def serve() -> None:
        while not over.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    over.set()
    thread.join()
    listener.close()


def wait_for(port: int) -> None:
    for _ in range(100):
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("nginx did not start")


@pytest.mark.server
def test_what_works_is_readable(nginx: str) -> None:
    result = probe(f"{nginx}/data", PAGE, method="PUT", headers={"X-A": "1"})
    assert (result.verdict, result.good, result.faults) == ("readable", True, ())
    assert [(item.kind, item.method, item.status) for item in result.exchanges] == [
        ("preflight", "OPTIONS", 200),
        ("actual", "PUT", 200),
    ]
    assert dict(result.exchanges[0].request_headers)["Access-Control-Request-Headers"] == "x-a"
    assert [name.lower() for name, _ in result.in_front] == ["server"]


@pytest.mark.server
@pytest.mark.parametrize(
    ("path", "method", "step", "who", "words"),
    [
        ("/twice/data", "GET", "allow-origin-multiple", "a proxy in front", "two"),
        ("/https/data", "PUT", "preflight-redirect", "an https redirect in front", "301"),
        ("/slash/data", "PUT", "preflight-redirect", "a redirect of the trailing slash", "301"),
        (
            "/broken/x",
            "GET",
            "allow-origin-missing",
            "the app's error, and who answers for it",
            "500",
        ),
        ("/login/data", "PUT", "preflight-redirect", "a login or a redirect in front", "302"),
        ("/https/data", "GET", "allow-origin-missing", "an https redirect in front", "301"),
        ("/slash/data", "GET", "allow-origin-missing", "a redirect of the trailing slash", "301"),
        ("/login/data", "GET", "allow-origin-missing", "a login or a redirect in front", "302"),
        (
            "/gone/data",
            "GET",
            "allow-origin-missing",
            "the URL, or a proxy that does not know the path",
            "the request is answered by 404",
        ),
        (
            "/gone/data",
            "PUT",
            "allow-origin-missing",
            "the URL, or a proxy that does not know the path",
            "the preflight is answered by 404",
        ),
        ("/auth/data", "PUT", "allow-origin-missing", "an authentication layer in front", "401"),
        ("/auth/data", "GET", "allow-origin-missing", "an authentication layer in front", "401"),
        (
            "/few/data",
            "PUT",
            "allow-origin-missing",
            "a server in front that lets few methods pass",
            "405",
        ),
        (
            "/error/broken",
            "GET",
            "allow-origin-missing",
            "the app's error, and who answers for it",
            "missing on the error only",
        ),
        (
            "/down/data",
            "GET",
            "allow-origin-missing",
            "a proxy in front, whose app does not answer",
            "502",
        ),
        (
            "/stripped/data",
            "PUT",
            "allow-origin-missing",
            "something in front that strips headers",
            "the answer after it does not",
        ),
        ("/bare/data", "GET", "allow-origin-missing", "the app's configuration", "does not allow"),
    ],
)
def test_a_fault_is_reported(
    nginx: str, path: str, method: str, step: str, who: str, words: str
) -> None:
    result = probe(nginx + path, PAGE, method=method)
    (fault,) = result.faults
    assert (result.verdict, result.step, fault.who) == ("blocked", step, who)
    assert words in fault.what
    assert not result.good
    assert result.section


@pytest.mark.server
def test_a_lost_vary_is_reported_though_the_page_can_read(nginx: str) -> None:
    result = probe(f"{nginx}/novary/data", PAGE)
    assert (result.verdict, result.good) == ("readable", False)
    assert result.faults[0].who == "a cache or a proxy in front"


@pytest.mark.server
def test_a_lost_vary_is_reported_where_a_request_without_origin_gets_the_same(nginx: str) -> None:
    """One literal beside a wildcard: without Origin the literal is sent, and Vary is needed."""
    result = probe(f"{nginx}/novary/beside/data", PAGE)
    assert (result.verdict, result.good) == ("readable", False)
    assert result.faults[0].who == "a cache or a proxy in front"
    assert result.faults[0].what.endswith(f"to a page of {PAGE}, which it blocks")
    assert probe(f"{nginx}/beside/data", PAGE).good


@pytest.mark.server
def test_a_lost_vary_is_reported_after_a_preflight_too(nginx: str) -> None:
    assert not probe(f"{nginx}/novary/data", PAGE, headers={"X-A": "1"}).good
    assert probe(f"{nginx}/data", PAGE, headers={"X-A": "1"}).good


@pytest.mark.server
def test_a_cache_that_stored_an_answer_for_another_origin_is_reported(nginx: str) -> None:
    probe(f"{nginx}/cached/data", PAGE)
    result = probe(f"{nginx}/cached/data", OTHER)
    assert (result.verdict, result.step) == ("blocked", "allow-origin-mismatch")
    assert result.faults[0].who == "a cache in front"


def test_the_configuration_is_named(server: str) -> None:
    result = probe(f"{server}/data", PAGE, credentials=True)
    assert (result.step, result.faults[0].who) == ("allow-credentials", "the app's configuration")
    assert "supports_credentials" in result.faults[0].hint


def test_a_page_over_https_cannot_call_plain_http() -> None:
    result = probe("http://192.0.2.1/", PAGE)
    assert (result.exchanges, result.faults[0].who) == ((), "the page")


def test_a_redirect_to_another_server_hides_the_origin(server: str) -> None:
    result = probe(f"{server}/to-elsewhere", PAGE)
    (fault,) = result.faults
    assert (result.verdict, fault.who) == ("blocked", "a redirect to another address")
    assert fault.what.endswith("browsers send the origin null")
    assert "its policy then sees the page's own origin" in fault.hint


def test_a_redirect_from_the_page_s_own_server_keeps_the_origin(server: str) -> None:
    (fault,) = probe(f"{server}/to-elsewhere", server).faults
    assert "origin null" not in fault.what
    assert fault.hint.endswith("or let it allow the page's origin too.")


def test_what_the_app_itself_says_is_shown(server: str) -> None:
    (fault,) = probe(f"{server}/said", PAGE).faults
    assert fault.who == "the app's configuration"
    assert fault.what == "it says: 'https://a.example' is not in origins (app.py:3)"


def test_a_refusal_is_no_authentication_layer(server: str) -> None:
    (fault,) = probe(f"{server}/refused", PAGE).faults
    assert "the request is refused by the server with 403" in fault.what
    assert "then the view did not run" in fault.what
    (fault,) = probe(f"{server}/refused?why=enforce", PAGE).faults
    assert fault.what == "refused by the server with 403, the view did not run: enforce"


def test_a_readable_error_is_called_one(server: str) -> None:
    result = probe(f"{server}/nowhere", PAGE)
    expected = f"A page of {PAGE} can read the response, an error: 404 Not Found, nothing is served"
    assert (result.verdict, result.message) == ("readable", f"{expected} there.")
    assert probe(f"{server}/data", PAGE).message.endswith(", status 200.")


@pytest.mark.parametrize("origin", ["HTTPS://App.Example.com:443", f"{PAGE}/", f"{PAGE}/page?x"])
def test_the_origin_is_read_as_in_the_configuration_and_shown(
    server: str, run: Callable[..., tuple[int, str]], origin: str
) -> None:
    assert probe(f"{server}/data", origin).origin == PAGE
    code, output = run(f"{server}/data", "--origin", origin)
    assert (code, output.startswith(f"Note: {origin!r} is read as {PAGE!r}")) == (0, True)


def test_the_same_origin_is_not_judged(server: str) -> None:
    result = probe(f"{server}/data", server)
    assert (result.verdict, result.good) == ("same-origin", True)


def test_one_origin_that_is_always_sent_needs_no_vary(one: str) -> None:
    result = probe(f"{one}/data", PAGE)
    assert (result.good, "vary" in {name.lower() for name, _ in result.exchanges[0].headers}) == (
        True,
        False,
    )


def test_a_method_that_is_not_allowed_is_named(one: str) -> None:
    result = probe(f"{one}/data", PAGE, method="PURGE")
    assert (result.step, result.faults[0].hint.split(";")[0]) == (
        "preflight-method",
        "Change methods",
    )


def test_what_no_browser_can_use_is_reported() -> None:
    evil = b"HTTP/1.1 302 Found\r\nAccess-Control-Allow-Origin: *\r\nLocation: ftp://x/\r\n\r\n"
    with serving(evil) as url:
        result = probe(url, PAGE)
    assert (result.step, result.faults[0].who) == ("redirect-scheme", "the server")


@pytest.mark.parametrize(
    ("path", "limits", "words"),
    [
        ("/slow", Limits(seconds=0.2), "did not answer within 0.2 seconds"),
        ("/drip", Limits(seconds=0.5), "did not answer within 0.5 seconds"),
        ("/round", Limits(requests=4), "redirects more than 3 times"),
    ],
)
def test_bounds(server: str, path: str, limits: Limits, words: str) -> None:
    with pytest.raises(ProbeError, match=words):
        probe(server + path, PAGE, limits=limits)


def test_no_more_of_a_body_is_read_than_asked(server: str) -> None:
    assert probe(f"{server}/large", PAGE, limits=Limits(body=100)).good


def test_what_does_not_answer_is_one_line() -> None:
    with pytest.raises(ProbeError, match=r"^127\.0\.0\.1:2 cannot be asked: "):
        probe("http://127.0.0.1:2/", PAGE)


def test_a_redirect_to_what_does_not_answer_is_named(server: str) -> None:
    with pytest.raises(ProbeError) as caught:
        probe(f"{server}/away", PAGE)
    assert str(caught.value).startswith(
        f"{server}/away redirects to http://127.0.0.1:2/login (302), and 127.0.0.1:2 cannot be "
    )


def test_a_tls_failure_is_one_line(server: str) -> None:
    with pytest.raises(ProbeError, match="cannot be asked: ") as caught:
        probe(server.replace("http:", "https:"), PAGE)
    assert "\n" not in str(caught.value)


@pytest.fixture
def run() -> Callable[..., tuple[int, str]]:
    def call(*args: str) -> tuple[int, str]:
        result = FlaskCliRunner(Flask(__name__)).invoke(cors, ["probe", *args])
        return result.exit_code, result.output

    return call


def test_the_command(server: str, run: Callable[..., tuple[int, str]]) -> None:
    code, output = run(f"{server}/data", "--origin", PAGE, "--header", "X-A")
    assert code == 0
    assert output.startswith(f"GET {server}/data from {PAGE}\nreadable: ")
    assert "\n  < Access-Control-Allow-Origin: https://app.example.com\n" in output


def test_the_command_fails_with_the_fault(server: str, run: Callable[..., tuple[int, str]]) -> None:
    code, output = run(f"{server}/data", "--origin", "https://evil.example")
    assert code == 1
    assert "\nLikely cause: the app's configuration\n" in output
    code, output = run(f"{server}/data", "--origin", "https://evil.example", "--json")
    told = json.loads(output)
    assert (code, told["verdict"], told["good"]) == (1, "blocked", False)
    schema = Path(__file__).parents[2] / "docs" / "schemas" / "probe.json"
    jsonschema.Draft202012Validator(json.loads(schema.read_text("utf-8"))).validate(told)


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("http://127.0.0.1:2/", "--origin", PAGE), "Error: 127.0.0.1:2 cannot be asked: "),
        (("ftp://a/", "--origin", PAGE), "is not a URL"),
        (("/data", "--origin", PAGE), "is not a URL"),
        (("http://127.0.0.1:99999/", "--origin", PAGE), "is not a URL"),
        (("http://127.0.0.1/", "--origin", "app.example.com"), "is not a valid origin"),
        (("http://127.0.0.1/", "--origin", PAGE, "--header", "a b"), "is not a header name"),
        (("http://127.0.0.1/", "--origin", PAGE, "--method", "TRACE"), "no page can send"),
        (("http://u:p@127.0.0.1/", "--origin", PAGE), "includes credentials"),
    ],
)
def test_a_wrong_question_is_one_line(
    run: Callable[..., tuple[int, str]], args: tuple[str, ...], words: str
) -> None:
    code, output = run(*args)
    assert code == 2
    assert words in output.splitlines()[-1]
    assert "Traceback" not in output


def test_what_a_server_sends_is_printed_as_sent_and_at_once(
    run: Callable[..., tuple[int, str]],
) -> None:
    sent = f"evil<locals>.https://a  b {Path.cwd()}/x"
    long = "a" * 90_000
    head = f"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: {sent}\r\nX-Long: {long}\r\n"
    with serving(f"{head}Content-Length: 0\r\n\r\n".encode()) as url:
        started = time.process_time()
        _, output = run(url, "--origin", PAGE)
    assert time.process_time() - started < 5
    assert f"  < Access-Control-Allow-Origin: {sent}\n" in output
    assert f"  < X-Long: {long}\n" in output
    assert "'evil<locals>.https://a" in output.partition("Failed:")[0]


def test_nothing_from_the_server_reaches_the_terminal_raw(
    run: Callable[..., tuple[int, str]],
) -> None:
    with serving(b"HTTP/1.1 200 OK\r\nX-Evil: [red]a\x9b\xe9\r\nContent-Length: 0\r\n\r\n") as url:
        _, output = run(url, "--origin", PAGE)
    assert "< X-Evil: [red]a\\x9b\u00e9\n" in output
