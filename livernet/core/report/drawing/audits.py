"""What the audits saw: a permutation test's null distribution, and differences on one scale."""

from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from livernet.core.report.drawing.figures import INK, MUTED, PALETTE, STYLE, blank, plain

Row = tuple[str, float, float | None, float | None]


def null_figure(null: Sequence[float], observed: float, name: str) -> Figure:
    """A histogram of the AUC that chance gives, and the value ``observed``, which is called ``name``."""
    figure, axes = blank(4.1, 2.5)
    with mpl.rc_context(STYLE):
        bins = min(30, max(8, round(len(null) ** 0.5)))
        look: Any = {"color": PALETTE[5], "edgecolor": "white", "linewidth": 0.5}
        axes.hist(null, bins=bins, label="stages dealt at random", **look)
        axes.axvline(observed, color=PALETTE[1], linewidth=2, label=f"{name}, {observed:.2f}")
        axes.axvline(0.5, color=MUTED, linewidth=0.8, linestyle=(0, (2, 3)))
        low, high = min(*null, observed, 0.3), max(*null, observed, 0.7)
        axes.set(xlabel="AUC", ylabel="permutations", xlim=(low - 0.04, min(1.02, high + 0.04)))
        axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
        figure.legend(loc="outside upper left", ncols=2, handlelength=1.6)
    return figure


def forest_figure(rows: Sequence[Row], label: str, reference: float) -> Figure:
    """Values with their intervals, one under the other; ``reference`` is where there is no difference."""
    figure, axes = blank(4.1, 0.9 + 0.34 * len(rows))
    with mpl.rc_context(STYLE):
        places = list(range(len(rows)))
        look: Any = {"color": PALETTE[0], "solid_capstyle": "butt", "linewidth": 2}
        for place, (_, value, low, high) in zip(places, rows, strict=True):
            if low is not None and high is not None:
                axes.plot((low, high), (place, place), **look)
            axes.plot(value, place, "s", color=INK, markersize=5)
        axes.axvline(reference, color=MUTED, linewidth=0.9, linestyle=(0, (2, 3)))
        axes.set_yticks(places, [plain(row[0], 34) for row in rows], color=INK)
        axes.set(xlabel=plain(label), ylim=(len(rows) - 0.5, -0.5))
        axes.xaxis.set_major_locator(MaxNLocator(nbins=5))
        axes.grid(visible=False, axis="y")
        axes.tick_params(axis="y", length=0)
    return figure
