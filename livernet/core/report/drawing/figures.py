"""What all figures share: style, colours, saving; and one case in the layout of the paper's figures 2-5.

Drawn on Figure objects with the Agg and SVG back ends, never through pyplot, so that nothing is shared
between calls; equal input gives equal bytes. Shapes: H, W pixels; S side of a prepared square picture.
"""

import base64
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from livernet.core.files import write_bytes

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#3B4754")
"""Okabe and Ito's colours, told apart by colour-blind readers, with a dark grey for their black."""
INK, MUTED, GRID = "#1B2733", "#5B6B7A", "#DFE5EA"

_PACKING = 3
"""Of PNG files: a twentieth larger than by default, in a seventh less of the whole time."""

STYLE: Any = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9,
    "text.color": INK,
    "text.parse_math": False,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "svg.fonttype": "path",
    "svg.hashsalt": "livernet",
}


def case_figure(
    image_SS: NDArray[np.uint8],
    expert_mask_SS: NDArray[np.bool_] | None,
    predicted_mask_SS: NDArray[np.bool_] | None,
    true_class: str | None,
    probabilities: Sequence[float] | None,
    class_names: Sequence[str],
) -> Figure:
    """One case as in the paper's figures 2-5.

    Left the B-mode image; middle the expert mask above the predicted one; right the true class above the
    class probabilities. What is ``None`` is shown as 'not given'. Any size will do, the same for all arrays.
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(9.6, 4.6), layout="constrained")
        grid = figure.add_gridspec(2, 3, width_ratios=(2.0, 0.95, 1.25))
        _picture(figure.add_subplot(grid[:, 0]), image_SS, "B-mode image")
        _picture(figure.add_subplot(grid[0, 1]), expert_mask_SS, "Expert mask", image_SS.shape)
        _picture(figure.add_subplot(grid[1, 1]), predicted_mask_SS, "Predicted mask", image_SS.shape)
        _words(figure.add_subplot(grid[0, 2]), "True class", true_class)
        _bars(figure.add_subplot(grid[1, 2]), probabilities, class_names)
    return figure


def save_figure(path: Path, figure: Figure, dpi: int = 150) -> None:
    """Write a figure as PNG, atomically and without date or version.

    Raises:
        OutputError: the file cannot be written.
    """
    buffer = io.BytesIO()
    with mpl.rc_context(STYLE):
        how: dict[str, Any] = {"metadata": {"Software": None}, "pil_kwargs": {"compress_level": _PACKING}}
        figure.savefig(buffer, format="png", dpi=dpi, facecolor="white", **how)
    write_bytes(path, buffer.getvalue())


def blank(width: float = 4.1, height: float = 3.3, **axes: Any) -> tuple[Figure, Axes]:
    """A new figure of so many inches with one pair of axes, a grid behind whatever is drawn."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        made = figure.add_subplot(**axes)
        made.grid(visible=True, color=GRID, linewidth=0.6)
        made.set_axisbelow(True)
    return figure, made


def plain(text: str, longest: int = 48) -> str:
    """Only what the figure font can draw, cut where it is too long for a legend."""
    text = text if len(text) <= longest else text[: longest - 1] + "…"
    return "".join(sign if ord(sign) < 0x250 or sign in "≥≤–−…·" else "?" for sign in text)


def svg_uri(figure: Figure) -> str:
    """A figure as an SVG data URI for an ``img`` element."""
    buffer = io.BytesIO()
    with mpl.rc_context(STYLE):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return "data:image/svg+xml;base64," + base64.b64encode(buffer.getvalue()).decode()


def _picture(axes: Axes, image_HW: NDArray[Any] | None, title: str, shape: tuple[int, ...] = ()) -> None:
    axes.set(xticks=[], yticks=[], anchor="NW")
    axes.set_title(title, color=MUTED, fontsize=9)
    axes.spines[:].set_visible(True)
    axes.spines[:].set_color(GRID)
    if image_HW is None:
        _not_given(axes)
        axes.set_box_aspect(shape[0] / shape[1])
    else:
        axes.imshow(image_HW, cmap="gray", vmin=0, vmax=1 if image_HW.dtype == np.bool_ else 255)


def _words(axes: Axes, title: str, text: str | None) -> None:
    axes.set_title(title, color=MUTED, fontsize=9)
    axes.set_axis_off()
    if text is None:
        _not_given(axes)
    else:
        axes.text(0.0, 0.5, text, transform=axes.transAxes, va="center", fontsize=24, fontweight="bold")


def _not_given(axes: Axes) -> None:
    axes.set_facecolor("#F6F8FA")
    axes.text(0.5, 0.5, "not given", transform=axes.transAxes, ha="center", va="center", color=MUTED)


def _bars(axes: Axes, probabilities: Sequence[float] | None, class_names: Sequence[str]) -> None:
    axes.set_title("Class probability", color=MUTED, fontsize=9)
    if probabilities is None:
        axes.set_axis_off()
        _not_given(axes)
        return
    rows = list(range(len(probabilities)))
    best = int(np.argmax(probabilities))
    axes.barh(rows, np.ones(len(rows)), color="#EEF2F5", height=0.5)
    axes.barh(rows, probabilities, color=[PALETTE[0] if k == best else "#9DB4C4" for k in rows], height=0.5)
    for row, value in zip(rows, probabilities, strict=True):
        weight = "bold" if row == best else "normal"
        axes.text(1.03, row, f"{100 * value:.0f} %", va="center", ha="left", fontweight=weight)
    axes.set_yticks(rows, list(class_names), color=INK)
    axes.set(xlim=(0, 1.22), xticks=[])
    axes.invert_yaxis()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
