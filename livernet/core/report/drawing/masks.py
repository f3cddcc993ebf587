"""Quality of the masks: how it is distributed, and whether it goes with a right class."""

from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from livernet.core.report.drawing.figures import INK, PALETTE, STYLE, blank

_BINS = 24


def distribution_figure(values: Sequence[float], label: str) -> Figure:
    """How many images have which value, with the median (line) and the quartiles (shaded)."""
    low, middle, high = np.quantile(np.asarray(values, dtype=np.float64), (0.25, 0.5, 0.75)).tolist()
    bins = min(_BINS, max(6, round(len(values) ** 0.5)))
    figure, axes = blank(4.1, 2.5)
    with mpl.rc_context(STYLE):
        axes.axvspan(low, high, color=PALETTE[4], alpha=0.18, linewidth=0)
        axes.hist(values, bins=bins, color=PALETTE[0], alpha=0.85, edgecolor="white", linewidth=0.6)
        axes.axvline(middle, color=INK, linewidth=1.4)
        axes.set(xlabel=label, ylabel="images")
        axes.xaxis.set_major_locator(MaxNLocator(nbins=6))
        axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    return figure


def dice_figure(dice: Sequence[float], probability: Sequence[float], right: Sequence[bool]) -> Figure:
    """Mask quality against the probability given to the true class, one mark an image."""
    figure, axes = blank(4.1, 3.3, ylim=(-0.04, 1.04))
    with mpl.rc_context(STYLE):
        kinds = ((True, "o", PALETTE[0], "right"), (False, "X", PALETTE[1], "wrong"))
        for state, marker, colour, word in kinds:
            chosen = [index for index, value in enumerate(right) if value is state]
            x, y = [dice[index] for index in chosen], [probability[index] for index in chosen]
            look: Any = {"s": 26, "marker": marker, "color": colour, "alpha": 0.75, "linewidths": 0}
            axes.scatter(x, y, label=f"class {word} ({len(chosen)})", rasterized=len(right) > 2000, **look)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=5))
        axes.set(xlabel="Dice against the given mask", ylabel="probability of the true class")
        figure.legend(loc="outside upper left", ncols=2, handletextpad=0.2)
    return figure
