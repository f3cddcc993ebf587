"""Reliability: what was predicted against what was observed, with the number of patients in every bin."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from livernet.core.report.drawing.figures import GRID, MUTED, PALETTE, STYLE

Bin = Mapping[str, Any]


def reliability_figure(bins: Sequence[Bin], label: str) -> Figure:
    """Observed share against mean predicted probability, with intervals; below, the counts of the bins.

    A bin has ``low`` and ``high`` (its edges), ``n``, ``predicted``, ``observed``, ``observed_low`` and
    ``observed_high``; bins without cases are left out.
    """
    filled = [one for one in bins if one["n"]]
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(4.1, 4.5), layout="constrained")
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3.6, 1))
        _observed(upper, filled, label)
        _counts(lower, filled, label)
        figure.legend(loc="outside upper left", ncols=2)
    return figure


def _observed(axes: Axes, bins: Sequence[Bin], label: str) -> None:
    axes.plot((0, 1), (0, 1), color=MUTED, linewidth=0.8, linestyle=(0, (2, 3)), label="perfect")
    x, y = [one["predicted"] for one in bins], [one["observed"] for one in bins]
    reach = [
        [max(0.0, one["observed"] - one["observed_low"]) for one in bins],
        [max(0.0, one["observed_high"] - one["observed"]) for one in bins],
    ]
    look: Any = {"fmt": "o", "color": PALETTE[0], "ecolor": PALETTE[5], "elinewidth": 1.6, "capsize": 2.5}
    axes.errorbar(x, y, yerr=reach, markersize=5.5, label="observed, 95 % interval", **look)
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), ylabel=f"observed share {label}")
    axes.grid(visible=True, color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)


def _counts(axes: Axes, bins: Sequence[Bin], label: str) -> None:
    """Bars as wide as their bins, which hold about equally many; an edge keeps a narrow one visible."""
    edges = [one["low"] for one in bins]
    widths = [one["high"] - one["low"] for one in bins]
    counts = [one["n"] for one in bins]
    look: Any = {"color": PALETTE[5], "edgecolor": PALETTE[0], "linewidth": 0.7, "align": "edge"}
    axes.bar(edges, counts, width=widths, alpha=0.75, **look)
    axes.set(ylabel="patients", xlabel=f"predicted probability {label}")
    axes.yaxis.set_major_locator(MaxNLocator(nbins=2, integer=True))
    axes.grid(visible=True, axis="y", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
