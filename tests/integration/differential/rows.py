"""The rows of the compatibility table as predicates, one function a row.

A difference is looked at header by header, and in two steps. ``reading``: the options that
flask-cors went by, read as the design says. ``walk``: from there to the options that the design
finds. Each step that changes the header needs a row of its own kind, and the values themselves
must be those that the design gives, so a row explains why something differs, never what is sent.
``status``, ``allow``, ``error`` and ``warning`` are steps by themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.integration.differential.cases import NEVER, Case, Mark
from tests.integration.differential.facts import Facts, Layer, said
from tests.integration.differential.readings import (
    ACAC,
    ACAH,
    ACAM,
    ACAO,
    ACEH,
    ACMA,
    DEFAULTS,
    PRIVATE,
    VARY,
    New,
    Old,
    Options,
    Origins,
    configured,
    listed,
    read_origin,
    starts,
    tidy,
    truth,
    unreadable,
)
from tests.integration.differential.resources import Resource, resources_of
from tests.integration.differential.worker import decode

PREFLIGHT = frozenset({ACAM, ACAH, ACMA})
OF_ORIGIN = frozenset({"origins", "send_wildcard", "always_send", "supports_credentials"})
RELEVANT = {
    ACAO: OF_ORIGIN,
    ACAC: OF_ORIGIN,
    ACAM: OF_ORIGIN | {"methods"},
    ACAH: OF_ORIGIN | {"methods", "allow_headers", "headers"},
    ACMA: OF_ORIGIN | {"methods", "max_age"},
    ACEH: OF_ORIGIN | {"expose_headers"},
    PRIVATE: OF_ORIGIN | {"allow_private_network"},
    VARY: OF_ORIGIN | {"vary_header"},
}
FLAGS = ("supports_credentials", "send_wildcard", "always_send", "vary_header")

UNSEEN = {23: "no response tells of a logger's level; the workers' greetings do"}


@dataclass(frozen=True)
class Difference:
    """One step of one difference: what it is about, and both sides' values."""

    case: Case
    step: str
    what: str
    old: Any
    new: Any
    facts: Facts | None = field(default=None, repr=False)

    @property
    def known(self) -> Facts:
        """The facts of the request; an error or a warning has none."""
        assert self.facts is not None
        return self.facts

    @property
    def layer(self) -> Layer | None:
        """The layer that answered in flask-cors."""
        return self.facts.old_layer if self.facts else None

    @property
    def options(self) -> Options:
        """The options that flask-cors went by."""
        return self.layer.options if self.layer else DEFAULTS

    @property
    def before(self) -> Old:
        """Those options as flask-cors reads them."""
        return Old(self.options, self.known.request)

    @property
    def after(self) -> New:
        """Those options as the design reads them."""
        return New(self.options, self.known.request, self.known.asks)

    def reads(self, *headers: str) -> bool:
        """Tell whether this is the reading of one of the headers (of any, without names)."""
        return (
            self.step == "reading" and self.layer is not None and self.what in (headers or RELEVANT)
        )

    def walks(self) -> bool:
        """Tell whether this is about which options apply, and some do."""
        return self.step == "walk"

    def origin_flips(self) -> bool:
        """Tell whether the two readings disagree on Access-Control-Allow-Origin."""
        return self.before.allow_origin() != self.after.allow_origin()


def levels(case: Case) -> Iterator[tuple[str, Options]]:
    """Yield every level's options, and its group: a resource counts with its object."""
    for kind, described in (
        *((f"app{number}", options) for number, options in enumerate(case.apps)),
        *((item.name, item.cors) for item in case.blueprints if item.cors is not None),
    ):
        options = decode(described)
        yield kind, options
        for resource in resources_of(options, 0, configured(case).get("resources")):
            yield kind, {**options, **resource.options}
    for number, mark in enumerate(marks(case)):
        yield f"mark{number}", said(mark)
    config = configured(case)
    yield "config", config
    for resource in resources_of({}, 0, config.get("resources")):
        yield "config", resource.options


