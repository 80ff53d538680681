"""The commands ``flask cors``: each asks ``explain``, ``check`` or the probe, and prints.

Nothing is decided here. Exit codes: 0 is good, 1 is not, 2 is that the question was wrong.
"""

from __future__ import annotations

import gc
import json
import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import click
from flask import Flask
from flask.cli import AppGroup, ScriptInfo

from .. import fetch
from ..errors import ConfigError, CorsWarning, printable, shorten
from ..runtime.hooks import state_of
from ..runtime.state import State
from . import terminal as console
from .checks import RULES, SEVERITIES, CheckResult, RuleInfo, check, to_github, to_sarif
from .checks.upgrade import ROWS, UpgradeResult, upgrade
from .explain import explain
from .explanation import effective_options
from .page_origin import page_origin
from .probe import Limits, ProbeError, probe
from .report import render
from .routes import RouteRow, overview, policies_of


@contextmanager
def _few_collections() -> Iterator[None]:
    """Collect garbage seldom: nearly all that a large app makes while it is loaded stays."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


class _Commands(AppGroup):
    def invoke(self, ctx: click.Context) -> Any:
        with _few_collections():
            return super().invoke(ctx)


cors = _Commands("cors", help="See, explain and check who may read an app's responses.")


class WrongQuestion(click.ClickException):
    """Bad input: one line and exit code 2."""

    exit_code = 2

    def __init__(self, message: str) -> None:
        super().__init__(printable(" ".join(message.split())))


def _app(context: click.Context) -> tuple[Flask, State]:
    try:
        app = context.ensure_object(ScriptInfo).load_app()
    except click.ClickException as error:
        raise WrongQuestion(_first_and_last(error.message)) from None
    except Exception as error:
        raise WrongQuestion(f"The app cannot be loaded: {_named(error)}") from None
    return app, state_of(app)


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _first_and_last(message: str) -> str:
    """Return a message without the traceback that Flask puts into it."""
    lines = [line for line in message.splitlines() if line.strip()]
    return " ".join(lines) if "Traceback" not in message else f"{lines[0]} {lines[-1]}"


@contextmanager
def _one_line() -> Iterator[None]:
    """Turn what is wrong with a question into one line."""
    try:
        yield
    except ConfigError as error:
        message = "; ".join(map(str, error.problems))
        raise WrongQuestion(f"The CORS configuration has errors: {message}") from None
    except ModuleNotFoundError as error:
        library = (error.name or "").partition(".")[0]
        if library not in ("rich", "httpx"):
            raise
        raise WrongQuestion(f"This needs {library}: pip install 'Flask-CORS[cli]'") from None
    except (ProbeError, ValueError, TypeError) as error:
        raise WrongQuestion(_named(error).partition(": ")[2] or _named(error)) from None


# -- parameters ------------------------------------------------------------------------


def _origin(context: click.Context, parameter: click.Parameter, value: str) -> str:
    try:
        origin, note = page_origin(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
    if note:
        click.echo(f"Note: {printable(note)}.", err=True)
    return origin


def _method(context: click.Context, parameter: click.Parameter, value: str) -> str:
    if not fetch.is_token(value):
        raise click.BadParameter(f"{shorten(value)} is not a method")
    return fetch.normalize_method(value)


def _url(context: click.Context, parameter: click.Parameter, value: str) -> str:
    if not _is_url(value):
        raise click.BadParameter(f"{shorten(value)} is not a URL")
    return value


def _is_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
        good = parts.port != 0 and value.isprintable()
    except ValueError:
        return False
    return good and (
        not parts.scheme or (parts.scheme in ("http", "https") and bool(parts.hostname))
    )


def _whole_url(context: click.Context, parameter: click.Parameter, value: str) -> str:
    if not urlsplit(_url(context, parameter, value)).scheme:
        raise click.BadParameter(f"{shorten(value)} is not a URL; write http:// or https://")
    return value


def _server(context: click.Context, parameter: click.Parameter, value: str | None) -> str:
    if value is None:
        return ""
    parts = urlsplit(_whole_url(context, parameter, value))
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}".lower()


def _base_url(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    return None if value is None else _whole_url(context, parameter, value)


def _headers(
    context: click.Context, parameter: click.Parameter, values: Sequence[str]
) -> dict[str, str]:
    found = {}
    for item in values:
        name, colon, value = item.partition(":")
        if not fetch.is_token(name):
            example = "as in 'X-Requested-With', or 'Content-Type: application/json' with its value"
            raise click.BadParameter(f"{shorten(name)} is not a header name: {example}")
        default = "application/json" if name.lower() == "content-type" else "x"
        found[name] = value.strip() if colon else default
    return found


def _request_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that describe a page's request."""
    options = (
        click.option("--origin", required=True, callback=_origin, help="The page's origin."),
        click.option(
            "--header",
            "-H",
            "headers",
            multiple=True,
            callback=_headers,
            metavar="NAME[:VALUE]",
            help="A header that the page sets; may be given several times.",
        ),
        click.option("--credentials", is_flag=True, help="fetch(..., {credentials: 'include'})"),
        _as_json,
    )
    for option in reversed(options):
        command = option(command)
    return command


