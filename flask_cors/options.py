"""The options: one row each, and what a whole set of them amounts to.

A row says how an option is typed, read, defaulted, documented and sent. Everything
else - keywords, resource dictionaries, ``CORS_*`` keys, the documentation's table -
is derived from the rows. Where an option was said, and what wins, is not known here.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Annotated, Any, Final, NamedTuple, TypedDict, get_type_hints

from . import fetch
from .backtracking import warn_of_nested_quantifiers
from .errors import REGEX_ERRORS, Problem, Report, Source, no_regex, warn
from .origins import OriginPattern, Origins, json_items, parse_origins
from .resources import PathPattern, parse_pattern
from .values import (
    CONFIG_FLAGS,
    HeaderNames,
    parse_allow_headers,
    parse_expose_headers,
    parse_flag,
    parse_max_age,
    parse_methods,
)

Names = str | Iterable[str]
HeaderPattern = str | re.Pattern[str]
Seconds = int | str | timedelta
HeaderLines = tuple[tuple[str, str], ...]

DEFAULT_METHODS: Final = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})

_RESOURCE_SEPARATOR = re.compile(r"[\s,]+(?=\^?/|\*)")
# Names people write from memory, which difflib would take for another option.
_SYNONYMS = {
    "allow_origin": "origins",
    "allow_origins": "origins",
    "allowed_origins": "origins",
    "allow_methods": "methods",
    "allowed_methods": "methods",
    "allowed_headers": "allow_headers",
    "header": "allow_headers",
    "exposed_headers": "expose_headers",
    "allow_credentials": "supports_credentials",
    "credentials": "supports_credentials",
}


class Setting(NamedTuple):
    """One option's value as it was read, and where it was said."""

    value: Any
    source: Source


@dataclass(frozen=True)
class Resource:
    """One entry of ``resources``: a path pattern and the options said for it."""

    pattern: PathPattern
    settings: Mapping[str, Setting]


def parse_resources(given: object, report: Report, option: str) -> tuple[Resource, ...]:
    """Read ``resources``: patterns, or patterns with the options of each."""
    entries = _entries(given, report, option)
    read = (_resource(pattern, options, report, option) for pattern, options in entries)
    return tuple(resource for resource in read if resource is not None)


def _entries(given: object, report: Report, option: str) -> Iterable[tuple[object, object]]:
    if isinstance(given, str):
        if json_items(given) is None:
            return ((text, {}) for text in _RESOURCE_SEPARATOR.split(given.strip(" \t\r\n,")))
        reason = "this is JSON in a string, which is read as one pattern"
        report.error(option, given, reason, "Write json.loads(...) around it.")
        return ()
    if isinstance(given, re.Pattern):
        return [(given, {})]
    if isinstance(given, Mapping):
        return given.items()
    if isinstance(given, Iterable) and not isinstance(given, bytes | bytearray):
        return ((item, {}) for item in given)
    reason = f"this is a {type(given).__name__}, and no dict, list, string or regular expression"
    hint = "Write for instance {'/api/*': {'origins': 'https://app.example.com'}}."
    report.error(option, given, reason, hint)
    return ()


def _resource(given: object, options: object, report: Report, option: str) -> Resource | None:
    pattern = _path_pattern(given, report, option)
    if pattern is None:
        return None
    if not isinstance(options, Mapping):
        meant = {"origins": options} if isinstance(options, str | list | tuple) else {}
        reason = "what belongs to a pattern is a dictionary of options"
        hint = f"Write { {pattern.text: meant}!a}."
        report.error(option, {pattern.text: options}, reason, hint)
        return None
    source = replace(report.source, place=f"resource {pattern.text!a} of {report.source.place}")
    inner = Report(source, report.problems)
    return Resource(pattern, read_options(options, "resource", inner))


def _path_pattern(given: object, report: Report, option: str) -> PathPattern | None:
    if not isinstance(given, str | re.Pattern) or isinstance(getattr(given, "pattern", ""), bytes):
        reason = "a resource is a string or a regular expression over strings"
        report.error(option, given, reason, "Write for instance '/api/*'.")
        return None
    try:
        pattern = parse_pattern(given)
    except REGEX_ERRORS as error:
        hint = "Mend it, or write a path ('/api/items') or a glob ('/api/*')."
        report.error(option, given, no_regex(error), hint)
        return None
    if pattern.regex is not None:
        warn_of_nested_quantifiers(pattern.text, report, option)
    if pattern.prefix[:1] not in ("", "/") or pattern.text == "":
        reason = f"it covers nothing, since a path starts with '/': {f'/{pattern.text}'!a}"
        report.warn(option, given, reason)
    return pattern


class Emit(NamedTuple):
    """A header that an option's value puts beside Access-Control-Allow-Origin.

    ``when`` is ``actual``, ``preflight`` (one whose method is allowed) or ``always``;
    ``render`` returns the header's value, or an empty string for none.
    """

    when: str
    header: str
    render: Callable[[Any], str]