def marks(case: Case) -> Iterator[Mark]:
    """Yield the marks of a case."""
    for view in case.views:
        yield from ([view.mark] if view.mark else [])
        yield from view.method_marks.values()


def of(options: Options, name: str) -> list[Any]:
    """Return the items of one option of one level."""
    return listed(options.get(name))


def row_01(d: Difference) -> bool:
    """Any origin with credentials: the credentials are dropped, with a warning."""
    if d.step == "warning":
        return "supports_credentials=True" in d.new and "dropped" in d.new
    if d.step == "error":
        return d.old is not None and "Cannot use supports_credentials" in d.old
    if d.step in ("status", "allow"):
        return d.known.old_broken
    if d.walks():
        policy = d.known.policy
        return policy is not None and policy.too_wide
    return (
        d.reads()
        and truth(d.options["supports_credentials"])
        and Origins.read(d.options["origins"]).are_all
    )


def row_02(d: Difference) -> bool:
    """A regex origin matches a prefix."""
    return (
        d.reads()
        and d.origin_flips()
        and d.known.origin not in ("", "null")
        and any(
            starts(item, d.known.origin, re.IGNORECASE)
            and not read_origin(item).allows(d.known.origin)
            for item in d.before.items
            if read_origin(item).kind == "regex"
        )
    )


def row_03(d: Difference) -> bool:
    """A wildcard origin is read as a regex."""
    return (
        d.reads()
        and d.origin_flips()
        and bool(d.known.origin)
        and any(
            starts(item, d.known.origin, re.IGNORECASE) != read_origin(item).allows(d.known.origin)
            for item in d.before.items
            if read_origin(item).kind == "wildcard"
        )
    )


def everything(facts: Facts) -> list[Resource]:
    """Return the resources of the app's objects and of the blueprints."""
    fallback = facts.config.get("resources")
    found = [
        resource
        for number, options in enumerate(facts.apps)
        for resource in resources_of(options, number, fallback)
    ]
    for blueprint in facts.case.blueprints:
        if blueprint.cors is not None:
            found += resources_of(decode(blueprint.cors), 0)
    return found


def chosen(facts: Facts) -> list[Resource]:
    """Return the resources that either walk came to."""
    texts = {layer.resource for layer in facts.old_layers}
    texts |= {level.resource for level in facts.new_levels}
    return [resource for resource in everything(facts) if resource.text in texts]


def row_04(d: Difference) -> bool:
    """A glob is read as a prefix regex, which covers more, less, or does not compile."""
    if d.step == "error":
        return d.old is not None and "Invalid regular expression" in d.old and "*.txt" in d.old
    return d.walks() and any(
        starts(resource.pattern, d.known.path) != resource.new_match(d.known.path)
        for resource in chosen(d.known)
        if resource.is_glob
    )


def row_05(d: Difference) -> bool:
    """Resources stand in another order, and match alike."""
    if not d.walks() or d.layer is None or d.layer.kind not in ("app", "blueprint"):
        return False
    found = next((level for level in d.known.new_levels if level.kind == d.layer.kind), None)
    same = found is not None and found.place == d.layer.place
    if found is None or (same and found.resource == d.layer.resource):
        return False
    texts = {found.resource, d.layer.resource}
    both = [resource for resource in everything(d.known) if resource.text in texts]
    path = d.known.path
    return all(resource.old_match(path) and resource.new_match(path) for resource in both)


def row_06(d: Difference) -> bool:
    """The path is decoded twice, or has a dot segment."""
    if not d.walks():
        return d.step in ("status", "allow") and d.known.dotted and d.known.asks
    twice = any(
        resource.old_match(d.known.path) != starts(resource.pattern, d.known.path)
        for resource in chosen(d.known)
    )
    return d.known.dotted or twice


def row_07(d: Difference) -> bool:
    """An option nobody knows."""
    unknown = {name for _, options in levels(d.case) for name in options} - {*DEFAULTS, "headers"}
    if d.step == "warning":
        return any(f" {name}=" in d.new for name in unknown)
    return d.step == "error" and d.what in unknown


