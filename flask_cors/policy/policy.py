"""Policies: a whole set of options, compiled to what the protocol needs.

What cannot be granted together is removed here, never the restriction that it goes with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from .. import fetch
from ..errors import Problem, Source, as_written
from ..options.parsers import HeaderNames
from ..options.schema import OPTIONS, HeaderLines, Setting
from ..patterns.origin_syntax import EXAMPLE
from ..patterns.origins import Origins

# The fields of a policy that are an option's value as it is set.
_AS_SET: Final = (
    *("methods", "send_wildcard", "always_send", "vary_header", "automatic_options"),
    *("allow_private_network", "intercept_exceptions", "enforce"),
)
_CREDENTIALS_LINE: Final = (fetch.ALLOW_CREDENTIALS, "true")


@dataclass(frozen=True, eq=False, repr=False)
class Policy:
    """The effective options of a request, compiled: frozen, and shared where equal.

    ``settings`` holds every option with its source; the other fields are what the
    protocol needs, ready to be sent. ``degraded`` says what was set and is not granted,
    since it cannot be granted together; ``dropped_credentials`` is the one among these
    because of which a cookie that comes along is of no use.
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
    enforce: bool
    on_actual: HeaderLines
    on_preflight: HeaderLines
    on_granted: HeaderLines
    single: str | None
    degraded: tuple[Problem, ...] = field(default=())
    dropped_credentials: Problem | None = None

    def allows_method(self, method: str) -> bool:
        """Return whether *method* is among the allowed ones, or any is."""
        return method in self.methods or "*" in self.methods

    @classmethod
    def of(
        cls,
        settings: Mapping[str, Setting],
        origins: Origins | None = None,
    ) -> Policy:
        """Compile effective *settings*; *origins* replaces theirs, for async callables."""
        index = origins or settings["origins"].value
        settings, degraded, dropped = grantable(settings, index)
        value = {name: setting.value for name, setting in settings.items()}
        allow_headers = value["allow_headers"]
        lines = _header_lines(value)
        return cls(
            settings=settings,
            origins=index,
            allow_headers=allow_headers if allow_headers.any else allow_headers | value["headers"],
            **{name: value[name] for name in _AS_SET},
            on_actual=lines["always"] + lines["actual"],
            on_preflight=lines["always"],
            on_granted=lines["always"] + lines["preflight"],
            single=index.single,
            degraded=tuple(degraded),
            dropped_credentials=dropped,
        )

    @property
    def values(self) -> Mapping[str, Any]:
        """The values of all options, which equal those of a policy that grants the same."""
        found = {name: setting.value for name, setting in self.settings.items()}
        return {**found, "origins": vars(self.settings["origins"].value)}

    @property
    def credentials(self) -> bool:
        """Whether the origins, other than ``null``, are granted credentials."""
        return _CREDENTIALS_LINE in self.on_preflight


def without_credentials(lines: HeaderLines) -> HeaderLines:
    """Return *lines* for the origin ``null``, which is never granted credentials.

    Any site can send it, from a sandboxed frame (the HTML standard, "opaque origins").
    """
    return tuple(line for line in lines if line != _CREDENTIALS_LINE)


def _header_lines(value: Mapping[str, Any]) -> dict[str, HeaderLines]:
    lines: dict[str, HeaderLines] = {"always": (), "actual": (), "preflight": ()}
    for name, option in OPTIONS.items():
        if option.emit and (text := option.emit.render(value[name])):
            lines[option.emit.when] += (_line(option.emit.header, text),)
    return lines


@lru_cache(maxsize=256)
def _line(name: str, text: str) -> tuple[str, str]:
    """Return one header line; thousands of policies share those that are equal."""
    return name, text


# -- what cannot be granted together -----------------------------------------------------


