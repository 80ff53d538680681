"""The plots: overhead against the size of the allow-list, of the resources, of the URL map."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from .kits import BARE, IMPLEMENTATIONS, TITLES
from .report import Figures
from .scenarios import SCENARIOS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# A line is told by its dashes and its mark as well as by its colour.
STYLES: Final[dict[str, dict[str, Any]]] = dict(
    zip(
        IMPLEMENTATIONS,
        (
            {"color": "#6b6b6b", "linestyle": ":", "marker": ""},
            {"color": "#b3730a", "linestyle": "--", "marker": "s"},
            {"color": "#b02a5b", "linestyle": "-.", "marker": "^"},
            {"color": "#0b5fa5", "linestyle": "-", "marker": "o"},
        ),
        strict=True,
    )
)
PLOTS: Final = {
    "origins": {"origins": "literal origins in the allow-list"},
    "resources": {
        "resources-glob": "resources, globs",
        "resources-regex": "resources, regular expressions",
    },
    "routes": {"routes": "endpoints"},
}
LINEAR_UP_TO: Final = 10.0

# Text stays text, and equal figures make equal files.
SETTINGS: Final[dict[Any, Any]] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "benchmarks",
    "font.size": 10.0,
}


def points(requests: Figures, curve: str, implementation: str) -> list[tuple[int, float]]:
    """Return size and overhead of every measured scenario of a curve."""
    found = ((SCENARIOS[name].size, requests[name]) for name in on_curve(requests, curve))
    return [(size, _overhead(figures, implementation)) for size, figures in found]


def on_curve(requests: Figures, curve: str) -> list[str]:
    """Return the names of the measured scenarios of a curve."""
    return [name for name in requests if SCENARIOS[name].curve == curve]


def _overhead(figures: Figures, implementation: str) -> float:
    if implementation == BARE:
        return 0.0
    overhead: float = figures["overhead_us"][implementation]["median"]
    return overhead


def _highest(requests: Figures, curve: str) -> float:
    shown = (points(requests, curve, name) for name in IMPLEMENTATIONS)
    return max(LINEAR_UP_TO, *(overhead for line in shown for _, overhead in line))


def draw(requests: Figures, directory: Path) -> list[Path]:
    """Write the plots for which there are figures, and return their paths."""
    drawn = []
    for name, panels in PLOTS.items():
        if all(on_curve(requests, curve) for curve in panels):
            drawn.append(directory / f"{name}.svg")
            with mpl.rc_context(SETTINGS):
                _figure(requests, panels).savefig(drawn[-1], metadata={"Date": None})
    return drawn


def _figure(requests: Figures, panels: dict[str, str]) -> Figure:
    figure = Figure(figsize=(4.6 * len(panels) + 1.6, 3.8), layout="constrained")
    axes = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for panel, (curve, title) in zip(axes, panels.items(), strict=True):
        _panel(panel, requests, curve)
        panel.set_xlabel(title)
    axes[0].set_ylabel("µs a request beyond bare Flask")
    axes[0].set_ylim(-1, 2 * max(_highest(requests, curve) for curve in panels))
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=4)
    return figure


def _panel(panel: Axes, requests: Figures, curve: str) -> None:
    for name in IMPLEMENTATIONS:
        sizes, overheads = zip(*points(requests, curve, name), strict=True)
        panel.plot(sizes, overheads, label=TITLES[name], markersize=5, **STYLES[name])
    panel.set_xscale("log")
    panel.xaxis.set_minor_locator(NullLocator())
    panel.set_yscale("symlog", linthresh=LINEAR_UP_TO)
    panel.xaxis.set_major_formatter("{x:,.0f}")
    panel.yaxis.set_major_formatter("{x:,.0f}")
    panel.grid(True, color="#dddddd", linewidth=0.6)
    panel.set_axisbelow(True)