def near_mark(facts: Facts) -> Mark | None:
    """Return the mark that the walk meets first."""
    nearest = facts.policy.nearest if facts.policy else None
    if nearest is None or nearest.kind not in ("method", "view"):
        return None
    if nearest.kind == "method":
        return facts.method_mark(facts.new_endpoint, nearest.name)
    return facts.mark_of(facts.new_endpoint)


def row_08(d: Difference) -> bool:
    """Positional arguments of a mark: origins, or the view itself."""
    if d.step == "error":
        return any(len(mark.positional) > 1 for mark in marks(d.case))
    mark = near_mark(d.facts) if d.facts else None
    if mark is None:
        return False
    if d.step in ("status", "allow"):
        return d.known.old_broken and (mark.bare or bool(mark.positional))
    swallowed = bool(mark.positional) and d.layer is not None and d.layer.kind == "mark"
    return d.walks() and (mark.bare or swallowed)


def changed(d: Difference, sources: frozenset[str]) -> bool:
    """Tell whether an option that the header depends on came from one of the sources."""
    policy = d.known.policy
    if policy is None or d.layer is None:
        return False
    return any(
        policy.sources[name] in sources and policy.options[name] != d.options.get(name)
        for name in RELEVANT[d.what]
    )


def row_09(d: Difference) -> bool:
    """A mark starts from config and defaults, and now from the levels around it."""
    outer = {"mark": {"view", "blueprint", "app"}, "blueprint": {"app", "blueprint"}, "app": set()}
    policy = d.known.policy if d.walks() else None
    if policy is None or d.layer is None:
        return False
    if policy.withheld and d.what == ACAC and d.new is None:
        return True
    if d.layer.kind == "blueprint" and policy.nearest.place != d.layer.place:
        return False
    return changed(d, frozenset(outer[d.layer.kind]))


def row_10(d: Difference) -> bool:
    """A blueprint ignores the configuration."""
    return (
        d.walks()
        and d.layer is not None
        and d.layer.kind == "blueprint"
        and changed(d, frozenset({"config"}))
    )


def row_11(d: Difference) -> bool:
    """Another layer answered than the nearest one."""
    if not d.walks() or d.layer is None:
        return False
    facts = d.known
    if facts.answered == "flask":
        return True
    layers = list(dict.fromkeys(layer.place for layer in facts.old_layers))
    return len(layers) > 1 and facts.policy is not None and layers[0] != d.layer.place


def row_12(d: Difference) -> bool:
    """Part of a method's name, or its lower case, passes for the method."""
    return d.reads(*PREFLIGHT) and d.before.passes() and d.known.asked not in d.after.methods()


def words(value: str | None) -> set[str]:
    """Return the words of a Vary header in lower case."""
    lines = (value or "").replace(" | ", ",")
    return {word.strip().lower() for word in lines.split(",") if word.strip()}


def row_13(d: Difference) -> bool:
    """Vary is missing, or stands on a second line."""
    return d.step == "reading" and d.what == VARY and words(d.old) <= words(d.new)


def row_14(d: Difference) -> bool:
    """Several literal origins and no Origin."""
    several = d.reads() and not d.known.origin and len(d.before.literals) > 1
    return several and d.what != VARY and d.new is None and d.after.allow_origin() is None


def row_15(d: Difference) -> bool:
    """Access-Control-Allow-Private-Network that is false, or not on a preflight."""
    return d.reads(PRIVATE) and d.new is None and (d.old == "false" or not d.known.asks)


def row_16(d: Difference) -> bool:
    """A max_age of zero."""
    return d.reads(ACMA) and d.old is None and d.new == "0" and d.options["max_age"] == 0


def row_17(d: Difference) -> bool:
    """A preflight is answered before hooks and views, without Allow."""
    if not d.facts or not d.facts.asks or d.facts.answered != "library":
        return False
    if d.step == "allow":
        return d.new is None
    stopped = bool(d.case.hook) or d.facts.old_calls
    return stopped and (d.walks() or d.step == "status")