def grantable(
    settings: Mapping[str, Setting], origins: Origins
) -> tuple[Mapping[str, Setting], Sequence[Problem], Problem | None]:
    """Return *settings* without what cannot be granted together, and a problem for each.

    The last value is that of credentials which were dropped. See "CORS protocol and
    credentials" (#cors-protocol-and-credentials).
    """
    found = [_unanswered(settings["origins"], origins)] if origins.unanswered else []
    credentials = settings["supports_credentials"]
    if not credentials.value:
        return settings, found, None
    if why := _any_origin(origins):
        problem = _dropped_credentials(settings, why)
        dropped = Setting(False, credentials.source, given=credentials.given, dropped="True")
        return {**settings, "supports_credentials": dropped}, [*found, problem], problem
    because = f"supports_credentials=True ({credentials.source})"
    if "null" in origins.literals:
        found.append(_null(settings["origins"], because))
    exposed = settings["expose_headers"]
    if "*" in exposed.value:
        found.append(_exposed_star(exposed, because))
        names = tuple(name for name in exposed.value if name != "*")
        settings = {**settings, "expose_headers": exposed._replace(value=names, dropped="*")}
    return settings, found, None


def _any_origin(origins: Origins) -> str:
    """Return the reason that any origin is allowed, or an empty string."""
    if origins.any:
        return "any origin is allowed"
    if origins.unrelated:
        pattern, stranger = origins.unrelated
        why = f"matches {stranger!a} too" if stranger else "requires no host's name"
        return f"any origin is allowed, as {pattern!a} {why}"
    return ""


def _dropped_credentials(settings: Mapping[str, Setting], why: str) -> Problem:
    credentials, origins = settings["supports_credentials"], settings["origins"]
    fix: dict[str, object] = {"origins": _named(origins.value) or [EXAMPLE]}
    if "*" in settings["expose_headers"].value:
        fix["expose_headers"] = ["X-Total"]
    end = "every site could read a user's data"
    if _stands_before(origins.source, credentials.source):
        given = ", ".join(origins.value.patterns())
        reason = f"supports_credentials=True ({credentials.source}) is dropped: {why}, and {end}"
        hint = as_written(_list_them(fix), fix, origins.source)
        return Problem("origins", given, origins.source, reason, hint, fix)
    fix["supports_credentials"] = True
    reason = f"dropped: {why} ({origins.source}), and {end}"
    hint = as_written(_list_them(fix), fix, credentials.source)
    return Problem("supports_credentials", True, credentials.source, reason, hint, fix)


def _named(origins: Origins) -> list[str]:
    return [*sorted(origins.literals - {"null"}), *sorted(origins.wildcards)]


def _list_them(fix: Mapping[str, object]) -> str:
    options = ", ".join(f"{name}={value!a}" for name, value in fix.items())
    return f"List the origins that may use credentials: {options}."


def _stands_before(origins: Source, credentials: Source) -> bool:
    """Return whether a list of origins at the place of the credentials would not be reached."""
    if credentials.level == "config":
        return origins.level != "default"
    return origins.level == credentials.level and origins.is_resource


def _null(origins: Setting, because: str) -> Problem:
    reason = f"'null' is granted no credentials, despite {because}: any site can send it"
    hint = "Leave 'null' out, or give its views options of their own."
    return Problem("origins", "null", origins.source, reason, hint, {})


def _exposed_star(exposed: Setting, because: str) -> Problem:
    reason = f"dropped: browsers read '*' as a header's name under {because}"
    fix = {"expose_headers": ["X-Total"]}
    hint = as_written("List the header names: expose_headers=['X-Total'].", fix, exposed.source)
    return Problem("expose_headers", "*", exposed.source, reason, hint, fix)


def _unanswered(setting: Setting, origins: Origins) -> Problem:
    names = ", ".join(origins.unanswered)
    reason = f"{names} is async, and cannot be called without asgiref: it denies every origin"
    hint = "Install flask[async], or write a plain function."
    return Problem("origins", names, setting.source, reason, hint)
