"""What pages do with the servers, and what comes of it.

The browser model judges both sides from here, over HTTP. An outcome is what a page can see
of one request: its status, or the check of the Fetch standard that kept it from the page.
"""

from __future__ import annotations

from collections.abc import Callable
from http.client import HTTPConnection
from typing import Any, Final
from urllib.parse import urlsplit

from flask_cors.testing import Browser, CORSBlocked, NetworkError, Reply, Request, Response

Outcomes = dict[str, str]

PAGE: Final = "https://page.example"
NOTEBOOK: Final = "https://notebook.example"
STRANGER: Final = "https://stranger.example"
NULL: Final = "null"
_SECONDS: Final = 60
_EXPERIMENTS: Final = "/api/2.0/mlflow/experiments"
_RUNS: Final = "/api/2.0/mlflow/runs"


# Outcomes that are meant to differ: under 6.0.5, under this project, and why.
MENDED: Final = {
    f"GET /stats/requests for {NULL}": (
        "blocked: allow-origin-mismatch",
        "read: 200",
        "locust keeps the response object for two seconds; 6.0.5 leaves the first page's origin",
    ),
}


class Session:
    """The pages of one browser that use a server on loopback."""

    def __init__(self, port: int) -> None:
        self.outcomes: Outcomes = {}
        base_url = f"http://127.0.0.1:{port}"
        self._browser = Browser(transport=_send, origin=PAGE, base_url=base_url)

    def fetch(self, origin: str, path: str, **options: Any) -> Response | None:
        """Fetch as a page of *origin*, and note what it sees."""
        label = f"{options.get('method', 'GET')} {path.partition('?')[0]} for {origin}"
        if options.get("credentials") == "include":
            label += " with credentials"
        try:
            response = self._browser.at(origin).fetch(path, **options)
        except CORSBlocked as blocked:
            self.outcomes[label] = f"blocked: {blocked.step}"
        except NetworkError as error:
            self.outcomes[label] = f"failed: {error}"
        else:
            self.outcomes[label] = f"read: {response.status}"
            return response
        return None