def row_18(d: Difference) -> bool:
    """A preflight asks for another endpoint's, or another handler's, policy."""
    if not d.facts or not d.facts.asks or d.step not in ("walk", "status", "allow"):
        return False
    other = d.facts.new_endpoint != d.facts.old_route["endpoint"]
    if not d.walks():
        return other and d.facts.old_mark is not None and d.facts.answered != "library"
    return other or any(level.kind == "method" for level in d.facts.new_levels)


def row_19(d: Difference) -> bool:
    """Async views, bound methods and classes break; the inner function is changed in place."""
    if d.step == "error":
        broken = ("no attribute 'required_methods'", "no attribute 'as_view'")
        return d.old is not None and any(text in d.old for text in broken)
    if not d.facts or d.step not in ("status", "allow", "walk"):
        return False
    endpoint = d.facts.old_route["endpoint"]
    view = d.facts.view(endpoint)
    if view is None:
        return False
    asked = d.facts.request.method == "OPTIONS"
    in_class = view.kind == "class" and view.mark is not None and asked
    waits = view.kind == "async" and d.facts.old_broken
    return waits or in_class or (d.facts.changed_twin and asked)


def row_20(d: Difference) -> bool:
    """Errors, redirects, and preflights of what is not there, carry no headers."""
    if not d.facts:
        return False
    facts = d.facts
    unrouted = facts.old_route["status"] is not None
    if d.step in ("status", "allow"):
        return facts.asks and unrouted and facts.answered == "library"
    missing = facts.asks and facts.target["status"] is not None
    erring = missing or facts.old_fails or unrouted or bool(facts.case.hook)
    if not d.walks() or not erring or facts.policy is None:
        return False
    if d.what == ACAC and facts.new_endpoint is None and facts.is_in_doubt():
        return True
    return facts.policy.nearest.kind != "app" or facts.new_path != facts.path


def row_21(d: Difference) -> bool:
    """A boolean written as a word."""
    if d.step == "error":
        return any(
            isinstance(options.get(d.what), str) and not truth(options[d.what])
            for kind, options in levels(d.case)
            if kind != "config" and d.what in (*FLAGS, "allow_private_network")
        )
    return d.reads() and any(
        isinstance(d.options[name], str) and not truth(d.options[name])
        for name in RELEVANT[d.what] & {*FLAGS, "allow_private_network"}
    )


def row_22(d: Difference) -> bool:
    """A callable origin."""
    return (
        d.reads()
        and d.origin_flips()
        and d.before.allow_origin() is None
        and any(
            read_origin(item).allows(d.known.origin) for item in d.before.items if callable(item)
        )
    )


def row_23(d: Difference) -> bool:
    """The library's logger: nothing that a response shows."""
    return d.step == "logger" and d.old["level"] != 0 and d.new == {"level": 0, "handlers": 0}


def row_24(d: Difference) -> bool:
    """Origins that no browser sends, names that are no tokens, ages that are none."""
    wrong = {
        "origins": NEVER,
        "methods": ("X Bad",),
        "allow_headers": ("X Bad",),
        "expose_headers": ("X Bad",),
        "max_age": (-1, "-5", "soon", "1 hour"),
    }
    if d.step == "warning":
        return any(text in d.new for text in ("'X Bad'", "'a.example'"))
    if d.reads():
        return "a.example" in d.before.items and (d.origin_flips() or d.what == VARY)
    if d.step != "error" or d.what not in wrong:
        return False
    given = [options[d.what] for _, options in levels(d.case) if d.what in options]
    items = given if d.what == "max_age" else [item for value in given for item in listed(value)]
    return any(item in wrong[d.what] for item in items)


def untidy(options: Options) -> dict[str, bool]:
    """Tell for each option whether something in it is normalised or dropped."""
    literals = [item for item in listed(options.get("origins")) if isinstance(item, str)]
    return {
        "origins": any(
            read_origin(item).kind == "literal" and tidy(item) != item for item in literals
        ),
        "methods": "TRACE" in listed(options.get("methods")),
        "allow_headers": "Origin" in listed(options.get("allow_headers")),
        "expose_headers": any(unreadable(name) for name in listed(options.get("expose_headers"))),
    }


