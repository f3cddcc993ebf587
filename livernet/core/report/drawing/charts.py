"""Charts of the report: ROC curves, training curves, mask quality against the class. E counts epochs."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from livernet.core.report.drawing.figures import GRID, MUTED, PALETTE, STYLE

Curve = Sequence[float | None]
_DASHES = ("-", "--", ":", "-.")


def roc_figure(series: Mapping[str, tuple[Sequence[float], Sequence[float]]]) -> Figure:
    """ROC curves by label: false and true positive rates, with the diagonal of chance."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(4.1, 3.9), layout="constrained")
        axes = figure.add_subplot(aspect="equal", xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
        axes.set(xlabel="1 − specificity", ylabel="sensitivity")
        axes.plot((0, 1), (0, 1), color=MUTED, linewidth=0.8, linestyle=(0, (2, 3)))
        for number, (label, (false_rate, true_rate)) in enumerate(series.items()):
            colour, dash = PALETTE[number % len(PALETTE)], _DASHES[number % len(_DASHES)]
            axes.plot(false_rate, true_rate, dash, color=colour, linewidth=1.8, label=_plain(label))
        _grid(axes)
        if series:
            axes.legend(loc="lower right", handlelength=2.4)
    return figure


def curves_figure(folds: Sequence[Curve], label: str, top: float | None) -> Figure:
    """One measure over the epochs: every fold thin, their mean thick; ``top`` fixes the axis to 0..top."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(4.1, 2.9), layout="constrained")
        axes = figure.add_subplot()
        for curve_E in map(_array, folds):
            axes.plot(_epochs(curve_E), curve_E, color=PALETTE[5], linewidth=0.7, alpha=0.75)
        mean_E = mean_curve(folds)
        axes.plot(_epochs(mean_E), mean_E, color=PALETTE[0], linewidth=1.8)
        _epoch_axis(axes, label, top)
    return figure


def terms_figure(terms: Mapping[str, Sequence[Curve]]) -> Figure:
    """The loss terms over the epochs, each the mean over the folds."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(4.1, 2.9), layout="constrained")
        axes = figure.add_subplot()
        for number, (label, folds) in enumerate(terms.items()):
            mean_E = mean_curve(folds)
            style: Any = {"color": PALETTE[number], "linestyle": _DASHES[number % len(_DASHES)]}
            axes.plot(_epochs(mean_E), mean_E, linewidth=1.5, label=label, **style)
        axes.legend(loc="upper right", ncols=2, handlelength=2.2)
        _epoch_axis(axes, "loss term, mean over folds", None)
    return figure


def mean_curve(folds: Sequence[Curve]) -> NDArray[np.float64]:
    """The mean over the folds of every epoch that all of them have; NaN where one has no value."""
    shortest = min(len(curve) for curve in folds)
    mean_E: NDArray[np.float64] = np.mean([_array(curve[:shortest]) for curve in folds], axis=0)
    return mean_E


def dice_figure(dice: Sequence[float], probability: Sequence[float], right: Sequence[bool]) -> Figure:
    """Mask quality against the probability given to the true class, one mark an image."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(4.1, 3.3), layout="constrained")
        axes = figure.add_subplot(ylim=(-0.04, 1.04))
        kinds = ((True, "o", PALETTE[0], "right"), (False, "X", PALETTE[1], "wrong"))
        for state, marker, colour, word in kinds:
            chosen = [index for index, value in enumerate(right) if value is state]
            x, y = [dice[index] for index in chosen], [probability[index] for index in chosen]
            look: Any = {"s": 26, "marker": marker, "color": colour, "alpha": 0.75, "linewidths": 0}
            axes.scatter(x, y, label=f"class {word} ({len(chosen)})", **look)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=5))
        axes.set(xlabel="Dice against the expert mask", ylabel="probability of the true class")
        _grid(axes)
        figure.legend(loc="outside upper left", ncols=2, handletextpad=0.2)
    return figure


def _array(curve: Curve) -> NDArray[np.float64]:
    return np.array([np.nan if value is None else value for value in curve], dtype=np.float64)


def _epochs(curve_E: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.arange(1, len(curve_E) + 1)


def _epoch_axis(axes: Axes, label: str, top: float | None) -> None:
    axes.set(xlabel="epoch", ylabel=label)
    axes.margins(x=0.02)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    if top is not None:
        axes.set_ylim(0, top * 1.02)
    _grid(axes)


def _grid(axes: Axes) -> None:
    axes.grid(visible=True, color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)


def _plain(text: str) -> str:
    """Only what the figure font can draw."""
    return text.encode("latin-1", "replace").decode("latin-1")