@dataclass(frozen=True)
class Option:
    """One option; its static type is what the row annotates, its name the row's key.

    ``parse`` takes what was given, the report for mistakes, and the option's name;
    ``default`` is a value as ``parse`` returns it.
    """

    parse: Callable[[Any, Report, str], Any]
    default: Any
    accepts: str
    doc: str
    emit: Emit | None = None
    shown_default: str = ""
    name: str = ""
    places: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """The key of ``app.config``."""
        return f"CORS_{self.name.upper()}"


def _flag(default: bool, doc: str, emit: Emit | None = None) -> Option:
    return Option(parse_flag, default, "bool", doc, emit)


class ResourceOptions(TypedDict, total=False):
    """The options of a resource's dictionary; every other place takes them too."""

    origins: Annotated[
        OriginPattern | Iterable[OriginPattern],
        Option(
            parse_origins,
            Origins(any=True),
            '`"*"`, origin, wildcard origin, regular expression, callable, or a list of these',
            "Which origins may read responses.",
            shown_default='"*"',
        ),
    ]
    methods: Annotated[
        Names,
        Option(
            parse_methods,
            DEFAULT_METHODS,
            '`"*"`, method, or a list of these',
            'Which methods a preflight allows; `"*"` is whatever is asked for.',
            Emit(
                "preflight",
                fetch.ALLOW_METHODS,
                lambda methods: "" if "*" in methods else ", ".join(sorted(methods)),
            ),
            shown_default="GET, HEAD, POST, OPTIONS, PUT, PATCH, DELETE",
        ),
    ]
    allow_headers: Annotated[
        HeaderPattern | Iterable[HeaderPattern],
        Option(
            parse_allow_headers,
            HeaderNames(any=True, texts=("*",)),
            '`"*"`, name, regular expression, or a list of these',
            "Which request headers a preflight allows.",
            shown_default='"*"',
        ),
    ]
    expose_headers: Annotated[
        Names,
        Option(
            parse_expose_headers,
            (),
            "name, or a list of names",
            "Which response headers a page may read besides the safelisted ones.",
            Emit("actual", fetch.EXPOSE_HEADERS, ", ".join),
            shown_default="none",
        ),
    ]
    supports_credentials: Annotated[
        bool,
        _flag(
            False,
            "Whether cookies and HTTP authentication may be used by the allowed origins.",
            Emit("always", fetch.ALLOW_CREDENTIALS, lambda on: "true" if on else ""),
        ),
    ]
    max_age: Annotated[
        Seconds,
        Option(
            parse_max_age,
            None,
            "`timedelta`, whole number of seconds, digits",
            "How long a browser may keep a preflight's answer.",
            Emit("preflight", fetch.MAX_AGE, lambda age: "" if age is None else str(age)),
            shown_default="none",
        ),
    ]
    send_wildcard: Annotated[
        bool,
        _flag(
            False, "Whether `*` is sent, and not the request's origin, where any origin is allowed."
        ),
    ]
    always_send: Annotated[
        bool, _flag(True, "Whether requests without `Origin` get headers as well.")
    ]
    vary_header: Annotated[bool, _flag(True, "Whether `Vary: Origin` is kept complete.")]
    allow_private_network: Annotated[
        bool,
        _flag(False, "Whether pages of public sites may reach this server on a private network."),
    ]
    headers: Annotated[
        HeaderPattern | Iterable[HeaderPattern],
        Option(
            parse_allow_headers,
            HeaderNames(),
            "as `allow_headers`",
            "The name of flask-cors 1.x; adds to `allow_headers`. Deprecated.",
            shown_default="none",
        ),
    ]


class MarkOptions(ResourceOptions, total=False):
    """The options of ``cross_origin``."""

    automatic_options: Annotated[
        bool,
        _flag(True, "Whether preflights are answered for the view; otherwise they reach Flask."),
    ]


class BlueprintOptions(ResourceOptions, total=False):
    """The options of ``CORS(blueprint)``."""

    resources: Annotated[
        HeaderPattern | Iterable[HeaderPattern] | Mapping[Any, ResourceOptions],
        Option(
            parse_resources,
            None,
            "dict, list, string, compiled regular expression",
            "Which paths are covered, and with which options of their own.",
            shown_default="everything",
        ),
    ]


class AppOptions(BlueprintOptions, total=False):
    """The options of ``CORS(app)``."""

    intercept_exceptions: Annotated[
        bool,
        _flag(True, "Whether tracebacks in debug mode are readable by pages of named origins."),
    ]


_PLACES: Final[dict[str, type]] = {
    "resource": ResourceOptions,
    "mark": MarkOptions,
    "blueprint": BlueprintOptions,
    "app": AppOptions,
}


def collect(places: Mapping[str, type]) -> dict[str, Option]:
    """Return the rows by name, each with the places whose TypedDict holds it."""
    found: dict[str, Option] = {}
    for place, options in places.items():
        for name, hint in get_type_hints(options, include_extras=True).items():
            row = found.get(name) or replace(hint.__metadata__[0], name=name)
            shown = row.shown_default or f"{row.default}"
            found[name] = replace(row, places=row.places | {place}, shown_default=shown)
    return found