def row_25(d: Difference) -> bool:
    """An origin that is normalised; names that are dropped."""
    if d.step == "warning":
        options = (untidy(options) for _, options in levels(d.case))
        return any(
            found and name in d.new.lower() for item in options for name, found in item.items()
        )
    if not d.reads():
        return False
    found = untidy(d.options)
    return (
        (found["origins"] and (d.origin_flips() or d.what == VARY))
        or (found["methods"] and d.what == ACAM)
        or (found["allow_headers"] and d.what == ACAH)
        or (found["expose_headers"] and d.what == ACEH)
    )


def row_26(d: Difference) -> bool:
    """Origins that are None."""
    given = any(
        "origins" in options and options["origins"] is None for _, options in levels(d.case)
    )
    return d.step == "error" and d.what == "origins" and given


def row_27(d: Difference) -> bool:
    """The exception handlers are wrapped, so the app answers first; debug tracebacks."""
    if not d.facts:
        return False
    facts = d.facts
    if d.step == "status":
        return facts.shows_traceback and d.old == "ZeroDivisionError"
    early = facts.old_fails and not facts.old_crashes and d.layer is not None
    several = len({layer.place for layer in facts.old_layers}) > 1
    return d.walks() and early and several and d.layer is facts.old_layers[0]


def row_28(d: Difference) -> bool:
    """The option ``headers`` of 1.x."""
    given = any("headers" in options for _, options in levels(d.case))
    if d.step == "warning":
        return given and d.new.startswith("DeprecationWarning") and "headers" in d.new.lower()
    return d.reads(ACAH) and d.options.get("headers") is not None


def row_29(d: Difference) -> bool:
    """Access-Control-Expose-Headers on a preflight."""
    return d.reads(ACEH) and d.known.asks and d.new is None


def row_30(d: Difference) -> bool:
    """A regex matches ``null``, or ``null`` gets credentials."""
    if d.step == "warning":
        return "'null' is granted no credentials" in d.new
    if d.reads(ACAC) and d.known.origin == "null":
        return d.new is None
    return (
        d.reads()
        and d.known.origin == "null"
        and d.origin_flips()
        and any(
            starts(item, "null", re.IGNORECASE)
            for item in d.before.items
            if read_origin(item).kind == "regex"
        )
    )


def row_31(d: Difference) -> bool:
    """The string ``.*`` stands for any origin."""
    if d.step == "error":
        return (
            d.old is not None
            and "Cannot use supports_credentials" in d.old
            and any(".*" in of(options, "origins") for _, options in levels(d.case))
        )
    if d.step in ("status", "allow"):
        return d.known.old_broken and ".*" in d.known.old_mark_origins
    return d.reads() and ".*" in d.before.items and (d.origin_flips() or d.what == VARY)


def row_32(d: Difference) -> bool:
    """An option where it does nothing."""
    if d.step != "warning":
        return False
    misplaced = [("app", "automatic_options", item) for item in d.case.apps]
    misplaced += [
        ("blueprint", "intercept_exceptions", item.cors or {}) for item in d.case.blueprints
    ]
    near_miss = "CORS_ORIGIN" in d.case.config and "CORS_ORIGIN" in d.new
    return near_miss or any(name in item and name in d.new for _, name, item in misplaced)


def row_36(d: Difference) -> bool:
    """A preflight names what every method of the URL is granted, where their policies differ."""
    limited = d.known.reading.others if d.facts and d.known.reading else {}
    return d.walks() and d.what in (ACAM, ACAH) and bool(limited)


Row = Callable[[Difference], bool]
ROWS: dict[int, Row] = {
    int(name.removeprefix("row_")): function
    for name, function in sorted(globals().items())
    if name.startswith("row_")
}


def explaining(difference: Difference) -> list[int]:
    """Return the numbers of the rows that explain a difference."""
    return [number for number, row in ROWS.items() if row(difference)]
