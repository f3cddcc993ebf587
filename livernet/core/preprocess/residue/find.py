"""What a console or an operator drew inside the sector: marks to paint over, writing and colour to refuse.

Shape suffixes: H, W picture height and width; h, w the sector's window.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from livernet.core.preprocess.residue.blobs import Mask
from livernet.core.preprocess.residue.colour import colour_amount, is_tint
from livernet.core.preprocess.residue.lines import holds_frame, level_lines
from livernet.core.preprocess.residue.markers import find_markers
from livernet.core.preprocess.residue.strokes import Layer, search
from livernet.core.preprocess.residue.writing import likeness
from livernet.core.preprocess.windows import window_min, window_of

_RIM = 2
"""The sector's own edge is no stroke: its outermost pixels are left out. A stroke cut by it still is one."""

_AROUND = 64
"""Pixels around colour that are searched with it."""


@dataclass(frozen=True, kw_only=True)
class Residue:
    """What was drawn on the picture inside the sector."""

    marker_HW: NDArray[np.bool_] = field(repr=False)
    """Pixels to paint over, bool (H, W)."""
    markers: int
    """Number of separate marks."""
    kinds: dict[str, int] = field(default_factory=dict)
    """The marks by kind: caliper, dotted line, pointer, trace, colour, stroke."""
    text: bool
    """Whether strokes stand side by side as in writing."""
    coloured: bool
    """Whether more is coloured than a caliper explains, or a Doppler box is drawn."""
    suspicion: float = 0.0
    """How near the picture came to being refused for writing or colour, 0 to 1."""


def find_residue(
    grey_HW: NDArray[np.uint8],
    saturated_HW: NDArray[np.bool_],
    inside_HW: NDArray[np.bool_],
    dark_HW: NDArray[np.bool_],
) -> Residue:
    """Find drawn graphics inside the sector.

    Args:
        grey_HW: uint8 picture.
        saturated_HW: where the source is clearly coloured.
        inside_HW: the sector.
        dark_HW: where the sector holds no echoes, so that every thin bright stroke is a drawn one.
    """
    marker_HW = np.zeros_like(inside_HW)
    window = window_of(inside_HW)
    if window is None:
        return Residue(marker_HW=marker_HW, markers=0, text=False, coloured=False)
    grey_hw, inside_hw = np.ascontiguousarray(grey_HW[window]), inside_HW[window]
    colour_hw = saturated_HW[window] & inside_hw
    if is_tint(grey_hw, colour_hw, inside_hw):
        colour_hw = np.zeros_like(colour_hw)
    core_hw = window_min(inside_hw, 2 * _RIM + 1)
    layers = search(grey_hw, core_hw)
    tinge = colour_amount(colour_hw, inside_hw)
    written = max((likeness(layer) for layer in layers + _coloured_layers(colour_hw, core_hw)), default=0.0)
    lines_hw = level_lines(layers[0])
    marker_hw, kinds = find_markers(layers, lines_hw, colour_hw, dark_HW[window], inside_hw)
    if holds_frame(lines_hw):
        tinge = 2.0
    marker_HW[window] = marker_hw
    return Residue(
        marker_HW=marker_HW,
        markers=sum(kinds.values()),
        kinds=kinds,
        text=written >= 1,
        coloured=tinge > 1,
        suspicion=min(1.0, max(tinge, written)),
    )


def holds_writing(grey_HW: NDArray[np.uint8]) -> bool:
    """Whether there is writing anywhere on a uint8 picture (H, W), its background included."""
    layers = search(np.ascontiguousarray(grey_HW), np.ones(grey_HW.shape, dtype=np.bool_))
    return any(likeness(layer) >= 1 for layer in layers)


def _coloured_layers(colour_hw: Mask, core_hw: Mask) -> tuple[Layer, ...]:
    """The colour alone, as white on black: coloured writing may be no brighter than what is around it."""
    window = window_of(colour_hw)
    if window is None:
        return ()
    # nothing else is lit: a border as wide as the longest stroke of the smallest layer will do
    rows, columns = (slice(max(0, (part.start - _AROUND) // 4 * 4), part.stop + _AROUND) for part in window)
    return search(colour_hw[rows, columns].view(np.uint8) * np.uint8(255), core_hw[rows, columns])
