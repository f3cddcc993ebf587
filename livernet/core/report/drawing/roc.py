"""ROC curves with their bands."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from livernet.core.report.drawing.figures import INK, MUTED, PALETTE, STYLE, blank, plain

Curve = Mapping[str, Any]
_DASHES = ("-", "--", ":", "-.")


def roc_figure(series: Mapping[str, Curve], point: tuple[float, float] | None = None) -> Figure:
    """ROC curves by label with the diagonal of chance.

    A curve has ``false_positive_rate`` and ``true_positive_rate`` and, where it has a band, ``band`` with
    ``false_positive_rate``, ``low`` and ``high``. ``point`` marks an operating point (1 - specificity,
    sensitivity).
    """
    figure, axes = blank(4.1, 3.9, aspect="equal", xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    with mpl.rc_context(STYLE):
        axes.set(xlabel="1 − specificity", ylabel="sensitivity")
        axes.plot((0, 1), (0, 1), color=MUTED, linewidth=0.8, linestyle=(0, (2, 3)))
        for number, (label, curve) in enumerate(series.items()):
            colour, dash = PALETTE[number % len(PALETTE)], _DASHES[number % len(_DASHES)]
            band = curve.get("band")
            if band:
                across = band["false_positive_rate"]
                axes.fill_between(across, band["low"], band["high"], color=colour, alpha=0.14, linewidth=0)
            x, y = _points(curve["false_positive_rate"]), _points(curve["true_positive_rate"])
            axes.plot(x, y, dash, color=colour, linewidth=1.8, label=plain(label))
        if point is not None:
            look: Any = {"marker": "D", "s": 30, "facecolor": "white", "edgecolor": INK, "zorder": 5}
            axes.scatter(*point, linewidths=1.2, label="threshold chosen", **look)
        if series:
            axes.legend(loc="lower right", handlelength=2.4)
    return figure


def _points(values: Sequence[float]) -> Any:
    return np.asarray(values, dtype=np.float64)
