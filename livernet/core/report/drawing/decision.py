"""Decision curves."""

from collections.abc import Mapping, Sequence

import matplotlib as mpl
from matplotlib.figure import Figure

from livernet.core.report.drawing.figures import MUTED, PALETTE, STYLE, blank


def decision_figure(points: Sequence[Mapping[str, float | None]]) -> Figure:
    """Net benefit over the threshold probability: the model, treating all and treating none.

    A point has ``threshold``, ``model`` and ``all``; the lower end of the axis hides how far 'all' falls.
    """
    known = [point for point in points if point["model"] is not None and point["all"] is not None]
    x, model, everyone = ([point[key] or 0.0 for point in known] for key in ("threshold", "model", "all"))
    top = max([*model, *everyone, 0.05])
    figure, axes = blank(4.1, 3.3, ylim=(-0.3 * top, 1.12 * top))
    with mpl.rc_context(STYLE):
        axes.axhline(0, color=MUTED, linewidth=1, linestyle=(0, (2, 2)), label="treat none")
        axes.plot(x, everyone, "--", color=PALETTE[1], linewidth=1.4, label="treat all")
        axes.plot(x, model, color=PALETTE[0], linewidth=1.9, label="model")
        axes.set(xlabel="threshold probability", ylabel="net benefit")
        axes.margins(x=0.01)
        figure.legend(loc="outside upper left", ncols=3, handlelength=2.4)
    return figure
