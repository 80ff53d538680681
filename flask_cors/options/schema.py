"""The options: one row each.

A row says how an option is typed, read, defaulted, documented and sent. Everything
else - keywords, resource dictionaries, ``CORS_*`` keys, the documentation's table -
is derived from the rows. Where an option is set, and what wins, is not known here.
"""

# Annotations are evaluated here, once: the rows are read from them.
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Annotated, Any, Final, NamedTuple, TypedDict

from .. import fetch
from ..errors import Report, Source
from ..patterns.origin_syntax import OriginPattern
from ..patterns.origins import Origins, parse_origins
from ..patterns.paths import parse_resources
from .parsers import (
    METHODS,
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

DEFAULT_METHODS: Final = frozenset(METHODS)


class Setting(NamedTuple):
    """One option's value as it was read, and where it is set.

    ``given`` is the value as it was written. ``snapshot`` is a copy of what a list or mapping held
    then: where ``given`` holds something else when policies are compiled, it is read again. It is
    ``None`` for what is not to be read again. ``dropped`` is what a policy cannot grant of it, as
    text: less than ``given`` is effective then.
    """

    value: Any
    source: Source
    snapshot: object = None
    given: object = None
    dropped: str = ""


class Emit(NamedTuple):
    """A header that an option sends together with Access-Control-Allow-Origin.

    ``when`` is ``actual``, ``preflight`` (one whose method is allowed) or ``always``;
    ``render`` returns the header's value, or an empty string for none.
    """

    when: str
    header: str
    render: Callable[[Any], str]


class Option(NamedTuple):
    """One option; its static type is what the row annotates, its name the row's key.

    - ``parse`` takes what was given, the report for mistakes, and the option's name
    - ``default`` is a value as ``parse`` returns it, ``shown_default`` the one of the documentation
    - ``accepts`` and ``doc`` are for the documentation: what may be written, and what it does
    - ``emit`` is the header that the option sends
    - ``column`` is the title of its column in the table of ``flask cors routes``, if it has one
    - ``without`` says, of an option that restricts, what happens where it is dropped: then a
      misspelt name of it is an error
    - ``name`` and ``places`` are filled in from the classes below
    """

    parse: Callable[[Any, Report, str], Any]
    default: Any
    accepts: str
    doc: str
    emit: Emit | None = None
    shown_default: str = ""
    column: str = ""
    without: str = ""
    name: str = ""
    places: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """The key of ``app.config``."""
        return f"CORS_{self.name.upper()}"


def _flag(
    default: bool, doc: str, emit: Emit | None = None, column: str = "", without: str = ""
) -> Option:
    return Option(parse_flag, default, "bool", doc, emit, column=column, without=without)


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
            column="Origins",
            without="more origins are allowed",
        ),
    ]
    methods: Annotated[
        Names,
        Option(
            parse_methods,
            DEFAULT_METHODS,
            '`"*"`, method, or a list of these',
            'Which methods a preflight allows; `"*"` is any method.',
            Emit(
                "preflight",
                fetch.ALLOW_METHODS,
                lambda methods: "" if "*" in methods else ", ".join(sorted(methods)),
            ),
            shown_default=", ".join(METHODS),
            column="Allowed methods",
            without="more methods are allowed",
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
            column="Headers",
            without="more headers are allowed",
        ),
    ]
    expose_headers: Annotated[
        Names,
        Option(
            parse_expose_headers,
            (),
            "name, or a list of names",
            "Which response headers a page may read, in addition to the safelisted ones.",
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
            column="Credentials",
        ),
    ]
    max_age: Annotated[
        Seconds,
        Option(
            parse_max_age,
            None,
            "`timedelta`, whole number of seconds, digits",
            "How long a browser may cache a preflight's answer.",
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
    vary_header: Annotated[bool, _flag(True, "Whether `Vary: Origin` is sent where it is needed.")]
    allow_private_network: Annotated[
        bool,
        _flag(False, "Whether pages of public sites may reach this server on a private network."),
    ]
    enforce: Annotated[
        bool,
        _flag(
            False,
            "Whether cross-origin requests that are not allowed are refused with 403, before any "
            "hook or view.",
            without="nothing is refused",
        ),
    ]
    headers: Annotated[
        HeaderPattern | Iterable[HeaderPattern],
        Option(
            parse_allow_headers,
            HeaderNames(),
            "as `allow_headers`",
            "The name of `allow_headers` in flask-cors 1.x: what it lists is allowed too. "
            "Deprecated.",
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
            without="more paths are open",
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
        for name, hint in options.__annotations__.items():
            row = found.get(name) or hint.__metadata__[0]._replace(name=name)
            shown = row.shown_default or f"{row.default}"
            found[name] = row._replace(places=row.places | {place}, shown_default=shown)
    return found


OPTIONS: Final = collect(_PLACES)


DEFAULTS: Final = {
    name: Setting(option.default, Source("default", "the defaults"))
    for name, option in OPTIONS.items()
}
