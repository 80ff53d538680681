"""Policies: a whole set of options, compiled to what the protocol needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import Problem
from ..options.parsers import HeaderNames
from ..options.schema import OPTIONS, HeaderLines, Setting
from ..patterns.origins import Origins


def conflicts(settings: Mapping[str, Setting]) -> list[Problem]:
    """Return what cannot be granted together, of the *settings* that are there.

    See "CORS protocol and credentials" in the Fetch standard.
    """
    credentials = settings.get("supports_credentials")
    if credentials is None or not credentials.value:
        return []
    found = []
    because = f"supports_credentials=True ({credentials.source})"
    if origins := settings.get("origins"):
        if origins.value.any:
            reason = f"any origin cannot be combined with {because}: every site could read it"
            hint = (
                "List the origins: origins=['https://app.example.com']; if every site is really "
                'meant, write origins=re.compile(".*").'
            )
            found.append(Problem("origins", "*", origins.source, reason, hint))
        if "null" in origins.value.literals:
            reason = f"'null' cannot be combined with {because}: every sandboxed frame sends it"
            hint = "Leave 'null' out, or give its views options of their own."
            found.append(Problem("origins", "null", origins.source, reason, hint))
    if (exposed := settings.get("expose_headers")) and "*" in exposed.value:
        reason = f"browsers take '*' for a header's name under {because}"
        hint = "List the header names: expose_headers=['X-Total']."
        found.append(Problem("expose_headers", "*", exposed.source, reason, hint))
    return found


@dataclass(frozen=True, eq=False, repr=False)
class Policy:
    """The effective options of a request, compiled: frozen, and shared where equal.

    ``settings`` holds every option with its source; the other fields are what the
    protocol needs, ready to be sent. A policy with ``problems`` denies everything.
    """

    settings: Mapping[str, Setting]
    origins: Origins
    methods: frozenset[str]
    allow_headers: HeaderNames
    send_wildcard: bool
    always_send: bool
    vary_header: bool
    automatic_options: bool
    allow_private_network: bool
    intercept_exceptions: bool
    on_actual: HeaderLines
    on_preflight: HeaderLines
    on_granted: HeaderLines
    single: str | None
    problems: tuple[Problem, ...] = field(default=())

    @classmethod
    def of(
        cls,
        settings: Mapping[str, Setting],
        origins: Origins | None = None,
    ) -> Policy:
        """Compile effective *settings*; *origins* replaces theirs, for async callables."""
        value = {name: setting.value for name, setting in settings.items()}
        problems = tuple(conflicts(settings))
        index = Origins() if problems else origins or value["origins"]
        allow_headers = value["allow_headers"]
        lines = _header_lines(value)
        return cls(
            settings=settings,
            origins=index,
            methods=value["methods"],
            allow_headers=allow_headers if allow_headers.any else allow_headers | value["headers"],
            send_wildcard=value["send_wildcard"],
            always_send=value["always_send"],
            vary_header=value["vary_header"],
            automatic_options=value["automatic_options"],
            allow_private_network=value["allow_private_network"],
            intercept_exceptions=value["intercept_exceptions"],
            on_actual=lines["always"] + lines["actual"],
            on_preflight=lines["always"],
            on_granted=lines["always"] + lines["preflight"],
            single=index.single,
            problems=problems,
        )


def _header_lines(value: Mapping[str, Any]) -> dict[str, HeaderLines]:
    lines: dict[str, HeaderLines] = {"always": (), "actual": (), "preflight": ()}
    for name, option in OPTIONS.items():
        if option.emit and (text := option.emit.render(value[name])):
            lines[option.emit.when] += ((option.emit.header, text),)
    return lines
