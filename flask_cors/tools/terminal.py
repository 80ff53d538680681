"""Text for a terminal: routes, explanations, findings and probes, laid out by ``rich``.

Shows what it is given; decides nothing. Whatever comes from a client, a configuration or
a server is printed as plain text, and what is not printable is escaped.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from ..options.schema import OPTIONS
from .explanation import EffectiveOption, Explanation, effective_option, effective_options
from .routes import RouteRow
from .text import Line, escaped, here, plain

if TYPE_CHECKING:
    from rich.console import Console

    from .checks import CheckResult, Finding
    from .checks.upgrade import UpgradeResult
    from .probe import ProbeResult

# A table of more rows takes rich too long; from there on a route is one plain line.
_MOST_TABLE_ROWS: Final = 300
_NARROW: Final = 100
_COLORS: Final = {"error": "red", "warning": "yellow", "note": "cyan"}
_COLUMNS: Final = {name: row.column for name, row in OPTIONS.items() if row.column}


class Output:
    """One terminal, or file, to print to. Raises ``ModuleNotFoundError`` without ``rich``."""

    def __init__(self) -> None:
        from rich.console import Console

        self.console: Console = Console(highlight=False, markup=False, emoji=False)
        self._ascii = not (self.console.encoding or "").lower().startswith("utf")
        self._here = here()
        # Asked once: each time, rich looks at the terminal and at the environment.
        self._width = self.console.width
        self._colors = self.console.is_terminal

    def plain(self, text: object) -> str:
        """Return *text* with every character escaped that a terminal cannot print as itself."""
        return plain(text, self._here, only_ascii=self._ascii)

    def escaped(self, text: str) -> str:
        """Return a server's text as it is, with every other character escaped."""
        return escaped(text, only_ascii=self._ascii)

    def line(
        self,
        text: object = "",
        style: str = "",
        indent: int = 0,
        hang: int = 0,
        sent: bool = False,
    ) -> None:
        """Print one line, wrapped at the terminal's width; *hang* indents what goes on more.

        *sent* says that it holds a server's text, which must be shown whole.
        """
        text = self.escaped(str(text)) if sent else self.plain(text)
        for shown in Line(text, style, indent, hang).wrapped(self._width):
            if style and self._colors:
                from rich.text import Text

                self.console.print(Text(shown, style), soft_wrap=True)
            else:  # much faster, and most lines are of this kind
                self.console.file.write(f"{shown}\n")

    def table(self, titles: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Print a table, or plain columns where there are very many rows."""
        cells = [[self.plain(cell) for cell in row] for row in rows]
        if len(cells) > _MOST_TABLE_ROWS:
            self._columns([list(titles), *cells])
            return
        from rich.box import SIMPLE
        from rich.table import Table
        from rich.text import Text

        table = Table(*titles, header_style="bold", box=SIMPLE, pad_edge=False)
        for column in table.columns:
            column.overflow = "fold"
        for row in cells:
            table.add_row(*(Text(cell, overflow="fold") for cell in row))
        with self.console.capture() as shown:
            self.console.print(table)
        for line in shown.get().splitlines():
            self.console.file.write(f"{line.rstrip()}\n")

    def _columns(self, rows: list[list[str]]) -> None:
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            self.console.file.write("  ".join(padded).rstrip() + "\n")

    @property
    def narrow(self) -> bool:
        """Whether there is no room for a table of many columns."""
        return self._width < _NARROW


# -- routes ----------------------------------------------------------------------------


def print_routes(rows: Sequence[RouteRow], sources: bool) -> None:
    """Print the routes: a table, or one block each where it is narrow or sources are asked for."""
    output = Output()
    if sources or output.narrow:
        for row in rows:
            _route_block(output, row, sources)
    else:
        titles = ("Methods", "Rule", *_COLUMNS.values())
        output.table(titles, (_route_cells(row) for row in rows))
    if not rows:
        output.line("The app has no routes.")


def _route_cells(row: RouteRow) -> list[str]:
    first = [", ".join(row.methods), _rule_text(row)]
    if row.policy is None:
        return [*first, _off(row), *[""] * (len(_COLUMNS) - 1)]
    settings = row.policy.settings
    return [*first, *(_short(effective_option(name, settings[name])) for name in _COLUMNS)]


def _short(option: EffectiveOption) -> str:
    # A table has no room for seven methods in every row.
    plain = option.source.level == "default" and option.name == "methods"
    return "(default)" if plain else _with_level(option)


def _rule_text(row: RouteRow) -> str:
    rule = f"{row.host} {row.rule}" if row.host else row.rule
    return f"{rule} ({row.path})" if row.varies else rule


def _off(row: RouteRow) -> str:
    return "off (cors_exempt)" if row.exempt else "off (not covered)"


def _with_level(option: EffectiveOption) -> str:
    note = f": {option.note}" if option.dropped else ""
    return f"{option.value} ({option.source.level}{note})"


def _route_block(output: Output, row: RouteRow, sources: bool) -> None:
    output.line(f"{', '.join(row.methods)} {_rule_text(row)}  [{row.endpoint}]", "bold")
    if row.policy is None:
        output.line(_off(row), indent=2)
        return
    if sources:
        for option in effective_options(row.policy.settings):
            output.line(option, indent=2, hang=2)
        return
    for name in _COLUMNS:
        option = effective_option(name, row.policy.settings[name])
        output.line(f"{name} = {_with_level(option)}", indent=2, hang=2)


# -- explain ---------------------------------------------------------------------------


def print_explanation(explanation: Explanation, every_option: bool = False) -> None:
    """Print an explanation as its ``str()`` reads, with colours where they can be shown."""
    output = Output()
    for line in explanation.lines(every_option):
        output.line(*line)


# -- check -----------------------------------------------------------------------------


def print_findings(result: CheckResult) -> None:
    """Print the findings, those that are ignored, and the rules that did not run."""
    output = Output()
    for found in (*result.findings, *result.ignored):
        _finding(output, found)
    for reason, ids in result.reasons_not_run().items():
        output.line(f"Not run: {', '.join(ids)}, since {reason}")
    counts = f"findings: {len(result.findings)}, ignored: {len(result.ignored)}"
    output.line(f"{counts}, rules not run: {len(result.not_run)}", "bold")


def _finding(output: Output, found: Finding) -> None:
    state = "ignored" if found.ignored else found.severity
    where = f" ({found.file}:{found.line})" if found.file else ""
    output.line(f"{found.id} {state}: {found.place}{where}", _COLORS.get(state, "dim"))
    output.line(f"{found.reason}.", indent=2)
    output.line(f"Ignored: {found.ignored}" if found.ignored else found.hint, indent=2)


def print_changes(result: UpgradeResult) -> None:
    """Print what an upgrade changes, the gravest first, and what only requests show."""
    output = Output()
    for change in result.changes:
        finding = change.to_finding()
        where = f" ({change.file}:{change.line})" if change.file else ""
        title = f"{change.row}. {change.effect}" if change.row else change.effect
        output.line(f"{title}: {change.place}{where}", _COLORS[finding.severity])
        output.line(f"{change.what}.", indent=2)
        output.line(change.keep, indent=2)
    if result.nothing_changes:
        output.line("No change for your clients was found.", "bold")
    counts = ", ".join(f"{effect}: {count}" for effect, count in result.counts().items())
    output.line(f"changes: {len(result.changes)}" + (f" ({counts})" if counts else ""), "bold")
    output.line("Only requests, or your code, show these:")
    for row in result.unseen:
        output.line(f"{row.number}. {row.title}", indent=2, hang=4)


# -- probe -----------------------------------------------------------------------------


def print_probe(result: ProbeResult) -> None:
    """Print what a probe saw: the verdict and the faults first."""
    output = Output()
    color = "green" if result.good else "red"
    output.line(f"{result.method} {result.url} from {result.origin}", "bold", sent=True)
    output.line(f"{result.verdict}: {result.message}", color, sent=True)
    if result.section:
        output.line(f"Failed: {result.step} (https://fetch.spec.whatwg.org/#{result.section})")
    for fault in result.faults:
        output.line(f"Likely cause: {fault.who}", "bold")
        output.line(f"{fault.what}.", indent=2, sent=True)
        output.line(fault.hint, indent=2, sent=True)
    for exchange in result.exchanges:
        output.line()
        title = f"{exchange.kind}: {exchange.method} {exchange.url} -> {exchange.status}"
        output.line(title, "bold", sent=True)
        _lines(output, "> ", exchange.request_headers)
        _lines(output, "< ", exchange.headers)


def _lines(output: Output, mark: str, headers: Iterable[tuple[str, str]]) -> None:
    # Not wrapped: white space is a part of what was sent.
    for name, value in headers:
        output.console.file.write(f"  {mark}{output.escaped(f'{name}: {value}')}\n")


def print_json(data: Any) -> None:
    """Print *data* as JSON of ASCII characters; needs no ``rich``."""
    import json

    text = json.dumps(data, indent=2, default=str)
    sys.stdout.write(text.replace("\x7f", "\\u007f") + "\n")