_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON; needs no rich.")


# -- commands --------------------------------------------------------------------------


@cors.command("routes", with_appcontext=False)
@click.option("--endpoint", help="Only the routes of this endpoint.")
@click.option("--sources", is_flag=True, help="Every option, with the place where it is set.")
@_as_json
@click.pass_context
def routes_command(
    context: click.Context, endpoint: str | None, sources: bool, as_json: bool
) -> None:
    """List every route with its effective options, and the level each came from."""
    app, state = _app(context)
    if endpoint is not None and endpoint not in app.view_functions:
        raise WrongQuestion(f"There is no endpoint {endpoint!r}.")
    with _one_line():
        rows = overview(app, state.policies(), endpoint)
        if as_json:
            console.print_json(routes_to_dict(rows))
        else:
            console.print_routes(rows, sources)


def routes_to_dict(rows: Sequence[RouteRow]) -> dict[str, Any]:
    """Return *rows* as plain data; each names its policy by its place in ``policies``."""
    policies = policies_of(rows)
    numbers = {policy: number for number, policy in enumerate(policies)}
    return {
        "routes": [
            {
                "endpoint": row.endpoint,
                "rule": row.rule,
                "host": row.host,
                "methods": row.methods,
                "path": row.path,
                "policy": None if row.policy is None else numbers[row.policy],
                "exempt": row.exempt,
                "varies": row.varies,
            }
            for row in rows
        ],
        "policies": [
            {"options": [option.to_dict() for option in effective_options(policy.settings)]}
            for policy in policies
        ],
    }


@cors.command("explain", with_appcontext=False)
@click.argument("method", callback=_method)
@click.argument("url", callback=_url)
@_request_options
@click.option("--all", "every_option", is_flag=True, help="Show options with their defaults too.")
@click.option("--base-url", callback=_base_url, help="The server that a path belongs to.")
@click.pass_context
def explain_command(
    context: click.Context,
    method: str,
    url: str,
    origin: str,
    headers: dict[str, str],
    credentials: bool,
    as_json: bool,
    every_option: bool,
    base_url: str | None,
) -> None:
    """Explain what a page of an origin would get, and why."""
    app, state = _app(context)
    with _one_line():
        explanation = explain(
            app,
            state.policies(),
            state.hand_written,
            method,
            url,
            origin,
            headers=headers,
            credentials=credentials,
            base_url=base_url,
        )
        if as_json:
            console.print_json(explanation.to_dict())
        else:
            console.print_explanation(explanation, every_option)
    context.exit(0 if explanation.allowed else 1)


@cors.command("check", with_appcontext=False)
@click.option(
    "--fail-level",
    type=click.Choice([*SEVERITIES, "never"]),
    default="warning",
    show_default=True,
    help="Exit with 1 for findings of this severity and above.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif", "github"]),
    default="text",
    show_default=True,
    help="SARIF 2.1.0, or annotations of GitHub Actions; only text needs rich.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--sarif", is_flag=True, help="The same as --format sarif.")
@click.option("--upgrade", "upgrading", is_flag=True, help="List what differs from 6.0.5.")
@click.pass_context
def check_command(
    context: click.Context, fail_level: str, form: str, as_json: bool, sarif: bool, upgrading: bool
) -> None:
    """Find what is too wide, without effect, or not what it looks like."""
    form = "json" if as_json else "sarif" if sarif else form
    with _recorded_warnings() as recorded:
        app, state = _app(context)
    with _one_line():
        if upgrading:
            changes = upgrade(app, state, recorded)
            result = changes.to_check()
            _print_findings(form, result, ROWS, changes, console.print_changes)
        else:
            result = check(app, state)
            _print_findings(form, result, RULES, result, console.print_findings)
    context.exit(1 if fail_level != "never" and result.at_least(fail_level) else 0)


