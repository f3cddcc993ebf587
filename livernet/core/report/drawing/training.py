"""Training curves. E counts epochs."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from livernet.core.report.drawing.figures import PALETTE, STYLE, blank

Curve = Sequence[float | None]
_DASHES = ("-", "--", ":", "-.")


def curves_figure(folds: Sequence[Curve], label: str, top: float | None) -> Figure:
    """One measure over the epochs: every fold thin, their mean thick; ``top`` fixes the axis to 0..top."""
    figure, axes = blank(4.1, 2.9)
    with mpl.rc_context(STYLE):
        for curve_E in map(_array, folds):
            axes.plot(_epochs(curve_E), curve_E, color=PALETTE[5], linewidth=0.7, alpha=0.75)
        mean_E = mean_curve(folds)
        axes.plot(_epochs(mean_E), mean_E, color=PALETTE[0], linewidth=1.8)
        _epoch_axis(axes, label, top)
    return figure


def terms_figure(terms: Mapping[str, Sequence[Curve]]) -> Figure:
    """The loss terms over the epochs, each the mean over the folds."""
    figure, axes = blank(4.1, 2.9)
    with mpl.rc_context(STYLE):
        for number, (label, folds) in enumerate(terms.items()):
            mean_E = mean_curve(folds)
            style: Any = {"color": PALETTE[number], "linestyle": _DASHES[number % len(_DASHES)]}
            axes.plot(_epochs(mean_E), mean_E, linewidth=1.5, label=label, **style)
        figure.legend(loc="outside upper left", ncols=2, handlelength=2.2)
        _epoch_axis(axes, "loss term, mean over folds", None)
    return figure


def mean_curve(folds: Sequence[Curve]) -> NDArray[np.float64]:
    """The mean over the folds of every epoch that all of them have; NaN where one has no value."""
    shortest = min(len(curve) for curve in folds)
    mean_E: NDArray[np.float64] = np.mean([_array(curve[:shortest]) for curve in folds], axis=0)
    return mean_E


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