def _send(request: Request) -> Reply:
    """Send one request of the browser model."""
    parts = urlsplit(request.url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=_SECONDS)
    try:
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection.putrequest(request.method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in _complete(request, parts.netloc):
            connection.putheader(name, value)
        connection.endheaders(request.body or None)
        response = connection.getresponse()
        return Reply(response.status, tuple(response.getheaders()), response.read())
    finally:
        connection.close()


def _complete(request: Request, host: str) -> list[tuple[str, str]]:
    """Return the headers with those that a network stack adds."""
    added = {"Host": host}
    if request.body or request.method in ("POST", "PUT"):
        added["Content-Length"] = str(len(request.body))
    present = {name.lower() for name, _ in request.headers}
    missing = [line for line in added.items() if line[0].lower() not in present]
    return [*missing, *request.headers]


# -- the projects ------------------------------------------------------------------------


def locust(session: Session) -> None:
    """A dashboard elsewhere starts a load test, watches it and ends it: ``CORS(app)``."""
    for path in ("/", "/stats/requests", "/exceptions", "/nowhere"):
        session.fetch(PAGE, path)
    form = {"user_count": "1", "spawn_rate": "1", "host": "http://127.0.0.1:1"}
    session.fetch(PAGE, "/swarm", method="POST", data=form)
    session.fetch(PAGE, "/stop", method="POST", headers={"X-Dashboard": "1"})
    session.fetch(PAGE, "/swarm", method="DELETE")
    session.fetch(PAGE, "/stats/reset", credentials="include")
    session.fetch(NULL, "/stats/requests")


def mlflow(session: Session) -> None:
    """A notebook elsewhere logs a run, with credentials; a stranger tries to."""
    for origin in (NOTEBOOK, "http://localhost:3000", STRANGER):
        _track(session, origin)
    session.fetch(NOTEBOOK, "/api/2.0/mlflow/nowhere", credentials="include")
    session.fetch(NOTEBOOK, "/health")


def _track(session: Session, origin: str) -> None:
    def post(path: str, **body: Any) -> Any:
        answer = session.fetch(origin, path, method="POST", json=body, credentials="include")
        return answer.json() if answer and answer.ok else {}

    created = post(f"{_EXPERIMENTS}/create", name=f"of {origin}")
    experiment = created.get("experiment_id", "0")
    run = post(f"{_RUNS}/create", experiment_id=experiment, start_time=1)
    run_id = run.get("run", {}).get("info", {}).get("run_id", "none")
    post(f"{_RUNS}/log-metric", run_id=run_id, key="loss", value=0.5, timestamp=1)
    post(f"{_RUNS}/search", experiment_ids=[experiment])
    session.fetch(origin, f"{_RUNS}/get?run_id={run_id}", credentials="include")


def pygeoapi(session: Session) -> None:
    """A map elsewhere reads the service and runs a process: ``CORS(app)`` with a config key."""
    for path in ("/?f=json", "/conformance?f=json", "/processes?f=json", "/collections/none"):
        session.fetch(PAGE, path)
    execution = "/processes/hello-world/execution"
    session.fetch(PAGE, execution, method="POST", json={"inputs": {"name": "a map"}})
    session.fetch(PAGE, execution, method="POST", json={"inputs": {}}, credentials="include")
    session.fetch(PAGE, execution, method="PUT", json={})
    session.fetch(NULL, "/processes", headers={"X-Map": "1"})


def alerta(session: Session) -> None:
    """Its web UI elsewhere raises an alert and reads it: views with ``cross_origin`` and config."""
    for origin in ("http://localhost:8000", "http://ui.local.alerta.io:8000", STRANGER):
        alert = {"resource": "web", "event": "down", "environment": "Production"}
        body = {**alert, "service": ["shop"], "severity": "major"}
        session.fetch(origin, "/alert", method="POST", json=body)
        session.fetch(origin, "/alerts", headers={"Authorization": "Key none"})
        session.fetch(origin, "/config", credentials="include")
        session.fetch(origin, "/alert/none", method="DELETE")
        session.fetch(origin, "/alert/none/status", method="PUT", json={"status": "ack"})
    session.fetch(PAGE, "/nowhere")


def openeo(session: Session) -> None:
    """An editor elsewhere reads the service and starts a job; it answers ``OPTIONS`` itself."""
    for path in ("/.well-known/openeo", "/openeo/1.1.0/", "/openeo/1.1.0/collections"):
        session.fetch(PAGE, path)
    token = {"Authorization": "Bearer basic//none"}
    session.fetch(PAGE, "/openeo/1.1.0/me", headers=token)
    session.fetch(PAGE, "/openeo/1.1.0/jobs", method="POST", json={}, headers=token)
    session.fetch(PAGE, "/openeo/1.1.0/jobs/none", method="PATCH", json={}, headers=token)
    session.fetch(PAGE, "/openeo/1.1.0/nowhere")
    session.fetch(NULL, "/openeo/1.1.0/processes", credentials="include")


def firebase(session: Session) -> None:
    """A page calls a function whose handler is decorated and called by hand, at every request."""
    for origin in (PAGE, STRANGER):
        session.fetch(origin, "/")
        session.fetch(origin, "/", method="POST", json={"name": "a page"})
        session.fetch(origin, "/deep/path", headers={"Authorization": "Bearer none"})
        session.fetch(origin, "/", method="DELETE")


def azureml(session: Session) -> None:
    """A page asks a model; the server's hooks come in pairs, and time each request."""
    for origin in (PAGE, STRANGER):
        session.fetch(origin, "/")
        session.fetch(origin, "/score", method="POST", json={"data": [1]})
        session.fetch(origin, "/score", method="PUT", json={})
        session.fetch(origin, "/nowhere")


def middleware(session: Session) -> None:
    """A page calls an app that dispatches its requests itself, past Flask's own hooks."""
    for origin in (PAGE, STRANGER):
        session.fetch(origin, "/items")
        session.fetch(origin, "/items", method="PUT", json={})
        session.fetch(origin, "/broken")
        session.fetch(origin, "/nowhere", headers={"X-Page": "1"})


SESSIONS: Final[dict[str, Callable[[Session], None]]] = {
    "locust": locust,
    "mlflow": mlflow,
    "pygeoapi": pygeoapi,
    "alerta-server": alerta,
    "openeo-driver": openeo,
    "firebase-functions": firebase,
    "azureml-inference-server-http": azureml,
    "flask-http-middleware": middleware,
}