@contextmanager
def _recorded_warnings() -> Iterator[list[warnings.WarningMessage]]:
    """Record the warnings of this package while an app is set up; others are shown as usual."""
    recorded: list[warnings.WarningMessage] = []
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always", CorsWarning)
        yield recorded
    for item in found:
        recorded.append(item)
        if not issubclass(item.category, CorsWarning):
            warnings.warn_explicit(item.message, item.category, item.filename, item.lineno)


R = TypeVar("R", CheckResult, UpgradeResult)


def _print_findings(
    form: str,
    found: CheckResult,
    rules: Sequence[RuleInfo],
    result: R,
    print_text: Callable[[R], None],
) -> None:
    if form == "sarif":
        console.print_json(to_sarif(found, rules, version("Flask-CORS"), Path.cwd()))
    elif form == "github":
        # Annotations name files relative to the repository, wherever the command runs.
        root = Path(os.environ.get("GITHUB_WORKSPACE") or Path.cwd())
        for line in to_github(found, root):
            click.echo(line)
    elif form == "json":
        console.print_json(result.to_dict())
    else:
        print_text(result)


@cors.command("report", with_appcontext=False)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    required=True,
    help="The file to write.",
)
@click.pass_context
def report_command(context: click.Context, output: Path) -> None:
    """Write one page that shows who may read what; it needs no network."""
    app, state = _app(context)
    with _one_line():
        page = render(app, state)
    try:
        output.write_text(page, "utf-8")
    except OSError as error:
        raise WrongQuestion(f"{output} cannot be written: {error.strerror}") from None
    click.echo(f"Wrote {printable(str(output))}")


@cors.command("probe", with_appcontext=False)
@click.argument("url", callback=_whole_url)
@click.option(
    "--method", default="GET", callback=_method, help="Sent to the server, so it can change data."
)
@click.option("--timeout", type=click.FloatRange(0, 3600, min_open=True), default=10.0)
@_request_options
@click.pass_context
def probe_command(
    context: click.Context,
    url: str,
    method: str,
    timeout: float,
    origin: str,
    headers: dict[str, str],
    credentials: bool,
    as_json: bool,
) -> None:
    """Ask a running server what a browser would ask, and say who is at fault."""
    with _one_line():
        result = probe(
            url,
            origin,
            method=method,
            headers=headers,
            credentials=credentials,
            limits=Limits(seconds=timeout),
        )
        if as_json:
            console.print_json({**result.to_dict(), "good": result.good})
        else:
            console.print_probe(result)
    context.exit(0 if result.good else 1)


# -- lab -------------------------------------------------------------------------------


def _saved_requests(
    context: click.Context, parameter: click.Parameter, value: Path | None
) -> list[dict[str, Any]]:
    if value is None:
        return []
    try:
        found = json.loads(value.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise click.BadParameter(f"{value} cannot be read: {error}") from None
    if not isinstance(found, list) or not all(
        isinstance(item, dict) and isinstance(item.get("path"), str) for item in found
    ):
        raise click.BadParameter("a list of objects is expected, each with a path")
    return found


@cors.command("lab", with_appcontext=False)
@click.option("--port", type=click.IntRange(0, 65535), default=5000, help="The app's port.")
@click.option(
    "--page-port",
    type=click.IntRange(0, 65535),
    default=8700,
    help="The port of the pages: the one of the front end, to have its origin.",
)
@click.option("--server", callback=_server, metavar="URL", help="Use an app that already runs.")
@click.option(
    "--requests",
    "saved",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    callback=_saved_requests,
    help="A JSON file of requests to choose from.",
)
@click.option("--reload/--no-reload", default=True, help="Restart when the code changes.")
@click.pass_context
def lab_command(
    context: click.Context,
    port: int,
    page_port: int,
    server: str,
    saved: list[dict[str, Any]],
    reload: bool,
) -> None:
    """Serve the app together with pages of other origins, to try requests in a browser."""
    from .lab.serving import Choice, PortError, is_first_process, serve

    if is_first_process():
        _app(context)  # whose errors are one line; later ones are shown with their traceback
    choice = Choice(port, page_port, server, reload, saved)
    try:
        serve(choice, context.ensure_object(ScriptInfo).load_app, click.echo)
    except PortError as error:
        raise WrongQuestion(str(error)) from None
