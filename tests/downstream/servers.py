"""The projects' servers, started as their users start them, on loopback and for a while."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from tests.downstream.environments import HERE, Environment

_READY_SECONDS: Final = 180
_END_SECONDS: Final = 20
_SERVE_PYGEOAPI: Final = """
import sys
from pygeoapi.flask_app import APP
APP.run("127.0.0.1", int(sys.argv[1]), threaded=True)
"""

# A database in memory, in the place of MongoDB.
_SERVE_ALERTA: Final = """
import sys
import mongomock, pymongo
pymongo.MongoClient = mongomock.MongoClient
from alerta.app import create_app
settings = {"DATABASE_URL": "mongodb://localhost/monitoring", "SECRET_KEY": "key"}
create_app(settings).run("127.0.0.1", int(sys.argv[1]), threaded=True)
"""
_SERVE_OPENEO: Final = """
import sys
from openeo_driver.dummy.dummy_backend import DummyBackendImplementation
from openeo_driver.views import build_app
app = build_app(backend_implementation=DummyBackendImplementation())
app.config.from_mapping({"OPENEO_TITLE": "maps", "OPENEO_BACKEND_VERSION": "1.0"})
app.run("127.0.0.1", int(sys.argv[1]), threaded=True)
"""
_FIREBASE_FUNCTION: Final = """
from firebase_functions import https_fn, options

@https_fn.on_request(
    cors=options.CorsOptions(cors_origins=["https://page.example"], cors_methods=["get", "post"])
)
def hello(request):
    return https_fn.Response("hello")
"""
_AZUREML_SCORE: Final = """
def init():
    pass

def run(data):
    return {"data": data}
"""
_SERVE_MIDDLEWARE: Final = """
import sys
from flask import Flask
from flask_cors import CORS
from flask_http_middleware import BaseHTTPMiddleware, MiddlewareManager

class Named(BaseHTTPMiddleware):
    def __init__(self):
        super().__init__()

    def dispatch(self, request, call_next):
        response = call_next(request)
        response.headers["X-Served"] = "yes"
        return response

app = Flask("served")
app.wsgi_app = MiddlewareManager(app)
app.wsgi_app.add_middleware(Named)
CORS(app, origins="https://page.example", expose_headers="X-Served")

@app.route("/items", methods=["GET", "PUT"])
def items():
    return {"items": []}

@app.get("/broken")
def broken():
    raise RuntimeError("broken")

app.run("127.0.0.1", int(sys.argv[1]), threaded=True)
"""

Command = tuple[list[str], dict[str, str]]


def locust(environment: Environment, port: int, _directory: Path) -> Command:
    """Return the command for locust's web UI."""
    address = ["--web-host", "127.0.0.1", "--web-port", str(port), "--host", "http://127.0.0.1:1"]
    return [environment.program("locust"), "-f", str(HERE / "locustfile.py"), *address], {}


def mlflow(environment: Environment, port: int, directory: Path) -> Command:
    """Return the command for mlflow's Flask server; under uvicorn its CORS is Starlette's."""
    address = ["--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    stores = ["--backend-store-uri", f"sqlite:///{directory}/mlflow.db"]
    stores += ["--artifacts-destination", str(directory / "artifacts")]
    variables = {
        "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS": "https://notebook.example",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DO_NOT_TRACK": "true",
        "GIT_PYTHON_REFRESH": "quiet",
    }
    program = environment.program("mlflow")
    return [program, "server", *address, *stores, "--gunicorn-opts", "--timeout 120"], variables


def pygeoapi(environment: Environment, port: int, directory: Path) -> Command:
    """Return the command for pygeoapi's Flask application, and write the document it needs."""
    document = directory / "openapi.yml"
    variables = {
        "PYGEOAPI_CONFIG": str(HERE / "pygeoapi.yml"),
        "PYGEOAPI_OPENAPI": str(document),
    }
    generate = [environment.program("pygeoapi"), "openapi", "generate"]
    subprocess.run(
        [*generate, variables["PYGEOAPI_CONFIG"], "--output-file", str(document)],
        env={**os.environ, **variables},
        capture_output=True,
        check=True,
    )
    return [environment.program("python"), "-c", _SERVE_PYGEOAPI, str(port)], variables


def alerta(environment: Environment, port: int, _directory: Path) -> Command:
    """Return the command for alerta's server."""
    return [environment.program("python"), "-c", _SERVE_ALERTA, str(port)], {}


def openeo(environment: Environment, port: int, _directory: Path) -> Command:
    """Return the command for openeo's driver with the backend of its own tests."""
    return [environment.program("python"), "-c", _SERVE_OPENEO, str(port)], {}


def firebase(environment: Environment, port: int, directory: Path) -> Command:
    """Return the command for a function of Firebase, under Google's functions-framework."""
    source = directory / "main.py"
    source.write_text(_FIREBASE_FUNCTION, encoding="utf-8")
    address = ["--host", "127.0.0.1", "--port", str(port)]
    program = environment.program("functions-framework")
    return [program, "--target", "hello", "--source", str(source), *address], {}


def azureml(environment: Environment, port: int, directory: Path) -> Command:
    """Return the command for AzureML's inference server."""
    script = directory / "score.py"
    script.write_text(_AZUREML_SCORE, encoding="utf-8")
    variables = {"AML_CORS_ORIGINS": "https://page.example", "AML_APP_ROOT": str(directory)}
    program = environment.program("azmlinfsrv")
    return [program, "--entry_script", str(script), "--port", str(port)], variables


def middleware(environment: Environment, port: int, _directory: Path) -> Command:
    """Return the command for an app whose requests flask-http-middleware dispatches."""
    return [environment.program("python"), "-c", _SERVE_MIDDLEWARE, str(port)], {}


COMMANDS: Final[dict[str, Callable[[Environment, int, Path], Command]]] = {
    "locust": locust,
    "mlflow": mlflow,
    "pygeoapi": pygeoapi,
    "alerta-server": alerta,
    "openeo-driver": openeo,
    "firebase-functions": firebase,
    "azureml-inference-server-http": azureml,
    "flask-http-middleware": middleware,
}


@contextlib.contextmanager
def serving(environment: Environment, directory: Path) -> Iterator[int]:
    """Serve a project while the context lasts, and yield the port once it answers."""
    port = free_port()
    command, variables = COMMANDS[environment.name](environment, port, directory)
    path = os.pathsep.join([str(environment.directory / "bin"), os.environ["PATH"]])
    log = directory / "log.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=directory,
            env={**os.environ, **variables, "PATH": path},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _await(process, port, log)
            yield port
        finally:
            _end(process)


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        number: int = listening.getsockname()[1]
    return number


def _await(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Wait until connections are accepted."""
    deadline = time.monotonic() + _READY_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 5):
            return
        time.sleep(0.1)
    raise SystemExit(f"the server did not start:\n{log.read_text('utf-8')}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a server and the processes that it started."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_END_SECONDS)