OPTIONS: Final = collect(_PLACES)


def read_options(given: Mapping[str, Any], place: str, report: Report) -> dict[str, Setting]:
    """Read the options given at one *place*; mistakes go to *report*.

    ``None`` means that an option is not set there, except for ``origins``.
    """
    settings: dict[str, Setting] = {}
    for key, value in given.items():
        option = _row(key, value, place, report)
        if option is None:
            continue
        if option.name in settings:
            report.error(option.name, value, "it is given twice", f"Keep {option.name}= alone.")
        if option.name == "headers":
            warn(
                "the option 'headers' is now 'allow_headers'; it adds to that one, and under "
                'its default "*" restricts nothing',
                DeprecationWarning,
            )
        settings[option.name] = Setting(option.parse(value, report, option.name), report.source)
    return settings


def read_config(config: Mapping[str, Any], problems: list[Problem]) -> dict[str, Setting]:
    """Read the ``CORS_*`` keys of ``app.config``."""
    settings: dict[str, Setting] = {}
    for option in OPTIONS.values():
        value = config.get(option.key)
        if option.key not in config or (value is None and option.name != "origins"):
            continue
        if option.parse is parse_flag and isinstance(value, str):
            value = CONFIG_FLAGS.get(value.strip().lower(), value)
        if option.name == "headers":
            warn("CORS_HEADERS is now CORS_ALLOW_HEADERS", DeprecationWarning)
        source = Source("config", option.key)
        report = Report(source, problems)
        settings[option.name] = Setting(option.parse(value, report, option.key), source)
    for key, option_key in misspelt_keys(config):
        warn(f"the config key {key} is no option of CORS; is {option_key} meant?")
    return settings


def misspelt_keys(config: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the ``CORS_*`` keys that are close to an option's, each with that key."""
    known = [option.key for option in OPTIONS.values()]
    unknown = {key for key in config if isinstance(key, str) and key.startswith("CORS_")}
    near = (
        (key, difflib.get_close_matches(key, known, 1, 0.8))
        for key in sorted(unknown.difference(known))
    )
    return [(key, matches[0]) for key, matches in near if matches]


def _row(key: object, value: object, place: str, report: Report) -> Option | None:
    name = key if isinstance(key, str) else repr(key)
    if name.startswith("CORS_") and name[5:].lower() in OPTIONS:
        report.warn(name, value, f"read as {name[5:].lower()}, the keyword of this option")
        name = name[5:].lower()
    option = OPTIONS.get(name)
    if option is None:
        _unknown(name, value, place, report)
    elif value is None and name != "origins":
        return None
    elif place not in option.places:
        _misplaced(option, value, report)
    else:
        return option
    return None


def _unknown(name: str, value: object, place: str, report: Report) -> None:
    if name == "origin" and value == "*":
        report.warn(name, value, "dropped: the option is origins=, and any origin its default")
        return
    known = [key for key, row in OPTIONS.items() if place in row.places and key != "headers"]
    lower = name.lower().removeprefix("cors_")
    near = [_SYNONYMS[lower]] if lower in _SYNONYMS else difflib.get_close_matches(lower, known, 1)
    hint = f"Write {near[0]}=." if near else f"The options here are {', '.join(sorted(known))}."
    report.error(name, value, "there is no such option", hint)


def _misplaced(option: Option, value: object, report: Report) -> None:
    if option.name == "resources":
        reason = "resources are patterns for the paths of an app or a blueprint"
        hint = "Write CORS(app, resources=...), and give a view's own options to cross_origin."
        report.error(option.name, value, reason, hint)
        return
    where = " or ".join(sorted(option.places))
    reason = f"dropped: it has no effect here, only in the options of a {where}"
    report.warn(option.name, value, reason)


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


DEFAULTS: Final = {
    name: Setting(option.default, Source("default", "the defaults"))
    for name, option in OPTIONS.items()
}


@dataclass(frozen=True, eq=False)
class Policy:
    """The effective options of a request, compiled: frozen, and shared where equal.

    ``settings`` holds every option with its source; the other fields are what the
    protocol needs, ready to be sent. A policy with ``problems`` denies everything.
    ``decided`` is where the protocol keeps what it decided, for all policies of an app.
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
    decided: dict[Any, Any] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        settings: Mapping[str, Setting],
        origins: Origins | None = None,
        decided: dict[Any, Any] | None = None,
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
            decided={} if decided is None else decided,
        )


def _header_lines(value: Mapping[str, Any]) -> dict[str, HeaderLines]:
    lines: dict[str, HeaderLines] = {"always": (), "actual": (), "preflight": ()}
    for name, option in OPTIONS.items():
        if option.emit and (text := option.emit.render(value[name])):
            lines[option.emit.when] += ((option.emit.header, text),)
    return lines
